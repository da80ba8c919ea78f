//! What unit tests need of the outside: the integration tests' own files, so that there is one of each.
#![allow(clippy::unwrap_used, clippy::print_stdout, dead_code)]

#[path = "../tests/support/aws.rs"]
pub mod aws;
#[path = "../tests/support/moto.rs"]
pub mod moto;
#[path = "../tests/support/skip.rs"]
pub mod skip;
