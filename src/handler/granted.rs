//! Catalogs that nobody has configured: each is what the secret of its name says, in this function's environment and in no other
//! (D18).
//!
//! Of a request nothing but the last part of a name is taken, and only what cannot lead elsewhere ([`Names`]). What a secret says
//! is believed for as long as a password is; then it is read again, and a catalog whose secret is gone is none any more, nor are
//! its idle sessions kept. Not here: how a secret is read (`secrets`), and what ends sessions at the source (`grants`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind, Result};
use tokio::sync::Mutex;

use super::Handler;
use super::source::Source;
use crate::config::{self, Catalog, SecretReference};
use crate::connectors::{self, CONNECTORS};
use crate::secrets::{Names, Resolved};

/// How many catalogs are known at once, and of how many names it is known that there is nothing behind them.
const MOST: usize = 256;

/// How long a name without a catalog is not looked for again, unless secrets are believed for less.
const PAUSE: Duration = Duration::from_secs(10);

/// The catalogs of one environment.
pub(super) struct Granted {
    settings: config::Granted,
    names: Names,
    believed: Duration,
    pause: Duration,
    /// By name, in lower case.
    known: SyncMutex<BTreeMap<String, Known>>,
    /// Whoever looks for one: others wait, and share what is found.
    looking: Mutex<()>,
}

/// What was found behind a name, and when it was looked for.
struct Known {
    found: Result<Arc<Source>>,
    at: Instant,
}

impl Granted {
    /// Those of one environment, whose secrets are believed for so long.
    ///
    /// Errors: invalid, for an environment that is no name.
    pub(super) fn new(settings: &config::Granted, believed: Duration) -> Result<Self> {
        let names = Names::new(&settings.prefix)?;
        names.below(&settings.environment)?;
        let (known, looking) = (SyncMutex::default(), Mutex::default());
        Ok(Self { settings: settings.clone(), names, believed, pause: believed.min(PAUSE), known, looking })
    }

    /// The catalog of this name.
    ///
    /// Errors: not found, with a list of those that are known; invalid, for a secret that describes no catalog; those of reading
    /// secrets.
    pub(super) async fn find(&self, name: &str, handler: &Handler) -> Result<Arc<Source>> {
        // What is no name is looked for nowhere.
        let Some((name, secret)) = self.named(name) else { return Err(self.unknown(name, handler)) };
        if let Some(found) = self.known_as(&name) {
            return found;
        }
        let _alone = self.looking.lock().await;
        if let Some(found) = self.known_as(&name) {
            return found;
        }
        self.has_room()?;
        let at = Instant::now();
        let found = self.look(&name, &secret, handler).await.map(Arc::new);
        if is_final(&found) {
            self.keep(&name, Known { found: again(&found), at }, handler);
        }
        found
    }

    /// A request's name for a catalog as secrets have it, and what its secret is called. Athena tells no case of names; where two
    /// environments of an account have a catalog of one name, it knows each with its environment behind an `@`.
    fn named(&self, name: &str) -> Option<(String, String)> {
        let name = name.to_ascii_lowercase();
        let own = format!("@{}", self.settings.environment.to_ascii_lowercase());
        let name = name.strip_suffix(&own).unwrap_or(&name);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        let secret = self.names.name(&self.settings.environment, name).ok().filter(|_| is_name)?;
        Some((name.to_owned(), secret))
    }

    /// Reads what the secret says, wherever it is.
    async fn look(&self, name: &str, secret: &str, handler: &Handler) -> Result<Source> {
        let secrets = &handler.secrets;
        // Where the role may read no secret of its own account, that one is not there is not told.
        let is_absent = |error: &Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden);
        let refused = match secrets.read(secret).await {
            Err(error) if is_absent(&error) => error,
            read => return self.opened(name, secret, &read?),
        };
        match secrets.elsewhere(secret).await {
            Ok(Some(arn)) => match secrets.read(&arn).await {
                Err(error) if error.kind() == ErrorKind::NotFound => Err(self.unknown(name, handler)),
                read => self.opened(name, &arn, &read?),
            },
            Err(error) if !is_absent(&error) => Err(error),
            _ if refused.kind() == ErrorKind::Forbidden => Err(refused),
            _ => Err(self.unknown(name, handler)),
        }
    }

    /// The catalog that a secret describes. No complaint tells more of what it says than the key.
    fn opened(&self, name: &str, secret: &str, read: &Resolved) -> Result<Source> {
        let wrong = |what: String| Error::invalid(format!("secret {secret:?} {what}, by its key \"connection\""));
        let (engine, url) = read.connection(secret)?;
        let connector = connectors::find(&engine).map_err(|_| {
            let known: Vec<&str> = CONNECTORS.iter().map(|connector| connector.name()).collect();
            wrong("is of an engine that is unknown here".into()).hint(format!("there are {known:?}"))
        })?;
        let engine = connector.name();
        connector.endpoint(&url).map_err(|_| wrong(format!("leads to no place that engine {engine:?} can reach")))?;
        let (settings, callers) = (self.settings.settings.clone(), self.settings.callers.clone());
        let catalog = Catalog {
            name: name.to_owned(),
            engine: engine.to_owned(),
            url,
            secret: SecretReference::Name(secret.to_owned()),
            settings,
            views: BTreeMap::new(),
            callers,
        };
        Source::open(catalog).map_err(|error| error.context(format!("reading catalog {name:?}")))
    }

    /// What was found behind a name, if that counts still.
    fn known_as(&self, name: &str) -> Option<Result<Arc<Source>>> {
        let known = self.known();
        let known = known.get(name)?;
        self.counts(known).then(|| again(&known.found))
    }

    fn counts(&self, known: &Known) -> bool {
        let limit = if known.found.is_ok() { self.believed } else { self.pause };
        known.at.elapsed() < limit
    }

    /// Whoever asks for ever other names makes us ask for no more than so many of them at a time.
    fn has_room(&self) -> Result<()> {
        let mut known = self.known();
        known.retain(|_, known| known.found.is_ok() || self.counts(known));
        if known.values().filter(|known| known.found.is_err()).count() < MOST {
            return Ok(());
        }
        let told = format!("{MOST} catalogs that do not exist were asked for within {:?}", self.pause);
        Err(Error::new(ErrorKind::Throttled, told).hint("wait a few seconds, and correct the names"))
    }

    /// Keeps what was found. What was known before, if it is another now, is used no more.
    fn keep(&self, name: &str, new: Known, handler: &Handler) {
        let mut known = self.known();
        let full = known.values().filter(|known| known.found.is_ok()).count() >= MOST;
        let oldest = known.iter().filter(|(other, known)| known.found.is_ok() && *other != name);
        let oldest = oldest.min_by_key(|(_, known)| known.at).map(|(name, _)| name.clone());
        let is_new = !known.contains_key(name);
        let gone = oldest.filter(|_| full && is_new && new.found.is_ok());
        let gone = gone.and_then(|name| Some((known.remove(&name)?, name)));
        let new_catalog = new.found.as_ref().ok().map(|source| source.catalog.clone());
        let before = known.insert(name.to_owned(), new).map(|before| (before, name.to_owned()));
        for (before, name) in gone.into_iter().chain(before) {
            let Ok(before) = before.found else { continue };
            if new_catalog.as_ref() != Some(&before.catalog) {
                handler.sessions.forget(&name);
                if let SecretReference::Name(secret) = &before.catalog.secret {
                    handler.secrets.forget(secret);
                }
            }
        }
    }

    fn unknown(&self, name: &str, handler: &Handler) -> Error {
        let known = self.known();
        // It may itself have been one until now.
        let others = known.iter().filter(|(other, known)| known.found.is_ok() && !name.eq_ignore_ascii_case(other));
        let mut there = handler.config.catalogs.names();
        there.extend(others.map(|(other, _)| other.as_str()));
        let environment = &self.settings.environment;
        let told = format!("catalog {name:?} is neither configured nor granted to environment {environment:?}");
        let known = if there.is_empty() { "none is known yet".into() } else { format!("known are {there:?}") };
        Error::not_found(format!("{told}; {known}")).hint("ask its owner for access, or correct the name")
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether asking again at once could find nothing else.
fn is_final(found: &Result<Arc<Source>>) -> bool {
    use ErrorKind::{Forbidden, Invalid, NotFound, Unsupported};
    found.as_ref().err().is_none_or(|error| matches!(error.kind(), NotFound | Forbidden | Invalid | Unsupported))
}

/// The same once more.
fn again(found: &Result<Arc<Source>>) -> Result<Arc<Source>> {
    found.as_ref().map(Arc::clone).map_err(|error| {
        let told = Error::new(error.kind(), error.to_string());
        match error.hint_text() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    })
}

#[cfg(test)]
#[cfg(all(feature = "governance", feature = "local", feature = "memory"))]
mod tests;
