//! Requests to a handler over the memory connector, as bytes: what Athena would send, and what it must never be able to do.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::{DataType, Schema};
use connector_core::{Bound, Domain, ErrorKind, Expr, Function, Range, TableName, Value, Values};
use futures::TryStreamExt;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, GetDataSourceCapabilitiesRequest, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity,
    ListSchemasRequest, ListTablesRequest, PingRequest, ReadRecordsRequest, Request, Response, Split,
    UserDefinedFunctionRequest, Version,
};
use glaux::spill;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

const CATALOG: &str = "shop";

/// A handler over the memory connector, spilling to an S3 of its own.
struct Lambda {
    handler: Handler,
    store: spill::Store,
    _s3: S3Server,
    _folder: TempDir,
}

async fn function() -> Lambda {
    function_with(&[]).await
}

async fn function_with(settings: &[(&str, &str)]) -> Lambda {
    let folder = TempDir::new().unwrap();
    let s3 = S3Server::start(folder.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    let mut variables = vec![("default".to_owned(), "memory://shop".to_owned())];
    variables.push(("spill_bucket".into(), "spill".into()));
    variables.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let mut config = Config::from_env(variables).unwrap();
    config.spill.aws = s3.aws();
    let store = spill::Store::new(&config.spill);
    Lambda { handler: Handler::new(config).unwrap(), store, _s3: s3, _folder: folder }
}

impl Lambda {
    async fn ask(&self, request: Request) -> Result<Response, connector_core::Error> {
        let bytes = request.encode(Version::default()).unwrap();
        let answer = self.handler.handle(&bytes).await?;
        Ok(Response::decode(&answer).unwrap())
    }

    async fn schema_of(&self, table: &str) -> Arc<Schema> {
        match self.ask(get_table(table)).await.unwrap() {
            Response::GetTable(response) => response.schema,
            other => panic!("{}", other.kind()),
        }
    }

    async fn splits(&self, table: &str, constraints: &Constraints) -> Vec<Split> {
        let schema = self.schema_of(table).await;
        let layout = Request::GetTableLayout(GetTableLayoutRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: CATALOG.into(),
            table: TableName::new("shop", table),
            constraints: constraints.clone(),
            schema,
            partition_columns: Vec::new(),
        });
        let Response::GetTableLayout(layout) = self.ask(layout).await.unwrap() else { panic!("no layout") };
        let request = Request::GetSplits(GetSplitsRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: CATALOG.into(),
            table: TableName::new("shop", table),
            partitions: layout.partitions,
            partition_columns: Vec::new(),
            constraints: constraints.clone(),
            continuation_token: None,
        });
        let Response::GetSplits(response) = self.ask(request).await.unwrap() else { panic!("no splits") };
        assert_eq!(response.continuation_token, None);
        response.splits
    }

    /// Reads a table through every split, inline or spilled, and joins the rows.
    async fn read(&self, table: &str, columns: &[&str], constraints: Constraints, sizes: (u64, u64)) -> Read {
        let whole = self.schema_of(table).await;
        let fields: Vec<_> = columns.iter().map(|name| whole.field_with_name(name).unwrap().clone()).collect();
        let schema = Arc::new(Schema::new(fields));
        let mut read = Read { batches: Vec::new(), objects: 0 };
        for split in self.splits(table, &constraints).await {
            let request = read_records(table, schema.clone(), split, constraints.clone(), sizes);
            match self.ask(request).await.unwrap() {
                Response::ReadRecords(response) => {
                    assert_eq!(response.records.schema(), schema);
                    read.batches.push(response.records);
                }
                Response::RemoteReadRecords(response) => {
                    read.objects += response.remote_blocks.len();
                    let blocks: Vec<RecordBatch> = spill::read(&self.store, &response).try_collect().await.unwrap();
                    assert!(blocks.iter().all(|block| connector_core::block_size(block) as u64 <= sizes.0));
                    read.batches.extend(blocks);
                }
                other => panic!("{}", other.kind()),
            }
        }
        read
    }
}

struct Read {
    batches: Vec<RecordBatch>,
    objects: usize,
}

impl Read {
    fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn ids(&self) -> Vec<i64> {
        let ids = |batch: &RecordBatch| batch.column(0).as_primitive::<Int64Type>().values().to_vec();
        let mut ids: Vec<i64> = self.batches.iter().flat_map(ids).collect();
        ids.sort_unstable();
        ids
    }
}

const ROOMY: (u64, u64) = (16_000_000, 5_242_880);

fn get_table(table: &str) -> Request {
    Request::GetTable(GetTableRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: CATALOG.into(),
        table: TableName::new("shop", table),
        passthrough: BTreeMap::new(),
    })
}

fn read_records(
    table: &str,
    schema: Arc<Schema>,
    split: Split,
    constraints: Constraints,
    (max_block_size, max_inline_block_size): (u64, u64),
) -> Request {
    Request::ReadRecords(ReadRecordsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: CATALOG.into(),
        table: TableName::new("shop", table),
        schema,
        split,
        constraints,
        max_block_size,
        max_inline_block_size,
    })
}

fn list_tables(next_token: Option<String>, page_size: Option<u32>) -> Request {
    Request::ListTables(ListTablesRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: CATALOG.into(),
        schema: "shop".into(),
        next_token,
        page_size,
    })
}

fn below(id: i64) -> Constraints {
    let range = Range { low: Bound::Unbounded, high: Bound::Excluded(Value::Int(id)) };
    let domain = Domain { data_type: DataType::Int64, values: Values::Ranges(vec![range]), nulls: false };
    Constraints { summary: BTreeMap::from([("id".to_owned(), domain)]), ..Constraints::default() }
}

#[tokio::test]
async fn a_ping_is_answered_although_the_source_is_out_of_reach() {
    let function =
        function_with(&[("default", "postgres://jdbc:postgresql://127.0.0.1:1/db?user=u&password=hunter2")]).await;
    let ping = PingRequest { identity: Identity::default(), catalog: CATALOG.into(), query_id: "q".into() };
    let Response::Ping(answer) = function.ask(Request::Ping(ping)).await.unwrap() else { panic!("no ping") };
    assert_eq!((answer.serde_version, answer.capabilities), (5, 24));
    let error = function.ask(list_tables(None, None)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("127.0.0.1") && !format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn listings_and_pages_agree() {
    let function = function().await;
    let schemas = ListSchemasRequest { identity: Identity::default(), query_id: "q".into(), catalog: CATALOG.into() };
    let Response::ListSchemas(schemas) = function.ask(Request::ListSchemas(schemas)).await.unwrap() else { panic!() };
    assert_eq!(schemas.schemas, ["shop"]);
    let Response::ListTables(all) = function.ask(list_tables(None, None)).await.unwrap() else { panic!() };
    assert_eq!((all.tables.len(), &all.next_token), (3, &None));
    let (mut paged, mut token) = (Vec::new(), None);
    loop {
        let Response::ListTables(page) = function.ask(list_tables(token, Some(1))).await.unwrap() else { panic!() };
        assert_eq!(page.tables.len(), 1);
        paged.extend(page.tables);
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(paged, all.tables);
}

#[tokio::test]
async fn every_type_comes_back_inline_and_spilled_alike() {
    let function = function().await;
    let names: Vec<String> =
        function.schema_of("every_type").await.fields().iter().map(|field| field.name().clone()).collect();
    let names: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    let inline = function.read("every_type", &names, Constraints::default(), ROOMY).await;
    let spilled = function.read("every_type", &names, Constraints::default(), (16_000_000, 0)).await;
    assert_eq!((inline.objects, spilled.objects, inline.rows()), (0, 1, 3));
    assert_eq!(inline.batches, spilled.batches);
}

#[tokio::test]
async fn a_result_over_the_block_limit_is_spilled_in_several_objects_and_loses_nothing() {
    let function = function().await;
    let read = function.read("orders", &["id", "note"], Constraints::default(), (4_000, 5_242_880)).await;
    assert!(read.objects >= 8, "{} objects", read.objects);
    assert_eq!(read.ids(), (0..1_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn no_columns_are_rows_all_the_same() {
    let function = function().await;
    assert_eq!(function.read("orders", &[], Constraints::default(), ROOMY).await.rows(), 1_000);
    assert_eq!(function.read("orders", &[], below(10), ROOMY).await.rows(), 10);
    assert_eq!(function.read("orders", &[], Constraints::default(), (16_000_000, 0)).await.rows(), 1_000);
}

#[tokio::test]
async fn a_kept_filter_comes_before_the_limit() {
    let function = function().await;
    let divisible =
        Expr::Call { function: Function::Modulus, args: vec![column("id"), constant(7)], data_type: DataType::Int64 };
    let filter =
        Expr::Call { function: Function::Equal, args: vec![divisible, constant(0)], data_type: DataType::Boolean };
    let constraints = Constraints { expressions: vec![filter], limit: Some(3), ..below(200) };
    let read = function.read("orders", &["id"], constraints, ROOMY).await;
    assert_eq!(read.ids(), [0, 7, 14]);
}

fn column(name: &str) -> Expr {
    Expr::Column { name: name.into(), data_type: DataType::Int64 }
}

fn constant(value: i64) -> Expr {
    Expr::Constant { value: Some(Value::Int(value)), data_type: DataType::Int64 }
}

#[tokio::test]
async fn a_contradiction_needs_no_split_and_a_limit_of_zero_no_row() {
    let function = function().await;
    let never = Domain { data_type: DataType::Int64, values: Values::Ranges(Vec::new()), nulls: false };
    let constraints = Constraints { summary: BTreeMap::from([("id".to_owned(), never)]), ..Constraints::default() };
    assert_eq!(function.splits("orders", &constraints).await, Vec::new());
    let none = Constraints { limit: Some(0), ..Constraints::default() };
    assert_eq!(function.read("orders", &["id"], none, ROOMY).await.rows(), 0);
}

#[tokio::test]
async fn capabilities_promise_what_the_source_can_do() {
    let function = function().await;
    let request = GetDataSourceCapabilitiesRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: CATALOG.into(),
    };
    let request = Request::GetDataSourceCapabilities(request);
    let Response::GetDataSourceCapabilities(answer) = function.ask(request).await.unwrap() else { panic!() };
    let functions = &answer.capabilities["supports_complex_expression_pushdown"][0].properties;
    assert_eq!(functions.len(), 21);
    assert!(answer.capabilities.contains_key("supports_limit_pushdown"));
    assert!(!answer.capabilities.contains_key("supports_top_n_pushdown"));
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_right_kind() {
    let function = function_with(&[("other_connection_string", "memory://shop")]).await;
    let kind_of = |request: Request| {
        let function = &function;
        async move { function.ask(request).await.unwrap_err() }
    };
    let catalog = kind_of(Request::ListSchemas(ListSchemasRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "nope".into(),
    }))
    .await;
    assert_eq!(catalog.kind(), ErrorKind::NotFound);
    assert!(catalog.to_string().contains("\"nope\"") && catalog.to_string().contains("other"), "{catalog}");
    let missing = function.handler.handle(&get_table("nope").encode(Version::default()).unwrap()).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing}");
}

#[tokio::test]
async fn a_column_that_changed_since_planning_is_a_conflict_and_functions_are_refused() {
    let function = function().await;
    let split = function.splits("orders", &Constraints::default()).await.remove(0);
    let planned = Arc::new(Schema::new(vec![arrow_schema::Field::new("id", DataType::Utf8, true)]));
    let request = read_records("orders", planned, split, Constraints::default(), ROOMY);
    assert_eq!(function.ask(request).await.unwrap_err().kind(), ErrorKind::Conflict);
    let input = RecordBatch::new_empty(Arc::new(Schema::empty()));
    let udf = UserDefinedFunctionRequest {
        identity: Identity::default(),
        input,
        output_schema: Arc::new(Schema::new(vec![arrow_schema::Field::new("o", DataType::Utf8, true)])),
        method: "redact".into(),
    };
    let refused = function.ask(Request::UserDefinedFunction(udf)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    let mut passthrough = get_table("orders");
    if let Request::GetTable(request) = &mut passthrough {
        request.passthrough = BTreeMap::from([("QUERY".to_owned(), "select 1".to_owned())]);
    }
    assert_eq!(function.ask(passthrough).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn broken_requests_are_errors_and_the_next_request_works() {
    let function = function().await;
    let split = function.splits("orders", &below(5)).await.remove(0);
    let schema = function.schema_of("orders").await;
    let whole = read_records("orders", schema, split, below(5), ROOMY).encode(Version::default()).unwrap();
    for length in (0..whole.len() - 1).step_by(7) {
        assert!(function.handler.handle(&whole[..length]).await.is_err(), "cut at {length}");
    }
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..500 {
        let mut broken = whole.clone();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..broken.len());
            broken[at] = random.random();
        }
        // Some changes are harmless; none may panic, hang, or take the handler down.
        if let Err(error) = function.handler.handle(&broken).await {
            assert_ne!(error.kind(), ErrorKind::Internal, "seed {seed}: {error}");
        }
    }
    assert!(function.handler.handle(&whole).await.is_ok());
}

#[tokio::test]
async fn a_request_without_a_bucket_is_refused_before_anything_is_read() {
    let config = Config::from_env([("default".to_owned(), "memory://shop".to_owned())]).unwrap();
    let handler = Handler::new(config).unwrap();
    let request = Request::GetSplits(GetSplitsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: CATALOG.into(),
        table: TableName::new("shop", "orders"),
        partitions: RecordBatch::new_empty(Arc::new(Schema::empty())),
        partition_columns: Vec::new(),
        constraints: Constraints::default(),
        continuation_token: None,
    });
    let error = handler.handle(&request.encode(Version::default()).unwrap()).await.unwrap_err();
    assert_eq!((error.kind(), error.hint_text()), (ErrorKind::Invalid, Some("set \"spill_bucket\"")));
}

#[cfg(feature = "postgresql")]
#[test]
fn the_rest_of_a_password_is_not_taken_for_an_option_to_name() {
    for password in ["hunter2&s3cret", "hunter2&s3cret=1", "hunter2&sslmode=s3cret"] {
        let url = format!("postgres://jdbc:postgresql://h/db?user=u&password={password}");
        let config = Config::from_env([("default".to_owned(), url)]).unwrap();
        let error = Handler::new(config).err().unwrap();
        let told = format!("{error} {error:?} {:?}", error.hint_text());
        assert_eq!(error.kind(), ErrorKind::Invalid, "{told}");
        assert!(told.contains("%26") && !told.contains("hunter2") && !told.contains("s3cret"), "{told}");
    }
}
