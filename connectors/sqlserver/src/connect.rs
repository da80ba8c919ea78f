//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`) and how the session is set up (`connection.rs`).

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use futures::future::{FutureExt, select_ok};
use socket2::{SockRef, TcpKeepalive};
use tiberius::{AuthMethod, Config, EncryptionLevel};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use crate::options::{Encrypt, Options};
use crate::session::Session;
use crate::wire::{Patience, Wire};
use crate::{error, tls};

/// Port of the server unless another is named.
pub(crate) const PORT: u16 = 1433;
/// How long reaching one address may take.
const ADDRESS: Duration = Duration::from_secs(10);
/// Packets on an encrypted way may not be larger than 16,383 bytes.
const PACKET_BYTES: u32 = 16_000;

/// The driver, over our wire.
pub(crate) type Client = tiberius::Client<Compat<Wire>>;

/// How to reach a server: everything but who logs in.
#[derive(Clone)]
pub(crate) struct Route {
    host: String,
    port: u16,
    options: Options,
    roots: Vec<u8>,
}

impl Route {
    /// Errors: invalid, for an endpoint without a host or unusable TLS settings.
    pub(crate) fn new(endpoint: &Endpoint, options: &Options) -> Result<Self> {
        if endpoint.host.is_empty() {
            return Err(Error::invalid("neither the connection URL nor the secret names a host")
                .hint("write sqlserver://jdbc:sqlserver://host:1433;databaseName=db;${secret}"));
        }
        let (host, port) = (endpoint.host.clone(), endpoint.port.unwrap_or(PORT));
        Ok(Self { host, port, options: options.clone(), roots: tls::roots(options)? })
    }

    fn place(&self) -> String {
        place(&self.host, self.port)
    }

    /// Logs in, following the server once where it sends us on to another one, which is verified just as well.
    pub(crate) async fn login(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Result<Session> {
        let mut route = self.clone();
        let mut sent_on = false;
        loop {
            let patience = Patience::default();
            patience.set(self.options.silence.answer);
            let wire = Wire::new(route.open().await?, patience.clone());
            let config = route.config(endpoint, credential, name);
            // The driver logs what the server says, which may hold data; what may be shown is shown by the error.
            let entering = Box::pin(Client::connect(config, wire.compat()));
            let entered = entering.with_subscriber(NoSubscriber::default()).await;
            match entered {
                Ok(client) => return Ok(Session::new(client, patience, &self.options)),
                Err(tiberius::error::Error::Routing { host, port }) if !sent_on => {
                    // A host may come with the name of an instance behind it, which the port already chooses.
                    let host = host.split('\\').next().unwrap_or_default().to_owned();
                    (route.host, route.port, sent_on) = (host, port, true);
                }
                Err(error) => {
                    let error = error::from_login(&error, self.options.encrypt);
                    return Err(if sent_on { error.context(format!("sent on to {}", route.place())) } else { error });
                }
            }
        }
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
            .hint("check that host and port lead to a SQL Server that is up; if it is slow, raise loginTimeout"))
        });
        entered.map_err(|error| error.context(format!("connecting to {}", self.place())))
    }

    async fn open(&self) -> Result<TcpStream> {
        let place = self.place();
        let found = within(Some(ADDRESS), tokio::net::lookup_host((self.host.as_str(), self.port))).await;
        let addresses: Vec<SocketAddr> =
            found.and_then(Result::ok).ok_or_else(|| error::unknown_host(&place))?.collect();
        if self.options.all_addresses && !addresses.is_empty() {
            let attempts = addresses.into_iter().map(|address| open_at(address).boxed());
            return match select_ok(attempts).await {
                Ok((stream, _)) => Ok(stream),
                Err(error) => Err(error::unreachable(&place, &error)),
            };
        }
        let mut failure = error::unknown_host(&place);
        for address in addresses {
            match open_at(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error::unreachable(&place, &error),
            }
        }
        Err(failure)
    }

    fn config(&self, endpoint: &Endpoint, credential: &Credential, name: &str) -> Config {
        let mut config = Config::new();
        config.host(&self.host);
        config.port(self.port);
        if !endpoint.database.is_empty() {
            config.database(&endpoint.database);
        }
        config.authentication(AuthMethod::sql_server(&credential.user, credential.password.expose()));
        config.application_name(shortened(name));
        config.client_name(shortened(self.options.workstation.as_deref().unwrap_or("glaux")));
        config.encryption(match self.options.encrypt {
            Encrypt::Strict => EncryptionLevel::Strict,
            Encrypt::Mandatory => EncryptionLevel::Required,
            Encrypt::Optional => EncryptionLevel::Off,
        });
        config.readonly(self.options.reads_only);
        config.packet_size(PACKET_BYTES);
        // Both are bounded here, for the driver's limits know nothing of a view that sorts for minutes.
        config.handshake_timeout(None);
        config.command_timeout(None);
        tls::apply(&mut config, &self.options, &self.roots);
        config
    }
}

/// As much of a name as the login packet takes.
pub(crate) fn shortened(name: &str) -> &str {
    const UNITS: usize = 128;
    let mut units = 0;
    let end = name.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > UNITS
    });
    end.and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}

fn place(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

async fn open_at(address: SocketAddr) -> io::Result<TcpStream> {
    let opening = async {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        keep_alive(&socket)?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    within(Some(ADDRESS), opening).await.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))
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

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(shortened("glaux q-1"), "glaux q-1");
        assert_eq!(shortened(&"é".repeat(200)), "é".repeat(128));
        assert_eq!(shortened(&format!("{}😀😀", "a".repeat(127))), "a".repeat(127));
    }
}
