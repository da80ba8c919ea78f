//! What views compute, of every kind: no table declares its type.

use arrow_schema::DataType;
use connector_core::testing::suite;
use connector_core::{Domain, Value};
use connector_mysql::CONNECTOR;
use mysql_async::prelude::Queryable;

use crate::asked::{in_domain, pushed, text};
use crate::support::{self, scan, table};

/// What views compute; their columns come from no table, so that the catalog and the wire must agree about them by themselves.
const COMPUTED: &[&str] = &[
    "1",
    "-1",
    "1 = 1",
    "TRUE",
    "2147483648",
    "18446744073709551615",
    "1.5",
    "1e0",
    "'x'",
    "x'00ff'",
    "b'101'",
    "NULL",
    "i + 1",
    "i * i",
    "i / 3",
    "i DIV 3",
    "i % 3",
    "-i",
    "i IS NULL",
    "i & 3",
    "~i",
    "COUNT(*)",
    "SUM(i)",
    "AVG(i)",
    "MIN(i)",
    "MAX(d)",
    "MIN(dt)",
    "MAX(s)",
    "SUM(f)",
    "GROUP_CONCAT(s)",
    "LENGTH(s)",
    "CONCAT(s, i)",
    "UPPER(s)",
    "IF(i > 0, 1, 2)",
    "IF(i > 0, 'a', 'b')",
    "IFNULL(i, 0)",
    "COALESCE(s, 'x')",
    "CASE WHEN i = 1 THEN 1.5 ELSE 2 END",
    "CAST(i AS CHAR)",
    "CAST(i AS UNSIGNED)",
    "CAST(s AS BINARY)",
    "CAST(i AS DECIMAL(40,2))",
    "CAST('2020-01-01' AS DATE)",
    "CAST('2020-01-01 00:00:00.5' AS DATETIME(3))",
    "CAST('01:02:03' AS TIME)",
    "NOW()",
    "NOW(6)",
    "CURDATE()",
    "CURTIME()",
    "YEAR(d)",
    "MONTH(d)",
    "DAYNAME(d)",
    "DATE(dt)",
    "DATE_ADD(d, INTERVAL 1 DAY)",
    "DATE_ADD(dt, INTERVAL 1 SECOND)",
    "DATEDIFF(d, d)",
    "TIMESTAMPDIFF(SECOND, dt, dt)",
    "UNIX_TIMESTAMP(dt)",
    "FROM_UNIXTIME(1)",
    "FROM_UNIXTIME(1.5)",
    "DATE_FORMAT(d, '%Y')",
    "EXTRACT(YEAR_MONTH FROM d)",
    "TIMEDIFF('02:00:00', '01:00:00')",
    "SEC_TO_TIME(5)",
    "ROUND(f)",
    "ROUND(n, 1)",
    "FLOOR(n)",
    "ABS(i)",
    "SQRT(4)",
    "RAND(1) < 2",
    "SHA2(s, 256)",
    "HEX(s)",
    "UNHEX('41')",
    "BIT_COUNT(i)",
    "BIT_OR(i)",
    "ASCII(s)",
    "JSON_OBJECT('a', 1)",
    "JSON_EXTRACT('[1]', '$[0]')",
    "JSON_LENGTH('[1]')",
    "UUID() IS NULL",
    "CONNECTION_ID() > 0",
    "CURRENT_USER()",
    "VERSION()",
    "t1",
    "e",
    "y",
    "b",
    "(SELECT MAX(i) FROM o)",
    "ROW_NUMBER() OVER (ORDER BY i)",
    "t1 + 0",
    "y + 0",
    "b + 0",
    "iu",
    "iu + 1",
    "bu",
    "i DIV 1",
    "GREATEST(i, 2)",
    "LEAST(d, d)",
    "NULLIF(i, 2)",
    "s LIKE 'a%'",
    "i IN (1, 2)",
    "EXISTS (SELECT 1)",
    "STR_TO_DATE('2020-01-01', '%Y-%m-%d')",
    "CRC32(s)",
    "INET_ATON('1.2.3.4')",
    "CHAR(65)",
    "ELT(1, 'a')",
    "FIND_IN_SET('a', 'b,a')",
    "INTERVAL(i, 1)",
    "LAST_DAY(d)",
    "MAKEDATE(2020, 1)",
    "TO_DAYS(d)",
    "ST_AsText(ST_GeomFromText('POINT(1 2)'))",
    "ST_GeomFromText('POINT(1 2)')",
    "COMPRESS('a') IS NULL",
    "SUBSTRING(bl, 1)",
    "CONVERT(s USING latin1)",
];

#[tokio::test]
async fn what_views_compute_is_read_as_it_is_described() {
    for server in support::servers() {
        let views: Vec<String> = COMPUTED
            .iter()
            .enumerate()
            .map(|(index, sql)| format!("CREATE VIEW v{index} AS SELECT {sql} AS v FROM o"))
            .collect();
        server
            .schema(
                "computed",
                &format!(
                    "CREATE TABLE o (i int, s varchar(9), d date, dt datetime, f float, n decimal(10,3), t1 tinyint(1), e enum('a'), y year, b bit(3), \
                     iu int unsigned, bu bigint unsigned, bl blob); INSERT INTO o VALUES (1, 'a', '2020-01-01', '2020-01-01', 1.5, 1.25, 1, 'a', 2020, 5, 1, 1, 'x'); {}",
                    views.join("; ")
                ),
            )
            .await;
        let mut connection = server.connect().await;
        let mut wrong = Vec::new();
        for (index, sql) in COMPUTED.iter().enumerate() {
            let table = table(connection.as_mut(), "computed", &format!("v{index}")).await;
            let scan = scan(&table);
            let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
            let read = async {
                let stream =
                    connection.read(&scan, &rendered.statement, connector_core::BatchLimits::default()).await?;
                futures::TryStreamExt::try_collect::<Vec<_>>(stream).await
            };
            match read.await {
                Ok(batches) => {
                    assert_eq!(batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 1, "{sql}");
                }
                Err(error) => {
                    wrong.push(format!("{sql}: {error}"));
                    connection = server.connect().await;
                }
            }
        }
        assert!(wrong.is_empty(), "{:?}:\n{}", server.kind, wrong.join("\n"));
        let clocks = COMPUTED.iter().enumerate().filter(|(_, sql)| sql.starts_with("NOW") || sql.starts_with("CUR"));
        let clocks: Vec<String> = clocks.map(|(index, _)| format!("DROP VIEW computed.v{index}")).collect();
        server.run(&clocks.join("; ")).await;
        suite::all(connection.as_mut(), CONNECTOR.dialect(), "computed").await;
    }
}

/// Whatever a session's mode says about backslashes, a column is computed as its table was made; and what a session opens is lent
/// to others, whose values are not to change either.
#[tokio::test]
async fn computed_columns_are_the_same_for_every_session() {
    for server in support::servers() {
        server
            .schema(
                "generated",
                "CREATE TABLE t (id int, a varchar(20), b varchar(20) AS (CONCAT(a, '\\\\', '\"')) VIRTUAL, \
                 c varchar(20) AS (CONCAT(a, '\\\\')) STORED, KEY (b)); INSERT INTO t (id, a) VALUES (0, 'x'), (1, 'y'); FLUSH TABLES t",
            )
            .await;
        let mut connection = server.connect().await;
        let mut scan = scan(&table(connection.as_mut(), "generated", "t").await);
        let all = support::read(connection.as_mut(), &scan).await;
        assert_eq!(support::shown(&all, "b"), ["x\\\"", "y\\\""]);
        assert_eq!(support::shown(&all, "c"), ["x\\", "y\\"]);
        scan.domains.insert("b".into(), Domain::single(DataType::Utf8, Value::Text("y\\\"".into())));
        assert_eq!(support::shown(&support::read(connection.as_mut(), &scan).await, "id"), ["1"]);
        drop(connection);
        // As many as the server keeps apart.
        for _ in 0..32 {
            let mut other = server.admin().await;
            let seen: Option<String> = other.query_first("SELECT b FROM generated.t WHERE id = 0").await.unwrap();
            assert_eq!(seen.as_deref(), Some("x\\\""));
            other.disconnect().await.unwrap();
        }
    }
}

/// A text of two collations compares with nothing at the server.
#[tokio::test]
async fn texts_that_a_view_puts_together_from_two_collations_are_found() {
    for server in support::servers() {
        server
            .schema(
                "mixed",
                "CREATE TABLE o (id int, a varchar(9) COLLATE utf8mb4_general_ci, b varchar(9) COLLATE utf8mb4_unicode_ci, \
                 l varchar(9) CHARACTER SET latin1); INSERT INTO o VALUES (1, 'a', 'b', 'é'), (2, 'A', 'b', 'e'), (3, NULL, 'b', 'c'); \
                 CREATE VIEW t AS SELECT id, CONCAT(a, b) AS ab, COALESCE(a, b) AS c, IF(id = 1, a, b) AS i, CONCAT(a, l) AS al, \
                 CONCAT(l, 'é') AS le, 'x' AS x, USER() AS u, CASE id WHEN 1 THEN a WHEN 2 THEN b END AS ca, GREATEST(a, 'A') AS g FROM o",
            )
            .await;
        let mut connection = server.connect().await;
        suite::all(connection.as_mut(), CONNECTOR.dialect(), "mixed").await;
        assert_eq!(in_domain(server, "mixed", "ab", Domain::single(DataType::Utf8, text("Ab"))).await, pushed(&["2"]));
    }
}
