//! Entra ID: an application's token instead of a password, by the client-credential flow.
//!
//! The client secret is sent to the authority alone, and the token to the database alone; both stay in memory. Not here: the
//! login itself (`connect.rs`).

mod answer;
mod place;
mod request;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Error, ErrorKind, Principal, Result};
use connector_tls::File;
use tokio::time::Instant;

use self::place::Place;
pub(crate) use self::tokens::Handed;
use self::tokens::{Purpose, Tokens};
use crate::connect::before;

static TOKENS: Tokens = Tokens::new();

/// How long a token may be waited for, whatever `loginTimeout` says.
const PATIENCE: Duration = Duration::from_secs(30);

const AUTHORITY: &str = "https://login.microsoftonline.com";
const RESOURCE: &str = "https://database.windows.net";

/// Where tokens are asked for, and for which databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    authority: Place,
    resource: Place,
}

impl Cloud {
    /// Reads the options of the connection URL.
    pub(crate) fn parse(options: &BTreeMap<String, String>) -> Result<Self> {
        let place = |name: &str, usual: &str| {
            let given = options.get(name).map(String::as_str).filter(|value| !value.is_empty());
            Place::parse(name, given.unwrap_or(usual))
        };
        Ok(Self { authority: place("entraAuthority", AUTHORITY)?, resource: place("entraResource", RESOURCE)? })
    }

    /// A token for the application, by `until` at the latest.
    ///
    /// Errors: unauthenticated, forbidden, invalid, unavailable, throttled, corrupt, too large.
    pub(crate) async fn token(
        &self,
        principal: &Principal,
        roots: Option<&File>,
        until: Option<Instant>,
    ) -> Result<Handed> {
        let scope = format!("{}/.default", self.resource);
        let asking = Box::pin(async {
            let tls = Arc::new(connector_tls::web_config(roots)?);
            request::ask(&self.authority, &scope, principal, tls).await
        });
        let patience = Instant::now() + PATIENCE;
        let until = until.map_or(patience, |until| until.min(patience));
        let handed = before(Some(until), TOKENS.get(&self.purpose(principal), asking)).await;
        let handed = handed.unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Unavailable, "there was no answer in time")
                .hint("check that the function has a way to Entra ID, which is outside of AWS; if it is slow, raise loginTimeout"))
        });
        handed.map_err(|error| error.context(format!("asking Entra ID for a token at {}", self.authority)))
    }

    /// Forgets a token that a server refused.
    pub(crate) async fn forget(&self, principal: &Principal, refused: &Handed) {
        TOKENS.forget(&self.purpose(principal), &refused.token).await;
    }

    fn purpose(&self, principal: &Principal) -> Purpose {
        let (authority, resource) = (self.authority.clone(), self.resource.clone());
        Purpose { authority, resource, principal: principal.clone() }
    }
}
