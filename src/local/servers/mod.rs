//! Databases started for the demo and the tests: real servers as child processes, gone when their owner is gone; and servers of
//! somebody's own, which get a shop and lose it again.
//!
//! Not a way to run a database that matters: nothing here survives, and nothing is written safely to disk. This room reads
//! no environment; what it needs to know of it (PATH, the cache directory) the caller gives.

pub(super) mod certificate;
mod guest;
mod keeper;
mod launch;
mod mysql;
mod place;
mod postgres;
mod script;
mod secret;

pub use guest::{Filling, Guest, GuestOptions};
pub use mysql::{MySql, MySqlOptions, Product};
pub use postgres::{FETCHED_VERSION, Postgres, PostgresOptions, Programs, cache_dir};
pub(super) use secret::percent_encoded;
pub use secret::{random_password, secrets_file};
