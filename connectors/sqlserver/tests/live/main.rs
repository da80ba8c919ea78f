//! The connector against a real server.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod boundaries;
mod contract;
mod defects;
mod random;
mod rights;
mod types;
