//! Which asset of the register a listing offers: by a form of ours, or by Glue's and the connection behind it.
//!
//! Whoever may edit a listing or a table of Glue's writes what it says there, so it is compared with what the register has, and
//! nothing is ever taken out of it.

use connector_core::{Endpoint, Error, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{GlueConnection, GlueName, GlueTable, Listing, Portal};
use crate::config::own_form;
use crate::connectors;
use crate::register::{Asset, By, Register, Source, SourceState};
use crate::share::asset_id;

/// The form by which an asset in DataZone names a table of a source.
pub(super) const FORM: &str = "GlauxTable";
/// The form of the tables that DataZone itself takes from Glue.
pub(super) const GLUE: &str = "GlueTableForm";

/// What is offered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// The asset of the register.
    pub asset: String,
    /// Whether DataZone leaves it to us to grant it, and is told how far that is.
    pub is_ours: bool,
}

/// Why nothing is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// In words.
    pub reason: String,
    /// As that of an offer.
    pub is_ours: bool,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the form's own")]
struct Table {
    source: String,
    schema: String,
    table: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Glue {
    table_arn: String,
}

/// What a listing offers, if `owner` owns it there.
///
/// Errors: those of asking Glue and the register.
pub(super) async fn offer(
    register: &Register,
    portal: &dyn Portal,
    listing: &Listing,
    owner: &str,
) -> Result<std::result::Result<Offer, Refusal>> {
    let other = |reason: String| Ok(Err(Refusal { reason, is_ours: false }));
    let Some(asset_type) = &listing.asset_type else {
        return other("the listing is of a product and not of an asset".into());
    };
    let forms: Value = serde_json::from_str(&listing.forms).unwrap_or_default();
    let (own, glue) = (forms.get(FORM), forms.get(GLUE));
    let is_ours = own.is_some();
    let refusal = |reason: String| Refusal { reason, is_ours };
    if listing.owner != owner {
        return Ok(Err(refusal(format!("the listing is of project {} and not of {owner}", listing.owner))));
    }
    let asset = match (own, glue) {
        (Some(form), _) => read(FORM, form).map(|Table { source, schema, table }| asset_id(&source, &schema, &table)),
        (None, Some(form)) => match read(GLUE, form).and_then(|Glue { table_arn }| named(&table_arn)) {
            Ok(name) => through_glue(register, portal, &name, owner).await?,
            Err(reason) => Err(reason),
        },
        (None, None) => {
            Err(format!("the asset, of type {asset_type}, has no form {FORM} or {GLUE}, so it is read by no source"))
        }
    };
    Ok(asset.map(|asset| Offer { asset, is_ours }).map_err(refusal))
}

/// A form, which may be JSON in a text of JSON.
fn read<'f, F: Deserialize<'f>>(name: &str, form: &'f Value) -> std::result::Result<F, String> {
    let form = match form {
        Value::String(text) => serde_json::from_str(text),
        form => F::deserialize(form),
    };
    form.map_err(|error| format!("the asset's form {name} is not understood: {error}"))
}

fn named(arn: &str) -> std::result::Result<GlueName, String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let path: Vec<&str> = parts.get(5).map(|path| path.split('/').collect()).unwrap_or_default();
    match (&parts[..], &path[..]) {
        (["arn", _, "glue", region, account, _], ["table", database, table]) => {
            let [region, account, database, table] = [region, account, database, table].map(|part| (*part).to_owned());
            Ok(GlueName { region, account, database, table })
        }
        _ => Err(format!("the asset's form {GLUE} is not understood: {arn:?} names no table of Glue's")),
    }
}

/// The asset that a table of Glue's stands for.
async fn through_glue(
    register: &Register,
    portal: &dyn Portal,
    name: &GlueName,
    owner: &str,
) -> Result<std::result::Result<String, String>> {
    let told = format!("table {}.{} of Glue", name.database, name.table);
    let Some(GlueTable { location, connection }) = portal.table(name).await? else {
        return Ok(Err(format!("{told} is not there")));
    };
    let Some(GlueConnection { name, kind, url }) = connection else {
        return Ok(Err(format!("{told} is read through no connection, so it is at no source")));
    };
    if kind != "JDBC" {
        return Ok(Err(format!("{told} is read through connection {name}, which is of type {kind} and not JDBC")));
    }
    let endpoint = match jdbc(&url) {
        Ok(endpoint) => endpoint,
        Err(error) => return Ok(Err(format!("{told} is read through connection {name}: {error}"))),
    };
    let assets = of_endpoint(register, owner, &endpoint).await?;
    Ok(located(&assets, &endpoint.1.database, &location).ok_or_else(|| {
        format!("{told} says that it is {location:?} at connection {name}, and project {owner} has no such asset")
    }))
}

/// The engine's name and where its database is.
fn jdbc(url: &str) -> Result<(&'static str, Endpoint)> {
    let url = own_form(url);
    let engine = url.strip_prefix("jdbc:").and_then(|rest| rest.split(':').next());
    let engine = engine.ok_or_else(|| Error::invalid("its URL is none of JDBC"))?;
    let connector = connectors::find(engine)?;
    Ok((connector.name(), connector.endpoint(&url)?))
}

/// The assets of a project at its sources that are at this place.
async fn of_endpoint(register: &Register, owner: &str, place: &(&str, Endpoint)) -> Result<Vec<Asset>> {
    let sources = register.list::<Source>(&By::Owner(owner.to_owned())).await?;
    let used = sources.into_iter().map(|read| read.record).filter(|source| source.state != SourceState::Retired);
    let same: Vec<String> = used.filter(|source| is_at(source, place)).map(|source| source.id).collect();
    let assets = register.list::<Asset>(&By::Owner(owner.to_owned())).await?;
    Ok(assets.into_iter().map(|read| read.record).filter(|asset| same.contains(&asset.source)).collect())
}

fn is_at(source: &Source, (engine, place): &(&str, Endpoint)) -> bool {
    let Ok(connector) = connectors::find(&source.engine) else { return false };
    let Ok(own) = connector.endpoint(&source.url) else { return false };
    // A server's URL that names no database is of all of them.
    let is_same_database = [&own, place].iter().any(|one| one.database.is_empty()) || own.database == place.database;
    let port = |one: &Endpoint| one.port.or_else(|| connector.usual_port());
    let is_same_server = own.host.eq_ignore_ascii_case(&place.host) && port(&own) == port(place);
    connector.name() == *engine && is_same_server && is_same_database
}

/// The asset whose name a location is; the only one by folded case, if none is exactly so (D20).
fn located(assets: &[Asset], database: &str, location: &str) -> Option<String> {
    let names = |asset: &Asset| {
        let short = format!("{}.{}", asset.schema, asset.table);
        [format!("{database}.{short}"), short]
    };
    let exact = |asset: &&Asset| names(asset).iter().any(|name| name == location);
    let folded = |asset: &&Asset| names(asset).iter().any(|name| name.to_lowercase() == location.to_lowercase());
    only(assets.iter().filter(exact)).or_else(|| only(assets.iter().filter(folded))).map(|asset| asset.id.clone())
}

/// The one of several that is the only one.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next();
    first.filter(|_| all.next().is_none())
}
