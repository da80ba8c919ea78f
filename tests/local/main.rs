//! SQL through the local Athena over the memory connector: the whole way down to wire bytes and back, on a bare machine.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod functions;
mod meaning;
mod pushdown;
mod wire;

use std::sync::Arc;

use arrow_array::RecordBatch;
use connector_core::Error;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::invoke::{InProcess, Invoke};
use glaux::local::s3::S3Server;
use glaux::local::{LocalAthena, Options, Report};
use glaux::spill::Store;
use tempfile::TempDir;

/// A function over the memory connector, and the S3 it spills to.
pub struct Shop {
    pub function: Arc<dyn Invoke>,
    pub store: Arc<Store>,
    _s3: S3Server,
    _folder: TempDir,
}

impl Shop {
    pub async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        let variables = [("default", "memory://shop"), ("spill_bucket", "spill")];
        let variables = variables.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut config = Config::from_env(variables).unwrap();
        config.spill.aws = s3.aws();
        let store = Arc::new(Store::new(&config.spill));
        let function = Arc::new(InProcess(Arc::new(Handler::new(config).unwrap())));
        Self { function, store, _s3: s3, _folder: folder }
    }

    /// A session in which `shop.orders` is a name.
    pub fn athena(&self, adjust: impl FnOnce(&mut Options)) -> LocalAthena {
        self.athena_over(self.function.clone(), adjust)
    }

    pub fn athena_over(&self, function: Arc<dyn Invoke>, adjust: impl FnOnce(&mut Options)) -> LocalAthena {
        let mut options = Options { spill: Some(self.store.clone()), ..Options::default() };
        adjust(&mut options);
        LocalAthena::new(vec![("memory".into(), function)], options).unwrap()
    }
}

/// The rows of a statement as text, and what it did.
pub async fn run(athena: &LocalAthena, text: &str) -> Result<(Vec<String>, Report), Error> {
    let query = athena.sql(text).await?;
    let progress = query.progress.clone();
    let batches: Vec<RecordBatch> = query.batches.try_collect().await?;
    Ok((batches.iter().flat_map(lines).collect(), progress.report()))
}

/// The rows of a statement that must succeed, in order of their text.
pub async fn sorted(athena: &LocalAthena, text: &str) -> Vec<String> {
    let (mut rows, _) = run(athena, text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.sort();
    rows
}

pub async fn report(athena: &LocalAthena, text: &str) -> Report {
    run(athena, text).await.unwrap_or_else(|error| panic!("{text}: {error}")).1
}

fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"))
        .collect()
}
