//! A whole system: a database read by a role that may do nothing else, a memory catalog, S3, and the local Athena over them.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use connector_core::Error;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::invoke::{Http, InProcess, Invoke};
use glaux::local::s3::S3Server;
use glaux::local::{LocalAthena, Options, Report};
use glaux::spill::Store;
use tempfile::TempDir;

use super::lambda::{self, Lambda};
use super::postgres::{self, Database};

/// The demo shop.
pub const DEMO: &str = include_str!("../../schemas/demo/postgresql.sql");

/// What no output may hold.
pub const PASSWORD: &str = "pl4nted-s3cret";

/// The system, but for the function.
pub struct Stage {
    pub database: Database,
    pub s3: S3Server,
    config: Config,
    _folder: TempDir,
}

impl Stage {
    /// A database filled by `script`, in which `ROLE` is the name of the role that will read; none without a server.
    pub async fn open(script: &str) -> Option<Self> {
        let database = postgres::database("").await?;
        let create = format!("CREATE ROLE {} LOGIN PASSWORD '{PASSWORD}';\n", role(&database));
        let script = create + &script.replace("ROLE", &role(&database));
        let client = database.client().await;
        client.batch_execute(&script).await.unwrap_or_else(|error| panic!("the script fails: {error:?}"));
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        let mut config = Config::from_env(settings(&database)).unwrap();
        config.spill.aws = s3.aws();
        Some(Self { database, s3, config, _folder: folder })
    }

    /// The role that reads.
    pub fn role(&self) -> String {
        role(&self.database)
    }

    /// The role's way in, as a setting of a function has it.
    pub fn setting(&self) -> String {
        setting(&self.database)
    }

    pub fn handler(&self) -> Arc<Handler> {
        Arc::new(Handler::new(self.config.clone()).unwrap())
    }

    pub fn store(&self) -> Store {
        Store::new(&self.config.spill)
    }

    pub fn in_process(&self) -> Arc<dyn Invoke> {
        Arc::new(InProcess(self.handler()))
    }

    /// A pool of two processes of the Lambda's own program.
    pub async fn pool(&self, program: &str) -> (Lambda, Arc<dyn Invoke>) {
        let mut options = lambda::Options::new(program);
        options.env = settings(&self.database).into_iter().chain(self.s3.environment()).collect();
        options.processes = 2;
        let lambda = Lambda::start(options).await;
        let function = Arc::new(Http::at(lambda.endpoint(), "glaux"));
        (lambda, function)
    }

    /// A session with the catalogs `pg`, which is the default, and `memory`, both served by `function`.
    pub fn athena(&self, function: &Arc<dyn Invoke>, adjust: impl FnOnce(&mut Options)) -> LocalAthena {
        let mut options = Options {
            catalog: Some("pg".into()),
            schema: Some("shop".into()),
            spill: Some(Arc::new(self.store())),
            ..Options::default()
        };
        adjust(&mut options);
        let catalogs = ["pg", "memory"].map(|name| (name.to_owned(), function.clone()));
        LocalAthena::new(catalogs.into(), options).unwrap()
    }
}

/// Roles belong to the whole server, so the role's name holds the database's.
fn role(database: &Database) -> String {
    format!("{}_reader", database.name)
}

/// The role's way in, as a setting of a function has it.
fn setting(database: &Database) -> String {
    format!("postgres://{}&user={}&password={PASSWORD}", database.url(), role(database))
}

fn settings(database: &Database) -> Vec<(String, String)> {
    let url = setting(database);
    let settings = [
        ("pg_connection_string", url.as_str()),
        ("memory_connection_string", "memory://shop"),
        ("enable_query_passthrough", "true"),
        // The same database, where queries are not passed through.
        ("off_connection_string", url.as_str()),
        ("off_enable_query_passthrough", "false"),
        ("spill_bucket", "spill"),
        // Every table with a key is read in several splits, however small.
        ("glaux_split_bytes", "1"),
    ];
    settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

/// The rows of a statement as text, NULL as none, and what it did.
pub async fn run(athena: &LocalAthena, text: &str) -> Result<(Vec<Row>, Report), Error> {
    let query = athena.sql(text).await?;
    let progress = query.progress.clone();
    let batches: Vec<RecordBatch> = query.batches.try_collect().await?;
    Ok((batches.iter().flat_map(rows).collect(), progress.report()))
}

pub type Row = Vec<Option<String>>;

pub fn rows(batch: &RecordBatch) -> Vec<Row> {
    const TIME: Option<&str> = Some("%Y-%m-%d %H:%M:%S%.3f");
    let options = FormatOptions::default()
        .with_null("NULL")
        .with_datetime_format(TIME)
        .with_timestamp_format(TIME)
        .with_timestamp_tz_format(TIME);
    let columns: Vec<_> =
        batch.columns().iter().map(|column| (column, ArrayFormatter::try_new(column, &options).unwrap())).collect();
    (0..batch.num_rows())
        .map(|row| {
            let cell = |(column, shown): &(&ArrayRef, ArrayFormatter<'_>)| {
                column.is_valid(row).then(|| shown.value(row).to_string()).map(|text| match text.as_str() {
                    "inf" if column.data_type().is_floating() => "Infinity".to_owned(),
                    "-inf" if column.data_type().is_floating() => "-Infinity".to_owned(),
                    _ => text,
                })
            };
            columns.iter().map(cell).collect()
        })
        .collect()
}
