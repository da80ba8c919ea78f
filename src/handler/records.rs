//! The rows of one split: asked of the source, re-checked, and returned inline or spilled.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_schema::{DataType, SchemaRef};
use connector_core::{
    Announcing, Error, ErrorKind, Query, Remainder, Rendered, Result, Scan, Table, apart, block_size, eval,
    same_layout, sql,
};
use futures::TryStreamExt;

use super::Handler;
use super::caller::Asked;
use super::deadline::{Deadline, Reached};
use super::measured::{self, Count};
use super::sessions::Session;
use super::splits::scan;
use crate::protocol::{
    ReadRecordsRequest, ReadRecordsResponse, RemoteReadRecordsResponse, Request, Response, check_supported,
};
use crate::spill::{Outcome, Spiller};

impl Handler {
    /// What the source would be asked for a ReadRecords request, and what would be left to do here; nothing is read.
    pub async fn plan(&self, bytes: &[u8]) -> Result<Rendered> {
        let request = match Request::decode(bytes)? {
            Request::ReadRecords(request) => request,
            other => {
                return Err(Error::invalid(format!("a {} reads no rows, so there is nothing to plan", other.kind())));
            }
        };
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let query = asked.query(&request.table, &request.constraints.passthrough)?;
        let found = self.found(&asked, &request.table, query.as_ref());
        let (session, table) = found.await?;
        session.give_back();
        sql::render(&wanted(&asked, &request, table, query)?.0, asked.source.connector.dialect())
    }

    pub(super) async fn read_records(&self, request: ReadRecordsRequest) -> Result<Response> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let query = asked.query(&request.table, &request.constraints.passthrough)?;
        let found = self.found(&asked, &request.table, query.as_ref());
        let (mut session, table) = found.await?;
        let (scan, later) = wanted(&asked, &request, table, query)?;
        let rendered = sql::render(&scan, asked.source.connector.dialect())?;
        // The values of a query in its user's words stand in the text.
        let shown = if scan.query.is_some() { "a pass-through query" } else { rendered.statement.sql.as_str() };
        tracing::info!(query_id = request.query_id, sql = shown, "reading");
        let doing = |error: Error| error.context(format!("reading table {}", scan.table.name));
        let (progress, deadline) = (Progress::start(), Deadline::current());
        let outcome = tokio::select! {
            outcome = self.copy(&request, (&scan, &later), &rendered, &mut session, &progress) => outcome.map(Some),
            () = deadline.nears() => Ok(None),
        };
        let Some(outcome) = outcome.map_err(doing)? else {
            drop(session);
            return Err(doing(self.given_up(&asked, &scan, &rendered, &progress).await));
        };
        // A session whose answer was not read to its end has one waiting in it. One that ran a user's own words is closed: what
        // they may have opened in it (connections to other servers, say) no reset can know.
        if outcome.read_to_end && scan.query.is_none() {
            session.give_back();
        }
        Ok(match outcome.spilled {
            Outcome::Inline(records) => {
                Response::ReadRecords(ReadRecordsResponse { catalog: request.catalog, records })
            }
            Outcome::Remote(remote_blocks) => {
                measured::add(Count::Spilled, remote_blocks.len());
                Response::RemoteReadRecords(RemoteReadRecordsResponse {
                    catalog: request.catalog,
                    schema: request.schema,
                    remote_blocks,
                    encryption_key: request.split.encryption_key,
                })
            }
        })
    }

    /// Reads to the end, or as far as is wanted.
    ///
    /// What is read is decoded in the same task, with no queue between: of the 5.1 s that PostgreSQL takes to send lineitem its process
    /// computes for all, and reading and decoding takes 0.7 (MariaDB 4.9 and 1.0). It works on into the sockets' buffers meanwhile, so
    /// there is nothing to be won. Sealing and sending have tasks of their own (`spill::upload`).
    async fn copy(
        &self,
        request: &ReadRecordsRequest,
        (scan, later): (&Scan, &Announcing),
        rendered: &Rendered,
        session: &mut Session<'_>,
        progress: &Progress,
    ) -> Result<Copied> {
        let mut spiller = Spiller::new(&self.store, request)?;
        let mut left = match rendered.remainder {
            Remainder { order: true, .. } => u64::MAX,
            _ => later.limit.or(scan.limit).unwrap_or(u64::MAX),
        };
        let mut batches = session.connection().read(scan, &rendered.statement, spiller.batch_limits()).await?;
        let mut read_to_end = false;
        while left > 0 {
            let Some(batch) = measured::waiting(batches.try_next()).await? else {
                read_to_end = true;
                break;
            };
            let (rows_before, _) = progress.so_far();
            progress.advance(batch.num_rows());
            measured::add(Count::RowsRead, batch.num_rows());
            let batch = later.finish(recheck(batch, &rendered.remainder)?, rows_before)?;
            let batch = match &scan.aggregate {
                Some(aggregate) => aggregate.finish(&batch, &scan.table)?,
                None => batch,
            };
            let rows = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX).min(left);
            left -= rows;
            let batch = batch.slice(0, usize::try_from(rows).unwrap_or(batch.num_rows()));
            measured::add(Count::Rows, batch.num_rows());
            measured::add(Count::Bytes, block_size(&batch));
            spiller.push(shape(&batch, &request.schema)?).await?;
        }
        // Behind the last row of a limit that the source applied comes only the end of its answer.
        if left == 0 && !rendered.remainder.limit && later.limit.is_none() {
            read_to_end = batches.try_next().await?.is_none();
        }
        drop(batches);
        Ok(Copied { spilled: spiller.finish().await?, read_to_end })
    }

    /// What is said of a read that the deadline has ended: how far it came, and what would have helped.
    async fn given_up(&self, asked: &Asked, scan: &Scan, rendered: &Rendered, at: &Progress) -> Error {
        let (rows, took) = at.so_far();
        let asking = async {
            let mut session = self.session(asked).await?;
            let expected = session.connection().estimate(&rendered.statement).await?;
            session.give_back();
            Ok::<_, Error>(expected)
        };
        // A query in its user's words is nothing to ask about, since no splits are made of it; nor is a read without a rate.
        let expected = match (&scan.query, rows) {
            (Some(_), _) | (None, 0) => None,
            (None, _) => tokio::time::timeout(Deadline::current().afterwards(), asking).await.ok(),
        };
        let expected = expected.and_then(|asked| {
            asked.inspect_err(|error| tracing::info!(%error, "how many rows there are is not known")).ok().flatten()
        });
        Reached { rows, took, expected: expected.map(|expected| expected.rows) }.error()
    }
}

/// The scan that the request describes, once its columns are known to be still what Athena was told, and what comes after it.
fn wanted(
    asked: &Asked,
    request: &ReadRecordsRequest,
    table: Table,
    query: Option<Query>,
) -> Result<(Scan, Announcing)> {
    // A column asked for twice would be read once, and the next column answered in its place.
    check_supported(&request.schema)?;
    let projection = request.schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut scan = scan(table, query, projection, &request.constraints);
    scan.split = connector_core::Split::from_properties(&request.split.properties)?;
    let scan = asked.follow(&request.table, &request.schema, &request.constraints, scan)?;
    if scan.aggregate.is_none() {
        check_columns(request, &scan.table)?;
    }
    Ok(apart(scan))
}

/// How far a read has come.
struct Progress {
    start: Instant,
    rows: AtomicU64,
}

impl Progress {
    fn start() -> Self {
        Self { start: Instant::now(), rows: AtomicU64::new(0) }
    }

    fn advance(&self, rows: usize) {
        self.rows.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn so_far(&self) -> (u64, Duration) {
        (self.rows.load(Ordering::Relaxed), self.start.elapsed())
    }
}

struct Copied {
    spilled: Outcome,
    read_to_end: bool,
}

/// Checks that a table has the columns that are asked for.
fn check_columns(request: &ReadRecordsRequest, table: &Table) -> Result<()> {
    for field in request.schema.fields() {
        let same = |known: &DataType| same_layout(known, field.data_type());
        if !table.column(field.name()).is_some_and(|column| same(column.announced_type())) {
            let what = format!(
                "column {:?} of table {} is no longer what the query was planned with",
                field.name(),
                table.name
            );
            return Err(Error::new(ErrorKind::Conflict, what).hint("run the query again"));
        }
    }
    Ok(())
}

/// The rows that pass what the source was not asked, or not exactly.
fn recheck(batch: RecordBatch, remainder: &Remainder) -> Result<RecordBatch> {
    if remainder.keeps_all_rows() {
        return Ok(batch);
    }
    eval::filter(&batch, &remainder.domains, &remainder.filters)
}

/// The wanted columns under exactly the requested schema; columns that only the re-check needed are left behind.
fn shape(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| retyped(column, field.data_type())).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    // The types are known to fit, but not that a column that the request takes for one without NULL has none.
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(|error| {
        let what = "the rows do not fit the schema that the request asks for";
        Error::new(ErrorKind::Conflict, what).hint("run the query again").with_source(error)
    })
}

fn retyped(column: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    if column.data_type() == data_type {
        return Ok(column.clone());
    }
    let data = column.to_data().into_builder().data_type(data_type.clone()).build();
    Ok(make_array(data.map_err(|error| Error::internal("retyping a column of the answer").with_source(error))?))
}
