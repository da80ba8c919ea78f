//! Messages about what is in a catalog: schemas, tables, a table and its partitions.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::{Result, TableName};

use super::block::{read_block, read_schema, write_block, write_schema};
use super::head::{read_head, read_name, read_table, write_head, write_name, write_table};
use super::json::{Object, Writer};
use super::{Constraints, Identity, Version, check_supported};

/// Asks for the schemas of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSchemasRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog.
    pub catalog: String,
}

/// The schemas of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSchemasResponse {
    /// The catalog.
    pub catalog: String,
    /// Their names in lower case.
    pub schemas: Vec<String>,
}

/// Asks for the tables of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListTablesRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog.
    pub catalog: String,
    /// The schema.
    pub schema: String,
    /// Where to go on, from the answer before.
    pub next_token: Option<String>,
    /// How many at most; none means all of them.
    pub page_size: Option<u32>,
}

/// A page of tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListTablesResponse {
    /// The catalog.
    pub catalog: String,
    /// Their names in lower case.
    pub tables: Vec<TableName>,
    /// Where the next page goes on; none on the last.
    pub next_token: Option<String>,
}

/// Asks what a table, or a pass-through query, looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetTableRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog.
    pub catalog: String,
    /// The table.
    pub table: TableName,
    /// Arguments of the pass-through function; empty for a table.
    pub passthrough: BTreeMap<String, String>,
}

/// What it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetTableResponse {
    /// The catalog.
    pub catalog: String,
    /// The table.
    pub table: TableName,
    /// All its columns; metadata under a column's name is that column's comment.
    pub schema: SchemaRef,
    /// Names of the columns that partition it; a set.
    pub partition_columns: Vec<String>,
}

/// Asks which partitions are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTableLayoutRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog.
    pub catalog: String,
    /// The table.
    pub table: TableName,
    /// What is wanted.
    pub constraints: Constraints,
    /// The columns of the table.
    pub schema: SchemaRef,
    /// Names of the columns that partition it; a set.
    pub partition_columns: Vec<String>,
}

/// The wanted partitions, one a row.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTableLayoutResponse {
    /// The catalog.
    pub catalog: String,
    /// The table.
    pub table: TableName,
    /// No row means there is nothing to read.
    pub partitions: RecordBatch,
}

impl ListSchemasRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        Ok(Self { identity, query_id, catalog })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        write_head(writer, &self.identity, &self.query_id, &self.catalog)
    }
}

impl ListSchemasResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self { catalog: response.text("catalogName")?, schemas: response.texts("schemas")? })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.name("catalogName")?.text(&self.catalog)?;
        writer.name("schemas")?.texts(&self.schemas)
    }
}

impl ListTablesRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        // Older callers send no size, newer ones -1 for all; a page of no tables would never end.
        let page_size: i64 = request.optional_whole("pageSize")?.unwrap_or(-1);
        Ok(Self {
            identity,
            query_id,
            catalog,
            schema: request.text_or_null("schemaName")?,
            next_token: request.optional_text("nextToken")?,
            page_size: u32::try_from(page_size).ok().filter(|size| *size > 0),
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        write_head(writer, &self.identity, &self.query_id, &self.catalog)?;
        writer.name("schemaName")?.text(&self.schema)?;
        writer.name("nextToken")?.optional_text(self.next_token.as_deref())?;
        let all = -1;
        let page_size = self.page_size.map_or(all, |size| i32::try_from(size).unwrap_or(i32::MAX));
        writer.name("pageSize")?.whole(page_size)
    }
}

impl ListTablesResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            tables: response.field("tables", |cursor| cursor.items(read_name))?,
            next_token: response.optional_text("nextToken")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.name("tables")?.array(&self.tables, write_name)?;
        writer.name("catalogName")?.text(&self.catalog)?;
        writer.name("nextToken")?.optional_text(self.next_token.as_deref())
    }
}

impl GetTableRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        let table = read_table(request)?;
        let passthrough = request.text_map("queryPassthroughArguments")?;
        Ok(Self { identity, query_id, catalog, table, passthrough })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        write_head(writer, &self.identity, &self.query_id, &self.catalog)?;
        write_table(writer, &self.table)?;
        if version >= Version::PASSTHROUGH {
            return writer.name("queryPassthroughArguments")?.text_map(&self.passthrough);
        }
        if self.passthrough.is_empty() { Ok(()) } else { version.require(Version::PASSTHROUGH, "pass-through queries") }
    }
}

impl GetTableResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            table: read_table(response)?,
            schema: response.field("schema", read_schema)?,
            partition_columns: response.texts("partitionColumns")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        check_supported(&self.schema)?;
        writer.name("catalogName")?.text(&self.catalog)?;
        write_table(writer, &self.table)?;
        write_schema(writer.name("schema")?, &self.schema, version.framing())?;
        writer.name("partitionColumns")?.texts(&self.partition_columns)
    }
}

impl GetTableLayoutRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        Ok(Self {
            identity,
            query_id,
            catalog,
            table: read_table(request)?,
            constraints: Constraints::read(request)?,
            schema: request.field("schema", read_schema)?,
            partition_columns: request.texts("partitionColumns")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        write_head(writer, &self.identity, &self.query_id, &self.catalog)?;
        write_table(writer, &self.table)?;
        self.constraints.write(writer, version)?;
        write_schema(writer.name("schema")?, &self.schema, version.framing())?;
        writer.name("partitionColumns")?.texts(&self.partition_columns)
    }
}

impl GetTableLayoutResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            table: read_table(response)?,
            partitions: response.field("partitions", read_block)?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        check_supported(self.partitions.schema_ref())?;
        writer.name("catalogName")?.text(&self.catalog)?;
        write_table(writer, &self.table)?;
        write_block(writer.name("partitions")?, &self.partitions, version.framing())
    }
}
