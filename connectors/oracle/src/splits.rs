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

#[cfg(test)]
mod tests {
    use connector_core::{ErrorKind, Table, TableName};

    use super::*;

    #[test]
    fn defect_18_a_table_is_read_once_whatever_its_partitions() {
        let table = Table { name: TableName::new("S", "PARTITIONED"), columns: Vec::new(), comment: None };
        let cut = splits(&Scan::new(table, Vec::new()), 16);
        assert_eq!(cut, [Split::whole()]);
        assert!(check(&cut[0]).is_ok());
    }

    #[test]
    fn defect_19_no_property_of_a_split_is_taken_for_a_partition() {
        let other =
            Split::from_properties([("casing".into(), "UPPER".into()), ("partition".into(), "P1".into())].into());
        assert_eq!(check(&other).unwrap_err().kind(), ErrorKind::Unsupported);
    }
}
