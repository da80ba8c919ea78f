//! Values to compare with, as the driver takes them.
//!
//! A number that is none, a time beyond the server's calendar and a text longer than can be compared are values that the server
//! does not have. They are not sent, and what compares with them is evaluated above. Not here: which type a value is bound
//! as; the type table and the dialect say so.

use std::borrow::Cow;

use arrow_schema::DataType;
use connector_core::{Bind, Error, Result, Value};
use tiberius::time::DateTimeOffset;
use tiberius::{ColumnData, ToSql, Uuid};

use crate::dialect::{UNDER_COLLATION, UNIQUEIDENTIFIER};
use crate::time;

/// The type of decimals, whose digits come from the value's own type.
pub(crate) const DECIMAL: &str = "decimal";

/// A bound value. It prints as nothing, so that no log can hold it.
pub(crate) struct Parameter(ColumnData<'static>);

impl std::fmt::Debug for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("?")
    }
}

impl ToSql for Parameter {
    fn to_sql(&self) -> ColumnData<'_> {
        self.0.clone()
    }
}

/// The statement's values, in order.
///
/// Errors: invalid, for a value that its type cannot hold.
pub(crate) fn parameters(binds: &[Bind]) -> Result<Vec<Parameter>> {
    binds.iter().map(|bind| encode(bind).map(Parameter)).collect()
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

fn encode(bind: &Bind) -> Result<ColumnData<'static>> {
    // NULL stands in the statement itself, which leaves its parameter unused.
    let Some(value) = &bind.value else { return Ok(text(String::new())) };
    let source_type = bind.source_type.unwrap_or_default();
    Ok(match (value, source_type) {
        (Value::Bool(value), "bit") => ColumnData::Bit(Some(*value)),
        (Value::Int(value), "smallint") => ColumnData::I16(Some(i16::try_from(*value).map_err(|_| too_wide())?)),
        (Value::Int(value), "int") => ColumnData::I32(Some(i32::try_from(*value).map_err(|_| too_wide())?)),
        (Value::Int(value), "bigint") => ColumnData::I64(Some(*value)),
        (Value::Float32(value), "real") if value.is_finite() => ColumnData::F32(Some(*value)),
        (Value::Float64(value), "float(53)") if value.is_finite() => ColumnData::F64(Some(*value)),
        // The driver counts the digits of some decimals wrongly, so they travel as they are written.
        (Value::Decimal { unscaled, scale }, DECIMAL) => text(written(*unscaled, *scale).ok_or_else(no_value)?),
        (Value::Text(value), UNIQUEIDENTIFIER) => ColumnData::Guid(Some(uuid(value).ok_or_else(no_value)?)),
        (Value::Text(value), own) if own == "nvarchar(4000)" || own.starts_with(UNDER_COLLATION) => text(value.clone()),
        (Value::Bytes(value), "varbinary(max)") => ColumnData::Binary(Some(Cow::Owned(value.clone()))),
        (Value::Date(days), "date") => ColumnData::Date(Some(time::date(*days).ok_or_else(no_value)?)),
        (Value::Millis(millis), "datetime") => {
            ColumnData::DateTime(Some(time::first_tick(*millis).ok_or_else(no_value)?))
        }
        (Value::Millis(millis), own) if own.starts_with("datetime2(") => {
            ColumnData::DateTime2(Some(time::moment(*millis).ok_or_else(no_value)?))
        }
        (Value::Millis(millis) | Value::ZonedMillis(millis), own) if own.starts_with("datetimeoffset(") => {
            let moment = time::moment(*millis).ok_or_else(no_value)?;
            ColumnData::DateTimeOffset(Some(DateTimeOffset::new(moment, 0)))
        }
        _ => return Err(Error::internal(format!("a value of type {} cannot be bound", bind.data_type))),
    })
}

fn text(text: String) -> ColumnData<'static> {
    ColumnData::String(Some(Cow::Owned(text)))
}

fn too_wide() -> Error {
    Error::invalid("a value to compare with is outside the range of its integer type")
}

fn no_value() -> Error {
    Error::internal("a value to compare with does not exist at the server, and was to be kept above")
}

/// A uuid that is written as the server prints it: in upper case, with four dashes.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    let is_printed = text.len() == 36 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F' | b'-'));
    is_printed.then(|| Uuid::try_parse(text).ok())?
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
fn written(unscaled: i128, scale: i8) -> Option<String> {
    let behind = usize::try_from(scale).ok()?;
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = behind + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - behind)?;
    Some(if behind == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(value: Value, data_type: DataType, source_type: &'static str) -> Result<ColumnData<'static>> {
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
            assert_eq!(
                encode(&Bind { value: None, ..bind }).unwrap(),
                text(String::new()),
                "never a NULL without a type"
            );
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
        let guid = bound(Value::Text(printed.into()), DataType::Utf8, UNIQUEIDENTIFIER).unwrap();
        assert_eq!(guid, ColumnData::Guid(Uuid::try_parse(printed).ok()));
    }

    #[test]
    fn nothing_of_a_value_is_printed() {
        assert_eq!(format!("{:?}", Parameter(text("hunter2".into()))), "?");
    }
}
