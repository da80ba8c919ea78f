//! The Athena stand-in: SQL over the wire.

pub mod s3;
pub mod servers;
