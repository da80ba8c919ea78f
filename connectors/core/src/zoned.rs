//! Timestamps with time zone as they travel: Presto's packing of an instant and a zone key, not Arrow's own value.

/// Bits of a packed value that hold the key of the zone, 0 for UTC (Trino, `DateTimeEncoding`).
const ZONE_BITS: u32 = 12;

/// Packs milliseconds since the epoch with the key of UTC; none for instants that 52 bits cannot hold.
pub fn pack_zoned(millis: i64) -> Option<i64> {
    millis.checked_mul(1 << ZONE_BITS)
}

/// The milliseconds since the epoch in a packed value; the zone only matters for display and is dropped.
pub fn unpack_zoned(packed: i64) -> i64 {
    packed >> ZONE_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_follows_presto_and_floors_below_the_epoch() {
        assert_eq!(pack_zoned(1_577_836_800_000), Some(6_462_819_532_800_000));
        assert_eq!(pack_zoned(-1), Some(-4096));
        assert_eq!(unpack_zoned(6_462_819_532_801_825), 1_577_836_800_000);
        assert_eq!(unpack_zoned(-4096 + 841), -1);
        assert_eq!(unpack_zoned(5_942_221_840_384_541), 1_450_737_754_000);
        assert_eq!([pack_zoned(i64::MAX), pack_zoned(i64::MIN)], [None, None]);
    }
}
