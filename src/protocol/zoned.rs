//! Packed timestamps with time zone, where one that cannot be packed is a failure. Not here: the packing.

use connector_core::{Error, Result};

pub use connector_core::unpack_zoned;

/// Packs milliseconds since the epoch with the key of UTC.
///
/// Errors: corrupt, for instants that 52 bits cannot hold.
pub fn pack_zoned(millis: i64) -> Result<i64> {
    connector_core::pack_zoned(millis)
        .ok_or_else(|| Error::corrupt("a timestamp with time zone is too far from 1970 for Athena's packed form"))
}
