//! What a query did: per scan, what was asked of the source, what was evaluated here, and what came over the wire.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use connector_core::TableName;

/// What a query did, or would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The id under which the functions saw it.
    pub query_id: String,
    /// Its scans, in the order they were planned.
    pub scans: Vec<ScanReport>,
    /// What is not in the rows though it may be expected there, a line each.
    pub notes: Vec<String>,
    /// Conditions that stayed with the engine, in its own spelling.
    pub engine_filters: Vec<String>,
    /// The engine's plan, one operator a line.
    pub plan: String,
    /// From the text to the plan, tables looked up.
    pub planning: Duration,
}

/// What one scan did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanReport {
    /// The catalog.
    pub catalog: String,
    /// The table.
    pub table: TableNameText,
    /// Columns asked for, in their order; those behind the first `wanted` only for conditions evaluated here.
    pub columns: Vec<String>,
    /// What the source was asked to apply, one entry a condition.
    pub asked: Vec<String>,
    /// The limit it was asked to apply to each split.
    pub limit: Option<u64>,
    /// Conditions evaluated here on every row that came.
    pub evaluated: Vec<String>,
    /// Those of them that the source was not told of at all.
    pub unsent: Vec<String>,
    /// The statement that the source is sent, where a hook tells it.
    pub statement: Option<String>,
    /// Splits planned.
    pub splits: u64,
    /// Splits read.
    pub splits_read: u64,
    /// Rows that came over the wire.
    pub rows: u64,
    /// Rows that passed the conditions evaluated here.
    pub rows_kept: u64,
    /// Bytes of requests.
    pub bytes_sent: u64,
    /// Bytes of answers; spilled blocks counted as Athena measures them.
    pub bytes_received: u64,
    /// Blocks that came inside an answer.
    pub inline_blocks: u64,
    /// Blocks that came from S3.
    pub spilled_blocks: u64,
    /// Time in GetTableLayout and GetSplits.
    pub listing: Duration,
    /// Time in ReadRecords and in fetching spilled blocks, summed over the parallel reads.
    pub reading: Duration,
    /// Time in evaluating conditions and converting types, summed likewise.
    pub evaluating: Duration,
}

/// A table's name for a report: `schema.table`.
pub type TableNameText = String;

/// The live counters of a scan.
#[derive(Debug)]
pub(super) struct ScanCounters {
    fixed: Mutex<ScanReport>,
    counts: [AtomicU64; COUNTERS],
}

/// One counter of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Splits,
    SplitsRead,
    Rows,
    RowsKept,
    BytesSent,
    BytesReceived,
    InlineBlocks,
    SpilledBlocks,
    ListingMicros,
    ReadingMicros,
    EvaluatingMicros,
}

const COUNTERS: usize = Count::EvaluatingMicros as usize + 1;

impl ScanCounters {
    /// Counters of a scan of which everything but the counts is known.
    pub fn new(fixed: ScanReport) -> Arc<Self> {
        Arc::new(Self { fixed: Mutex::new(fixed), counts: std::array::from_fn(|_| AtomicU64::new(0)) })
    }

    pub fn add(&self, count: Count, more: usize) {
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        self.counts[count as usize].fetch_add(more, Ordering::Relaxed);
    }

    pub fn count(&self, count: Count) -> u64 {
        self.counts[count as usize].load(Ordering::Relaxed)
    }

    /// Adds the time since `start`.
    pub fn add_time(&self, count: Count, start: Instant) {
        self.add(count, usize::try_from(start.elapsed().as_micros()).unwrap_or(usize::MAX));
    }

    /// Notes the statement that the source is sent.
    pub fn set_statement(&self, statement: Option<String>) {
        self.fixed.lock().unwrap_or_else(PoisonError::into_inner).statement = statement;
    }

    pub fn report(&self) -> ScanReport {
        let count = |count| self.count(count);
        ScanReport {
            splits: count(Count::Splits),
            splits_read: count(Count::SplitsRead),
            rows: count(Count::Rows),
            rows_kept: count(Count::RowsKept),
            bytes_sent: count(Count::BytesSent),
            bytes_received: count(Count::BytesReceived),
            inline_blocks: count(Count::InlineBlocks),
            spilled_blocks: count(Count::SpilledBlocks),
            listing: Duration::from_micros(count(Count::ListingMicros)),
            reading: Duration::from_micros(count(Count::ReadingMicros)),
            evaluating: Duration::from_micros(count(Count::EvaluatingMicros)),
            ..self.fixed.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }
}

/// A table's name as a report shows it.
pub(super) fn shown(table: &TableName) -> TableNameText {
    format!("{}.{}", table.schema, table.table)
}
