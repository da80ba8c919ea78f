//! Size, cold start, and a large read of the packed Lambda, beside a connector on AWS's published Java base in the same run.
//!
//! `cargo bench --bench lambda`. The Lambda is `target/dist/glaux-lambda` (`GLAUX_LAMBDA` names another), the peer is
//! `tests/conformance` (built by Maven; left out, and said so, where its jar is missing), the table TPC-H's lineitem
//! (`GLAUX_BENCH_SCALE`, 1 unless set) in a PostgreSQL of the bench's own. Spilled objects go to an S3 in this process, whose
//! work is in no figure. CPU is user and system time of the function's process.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Int32Array, RecordBatch};
use arrow_schema::Schema;
use connector_core::TableName;
use glaux::local::invoke::{Http, Invoke};
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, GetSplitsRequest, GetTableRequest, Identity, PingRequest, ReadRecordsRequest, Request, Response,
    Version,
};
use support::lambda::{Lambda, Options};
use support::postgres::Database;
use tempfile::TempDir;

const COLD_STARTS: usize = 5;

#[tokio::main]
async fn main() {
    let scale: f64 = std::env::var("GLAUX_BENCH_SCALE").map_or(1.0, |scale| scale.parse().unwrap());
    let program = std::env::var_os("GLAUX_LAMBDA").map_or_else(|| built("dist/glaux-lambda"), PathBuf::from);
    let size = std::fs::metadata(&program).unwrap_or_else(|_| panic!("{} is not built", program.display())).len();
    println!("binary            {:.2} MB ({})", size as f64 / 1e6, program.display());
    let Some(database) = support::tpch::database(scale).await else { return };
    database.client().await.batch_execute(PART).await.unwrap();
    let folder = TempDir::new().unwrap();
    let s3 = S3Server::start(folder.path()).await.unwrap();
    s3.create_bucket("spill").unwrap();
    ours(&program, &database, &s3).await;
    theirs(&database, &s3).await;
}

/// A tenth of the table, to see that memory does not grow with it.
const PART: &str = "create table tpch.part_of_lineitem as select * from tpch.lineitem \
                    limit (select count(*) / 10 from tpch.lineitem)";

fn built(path: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    target.join(path)
}

async fn ours(program: &PathBuf, database: &Database, s3: &S3Server) {
    let options = || {
        let mut options = Options::new(program);
        options.env = s3.environment();
        let url =
            format!("postgres://{}&user={}&password={}", database.url(), database.user(), database.password().expose());
        options.env.push(("default".into(), url));
        options.env.push(("spill_bucket".into(), "spill".into()));
        options.timeout = Duration::from_mins(15);
        options
    };
    let mut pings = Vec::new();
    for _ in 0..COLD_STARTS {
        let start = Instant::now();
        let lambda = Lambda::start(options()).await;
        assert_eq!(lambda.invoke(bytes(&ping())).await.function_error, None);
        pings.push(start.elapsed());
        lambda.stop().await;
    }
    println!("ours   ping       {:?} after process start (median of {COLD_STARTS})", median(pings));
    for table in ["part_of_lineitem", "lineitem"] {
        let lambda = Lambda::start(options()).await;
        let client = Http::at(lambda.endpoint(), "glaux");
        let process = lambda.processes()[0].id;
        read("ours  ", &client, table, process).await;
        lambda.stop().await;
    }
}

/// The peer, stopped when dropped.
struct Peer {
    child: Child,
    endpoint: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Peer {
    /// With the flags that Lambda functions in Java are commonly run with.
    fn start(jar: &PathBuf, database: &Database, s3: &S3Server) -> Self {
        let mut child = Command::new("java")
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2557m", "-jar"])
            .arg(jar)
            .args(["serve", "--port", "0", "--url", &database.url(), "--user", database.user()])
            .args(["--password-env", "PEER_PASSWORD", "--s3-endpoint", s3.endpoint(), "--spill-bucket", "spill"])
            .args(s3_keys(s3))
            .env("PEER_PASSWORD", database.password().expose())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
        Self { child, endpoint: format!("http://{address}") }
    }
}

fn s3_keys(s3: &S3Server) -> Vec<String> {
    let environment: BTreeMap<String, String> = s3.environment().into_iter().collect();
    let key = |name: &str| environment[name].clone();
    vec!["--access-key".into(), key("AWS_ACCESS_KEY_ID"), "--secret-key".into(), key("AWS_SECRET_ACCESS_KEY")]
}

async fn theirs(database: &Database, s3: &S3Server) {
    let jar = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/target/conformance.jar");
    if !jar.exists() {
        return println!("peer   left out: build it by mvn -q -B -f tests/conformance/pom.xml package");
    }
    let mut pings = Vec::new();
    for _ in 0..COLD_STARTS {
        let start = Instant::now();
        let peer = Peer::start(&jar, database, s3);
        Http::at(&peer.endpoint, "glaux").invoke(bytes(&ping())).await.unwrap();
        pings.push(start.elapsed());
    }
    println!("peer   ping       {:?} after process start (median of {COLD_STARTS})", median(pings));
    for table in ["part_of_lineitem", "lineitem"] {
        let peer = Peer::start(&jar, database, s3);
        let client = Http::at(&peer.endpoint, "glaux");
        read("peer  ", &client, table, peer.child.id()).await;
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ping() -> Request {
    Request::Ping(PingRequest { identity: Identity::default(), catalog: "pg".into(), query_id: "q".into() })
}

fn bytes(request: &Request) -> Vec<u8> {
    request.encode(Version::default()).unwrap()
}

/// Every column of every row through one ReadRecords, spilled.
async fn read(who: &str, client: &Http, table: &str, process: u32) {
    let name = TableName::new("tpch", table);
    let schema = schema(client, &name).await;
    let request = read_request(client, &name, schema).await;
    let cpu = cpu_seconds(process);
    let start = Instant::now();
    let Response::RemoteReadRecords(answer) = ask(client, &request).await else { panic!("not spilled") };
    println!(
        "{who} {table:<17} {:>6.1} s wall, {:>6.2} s CPU, {} objects, peak memory {} MB",
        start.elapsed().as_secs_f64(),
        cpu_seconds(process) - cpu,
        answer.remote_blocks.len(),
        peak_megabytes(process),
    );
}

async fn schema(client: &Http, table: &TableName) -> Arc<Schema> {
    let request = GetTableRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "pg".into(),
        table: table.clone(),
        passthrough: BTreeMap::new(),
    };
    let Response::GetTable(response) = ask(client, &Request::GetTable(request)).await else { panic!("no table") };
    // The peer adds its partition column to every table.
    let fields: Vec<_> =
        response.schema.fields().iter().filter(|field| field.name().starts_with("l_")).cloned().collect();
    Arc::new(Schema::new(fields))
}

async fn read_request(client: &Http, table: &TableName, schema: Arc<Schema>) -> Request {
    let one = Arc::new(Int32Array::from(vec![1])) as ArrayRef;
    let request = GetSplitsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "pg".into(),
        table: table.clone(),
        partitions: RecordBatch::try_from_iter([("partitionId", one)]).unwrap(),
        partition_columns: Vec::new(),
        constraints: Constraints::default(),
        continuation_token: None,
    };
    let Response::GetSplits(splits) = ask(client, &Request::GetSplits(request)).await else { panic!("no splits") };
    Request::ReadRecords(ReadRecordsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "pg".into(),
        table: table.clone(),
        schema,
        split: splits.splits[0].clone(),
        constraints: Constraints::default(),
        max_block_size: 16_000_000,
        max_inline_block_size: 5_242_880,
    })
}

async fn ask(client: &Http, request: &Request) -> Response {
    Response::decode(&client.invoke(bytes(request)).await.unwrap()).unwrap()
}

/// User and system time of a process, from fields 14 and 15 of its `stat`, in ticks of a hundredth.
fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_megabytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000
}
