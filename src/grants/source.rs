//! A source as grants are made at it: its engine, its administrator, and how its users are called.

use aws_lc_rs::digest::{SHA256, digest};
use connector_core::{
    Access, Administrator, BatchLimits, Casing, Connection, Connector, Credential, Endpoint, Error, ErrorKind, Result,
    Scan, Secret, Settings, TableName, sql,
};
use futures::TryStreamExt;

use crate::config::{Catalog, SecretsConfig};
use crate::connectors;
use crate::register::{Grant, Scope, Source};
use crate::secrets::policy::Place;
use crate::secrets::{Login, Secrets, password};

/// What our sessions call themselves at the source.
const APPLICATION: &str = "glaux grants";

/// The user of an environment at a source: 28 characters that need no quotes at any engine, though they get some.
pub fn user(domain: &str, environment: &str, source: &str, generation: u64) -> String {
    // A length in front of each part, so that no two triples are one text.
    let parts: String = [domain, environment, source].iter().map(|part| format!("{} {part}", part.len())).collect();
    let hash: String =
        digest(&SHA256, parts.as_bytes()).as_ref().iter().take(20).map(|byte| letter(byte % 32)).collect();
    format!("glaux_{hash}_{}", if generation % 2 == 1 { 'a' } else { 'b' })
}

/// The user of a grant in its own generation.
pub fn user_of(domain: &str, grant: &Grant) -> String {
    user(domain, &grant.environment, &grant.source, grant.generation)
}

fn letter(five_bits: u8) -> char {
    char::from(b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(five_bits % 32)])
}

/// A source and its engine.
pub struct Opened {
    pub source: Source,
    pub connector: &'static dyn Connector,
    pub endpoint: Endpoint,
    secrets: SecretsConfig,
    administrators: SecretsConfig,
}

impl Opened {
    /// Nothing is reached yet.
    ///
    /// Errors: invalid, for an engine or a URL that is not known.
    pub fn new(source: Source, secrets: &SecretsConfig, administrators: &SecretsConfig) -> Result<Self> {
        let connector = connectors::find(&source.engine)?;
        let endpoint = connector.endpoint(&source.url)?;
        let (secrets, administrators) = (secrets.clone(), administrators.clone());
        Ok(Self { source, connector, endpoint, secrets, administrators })
    }

    /// Who may make users there, logged in.
    pub async fn administrator(&self) -> Result<Administrator> {
        let credential = self.credential(&self.source.administrator, &self.administrators).await?;
        Administrator::enter(self.access()?, &self.endpoint, &credential, APPLICATION).await
    }

    /// A session that reads as the administrator.
    pub async fn reads_as_administrator(&self) -> Result<Box<dyn Connection>> {
        self.login(&self.credential(&self.source.administrator, &self.administrators).await?).await
    }

    /// A session that reads as whoever secret `name` says by now, read as a query would read it.
    pub async fn reads_by_secret(&self, name: &str) -> Result<Box<dyn Connection>> {
        self.login(&self.credential(name, &self.secrets).await?).await
    }

    /// What the secret of a grant is called by whoever reads it: it lies beside the administrator's, which may be in another account.
    /// What these accounts keep is copied to the reader's own.
    pub fn secret_as_read(&self, name: String, copied: &[String]) -> String {
        match Place::of(&self.source.administrator) {
            Some(place) if !copied.iter().any(|account| account == place.account()) => place.secret(&name),
            _ => name,
        }
    }

    /// Whether secret `name` is there for us to read.
    pub async fn is_secret_there(&self, name: &str) -> Result<bool> {
        match self.credential(name, &self.secrets).await {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) => Ok(false),
            found => found.map(|_| true),
        }
    }

    /// A session that reads.
    pub async fn login(&self, credential: &Credential) -> Result<Box<dyn Connection>> {
        let settings = Settings { casing: Casing::None, application_name: APPLICATION.into(), ..Settings::default() };
        self.connector.connect(&self.endpoint, credential, &settings).await
    }

    /// A new password that the engine's rules let pass.
    pub fn password(&self) -> Result<Secret> {
        Ok(self.access()?.acceptable(&password()?))
    }

    async fn credential(&self, name: &str, secrets: &SecretsConfig) -> Result<Credential> {
        let Source { id, engine, url, .. } = &self.source;
        let catalog = Catalog::by_secret(id, engine, url, name);
        let resolved = Secrets::new(secrets).resolve(&catalog).await?;
        match resolved.login(&catalog, self.connector.logins(&self.endpoint))? {
            Login::User(credential) => Ok(credential),
            Login::Principal(_) => Err(Error::unsupported(format!("secret {name:?} names an application of Entra ID"))
                .hint("name a database user that may make users")),
        }
    }

    fn access(&self) -> Result<&'static dyn Access> {
        self.connector.access().ok_or_else(|| {
            Error::unsupported(format!("engine {:?} has no users, so nothing can be granted there", self.source.engine))
        })
    }
}

/// What of `scopes` the source does not have.
pub async fn missing(connection: &mut dyn Connection, scopes: &[Scope]) -> Result<Vec<Scope>> {
    let mut missing = Vec::new();
    for scope in scopes {
        match connection.table(&TableName::new(&scope.schema, &scope.table)).await {
            Ok(table) => {
                let is_there = |column: &String| table.columns.iter().any(|known| known.remote_name == *column);
                let gone: Vec<String> = scope.columns.iter().flatten().filter(|one| !is_there(one)).cloned().collect();
                if !gone.is_empty() {
                    missing.push(Scope { columns: Some(gone), ..scope.clone() });
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                missing.push(Scope { columns: None, ..scope.clone() });
            }
            Err(error) => return Err(error.context(format!("looking for {}.{}", scope.schema, scope.table))),
        }
    }
    Ok(missing)
}

/// Reads one row, or none, of everything that may be read.
///
/// Errors: those of reading; forbidden, for a column that cannot be.
pub async fn try_reading(opened: &Opened, connection: &mut dyn Connection, scopes: &[Scope]) -> Result<()> {
    for scope in scopes {
        let name = TableName::new(&scope.schema, &scope.table);
        let reading = async {
            let table = connection.table(&name).await?;
            let granted = |column: &&connector_core::Column| {
                scope.columns.as_ref().is_none_or(|granted| granted.contains(&column.remote_name))
            };
            let columns: Vec<String> = table.columns.iter().filter(granted).map(|column| column.name.clone()).collect();
            if scope.columns.as_ref().is_some_and(|granted| granted.len() != columns.len()) {
                return Err(Error::new(ErrorKind::Forbidden, "not every column that is granted can be read"));
            }
            let scan = Scan { limit: Some(1), ..Scan::new(table, columns) };
            let rendered = sql::render(&scan, opened.connector.dialect())?;
            let rows = connection.read(&scan, &rendered.statement, BatchLimits::default()).await?;
            rows.try_for_each(|_| async { Ok(()) }).await
        };
        reading
            .await
            .map_err(|error: Error| error.context(format!("trying to read {}.{}", scope.schema, scope.table)))?;
    }
    Ok(())
}
