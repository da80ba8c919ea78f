//! A whole session against a scripted server: what is sent, what is read, and what is left of it afterwards.
#![allow(clippy::unwrap_used)]

#[path = "../support/tds.rs"]
mod tds;

mod splits;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Date64Type, Decimal128Type, Int16Type, Int32Type};
use arrow_schema::DataType;
use connector_core::{
    Acting, BatchLimits, Bind, Column, ColumnMapping, Connection, Credential, Error, ErrorKind, Pushdown, Query,
    ReadAs, Result, Scan, Secret, Settings, Statement, Table, TableName, Value, sql,
};
use connector_sqlserver::CONNECTOR;
use connector_tls::testing as certificates;
use futures::{StreamExt, TryStreamExt};
use tds::{Asked, Reply, Server, Type};

async fn enter(server: &Server, settings: &Settings) -> Result<Box<dyn Connection>> {
    let endpoint = CONNECTOR.endpoint(&server.url("")).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&endpoint, &credential, settings).await
}

fn scan(columns: &[(&str, DataType)]) -> Scan {
    let column = |(name, data_type): &(&str, DataType)| {
        let data_type = data_type.clone();
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: (*name).into(), remote_name: (*name).into(), comment: None, announced: None, mapping }
    };
    let table = Table { name: TableName::new("s", "t"), columns: columns.iter().map(column).collect(), comment: None };
    Scan::new(table, columns.iter().map(|(name, _)| (*name).to_owned()).collect())
}

async fn read(connection: &mut dyn Connection, scan: &Scan, rows: usize) -> Result<Vec<RecordBatch>> {
    let statement = sql::render(scan, CONNECTOR.dialect()).unwrap().statement;
    let batches = connection.read(scan, &statement, BatchLimits { rows, bytes: 1 << 20 }).await?;
    batches.try_collect().await
}

/// A server that answers every statement with values by `answer`.
fn answering(answer: impl Fn() -> Reply + Send + 'static) -> Server {
    Server::start(move |asked| match asked {
        Asked::Statement(_) => answer(),
        other => tds::hospitable(other),
    })
}

fn batch(asked: Asked) -> String {
    let Asked::Batch(sql) = asked else { panic!("no batch but {asked:?}") };
    sql
}

#[tokio::test]
async fn a_session_is_named_and_pinned_before_anything_is_asked_and_again_when_it_is_reset() {
    let server = Server::start(tds::hospitable);
    let settings = Settings { application_name: "glaux q-1".into(), max_cell_bytes: 1000, ..Settings::default() };
    let mut connection = enter(&server, &settings).await.unwrap();
    let Asked::Login { application, .. } = server.asked.recv().unwrap() else { panic!("no login") };
    assert_eq!(application, "glaux q-1");
    let set_up = batch(server.asked.recv().unwrap());
    for setting in [
        "SET LANGUAGE us_english; SET DATEFORMAT ymd",
        "SET ARITHABORT ON",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET LOCK_TIMEOUT -1",
        "SET TEXTSIZE 2002",
        "SET CONTEXT_INFO 0x676c61757820712d31",
    ] {
        assert!(set_up.contains(setting), "{setting}: {set_up}");
    }
    connection.reset("glaux q-2", None).await.unwrap();
    let reset = batch(server.asked.recv().unwrap());
    assert!(reset.starts_with("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION; SET LANGUAGE"), "{reset}");
    assert!(reset.ends_with("SET CONTEXT_INFO 0x676c61757820712d32"), "{reset}");
}

#[tokio::test]
async fn a_refused_login_is_sorted_by_its_number() {
    for (number, class, kind) in [
        (18456, 14, ErrorKind::Unauthenticated),
        (4060, 11, ErrorKind::NotFound),
        (40615, 14, ErrorKind::Forbidden),
        (40613, 14, ErrorKind::Unavailable),
        (49918, 16, ErrorKind::Throttled),
    ] {
        let server = Server::start(move |_| Reply::Answer(tds::refusal(number, class, "told by the server")));
        let error = enter(&server, &Settings::default()).await.err().unwrap();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("told by the server") && error.to_string().contains(&number.to_string()));
    }
}

/// Number 27 of the defects read in AWS's connectors, whose other numbers the live tests have.
#[tokio::test]
async fn d27_a_listing_that_fails_is_told_as_what_it_is_and_not_as_bad_credentials() {
    for (number, class, kind) in [
        (229, 14, ErrorKind::Forbidden),
        (208, 16, ErrorKind::NotFound),
        (1205, 13, ErrorKind::Conflict),
        (1222, 16, ErrorKind::TimedOut),
        (40501, 20, ErrorKind::Throttled),
        (701, 17, ErrorKind::Unavailable),
        (596, 21, ErrorKind::Unavailable),
        (245, 16, ErrorKind::Corrupt),
    ] {
        let server = answering(move || Reply::Answer(tds::refusal(number, class, "told by the server")));
        for listing in ["schemas", "tables", "table"] {
            let mut connection = enter(&server, &Settings::default()).await.unwrap();
            let error = match listing {
                "schemas" => connection.schemas().await.unwrap_err(),
                "tables" => connection.tables("s", None, None).await.unwrap_err(),
                _ => connection.table(&TableName::new("s", "t")).await.unwrap_err(),
            };
            assert_eq!(error.kind(), kind, "{listing}: {error}");
            assert!(error.to_string().contains(&number.to_string()), "{listing}: {error}");
        }
    }
}

#[tokio::test]
async fn a_login_is_sent_on_once_and_the_next_server_is_verified_too() {
    let authority = certificates::authority("test authority");
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, &authority.pem).unwrap();
    let second = Server::start_signed(&authority, ca.clone(), tds::hospitable);
    let port = second.port;
    let to = move |port| move |_: &Asked| Reply::Answer(tds::sent_on("localhost\\instance", port));
    let first = Server::start_signed(&authority, ca.clone(), to(port));
    enter(&first, &Settings::default()).await.unwrap();
    assert!(matches!(second.asked.recv().unwrap(), Asked::Login { server, .. } if server == "localhost"));
    let again = Server::start_signed(&authority, ca.clone(), to(first.port));
    let error = enter(&again, &Settings::default()).await.err().unwrap();
    assert!(error.to_string().contains("from server to server"), "{error}");
    let stranger = Server::start(tds::hospitable);
    let astray = Server::start_signed(&authority, ca, to(stranger.port));
    let error = enter(&astray, &Settings::default()).await.err().unwrap();
    assert!(error.to_string().contains("not trusted") && error.to_string().contains("sent on to"), "{error}");
}

#[tokio::test]
async fn every_type_of_the_wire_arrives_as_what_it_is_shown_as() {
    let types: [(&str, Type, DataType, Vec<u8>); 13] = [
        ("bit", Type(&[0x68, 1]), DataType::Boolean, tds::short(&[1])),
        ("tinyint", Type(&[0x26, 1]), DataType::Int16, tds::short(&[255])),
        ("int", tds::INT, DataType::Int32, tds::int(Some(i32::MIN))),
        ("decimal", Type(&[0x6a, 17, 38, 10]), DataType::Decimal128(38, 10), tds::short(&decimal(10_u128.pow(38) - 1))),
        ("nvarchar", tds::NVARCHAR, DataType::Utf8, tds::nvarchar(Some("é😀 "))),
        ("max", tds::NVARCHAR_MAX, DataType::Utf8, tds::nvarchar_max(&"€".repeat(3000))),
        ("varchar", tds::VARCHAR, DataType::Utf8, tds::bytes(b"caf\xe9\x80")),
        ("varbinary", Type(&[0xa5, 0x40, 0x1f]), DataType::Binary, tds::bytes(&[0, 255])),
        ("date", Type(&[0x28]), DataType::Date32, tds::short(&[0xda, 0xb9, 0x37])),
        ("datetime", Type(&[0x6f, 8]), DataType::Date64, tds::short(&[0xdf, 0x63, 0, 0, 2, 0, 0, 0])),
        ("datetime2", Type(&[0x2a, 7]), DataType::Date64, tds::short(&[0x3f, 0xeb, 0x12, 0, 0, 0x3a, 0xf9, 0x0a])),
        ("time", Type(&[0x29, 3]), DataType::Utf8, tds::short(&[0xf8, 0x29, 0xb3, 0x02])),
        ("null", tds::NVARCHAR, DataType::Utf8, tds::nvarchar(None)),
    ];
    let described: Vec<(&str, Type)> = types.iter().map(|(name, wire, ..)| (*name, *wire)).collect();
    let cells: Vec<Vec<u8>> = types.iter().map(|(.., cell)| cell.clone()).collect();
    let answer = [tds::columns(&described), tds::row(&cells), tds::row(&cells), tds::done()].concat();
    let server = answering(move || Reply::Answer(answer.clone()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let shown: Vec<(&str, DataType)> = types.iter().map(|(name, _, shown, _)| (*name, shown.clone())).collect();
    let batches = read(connection.as_mut(), &scan(&shown), 1).await.unwrap();
    assert_eq!(batches.len(), 2);
    let batch = &batches[1];
    let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().value(0).to_owned();
    assert!(batch.column(0).as_boolean().value(0));
    assert_eq!(batch.column(1).as_primitive::<Int16Type>().value(0), 255);
    assert_eq!(batch.column(2).as_primitive::<Int32Type>().value(0), i32::MIN);
    assert_eq!(batch.column(3).as_primitive::<Decimal128Type>().value(0), -(10_i128.pow(38) - 1));
    assert_eq!((text("nvarchar"), text("max"), text("varchar")), ("é😀 ".into(), "€".repeat(3000), "café€".into()));
    assert_eq!(batch.column(7).as_binary::<i32>().value(0), [0, 255]);
    assert_eq!(batch.column(8).as_primitive::<Date32Type>().value(0), 2_932_896);
    assert_eq!(batch.column(9).as_primitive::<Date64Type>().value(0), 7);
    assert_eq!(batch.column(10).as_primitive::<Date64Type>().value(0), 123);
    assert_eq!(text("time"), "12:34:56.120");
    assert_eq!(batch.column(12).null_count(), 1);
}

#[tokio::test]
async fn every_value_that_is_bound_can_be_sent() {
    let zoned = DataType::Timestamp(arrow_schema::TimeUnit::Millisecond, Some("UTC".into()));
    let values = [
        (DataType::Boolean, None, Value::Bool(true)),
        (DataType::Int16, None, Value::Int(255)),
        (DataType::Int32, None, Value::Int(-1)),
        (DataType::Int64, None, Value::Int(i64::MIN)),
        (DataType::Float32, None, Value::Float32(0.5)),
        (DataType::Float64, None, Value::Float64(f64::MAX)),
        (DataType::Decimal128(38, 38), None, Value::Decimal { unscaled: -1, scale: 38 }),
        (DataType::Utf8, None, Value::Text("é😀".into())),
        (DataType::Utf8, Some("varchar(8000) COLLATE Thai_CI_AS"), Value::Text("x".repeat(4000))),
        (DataType::Utf8, Some("uniqueidentifier"), Value::Text("00000000-0000-0000-0000-0000000000FF".into())),
        (DataType::Date32, None, Value::Date(-719_162)),
        (DataType::Date64, None, Value::Millis(-62_135_596_800_000)),
        (DataType::Date64, Some("datetime"), Value::Millis(-62_135_596_800_000)),
        (DataType::Date64, Some("datetime2(7)"), Value::Millis(253_402_300_799_997)),
        (DataType::Date64, Some("datetimeoffset(7)"), Value::Millis(0)),
        (zoned, None, Value::ZonedMillis(0)),
    ];
    let server = answering(|| Reply::Answer([tds::columns(&[("id", tds::INT)]), tds::done()].concat()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    for null in [false, true] {
        for (data_type, source_type, value) in &values {
            let dialect = CONNECTOR.dialect();
            let (value, data_type) = ((!null).then(|| value.clone()), data_type.clone());
            let source_type = source_type.or_else(|| dialect.bind_type(&data_type));
            let bind = Bind { value, data_type, source_type };
            let mut sql = "SELECT 1 WHERE x = ".to_owned();
            dialect.placeholder(1, &bind, &mut sql);
            let (scan, mut statement) = (scan(&[]), Statement { sql, binds: vec![bind], columns: Vec::new() });
            let batches = connection.read(&scan, &statement, BatchLimits::default()).await;
            let batches = batches.unwrap_or_else(|error| panic!("{:?}: {error}", statement.binds));
            assert_eq!(batches.count().await, 0);
            let asked = server.asked.iter().find(|asked| matches!(asked, Asked::Statement(_))).unwrap();
            assert_eq!(asked, Asked::Statement(std::mem::take(&mut statement.sql)));
        }
    }
}

#[tokio::test]
async fn a_text_is_in_the_encoding_of_its_collation() {
    // The sort order, the language or the flags say which one it is.
    let cp1250 = Type(&[0xa7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 80]);
    let greek = Type(&[0xaf, 0x04, 0x00, 0x08, 0x04, 0xd0, 0x00, 0x00]);
    let utf8 = Type(&[0xa7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x24, 0x00]);
    let described = tds::columns(&[("a", cp1250), ("b", greek), ("c", utf8)]);
    let row = tds::row(&[tds::bytes(b"\xe8"), tds::bytes(b"\xe8"), tds::bytes("é".as_bytes())]);
    let answer = [described, row, tds::done()].concat();
    let server = answering(move || Reply::Answer(answer.clone()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let shown = scan(&[("a", DataType::Utf8), ("b", DataType::Utf8), ("c", DataType::Utf8)]);
    let batches = read(connection.as_mut(), &shown, 9).await.unwrap();
    let texts = [0, 1, 2].map(|column| batches[0].column(column).as_string::<i32>().value(0).to_owned());
    assert_eq!(texts, ["č", "θ", "é"]);
}

/// A negative decimal: its sign, then sixteen bytes.
fn decimal(digits: u128) -> Vec<u8> {
    [&[0], &digits.to_le_bytes()[..]].concat()
}

#[tokio::test]
async fn rows_in_front_of_an_error_are_given_and_the_session_goes_on() {
    let turn = AtomicUsize::new(0);
    let server = answering(move || {
        let head = [tds::columns(&[("id", tds::INT)]), tds::row(&[tds::int(Some(7))])].concat();
        let end =
            if turn.fetch_add(1, Ordering::Relaxed) == 0 { tds::refusal(1205, 13, "a deadlock") } else { tds::done() };
        Reply::Answer([head, end].concat())
    });
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let scan = scan(&[("id", DataType::Int32)]);
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    {
        let limits = BatchLimits { rows: 1, bytes: 1 << 20 };
        let mut batches = connection.read(&scan, &statement, limits).await.unwrap();
        assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 1);
        assert_eq!(batches.next().await.unwrap().unwrap_err().kind(), ErrorKind::Conflict);
        assert!(batches.next().await.is_none());
    }
    assert_eq!(read(connection.as_mut(), &scan, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_let_go_closes_its_connection() {
    let rows: Vec<u8> = (0..500).flat_map(|id| tds::row(&[tds::int(Some(id))])).collect();
    let server = answering(move || Reply::Endless(tds::columns(&[("id", tds::INT)]), rows.clone()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let scan = scan(&[("id", DataType::Int32)]);
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    {
        let limits = BatchLimits { rows: 10, bytes: 1 << 20 };
        let mut batches = connection.read(&scan, &statement, limits).await.unwrap();
        assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 10);
    }
    while server.asked.recv().unwrap() != Asked::Closed {}
    assert_eq!(connection.schemas().await.unwrap_err().kind(), ErrorKind::Internal);
    assert!(connection.reset("again", None).await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_let_go_is_cancelled_at_the_server() {
    let row = tds::row(&[tds::int(Some(7))]);
    let server = answering(move || Reply::Beginning([tds::columns(&[("id", tds::INT)]), row.clone()].concat()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let scan = scan(&[("id", DataType::Int32)]);
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    let limits = BatchLimits { rows: 1, bytes: 1 << 20 };
    let mut batches = connection.read(&scan, &statement, limits).await.unwrap();
    assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 1);
    drop(batches);
    let last: Vec<Asked> = server.asked.iter().skip_while(|asked| *asked != Asked::Cancel).take(2).collect();
    assert_eq!(last, [Asked::Cancel, Asked::Closed]);
}

#[tokio::test]
async fn a_transaction_is_named_by_what_belongs_to_it() {
    let begun = [&[0xe3, 11, 0, 8, 8][..], &[1, 2, 3, 4, 5, 6, 7, 8], &[0], &tds::done()].concat();
    let server = Server::start(move |asked| match asked {
        Asked::Batch(sql) if sql == "BEGIN TRANSACTION" => Reply::Answer(begun.clone()),
        Asked::Statement(_) => Reply::Answer([tds::columns(&[("id", tds::INT)]), tds::done()].concat()),
        other => tds::hospitable(other),
    });
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let query = Query::check("SELECT 1 AS id", CONNECTOR.dialect().grammar().unwrap()).unwrap();
    let mut scan = scan(&[("id", DataType::Int32)]);
    let plain = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    scan.query = Some(query);
    drop(connection.read(&scan, &plain, BatchLimits::default()).await.unwrap());
    let asked: Vec<Asked> =
        server.asked.iter().skip_while(|asked| !matches!(asked, Asked::Within(_))).take(2).collect();
    assert_eq!(asked, [Asked::Within([1, 2, 3, 4, 5, 6, 7, 8]), Asked::Statement(plain.sql)]);
}

#[tokio::test]
async fn a_value_above_the_largest_cell_is_refused_by_name() {
    let cell = tds::nvarchar_max(&"x".repeat(1001));
    let answer = [tds::columns(&[("note", tds::NVARCHAR_MAX)]), tds::row(&[cell]), tds::done()].concat();
    let server = answering(move || Reply::Answer(answer.clone()));
    let settings = Settings { max_cell_bytes: 1000, ..Settings::default() };
    let mut connection = enter(&server, &settings).await.unwrap();
    let error = read(connection.as_mut(), &scan(&[("note", DataType::Utf8)]), 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("\"note\", row 1") && error.to_string().contains("1000"), "{error}");
}

#[tokio::test]
async fn an_answer_of_no_columns_is_counted() {
    let one = || tds::row(&[tds::int(Some(1))]);
    let answer = [tds::columns(&[("", tds::INT)]), one(), one(), one(), tds::done()].concat();
    let server = answering(move || Reply::Answer(answer.clone()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let batches = read(connection.as_mut(), &scan(&[]), 2).await.unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test]
async fn a_table_that_has_changed_is_a_conflict() {
    let answer = [tds::columns(&[("id", tds::NVARCHAR)]), tds::row(&[tds::nvarchar(Some("7"))]), tds::done()].concat();
    let server = answering(move || Reply::Answer(answer.clone()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let error = read(connection.as_mut(), &scan(&[("id", DataType::Int32)]), 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn a_name_that_is_not_there_or_not_alone_is_an_error() {
    let row = |schema: &str, table: Option<&str>| tds::row(&[tds::nvarchar(Some(schema)), tds::nvarchar(table)]);
    let columns = tds::columns(&[("schema_name", tds::NVARCHAR), ("table_name", tds::NVARCHAR)]);
    let rows = [row("DBO", Some("A")), row("DBO", Some("b")), row("Dbo", None)].concat();
    let answer = [columns, rows, tds::done()].concat();
    let server = answering(move || Reply::Answer(answer.clone()));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let names =
        |relations: Vec<connector_core::Relation>| relations.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(connection.tables("DBO", None, None).await.unwrap()), ["A", "b"]);
    assert_eq!(connection.tables("dbo", None, None).await.unwrap_err().kind(), ErrorKind::Invalid);
    assert_eq!(connection.tables("other", None, None).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn one_statement_tells_the_state_of_the_source_and_what_splits_show_of_rows_that_change() {
    for (versioned, told) in [
        (Some(1), "each split reads a snapshot of its own, of when its statement began"),
        (Some(0), "no split reads a snapshot, nor do all together"),
        (None, "splits share no snapshot, and whether each reads one is not told"),
    ] {
        let text = |name, value| (name, tds::NVARCHAR, tds::nvarchar(Some(value)));
        let number = |name, value| (name, tds::INT, tds::int(value));
        let cells: [(&str, Type, Vec<u8>); 9] = [
            text("version", "16.0"),
            text("edition", "Developer"),
            text("user_name", "reader"),
            number("is_sysadmin", Some(0)),
            number("is_owner", Some(0)),
            number("reads_all", Some(0)),
            number("versioned", versioned),
            number("readable", Some(3)),
            number("writable", Some(0)),
        ];
        let columns: Vec<(&str, Type)> = cells.iter().map(|(name, wire, _)| (*name, *wire)).collect();
        let row: Vec<Vec<u8>> = cells.iter().map(|(.., cell)| cell.clone()).collect();
        let answer = [tds::columns(&columns), tds::row(&row), tds::done()].concat();
        let server = answering(move || Reply::Answer(answer.clone()));
        let mut connection = enter(&server, &Settings::default()).await.unwrap();
        let health = connection.health().await.unwrap();
        assert!(health.consistency.starts_with(told), "{versioned:?}: {}", health.consistency);
        let warned = health.findings.iter().any(|finding| finding.contains("READ_COMMITTED_SNAPSHOT is off"));
        assert_eq!((warned, health.version.as_str()), (versioned == Some(0), "16.0 (Developer)"));
        let asked: Vec<Asked> = server.asked.try_iter().filter(|asked| matches!(asked, Asked::Statement(_))).collect();
        assert!(asked.len() == 1 && asked[0].mentions("is_read_committed_snapshot_on"), "{asked:?}");
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::field::Visit for Log {
    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{value:?}\n"));
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn what_the_server_says_about_data_is_neither_shown_nor_logged() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    tracing::info!("listening");
    let quoting = "Conversion failed when converting the varchar value 'hunter2' to data type int.";
    let server = answering(move || Reply::Answer(tds::refusal(245, 16, quoting)));
    let mut connection = enter(&server, &Settings::default()).await.unwrap();
    let error: Error = read(connection.as_mut(), &scan(&[("id", DataType::Int32)]), 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(connection.schemas().await.is_err());
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.contains("listening") && !logged.contains("hunter2"), "{logged}");
}

fn acting() -> Settings {
    let settings = [("tenant".to_owned(), "o'clock".to_owned())].into();
    Settings { acting_as: Acting { role: Some("tenant_a".into()), settings }, ..Settings::default() }
}

#[tokio::test]
async fn a_caller_is_taken_on_behind_the_set_up_and_looked_for_at_every_reset() {
    let server = Server::start(tds::hospitable);
    let mut connection = enter(&server, &acting()).await.unwrap();
    drop(server.asked.recv().unwrap());
    assert!(batch(server.asked.recv().unwrap()).starts_with("SET LANGUAGE"));
    let taken = batch(server.asked.recv().unwrap());
    let order = [
        "EXEC sys.sp_set_session_context @key = N'tenant', @value = N'o''clock', @read_only = 1",
        "EXECUTE AS USER = N'tenant_a' WITH NO REVERT",
        "SESSION_CONTEXT(N'tenant')",
        "IF USER_NAME() COLLATE Latin1_General_100_BIN2 <> N'tenant_a' THROW",
    ];
    let places = order.map(|part| taken.find(part).unwrap_or_else(|| panic!("{part}: {taken}")));
    assert!(places.is_sorted(), "{taken}");
    connection.reset("glaux q-2", None).await.unwrap();
    let reset = batch(server.asked.recv().unwrap());
    assert!(reset.contains(order[3]) && !reset.contains("EXECUTE AS"), "{reset}");
}

#[tokio::test]
async fn a_user_that_may_not_be_taken_on_is_forbidden_and_a_caller_that_is_lost_fails_the_reset() {
    let refusing = |what: &'static str, number: u32| {
        Server::start(move |asked| match asked {
            Asked::Batch(sql) if sql.contains(what) => Reply::Answer(tds::refusal(number, 16, "told by the server")),
            other => tds::hospitable(other),
        })
    };
    let error = enter(&refusing("EXECUTE AS", 15517), &acting()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert!(error.to_string().contains("tenant_a") && error.hint_text().unwrap().contains("IMPERSONATE"), "{error}");
    let server = refusing("IF @@TRANCOUNT", 50000);
    let mut connection = enter(&server, &acting()).await.unwrap();
    assert!(connection.reset("glaux q-2", None).await.is_err());
}
