//! Athena's federation protocol, both directions: we answer as a connector and ask as Athena does.
//!
//! Reading is lenient: serde 2 to 6, fields in any order, unknown ones ignored, optional ones optional, either Arrow framing.
//! Writing is strict: AWS's readers walk the fields in order, so each message is written in exactly the order of its version.
//! Pure: no I/O, no settings. What a request means is the handler's business, and how a block is encrypted is the spiller's.

mod constraint;
mod failure;
mod identity;
pub mod ipc;
mod metadata;
mod records;
mod split;
mod supported;
mod version;
mod zoned;

use connector_core::{Error, Result};

pub use constraint::{Constraints, QueryPlan};
pub use failure::LambdaError;
pub use identity::Identity;
pub use metadata::{
    CapabilitySubType, GetDataSourceCapabilitiesRequest, GetDataSourceCapabilitiesResponse, GetTableLayoutRequest,
    GetTableLayoutResponse, GetTableRequest, GetTableResponse, ListSchemasRequest, ListSchemasResponse,
    ListTablesRequest, ListTablesResponse, PingRequest, PingResponse,
};
pub use records::{
    ReadRecordsRequest, ReadRecordsResponse, RemoteReadRecordsResponse, UserDefinedFunctionRequest,
    UserDefinedFunctionResponse,
};
pub use split::{EncryptionKey, GetSplitsRequest, GetSplitsResponse, SpillLocation, Split};
pub use supported::check_supported;
pub use version::{Framing, Version};
pub use zoned::{pack_zoned, unpack_zoned};

/// What Athena asks.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the message of its name")]
pub enum Request {
    Ping(PingRequest),
    GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest),
    ListSchemas(ListSchemasRequest),
    ListTables(ListTablesRequest),
    GetTable(GetTableRequest),
    GetTableLayout(GetTableLayoutRequest),
    GetSplits(GetSplitsRequest),
    ReadRecords(ReadRecordsRequest),
    UserDefinedFunction(UserDefinedFunctionRequest),
}

/// What it is told.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the message of its name")]
pub enum Response {
    Ping(PingResponse),
    GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse),
    ListSchemas(ListSchemasResponse),
    ListTables(ListTablesResponse),
    GetTable(GetTableResponse),
    GetTableLayout(GetTableLayoutResponse),
    GetSplits(GetSplitsResponse),
    ReadRecords(ReadRecordsResponse),
    RemoteReadRecords(RemoteReadRecordsResponse),
    UserDefinedFunction(UserDefinedFunctionResponse),
}

impl Request {
    /// Reads a request of serde 2 to 6, leniently.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let _ = bytes;
        Err(Error::internal("not built yet"))
    }

    /// Writes the request as `version` does.
    pub fn encode(&self, version: Version) -> Result<Vec<u8>> {
        let _ = version;
        Err(Error::internal("not built yet"))
    }

    /// The name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ping(_) => "PingRequest",
            Self::GetDataSourceCapabilities(_) => "GetDataSourceCapabilitiesRequest",
            Self::ListSchemas(_) => "ListSchemasRequest",
            Self::ListTables(_) => "ListTablesRequest",
            Self::GetTable(_) => "GetTableRequest",
            Self::GetTableLayout(_) => "GetTableLayoutRequest",
            Self::GetSplits(_) => "GetSplitsRequest",
            Self::ReadRecords(_) => "ReadRecordsRequest",
            Self::UserDefinedFunction(_) => "UserDefinedFunctionRequest",
        }
    }
}

impl Response {
    /// Reads a response of serde 2 to 6, leniently.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let _ = bytes;
        Err(Error::internal("not built yet"))
    }

    /// Writes the response as `version` does.
    pub fn encode(&self, version: Version) -> Result<Vec<u8>> {
        let _ = version;
        Err(Error::internal("not built yet"))
    }

    /// The name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ping(_) => "PingResponse",
            Self::GetDataSourceCapabilities(_) => "GetDataSourceCapabilitiesResponse",
            Self::ListSchemas(_) => "ListSchemasResponse",
            Self::ListTables(_) => "ListTablesResponse",
            Self::GetTable(_) => "GetTableResponse",
            Self::GetTableLayout(_) => "GetTableLayoutResponse",
            Self::GetSplits(_) => "GetSplitsResponse",
            Self::ReadRecords(_) => "ReadRecordsResponse",
            Self::RemoteReadRecords(_) => "RemoteReadRecordsResponse",
            Self::UserDefinedFunction(_) => "UserDefinedFunctionResponse",
        }
    }
}
