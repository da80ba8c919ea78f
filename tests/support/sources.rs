//! Catalogs of several engines, one function that serves them, S3, and the local Athena over it.

use std::sync::Arc;

use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::invoke::{Http, InProcess, Invoke};
use glaux::local::s3::S3Server;
use glaux::local::{LocalAthena, Options};
use glaux::spill::Store;
use tempfile::TempDir;

use super::lambda::{self, Lambda};

/// The catalogs with their connection strings, and where their answers are spilled.
pub struct Sources {
    pub catalogs: Vec<(String, String)>,
    more: Vec<(String, String)>,
    schema: &'static str,
    s3: S3Server,
    _folder: TempDir,
}

impl Sources {
    /// None yet; a name without a schema will be one of `schema`'s.
    pub async fn new(schema: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        let s3 = S3Server::start(folder.path()).await.unwrap();
        s3.create_bucket("spill").unwrap();
        Self { catalogs: Vec::new(), more: Vec::new(), schema, s3, _folder: folder }
    }

    /// Adds a catalog.
    pub fn add(&mut self, name: &str, url: String) {
        self.catalogs.push((name.to_owned(), url));
    }

    /// Adds a setting of the function.
    pub fn set(&mut self, key: &str, value: &str) {
        self.more.push((key.to_owned(), value.to_owned()));
    }

    /// The settings of a function that serves every catalog.
    fn settings(&self) -> Vec<(String, String)> {
        let (_, first) = self.catalogs.first().unwrap();
        let catalogs = self.catalogs.iter().map(|(name, url)| (format!("{name}_connection_string"), url.clone()));
        let others = [("default", first.as_str()), ("spill_bucket", "spill"), ("enable_query_passthrough", "true")];
        let others = others.map(|(key, value)| (key.to_owned(), value.to_owned()));
        catalogs.chain(others).chain(self.more.iter().cloned()).collect()
    }

    fn config(&self) -> Config {
        let mut config = Config::from_env(self.settings()).unwrap();
        config.spill.aws = self.s3.aws();
        config
    }

    pub fn handler(&self) -> Arc<Handler> {
        Arc::new(Handler::new(self.config()).unwrap())
    }

    pub fn in_process(&self) -> Arc<dyn Invoke> {
        Arc::new(InProcess(self.handler()))
    }

    /// A pool of two processes of the Lambda's own program.
    pub async fn pool(&self, program: &str) -> (Lambda, Arc<dyn Invoke>) {
        let mut options = lambda::Options::new(program);
        options.env = self.settings().into_iter().chain(self.s3.environment()).collect();
        options.processes = 2;
        let lambda = Lambda::start(options).await;
        let over_http = Arc::new(Http::at(lambda.endpoint(), "glaux"));
        (lambda, over_http)
    }

    /// A local Athena in which a name without a catalog means `default`.
    pub fn athena(&self, function: &Arc<dyn Invoke>, default: &str, adjust: impl FnOnce(&mut Options)) -> LocalAthena {
        let spill = Some(Arc::new(Store::new(&self.config().spill)));
        let catalogs = self.catalogs.iter().map(|(name, _)| (name.clone(), function.clone())).collect();
        let (catalog, schema) = (Some(default.to_owned()), Some(self.schema.to_owned()));
        let mut options = Options { spill, catalog, schema, ..Options::default() };
        adjust(&mut options);
        LocalAthena::new(catalogs, options).unwrap()
    }
}
