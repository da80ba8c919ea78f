//! Values to compare with, as the server takes them: typed, each beside the declaration of its type.
//!
//! A number that is none, a time beyond the server's calendar and a text longer than can be compared are values that the server
//! does not have. They are not sent, and what compares with them is evaluated above. Not here: which type a value is bound
//! as; the type table and the dialect say so.

use std::borrow::Cow;

use arrow_schema::DataType;
use connector_core::{Bind, Error, Result, Value};

use crate::dialect::{UNDER_COLLATION, UNIQUEIDENTIFIER};
use crate::packet::put_text;
use crate::time::{self, DateTime2};
use crate::token::kind;

/// The type of decimals, whose digits come from the value's own type.
pub(crate) const DECIMAL: &str = "decimal";

/// A bound value: what its type is declared as, and its type and itself on the wire. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    declared: Cow<'static, str>,
    bytes: Vec<u8>,
}

impl Parameter {
    fn new(declared: impl Into<Cow<'static, str>>, info: &[u8], value: &[u8]) -> Self {
        Self { declared: declared.into(), bytes: [info, value].concat() }
    }

    /// A type whose values have one byte of length in front.
    fn short(declared: impl Into<Cow<'static, str>>, info: &[u8], value: &[u8]) -> Self {
        let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
        Self::new(declared, info, &[&[length], value].concat())
    }

    /// A type without a limit, whose values come in pieces.
    fn pieces(declared: &'static str, info: &[u8], value: &[u8]) -> Self {
        let mut out = u64::try_from(value.len()).unwrap_or(u64::MAX).to_le_bytes().to_vec();
        if !value.is_empty() {
            out.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
            out.extend_from_slice(value);
        }
        out.extend([0; 4]);
        Self::new(declared, info, &out)
    }

    /// A text.
    pub(crate) fn text(text: &str) -> Self {
        const MOST: u16 = 8000;
        // Under the database's own collation.
        const COLLATION: [u8; 5] = [0; 5];
        let mut units = Vec::with_capacity(text.len() * 2);
        put_text(text, &mut units);
        let info = |most: u16| [&[kind::NVARCHAR], &most.to_le_bytes()[..], &COLLATION].concat();
        match u16::try_from(units.len()) {
            Ok(length @ ..=MOST) => {
                Self::new("nvarchar(4000)", &info(MOST), &[&length.to_le_bytes()[..], &units].concat())
            }
            _ => Self::pieces("nvarchar(max)", &info(u16::MAX), &units),
        }
    }

    /// A whole number.
    pub(crate) fn bigint(value: i64) -> Self {
        Self::short("bigint", &[kind::INT_N, 8], &value.to_le_bytes())
    }

    /// What its type is declared as.
    pub(crate) fn declared(&self) -> &str {
        &self.declared
    }

    /// Its type and itself on the wire.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The statement's values, in order.
///
/// Errors: invalid, for a value that its type cannot hold.
pub(crate) fn parameters(binds: &[Bind]) -> Result<Vec<Parameter>> {
    binds.iter().map(encode).collect()
}

/// Whether the server has this value.
pub(crate) fn exists(value: &Value) -> bool {
    // What stands in a column of 8,000 bytes, in UTF-8 or in UTF-16.
    const BYTES: usize = 8000;
    match value {
        Value::Float32(value) => value.is_finite(),
        Value::Float64(value) => value.is_finite(),
        Value::Decimal { unscaled, scale } => digits(*unscaled) <= 38 && (0..=38).contains(scale),
        Value::Text(text) => text.len() <= BYTES && text.encode_utf16().count() * 2 <= BYTES,
        Value::Date(days) => time::date(*days).is_some(),
        Value::Millis(millis) | Value::ZonedMillis(millis) => {
            time::moment(*millis).is_some() && time::first_tick(*millis).is_some()
        }
        Value::Bool(_) | Value::Int(_) | Value::Bytes(_) => true,
    }
}

fn encode(bind: &Bind) -> Result<Parameter> {
    // NULL stands in the statement itself, which leaves its parameter unused.
    let Some(value) = &bind.value else { return Ok(Parameter::text("")) };
    let source_type = bind.source_type.unwrap_or_default();
    Ok(match (value, source_type) {
        (Value::Bool(value), "bit") => Parameter::short("bit", &[kind::BIT_N, 1], &[u8::from(*value)]),
        (Value::Int(value), "smallint") => {
            let value = i16::try_from(*value).map_err(|_| too_wide())?;
            Parameter::short("smallint", &[kind::INT_N, 2], &value.to_le_bytes())
        }
        (Value::Int(value), "int") => {
            let value = i32::try_from(*value).map_err(|_| too_wide())?;
            Parameter::short("int", &[kind::INT_N, 4], &value.to_le_bytes())
        }
        (Value::Int(value), "bigint") => Parameter::bigint(*value),
        (Value::Float32(value), "real") if value.is_finite() => {
            Parameter::short("real", &[kind::FLOAT_N, 4], &value.to_le_bytes())
        }
        (Value::Float64(value), "float(53)") if value.is_finite() => {
            Parameter::short("float(53)", &[kind::FLOAT_N, 8], &value.to_le_bytes())
        }
        // The dialect casts it, which is exact; Babelfish reads 38 digits beyond their end where they come as a decimal.
        (Value::Decimal { unscaled, scale }, DECIMAL) => {
            Parameter::text(&written(*unscaled, *scale).ok_or_else(no_value)?)
        }
        (Value::Text(value), UNIQUEIDENTIFIER) => {
            Parameter::short(UNIQUEIDENTIFIER, &[kind::GUID, 16], &uuid(value).ok_or_else(no_value)?)
        }
        (Value::Text(value), own) if own == "nvarchar(4000)" || own.starts_with(UNDER_COLLATION) => {
            Parameter::text(value)
        }
        (Value::Bytes(value), own @ "varbinary(max)") => Parameter::pieces(own, &[kind::VARBINARY, 0xff, 0xff], value),
        (Value::Date(days), "date") => {
            let date = time::date(*days).ok_or_else(no_value)?;
            Parameter::short("date", &[kind::DATE], date.days().to_le_bytes().get(..3).unwrap_or_default())
        }
        (Value::Millis(millis), "datetime") => {
            let moment = time::first_tick(*millis).ok_or_else(no_value)?;
            let value = [moment.days().to_le_bytes(), moment.ticks().to_le_bytes()].concat();
            Parameter::short("datetime", &[kind::DATETIME_N, 8], &value)
        }
        (Value::Millis(millis), own) if own.starts_with("datetime2(") => {
            let moment = time::moment(*millis).ok_or_else(no_value)?;
            Parameter::short("datetime2(3)", &[kind::DATETIME2, moment.time().scale()], &moment_bytes(moment))
        }
        (Value::Millis(millis) | Value::ZonedMillis(millis), own) if own.starts_with("datetimeoffset(") => {
            let moment = time::moment(*millis).ok_or_else(no_value)?;
            let value = [moment_bytes(moment), vec![0; 2]].concat();
            Parameter::short("datetimeoffset(3)", &[kind::DATETIMEOFFSET, moment.time().scale()], &value)
        }
        _ => return Err(Error::internal(format!("a value of type {} cannot be bound", bind.data_type))),
    })
}

/// A moment of milliseconds, as the types of three digits have it.
fn moment_bytes(moment: DateTime2) -> Vec<u8> {
    let (time, date) = (moment.time().increments().to_le_bytes(), moment.date().days().to_le_bytes());
    time.into_iter().take(4).chain(date.into_iter().take(3)).collect()
}

fn too_wide() -> Error {
    Error::invalid("a value to compare with is outside the range of its integer type")
}

fn no_value() -> Error {
    Error::internal("a value to compare with does not exist at the server, and was to be kept above")
}

/// The bytes of a uuid that is written as the server prints it: in upper case, with four dashes. The first three of its numbers
/// have their lowest byte first.
pub(crate) fn uuid(text: &str) -> Option<[u8; 16]> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let is_printed = |(index, byte): (usize, u8)| match byte {
        b'-' => DASHES.contains(&index),
        b'0'..=b'9' | b'A'..=b'F' => !DASHES.contains(&index),
        _ => false,
    };
    if text.len() != 36 || !text.bytes().enumerate().all(is_printed) {
        return None;
    }
    let value = u128::from_str_radix(&text.replace('-', ""), 16).ok()?.to_be_bytes();
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(ORDER) {
        *byte = *value.get(from)?;
    }
    Some(bytes)
}

fn digits(unscaled: i128) -> u32 {
    unscaled.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1)
}

/// Precision and scale of a bound decimal: its type's, unless the value has more digits than that.
pub(crate) fn decimal_type(bind: &Bind) -> (u32, i8) {
    let declared = match bind.data_type {
        DataType::Decimal128(precision, scale) => (u32::from(precision), scale),
        _ => (38, 0),
    };
    match bind.value {
        Some(Value::Decimal { unscaled, scale }) if scale != declared.1 || digits(unscaled) > declared.0 => {
            (digits(unscaled).max(u32::from(scale.unsigned_abs())).clamp(1, 38), scale)
        }
        _ => declared,
    }
}

/// A decimal in digits; nothing for a negative scale, which the server lacks.
pub(crate) fn written(unscaled: i128, scale: i8) -> Option<String> {
    let behind = usize::try_from(scale).ok()?;
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = behind + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - behind)?;
    Some(if behind == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(value: Value, data_type: DataType, source_type: &'static str) -> Result<Parameter> {
        encode(&Bind { value: Some(value), data_type, source_type: Some(source_type) })
    }

    #[test]
    fn every_type_that_the_dialect_binds_is_encoded() {
        use connector_core::Dialect;
        for (data_type, value) in [
            (DataType::Boolean, Value::Bool(true)),
            (DataType::Int8, Value::Int(-128)),
            (DataType::Int16, Value::Int(i16::MIN.into())),
            (DataType::Int32, Value::Int(i32::MAX.into())),
            (DataType::Int64, Value::Int(i64::MIN)),
            (DataType::Float32, Value::Float32(f32::MAX)),
            (DataType::Float64, Value::Float64(f64::MIN)),
            (DataType::Decimal128(38, 38), Value::Decimal { unscaled: 5, scale: 38 }),
            (DataType::Utf8, Value::Text("é😀".into())),
            (DataType::Binary, Value::Bytes(vec![0])),
            (DataType::Date32, Value::Date(-719_162)),
            (DataType::Date64, Value::Millis(0)),
            (DataType::Timestamp(arrow_schema::TimeUnit::Millisecond, Some("UTC".into())), Value::ZonedMillis(0)),
        ] {
            let source_type = crate::dialect::TransactSql.bind_type(&data_type);
            assert!(exists(&value), "{data_type}");
            let bind = Bind { value: Some(value), data_type: data_type.clone(), source_type };
            assert!(encode(&bind).is_ok(), "{data_type}");
            let null = encode(&Bind { value: None, ..bind }).unwrap();
            assert!(null == Parameter::text(""), "never a NULL without a type");
        }
    }

    #[test]
    fn what_the_server_does_not_have_is_not_sent() {
        for value in [
            Value::Float64(f64::NAN),
            Value::Float32(f32::INFINITY),
            Value::Decimal { unscaled: i128::MAX, scale: 0 },
            Value::Decimal { unscaled: 1, scale: -1 },
            Value::Text("a".repeat(4001)),
            Value::Text("€".repeat(2667)),
            Value::Date(-719_163),
            Value::Date(i32::MAX),
            Value::Millis(i64::MIN),
            Value::ZonedMillis(253_402_300_800_000),
        ] {
            assert!(!exists(&value), "{value:?}");
        }
        assert!(exists(&Value::Text("a".repeat(4000))) && exists(&Value::Text("€".repeat(2666))));
        assert!(bound(Value::Int(1 << 40), DataType::Int32, "int").is_err());
        assert!(bound(Value::Int(1), DataType::Utf8, "nvarchar(4000)").is_err());
    }

    #[test]
    fn a_decimal_is_written_with_all_its_digits() {
        for (unscaled, scale, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (-5, 2, "-0.05"),
            (12_345, 2, "123.45"),
            (5, 38, "0.00000000000000000000000000000000000005"),
            (-(10_i128.pow(38) - 1), 0, "-99999999999999999999999999999999999999"),
        ] {
            assert_eq!(written(unscaled, scale).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_decimals_type_holds_its_digits() {
        let typed = |unscaled, scale, data_type| {
            decimal_type(&Bind { value: Some(Value::Decimal { unscaled, scale }), data_type, source_type: None })
        };
        assert_eq!(typed(100, 2, DataType::Decimal128(10, 2)), (10, 2));
        assert_eq!(typed(1, 3, DataType::Decimal128(10, 2)), (3, 3));
        assert_eq!(typed(100_000, 2, DataType::Decimal128(4, 2)), (6, 2));
    }

    #[test]
    fn only_a_uuid_as_the_server_prints_it_is_one() {
        let printed = "0123ABCD-0000-0000-0000-0000000000FF";
        assert!(uuid(printed).is_some());
        for text in
            [printed.to_lowercase(), format!("{{{printed}}}"), printed.replace('-', ""), printed.replace('C', "G")]
        {
            assert!(uuid(&text).is_none(), "{text}");
        }
        assert!(uuid("0123ABCD00000-0000-0000-0000-00000000FF").is_none(), "dashes elsewhere");
        let guid = bound(Value::Text(printed.into()), DataType::Utf8, UNIQUEIDENTIFIER).unwrap();
        let expected = [0x24, 16, 16, 0xcd, 0xab, 0x23, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff];
        assert_eq!((guid.declared(), guid.bytes()), (UNIQUEIDENTIFIER, &expected[..]));
    }

    #[test]
    fn values_are_typed_on_the_wire() {
        for (value, data_type, source_type, bytes) in [
            (Value::Bool(true), DataType::Boolean, "bit", vec![0x68, 1, 1, 1]),
            (Value::Int(-1), DataType::Int32, "int", vec![0x26, 4, 4, 255, 255, 255, 255]),
            (Value::Float32(0.5), DataType::Float32, "real", vec![0x6d, 4, 4, 0, 0, 0, 0x3f]),
            (Value::Date(0), DataType::Date32, "date", vec![0x28, 3, 0x3a, 0xf9, 0x0a]),
            (Value::Millis(7), DataType::Date64, "datetime", vec![0x6f, 8, 8, 0xdf, 0x63, 0, 0, 2, 0, 0, 0]),
            (Value::Millis(123), DataType::Date64, "datetime2(3)", vec![0x2a, 3, 7, 123, 0, 0, 0, 0x3a, 0xf9, 0x0a]),
            (
                Value::ZonedMillis(-1),
                DataType::Date64,
                "datetimeoffset(3)",
                vec![0x2b, 3, 9, 0xff, 0x5b, 0x26, 0x05, 0x39, 0xf9, 0x0a, 0, 0],
            ),
            (
                Value::Bytes(vec![7]),
                DataType::Binary,
                "varbinary(max)",
                vec![0xa5, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0],
            ),
            (
                Value::Bytes(vec![]),
                DataType::Binary,
                "varbinary(max)",
                vec![0xa5, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ),
            (
                Value::Text("é".into()),
                DataType::Utf8,
                "nvarchar(4000)",
                vec![0xe7, 0x40, 0x1f, 0, 0, 0, 0, 0, 2, 0, 0xe9, 0],
            ),
        ] {
            let bound = bound(value, data_type, source_type).unwrap();
            assert_eq!((bound.declared(), bound.bytes()), (source_type, &bytes[..]));
        }
        let long = Parameter::text(&"x".repeat(4001));
        assert_eq!((long.declared(), &long.bytes()[..8]), ("nvarchar(max)", &[0xe7, 255, 255, 0, 0, 0, 0, 0][..]));
    }
}
