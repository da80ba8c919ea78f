//! Every case in which AWS's connectors for PostgreSQL and MySQL were run and gave a wrong answer, asked of ours over the wire.
//!
//! A case keeps the name under which it was recorded; `peer_runs/table.rs` says which test asks it. The connectors' own live
//! tests hold most of them one level below; what is added here is the way through messages, value sets, handler and splits.

mod asking;
mod expressions;
mod names;
#[path = "peer_runs/mysql/mod.rs"]
mod on_mysql;
mod partitions;
mod passthrough;
mod plans;
mod sets;
mod table;
mod text;
mod types;
mod values;
