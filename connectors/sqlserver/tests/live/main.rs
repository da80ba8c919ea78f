//! The connector against a real server.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod acting;
mod boundary;
mod contract;
mod defects;
mod ends;
mod moments;
mod partitions;
mod random;
mod rights;
mod stopped;
mod types;
mod users;
