//! Servers that fall silent: at every step there is a limit to how long they hold us.
#![allow(clippy::unwrap_used)]

#[path = "support/impostor.rs"]
mod impostor;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use arrow_schema::DataType;
use connector_core::{
    BatchLimits, Column, ColumnMapping, Connection, Credential, Error, ErrorKind, Pushdown, ReadAs, Scan, Secret,
    Settings, Table, TableName, sql,
};
use connector_mysql::CONNECTOR;
use futures::StreamExt;
use impostor::{Said, TLS, column, greeting, packet, taken};

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

/// Serves connections up to a point, and from there on only takes what it is sent.
fn server(until: Until, options: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().take(4) {
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                speak(&mut stream, until);
                drop(stream.read_to_end(&mut Vec::new()));
            });
        }
    });
    format!("jdbc:mysql://127.0.0.1:{port}/d?{options}")
}

fn speak(stream: &mut TcpStream, until: Until) {
    match until {
        Until::Accepted => return,
        Until::TlsPromised => {
            stream.write_all(&greeting(TLS)).unwrap();
            drop(taken(stream));
            return;
        }
        _ => stream.write_all(&greeting(0)).unwrap(),
    }
    if until == Until::LoginAsked {
        drop(taken(stream));
        return;
    }
    let mut asked = 0;
    impostor::serve(stream, &mut |said| {
        asked += 1;
        match said {
            _ if until == Until::LoggedIn => Some(Vec::new()),
            // Set up with one query, and asked once.
            Said::Query(_) | Said::Prepare(_) | Said::Execute if asked <= 3 => None,
            Said::Prepare(_) if until == Until::Row => {
                Some([packet(1, &[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), column(2, 3)].concat())
            }
            _ => Some(Vec::new()),
        }
    });
    if until == Until::Row {
        drop(taken(stream));
        stream.write_all(&[packet(1, &[1]), column(2, 3), packet(3, &[0, 0, 7, 0, 0, 0])].concat()).unwrap();
    }
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
async fn every_step_into_a_session_is_within_connect_timeout() {
    for (until, options) in [
        (Until::Accepted, "connectTimeout=300"),
        (Until::TlsPromised, "connectTimeout=300"),
        (Until::LoginAsked, "connectTimeout=300&sslMode=DISABLED"),
        (Until::LoggedIn, "connectTimeout=300&sslMode=DISABLED"),
    ] {
        let error = enter(&server(until, options)).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{until:?}: {error}");
        assert!(error.to_string().contains("connectTimeout"), "{until:?}: {error}");
    }
}

#[tokio::test]
async fn setting_up_a_session_is_within_socket_timeout_too() {
    for until in [Until::Accepted, Until::TlsPromised, Until::LoginAsked, Until::LoggedIn] {
        let mode = if until == Until::TlsPromised { "REQUIRED" } else { "DISABLED" };
        let url = server(until, &format!("connectTimeout=0&socketTimeout=300&sslMode={mode}"));
        let error = enter(&url).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{until:?}: {error}");
        assert!(error.to_string().contains("socketTimeout"), "{until:?}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_over_metadata_does_not_hold_us() {
    let options = "socketTimeout=300&sslMode=DISABLED";
    let error = enter(&server(Until::SetUp, options)).await.unwrap().schemas().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let mut connection = enter(&server(Until::SetUp, options)).await.unwrap();
    let error = connection.reset("again", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert_eq!(connection.schemas().await.unwrap_err().kind(), ErrorKind::Internal);
}

#[tokio::test]
async fn a_server_that_falls_silent_before_or_behind_a_row_does_not_hold_us() {
    let scan = scan();
    let rendered = sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let limits = BatchLimits { rows: 1, bytes: 1 << 20 };
    let options = "socketTimeout=300&sslMode=DISABLED";
    let mut connection = enter(&server(Until::SetUp, options)).await.unwrap();
    let error = connection.read(&scan, &rendered.statement, limits).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    let mut connection = enter(&server(Until::Row, options)).await.unwrap();
    let mut batches = connection.read(&scan, &rendered.statement, limits).await.unwrap();
    assert_eq!(batches.next().await.unwrap().unwrap().num_rows(), 1);
    let error = batches.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.hint_text().unwrap().contains("socketTimeout"), "{error}");
}
