//! Types and constants.

use arrow_schema::{DataType, TimeUnit};
use connector_core::{Result, Value};

use super::unread;
use super::wire::{Fields, Raw, once, required};

/// Reads a type; none for one that has no place here.
pub(super) fn data_type(message: &[u8]) -> Result<Option<DataType>> {
    let mut found = None;
    for field in Fields::new(message) {
        let (number, raw) = field?;
        once(&mut found, kind(number, raw.message()?)?)?;
    }
    required(found, "the kind of a type")
}

fn kind(number: u64, message: &[u8]) -> Result<Option<DataType>> {
    // Of those without parameters the fields are variation and nullability, of the others the parameter stands first.
    let plain = |data_type: DataType| Ok(parameters(message, 0)?.map(|_| data_type));
    let precise = |data_type: DataType| Ok(parameters(message, 1)?.map(|_| data_type));
    match number {
        1 => plain(DataType::Boolean),
        2 => plain(DataType::Int8),
        3 => plain(DataType::Int16),
        5 => plain(DataType::Int32),
        7 => plain(DataType::Int64),
        10 => plain(DataType::Float32),
        11 => plain(DataType::Float64),
        12 => plain(DataType::Utf8),
        13 => plain(DataType::Binary),
        14 => plain(DataType::Date64),
        16 => plain(DataType::Date32),
        29 => plain(zoned()),
        22 => precise(DataType::Utf8),
        33 => precise(DataType::Date64),
        34 => precise(zoned()),
        24 => Ok(parameters(message, 2)?.and_then(|parameters| decimal(&parameters))),
        // Among them char(n), whose blanks compare in a way of their own.
        _ => Ok(None),
    }
}

fn zoned() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

fn decimal(parameters: &[u64]) -> Option<DataType> {
    let [scale, precision] = parameters else { return None };
    let (precision, scale) = (u8::try_from(*precision).ok()?, i8::try_from(*scale).ok()?);
    (precision <= 38 && i8::try_from(precision).is_ok_and(|precision| scale <= precision))
        .then_some(DataType::Decimal128(precision, scale))
}

/// The first `count` parameters of a type; none for a variation of the type.
fn parameters(message: &[u8], count: u64) -> Result<Option<Vec<u64>>> {
    let mut parameters = vec![0; usize::try_from(count).unwrap_or(0)];
    let mut is_variation = false;
    for field in Fields::new(message) {
        let (number, raw) = field?;
        let value = raw.varint()?;
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        match place.and_then(|place| parameters.get_mut(place)) {
            Some(parameter) => *parameter = value,
            None if number == count + 1 => is_variation = value != 0,
            None if number == count + 2 => {}
            None => return Err(unread("a type of more parameters")),
        }
    }
    Ok((!is_variation).then_some(parameters))
}

/// Reads a constant.
pub(super) fn literal(message: &[u8]) -> Result<(Option<Value>, DataType)> {
    let mut found = None;
    for field in Fields::new(message) {
        let (number, raw) = field?;
        match number {
            50 => drop(raw.flag()?),
            51 => raw.only(0, "a variation of a type")?,
            29 => {
                let data_type = data_type(raw.message()?)?.ok_or_else(|| unread("NULL of this type"))?;
                once(&mut found, (None, data_type))?;
            }
            _ => {
                let (value, data_type) = value(number, raw)?;
                once(&mut found, (Some(value), data_type))?;
            }
        }
    }
    required(found, "the value of a constant")
}

fn value(number: u64, raw: Raw<'_>) -> Result<(Value, DataType)> {
    let whole = |data_type, from: i64, to: i64| match raw.signed()? {
        value if (from..=to).contains(&value) => Ok((Value::Int(value), data_type)),
        _ => Err(unread("a number outside its type")),
    };
    match number {
        1 => Ok((Value::Bool(raw.flag()?), DataType::Boolean)),
        2 => whole(DataType::Int8, i8::MIN.into(), i8::MAX.into()),
        3 => whole(DataType::Int16, i16::MIN.into(), i16::MAX.into()),
        5 => whole(DataType::Int32, i32::MIN.into(), i32::MAX.into()),
        7 => whole(DataType::Int64, i64::MIN, i64::MAX),
        12 => Ok((Value::Text(raw.text()?), DataType::Utf8)),
        14 => millis(raw.signed()?, 6, false),
        16 => {
            let days = i32::try_from(raw.signed()?).map_err(|_| unread("a day outside its type"))?;
            Ok((Value::Date(days), DataType::Date32))
        }
        // A text that ends in blanks may be meant without them.
        21 => match raw.text()? {
            text if text.ends_with(' ') => Err(unread("a char(n) that ends in a blank")),
            text => Ok((Value::Text(text), DataType::Utf8)),
        },
        22 => var_char(raw.message()?),
        24 => decimal_value(raw.message()?),
        27 => millis(raw.signed()?, 6, true),
        34 => precise(raw.message()?, false),
        35 => precise(raw.message()?, true),
        _ => Err(unread("a constant of this type")),
    }
}

fn var_char(message: &[u8]) -> Result<(Value, DataType)> {
    let mut text = None;
    for field in Fields::new(message) {
        match field? {
            (1, raw) => once(&mut text, raw.text()?)?,
            (2, raw) => drop(raw.varint()?),
            _ => return Err(unread("an unknown field of a varchar")),
        }
    }
    Ok((Value::Text(text.unwrap_or_default()), DataType::Utf8))
}

fn decimal_value(message: &[u8]) -> Result<(Value, DataType)> {
    let (mut bytes, mut precision, mut scale) = (None, 0, 0);
    for field in Fields::new(message) {
        match field? {
            (1, raw) => once(&mut bytes, raw.message()?)?,
            (2, raw) => precision = raw.varint()?,
            (3, raw) => scale = raw.varint()?,
            _ => return Err(unread("an unknown field of a decimal")),
        }
    }
    let bytes = required(bytes, "the digits of a decimal")?;
    let unscaled = i128::from_le_bytes(bytes.try_into().map_err(|_| unread("a decimal not of 16 bytes"))?);
    match decimal(&[scale, precision]) {
        Some(data_type @ DataType::Decimal128(precision, scale)) if fits(unscaled, precision) => {
            Ok((Value::Decimal { unscaled, scale }, data_type))
        }
        _ => Err(unread("a decimal outside its type")),
    }
}

fn fits(unscaled: i128, precision: u8) -> bool {
    10_u128.checked_pow(precision.into()).is_some_and(|end| unscaled.unsigned_abs() < end)
}

fn precise(message: &[u8], is_zoned: bool) -> Result<(Value, DataType)> {
    let (mut precision, mut value) = (0, 0);
    for field in Fields::new(message) {
        match field? {
            (1, raw) => precision = raw.varint()?,
            (2, raw) => value = raw.signed()?,
            _ => return Err(unread("an unknown field of a timestamp")),
        }
    }
    millis(value, precision, is_zoned)
}

/// A time as Athena's milliseconds; a finer one would have to be rounded.
fn millis(value: i64, precision: u64, is_zoned: bool) -> Result<(Value, DataType)> {
    let power = |digits: u64| u32::try_from(digits).ok().and_then(|digits| 10_i64.checked_pow(digits));
    let millis = match precision.checked_sub(3) {
        Some(finer) => power(finer).filter(|unit| value % unit == 0).map(|unit| value / unit),
        None => power(3 - precision).and_then(|unit| value.checked_mul(unit)),
    };
    let millis = millis.ok_or_else(|| unread("a time finer than a millisecond"))?;
    Ok(if is_zoned { (Value::ZonedMillis(millis), zoned()) } else { (Value::Millis(millis), DataType::Date64) })
}
