//! TPC-H's 22 queries through the local Athena give PostgreSQL's own rows, whichever engine holds the tables: in process, and over
//! HTTP from a pool of Lambdas; and one query joins three engines.
//!
//! `GLAUX_TPCH_SCALE` sets the scale, 0.01 unless it is set.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../connectors/mysql/tests/support/mod.rs"]
mod mysql;
mod support;

use std::sync::Arc;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::invoke::{Http, InProcess, Invoke};
use glaux::local::s3::S3Server;
use glaux::local::{LocalAthena, Options};
use glaux::spill::Store;
use mysql_async::prelude::Queryable;
use support::lambda::{self, Lambda};
use support::postgres::Database;
use support::tpch;
use tempfile::TempDir;

/// The databases that hold TPC-H's tables, a catalog each, and the PostgreSQL that knows the answers.
struct Stage {
    database: Database,
    catalogs: Vec<(String, String)>,
    s3: S3Server,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Option<Self> {
        let scale = std::env::var("GLAUX_TPCH_SCALE").map_or(0.01, |scale| scale.parse().unwrap());
        let database = tpch::database(scale).await?;
        let (user, password) = (database.user(), database.password().expose());
        let url = format!("postgres://{}&user={user}&password={password}", database.url());
        let mut catalogs = vec![("pg".to_owned(), url)];
        for server in mysql::servers() {
            let mut admin = server.admin().await;
            tpch::fill(&mut admin, scale).await;
            let version: Option<String> = admin.query_first("SELECT VERSION()").await.unwrap();
            println!("{:?} {}", server.kind, version.unwrap_or_default());
            admin.disconnect().await.unwrap();
            let password = server.password.replace(' ', "%20");
            let url = server.url(&format!("{}&user={}&password={password}", server.options(), server.user));
            catalogs.push((format!("{:?}", server.kind).to_lowercase(), format!("mysql://{url}")));
        }
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        Some(Self { database, catalogs, s3, _folder: folder })
    }

    /// The settings of a function that serves every catalog.
    fn settings(&self) -> Vec<(String, String)> {
        let (_, first) = self.catalogs.first().unwrap();
        let catalogs = self.catalogs.iter().map(|(name, url)| (format!("{name}_connection_string"), url.clone()));
        let others = [("default".to_owned(), first.clone()), ("spill_bucket".to_owned(), "spill".to_owned())];
        catalogs.chain(others).collect()
    }

    fn config(&self) -> Config {
        let mut config = Config::from_env(self.settings()).unwrap();
        config.spill.aws = self.s3.aws();
        config
    }

    /// A local Athena in which a name without a catalog means `default`.
    fn athena(&self, function: &Arc<dyn Invoke>, default: &str) -> LocalAthena {
        let spill = Some(Arc::new(Store::new(&self.config().spill)));
        let catalogs = self.catalogs.iter().map(|(name, _)| (name.clone(), function.clone())).collect();
        let catalog = Some(default.to_owned());
        LocalAthena::new(catalogs, Options { spill, catalog, ..Options::default() }).unwrap()
    }

    /// The queries whose rows are not PostgreSQL's, over every catalog.
    async fn differing(&self, function: &Arc<dyn Invoke>, transport: &str) -> Vec<String> {
        let client = self.database.client().await;
        let mut failed = Vec::new();
        for (number, query) in tpch::queries() {
            let expected = tpch::expected(&client, &query).await;
            for (catalog, _) in &self.catalogs {
                let start = std::time::Instant::now();
                let answer = rows(&self.athena(function, catalog), &query).await;
                println!("{transport} {catalog} q{number:02}: {} rows, {:?}", expected.len(), start.elapsed());
                if !answer.as_ref().is_ok_and(|answer| same_rows(answer, &expected)) {
                    let answer = answer.map(|rows| rows.first().cloned());
                    println!("  expected {:?}\n  answer   {answer:?}", expected.first());
                    failed.push(format!("{catalog} q{number:02} {transport}"));
                }
            }
        }
        failed
    }
}

async fn rows(athena: &LocalAthena, query: &str) -> Result<Vec<Vec<String>>, connector_core::Error> {
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    let mut batches = athena.sql(query).await?.batches;
    while let Some(batch) = batches.try_next().await? {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()),
        );
    }
    Ok(rows)
}

fn same_rows(answer: &[Vec<String>], expected: &[Vec<String>]) -> bool {
    let same_row = |(left, right): (&Vec<String>, &Vec<String>)| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| tpch::same(left, right))
    };
    answer.len() == expected.len() && answer.iter().zip(expected).all(same_row)
}

/// The first catalog's rows of one table, the second's of another, the third's of a third; with fewer catalogs, some twice.
async fn differs_joined(stage: &Stage, function: &Arc<dyn Invoke>) -> bool {
    let of = |place: usize| &stage.catalogs[place % stage.catalogs.len()].0;
    let query = |catalogs: [&str; 3]| {
        let [nation, customer, orders] = catalogs;
        format!(
            "select n_name, o_orderpriority, count(*), sum(o_totalprice) from {nation}tpch.nation \
             join {customer}tpch.customer on c_nationkey = n_nationkey join {orders}tpch.orders on o_custkey = c_custkey \
             where o_orderdate >= date '1995-03-01' and c_mktsegment = 'BUILDING' \
             group by n_name, o_orderpriority order by n_name, o_orderpriority"
        )
    };
    let expected = tpch::expected(&stage.database.client().await, &query(["", "", ""])).await;
    let names: Vec<String> = (0..3).map(|place| format!("{}.", of(place))).collect();
    let answer = rows(&stage.athena(function, of(0)), &query([&names[0], &names[1], &names[2]])).await;
    println!("{} joined: {} rows", names.join(" "), expected.len());
    !answer.is_ok_and(|answer| same_rows(&answer, &expected))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_22_queries_give_postgresqls_rows_in_process_and_from_a_pool_of_lambdas() {
    let Some(stage) = Stage::new().await else { return };
    let handler = Arc::new(Handler::new(stage.config()).unwrap());
    let in_process: Arc<dyn Invoke> = Arc::new(InProcess(handler));
    let mut failed = stage.differing(&in_process, "in process").await;
    let mut options = lambda::Options::new(env!("CARGO_BIN_EXE_glaux-lambda"));
    options.env = stage.settings().into_iter().chain(stage.s3.environment()).collect();
    options.processes = 2;
    let lambda = Lambda::start(options).await;
    let over_http: Arc<dyn Invoke> = Arc::new(Http::at(lambda.endpoint(), "glaux"));
    failed.extend(stage.differing(&over_http, "over HTTP").await);
    assert!(failed.is_empty(), "{failed:?} differ");
    assert!(!differs_joined(&stage, &over_http).await, "the join differs");
    lambda.stop().await;
}
