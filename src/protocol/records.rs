//! Messages that carry rows: reading a split, inline or spilled, and user-defined functions.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::{Error, Result, TableName};

use super::block::{read_block, read_schema, write_block, write_schema};
use super::head::{read_head, read_table, write_head, write_table};
use super::json::{Object, Writer};
use super::split::write_key;
use super::{Constraints, EncryptionKey, Identity, SpillLocation, Split, Version, check_supported};

/// The only kind of function there is.
const SCALAR: &str = "SCALAR";

/// Asks for the rows of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRecordsRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog, echoed and never parsed.
    pub catalog: String,
    /// The table.
    pub table: TableName,
    /// The wanted columns in the wanted order; the answer has exactly this schema.
    pub schema: SchemaRef,
    /// The slice to read.
    pub split: Split,
    /// What is wanted.
    pub constraints: Constraints,
    /// A block may not be larger, as [`connector_core::block_size`] measures it.
    pub max_block_size: u64,
    /// A result from this size on is spilled.
    pub max_inline_block_size: u64,
}

/// The rows of a split, inline.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRecordsResponse {
    /// The catalog.
    pub catalog: String,
    /// The rows.
    pub records: RecordBatch,
}

/// Where the rows of a split lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteReadRecordsResponse {
    /// The catalog.
    pub catalog: String,
    /// The schema of every block.
    pub schema: SchemaRef,
    /// The objects, one block each.
    pub remote_blocks: Vec<SpillLocation>,
    /// The split's key.
    pub encryption_key: Option<EncryptionKey>,
}

/// Asks for a function over rows.
#[derive(Clone, Debug, PartialEq)]
pub struct UserDefinedFunctionRequest {
    /// Who asks.
    pub identity: Identity,
    /// One column an argument.
    pub input: RecordBatch,
    /// The one column wanted.
    pub output_schema: SchemaRef,
    /// The function's name in lower case.
    pub method: String,
}

/// Its results, a row for a row.
#[derive(Clone, Debug, PartialEq)]
pub struct UserDefinedFunctionResponse {
    /// One column.
    pub records: RecordBatch,
    /// The function's name.
    pub method: String,
}

impl ReadRecordsRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        Ok(Self {
            identity,
            query_id,
            catalog,
            table: read_table(request)?,
            schema: request.field("schema", read_schema)?,
            split: request.field("split", Split::read)?,
            constraints: Constraints::read(request)?,
            max_block_size: request.strict_whole("maxBlockSize")?,
            max_inline_block_size: request.strict_whole("maxInlineBlockSize")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        write_head(writer, &self.identity, &self.query_id, &self.catalog)?;
        write_table(writer, &self.table)?;
        write_schema(writer.name("schema")?, &self.schema, version.framing())?;
        self.split.write(writer.name("split")?)?;
        self.constraints.write(writer, version)?;
        // These two, and only these two, travel as strings.
        writer.name("maxBlockSize")?.text(&self.max_block_size.to_string())?;
        writer.name("maxInlineBlockSize")?.text(&self.max_inline_block_size.to_string())
    }
}

impl ReadRecordsResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self { catalog: response.text("catalogName")?, records: response.field("records", read_block)? })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        check_supported(self.records.schema_ref())?;
        writer.name("catalogName")?.text(&self.catalog)?;
        write_block(writer.name("records")?, &self.records, version.framing())
    }
}

impl RemoteReadRecordsResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            schema: response.field("schema", read_schema)?,
            remote_blocks: response.field("remoteBlocks", |cursor| cursor.items(SpillLocation::read))?,
            encryption_key: response.nullable("encryptionKey", EncryptionKey::read)?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        check_supported(&self.schema)?;
        writer.name("catalogName")?.text(&self.catalog)?;
        write_schema(writer.name("schema")?, &self.schema, version.framing())?;
        writer.name("remoteBlocks")?.array(&self.remote_blocks, |writer, block| block.write(writer))?;
        write_key(writer, self.encryption_key.as_ref())
    }
}

impl UserDefinedFunctionRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        request.field("functionType", |cursor| match cursor.text()?.as_ref() {
            SCALAR => Ok(()),
            _ => Err(cursor.locate(Error::unsupported("only functions of type SCALAR can be called"))),
        })?;
        Ok(Self {
            identity: Identity::read(request)?,
            input: request.field("inputRecords", read_block)?,
            output_schema: request.field("outputSchema", read_schema)?,
            method: request.text("methodName")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        self.identity.write(writer)?;
        write_block(writer.name("inputRecords")?, &self.input, version.framing())?;
        write_schema(writer.name("outputSchema")?, &self.output_schema, version.framing())?;
        writer.name("methodName")?.text(&self.method)?;
        writer.name("functionType")?.text(SCALAR)
    }
}

impl UserDefinedFunctionResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self { records: response.field("records", read_block)?, method: response.text("methodName")? })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        check_supported(self.records.schema_ref())?;
        write_block(writer.name("records")?, &self.records, version.framing())?;
        writer.name("methodName")?.text(&self.method)
    }
}
