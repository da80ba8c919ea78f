//! The queries of TPC-H and TPC-DS through the local Athena give the source's own rows.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "tpc/answers.rs"]
mod answers;
#[path = "../connectors/mysql/tests/support/mod.rs"]
mod mysql;
mod support;
#[path = "tpc/tpcds.rs"]
mod tpcds;
#[path = "tpc/tpch.rs"]
mod tpch;
