//! What is asked of real servers through the local Athena; one process for all of it, so that each server is started once.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../../connectors/mysql/tests/support/mod.rs"]
mod mysql;
mod peer_runs;
mod plans;
mod pushdown;
mod sql;
#[path = "../support/mod.rs"]
mod support;
mod tpc;
