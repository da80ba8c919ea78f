//! The local Athena from the side of a tool: the binary serves, and Arrow's own client asks.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_flight::error::FlightError;
use arrow_flight::sql::client::FlightSqlServiceClient;
use arrow_flight::sql::{CommandGetDbSchemas, CommandGetPrimaryKeys, CommandGetTables, SqlInfo};
use arrow_flight::{CancelFlightInfoRequest, CancelStatus, FlightClient, FlightInfo};
use arrow_schema::DataType;
use futures::TryStreamExt;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Status};

use crate::run::Glaux;
use crate::support::{eventually, postgres};

const TOKEN: &str = "token-of-the-tests-0123456789";

/// A server, and what it said.
struct Served {
    glaux: Glaux,
    child: Child,
    said: String,
    log: Arc<Mutex<String>>,
}

type Client = FlightSqlServiceClient<Channel>;

impl Served {
    fn start(glaux: Glaux, arguments: &[&str]) -> Self {
        let glaux = glaux.set("GLAUX_TOKEN", TOKEN);
        let free = ["serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"];
        let mut child = glaux.start(&[&free, arguments].concat());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while !said.contains("\nmetrics ") {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {said}{}", rest(&mut child))).unwrap();
            said += &(line + "\n");
        }
        let log = Arc::new(Mutex::new(String::new()));
        let (kept, words) = (log.clone(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(words).lines().map_while(Result::ok) {
                *kept.lock().unwrap() += &(line + "\n");
            }
        });
        Self { glaux, child, said, log }
    }

    /// What it said behind a word at the beginning of a line.
    fn word(&self, word: &str) -> &str {
        let line = self.said.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {word}: {}", self.said)).trim()
    }

    async fn channel(&self) -> Channel {
        let address = self.word("Flight SQL");
        let endpoint = if self.said.contains("\nCA ") {
            let roots = Certificate::from_pem(std::fs::read(self.word("CA")).unwrap());
            let endpoint = Endpoint::from_shared(format!("https://{address}")).unwrap();
            endpoint.tls_config(ClientTlsConfig::new().ca_certificate(roots)).unwrap()
        } else {
            Endpoint::from_shared(format!("http://{address}")).unwrap()
        };
        endpoint.connect().await.unwrap()
    }

    async fn client(&self) -> Client {
        let mut client = FlightSqlServiceClient::new(self.channel().await);
        client.handshake("ana", TOKEN).await.unwrap();
        client
    }

    /// A page of its HTTP side.
    fn page(&self, word: &str) -> String {
        let place = self.word(word).strip_prefix("http://").unwrap();
        let (address, path) = place.split_once('/').unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn has_metric(&self, line: &str) -> bool {
        self.page("metrics").lines().any(|there| there == line)
    }

    /// Stops it as a person does.
    fn interrupt(&mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    fn end(mut self) {
        assert_eq!(self.interrupt(), Some(0), "{}", self.log.lock().unwrap());
        assert_eq!(self.glaux.left_behind(), Vec::<String>::new());
        let log = self.log.lock().unwrap();
        assert!(!self.said.contains(TOKEN) && !log.contains(TOKEN), "the token is shown:\n{}{log}", self.said);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rest(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

async fn fetch(client: &mut Client, info: FlightInfo) -> Result<Vec<RecordBatch>, FlightError> {
    let ticket = info.endpoint[0].ticket.clone().unwrap();
    client.do_get(ticket).await?.try_collect().await
}

async fn ask(client: &mut Client, text: &str) -> Result<Vec<RecordBatch>, FlightError> {
    let info = client.execute(text.to_owned(), None).await?;
    fetch(client, info).await
}

fn status<T>(result: Result<T, FlightError>) -> Status {
    match result.err().unwrap() {
        FlightError::Tonic(status) => *status,
        other => panic!("{other}"),
    }
}

fn texts(batches: &[RecordBatch], column: usize) -> Vec<String> {
    let cells = batches.iter().flat_map(|batch| batch.column(column).as_string::<i32>().iter());
    cells.map(|cell| cell.unwrap_or("NULL").to_owned()).collect()
}

fn numbers(batches: &[RecordBatch], column: usize) -> Vec<i64> {
    let cells =
        batches.iter().flat_map(|batch| batch.column(column).as_primitive::<arrow_array::types::Int64Type>().iter());
    cells.map(Option::unwrap).collect()
}

#[tokio::test]
async fn a_tool_finds_its_way_and_is_told_what_is_wrong() {
    let served = Served::start(Glaux::memory(), &[]);
    let mut client = served.client().await;

    let info = client.get_catalogs().await.unwrap();
    assert_eq!(texts(&fetch(&mut client, info).await.unwrap(), 0), ["default"]);
    let schemas = CommandGetDbSchemas { catalog: None, db_schema_filter_pattern: Some("sh_p".into()) };
    let info = client.get_db_schemas(schemas).await.unwrap();
    assert_eq!(texts(&fetch(&mut client, info).await.unwrap(), 1), ["shop"]);
    let info = client.get_table_types().await.unwrap();
    assert_eq!(texts(&fetch(&mut client, info).await.unwrap(), 0), ["TABLE"]);
    let tables = CommandGetTables {
        catalog: Some("default".into()),
        db_schema_filter_pattern: Some("shop".into()),
        table_name_filter_pattern: Some("%r%".into()),
        table_types: vec!["TABLE".into()],
        include_schema: true,
    };
    let info = client.get_tables(tables.clone()).await.unwrap();
    let listed = fetch(&mut client, info).await.unwrap();
    assert_eq!(texts(&listed, 2), ["customers", "every_type", "orders"]);
    let every_type = ask(&mut client, "select * from shop.every_type").await.unwrap();
    let message = listed[0].column(4).as_binary::<i32>().value(1);
    let told = arrow_ipc::convert::try_schema_from_ipc_buffer(message).unwrap();
    let types = |schema: &arrow_schema::Schema| {
        schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>()
    };
    assert_eq!(types(&told), types(&every_type[0].schema()), "a table is described as its rows are");
    let views = CommandGetTables { table_types: vec!["VIEW".into()], ..tables };
    let info = client.get_tables(views).await.unwrap();
    assert_eq!(texts(&fetch(&mut client, info).await.unwrap(), 2), Vec::<String>::new());
    let keys = CommandGetPrimaryKeys { catalog: None, db_schema: None, table: "orders".into() };
    let info = client.get_primary_keys(keys).await.unwrap();
    assert!(fetch(&mut client, info).await.unwrap().iter().all(|batch| batch.num_rows() == 0));
    let info = client.get_sql_info(vec![SqlInfo::FlightSqlServerReadOnly]).await.unwrap();
    assert_eq!(fetch(&mut client, info).await.unwrap()[0].num_rows(), 1);

    let info = client.execute("select id, id * 2 from shop.orders order by id limit 3".into(), None).await.unwrap();
    assert_eq!(info.clone().try_decode_schema().unwrap().field(1).name(), "_col1");
    let again = info.clone();
    let rows = fetch(&mut client, info).await.unwrap();
    assert_eq!((numbers(&rows, 0), numbers(&rows, 1)), (vec![0, 1, 2], vec![0, 2, 4]));
    assert_eq!(status(fetch(&mut client, again).await).code(), Code::NotFound, "a result is fetched once");
    assert_eq!(texts(&ask(&mut client, "show schemas").await.unwrap(), 0), ["shop"]);

    for (text, code, told) in [
        ("select nope from shop.orders", Code::InvalidArgument, "nope"),
        ("select 1 from nowhere.shop.orders", Code::NotFound, "there are default"),
        ("select 1 from shop.orderz", Code::NotFound, "did you mean \"orders\"?"),
        ("delete from shop.orders", Code::Unimplemented, "only statements that read"),
        ("select id from shop.orders where id = ?", Code::InvalidArgument, "1 wanted, 0 given"),
    ] {
        let status = status(ask(&mut client, text).await);
        assert!(status.code() == code && status.message().contains(told), "{text}: {status}");
    }
    // The rest of a result may fail, too.
    let late = status(ask(&mut client, "select 1 / (id - 900) from shop.orders").await);
    assert_eq!(late.code(), Code::InvalidArgument, "{late}");
    let update = client.execute_update("update shop.orders set id = 1".into(), None).await;
    assert!(status(update).message().contains("only statements that read"));

    for token in [None, Some("wrong"), Some(""), Some("token-of-the-tests-012345678X")] {
        let mut stranger = FlightSqlServiceClient::new(served.channel().await);
        token.iter().for_each(|token| stranger.set_token((*token).to_owned()));
        assert_eq!(status(stranger.execute("select 1".into(), None).await).code(), Code::Unauthenticated, "{token:?}");
        assert_eq!(status(stranger.get_catalogs().await).code(), Code::Unauthenticated, "{token:?}");
        assert!(stranger.handshake("ana", token.unwrap_or_default()).await.is_err(), "{token:?}");
    }

    assert!(served.page("health").ends_with("\r\n\r\nok\n"));
    assert!(served.has_metric("glaux_query_errors_total{kind=\"not_found\"} 2"), "{}", served.page("metrics"));
    assert!(served.has_metric("glaux_queries_active 0"));
    let log = served.log.lock().unwrap().clone();
    assert!(log.contains("outcome=\"done\"") && log.contains("rows=3") && log.contains("pushed="), "{log}");
    served.end();
}

#[tokio::test]
async fn values_are_bound_and_never_become_text() {
    let served = Served::start(Glaux::memory(), &["--plaintext"]);
    let mut client = served.client().await;
    let text = "select ? as given, id from shop.orders where id between ? and ? and note <> ? order by id limit ?";
    let mut statement = client.prepare(text.into(), None).await.unwrap();
    let types = statement.parameter_schema().unwrap().fields().iter().map(|field| field.data_type().clone());
    let integer = DataType::Int64;
    assert_eq!(types.collect::<Vec<_>>(), [DataType::Utf8, integer.clone(), integer.clone(), DataType::Utf8, integer]);
    assert_eq!(statement.dataset_schema().unwrap().field(1).name(), "id");

    let sly = "') or 1 = 1 -- '";
    let row = |low: i64, limit: i64| {
        let number = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
        let word = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
        let columns = [word(sly), number(low), number(low + 5), word(sly), number(limit)];
        RecordBatch::try_from_iter(["a", "b", "c", "d", "e"].into_iter().zip(columns)).unwrap()
    };
    // 42 is a multiple of 7, whose note is NULL.
    for (low, limit, ids) in [(38, 9, vec![38, 39, 40, 41, 43]), (1, 2, vec![1, 2])] {
        statement.set_parameters(row(low, limit)).unwrap();
        let info = statement.execute().await.unwrap();
        let rows = fetch(&mut client, info).await.unwrap();
        assert_eq!(numbers(&rows, 1), ids);
        assert!(texts(&rows, 0).iter().all(|given| given == sly), "{rows:?}");
    }
    let two = arrow_select::concat::concat_batches(&row(1, 1).schema(), &[row(1, 1), row(2, 1)]).unwrap();
    statement.set_parameters(two).unwrap();
    assert!(status(statement.execute().await).message().contains("one row of parameters"));
    let mut lone = client.prepare("select ?".into(), None).await.unwrap();
    assert!(status(lone.execute().await).message().contains("1 wanted, 0 given"));
    lone.set_parameters(RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(vec![7])) as ArrayRef)]).unwrap())
        .unwrap();
    let info = lone.execute().await.unwrap();
    assert_eq!(numbers(&fetch(&mut client, info).await.unwrap(), 0), [7], "a value keeps its own type");
    lone.close().await.unwrap();
    assert!(!served.log.lock().unwrap().contains("or 1 = 1"), "values stay out of the log");
    served.end();
}

/// Rows without end, for all that a test waits.
const ENDLESS: &str = "select o.id from shop.orders as o cross join shop.orders as p cross join shop.orders as q";

#[tokio::test]
async fn a_query_ends_when_nobody_wants_it() {
    let mut served = Served::start(Glaux::memory(), &["--plaintext"]);
    let mut client = served.client().await;

    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let mut rows = client.do_get(info.endpoint[0].ticket.clone().unwrap()).await.unwrap();
    rows.try_next().await.unwrap().unwrap();
    assert!(served.has_metric("glaux_queries_active 1"));
    let mut other = FlightClient::new(served.channel().await);
    other.add_header("authorization", &format!("Bearer {TOKEN}")).unwrap();
    let cancel = || CancelFlightInfoRequest::new(info.clone());
    assert_eq!(other.cancel_flight_info(cancel()).await.unwrap().status(), CancelStatus::Cancelled);
    let end = loop {
        match rows.try_next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a part passes for the whole"),
            Err(error) => break status(Err::<(), _>(error)),
        }
    };
    assert_eq!(end.code(), Code::Cancelled, "{end}");
    assert_eq!(other.cancel_flight_info(cancel()).await.unwrap().status(), CancelStatus::NotCancellable);

    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let mut rows = client.do_get(info.endpoint[0].ticket.clone().unwrap()).await.unwrap();
    rows.try_next().await.unwrap().unwrap();
    drop(rows);
    eventually("the query of a client that went away ends", || served.has_metric("glaux_queries_active 0")).await;
    assert!(served.has_metric("glaux_queries_cancelled_total 2"), "{}", served.page("metrics"));

    let info = client.execute(ENDLESS.into(), None).await.unwrap();
    let mut rows = client.do_get(info.endpoint[0].ticket.clone().unwrap()).await.unwrap();
    rows.try_next().await.unwrap().unwrap();
    assert_eq!(served.interrupt(), Some(0));
    let end = loop {
        match rows.try_next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a part passes for the whole"),
            Err(error) => break error,
        }
    };
    assert!(end.to_string().contains("the server stops"), "{end}");
    assert_eq!(served.glaux.left_behind(), Vec::<String>::new());
}

/// More than a minute's work at the source, and its first batch is long in coming.
const SLOW: &str = "CREATE SCHEMA shop; CREATE VIEW shop.slow AS SELECT i, pg_sleep(0.001)::text AS s FROM generate_series(1, 10000000) AS i";

#[tokio::test]
async fn a_cancelled_query_is_gone_at_its_source() {
    let Some(database) = postgres::database(SLOW).await else { return };
    let served = Served::start(Glaux::bare().set("default", &database.setting()), &["--plaintext"]);
    let owner = database.client().await;
    let reads = async || -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%FROM%\"slow\"%'";
        owner.query_one(sql, &[]).await.unwrap().get(0)
    };
    let mut other = FlightClient::new(served.channel().await);
    other.add_header("authorization", &format!("Bearer {TOKEN}")).unwrap();
    for is_dropped in [false, true] {
        let mut client = served.client().await;
        let info = client.execute("select i from shop.slow".into(), None).await.unwrap();
        let ticket = info.endpoint[0].ticket.clone().unwrap();
        let reading = tokio::spawn(async move { client.do_get(ticket).await?.try_collect::<Vec<_>>().await });
        while reads().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        if is_dropped {
            reading.abort();
            assert!(reading.await.unwrap_err().is_cancelled());
        } else {
            let asked = CancelFlightInfoRequest::new(info);
            assert_eq!(other.cancel_flight_info(asked).await.unwrap().status(), CancelStatus::Cancelled);
            assert_eq!(status(reading.await.unwrap()).code(), Code::Cancelled);
        }
        let start = std::time::Instant::now();
        while reads().await > 0 {
            assert!(start.elapsed().as_secs() < 60, "it is still read: dropped {is_dropped}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    served.end();
}

#[test]
fn a_server_that_must_not_or_cannot_be_says_why() {
    let served = Served::start(Glaux::memory(), &[]);
    let taken = served.word("Flight SQL");
    let glaux = || Glaux::memory().set("GLAUX_TOKEN", TOKEN);
    let refused = |glaux: Glaux, arguments: &[&str], code: i32, told: &str| {
        let ran = glaux.run(&[&["serve"], arguments].concat());
        assert!(ran.code == code && ran.stderr.contains(told), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("\nhint: "), "{arguments:?}: {}", ran.stderr);
    };
    refused(glaux(), &["--listen", taken], 6, "another program has this port");
    refused(glaux(), &["--plaintext", "--listen", "0.0.0.0:0"], 2, "without TLS");
    refused(glaux(), &["--listen", "127.0.0.1:0", "--http", "0.0.0.0:0"], 2, "not encrypted");
    refused(Glaux::memory().set("GLAUX_TOKEN", "short"), &[], 2, "at least 16 characters");
    let file = tempfile::NamedTempFile::new().unwrap();
    refused(glaux(), &["--token-file", file.path().to_str().unwrap()], 2, "given twice");
    let wrong = file.path().to_str().unwrap();
    refused(glaux(), &["--listen", "127.0.0.1:0", "--cert", wrong, "--key", wrong], 2, "cannot be used");
    served.end();
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_shown() {
    let glaux = Glaux::memory();
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("a.crt"), folder.path().join("a.key"));
    std::fs::write(&cert, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let served = Served::start(glaux, &["--cert", cert.to_str().unwrap(), "--key", key.to_str().unwrap()]);
    let port = served.word("Flight SQL").rsplit_once(':').unwrap().1;
    let roots = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(own.cert.pem()));
    let endpoint = Endpoint::from_shared(format!("https://localhost:{port}")).unwrap().tls_config(roots).unwrap();
    let mut client = FlightSqlServiceClient::new(endpoint.connect().await.unwrap());
    client.set_token(TOKEN.to_owned());
    assert_eq!(numbers(&ask(&mut client, "select count(*) from shop.orders").await.unwrap(), 0), [1_000]);
    served.end();
}

#[test]
fn the_function_is_invoked_by_who_signs_with_the_token() {
    let served = Served::start(Glaux::memory(), &[]);
    let variables: Vec<(&str, &str)> =
        served.word("Lambda").split_once(';').unwrap().0.split(' ').filter_map(|pair| pair.split_once('=')).collect();
    let asked = |token: &str| {
        let glaux = Glaux::bare();
        let mut command =
            glaux.command(&["sql", "-o", "csv", "--function", "glaux", "select count(*), min(note) from shop.orders"]);
        let ended = command
            .envs(variables.iter().map(|(name, value)| (*name, value.replace("TOKEN", token))))
            .output()
            .unwrap();
        (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
    };
    let (rows, complaint) = asked(TOKEN);
    assert_eq!(rows, "_col0,_col1\n1000,note on order 1\n", "{complaint}");
    let (rows, complaint) = asked("another-token-0123456789");
    assert!(rows.is_empty() && complaint.contains("not signed with this server's token"), "{rows}{complaint}");
    assert!(!served.has_metric("glaux_invocations_total 0"));
    served.end();
}
