//! What a command asks: a local Athena over a handler in this process, or over a Lambda function.
//!
//! Where the settings name no bucket for large results, a private one is made that goes with the session.

use std::path::Path;
use std::sync::Arc;

use connector_core::{Error, Rendered, Result};
use futures::FutureExt;
use tempfile::TempDir;

use crate::config::{Aws, Config, SpillConfig};
use crate::handler::Handler;
use crate::local::invoke::{Http, InProcess, Invoke};
use crate::local::s3::S3Server;
use crate::local::{LocalAthena, Options, ScanReport, StatementHook, athena_type, shown_domain, shown_expr};
use crate::protocol::{Request, Version};
use crate::secrets::granted;
use crate::spill::Store;

/// The catalog and the schema of names that have none.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// The catalog.
    pub catalog: Option<String>,
    /// The schema.
    pub schema: Option<String>,
}

/// Something that runs SQL.
pub struct Session {
    /// The local Athena.
    pub athena: Arc<LocalAthena>,
    /// The function that it asks.
    pub function: Arc<dyn Invoke>,
    bucket: Option<Bucket>,
}

/// The settings of a command: from a file if one is given, else from the environment.
pub async fn settings(file: Option<&Path>) -> Result<Config> {
    match file {
        Some(file) => Config::from_file(file),
        None => Config::from_process_env().await,
    }
}

/// The catalogs that there are: configured, and granted as far as that can be told without asking for each.
pub fn catalogs(config: &Config) -> Result<Vec<String>> {
    let mut names: Vec<String> = config.catalogs.iter().map(|catalog| catalog.name.clone()).collect();
    if let Some(environment) = config.catalogs.granted() {
        let granted = granted(&config.secrets, environment)?;
        names.extend(granted.into_iter().filter(|name| config.catalogs.configured(name).is_none()));
    }
    Ok(names)
}

/// The name of the catalog that answers to any name.
const ANY: &str = "default";

impl Session {
    /// Over a handler in this process.
    pub async fn open(config: Config, defaults: Defaults) -> Result<Self> {
        Self::over(config, defaults, None).await
    }

    /// The same, for others too: a private bucket of it is read with this secret key.
    pub async fn shared(config: Config, defaults: Defaults, secret_key: &str) -> Result<Self> {
        Self::over(config, defaults, Some(secret_key)).await
    }

    async fn over(mut config: Config, defaults: Defaults, secret_key: Option<&str>) -> Result<Self> {
        let bucket = Bucket::unless_set(&mut config, secret_key).await?;
        let mut names = catalogs(&config)?;
        if let ([only], Some(wanted)) = (names.as_mut_slice(), &defaults.catalog)
            && only == ANY
        {
            only.clone_from(wanted);
        }
        let is_granted = config.catalogs.granted().is_some();
        names.extend(
            defaults
                .catalog
                .clone()
                .filter(|name| is_granted && !names.iter().any(|known| known.eq_ignore_ascii_case(name))),
        );
        let query_plans = config.catalogs.follow_plans();
        let store = Store::new(&config.spill);
        let handler = Arc::new(Handler::new(config)?);
        let function: Arc<dyn Invoke> = Arc::new(InProcess(handler.clone()));
        let functions = names.into_iter().map(|name| (name, function.clone())).collect();
        let options = Options { statements: Some(statements(handler)), query_plans, ..options(defaults, store) };
        Ok(Self { athena: Arc::new(LocalAthena::new(functions, options)?), function, bucket })
    }

    /// Over a Lambda function, of AWS or behind an endpoint; what it spills is read with this machine's own rights.
    pub async fn remote(function: &str, endpoint: Option<&str>, mut defaults: Defaults) -> Result<Self> {
        let aws = Aws::lazy();
        let invoke: Arc<dyn Invoke> = Arc::new(match endpoint {
            Some(endpoint) => Http::at(endpoint, function),
            None => Http::new(aws.sdk().await, function),
        });
        let name = defaults.catalog.get_or_insert_with(|| function.to_owned()).clone();
        let store = Store::new(&SpillConfig { aws, ..SpillConfig::default() });
        let athena = LocalAthena::new(vec![(name, invoke.clone())], options(defaults, store))?;
        Ok(Self { athena: Arc::new(athena), function: invoke, bucket: None })
    }

    /// Where the private bucket is, if there is one.
    pub fn s3(&self) -> Option<&str> {
        self.bucket.as_ref().map(|bucket| bucket.server.endpoint())
    }
}

fn options(defaults: Defaults, store: Store) -> Options {
    let Defaults { catalog, schema } = defaults;
    Options { catalog, schema, spill: Some(Arc::new(store)), ..Options::default() }
}

/// Tells what a handler would ask a source, and what it would do itself; a source that cannot say it is asked to all the same.
fn statements(handler: Arc<Handler>) -> StatementHook {
    Arc::new(move |request: Request| {
        let handler = handler.clone();
        async move {
            let bytes = request.encode(Version::default()).ok()?;
            let rendered = handler.plan(&bytes).await;
            rendered.inspect_err(|error| tracing::info!(%error, "no statement to show")).ok().map(|plan| told(&plan))
        }
        .boxed()
    })
}

/// The text; a line with the types of its parameters, whose values stay out; a line for each thing left to do in the function.
fn told(rendered: &Rendered) -> String {
    let binds = rendered.statement.binds.iter().enumerate().map(|(index, bind)| {
        let data_type = bind.source_type.map_or_else(|| athena_type(&bind.data_type), str::to_owned);
        format!("${} {data_type}", index + 1)
    });
    let binds: Vec<String> = binds.collect();
    let mut lines = vec![rendered.statement.sql.replace('\n', " "), binds.join(", ")];
    let remainder = &rendered.remainder;
    lines.extend(remainder.domains.iter().map(|(column, domain)| shown_domain(column, domain)));
    lines.extend(remainder.filters.iter().map(shown_expr));
    lines.join("\n")
}

/// What [`told`] told.
pub struct Told<'t> {
    /// What the source is sent.
    pub sql: &'t str,
    /// The types of its parameters.
    pub binds: &'t str,
    /// What the function checks on the rows that come back.
    pub kept: Vec<&'t str>,
}

impl<'t> Told<'t> {
    /// Of a scan, if its function is in this process and can say it.
    pub fn of(scan: &'t ScanReport) -> Option<Self> {
        let mut lines = scan.statement.as_deref()?.lines();
        Some(Self { sql: lines.next()?, binds: lines.next().unwrap_or_default(), kept: lines.collect() })
    }
}

/// A bucket of this process's own; the directory goes when it is dropped.
struct Bucket {
    server: S3Server,
    _directory: TempDir,
}

const BUCKET: &str = "spill";

impl Bucket {
    /// Makes one and names it in `config`, if that names none.
    async fn unless_set(config: &mut Config, secret_key: Option<&str>) -> Result<Option<Self>> {
        if config.spill.bucket.is_some() {
            return Ok(None);
        }
        let directory = tempfile::Builder::new().prefix("glaux-spill-").tempdir();
        let directory =
            directory.map_err(|error| Error::internal("making a directory for large results").with_source(error))?;
        let server = match secret_key {
            Some(key) => S3Server::guarded(directory.path(), key).await?,
            None => S3Server::start(directory.path()).await?,
        };
        server.create_bucket(BUCKET)?;
        config.spill.bucket = Some(BUCKET.to_owned());
        config.spill.aws = server.aws();
        Ok(Some(Self { server, _directory: directory }))
    }
}
