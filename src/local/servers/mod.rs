//! Databases started for the demo and the tests: real servers as child processes, gone when their owner is gone.
//!
//! Not a way to run a database that matters: nothing here survives, and nothing is written safely to disk. This room reads
//! no environment; what it needs to know of it (PATH, the cache directory) the caller gives.

mod certificate;
mod client;
mod keeper;
mod place;
mod postgres;
mod programs;
mod reader;

pub use postgres::{Postgres, PostgresOptions};
pub use programs::{FETCHED_VERSION, Programs, cache_dir};
pub use reader::secrets_file;
