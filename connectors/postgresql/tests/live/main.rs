//! The connector against a real server.
#![allow(clippy::format_push_string, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod acting;
mod boundary;
mod catalog;
mod contract;
mod ends;
mod expressions;
mod keys;
mod limits;
mod login;
mod moments;
mod passthrough;
mod random;
mod rights;
mod session;
mod sizing;
mod text;
mod types;
mod users;
mod values;
