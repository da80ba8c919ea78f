//! The Athena stand-in: SQL over the wire.

pub mod servers;
