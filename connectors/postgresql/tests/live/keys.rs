//! Tables cut along their keys: every row in exactly one slice, whatever the key, and whatever else goes on.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::split::Sizes;
use connector_core::testing::cuts::{in_slices, own_cuts_add_up};
use connector_core::testing::suite::sorted_rows;
use connector_core::{Bound, Connection, Domain, Range, Scan, Settings, Split, Value, Values};
use connector_postgresql::CONNECTOR;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{self, PASSWORD, credential, read, scan, table};

/// Statements that make a table `t`, and how many slices of it there are at least if as many are wanted as can be.
const TABLES: &[(&str, &str, usize)] = &[
    (
        "narrow",
        "CREATE TABLE t AS SELECT g AS id, g % 7 AS v FROM generate_series(1, 500) g; ALTER TABLE t ADD PRIMARY KEY (id)",
        20,
    ),
    (
        "ends",
        "CREATE TABLE t (id int8 PRIMARY KEY); INSERT INTO t VALUES (-9223372036854775808), (9223372036854775807), (0), (-1), (1)",
        2,
    ),
    ("one", "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (7, 1)", 1),
    (
        "same",
        "CREATE TABLE t (k int, v int); INSERT INTO t SELECT 5, g FROM generate_series(1, 90) g; CREATE INDEX ON t (k)",
        1,
    ),
    ("none", "CREATE TABLE t (id int PRIMARY KEY)", 1),
    (
        "nulls",
        "CREATE TABLE t (k int UNIQUE, v int); INSERT INTO t SELECT CASE WHEN g % 3 > 0 THEN g END, g FROM generate_series(1, 90) g",
        20,
    ),
    (
        "gaps",
        "CREATE TABLE t (k int4 PRIMARY KEY); INSERT INTO t SELECT g FROM generate_series(1, 50) g UNION ALL SELECT 2147483647 - g FROM generate_series(0, 9) g",
        2,
    ),
    (
        "small",
        "CREATE TABLE t (k int2, v int, PRIMARY KEY (k, v)); INSERT INTO t SELECT g % 40 - 32768, g FROM generate_series(1, 200) g",
        10,
    ),
    (
        "decimal",
        "CREATE TABLE t (k numeric(38,6) PRIMARY KEY); INSERT INTO t SELECT g * 1e29 / 3 FROM generate_series(-90, 90) g",
        20,
    ),
    (
        "odd",
        "CREATE TABLE t (k numeric(9,2) PRIMARY KEY); INSERT INTO t SELECT g / 8.0 FROM generate_series(-90, 90) g; INSERT INTO t VALUES ('NaN'); \
      DELETE FROM t WHERE k = 'NaN'",
        20,
    ),
    (
        "day",
        "CREATE TABLE t (k date PRIMARY KEY); INSERT INTO t SELECT '1500-01-01'::date + g * 777 FROM generate_series(1, 200) g",
        20,
    ),
    (
        "moment",
        "CREATE TABLE t (k timestamp(6) PRIMARY KEY); INSERT INTO t SELECT '1969-12-31 23:59:59.9999'::timestamp + g * interval '333 us' FROM generate_series(1, 200) g",
        10,
    ),
    (
        "zoned",
        "CREATE TABLE t (k timestamptz PRIMARY KEY); INSERT INTO t SELECT '2020-03-29 00:00:00+00'::timestamptz + g * interval '47 min' FROM generate_series(1, 200) g",
        20,
    ),
    (
        "uuid",
        "CREATE TABLE t (k uuid PRIMARY KEY); INSERT INTO t SELECT md5(g::text)::uuid FROM generate_series(1, 200) g",
        20,
    ),
    (
        "text_c",
        "CREATE TABLE t (k text COLLATE \"C\" PRIMARY KEY); INSERT INTO t SELECT md5(g::text) FROM generate_series(1, 200) g",
        20,
    ),
    (
        "text",
        "CREATE TABLE t (k varchar(40) COLLATE \"en-x-icu\" PRIMARY KEY); INSERT INTO t SELECT chr(64 + g % 26) || chr(97 + g % 26) || chr(228) || g \
      FROM generate_series(1, 200) g UNION ALL SELECT chr(97 + g % 26) || '-' || g FROM generate_series(1, 200) g",
        20,
    ),
    (
        "caseless",
        "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
      CREATE TABLE t (k text COLLATE caseless, v int); CREATE INDEX ON t (k); INSERT INTO t SELECT chr(65 + g % 26 + 32 * (g % 2)) || g, g FROM generate_series(1, 200) g",
        10,
    ),
    (
        "Hos\"tile.'",
        "CREATE TABLE t (\"K'; --\" int PRIMARY KEY, \"select\" text); INSERT INTO t SELECT g, g::text FROM generate_series(1, 90) g",
        20,
    ),
    (
        "tenants",
        "CREATE TABLE t (tenant int, id int, PRIMARY KEY (tenant, id)); CREATE INDEX ON t (id); INSERT INTO t SELECT g % 3, g FROM generate_series(1, 300) g",
        20,
    ),
    (
        "listed",
        "CREATE TABLE t (k int, p text) PARTITION BY LIST (p); CREATE TABLE a PARTITION OF t FOR VALUES IN ('a', NULL); CREATE TABLE \"B's\" PARTITION OF t DEFAULT; \
      CREATE INDEX ON t (k); INSERT INTO t SELECT g, CASE g % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'other' END FROM generate_series(1, 90) g",
        20,
    ),
    (
        "ranged",
        "CREATE TABLE t (k int PRIMARY KEY, v text) PARTITION BY RANGE (k); CREATE TABLE low PARTITION OF t FOR VALUES FROM (MINVALUE) TO (0); \
      CREATE TABLE high PARTITION OF t FOR VALUES FROM (0) TO (2147483647); CREATE TABLE rest PARTITION OF t DEFAULT; \
      INSERT INTO t SELECT g * 1000003, 'v' FROM generate_series(-2000, 2000, 13) g; INSERT INTO t VALUES (2147483647, 'end')",
        20,
    ),
    (
        "hashed",
        "CREATE TABLE t (k int8 PRIMARY KEY) PARTITION BY HASH (k); CREATE TABLE h0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0); \
      CREATE TABLE h1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO t SELECT g FROM generate_series(1, 200) g",
        20,
    ),
    (
        "inherited",
        "CREATE TABLE t (k int PRIMARY KEY, v text); CREATE TABLE child () INHERITS (t); CREATE TABLE other () INHERITS (t); CREATE TABLE diamond () INHERITS (child, other); \
      INSERT INTO t SELECT g, 'parent' FROM generate_series(1, 50) g; INSERT INTO child SELECT g, 'child' FROM generate_series(20, 90) g; \
      INSERT INTO diamond SELECT g, 'diamond' FROM generate_series(-9, 9) g",
        20,
    ),
    (
        "seen",
        "CREATE TABLE s (k int PRIMARY KEY); INSERT INTO s SELECT g FROM generate_series(1, 90) g; CREATE MATERIALIZED VIEW t AS SELECT k FROM s; CREATE UNIQUE INDEX ON t (k)",
        20,
    ),
];

#[tokio::test]
async fn a_table_is_its_slices_whatever_its_key() {
    let Some(server) = support::server() else { return };
    let seed: u64 = rand::rng().random();
    support::say(&format!("seed {seed}"));
    let mut random = StdRng::seed_from_u64(seed);
    for (name, statements, expected) in TABLES {
        // A schema's name may hold what its table's may.
        let schema = format!("keys_{name}");
        server.schema(&format!("\"{}\"", schema.replace('"', "\"\"")), statements).await;
        let mut connection = server.connect().await;
        for analyzed in [false, true] {
            if analyzed {
                server.run(&format!("ANALYZE \"{}\".t", schema.replace('"', "\"\""))).await;
            }
            let table = support::table(connection.as_mut(), &schema, "t").await;
            let most = own_cuts_add_up(connection.as_mut(), CONNECTOR.dialect(), &table, &mut random, 6).await;
            assert!(!analyzed || most >= *expected, "{name}: {most} slices");
        }
    }
}

/// How many slices of a table a scan is cut into, and its rows.
async fn cut(connection: &mut dyn Connection, scan: &Scan) -> (usize, Vec<String>) {
    in_slices(connection, CONNECTOR.dialect(), scan, Sizes { most: 16, bytes: 1, largest: None }).await
}

#[tokio::test]
async fn a_narrow_question_is_cut_where_its_rows_are() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT g, g FROM generate_series(1, 10000) g; \
         ANALYZE t; CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u SELECT g FROM generate_series(1, 10000) g";
    server.schema("keys_narrow_question", statements).await;
    let mut connection = server.connect().await;
    for name in ["t", "u"] {
        let table = support::table(connection.as_mut(), "keys_narrow_question", name).await;
        let asked = |values| Scan {
            domains: BTreeMap::from([(
                "id".to_owned(),
                Domain { data_type: table.columns[0].mapping.data_type.clone(), values, nulls: false },
            )]),
            ..scan(&table)
        };
        for (values, slices, rows) in [
            (Values::In(vec![Value::Int(77)]), 1, 1),
            (Values::In(vec![Value::Int(77), Value::Int(78)]), 2, 2),
            // Fewer rows than lie between two bounds of a histogram.
            (
                Values::Ranges(vec![Range {
                    low: Bound::Included(Value::Int(111)),
                    high: Bound::Excluded(Value::Int(175)),
                }]),
                16,
                64,
            ),
            (Values::All, 16, 10_000),
        ] {
            let (count, found) = cut(connection.as_mut(), &asked(values.clone())).await;
            assert!(count <= slices && (slices < 16 || count == 16), "{name}: {count} slices for {values:?}");
            assert_eq!(found.len(), rows, "{name}: {values:?}");
        }
    }
}

/// Of a table that only has partitions the server gathers no statistics unless it is told to.
#[tokio::test]
async fn a_table_without_statistics_is_cut_by_those_of_a_partition_or_between_its_ends() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE listed (id uuid, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region); \
         CREATE TABLE small PARTITION OF listed FOR VALUES IN ('s'); CREATE TABLE large PARTITION OF listed DEFAULT; \
         INSERT INTO listed SELECT md5(g::text)::uuid, CASE g % 9 WHEN 0 THEN 's' ELSE 'l' END FROM generate_series(1, 900) g; \
         ANALYZE small, large; \
         CREATE TABLE days (day date, n int, PRIMARY KEY (day, n)) PARTITION BY RANGE (day); \
         CREATE TABLE old PARTITION OF days FOR VALUES FROM (MINVALUE) TO ('2020-01-01'); CREATE TABLE new PARTITION OF days DEFAULT; \
         INSERT INTO days SELECT '2019-01-01'::date + g, g FROM generate_series(1, 900) g; ANALYZE old, new; \
         CREATE TABLE endless (day date PRIMARY KEY) WITH (autovacuum_enabled = false); INSERT INTO endless SELECT '2019-01-01'::date + g FROM generate_series(1, 900) g; \
         INSERT INTO endless VALUES ('infinity')";
    server.schema("keys_unknown", statements).await;
    let mut connection = server.connect().await;
    for name in ["listed", "days"] {
        let scanned = scan(&table(connection.as_mut(), "keys_unknown", name).await);
        let (slices, rows) = cut(connection.as_mut(), &scanned).await;
        assert_eq!((slices, rows.len()), (16, 900), "{name}");
    }
    let scanned = scan(&table(connection.as_mut(), "keys_unknown", "endless").await);
    let splits = connection.splits(&scanned, Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting");
    assert_eq!(splits, [Split::Whole], "nothing lies evenly before an endless day");
}

/// How many rows each slice of a table has, if it is to be cut into 16.
async fn sizes(connection: &mut dyn Connection, scan: &Scan) -> Vec<usize> {
    let mut sizes = Vec::new();
    for split in connection.splits(scan, Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting") {
        sizes.push(read(connection, &Scan { split, ..scan.clone() }).await.num_rows());
    }
    sizes
}

/// However many rows have one value of the first column, or of the first two: as the server knows it, and where it knows nothing.
#[tokio::test]
async fn the_rows_of_one_value_are_cut_by_the_columns_behind_it() {
    let Some(server) = support::server() else { return };
    let (known, nothing) = ("; ANALYZE t", "");
    for (number, (declared, values, statistics)) in [
        ("tenant int, id int8, PRIMARY KEY (tenant, id)", "CASE WHEN g % 10 > 0 THEN 7 ELSE g % 40 END, g", known),
        ("tenant int, id int8, PRIMARY KEY (tenant, id)", "1, g * 1000003::int8", known),
        ("tenant int, id uuid, PRIMARY KEY (tenant, id)", "g % 2, md5(g::text)::uuid", known),
        (
            "tenant uuid, id int, PRIMARY KEY (tenant, id)",
            "md5((CASE WHEN g % 10 > 0 THEN 7 ELSE g % 40 END)::text)::uuid, g",
            known,
        ),
        (
            "tenant text COLLATE \"en-x-icu\", day date, n int",
            "CASE WHEN g % 3 > 0 THEN 'large' ELSE 'Small' END, '2020-01-01'::date + g, g",
            known,
        ),
        (
            "a int NOT NULL, b int, v int",
            "CASE WHEN g < 5000 THEN 3 ELSE g END, CASE WHEN g % 50 > 0 THEN g END, g",
            known,
        ),
        (
            "a int2, b text, c int, PRIMARY KEY (a, b, c)",
            "CASE WHEN g % 20 > 0 THEN 2 ELSE g % 3 END, CASE WHEN g % 7 > 0 THEN 'most' ELSE (g % 5)::text END, g",
            known,
        ),
        ("id uuid PRIMARY KEY", "md5(g::text)::uuid", nothing),
        ("name text PRIMARY KEY", "md5(g::text)", nothing),
        ("name varchar(20) COLLATE \"en-x-icu\" PRIMARY KEY", "'n-' || g", nothing),
    ]
    .into_iter()
    .enumerate()
    {
        let index = if declared.contains("KEY") { "" } else { "CREATE INDEX ON t (tenant, day);" };
        let index = if declared.starts_with("a int NOT") { "CREATE INDEX ON t (a, b);" } else { index };
        let statements = format!(
            "CREATE TABLE t ({declared}) WITH (autovacuum_enabled = false); {index} INSERT INTO t SELECT {values} FROM generate_series(1, 6000) g{statistics}"
        );
        let schema = format!("keys_behind_{number}");
        server.schema(&schema, &statements).await;
        let mut connection = server.connect().await;
        let scanned = scan(&table(connection.as_mut(), &schema, "t").await);
        let sizes = sizes(connection.as_mut(), &scanned).await;
        let (total, largest) = (sizes.iter().sum::<usize>(), sizes.iter().copied().max().unwrap_or(0));
        assert_eq!(total, 6_000, "{declared} of {values}");
        assert!(largest <= 3 * total / 16, "{declared} of {values}: {sizes:?}");
    }
}

/// As a log is kept: in partitions, and nothing leads to one of its rows.
#[tokio::test]
async fn a_table_without_an_index_is_cut_where_its_partitions_begin() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE days (day date, n int) PARTITION BY RANGE (day); CREATE TABLE d0 PARTITION OF days FOR VALUES FROM (MINVALUE) TO ('2020-01-01'); \
         CREATE TABLE d1 PARTITION OF days FOR VALUES FROM ('2020-01-01') TO ('2020-04-01'); CREATE TABLE d2 PARTITION OF days FOR VALUES FROM ('2020-04-01') TO ('2021-01-01') PARTITION BY HASH (n); \
         CREATE TABLE d2a PARTITION OF d2 FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE d2b PARTITION OF d2 FOR VALUES WITH (MODULUS 2, REMAINDER 1); \
         CREATE TABLE d3 PARTITION OF days FOR VALUES FROM ('2022-01-01') TO (MAXVALUE); CREATE TABLE dd PARTITION OF days DEFAULT; \
         INSERT INTO days SELECT '2019-11-01'::date + g, g FROM generate_series(1, 900) g, generate_series(1, 20) h WHERE h = 1 OR g NOT BETWEEN 401 AND 799; INSERT INTO days VALUES (NULL, 0), ('9999-12-31', 1), ('0001-01-01', 2); \
         CREATE TABLE numbers (a int, b text) PARTITION BY RANGE (a, b); CREATE TABLE n1 PARTITION OF numbers FOR VALUES FROM (-7, 'it''s') TO (5, MINVALUE); \
         CREATE TABLE n2 PARTITION OF numbers FOR VALUES FROM (5, 'a') TO (5, 'b'); CREATE TABLE n3 PARTITION OF numbers FOR VALUES FROM (60, MINVALUE) TO (MAXVALUE, MAXVALUE); \
         CREATE TABLE nd PARTITION OF numbers DEFAULT; INSERT INTO numbers SELECT g, g::text FROM generate_series(-20, 90) g; INSERT INTO numbers SELECT g, '1' FROM unnest(ARRAY[-6, 0, 4, 60, 70]) g, generate_series(1, 1000); \
         CREATE TABLE regions (region text COLLATE \"en-x-icu\", n int) PARTITION BY LIST (region); CREATE TABLE r1 PARTITION OF regions FOR VALUES IN ('z', 'b) TO (', 'it''s, ''x'); \
         CREATE TABLE r2 PARTITION OF regions FOR VALUES IN ('A', NULL); CREATE TABLE rd PARTITION OF regions DEFAULT; \
         INSERT INTO regions SELECT (ARRAY['z', 'b) TO (', 'it''s, ''x', 'A', NULL, 'A'])[1 + g % 6], g FROM generate_series(1, 6000) g; INSERT INTO regions VALUES ('a', 1), ('Z', 2); \
         CREATE TABLE rests (region text, n int) PARTITION BY LIST (region); CREATE TABLE s1 PARTITION OF rests FOR VALUES IN ('x', 'y'); CREATE TABLE sd PARTITION OF rests DEFAULT; \
         INSERT INTO rests SELECT CASE g % 3 WHEN 0 THEN 'x' ELSE g::text END, g FROM generate_series(1, 600) g; \
         CREATE TABLE whole (n int) PARTITION BY RANGE (n); CREATE TABLE w0 PARTITION OF whole DEFAULT; INSERT INTO whole SELECT g FROM generate_series(1, 90) g; \
         CREATE TABLE hashed (n int) PARTITION BY HASH (n); CREATE TABLE h0 PARTITION OF hashed FOR VALUES WITH (MODULUS 1, REMAINDER 0); INSERT INTO hashed SELECT g FROM generate_series(1, 90) g; \
         CREATE TABLE computed (n int) PARTITION BY RANGE ((n / 2)); CREATE TABLE c0 PARTITION OF computed DEFAULT; INSERT INTO computed SELECT g FROM generate_series(1, 90) g";
    server.schema("keys_parted", statements).await;
    let mut connection = server.connect().await;
    for (name, slices, rows) in [
        ("days", 4, 10_422),
        ("numbers", 3, 5_111),
        ("regions", 2, 6_002),
        ("rests", 1, 600),
        ("whole", 1, 90),
        ("hashed", 1, 90),
        ("computed", 1, 90),
    ] {
        let scanned = scan(&table(connection.as_mut(), "keys_parted", name).await);
        let all = sorted_rows(&read(connection.as_mut(), &scanned).await);
        let (count, found) = cut(connection.as_mut(), &scanned).await;
        assert!(found == all, "{name} in {count} slices: {} rows instead of {}", found.len(), all.len());
        assert_eq!((count, all.len()), (slices, rows), "{name}");
    }
    let scanned = scan(&table(connection.as_mut(), "keys_parted", "days").await);
    let day = |day| Bound::Included(Value::Date(day));
    for (low, high, expected) in [(18_300, 18_310, 1), (18_300, 19_900, 3), (18_400, 19_900, 2)] {
        let values = Values::Ranges(vec![Range { low: day(low), high: day(high) }]);
        let domain = Domain { data_type: DataType::Date32, values, nulls: false };
        let asked = Scan { domains: BTreeMap::from([("day".to_owned(), domain)]), ..scanned.clone() };
        let (slices, rows) = cut(connection.as_mut(), &asked).await;
        assert!(rows == sorted_rows(&read(connection.as_mut(), &asked).await));
        assert_eq!(slices, expected, "{low} to {high}");
    }
}

/// Nothing leads along it to the order in which its column is compared.
#[tokio::test]
async fn an_index_of_another_order_is_no_key() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE patterns (name text COLLATE \"en-x-icu\"); CREATE INDEX ON patterns (name text_pattern_ops); INSERT INTO patterns SELECT 'n' || g FROM generate_series(1, 90) g; \
         CREATE TABLE bytes (name text COLLATE \"en-x-icu\"); CREATE INDEX ON bytes (name COLLATE \"C\"); INSERT INTO bytes SELECT 'n' || g FROM generate_series(1, 90) g; \
         CREATE TABLE lower (a int, b text, c int); CREATE INDEX ON lower (a, lower(b), c); INSERT INTO lower SELECT g % 2, 'x', g FROM generate_series(1, 90) g";
    server.schema("keys_orders", statements).await;
    let mut connection = server.connect().await;
    for (name, expected) in [("patterns", None), ("bytes", None), ("lower", Some(vec!["a".to_owned()]))] {
        let table = table(connection.as_mut(), "keys_orders", name).await;
        let key = connection.key(&table).await.expect("looking for a key");
        assert_eq!(key.map(|key| key.columns), expected, "{name}");
    }
}

async fn version(server: &support::Server) -> i32 {
    let admin = server.admin(&server.database).await;
    let row = admin
        .query_one("SELECT current_setting('server_version_num')::int / 10000", &[])
        .await
        .expect("asking for the version");
    row.get(0)
}

/// Since version 18 what was there before such a declaration need not keep to it.
#[tokio::test]
async fn a_column_that_is_not_null_from_now_on_may_hold_null() {
    let Some(server) = support::server() else { return };
    if version(server).await < 18 {
        return support::say("skipped: such a declaration came with version 18");
    }
    let statements = "CREATE TABLE t (k int); INSERT INTO t SELECT CASE WHEN g % 3 > 0 THEN g END FROM generate_series(1, 90) g; CREATE INDEX ON t (k); \
         ALTER TABLE t ADD CONSTRAINT since NOT NULL k NOT VALID; ANALYZE t";
    server.schema("keys_since", statements).await;
    let mut connection = server.connect().await;
    let scanned = scan(&table(connection.as_mut(), "keys_since", "t").await);
    let (slices, rows) = cut(connection.as_mut(), &scanned).await;
    assert!(slices == 16 && rows.len() == 90, "{slices} slices, {} rows", rows.len());
}

/// In Danish `aa` stands behind `z`, so a UUID's text has another order than the UUID.
#[tokio::test]
async fn uuids_are_cut_in_their_own_order_whatever_the_language_of_the_database() {
    let Some(server) = support::server() else { return };
    if version(server).await < 15 {
        return support::say("skipped: a database's language by ICU came with version 15");
    }
    server.run("DROP DATABASE IF EXISTS keys_danish").await;
    server
        .run("CREATE DATABASE keys_danish TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'da' ENCODING 'UTF8'")
        .await;
    let admin = server.admin("keys_danish").await;
    let statements = format!(
        "CREATE TABLE t (k uuid PRIMARY KEY); INSERT INTO t SELECT ((CASE WHEN g < 128 THEN 'aa' ELSE 'f0' END) || lpad(to_hex(g), 2, '0') || repeat('0', 28))::uuid FROM generate_series(0, 255) g; \
         CREATE TABLE u (tenant int, k uuid, PRIMARY KEY (tenant, k)); INSERT INTO u SELECT 1, k FROM t; ANALYZE u; \
         DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; END IF; END$$; \
         GRANT SELECT ON t, u TO reader"
    );
    admin.batch_execute(&statements).await.expect("a Danish database");
    let mut endpoint = server.endpoint();
    "keys_danish".clone_into(&mut endpoint.database);
    let mut connection = server.enter(&endpoint, &credential("reader", PASSWORD), &Settings::default()).await.unwrap();
    for name in ["t", "u"] {
        let scanned = scan(&table(connection.as_mut(), "public", name).await);
        let (slices, rows) = cut(connection.as_mut(), &scanned).await;
        assert!(
            slices > 2 && rows == sorted_rows(&read(connection.as_mut(), &scanned).await),
            "{name} in {slices}: {}",
            rows.len()
        );
    }
}

#[tokio::test]
async fn there_may_be_more_slices_than_a_histogram_has_bounds() {
    let Some(server) = support::server() else { return };
    let statements =
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT g FROM generate_series(1, 10000) g; ANALYZE t";
    server.schema("keys_many", statements).await;
    let mut connection = server.connect().await;
    let scanned = scan(&table(connection.as_mut(), "keys_many", "t").await);
    let splits = connection.splits(&scanned, Sizes { most: 500, bytes: 1, largest: None }).await.expect("cutting");
    assert_eq!(splits.len(), 500);
}

#[tokio::test]
async fn rows_that_come_after_the_cut_are_in_one_slice() {
    let Some(server) = support::server() else { return };
    let statements =
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT g FROM generate_series(1, 500) g; ANALYZE t";
    server.schema("keys_written", statements).await;
    let mut connection = server.connect().await;
    let table = support::table(connection.as_mut(), "keys_written", "t").await;
    let scan = scan(&table);
    let slices = connection.splits(&scan, Sizes { most: 16, bytes: 1, largest: None }).await.expect("cutting");
    assert_eq!(slices.len(), 16);
    server.run("INSERT INTO keys_written.t SELECT g FROM generate_series(-400, 0) g").await;
    server.run("INSERT INTO keys_written.t SELECT g FROM generate_series(501, 999) g").await;
    let mut rows = Vec::new();
    for split in slices {
        rows.extend(sorted_rows(&read(connection.as_mut(), &Scan { split, ..scan.clone() }).await));
    }
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), 1_400);
}

/// Statistics are as secret as the values they are made of, and a policy holds in every slice.
#[tokio::test]
async fn slices_have_the_rights_and_the_policies_of_the_table() {
    let Some(server) = support::server() else { return };
    let statements = format!(
        "CREATE TABLE t (id int PRIMARY KEY, tenant text, v int) PARTITION BY RANGE (id); \
         CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (500); CREATE TABLE high PARTITION OF t FOR VALUES FROM (500) TO (1001); \
         INSERT INTO t SELECT g, CASE g % 2 WHEN 0 THEN 'us' ELSE 'them' END, g FROM generate_series(1, 1000) g; ANALYZE t; \
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (tenant = 'us'); \
         CREATE TABLE columns (id int PRIMARY KEY, v int, UNIQUE (v)); INSERT INTO columns SELECT g, 1000 - g FROM generate_series(1, 1000) g; ANALYZE columns; \
         DROP ROLE IF EXISTS keys_reader; CREATE ROLE keys_reader LOGIN PASSWORD '{PASSWORD}'; GRANT USAGE ON SCHEMA keys_rights TO keys_reader; \
         GRANT SELECT ON t TO keys_reader; GRANT SELECT (v) ON columns TO keys_reader"
    );
    server.schema("keys_rights", &statements).await;
    let mut connection = server
        .enter(&server.endpoint(), &credential("keys_reader", PASSWORD), &Settings::default())
        .await
        .expect("logging in");
    let scanned = scan(&table(connection.as_mut(), "keys_rights", "t").await);
    let (slices, rows) = cut(connection.as_mut(), &scanned).await;
    assert_eq!((slices, rows.len()), (16, 500), "half of the rows are another tenant's");
    assert!(rows.iter().all(|row| !row.contains("them")));
    let scanned = scan(&table(connection.as_mut(), "keys_rights", "columns").await);
    let (slices, rows) = cut(connection.as_mut(), &scanned).await;
    assert_eq!((slices, rows.len()), (16, 1000), "cut along the column that may be read");
    let slices = connection.splits(&scanned, Sizes { most: 2, bytes: 1, largest: None }).await.expect("cutting");
    assert!(slices.iter().all(|split| matches!(split, Split::Range(range) if range.columns == ["v"])), "{slices:?}");
}
