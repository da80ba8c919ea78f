//! Decimals, which come as digits, into 128 bits: exactly or not at all.

use connector_core::decode::Fault;

/// A decimal type to decode into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    scale: usize,
    /// The first number that has too many digits.
    limit: i128,
}

impl Target {
    /// A type of Athena's; nothing for a precision or a scale that it does not have.
    pub(super) fn new(precision: u8, scale: i8) -> Option<Self> {
        let scale = u8::try_from(scale).ok().filter(|scale| (1..=38).contains(&precision) && *scale <= precision)?;
        Some(Self { scale: scale.into(), limit: 10_i128.pow(u32::from(precision)) })
    }

    /// The unscaled number.
    pub(super) fn decode(self, text: &[u8]) -> Result<i128, Fault> {
        let (negative, digits) = match text.strip_prefix(b"-") {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
        let (whole, fraction) = digits.split_at_checked(point).ok_or(Fault::Malformed)?;
        let fraction = fraction.get(1..).unwrap_or_default();
        let (kept, finer) = fraction.split_at_checked(self.scale).unwrap_or((fraction, &[]));
        if (whole.is_empty() && kept.is_empty()) || finer.iter().any(|digit| *digit != b'0') {
            return Err(if finer.is_empty() { Fault::Malformed } else { self.too_fine() });
        }
        let missing = u32::try_from(self.scale - kept.len()).unwrap_or(0);
        let number = number(whole, kept)?.checked_mul(10_i128.pow(missing)).filter(|number| *number < self.limit);
        let number = number.ok_or_else(|| Fault::value("a number of too many digits"))?;
        Ok(if negative { -number } else { number })
    }

    fn too_fine(self) -> Fault {
        Fault::Value(format!("a fraction finer than scale {}", self.scale).into())
    }
}

/// Below so many digits a number fits 64 bits, which are several times faster.
const SMALL_DIGITS: usize = 18;

fn number(whole: &[u8], kept: &[u8]) -> Result<i128, Fault> {
    let mut digits = whole.iter().chain(kept);
    if whole.len() + kept.len() <= SMALL_DIGITS {
        return digits.try_fold(0_u64, |number, digit| Ok(number * 10 + u64::from(value(*digit)?))).map(i128::from);
    }
    digits.try_fold(0_i128, |number, digit| {
        let digit = i128::from(value(*digit)?);
        number
            .checked_mul(10)
            .and_then(|number| number.checked_add(digit))
            .ok_or_else(|| Fault::value("a number of too many digits"))
    })
}

fn value(digit: u8) -> Result<u8, Fault> {
    if digit.is_ascii_digit() { Ok(digit - b'0') } else { Err(Fault::Malformed) }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn decode(text: &str, precision: u8, scale: i8) -> Result<i128, Fault> {
        Target::new(precision, scale).unwrap().decode(text.as_bytes())
    }

    #[test]
    fn known_numbers_come_out_exactly() {
        for (text, precision, scale, expected) in [
            ("0.00", 10, 2, 0),
            ("-1234567.89", 10, 2, -123_456_789),
            ("1.5", 10, 3, 1500),
            ("7", 5, 0, 7),
            (".5", 5, 1, 5),
            ("99999999999999999999999999999999999999", 38, 0, 10_i128.pow(38) - 1),
            ("-0.000000000000000000000000000001", 38, 30, -1),
            ("1.500", 10, 1, 15),
        ] {
            assert_eq!(decode(text, precision, scale), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_a_fault_and_never_rounded() {
        assert_eq!(decode("0.405", 38, 2), Err(Fault::value("a fraction finer than scale 2")));
        assert_eq!(decode("100000.00", 5, 2), Err(Fault::value("a number of too many digits")));
        assert_eq!(decode(&"9".repeat(60), 38, 0), Err(Fault::value("a number of too many digits")));
        for text in ["", "-", ".", "1e5", "NaN", "1.2.3", "+1"] {
            assert!(decode(text, 38, 2).is_err(), "{text}");
        }
    }

    #[test]
    fn random_numbers_read_back_as_themselves() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..100_000 {
            let scale = random.random_range(0..=30_usize);
            let limit = 10_i128.pow(random.random_range(1..=38));
            let unscaled = random.random_range(-limit + 1..limit);
            let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            let sign = if unscaled < 0 { "-" } else { "" };
            let point = if scale > 0 { "." } else { "" };
            let text = format!("{sign}{whole}{point}{fraction}");
            assert_eq!(decode(&text, 38, i8::try_from(scale).unwrap()), Ok(unscaled), "{text}");
        }
    }
}
