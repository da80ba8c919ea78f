//! What a command asks: a local Athena over a handler in this process, or over a Lambda function.
//!
//! Where the settings name no bucket for large results, a private one is made that goes with the session.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::{Error, Result};
use futures::stream::BoxStream;
use tempfile::TempDir;

use super::progress::Figures;
use crate::config::Config;
use crate::handler::Handler;
use crate::local::s3::S3Server;

/// The catalog and the schema of names that have none.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// The catalog.
    pub catalog: Option<String>,
    /// The schema.
    pub schema: Option<String>,
}

/// A result on its way.
pub struct Answer {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub batches: BoxStream<'static, Result<RecordBatch>>,
    /// How far it is.
    pub figures: Box<dyn Fn() -> Figures + Send>,
}

/// A column, as a person is told of it.
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in Athena's words.
    pub data_type: String,
    /// The source's comment.
    pub comment: Option<String>,
}

/// Something that runs SQL.
pub struct Session {
    handler: Option<Arc<Handler>>,
    _bucket: Option<Bucket>,
}

/// The settings of a command: from a file if one is given, else from the environment.
pub fn settings(file: Option<&Path>) -> Result<Config> {
    match file {
        Some(file) => Config::from_file(file),
        None => Config::from_process_env(),
    }
}

impl Session {
    /// Over a handler in this process.
    pub async fn open(mut config: Config, defaults: Defaults) -> Result<Self> {
        let bucket = Bucket::unless_set(&mut config).await?;
        let handler = Arc::new(Handler::new(config)?);
        let _ = defaults;
        Ok(Self { handler: Some(handler), _bucket: bucket })
    }

    /// Over a Lambda function.
    pub async fn remote(function: &str, endpoint: Option<&str>, defaults: Defaults) -> Result<Self> {
        let _ = (function, endpoint, defaults);
        Ok(Self { handler: None, _bucket: None })
    }

    /// Runs a statement.
    pub async fn query(&self, statement: &str) -> Result<Answer> {
        Err(Error::internal(statement))
    }

    /// Says how a statement would be run.
    pub async fn explain(&self, statement: &str) -> Result<String> {
        Err(Error::internal(statement))
    }

    /// The catalogs there are.
    pub fn catalogs(&self) -> Vec<String> {
        let handler = self.handler.iter();
        handler.flat_map(|handler| handler.config().catalogs.iter().map(|catalog| catalog.name.clone())).collect()
    }

    /// The schemas of a catalog.
    pub async fn schemas(&self, catalog: &str) -> Result<Vec<String>> {
        Err(Error::internal(catalog))
    }

    /// The tables of a schema.
    pub async fn tables(&self, catalog: &str, schema: &str) -> Result<Vec<String>> {
        let _ = catalog;
        Err(Error::internal(schema))
    }

    /// The columns of a table whose name may lack the catalog and the schema.
    pub async fn columns(&self, name: &[String]) -> Result<Vec<Column>> {
        let _ = name;
        Err(Error::internal("soon"))
    }
}

/// A bucket of this process's own; the directory goes when it is dropped.
struct Bucket {
    _server: S3Server,
    _directory: TempDir,
}

const BUCKET: &str = "spill";

impl Bucket {
    /// Makes one and names it in `config`, if that names none.
    async fn unless_set(config: &mut Config) -> Result<Option<Self>> {
        if config.spill.bucket.is_some() {
            return Ok(None);
        }
        let directory = tempfile::Builder::new().prefix("glaux-spill-").tempdir();
        let directory =
            directory.map_err(|error| Error::internal("making a directory for large results").with_source(error))?;
        let server = S3Server::start(directory.path()).await?;
        server.create_bucket(BUCKET)?;
        config.spill.bucket = Some(BUCKET.to_owned());
        config.spill.aws = server.aws();
        Ok(Some(Self { _server: server, _directory: directory }))
    }
}
