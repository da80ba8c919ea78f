//! Who may know a password: what a catalog's secret says, remembered for a stated time and read afresh when a login is refused.
//!
//! Not here: who is logged in with it (a connector's `connect`), and making or rotating secrets.

mod document;
mod elsewhere;
mod folder;
#[cfg(feature = "governance")]
mod given;
#[cfg(feature = "governance")]
mod kept;
#[cfg(feature = "governance")]
pub mod keeper;
mod listing;
mod login;
mod names;
#[cfg(feature = "governance")]
mod password;
#[cfg(feature = "governance")]
pub mod policy;
mod redactor;
mod signing;
mod source;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use connector_core::{Credential, Error, ErrorKind, Logins, Result, Secret, Signing};
use tokio::sync::Mutex;

use self::document::Document;
use self::elsewhere::Parameters;
#[cfg(feature = "governance")]
pub use self::elsewhere::parameter;
#[cfg(feature = "governance")]
pub use self::given::{given, revealed};
#[cfg(feature = "governance")]
pub use self::keeper::Keeper;
#[cfg(feature = "governance")]
pub use self::kept::{login_of, text_of};
pub use self::listing::granted;
use self::login::Keys;
pub use self::login::Login;
pub use self::names::Names;
#[cfg(feature = "governance")]
pub use self::password::password;
pub use self::redactor::Redactor;
use self::source::{Source, Stage};
use crate::config::{Aws, Catalog, SecretReference, SecretsConfig, granted_connection};

/// What a catalog's secret supplies.
#[derive(Clone)]
pub struct Resolved {
    keys: Keys,
    /// Where, if the URL does not say.
    pub host: Option<String>,
    /// The port there, if the URL does not say.
    pub port: Option<u16>,
    /// The database, if the URL does not say.
    pub database: Option<String>,
    /// The engine, as RDS spells it.
    pub engine: Option<String>,
    connection: Option<Secret>,
    reading: u64,
}

impl PartialEq for Resolved {
    /// By what it says, whenever it was read.
    fn eq(&self, other: &Self) -> bool {
        (&self.keys, &self.host, self.port, &self.database) == (&other.keys, &other.host, other.port, &other.database)
    }
}

impl Eq for Resolved {}

impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolved").field("keys", &self.keys).field("host", &self.host).finish_non_exhaustive()
    }
}

impl Resolved {
    /// Who logs in, of those that the endpoint lets in.
    ///
    /// Errors: invalid, if the secret holds none of them; they name it.
    pub fn login(&self, catalog: &Catalog, logins: Logins) -> Result<Login> {
        let place = match &catalog.secret {
            SecretReference::Name(name) => format!("secret {name:?}"),
            SecretReference::Inline(_) | SecretReference::None => "the connection string".into(),
        };
        self.keys.login(&place, logins)
    }

    /// The engine and its native URL, as the secret of a grant says them; `name` is the secret's.
    ///
    /// Errors: invalid, if it does not, or as no grant would.
    pub fn connection(&self, name: &str) -> Result<(String, String)> {
        let wrong = |what: &str| {
            Error::invalid(format!("secret {name:?} {what}"))
                .hint("write \"connection\": \"<engine>://<JDBC URL>\" into it, without user and password: those have keys of their own")
        };
        let text = self
            .connection
            .as_ref()
            .ok_or_else(|| wrong("has no key \"connection\" that says where its database is"))?;
        // What is said of it could quote it.
        granted_connection(text.expose())
            .map_err(|_| wrong("has a key \"connection\" that is no such connection string"))
    }

    fn of(document: Document, reading: u64) -> Self {
        let Document { keys, host, port, database, engine, connection } = document;
        Self { keys, host, port, database, engine, connection, reading }
    }

    fn without_secret(credential: Credential) -> Self {
        let keys = Keys::of_user(credential);
        Self { keys, host: None, port: None, database: None, engine: None, connection: None, reading: 0 }
    }
}

/// The secrets of a deployment.
pub struct Secrets {
    source: Source,
    parameters: Parameters,
    aws: Aws,
    ttl: Duration,
    pause: Duration,
    places: SyncMutex<HashMap<String, Arc<Mutex<Place>>>>,
}

/// What is known of one secret. Whoever reads it holds the lock, so that those who come meanwhile wait and share the answer.
#[derive(Default)]
struct Place {
    known: Option<(Resolved, Instant)>,
    readings: u64,
    in_vain: Option<Instant>,
}

impl Secrets {
    /// Secrets as `config` says where they are; nothing is read yet.
    pub fn new(config: &SecretsConfig) -> Self {
        let (ttl, pause) = (config.ttl, config.refresh_pause);
        let (source, parameters) = (Source::new(config), Parameters::new(config));
        Self { source, parameters, aws: config.aws.clone(), ttl, pause, places: SyncMutex::default() }
    }

    /// The same user, with a token instead of a password, for an endpoint that takes those.
    ///
    /// Errors: unauthenticated, unavailable, invalid.
    pub async fn signed(&self, signing: &Signing, user: Credential) -> Result<Credential> {
        signing::signed(&self.aws, signing, user).await
    }

    /// What the catalog's secret says, at most the stated time old.
    ///
    /// Errors: not found, forbidden, throttled, unavailable, timed out; invalid for a secret without anybody to log in.
    pub async fn resolve(&self, catalog: &Catalog) -> Result<Resolved> {
        let name = match &catalog.secret {
            SecretReference::Name(name) => name,
            SecretReference::Inline(credential) => return Ok(Resolved::without_secret(credential.clone())),
            SecretReference::None => {
                let nobody = Credential { user: String::new(), password: Secret::new("") };
                return Ok(Resolved::without_secret(nobody));
            }
        };
        let place = self.place(name);
        let mut place = place.lock().await;
        match &place.known {
            Some((known, read)) if read.elapsed() < self.ttl => Ok(known.clone()),
            _ => self.read_current(name, &mut place).await,
        }
    }

    /// What the secret of this name says now, whatever was believed of it until now.
    ///
    /// Errors: those of [`Secrets::resolve`]; nothing is believed of it any more then.
    pub async fn read(&self, name: &str) -> Result<Resolved> {
        let place = self.place(name);
        let mut place = place.lock().await;
        let read = self.read_current(name, &mut place).await;
        if read.is_err() {
            self.forget(name);
        }
        read
    }

    /// Believes nothing of a secret any more.
    pub fn forget(&self, name: &str) {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// The ARN of the secret of this name in another account, if one is known here.
    ///
    /// Errors: forbidden, throttled, unavailable, timed out; invalid, for what is no ARN of a secret of this name.
    pub async fn elsewhere(&self, name: &str) -> Result<Option<String>> {
        self.parameters.find(name).await
    }

    /// What to try after a login with `refused` failed: what the secret says by now, or what a rotation under way will make it
    /// say. Equal to `refused` if there is nothing better.
    ///
    /// Those who ask at the same time share one reading, and a secret that had nothing new is left alone for a while, so that a
    /// wrong password troubles the database and not Secrets Manager too.
    pub async fn refresh(&self, catalog: &Catalog, refused: &Resolved) -> Result<Resolved> {
        let SecretReference::Name(name) = &catalog.secret else { return Ok(refused.clone()) };
        let place = self.place(name);
        let mut place = place.lock().await;
        if let Some((known, _)) = &place.known
            && known.reading > refused.reading
            && known != refused
        {
            return Ok(known.clone());
        }
        if place.in_vain.is_some_and(|vain| vain.elapsed() < self.pause) {
            return Ok(refused.clone());
        }
        let current = self.read_current(name, &mut place).await?;
        if current != *refused {
            place.in_vain = None;
            return Ok(current);
        }
        match self.read_pending(name, &mut place).await? {
            Some(pending) if pending != *refused => {
                place.in_vain = None;
                Ok(pending)
            }
            _ => {
                place.in_vain = Some(Instant::now());
                Ok(current)
            }
        }
    }

    async fn read_current(&self, name: &str, place: &mut Place) -> Result<Resolved> {
        let text = self.source.read(name, Stage::Current).await?;
        let text = text.ok_or_else(|| Error::not_found(format!("secret {name:?} has no current version")))?;
        Ok(place.keep(Document::parse(name, &text)?))
    }

    /// A pending version may be half made, or not for us to read: then there is none.
    async fn read_pending(&self, name: &str, place: &mut Place) -> Result<Option<Resolved>> {
        match self.source.read(name, Stage::Pending).await {
            Ok(Some(text)) => Ok(Document::parse(name, &text).ok().map(|document| place.keep(document))),
            Ok(None) => Ok(None),
            Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Invalid) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn place(&self, name: &str) -> Arc<Mutex<Place>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.entry(name.to_owned()).or_default().clone()
    }
}

impl Place {
    fn keep(&mut self, document: Document) -> Resolved {
        self.readings += 1;
        let resolved = Resolved::of(document, self.readings);
        self.known = Some((resolved.clone(), Instant::now()));
        resolved
    }
}
