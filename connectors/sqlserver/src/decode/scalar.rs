//! Single values of fixed width, as they stand on the wire.

use super::Fault;
use crate::packet::Rest;
use crate::time::{self, Date, DateTime, DateTime2, SmallDateTime, Time};

#[inline]
fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::Malformed)
}

/// Two numbers of four bytes.
fn halves(bytes: &[u8]) -> Result<([u8; 4], [u8; 4]), Fault> {
    let (first, second) = bytes.split_first_chunk().ok_or(Fault::Malformed)?;
    Ok((*first, fixed(second)?))
}

pub(crate) fn truth(bytes: &[u8]) -> Result<bool, Fault> {
    fixed(bytes).map(|[byte]| byte != 0)
}

/// A `tinyint`, which has no sign.
pub(super) fn uint8(bytes: &[u8]) -> Result<i16, Fault> {
    fixed(bytes).map(|[byte]| byte.into())
}

pub(crate) fn int16(bytes: &[u8]) -> Result<i16, Fault> {
    fixed(bytes).map(i16::from_le_bytes)
}

pub(crate) fn int32(bytes: &[u8]) -> Result<i32, Fault> {
    fixed(bytes).map(i32::from_le_bytes)
}

pub(crate) fn int64(bytes: &[u8]) -> Result<i64, Fault> {
    fixed(bytes).map(i64::from_le_bytes)
}

pub(super) fn float32(bytes: &[u8]) -> Result<f32, Fault> {
    fixed(bytes).map(f32::from_le_bytes)
}

pub(super) fn float64(bytes: &[u8]) -> Result<f64, Fault> {
    fixed(bytes).map(f64::from_le_bytes)
}

/// `money` in its ten thousandths: the upper half comes first.
pub(super) fn money(bytes: &[u8]) -> Result<i64, Fault> {
    let (high, low) = halves(bytes)?;
    Ok((i64::from(i32::from_le_bytes(high)) << 32) | i64::from(u32::from_le_bytes(low)))
}

pub(super) fn smallmoney(bytes: &[u8]) -> Result<i64, Fault> {
    int32(bytes).map(Into::into)
}

/// The digits of a decimal: a sign, then a number of up to sixteen bytes.
pub(super) fn unscaled(bytes: &[u8]) -> Result<i128, Fault> {
    let (sign, magnitude) = bytes.split_first().ok_or(Fault::Malformed)?;
    let mut wide = [0; 16];
    wide.get_mut(..magnitude.len()).ok_or(Fault::Malformed)?.copy_from_slice(magnitude);
    let magnitude = Some(u128::from_le_bytes(wide)).filter(|magnitude| *magnitude < BEYOND_ALL);
    let magnitude = magnitude.and_then(|magnitude| i128::try_from(magnitude).ok()).ok_or(TOO_LONG)?;
    match sign {
        0 => Ok(-magnitude),
        1 => Ok(magnitude),
        _ => Err(Fault::Malformed),
    }
}

/// What has one digit more than any decimal.
const BEYOND_ALL: u128 = 10_u128.pow(38);
const TOO_LONG: Fault = Fault::value("a decimal of more digits");

/// From the scale of the wire into a decimal type that values must fit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    limit: u128,
    /// The same for numbers of up to eight bytes that come at our scale; nothing if none do.
    narrow_limit: u64,
    /// What is multiplied or divided by, one of them by nothing.
    more: i128,
    less: i128,
}

impl Decimal {
    /// Nothing, if there is no such type.
    pub(super) fn new(precision: u8, scale: i8, wire: u8) -> Option<Self> {
        let scale = u8::try_from(scale).ok().filter(|_| (1..=38).contains(&precision) && wire <= 38)?;
        let power = |digits: u8| 10_i128.checked_pow(digits.into());
        let (more, less) = (power(scale.saturating_sub(wire))?, power(wire.saturating_sub(scale))?);
        let limit = power(precision)?.unsigned_abs();
        let narrow_limit = if more == less { u64::try_from(limit).unwrap_or(u64::MAX) } else { 0 };
        Some(Self { limit, narrow_limit, more, less })
    }

    #[inline]
    pub(super) fn decode(self, bytes: &[u8]) -> Result<i128, Fault> {
        self.narrow(bytes).map_or_else(|| self.fitted(unscaled(bytes)?), Ok)
    }

    /// The value of what most columns hold: as many digits as fit eight bytes, at our scale.
    #[inline]
    fn narrow(self, bytes: &[u8]) -> Option<i128> {
        let (sign, magnitude) = bytes.split_first()?;
        let magnitude = if let Ok(eight) = <[u8; 8]>::try_from(magnitude) {
            u64::from_le_bytes(eight)
        } else {
            u32::from_le_bytes(magnitude.try_into().ok()?).into()
        };
        match sign {
            0 if magnitude < self.narrow_limit => Some(-i128::from(magnitude)),
            1 if magnitude < self.narrow_limit => Some(magnitude.into()),
            _ => None,
        }
    }

    /// The value at our scale, if it fits and has no digits beyond it.
    #[inline]
    pub(super) fn fitted(self, value: i128) -> Result<i128, Fault> {
        let scaled = match (self.more, self.less) {
            (1, 1) => Some(value),
            (more, 1) => value.checked_mul(more),
            (_, less) => (value % less == 0).then_some(value / less),
        };
        scaled.filter(|value| value.unsigned_abs() < self.limit).ok_or(TOO_LONG)
    }
}

/// Days since 1970-01-01.
pub(super) fn date(bytes: &[u8]) -> Result<i32, Fault> {
    time::days(day(fixed(bytes)?)).filter(|days| time::date(*days).is_some()).ok_or(Fault::value("a far date"))
}

fn day([a, b, c]: [u8; 3]) -> Date {
    Date::new(u32::from_le_bytes([a, b, c, 0]))
}

/// A `datetime` in milliseconds since 1970-01-01, as the server shows it.
pub(super) fn ticks(bytes: &[u8]) -> Result<i64, Fault> {
    date_time(bytes).map(time::shown_millis)
}

pub(super) fn date_time(bytes: &[u8]) -> Result<DateTime, Fault> {
    let (days, ticks) = halves(bytes)?;
    let moment = DateTime::new(i32::from_le_bytes(days), u32::from_le_bytes(ticks));
    if moment.is_within_its_day() { Ok(moment) } else { Err(BEYOND) }
}

/// The same of a `smalldatetime`.
pub(super) fn minutes(bytes: &[u8]) -> Result<i64, Fault> {
    small_date_time(bytes).map(time::minute_millis)
}

pub(super) fn small_date_time(bytes: &[u8]) -> Result<SmallDateTime, Fault> {
    let [a, b, c, d] = fixed(bytes)?;
    let moment = SmallDateTime::new(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    if moment.is_within_its_day() { Ok(moment) } else { Err(BEYOND) }
}

pub(super) const BEYOND: Fault = Fault::value("a time beyond its day");

/// A time of day.
pub(super) fn time_of_day(scale: u8, bytes: &[u8]) -> Result<Time, Fault> {
    if Some(bytes.len()) != width(scale) {
        return Err(Fault::Malformed);
    }
    let mut wide = [0; 8];
    wide.get_mut(..bytes.len()).ok_or(Fault::Malformed)?.copy_from_slice(bytes);
    Ok(Time::new(u64::from_le_bytes(wide), scale))
}

fn width(scale: u8) -> Option<usize> {
    match scale {
        0..=2 => Some(3),
        3 | 4 => Some(4),
        5..=7 => Some(5),
        _ => None,
    }
}

/// Moments of `datetime2`, and those of `datetimeoffset`, which are in UTC on the wire and have their zone behind them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    scale: u8,
    width: usize,
    has_zone: bool,
}

impl Moments {
    pub(super) fn new(scale: u8, has_zone: bool) -> Option<Self> {
        Some(Self { scale, width: width(scale)?, has_zone })
    }

    pub(super) fn moment(self, bytes: &[u8]) -> Result<DateTime2, Fault> {
        let mut rest = Rest(bytes);
        let time = rest.take(self.width).ok_or(Fault::Malformed)?;
        let date = rest.array().ok_or(Fault::Malformed)?;
        if rest.0.len() != if self.has_zone { 2 } else { 0 } {
            return Err(Fault::Malformed);
        }
        Ok(DateTime2::new(day(date), time_of_day(self.scale, time)?))
    }

    /// Milliseconds since 1970-01-01, floored (D4).
    pub(super) fn millis(self, bytes: &[u8]) -> Result<i64, Fault> {
        time::millis(self.moment(bytes)?).ok_or(BEYOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_keep_both_ends() {
        assert_eq!((uint8(&[255]), int16(&[0, 0x80])), (Ok(255), Ok(i16::MIN)));
        assert_eq!(int32(&i32::MIN.to_le_bytes()), Ok(i32::MIN));
        assert_eq!(int64(&i64::MAX.to_le_bytes()), Ok(i64::MAX));
        assert_eq!((truth(&[0]), truth(&[1])), (Ok(false), Ok(true)));
    }

    #[test]
    fn a_wrong_width_is_malformed() {
        for length in [0, 1, 2, 3, 5, 6, 7, 9, 11] {
            let bytes = vec![0; length];
            assert_eq!((int32(&bytes), minutes(&bytes)), (Err(Fault::Malformed), Err(Fault::Malformed)), "{length}");
            assert_eq!((int64(&bytes), money(&bytes)), (Err(Fault::Malformed), Err(Fault::Malformed)), "{length}");
            assert_eq!(ticks(&bytes), Err(Fault::Malformed), "{length}");
        }
        assert_eq!((unscaled(&[]), unscaled(&[1; 18])), (Err(Fault::Malformed), Err(Fault::Malformed)));
        let moments = Moments::new(7, true).unwrap();
        assert_eq!(
            (moments.millis(&[0; 8]), moments.millis(&[0; 10])),
            (Err(Fault::Malformed), Ok(-62_135_596_800_000))
        );
        assert!(Moments::new(8, false).is_none());
    }

    #[test]
    fn floats_keep_every_bit() {
        for value in [f64::MIN_POSITIVE, -0.0, f64::MAX, 0.1, f64::NAN] {
            assert_eq!(float64(&value.to_le_bytes()).unwrap().to_bits(), value.to_bits());
        }
        assert_eq!(float32(&f32::MAX.to_le_bytes()), Ok(f32::MAX));
    }

    /// A decimal as the server sends it.
    fn sent(value: i128, bytes: usize) -> Vec<u8> {
        [&[u8::from(value >= 0)], &value.unsigned_abs().to_le_bytes()[..bytes]].concat()
    }

    #[test]
    fn decimals_are_exact_or_faults() {
        let read = |precision, scale, value: i128, own| {
            Decimal::new(precision, scale, own).unwrap().decode(&sent(value, 16)).ok()
        };
        let largest = 10_i128.pow(38) - 1;
        for (precision, scale, value, own, expected) in [
            (38, 0, largest, 0, Some(largest)),
            (38, 38, -largest, 38, Some(-largest)),
            (10, 4, 12, 2, Some(1200)),
            (10, 2, 1200, 4, Some(12)),
            (10, 2, 1201, 4, None),
            (4, 2, 10_000, 2, None),
            (4, 2, -9_999, 2, Some(-9_999)),
            (38, 38, largest, 0, None),
            (38, 0, largest + 1, 0, None),
        ] {
            assert_eq!(read(precision, scale, value, own), expected, "{value} at {own} as {precision}, {scale}");
        }
        for bytes in [4, 8, 12, 16] {
            assert_eq!(unscaled(&sent(-7, bytes)), Ok(-7), "{bytes}");
        }
        assert_eq!(unscaled(&sent(u64::MAX.into(), 8)), Ok(u64::MAX.into()));
        assert!(
            unscaled(&[1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]).is_err()
        );
        assert_eq!(unscaled(&[2, 0, 0, 0, 0]), Err(Fault::Malformed));
        assert!(Decimal::new(39, 0, 0).is_none() && Decimal::new(5, -1, 0).is_none());
    }

    #[test]
    fn money_keeps_every_digit() {
        // The largest and the least of each.
        assert_eq!(money(&[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff]), Ok(9_223_372_036_854_775_807));
        assert_eq!(money(&[0, 0, 0, 0x80, 0, 0, 0, 0]), Ok(i64::MIN));
        assert_eq!(money(&[0, 0, 0, 0, 1, 0, 0, 0]), Ok(1));
        assert_eq!(smallmoney(&[0, 0, 0, 0x80]), Ok(-2_147_483_648));
    }

    #[test]
    fn every_time_is_milliseconds_since_1970() {
        assert_eq!(ticks(&[0xdf, 0x63, 0, 0, 2, 0, 0, 0]), Ok(7));
        assert_eq!(ticks(&[0; 8]), Ok(-25_567 * 86_400_000));
        assert_eq!(minutes(&[0xdf, 0x63, 1, 0]), Ok(60_000));
        let moment = [0x3f, 0xeb, 0x12, 0, 0, 0x3a, 0xf9, 0x0a];
        assert_eq!(Moments::new(7, false).unwrap().millis(&moment), Ok(123));
        let zoned = [&moment[..], &330_i16.to_le_bytes()].concat();
        assert_eq!(Moments::new(7, true).unwrap().millis(&zoned), Ok(123));
        assert_eq!(date(&[0; 3]), Ok(-719_162));
        assert_eq!(date(&[0xda, 0xb9, 0x37]), Ok(2_932_896));
        assert!(date(&[0xdb, 0xb9, 0x37]).is_err());
        let beyond = [0xff; 8];
        assert_eq!(Moments::new(7, false).unwrap().millis(&beyond), Err(BEYOND));
        assert_eq!((ticks(&[0xff; 8]), minutes(&[0xff; 4])), (Err(BEYOND), Err(BEYOND)));
    }
}
