//! Tables in partitions that have no index: cut where these begin, and every row in one slice.

use std::collections::BTreeMap;

use connector_core::split::Sizes;
use connector_core::testing::cuts::in_slices;
use connector_core::testing::suite::sorted_rows;
use connector_core::{Bound, Connection, Domain, Range, Scan, Value, Values};
use connector_sqlserver::CONNECTOR;

use crate::support::{self, read, scan, table};

/// Types of columns with boundaries and with what makes values of them of a number `n`.
const PARTED: &[(&str, &str, &str)] = &[
    ("int", "-5, 40, 50", "n - 30"),
    ("bigint", "-9223372036854775808, 7", "CASE WHEN n % 3 = 0 THEN -9223372036854775808 ELSE n END"),
    ("decimal(9,2)", "0.5, 10.25", "n * 0.25"),
    ("date", "'2019-12-31', '2020-02-01', '2020-03-01'", "DATEADD(day, n, '2019-12-20')"),
    ("datetime", "'2019-12-31T23:59:59.997', '2020-01-15'", "DATEADD(hour, 7 * n, '2019-12-28')"),
    ("datetime2(3)", "'2019-12-31T23:59:59.999', '2020-01-15'", "DATEADD(hour, 7 * n, '2019-12-28')"),
    ("nvarchar(20)", "N'K', N'v5'", "CASE n % 3 WHEN 0 THEN N'k' ELSE N'V' END + CAST(n % 9 AS nvarchar(9))"),
    (
        "uniqueidentifier",
        "'00000000-0000-0000-0000-400000000000'",
        "CAST(CONCAT('00000000-0000-0000-0000-', n % 8, '00000000000') AS uniqueidentifier)",
    ),
];

#[tokio::test]
async fn a_table_without_an_index_is_cut_where_its_partitions_begin() {
    let Some(server) = support::server() else { return };
    server.schema("parted", &[]).await;
    let (mut admin, mut connection) = (server.admin().await, server.connect().await);
    for (number, (declared, boundaries, value)) in PARTED.iter().enumerate() {
        for side in ["RIGHT", "LEFT"] {
            let name = format!("glaux_{side}_{number}");
            let drop = format!(
                "DROP TABLE IF EXISTS parted.t{side}{number}; IF EXISTS (SELECT 1 FROM sys.partition_schemes WHERE name = N'{name}') DROP PARTITION SCHEME {name}; \
                 IF EXISTS (SELECT 1 FROM sys.partition_functions WHERE name = N'{name}') DROP PARTITION FUNCTION {name}"
            );
            let function =
                format!("CREATE PARTITION FUNCTION {name} ({declared}) AS RANGE {side} FOR VALUES ({boundaries})");
            admin.run(&[&drop]).await;
            if admin.lacks(&format!("RANGE {side} of {declared}"), &[&function]).await {
                continue;
            }
            let rows: Vec<String> = (0..90).map(|n| format!("({n})")).collect();
            admin
                .run(&[
                    &format!("CREATE PARTITION SCHEME {name} AS PARTITION {name} ALL TO ([PRIMARY])"),
                    &format!("CREATE TABLE parted.t{side}{number} (k {declared} NULL, n int) ON {name}(k)"),
                    &format!(
                        "INSERT INTO parted.t{side}{number} SELECT {value}, n FROM (VALUES {}) v(n)",
                        rows.join(", ")
                    ),
                    &format!("INSERT INTO parted.t{side}{number} VALUES (NULL, -1)"),
                ])
                .await;
            let table = table(connection.as_mut(), "parted", &format!("t{side}{number}").to_lowercase()).await;
            let scan = scan(&table);
            let (slices, rows) = sliced(connection.as_mut(), &scan).await;
            assert_eq!(rows, sorted_rows(&read(connection.as_mut(), &scan).await), "{declared} {side}");
            let is_text = declared.starts_with('n') || declared.starts_with('u');
            let expected = if side == "LEFT" && is_text { 1 } else { boundaries.matches(", ").count() + 2 };
            let is_small = slices == 1 && admin.leaves_out("sizes of tables");
            assert!(is_small || slices == expected, "{declared} {side}: {slices} slices");
        }
    }
}

/// How many slices there are of a scan, and their rows.
async fn sliced(connection: &mut dyn Connection, scan: &Scan) -> (usize, Vec<String>) {
    in_slices(connection, CONNECTOR.dialect(), scan, Sizes { most: 16, bytes: 1, largest: None }).await
}

#[tokio::test]
async fn a_question_about_few_partitions_is_cut_into_as_few_slices() {
    let Some(server) = support::server() else { return };
    let mut admin = server.admin().await;
    admin
        .run(&[
            "DROP TABLE IF EXISTS parted_asked.asked",
            "IF EXISTS (SELECT 1 FROM sys.partition_schemes WHERE name = N'glaux_asked') DROP PARTITION SCHEME glaux_asked; \
             IF EXISTS (SELECT 1 FROM sys.partition_functions WHERE name = N'glaux_asked') DROP PARTITION FUNCTION glaux_asked",
            "CREATE PARTITION FUNCTION glaux_asked (int) AS RANGE RIGHT FOR VALUES (10, 20, 30, 40, 50, 60)",
            "CREATE PARTITION SCHEME glaux_asked AS PARTITION glaux_asked ALL TO ([PRIMARY])",
        ])
        .await;
    let rows: Vec<String> = (0..70).map(|n| format!("({n}, {n})")).collect();
    let fill = format!("INSERT INTO parted_asked.asked VALUES (NULL, -1), {}", rows.join(", "));
    server
        .schema("parted_asked", &["CREATE TABLE parted_asked.asked (k int NULL, n int) ON glaux_asked(k)", &fill])
        .await;
    let mut connection = server.connect().await;
    let scanned = scan(&table(connection.as_mut(), "parted_asked", "asked").await);
    let range = |low, high| Range { low: Bound::Included(Value::Int(low)), high: Bound::Included(Value::Int(high)) };
    for (what, ranges, nulls, expected) in [
        ("a value", vec![range(33, 33)], false, 1),
        ("a range", vec![range(15, 44)], false, 4),
        ("two far values", vec![range(3, 3), range(55, 55)], false, 2),
        ("a value and NULL", vec![range(25, 25)], true, 2),
        ("nothing of the table", vec![range(900, 910)], false, 1),
    ] {
        let domain = Domain { data_type: arrow_schema::DataType::Int32, values: Values::Ranges(ranges), nulls };
        let asked = Scan { domains: BTreeMap::from([("k".to_owned(), domain)]), ..scanned.clone() };
        let (slices, rows) = sliced(connection.as_mut(), &asked).await;
        assert_eq!(rows, sorted_rows(&read(connection.as_mut(), &asked).await), "{what}");
        assert!(slices <= expected, "{what}: {slices} slices");
        println!("{what}: {slices} slices");
    }
}
