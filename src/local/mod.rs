//! The Athena stand-in: SQL over the wire.
//!
//! It plays Athena's part toward federation functions, and knows them by nothing but bytes through the codec, in process or
//! over Lambda's Invoke API. DataFusion plans and joins; conditions are evaluated with Athena's own rules. What it is not:
//! Athena's whole SQL, or a way around a connector.

mod aggregates;
mod catalog;
pub mod check;
pub mod compare;
mod dialect;
mod domain;
pub mod endpoint;
mod engine;
mod exec;
mod grouping;
mod heading;
pub mod invoke;
mod like;
mod literal;
mod parameters;
mod passthrough;
mod pushdown;
mod query;
mod read;
mod refusal;
mod report;
pub mod s3;
mod semantics;
pub mod serve;
pub mod servers;
mod shown;
mod simplify;
mod statement;
mod table;
mod types;
mod wire;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use arrow_schema::{Field, Schema, SchemaRef};
use connector_core::{Error, Result};
use datafusion::common::ScalarValue;
use datafusion::execution::{SessionState, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use futures::future::{BoxFuture, try_join_all};

use self::catalog::{Catalogs, batch, texts};
use self::invoke::Invoke;
use self::query::{Planned, QueryContext, Way};
use self::statement::{Asked, Rows};
use self::wire::Wire;
use crate::protocol::{Identity, Request, Version};
use crate::spill::Store;

pub use catalog::ColumnDescription;
pub use query::{PlannedQuery, Prepared, Progress, Query};
pub use report::{Report, ScanReport};
pub use shown::{domain as shown_domain, expr as shown_expr};
pub use types::athena_type;

/// Tells the statement that a source would be sent for a ReadRecords request.
pub type StatementHook = Arc<dyn Fn(Request) -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// How a local Athena asks.
#[derive(Clone)]
pub struct Options {
    /// The catalog of names that have none; if there is only one, it is the default.
    pub catalog: Option<String>,
    /// The schema of names that have none.
    pub schema: Option<String>,
    /// The serde version to speak; otherwise the newest that both sides know.
    pub version: Option<Version>,
    /// The largest block that a function may send; 16,000,000 as Athena says.
    pub max_block_size: u64,
    /// The size from which a result is to be spilled; 5,242,880 as AWS's validator says.
    pub max_inline_block_size: u64,
    /// Whether sources are asked to apply anything.
    pub pushdown: bool,
    /// Whether sources are asked for aggregates by plans, where both sides speak serde 6.
    pub query_plans: bool,
    /// Splits of a scan that are read at once; the number of cores.
    pub parallel_reads: usize,
    /// Where spilled blocks are read from.
    pub spill: Option<Arc<Store>>,
    /// Who asks, as functions see it.
    pub identity: Identity,
    /// The most memory that joins, sorts and groups may take; what does not fit goes to disk where the engine can.
    pub memory_limit: Option<usize>,
    /// Tells statements for the report.
    pub statements: Option<StatementHook>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            catalog: None,
            schema: None,
            version: None,
            max_block_size: 16_000_000,
            max_inline_block_size: 5_242_880,
            pushdown: true,
            query_plans: false,
            parallel_reads: std::thread::available_parallelism().map_or(4, NonZero::get),
            spill: None,
            identity: Identity {
                account: "000000000000".into(),
                arn: "arn:aws:iam::000000000000:user/local".into(),
                ..Identity::default()
            },
            memory_limit: None,
            statements: None,
        }
    }
}

/// A SQL session over catalogs, each served by a federation function.
pub struct LocalAthena {
    catalogs: Catalogs,
    options: Arc<Options>,
    state: SessionState,
}

impl LocalAthena {
    /// A session over these catalogs; no function is called yet.
    ///
    /// Errors: invalid, for two catalogs of one name, or a default that is none of them.
    pub fn new(functions: Vec<(String, Arc<dyn Invoke>)>, options: Options) -> Result<Self> {
        let mut wires = BTreeMap::new();
        for (name, function) in functions {
            let name = name.to_lowercase();
            let wire = Wire::new(name.clone(), function, options.identity.clone(), options.version);
            if wires.insert(name.clone(), Arc::new(wire)).is_some() {
                return Err(Error::invalid(format!("two catalogs are named {name:?}")));
            }
        }
        let only = (wires.len() == 1).then(|| wires.keys().next().cloned()).flatten();
        let catalog = options.catalog.as_ref().map(|name| name.to_lowercase()).or(only);
        let schema = options.schema.as_ref().map(|name| name.to_lowercase());
        let catalogs = Catalogs { wires, catalog, schema };
        if catalogs.catalog.is_some() {
            catalogs.wire(None).map_err(|error| error.context("choosing the default catalog"))?;
        }
        let state = engine::session(&options, &catalogs)?;
        Ok(Self { catalogs, options: Arc::new(options), state })
    }

    /// Runs a statement that reads; rows come as they are taken.
    ///
    /// Errors: those of the text, of the functions, and of computing; the last ones may come with the rows.
    pub async fn sql(&self, text: &str) -> Result<Query> {
        self.plan(text, &[]).await?.start()
    }

    /// Plans a statement that reads, with a value for each of its parameters; no row is read yet.
    pub async fn plan(&self, text: &str, values: &[ScalarValue]) -> Result<PlannedQuery> {
        let rows = match statement::parse(text)? {
            Asked::Rows(rows) => rows,
            listing => return Ok(PlannedQuery::ready(self.list(listing).await?)),
        };
        parameters::check(rows.parameters, values.len())?;
        let headings = rows.headings.clone();
        let logical = self.logical(rows).await?;
        let (plan, task, progress) = self.physical(logical, values).await?;
        let schema = headings.schema(&plan.schema());
        Ok(PlannedQuery { schema, way: Way::Plan { plan, task, progress } })
    }

    /// Says what a statement gives and takes, before its values are known; no row is read.
    pub async fn prepare(&self, text: &str) -> Result<Prepared> {
        let rows = match statement::parse(text)? {
            Asked::Rows(rows) => rows,
            listing => {
                let schema = self.list(listing).await?.schema;
                return Ok(Prepared { schema, parameters: Arc::new(Schema::empty()) });
            }
        };
        let (count, headings) = (rows.parameters, rows.headings.clone());
        let logical = self.logical(rows).await?;
        let types = parameters::types(&logical.plan, count)?;
        let (plan, ..) = self.physical(logical, &parameters::nulls(&types)?).await?;
        let named =
            types.into_iter().zip(1..).map(|(data_type, number)| Field::new(format!("${number}"), data_type, true));
        let parameters = Arc::new(Schema::new(named.collect::<Vec<_>>()));
        Ok(Prepared { schema: headings.schema(&plan.schema()), parameters })
    }

    /// Says what a query would ask of its sources, in how many splits, and what would be left to do here; no row is read.
    pub async fn explain(&self, text: &str) -> Result<Report> {
        match statement::parse(text)? {
            Asked::Rows(rows) => {
                parameters::check(rows.parameters, 0)?;
                let (plan, _, progress) = self.physical(self.logical(rows).await?, &[]).await?;
                try_join_all(engine::scans(&plan).iter().map(read::list)).await?;
                Ok(progress.report())
            }
            _ => Ok(Report::default()),
        }
    }

    /// A query's plan, its tables looked up and its parameters open.
    async fn logical(&self, rows: Rows) -> Result<Logical> {
        let start = Instant::now();
        let context = Arc::new(QueryContext {
            id: query_id(),
            options: self.options.clone(),
            calls: rows.calls,
            batch_rows: self.state.config_options().execution.batch_size.get(),
            scans: Mutex::default(),
            notes: Mutex::default(),
        });
        let references = self.state.resolve_table_references(&rows.statement).map_err(engine::failure)?;
        let tables = self.catalogs.resolve(references, &context).await?;
        let mut state = self.state.clone();
        state.mark_start_execution();
        state.register_catalog_list(tables);
        let plan = state.statement_to_plan(*rows.statement).await.map_err(engine::failure)?;
        Ok(Logical { context, state, plan, start })
    }

    async fn physical(&self, logical: Logical, values: &[ScalarValue]) -> Result<Physical> {
        let Logical { context, state, plan, start } = logical;
        let plan = parameters::bind(plan, values)?;
        let plan = if self.options.query_plans {
            grouping::planned(&plan, &state).await
        } else {
            state.create_physical_plan(&plan).await
        };
        let plan = plan.map_err(engine::failure)?;
        let planned = Planned {
            engine_filters: engine::filters(&plan),
            plan: engine::shown(plan.as_ref()),
            planning: start.elapsed(),
        };
        Ok((plan, state.task_ctx(), Progress::new(context, planned)))
    }

    async fn list(&self, asked: Asked) -> Result<Query> {
        let batch = match asked {
            Asked::Catalogs => names("catalog_name", &self.catalogs()),
            Asked::Schemas(catalog) => {
                let wire = self.catalogs.wire(catalog.as_deref())?;
                names("schema_name", &wire.schemas(&query_id()).await?)
            }
            Asked::Tables(within) => {
                let (catalog, schema) = match &within[..] {
                    [] => (None, None),
                    [schema] => (None, Some(schema.as_str())),
                    [catalog, schema] => (Some(catalog.as_str()), Some(schema.as_str())),
                    _ => return Err(Error::invalid("tables stand in a schema, which has a name of one or two parts")),
                };
                let schema = self.catalogs.schema(schema)?;
                names("tab_name", &self.catalogs.wire(catalog)?.tables(&query_id(), schema).await?)
            }
            Asked::Columns(table) => described(&self.catalogs.describe(&query_id(), &table).await?),
            Asked::Rows(_) => return Err(Error::internal("a query was taken for a listing")),
        };
        Ok(Query::ready(batch?))
    }

    /// The catalogs there are.
    pub fn catalogs(&self) -> Vec<String> {
        self.catalogs.wires.keys().cloned().collect()
    }

    /// The schemas of a catalog.
    pub async fn schemas(&self, catalog: &str) -> Result<Vec<String>> {
        self.catalogs.wire(Some(catalog))?.schemas(&query_id()).await
    }

    /// The tables of a schema.
    pub async fn tables(&self, catalog: &str, schema: &str) -> Result<Vec<String>> {
        self.catalogs.wire(Some(catalog))?.tables(&query_id(), schema).await
    }

    /// The columns of a table, whose name may lack the catalog and the schema.
    pub async fn describe(&self, table: &[String]) -> Result<Vec<ColumnDescription>> {
        let folded: Vec<String> = table.iter().map(|part| part.to_lowercase()).collect();
        self.catalogs.describe(&query_id(), &folded).await
    }

    /// The columns of a table, as its rows have them; the metadata holds their comments, each under its column's name.
    pub async fn table_schema(&self, table: &[String]) -> Result<SchemaRef> {
        let (wire, table) = self.catalogs.table(table)?;
        let told = wire.table(&query_id(), table).await?.schema;
        let columns = types::local_schema(&told).fields().clone();
        Ok(Arc::new(Schema::new_with_metadata(columns, told.metadata().clone())))
    }
}

/// A query whose parameters have no values yet.
struct Logical {
    context: Arc<QueryContext>,
    state: SessionState,
    plan: LogicalPlan,
    start: Instant,
}

/// A plan that can be run, in what, and what it will have done.
type Physical = (Arc<dyn ExecutionPlan>, Arc<TaskContext>, Progress);

fn query_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn names(column: &str, names: &[String]) -> Result<arrow_array::RecordBatch> {
    batch(vec![(column, texts(names.iter().map(String::as_str)))])
}

fn described(columns: &[ColumnDescription]) -> Result<arrow_array::RecordBatch> {
    batch(vec![
        ("col_name", texts(columns.iter().map(|column| column.name.as_str()))),
        ("data_type", texts(columns.iter().map(|column| column.data_type.as_str()))),
        ("comment", texts(columns.iter().map(|column| column.comment.as_deref().unwrap_or_default()))),
    ])
}
