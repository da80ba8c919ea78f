//! The connector against a real server.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod boundary;
mod contract;
mod defects;
mod ends;
mod keys;
mod moments;
mod rights;
mod session;
mod types;
