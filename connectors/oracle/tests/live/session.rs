//! What a session leaves behind, and what it does about errors.

use connector_core::{BatchLimits, ErrorKind, sql};
use connector_oracle::CONNECTOR;
use futures::StreamExt;

use crate::support;

#[tokio::test]
async fn a_session_that_failed_or_was_reset_serves_the_next_request() {
    let Some(server) = support::server() else { return };
    server.schema("glaux_session", &["CREATE TABLE glaux_session.gone (id NUMBER(9))"]);
    let mut connection = server.connect().await;
    let gone = support::table(connection.as_mut(), "glaux_session", "gone").await;
    server.run(&["DROP TABLE glaux_session.gone"]);
    let scan = support::scan(&gone);
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    connection.reset("glaux other", None).await.unwrap();
    let error = connection.read(&scan, &statement, BatchLimits::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    connection.reset("glaux another", None).await.unwrap();
    assert!(connection.schemas().await.is_ok());
}

#[tokio::test]
async fn an_answer_that_is_let_go_leaves_the_session_unusable() {
    let Some(server) = support::server() else { return };
    server.schema(
        "glaux_let_go",
        &["CREATE TABLE glaux_let_go.many AS SELECT LEVEL AS id FROM dual CONNECT BY LEVEL <= 100000"],
    );
    let mut connection = server.connect().await;
    let many = support::table(connection.as_mut(), "glaux_let_go", "many").await;
    let scan = support::scan(&many);
    let statement = sql::render(&scan, CONNECTOR.dialect()).unwrap().statement;
    let limits = BatchLimits { rows: 10, bytes: 1 << 20 };
    let mut answer = connection.read(&scan, &statement, limits).await.unwrap();
    assert_eq!(answer.next().await.unwrap().unwrap().num_rows(), 10);
    drop(answer);
    assert_eq!(connection.schemas().await.unwrap_err().kind(), ErrorKind::Internal);
}
