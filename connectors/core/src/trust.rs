//! Whom every engine trusts besides the Web's authorities. Not here: how a driver verifies with it.

/// Roots of Amazon RDS in every region, as PEM; the file says where they come from.
pub const RDS_ROOTS: &[u8] = include_bytes!("rds-roots.pem");
