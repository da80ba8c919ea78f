//! A session that may write, of whichever engine.

use std::net::IpAddr;
use std::path::Path;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};
use tiberius::{AuthMethod, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::Kind;
use crate::local::servers::mysql;
use crate::local::servers::postgres::client::{tls, told};

/// The engine's own client.
pub enum Client {
    Postgres(tokio_postgres::Client),
    MySql(mysql::Client),
    SqlServer(Box<tiberius::Client<Compat<TcpStream>>>),
}

impl Client {
    /// Logs in, protected as the URL says or better.
    pub async fn connect(kind: Kind, endpoint: &Endpoint, credential: &Credential) -> Result<Self> {
        if endpoint.host.is_empty() {
            return Err(Error::invalid("the connection URL names no host"));
        }
        let doing = format!("connecting to {} as {}", endpoint.host, credential.user);
        let connected = match kind {
            Kind::Postgres => postgres(endpoint, credential).await.map(Self::Postgres),
            Kind::MySql => mysql_in_clear(endpoint, credential).await.map(Self::MySql),
            Kind::SqlServer => sqlserver(endpoint, credential).await.map(Box::new).map(Self::SqlServer),
        };
        connected.map_err(|error| error.context(doing))
    }

    /// Runs a statement; PostgreSQL takes several.
    pub async fn execute(&mut self, statement: &str) -> Result<()> {
        match self {
            Self::Postgres(client) => client.batch_execute(statement).await.map_err(|error| told(&error, statement)),
            Self::MySql(client) => client.execute(statement).await,
            Self::SqlServer(client) => rows(client, statement).await.map(drop),
        }
    }

    /// The first column of what a query finds.
    pub async fn names(&mut self, query: &str) -> Result<Vec<String>> {
        match self {
            Self::Postgres(client) => {
                let found = client.simple_query(query).await.map_err(|error| told(&error, query))?;
                let name = |message: SimpleQueryMessage| match message {
                    SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                };
                Ok(found.into_iter().filter_map(name).collect())
            }
            Self::MySql(client) => client.names(query).await,
            Self::SqlServer(client) => {
                let rows = rows(client, query).await?;
                Ok(rows.iter().filter_map(|row| row.try_get::<&str, _>(0).ok()?.map(str::to_owned)).collect())
            }
        }
    }
}

fn option<'e>(endpoint: &'e Endpoint, name: &str) -> Option<&'e str> {
    endpoint.options.get(name).map(String::as_str)
}

async fn postgres(endpoint: &Endpoint, credential: &Credential) -> Result<tokio_postgres::Client> {
    let mut config = tokio_postgres::Config::new();
    config.host(&endpoint.host).port(endpoint.port.unwrap_or(5432)).application_name("glaux-demo");
    config.user(&credential.user).password(credential.password.expose());
    if !endpoint.database.is_empty() {
        config.dbname(&endpoint.database);
    }
    match option(endpoint, "sslmode").unwrap_or("verify-full") {
        "disable" => {
            let (client, connection) = config.connect(NoTls).await.map_err(|error| told(&error, ""))?;
            tokio::spawn(connection);
            Ok(client)
        }
        "verify-full" | "verify-ca" => {
            let tls = tls(option(endpoint, "sslrootcert").map(Path::new))?;
            config.ssl_mode(SslMode::Require);
            let (client, connection) = config.connect(tls).await.map_err(|error| told(&error, ""))?;
            tokio::spawn(connection);
            Ok(client)
        }
        mode => Err(Error::invalid(format!("sslmode={mode} is not offered to who writes"))
            .hint("leave it out, so that the server is verified (with sslrootcert), or write sslmode=disable")),
    }
}

/// The driver that fills MySQL has no TLS here: good within one machine, else only if the URL says so.
async fn mysql_in_clear(endpoint: &Endpoint, credential: &Credential) -> Result<mysql::Client> {
    let is_here = endpoint.host == "localhost" || endpoint.host.parse().is_ok_and(|host: IpAddr| host.is_loopback());
    let is_asked_for = option(endpoint, "sslMode")
        .is_some_and(|mode| ["disabled", "disable"].iter().any(|word| mode.eq_ignore_ascii_case(word)));
    if !is_here && !is_asked_for {
        let what = format!("{} is filled without TLS, which is done within one machine only", endpoint.host);
        return Err(Error::unsupported(what)
            .hint("run the demo where the server runs, or go through a tunnel to localhost; sslMode=DISABLED in the URL says that the network is safe"));
    }
    // The local socket may know the user by another host name than 127.0.0.1.
    mysql::Client::in_clear(&endpoint.host, endpoint.port.unwrap_or(3306), credential).await
}

/// The connector finds instances and asks Entra ID; the shop is made by a user at a port.
fn check_sqlserver(endpoint: &Endpoint) -> Result<()> {
    if endpoint.port.is_none() && option(endpoint, "instanceName").is_some() {
        return Err(Error::unsupported("the shop is not made by the name of an instance")
            .hint("give the port of the instance in the connection URL: host:port"));
    }
    let authentication = option(endpoint, "authentication").unwrap_or_default();
    if authentication.eq_ignore_ascii_case("ActiveDirectoryServicePrincipal") {
        return Err(Error::unsupported("the shop is not made by an application of Entra ID")
            .hint("name a user with its password, and leave authentication out of the connection URL"));
    }
    Ok(())
}

async fn sqlserver(endpoint: &Endpoint, credential: &Credential) -> Result<tiberius::Client<Compat<TcpStream>>> {
    check_sqlserver(endpoint)?;
    let mut config = tiberius::Config::new();
    let port = endpoint.port.unwrap_or(1433);
    config.host(&endpoint.host);
    config.port(port);
    if !endpoint.database.is_empty() {
        config.database(&endpoint.database);
    }
    config.authentication(AuthMethod::sql_server(&credential.user, credential.password.expose()));
    config.application_name("glaux-demo");
    let is_strict = option(endpoint, "encrypt").is_some_and(|encrypt| encrypt.eq_ignore_ascii_case("strict"));
    config.encryption(if is_strict { EncryptionLevel::Strict } else { EncryptionLevel::Required });
    config.command_timeout(None);
    if option(endpoint, "trustServerCertificate").is_some_and(|trust| trust.eq_ignore_ascii_case("true")) && !is_strict
    {
        config.trust_cert();
    } else {
        let roots = connector_tls::File::named("sslrootcert", option(endpoint, "sslrootcert"));
        config.trust_webpki_roots();
        config.trust_cert_ca_bundle(connector_tls::roots_pem(roots.as_ref())?);
    }
    let unreachable = |error: std::io::Error| Error::new(ErrorKind::Unavailable, error.to_string());
    let stream = TcpStream::connect((endpoint.host.as_str(), port)).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    // The driver logs what it reads and writes.
    let connecting = Box::pin(tiberius::Client::connect(config, stream.compat_write()));
    connecting.with_subscriber(NoSubscriber::default()).await.map_err(|error| failed(&error))
}

async fn rows(client: &mut tiberius::Client<Compat<TcpStream>>, sql: &str) -> Result<Vec<tiberius::Row>> {
    let run = async { client.simple_query(sql).await?.into_first_result().await };
    run.with_subscriber(NoSubscriber::default()).await.map_err(|error| failed(&error))
}

fn failed(error: &tiberius::error::Error) -> Error {
    match error {
        tiberius::error::Error::Server(said) => {
            let kind = match said.code() {
                18456 => ErrorKind::Unauthenticated,
                229 | 262 | 2760 | 15247 => ErrorKind::Forbidden,
                _ => ErrorKind::Invalid,
            };
            Error::new(kind, said.message().to_owned())
        }
        error => Error::new(ErrorKind::Unavailable, error.to_string()),
    }
}
