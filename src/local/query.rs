//! One query: what its parts share, its result, and what it did.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::Result;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};

use super::Options;
use super::passthrough::Calls;
use super::report::{Report, ScanCounters};

/// What the parts of one query share.
pub(super) struct QueryContext {
    /// The id under which functions see the query.
    pub id: String,
    /// How it is run.
    pub options: Arc<Options>,
    /// The functions that it calls in the place of tables.
    pub calls: Calls,
    /// Rows in a batch of the engine.
    pub batch_rows: usize,
    /// Its scans, in the order they were planned.
    pub scans: Mutex<Vec<Arc<ScanCounters>>>,
    /// What its user must know about its rows.
    pub notes: Mutex<Vec<String>>,
}

/// A result on its way.
pub struct Query {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows; dropped, it ends every read that is under way.
    pub batches: BoxStream<'static, Result<RecordBatch>>,
    /// What it does; may be asked at any time.
    pub progress: Progress,
}

/// What a query does, and what it has done.
#[derive(Clone)]
pub struct Progress {
    context: Option<Arc<QueryContext>>,
    planned: Arc<Planned>,
}

/// What is known once the query is planned.
#[derive(Default)]
pub(super) struct Planned {
    pub engine_filters: Vec<String>,
    pub plan: String,
    pub planning: Duration,
}

impl Query {
    /// A result that is already there.
    pub(super) fn ready(batch: RecordBatch) -> Self {
        let progress = Progress { context: None, planned: Arc::default() };
        Self { schema: batch.schema(), batches: stream::iter([Ok(batch)]).boxed(), progress }
    }
}

impl Progress {
    pub(super) fn new(context: Arc<QueryContext>, planned: Planned) -> Self {
        Self { context: Some(context), planned: Arc::new(planned) }
    }

    /// The state of affairs now.
    pub fn report(&self) -> Report {
        let scans = match &self.context {
            Some(context) => locked(&context.scans).clone(),
            None => Vec::new(),
        };
        Report {
            query_id: self.context.as_ref().map(|context| context.id.clone()).unwrap_or_default(),
            scans: scans.iter().map(|scan| scan.report()).collect(),
            notes: self.context.as_ref().map(|context| locked(&context.notes).clone()).unwrap_or_default(),
            engine_filters: self.planned.engine_filters.clone(),
            plan: self.planned.plan.clone(),
            planning: self.planned.planning,
        }
    }
}

/// What a lock holds; a thread that panicked with it left a list that is whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
