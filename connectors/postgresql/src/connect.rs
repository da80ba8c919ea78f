//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`), how a password is proved (`login.rs`) and how the session is set up
//! (`connection.rs`).

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use connector_socket::{Duplex, Patient, Server, within};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::error;
use crate::login::{self, Identity, Key, Tied};
use crate::options::{Options, SslMode};
use crate::session::Session;
use crate::wire::{READ_BYTES, Wire};

/// Port of the server unless another is named.
pub(crate) const PORT: u16 = 5432;

/// How to reach a server: everything but who logs in.
#[derive(Clone)]
pub(crate) struct Route {
    server: Server,
    options: Options,
    tls: Option<Arc<ClientConfig>>,
    max_cell_bytes: usize,
}

impl Route {
    /// Errors: invalid, for an endpoint without a host or unusable TLS settings.
    pub(crate) fn new(endpoint: &Endpoint, options: &Options, max_cell_bytes: usize) -> Result<Self> {
        if endpoint.host.is_empty() || endpoint.host.starts_with('/') {
            return Err(Error::invalid("neither the connection URL nor the secret names a host")
                .hint("write postgres://jdbc:postgresql://host:5432/database?${secret}"));
        }
        let tls = (options.ssl_mode != SslMode::Disable).then(|| crate::tls::config(options)).transpose()?;
        let server = Server {
            host: endpoint.host.clone(),
            port: endpoint.port.unwrap_or(PORT),
            limit: options.connect_timeout,
            is_probed: options.keep_alive,
        };
        Ok(Self { server, options: options.clone(), tls: tls.map(Arc::new), max_cell_bytes })
    }

    /// Logs in.
    pub(crate) async fn login(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Result<Login> {
        let (stream, address) = self.server.open(&self.server.addresses().await?).await?;
        let (mut wire, binding) = self.secured(stream).await?;
        let who = Identity {
            user: &credential.user,
            password: credential.password.expose(),
            database: &endpoint.database,
            application_name: name,
        };
        let tied = Tied { wanted: self.options.channel_binding, end_point: binding };
        let entered = login::enter(&mut wire, &who, tied).await?;
        let canceller = Canceller { route: self.clone(), address, key: entered.key };
        let session = Session::new(wire, canceller, self.options.silence, self.max_cell_bytes);
        Ok(Login { session, encoding: entered.encoding })
    }

    /// The way to a server, encrypted if that is wanted and offered, and what a log-in within is bound to.
    async fn secured(&self, stream: TcpStream) -> Result<(Wire, Option<Vec<u8>>)> {
        let silence = self.options.silence.answer;
        let mut wire = Wire::new(Box::new(Patient::new(stream)), silence);
        let Some(config) = &self.tls else { return Ok((wire, None)) };
        if !self.options.direct_tls && !login::ask_for_tls(&mut wire).await? {
            return match self.options.ssl_mode {
                SslMode::Prefer => Ok((wire, None)),
                mode => Err(error::no_tls(mode.as_str())),
            };
        }
        let stream = wire.into_stream().ok_or_else(|| error::no_protocol("more was sent than TLS allows"))?;
        let (stream, end_point) = self.handshake(Arc::clone(config), stream).await?;
        Ok((Wire::new(stream, silence), end_point))
    }

    async fn handshake(
        &self,
        config: Arc<ClientConfig>,
        stream: Box<dyn Duplex>,
    ) -> Result<(Box<dyn Duplex>, Option<Vec<u8>>)> {
        let name = ServerName::try_from(self.server.host.clone())
            .map_err(|_| Error::invalid("the host's name cannot be verified by TLS"))?;
        // TLS itself reads a few kilobytes at a time.
        let stream = BufReader::with_capacity(READ_BYTES, stream);
        let handshake = within(self.options.silence.answer, TlsConnector::from(config).connect(name, stream)).await;
        let handshake = handshake.ok_or_else(|| error::Limit::Silence.error())?;
        let stream = handshake.map_err(|error| error::tls(&error))?;
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let end_point = certificate.and_then(|certificate| login::end_point(certificate));
        Ok((Box::new(stream), end_point))
    }

    /// All that stands between wanting a session and having one, within `loginTimeout`. A server that accepts and then stays
    /// silent must not hold the caller for longer than one that does not accept.
    pub(crate) async fn entered<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.options.login_timeout;
        let entered = within(limit, work).await.unwrap_or_else(|| {
            let seconds = limit.unwrap_or_default().as_secs();
            Err(Error::new(
                ErrorKind::Unavailable,
                format!("there was no session within the {seconds} s of loginTimeout"),
            )
            .hint("check that host and port lead to a PostgreSQL server that is up; if it is slow, raise loginTimeout"))
        });
        entered.map_err(|error| error.context(format!("connecting to {}", self.server)))
    }
}

/// A session just logged in, and what the server said about itself.
pub(crate) struct Login {
    pub(crate) session: Session,
    /// The encoding of the database.
    pub(crate) encoding: String,
}

/// The way to stop what a session is doing, from outside of it.
pub(crate) struct Canceller {
    route: Route,
    /// Of the very server, of perhaps several behind one name.
    address: SocketAddr,
    key: Key,
}

impl Canceller {
    /// Asks the server to stop, in the background; the task ends when it has been asked and has hung up.
    pub(crate) fn fire(&self) -> Option<JoinHandle<()>> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let (route, address, key) = (self.route.clone(), self.address, self.key);
        Some(runtime.spawn(async move {
            let cancelled = async {
                let (stream, _) = route.server.open(&[address]).await?;
                let (mut wire, _) = route.secured(stream).await?;
                login::cancel(&mut wire, key).await?;
                wire.closed().await;
                Ok::<(), Error>(())
            };
            // Whoever stops what can no longer be stopped has nobody to tell.
            drop(within(Some(CANCEL), cancelled).await);
        }))
    }
}

/// How long a cancel may take.
const CANCEL: Duration = Duration::from_secs(10);
