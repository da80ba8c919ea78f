//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`), how a password is proved (`login.rs`) and how the session is set up
//! (`connection.rs`).

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use connector_socket::{Patient, Server, within};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::BufReader;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::error;
use crate::login::{self, Identity, Way};
use crate::options::{Options, SslMode};
use crate::packet::{Greeting, capability};
use crate::session::Session;
use crate::wire::{READ_BYTES, Wire};

/// Port of the server unless another is named.
pub(crate) const PORT: u16 = 3306;

/// How to reach a server, and who logs in there.
#[derive(Clone)]
pub(crate) struct Route {
    server: Server,
    database: String,
    credential: Credential,
    options: Options,
    tls: Option<Arc<ClientConfig>>,
    max_cell_bytes: usize,
}

impl Route {
    /// Errors: invalid, for an endpoint without a host or unusable TLS settings.
    pub(crate) fn new(
        endpoint: &Endpoint,
        credential: &Credential,
        options: &Options,
        max_cell_bytes: usize,
    ) -> Result<Self> {
        if endpoint.host.is_empty() || endpoint.host.starts_with('/') {
            return Err(Error::invalid("neither the connection URL nor the secret names a host")
                .hint("write mysql://jdbc:mysql://host:3306/database?${secret}"));
        }
        let tls = (options.ssl_mode != SslMode::Disabled).then(|| crate::tls::config(options)).transpose()?;
        let server = Server {
            host: endpoint.host.clone(),
            port: endpoint.port.unwrap_or(PORT),
            limit: options.connect_timeout,
            is_probed: options.keep_alive,
        };
        Ok(Self {
            server,
            database: endpoint.database.clone(),
            credential: credential.clone(),
            options: options.clone(),
            tls: tls.map(Arc::new),
            max_cell_bytes,
        })
    }

    /// Logs in, naming ourselves `name`.
    pub(crate) async fn login(&self, name: &str) -> Result<Session> {
        let addresses = self.server.addresses().await?;
        self.login_at(&addresses, name).await
    }

    async fn login_at(&self, addresses: &[SocketAddr], name: &str) -> Result<Session> {
        let (wire, greeting, address) = self.enter(addresses, name).await?;
        let canceller = Canceller { route: self.clone(), address, id: greeting.id };
        Ok(Session::new(wire, &greeting.version, canceller, self.options.silence, self.max_cell_bytes))
    }

    async fn enter(&self, addresses: &[SocketAddr], name: &str) -> Result<(Wire, Greeting, SocketAddr)> {
        let (stream, address) = self.server.open(addresses).await?;
        let mut wire = Wire::new(Box::new(Patient::new(stream)), self.options.silence.answer);
        let greeting = login::greeted(&mut wire).await?;
        let (mut wire, way) = self.secured(wire, &greeting).await?;
        let attributes = self.attributes(name);
        let who = Identity {
            user: &self.credential.user,
            password: self.credential.password.expose(),
            database: &self.database,
            attributes: &attributes,
        };
        login::enter(&mut wire, &greeting, &who, way).await?;
        Ok((wire, greeting, address))
    }

    /// The way from here on, encrypted if that is wanted and offered.
    async fn secured(&self, mut wire: Wire, greeting: &Greeting) -> Result<(Wire, Way)> {
        let offered = greeting.capabilities & capability::SSL != 0;
        let mode = self.options.ssl_mode;
        let in_clear = if self.options.public_key_retrieval { Way::ClearWithKey } else { Way::Clear };
        let config = match &self.tls {
            None => return Ok((wire, in_clear)),
            Some(_) if !offered && mode == SslMode::Preferred => return Ok((wire, in_clear)),
            Some(_) if !offered => return Err(error::no_tls(mode.as_str())),
            Some(config) => Arc::clone(config),
        };
        login::ask_for_tls(&mut wire, greeting, !self.database.is_empty()).await?;
        let sequence = wire.sequence();
        let stream = wire.into_stream().ok_or_else(|| error::no_protocol("more was sent than TLS allows"))?;
        let name = ServerName::try_from(self.server.host.clone())
            .map_err(|_| Error::invalid("the host's name cannot be verified by TLS"))?;
        let stream = BufReader::with_capacity(READ_BYTES, stream);
        let handshake = within(self.options.silence.answer, TlsConnector::from(config).connect(name, stream));
        let stream =
            handshake.await.ok_or_else(|| error::Limit::Silence.error())?.map_err(|error| error::tls(&error))?;
        let way = if mode >= SslMode::VerifyCa { Way::Verified } else { Way::Encrypted };
        let wire = Wire::new(Box::new(stream), self.options.silence.answer).counting_from(sequence);
        Ok((wire, way))
    }

    fn attributes(&self, name: &str) -> Vec<(String, String)> {
        let Some(own) = &self.options.attributes else { return Vec::new() };
        let ours = [("program_name", name), ("_client_name", "glaux")].map(|(key, value)| (key.into(), value.into()));
        ours.into_iter().chain(own.iter().cloned()).collect()
    }

    /// All that stands between wanting a session and having one, within a limit. A server that accepts and then stays silent
    /// must not hold the caller for longer than one that does not accept.
    pub(crate) async fn entered<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.options.connect_timeout.zip(self.options.login_timeout);
        let limit = limit.map(|(connect, login)| connect + login);
        let entered = within(limit, work).await.unwrap_or_else(|| {
            let millis = limit.unwrap_or_default().as_millis();
            Err(Error::new(
                ErrorKind::Unavailable,
                format!("there was no session within {millis} ms, which connectTimeout allows for"),
            )
            .hint("check that host and port lead to a MySQL server that is up; if it is slow, raise connectTimeout"))
        });
        entered.map_err(|error| error.context(format!("connecting to {}", self.server)))
    }
}

/// The way to stop what a session is doing, from outside of it: a second one that kills it.
pub(crate) struct Canceller {
    route: Route,
    /// Of the very server, of perhaps several behind one name.
    address: SocketAddr,
    id: u32,
}

impl Canceller {
    /// The number by which the server greeted the session.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Has the server at `place` end the session, in the background; the task ends when it has been told.
    pub(crate) fn fire(&self, place: &str) -> Option<JoinHandle<()>> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let (route, address, id, place) = (self.route.clone(), self.address, self.id, place.to_owned());
        Some(runtime.spawn(async move {
            let killed = async {
                let mut session = route.login_at(&[address], "glaux cancel").await?;
                session.end(id, &place).await
            };
            within(Some(CANCEL), killed).await;
        }))
    }
}

/// How long a cancel may take.
const CANCEL: Duration = Duration::from_secs(10);
