//! Connections of AWS Glue's, as where settings stand: what Athena's console makes of a data source.
//!
//! A variable goes before what the connection says. A password is never asked of Glue, and one that stands in a connection is
//! refused: whoever may look at the connection may read it. Not here: what the settings mean, which is the same wherever they
//! stand (`env`).

mod described;
mod form;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_glue::Client;
use aws_sdk_glue::config::Builder;
use aws_sdk_glue::types::Connection;
use connector_core::{Error, Result};

use self::described::Described;
pub use self::described::Place;
pub use self::form::own_form;
use super::{Aws, failure};

/// The connection that a function's settings stand in.
pub const CONNECTION: &str = "glue_connection";
/// Where Glue is, if it is not where AWS has it.
pub const ENDPOINT: &str = "GLUE_ENDPOINT";

/// A function has ten seconds in all to start.
const LIMIT: Duration = Duration::from_secs(8);
/// As the Java connectors have it.
const CONNECT: Duration = Duration::from_secs(2);

/// What a connection of Glue's says.
///
/// Errors: not found; those of reaching Glue.
pub async fn described(aws: &Aws, endpoint: Option<&str>, name: &str) -> Result<Described> {
    let doing = format!("reading connection {name:?} of Glue");
    let limits = TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(LIMIT / 2);
    let own = Builder::from(aws.sdk().await).timeout_config(limits.operation_timeout(LIMIT).build());
    let client = Client::from_conf(endpoint.into_iter().fold(own, Builder::endpoint_url).build());
    let told = client.get_connection().name(name).hide_password(true).send().await;
    match told.map_err(|error| failure(&doing, &error))?.connection {
        Some(connection) => Ok(of(name, connection)),
        None => Err(Error::not_found("Glue tells nothing of it").context(doing)),
    }
}

fn of(name: &str, connection: Connection) -> Described {
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (authentication, secret) = match connection.authentication_configuration {
        Some(by) => (by.authentication_type.map(|kind| kind.as_str().to_owned()), said(by.secret_arn)),
        None => (None, None),
    };
    let properties = connection.connection_properties.unwrap_or_default().into_iter();
    let properties = properties.map(|(key, value)| (key.as_str().to_owned(), value));
    let athena = connection.athena_properties.unwrap_or_default().into_iter();
    let is_said = |(_, value): &(String, String)| !value.trim().is_empty();
    Described {
        name: name.to_owned(),
        kind: connection.connection_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        properties: properties.filter(is_said).collect(),
        athena: athena.filter(is_said).collect(),
        authentication,
        secret,
    }
}

/// The variables, and behind them what the connection says that they name; besides, what is to be told of it.
///
/// Errors: those of asking Glue; invalid or unsupported, for a connection that no settings can be made of.
pub async fn behind(
    variables: impl IntoIterator<Item = (String, String)>,
    aws: &Aws,
) -> Result<(BTreeMap<String, String>, Vec<String>)> {
    let mut set: BTreeMap<String, String> = variables.into_iter().collect();
    let Some(name) = set.remove(CONNECTION).filter(|name| !name.trim().is_empty()) else {
        return Ok((set, Vec::new()));
    };
    set.retain(|_, value| !value.trim().is_empty());
    let described = described(aws, set.get(ENDPOINT).map(|url| url.trim()), name.trim()).await?;
    let (said, notes) = described.settings(&set)?;
    for (key, value) in said {
        set.entry(key).or_insert(value);
    }
    Ok((set, notes))
}

#[cfg(test)]
#[cfg(all(feature = "governance", feature = "local"))]
mod tests;
