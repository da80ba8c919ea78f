//! One value of a result as text: for people, for CSV and for JSON. Pure; nothing is rounded and nothing is guessed.
//!
//! Times are ISO 8601; a `Date64` is what it is on Athena's wire, a timestamp without a zone.

use std::borrow::Cow;
use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use base64::Engine;
use datafusion::arrow::util::display::array_value_to_string;

/// Whether a column of this type is set to the right.
pub fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

/// Writes a value as people and CSV see it; the caller has dealt with NULL. Nested values are JSON.
pub fn text(array: &dyn Array, row: usize, out: &mut String) {
    match scalar(array, row) {
        Scalar::Number(text) => out.push_str(&text),
        Scalar::Text(text) => out.push_str(&text),
        Scalar::Bytes(bytes) => {
            out.push_str("0x");
            for byte in bytes {
                append(out, format_args!("{byte:02x}"));
            }
        }
        Scalar::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Scalar::Nested => json(array, row, out),
    }
}

/// Writes a value as JSON; numbers keep every digit, what JSON has no number for is a string.
pub fn json(array: &dyn Array, row: usize, out: &mut String) {
    if array.is_null(row) {
        return out.push_str("null");
    }
    match scalar(array, row) {
        Scalar::Number(text) => match text.as_str() {
            "NaN" | "Infinity" | "-Infinity" => quoted(&text, out),
            _ => out.push_str(&text),
        },
        Scalar::Text(text) => quoted(&text, out),
        Scalar::Bytes(bytes) => quoted(&base64::engine::general_purpose::STANDARD.encode(bytes), out),
        Scalar::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Scalar::Nested => nested(array, row, out),
    }
}

/// Writes a JSON string.
pub fn quoted(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

enum Scalar<'a> {
    Bool(bool),
    Number(String),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
    Nested,
}

fn scalar(array: &dyn Array, row: usize) -> Scalar<'_> {
    macro_rules! whole {
        ($type:ty) => {
            Scalar::Number(array.as_primitive::<$type>().value(row).to_string())
        };
    }
    match array.data_type() {
        DataType::Boolean => Scalar::Bool(array.as_boolean().value(row)),
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Float32 => Scalar::Number(float(&array.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => Scalar::Number(float(&array.as_primitive::<Float64Type>().value(row))),
        DataType::Decimal128(..) => Scalar::Number(array.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Decimal256(..) => Scalar::Number(array.as_primitive::<Decimal256Type>().value_as_string(row)),
        DataType::Utf8 => Scalar::Text(array.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => Scalar::Text(array.as_string::<i64>().value(row).into()),
        DataType::Utf8View => Scalar::Text(array.as_string_view().value(row).into()),
        DataType::Binary => Scalar::Bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Scalar::Bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => Scalar::Bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => Scalar::Bytes(array.as_fixed_size_binary().value(row)),
        DataType::Date32 => Scalar::Text(date(array.as_primitive::<Date32Type>().value(row).into()).into()),
        DataType::Date64 => Scalar::Text(instant(array.as_primitive::<Date64Type>().value(row), 3).into()),
        DataType::Timestamp(unit, zone) => {
            Scalar::Text((timestamp(array, row, *unit) + zone_suffix(zone.as_deref())).into())
        }
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(..)
        | DataType::Struct(_)
        | DataType::Map(..) => Scalar::Nested,
        _ => Scalar::Text(array_value_to_string(array, row).unwrap_or_else(|error| format!("<{error}>")).into()),
    }
}

/// The shortest text that reads back as the same number.
fn float(value: &(impl std::fmt::Debug + Copy)) -> String {
    match format!("{value:?}").as_str() {
        "inf" => "Infinity".into(),
        "-inf" => "-Infinity".into(),
        text => text.to_owned(),
    }
}

/// Zoned values are instants, so they are shown in UTC whatever zone they came with.
fn zone_suffix(zone: Option<&str>) -> &'static str {
    if zone.is_some() { "Z" } else { "" }
}

fn timestamp(array: &dyn Array, row: usize, unit: TimeUnit) -> String {
    match unit {
        TimeUnit::Second => instant(array.as_primitive::<TimestampSecondType>().value(row), 0),
        TimeUnit::Millisecond => instant(array.as_primitive::<TimestampMillisecondType>().value(row), 3),
        TimeUnit::Microsecond => instant(array.as_primitive::<TimestampMicrosecondType>().value(row), 6),
        TimeUnit::Nanosecond => instant(array.as_primitive::<TimestampNanosecondType>().value(row), 9),
    }
}

/// A count of units since the epoch, where a second has `digits` decimals of them.
fn instant(value: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    let (seconds, fraction) = (value.div_euclid(unit), value.rem_euclid(unit));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut text = format!("{}T{:02}:{:02}:{:02}", date(days), second / 3600, second / 60 % 60, second % 60);
    if digits > 0 {
        let width = usize::try_from(digits).unwrap_or_default();
        append(&mut text, format_args!(".{fraction:0width$}"));
    }
    text
}

/// A day since the epoch in the proleptic Gregorian calendar (Howard Hinnant's `civil_from_days`).
fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    match year {
        0..=9999 => format!("{year:04}-{month:02}-{day:02}"),
        10_000.. => format!("+{year}-{month:02}-{day:02}"),
        _ => format!("-{:04}-{month:02}-{day:02}", year.unsigned_abs()),
    }
}

fn nested(array: &dyn Array, row: usize, out: &mut String) {
    match array.data_type() {
        DataType::List(_) => list(&array.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row), out),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            object(
                fields.iter().map(|field| field.name().clone()).zip(columns.iter().map(|column| (column, row))),
                out,
            );
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            if let [keys, values] = entries.columns() {
                let pairs = (0..entries.len()).map(|entry| (key(keys, entry), (values, entry)));
                object(pairs, out);
            }
        }
        _ => {}
    }
}

fn key(keys: &ArrayRef, entry: usize) -> String {
    let mut name = String::new();
    text(keys, entry, &mut name);
    name
}

fn list(items: &ArrayRef, out: &mut String) {
    out.push('[');
    for index in 0..items.len() {
        if index > 0 {
            out.push(',');
        }
        json(items, index, out);
    }
    out.push(']');
}

fn object<'a>(members: impl Iterator<Item = (String, (&'a ArrayRef, usize))>, out: &mut String) {
    out.push('{');
    for (index, (name, (values, at))) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        quoted(&name, out);
        out.push(':');
        json(values, at, out);
    }
    out.push('}');
}

/// Writing to a string does not fail.
fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, Float32Array, Float64Array, Int64Array,
        ListArray, StringArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    };
    use arrow_schema::Field;

    use super::*;

    fn both(array: &dyn Array) -> Vec<(String, String)> {
        let one = |row| {
            let (mut shown, mut written) = (String::new(), String::new());
            text(array, row, &mut shown);
            json(array, row, &mut written);
            (shown, written)
        };
        (0..array.len()).map(one).collect()
    }

    fn alike(array: &dyn Array, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|text| ((*text).to_owned(), (*text).to_owned())).collect();
        assert_eq!(both(array), expected);
    }

    fn strings(array: &dyn Array, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|text| ((*text).to_owned(), format!("\"{text}\""))).collect();
        assert_eq!(both(array), expected);
    }

    #[test]
    fn numbers_keep_every_digit() {
        alike(&Int64Array::from(vec![i64::MIN, 9_007_199_254_740_993]), &["-9223372036854775808", "9007199254740993"]);
        let decimal = Decimal128Array::from(vec![150, -99_999_999_999_999_999_999_999_999_999_999_999_999, 5]);
        alike(
            &decimal.with_precision_and_scale(38, 2).unwrap(),
            &["1.50", "-999999999999999999999999999999999999.99", "0.05"],
        );
        alike(&Float32Array::from(vec![1.1, 16_777_216.0]), &["1.1", "16777216.0"]);
        alike(
            &Float64Array::from(vec![0.1 + 0.2, -0.0, 1e300, 5e-324]),
            &["0.30000000000000004", "-0.0", "1e300", "5e-324"],
        );
        alike(&BooleanArray::from(vec![true, false]), &["true", "false"]);
    }

    #[test]
    fn what_json_has_no_number_for_is_a_string() {
        strings(
            &Float64Array::from(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
            &["NaN", "Infinity", "-Infinity"],
        );
    }

    #[test]
    fn dates_and_times_are_iso_8601_from_before_year_1_to_after_9999() {
        strings(
            &Date32Array::from(vec![0, 18_321, -719_162, -719_529, 2_932_897, -171_654]),
            &["1970-01-01", "2020-02-29", "0001-01-01", "-0001-12-31", "+10000-01-01", "1500-01-11"],
        );
        strings(
            &Date64Array::from(vec![-1, 1_577_836_800_123, 951_782_399_999]),
            &["1969-12-31T23:59:59.999", "2020-01-01T00:00:00.123", "2000-02-28T23:59:59.999"],
        );
        strings(
            &TimestampMillisecondArray::from(vec![1_577_836_800_123]).with_timezone("UTC"),
            &["2020-01-01T00:00:00.123Z"],
        );
        strings(&TimestampMicrosecondArray::from(vec![-1]), &["1969-12-31T23:59:59.999999"]);
    }

    /// Every day of eight hundred years follows the one before it.
    #[test]
    fn days_follow_each_other() {
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for days in -135_140..=157_060 {
            assert_eq!(date(days), format!("{year:04}-{month:02}-{day:02}"), "day {days}");
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
            (year, month, day) = match (day == last, month == 12) {
                (false, _) => (year, month, day + 1),
                (true, false) => (year, month + 1, 1),
                (true, true) => (year + 1, 1, 1),
            };
        }
    }

    #[test]
    fn bytes_are_hexadecimal_for_people_and_base64_in_json() {
        let bytes = BinaryArray::from(vec![b"\x01\xff".as_slice(), b"".as_slice()]);
        assert_eq!(both(&bytes), [("0x01ff".into(), "\"Af8=\"".into()), ("0x".into(), "\"\"".into())]);
    }

    #[test]
    fn nested_values_are_json_everywhere() {
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), Some(vec![])]);
        alike(&lists, &["[1,null]", "[]"]);
        let names: ArrayRef = Arc::new(StringArray::from(vec!["it's \"it\""]));
        let fields = vec![(Arc::new(Field::new("n", DataType::Utf8, true)), names)];
        alike(&StructArray::from(fields), &["{\"n\":\"it's \\\"it\\\"\"}"]);
    }
}
