//! The way to a server: where it is, a socket that notices when it has gone, and how long is waited.
//!
//! Not here: TLS (`connector_tls`), and what is said over the way, which is the engine's.

mod patient;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use futures::future::{FutureExt, select_ok};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};

pub use patient::Patient;

/// What a server is reached through.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// The outcome, unless the limit passes first.
pub async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    match limit {
        None => Some(work.await),
        Some(limit) => tokio::time::timeout(limit, work).await.ok(),
    }
}

/// A server by its name, and how it is reached.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name, or an address.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// How long finding its addresses may take, and reaching one of them.
    pub limit: Option<Duration>,
    /// Whether an idle way is probed.
    pub is_probed: bool,
}

/// As it is written in a URL.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Server {
    /// Its addresses, at least one.
    ///
    /// Errors: unavailable, if its name does not resolve.
    pub async fn addresses(&self) -> Result<Vec<SocketAddr>> {
        let found = within(self.limit, tokio::net::lookup_host((self.host.as_str(), self.port))).await;
        let found: Vec<SocketAddr> = found.and_then(io::Result::ok).map(Iterator::collect).unwrap_or_default();
        if found.is_empty() { Err(self.unknown()) } else { Ok(found) }
    }

    /// A connection to the first of these addresses that answers, tried in turn.
    ///
    /// Errors: unavailable, for the last of them.
    pub async fn open(&self, addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr)> {
        let mut failure = self.unknown();
        for address in addresses {
            match self.open_at(*address).await {
                Ok(stream) => return Ok((stream, *address)),
                Err(error) => failure = self.unreachable(&error),
            }
        }
        Err(failure)
    }

    /// A connection to whichever of these addresses answers first, all tried at once.
    ///
    /// Errors: unavailable, if none does.
    pub async fn open_any(&self, addresses: &[SocketAddr]) -> Result<TcpStream> {
        if addresses.is_empty() {
            return Err(self.unknown());
        }
        let opened = select_ok(addresses.iter().map(|address| self.open_at(*address).boxed())).await;
        opened.map(|(stream, _)| stream).map_err(|error| self.unreachable(&error))
    }

    async fn open_at(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let opening = async {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            if self.is_probed {
                keep_alive(&socket)?;
            }
            let stream = socket.connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        within(self.limit, opening).await.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
    }

    fn unknown(&self) -> Error {
        Error::new(ErrorKind::Unavailable, format!("cannot reach {self}: the host's name does not resolve"))
            .hint("check the host's spelling, and that the function's VPC resolves names (private zones, DNS support)")
    }

    fn unreachable(&self, error: &io::Error) -> Error {
        let (what, hint) = match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                ("nothing listens there", "check host and port, and that the server is up and accepts TCP connections")
            }
            io::ErrorKind::TimedOut => (
                "there was no answer in time",
                "check that the function's subnet has a route there and that the database's security group lets it in",
            ),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                ("there is no route", "check the function's subnets and their route tables")
            }
            _ => ("the connection failed", "check host, port, routes and security groups"),
        };
        Error::new(ErrorKind::Unavailable, format!("cannot reach {self}: {what}")).hint(hint)
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
        const PROBES: u32 = 6;
        // The same two minutes for bytes that were sent and never acknowledged, which no probe looks after.
        socket.set_tcp_user_timeout(Some(IDLE + INTERVAL * PROBES))?;
        probes.with_retries(PROBES)
    };
    socket.set_tcp_keepalive(&probes)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn server(host: &str, port: u16) -> Server {
        Server { host: host.into(), port, limit: Some(Duration::from_secs(10)), is_probed: true }
    }

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

    #[tokio::test]
    async fn the_address_that_answers_is_taken_in_turn_or_at_once() {
        let listening = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = listening.local_addr().unwrap();
        // Bound and not listening, so that nobody else gets its port meanwhile.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let addresses = [silent.local_addr().unwrap(), there];
        let server = server("127.0.0.1", there.port());
        assert_eq!(server.addresses().await.unwrap(), [there]);
        assert_eq!(server.open(&addresses).await.unwrap().1, there);
        assert_eq!(server.open_any(&addresses).await.unwrap().peer_addr().unwrap(), there);
        for error in [
            server.open(&addresses[..1]).await.map(drop).unwrap_err(),
            server.open_any(&addresses[..1]).await.map(drop).unwrap_err(),
        ] {
            let told = (error.kind(), error.to_string());
            assert_eq!(told, (ErrorKind::Unavailable, format!("cannot reach {server}: nothing listens there")));
        }
        assert!(server.open(&[]).await.is_err() && server.open_any(&[]).await.is_err());
    }

    #[test]
    fn an_address_with_colons_is_told_from_its_port() {
        assert_eq!(server("db.example.com", 5432).to_string(), "db.example.com:5432");
        assert_eq!(server("::1", 1433).to_string(), "[::1]:1433");
    }
}
