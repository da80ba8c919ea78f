//! Glue as the workflow asks it: where a table that somebody published says that it is.

use aws_sdk_glue::Client;
use aws_sdk_glue::config::{Builder, Region};
use aws_sdk_glue::types::{ConnectionPropertyKey, Table};
use connector_core::Result;

use super::there;
use crate::config::{Aws, failure};
use crate::share::datazone::{GlueConnection, GlueName, GlueTable};

/// By which a table names what it is read through.
const CONNECTION: &str = "connectionName";

/// A table of Glue's, in whatever account and region it is, and its connection.
pub async fn table(aws: &Aws, name: &GlueName) -> Result<Option<GlueTable>> {
    let GlueName { region, account, database, table } = name;
    let client = Client::from_conf(Builder::from(aws.sdk().await).region(Region::new(region.clone())).build());
    let doing = format!("reading table {database}.{table} of Glue in account {account}");
    let asked = client.get_table().catalog_id(account).database_name(database).name(table);
    let told = there(asked.send().await.map_err(|error| failure(&doing, &error)))?;
    let Some(told) = told.and_then(|told| told.table) else { return Ok(None) };
    let connection = match through(&told) {
        Some(through) => connection(&client, account, &through).await?,
        None => None,
    };
    let location = told.storage_descriptor.and_then(|stored| stored.location).unwrap_or_default();
    Ok(Some(GlueTable { location, connection }))
}

fn through(table: &Table) -> Option<String> {
    table.parameters.as_ref().and_then(|parameters| parameters.get(CONNECTION)).cloned()
}

/// Glue keeps a password in some connections, which is none of our business.
async fn connection(client: &Client, account: &str, name: &str) -> Result<Option<GlueConnection>> {
    let asked = client.get_connection().catalog_id(account).name(name).hide_password(true);
    let doing = format!("reading connection {name} of Glue in account {account}");
    let told = there(asked.send().await.map_err(|error| failure(&doing, &error)))?;
    Ok(told.and_then(|told| told.connection).map(|connection| GlueConnection {
        name: name.to_owned(),
        kind: connection.connection_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        url: connection
            .connection_properties
            .and_then(|mut properties| properties.remove(&ConnectionPropertyKey::JdbcConnectionUrl))
            .unwrap_or_default(),
    }))
}
