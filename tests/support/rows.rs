//! Rows as the recorded protocol vectors write them (`schemas/protocol/README.md`).

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The rows of a batch.
pub fn rows(batch: &RecordBatch) -> Vec<Value> {
    let names = batch.schema();
    let row = |row| {
        let cells =
            names.fields().iter().zip(batch.columns()).map(|(field, column)| (field.name().clone(), cell(column, row)));
        Value::Object(cells.collect())
    };
    (0..batch.num_rows()).map(row).collect()
}

fn cell(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::Int8 => json!(array.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => json!(array.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => json!(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => float(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => json!(array.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Date32 => json!(date(i64::from(array.as_primitive::<Date32Type>().value(row)))),
        DataType::Date64 => json!(moment(array.as_primitive::<Date64Type>().value(row))),
        // Athena's packed form; its instant and zone follow from it.
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
            json!({"packed": array.as_primitive::<TimestampMillisecondType>().value(row)})
        }
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        DataType::Binary => json!(STANDARD.encode(array.as_binary::<i32>().value(row))),
        DataType::List(_) => list(array.as_list::<i32>().value(row).as_ref()),
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            Value::Object(columns.map(|(field, column)| (field.name().clone(), cell(column, row))).collect())
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pair = |at| json!([cell(entries.column(0), at), cell(entries.column(1), at)]);
            (0..entries.len()).map(pair).collect()
        }
        other => panic!("no such type in the vectors: {other}"),
    }
}

fn list(values: &dyn Array) -> Value {
    (0..values.len()).map(|at| cell(values, at)).collect()
}

fn float(value: f64) -> Value {
    match value.is_finite() {
        true => json!(value),
        false if value.is_nan() => json!("NaN"),
        false => json!(if value > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}

fn moment(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (hour, minute, second, milli) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{milli:03}", date(days))
}

/// A day of the proleptic Gregorian calendar, counted year by year and month by month.
fn date(mut days: i64) -> String {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = |year| if leap(year) { 366 } else { 365 };
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += length(year);
    }
    while days >= length(year) {
        days -= length(year);
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}
