//! The contract every engine is held to, as functions: give each a live connection, and it panics where a promise is broken.
//!
//! An engine's live test calls [`suite::all`] with its own tables; nothing is expected that the seam does not say. Randomness
//! takes its seed from the caller, who prints it.

pub mod boundary;
mod conditions;
pub mod cuts;
pub mod docker;
pub mod moments;
mod printed;
pub mod random;
pub mod readme;
pub mod rules;
pub mod scans;
pub mod suite;
pub mod statements;
pub mod users;
