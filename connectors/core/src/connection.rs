//! One live session with a server.

use std::time::Duration;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures::TryStreamExt;
use futures::stream::BoxStream;

use crate::split::{Place, Sizes};
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

    /// The key along which a table is best cut, if the user may read one: that of an index, or of what the table is parted by.
    async fn key(&mut self, _table: &Table) -> Result<Option<Key>> {
        Ok(None)
    }

    /// Places at which a scan can be cut, for those that were found; what comes back stands in the source's order.
    async fn places(&mut self, _scan: &Scan, places: Vec<Place>) -> Result<Vec<Place>> {
        Ok(places)
    }

    /// The source's present moment, where this table can be read as it was then however late; asked for once a plan.
    async fn moment(&mut self, _table: &Table) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Cuts a scan into slices whose union is exactly the scan; usually by [`crate::split::plan`].
    ///
    /// Errors: invalid, for a query or a table that cannot be cut along the column that was named for it.
    async fn splits(&mut self, scan: &Scan, sizes: Sizes) -> Result<Vec<Split>>;

    /// Runs `statement`, rendered from `scan`, and reads its columns ([`Statement::columns`]) as batches within `limits`. If the
    /// scan is of a query, what it may have changed is undone with the session.
    async fn read<'a>(
        &'a mut self,
        scan: &'a Scan,
        statement: &'a Statement,
        limits: BatchLimits,
    ) -> Result<BatchStream<'a>>;

    /// The few rows of a statement of [`crate::sql::probe`], whose values are only hints: what does not fit its column may be left
    /// out as NULL.
    async fn probe(&mut self, scan: &Scan, statement: &Statement) -> Result<Vec<RecordBatch>> {
        self.read(scan, statement, BatchLimits::default()).await?.try_collect().await
    }

    /// What the server expects of `statement`; none where it cannot say. The statement is not run.
    async fn estimate(&mut self, _statement: &Statement) -> Result<Option<Estimate>> {
        Ok(None)
    }

    /// How many rows the server expects of each of these selects; nothing where it cannot say. None of them is run.
    async fn estimates(&mut self, _selects: &[Statement]) -> Result<Vec<u64>> {
        Ok(Vec::new())
    }

    /// Makes the session as new before another request uses it (settings, role, transaction, temporary objects), naming
    /// itself `application_name` from now on, with [`crate::Settings::time_limit`] as given; an error means that it must be
    /// dropped.
    async fn reset(&mut self, application_name: &str, time_limit: Option<Duration>) -> Result<()>;

    /// [`Connection::reset`] and then [`Connection::table`]; in one round trip, where the protocol lets both be asked at once. An
    /// error of the outer kind is the reset's.
    async fn reset_and_describe(
        &mut self,
        application_name: &str,
        time_limit: Option<Duration>,
        table: &TableName,
    ) -> Result<Result<Table>> {
        self.reset(application_name, time_limit).await?;
        Ok(self.table(table).await)
    }

    /// Has the server stop what an earlier call left unfinished, by the engine's own cancel, and waits until it has, or for a
    /// short while. For a session that is then dropped; there is nothing to do where closing it is enough.
    async fn stop(&mut self) {}

    /// What `glaux check` tells about the source.
    async fn health(&mut self) -> Result<Health>;
}

/// What a server expects of a statement before it runs it, by its own statistics: never more than a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// How many rows the statement gives.
    pub rows: u64,
    /// How much it has to look at for them, in the unit of [`Key::effort`].
    pub effort: u64,
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
    /// What a read in several splits shows of rows that change meanwhile, in a sentence; empty where there are no splits.
    pub consistency: &'static str,
    /// Rights that are missing or more than needed, each a sentence.
    pub findings: Vec<String>,
}
