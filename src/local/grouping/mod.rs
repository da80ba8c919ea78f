//! Aggregates that a source is asked for by a plan, as Athena may ask from serde 6 on, instead of the rows they are made of.
//!
//! Behind DataFusion's optimizer, an aggregate over one table becomes an operator with two ways to the same rows: the plan, and
//! the aggregate itself, which is taken where the source does not follow the plan. Not here: what a plan says on the wire
//! (`protocol`), and what a source does with it.

mod ask;
mod exec;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;
use connector_core::Error;
use datafusion::catalog::Session;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchemaRef, DataFusionError, Result, internal_err};
use datafusion::execution::SessionState;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    Aggregate, Expr, Extension, LogicalPlan, UserDefinedLogicalNode, UserDefinedLogicalNodeCore,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use self::ask::asked;
use self::exec::GroupedScan;
use super::read::Plan;
use super::table::AthenaTable;
use crate::protocol::Version;

/// The physical plan of a statement in which sources are asked for aggregates.
pub(super) async fn planned(logical: &LogicalPlan, state: &SessionState) -> Result<Arc<dyn ExecutionPlan>> {
    let optimized = state.optimize(logical)?;
    let versions = versions(&optimized).await?;
    let asking = optimized.transform_up(|plan| match plan {
        LogicalPlan::Aggregate(aggregate) => Ok(asking(aggregate, &versions)),
        other => Ok(Transformed::no(other)),
    })?;
    let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Planner)]);
    planner.create_physical_plan(&asking.data, state).await
}

/// Catalogs whose functions know plans: an older one would be asked without it, for rows that it cannot have.
async fn versions(plan: &LogicalPlan) -> Result<Vec<String>> {
    let mut tables = Vec::new();
    plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.push(scan.source.clone());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let mut known = Vec::new();
    for source in tables {
        let provider = datafusion::datasource::source_as_provider(&source)?;
        let Some(table) = provider.downcast_ref::<AthenaTable>() else { continue };
        let version = table.version().await.map_err(external)?;
        if version >= Version::QUERY_PLAN {
            known.push(table.catalog().to_owned());
        }
    }
    Ok(known)
}

fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

fn asking(aggregate: Aggregate, catalogs: &[String]) -> Transformed<LogicalPlan> {
    let plan = asked(&aggregate).filter(|asked| catalogs.contains(&asked.table.catalog));
    let original = LogicalPlan::Aggregate(aggregate);
    match plan {
        Some(plan) => Transformed::yes(LogicalPlan::Extension(Extension {
            node: Arc::new(Grouped { original, plan: Arc::new(plan) }),
        })),
        None => Transformed::no(original),
    }
}

/// An aggregate, and what a source may be asked instead.
#[derive(Debug)]
struct Grouped {
    original: LogicalPlan,
    plan: Arc<Plan>,
}

impl PartialEq for Grouped {
    fn eq(&self, other: &Self) -> bool {
        self.original == other.original
    }
}

impl Eq for Grouped {}

impl PartialOrd for Grouped {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.original.partial_cmp(&other.original)
    }
}

impl Hash for Grouped {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.original.hash(state);
    }
}

impl UserDefinedLogicalNodeCore for Grouped {
    fn name(&self) -> &'static str {
        "Grouped"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.original]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.original.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Grouped")
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        let Some(original) = inputs.pop() else { return internal_err!("an aggregate without its input") };
        Ok(Self { original, plan: self.plan.clone() })
    }
}

struct Planner;

#[async_trait]
impl ExtensionPlanner for Planner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let (Some(grouped), [original]) = (node.as_any().downcast_ref::<Grouped>(), inputs) else { return Ok(None) };
        Ok(Some(Arc::new(GroupedScan::new(grouped.plan.clone(), original.clone()))))
    }
}
