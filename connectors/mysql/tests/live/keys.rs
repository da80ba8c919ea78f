//! Tables cut along their keys: every row in exactly one slice, whatever the key, and whatever else goes on.

use std::collections::BTreeMap;

use connector_core::split::Sizes;
use connector_core::testing::cuts::own_cuts_add_up;
use connector_core::testing::suite::sorted_rows;
use connector_core::{Bound, Connection, Domain, Range, Scan, Table, Value, Values};
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
    ("text", "CREATE TABLE t (k varchar(20) PRIMARY KEY); INSERT INTO t SELECT n FROM numbers", 20),
    (
        "caseless",
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_general_ci, v int, KEY (k)); INSERT INTO t SELECT CONCAT(IF(n % 2, 'a', 'A'), n % 40), n FROM numbers; \
         INSERT INTO t VALUES ('a1 ', 1), ('á1', 2), ('', 3), (NULL, 4), ('😀', 5), ('ß', 6)",
        10,
    ),
    (
        "bytewise",
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_bin PRIMARY KEY); INSERT INTO t SELECT CONCAT(CHAR(65 + n % 26), CHAR(97 + n % 7), n) FROM numbers; \
         INSERT INTO t VALUES ('\t'), ('ÿ'), ('中文'), ('')",
        20,
    ),
    (
        "swedish",
        "CREATE TABLE t (k varchar(20) CHARACTER SET latin1 PRIMARY KEY); INSERT INTO t SELECT CONCAT(CHAR(97 + n % 26), IF(n % 3, 'ö', 'x'), n) FROM numbers",
        20,
    ),
    (
        "three",
        "CREATE TABLE t (k char(30) CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci PRIMARY KEY); INSERT INTO t SELECT CONCAT('é', n * 7919 % 1000) FROM numbers",
        20,
    ),
    (
        "japanese",
        "CREATE TABLE t (k varchar(20) CHARACTER SET sjis PRIMARY KEY); INSERT INTO t SELECT CONCAT('表', n) FROM numbers",
        1,
    ),
    ("uuid_text", "CREATE TABLE t (k char(36) PRIMARY KEY, v int); INSERT INTO t SELECT UUID(), n FROM numbers", 5),
    (
        "bytes",
        "CREATE TABLE t (k binary(16) PRIMARY KEY); INSERT INTO t SELECT UNHEX(CONCAT(LPAD(HEX(n * 7919 % 65536), 4, '0'), REPEAT('0f', 14))) FROM numbers",
        20,
    ),
    (
        "any_bytes",
        "CREATE TABLE t (k varbinary(9), KEY (k)); INSERT INTO t SELECT CHAR(n % 256, n % 3) FROM numbers; INSERT INTO t VALUES (''), (NULL), (x'00'), (x'0000')",
        20,
    ),
    (
        "day",
        "CREATE TABLE t (k date PRIMARY KEY); INSERT INTO t SELECT '1500-01-01' + INTERVAL 777 * n DAY FROM numbers",
        20,
    ),
    (
        "zero_days",
        "CREATE TABLE t (k date NOT NULL, v int, KEY (k)); INSERT INTO t SELECT '2020-02-20' + INTERVAL n DAY, n FROM numbers; \
         INSERT INTO t VALUES ('9999-12-31', 1), ('0001-01-01', 2)",
        10,
    ),
    (
        "moment",
        "CREATE TABLE t (k datetime(6), v int, KEY (k)); INSERT INTO t SELECT '1969-12-31 23:59:59.9999' + INTERVAL 333 * n MICROSECOND, n FROM numbers; \
         INSERT INTO t VALUES (NULL, 1)",
        10,
    ),
    (
        "instant",
        "CREATE TABLE t (k timestamp(3) NULL UNIQUE); INSERT INTO t SELECT '2020-03-29 00:00:00' + INTERVAL 47 * n MINUTE FROM numbers",
        20,
    ),
    (
        "gap",
        "CREATE TABLE t (k bigint PRIMARY KEY); INSERT INTO t SELECT IF(n < 150, n, 9223372036854775000 + n) FROM numbers",
        20,
    ),
    ("same", "CREATE TABLE t (k varchar(9), v int, KEY (k)); INSERT INTO t SELECT 'x', n FROM numbers", 1),
    (
        "beginnings",
        "CREATE TABLE t (k varchar(200), v int, KEY (k(3))); INSERT INTO t SELECT CONCAT('abcd', n), n FROM numbers",
        1,
    ),
    (
        "composite",
        "CREATE TABLE t (a varchar(9), b int, c date, PRIMARY KEY (a, b)); INSERT INTO t SELECT CONCAT('k', n % 30), n, NULL FROM numbers",
        20,
    ),
    (
        "tenants",
        "CREATE TABLE t (tenant int, id int, PRIMARY KEY (tenant, id), KEY (id)); INSERT INTO t SELECT n % 3, n FROM numbers; ANALYZE TABLE t",
        20,
    ),
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

/// What makes a table `numbers` of so many of them, from 0.
pub fn numbers(count: usize) -> String {
    let digit = |place: char| {
        format!(
            "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 \
             UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) {place}"
        )
    };
    let digits: Vec<String> = "abcd".chars().map(digit).collect();
    format!(
        "CREATE TABLE numbers AS SELECT 1000 * a.d + 100 * b.d + 10 * c.d + d.d AS n FROM {} HAVING n < {count}",
        digits.join(", ")
    )
}

#[tokio::test]
async fn a_table_is_its_slices_whatever_its_key() {
    let seed: u64 = rand::rng().random();
    support::say(&format!("seed {seed}"));
    let mut random = StdRng::seed_from_u64(seed);
    for server in support::servers() {
        for (name, statements, expected) in TABLES {
            let schema = format!("keys_{name}");
            let numbers = numbers(300);
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
        let statements = format!(
            "{}; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT n FROM numbers WHERE n % 250 > 0",
            numbers(500)
        );
        server.schema("keys_written", &statements).await;
        let mut connection = server.connect().await;
        let table = table(connection.as_mut(), "keys_written", "t").await;
        let scan = scan(&table);
        let slices = connection.splits(&scan, Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting");
        assert_eq!(slices.len(), 16);
        server.run("INSERT INTO keys_written.t VALUES (-400), (0), (250), (501), (999)").await;
        let mut rows = Vec::new();
        for split in slices {
            rows.extend(sorted_rows(&read(connection.as_mut(), &Scan { split, ..scan.clone() }).await));
        }
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), 498 + 5);
    }
}

/// How many rows each slice of a table has, if it is to be cut into 16.
async fn sizes(connection: &mut dyn Connection, table: &Table) -> Vec<usize> {
    let scan = scan(table);
    let mut sizes = Vec::new();
    for split in connection.splits(&scan, Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting") {
        sizes.push(read(connection, &Scan { split, ..scan.clone() }).await.num_rows());
    }
    sizes
}

/// The 6,000 rows of a table `t` lie in slices of which none has thrice its share.
async fn assert_alike(server: &support::Server, schema: &str, what: &str) {
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), schema, "t").await;
    let sizes = sizes(connection.as_mut(), &table).await;
    let (total, largest) = (sizes.iter().sum::<usize>(), sizes.iter().copied().max().unwrap_or(0));
    assert_eq!(total, 6_000, "{:?} {what}", server.kind);
    assert!(largest <= 3 * total / 16, "{:?} {what}: {sizes:?}", server.kind);
}

/// Whatever gaps there are between a key's values: nearly all rows at one end, or two heaps of them 2^31 or 2^63 apart.
#[tokio::test]
async fn slices_are_alike_however_the_keys_lie() {
    let keys = [
        ("int", "IF(n < 3000, n, 2147480000 + n % 3000)"),
        ("bigint", "IF(n < 3000, -9223372036854775808 + n, 9223372036854770000 + n % 3000)"),
        ("bigint", "IF(n = 0, 4611686018427387904, n)"),
        ("bigint unsigned", "IF(n = 0, 18446744073709551615, n)"),
        ("decimal(30,4)", "IF(n < 3000, n, 99999999999999999999 + n) / 7"),
        ("date", "IF(n = 0, '9999-12-31', '2020-01-01' + INTERVAL n DAY)"),
        ("datetime(6)", "IF(n = 0, '0001-01-01', '2020-01-01' + INTERVAL n SECOND)"),
        ("timestamp", "IF(n = 0, '1970-01-02', '2020-01-01' + INTERVAL n SECOND)"),
        ("varchar(40)", "CONCAT('customer-', n)"),
        ("varchar(40)", "IF(n < 3000, CONCAT('https://a.example/', n), CONCAT('https://b.example/path/', n))"),
        ("char(36)", "CONCAT(LPAD(LOWER(HEX(n * 2654435761 % 4294967296)), 8, '0'), '-1a2b-4c3d-8e4f-0123456789ab')"),
        ("varchar(40) CHARACTER SET latin1", "CONCAT('é', LPAD(n, 6, '0'))"),
        ("varchar(40) COLLATE utf8mb4_unicode_ci", "CONCAT(IF(n % 2, 'kEy', 'KeY'), LPAD(n, 6, '0'))"),
        ("binary(16)", "UNHEX(RPAD(LPAD(HEX(n * 2654435761 % 4294967296), 8, '0'), 32, '7'))"),
        ("varbinary(40)", "CONCAT('customer-', LPAD(n, 6, '0'))"),
    ];
    for server in support::servers() {
        for (number, (declared, key)) in keys.iter().enumerate() {
            let schema = format!("keys_heaps_{number}");
            let statements = format!(
                "{}; CREATE TABLE t (k {declared} NOT NULL, v int, PRIMARY KEY (k, v)); INSERT INTO t SELECT {key}, n FROM numbers; ANALYZE TABLE t",
                numbers(6_000)
            );
            server.schema(&schema, &statements).await;
            assert_alike(server, &schema, &format!("{declared} of {key}")).await;
        }
    }
}

/// However many rows have one value of the first column, or of the first two.
#[tokio::test]
async fn the_rows_of_one_value_are_cut_by_the_columns_behind_it() {
    let tables = [
        ("tenant int, id bigint, PRIMARY KEY (tenant, id)", "IF(n % 10, 7, n % 40), n"),
        ("tenant int, id bigint, PRIMARY KEY (tenant, id)", "1, n * 1000003"),
        (
            "tenant varchar(20), day date, n int, KEY (tenant, day)",
            "IF(n % 3, 'large', 'small'), '2020-01-01' + INTERVAL n DAY, n",
        ),
        ("a int NOT NULL, b int NULL, v int, KEY (a, b)", "IF(n < 5000, 3, n), IF(n % 50, n, NULL), n"),
        ("a smallint, b varchar(9), c int, PRIMARY KEY (a, b, c)", "IF(n % 20, 2, n % 3), IF(n % 7, 'most', n % 5), n"),
        (
            "a int, k char(36), PRIMARY KEY (a, k)",
            "n % 2, CONCAT(LPAD(LOWER(HEX(n * 2654435761 % 4294967296)), 8, '0'), '-1a2b-4c3d-8e4f-0123456789ab')",
        ),
    ];
    for server in support::servers() {
        for (number, (declared, values)) in tables.iter().enumerate() {
            let schema = format!("keys_behind_{number}");
            let statements = format!(
                "{}; CREATE TABLE t ({declared}); INSERT INTO t SELECT {values} FROM numbers; ANALYZE TABLE t",
                numbers(6_000)
            );
            server.schema(&schema, &statements).await;
            assert_alike(server, &schema, &format!("{declared} of {values}")).await;
        }
    }
}

/// What stands for a date that is missing has no place in the calendar, and is in a slice all the same.
#[tokio::test]
async fn dates_of_zeros_are_in_a_slice_and_disturb_no_cut() {
    for server in support::servers() {
        let statements = format!(
            "{}; CREATE TABLE t (k datetime NOT NULL, v int, PRIMARY KEY (k, v)); INSERT INTO t SELECT '2020-01-01' + INTERVAL n HOUR, n FROM numbers; \
             INSERT INTO t VALUES ('0000-00-00', -1), ('2020-00-00', -2), ('2020-02-00', -3), ('1992-00-00', -4)",
            numbers(900)
        );
        server.schema("keys_zeros", &statements).await;
        let mut connection = server.connect_by("zeroDateTimeBehavior=convertToNull").await;
        let table = table(connection.as_mut(), "keys_zeros", "t").await;
        let sizes = sizes(connection.as_mut(), &table).await;
        assert_eq!((sizes.len(), sizes.iter().sum::<usize>()), (16, 904), "{:?}: {sizes:?}", server.kind);
        // What is shown as NULL is not NULL there, and lies before and between the others.
        let day = |day: i64| Value::Millis(1_577_836_800_000 + day * 86_400_000);
        let before = Range { low: Bound::Unbounded, high: Bound::Included(day(-400_000)) };
        let behind = Range { low: Bound::Included(day(35)), high: Bound::Unbounded };
        let values = Values::Ranges(vec![before, behind]);
        let domain = Domain { data_type: table.column("k").expect("k").mapping.data_type.clone(), values, nulls: true };
        let asked = Scan { domains: BTreeMap::from([("k".to_owned(), domain)]), ..scan(&table) };
        let mut rows = Vec::new();
        for split in connection.splits(&asked, Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting") {
            rows.extend(sorted_rows(&read(connection.as_mut(), &Scan { split, ..asked.clone() }).await));
        }
        rows.sort();
        let all = sorted_rows(&read(connection.as_mut(), &asked).await);
        assert!(rows == all && all.len() > 3, "{:?}: {} rows instead of {}", server.kind, rows.len(), all.len());
        let mut strict = server.connect().await;
        let slices = strict.splits(&scan(&table), Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting");
        assert_eq!(slices.len(), 16, "{:?}", server.kind);
    }
}
