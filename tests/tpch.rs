//! TPC-H's 22 queries through the local Athena give PostgreSQL's own rows: in process, and over HTTP from a pool of Lambdas.
//!
//! `GLAUX_TPCH_SCALE` sets the scale, 0.01 unless it is set.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

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
use support::lambda::{self, Lambda};
use support::postgres::Database;
use support::tpch;
use tempfile::TempDir;

/// One Lambda and one S3 over a TPC-H database.
struct Stage {
    database: Database,
    s3: S3Server,
    config: Config,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Option<Self> {
        let scale = std::env::var("GLAUX_TPCH_SCALE").map_or(0.01, |scale| scale.parse().unwrap());
        let database = tpch::database(scale).await?;
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        let mut config = Config::from_env(settings(&database)).unwrap();
        config.spill.aws = s3.aws();
        Some(Self { database, s3, config, _folder: folder })
    }

    fn athena(&self, function: Arc<dyn Invoke>) -> LocalAthena {
        let spill = Some(Arc::new(Store::new(&self.config.spill)));
        LocalAthena::new(vec![("pg".to_owned(), function)], Options { spill, ..Options::default() }).unwrap()
    }

    async fn check(&self, athena: &LocalAthena, transport: &str) {
        let client = self.database.client().await;
        let mut failed = Vec::new();
        for (number, query) in tpch::queries() {
            let start = std::time::Instant::now();
            let expected = tpch::expected(&client, &query).await;
            let answer = rows(athena, &query).await;
            let same = answer.as_ref().is_ok_and(|answer| same_rows(answer, &expected));
            println!("{transport} q{number:02}: {} rows, {:?}", expected.len(), start.elapsed());
            if !same {
                println!(
                    "  expected {:?}\n  answer   {:?}",
                    expected.first(),
                    answer.map(|rows| rows.first().cloned())
                );
                failed.push(number);
            }
        }
        assert!(failed.is_empty(), "{transport}: queries {failed:?} differ");
    }
}

fn settings(database: &Database) -> Vec<(String, String)> {
    let (user, password) = (database.user(), database.password().expose());
    let url = format!("postgres://{}&user={user}&password={password}", database.url());
    vec![("default".to_owned(), url), ("spill_bucket".to_owned(), "spill".to_owned())]
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

#[tokio::test(flavor = "multi_thread")]
async fn the_22_queries_give_postgresqls_rows_in_process_and_from_a_pool_of_lambdas() {
    let Some(stage) = Stage::new().await else { return };
    let handler = Arc::new(Handler::new(stage.config.clone()).unwrap());
    stage.check(&stage.athena(Arc::new(InProcess(handler))), "in process").await;
    let mut options = lambda::Options::new(env!("CARGO_BIN_EXE_glaux-lambda"));
    options.env = settings(&stage.database).into_iter().chain(stage.s3.environment()).collect();
    options.processes = 2;
    let lambda = Lambda::start(options).await;
    stage.check(&stage.athena(Arc::new(Http::at(lambda.endpoint(), "glaux"))), "over HTTP").await;
    lambda.stop().await;
}
