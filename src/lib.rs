//! Glaux: Amazon Athena over other databases, as one Lambda function and as a local Athena.
//!
//! The rooms, lowest first. A room imports only from rooms above it in this list; `tests/tidy.rs` reads the list and checks.

pub mod error;
pub mod connectors;
pub mod config;
pub mod protocol;
pub mod secrets;
pub mod spill;
pub mod handler;
#[cfg(feature = "governance")]
pub mod register;
#[cfg(feature = "governance")]
pub mod mapping;
#[cfg(feature = "governance")]
pub mod share;
#[cfg(feature = "governance")]
pub mod grants;
#[cfg(feature = "local")]
pub mod deploy;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "local")]
pub mod cli;

// What tests/support says of the library holds inside of it, too.
#[cfg(test)]
extern crate self as glaux;
#[cfg(test)]
#[cfg(all(feature = "governance", feature = "local"))]
mod stand_ins;
