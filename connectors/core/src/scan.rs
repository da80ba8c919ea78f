//! What is to be read, as a value.

use std::collections::BTreeMap;

use crate::{Aggregate, Column, Domain, Expr, Query, Split, Table, TableName};

/// A read of one table: everything a renderer or a reader needs to know.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The table with all its columns.
    pub table: Table,
    /// The query that stands in the table's place; then `table` has only its columns, named by their positions.
    pub query: Option<Query>,
    /// The column along which somebody wants the table to be cut, whatever its keys are; a query has its own.
    pub split_by: Option<String>,
    /// Names of the wanted columns, in the wanted order; may be empty (rows are then only counted).
    pub projection: Vec<String>,
    /// Wanted values by column name; a row must pass every one.
    pub domains: BTreeMap<String, Domain>,
    /// Conditions that must be true, all of them.
    pub filters: Vec<Expr>,
    /// How rows that pass are put together; then its groups are the rows, and `projection` says nothing.
    pub aggregate: Option<Aggregate>,
    /// Wanted order; meaningful with a limit.
    pub order: Vec<SortKey>,
    /// No more rows than this are wanted.
    pub limit: Option<u64>,
    /// The slice of the table to read.
    pub split: Split,
}

impl Scan {
    /// A read of the named columns of a table, unfiltered.
    pub fn new(table: Table, projection: Vec<String>) -> Self {
        Self {
            table,
            query: None,
            split_by: None,
            projection,
            domains: BTreeMap::new(),
            filters: Vec::new(),
            aggregate: None,
            order: Vec::new(),
            limit: None,
            split: Split::Whole,
        }
    }

    /// A read of the named columns of a query's answer.
    pub fn of_query(query: Query, columns: Vec<Column>, projection: Vec<String>) -> Self {
        let table = Table { name: TableName::new("system", "query"), columns, comment: None };
        Self { query: Some(query), ..Self::new(table, projection) }
    }

    /// The column that was named for the table or the query to be cut along.
    pub fn named_column(&self) -> Option<&str> {
        match &self.query {
            Some(query) => query.split_by(),
            None => self.split_by.as_deref(),
        }
    }

    /// The column Athena knows as `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.table.column(name)
    }
}

/// One key of a wanted order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// Column name.
    pub column: String,
    /// Which way.
    pub direction: Direction,
    /// Where NULL goes.
    pub nulls: Nulls,
}

/// Which way a sort key runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Where a sort key puts NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Before everything.
    First,
    /// After everything.
    Last,
}
