//! What a message of ours means, in the words in which the judge describes one of the SDK's; and whether two mean the same.

use glaux::protocol::{
    Constraints, EncryptionKey, Identity, RemoteReadRecordsResponse, Request, Response, SpillLocation, Split, Version,
};
use serde_json::{Map, Value, json};

use super::cells::{block, schema};
use super::constraints::{as_read, describe};
use super::messages::Message;

impl Message {
    /// Reads a message of the kind.
    pub fn decode(kind: &str, text: &str) -> connector_core::Result<Self> {
        if kind.ends_with("Request") {
            Request::decode(text.as_bytes()).map(Self::Request)
        } else {
            Response::decode(text.as_bytes()).map(Self::Response)
        }
    }

    pub fn encode(&self, version: u8) -> connector_core::Result<String> {
        let version = Version::try_from(version)?;
        let bytes = match self {
            Self::Request(request) => request.encode(version)?,
            Self::Response(response) => response.encode(version)?,
        };
        Ok(String::from_utf8(bytes).unwrap())
    }

    /// The same in the form in which it is read from a message of `version`: with sets in order and without what it lacks.
    pub fn as_read(&self, version: u8) -> Self {
        let mut read = self.clone();
        if let Self::Request(request) = &mut read
            && let Some(constraints) = constraints_of(request)
        {
            *constraints = as_read(constraints, version);
        }
        match &mut read {
            Self::Request(Request::GetTableLayout(request)) => request.partition_columns.sort(),
            Self::Request(Request::GetSplits(request)) => request.partition_columns.sort(),
            Self::Response(Response::GetTable(response)) => response.partition_columns.sort(),
            Self::Response(Response::GetSplits(response)) => {
                // The cached text hides the key, but no two splits have one place.
                response.splits.sort_by_cached_key(|split| split_value(split).to_string());
                response.splits.dedup();
            }
            _ => {}
        }
        read
    }

    /// Whether both are the same to the last bit; constraints by their text, in which even NaN is itself.
    pub fn equals(&self, other: &Self) -> bool {
        match (self.clone(), other.clone()) {
            (Self::Response(one), Self::Response(two)) => one == two,
            (Self::Request(mut one), Self::Request(mut two)) => {
                let take = |request: &mut Request| {
                    constraints_of(request).map(|constraints| format!("{:?}", std::mem::take(constraints)))
                };
                take(&mut one) == take(&mut two) && one == two
            }
            _ => false,
        }
    }

    /// The judge's description, made from ours.
    pub fn describe(&self) -> Value {
        match self {
            Self::Request(request) => request_value(request),
            Self::Response(response) => response_value(response),
        }
    }
}

/// The constraints of a request, if its kind has any.
pub fn constraints_of(request: &mut Request) -> Option<&mut Constraints> {
    match request {
        Request::GetTableLayout(request) => Some(&mut request.constraints),
        Request::GetSplits(request) => Some(&mut request.constraints),
        Request::ReadRecords(request) => Some(&mut request.constraints),
        _ => None,
    }
}

fn request_value(request: &Request) -> Value {
    let class = request.kind();
    match request {
        Request::Ping(r) => head(class, &r.identity, &r.query_id, &r.catalog, json!({})),
        Request::ListSchemas(r) => head(class, &r.identity, &r.query_id, &r.catalog, json!({})),
        Request::GetDataSourceCapabilities(r) => head(class, &r.identity, &r.query_id, &r.catalog, json!({})),
        Request::ListTables(r) => {
            let page_size = r.page_size.map_or(json!(-1), |size| json!(size));
            let rest = json!({ "schemaName": r.schema, "nextToken": r.next_token, "pageSize": page_size });
            head(class, &r.identity, &r.query_id, &r.catalog, rest)
        }
        Request::GetTable(r) => {
            let rest = json!({ "tableName": table(&r.table), "queryPassthroughArguments": r.passthrough });
            head(class, &r.identity, &r.query_id, &r.catalog, rest)
        }
        Request::GetTableLayout(r) => {
            let rest = json!({ "tableName": table(&r.table), "constraints": describe(&r.constraints),
                "schema": schema(&r.schema), "partitionColumns": r.partition_columns });
            head(class, &r.identity, &r.query_id, &r.catalog, rest)
        }
        Request::GetSplits(r) => {
            let rest = json!({ "tableName": table(&r.table), "partitions": block(&r.partitions),
                "partitionColumns": r.partition_columns, "constraints": describe(&r.constraints),
                "continuationToken": r.continuation_token });
            head(class, &r.identity, &r.query_id, &r.catalog, rest)
        }
        Request::ReadRecords(r) => {
            let rest = json!({ "tableName": table(&r.table), "schema": schema(&r.schema), "split": split_value(&r.split),
                "constraints": describe(&r.constraints), "maxBlockSize": r.max_block_size,
                "maxInlineBlockSize": r.max_inline_block_size });
            head(class, &r.identity, &r.query_id, &r.catalog, rest)
        }
        Request::UserDefinedFunction(r) => json!({ "class": class, "identity": identity(&r.identity),
            "inputRecords": block(&r.input), "outputSchema": schema(&r.output_schema), "methodName": r.method,
            "functionType": "SCALAR" }),
        // Ours alone: AWS's SDK neither writes nor reads it.
        Request::Check(_) => json!({ "class": class }),
    }
}

fn head(class: &str, who: &Identity, query_id: &str, catalog: &str, rest: Value) -> Value {
    let mut value = json!({ "class": class, "identity": identity(who), "queryId": query_id, "catalogName": catalog });
    let Value::Object(rest) = rest else { unreachable!() };
    value.as_object_mut().unwrap().extend(rest);
    value
}

fn response_value(response: &Response) -> Value {
    let class = response.kind();
    match response {
        Response::Ping(r) => json!({ "class": class, "catalogName": r.catalog, "queryId": r.query_id,
            "sourceType": r.source_type, "capabilities": r.capabilities, "serDeVersion": r.serde_version }),
        Response::ListSchemas(r) => json!({ "class": class, "catalogName": r.catalog, "schemas": r.schemas }),
        Response::ListTables(r) => json!({ "class": class, "catalogName": r.catalog,
            "tables": r.tables.iter().map(table).collect::<Vec<_>>(), "nextToken": r.next_token }),
        Response::GetTable(r) => json!({ "class": class, "catalogName": r.catalog, "tableName": table(&r.table),
            "schema": schema(&r.schema), "partitionColumns": r.partition_columns }),
        Response::GetTableLayout(r) => json!({ "class": class, "catalogName": r.catalog, "tableName": table(&r.table),
            "partitions": block(&r.partitions) }),
        Response::GetSplits(r) => json!({ "class": class, "catalogName": r.catalog,
            "splits": r.splits.iter().map(split_value).collect::<Vec<_>>(), "continuationToken": r.continuation_token }),
        Response::ReadRecords(r) => json!({ "class": class, "catalogName": r.catalog, "records": block(&r.records) }),
        Response::RemoteReadRecords(r) => {
            json!({ "class": class, "catalogName": r.catalog, "schema": schema(&r.schema),
            "remoteBlocks": r.remote_blocks.iter().map(place).collect::<Vec<_>>(),
            "encryptionKey": key(r.encryption_key.as_ref()) })
        }
        Response::UserDefinedFunction(r) => {
            json!({ "class": class, "records": block(&r.records), "methodName": r.method })
        }
        Response::Check(_) => json!({ "class": class }),
        Response::GetDataSourceCapabilities(r) => {
            let capabilities = r.capabilities.iter().map(|(name, sub_types)| {
                let promise =
                    sub_types.iter().map(|one| json!({ "subType": one.sub_type, "properties": one.properties }));
                (name.clone(), promise.collect())
            });
            json!({ "class": class, "catalogName": r.catalog, "capabilities": capabilities.collect::<Map<_, _>>() })
        }
    }
}

fn identity(identity: &Identity) -> Value {
    json!({ "account": identity.account, "arn": identity.arn, "tags": identity.tags, "groups": identity.groups,
        "configOptions": identity.config_options })
}

fn table(table: &connector_core::TableName) -> Value {
    json!({ "schemaName": table.schema, "tableName": table.table })
}

fn split_value(split: &Split) -> Value {
    json!({ "spillLocation": split.spill_location.as_ref().map(place), "encryptionKey": key(split.encryption_key.as_ref()),
        "properties": split.properties })
}

fn place(place: &SpillLocation) -> Value {
    json!({ "bucket": place.bucket, "key": place.key, "directory": place.directory })
}

/// A key cannot be looked at, only sent.
fn key(key: Option<&EncryptionKey>) -> Value {
    let answer = RemoteReadRecordsResponse {
        catalog: String::new(),
        schema: std::sync::Arc::new(arrow_schema::Schema::empty()),
        remote_blocks: Vec::new(),
        encryption_key: key.cloned(),
    };
    let sent = Response::RemoteReadRecords(answer).encode(Version::default()).unwrap();
    serde_json::from_slice::<Value>(&sent).unwrap()["encryptionKey"].take()
}
