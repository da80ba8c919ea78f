//! Reaching the server and logging in; the only place that opens the password or a token.
//!
//! Not here: what TLS trusts (`tls.rs`), where a token (`entra`) or the port of an instance (`browser.rs`) comes from, and how
//! the session is set up (`connection.rs`).

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Principal, Result};
use connector_socket::{Patient, Server};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::login::{Entered, Way};
use crate::options::{Encrypt, Options};
use crate::packet::{Identity, Shown};
use crate::session::Session;
use crate::{browser, error, tls};

/// Port of the server unless another is named.
pub(crate) const PORT: u16 = 1433;
/// How long reaching one address may take.
const ADDRESS: Duration = Duration::from_secs(10);
/// Packets on an encrypted way may not be larger than 16,383 bytes. An answer of three million rows of `lineitem`'s columns, made up and
/// sent in packets of 4,096, 8,000, 16,000 and 32,000 bytes, took 0.94, 0.95, 0.90 and 0.85 CPU seconds (medians of three, one size after
/// the other, on a machine whose speed changes).
const PACKET_BYTES: u32 = 16_000;

/// How to reach a server: everything but who logs in.
#[derive(Clone)]
pub(crate) struct Route {
    server: Server,
    /// The instance whose port is still to be asked for, and where.
    instance: Option<String>,
    browser: u16,
    options: Options,
    tls: Arc<ClientConfig>,
    until: Option<Instant>,
}

/// What a login shows.
pub(crate) fn password(credential: &Credential) -> Shown<'_> {
    Shown::Password(&credential.user, credential.password.expose())
}

impl Route {
    /// Errors: invalid, for an endpoint without a host or unusable TLS settings.
    pub(crate) fn new(endpoint: &Endpoint, options: &Options) -> Result<Self> {
        if endpoint.host.is_empty() {
            return Err(Error::invalid("neither the connection URL nor the secret names a host")
                .hint("write sqlserver://jdbc:sqlserver://host:1433;databaseName=db;${secret}"));
        }
        Ok(Self {
            server: server(&endpoint.host, endpoint.port.unwrap_or(PORT)),
            // Whoever gives a port has chosen the instance by it.
            instance: options.instance.clone().filter(|_| endpoint.port.is_none()),
            browser: browser::PORT,
            options: options.clone(),
            tls: Arc::new(tls::config(options)?),
            until: options.login_timeout.map(|limit| Instant::now() + limit),
        })
    }

    fn place(&self) -> String {
        match &self.instance {
            Some(instance) => format!("{}\\{instance}", self.server.host),
            None => self.server.to_string(),
        }
    }

    /// The same with the port that the instance has now; it may have another each time it is started.
    async fn located(&self) -> Result<Self> {
        let Some(instance) = &self.instance else { return Ok(self.clone()) };
        let service = Server { port: self.browser, ..self.server.clone() };
        let port = browser::port(service.addresses().await?, instance).await?;
        Ok(Self { server: Server { port, ..service }, ..self.clone() })
    }

    /// Logs in as an application of Entra ID. A token that was known and is refused may lack what the application has been
    /// granted since, or have been revoked: another is asked for, once.
    pub(crate) async fn login_as(&self, endpoint: &Endpoint, principal: &Principal, name: &str) -> Result<Session> {
        let options = &self.options;
        if options.encrypt == Encrypt::Optional {
            return Err(error::token_in_clear());
        }
        let mut tries = 0;
        loop {
            let handed = options.cloud.token(principal, options.root_cert.as_ref(), self.until).await?;
            match self.login(endpoint, Shown::Token(handed.token.expose()), name).await {
                Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                    options.cloud.forget(principal, &handed).await;
                    tries += 1;
                    if tries > 1 || !handed.was_known {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// Logs in, following the server once where it sends us on to another one, which is verified just as well.
    pub(crate) async fn login(&self, endpoint: &Endpoint, shown: Shown<'_>, name: &str) -> Result<Session> {
        let mut route = self.located().await?;
        let mut sent_on = false;
        loop {
            let stream = Box::new(Patient::new(route.open().await?));
            match Box::pin(route.way().enter(stream, &route.identity(endpoint, shown, name))).await {
                Ok(Entered::In(wire)) => return Ok(Session::new(wire, &self.options)),
                Ok(Entered::SentOn { .. }) if sent_on => return Err(error::sent_on_again()),
                Ok(Entered::SentOn { host, port }) => {
                    // A host may come with the name of an instance behind it, which the port already chooses.
                    let host = host.split('\\').next().unwrap_or_default().to_owned();
                    (route.server, route.instance, sent_on) = (server(&host, port), None, true);
                }
                Err(failure) => {
                    let error = error::from_login(failure, self.options.encrypt, shown);
                    return Err(if sent_on { error.context(format!("sent on to {}", route.place())) } else { error });
                }
            }
        }
    }

    /// All that stands between wanting a session and having one, within `loginTimeout`. A server that accepts and then stays
    /// silent must not hold the caller for longer than one that does not accept.
    pub(crate) async fn entered<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let entered = before(self.until, work).await.unwrap_or_else(|| {
            let seconds = self.options.login_timeout.unwrap_or_default().as_secs();
            Err(Error::new(
                ErrorKind::Unavailable,
                format!("there was no session within the {seconds} s of loginTimeout"),
            )
            .hint("check that host and port lead to a SQL Server that is up; if it is slow, raise loginTimeout"))
        });
        entered.map_err(|error| error.context(format!("connecting to {}", self.place())))
    }

    async fn open(&self) -> Result<TcpStream> {
        let addresses = self.server.addresses().await?;
        if self.options.all_addresses {
            self.server.open_any(&addresses).await
        } else {
            self.server.open(&addresses).await.map(|(stream, _)| stream)
        }
    }

    fn way(&self) -> Way<'_> {
        Way {
            encrypt: self.options.encrypt,
            tls: Arc::clone(&self.tls),
            name: self.options.host_in_certificate.as_deref().unwrap_or(&self.server.host),
            // The server ends the login if it is another one.
            instance: self.instance.as_deref(),
            silence: self.options.silence.answer,
        }
    }

    fn identity<'a>(&'a self, endpoint: &'a Endpoint, shown: Shown<'a>, name: &'a str) -> Identity<'a> {
        Identity {
            shown,
            host: shortened(&self.server.host),
            workstation: shortened(self.options.workstation.as_deref().unwrap_or("glaux")),
            application: shortened(name),
            database: &endpoint.database,
            reads_only: self.options.reads_only,
            is_strict: self.options.encrypt == Encrypt::Strict,
            packet_bytes: PACKET_BYTES,
        }
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

/// A server by its name, probed while it is idle.
pub(crate) fn server(host: &str, port: u16) -> Server {
    Server { host: host.to_owned(), port, limit: Some(ADDRESS), is_probed: true }
}

/// The outcome, unless that moment comes first.
pub(crate) async fn before<T>(until: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match until {
        None => Some(work.await),
        Some(until) => tokio::time::timeout_at(until, work).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(url: &str) -> Route {
        let endpoint = crate::url::endpoint(url).unwrap();
        Route::new(&endpoint, &Options::parse(&endpoint.options).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn an_instance_is_reached_at_the_port_that_its_host_tells() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let answer = format!("ServerName;H;InstanceName;SQL2019;IsClustered;No;Version;15.0;tcp;{port};;");
        let answer = [&[5, u8::try_from(answer.len()).unwrap(), 0], answer.as_bytes()].concat();
        let route =
            Route { browser: service.local_addr().unwrap().port(), ..route("jdbc:sqlserver://127.0.0.1\\sql2019") };
        let serving = async {
            let from = service.recv_from(&mut [0; 64]).await.unwrap().1;
            service.send_to(&answer, from).await.unwrap();
            server.accept().await.unwrap()
        };
        let reaching = async { route.located().await.unwrap().open().await.unwrap() };
        let ((accepted, from), reached) = tokio::join!(serving, reaching);
        assert_eq!((accepted.local_addr().unwrap().port(), from), (port, reached.local_addr().unwrap()));
        assert_eq!(route.place(), "127.0.0.1\\sql2019");
    }

    #[tokio::test]
    async fn a_port_that_is_given_chooses_the_instance() {
        for url in ["jdbc:sqlserver://h\\sql2019:50001", "jdbc:sqlserver://h:50001;instanceName=sql2019"] {
            let located = route(url).located().await.unwrap();
            assert_eq!((located.server.port, located.instance), (50001, None), "{url}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(shortened("glaux q-1"), "glaux q-1");
        assert_eq!(shortened(&"é".repeat(200)), "é".repeat(128));
        assert_eq!(shortened(&format!("{}😀😀", "a".repeat(127))), "a".repeat(127));
    }
}
