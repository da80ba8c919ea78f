//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`), how a password is proved (`login.rs`) and how the session is set up
//! (`connection.rs`).

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::BufReader;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use crate::error;
use crate::login::{self, Identity, Key, Tied};
use crate::options::{Options, SslMode};
use crate::session::Session;
use crate::socket::Socket;
use crate::wire::{Duplex, READ_BYTES, Wire, within};

/// Port of the server unless another is named.
pub(crate) const PORT: u16 = 5432;

/// How to reach a server: everything but who logs in.
#[derive(Clone)]
pub(crate) struct Route {
    host: String,
    port: u16,
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
        Ok(Self {
            host: endpoint.host.clone(),
            port: endpoint.port.unwrap_or(PORT),
            options: options.clone(),
            tls: tls.map(Arc::new),
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

    async fn addresses(&self) -> Result<Vec<SocketAddr>> {
        let found = within(self.options.connect_timeout, tokio::net::lookup_host((self.host.as_str(), self.port)));
        let found = found.await.and_then(Result::ok).map(Iterator::collect).unwrap_or_default();
        Some(found).filter(|found: &Vec<_>| !found.is_empty()).ok_or_else(|| error::unknown_host(&self.place()))
    }

    async fn open(&self, addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr)> {
        let mut failure = error::unknown_host(&self.place());
        for address in addresses {
            let opened = within(self.options.connect_timeout, self.open_at(*address)).await;
            match opened.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into())) {
                Ok(stream) => return Ok((stream, *address)),
                Err(error) => failure = error::unreachable(&self.place(), &error),
            }
        }
        Err(failure)
    }

    async fn open_at(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if self.options.keep_alive {
            keep_alive(&socket)?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Logs in.
    pub(crate) async fn login(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Result<Login> {
        let (stream, address) = self.open(&self.addresses().await?).await?;
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
        let mut wire = Wire::new(Box::new(Socket::new(stream)), silence);
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
        let name = ServerName::try_from(self.host.clone())
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
        entered.map_err(|error| error.context(format!("connecting to {}", self.place())))
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
                let (stream, _) = route.open(&[address]).await?;
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
