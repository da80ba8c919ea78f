//! Messages about a catalog: ping, capabilities, schemas, tables, a table and its partitions.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::TableName;

use super::{Constraints, Identity};

/// Asks whether the function is there and which serde it speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingRequest {
    /// Who asks.
    pub identity: Identity,
    /// The catalog, echoed and never parsed.
    pub catalog: String,
    /// Athena's id of the query.
    pub query_id: String,
}

/// Says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingResponse {
    /// The catalog.
    pub catalog: String,
    /// Athena's id of the query.
    pub query_id: String,
    /// A free label.
    pub source_type: String,
    /// Feature level of AWS's SDK that is claimed; [`PingResponse::CAPABILITIES`].
    pub capabilities: u32,
    /// The newest serde spoken; 1 if the answer did not say.
    pub serde_version: u32,
}

impl PingResponse {
    /// The feature level of today's SDK.
    pub const CAPABILITIES: u32 = 24;
}

/// Asks what may be pushed down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDataSourceCapabilitiesRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog.
    pub catalog: String,
}

/// What may be pushed down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDataSourceCapabilitiesResponse {
    /// The catalog.
    pub catalog: String,
    /// By capability.
    pub capabilities: BTreeMap<String, Vec<CapabilitySubType>>,
}

/// One promise under a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilitySubType {
    /// Its name.
    pub sub_type: String,
    /// What it is about.
    pub properties: Vec<String>,
}

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
