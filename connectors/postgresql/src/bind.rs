//! Values to compare with, as the binary protocol takes them.
//!
//! A text with a zero byte and a time beyond the server's range are values that the server does not have. They are not sent, and
//! what compares with them is evaluated above: as the nearest value, such as an infinity, they would find the rows that hold
//! it. Not here: which type a value is bound as; the type table and the dialect say so.

use std::error::Error as StdError;
use std::fmt;

use bytes::{BufMut, BytesMut};
use connector_core::{Bind, Error, Result, Value};
use postgres_types::{IsNull, ToSql, Type, to_sql_checked};

use crate::decode::{DIGIT_BASE, EPOCH_DAYS, EPOCH_MILLIS};
use crate::dialect;
use crate::error::Unbindable;
use crate::message::Bound;

/// A bound value. It prints as nothing, so that no log can show it.
pub(crate) struct Parameter<'a>(Option<&'a Value>);

impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("?")
    }
}

/// The statement's values with their types on the wire.
pub(crate) fn parameters(binds: &[Bind]) -> Result<Vec<(Parameter<'_>, Type)>> {
    let typed = binds.iter().map(|bind| match bind.source_type.and_then(dialect::wire_type) {
        Some(wire) => Ok((Parameter(bind.value.as_ref()), wire)),
        None => Err(Error::internal(format!("a value of type {} cannot be bound", bind.data_type))),
    });
    typed.collect()
}

/// The same, as they are sent.
pub(crate) fn bound<'a>(parameters: &'a [(Parameter<'_>, Type)]) -> Vec<Bound<'a>> {
    parameters.iter().map(|(value, of)| (value as &(dyn ToSql + Sync), of.clone())).collect()
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, wire: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            Some(value) => encode(value, wire, out).map(|()| IsNull::No),
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Whether the server has this value.
pub(crate) fn exists(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.contains('\0'),
        Value::Date(days) => date(*days).is_some(),
        Value::Millis(millis) | Value::ZonedMillis(millis) => timestamp(*millis).is_some(),
        _ => true,
    }
}

fn encode(value: &Value, wire: &Type, out: &mut BytesMut) -> Result<(), Box<dyn StdError + Sync + Send>> {
    match (value, wire) {
        (Value::Bool(value), &Type::BOOL) => out.put_u8((*value).into()),
        (Value::Int(value), &Type::INT2) => out.put_i16(i16::try_from(*value).map_err(|_| TOO_WIDE)?),
        (Value::Int(value), &Type::INT4) => out.put_i32(i32::try_from(*value).map_err(|_| TOO_WIDE)?),
        (Value::Int(value), &Type::INT8) => out.put_i64(*value),
        (Value::Float32(value), &Type::FLOAT4) => out.put_f32(*value),
        (Value::Float64(value), &Type::FLOAT8) => out.put_f64(*value),
        (Value::Decimal { unscaled, scale }, &Type::NUMERIC) => numeric(*unscaled, *scale, out)?,
        (Value::Text(value), &Type::TEXT) if value.contains('\0') => return Err(ZERO_BYTE.into()),
        (Value::Text(value), &Type::TEXT) => out.put_slice(value.as_bytes()),
        (Value::Text(value), &Type::UUID) => out.put_slice(&uuid(value).ok_or(WRONG_TYPE)?),
        (Value::Bytes(value), &Type::BYTEA) => out.put_slice(value),
        (Value::Date(days), &Type::DATE) => out.put_i32(date(*days).ok_or(NO_TIME)?),
        (Value::Millis(millis) | Value::ZonedMillis(millis), &Type::TIMESTAMP | &Type::TIMESTAMPTZ) => {
            out.put_i64(timestamp(*millis).ok_or(NO_TIME)?);
        }
        _ => return Err(WRONG_TYPE.into()),
    }
    Ok(())
}

const TOO_WIDE: Unbindable = Unbindable("is outside the range of its integer type");
const ZERO_BYTE: Unbindable = Unbindable("holds a zero byte, which no text of PostgreSQL can");
const NO_TIME: Unbindable = Unbindable("is a time beyond the server's first or last");
const WRONG_TYPE: Unbindable = Unbindable("is not of the type that it is compared as");
const NO_NUMERIC: Unbindable = Unbindable("is no decimal");

/// The bytes of a uuid that is written as the server prints it: in lower case, with four dashes.
pub(crate) fn uuid(text: &str) -> Option<[u8; 16]> {
    let mut digits =
        text.bytes().enumerate().filter(|(index, _)| !DASHES.contains(index)).map(|(_, byte)| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        });
    let has_dashes = DASHES.iter().all(|index| text.as_bytes().get(*index) == Some(&b'-'));
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        *byte = digits.next()?? << 4 | digits.next()??;
    }
    (text.len() == 36 && has_dashes).then_some(bytes)
}

const DASHES: [usize; 4] = [8, 13, 18, 23];

/// The server's first day is 4714-11-24 BC, its last 5874897-12-31.
fn date(days: i32) -> Option<i32> {
    const FIRST: i32 = -2_451_545;
    const LAST: i32 = 2_145_031_948;
    days.checked_sub(EPOCH_DAYS).filter(|days| (FIRST..=LAST).contains(days))
}

/// Microseconds since the server's epoch; its last moment is the end of the year 294276.
fn timestamp(millis: i64) -> Option<i64> {
    const FIRST: i64 = -211_813_488_000_000_000;
    const END: i64 = 9_223_371_331_200_000_000;
    let micros = millis.checked_sub(EPOCH_MILLIS)?.checked_mul(1000)?;
    (FIRST..END).contains(&micros).then_some(micros)
}

/// Digits of base 10,000, most significant first, with the point between two of them.
fn numeric(unscaled: i128, scale: i8, out: &mut BytesMut) -> Result<(), Unbindable> {
    let scale = u8::try_from(scale).map_err(|_| NO_NUMERIC)?;
    let base = DIGIT_BASE.unsigned_abs();
    let fraction_digits = scale.div_ceil(4);
    // Filled up so that the point stands between two digits; only the lowest needs it, so nothing overflows.
    let fill = 10_u128.pow(u32::from(fraction_digits * 4 - scale));
    let mut rest = unscaled.unsigned_abs();
    let mut digits: Vec<u16> = Vec::with_capacity(12);
    let split = base / fill;
    digits.push(u16::try_from((rest % split) * fill).map_err(|_| NO_NUMERIC)?);
    rest /= split;
    while rest > 0 {
        digits.push(u16::try_from(rest % base).map_err(|_| NO_NUMERIC)?);
        rest /= base;
    }
    let highest = i16::try_from(digits.len()).map_err(|_| NO_NUMERIC)? - 1 - i16::from(fraction_digits);
    out.put_u16(u16::try_from(digits.len()).map_err(|_| NO_NUMERIC)?);
    out.put_i16(highest);
    out.put_u16(if unscaled < 0 { 0x4000 } else { 0 });
    out.put_u16(u16::from(scale));
    digits.iter().rev().for_each(|digit| out.put_u16(*digit));
    Ok(())
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Decimal128Type;
    use arrow_schema::DataType;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn encoded(value: &Value, wire: &Type) -> Result<BytesMut, String> {
        let mut out = BytesMut::new();
        encode(value, wire, &mut out).map(|()| out).map_err(|error| error.to_string())
    }

    #[test]
    fn a_decimal_reads_back_as_itself() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..20_000 {
            let precision = random.random_range(1..=38_u8);
            let scale = i8::try_from(random.random_range(0..=precision)).unwrap();
            let limit = 10_i128.pow(u32::from(random.random_range(0..=precision)));
            let unscaled = random.random_range(-limit + 1..limit);
            let bytes = encoded(&Value::Decimal { unscaled, scale }, &Type::NUMERIC).unwrap();
            let array = crate::decode::one(&Type::NUMERIC, &DataType::Decimal128(precision, scale), &bytes);
            assert_eq!(array.as_primitive::<Decimal128Type>().value(0), unscaled, "decimal({precision},{scale})");
        }
    }

    #[test]
    fn the_largest_decimals_are_encoded() {
        for unscaled in [10_i128.pow(38) - 1, -(10_i128.pow(38) - 1)] {
            for scale in 0..=38 {
                assert!(encoded(&Value::Decimal { unscaled, scale }, &Type::NUMERIC).is_ok());
            }
        }
    }

    #[test]
    fn the_servers_first_and_last_times_exist_and_none_beyond() {
        assert_eq!((date(i32::MAX), date(i32::MIN), date(0)), (None, None, Some(-EPOCH_DAYS)));
        assert_eq!((date(-2_440_588), date(-2_440_588 - 1)), (Some(-2_451_545), None));
        assert_eq!((timestamp(i64::MAX), timestamp(i64::MIN)), (None, None));
        assert_eq!((timestamp(EPOCH_MILLIS + 1), timestamp(0)), (Some(1000), Some(-EPOCH_MILLIS * 1000)));
        assert_eq!(timestamp(9_224_318_016_000_000), None);
        assert!(timestamp(9_224_318_015_999_999).is_some());
    }

    #[test]
    fn fast_and_slow_agree_on_random_uuids() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..5_000 {
            let number: u128 = random.random();
            let digits = format!("{number:032x}");
            let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
            let mut text = parts.join("-").into_bytes();
            assert_eq!(uuid(std::str::from_utf8(&text).unwrap()), Some(number.to_be_bytes()), "{number:x}");
            let (place, other) = (random.random_range(0..36), random.random_range(0..128_u8));
            text[place] = other;
            let text = String::from_utf8(text).unwrap();
            let is_printed = text.bytes().enumerate().all(|(index, byte)| match byte {
                b'-' => [8, 13, 18, 23].contains(&index),
                b'0'..=b'9' | b'a'..=b'f' => ![8, 13, 18, 23].contains(&index),
                _ => false,
            });
            let slowly = u128::from_str_radix(&text.replace('-', ""), 16).ok().filter(|_| is_printed);
            assert_eq!(uuid(&text), slowly.map(u128::to_be_bytes), "{text:?}");
        }
    }

    #[test]
    fn a_uuid_is_one_only_in_the_spelling_that_the_server_prints() {
        let bytes = uuid("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11").unwrap();
        assert_eq!((bytes[0], bytes[4], bytes[15]), (0xa0, 0x9c, 0x11));
        for other in [
            "A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
            "a0eebc99-9c0b-4ef8-bb6d6-bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380aé",
            "",
        ] {
            assert_eq!(uuid(other), None, "{other}");
        }
    }

    #[test]
    fn what_exists_is_what_can_be_sent() {
        for (value, wire) in [
            (Value::Text("a\0".into()), Type::TEXT),
            (Value::Date(i32::MAX), Type::DATE),
            (Value::Millis(i64::MAX), Type::TIMESTAMP),
            (Value::ZonedMillis(i64::MIN), Type::TIMESTAMPTZ),
        ] {
            assert!(!exists(&value) && encoded(&value, &wire).is_err(), "{wire}");
        }
        assert!(exists(&Value::Text("a".into())) && exists(&Value::Date(0)) && exists(&Value::Millis(0)));
    }

    #[test]
    fn what_cannot_be_sent_says_why_and_not_what() {
        for (value, wire, says) in [
            (Value::Int(70_000), Type::INT2, "range"),
            (Value::Text("s3cret\0".into()), Type::TEXT, "zero byte"),
            (Value::Text("s3cret".into()), Type::INT4, "type"),
        ] {
            let error = encoded(&value, &wire).unwrap_err();
            assert!(error.contains(says) && !error.contains("s3cret"), "{error}");
            assert_eq!(format!("{:?}", Parameter(Some(&value))), "?");
        }
    }
}
