//! Random messages of every kind, written in every version and read back.

use connector_core::ErrorKind;
use glaux::protocol::*;
use rand::prelude::*;

use super::generate::{self, batch, constraints, schema, text};
use super::value_set::assert_same;
use super::vectors;

#[test]
fn random_requests_come_back_in_every_version() {
    let mut random = generate::random();
    for _ in 0..60 {
        for request in requests(&mut random) {
            for version in Version::ALL {
                check(&request, version);
            }
        }
    }
}

fn check(request: &Request, version: Version) {
    let has_passthrough = match request {
        Request::GetTable(request) => !request.passthrough.is_empty(),
        other => vectors::constraints(other).is_some_and(|constraints| !constraints.passthrough.is_empty()),
    };
    let unknown = matches!(request, Request::GetDataSourceCapabilities(_)) && version.number() < 4;
    if unknown || has_passthrough && version.number() < 5 {
        request.encode(version).unwrap_err();
        return;
    }
    let again = Request::decode(&request.encode(version).unwrap()).unwrap();
    let (Some(sent), Some(received)) = (vectors::constraints(request), vectors::constraints(&again)) else {
        assert_eq!(&again, request);
        return;
    };
    assert_eq!(sent.summary.keys().collect::<Vec<_>>(), received.summary.keys().collect::<Vec<_>>());
    sent.summary.iter().for_each(|(column, domain)| assert_same(column, domain, &received.summary[column]));
    if version.number() >= 4 {
        assert_eq!(received.expressions, sent.expressions);
        assert_eq!((&received.order_by, received.limit), (&sent.order_by, sent.limit));
    }
    assert_eq!(received.query_plan, sent.query_plan.clone().filter(|_| version.number() == 6));
    let constraints = received.clone();
    assert_eq!(with_constraints(again, &constraints), with_constraints(request.clone(), &constraints));
}

/// The request with other constraints, so that all the rest can be compared.
fn with_constraints(mut request: Request, constraints: &Constraints) -> Request {
    match &mut request {
        Request::GetTableLayout(request) => request.constraints = constraints.clone(),
        Request::GetSplits(request) => request.constraints = constraints.clone(),
        Request::ReadRecords(request) => request.constraints = constraints.clone(),
        _ => {}
    }
    request
}

#[test]
fn random_responses_come_back_in_every_version() {
    let mut random = generate::random();
    for _ in 0..60 {
        for response in responses(&mut random) {
            for version in Version::ALL {
                if matches!(response, Response::GetDataSourceCapabilities(_)) && version.number() < 4 {
                    response.encode(version).unwrap_err();
                } else {
                    assert_eq!(Response::decode(&response.encode(version).unwrap()).unwrap(), response);
                }
            }
        }
    }
}

#[test]
fn an_empty_list_stays_a_list_of_nothing() {
    use connector_core::{Expr, Function};
    let list = Expr::List { values: vec![], data_type: arrow_schema::DataType::Int32 };
    let column = Expr::Column { name: "c".into(), data_type: arrow_schema::DataType::Int32 };
    let data_type = arrow_schema::DataType::Boolean;
    let call = Expr::Call { function: Function::In, args: vec![column, list], data_type };
    let mut random = generate::random();
    let constraints = Constraints { expressions: vec![call], ..Constraints::default() };
    let request =
        requests(&mut random).into_iter().map(|request| with_constraints(request, &constraints)).last().unwrap();
    let again = Request::decode(&request.encode(Version::default()).unwrap()).unwrap();
    let Expr::Call { args, .. } = &vectors::constraints(&again).unwrap().expressions[0] else { panic!() };
    let Expr::Call { function: Function::Array, args, .. } = &args[1] else { panic!("{args:?}") };
    assert!(args.is_empty());
}

fn identity(random: &mut StdRng) -> Identity {
    Identity {
        account: text(random),
        arn: text(random),
        tags: (0..2).map(|_| (text(random), text(random))).collect(),
        groups: (0..2).map(|_| text(random)).collect(),
        config_options: (0..2).map(|_| (text(random), text(random))).collect(),
    }
}

fn table(random: &mut StdRng) -> connector_core::TableName {
    connector_core::TableName::new(text(random), text(random))
}

fn split(random: &mut StdRng) -> Split {
    let key = |random: &mut StdRng| EncryptionKey::new(generate::bytes(random), generate::bytes(random));
    Split {
        spill_location: random.random::<bool>().then(|| location(random)),
        encryption_key: random.random::<bool>().then(|| key(random)),
        properties: (0..2).map(|_| (text(random), text(random))).collect(),
    }
}

fn location(random: &mut StdRng) -> SpillLocation {
    SpillLocation { bucket: text(random), key: text(random), directory: random.random() }
}

fn texts(random: &mut StdRng) -> Vec<String> {
    (0..random.random_range(0..3)).map(|_| text(random)).collect()
}

fn requests(random: &mut StdRng) -> Vec<Request> {
    let mut all = requests_about_metadata(random);
    all.extend(requests_about_rows(random));
    all
}

fn requests_about_metadata(r: &mut StdRng) -> Vec<Request> {
    let capabilities = GetDataSourceCapabilitiesRequest { identity: identity(r), query_id: text(r), catalog: text(r) };
    vec![
        Request::Ping(PingRequest { identity: identity(r), catalog: text(r), query_id: text(r) }),
        Request::GetDataSourceCapabilities(capabilities),
        Request::Check(CheckRequest { identity: identity(r), catalogs: texts(r) }),
        Request::ListSchemas(ListSchemasRequest { identity: identity(r), query_id: text(r), catalog: text(r) }),
        Request::ListTables(ListTablesRequest {
            identity: identity(r),
            query_id: text(r),
            catalog: text(r),
            schema: text(r),
            next_token: r.random::<bool>().then(|| text(r)),
            page_size: r.random::<bool>().then(|| r.random_range(1..1000)),
        }),
        Request::GetTable(GetTableRequest {
            identity: identity(r),
            query_id: text(r),
            catalog: text(r),
            table: table(r),
            passthrough: (0..r.random_range(0..2)).map(|_| (text(r), text(r))).collect(),
        }),
    ]
}

fn requests_about_rows(r: &mut StdRng) -> Vec<Request> {
    vec![
        Request::GetTableLayout(GetTableLayoutRequest {
            identity: identity(r),
            query_id: text(r),
            catalog: text(r),
            table: table(r),
            constraints: constraints(r),
            schema: schema(r).into(),
            partition_columns: texts(r),
        }),
        Request::GetSplits(GetSplitsRequest {
            identity: identity(r),
            query_id: text(r),
            catalog: text(r),
            table: table(r),
            partitions: batch(r),
            partition_columns: texts(r),
            constraints: constraints(r),
            continuation_token: r.random::<bool>().then(|| text(r)),
        }),
        Request::UserDefinedFunction(UserDefinedFunctionRequest {
            identity: identity(r),
            input: batch(r),
            output_schema: schema(r).into(),
            method: text(r),
        }),
        Request::ReadRecords(ReadRecordsRequest {
            identity: identity(r),
            query_id: text(r),
            catalog: text(r),
            table: table(r),
            schema: schema(r).into(),
            split: split(r),
            constraints: constraints(r),
            max_block_size: r.random(),
            max_inline_block_size: r.random(),
        }),
    ]
}

fn responses(random: &mut StdRng) -> Vec<Response> {
    let r = random;
    let catalog = text(r);
    let promise = |r: &mut StdRng| CapabilitySubType { sub_type: text(r), properties: texts(r) };
    let promises = |r: &mut StdRng| (0..r.random_range(0..3)).map(|_| promise(r)).collect();
    let token = |r: &mut StdRng| r.random::<bool>().then(|| text(r));
    vec![
        Response::Ping(PingResponse {
            catalog: catalog.clone(),
            query_id: text(r),
            source_type: text(r),
            capabilities: PingResponse::CAPABILITIES,
            serde_version: r.random_range(1..7),
        }),
        Response::GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse {
            catalog: catalog.clone(),
            capabilities: (0..3).map(|_| (text(r), promises(r))).collect(),
        }),
        Response::ListSchemas(ListSchemasResponse { catalog: catalog.clone(), schemas: texts(r) }),
        Response::ListTables(ListTablesResponse {
            catalog: catalog.clone(),
            tables: (0..r.random_range(0..3)).map(|_| table(r)).collect(),
            next_token: token(r),
        }),
        Response::GetTable(GetTableResponse {
            catalog: catalog.clone(),
            table: table(r),
            schema: schema(r).into(),
            partition_columns: texts(r),
        }),
        Response::GetTableLayout(GetTableLayoutResponse {
            catalog: catalog.clone(),
            table: table(r),
            partitions: batch(r),
        }),
        Response::GetSplits(GetSplitsResponse {
            catalog: catalog.clone(),
            splits: (0..r.random_range(0..3)).map(|_| split(r)).collect(),
            continuation_token: token(r),
        }),
        Response::ReadRecords(ReadRecordsResponse { catalog: catalog.clone(), records: batch(r) }),
        Response::RemoteReadRecords(RemoteReadRecordsResponse {
            catalog,
            schema: schema(r).into(),
            remote_blocks: (0..r.random_range(0..3)).map(|_| location(r)).collect(),
            encryption_key: split(r).encryption_key,
        }),
        Response::UserDefinedFunction(UserDefinedFunctionResponse { records: batch(r), method: text(r) }),
        Response::Check(CheckResponse { version: text(r), findings: (0..3).map(|_| finding(r)).collect() }),
    ]
}

fn finding(r: &mut StdRng) -> Finding {
    let standing = [Standing::Ok, Standing::Warning, Standing::Failed(ErrorKind::Forbidden)][r.random_range(0..3)];
    Finding { catalog: text(r), standing, about: text(r), text: text(r) }
}
