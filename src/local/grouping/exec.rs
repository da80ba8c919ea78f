//! The operator with two ways: the groups that a source makes, and where it makes none, the aggregate over its rows.

use std::fmt;
use std::sync::Arc;

use connector_core::{Error, ErrorKind};
use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{Distribution, EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::local::query::locked;
use crate::local::read::{Plan, read};

/// The operator.
#[derive(Debug)]
pub(super) struct GroupedScan {
    plan: Arc<Plan>,
    original: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl GroupedScan {
    /// An operator that has asked nothing yet.
    pub fn new(plan: Arc<Plan>, original: Arc<dyn ExecutionPlan>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(original.schema()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { plan, original, properties: Arc::new(properties) }
    }

    /// The groups that the source makes; nothing if it makes none, which it says before the first.
    async fn groups(plan: Arc<Plan>) -> connector_core::Result<Option<Groups>> {
        let (sender, mut receiver) = mpsc::channel(1);
        let mut reading = JoinSet::new();
        reading.spawn(read(plan, sender));
        match receiver.recv().await {
            Some(Err(error)) if error.kind() == ErrorKind::Unsupported => {
                tracing::info!("a plan is not followed: {error}");
                Ok(None)
            }
            Some(Err(error)) => Err(error),
            first => Ok(Some(Groups { first: first.transpose()?, receiver, _reading: reading })),
        }
    }
}

/// Groups on their way.
struct Groups {
    first: Option<RecordBatch>,
    receiver: mpsc::Receiver<connector_core::Result<RecordBatch>>,
    _reading: JoinSet<()>,
}

impl Groups {
    async fn next(mut self) -> Result<Option<(RecordBatch, Self)>> {
        let batch = match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => self.receiver.recv().await,
        };
        let batch = batch.transpose().map_err(external)?;
        Ok(batch.map(|batch| (batch, self)))
    }
}

fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The same columns as the aggregate names them.
fn named(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), batch.columns().to_vec(), &options)?)
}

impl DisplayAs for GroupedScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.plan.counters.report();
        write!(f, "GroupedScan: {}.{}, columns=[{}], or", report.catalog, report.table, report.columns.join(", "))
    }
}

impl ExecutionPlan for GroupedScan {
    fn name(&self) -> &'static str {
        "GroupedScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.original]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        InputDistributionRequirements::new(vec![Distribution::SinglePartition])
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(original) = children.pop() else { return internal_err!("an aggregate without its input") };
        Ok(Arc::new(Self::new(self.plan.clone(), original)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (plan, original, schema) = (self.plan.clone(), self.original.clone(), self.original.schema());
        let counters = plan.counters.clone();
        let answered = {
            let schema = schema.clone();
            async move {
                locked(&plan.query.scans).push(counters);
                match Self::groups(plan).await.map_err(external)? {
                    Some(groups) => {
                        let batches = stream::try_unfold(groups, Groups::next);
                        let batches = batches.and_then(move |batch| std::future::ready(named(&batch, &schema)));
                        Ok::<_, DataFusionError>(batches.boxed())
                    }
                    None => Ok(original.execute(partition, context)?.boxed()),
                }
            }
        };
        let batches = stream::once(answered).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }
}
