//! Single values, as the driver hands them over. NULL is nothing; a value of another type is a fault.

use tiberius::ColumnData;

use super::Fault;
use crate::time;

pub(super) fn boolean(data: &ColumnData<'_>) -> Result<Option<bool>, Fault> {
    match data {
        ColumnData::Bit(value) => Ok(*value),
        other => nothing(other),
    }
}

/// `tinyint`, which has no sign, and `smallint`.
pub(super) fn int16(data: &ColumnData<'_>) -> Result<Option<i16>, Fault> {
    match data {
        ColumnData::U8(value) => Ok(value.map(i16::from)),
        ColumnData::I16(value) => Ok(*value),
        other => nothing(other),
    }
}

pub(super) fn int32(data: &ColumnData<'_>) -> Result<Option<i32>, Fault> {
    match data {
        ColumnData::I32(value) => Ok(*value),
        other => nothing(other),
    }
}

pub(super) fn int64(data: &ColumnData<'_>) -> Result<Option<i64>, Fault> {
    match data {
        ColumnData::I64(value) => Ok(*value),
        other => nothing(other),
    }
}

pub(super) fn float32(data: &ColumnData<'_>) -> Result<Option<f32>, Fault> {
    match data {
        ColumnData::F32(value) => Ok(*value),
        other => nothing(other),
    }
}

pub(super) fn float64(data: &ColumnData<'_>) -> Result<Option<f64>, Fault> {
    match data {
        ColumnData::F64(value) => Ok(*value),
        other => nothing(other),
    }
}

pub(super) fn bytes<'d>(data: &'d ColumnData<'_>) -> Result<Option<&'d [u8]>, Fault> {
    match data {
        ColumnData::Binary(value) => Ok(value.as_deref()),
        other => nothing(other),
    }
}

pub(super) fn date(data: &ColumnData<'_>) -> Result<Option<i32>, Fault> {
    match data {
        ColumnData::Date(Some(value)) => time::days(*value).map(Some).ok_or(Fault::value("a far date")),
        ColumnData::Date(None) => Ok(None),
        other => nothing(other),
    }
}

/// Milliseconds since 1970-01-01: floored where the type is finer, as the server shows it where it counts in ticks.
pub(super) fn millis(data: &ColumnData<'_>) -> Result<Option<i64>, Fault> {
    const NO_TIME: Fault = Fault::value("a time beyond its day");
    match data {
        ColumnData::DateTime(value) => Ok(value.map(time::shown_millis)),
        ColumnData::SmallDateTime(value) => Ok(value.map(time::minute_millis)),
        ColumnData::DateTime2(Some(value)) => time::millis(*value).map(Some).ok_or(NO_TIME),
        ColumnData::DateTimeOffset(Some(value)) => time::zoned_millis(*value).map(Some).ok_or(NO_TIME),
        ColumnData::DateTime2(None) | ColumnData::DateTimeOffset(None) => Ok(None),
        other => nothing(other),
    }
}

/// The same, packed above the key of a zone, which is 0 for UTC.
pub(super) fn packed_millis(data: &ColumnData<'_>) -> Result<Option<i64>, Fault> {
    const ZONE_KEY_BITS: u32 = 12;
    // No year of the server reaches the bits that are shifted out.
    Ok(millis(data)?.map(|millis| millis << ZONE_KEY_BITS))
}

/// A decimal type that values must fit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    scale: u8,
    limit: i128,
}

impl Decimal {
    /// Nothing, if there is no such type.
    pub(super) fn new(precision: u8, scale: i8) -> Option<Self> {
        let exists = (1..=38).contains(&precision);
        exists.then(|| Some(Self { scale: u8::try_from(scale).ok()?, limit: 10_i128.pow(precision.into()) }))?
    }

    pub(super) fn decode(self, data: &ColumnData<'_>) -> Result<Option<i128>, Fault> {
        let number = match data {
            ColumnData::Numeric(Some(number)) => number,
            ColumnData::Numeric(None) => return Ok(None),
            other => return nothing(other),
        };
        let exactly = self
            .scaled(number.value(), number.scale())
            .filter(|value| value.unsigned_abs() < self.limit.unsigned_abs());
        exactly.map(Some).ok_or(Fault::value("a decimal of more digits"))
    }

    /// The value at our scale, if it has no digits beyond it.
    fn scaled(self, value: i128, scale: u8) -> Option<i128> {
        if let Some(more) = self.scale.checked_sub(scale) {
            return value.checked_mul(10_i128.checked_pow(more.into())?);
        }
        let unit = 10_i128.checked_pow((scale - self.scale).into())?;
        (value % unit == 0).then_some(value / unit)
    }
}

/// NULL of whatever type, for the driver knows a few that a column may have by then; else a fault.
pub(super) fn nothing<T>(data: &ColumnData<'_>) -> Result<Option<T>, Fault> {
    if is_null(data) { Ok(None) } else { Err(Fault::OtherType) }
}

fn is_null(data: &ColumnData<'_>) -> bool {
    match data {
        ColumnData::U8(value) => value.is_none(),
        ColumnData::I16(value) => value.is_none(),
        ColumnData::I32(value) => value.is_none(),
        ColumnData::I64(value) => value.is_none(),
        ColumnData::F32(value) => value.is_none(),
        ColumnData::F64(value) => value.is_none(),
        ColumnData::Bit(value) => value.is_none(),
        ColumnData::String(value) => value.is_none(),
        ColumnData::Guid(value) => value.is_none(),
        ColumnData::Binary(value) => value.is_none(),
        ColumnData::Numeric(value) => value.is_none(),
        ColumnData::Xml(value) => value.is_none(),
        ColumnData::DateTime(value) => value.is_none(),
        ColumnData::SmallDateTime(value) => value.is_none(),
        ColumnData::Time(value) => value.is_none(),
        ColumnData::Date(value) => value.is_none(),
        ColumnData::DateTime2(value) => value.is_none(),
        ColumnData::DateTimeOffset(value) => value.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use tiberius::numeric::Numeric;
    use tiberius::time::{Date, DateTime, DateTime2, DateTimeOffset, SmallDateTime, Time};

    use super::*;

    #[test]
    fn integers_keep_both_ends() {
        assert_eq!(int16(&ColumnData::U8(Some(255))), Ok(Some(255)));
        assert_eq!(int16(&ColumnData::I16(Some(i16::MIN))), Ok(Some(i16::MIN)));
        assert_eq!(int32(&ColumnData::I32(Some(i32::MIN))), Ok(Some(i32::MIN)));
        assert_eq!(int64(&ColumnData::I64(Some(i64::MAX))), Ok(Some(i64::MAX)));
        assert_eq!(boolean(&ColumnData::Bit(Some(false))), Ok(Some(false)));
    }

    #[test]
    fn null_is_null_whatever_type_it_comes_in_and_a_value_of_another_is_a_fault() {
        for null in [ColumnData::I32(None), ColumnData::String(None), ColumnData::Bit(None), ColumnData::Date(None)] {
            assert_eq!((int32(&null), millis(&null), date(&null)), (Ok(None), Ok(None), Ok(None)), "{null:?}");
        }
        assert_eq!(int32(&ColumnData::I64(Some(1))), Err(Fault::OtherType));
        assert_eq!(float64(&ColumnData::F32(Some(1.0))), Err(Fault::OtherType));
        assert_eq!(bytes(&ColumnData::String(Some("a".into()))), Err(Fault::OtherType));
    }

    #[test]
    fn floats_keep_every_bit() {
        for value in [f64::MIN_POSITIVE, -0.0, f64::MAX, 0.1] {
            let read = float64(&ColumnData::F64(Some(value))).unwrap().unwrap();
            assert_eq!(read.to_bits(), value.to_bits());
        }
        assert_eq!(float32(&ColumnData::F32(Some(f32::MAX))), Ok(Some(f32::MAX)));
    }

    #[test]
    fn decimals_are_exact_or_faults() {
        let read = |precision, scale, value, own| {
            let number = ColumnData::Numeric(Some(Numeric::new_with_scale(value, own)));
            Decimal::new(precision, scale).unwrap().decode(&number)
        };
        let largest = 10_i128.pow(38) - 1;
        assert_eq!(read(38, 0, largest, 0), Ok(Some(largest)));
        assert_eq!(read(38, 38, -largest, 38), Ok(Some(-largest)));
        assert_eq!(read(19, 4, 9_223_372_036_854_775_807, 4), Ok(Some(9_223_372_036_854_775_807)));
        assert_eq!(read(10, 4, 12, 2), Ok(Some(1200)));
        assert_eq!(read(10, 2, 1200, 4), Ok(Some(12)));
        assert!(read(10, 2, 1201, 4).is_err());
        assert!(read(4, 2, 10_000, 2).is_err());
        assert!(read(38, 38, largest, 0).is_err());
        assert_eq!(Decimal::new(5, 2).unwrap().decode(&ColumnData::Numeric(None)), Ok(None));
        assert!(Decimal::new(39, 0).is_none() && Decimal::new(5, -1).is_none());
    }

    #[test]
    fn every_time_is_milliseconds_since_1970() {
        let moment = DateTime2::new(Date::new(719_162), Time::new(1_239_999, 7));
        for (data, expected) in [
            (ColumnData::DateTime(Some(DateTime::new(25_567, 2))), 7),
            (ColumnData::DateTime(Some(DateTime::new(0, 0))), -25_567 * 86_400_000),
            (ColumnData::SmallDateTime(Some(SmallDateTime::new(25_567, 1))), 60_000),
            (ColumnData::DateTime2(Some(moment)), 123),
            (ColumnData::DateTimeOffset(Some(DateTimeOffset::new(moment, 330))), 123),
        ] {
            assert_eq!(millis(&data), Ok(Some(expected)), "{data:?}");
            assert_eq!(packed_millis(&data), Ok(Some(expected << 12)), "{data:?}");
        }
        assert_eq!(date(&ColumnData::Date(Some(Date::new(0)))), Ok(Some(-719_162)));
        assert_eq!(date(&ColumnData::Date(Some(Date::new(3_652_058)))), Ok(Some(2_932_896)));
        let beyond = DateTime2::new(Date::new(1), Time::new(u64::MAX, 7));
        assert!(matches!(millis(&ColumnData::DateTime2(Some(beyond))), Err(Fault::Value(_))));
    }
}
