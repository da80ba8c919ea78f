//! The connector against real servers, each test against MariaDB and MySQL.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod acting;
mod asked;
mod boundary;
mod catalog;
mod contract;
mod ends;
mod expressions;
mod keys;
mod limits;
mod login;
mod moments;
mod partitions;
mod passthrough;
mod random;
mod rights;
mod session;
mod sizing;
mod text;
mod types;
mod users;
mod values;
mod views;
