//! Bounds as keys that a binary search can use.
//!
//! Every type but text and binary is mapped to whole numbers that keep its order, so that any bound becomes a closed interval:
//! `x > 5` of integers is `x >= 6`, of floats the next float on. Not here: the search.

use arrow_schema::DataType;

use super::decimal::power;
use super::types::{Family, family};
use crate::{Bound, Error, Result, Value};

/// The largest scale of a decimal.
const MAX_SCALE: u32 = 38;

/// From a string on, or from behind it.
pub(crate) type Floor<'a> = (&'a [u8], bool);

/// Up to before a string, up to and with it, or without end; in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ceiling<'a> {
    At(&'a [u8], bool),
    Open,
}

/// One end of an interval: none, or a value and whether it belongs.
pub(crate) type Edge<'a> = Option<(&'a Value, bool)>;

/// An interval by its two ends.
pub(crate) type Part<'a> = (Edge<'a>, Edge<'a>);

/// A bound as an edge; NaN is greater than all, so as an upper end it bounds nothing.
pub(crate) fn edge(bound: &Bound) -> Edge<'_> {
    match bound {
        Bound::Unbounded => None,
        Bound::Included(value) | Bound::Excluded(value) if is_nan(value) => None,
        Bound::Included(value) => Some((value, true)),
        Bound::Excluded(value) => Some((value, false)),
    }
}

/// Whether a value is NaN.
pub(super) fn is_nan(value: &Value) -> bool {
    match value {
        Value::Float32(value) => value.is_nan(),
        Value::Float64(value) => value.is_nan(),
        _ => false,
    }
}

/// How values of one type become keys. An interval that holds nothing is `None`.
pub(crate) struct Keys<'t> {
    /// What the type is.
    pub(super) family: Family,
    data_type: &'t DataType,
    scale: u32,
}

impl<'t> Keys<'t> {
    /// Errors: unsupported, for a type without order.
    pub fn new(data_type: &'t DataType) -> Result<Self> {
        let family = family(data_type).filter(|family| !matches!(family, Family::Nested | Family::Unknown));
        let Some(family) = family else {
            return Err(Error::unsupported(format!("values of {data_type} are not compared")));
        };
        let scale = match data_type {
            DataType::Decimal128(_, scale) => u32::try_from(*scale).unwrap_or_default(),
            _ => 0,
        };
        Ok(Self { family, data_type, scale })
    }

    /// The interval as whole numbers of any size, decimals at the type's scale.
    pub fn wide(&self, (low, high): Part<'_>) -> Result<Option<(i128, i128)>> {
        let low = match low {
            None => Some(i128::MIN),
            Some((value, included)) => match self.position(value).ok_or_else(|| self.wrong())? {
                (floor, true) if included => Some(floor),
                (floor, _) => floor.checked_add(1),
            },
        };
        let high = match high {
            None => Some(i128::MAX),
            Some((value, included)) => match self.position(value).ok_or_else(|| self.wrong())? {
                (floor, true) if !included => floor.checked_sub(1),
                (floor, _) => Some(floor),
            },
        };
        Ok(low.zip(high).filter(|(low, high)| low <= high))
    }

    /// The interval as whole numbers of 64 bits.
    pub fn whole(&self, part: Part<'_>) -> Result<Option<(i64, i64)>> {
        let clamped = self.wide(part)?.and_then(|(low, high)| {
            let low = i64::try_from(low.max(i128::from(i64::MIN))).ok()?;
            let high = i64::try_from(high.min(i128::from(i64::MAX))).ok()?;
            Some((low, high))
        });
        Ok(clamped)
    }

    /// The interval as [`float_key`]s.
    pub fn floats(&self, (low, high): Part<'_>) -> Result<Option<(i64, i64)>> {
        let key = |value: &Value| match value {
            Value::Float32(value) => Ok(float_key(f64::from(*value))),
            Value::Float64(value) => Ok(float_key(*value)),
            _ => Err(self.wrong()),
        };
        let low = match low {
            None => i64::MIN,
            Some((value, included)) => key(value)? + i64::from(!included),
        };
        let high = match high {
            None => i64::MAX,
            Some((value, included)) => key(value)? - i64::from(!included),
        };
        Ok(Some((low, high)).filter(|(low, high)| low <= high))
    }

    // The largest whole number that is not above the value, and whether it is the value. A number too large for the scale is
    // above or below everything.
    fn position(&self, value: &Value) -> Option<(i128, bool)> {
        match (self.family, value) {
            (Family::Integer | Family::Decimal, Value::Int(value)) => self.rescaled(i128::from(*value), 0),
            (Family::Integer | Family::Decimal, Value::Decimal { unscaled, scale }) => self.rescaled(*unscaled, *scale),
            (Family::Date, Value::Date(days)) => Some((i128::from(*days), true)),
            (Family::Millis, Value::Millis(millis)) | (Family::Zoned, Value::ZonedMillis(millis)) => {
                Some((i128::from(*millis), true))
            }
            (Family::Boolean, Value::Bool(value)) => Some((i128::from(*value), true)),
            _ => None,
        }
    }

    fn rescaled(&self, unscaled: i128, scale: i8) -> Option<(i128, bool)> {
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= MAX_SCALE)?;
        if scale > self.scale {
            let divisor = power(scale - self.scale);
            return Some((unscaled.div_euclid(divisor), unscaled.rem_euclid(divisor) == 0));
        }
        let beyond = if unscaled < 0 { i128::MIN } else { i128::MAX };
        Some(unscaled.checked_mul(power(self.scale - scale)).map_or((beyond, false), |value| (value, true)))
    }

    /// The interval of text or binary.
    pub fn bytes<'a>(&self, (low, high): Part<'a>) -> Result<Option<(Floor<'a>, Ceiling<'a>)>> {
        let bytes = |value: &'a Value| match (self.family, value) {
            (Family::Text, Value::Text(text)) => Ok(text.as_bytes()),
            (Family::Binary, Value::Bytes(bytes)) => Ok(&bytes[..]),
            _ => Err(self.wrong()),
        };
        let low = match low {
            None => (&[][..], false),
            Some((value, included)) => (bytes(value)?, !included),
        };
        let high = match high {
            None => Ceiling::Open,
            Some((value, included)) => Ceiling::At(bytes(value)?, included),
        };
        Ok(Some((low, high)))
    }

    fn wrong(&self) -> Error {
        Error::invalid(format!("a value of another type is compared with {}", self.data_type))
    }
}

/// The bits of a float as a number of the same order. The sum makes -0 into 0, which it equals.
pub(super) fn float_key(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits().cast_signed();
    bits ^ ((bits >> 63) & i64::MAX)
}
