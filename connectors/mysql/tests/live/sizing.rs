//! How many slices a question is worth: by the conditions on it, by the partitions that it reaches, and what finding out costs.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::split::Sizes;
use connector_core::testing::cuts::in_slices;
use connector_core::testing::suite::sorted_rows;
use connector_core::{Bound, Connection, Domain, Range, Scan, Settings, Split, Value, Values};
use connector_mysql::CONNECTOR;
use mysql_async::prelude::Queryable;

use crate::keys::numbers;
use crate::support::{self, PASSWORD, Server, credential, read, scan, table};

/// A table of some thousands of rows, cut into 16 if all of it is wanted.
async fn asked(server: &Server) -> (Box<dyn Connection>, Scan, Sizes) {
    let statements = format!(
        "{}; CREATE TABLE t (id int PRIMARY KEY, other int, free int, name varchar(9), filler char(200), KEY (other), KEY (name)); \
         INSERT INTO t SELECT n, n * 7 % 6000, n, CONCAT('n', n), 'x' FROM numbers; ANALYZE TABLE t",
        numbers(6_000)
    );
    server.schema("sizing_asked", &statements).await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "sizing_asked", "t").await;
    let key = connection.key(&table).await.expect("looking for a key").expect("a key");
    (connection, scan(&table), Sizes { most: 32, bytes: key.bytes.div_ceil(16), largest: None })
}

#[tokio::test]
async fn what_an_index_leads_to_is_not_cut_as_if_all_were_wanted() {
    for server in support::servers() {
        let (mut connection, scan, sizes) = asked(server).await;
        let int = |values| Domain { data_type: DataType::Int32, values, nulls: false };
        let between = |low, high| {
            let (low, high) = (Bound::Included(Value::Int(low)), Bound::Excluded(Value::Int(high)));
            int(Values::Ranges(vec![Range { low, high }]))
        };
        let listed = |list: &[i64]| int(Values::In(list.iter().copied().map(Value::Int).collect()));
        let named = Domain::single(DataType::Utf8, Value::Text("n77".into()));
        for (column, domain, least, most) in [
            ("id", listed(&[77]), 1, 1),
            ("id", listed(&[77, 78, 79]), 1, 1),
            ("id", between(0, 3_000), 7, 9),
            ("other", listed(&[77]), 1, 1),
            ("other", listed(&[1, 77, 500, 5_999]), 1, 1),
            ("other", between(0, 40), 1, 1),
            ("name", named, 1, 1),
            // Nothing leads to these.
            ("free", listed(&[77]), 16, 16),
            ("free", between(0, 10), 16, 16),
            ("free", Domain::all(DataType::Int32), 16, 16),
        ] {
            let asked = Scan { domains: BTreeMap::from([(column.to_owned(), domain)]), ..scan.clone() };
            let (count, rows) = cut(connection.as_mut(), &asked, sizes).await;
            let domain = &asked.domains[column];
            assert!((least..=most).contains(&count), "{:?}, {column} {domain:?}: {count}", server.kind);
            assert_eq!(
                rows,
                sorted_rows(&read(connection.as_mut(), &asked).await),
                "{:?}, {column} {domain:?}",
                server.kind
            );
        }
    }
}

/// Tables in partitions, and questions with a column, what is asked of it, and the number of slices.
type Partitioned = (&'static str, &'static str, Vec<(&'static str, Domain, usize)>);

fn partitioned() -> Vec<Partitioned> {
    let int = |values| Domain { data_type: DataType::Int32, values, nulls: false };
    let listed = |list: &[i64]| int(Values::In(list.iter().copied().map(Value::Int).collect()));
    let between = |low, high| {
        let (low, high) = (Bound::Included(Value::Int(low)), Bound::Excluded(Value::Int(high)));
        int(Values::Ranges(vec![Range { low, high }]))
    };
    let all = || Domain::all(DataType::Int32);
    vec![
        (
            "ranged",
            "RANGE (k) (PARTITION a VALUES LESS THAN (2000), PARTITION b VALUES LESS THAN (4000), PARTITION c VALUES LESS THAN (6000), PARTITION d VALUES LESS THAN MAXVALUE)",
            vec![
                ("k", all(), 16),
                ("k", listed(&[3_000]), 1),
                ("k", between(2_000, 4_000), 4),
                ("k", listed(&[1, 7_000]), 1),
                ("tenant", listed(&[1]), 16),
            ],
        ),
        (
            "listed",
            "LIST (tenant) (PARTITION `p-1` VALUES IN (0), PARTITION `select` VALUES IN (1), PARTITION `*` VALUES IN (2), PARTITION `p'; --` VALUES IN (3))",
            vec![
                ("tenant", all(), 16),
                ("tenant", listed(&[1]), 4),
                ("tenant", between(1, 3), 8),
                ("tenant", listed(&[0, 1, 3]), 12),
                ("k", listed(&[3_000]), 1),
            ],
        ),
        (
            "hashed",
            "HASH (tenant) PARTITIONS 4",
            vec![
                ("tenant", all(), 16),
                ("tenant", listed(&[1]), 4),
                ("tenant", listed(&[0, 3]), 8),
                ("k", listed(&[3_000]), 1),
            ],
        ),
        (
            "by_key",
            "KEY (k) PARTITIONS 4",
            vec![
                ("k", all(), 16),
                ("k", listed(&[3_000]), 1),
                ("k", between(0, 2_000), 4),
                ("tenant", listed(&[1]), 16),
            ],
        ),
    ]
}

/// The server leaves partitions out by itself, and what it then expects to look at decides how many slices there are.
#[tokio::test]
async fn a_question_about_few_partitions_is_cut_into_as_few_slices() {
    for server in support::servers() {
        for (name, partitions, questions) in &partitioned() {
            let schema = format!("sizing_parts_{name}");
            let statements = format!(
                "{}; CREATE TABLE t (k int, tenant int, filler char(200), PRIMARY KEY (k, tenant)) PARTITION BY {partitions}; \
                 INSERT INTO t SELECT n, n % 4, 'x' FROM numbers; ANALYZE TABLE t",
                numbers(8_000)
            );
            server.schema(&schema, &statements).await;
            let mut connection = server.connect().await;
            let table = table(connection.as_mut(), &schema, "t").await;
            let key = connection.key(&table).await.expect("looking for a key").expect("a key");
            let sizes = Sizes { most: 32, bytes: key.bytes.div_ceil(16), largest: None };
            for (column, domain, expected) in questions {
                let asked = Scan { domains: BTreeMap::from([((*column).to_owned(), domain.clone())]), ..scan(&table) };
                let (count, rows) = cut(connection.as_mut(), &asked, sizes).await;
                assert_eq!(rows, sorted_rows(&read(connection.as_mut(), &asked).await), "{name} {column} {domain:?}");
                // How large a partition is the server only estimates, but not whether it is read.
                let is_near =
                    if [1, 16].contains(expected) { count == *expected } else { count.abs_diff(*expected) <= 1 };
                assert!(
                    is_near,
                    "{:?}: {count} slices instead of {expected} of {name} where {column} {domain:?}",
                    server.kind
                );
            }
        }
    }
}

/// The slices of a scan, and their rows together.
async fn cut(connection: &mut dyn Connection, scan: &Scan, sizes: Sizes) -> (usize, Vec<String>) {
    in_slices(connection, CONNECTOR.dialect(), scan, sizes).await
}

/// The statements of a user that the server has run since it was asked to note them.
async fn noted(server: &Server, user: &str) -> Vec<String> {
    let mut admin = server.admin().await;
    let sql = format!(
        "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE user_host LIKE '{user}%' \
         AND command_type IN ('Execute', 'Query')"
    );
    admin.query_drop("SET sql_select_limit = 1000000").await.unwrap();
    let statements = admin.query(sql).await.unwrap();
    admin.disconnect().await.unwrap();
    statements
}

/// Counted where they arrive: what is asked of the server to cut a table.
#[tokio::test]
async fn cutting_a_table_takes_few_statements() {
    for server in support::own_servers() {
        let heaps = "IF(n < 3000, n, 2147480000 + n % 3000)";
        let statements = format!(
            "{}; CREATE TABLE even (k int PRIMARY KEY, v int, KEY (v)); INSERT INTO even SELECT n, n FROM numbers; ANALYZE TABLE even; \
             CREATE TABLE heaps (k int PRIMARY KEY, v int); INSERT INTO heaps SELECT {heaps}, n FROM numbers; ANALYZE TABLE heaps; \
             CREATE TABLE names (k varchar(20) PRIMARY KEY, v int); INSERT INTO names SELECT CONCAT('n', n), n FROM numbers; ANALYZE TABLE names; \
             CREATE TABLE none (v int); INSERT INTO none SELECT n FROM numbers; \
             CREATE USER IF NOT EXISTS counted@'%' IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON sizing_counted.* TO counted@'%'",
            numbers(6_000)
        );
        server.schema("sizing_counted", &statements).await;
        let counted = credential("counted", PASSWORD);
        let mut connection = server.enter(&server.options(), &counted, &Settings::default()).await.unwrap();
        server.run("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1").await;
        let few = BTreeMap::from([("v".to_owned(), Domain::single(DataType::Int32, Value::Int(7)))]);
        let cases = [
            ("none", BTreeMap::new(), 1, 2),
            ("even", BTreeMap::new(), 16, 3),
            ("even", few, 1, 2),
            ("heaps", BTreeMap::new(), 16, 5),
            ("names", BTreeMap::new(), 14, 10),
        ];
        for (name, domains, slices, most) in cases {
            let scan = Scan { domains, ..scan(&table(connection.as_mut(), "sizing_counted", name).await) };
            let before = noted(server, "counted").await.len();
            let cut =
                connection.splits(&scan, Sizes { most: 16, bytes: 1 << 10, largest: None }).await.expect("cutting");
            let asked = noted(server, "counted").await.split_off(before);
            support::say(&format!("{:?}: {name} in {} slices by {} statements", server.kind, cut.len(), asked.len()));
            assert!(cut.len() >= slices && (slices > 1 || cut == [Split::Whole]), "{name}: {cut:?}");
            assert!(asked.len() <= most, "{:?} {name}: {asked:#?}", server.kind);
        }
        server.run("SET GLOBAL general_log = 0").await;
    }
}
