//! Sessions with a server that others wrote, over the TLS of OpenSSL. It checks no password and has no type but integers, text
//! and bytes; those are the matter of the connector's own scripted server and of its live tests.
#![allow(clippy::unwrap_used)]

#[path = "../../support/authority.rs"]
mod authority;
#[path = "support/relay.rs"]
mod relay;
#[path = "support/server.rs"]
mod server;

use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int64Type};
use arrow_schema::DataType;
use connector_core::{BatchLimits, ErrorKind};
use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, InfoMessage, LOGIN_DELAY_KEY, LeadingError, MockTdsServer, QueryResponse, Row,
    SqlDataType, TerminalError,
};
use server::{Server, Tls, read, scan, statement};

/// Longer than any test.
const FOREVER: Duration = Duration::from_hours(1);

fn ids(ids: &[i64]) -> QueryResponse {
    let rows = ids.iter().map(|id| Row::new(vec![ColumnValue::BigInt(*id)])).collect();
    QueryResponse::new(vec![ColumnDefinition::new("ID", SqlDataType::BigInt)], rows)
}

#[tokio::test]
async fn a_login_arrives_in_strict_mode_and_inside_the_packets_of_older_servers() {
    let tls = Tls::new();
    let (strict, wrapped) = (Server::strict(&tls).await, Server::wrapped(&tls).await);
    let relay = relay::retyping(wrapped.port).await;
    for (server, port, encrypt) in [(&strict, strict.port, "strict"), (&wrapped, relay, "true")] {
        drop(tls.enter(port, &format!("encrypt={encrypt}")).await.unwrap());
        assert_eq!(server.logins().await, [("localhost".to_owned(), "sales".to_owned())], "{encrypt}");
    }
}

#[tokio::test]
async fn an_applications_token_arrives_as_the_protocol_has_it() {
    let tls = Tls::new();
    let tokens = authority::Authority::start(tls.another(), |_| authority::grant("eyJ0eXAi.payload.c2ln", 3600));
    let (strict, wrapped) = (Server::strict(&tls).await, Server::wrapped(&tls).await);
    let relay = relay::retyping(wrapped.port).await;
    for (server, port, encrypt) in [(&strict, strict.port, "strict"), (&wrapped, relay, "true")] {
        let entered = tls.enter_as_application(port, tokens.port, &format!("encrypt={encrypt}")).await;
        drop(entered.unwrap());
        assert_eq!(server.tokens().await, [Some("eyJ0eXAi.payload.c2ln".to_owned())], "{encrypt}");
    }
    assert_eq!(tokens.times(), 1);
}

#[tokio::test]
async fn no_login_is_sent_to_a_stranger_nor_without_tls() {
    let (tls, stranger) = (Tls::new(), Tls::new());
    let strict = Server::strict(&stranger).await;
    let plain = Server::run(MockTdsServer::new("127.0.0.1:0").await.unwrap());
    for (server, options, named) in [
        (&strict, "encrypt=strict", "not trusted"),
        (&plain, "encrypt=true", "does not offer TLS"),
        (&plain, "encrypt=strict", "ended the connection"),
    ] {
        let error = tls.enter(server.port, options).await.err().unwrap();
        assert!(error.to_string().contains(named), "{options}: {error}");
        assert_eq!(server.logins().await, [], "{options}");
    }
}

#[tokio::test]
async fn a_login_that_is_sent_on_arrives_at_the_next_server() {
    let tls = Tls::new();
    let second = Server::strict(&tls).await;
    let sending = MockTdsServer::new_with_redirection("127.0.0.1:0", "localhost", second.port).await.unwrap();
    let first = Server::run(sending);
    let entrance = relay::unwrapping(&tls, first.port).await;
    let mut connection = tls.enter(entrance, "encrypt=strict").await.unwrap();
    let scan = scan(&[("ID", DataType::Int64)]);
    second.answer(statement(&scan).sql, ids(&[7])).await;
    assert_eq!(read(connection.as_mut(), &scan).await.unwrap()[0].num_rows(), 1);
    for server in [&first, &second] {
        assert_eq!(server.logins().await, [("localhost".to_owned(), "sales".to_owned())]);
    }
}

#[tokio::test]
async fn rows_arrive_however_they_are_cut_and_whatever_is_said_between_them() {
    let tls = Tls::new();
    let server = Server::strict(&tls).await;
    // 😀 is cut between its halves.
    let text = |chunks: &[&[u16]]| ColumnValue::NVarCharMax(chunks.iter().map(|chunk| chunk.to_vec()).collect());
    let coded = |chunks: &[&[u8]]| ColumnValue::VarCharMax(chunks.iter().map(|chunk| chunk.to_vec()).collect());
    let columns = vec![
        ColumnDefinition::new("ID", SqlDataType::BigInt),
        ColumnDefinition::new("SMALL", SqlDataType::TinyInt),
        ColumnDefinition::new("TEXT", SqlDataType::NVarCharMax),
        ColumnDefinition::new("CODED", SqlDataType::VarCharMax),
        ColumnDefinition::new("BYTES", SqlDataType::VarBinaryMax),
    ];
    let first = vec![
        ColumnValue::BigInt(i64::MIN),
        ColumnValue::TinyInt(255),
        text(&[&[0x61, 0xd83d], &[0xde00]]),
        coded(&[&[0xe9], &[0x80]]),
        ColumnValue::VarBinaryMax(vec![vec![0], vec![255, 0]]),
    ];
    let second = vec![
        ColumnValue::Null,
        ColumnValue::Null,
        ColumnValue::NVarCharMaxNull,
        coded(&[]),
        ColumnValue::VarBinaryMax(vec![]),
    ];
    let rows = vec![Row::new(first), Row::new(second.clone()), Row::new(second)];
    let told = || vec![InfoMessage::new(8153, 10, "Null value is eliminated by an aggregate.")];
    let answer = QueryResponse::new(columns, rows).with_info_tokens(told());
    let scan = scan(&[
        ("ID", DataType::Int64),
        ("SMALL", DataType::Int16),
        ("TEXT", DataType::Utf8),
        ("CODED", DataType::Utf8),
        ("BYTES", DataType::Binary),
    ]);
    server.answer(statement(&scan).sql, answer).await;
    let mut connection = tls.enter(server.port, "encrypt=strict").await.unwrap();
    let batches = read(connection.as_mut(), &scan).await.unwrap();
    assert_eq!(batches.iter().map(arrow_array::RecordBatch::num_rows).collect::<Vec<_>>(), [2, 1]);
    let [id, small, text, coded, bytes] = [0, 1, 2, 3, 4].map(|column| batches[0].column(column));
    assert_eq!((id.as_primitive::<Int64Type>().value(0), id.null_count()), (i64::MIN, 1));
    assert_eq!((small.as_primitive::<Int16Type>().value(0), small.null_count()), (255, 1));
    assert_eq!((text.as_string::<i32>().value(0), text.null_count()), ("a😀", 1));
    assert_eq!((coded.as_string::<i32>().value(0), coded.as_string::<i32>().value(1)), ("é€", ""));
    assert_eq!(bytes.as_binary::<i32>().value(0), [0, 255, 0]);
    assert_eq!((bytes.as_binary::<i32>().value(1).len(), bytes.null_count()), (0, 0));
}

#[tokio::test]
async fn an_error_ends_an_answer_wherever_it_stands_and_the_session_goes_on() {
    let tls = Tls::new();
    let server = Server::strict(&tls).await;
    let scan = scan(&[("ID", DataType::Int64)]);
    let mut connection = tls.enter(server.port, "encrypt=strict").await.unwrap();
    for (answer, kind, shown) in [
        (QueryResponse::error_only(TerminalError::new(1222, 16, "Lock request time out")), ErrorKind::TimedOut, true),
        (QueryResponse::error_only(TerminalError::new(229, 14, "SELECT was denied on T")), ErrorKind::Forbidden, true),
        (QueryResponse::error_only(TerminalError::new(245, 16, "converting 'hunter2'")), ErrorKind::Corrupt, false),
        // Rows follow on this one, and are no answer.
        (ids(&[7]).with_leading_error(LeadingError::new(8134, 16, "of 'hunter2' by zero")), ErrorKind::Invalid, false),
    ] {
        let told = answer.terminal_error.as_ref().map(|error| error.message.clone());
        server.answer(statement(&scan).sql, answer).await;
        let error = read(connection.as_mut(), &scan).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(told.is_some_and(|told| error.to_string().contains(&told)), shown, "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        server.answer(statement(&scan).sql, ids(&[1, 2, 3])).await;
        assert_eq!(read(connection.as_mut(), &scan).await.unwrap().len(), 2, "after {error}");
    }
}

#[tokio::test]
async fn a_statement_that_is_let_go_ends_its_connection_at_the_server() {
    let tls = Tls::new();
    let server = Server::strict(&tls).await;
    let scan = scan(&[("ID", DataType::Int64)]);
    server.answer(statement(&scan).sql, ids(&[7]).with_delay(FOREVER)).await;
    let mut connection = tls.enter(server.port, "encrypt=strict").await.unwrap();
    server.forget().await;
    let statement = statement(&scan);
    let mut reading = connection.read(&scan, &statement, BatchLimits::default());
    // The server knows a connection when it speaks and when it has ended.
    while server.logins().await.is_empty() {
        assert!(futures::poll!(&mut reading).is_pending());
        tokio::task::yield_now().await;
    }
    server.forget().await;
    drop(reading);
    while server.logins().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(connection.reset("again", None).await.unwrap_err().kind(), ErrorKind::Internal);
}

#[tokio::test]
async fn a_login_that_is_not_answered_is_within_login_timeout() {
    let tls = Tls::new();
    let server = Server::strict(&tls).await;
    server.answer(LOGIN_DELAY_KEY, ids(&[]).with_delay(FOREVER)).await;
    let error = tls.enter(server.port, "encrypt=strict;loginTimeout=1").await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("loginTimeout"), "{error}");
}
