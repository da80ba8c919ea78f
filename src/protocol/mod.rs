//! Athena's federation protocol, both directions: we answer as a connector and ask as Athena does.
//!
//! Reading is lenient: serde 2 to 6, fields in any order, unknown ones ignored, optional ones optional, either Arrow framing.
//! Writing is strict: AWS's readers walk the fields in order, so each message is written in exactly the order of its version.
//! Pure: no I/O, no settings. What a request means is the handler's business, and how a block is encrypted is the spiller's.

mod block;
mod check;
mod constraint;
mod failure;
mod head;
mod identity;
pub mod ipc;
mod json;
mod metadata;
pub mod passthrough;
mod ping;
pub mod plan;
mod records;
mod split;
mod supported;
mod version;
mod zoned;

use connector_core::{ErrorKind, Result};

pub use check::{CheckRequest, CheckResponse, Finding, Standing};
pub use constraint::{Constraints, QueryPlan};
pub use failure::LambdaError;
pub use identity::Identity;
use json::{Object, Shortened, Writer, parse};
pub use metadata::{
    GetTableLayoutRequest, GetTableLayoutResponse, GetTableRequest, GetTableResponse, ListSchemasRequest,
    ListSchemasResponse, ListTablesRequest, ListTablesResponse,
};
pub use ping::{
    CapabilitySubType, GetDataSourceCapabilitiesRequest, GetDataSourceCapabilitiesResponse, PingRequest, PingResponse,
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
    Check(CheckRequest),
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
    Check(CheckResponse),
}

impl Request {
    /// Reads a request of serde 2 to 6, leniently.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        parse(bytes, ErrorKind::Invalid, |request| {
            Ok(match kind(request)?.as_str() {
                "PingRequest" => Self::Ping(PingRequest::read(request)?),
                "GetDataSourceCapabilitiesRequest" => {
                    Self::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest::read(request)?)
                }
                "ListSchemasRequest" => Self::ListSchemas(ListSchemasRequest::read(request)?),
                "ListTablesRequest" => Self::ListTables(ListTablesRequest::read(request)?),
                "GetTableRequest" => Self::GetTable(GetTableRequest::read(request)?),
                "GetTableLayoutRequest" => Self::GetTableLayout(GetTableLayoutRequest::read(request)?),
                "GetSplitsRequest" => Self::GetSplits(GetSplitsRequest::read(request)?),
                "ReadRecordsRequest" => Self::ReadRecords(ReadRecordsRequest::read(request)?),
                "UserDefinedFunctionRequest" => Self::UserDefinedFunction(UserDefinedFunctionRequest::read(request)?),
                "GlauxCheckRequest" => Self::Check(CheckRequest::read(request)?),
                other => return Err(request.error(format!("\"{}\" is no kind of request", Shortened(other)))),
            })
        })
    }

    /// Writes the request as `version` does.
    pub fn encode(&self, version: Version) -> Result<Vec<u8>> {
        message(self.kind(), |writer| match self {
            Self::Ping(request) => request.write(writer),
            Self::GetDataSourceCapabilities(request) => request.write(writer, version),
            Self::ListSchemas(request) => request.write(writer),
            Self::ListTables(request) => request.write(writer),
            Self::GetTable(request) => request.write(writer, version),
            Self::GetTableLayout(request) => request.write(writer, version),
            Self::GetSplits(request) => request.write(writer, version),
            Self::ReadRecords(request) => request.write(writer, version),
            Self::UserDefinedFunction(request) => request.write(writer, version),
            Self::Check(request) => request.write(writer),
        })
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
            Self::Check(_) => "GlauxCheckRequest",
        }
    }
}

impl Response {
    /// Reads a response of serde 2 to 6, leniently.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        parse(bytes, ErrorKind::Corrupt, |response| {
            Ok(match kind(response)?.as_str() {
                "PingResponse" => Self::Ping(PingResponse::read(response)?),
                "GetDataSourceCapabilitiesResponse" => {
                    Self::GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse::read(response)?)
                }
                "ListSchemasResponse" => Self::ListSchemas(ListSchemasResponse::read(response)?),
                "ListTablesResponse" => Self::ListTables(ListTablesResponse::read(response)?),
                "GetTableResponse" => Self::GetTable(GetTableResponse::read(response)?),
                "GetTableLayoutResponse" => Self::GetTableLayout(GetTableLayoutResponse::read(response)?),
                "GetSplitsResponse" => Self::GetSplits(GetSplitsResponse::read(response)?),
                "ReadRecordsResponse" => Self::ReadRecords(ReadRecordsResponse::read(response)?),
                "RemoteReadRecordsResponse" => Self::RemoteReadRecords(RemoteReadRecordsResponse::read(response)?),
                "UserDefinedFunctionResponse" => {
                    Self::UserDefinedFunction(UserDefinedFunctionResponse::read(response)?)
                }
                "GlauxCheckResponse" => Self::Check(CheckResponse::read(response)?),
                other => return Err(response.error(format!("\"{}\" is no kind of response", Shortened(other)))),
            })
        })
    }

    /// Writes the response as `version` does.
    pub fn encode(&self, version: Version) -> Result<Vec<u8>> {
        message(self.kind(), |writer| match self {
            Self::Ping(response) => response.write(writer),
            Self::GetDataSourceCapabilities(response) => response.write(writer, version),
            Self::ListSchemas(response) => response.write(writer),
            Self::ListTables(response) => response.write(writer),
            Self::GetTable(response) => response.write(writer, version),
            Self::GetTableLayout(response) => response.write(writer, version),
            Self::GetSplits(response) => response.write(writer),
            Self::ReadRecords(response) => response.write(writer, version),
            Self::RemoteReadRecords(response) => response.write(writer, version),
            Self::UserDefinedFunction(response) => response.write(writer, version),
            Self::Check(response) => response.write(writer),
        })
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
            Self::Check(_) => "GlauxCheckResponse",
        }
    }
}

/// The kind of a message; one of serde 1 is refused here, where its mark is.
fn kind(message: &Object<'_, '_>) -> Result<String> {
    let kind = message.text("@type")?;
    if message.has("requestType") || message.has("partitionCols") { Err(block::first_serde()) } else { Ok(kind) }
}

/// AWS's readers want the kind first.
fn message(kind: &str, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<Vec<u8>> {
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("@type")?.text(kind)?;
        write(writer)
    })?;
    Ok(writer.finish())
}
