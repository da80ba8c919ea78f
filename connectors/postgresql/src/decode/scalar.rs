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
    match int4(bytes)? {
        i32::MAX => Err(Fault::value("infinity")),
        i32::MIN => Err(Fault::value("-infinity")),
        days => days.checked_add(EPOCH_DAYS).ok_or(Fault::Malformed),
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
    use super::*;

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
