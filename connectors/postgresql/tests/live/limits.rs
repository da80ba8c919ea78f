//! How long a statement may run, what the server expects of it, and how it is stopped.

use std::time::Duration;

use arrow_schema::DataType;
use connector_core::{BatchLimits, Bound, Connection, Domain, Range, Settings, Value, Values};
use connector_postgresql::CONNECTOR;

use crate::support::{self, PASSWORD, scan, shown, table, whole};

#[tokio::test]
async fn the_shortest_limit_on_statements_holds_and_none_outlives_its_request() {
    let Some(server) = support::server() else { return };
    server.schema("q_limit", "CREATE VIEW t AS SELECT setting FROM pg_settings WHERE name = 'statement_timeout'").await;
    server
        .run(&format!(
            "DROP ROLE IF EXISTS hurried; CREATE ROLE hurried LOGIN PASSWORD '{PASSWORD}' IN ROLE reader; \
             ALTER ROLE hurried SET statement_timeout = '2min'"
        ))
        .await;
    let limit =
        async |connection: &mut dyn Connection| shown(&whole(connection, "q_limit", "t").await, "setting").remove(0);
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (user, option, asked, expected) in [
        ("reader", "", None, "0"),
        ("reader", "", seconds(30), "30000"),
        ("reader", "queryTimeout=7", seconds(30), "7000"),
        ("reader", "queryTimeout=70", seconds(30), "30000"),
        ("hurried", "", seconds(30), "30000"),
        ("hurried", "", seconds(300), "120000"),
    ] {
        let mut endpoint = server.endpoint();
        endpoint.options.extend(option.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
        let login = support::credential(user, PASSWORD);
        let limited = Settings { time_limit: asked, ..Settings::default() };
        let mut connection = server.enter(&endpoint, &login, &limited).await.unwrap();
        assert_eq!(limit(connection.as_mut()).await, expected, "{user} {option} {asked:?}");
        let mut connection = server.enter(&endpoint, &login, &Settings::default()).await.unwrap();
        let without = limit(connection.as_mut()).await;
        connection.reset("again", asked).await.unwrap();
        assert_eq!(limit(connection.as_mut()).await, expected, "{user} {option} {asked:?} after a reset");
        connection.reset("again", None).await.unwrap();
        assert_eq!(limit(connection.as_mut()).await, without, "{user} {option} {asked:?} after another");
    }
}

#[tokio::test]
async fn what_the_server_expects_of_a_statement_is_told() {
    let Some(server) = support::server() else { return };
    server.schema("q_plan", "CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 5000) i; ANALYZE t").await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "q_plan", "t").await);
    let above = Range { low: Bound::Excluded(Value::Int(4900)), high: Bound::Unbounded };
    for (values, expected) in [(Values::All, 4990..5011), (Values::Ranges(vec![above]), 80..121)] {
        let domain = Domain { data_type: DataType::Int32, values, nulls: false };
        scan.domains = [("id".to_owned(), domain)].into();
        let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
        let told = connection.estimate(&rendered.statement).await.unwrap().unwrap().rows;
        assert!(expected.contains(&told), "{told} rows by {}", rendered.statement.sql);
    }
    assert_eq!(whole(connection.as_mut(), "q_plan", "t").await.num_rows(), 5000);
}

#[tokio::test]
async fn a_read_let_go_before_its_first_row_is_stopped_too() {
    let Some(server) = support::server() else { return };
    server.schema("q_early", "CREATE VIEW t AS SELECT pg_sleep(3600)::text AS s").await;
    let admin = server.admin(&server.database).await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'q_early' AND state = 'active'";
    let running = async || -> i64 { admin.query_one(sql, &[]).await.unwrap().get(0) };
    let until = async |expected: i64| {
        for attempt in 0.. {
            if running().await == expected {
                break;
            }
            assert!(attempt < 3000, "there are not {expected} statements");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    for stops in [false, true] {
        let settings = Settings { application_name: "q_early".into(), ..Settings::default() };
        let mut connection = server.connect_with(&settings).await;
        let scan = scan(&table(connection.as_mut(), "q_early", "t").await);
        let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
        tokio::select! {
            _ = connection.read(&scan, &rendered.statement, BatchLimits::default()) => panic!("the statement ended"),
            () = until(1) => {}
        }
        if stops {
            connection.stop().await;
            assert_eq!(running().await, 0, "it still ran when it had been stopped");
        }
        // The session's socket is still open: it is the cancel that ends what runs.
        until(0).await;
    }
}
