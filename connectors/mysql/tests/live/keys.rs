//! Tables cut along their keys: every row in exactly one slice, whatever the key, and whatever else goes on.

use connector_core::Scan;
use connector_core::split::Sizes;
use connector_core::testing::cuts::own_cuts_add_up;
use connector_core::testing::suite::sorted_rows;
use connector_mysql::CONNECTOR;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{self, read, scan, table};

/// Names, statements that make a table `t`, and how many slices of it there are at least if as many are wanted as can be.
const TABLES: &[(&str, &str, usize)] = &[
    ("narrow", "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT n, n % 7 FROM numbers", 20),
    (
        "ends",
        "CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t VALUES (-9223372036854775808), (9223372036854775807), (0), (-1)",
        2,
    ),
    (
        "above",
        "CREATE TABLE t (id bigint unsigned PRIMARY KEY); INSERT INTO t VALUES (0), (9223372036854775808), (18446744073709551615)",
        2,
    ),
    ("one", "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (7, 1)", 1),
    ("empty", "CREATE TABLE t (id int PRIMARY KEY)", 1),
    ("nulls", "CREATE TABLE t (k int UNIQUE, v int); INSERT INTO t SELECT IF(n % 3, n, NULL), n FROM numbers", 20),
    (
        "tiny",
        "CREATE TABLE t (k tinyint unsigned, v int, PRIMARY KEY (k, v)); INSERT INTO t SELECT n % 250, n FROM numbers",
        20,
    ),
    ("medium", "CREATE TABLE t (k mediumint, KEY (k)); INSERT INTO t SELECT n - 8388608 FROM numbers", 20),
    (
        "decimal",
        "CREATE TABLE t (k decimal(38,10) PRIMARY KEY); INSERT INTO t SELECT CAST(n AS DECIMAL(38,10)) * 1000000000000000000 / 3 FROM numbers",
        20,
    ),
    ("text", "CREATE TABLE t (k varchar(20) PRIMARY KEY); INSERT INTO t SELECT n FROM numbers", 1),
    (
        "hostile",
        "CREATE TABLE t (`K'; -- ``\"` int PRIMARY KEY, `select` text); INSERT INTO t SELECT n, n FROM numbers",
        20,
    ),
    (
        "parts",
        "CREATE TABLE t (k int, v int, PRIMARY KEY (k)) PARTITION BY HASH (k) PARTITIONS 3; INSERT INTO t SELECT n, n FROM numbers",
        20,
    ),
];

#[tokio::test]
async fn a_table_is_its_slices_whatever_its_key() {
    let seed: u64 = rand::rng().random();
    support::say(&format!("seed {seed}"));
    let mut random = StdRng::seed_from_u64(seed);
    for server in support::servers() {
        for (name, statements, expected) in TABLES {
            let schema = format!("keys_{name}");
            let digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 \
                 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
            let numbers = format!(
                "CREATE TABLE numbers AS SELECT 100 * a.d + 10 * b.d + c.d AS n FROM {digits} a, {digits} b, {digits} c \
                 WHERE a.d < 3"
            );
            server.schema(&schema, &format!("{numbers}; {statements}")).await;
            let mut connection = server.connect().await;
            let table = table(connection.as_mut(), &schema, "t").await;
            let most = own_cuts_add_up(connection.as_mut(), CONNECTOR.dialect(), &table, &mut random, 6).await;
            assert!(most >= *expected, "{name}: {most} slices");
        }
    }
}

#[tokio::test]
async fn rows_that_come_after_the_cut_are_in_one_slice() {
    for server in support::servers() {
        let statements = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3), (500)";
        server.schema("keys_written", statements).await;
        let mut connection = server.connect().await;
        let table = table(connection.as_mut(), "keys_written", "t").await;
        let scan = scan(&table);
        let slices = connection.splits(&scan, Sizes { most: 16, bytes: 1 }).await.expect("cutting");
        assert_eq!(slices.len(), 16);
        server.run("INSERT INTO keys_written.t VALUES (-400), (0), (250), (501), (999)").await;
        let mut rows = Vec::new();
        for split in slices {
            rows.extend(sorted_rows(&read(connection.as_mut(), &Scan { split, ..scan.clone() }).await));
        }
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), 9);
    }
}
