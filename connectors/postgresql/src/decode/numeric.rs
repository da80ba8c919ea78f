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
/// Up to this many decimal places may be cut off a number of 64 bits: a digit on the wire is four.
const MOST_CUT: i32 = 3;
/// What comes before the digits: how many there are, the first one's weight, the sign, and the places that are shown, 16 bits each.
const HEADER: usize = 8;
/// So many digits are as many bytes as the header, and as a whole number fit 64 bits.
const FEW: i32 = 4;
/// What is added to a header, so that the weights of [`SHAPES`] are none below zero: 4 to the weight.
const RAISED: u64 = 4 << 32;
/// What is not set in a raised header of one of [`SHAPES`].
const FOREIGN: u64 = !(7 << 48 | 0xF << 32 | (MINUS as u64) << 16 | 0xFFFF);
/// Numbers of how many digits and which weight are decoded fast: by three bits of a raised header, and four.
const SHAPES: usize = 1 << 7;
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
    shapes: [Shape; SHAPES],
}

/// How a number of few digits is moved to the scale. That is a multiplication or a division by a power of ten, and both are a
/// multiplication modulo 2⁶⁴: of a division without a rest, by the inverse of as many fives, and without as many twos at the end; with a
/// rest, that is larger than any quotient.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// How many bytes such a number has; none are decoded so where it is zero.
    length: usize,
    /// The bits of the last four digits that are its own.
    digits: u64,
    factor: u64,
    twos: u32,
    /// The largest result that is one.
    most: u64,
}

impl Shape {
    /// Of numbers whose header is so, but for the sign and the places that are shown, once it is raised.
    fn new(place: usize, scale: i32, limit: i128) -> Option<Self> {
        let raised = i64::try_from((place >> 4) << 16 | place & 0xF).ok()?;
        let header = i32::try_from(raised - 4).ok()?;
        // As it is sent, a weight below zero would have taken one from the count.
        let (weight, count) = match header & 0xFFFF {
            weight @ 0xFFFC.. => (weight - 0x1_0000, header >> 16),
            weight => (weight, header >> 16),
        };
        let places = 4 * (weight + 1) + scale;
        let moved = places - 4 * count;
        if !(0..=FEW).contains(&count) || !(0..=SMALL_PLACES).contains(&places) || moved < -MOST_CUT {
            return None;
        }
        let (power, cut) = (10_u64.pow(moved.unsigned_abs()), moved < 0);
        let largest = u64::try_from(limit - 1).unwrap_or(u64::MAX);
        Some(Self {
            length: HEADER + usize::try_from(count * 2).ok()?,
            digits: u64::MAX.checked_shr(u32::try_from(64 - 16 * count).ok()?).unwrap_or(0),
            factor: if cut { FIFTH.wrapping_pow(moved.unsigned_abs()) } else { power },
            twos: if cut { moved.unsigned_abs() } else { 0 },
            most: largest.min(if cut { u64::MAX / power } else { u64::MAX }),
        })
    }
}

impl Target {
    /// A type of Athena's; nothing for a precision or a scale that it does not have.
    pub(super) fn new(precision: u8, scale: i8) -> Option<Self> {
        if !(1..=38).contains(&precision) || !(0..=i16::from(precision)).contains(&i16::from(scale)) {
            return None;
        }
        let (scale, limit) = (i32::from(scale), 10_i128.pow(u32::from(precision)));
        let shapes = std::array::from_fn(|place| Shape::new(place, scale, limit).unwrap_or_default());
        Some(Self { scale, limit, shapes })
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
        let header = u64::from_be_bytes(*bytes.first_chunk::<HEADER>()?);
        let raised = header.wrapping_add(RAISED);
        if raised & FOREIGN != 0 {
            return None;
        }
        let shape = self.shapes.get(usize::try_from(raised >> 44 & 0x70 | raised >> 32 & 0xF).ok()?)?;
        if bytes.len() != shape.length {
            return None;
        }
        let moved =
            few(u64::from_be_bytes(*bytes.last_chunk()?) & shape.digits, shape.factor)?.rotate_right(shape.twos);
        if moved > shape.most {
            return None;
        }
        // All bits of it are the sign's.
        let sign = i128::from((header << 33).cast_signed() >> 63);
        Some((i128::from(moved) ^ sign) - sign)
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

/// The whole number of four digits, if these are digits, multiplied modulo 2⁶⁴: two at a time, in the halves of a word, since a loop
/// over them ends where no processor foresees it.
#[inline]
fn few(digits: u64, factor: u64) -> Option<u64> {
    const LOW: u64 = 0x0000_FFFF_0000_FFFF;
    const HIGHEST: u64 = 0x8000_8000_8000_8000;
    /// Added to what is below the highest bit of a digit, this reaches that bit if the digit is too large.
    const ABOVE: u64 = 0x58F0_58F0_58F0_58F0;
    let (odd, even) = (digits >> 16 & LOW, digits & LOW);
    if (digits.wrapping_add(ABOVE) | digits) & HIGHEST != 0 {
        return None;
    }
    let pairs = odd * 10_000 + even;
    let number = (pairs >> 32) * 100_000_000 + (pairs & 0xFFFF_FFFF);
    Some(number.wrapping_mul(factor))
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
