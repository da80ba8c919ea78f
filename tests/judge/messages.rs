//! Random messages of every kind, as many sides of each as its version has.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::TableName;
use glaux::protocol::{
    CapabilitySubType, EncryptionKey, GetDataSourceCapabilitiesRequest, GetDataSourceCapabilitiesResponse,
    GetSplitsRequest, GetSplitsResponse, GetTableLayoutRequest, GetTableLayoutResponse, GetTableRequest,
    GetTableResponse, Identity, ListSchemasRequest, ListSchemasResponse, ListTablesRequest, ListTablesResponse,
    PingRequest, PingResponse, ReadRecordsRequest, ReadRecordsResponse, RemoteReadRecordsResponse, Request, Response,
    SpillLocation, Split, UserDefinedFunctionRequest, UserDefinedFunctionResponse,
};

use super::constraints::constraints;
use super::random::Chance;

/// A message, either way.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Message {
    Request(Request),
    Response(Response),
}

/// Kinds of message, of which serde 2 and 3 lack the pair about capabilities.
pub const KINDS: [&str; 19] = [
    "PingRequest",
    "ListSchemasRequest",
    "ListTablesRequest",
    "GetTableRequest",
    "GetTableLayoutRequest",
    "GetSplitsRequest",
    "ReadRecordsRequest",
    "UserDefinedFunctionRequest",
    "GetDataSourceCapabilitiesRequest",
    "PingResponse",
    "ListSchemasResponse",
    "ListTablesResponse",
    "GetTableResponse",
    "GetTableLayoutResponse",
    "GetSplitsResponse",
    "ReadRecordsResponse",
    "RemoteReadRecordsResponse",
    "UserDefinedFunctionResponse",
    "GetDataSourceCapabilitiesResponse",
];

/// The kinds that a version has.
pub fn kinds(version: u8) -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().filter(move |kind| version >= 4 || !kind.starts_with("GetDataSourceCapabilities"))
}

impl Chance {
    /// A message of the kind, such as `version` can carry.
    pub fn message(&mut self, kind: &str, version: u8) -> Message {
        if kind.ends_with("Request") {
            Message::Request(self.request(kind, version))
        } else {
            Message::Response(self.response(kind))
        }
    }

    fn request(&mut self, kind: &str, version: u8) -> Request {
        let (identity, query_id, catalog, table) = (self.identity(), self.name(), self.name(), self.table());
        match kind {
            "PingRequest" => Request::Ping(PingRequest { identity, catalog, query_id }),
            "ListSchemasRequest" => Request::ListSchemas(ListSchemasRequest { identity, query_id, catalog }),
            "GetDataSourceCapabilitiesRequest" => {
                Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest { identity, query_id, catalog })
            }
            "ListTablesRequest" => {
                let (schema, next_token) = (self.name(), self.maybe(Self::text));
                let page_size = self.pick(&[None, Some(1), Some(50), Some(i32::MAX.unsigned_abs())]);
                Request::ListTables(ListTablesRequest { identity, query_id, catalog, schema, next_token, page_size })
            }
            "GetTableRequest" => {
                let passthrough = if version >= 5 { self.texts(3) } else { BTreeMap::new() };
                Request::GetTable(GetTableRequest { identity, query_id, catalog, table, passthrough })
            }
            _ => self.reading(kind, version, (identity, query_id, catalog, table)),
        }
    }

    fn reading(&mut self, kind: &str, version: u8, head: (Identity, String, String, TableName)) -> Request {
        let (identity, query_id, catalog, table) = head;
        let least = usize::from(kind == "GetTableLayoutRequest");
        let schema = self.schema(least, 6, 2);
        let constraints = constraints(self, &schema, version);
        let partition_columns = self.columns(&schema);
        match kind {
            "GetTableLayoutRequest" => Request::GetTableLayout(GetTableLayoutRequest {
                identity,
                query_id,
                catalog,
                table,
                constraints,
                schema,
                partition_columns,
            }),
            "GetSplitsRequest" => Request::GetSplits(GetSplitsRequest {
                identity,
                query_id,
                catalog,
                table,
                partitions: self.block(&schema),
                partition_columns,
                constraints,
                continuation_token: self.maybe(Self::text),
            }),
            "ReadRecordsRequest" => Request::ReadRecords(ReadRecordsRequest {
                identity,
                query_id,
                catalog,
                table,
                schema,
                split: self.split(),
                constraints,
                max_block_size: self.pick(&[1, 16_000_000, i64::MAX.unsigned_abs()]),
                max_inline_block_size: self.pick(&[0, 5_242_880]),
            }),
            _ => Request::UserDefinedFunction(UserDefinedFunctionRequest {
                identity,
                input: self.block(&schema),
                output_schema: self.schema(1, 1, 2),
                method: self.name(),
            }),
        }
    }

    fn response(&mut self, kind: &str) -> Response {
        let catalog = self.name();
        match kind {
            "PingResponse" => Response::Ping(PingResponse {
                catalog,
                query_id: self.name(),
                source_type: self.text(),
                capabilities: PingResponse::CAPABILITIES,
                serde_version: self.pick(&[2, 3, 4, 5, 6]),
            }),
            "ListSchemasResponse" => {
                Response::ListSchemas(ListSchemasResponse { catalog, schemas: self.some(4, Self::name) })
            }
            "ListTablesResponse" => Response::ListTables(ListTablesResponse {
                catalog,
                tables: self.some(4, Self::table),
                next_token: self.maybe(Self::text),
            }),
            "GetTableResponse" => {
                let schema = self.schema(1, 12, 3);
                let partition_columns = self.columns(&schema);
                Response::GetTable(GetTableResponse { catalog, table: self.table(), schema, partition_columns })
            }
            "GetTableLayoutResponse" => {
                let schema = self.schema(1, 4, 0);
                let partitions = self.block(&schema);
                Response::GetTableLayout(GetTableLayoutResponse { catalog, table: self.table(), partitions })
            }
            "GetSplitsResponse" => Response::GetSplits(GetSplitsResponse {
                catalog,
                splits: self.splits(),
                continuation_token: self.maybe(Self::text),
            }),
            "ReadRecordsResponse" => {
                let schema = self.schema(0, 12, 3);
                Response::ReadRecords(ReadRecordsResponse { catalog, records: self.block(&schema) })
            }
            "RemoteReadRecordsResponse" => Response::RemoteReadRecords(RemoteReadRecordsResponse {
                catalog,
                schema: self.schema(0, 6, 3),
                remote_blocks: self.some(4, |chance| chance.place(false)),
                encryption_key: self.maybe(Self::key),
            }),
            "UserDefinedFunctionResponse" => {
                let schema = self.schema(1, 1, 3);
                let records = self.block(&schema);
                Response::UserDefinedFunction(UserDefinedFunctionResponse { records, method: self.name() })
            }
            _ => Response::GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse {
                catalog,
                capabilities: self.some(3, Self::capability).into_iter().collect(),
            }),
        }
    }

    fn identity(&mut self) -> Identity {
        Identity {
            account: "111122223333".to_owned(),
            arn: format!("arn:aws:iam::111122223333:user/{}", self.name()),
            tags: self.texts(2),
            groups: self.some(2, Self::text),
            config_options: self.texts(2),
        }
    }

    fn table(&mut self) -> TableName {
        TableName::new(self.name(), self.name())
    }

    fn block(&mut self, schema: &SchemaRef) -> RecordBatch {
        let rows = self.pick(&[0, 1, 3, 8, 9, 64, 100]);
        self.batch(schema, rows)
    }

    fn columns(&mut self, schema: &SchemaRef) -> Vec<String> {
        schema.fields().iter().filter(|_| self.one_in(3)).map(|field| field.name().clone()).collect()
    }

    fn capability(&mut self) -> (String, Vec<CapabilitySubType>) {
        let sub_type =
            |chance: &mut Self| CapabilitySubType { sub_type: chance.text(), properties: chance.some(3, Self::text) };
        (self.name(), self.some(3, sub_type))
    }

    pub fn key(&mut self) -> EncryptionKey {
        let length = self.pick(&[16, 32]);
        EncryptionKey::new(self.bytes(length), self.bytes(12))
    }

    fn place(&mut self, directory: bool) -> SpillLocation {
        SpillLocation { bucket: self.name(), key: format!("{}/{}", self.name(), self.name()), directory }
    }

    /// Splits of which one at most has no place: by that the judge tells them apart.
    fn splits(&mut self) -> Vec<Split> {
        let mut splits = self.some(4, Self::split);
        let mut places = BTreeSet::new();
        splits.retain(|split| places.insert(split.spill_location.as_ref().map(|place| place.key.clone())));
        splits
    }

    fn split(&mut self) -> Split {
        let nowhere = self.one_in(8);
        Split {
            spill_location: (!nowhere).then(|| self.place(true)),
            encryption_key: self.maybe(Self::key),
            properties: self.texts(3),
        }
    }
}
