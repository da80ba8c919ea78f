//! Servers that fall silent: at every step there is a limit to how long they hold us.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Connection, Credential, Error, ErrorKind, Pushdown, ReadAs, Scan, Secret,
    Settings, Table, TableName, sql,
};
use connector_postgresql::CONNECTOR;
use futures::StreamExt;

/// What the server still does before it falls silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    Accepted,
    TlsPromised,
    LoginAsked,
    LoggedIn,
    SetUp,
    Row,
}

/// Serves one connection up to a point, and from there on only takes what it is sent.
fn server(until: Until, options: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        drop(listener);
        speak(&mut stream, until);
        drop(stream.read_to_end(&mut Vec::new()));
    });
    format!("jdbc:postgresql://127.0.0.1:{port}/d?{options}")
}

fn speak(stream: &mut TcpStream, until: Until) {
    if until == Until::Accepted {
        return;
    }
    let length = u32::from_be_bytes(taken(stream)) - 4;
    drop(stream.take(length.into()).read_to_end(&mut Vec::new()));
    match until {
        Until::TlsPromised => return stream.write_all(b"S").unwrap(),
        Until::LoginAsked => return,
        _ => {}
    }
    let encoding = message(b'S', b"server_encoding\0UTF8\0");
    let key = message(b'K', &[0; 8]);
    stream.write_all(&[message(b'R', &[0; 4]), encoding, key, message(b'Z', b"I")].concat()).unwrap();
    if until == Until::LoggedIn {
        return;
    }
    asked(stream, b'Q');
    stream.write_all(&[message(b'C', b"SET\0"), message(b'Z', b"I")].concat()).unwrap();
    if until == Until::Row {
        asked(stream, b'S');
        // One column of type int4 in binary, and one row of it.
        let column =
            [b"id\0".as_slice(), &[0; 6], &23_u32.to_be_bytes(), &4_u16.to_be_bytes(), &[255; 4], &[0, 1]].concat();
        let described = message(b'T', &[&[0, 1], column.as_slice()].concat());
        let row = message(b'D', &[0, 1, 0, 0, 0, 4, 0, 0, 0, 7]);
        stream.write_all(&[message(b'1', b""), message(b'2', b""), described, row].concat()).unwrap();
    }
}

fn taken<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Takes messages up to one of this kind.
fn asked(stream: &mut TcpStream, kind: u8) {
    loop {
        let [found] = taken(stream);
        let length = u32::from_be_bytes(taken(stream)) - 4;
        drop(stream.take(length.into()).read_to_end(&mut Vec::new()));
        if found == kind {
            return;
        }
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], length.as_slice(), body].concat()
}

async fn enter(url: &str) -> Result<Box<dyn Connection>, Error> {
    let endpoint = CONNECTOR.endpoint(url).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await
}

fn scan() -> Scan {
    let mapping =
        ColumnMapping { data_type: DataType::Int32, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    let column = Column { name: "id".into(), remote_name: "id".into(), comment: None, mapping };
    let table = Table { name: TableName::new("s", "t"), columns: vec![column], comment: None };
    Scan::new(table, vec!["id".into()])
}

#[tokio::test]
async fn every_step_into_a_session_is_within_login_timeout() {
    for (until, options) in [
        (Until::Accepted, "loginTimeout=1"),
        (Until::Accepted, "loginTimeout=1&sslnegotiation=direct"),
        (Until::TlsPromised, "loginTimeout=1"),
        (Until::LoginAsked, "loginTimeout=1&sslmode=disable"),
        (Until::LoggedIn, "loginTimeout=1&sslmode=disable"),
    ] {
        let error = enter(&server(until, options)).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{until:?}: {error}");
        assert!(error.to_string().contains("loginTimeout"), "{until:?}: {error}");
    }
}

#[tokio::test]
async fn setting_up_a_session_is_within_socket_timeout_too() {
    for until in [Until::LoginAsked, Until::LoggedIn] {
        let url = server(until, "loginTimeout=0&socketTimeout=1&sslmode=disable");
        let error = enter(&url).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{until:?}: {error}");
        assert!(error.to_string().contains("socketTimeout"), "{until:?}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_over_metadata_does_not_hold_us() {
    let url = server(Until::SetUp, "socketTimeout=1&sslmode=disable");
    let error = enter(&url).await.unwrap().schemas().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let mut connection = enter(&server(Until::SetUp, "socketTimeout=1&sslmode=disable")).await.unwrap();
    let error = connection.reset("again", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
}

#[tokio::test]
async fn a_server_that_falls_silent_before_or_behind_a_row_does_not_hold_us() {
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let limits = BatchLimits { rows: 1, bytes: 1 << 20 };
    let mut connection = enter(&server(Until::SetUp, "socketTimeout=1&sslmode=disable")).await.unwrap();
    let error = connection.read(&scan, &rendered.statement, limits).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let mut connection = enter(&server(Until::Row, "socketTimeout=1&sslmode=disable")).await.unwrap();
    let mut batches = connection.read(&scan, &rendered.statement, limits).await.unwrap();
    assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 1);
    let error = batches.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.hint_text().unwrap().contains("socketTimeout"), "{error}");
}
