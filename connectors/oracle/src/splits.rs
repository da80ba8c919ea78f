//! Cutting a scan into slices: for now every scan is one.

use connector_core::{Error, Result, Scan, Split};

/// The slices of a scan, whose union is exactly the scan.
pub(crate) fn splits(_scan: &Scan, _max: usize) -> Vec<Split> {
    vec![Split::whole()]
}

/// Errors: unsupported, for a slice that was not cut here, because reading more than it would repeat rows.
pub(crate) fn check(split: &Split) -> Result<()> {
    if split.is_whole() {
        return Ok(());
    }
    Err(Error::unsupported("the split was cut by another version of the connector").hint("run the query again"))
}
