//! Messages that carry rows: reading a split, inline or spilled, and user-defined functions.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::TableName;

use super::{Constraints, EncryptionKey, Identity, SpillLocation, Split};

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
