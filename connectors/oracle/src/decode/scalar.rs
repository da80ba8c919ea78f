//! Single values, as the driver hands them over; one of another type is a fault.

use connector_core::pack_zoned;

use super::number::{Digits, TOO_LARGE, Target};
use super::{Cell, Fault, json};
use crate::time;

const NO_DAY: Fault = Fault::value("a day or a time that only the server's calendar has, or none,");

pub(super) fn boolean(cell: &Cell) -> Result<bool, Fault> {
    match cell {
        Cell::Boolean(value) => Ok(*value),
        _ => Err(Fault::OtherType),
    }
}

/// A whole number of 64 bits.
pub(super) fn integer(cell: &Cell) -> Result<i64, Fault> {
    i64::try_from(decimal(cell, Target::WHOLE)?).map_err(|_| TOO_LARGE)
}

/// A decimal, in units of its last digit.
pub(super) fn decimal(cell: &Cell, target: Target) -> Result<i128, Fault> {
    target.unscaled(number(cell)?.as_str())
}

/// The double nearest to a number in base 2, of which the server may keep more digits than any double has.
pub(super) fn nearest_double(cell: &Cell) -> Result<f64, Fault> {
    number(cell)?.as_str().parse().map_err(|_| Fault::Malformed)
}

pub(super) fn double(cell: &Cell) -> Result<f64, Fault> {
    match cell {
        Cell::Double(value) => Ok(*value),
        _ => Err(Fault::OtherType),
    }
}

pub(super) fn float(cell: &Cell) -> Result<f32, Fault> {
    match cell {
        Cell::Float(value) => Ok(*value),
        _ => Err(Fault::OtherType),
    }
}

/// A time.
pub(super) fn millis(cell: &Cell) -> Result<i64, Fault> {
    match cell {
        Cell::Time(moment) => time::millis(moment).ok_or(NO_DAY),
        _ => Err(Fault::OtherType),
    }
}

/// A time in UTC as it travels when it keeps its zone.
pub(super) fn packed_millis(cell: &Cell) -> Result<i64, Fault> {
    pack_zoned(millis(cell)?).ok_or(NO_DAY)
}

pub(super) fn text(cell: &Cell) -> Result<&str, Fault> {
    match cell {
        Cell::Text(text) => Ok(text),
        _ => Err(Fault::OtherType),
    }
}

/// A number with every digit.
pub(super) fn digits(cell: &Cell) -> Result<String, Fault> {
    Ok(number(cell)?.as_str().to_owned())
}

pub(super) fn json(cell: &Cell) -> Result<String, Fault> {
    match cell {
        Cell::Json(value) => json::printed(value),
        _ => Err(Fault::OtherType),
    }
}

pub(super) fn bytes(cell: &Cell) -> Result<&[u8], Fault> {
    match cell {
        Cell::Bytes(bytes) => Ok(bytes),
        _ => Err(Fault::OtherType),
    }
}

fn number(cell: &Cell) -> Result<Digits, Fault> {
    match cell {
        Cell::Number(number) => Digits::of(number),
        _ => Err(Fault::OtherType),
    }
}

#[cfg(test)]
mod tests {
    use oracledb::OracleTimestamp;

    use super::*;

    fn number(text: &str) -> Cell {
        Cell::Number(text.parse().unwrap())
    }

    #[test]
    fn whole_numbers_are_whole_and_fit() {
        for expected in [0, 1, -1, 999_999_999_999_999_999, i64::MIN, i64::MAX] {
            assert_eq!(integer(&number(&expected.to_string())), Ok(expected));
        }
        for text in ["9223372036854775808", "-9223372036854775809", "0.5", "100000000000000000000"] {
            assert!(matches!(integer(&number(text)), Err(Fault::Value(_))), "{text}");
        }
    }

    #[test]
    fn decimals_are_those_of_their_type() {
        let target = Target::new(5, 2).unwrap();
        assert_eq!(decimal(&number("-123.4"), target), Ok(-12_340));
        assert!(decimal(&number("1000"), target).is_err());
    }

    /// What the README says about FLOAT.
    #[test]
    fn a_number_in_base_2_is_the_nearest_double() {
        for (text, expected) in [
            ("0", 0.0),
            ("0.1", 0.1),
            ("0.30000000000000004", 0.1 + 0.2),
            ("-0.3333333333333333333333333333333333333", -1.0 / 3.0),
            // Between two doubles, and a digit of 126 bits on either side of that.
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("9007199254740993.0000000000000000000001", 9_007_199_254_740_994.0),
            ("9007199254740992.9999999999999999999999", 9_007_199_254_740_992.0),
            ("1000000000000000000000000000000000000000000000000000000000000000000000000000", 1e75),
        ] {
            assert_eq!(nearest_double(&number(text)).map(f64::to_bits), Ok(f64::to_bits(expected)), "{text}");
        }
    }

    /// Fifteen digits are what every double holds.
    #[test]
    fn a_number_in_base_2_of_up_to_fifteen_digits_is_shown_with_exactly_these() {
        for behind in 0..=14 {
            for first in 1..=9 {
                let fraction = "37373737373737".get(..behind).unwrap();
                let text = format!("-{first}.{fraction}").trim_end_matches('.').to_owned();
                assert_eq!(nearest_double(&number(&text)).unwrap().to_string(), text);
            }
        }
    }

    #[test]
    fn floats_of_the_field_keep_every_bit() {
        for value in [f64::MIN_POSITIVE, -0.0, f64::MAX, 0.1, f64::NEG_INFINITY] {
            assert_eq!(double(&Cell::Double(value)).map(f64::to_bits), Ok(value.to_bits()));
        }
        assert_eq!(float(&Cell::Float(f32::MIN_POSITIVE)), Ok(f32::MIN_POSITIVE));
    }

    #[test]
    fn times_are_floored_and_those_without_a_day_are_faults() {
        let at = |nanos| Cell::Time(OracleTimestamp::new_timestamp(1970, 1, 1, 0, 0, 0, nanos));
        assert_eq!((millis(&at(1_999_999)), packed_millis(&at(1_999_999))), (Ok(1), Ok(1 << 12)));
        assert_eq!(millis(&Cell::Time(OracleTimestamp::new_date(1500, 2, 29))), Err(NO_DAY));
    }

    #[test]
    fn a_value_of_another_type_is_a_fault() {
        let other = Cell::Text("7".into());
        assert_eq!((integer(&other), double(&other)), (Err(Fault::OtherType), Err(Fault::OtherType)));
        assert_eq!((millis(&other), boolean(&other)), (Err(Fault::OtherType), Err(Fault::OtherType)));
        assert_eq!((bytes(&other), text(&Cell::Bytes(vec![7]))), (Err(Fault::OtherType), Err(Fault::OtherType)));
    }
}
