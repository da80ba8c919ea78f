//! The queries of TPC-H and TPC-DS through the local Athena give the source's own rows.

mod answers;
mod tpcds;
mod tpch;
