//! Values to compare with, as the driver takes them.
//!
//! An empty text is NULL to the server, a text or bytes may be too long to be compared, a number may have more digits than
//! the server keeps and a time may lie beyond its calendar: such values are not sent, and what compares with them is evaluated
//! above. Not here: which type a value is bound as; the type table and the dialect say so.

use arrow_schema::DataType;
use connector_core::{Bind, Error, Result, Value};
use oracledb::{OracleNumber, OracleTimestamp, ToDbValue};

use crate::time;
use crate::types::UNSCALED;

pub(crate) const NUMBER: &str = "NUMBER";
pub(crate) const BINARY_FLOAT: &str = "BINARY_FLOAT";
pub(crate) const BINARY_DOUBLE: &str = "BINARY_DOUBLE";
pub(crate) const RAW: &str = "RAW";
pub(crate) const DATE: &str = "DATE";
pub(crate) const TIMESTAMP: &str = "TIMESTAMP";
/// Text of a column whose database holds every character.
pub(crate) const VARCHAR2: &str = "VARCHAR2";
/// Text for any column: what is beyond ASCII travels in ASCII, and becomes one of the national character set, which is Unicode.
pub(crate) const TEXT: &str = "VARCHAR2 or NVARCHAR2";

/// A bound value; nothing is NULL of its type.
pub(crate) enum Parameter {
    Number(Option<OracleNumber>),
    Float(Option<f32>),
    Double(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Moment(Option<OracleTimestamp>),
}

impl Parameter {
    /// A text for the catalog.
    pub(crate) fn text(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }

    /// The value as the driver takes it.
    pub(crate) fn value(&self) -> &dyn ToDbValue {
        match self {
            Self::Number(value) => value,
            Self::Float(value) => value,
            Self::Double(value) => value,
            Self::Text(value) => value,
            Self::Bytes(value) => value,
            Self::Moment(value) => value,
        }
    }
}

/// The statement's values, in order.
///
/// Errors: internal, for a value that was to be kept above.
pub(crate) fn parameters(binds: &[Bind]) -> Result<Vec<Parameter>> {
    binds.iter().map(encode).collect()
}

/// Whether the server has this value.
pub(crate) fn exists(value: &Value) -> bool {
    // What a comparison takes where the database keeps to the limits of version 11.
    const TEXT_BYTES: usize = 4000;
    const RAW_BYTES: usize = 2000;
    match value {
        Value::Float32(value) => value.is_finite(),
        Value::Float64(value) => value.is_finite(),
        Value::Decimal { unscaled, scale } => decimal(*unscaled, *scale).is_some(),
        Value::Text(text) => (1..=TEXT_BYTES).contains(&escaped_bytes(text).max(text.len())),
        Value::Bytes(bytes) => (1..=RAW_BYTES).contains(&bytes.len()),
        // There is no type of days alone.
        Value::Date(_) => false,
        Value::Millis(millis) | Value::ZonedMillis(millis) => {
            time::moment(*millis).is_some() && time::first_second(*millis).is_some()
        }
        Value::Bool(_) | Value::Int(_) => true,
    }
}

fn encode(bind: &Bind) -> Result<Parameter> {
    let source_type = bind.source_type.unwrap_or_default();
    let Some(value) = &bind.value else { return null(source_type, &bind.data_type) };
    Ok(match (value, source_type) {
        (Value::Bool(value), NUMBER) => Parameter::Number(Some(i64::from(*value).into())),
        (Value::Int(value), NUMBER | UNSCALED) => Parameter::Number(Some((*value).into())),
        (Value::Decimal { unscaled, scale }, NUMBER | UNSCALED) => {
            Parameter::Number(Some(decimal(*unscaled, *scale).ok_or_else(no_value)?))
        }
        (Value::Text(text), NUMBER) if is_printed_number(text) => {
            Parameter::Number(Some(text.parse().map_err(|_| no_value())?))
        }
        (Value::Float32(value), BINARY_FLOAT) if value.is_finite() => Parameter::Float(Some(*value)),
        (Value::Float64(value), BINARY_DOUBLE) if value.is_finite() => Parameter::Double(Some(*value)),
        (Value::Text(text), TEXT) if !text.is_ascii() => Parameter::Text(Some(escaped(text))),
        (Value::Text(text), TEXT | VARCHAR2) if !text.is_empty() => Parameter::Text(Some(text.clone())),
        (Value::Bytes(bytes), RAW) if !bytes.is_empty() => Parameter::Bytes(Some(bytes.clone())),
        (Value::Millis(millis), DATE) => Parameter::Moment(Some(time::first_second(*millis).ok_or_else(no_value)?)),
        (Value::Millis(millis) | Value::ZonedMillis(millis), TIMESTAMP) => {
            Parameter::Moment(Some(time::moment(*millis).ok_or_else(no_value)?))
        }
        _ => return Err(unbound(&bind.data_type)),
    })
}

fn null(source_type: &str, data_type: &DataType) -> Result<Parameter> {
    Ok(match source_type {
        NUMBER | UNSCALED => Parameter::Number(None),
        BINARY_FLOAT => Parameter::Float(None),
        BINARY_DOUBLE => Parameter::Double(None),
        TEXT | VARCHAR2 => Parameter::Text(None),
        RAW => Parameter::Bytes(None),
        DATE | TIMESTAMP => Parameter::Moment(None),
        _ => return Err(unbound(data_type)),
    })
}

fn unbound(data_type: &DataType) -> Error {
    Error::internal(format!("a value of type {data_type} cannot be bound"))
}

fn no_value() -> Error {
    Error::internal("a value to compare with does not exist at the server, and was to be kept above")
}

/// A decimal of at most 38 digits, which the server keeps exactly.
fn decimal(unscaled: i128, scale: i8) -> Option<OracleNumber> {
    const MOST: u128 = 10_u128.pow(38);
    let behind = usize::try_from(scale).ok().filter(|behind| *behind <= 38)?;
    if unscaled.unsigned_abs() >= MOST {
        return None;
    }
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = behind + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - behind)?;
    format!("{sign}{whole}.{fraction}").parse().ok()
}

/// Whether a text is how we print some number that is bound exactly: plain digits, none too many.
pub(crate) fn is_printed_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = is_digits(whole) && is_digits(fraction) && !whole.is_empty() && whole.len() + fraction.len() <= 38;
    let has_point = digits.contains('.');
    is_plain
        && (whole == "0" || !whole.starts_with('0'))
        && has_point != fraction.is_empty()
        && !fraction.ends_with('0')
        && text != "-0"
}

/// The text in ASCII, as the server's UNISTR reads it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(escaped_bytes(text));
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            character if character.is_ascii() => escaped.push(character),
            character => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\{unit:04X}"));
                }
            }
        }
    }
    escaped
}

fn escaped_bytes(text: &str) -> usize {
    let bytes = |character: char| match character {
        '\\' => 2,
        character if character.is_ascii() => 1,
        character => 5 * character.len_utf16(),
    };
    text.chars().map(bytes).sum()
}

#[cfg(test)]
mod tests {
    use connector_core::Dialect;

    use super::*;

    fn bound(value: Value, data_type: DataType, source_type: &'static str) -> Result<Parameter> {
        encode(&Bind { value: Some(value), data_type, source_type: Some(source_type) })
    }

    fn number(value: Value) -> String {
        match bound(value, DataType::Decimal128(38, 0), NUMBER).unwrap() {
            Parameter::Number(Some(number)) => number.to_string(),
            _ => panic!("no number"),
        }
    }

    #[test]
    fn every_type_that_the_dialect_binds_is_encoded() {
        for (data_type, value) in [
            (DataType::Boolean, Value::Bool(true)),
            (DataType::Int8, Value::Int(-128)),
            (DataType::Int64, Value::Int(i64::MIN)),
            (DataType::Float32, Value::Float32(f32::MAX)),
            (DataType::Float64, Value::Float64(f64::MIN)),
            (DataType::Decimal128(38, 38), Value::Decimal { unscaled: 5, scale: 38 }),
            (DataType::Utf8, Value::Text("é😀".into())),
            (DataType::Binary, Value::Bytes(vec![0])),
            (DataType::Date64, Value::Millis(0)),
            (DataType::Timestamp(arrow_schema::TimeUnit::Millisecond, Some("UTC".into())), Value::ZonedMillis(0)),
        ] {
            let source_type = crate::dialect::OracleSql.bind_type(&data_type);
            assert!(exists(&value), "{data_type}");
            let bind = Bind { value: Some(value), data_type: data_type.clone(), source_type };
            let own = encode(&bind).unwrap().value().db_type();
            let null = encode(&Bind { value: None, ..bind }).unwrap();
            assert!(null.value().db_type() == own, "{data_type}: NULL has the type of a value");
        }
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for (unscaled, scale, text) in [
            (0, 2, "0"),
            (-5, 2, "-0.05"),
            (12_300, 2, "123"),
            (1, 38, "0.00000000000000000000000000000000000001"),
            (10_i128.pow(38) - 1, 0, "99999999999999999999999999999999999999"),
            (-(10_i128.pow(38) - 1), 38, "-0.99999999999999999999999999999999999999"),
        ] {
            assert_eq!(number(Value::Decimal { unscaled, scale }), text);
        }
        assert_eq!(number(Value::Int(i64::MIN)), i64::MIN.to_string());
        assert_eq!(number(Value::Text("-0.5".into())), "-0.5");
        assert_eq!(number(Value::Bool(true)), "1");
    }

    #[test]
    fn what_the_server_does_not_have_is_not_sent() {
        for value in [
            Value::Float64(f64::NAN),
            Value::Float32(f32::INFINITY),
            Value::Decimal { unscaled: 10_i128.pow(38), scale: 0 },
            Value::Decimal { unscaled: 1, scale: -1 },
            Value::Text(String::new()),
            Value::Text("a".repeat(4001)),
            Value::Text("€".repeat(801)),
            Value::Text("\\".repeat(2001)),
            Value::Bytes(Vec::new()),
            Value::Bytes(vec![0; 2001]),
            Value::Date(0),
            Value::Millis(i64::MIN),
            Value::Millis(253_402_300_799_001),
            Value::ZonedMillis(-62_135_596_800_001),
        ] {
            assert!(!exists(&value), "{value:?}");
        }
        assert!(exists(&Value::Text("a".repeat(4000))) && exists(&Value::Text("€".repeat(800))));
        assert!(bound(Value::Text(String::new()), DataType::Utf8, TEXT).is_err());
        assert!(bound(Value::Int(1), DataType::Utf8, TEXT).is_err());
    }

    #[test]
    fn a_text_beyond_ascii_is_written_as_the_server_reads_it() {
        let written = |text: &str, source_type| match bound(Value::Text(text.into()), DataType::Utf8, source_type) {
            Ok(Parameter::Text(Some(text))) => text,
            _ => panic!("no text"),
        };
        assert_eq!(written("a\\é😀", TEXT), "a\\\\\\00E9\\D83D\\DE00");
        assert_eq!(written("a\\b", TEXT), "a\\b");
        assert_eq!(written("é", VARCHAR2), "é");
        assert_eq!(escaped_bytes("a\\é😀"), escaped("a\\é😀").len());
    }

    #[test]
    fn only_a_number_as_it_is_printed_is_one() {
        for text in ["0", "7", "-7", "0.5", "-0.05", "100", "123.45", &"9".repeat(38)] {
            assert!(is_printed_number(text), "{text}");
        }
        for text in
            ["", "-", ".", "-0", "00", "01", "1.", ".5", "1.50", "+1", "1e3", " 1", "1,5", "٣", "0.0", &"9".repeat(39)]
        {
            assert!(!is_printed_number(text), "{text}");
        }
    }
}
