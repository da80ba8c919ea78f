//! What is wanted of a table, in the seam's own words: a domain a column, expressions, order and limit.

use std::collections::BTreeMap;

use connector_core::{Domain, Expr, SortKey};

/// What is wanted; the default wants everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// Wanted values by column; a row must pass every one.
    pub summary: BTreeMap<String, Domain>,
    /// Conditions that must be true, all of them.
    pub expressions: Vec<Expr>,
    /// Wanted order; meaningful with a limit.
    pub order_by: Vec<SortKey>,
    /// No more rows than this are wanted.
    pub limit: Option<u64>,
    /// Arguments of the pass-through function; empty for a table.
    pub passthrough: BTreeMap<String, String>,
    /// A Substrait plan, which serde 6 may bring; nobody reads it.
    pub query_plan: Option<QueryPlan>,
}

/// A Substrait plan as it travels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryPlan {
    /// Version of Substrait.
    pub version: Option<String>,
    /// The plan in base64.
    pub plan: Option<String>,
}
