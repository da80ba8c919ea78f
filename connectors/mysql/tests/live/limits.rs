//! How long a statement may run, and what the server expects of it.

use std::time::Duration;

use arrow_schema::DataType;
use connector_core::{Bound, Connection, Domain, Range, Settings, Value, Values};
use connector_mysql::CONNECTOR;
use mysql_async::prelude::Queryable;

use crate::support::{self, PASSWORD, credential, scan, shown, table, whole};

#[tokio::test]
async fn the_shortest_limit_on_statements_holds_and_none_outlives_its_request() {
    for server in support::servers() {
        let variable = if server.is_mariadb() { "max_statement_time" } else { "max_execution_time" };
        let millis = if server.is_mariadb() { "* 1000" } else { "" };
        server
            .schema(
                "q_limit",
                &format!(
                    "CREATE TABLE one (id int); INSERT INTO one VALUES (1); CREATE FUNCTION limit_of() RETURNS varchar(99) \
                     READS SQL DATA RETURN CAST(@@SESSION.{variable} {millis} AS SIGNED); \
                     CREATE VIEW t AS SELECT limit_of() AS v FROM one"
                ),
            )
            .await;
        let limit =
            async |connection: &mut dyn Connection| shown(&whole(connection, "q_limit", "t").await, "v").remove(0);
        let millis = |millis| Some(Duration::from_millis(millis));
        let login = credential("reader", PASSWORD);
        for (of_server, option, asked, expected) in [
            (0, "", None, "0"),
            (0, "", millis(30_500), "30500"),
            (0, "&queryTimeout=7", millis(30_000), "7000"),
            (0, "&queryTimeout=70", millis(30_000), "30000"),
            (120, "", millis(30_000), "30000"),
            (120, "", millis(300_000), "120000"),
        ] {
            let mut admin = server.admin().await;
            let unit = if server.is_mariadb() { 1 } else { 1000 };
            admin.query_drop(format!("SET GLOBAL {variable} = {}", of_server * unit)).await.unwrap();
            let options = format!("{}{option}", server.options());
            let limited = Settings { time_limit: asked, ..Settings::default() };
            let mut connection = server.enter(&options, &login, &limited).await.unwrap();
            assert_eq!(limit(connection.as_mut()).await, expected, "{of_server} {option} {asked:?}");
            let mut connection = server.enter(&options, &login, &Settings::default()).await.unwrap();
            let without = limit(connection.as_mut()).await;
            connection.reset("again", asked).await.unwrap();
            assert_eq!(limit(connection.as_mut()).await, expected, "{of_server} {option} {asked:?} after a reset");
            connection.reset("again", None).await.unwrap();
            assert_eq!(limit(connection.as_mut()).await, without, "{of_server} {option} {asked:?} after another");
            admin.query_drop(format!("SET GLOBAL {variable} = 0")).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_the_server_expects_of_a_statement_is_told() {
    for server in support::servers() {
        let ten = "SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 \
             UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9";
        server
            .schema(
                "q_plan",
                &format!(
                    "CREATE TABLE d AS {ten}; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t \
                     SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n FROM d a, d b, d c, d d WHERE d.n < 5; ANALYZE TABLE t"
                ),
            )
            .await;
        let mut connection = server.connect().await;
        let mut scan = scan(&table(connection.as_mut(), "q_plan", "t").await);
        let above = Range { low: Bound::Excluded(Value::Int(4900)), high: Bound::Unbounded };
        for (values, expected) in [(Values::All, 4500..5501), (Values::Ranges(vec![above]), 80..121)] {
            let domain = Domain { data_type: DataType::Int32, values, nulls: false };
            scan.domains = [("id".to_owned(), domain)].into();
            let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
            let told = connection.estimate(&rendered.statement).await.unwrap().unwrap().rows;
            assert!(expected.contains(&told), "{told} rows by {}", rendered.statement.sql);
        }
        assert_eq!(whole(connection.as_mut(), "q_plan", "t").await.num_rows(), 5000);
    }
}
