//! The one door: request bytes in, response bytes out.
//!
//! Everything that Athena can ask comes through [`Handler::handle`], from the Lambda and from the local Athena alike. A panic
//! anywhere below, a driver's included, ends here as an error answer; the session it happened on is dropped with its future.
//!
//! Not here: how a message is spelled (`protocol`), how an engine is asked (`connectors`), where results go (`spill`).

mod caller;
mod check;
mod deadline;
mod described;
mod granted;
mod measured;
mod metadata;
mod passthrough;
mod places;
mod plan;
mod records;
mod sessions;
mod source;
mod splits;
mod watcher;

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Instant;

use connector_core::{Error, Result};
use futures::FutureExt;

pub use self::check::{Checked, failed, finding};
use self::deadline::Deadline;
use self::granted::Granted;
pub use self::measured::Embedded;
use self::measured::Measured;
use self::sessions::Sessions;
pub use self::sessions::settle;
use self::source::Source;
use self::watcher::Watcher;
use crate::config::Config;
use crate::protocol::{Request, Response, Version};
use crate::secrets::Secrets;
use crate::spill::Store;

/// Answers requests over the catalogs of one configuration; shared by all of them, and cheap to call at once.
pub struct Handler {
    config: Config,
    version: Version,
    /// Those that are configured, by name.
    sources: BTreeMap<String, Arc<Source>>,
    /// Those that are not.
    granted: Option<Granted>,
    secrets: Secrets,
    sessions: Sessions,
    watcher: Watcher,
    store: Store,
}

impl Handler {
    /// A handler over `config`; nothing is reached until it is needed.
    ///
    /// Errors: invalid or unsupported, for a catalog of an unknown engine or with an URL its engine refuses, by name; invalid, for
    /// an environment that is none.
    pub fn new(config: Config) -> Result<Self> {
        let mut sources = BTreeMap::new();
        for catalog in config.catalogs.iter() {
            let source = Source::open(catalog.clone())
                .map_err(|error| error.context(format!("reading catalog {:?}", catalog.name)))?;
            sources.insert(catalog.name.clone(), Arc::new(source));
        }
        Ok(Self {
            version: Version::try_from(config.serde_version)?,
            sources,
            granted: config.catalogs.granted().map(|granted| Granted::new(granted, config.secrets.ttl)).transpose()?,
            secrets: Secrets::new(&config.secrets),
            sessions: Sessions::default(),
            watcher: Watcher::new(config.query_status.clone()),
            store: Store::new(&config.spill),
            config,
        })
    }

    /// The settings it answers by.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Answers one request, however long it takes.
    ///
    /// Errors: of every kind; the message is for Athena's user and holds no secret.
    pub async fn handle(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.handle_until(bytes, None).await
    }

    /// Answers one request before `end`: what is still read when it nears is stopped at the source, and told as an error.
    ///
    /// Errors: those of [`Handler::handle`]; timed out.
    pub async fn handle_until(&self, bytes: &[u8], end: Option<Instant>) -> Result<Vec<u8>> {
        Measured::start().over(self.answered(bytes, Deadline::until(end))).await
    }

    async fn answered(&self, bytes: &[u8], deadline: Deadline) -> Result<Vec<u8>> {
        let request = guarded(async { Request::decode(bytes) }).await;
        let answer = match request {
            Ok(request) => {
                let kind = request.kind();
                measured::is(kind);
                let answering = deadline.govern(async {
                    tokio::select! {
                        answer = self.answer(request) => answer?.encode(self.version),
                        () = deadline.is_here() => Err(deadline::too_late()),
                    }
                });
                guarded(answering.boxed()).await.map_err(|error| error.context(format!("answering {kind}")))
            }
            Err(error) => Err(error.context("reading the request")),
        };
        answer.inspect_err(
            |error| tracing::warn!(kind = error.kind().as_str(), source = ?std::error::Error::source(error), "{error}"),
        )
    }

    async fn answer(&self, request: Request) -> Result<Response> {
        Ok(match request {
            Request::Ping(request) => Response::Ping(self.ping(request)),
            Request::GetDataSourceCapabilities(request) => {
                Response::GetDataSourceCapabilities(self.capabilities(request).await?)
            }
            Request::ListSchemas(request) => Response::ListSchemas(self.list_schemas(request).await?),
            Request::ListTables(request) => Response::ListTables(self.list_tables(request).await?),
            Request::GetTable(request) => Response::GetTable(self.get_table(request).await?),
            Request::GetTableLayout(request) => Response::GetTableLayout(self.get_table_layout(request).await?),
            // These two may take long at their source, or wait for a place there.
            Request::GetSplits(request) => {
                let query_id = request.query_id.clone();
                Response::GetSplits(self.watcher.while_wanted(&query_id, Box::pin(self.get_splits(request))).await?)
            }
            Request::ReadRecords(request) => {
                let query_id = request.query_id.clone();
                self.watcher.while_wanted(&query_id, Box::pin(self.read_records(request))).await?
            }
            // Boxed, since logging in to all catalogs at once is large and no query does it.
            Request::Check(request) => Response::Check(Box::pin(self.check_for(request)).await?),
            Request::UserDefinedFunction(request) => {
                return Err(Error::unsupported(format!(
                    "no function {:?}: this Lambda has tables only",
                    request.method
                ))
                .hint("name a Lambda that implements the function in USING EXTERNAL FUNCTION"));
            }
        })
    }

    /// The catalog Athena names.
    ///
    /// Errors: not found; it lists those that are known.
    async fn source(&self, name: &str) -> Result<Arc<Source>> {
        let Some(catalog) = self.config.catalogs.configured(name) else {
            return match &self.granted {
                // Boxed, since asking AWS is large and most requests need not.
                Some(granted) => Box::pin(granted.find(name, self)).await,
                None => Err(self.config.catalogs.unknown(name)),
            };
        };
        let source = self.sources.get(&catalog.name).cloned();
        source.ok_or_else(|| Error::internal(format!("catalog {:?} was never opened", catalog.name)))
    }
}

/// The outcome of some work; a panic is an error of ours.
async fn guarded<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(defect()))
}

/// What is told of a panic; its own text is not, because it may quote the value it choked on.
fn defect() -> Error {
    Error::internal("a defect stopped this request; the next one is not affected")
        .hint("see the function's log for where, and report it")
}

/// From now on a panic anywhere in the process tells the log where it happened, and nobody what it says.
pub fn hide_panic_texts() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a defect: panicked");
    }));
}
