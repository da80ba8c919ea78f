//! Single values of fixed width, as the binary protocol sends them.

use connector_core::decode::Fault;
use connector_core::pack_zoned;

/// Days from 1970-01-01 to the server's own epoch, 2000-01-01.
pub(crate) const EPOCH_DAYS: i32 = 10_957;
/// The same in milliseconds.
pub(crate) const EPOCH_MILLIS: i64 = 946_684_800_000;

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::Malformed)
}

pub(super) fn boolean(bytes: &[u8]) -> Result<bool, Fault> {
    fixed::<1>(bytes).map(|[byte]| byte != 0)
}

/// `bit(1)`: a count of bits, then the bits from the top.
pub(super) fn single_bit(bytes: &[u8]) -> Result<bool, Fault> {
    match fixed::<5>(bytes)? {
        [0, 0, 0, 1, bits] => Ok(bits & 0x80 != 0),
        _ => Err(Fault::Malformed),
    }
}

pub(super) fn int2(bytes: &[u8]) -> Result<i16, Fault> {
    fixed(bytes).map(i16::from_be_bytes)
}

pub(super) fn int4(bytes: &[u8]) -> Result<i32, Fault> {
    fixed(bytes).map(i32::from_be_bytes)
}

pub(super) fn int8(bytes: &[u8]) -> Result<i64, Fault> {
    fixed(bytes).map(i64::from_be_bytes)
}

pub(super) fn float4(bytes: &[u8]) -> Result<f32, Fault> {
    fixed(bytes).map(f32::from_be_bytes)
}

pub(super) fn float8(bytes: &[u8]) -> Result<f64, Fault> {
    fixed(bytes).map(f64::from_be_bytes)
}

/// Days since 1970-01-01; the server counts in the proleptic Gregorian calendar too.
pub(super) fn date(bytes: &[u8]) -> Result<i32, Fault> {
    let days = int4(bytes)?;
    match days.checked_add(EPOCH_DAYS) {
        Some(since_1970) if days != i32::MIN => Ok(since_1970),
        _ => Err(no_day(days)),
    }
}

#[cold]
fn no_day(days: i32) -> Fault {
    match days {
        i32::MAX => Fault::value("infinity"),
        i32::MIN => Fault::value("-infinity"),
        _ => Fault::Malformed,
    }
}

/// Milliseconds since 1970-01-01, floored (D4), also before it.
pub(super) fn millis(bytes: &[u8]) -> Result<i64, Fault> {
    match int8(bytes)? {
        i64::MAX => Err(Fault::value("infinity")),
        i64::MIN => Err(Fault::value("-infinity")),
        micros => Ok(micros.div_euclid(1000) + EPOCH_MILLIS),
    }
}

/// The same, packed above the key of a zone, which is 0 for UTC.
pub(super) fn zoned_millis(bytes: &[u8]) -> Result<i64, Fault> {
    pack_zoned(millis(bytes)?).ok_or(Fault::value("a year beyond 73326"))
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// Days from the first of January of one year to that of another, counted year by year.
    fn counted(from: i32, to: i32) -> i32 {
        let days = |year: i32| if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 { 366 } else { 365 };
        if from <= to { (from..to).map(days).sum() } else { -(to..from).map(days).sum::<i32>() }
    }

    #[test]
    fn fast_and_slow_agree_on_random_days_and_moments() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..500 {
            let (year, day) = (random.random_range(-4712..12_000), random.random_range(0..365));
            let sent = counted(2000, year) + day;
            assert_eq!(date(&sent.to_be_bytes()), Ok(counted(1970, year) + day), "day {day} of {year}");
            let of_day = random.random_range(0..86_400_000_000_i64);
            let sent = i64::from(sent) * 86_400_000_000 + of_day;
            let expected = i64::from(counted(1970, year) + day) * 86_400_000 + of_day / 1000;
            assert_eq!(millis(&sent.to_be_bytes()), Ok(expected), "{of_day} µs into day {day} of {year}");
        }
        for _ in 0..20_000 {
            let micros: i64 = random.random_range(i64::MIN + 1..i64::MAX) >> random.random_range(0..40);
            let whole = i128::from(micros) + i128::from(EPOCH_MILLIS) * 1000;
            let floored = whole / 1000 - i128::from(whole % 1000 < 0);
            assert_eq!(millis(&micros.to_be_bytes()).map(i128::from), Ok(floored), "{micros}");
        }
    }

    #[test]
    fn numbers_of_every_width_are_those_that_were_sent() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..10_000 {
            let bits: u64 = random.random();
            let bytes = bits.to_be_bytes();
            let slowly = bytes.iter().fold(0_i128, |number, byte| number * 256 + i128::from(*byte));
            let signed = if slowly >= 1 << 63 { slowly - (1 << 64) } else { slowly };
            assert_eq!(int8(&bytes).map(i128::from), Ok(signed));
            assert_eq!(int4(&bytes[..4]).map(i128::from), Ok(signed >> 32));
            assert_eq!(int2(&bytes[..2]).map(i128::from), Ok(signed >> 48));
            assert_eq!(float8(&bytes).map(f64::to_bits), Ok(bits));
            assert_eq!(float4(&bytes[..4]).map(f32::to_bits).map(u64::from), Ok(bits >> 32));
        }
    }

    #[test]
    fn times_are_floored_on_both_sides_of_the_epochs() {
        for (micros, expected) in [
            (0, EPOCH_MILLIS),
            (999, EPOCH_MILLIS),
            (-1, EPOCH_MILLIS - 1),
            (-1000, EPOCH_MILLIS - 1),
            (-EPOCH_MILLIS * 1000 - 1, -1),
        ] {
            assert_eq!(millis(&i64::to_be_bytes(micros)), Ok(expected), "{micros}");
        }
    }

    #[test]
    fn infinite_times_are_faults_and_not_far_dates() {
        assert_eq!(date(&i32::MAX.to_be_bytes()), Err(Fault::value("infinity")));
        assert_eq!(date(&i32::MIN.to_be_bytes()), Err(Fault::value("-infinity")));
        assert_eq!(millis(&i64::MAX.to_be_bytes()), Err(Fault::value("infinity")));
        assert_eq!(zoned_millis(&i64::MIN.to_be_bytes()), Err(Fault::value("-infinity")));
    }

    #[test]
    fn a_zoned_time_is_packed_or_refused() {
        let micros = (1_577_836_800_000 - EPOCH_MILLIS) * 1000;
        assert_eq!(zoned_millis(&micros.to_be_bytes()), Ok(6_462_819_532_800_000));
        assert_eq!(zoned_millis(&(-EPOCH_MILLIS * 1000 - 1).to_be_bytes()), Ok(-4096));
        assert!(zoned_millis(&(i64::MAX / 2).to_be_bytes()).is_err());
    }

    #[test]
    fn one_bit_is_a_truth_value() {
        assert_eq!(single_bit(&[0, 0, 0, 1, 0x80]), Ok(true));
        assert_eq!(single_bit(&[0, 0, 0, 1, 0]), Ok(false));
        assert_eq!(single_bit(&[0, 0, 0, 2, 0xc0]), Err(Fault::Malformed));
    }

    #[test]
    fn a_wrong_width_is_malformed() {
        assert_eq!(int4(&[0; 3]), Err(Fault::Malformed));
        assert_eq!(boolean(&[]), Err(Fault::Malformed));
        assert_eq!(millis(&[0; 9]), Err(Fault::Malformed));
    }
}
