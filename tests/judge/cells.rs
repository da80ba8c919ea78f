//! Arrow schemas, batches and values as the judge describes them: lossless JSON, in Java's spelling.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use connector_core::{Value as Constant, block_size};
use serde_json::{Map, Value, json};

const DAY: i64 = 86_400_000;

pub fn schema(schema: &Schema) -> Value {
    let fields: Vec<Value> = schema.fields().iter().map(|child| field(child)).collect();
    json!({ "fields": fields, "metadata": schema.metadata() })
}

fn field(field: &Field) -> Value {
    let mut described =
        json!({ "name": field.name(), "type": type_name(field.data_type()), "nullable": field.is_nullable() });
    let children: Vec<Value> = match field.data_type() {
        DataType::List(child) | DataType::Map(child, _) => vec![self::field(child)],
        DataType::Struct(members) => members.iter().map(|member| self::field(member)).collect(),
        _ => Vec::new(),
    };
    if !children.is_empty() {
        described["children"] = children.into();
    }
    described
}

/// A type as Java's Arrow prints it.
pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "Bool".to_owned(),
        DataType::Int8 => "Int(8, true)".to_owned(),
        DataType::Int16 => "Int(16, true)".to_owned(),
        DataType::Int32 => "Int(32, true)".to_owned(),
        DataType::Int64 => "Int(64, true)".to_owned(),
        DataType::Float32 => "FloatingPoint(SINGLE)".to_owned(),
        DataType::Float64 => "FloatingPoint(DOUBLE)".to_owned(),
        DataType::Decimal128(precision, scale) => format!("Decimal({precision}, {scale}, 128)"),
        DataType::Date32 => "Date(DAY)".to_owned(),
        DataType::Date64 => "Date(MILLISECOND)".to_owned(),
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) => format!("Timestamp(MILLISECOND, {zone})"),
        DataType::Utf8 => "Utf8".to_owned(),
        DataType::Binary => "Binary".to_owned(),
        DataType::List(_) => "List".to_owned(),
        DataType::Struct(_) => "Struct".to_owned(),
        DataType::Map(_, sorted) => format!("Map({sorted})"),
        other => panic!("no message of ours holds a {other}"),
    }
}

pub fn block(batch: &RecordBatch) -> Value {
    json!({
        "schema": schema(batch.schema_ref()),
        "rowCount": batch.num_rows(),
        "bytes": block_size(batch),
        "rows": rows(batch),
    })
}

pub fn rows(batch: &RecordBatch) -> Vec<Value> {
    let schema = batch.schema();
    let columns = || schema.fields().iter().zip(batch.columns());
    let row = |row| columns().map(|(field, column)| (field.name().clone(), cell(column, row))).collect::<Map<_, _>>();
    (0..batch.num_rows()).map(|number| row(number).into()).collect()
}

fn cells(array: &dyn Array) -> Vec<Value> {
    (0..array.len()).map(|row| cell(array, row)).collect()
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
        DataType::Float32 => float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => decimal(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Date32 => date(array.as_primitive::<Date32Type>().value(row).into()).into(),
        DataType::Date64 => date_time(array.as_primitive::<Date64Type>().value(row)).into(),
        DataType::Timestamp(..) => json!({ "packed": array.as_primitive::<TimestampMillisecondType>().value(row) }),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Binary => BASE64.encode(array.as_binary::<i32>().value(row)).into(),
        DataType::List(_) => cells(&array.as_list::<i32>().value(row)).into(),
        DataType::Struct(members) => {
            let columns = members.iter().zip(array.as_struct().columns());
            columns.map(|(member, column)| (member.name().clone(), cell(column, row))).collect::<Map<_, _>>().into()
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pairs = cells(entries.column(0)).into_iter().zip(cells(entries.column(1)));
            pairs.map(|(key, value)| json!([key, value])).collect::<Vec<_>>().into()
        }
        other => panic!("no message of ours holds a {other}"),
    }
}

/// A value of a constraint.
pub fn constant(value: &Constant) -> Value {
    match value {
        Constant::Bool(bit) => json!(bit),
        Constant::Int(number) => json!(number),
        Constant::Float32(number) => float((*number).into()),
        Constant::Float64(number) => float(*number),
        Constant::Decimal { unscaled, scale } => decimal(*unscaled, *scale),
        Constant::Text(text) => json!(text),
        Constant::Bytes(bytes) => BASE64.encode(bytes).into(),
        Constant::Date(days) => date((*days).into()).into(),
        Constant::Millis(millis) => date_time(*millis).into(),
        Constant::ZonedMillis(millis) => json!({ "utcMillis": millis }),
    }
}

/// The value of a constraint that the judge describes so.
pub fn constant_of(type_name: &str, described: &Value) -> Constant {
    let text = || described.as_str().unwrap().to_owned();
    match type_name {
        "Bool" => Constant::Bool(described.as_bool().unwrap()),
        "FloatingPoint(SINGLE)" => {
            let wide = float_of(described);
            // Java widens a float without loss, and so it is narrowed again.
            #[expect(clippy::cast_possible_truncation, reason = "the value came from an f32")]
            Constant::Float32(wide as f32)
        }
        "FloatingPoint(DOUBLE)" => Constant::Float64(float_of(described)),
        "Date(DAY)" => Constant::Date(days_of(&text()).try_into().unwrap()),
        "Date(MILLISECOND)" => Constant::Millis(millis_of(&text())),
        "Utf8" => Constant::Text(text()),
        "Binary" => Constant::Bytes(BASE64.decode(text()).unwrap()),
        decimal if decimal.starts_with("Decimal") => {
            let text = text();
            let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len().try_into().unwrap());
            Constant::Decimal { unscaled: text.replace('.', "").parse().unwrap(), scale }
        }
        zoned if zoned.starts_with("Timestamp") => match described.get("packed") {
            Some(packed) => Constant::ZonedMillis(packed.as_i64().unwrap() >> 12),
            None => Constant::ZonedMillis(described["utcMillis"].as_i64().unwrap()),
        },
        _ => Constant::Int(described.as_i64().unwrap()),
    }
}

fn float(number: f64) -> Value {
    match number {
        finite if finite.is_finite() => json!(finite),
        nan if nan.is_nan() => json!("NaN"),
        positive if positive > 0.0 => json!("Infinity"),
        _ => json!("-Infinity"),
    }
}

fn float_of(described: &Value) -> f64 {
    match described.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => described.as_f64().unwrap(),
    }
}

fn decimal(unscaled: i128, scale: i8) -> Value {
    let scale = usize::try_from(scale).unwrap();
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}").into()
}

/// A day of the proleptic Gregorian calendar in four digits or more of year, as `LocalDate` has it.
fn date(days: i64) -> String {
    // Eras of 400 years that start with March, so that the leap day is the last of its year.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year_of_era + next;
    let sign = if year < 0 {
        "-"
    } else if year > 9999 {
        "+"
    } else {
        ""
    };
    format!("{sign}{:04}-{month:02}-{day:02}", year.abs())
}

/// As `LocalDateTime` has it: seconds only if there are any, or parts of one.
fn date_time(millis: i64) -> String {
    let (day, rest) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let (hour, minute, second, milli) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000);
    let time = match (second, milli) {
        (0, 0) => format!("{hour:02}:{minute:02}"),
        (_, 0) => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    format!("{}T{time}", date(day))
}

/// The day that is printed so.
fn days_of(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.trim_start_matches('+')), |digits| (-1, digits));
    let [year, month, day]: [i64; 3] =
        digits.split('-').map(|part| part.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
    let year = sign * year - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

/// The milliseconds that are printed so.
fn millis_of(text: &str) -> i64 {
    let (day, time) = text.split_once('T').unwrap();
    let mut seconds: i64 = 0;
    let mut parts = time.split(':');
    let (hour, minute) = (parts.next().unwrap(), parts.next().unwrap());
    let (second, fraction) = parts.next().map_or(("0", "0"), |part| part.split_once('.').unwrap_or((part, "0")));
    for part in [hour, minute, second] {
        seconds = seconds * 60 + part.parse::<i64>().unwrap();
    }
    let fraction: i64 = format!("{fraction:0<3}")[..3].parse().unwrap();
    // The first day that 64 bits can hold a part of starts before they do.
    i64::try_from(i128::from(days_of(day)) * i128::from(DAY) + i128::from(seconds * 1000 + fraction)).unwrap()
}

#[test]
fn days_and_times_are_spelt_as_java_spells_them_and_read_back() {
    for (days, text) in
        [(0, "1970-01-01"), (-719_162, "0001-01-01"), (2_932_896, "9999-12-31"), (2_932_897, "+10000-01-01")]
    {
        assert_eq!(date(days), text);
    }
    assert_eq!(date(-719_162 - 366), "0000-01-01");
    assert_eq!(date(-719_162 - 367), "-0001-12-31");
    assert_eq!(date_time(1_582_979_696_789), "2020-02-29T12:34:56.789");
    assert_eq!(date_time(60_000), "1970-01-01T00:01");
    assert_eq!(date_time(-1000), "1969-12-31T23:59:59");
    for days in (-1_000_000..3_000_000).step_by(997).chain([i32::MIN.into(), i32::MAX.into()]) {
        assert_eq!(days_of(&date(days)), days);
        let millis = days * DAY + days.rem_euclid(DAY);
        assert_eq!(millis_of(&date_time(millis)), millis);
    }
    assert_eq!(millis_of(&date_time(i64::MIN)), i64::MIN);
    assert_eq!(decimal(-5, 2), json!("-0.05"));
    assert_eq!(decimal(123, 0), json!("123"));
}
