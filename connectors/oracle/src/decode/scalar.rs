//! Values of a fixed width, from what the driver hands over.

use connector_core::pack_zoned;
use oracledb::{OracleNumber, OracleTimestamp};

use super::Fault;
use super::number::{Digits, Target};
use crate::time;

const NO_DAY: Fault = Fault::Value("a day or a time that only the server's calendar has, or none,");

/// Whole numbers of up to 18 digits.
pub(super) fn integers() -> impl FnMut(&OracleNumber) -> Result<i64, Fault> + Send {
    let mut digits = Digits::default();
    // More than any 64 bits hold are refused by their number, and what is left of them here.
    let target = Target::new(19, 0);
    move |number| {
        let unscaled = target.ok_or(Fault::OtherType)?.unscaled(digits.of(number)?)?;
        i64::try_from(unscaled).map_err(|_| Fault::Value("a number with more digits in front of the point"))
    }
}

/// Decimals of this type; nothing if it is none.
pub(super) fn decimals(precision: u8, scale: i8) -> Option<impl FnMut(&OracleNumber) -> Result<i128, Fault> + Send> {
    let target = Target::new(precision, scale)?;
    let mut digits = Digits::default();
    Some(move |number: &OracleNumber| target.unscaled(digits.of(number)?))
}

/// The double nearest to a number in base 2, of which the server keeps more digits.
pub(super) fn doubles() -> impl FnMut(&OracleNumber) -> Result<f64, Fault> + Send {
    let mut digits = Digits::default();
    move |number| digits.of(number)?.parse().map_err(|_| Fault::OtherType)
}

/// A time.
pub(super) fn millis(moment: &OracleTimestamp) -> Result<i64, Fault> {
    time::millis(moment).ok_or(NO_DAY)
}

/// A time in UTC as it travels when it keeps its zone.
pub(super) fn packed_millis(moment: &OracleTimestamp) -> Result<i64, Fault> {
    pack_zoned(millis(moment)?).ok_or(NO_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> OracleNumber {
        text.parse().unwrap()
    }

    #[test]
    fn whole_numbers_are_whole_and_fit() {
        let mut read = integers();
        for expected in [0, 1, -1, 999_999_999_999_999_999, i64::MIN, i64::MAX] {
            assert_eq!(read(&number(&expected.to_string())), Ok(expected));
        }
        for text in ["9223372036854775808", "-9223372036854775809", "0.5", "100000000000000000000"] {
            assert!(matches!(read(&number(text)), Err(Fault::Value(_))), "{text}");
        }
    }

    #[test]
    fn decimals_are_those_of_their_type() {
        assert!(decimals(0, 0).is_none() && decimals(39, 0).is_none() && decimals(2, 3).is_none());
        let mut read = decimals(5, 2).unwrap();
        assert_eq!(read(&number("-123.4")), Ok(-12_340));
        assert!(read(&number("1000")).is_err());
    }

    #[test]
    fn a_number_in_base_2_is_the_nearest_double() {
        let mut read = doubles();
        for (text, expected) in [("0.1", 0.1), ("-0.3333333333333333333333333333333333333", -1.0 / 3.0), ("0", 0.0)] {
            assert_eq!(read(&number(text)).map(f64::to_bits), Ok(f64::to_bits(expected)), "{text}");
        }
    }

    #[test]
    fn times_are_floored_and_those_without_a_day_are_faults() {
        let at = |nanos| OracleTimestamp::new_timestamp(1970, 1, 1, 0, 0, 0, nanos);
        assert_eq!((millis(&at(1_999_999)), packed_millis(&at(1_999_999))), (Ok(1), Ok(1 << 12)));
        assert_eq!(millis(&OracleTimestamp::new_date(1500, 2, 29)), Err(NO_DAY));
    }
}
