//! A source, reached as its administrator: whose secret is kept beside a local register, or where functions find theirs.

use connector_core::{Casing, Connection, Credential, Endpoint, Error, Logins, Result, Settings};

use super::desk::Desk;
use crate::config::{Catalog, secrets_of_process};
use crate::connectors;
use crate::register::Source;
use crate::secrets::{Login, Secrets, text_of};

/// What the names of administrators' secrets begin with that are kept from here.
pub const PREFIX: &str = "glaux-sources";
/// An administrator's secret is made once and never again under its name.
const GENERATION: u64 = 1;

/// Who logs in at a source: by a secret that is kept beside the register, else by one where functions find theirs.
pub async fn administrator(desk: &Desk<'_>, source: &Source) -> Result<Login> {
    let name = &source.administrator;
    let is_beside = desk.cloud().is_none() && desk.keeper().is_kept(name).await?;
    let secrets = if is_beside { desk.secrets().clone() } else { secrets_of_process()? };
    let catalog = Catalog::by_secret(&source.id, &source.engine, &source.url, name);
    Secrets::new(&secrets).resolve(&catalog).await?.login(&catalog, logins(source)?)
}

/// Keeps an administrator's password under the source's name for the secret.
pub async fn keep(desk: &Desk<'_>, source: &Source, user: &Credential) -> Result<()> {
    let name = kept_name(source);
    desk.keeper().propose(name, GENERATION, &text_of(user)?).await?;
    desk.keeper().promote(name, GENERATION).await
}

/// On AWS a source says by an ARN where its secret is.
fn kept_name(source: &Source) -> &str {
    source.administrator.split_once(":secret:").map_or(source.administrator.as_str(), |(_, name)| name)
}

/// Whether a source's administrator's secret was made from here, and is nobody else's.
pub fn is_ours(source: &Source) -> bool {
    kept_name(source).strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('/'))
}

/// Takes an administrator's password away again.
pub async fn forget(desk: &Desk<'_>, source: &Source) -> Result<()> {
    desk.keeper().discard(kept_name(source)).await
}

/// A session at the source.
///
/// Errors: those of connecting.
pub async fn connect(source: &Source, login: &Login) -> Result<Box<dyn Connection>> {
    // Names are the source's own here, and none of them is folded.
    let settings = Settings { casing: Casing::None, ..Settings::default() };
    let (connector, endpoint) = (connectors::find(&source.engine)?, endpoint(source)?);
    let connected = match login {
        Login::User(user) => connector.connect(&endpoint, user, &settings).await,
        Login::Principal(principal) => connector.connect_as(&endpoint, principal, &settings).await,
    };
    connected.map_err(|error| error.context(format!("connecting to source {}", source.id)))
}

fn endpoint(source: &Source) -> Result<Endpoint> {
    let endpoint = connectors::find(&source.engine)?.endpoint(&source.url)?;
    if endpoint.host.is_empty() {
        return Err(Error::invalid("the URL names no host").hint("write it as jdbc:postgresql://HOST:5432/DATABASE"));
    }
    Ok(endpoint)
}

fn logins(source: &Source) -> Result<Logins> {
    Ok(connectors::find(&source.engine)?.logins(&endpoint(source)?))
}

/// Whether the URL is one, of an engine that has users.
///
/// Errors: invalid; unsupported, for an engine without users, of which nothing can be granted.
pub fn check(source: &Source) -> Result<()> {
    let connector = connectors::find(&source.engine)?;
    if connector.access().is_none() {
        return Err(Error::unsupported(format!("engine {} has no users to whom something is granted", source.engine)));
    }
    endpoint(source).map(drop)
}
