//! Servers that do not keep to the protocol: whatever they send is a clear error, in bounded memory, and never a panic.
#![allow(clippy::unwrap_used)]

#[path = "support/tds.rs"]
mod tds;

use std::sync::{Arc, Mutex};

use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Connection, Credential, Error, ErrorKind, Pushdown, ReadAs, Result, Scan,
    Secret, Settings, Table, TableName, sql,
};
use connector_sqlserver::CONNECTOR;
use futures::TryStreamExt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tds::{Asked, Reply, Server};

async fn enter(server: &Server) -> Result<Box<dyn Connection>> {
    let endpoint = CONNECTOR.endpoint(&server.url("socketTimeout=20000")).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    let settings = Settings { max_cell_bytes: 1000, ..Settings::default() };
    CONNECTOR.connect(&endpoint, &credential, &settings).await
}

fn scan(data_type: DataType) -> Scan {
    let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    let column = Column { name: "c".into(), remote_name: "c".into(), comment: None, announced: None, mapping };
    let table = Table { name: TableName::new("s", "t"), columns: vec![column], comment: None };
    Scan::new(table, vec!["c".into()])
}

async fn rows(connection: &mut dyn Connection, data_type: DataType) -> Result<usize> {
    let scan = scan(data_type);
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    let batches = connection.read(&scan, &statement, BatchLimits::default()).await?;
    let batches: Vec<_> = batches.try_collect().await?;
    Ok(batches.iter().map(arrow_array::RecordBatch::num_rows).sum())
}

/// A server that answers the next statement by what is put there.
fn answering() -> (Server, Arc<Mutex<Reply>>) {
    let next = Arc::new(Mutex::new(Reply::Silence));
    let ours = Arc::clone(&next);
    let server = Server::start(move |asked| match asked {
        Asked::Statement(_) => std::mem::replace(&mut *ours.lock().unwrap(), Reply::Silence),
        other => tds::hospitable(other),
    });
    (server, next)
}

#[tokio::test]
async fn what_is_no_answer_is_told_as_such_and_ends_the_session() {
    let (server, next) = answering();
    let (head, row) = (tds::columns(&[("c", tds::INT)]), tds::row(&[tds::int(Some(7))]));
    let mut no_type = head.clone();
    no_type[9] = 0xf5;
    for (what, answer) in [
        ("rows without columns", [&row[..], &tds::done()].concat()),
        ("an unknown token", vec![0x77, 1, 2, 3]),
        ("an unknown type", [&no_type[..], &tds::done()].concat()),
        ("columns that are cut", head[..head.len() - 1].to_vec()),
        ("a row that is cut", [&head[..], &row[..3]].concat()),
        ("a value of another width", [&head[..], &[0xd1, 3, 1, 2, 3], &tds::done()].concat()),
        ("an end that is cut", [&head[..], &row, &tds::done()[..12]].concat()),
        ("an error that is cut", [&head[..], &[0xaa, 3, 0, 1, 2, 3], &tds::done()].concat()),
        ("two sets of rows", [&head[..], &row, &tds::done(), &head, &row, &tds::done()].concat()),
    ] {
        let mut connection = enter(&server).await.unwrap();
        *next.lock().unwrap() = Reply::Answer(answer);
        let error = rows(connection.as_mut(), DataType::Int32).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
        assert_eq!(connection.reset("again", None).await.unwrap_err().kind(), ErrorKind::Internal, "{what}");
    }
}

#[tokio::test]
async fn an_answer_without_columns_is_an_error_and_leaves_the_session_whole() {
    let (server, next) = answering();
    let mut connection = enter(&server).await.unwrap();
    *next.lock().unwrap() = Reply::Answer(tds::done());
    let error = rows(connection.as_mut(), DataType::Int32).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    connection.reset("again", None).await.unwrap();
}

#[tokio::test]
async fn what_does_not_end_is_left_at_a_limit() {
    let (server, next) = answering();
    let text = tds::columns(&[("c", tds::NVARCHAR_MAX)]);
    let unlimited = [&text[..], &[0xd1], &(u64::MAX - 1).to_le_bytes()].concat();
    let piece = [&3000_u32.to_le_bytes()[..], &[b'a'; 3000]].concat();
    for (what, reply, kind) in [
        ("a value in endless pieces", Reply::Endless(unlimited, piece), ErrorKind::TooLarge),
        ("columns without an end", Reply::Endless(vec![0x81, 0xff, 0x7f], endless_columns()), ErrorKind::Corrupt),
    ] {
        let mut connection = enter(&server).await.unwrap();
        *next.lock().unwrap() = reply;
        let error: Error = rows(connection.as_mut(), DataType::Utf8).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{what}: {error}");
    }
}

/// A described column with the longest name that there is, over and over.
fn endless_columns() -> Vec<u8> {
    let name = "n".repeat(255);
    tds::columns(&[(name.as_str(), tds::INT)])[3..].repeat(7)
}

#[tokio::test]
async fn any_byte_of_an_answer_may_be_wrong() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (server, next) = answering();
    let head = tds::columns(&[("c", tds::NVARCHAR_MAX)]);
    let cells = ["", "a", "é😀"].map(|text| tds::row(&[tds::nvarchar_max(text)])).concat();
    let whole = [&head[..], &cells, &tds::refusal(208, 16, "no"), &tds::done()].concat();
    let mut connection = enter(&server).await.unwrap();
    for _ in 0..300 {
        let mut answer = whole.clone();
        for _ in 0..random.random_range(1..3) {
            let place = random.random_range(0..answer.len());
            answer[place] = random.random();
        }
        *next.lock().unwrap() = Reply::Answer(answer);
        let _ = rows(connection.as_mut(), DataType::Utf8).await;
        if connection.reset("again", None).await.is_err() {
            connection = enter(&server).await.unwrap();
        }
    }
}
