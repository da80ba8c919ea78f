//! `numeric` as the binary protocol sends it, in digits of base 10,000, into a 128-bit decimal, exactly or not at all.

use connector_core::decode::Fault;

/// The base of a digit on the wire.
pub(crate) const DIGIT_BASE: i128 = 10_000;

const PLUS: u16 = 0x0000;
const MINUS: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;
/// Up to this many decimal places a value fits 64 bits, whatever its digits.
const SMALL_PLACES: i32 = 18;
/// Four digits, which as a whole number fit 64 bits.
const FEW_BYTES: usize = 8;
/// Powers of ten, for as many decimal places as a number of 64 bits is moved by at most.
const POWERS: [u64; 16] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
    10_000_000_000_000,
    100_000_000_000_000,
    1_000_000_000_000_000,
];
/// Decimal places of the widest decimal, rounded up to whole digits.
const MOST_PLACES: i32 = 41;

/// A decimal type to decode into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    scale: i32,
    /// The first number that has too many digits.
    limit: i128,
}

impl Target {
    /// A type of Athena's; nothing for a precision or a scale that it does not have.
    pub(super) fn new(precision: u8, scale: i8) -> Option<Self> {
        let fits = (1..=38).contains(&precision) && (0..=i16::from(precision)).contains(&i16::from(scale));
        fits.then(|| Self { scale: i32::from(scale), limit: 10_i128.pow(u32::from(precision)) })
    }

    /// The unscaled number.
    #[inline]
    pub(super) fn decode(self, bytes: &[u8]) -> Result<i128, Fault> {
        self.short(bytes).map_or_else(|| self.any(bytes), Ok)
    }

    /// The same for what nearly every number is: finite, of up to four digits that fit 64 bits once they are scaled, and no finer
    /// than the scale.
    #[inline]
    fn short(self, bytes: &[u8]) -> Option<i128> {
        let (header, digits) = bytes.split_first_chunk::<8>()?;
        let &[count_high, count_low, weight_high, weight_low, sign_high, sign_low, ..] = header;
        if digits.len() > FEW_BYTES || digits.len() != usize::from(u16::from_be_bytes([count_high, count_low])) * 2 {
            return None;
        }
        let mut places = 4 * (i32::from(i16::from_be_bytes([weight_high, weight_low])) + 1) + self.scale;
        if places > SMALL_PLACES {
            return None;
        }
        let mut number = 0_u64;
        for digit in digits.chunks_exact(2) {
            number = number * 10_000 + u64::from(wire_digit(digit).ok()?);
            places -= 4;
        }
        // Divisors that are known when this is compiled are several times as fast; the server sends no zeros at the end, so there is
        // hardly ever another.
        let (scaled, rest) = match places {
            0.. => (number * POWERS.get(usize::try_from(places).ok()?)?, 0),
            -1 => (number / 10, number % 10),
            -2 => (number / 100, number % 100),
            -3 => (number / 1000, number % 1000),
            _ => return None,
        };
        let magnitude = Some(i128::from(scaled)).filter(|magnitude| rest == 0 && *magnitude < self.limit)?;
        match u16::from_be_bytes([sign_high, sign_low]) {
            PLUS => Some(magnitude),
            MINUS => Some(-magnitude),
            _ => None,
        }
    }

    /// Any number, or why it is none.
    #[inline(never)]
    fn any(self, bytes: &[u8]) -> Result<i128, Fault> {
        let (header, digits) = bytes.split_first_chunk::<8>().ok_or(Fault::Malformed)?;
        let &[count_high, count_low, weight_high, weight_low, sign_high, sign_low, ..] = header;
        let negative = match u16::from_be_bytes([sign_high, sign_low]) {
            PLUS => false,
            MINUS => true,
            NAN => return Err(Fault::value("NaN")),
            INFINITY => return Err(Fault::value("Infinity")),
            NEGATIVE_INFINITY => return Err(Fault::value("-Infinity")),
            _ => return Err(Fault::Malformed),
        };
        if digits.len() != usize::from(u16::from_be_bytes([count_high, count_low])) * 2 {
            return Err(Fault::Malformed);
        }
        if digits.is_empty() {
            return Ok(0);
        }
        let weight = i32::from(i16::from_be_bytes([weight_high, weight_low]));
        let places = 4 * (weight + 1) + self.scale;
        let magnitude = if places <= MOST_PLACES { self.large(digits, places)? } else { return Err(too_long()) };
        if magnitude >= self.limit {
            return Err(too_long());
        }
        Ok(if negative { -magnitude } else { magnitude })
    }

    /// The number of any digits in 128 bits, which one of too many may exceed.
    fn large(self, digits: &[u8], mut places: i32) -> Result<i128, Fault> {
        let mut number = 0_i128;
        for digit in digits.chunks_exact(2) {
            let digit = wire_digit(digit)?;
            places -= 4;
            let (shift, kept) = match places {
                0.. => (DIGIT_BASE, digit),
                -3..=-1 => {
                    let (kept, power) = self.cut(digit, places)?;
                    (DIGIT_BASE / i128::from(power), kept)
                }
                _ if digit == 0 => (1, 0),
                _ => return Err(self.too_fine()),
            };
            let shifted = number.checked_mul(shift).and_then(|number| number.checked_add(i128::from(kept)));
            number = shifted.ok_or_else(too_long)?;
        }
        let missing = u32::try_from(places).unwrap_or(0);
        number.checked_mul(10_i128.pow(missing)).ok_or_else(too_long)
    }

    /// The part of a digit above the unit, which the digit lies across, and the power of ten cut off.
    fn cut(self, digit: u16, places: i32) -> Result<(u16, u16), Fault> {
        let power = 10_u16.pow(places.unsigned_abs());
        if digit.is_multiple_of(power) { Ok((digit / power, power)) } else { Err(self.too_fine()) }
    }

    fn too_fine(self) -> Fault {
        Fault::Value(format!("a fraction finer than scale {}", self.scale).into())
    }
}

fn too_long() -> Fault {
    Fault::value("a number of too many digits")
}

fn wire_digit(bytes: &[u8]) -> Result<u16, Fault> {
    match <[u8; 2]>::try_from(bytes).map(u16::from_be_bytes) {
        Ok(digit) if i128::from(digit) < DIGIT_BASE => Ok(digit),
        _ => Err(Fault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// What the server sends for a number written out, made slowly: digits grouped by four around the point.
    fn encode(text: &str) -> Vec<u8> {
        let (sign, text) = text.strip_prefix('-').map_or((PLUS, text), |text| (MINUS, text));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole = format!("{whole:0>width$}", width = whole.len().div_ceil(4) * 4);
        let padded = format!("{fraction:0<width$}", width = fraction.len().div_ceil(4) * 4);
        let mut digits: Vec<i16> = Vec::new();
        let all = whole.clone() + &padded;
        for start in (0..all.len()).step_by(4) {
            digits.push(all[start..start + 4].parse().unwrap());
        }
        let mut weight = i16::try_from(whole.len() / 4).unwrap() - 1;
        while digits.first() == Some(&0) {
            digits.remove(0);
            weight -= 1;
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let mut bytes = i16::try_from(digits.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(weight.to_be_bytes());
        bytes.extend(sign.to_be_bytes());
        bytes.extend(u16::try_from(fraction.len()).unwrap().to_be_bytes());
        bytes.extend(digits.iter().flat_map(|digit| digit.to_be_bytes()));
        bytes
    }

    /// The unscaled number, by moving the point in the text.
    fn slowly(text: &str, precision: u8, scale: usize) -> Option<i128> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let kept = format!("{fraction:0<scale$}");
        if kept[scale..].bytes().any(|digit| digit != b'0') {
            return None;
        }
        let number: i128 = format!("{whole}{}", &kept[..scale]).parse().ok()?;
        (number.unsigned_abs() < 10_u128.pow(u32::from(precision))).then_some(number)
    }

    fn target(precision: u8, scale: i8) -> Target {
        Target::new(precision, scale).unwrap()
    }

    #[test]
    fn known_numbers_come_out_exactly() {
        for (text, precision, scale, expected) in [
            ("0", 10, 2, 0),
            ("1.5", 10, 2, 150),
            ("-1234567.89", 10, 2, -123_456_789),
            ("0.00001", 5, 5, 1),
            ("0.02", 5, 5, 2000),
            ("12300", 5, 0, 12300),
            ("99999999999999999999999999999999999999", 38, 0, 10_i128.pow(38) - 1),
            ("-0.00000000000000000000000000000000000001", 38, 38, -1),
        ] {
            assert_eq!(target(precision, scale).decode(&encode(text)), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_a_fault_and_never_rounded() {
        let fault = |text: &str| target(38, 2).decode(&encode(text)).unwrap_err();
        assert_eq!(fault("0.405"), Fault::value("a fraction finer than scale 2"));
        assert_eq!(fault("0.00001"), Fault::value("a fraction finer than scale 2"));
        assert_eq!(fault(&format!("1{}", "0".repeat(40))), Fault::value("a number of too many digits"));
        assert_eq!(fault(&format!("1{}", "0".repeat(900))), Fault::value("a number of too many digits"));
        for (sign, class) in [(NAN, "NaN"), (INFINITY, "Infinity"), (NEGATIVE_INFINITY, "-Infinity")] {
            let [high, low] = sign.to_be_bytes();
            assert_eq!(target(10, 2).decode(&[0, 0, 0, 0, high, low, 0, 0]), Err(Fault::value(class)));
        }
    }

    #[test]
    fn fast_and_slow_agree_on_random_numbers() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..100_000 {
            let digits = |random: &mut StdRng, most: usize| -> String {
                let count = random.random_range(0..=most);
                (0..count)
                    .map(|_| char::from(b'0' + if random.random_bool(0.4) { 0 } else { random.random_range(0..10) }))
                    .collect()
            };
            let sign = if random.random() { "-" } else { "" };
            let text = format!("{sign}0{}.{}0", digits(&mut random, 38), digits(&mut random, 12));
            let precision = random.random_range(1..=38_u8);
            let scale = random.random_range(0..=precision.min(12));
            let expected = slowly(&text, precision, usize::from(scale));
            let decoded = target(precision, i8::try_from(scale).unwrap()).decode(&encode(&text));
            assert_eq!(decoded.clone().ok(), expected, "{text} as decimal({precision},{scale}): {decoded:?}");
        }
    }

    #[test]
    fn any_bytes_give_an_answer() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..100_000 {
            let mut bytes: Vec<u8> = (0..random.random_range(0..30)).map(|_| random.random()).collect();
            if let Some(count) = bytes.get_mut(..2).filter(|_| random.random_bool(0.9)) {
                count.copy_from_slice(&[0, random.random_range(0..12)]);
            }
            drop(target(38, random.random_range(0..=38)).decode(&bytes));
        }
    }
}
