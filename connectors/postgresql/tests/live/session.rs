//! What a session is pinned to, how it is made as new, and what happens when it breaks.

use std::time::Duration;

use connector_core::{BatchLimits, Connection, ErrorKind, Scan, Settings};
use connector_postgresql::CONNECTOR;
use futures::StreamExt;

use crate::support::{self, Server, scan, shown, table, whole};

/// A view that shows the session's own settings.
const PINNED: &str = "CREATE VIEW pinned AS SELECT name, setting FROM pg_settings WHERE name IN ('TimeZone', 'IntervalStyle', \
     'default_transaction_read_only', 'extra_float_digits', 'search_path', 'bytea_output', 'application_name', 'statement_timeout')";

async fn settings(connection: &mut dyn Connection, schema: &str) -> Vec<String> {
    let all = whole(connection, schema, "pinned").await;
    let mut pairs: Vec<String> = shown(&all, "name")
        .into_iter()
        .zip(shown(&all, "setting"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.sort();
    pairs
}

fn expected(name: &str) -> Vec<String> {
    let mut pairs = vec![
        "TimeZone=UTC".to_owned(),
        format!("application_name={name}"),
        "bytea_output=hex".into(),
        "default_transaction_read_only=on".into(),
        "extra_float_digits=3".into(),
        "IntervalStyle=postgres".into(),
        "search_path=pg_catalog".into(),
        "statement_timeout=0".into(),
    ];
    pairs.sort();
    pairs
}

#[tokio::test]
async fn q_after_a_session_is_pinned_and_made_as_new() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "q_after",
            &format!(
                "{PINNED}; CREATE FUNCTION spoil() RETURNS text LANGUAGE sql AS \
                 $$SELECT set_config('search_path', 'q_after', false) || set_config('TimeZone', 'Asia/Tokyo', false) || \
                 set_config('application_name', 'x', false) || pg_advisory_lock(1)::text$$; \
                 CREATE VIEW spoiling AS SELECT spoil() AS s"
            ),
        )
        .await;
    let mut connection =
        server.connect_with(&Settings { application_name: "glaux q1".into(), ..Settings::default() }).await;
    assert_eq!(settings(connection.as_mut(), "q_after").await, expected("glaux q1"));
    whole(connection.as_mut(), "q_after", "spoiling").await;
    assert_ne!(settings(connection.as_mut(), "q_after").await, expected("glaux q1"));
    connection.reset("it's q2; \"two\"", None).await.unwrap();
    assert_eq!(settings(connection.as_mut(), "q_after").await, expected("it's q2; \"two\""));
    let locks: i64 = {
        let admin = server.admin(&server.database).await;
        let sql = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                   WHERE l.locktype = 'advisory' AND a.application_name LIKE 'it''s q2%'";
        admin.query_one(sql, &[]).await.unwrap().get(0)
    };
    assert_eq!(locks, 0);
}

#[tokio::test]
async fn a_function_that_writes_is_forbidden() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "q_write",
            "CREATE TABLE log (id int); GRANT INSERT ON log TO reader; CREATE FUNCTION note() RETURNS int LANGUAGE sql AS \
             $$INSERT INTO q_write.log VALUES (1) RETURNING 1$$; CREATE VIEW noting AS SELECT note() AS n",
        )
        .await;
    let mut connection = server.connect().await;
    let scan = scan(&table(connection.as_mut(), "q_write", "noting").await);
    let error = support::failure(connection.as_mut(), &scan).await;
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
}

#[tokio::test]
async fn an_error_in_the_middle_keeps_data_out_of_its_text_and_the_session_usable() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "q_cast",
            "CREATE TABLE t (s text); INSERT INTO t SELECT i::text FROM generate_series(1, 5000) i; \
             INSERT INTO t VALUES ('s3cret'); CREATE VIEW v AS SELECT s::int AS i FROM t",
        )
        .await;
    let mut connection = server.connect().await;
    let scan = scan(&table(connection.as_mut(), "q_cast", "v").await);
    let error = support::failure(connection.as_mut(), &scan).await;
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("22P02") && !format!("{error:?}").contains("s3cret"), "{error:?}");
    connection.reset("again", None).await.unwrap();
    assert_eq!(whole(connection.as_mut(), "q_cast", "t").await.num_rows(), 5001);
}

#[tokio::test]
async fn a_text_that_a_function_raises_is_not_shown_whatever_state_it_claims() {
    let Some(server) = support::server() else { return };
    let states =
        ["42P01", "42501", "42Z99", "0A000", "28000", "40001", "53400", "54000", "55P03", "57014", "P0001", "22023"];
    let mut sql = "CREATE FUNCTION inner_raise(state text) RETURNS int LANGUAGE plpgsql AS $$BEGIN \
         RAISE 'card 4929-s3cret' USING ERRCODE = state, DETAIL = 's3cret', HINT = 's3cret'; END$$; \
         CREATE FUNCTION cast_inside(v text) RETURNS int LANGUAGE plpgsql AS $$BEGIN \
         EXECUTE 'SELECT ' || v; RETURN 1; END$$; CREATE VIEW undefined AS SELECT q_raise.cast_inside('\"s3cret\"') AS i"
        .to_owned();
    for state in states {
        sql += &format!("; CREATE VIEW \"v{state}\" AS SELECT q_raise.inner_raise('{state}') AS i");
    }
    server.schema("q_raise", &sql).await;
    for view in states.map(|state| format!("v{state}")).into_iter().chain(["undefined".to_owned()]) {
        let mut connection = server.connect().await;
        let scan = scan(&table(connection.as_mut(), "q_raise", &view).await);
        let error = support::failure(connection.as_mut(), &scan).await;
        assert!(error.to_string().contains("SQLSTATE"), "{view}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{view}: {error:?}");
    }
}

async fn wide(server: &Server, schema: &str) {
    server
        .schema(schema, "CREATE VIEW t AS SELECT i AS id, repeat('x', 1000) AS s FROM generate_series(1, 1000000) i")
        .await;
}

/// Reads one batch and hands over the rest.
async fn begun<'a>(
    connection: &'a mut dyn Connection,
    scan: &'a Scan,
    statement: &'a connector_core::Statement,
) -> connector_core::BatchStream<'a> {
    let limits = BatchLimits { rows: 100, bytes: 1 << 20 };
    let mut stream = connection.read(scan, statement, limits).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 100);
    stream
}

#[tokio::test]
async fn a_server_that_goes_away_in_the_middle_is_unavailable() {
    let Some(server) = support::server() else { return };
    wide(server, "q_gone").await;
    let mut connection =
        server.connect_with(&Settings { application_name: "q_gone".into(), ..Settings::default() }).await;
    let scan = scan(&table(connection.as_mut(), "q_gone", "t").await);
    let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let stream = begun(connection.as_mut(), &scan, &rendered.statement).await;
    server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'q_gone'").await;
    let outcome: Vec<_> = stream.collect().await;
    let error = outcome.into_iter().find_map(Result::err).expect("the server was gone");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.is_retryable());
    assert!(connection.reset("x", None).await.is_err());
}

#[tokio::test]
async fn an_abandoned_read_is_stopped_at_the_server_and_its_session_not_used_again() {
    let Some(server) = support::server() else { return };
    server.schema("q_left", "CREATE VIEW t AS SELECT i AS id, CASE WHEN i > 3000 THEN pg_sleep(3600)::text ELSE repeat('x', 100) END AS s FROM generate_series(1, 1000000) i").await;
    let mut connection =
        server.connect_with(&Settings { application_name: "q_left".into(), ..Settings::default() }).await;
    let scan = scan(&table(connection.as_mut(), "q_left", "t").await);
    let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
    drop(begun(connection.as_mut(), &scan, &rendered.statement).await);
    assert!(connection.reset("x", None).await.is_err());
    drop(connection);
    let admin = server.admin(&server.database).await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'q_left'";
    for attempt in 0.. {
        let running: i64 = admin.query_one(sql, &[]).await.unwrap().get(0);
        if running == 0 {
            break;
        }
        assert!(attempt < 3000, "the statement still runs");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_cell_above_the_limit_is_too_large_and_one_at_it_is_read() {
    let Some(server) = support::server() else { return };
    server
        .schema("q_cell", "CREATE TABLE t AS SELECT 1 AS id, repeat('x', 100000) AS s; CREATE TABLE u AS SELECT 1 AS id, repeat('x', 100001) AS s")
        .await;
    let settings = Settings { max_cell_bytes: 100_000, ..Settings::default() };
    let urls = [server.endpoint(), CONNECTOR.endpoint(&server.url("sslmode=disable")).unwrap()];
    for endpoint in urls {
        let login = support::credential("reader", support::PASSWORD);
        let mut connection = server.enter(&endpoint, &login, &settings).await.unwrap();
        assert_eq!(whole(connection.as_mut(), "q_cell", "t").await.num_rows(), 1);
        let scan = scan(&table(connection.as_mut(), "q_cell", "u").await);
        let error = support::failure(connection.as_mut(), &scan).await;
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(error.to_string().contains("100001 bytes") && error.to_string().contains("100000 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_timed_out_by_the_server_or_by_silence() {
    let Some(server) = support::server() else { return };
    server.schema("q_slow", "CREATE VIEW t AS SELECT pg_sleep(3600)::text AS s").await;
    for option in ["queryTimeout=1", "socketTimeout=1"] {
        let endpoint = CONNECTOR.endpoint(&server.url(&format!("sslmode=disable&{option}"))).unwrap();
        let login = support::credential("reader", support::PASSWORD);
        let mut connection = server.enter(&endpoint, &login, &Settings::default()).await.unwrap();
        let scan = scan(&table(connection.as_mut(), "q_slow", "t").await);
        let error = support::failure(connection.as_mut(), &scan).await;
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{option}: {error}");
    }
}

#[tokio::test]
async fn rows_are_counted_without_columns() {
    let Some(server) = support::server() else { return };
    server.schema("n_zerocols", "CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 250) i").await;
    let mut connection = server.connect().await;
    let scan = Scan::new(table(connection.as_mut(), "n_zerocols", "t").await, Vec::new());
    let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
    let limits = BatchLimits { rows: 100, bytes: 1 << 20 };
    let stream = connection.read(&scan, &rendered.statement, limits).await.unwrap();
    let rows: Vec<(usize, usize)> =
        stream.map(|batch| batch.map(|batch| (batch.num_rows(), batch.num_columns())).unwrap()).collect().await;
    assert_eq!(rows, [(100, 0), (100, 0), (50, 0)]);
}

#[tokio::test]
async fn a_views_function_finds_unqualified_names_with_current_schema_only() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "q_path",
            "CREATE TABLE hidden AS SELECT 7 AS id; CREATE FUNCTION look() RETURNS int LANGUAGE plpgsql AS \
             $$BEGIN RETURN (SELECT id FROM hidden); END$$; CREATE VIEW seen AS SELECT look() AS id",
        )
        .await;
    let mut connection = server.connect().await;
    let scan = scan(&table(connection.as_mut(), "q_path", "seen").await);
    let error = support::failure(connection.as_mut(), &scan).await;
    assert!(error.hint_text().unwrap().contains("currentSchema"), "{error}");
    let endpoint = CONNECTOR.endpoint(&server.url("sslmode=disable&currentSchema=q_path")).unwrap();
    let login = support::credential("reader", support::PASSWORD);
    let mut connection = server.enter(&endpoint, &login, &Settings::default()).await.unwrap();
    connection.reset("again", None).await.unwrap();
    assert_eq!(shown(&whole(connection.as_mut(), "q_path", "seen").await, "id"), ["7"]);
}
