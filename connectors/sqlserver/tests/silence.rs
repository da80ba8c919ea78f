//! Servers that fall silent: at every step there is a limit to how long they hold us.
#![allow(clippy::unwrap_used)]

#[path = "support/tds.rs"]
mod tds;

use std::io::Read;
use std::net::TcpListener;
use std::thread;

use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Connection, Credential, Error, ErrorKind, Pushdown, ReadAs, Scan, Secret,
    Settings, Table, TableName, sql,
};
use connector_sqlserver::CONNECTOR;
use futures::StreamExt;
use tds::{Asked, Reply, Server};

/// What the server still does before it falls silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    LoginAsked,
    LoggedIn,
    SetUp,
    Row,
}

fn server(until: Until) -> Server {
    Server::start(move |asked| match asked {
        Asked::Login { .. } if until > Until::LoginAsked => Reply::Answer(tds::welcome()),
        Asked::Batch(_) if until > Until::LoggedIn => Reply::Answer(tds::done()),
        Asked::Statement(_) if until == Until::Row => {
            Reply::Beginning([tds::columns(&[("id", tds::INT)]), tds::row(&[tds::int(Some(7))])].concat())
        }
        _ => Reply::Silence,
    })
}

async fn enter(url: &str) -> Result<Box<dyn Connection>, Error> {
    let endpoint = CONNECTOR.endpoint(url).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await
}

fn scan() -> Scan {
    let mapping =
        ColumnMapping { data_type: DataType::Int32, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    let column = Column { name: "id".into(), remote_name: "id".into(), comment: None, announced: None, mapping };
    let table = Table { name: TableName::new("s", "t"), columns: vec![column], comment: None };
    Scan::new(table, vec!["id".into()])
}

#[tokio::test]
async fn every_step_into_a_session_is_within_login_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            drop(stream.unwrap().read_to_end(&mut Vec::new()));
        }
    });
    let accepts = |encrypt: &str| format!("jdbc:sqlserver://127.0.0.1:{port};encrypt={encrypt};loginTimeout=1");
    let (login, set_up) = (server(Until::LoginAsked), server(Until::LoggedIn));
    for url in [accepts("true"), accepts("strict"), login.url("loginTimeout=1"), set_up.url("loginTimeout=1")] {
        let error = enter(&url).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{url}: {error}");
        assert!(error.to_string().contains("loginTimeout"), "{url}: {error}");
    }
}

#[tokio::test]
async fn setting_up_a_session_is_within_socket_timeout_too() {
    for until in [Until::LoginAsked, Until::LoggedIn] {
        let server = server(until);
        let error = enter(&server.url("loginTimeout=0;socketTimeout=500")).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{until:?}: {error}");
        assert!(error.to_string().contains("socketTimeout"), "{until:?}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_over_metadata_does_not_hold_us() {
    let server = server(Until::SetUp);
    let mut connection = enter(&server.url("socketTimeout=500")).await.unwrap();
    let error = connection.schemas().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let error = connection.reset("again", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "what has broken is not used again: {error}");
}

#[tokio::test]
async fn a_server_that_falls_silent_before_or_behind_a_row_does_not_hold_us() {
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let limits = BatchLimits { rows: 1, bytes: 1 << 20 };
    let before = server(Until::SetUp);
    let mut connection = enter(&before.url("socketTimeout=500")).await.unwrap();
    let error = connection.read(&scan, &rendered.statement, limits).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let behind = server(Until::Row);
    let mut connection = enter(&behind.url("socketTimeout=500")).await.unwrap();
    let mut batches = connection.read(&scan, &rendered.statement, limits).await.unwrap();
    assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 1);
    let error = batches.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.hint_text().unwrap().contains("socketTimeout"), "{error}");
}

#[tokio::test]
async fn a_statement_that_does_not_begin_to_answer_is_within_query_timeout() {
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let server = server(Until::SetUp);
    let mut connection = enter(&server.url("queryTimeout=1")).await.unwrap();
    let error = connection.read(&scan, &rendered.statement, BatchLimits::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.to_string().contains("queryTimeout"), "{error}");
}
