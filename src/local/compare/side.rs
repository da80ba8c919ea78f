//! One of the two functions: its listings, its tables, and rows of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use connector_core::{Expr, Result, TableName};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Function;
use crate::local::Options;
use crate::local::pushdown::request;
use crate::local::query::QueryContext;
use crate::local::read::{Plan, read};
use crate::local::report::{ScanCounters, ScanReport};
use crate::local::wire::Wire;
use crate::protocol::GetTableResponse;

/// A function as it is asked.
pub(super) struct Side {
    /// What it is called in a report.
    pub name: &'static str,
    wire: Arc<Wire>,
    options: Arc<Options>,
}

/// Rows of a table, as they travelled.
#[derive(Default)]
pub(super) struct Found {
    pub batches: Vec<RecordBatch>,
    /// Whether there are more.
    pub more: bool,
}

impl Found {
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

impl Side {
    pub fn new(name: &'static str, function: Function, options: &Arc<Options>) -> Self {
        let Function { catalog, invoke } = function;
        let wire = Arc::new(Wire::new(catalog, invoke, options.identity.clone(), options.version));
        Self { name, wire, options: options.clone() }
    }

    pub async fn schemas(&self) -> Result<Vec<String>> {
        self.wire
            .schemas(&query_id())
            .await
            .map_err(|error| error.context(format!("asking the {} function", self.name)))
    }

    pub async fn tables(&self, schema: &str) -> Result<Vec<String>> {
        self.wire.tables(&query_id(), schema).await
    }

    pub async fn table(&self, name: &TableName) -> Result<GetTableResponse> {
        self.wire.table(&query_id(), name.clone()).await
    }

    /// Whether it stops at a limit by itself.
    pub async fn limits(&self) -> Result<bool> {
        Ok(self.wire.promises(&query_id()).await?.limit)
    }

    /// Rows that pass, up to `most` of them.
    pub async fn rows(
        &self,
        table: &GetTableResponse,
        columns: &[String],
        filters: &[Expr],
        most: usize,
    ) -> Result<Found> {
        let plan = self.plan(table, columns, filters, most).await?;
        let (sender, mut receiver) = mpsc::channel(2);
        let mut reading = JoinSet::new();
        reading.spawn(read(Arc::new(plan), sender));
        let mut found = Found { batches: Vec::new(), more: false };
        while let Some(batch) = receiver.recv().await {
            let (batch, left) = (batch?, most - found.rows());
            if batch.num_rows() > left {
                found.batches.push(batch.slice(0, left));
                found.more = true;
                break;
            }
            found.batches.push(batch);
        }
        Ok(found)
    }

    async fn plan(&self, table: &GetTableResponse, columns: &[String], filters: &[Expr], most: usize) -> Result<Plan> {
        let id = query_id();
        let promises = self.wire.promises(&id).await?;
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let asked = request(filters, Some(limit), promises);
        let indexes: Vec<usize> = columns.iter().filter_map(|name| table.schema.index_of(name).ok()).collect();
        let schema = table
            .schema
            .project(&indexes)
            .map_err(|error| connector_core::Error::internal("choosing columns of a table").with_source(error))?;
        let schema = Arc::new(schema);
        let query = QueryContext {
            id,
            options: self.options.clone(),
            calls: BTreeMap::default(),
            batch_rows: 8192,
            scans: Mutex::default(),
            notes: Mutex::default(),
        };
        Ok(Plan {
            wire: self.wire.clone(),
            query: Arc::new(query),
            table: table.clone(),
            // The rows are wanted as they travel.
            local: schema.clone(),
            schema,
            filters: filters.to_vec(),
            constraints: asked.constraints,
            is_empty: asked.is_empty,
            limit: Some(limit),
            counters: ScanCounters::new(ScanReport::default()),
        })
    }
}

fn query_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
