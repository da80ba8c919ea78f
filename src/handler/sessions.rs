//! Sessions kept warm between requests, each serving one at a time and made as new before it is used again (D16).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use connector_core::{Connection, Endpoint, ErrorKind, Result, Settings};

use super::{Handler, Source};
use crate::config::Catalog;

/// Idle sessions by catalog; few, because a Lambda serves one request at a time and a database counts its connections.
#[derive(Default)]
pub(super) struct Sessions {
    idle: Mutex<HashMap<String, Vec<Box<dyn Connection>>>>,
}

const MAX_IDLE: usize = 2;

/// How long a session may take to be made as new. A network that has forgotten an idle connection answers nothing at all, and
/// TCP alone would try for a quarter of an hour.
const RESET: Duration = Duration::from_secs(5);

/// A session on loan. Dropped without [`Session::give_back`] it is closed: a request that failed may have left anything in it.
pub(super) struct Session<'h> {
    connection: Box<dyn Connection>,
    sessions: &'h Sessions,
    catalog: &'h str,
}

impl Session<'_> {
    pub(super) fn connection(&mut self) -> &mut dyn Connection {
        self.connection.as_mut()
    }

    /// Keeps the session for the next request.
    pub(super) fn give_back(self) {
        let mut idle = self.sessions.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = idle.entry(self.catalog.to_owned()).or_default();
        if idle.len() < MAX_IDLE {
            idle.push(self.connection);
        }
    }
}

impl Sessions {
    fn take(&self, catalog: &str) -> Option<Box<dyn Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).get_mut(catalog)?.pop()
    }
}

impl Handler {
    /// A session with the catalog's source for one request of query `query_id`.
    ///
    /// Errors: those of `Connector::connect`; a refused log-in only after the secret has been read afresh.
    pub(super) async fn session(&self, catalog: &str, query_id: &str) -> Result<Session<'_>> {
        let (catalog, source) = self.source(catalog)?;
        let settings = Settings { application_name: application_name(query_id), ..catalog.settings.clone() };
        let doing = |error: connector_core::Error| error.context(format!("connecting to catalog {:?}", catalog.name));
        let connection = match self.warm(&catalog.name, &settings.application_name).await {
            Some(connection) => connection,
            None => self.connect(catalog, source, &settings).await.map_err(doing)?,
        };
        Ok(Session { connection, sessions: &self.sessions, catalog: &catalog.name })
    }

    /// An idle session made as new; one that cannot be, because its server went away, say, is dropped without a word.
    async fn warm(&self, catalog: &str, application_name: &str) -> Option<Box<dyn Connection>> {
        while let Some(mut connection) = self.sessions.take(catalog) {
            match tokio::time::timeout(RESET, connection.reset(application_name)).await {
                Ok(Ok(())) => return Some(connection),
                Ok(Err(error)) => tracing::info!(%error, catalog, "an idle session could not be used again"),
                Err(_) => tracing::info!(catalog, "an idle session gave no answer"),
            }
        }
        None
    }

    async fn connect(&self, catalog: &Catalog, source: &Source, settings: &Settings) -> Result<Box<dyn Connection>> {
        let resolved = self.secrets.resolve(catalog).await?;
        let endpoint = completed(&source.endpoint, &resolved);
        match source.connector.connect(&endpoint, &resolved.credential, settings).await {
            // A rotation may have made the cached secret stale: read it afresh, once.
            Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                let fresh = self.secrets.refresh(catalog, &resolved).await?;
                if fresh == resolved {
                    return Err(error);
                }
                source.connector.connect(&completed(&source.endpoint, &fresh), &fresh.credential, settings).await
            }
            outcome => outcome,
        }
    }
}

/// The URL's endpoint with what only the secret knows filled in; the URL wins where both speak.
fn completed(endpoint: &Endpoint, resolved: &crate::secrets::Resolved) -> Endpoint {
    let mut endpoint = endpoint.clone();
    if endpoint.host.is_empty() {
        endpoint.host = resolved.host.clone().unwrap_or_default();
        endpoint.port = endpoint.port.or(resolved.port);
    }
    if endpoint.database.is_empty() {
        endpoint.database = resolved.database.clone().unwrap_or_default();
    }
    endpoint
}

/// What the session calls itself: enough to find the Athena query from the database, within PostgreSQL's 63 bytes.
fn application_name(query_id: &str) -> String {
    let id: String = query_id.chars().filter(char::is_ascii_graphic).take(56).collect();
    if id.is_empty() { "glaux".into() } else { format!("glaux {id}") }
}
