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
const SMALL_PLACES: usize = 18;
/// What comes before the digits: how many there are, the first one's weight, the sign, and the places that are shown.
const HEADER: usize = 8;
/// So many digits are as many bytes as the header, and as a whole number fit 64 bits.
const FEW: u16 = 4;
/// Up to this many decimal places may be cut off a number of 64 bits: a digit on the wire is four.
const MOST_CUT: usize = 3;
/// The inverse of five among numbers of 64 bits.
const FIFTH: u64 = 0xCCCC_CCCC_CCCC_CCCD;
/// Decimal places of the widest decimal, rounded up to whole digits.
const MOST_PLACES: i32 = 41;

/// A decimal type to decode into.
#[derive(Clone, Debug)]
pub(super) struct Target {
    scale: i32,
    /// The first number that has too many digits.
    limit: i128,
    /// By how many places a number is moved, from cutting [`MOST_CUT`] off on.
    moves: [Move; SMALL_PLACES + MOST_CUT + 1],
}

/// How a number of 64 bits is multiplied or divided by a power of ten. Both are a multiplication modulo 2⁶⁴: of a division without
/// a rest, by the inverse of as many fives, and without as many twos at the end; with a rest, that is larger than any quotient.
#[derive(Clone, Copy, Debug)]
struct Move {
    factor: u64,
    twos: u32,
    /// The largest result that is one.
    most: u64,
}

impl Target {
    /// A type of Athena's; nothing for a precision or a scale that it does not have.
    pub(super) fn new(precision: u8, scale: i8) -> Option<Self> {
        if !(1..=38).contains(&precision) || !(0..=i16::from(precision)).contains(&i16::from(scale)) {
            return None;
        }
        let limit = 10_i128.pow(u32::from(precision));
        let largest = u64::try_from(limit - 1).unwrap_or(u64::MAX);
        let moves = std::array::from_fn(|index| {
            let cut = u32::try_from(MOST_CUT.saturating_sub(index)).unwrap_or(0);
            let places = u32::try_from(index.saturating_sub(MOST_CUT)).unwrap_or(0);
            let factor = if cut > 0 { FIFTH.wrapping_pow(cut) } else { 10_u64.pow(places) };
            Move { factor, twos: cut, most: largest.min(u64::MAX / 10_u64.pow(cut)) }
        });
        Some(Self { scale: i32::from(scale), limit, moves })
    }

    /// The unscaled number.
    #[inline]
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<i128, Fault> {
        self.short(bytes).map_or_else(|| self.any(bytes), Ok)
    }

    /// The same for what nearly every number is: finite, of up to four digits that fit 64 bits once they are scaled, and no finer
    /// than the scale.
    #[inline]
    fn short(&self, bytes: &[u8]) -> Option<i128> {
        let &[count_high, count_low, weight_high, weight_low, sign_high, sign_low, ..] =
            bytes.first_chunk::<HEADER>()?;
        let count = u16::from_be_bytes([count_high, count_low]);
        if count > FEW || bytes.len() != HEADER + usize::from(count) * 2 {
            return None;
        }
        let places =
            usize::try_from(4 * (i32::from(i16::from_be_bytes([weight_high, weight_low])) + 1) + self.scale).ok()?;
        if places > SMALL_PLACES {
            return None;
        }
        let Move { factor, twos, most } = self.moves.get((places + MOST_CUT).checked_sub(4 * usize::from(count))?)?;
        let moved = few(*bytes.last_chunk()?, count)?.wrapping_mul(*factor).rotate_right(*twos);
        if moved > *most {
            return None;
        }
        match u16::from_be_bytes([sign_high, sign_low]) {
            PLUS => Some(i128::from(moved)),
            MINUS => Some(-i128::from(moved)),
            _ => None,
        }
    }

    /// Any number, or why it is none.
    #[inline(never)]
    fn any(&self, bytes: &[u8]) -> Result<i128, Fault> {
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
    fn large(&self, digits: &[u8], mut places: i32) -> Result<i128, Fault> {
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
    fn cut(&self, digit: u16, places: i32) -> Result<(u16, u16), Fault> {
        let power = 10_u16.pow(places.unsigned_abs());
        if digit.is_multiple_of(power) { Ok((digit / power, power)) } else { Err(self.too_fine()) }
    }

    fn too_fine(&self) -> Fault {
        Fault::Value(format!("a fraction finer than scale {}", self.scale).into())
    }
}

/// The whole number of the last `count` of four digits, if these are digits: two at a time, in the halves of a word, since a loop over
/// them ends where no processor foresees it.
#[inline]
fn few(last: [u8; HEADER], count: u16) -> Option<u64> {
    const LOW: u64 = 0x0000_FFFF_0000_FFFF;
    /// What is added to a digit that is too large reaches the bit above it.
    const ABOVE: u64 = 0x0000_D8F0_0000_D8F0;
    let kept = u64::MAX.checked_shr(64 - 16 * u32::from(count)).unwrap_or(0);
    let digits = u64::from_be_bytes(last) & kept;
    let (odd, even) = (digits >> 16 & LOW, digits & LOW);
    if ((odd + ABOVE) | (even + ABOVE)) & !LOW != 0 {
        return None;
    }
    let pairs = odd * 10_000 + even;
    Some((pairs >> 32) * 100_000_000 + (pairs & 0xFFFF_FFFF))
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
            // Half of them are as short as most are.
            let (most, places) = if random.random() { (38, 12) } else { (7, 4) };
            let text = format!("{sign}0{}.{}0", digits(&mut random, most), digits(&mut random, places));
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
