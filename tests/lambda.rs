//! The packed Lambda: answers what the handler answers, byte for byte, in a pool of processes and under AWS's own emulator.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

/// The function as it is packaged.
#[path = "lambda/packaged.rs"]
mod packaged;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use aws_sdk_lambda::primitives::Blob;
use connector_core::TableName;
use glaux::config::Config;
use glaux::handler::Handler;
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, GetDataSourceCapabilitiesRequest, GetSplitsRequest, GetTableLayoutRequest, GetTableRequest, Identity,
    LambdaError, ListSchemasRequest, ListTablesRequest, PingRequest, ReadRecordsRequest, Request, Response, Split,
    Version,
};
use support::lambda::{Lambda, Options};
use tempfile::TempDir;

/// Settings that the Lambda and the handler beside it share.
fn settings() -> Vec<(String, String)> {
    let settings = [("default", "memory://shop"), ("spill_bucket", "spill")];
    settings.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A handler, what a Lambda beside it is told, and the S3 of both.
async fn stage() -> (Handler, Vec<(String, String)>, (S3Server, TempDir)) {
    let folder = TempDir::new().unwrap();
    let s3 = S3Server::start(folder.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    let mut config = Config::from_env(settings()).unwrap();
    config.spill.aws = s3.aws();
    let environment = settings().into_iter().chain(s3.environment()).collect();
    (Handler::new(config).unwrap(), environment, (s3, folder))
}

fn orders() -> TableName {
    TableName::new("shop", "orders")
}

/// Requests whose answers hold nothing random, from Ping to ReadRecords.
async fn requests(handler: &Handler, catalog: &str, table: &TableName) -> Vec<Request> {
    let (identity, query_id, catalog) = (Identity::default, || "q-1".to_owned(), || catalog.to_owned());
    let table = || table.clone();
    let get_table = GetTableRequest {
        identity: identity(),
        query_id: query_id(),
        catalog: catalog(),
        table: table(),
        passthrough: BTreeMap::new(),
    };
    let schema = match ask(handler, &Request::GetTable(get_table.clone())).await {
        Response::GetTable(response) => response.schema,
        other => panic!("{}", other.kind()),
    };
    let layout = GetTableLayoutRequest {
        identity: identity(),
        query_id: query_id(),
        catalog: catalog(),
        table: table(),
        constraints: Constraints::default(),
        schema: schema.clone(),
        partition_columns: Vec::new(),
    };
    let partitions = match ask(handler, &Request::GetTableLayout(layout.clone())).await {
        Response::GetTableLayout(layout) => layout.partitions,
        other => panic!("{}", other.kind()),
    };
    let Response::GetSplits(splits) = ask(handler, &splits(catalog(), table(), partitions)).await else {
        panic!("no splits")
    };
    let mut requests = vec![
        Request::Ping(PingRequest { identity: identity(), catalog: catalog(), query_id: query_id() }),
        Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
            identity: identity(),
            query_id: query_id(),
            catalog: catalog(),
        }),
        Request::ListSchemas(ListSchemasRequest { identity: identity(), query_id: query_id(), catalog: catalog() }),
        Request::ListTables(ListTablesRequest {
            identity: identity(),
            query_id: query_id(),
            catalog: catalog(),
            schema: table().schema,
            next_token: None,
            page_size: None,
        }),
        Request::GetTable(get_table),
        Request::GetTableLayout(layout),
    ];
    let read = |schema: &Arc<Schema>, split: &Split| read(catalog(), table(), schema.clone(), split.clone());
    requests.extend(splits.splits.iter().map(|split| read(&schema, split)));
    requests.push(read(&Arc::new(Schema::new(vec![schema.field(1).clone()])), &splits.splits[0]));
    requests
}

fn splits(catalog: String, table: TableName, partitions: RecordBatch) -> Request {
    Request::GetSplits(GetSplitsRequest {
        identity: Identity::default(),
        query_id: "q-1".into(),
        catalog,
        table,
        partitions,
        partition_columns: Vec::new(),
        constraints: Constraints::default(),
        continuation_token: None,
    })
}

fn read(catalog: String, table: TableName, schema: Arc<Schema>, split: Split) -> Request {
    Request::ReadRecords(ReadRecordsRequest {
        identity: Identity::default(),
        query_id: "q-1".into(),
        catalog,
        table,
        schema,
        split,
        constraints: Constraints::default(),
        max_block_size: 16_000_000,
        max_inline_block_size: 5_242_880,
    })
}

async fn ask(handler: &Handler, request: &Request) -> Response {
    Response::decode(&handler.handle(&bytes(request)).await.unwrap()).unwrap()
}

fn bytes(request: &Request) -> Vec<u8> {
    request.encode(Version::default()).unwrap()
}

#[tokio::test]
async fn a_pool_of_lambdas_answers_the_handlers_own_bytes() {
    let (handler, environment, _stage) = stage().await;
    let mut options = Options::new(packaged::program());
    options.env = environment;
    options.env.push(("glaux_metrics_namespace".into(), "Glaux".into()));
    options.processes = 2;
    let (lambda, requests) = (Lambda::start(options).await, requests(&handler, "memory", &orders()).await);
    for request in &requests {
        let expected = handler.handle(&bytes(request)).await.unwrap();
        let answer = lambda.invoke(bytes(request)).await;
        assert_eq!(answer.function_error, None, "{}: {:?}", request.kind(), answer.payload);
        assert_eq!(answer.payload, expected, "{}", request.kind());
    }
    let measured = || {
        let lines = lambda.logs();
        let lines = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.filter(|line| line.get("_aws").is_some()).collect::<Vec<_>>()
    };
    support::eventually("each request is measured", || measured().len() == requests.len()).await;
    let reads: Vec<_> = measured().into_iter().filter(|line| line["request"] == "ReadRecordsRequest").collect();
    assert!(reads.len() == 5 && reads.iter().all(|read| read["catalog"] == "default"), "{reads:?}");
    assert!(reads.iter().all(|read| read["Rows"].as_u64().is_some_and(|rows| rows > 0)), "{reads:?}");
    lambda.stop().await;
}

#[tokio::test]
async fn a_failure_is_a_function_error_in_athenas_words() {
    let mut options = Options::new(packaged::program());
    options.env = settings();
    let lambda = Lambda::start(options).await;
    let missing = GetTableRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "memory".into(),
        table: TableName::new("shop", "nope"),
        passthrough: BTreeMap::new(),
    };
    let answer = lambda.invoke(bytes(&Request::GetTable(missing))).await;
    assert_eq!(answer.function_error, Some("Unhandled"));
    let error = LambdaError::decode(&answer.payload);
    assert_eq!(error.error_type, "EntityNotFoundException");
    assert!(error.error_message.contains("\"nope\""), "{}", error.error_message);
    for broken in ["{\"@type\":\"Nope\"}", "{}", "[1,2]", "\"text\""] {
        let answer = lambda.invoke(broken).await;
        assert_eq!(LambdaError::decode(&answer.payload).error_type, "InvalidInputException", "{broken}");
    }
    lambda.stop().await;
}

#[tokio::test]
async fn a_setting_that_does_not_parse_stops_the_start_and_is_named() {
    let mut options = Options::new(packaged::program());
    options.env = settings();
    options.env.push(("glaux_serde_version".into(), "seven".into()));
    let lambda = Lambda::start(options).await;
    let answer = lambda.invoke("{}").await;
    let told = format!("{:?} {}", answer.payload, lambda.logs());
    assert!(told.contains("glaux_serde_version"), "{told}");
    lambda.stop().await;
}

#[tokio::test]
async fn the_most_detailed_log_holds_no_request() {
    let mut options = Options::new(packaged::program());
    options.env = settings();
    options.env.push(("ATHENA_FEDERATION_SDK_LOG_LEVEL".into(), "trace".into()));
    let lambda = Lambda::start(options).await;
    let mut identity = Identity::default();
    identity.config_options.insert("note".into(), "pl4nted-s3cret".into());
    let ping = PingRequest { identity, catalog: "memory".into(), query_id: "q-logged".into() };
    let answer = lambda.invoke(bytes(&Request::Ping(ping))).await;
    assert_eq!(answer.function_error, None, "{:?}", answer.payload);
    support::eventually("the log tells of the request", || lambda.logs().contains("DEBUG")).await;
    assert!(!lambda.logs().contains("pl4nted-s3cret"), "{}", lambda.logs());
    lambda.stop().await;
}

/// AWS's runtime interface emulator in front of the Lambda; killed with everything below it when dropped.
struct Emulator {
    child: Child,
    client: aws_sdk_lambda::Client,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Emulator {
    async fn start(emulator: &str, program: &Path, env: Vec<(String, String)>) -> Self {
        let (invoke, runtime) = (free_port(), free_port());
        let child = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{invoke}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{runtime}")])
            .arg(program)
            .arg("handler")
            .env_clear()
            .envs(env)
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", "30")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        support::eventually("the emulator listens", || std::net::TcpStream::connect(("127.0.0.1", invoke)).is_ok())
            .await;
        let credentials = aws_sdk_lambda::config::Credentials::new("a", "b", None, None, "test");
        let config = aws_sdk_lambda::Config::builder()
            .behavior_version(aws_sdk_lambda::config::BehaviorVersion::latest())
            .region(aws_sdk_lambda::config::Region::new("us-east-1"))
            .endpoint_url(format!("http://127.0.0.1:{invoke}"))
            .credentials_provider(credentials)
            .build();
        Self { child, client: aws_sdk_lambda::Client::from_conf(config) }
    }

    async fn ask(&self, request: &Request) -> Vec<u8> {
        let answer = self.client.invoke().function_name("function").payload(Blob::new(bytes(request))).send().await;
        answer.unwrap_or_else(|error| panic!("{error:?}")).payload.unwrap().into_inner()
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn aws_own_emulator_runs_it_from_ping_to_read_records() {
    let Ok(program) = std::env::var("TEST_LAMBDA_RIE") else {
        return support::skip(
            "rie",
            "set TEST_LAMBDA_RIE to aws-lambda-rie-x86_64, which the PyPI wheel aws-sam-cli holds",
        );
    };
    let (handler, environment, _stage) = stage().await;
    let emulator = Emulator::start(&program, packaged::program(), environment).await;
    let mut partitions = None;
    for request in requests(&handler, "memory", &orders()).await {
        let expected = handler.handle(&bytes(&request)).await.unwrap();
        let answer = emulator.ask(&request).await;
        assert!(answer == expected, "{} differs", request.kind());
        if let Response::GetTableLayout(layout) = Response::decode(&answer).unwrap() {
            partitions = Some(layout.partitions);
        }
    }
    let splits = emulator.ask(&splits("memory".into(), orders(), partitions.unwrap())).await;
    let Response::GetSplits(splits) = Response::decode(&splits).unwrap() else { panic!("no splits") };
    assert_eq!(splits.splits.len(), 4);
}
