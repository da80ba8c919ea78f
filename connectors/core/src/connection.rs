//! One live session with a server.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::split::Sizes;
use crate::{Capabilities, Column, Error, Key, Query, Result, Scan, Split, Statement, Table, TableName};

/// Batches as they arrive; the next is asked for only when the last has been dealt with.
pub type BatchStream<'a> = BoxStream<'a, Result<RecordBatch>>;

/// A session: exclusive, serving one request at a time. A blocking driver hides its thread inside.
#[async_trait]
pub trait Connection: Send {
    /// What this server can be relied on to do.
    fn capabilities(&self) -> Capabilities;

    /// Schemas that hold something the user may read, in the source's spelling, system schemas left out.
    async fn schemas(&mut self) -> Result<Vec<String>>;

    /// Up to `limit` tables of `schema` behind `after`, in order of name, in the source's spelling (keyset paging).
    ///
    /// `schema` is as Athena has it. Errors: not found, invalid (ambiguous).
    async fn tables(&mut self, schema: &str, after: Option<&str>, limit: Option<usize>) -> Result<Vec<Relation>>;

    /// The table that Athena calls `name`, with the columns the user may read.
    ///
    /// Errors: not found, invalid (the name is ambiguous, or two columns differ only in case).
    async fn table(&mut self, name: &TableName) -> Result<Table>;

    /// The columns of a query's answer in its order, named by [`crate::passthrough::names`] and typed as a table's; the server
    /// tells them without running the query.
    ///
    /// Errors: whatever the server has against the query; unsupported, if it cannot tell.
    async fn describe(&mut self, _query: &Query) -> Result<Vec<Column>> {
        Err(Error::unsupported("this engine takes no pass-through queries").hint("query the tables themselves"))
    }

    /// The key along which a table is best cut, if the user may read one and there is an index on it.
    async fn key(&mut self, _table: &Table) -> Result<Option<Key>> {
        Ok(None)
    }

    /// Cuts a scan into slices whose union is exactly the scan; usually by [`crate::split::plan`].
    ///
    /// Errors: invalid, for a query that cannot be cut as it was asked for.
    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>>;

    /// Runs `statement`, rendered from `scan`, and reads its columns ([`Statement::columns`]) as batches within `limits`. If the
    /// scan is of a query, what it may have changed is undone with the session.
    async fn read<'a>(
        &'a mut self,
        scan: &'a Scan,
        statement: &'a Statement,
        limits: BatchLimits,
    ) -> Result<BatchStream<'a>>;

    /// Makes the session as new before another request uses it (settings, role, transaction, temporary objects), naming
    /// itself `application_name` from now on; an error means that it must be dropped.
    async fn reset(&mut self, application_name: &str) -> Result<()>;

    /// What `glaux check` tells about the source.
    async fn health(&mut self) -> Result<Health>;
}

/// Something that can be read like a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name in the source's spelling.
    pub name: String,
}

/// How large a batch may grow before it is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Rows.
    pub rows: usize,
    /// Bytes, measured as [`crate::block_size`] does; one row may overshoot.
    pub bytes: usize,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { rows: 65_536, bytes: 8 << 20 }
    }
}

/// State of a source, for a person to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Server version, as it says itself.
    pub version: String,
    /// Who we are there.
    pub user: String,
    /// TLS protocol and cipher, or `None` in clear.
    pub tls: Option<String>,
    /// Rights that are missing or more than needed, each a sentence.
    pub findings: Vec<String>,
}
