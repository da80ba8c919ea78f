//! One query: what its parts share, its result, and what it did.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::Result;
use datafusion::common::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::stream::BoxStream;
use futures::{StreamExt, stream};

use super::passthrough::Calls;
use super::report::{Report, ScanCounters};
use super::{Options, engine, heading};

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

/// A query that is planned and reads nothing yet.
pub struct PlannedQuery {
    /// Its columns.
    pub schema: SchemaRef,
    pub(super) way: Way,
}

/// How a planned query comes to its rows.
pub(super) enum Way {
    /// They are there.
    Ready(Query),
    /// By a plan.
    Plan { plan: Arc<dyn ExecutionPlan>, task: Arc<TaskContext>, progress: Progress },
}

/// What is known of a statement before it has values for its parameters.
pub struct Prepared {
    /// Its columns; one whose type is its parameter's may get another.
    pub schema: SchemaRef,
    /// Its parameters, in order; a text where nothing tells the type.
    pub parameters: SchemaRef,
}

impl PlannedQuery {
    /// Begins to read; rows come as they are taken.
    pub fn start(self) -> Result<Query> {
        let (plan, task, progress) = match self.way {
            Way::Ready(query) => return Ok(query),
            Way::Plan { plan, task, progress } => (plan, task, progress),
        };
        let rows = execute_stream(plan, task).map_err(engine::failure)?;
        let schema = self.schema.clone();
        let headed = move |batch| heading::headed(&batch, &schema).map_err(DataFusionError::from);
        let batches = rows.map(move |batch| batch.and_then(&headed).map_err(engine::failure)).boxed();
        Ok(Query { schema: self.schema, batches, progress })
    }

    pub(super) fn ready(query: Query) -> Self {
        Self { schema: query.schema.clone(), way: Way::Ready(query) }
    }
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
