//! Tables in parts are read whole, whatever their parts are called. The rival reads them by those names. Where nothing else leads to
//! rows, the parts are what they are cut by.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::split::Sizes;
use connector_core::testing::cuts::in_slices;
use connector_core::testing::suite::sorted_rows;
use connector_core::{Bound, Connection, Domain, KeyRange, Range, Scan, Split, Value, Values, sql};
use connector_mysql::CONNECTOR;

use crate::asked::{in_domain, pushed, text};
use crate::keys::numbers;
use crate::support::{self, read, scan, shown, table, whole};

#[tokio::test]
async fn p_q_p_res_p_inj_p_inj2_p_inj3_and_p_star_every_row_comes_once() {
    for server in support::servers() {
        let named = |names: &[&str]| {
            let parts = names
                .iter()
                .enumerate()
                .map(|(index, name)| format!("PARTITION `{}` VALUES IN ({index})", name.replace('`', "``")));
            format!("(id int, k int) PARTITION BY LIST (k) ({})", parts.collect::<Vec<_>>().join(", "))
        };
        let cases: [(&str, &[&str]); 6] = [
            ("p_q", &["p-1", "p2"]),
            ("p_res", &["select", "p2"]),
            ("p_inj", &["p1) where 1=0 -- x", "p2"]),
            ("p_inj2", &["p0", "p1", "p0,p1"]),
            ("p_inj3", &["p1) where 1=0 union all select 7, user() -- x", "p2"]),
            ("p_star", &["*", "p2"]),
        ];
        let tables = cases.map(|(table, names)| {
            let rows: Vec<String> = (0..names.len()).map(|index| format!("({index}, {index})")).collect();
            format!("CREATE TABLE {table} {}; INSERT INTO {table} VALUES {}", named(names), rows.join(", "))
        });
        server.schema("partitions", &tables.join("; ")).await;
        let mut connection = server.connect().await;
        for (table, names) in cases {
            let mut ids = shown(&whole(connection.as_mut(), "partitions", table).await, "id");
            ids.sort();
            let expected: Vec<String> = (0..names.len()).map(|index| index.to_string()).collect();
            assert_eq!(ids, expected, "{table}");
        }
    }
}

#[tokio::test]
async fn p_shadow_a_column_named_partition_name_is_the_users_own() {
    for server in support::servers() {
        server
            .schema(
                "p_shadow",
                "CREATE TABLE t (id int, partition_name varchar(9)); INSERT INTO t VALUES (1, 'mine'), (2, 'other')",
            )
            .await;
        let mut connection = server.connect().await;
        let all = whole(connection.as_mut(), "p_shadow", "t").await;
        assert_eq!(shown(&all, "partition_name"), ["mine", "other"]);
        let mine = Domain::single(DataType::Utf8, text("mine"));
        assert_eq!(in_domain(server, "p_shadow", "partition_name", mine).await, pushed(&["1"]));
    }
}

/// Declarations, values of 6,000 rows by a number `n`, and in how many slices such a table comes that has no index.
const WITHOUT_AN_INDEX: &[(&str, &str, usize)] = &[
    (
        "d date, n int) PARTITION BY RANGE COLUMNS (d) (PARTITION a VALUES LESS THAN ('2020-01-01'), PARTITION b VALUES LESS THAN ('2020-02-01'), \
         PARTITION c VALUES LESS THAN ('2020-03-01'), PARTITION d VALUES LESS THAN (MAXVALUE))",
        "IF(n % 500, '2019-12-10' + INTERVAL n % 100 DAY, ELT(1 + n / 500 % 4, NULL, '2020-00-00', '0000-00-00', '2020-02-00')), n",
        4,
    ),
    (
        "d date, n int) PARTITION BY RANGE (to_days(d)) (PARTITION a VALUES LESS THAN (to_days('2020-01-01')), PARTITION b VALUES LESS THAN MAXVALUE)",
        "'2019-10-01' + INTERVAL n % 200 DAY, n",
        1,
    ),
    (
        "d datetime(3), n int) PARTITION BY RANGE (year(d)) (PARTITION a VALUES LESS THAN (2000), PARTITION b VALUES LESS THAN (2020))",
        "'1995-01-01' + INTERVAL n DAY, n",
        1,
    ),
    (
        "k bigint, n int) PARTITION BY RANGE (k) SUBPARTITION BY HASH (n) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (2000), \
         PARTITION b VALUES LESS THAN (4000), PARTITION c VALUES LESS THAN (6000))",
        "n, n",
        3,
    ),
    (
        "t timestamp(0) NOT NULL, n int) PARTITION BY RANGE (unix_timestamp(t)) (PARTITION a VALUES LESS THAN (1577836800), \
         PARTITION b VALUES LESS THAN (1580000000), PARTITION c VALUES LESS THAN MAXVALUE)",
        "FROM_UNIXTIME(1575836800 + n * 1000), n",
        3,
    ),
    (
        "d datetime(6), n int) PARTITION BY RANGE COLUMNS (d, n) (PARTITION a VALUES LESS THAN ('2020-01-01 12:30:00.5', 7), \
         PARTITION b VALUES LESS THAN ('2020-02-01', 9), PARTITION c VALUES LESS THAN (MAXVALUE, 1))",
        "'2019-12-01' + INTERVAL n * 1234567890 MICROSECOND, n",
        3,
    ),
    (
        "k varchar(20), n int) PARTITION BY RANGE COLUMNS (k) (PARTITION a VALUES LESS THAN ('bé'), \
         PARTITION b VALUES LESS THAN ('x''y,'), PARTITION c VALUES LESS THAN (MAXVALUE))",
        "CONCAT(CHAR(65 + n % 26), IF(n % 3, 'é', '''Y'), n % 10), n",
        1,
    ),
    (
        "k bigint unsigned, n int) PARTITION BY RANGE (k) (PARTITION a VALUES LESS THAN (1000), \
         PARTITION b VALUES LESS THAN (9223372036854775900), PARTITION c VALUES LESS THAN MAXVALUE)",
        "IF(n % 3, n % 2000, 18446744073709550000 + n % 1000), n",
        3,
    ),
    (
        "k int, n int) PARTITION BY LIST (k) (PARTITION none VALUES IN (NULL), PARTITION a VALUES IN (1), PARTITION b VALUES IN (-4, -5), \
         PARTITION c VALUES IN (2, 4), PARTITION d VALUES IN (3, 5), PARTITION e VALUES IN (9))",
        "ELT(1 + n % 9, 1, -4, -5, 2, 4, 3, 5, 9, NULL), n",
        5,
    ),
    (
        "`k``x(` tinyint, n int) PARTITION BY LIST (`k``x(`) (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (3))",
        "1 + n % 3, n",
        2,
    ),
    (
        "k varchar(9), n int) PARTITION BY LIST COLUMNS (k) (PARTITION a VALUES IN ('a', 'b,c'), PARTITION b VALUES IN ('d', NULL))",
        "ELT(1 + n % 4, 'a', 'B,c', 'd', NULL), n",
        1,
    ),
    (
        "k int, n int) PARTITION BY LIST COLUMNS (k, n) (PARTITION a VALUES IN ((1, 2), (3, 4)), PARTITION b VALUES IN ((2, 2)))",
        "ELT(1 + n % 3, 1, 3, 2), ELT(1 + n % 3, 2, 4, 2)",
        1,
    ),
    (
        "k int, n int) PARTITION BY RANGE (k + n) (PARTITION a VALUES LESS THAN (100), PARTITION b VALUES LESS THAN MAXVALUE)",
        "n, n",
        1,
    ),
    ("k int, n int) PARTITION BY HASH (k) PARTITIONS 3", "n, n", 1),
];

/// As a log is kept: in partitions, and nothing leads to one of its rows.
#[tokio::test]
async fn a_table_without_an_index_is_cut_where_its_partitions_begin() {
    for server in support::servers() {
        for (number, (declared, values, expected)) in WITHOUT_AN_INDEX.iter().enumerate() {
            let schema = format!("parted_{number}");
            let statements = format!(
                "{}; CREATE TABLE t ({declared}; INSERT INTO t SELECT {values} FROM numbers; ANALYZE TABLE t",
                numbers(6_000)
            );
            server.schema(&schema, &statements).await;
            let mut connection = server.connect_by("zeroDateTimeBehavior=convertToNull").await;
            let scan = scan(&table(connection.as_mut(), &schema, "t").await);
            let (slices, rows) = in_slices(connection.as_mut(), CONNECTOR.dialect(), &scan, SIZES).await;
            let all = sorted_rows(&read(connection.as_mut(), &scan).await);
            assert!(rows == all && all.len() == 6_000, "{:?} {declared}: {} rows", server.kind, rows.len());
            assert_eq!(slices, *expected, "{:?} {declared}", server.kind);
            // The server looks at each partition for one slice, or for two, where the first of several columns does not tell.
            let most = if declared.contains("COLUMNS (d, n)") { 13_200 } else { 6_600 };
            let effort = effort(connection.as_mut(), &scan).await;
            assert!(effort < most, "{:?} {declared}: {effort} rows looked at", server.kind);
        }
    }
}

const SIZES: Sizes = Sizes { most: 16, bytes: 1, largest: None };

/// How many rows the server expects to look at for all slices of a scan.
async fn effort(connection: &mut dyn Connection, scan: &Scan) -> u64 {
    let mut effort = 0;
    for split in connection.splits(scan, SIZES).await.expect("cutting") {
        let statement =
            sql::render(&Scan { split, ..scan.clone() }, CONNECTOR.dialect()).expect("a statement").statement;
        effort += connection.estimate(&statement).await.expect("a plan").map_or(0, |estimate| estimate.effort);
    }
    effort
}

#[tokio::test]
async fn a_question_about_few_partitions_is_cut_into_as_few_slices() {
    for server in support::servers() {
        let months = (1..=12).map(|month| format!("PARTITION m{month} VALUES LESS THAN ('2020-{month:02}-01')"));
        let statements = format!(
            "{}; CREATE TABLE t (day date, n int) PARTITION BY RANGE COLUMNS (day) ({}, PARTITION rest VALUES LESS THAN (MAXVALUE)); \
             INSERT INTO t SELECT '2020-01-01' + INTERVAL n % 366 DAY, n FROM numbers; INSERT INTO t VALUES (NULL, -1); ANALYZE TABLE t",
            numbers(9_000),
            months.collect::<Vec<_>>().join(", ")
        );
        server.schema("parted_asked", &statements).await;
        let mut connection = server.connect().await;
        let scanned = scan(&table(connection.as_mut(), "parted_asked", "t").await);
        let day = |month: i32| 18_262 + 31 * (month - 1) + 3;
        let range =
            |low, high| Range { low: Bound::Included(Value::Date(low)), high: Bound::Included(Value::Date(high)) };
        for (what, ranges, expected) in [
            ("a day", vec![range(day(3), day(3))], 1),
            ("a month and a half", vec![range(day(4), day(5))], 2),
            ("two far days", vec![range(day(2), day(2)), range(day(11), day(11))], 2),
            ("nothing of the table", vec![range(9, 10)], 1),
        ] {
            let domain = Domain { data_type: DataType::Date32, values: Values::Ranges(ranges), nulls: false };
            let asked = Scan { domains: BTreeMap::from([("day".to_owned(), domain)]), ..scanned.clone() };
            let (slices, rows) = in_slices(connection.as_mut(), CONNECTOR.dialect(), &asked, SIZES).await;
            assert!(rows == sorted_rows(&read(connection.as_mut(), &asked).await), "{:?} {what}", server.kind);
            assert!(slices <= expected, "{:?} {what}: {slices} slices", server.kind);
        }
    }
}

/// Days that there are not: by a function of days the server keeps them elsewhere than where they stand.
#[tokio::test]
async fn days_that_there_are_not_are_in_a_slice_however_their_table_is_parted() {
    let by_function = [
        "RANGE (to_days(d)) (PARTITION a VALUES LESS THAN (to_days('2000-03-01')), PARTITION b VALUES LESS THAN MAXVALUE)",
        "RANGE (to_seconds(d)) (PARTITION a VALUES LESS THAN (to_seconds('2000-03-01')), PARTITION b VALUES LESS THAN MAXVALUE)",
        "RANGE (year(d)) (PARTITION a VALUES LESS THAN (2000), PARTITION b VALUES LESS THAN MAXVALUE)",
        "LIST (year(d)) (PARTITION a VALUES IN (1999, 0), PARTITION b VALUES IN (2000))",
    ];
    let by_column =
        "RANGE COLUMNS (d) (PARTITION a VALUES LESS THAN ('2000-03-01'), PARTITION b VALUES LESS THAN (MAXVALUE))";
    for server in support::servers() {
        let tables = by_function.iter().chain([&by_column]).enumerate().map(|(number, by)| {
            format!(
                "CREATE TABLE t{number} (d datetime NOT NULL, n int, PRIMARY KEY (d, n)) PARTITION BY {by}; \
                 INSERT INTO t{number} VALUES ('1999-12-31', 1), ('2000-00-00', 2), ('2000-00-07', 3), ('2000-01-01', 4), ('2000-02-30', 5), \
                 ('2000-02-31 23:59:59', 6), ('2000-03-01', 7), ('2000-03-02', 8), ('2000-03-04', 9), ('2000-02-00', 10)"
            )
        });
        let tables = tables.collect::<Vec<_>>().join("; ");
        server.schema("odd_days", &format!("{tables}; CREATE VIEW seen AS SELECT * FROM t0")).await;
        let mut connection = server.connect_by("zeroDateTimeBehavior=convertToNull").await;
        let day = |day: i64| vec![Value::Millis(day * 86_400_000)];
        let (january, march) = ([10_957, 10_958], [11_017, 11_018, 11_019, 11_020]);
        let mut lost = 0;
        for (name, is_parted) in [("t0", true), ("t1", true), ("t2", true), ("t3", true), ("t4", false), ("seen", true)]
        {
            let table = table(connection.as_mut(), "odd_days", name).await;
            // A day that there is not is an error where it is read.
            let scan = Scan::new(table, vec!["n".to_owned()]);
            for at in january.into_iter().chain(march).map(day) {
                let places = connection.places(&scan, vec![at.clone()]).await.expect("places");
                assert_eq!(places != [at.clone()], is_parted && at != day(11_020), "{:?} {name}", server.kind);
                assert_eq!(
                    in_two(connection.as_mut(), &scan, &places[0]).await,
                    10,
                    "{:?} {name} at {places:?}",
                    server.kind
                );
                lost += 10 - in_two(connection.as_mut(), &scan, &at).await;
            }
        }
        // Where they would be cut otherwise.
        assert!(lost > 0, "{:?}: {lost}", server.kind);
    }
}

/// How many rows there are in the two slices before and behind a place.
async fn in_two(connection: &mut dyn Connection, scan: &Scan, at: &[Value]) -> usize {
    let range = |from: &[Value], below: &[Value]| {
        let (columns, nulls) = (vec!["d".to_owned()], from.is_empty());
        Split::Range(KeyRange { columns, from: from.to_vec(), below: below.to_vec(), nulls, moment: None })
    };
    let mut rows = 0;
    for split in [range(&[], at), range(at, &[])] {
        rows += read(connection, &Scan { split, ..scan.clone() }).await.num_rows();
    }
    rows
}
