//! What a session that was kept saves the next request, and what it must not keep.

use connector_core::ErrorKind;
use glaux::protocol::{Identity, Request, Response};

use crate::source::{Source, ask, handler, read_request, table_request};
use crate::support::relay::Relay;

#[tokio::test]
async fn a_read_of_a_warm_session_takes_few_round_trips() {
    for mut source in Source::all().await {
        let relay = Relay::to(source.place()).await;
        source.lead_through(relay.port);
        let handler = handler(&source, |_| {});
        let request = read_request(&handler, "few", "q-warm").await;
        let mut taken = Vec::new();
        for _ in 0..3 {
            let before = relay.turns();
            let Response::ReadRecords(answer) = ask(&handler, &request, None).await.unwrap() else { panic!("spilled") };
            assert_eq!(answer.records.num_rows(), 10);
            taken.push(relay.turns() - before);
        }
        println!("{}: round trips of three reads: {taken:?}", source.name());
        // As new and described at once, then read; MySQL's protocol takes one command at a time, and prepares before it executes.
        let expected = if source.name() == "PostgreSQL" { 2 } else { 6 };
        assert_eq!(taken, [expected; 3], "{}", source.name());
        assert_eq!(relay.accepted(), 1, "{}", source.name());
    }
}

#[tokio::test]
async fn a_warm_session_knows_nothing_of_a_table_that_has_changed_or_is_forbidden_since() {
    let of_postgres = "ALTER TABLE app.few ALTER id TYPE bigint";
    let of_mysql = "ALTER TABLE app.few MODIFY id bigint";
    for source in Source::all().await {
        let handler = handler(&source, |_| {});
        let request = read_request(&handler, "few", "q-changed").await;
        ask(&handler, &request, None).await.unwrap();
        source.execute(if source.name() == "PostgreSQL" { of_postgres } else { of_mysql }).await;
        let error = ask(&handler, &request, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{}: {error}", source.name());
        // A function that has been told nothing yet.
        let handler = self::handler(&source, |_| {});
        let request = read_request(&handler, "few", "q-forbidden").await;
        ask(&handler, &request, None).await.unwrap();
        let revoked = if source.name() == "PostgreSQL" { "app.few" } else { "app.*" };
        source.execute(&format!("REVOKE SELECT ON {revoked} FROM READER")).await;
        let error = ask(&handler, &request, None).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{}: {error}", source.name());
    }
}

#[tokio::test]
async fn a_table_that_was_described_a_moment_ago_is_not_asked_for_again_but_for_a_read() {
    for mut source in Source::all().await {
        let relay = Relay::to(source.place()).await;
        source.lead_through(relay.port);
        let handler = handler(&source, |_| {});
        let read = read_request(&handler, "few", "q-known").await;
        let described = relay.turns();
        let again = ask(&handler, &table_request(&Identity::default(), "few", "q-known"), None).await.unwrap();
        let Response::GetTable(again) = again else { panic!("no table") };
        assert_eq!(relay.turns(), described, "{}", source.name());
        source.execute("ALTER TABLE app.few RENAME COLUMN id TO other").await;
        let Request::ReadRecords(planned) = &read else { panic!("no read") };
        assert_eq!(again.schema, planned.schema, "{}", source.name());
        let error = ask(&handler, &read, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{}: {error}", source.name());
    }
}
