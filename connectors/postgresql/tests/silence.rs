//! Servers that fall silent: at every step there is a limit to how long they hold us.
#![allow(clippy::unwrap_used)]

#[path = "support/impostor.rs"]
mod impostor;

use std::io::{Read, Write};
use std::net::TcpStream;

use connector_core::{BatchLimits, ErrorKind, sql};
use connector_postgresql::CONNECTOR;
use futures::StreamExt;
use impostor::{asked, columns, enter, message, scan, seven, welcome, wished};

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

/// A server that goes so far, and from there on only takes what it is sent.
fn server(until: Until, options: &str) -> String {
    impostor::served(options, move |stream| {
        speak(stream, until);
        drop(stream.read_to_end(&mut Vec::new()));
    })
}

fn speak(stream: &mut TcpStream, until: Until) {
    if until == Until::Accepted {
        return;
    }
    wished(stream);
    match until {
        Until::TlsPromised => return stream.write_all(b"S").unwrap(),
        Until::LoginAsked => return,
        _ => {}
    }
    stream.write_all(&welcome()).unwrap();
    if until == Until::LoggedIn {
        return;
    }
    asked(stream, b'Q');
    stream.write_all(&[message(b'C', b"SET\0"), message(b'Z', b"I")].concat()).unwrap();
    if until == Until::Row {
        asked(stream, b'S');
        stream.write_all(&[columns(&[23]), seven()].concat()).unwrap();
    }
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
