//! Athena's wire from outside: what AWS's SDK wrote is read, what we write keeps its order, and nothing that comes in panics.

// Helpers of tests are tests too; clippy's own exception only covers the functions marked as such.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod appendix;
mod describe;
mod fixtures;
mod forged;
mod framing;
mod generate;
mod hostile;
mod lenient;
mod order;
mod ordered;
mod ranges;
mod round_trip;
mod value_set;
mod vectors;
