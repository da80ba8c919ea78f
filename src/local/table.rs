//! A table of the wire as DataFusion reads one. Not here: the reading itself (`exec`, `read`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use connector_core::{Expr, Result};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as EngineResult;
use datafusion::logical_expr::{Expr as Sql, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::exec::AthenaScan;
use super::pushdown::{Promises, condition, request};
use super::query::{QueryContext, locked};
use super::read::Plan;
use super::report::{ScanCounters, ScanReport, shown as shown_name};
use super::types::local_schema;
use super::wire::Wire;
use super::{pushdown, shown};
use crate::protocol::{Constraints, GetTableResponse, QueryPlan, Version};

/// A table as one query sees it.
pub(super) struct AthenaTable {
    wire: Arc<Wire>,
    query: Arc<QueryContext>,
    promises: Promises,
    table: GetTableResponse,
    /// What it was called with, if it is a function.
    arguments: BTreeMap<String, String>,
    local: SchemaRef,
}

impl AthenaTable {
    /// Looks a table up, or what a function gives if it is called with arguments; and what its source promises.
    pub async fn find(
        wire: Arc<Wire>,
        query: Arc<QueryContext>,
        table: connector_core::TableName,
        arguments: BTreeMap<String, String>,
    ) -> Result<Arc<Self>> {
        let table = wire.called(&query.id, table, arguments.clone()).await?;
        let promises =
            if query.options.pushdown { wire.promises(&query.id).await?.clone() } else { Promises::default() };
        let local = local_schema(&table.schema);
        Ok(Arc::new(Self { wire, query, promises, table, arguments, local }))
    }

    /// The version that its function is asked in.
    pub async fn version(&self) -> Result<Version> {
        self.wire.version(&self.query.id).await
    }

    /// The catalog, as its function knows it.
    pub fn catalog(&self) -> &str {
        &self.table.catalog
    }

    /// The parts of its name.
    pub fn parts(&self) -> Vec<String> {
        vec![self.table.table.schema.clone(), self.table.table.table.clone()]
    }

    /// Its columns as they travel.
    pub fn wire_schema(&self) -> &SchemaRef {
        &self.table.schema
    }

    /// A read of what a plan makes of it.
    pub fn asking(&self, plan: QueryPlan, schema: SchemaRef, local: SchemaRef) -> Plan {
        let constraints =
            Constraints { query_plan: Some(plan), passthrough: self.arguments.clone(), ..Constraints::default() };
        let report = ScanReport {
            catalog: self.table.catalog.clone(),
            table: shown_name(&self.table.table),
            columns: schema.fields().iter().map(|field| field.name().clone()).collect(),
            asked: vec!["a plan".into()],
            ..ScanReport::default()
        };
        Plan {
            wire: self.wire.clone(),
            query: self.query.clone(),
            table: self.table.clone(),
            schema,
            local,
            filters: Vec::new(),
            constraints,
            is_empty: false,
            limit: None,
            counters: ScanCounters::new(report),
        }
    }

    /// The wanted columns first, then those that only conditions need; and how many are wanted.
    fn columns(&self, projection: Option<&Vec<usize>>, filters: &[Expr]) -> Vec<usize> {
        let all = || (0..self.table.schema.fields().len()).collect();
        let mut columns = projection.cloned().unwrap_or_else(all);
        for filter in filters {
            filter.for_each_column(&mut |name| {
                let index = self.table.schema.index_of(name).ok();
                columns.extend(index.filter(|index| !columns.contains(index)));
            });
        }
        columns
    }

    fn report(&self, plan: &pushdown::Request, schema: &Schema, filters: &[Expr]) -> ScanReport {
        let summary = plan.constraints.summary.iter().map(|(column, domain)| shown::domain(column, domain));
        let expressions = plan.constraints.expressions.iter().map(shown::expr);
        ScanReport {
            catalog: self.table.catalog.clone(),
            table: shown_name(&self.table.table),
            columns: schema.fields().iter().map(|field| field.name().clone()).collect(),
            asked: summary.chain(expressions).collect(),
            limit: plan.constraints.limit,
            evaluated: filters.iter().map(shown::expr).collect(),
            unsent: plan.unsent.iter().map(shown::expr).collect(),
            ..ScanReport::default()
        }
    }
}

impl fmt::Debug for AthenaTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AthenaTable")
            .field("catalog", &self.table.catalog)
            .field("table", &self.table.table)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for AthenaTable {
    fn schema(&self) -> SchemaRef {
        self.local.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Sql]) -> EngineResult<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| match condition(filter, &self.table.schema) {
                // Whatever the source does with it, it is evaluated on every row that comes.
                Some(_) => TableProviderFilterPushDown::Exact,
                None => TableProviderFilterPushDown::Unsupported,
            })
            .collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Sql],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let filters: Vec<Expr> = filters.iter().filter_map(|filter| condition(filter, &self.table.schema)).collect();
        let columns = self.columns(projection, &filters);
        let wanted = projection.map_or(columns.len(), Vec::len);
        let limit = limit.and_then(|limit| u64::try_from(limit).ok());
        let mut asked = request(&filters, limit, &self.promises);
        asked.constraints.passthrough.clone_from(&self.arguments);
        let schema = Arc::new(self.table.schema.project(&columns)?);
        let local = Arc::new(self.local.project(columns.get(..wanted).unwrap_or_default())?);
        let counters = ScanCounters::new(self.report(&asked, &schema, &filters));
        locked(&self.query.scans).push(counters.clone());
        let plan = Plan {
            wire: self.wire.clone(),
            query: self.query.clone(),
            table: self.table.clone(),
            schema,
            local,
            filters,
            constraints: asked.constraints,
            is_empty: asked.is_empty,
            limit,
            counters,
        };
        if let Some(hook) = self.query.options.statements.as_ref() {
            plan.counters.set_statement(hook(plan.sample()).await);
        }
        Ok(Arc::new(AthenaScan::new(Arc::new(plan))))
    }
}
