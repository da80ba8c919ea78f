//! Values as the sources print them.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_schema::DataType;

use crate::Value;

/// What a type is called in Athena.
pub(super) fn athena(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "tinyint".into(),
        DataType::Int16 => "smallint".into(),
        DataType::Int32 => "integer".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Float32 => "real".into(),
        DataType::Float64 => "double".into(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8 => "varchar".into(),
        DataType::Binary => "varbinary".into(),
        DataType::Date32 => "date".into(),
        DataType::Date64 => "timestamp(3)".into(),
        DataType::Timestamp(..) => "timestamp(3) with time zone".into(),
        DataType::List(item) => format!("array({})", athena(item.data_type())),
        other => other.to_string(),
    }
}

/// A value as the sources print it, times down to the millisecond.
pub(super) fn shown(array: &dyn Array, row: usize) -> Option<String> {
    if let (DataType::List(_), true) = (array.data_type(), array.is_valid(row)) {
        let list = array.as_list::<i32>().value(row);
        let items = (0..list.len()).map(|item| shown(list.as_ref(), item).unwrap_or_else(|| "NULL".into()));
        return Some(format!("{{{}}}", items.collect::<Vec<_>>().join(",")));
    }
    Some(match Value::at(array, row)? {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float32(value) => f64::from(value).to_string(),
        Value::Float64(value) => value.to_string(),
        Value::Decimal { .. } => array.as_primitive::<Decimal128Type>().value_as_string(row),
        Value::Text(text) => text,
        Value::Bytes(bytes) => bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
        Value::Date(days) => moment(i64::from(days) * DAY),
        Value::Millis(millis) | Value::ZonedMillis(millis) => moment(millis),
    })
}

/// Whether what the source prints is what is shown here, by the rules that hold for all sources.
pub(super) fn same(data_type: &DataType, there: Option<&str>, here: Option<&str>) -> bool {
    let (Some(there), Some(here)) = (there, here) else { return there == here };
    match data_type {
        DataType::Float32 | DataType::Float64 => {
            matches!((there.parse::<f64>(), here.parse::<f64>()), (Ok(there), Ok(here))
                if there.to_bits() == here.to_bits() || there.is_nan() && here.is_nan())
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => floored(there).as_deref() == Some(here),
        DataType::Boolean => matches!((there, here), ("1" | "t" | "true", "true") | ("0" | "f" | "false", "false")),
        _ => there == here,
    }
}

const DAY: i64 = 86_400_000;

/// A moment in the proleptic Gregorian calendar, whose year 0 is 1 BC.
fn moment(millis: i64) -> String {
    let (days, of_day) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    // Years begin in March, so that the odd day is their last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1000 % 60);
    let year = era * 400 + year + carry;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}", of_day % 1000)
}

/// A printed moment (`44-03-15 12:00:00.1239+00 BC`, in part) down to its millisecond; clocks run forward before year 1 too.
fn floored(text: &str) -> Option<String> {
    let (text, is_before) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let (day, clock) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let (seconds, fraction) = clock.trim_end_matches("+00").split_once('.').unwrap_or((clock.get(..8)?, ""));
    let (year, rest) = day.split_once('-')?;
    let year = year.parse::<i64>().ok()?;
    let year = if is_before { 1 - year } else { year };
    Some(format!("{year:04}-{rest} {seconds}.{fraction:0<3.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_that_sources_print() {
        for (text, millis) in [
            ("1970-01-01", 0),
            ("1969-12-31 23:59:59.9999", -1),
            ("2000-02-29 12:00:00.123999+00", 951_825_600_123),
            ("0001-01-01", -719_162 * DAY),
            ("0001-12-31 BC", -719_163 * DAY),
            ("0044-03-15 BC", -735_160 * DAY),
            ("12345-01-01 00:00:00+00", 3_789_391 * DAY),
        ] {
            assert_eq!(floored(text), Some(moment(millis)), "{text}");
        }
    }

    #[test]
    fn what_differs_is_told_apart_from_what_is_printed_otherwise() {
        let (float, time) = (DataType::Float64, DataType::Date64);
        assert!(same(&float, Some("1e-3"), Some("0.001")) && same(&float, Some("NaN"), Some("NaN")));
        assert!(!same(&float, Some("-0"), Some("0")) && !same(&float, Some("0.1"), None));
        assert!(same(&time, Some("1970-01-01 00:00:00.0019"), Some("1970-01-01 00:00:00.001")));
        assert!(!same(&time, Some("1970-01-01 00:00:00.002"), Some("1970-01-01 00:00:00.001")));
        assert!(same(&DataType::Boolean, Some("1"), Some("true")) && !same(&DataType::Utf8, Some("1"), Some("true")));
    }
}
