//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`) and how the session is set up (`connection.rs`).

use std::future::{Future, poll_fn};
use std::io;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio_postgres::config::{self, Config, SslNegotiation};
use tokio_postgres::tls::{MakeTlsConnect, NoTls, TlsConnect};
use tokio_postgres::{CancelToken, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error;
use crate::guard::{Guard, GuardInside, Limits};
use crate::options::{ChannelBinding, Options, SslMode};
use crate::session::{Driver, Link, Session};

/// Port of the server unless another is named.
pub(crate) const PORT: u16 = 5432;
/// The driver and TLS read a few kilobytes at a time; the socket is read in larger pieces.
const READ_BYTES: usize = 128 << 10;

/// A socket that is read in large pieces.
type Wire = BufReader<TcpStream>;

/// How to reach a server: everything but who logs in.
#[derive(Clone)]
pub(crate) struct Route {
    host: String,
    port: u16,
    options: Options,
    tls: Option<ClientConfig>,
    limits: Limits,
}

impl Route {
    /// Errors: invalid, for an endpoint without a host or unusable TLS settings.
    pub(crate) fn new(endpoint: &Endpoint, options: &Options, max_cell_bytes: usize) -> Result<Self> {
        if endpoint.host.is_empty() || endpoint.host.starts_with('/') {
            return Err(Error::invalid("neither the connection URL nor the secret names a host")
                .hint("write postgres://jdbc:postgresql://host:5432/database?${secret}"));
        }
        let tls = (options.ssl_mode != SslMode::Disable).then(|| crate::tls::config(options)).transpose()?;
        Ok(Self {
            host: endpoint.host.clone(),
            port: endpoint.port.unwrap_or(PORT),
            options: options.clone(),
            tls,
            limits: Limits { cell: max_cell_bytes, silence: options.socket_timeout },
        })
    }

    fn place(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    async fn open(&self) -> Result<Wire> {
        let place = self.place();
        let opening = async {
            let addresses = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
            let addresses = addresses.map_err(|_| error::unknown_host(&place))?;
            let mut failure = error::unknown_host(&place);
            for address in addresses {
                match self.open_at(address).await {
                    Ok(stream) => return Ok(BufReader::with_capacity(READ_BYTES, stream)),
                    Err(error) => failure = error::unreachable(&place, &error),
                }
            }
            Err(failure)
        };
        let timed_out = || error::unreachable(&place, &io::ErrorKind::TimedOut.into());
        within(self.options.connect_timeout, opening).await.unwrap_or_else(|| Err(timed_out()))
    }

    async fn open_at(&self, address: std::net::SocketAddr) -> io::Result<TcpStream> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_keepalive(self.options.keep_alive)?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// The stream with its guard, which expects the one byte that answers the wish for TLS.
    async fn guarded(&self) -> Result<Guard<Wire>> {
        let asks_for_tls = self.tls.is_some() && !self.options.direct_tls;
        Ok(Guard::new(self.open().await?, self.limits, asks_for_tls.into()))
    }

    fn tls_inside(
        &self,
        config: &ClientConfig,
    ) -> GuardInside<<MakeRustlsConnect as MakeTlsConnect<Guard<Wire>>>::TlsConnect> {
        let mut maker = MakeRustlsConnect::new(config.clone());
        let Ok(tls) = MakeTlsConnect::<Guard<Wire>>::make_tls_connect(&mut maker, &self.host);
        GuardInside { tls, limits: self.limits }
    }

    /// Logs in.
    pub(crate) async fn login(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Result<Login> {
        let config = self.config(endpoint, credential, name);
        let opened = async {
            let stream = self.guarded().await?;
            match &self.tls {
                None => self.enter(&config, stream, NoTls).await,
                Some(tls) => self.enter(&config, stream, self.tls_inside(tls)).await,
            }
        };
        let timed_out = || {
            Error::new(ErrorKind::Unavailable, format!("logging in at {} took longer than loginTimeout", self.place()))
        };
        // A server that accepts and then stays silent must not hold the caller for longer than one that does not accept.
        let limit = self.options.login_timeout.or(self.options.connect_timeout.map(|limit| limit * 3));
        let login = within(limit, opened).await.unwrap_or_else(|| Err(timed_out()));
        login.map_err(|error| error.context(format!("connecting to {}", self.place())))
    }

    fn config(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Config {
        let mut config = Config::new();
        config
            .user(&credential.user)
            .password(credential.password.expose())
            .application_name(name)
            .ssl_mode(match self.options.ssl_mode {
                SslMode::Disable => config::SslMode::Disable,
                SslMode::Prefer => config::SslMode::Prefer,
                SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => config::SslMode::Require,
            })
            .ssl_negotiation(if self.options.direct_tls { SslNegotiation::Direct } else { SslNegotiation::Postgres })
            .channel_binding(match self.options.channel_binding {
                ChannelBinding::Disable => config::ChannelBinding::Disable,
                ChannelBinding::Prefer => config::ChannelBinding::Prefer,
                ChannelBinding::Require => config::ChannelBinding::Require,
            });
        if !endpoint.database.is_empty() {
            config.dbname(&endpoint.database);
        }
        config
    }

    async fn enter<S, T>(&self, config: &Config, stream: S, tls: T) -> Result<Login>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: TlsConnect<S>,
        T::Stream: Send + 'static,
    {
        let entered = config.connect_raw(stream, tls).await;
        let (client, mut wire) = entered.map_err(|error| error::from_login(&error, self.options.ssl_mode.as_str()))?;
        let encoding = wire.parameter("server_encoding").unwrap_or_default().to_owned();
        // Notices are dropped: what a view's functions have to say may hold data.
        let driver: Driver = Box::pin(async move {
            while let Some(message) = poll_fn(|cx| wire.poll_message(cx)).await {
                message?;
            }
            Ok(())
        });
        Ok(Login { session: self.session(client, driver), encoding })
    }

    fn session(&self, client: Client, driver: Driver) -> Session {
        let canceller = Canceller { route: self.clone(), token: client.cancel_token() };
        Session { client, link: Link::new(driver), busy: false, canceller }
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
    token: CancelToken,
}

impl Canceller {
    /// Asks the server to stop, in the background; whether it does is not waited for.
    pub(crate) fn fire(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (route, token) = (self.route.clone(), self.token.clone());
        runtime.spawn(async move {
            let cancelled = async {
                let stream = route.guarded().await.ok()?;
                match &route.tls {
                    None => token.cancel_query_raw(stream, NoTls).await.ok(),
                    Some(tls) => token.cancel_query_raw(stream, route.tls_inside(tls)).await.ok(),
                }
            };
            within(Some(CANCEL), cancelled).await
        });
    }
}

/// How long a cancel may take.
const CANCEL: Duration = Duration::from_secs(10);

/// The outcome, unless the limit passes first.
async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    match limit {
        None => Some(work.await),
        Some(limit) => tokio::time::timeout(limit, work).await.ok(),
    }
}
