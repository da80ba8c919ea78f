//! Filling a local server: scripts and bulk copies, as its superuser. Reading is the connector's, never done here.

use std::path::Path;

use bytes::Bytes;
use connector_core::{Error, ErrorKind, Result};
use futures::{SinkExt, Stream, StreamExt};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Postgres;

impl Postgres {
    /// Connects to a database as the superuser, over TLS with the server's own authority.
    pub async fn connect(&self, database: &str) -> Result<Client> {
        let mut config = Config::new();
        config.host(&self.host).hostaddr([127, 0, 0, 1].into()).port(self.port).ssl_mode(SslMode::Require);
        config
            .user(&self.superuser)
            .password(self.password.expose())
            .dbname(database)
            .application_name("glaux-servers");
        let connecting = config.connect(tls(Some(&self.ca_path))?).await;
        let (client, connection) =
            connecting.map_err(|error| told(&error, "").context(format!("connecting to {database}")))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the local server ended");
            }
        });
        Ok(client)
    }

    /// Creates a database.
    pub async fn create(&self, database: &str) -> Result<()> {
        let statement = format!("CREATE DATABASE \"{}\"", database.replace('"', "\"\""));
        self.run("postgres", &statement)
            .await
            .map_err(|error| error.context(format!("creating the database {database}")))
    }

    /// Creates a database and runs a script in it, as one transaction.
    pub async fn load(&self, database: &str, script: &str) -> Result<()> {
        self.create(database).await?;
        self.run(database, script).await.map_err(|error| error.context(format!("loading the database {database}")))
    }

    /// Runs a script in a database, as one transaction.
    pub async fn run(&self, database: &str, script: &str) -> Result<()> {
        let client = self.connect(database).await?;
        client.batch_execute(script).await.map_err(|error| told(&error, script))
    }

    /// Runs `COPY … FROM STDIN` with the chunks of `rows`, and returns how many rows there were.
    pub async fn copy_in(
        &self,
        database: &str,
        statement: &str,
        rows: impl Stream<Item = Result<Bytes>>,
    ) -> Result<u64> {
        let client = self.connect(database).await?;
        let failed = |error: tokio_postgres::Error| told(&error, statement).context(statement);
        let mut sink = Box::pin(client.copy_in(statement).await.map_err(failed)?);
        let mut rows = std::pin::pin!(rows);
        while let Some(chunk) = rows.next().await {
            sink.feed(chunk?).await.map_err(failed)?;
        }
        sink.as_mut().finish().await.map_err(failed)
    }
}

/// TLS that verifies the server against the authorities in a file, else against Mozilla's and Amazon RDS's.
pub fn tls(file: Option<&Path>) -> Result<MakeRustlsConnect> {
    let path = file.map(Path::to_string_lossy);
    let roots = connector_tls::File::named("sslrootcert", path.as_deref());
    let settings = connector_tls::Settings { verify: connector_tls::Verify::All, roots: roots.as_ref(), client: None };
    Ok(MakeRustlsConnect::new(settings.config()?))
}

/// What the server said about `script`, with the line it means.
pub fn told(error: &tokio_postgres::Error, script: &str) -> Error {
    let Some(said) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        return Error::new(ErrorKind::Unavailable, format!("{error}{cause}"));
    };
    let line = match said.position() {
        // Positions count characters from 1.
        Some(ErrorPosition::Original(at)) => {
            let before = script.chars().take(usize::try_from(*at).unwrap_or(0)).filter(|c| *c == '\n').count();
            format!(" (line {})", before + 1)
        }
        _ => String::new(),
    };
    let kind = match said.code().code() {
        "42P04" => ErrorKind::Conflict,
        code if code.starts_with("28") => ErrorKind::Unauthenticated,
        _ => ErrorKind::Invalid,
    };
    Error::new(kind, format!("{}{line}", said.message()))
}
