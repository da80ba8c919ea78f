//! A scan as an operator of DataFusion's plan: a fixed number of streams that share what the reads bring.
//!
//! Any stream takes the next batch, so that one large split keeps every core busy. Once nobody takes any, reading stops.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::stream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::read::{Plan, read};

/// The operator.
#[derive(Debug)]
pub(super) struct AthenaScan {
    plan: Arc<Plan>,
    properties: Arc<PlanProperties>,
    run: Mutex<Run>,
}

/// One execution, from the first stream to the last.
#[derive(Debug)]
struct Run {
    /// Kept until every stream has its own.
    shared: Option<Arc<Shared>>,
    executed: Vec<bool>,
}

/// What the streams of one execution share; dropped with the last of them, it ends the reading.
#[derive(Debug)]
struct Shared {
    batches: tokio::sync::Mutex<mpsc::Receiver<connector_core::Result<RecordBatch>>>,
    _reading: JoinSet<()>,
}

impl AthenaScan {
    /// An operator that has read nothing yet.
    pub fn new(plan: Arc<Plan>) -> Self {
        let streams = plan.query.options.parallel_reads.max(1);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(plan.local.clone()),
            Partitioning::UnknownPartitioning(streams),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        let run = Mutex::new(Run { shared: None, executed: vec![false; streams] });
        Self { plan, properties: Arc::new(properties), run }
    }

    /// What it reads.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn start(&self) -> Arc<Shared> {
        let streams = self.plan.query.options.parallel_reads.max(1);
        let (sender, receiver) = mpsc::channel(streams);
        let mut reading = JoinSet::new();
        reading.spawn(read(self.plan.clone(), sender));
        Arc::new(Shared { batches: tokio::sync::Mutex::new(receiver), _reading: reading })
    }

    /// What stream `partition` takes its batches from.
    fn shared(&self, partition: usize) -> Result<Arc<Shared>> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        match run.executed.get_mut(partition) {
            Some(executed) if !*executed => *executed = true,
            // A second reader of a stream would get only what the first has left.
            _ => return internal_err!("stream {partition} of a scan is not there, or taken"),
        }
        let shared = run.shared.get_or_insert_with(|| self.start()).clone();
        if run.executed.iter().all(|executed| *executed) {
            run.shared = None;
        }
        Ok(shared)
    }
}

impl DisplayAs for AthenaScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.plan.counters.report();
        write!(f, "AthenaScan: {}.{}", report.catalog, report.table)?;
        write!(f, ", columns=[{}]", report.columns.join(", "))?;
        if !report.asked.is_empty() {
            write!(f, ", asked=[{}]", report.asked.join(" AND "))?;
        }
        if let Some(limit) = report.limit {
            write!(f, ", limit={limit}")?;
        }
        if !report.evaluated.is_empty() {
            write!(f, ", evaluated here=[{}]", report.evaluated.join(" AND "))?;
        }
        Ok(())
    }
}

impl ExecutionPlan for AthenaScan {
    fn name(&self) -> &'static str {
        "AthenaScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    /// A copy that has read nothing yet, for plans that run a part of them again.
    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self::new(self.plan.clone())))
    }

    fn execute(&self, partition: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let shared = self.shared(partition)?;
        let batches = stream::unfold(shared, async |shared| {
            let next = shared.batches.lock().await.recv().await?;
            Some((next.map_err(|error| DataFusionError::External(Box::new(error))), shared))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.plan.local.clone(), batches)))
    }
}
