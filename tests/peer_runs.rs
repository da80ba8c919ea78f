//! Every case in which AWS's connectors for PostgreSQL and MySQL were run and gave a wrong answer, asked of ours over the wire.
//!
//! A case keeps the name under which it was recorded; `peer_runs/table.rs` says which test asks it. The connectors' own live
//! tests hold most of them one level below; what is added here is the way through messages, value sets, handler and splits.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "peer_runs/asking.rs"]
mod asking;
#[path = "peer_runs/expressions.rs"]
mod expressions;
#[path = "../connectors/mysql/tests/support/mod.rs"]
mod mysql;
#[path = "peer_runs/names.rs"]
mod names;
#[path = "peer_runs/mysql/mod.rs"]
mod on_mysql;
#[path = "peer_runs/partitions.rs"]
mod partitions;
#[path = "peer_runs/passthrough.rs"]
mod passthrough;
#[path = "peer_runs/plans.rs"]
mod plans;
#[path = "peer_runs/sets.rs"]
mod sets;
mod support;
#[path = "peer_runs/table.rs"]
mod table;
#[path = "peer_runs/text.rs"]
mod text;
#[path = "peer_runs/types.rs"]
mod types;
#[path = "peer_runs/values.rs"]
mod values;
