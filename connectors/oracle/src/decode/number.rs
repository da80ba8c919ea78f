//! Numbers as their digits.
//!
//! The driver keeps digits to itself and gives them as a text only, which is read here without rounding. Two of its texts stand
//! for more than one value: the server has infinite numbers, and the driver knows nothing of them.

use std::fmt::{self, Write};

use oracledb::OracleNumber;

use super::Fault;

const TOO_PRECISE: Fault = Fault::value("a number with more digits behind the point");
pub(super) const TOO_LARGE: Fault = Fault::value("a number with more digits in front of the point");
const INFINITE: Fault = Fault::value("an infinite number, or 10 to the power of 125,");

/// A sign, a point, and all the zeros and digits that the driver can be made to write.
const LONGEST: usize = 300;

/// The digits of a number, in no memory of their own, since most are read once.
pub(super) struct Digits {
    text: [u8; LONGEST],
    length: usize,
}

impl Digits {
    /// The number in plain digits: no exponent, no needless zeros.
    pub(super) fn of(number: &OracleNumber) -> Result<Self, Fault> {
        let mut digits = Self { text: [0; LONGEST], length: 0 };
        write!(digits, "{number}").map_err(|_| Fault::Malformed)?;
        check_finite(digits.written())?;
        Ok(digits)
    }

    /// As a text.
    pub(super) fn as_str(&self) -> &str {
        match self.written() {
            "-0" => "0",
            text => text,
        }
    }

    fn written(&self) -> &str {
        let written = self.text.get(..self.length).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.text.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// What is read of negative infinity are zeros with a sign, and of positive infinity what is read of 10¹²⁵.
fn check_finite(text: &str) -> Result<(), Fault> {
    const DIGITS: usize = 126;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_negative = digits.len() < text.len() && digits.len() > 1 && digits.bytes().all(|digit| digit == b'0');
    let rest = text.strip_prefix('1').unwrap_or("1");
    let is_positive = text.len() == DIGITS && rest.bytes().all(|digit| digit == b'0');
    if is_negative || is_positive { Err(INFINITE) } else { Ok(()) }
}

/// What numbers are shown as: so many digits, of which so many behind the point.
#[derive(Clone, Copy)]
pub(super) struct Target {
    scale: usize,
    largest: i128,
}

impl Target {
    /// Whole numbers of as many digits as the largest of 64 bits.
    pub(super) const WHOLE: Self = Self { scale: 0, largest: 10_i128.pow(19) - 1 };

    /// Nothing for a type that is none.
    pub(super) fn new(precision: u8, scale: i8) -> Option<Self> {
        let scale = usize::try_from(scale).ok().filter(|scale| *scale <= precision.into())?;
        let largest = (1..=38).contains(&precision).then(|| 10_i128.pow(precision.into()) - 1)?;
        Some(Self { scale, largest })
    }

    /// The number in units of the last digit.
    pub(super) fn unscaled(self, text: &str) -> Result<i128, Fault> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let missing = self.scale.checked_sub(fraction.len()).ok_or(TOO_PRECISE)?;
        let mut unscaled: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', missing)) {
            let digit = i128::from(digit.wrapping_sub(b'0'));
            unscaled = unscaled.checked_mul(10).and_then(|number| number.checked_add(digit)).ok_or(TOO_LARGE)?;
        }
        if unscaled > self.largest {
            return Err(TOO_LARGE);
        }
        Ok(if is_negative { -unscaled } else { unscaled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, precision: u8, scale: i8) -> Result<i128, Fault> {
        let number: OracleNumber = text.parse().unwrap();
        Target::new(precision, scale).unwrap().unscaled(Digits::of(&number)?.as_str())
    }

    #[test]
    fn a_number_keeps_every_digit_or_is_a_fault() {
        let nines = 10_i128.pow(38) - 1;
        for (text, precision, scale, expected) in [
            ("0", 1, 0, Ok(0)),
            ("-0", 1, 0, Ok(0)),
            ("12.5", 10, 2, Ok(1250)),
            ("-0.05", 10, 2, Ok(-5)),
            ("100", 3, 0, Ok(100)),
            ("99999999999999999999999999999999999999", 38, 0, Ok(nines)),
            ("-0.99999999999999999999999999999999999999", 38, 38, Ok(-nines)),
            ("12.505", 10, 2, Err(TOO_PRECISE)),
            ("0.001", 10, 2, Err(TOO_PRECISE)),
            ("1000", 3, 0, Err(TOO_LARGE)),
            ("100000000", 10, 2, Err(TOO_LARGE)),
            ("1000000000000000000000000000000000000000", 38, 0, Err(TOO_LARGE)),
        ] {
            assert_eq!(read(text, precision, scale), expected, "{text} as ({precision},{scale})");
        }
    }

    #[test]
    fn defect_24_a_decimal_is_never_rounded() {
        assert_eq!(read("0.125", 10, 2), Err(TOO_PRECISE));
        assert_eq!(read("0.120", 10, 2), Ok(12));
    }

    fn digits(number: &OracleNumber) -> Result<String, Fault> {
        Digits::of(number).map(|digits| digits.as_str().to_owned())
    }

    #[test]
    fn only_a_type_that_exists_is_a_target() {
        assert!(Target::new(0, 0).is_none() && Target::new(39, 0).is_none() && Target::new(2, 3).is_none());
    }

    #[test]
    fn digits_are_plain() {
        for text in
            ["0", "7", "-7", "0.5", "-0.00000000000000000000000000000000000000000000000001", "1000000000000", "123.45"]
        {
            assert_eq!(digits(&text.parse().unwrap()).as_deref(), Ok(text));
        }
        assert_eq!(digits(&"-0".parse().unwrap()).as_deref(), Ok("0"));
        assert_eq!(digits(&OracleNumber::from(i128::from(i64::MIN))).as_deref(), Ok("-9223372036854775808"));
    }

    #[test]
    fn there_is_room_for_the_smallest_number_with_all_its_digits() {
        // More zeros than the server's exponents reach.
        let smallest = format!("-0.{}{}", "0".repeat(200), "9".repeat(40));
        assert_eq!(digits(&smallest.parse().unwrap()), Ok(smallest));
        let mut full = Digits { text: [b'0'; LONGEST], length: LONGEST - 1 };
        assert!(full.write_str("1").is_ok() && full.write_str("1").is_err());
    }

    #[test]
    fn a_number_that_may_be_infinite_is_a_fault() {
        let power = |zeros: usize| format!("1{}", "0".repeat(zeros));
        assert_eq!(digits(&power(125).parse().unwrap()), Err(INFINITE));
        assert!(digits(&power(124).parse().unwrap()).is_ok());
        // What the driver prints of the one byte that is negative infinity.
        assert_eq!(check_finite(&format!("-{}", "0".repeat(126))), Err(INFINITE));
        assert_eq!((check_finite("-0"), check_finite("0")), (Ok(()), Ok(())));
    }
}
