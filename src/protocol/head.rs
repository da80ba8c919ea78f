//! What most messages start with: who asks, for which query, of which catalog, about which table.

use connector_core::{Result, TableName};

use super::Identity;
use super::block::first_serde;
use super::json::{Cursor, Object, Writer};

/// Reads who asks, the id of the query and the catalog.
pub(super) fn read_head(request: &Object<'_, '_>) -> Result<(Identity, String, String)> {
    Ok((Identity::read(request)?, request.text_or_null("queryId")?, request.text("catalogName")?))
}

/// Writes who asks, the id of the query and the catalog.
pub(super) fn write_head(writer: &mut Writer, identity: &Identity, query_id: &str, catalog: &str) -> Result<()> {
    identity.write(writer)?;
    writer.name("queryId")?.text(query_id)?;
    writer.name("catalogName")?.text(catalog)
}

/// Reads the field `tableName`.
pub(super) fn read_table(message: &Object<'_, '_>) -> Result<TableName> {
    message.field("tableName", read_name)
}

/// Writes the field `tableName`.
pub(super) fn write_table(writer: &mut Writer, table: &TableName) -> Result<()> {
    write_name(writer.name("tableName")?, table)
}

pub(super) fn read_name(cursor: Cursor<'_, '_>) -> Result<TableName> {
    let name = cursor.object()?;
    if name.has("qualifiedTableName") {
        return Err(cursor.locate(first_serde()));
    }
    Ok(TableName::new(name.text("schemaName")?, name.text("tableName")?))
}

pub(super) fn write_name(writer: &mut Writer, table: &TableName) -> Result<()> {
    writer.object(|writer| {
        writer.name("schemaName")?.text(&table.schema)?;
        writer.name("tableName")?.text(&table.table)
    })
}
