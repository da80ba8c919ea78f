//! The connector against a real server.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../support/mod.rs"]
mod support;

mod catalog;
mod contract;
mod expressions;
mod login;
mod rights;
mod session;
mod text;
mod types;
mod values;
