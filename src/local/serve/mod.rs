//! The local Athena for other tools: Flight SQL, which ADBC's and JDBC's drivers speak, and beside it Lambda's Invoke API.
//!
//! Every call but health and metrics must carry the token. Rows are streamed and never collected; a query that nobody wants any
//! more is stopped at its source. Not here: what a command line says (`cli/serve`), and SQL itself.

mod http;
mod info;
mod listings;
mod metrics;
mod packed;
mod queries;
mod service;
mod shelf;
mod signature;
mod status;
mod tls;
mod token;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use axum::Router;
use connector_core::{Error, ErrorKind, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::server::TcpIncoming;

use self::metrics::Metrics;
use self::queries::Queries;
use self::service::Service;
use super::LocalAthena;
use super::endpoint::Functions;

pub use tls::Tls;
pub use token::Token;

/// How often a client that says nothing is asked whether it is still there; one that does not answer has its queries stopped.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How long connections may take to end once every query has.
const GRACE: Duration = Duration::from_secs(2);

/// Where and how a server listens.
pub struct Listening {
    /// Where Flight SQL is.
    pub flight: SocketAddr,
    /// Where Invoke API, health and metrics are, if anywhere; on loopback, for they are not encrypted.
    pub http: Option<SocketAddr>,
    /// How Flight SQL is kept private.
    pub tls: Tls,
    /// What every call must carry.
    pub token: Token,
}

/// A server; dropped, it ends all queries.
pub struct Server {
    /// Where Flight SQL is.
    pub flight: SocketAddr,
    /// Where the rest is.
    pub http: Option<SocketAddr>,
    queries: Arc<Queries>,
    stop: watch::Sender<bool>,
    serving: JoinSet<()>,
}

impl Server {
    /// Serves a local Athena, and functions to those who invoke.
    ///
    /// Errors: unavailable, for an address that is taken; invalid, for one where the wire could be read by others.
    pub async fn start(athena: Arc<LocalAthena>, functions: Functions, listening: Listening) -> Result<Self> {
        let Listening { flight, http, tls, token } = listening;
        if let Some(open) = http.filter(|address| !address.ip().is_loopback()) {
            return Err(Error::invalid(format!("{open} is not loopback, and the Invoke API is not encrypted here"))
                .hint("listen on 127.0.0.1, and let a proxy with TLS lead to it"));
        }
        let (token, metrics) = (Arc::new(token), Arc::new(Metrics::default()));
        let queries = Queries::new(metrics.clone());
        let mut server =
            Self { flight, http, queries: queries.clone(), stop: watch::Sender::new(false), serving: JoinSet::new() };
        let service = Service::new(athena, token.clone(), metrics.clone(), queries);
        server.serve_flight(service, token.clone(), &tls).await?;
        if let Some(address) = http {
            server.serve_http(address, http::router(functions, token, metrics)).await?;
        }
        Ok(server)
    }

    async fn serve_flight(&mut self, service: Service, token: Arc<Token>, tls: &Tls) -> Result<()> {
        let listener = listen(self.flight).await?;
        self.flight = address(&listener)?;
        let service = FlightServiceServer::with_interceptor(service, move |call| token.admit(call));
        let mut server = tonic::transport::Server::builder().http2_keepalive_interval(Some(KEEP_ALIVE));
        if let Some(tls) = tls.config(self.flight)? {
            server = server.tls_config(tls).map_err(unusable)?;
        }
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let stopped = wanted(self.stop.subscribe());
        let ended = server.add_service(service).serve_with_incoming_shutdown(incoming, stopped);
        self.serving.spawn(async move {
            if let Err(error) = ended.await {
                tracing::error!(%error, "Flight SQL stopped");
            }
        });
        Ok(())
    }

    async fn serve_http(&mut self, wished: SocketAddr, router: Router) -> Result<()> {
        let listener = listen(wished).await?;
        self.http = Some(address(&listener)?);
        let ended = axum::serve(listener, router).with_graceful_shutdown(wanted(self.stop.subscribe()));
        self.serving.spawn(async move {
            if let Err(error) = ended.await {
                tracing::error!(%error, "HTTP stopped");
            }
        });
        Ok(())
    }

    /// Ends every query, then takes no more calls.
    pub async fn stop(mut self) {
        self.queries.cancel_all("the server stops");
        self.stop.send_replace(true);
        let ended = async { while self.serving.join_next().await.is_some() {} };
        // A client that keeps its connection open is not waited for.
        let _ = tokio::time::timeout(GRACE, ended).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.queries.cancel_all("the server stops");
    }
}

async fn wanted(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone is a server that is.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let failed = Error::new(ErrorKind::Unavailable, format!("listening on {address} failed: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                failed.hint("another program has this port; choose another, or 0 for a free one")
            }
            std::io::ErrorKind::PermissionDenied => failed.hint("choose a port above 1023"),
            _ => failed.hint("choose an address of this machine"),
        }
    })
}

fn address(listener: &TcpListener) -> Result<SocketAddr> {
    listener.local_addr().map_err(|error| Error::internal("asking where a socket listens").with_source(error))
}

fn unusable(error: tonic::transport::Error) -> Error {
    Error::invalid("the certificate or its key cannot be used")
        .hint("give PEM files: the certificate first and then those it is signed by, and its own key, not encrypted")
        .with_source(error)
}
