//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`) and how the session is set up (`connection.rs`).

use std::future::{Future, poll_fn};
use std::io;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use rustls::ClientConfig;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::config::{self, Config, SslNegotiation};
use tokio_postgres::tls::{MakeTlsConnect, NoTls, TlsConnect};
use tokio_postgres::{CancelToken, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error;
use crate::guard::{Asked, Guard, GuardInside, Limits};
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
        Ok(Self {
            host: endpoint.host.clone(),
            port: endpoint.port.unwrap_or(PORT),
            options: options.clone(),
            tls,
            max_cell_bytes,
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
        let limit = self.options.connect_timeout;
        let found = within(limit, tokio::net::lookup_host((self.host.as_str(), self.port))).await;
        let addresses = found.and_then(Result::ok).ok_or_else(|| error::unknown_host(&place))?;
        let mut failure = error::unknown_host(&place);
        for address in addresses {
            let opened = within(limit, self.open_at(address)).await;
            match opened.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into())) {
                Ok(stream) => return Ok(BufReader::with_capacity(READ_BYTES, stream)),
                Err(error) => failure = error::unreachable(&place, &error),
            }
        }
        Err(failure)
    }

    async fn open_at(&self, address: std::net::SocketAddr) -> io::Result<TcpStream> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if self.options.keep_alive {
            keep_alive(&socket)?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// The stream with its guard, which expects the one byte that answers the wish for TLS.
    async fn guarded(&self, limits: &Limits) -> Result<Guard<Wire>> {
        let asks_for_tls = self.tls.is_some() && !self.options.direct_tls;
        Ok(Guard::new(self.open().await?, limits.clone(), asks_for_tls.into()))
    }

    /// What a stream is held to, and the end that says how long its silence may last.
    fn limits(&self) -> (watch::Sender<Asked>, Limits) {
        let (ask, asked) = watch::channel(Asked { silence: self.options.silence.answer, looks_up: false });
        (ask, Limits { cell: self.max_cell_bytes, asked })
    }

    fn tls_inside(
        &self,
        config: &ClientConfig,
        limits: &Limits,
    ) -> GuardInside<<MakeRustlsConnect as MakeTlsConnect<Guard<Wire>>>::TlsConnect> {
        let mut maker = MakeRustlsConnect::new(config.clone());
        let Ok(tls) = MakeTlsConnect::<Guard<Wire>>::make_tls_connect(&mut maker, &self.host);
        GuardInside { tls, limits: limits.clone() }
    }

    /// Logs in.
    pub(crate) async fn login(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Result<Login> {
        let config = self.config(endpoint, credential, name);
        let (asked, limits) = self.limits();
        let stream = self.guarded(&limits).await?;
        let (client, driver, encoding) = match &self.tls {
            None => self.enter(&config, stream, NoTls).await,
            Some(tls) => self.enter(&config, stream, self.tls_inside(tls, &limits)).await,
        }?;
        let canceller = Canceller { route: self.clone(), token: client.cancel_token() };
        let silence = self.options.silence;
        let session =
            Session { client, link: Link::new(driver), busy: false, canceller, cancelling: None, asked, silence };
        Ok(Login { session, encoding })
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
        entered.map_err(|error| error.context(format!("connecting to {}", self.place())))
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

    async fn enter<S, T>(&self, config: &Config, stream: S, tls: T) -> Result<(Client, Driver, String)>
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
        Ok((client, driver, encoding))
    }
}

/// Has an idle way probed, so that a host that is gone is noticed long before its silence would be.
fn keep_alive(socket: &TcpSocket) -> io::Result<()> {
    const IDLE: Duration = Duration::from_mins(1);
    const INTERVAL: Duration = Duration::from_secs(10);
    let socket = SockRef::from(socket);
    let probes = TcpKeepalive::new().with_time(IDLE).with_interval(INTERVAL);
    #[cfg(target_os = "linux")]
    let probes = {
        // The same two minutes for bytes that were sent and never acknowledged, which no probe looks after.
        socket.set_tcp_user_timeout(Some(IDLE + INTERVAL * PROBES))?;
        probes.with_retries(PROBES)
    };
    socket.set_tcp_keepalive(&probes)
}

#[cfg(target_os = "linux")]
const PROBES: u32 = 6;

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
    /// Asks the server to stop, in the background; the task ends when it has been asked.
    pub(crate) fn fire(&self) -> Option<JoinHandle<()>> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let (route, token) = (self.route.clone(), self.token.clone());
        Some(runtime.spawn(async move {
            let cancelled = async {
                let (_asked, limits) = route.limits();
                let stream = route.guarded(&limits).await.ok()?;
                match &route.tls {
                    None => token.cancel_query_raw(stream, NoTls).await.ok(),
                    Some(tls) => token.cancel_query_raw(stream, route.tls_inside(tls, &limits)).await.ok(),
                }
            };
            within(Some(CANCEL), cancelled).await;
        }))
    }
}

/// How long a cancel may take.
const CANCEL: Duration = Duration::from_secs(10);

/// The outcome, unless the limit passes first.
pub(crate) async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    match limit {
        None => Some(work.await),
        Some(limit) => tokio::time::timeout(limit, work).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_that_is_gone_is_noticed_within_two_minutes() {
        let socket = TcpSocket::new_v4().unwrap();
        keep_alive(&socket).unwrap();
        let socket = SockRef::from(&socket);
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            let probing = socket.tcp_keepalive_interval().unwrap() * socket.tcp_keepalive_retries().unwrap();
            let noticed = socket.tcp_keepalive_time().unwrap() + probing;
            assert_eq!((noticed, socket.tcp_user_timeout().unwrap()), (Duration::from_mins(2), Some(noticed)));
        }
    }
}
