//! Single values of fixed width, as the binary protocol sends them.

use connector_core::decode::Fault;
use connector_core::pack_zoned;

use crate::calendar::{DAY, days};
use crate::packet::Rest;

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::Malformed)
}

/// A number that stands for a truth value, which any but two do not.
pub(super) fn truth(bytes: &[u8]) -> Result<bool, Fault> {
    match fixed(bytes)? {
        [0] => Ok(false),
        [1] => Ok(true),
        [_] => Err(Fault::value("a number other than 0 and 1")),
    }
}

/// The same in a number of any width.
pub(super) fn wide_truth(bytes: &[u8], unsigned: bool) -> Result<bool, Fault> {
    match integer(bytes, unsigned)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Fault::value("a number other than 0 and 1")),
    }
}

pub(super) fn int1(bytes: &[u8]) -> Result<Option<i8>, Fault> {
    fixed(bytes).map(|bytes| Some(i8::from_le_bytes(bytes)))
}

pub(super) fn uint1(bytes: &[u8]) -> Result<Option<i16>, Fault> {
    fixed(bytes).map(|bytes| Some(u8::from_le_bytes(bytes).into()))
}

pub(super) fn int2(bytes: &[u8]) -> Result<Option<i16>, Fault> {
    fixed(bytes).map(|bytes| Some(i16::from_le_bytes(bytes)))
}

pub(super) fn uint2(bytes: &[u8]) -> Result<Option<i32>, Fault> {
    fixed(bytes).map(|bytes| Some(u16::from_le_bytes(bytes).into()))
}

pub(super) fn int4(bytes: &[u8]) -> Result<Option<i32>, Fault> {
    fixed(bytes).map(|bytes| Some(i32::from_le_bytes(bytes)))
}

pub(super) fn uint4(bytes: &[u8]) -> Result<Option<i64>, Fault> {
    fixed(bytes).map(|bytes| Some(u32::from_le_bytes(bytes).into()))
}

pub(super) fn int8(bytes: &[u8]) -> Result<Option<i64>, Fault> {
    fixed(bytes).map(|bytes| Some(i64::from_le_bytes(bytes)))
}

pub(super) fn uint8(bytes: &[u8]) -> Result<Option<i128>, Fault> {
    fixed(bytes).map(|bytes| Some(u64::from_le_bytes(bytes).into()))
}

/// A whole number of any width.
pub(super) fn integer(bytes: &[u8], unsigned: bool) -> Result<i128, Fault> {
    let negative = !unsigned && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 16];
    wide.get_mut(..bytes.len()).ok_or(Fault::Malformed)?.copy_from_slice(bytes);
    Ok(i128::from_le_bytes(wide))
}

/// The same number in fewer bytes.
pub(super) fn narrow<T: TryFrom<i128>>(number: i128) -> Result<Option<T>, Fault> {
    T::try_from(number).map(Some).map_err(|_| Fault::value("a number outside its column's range"))
}

/// Bits as a number, the first one highest.
pub(super) fn wide_bits(bytes: &[u8]) -> Result<Option<i128>, Fault> {
    let mut number = [0; 8];
    let place = number.len().checked_sub(bytes.len()).and_then(|start| number.get_mut(start..));
    place.ok_or(Fault::Malformed)?.copy_from_slice(bytes);
    Ok(Some(u64::from_be_bytes(number).into()))
}

/// The same where there are at most 63.
pub(super) fn bits(bytes: &[u8]) -> Result<Option<i64>, Fault> {
    let number = wide_bits(bytes)?.unwrap_or_default();
    i64::try_from(number).map(Some).map_err(|_| Fault::Malformed)
}

pub(super) fn float4(bytes: &[u8]) -> Result<Option<f32>, Fault> {
    fixed(bytes).map(|bytes| Some(f32::from_le_bytes(bytes)))
}

pub(super) fn float8(bytes: &[u8]) -> Result<Option<f64>, Fault> {
    fixed(bytes).map(|bytes| Some(f64::from_le_bytes(bytes)))
}

/// Days since 1970-01-01; a date with a zero in it is NULL or a fault.
pub(super) fn date(bytes: &[u8], zero_is_null: bool) -> Result<Option<i32>, Fault> {
    let mut rest = Rest(bytes);
    let days = day(&mut rest, zero_is_null)?;
    if rest.0.is_empty() { Ok(days) } else { Err(Fault::Malformed) }
}

fn day(rest: &mut Rest<'_>, zero_is_null: bool) -> Result<Option<i32>, Fault> {
    // What ends in zeros is sent without them, down to nothing at all.
    let [low, high, month, of_month] = if rest.0.is_empty() { [0; 4] } else { rest.array().ok_or(Fault::Malformed)? };
    let year = u16::from_le_bytes([low, high]);
    match days(year, month, of_month) {
        Some(days) => Ok(Some(days)),
        None if month == 0 || of_month == 0 => {
            if zero_is_null {
                Ok(None)
            } else {
                Err(Fault::value("a date with a zero in it"))
            }
        }
        None => Err(Fault::value("a day that its month does not have")),
    }
}

/// Milliseconds since 1970-01-01, floored (D4).
pub(super) fn millis(bytes: &[u8], zero_is_null: bool) -> Result<Option<i64>, Fault> {
    let mut rest = Rest(bytes);
    let Some(days) = day(&mut rest, zero_is_null)? else { return Ok(None) };
    let [hour, minute, second] = if rest.0.is_empty() { [0; 3] } else { rest.array().ok_or(Fault::Malformed)? };
    let micros = if rest.0.is_empty() { 0 } else { u32::from_le_bytes(rest.array().ok_or(Fault::Malformed)?) };
    if !rest.0.is_empty() || hour > 23 || minute > 59 || second > 59 || micros > 999_999 {
        return Err(Fault::Malformed);
    }
    let of_day = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Ok(Some(i64::from(days) * DAY + of_day * 1000 + i64::from(micros / 1000)))
}

/// The same, packed above the key of a zone, which is 0 for UTC.
pub(super) fn zoned_millis(bytes: &[u8], zero_is_null: bool) -> Result<Option<i64>, Fault> {
    let packed = millis(bytes, zero_is_null)?.map(|millis| pack_zoned(millis).ok_or(Fault::Malformed));
    packed.transpose()
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn time(year: u16, rest: &[u8]) -> Vec<u8> {
        [&year.to_le_bytes(), rest].concat()
    }

    #[test]
    fn times_are_floored_and_come_in_as_many_bytes_as_they_need() {
        let micros = 123_999_u32.to_le_bytes();
        for (bytes, expected) in [
            (time(1970, &[1, 2]), DAY),
            (time(1970, &[1, 1, 0, 0, 1]), 1000),
            (time(1969, &[&[12, 31, 23, 59, 59][..], &micros].concat()), -1000 + 123),
            (time(9999, &[12, 31, 23, 59, 59]), 253_402_300_799_000),
            (time(0, &[1, 1]), -719_528 * DAY),
        ] {
            assert_eq!(millis(&bytes, false), Ok(Some(expected)), "{bytes:?}");
        }
        assert_eq!(zoned_millis(&time(1970, &[1, 1, 0, 0, 1]), false), Ok(Some(1000 << 12)));
    }

    #[test]
    fn zeros_in_a_date_are_null_or_a_fault_and_never_another_day() {
        for bytes in [vec![], time(2020, &[0, 0]), time(2020, &[5, 0]), time(0, &[0, 0, 1, 1, 1])] {
            assert_eq!(millis(&bytes, true), Ok(None));
            assert_eq!(millis(&bytes, false), Err(Fault::value("a date with a zero in it")));
            assert_eq!(date(bytes.get(..4).unwrap_or_default(), true), Ok(None));
        }
        for zero_is_null in [true, false] {
            let fault = date(&time(2021, &[2, 30]), zero_is_null);
            assert_eq!(fault, Err(Fault::value("a day that its month does not have")));
        }
    }

    #[test]
    fn the_examples_of_the_protocols_own_pages_are_the_moments_that_they_say() {
        // 2010-10-17, and 19:27:30.000001 of that day.
        let moment = [0xda, 0x07, 0x0a, 0x11, 0x13, 0x1b, 0x1e, 1, 0, 0, 0];
        assert_eq!(date(&moment[..4], false), Ok(Some(14_899)));
        assert_eq!(date(&moment, false), Err(Fault::Malformed), "a day has no time behind it");
        assert_eq!(millis(&moment[..4], false), Ok(Some(14_899 * DAY)));
        let second = 14_899 * DAY + ((19 * 60 + 27) * 60 + 30) * 1000;
        assert_eq!((millis(&moment[..7], false), millis(&moment, false)), (Ok(Some(second)), Ok(Some(second))));
    }

    /// The days from 1970-01-01 to the first of January of every year, counted one year after the other.
    fn firsts() -> Vec<i64> {
        let mut firsts = vec![0_i64];
        for year in 0..i64::from(u16::MAX) {
            let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            let days = if is_leap { 366 } else { 365 };
            firsts.push(firsts.last().unwrap() + days);
        }
        let of_1970 = firsts[1970];
        firsts.iter().map(|first| first - of_1970).collect()
    }

    /// The day of a date, counted one month after the other.
    fn slow_day(bytes: &[u8], zero_is_null: bool, firsts: &[i64]) -> Result<Option<i64>, Fault> {
        let [low, high, month, day] = match bytes {
            [] => [0; 4],
            [low, high, month, day, ..] => [*low, *high, *month, *day],
            _ => return Err(Fault::Malformed),
        };
        if month == 0 || day == 0 {
            return if zero_is_null { Ok(None) } else { Err(Fault::value("a date with a zero in it")) };
        }
        let year = usize::from(low) + usize::from(high) * 256;
        let february = if year == 65_535 || firsts[year + 1] - firsts[year] == 365 { 28 } else { 29 };
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        match lengths.get(usize::from(month) - 1) {
            Some(length) if i64::from(day) <= *length => {
                let months: i64 = lengths[..usize::from(month) - 1].iter().sum();
                Ok(Some(firsts[year] + months + i64::from(day) - 1))
            }
            _ => Err(Fault::value("a day that its month does not have")),
        }
    }

    /// The millisecond of a moment, by numbers that hold all of its digits.
    fn slow_millis(bytes: &[u8], zero_is_null: bool, firsts: &[i64]) -> Result<Option<i64>, Fault> {
        let Some(day) = slow_day(bytes, zero_is_null, firsts)? else { return Ok(None) };
        if ![4, 7, 11].contains(&bytes.len()) {
            return Err(Fault::Malformed);
        }
        // What is not sent is zero.
        let mut fields = bytes[4..].to_vec();
        fields.resize(7, 0);
        let micros = fields[3..].iter().rev().fold(0_i128, |number, byte| number * 256 + i128::from(*byte));
        if fields[0] > 23 || fields[1] > 59 || fields[2] > 59 || micros > 999_999 {
            return Err(Fault::Malformed);
        }
        let clock = fields[..3].iter().fold(0_i128, |number, field| number * 60 + i128::from(*field));
        let all = (i128::from(day) * 86_400 + clock) * 1_000_000 + micros;
        Ok(Some(i64::try_from(all.div_euclid(1000)).unwrap()))
    }

    /// A date or a moment as it might be sent, of which every field may be one that there is not.
    fn any_moment(random: &mut StdRng) -> Vec<u8> {
        let year: u16 = match random.random_range(0..8) {
            0 => random.random(),
            1 => 0,
            2 => random.random_range(0..500_u16) * 4,
            _ => random.random_range(1..10_000),
        };
        let date: [u8; 2] = [random.random_range(0..=13), random.random_range(0..=31)];
        let clock: [u8; 3] = [random.random_range(0..=24), random.random_range(0..=60), random.random_range(0..=60)];
        let micros: u32 = [0, 999_999, 1_000_000, random.random_range(0..1_000_000)][random.random_range(0..4)];
        let bytes = [&year.to_le_bytes()[..], &date, &clock, &micros.to_le_bytes()].concat();
        let length = if random.random_bool(0.1) {
            random.random_range(0..=11_usize)
        } else {
            [0, 4, 7, 11][random.random_range(0..4)]
        };
        bytes[..length].to_vec()
    }

    #[test]
    fn fast_and_slow_agree_on_random_dates_and_moments() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let firsts = firsts();
        let (mut values, mut nulls, mut faults) = (0, 0, 0);
        for _ in 0..50_000 {
            let bytes = any_moment(&mut random);
            for zero_is_null in [false, true] {
                let expected = slow_millis(&bytes, zero_is_null, &firsts);
                assert_eq!(millis(&bytes, zero_is_null), expected, "{bytes:?}");
                let packed = expected.clone().map(|millis| millis.map(|millis| millis * 4096));
                assert_eq!(zoned_millis(&bytes, zero_is_null), packed, "{bytes:?}");
                match expected {
                    Ok(Some(_)) => values += 1,
                    Ok(None) => nulls += 1,
                    Err(_) => faults += 1,
                }
            }
            let bytes = &bytes[..bytes.len().min(4)];
            for zero_is_null in [false, true] {
                let expected = slow_day(bytes, zero_is_null, &firsts);
                assert_eq!(date(bytes, zero_is_null).map(|day| day.map(i64::from)), expected, "{bytes:?}");
            }
        }
        let behind = [&any_moment(&mut random)[..], &[0; 12]].concat();
        assert!(millis(&behind[..12], false).is_err(), "{behind:?}");
        assert!([values, nulls, faults].iter().all(|count| *count > 1000), "{values}, {nulls}, {faults}");
    }

    #[test]
    fn numbers_of_every_width_are_those_that_were_sent() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..10_000 {
            let bits: u64 = random.random();
            let bytes = bits.to_le_bytes();
            let unsigned = |width: usize| {
                bytes[..width].iter().rev().fold(0_i128, |number, byte| number * 256 + i128::from(*byte))
            };
            let signed = |width: usize| {
                let number = unsigned(width);
                if bytes[width - 1] > 127 { number - (1_i128 << (width * 8)) } else { number }
            };
            assert_eq!(int1(&bytes[..1]).map(|found| found.map(i128::from)), Ok(Some(signed(1))));
            assert_eq!(int2(&bytes[..2]).map(|found| found.map(i128::from)), Ok(Some(signed(2))));
            assert_eq!(int4(&bytes[..4]).map(|found| found.map(i128::from)), Ok(Some(signed(4))));
            assert_eq!(int8(&bytes).map(|found| found.map(i128::from)), Ok(Some(signed(8))));
            assert_eq!(uint1(&bytes[..1]).map(|found| found.map(i128::from)), Ok(Some(unsigned(1))));
            assert_eq!(uint2(&bytes[..2]).map(|found| found.map(i128::from)), Ok(Some(unsigned(2))));
            assert_eq!(uint4(&bytes[..4]).map(|found| found.map(i128::from)), Ok(Some(unsigned(4))));
            assert_eq!(uint8(&bytes), Ok(Some(unsigned(8))));
            for width in [1, 2, 4, 8] {
                assert_eq!(integer(&bytes[..width], false), Ok(signed(width)));
                assert_eq!(integer(&bytes[..width], true), Ok(unsigned(width)));
            }
            // The bits of a BIT(n) come from the highest on, in as many bytes as they need.
            let width = random.random_range(0..=8);
            let expected = bytes[..width].iter().fold(0_i128, |number, byte| number * 256 + i128::from(*byte));
            assert_eq!(wide_bits(&bytes[..width]), Ok(Some(expected)));
            assert_eq!(float8(&bytes).map(|found| found.map(f64::to_bits)), Ok(Some(bits)));
            let low = bytes[..4].iter().rev().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
            assert_eq!(float4(&bytes[..4]).map(|found| found.map(f32::to_bits)), Ok(Some(low)));
        }
    }

    #[test]
    fn only_two_numbers_are_truth_values() {
        assert_eq!((truth(&[0]), truth(&[1])), (Ok(false), Ok(true)));
        for number in [2, 5, 255] {
            assert_eq!(truth(&[number]), Err(Fault::value("a number other than 0 and 1")));
        }
    }

    #[test]
    fn bits_are_read_from_the_highest() {
        assert_eq!(bits(&[1, 0]), Ok(Some(256)));
        assert_eq!(wide_bits(&[255; 8]), Ok(Some(u64::MAX.into())));
        assert_eq!((bits(&[255; 8]), bits(&[0; 9])), (Err(Fault::Malformed), Err(Fault::Malformed)));
    }

    #[test]
    fn a_number_of_another_width_is_itself_or_a_fault() {
        for number in [-1_i64, 0, 1, i64::MIN, i64::MAX, 127, -128] {
            assert_eq!(integer(&number.to_le_bytes(), false), Ok(number.into()));
        }
        assert_eq!(integer(&u64::MAX.to_le_bytes(), true), Ok(u64::MAX.into()));
        assert_eq!(integer(&[0xff], false), Ok(-1));
        assert_eq!((narrow::<i32>(7), narrow::<i64>(-1)), (Ok(Some(7)), Ok(Some(-1))));
        assert!(matches!(narrow::<i8>(128), Err(Fault::Value(_))));
        assert_eq!(integer(&[0; 17], false), Err(Fault::Malformed));
    }

    #[test]
    fn a_wrong_width_is_malformed() {
        assert_eq!(int4(&[0; 3]), Err(Fault::Malformed));
        assert_eq!(truth(&[]), Err(Fault::Malformed));
        assert_eq!(millis(&[0xe4, 7, 1, 1, 1], false), Err(Fault::Malformed));
        assert_eq!(millis(&time(2020, &[1, 1, 24, 0, 0]), false), Err(Fault::Malformed));
    }
}
