//! How many slices a question is worth: by the conditions on it, by the partitions that it reaches, and what finding out costs.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::split::{Place, Sizes};
use connector_core::testing::suite::sorted_rows;
use connector_core::{Bound, Connection, Domain, Range, Scan, Settings, Split, Value, Values};
use tokio_postgres::SimpleQueryMessage;

use crate::support::{self, PASSWORD, Server, credential, read, scan, table};

fn listed(list: &[i64]) -> Domain {
    Domain {
        data_type: DataType::Int32,
        values: Values::In(list.iter().copied().map(Value::Int).collect()),
        nulls: false,
    }
}

fn between(low: i64, high: i64) -> Domain {
    let (low, high) = (Bound::Included(Value::Int(low)), Bound::Excluded(Value::Int(high)));
    Domain { data_type: DataType::Int32, values: Values::Ranges(vec![Range { low, high }]), nulls: false }
}

fn text(text: &str) -> Domain {
    Domain::single(DataType::Utf8, Value::Text(text.into()))
}

/// Cuts a scan under a condition and holds its slices together against the whole; says how many there are.
async fn cut(connection: &mut dyn Connection, scan: &Scan, sizes: Sizes, column: &str, domain: Domain) -> usize {
    let asked = Scan { domains: BTreeMap::from([(column.to_owned(), domain)]), ..scan.clone() };
    slices(connection, &asked, sizes).await.0.len()
}

/// Cuts a scan and holds its slices together against the whole; gives them, and says how many rows there are.
async fn slices(connection: &mut dyn Connection, asked: &Scan, sizes: Sizes) -> (Vec<Split>, usize) {
    let slices = connection.splits(asked, sizes).await.expect("cutting");
    let mut rows = Vec::new();
    for split in &slices {
        rows.extend(sorted_rows(&read(connection, &Scan { split: split.clone(), ..asked.clone() }).await));
    }
    rows.sort();
    assert_eq!(rows, sorted_rows(&read(connection, asked).await), "{:?}", asked.domains);
    (slices, rows.len())
}

/// Where slices along `id` are cut: one follows on the other, from the first value of all to the last, with NULL in the first.
fn cuts(slices: &[Split]) -> Vec<i64> {
    let (mut cuts, mut open): (Vec<i64>, Place) = Default::default();
    for (place, split) in slices.iter().enumerate() {
        let Split::Range(range) = split else { panic!("{slices:?}") };
        assert!(range.columns == ["id"] && range.from == open && range.nulls == (place == 0), "{slices:?}");
        open.clone_from(&range.below);
        match open.as_slice() {
            [Value::Int(cut)] => cuts.push(*cut),
            open => assert!(open.is_empty() && place + 1 == slices.len(), "{slices:?}"),
        }
    }
    assert!(open.is_empty(), "{slices:?}");
    cuts
}

/// So that all of a table is cut into 16.
async fn sixteen(connection: &mut dyn Connection, table: &connector_core::Table) -> Sizes {
    let key = connection.key(table).await.expect("looking for a key").expect("a key");
    Sizes { most: 32, bytes: key.bytes.div_ceil(16), largest: None }
}

#[tokio::test]
async fn what_an_index_leads_to_is_not_cut_as_if_all_were_wanted() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE t (id int PRIMARY KEY, other int, free int, name text, filler text); \
         INSERT INTO t SELECT g, g * 7 % 100000, g, 'n' || g, repeat('x', 200) FROM generate_series(0, 99999) g; \
         CREATE INDEX ON t (other); CREATE INDEX ON t (name); ANALYZE t";
    server.schema("sizing_asked", statements).await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "sizing_asked", "t").await;
    let (scan, sizes) = (scan(&table), sixteen(connection.as_mut(), &table).await);
    for (column, domain, expected) in [
        ("id", listed(&[77]), 1),
        ("id", listed(&[77, 78, 79]), 1),
        ("id", between(0, 50_000), 8),
        ("other", listed(&[77]), 1),
        ("other", listed(&[1, 77, 500, 99_999]), 1),
        ("other", between(0, 10), 1),
        ("name", text("n77"), 1),
        // Nothing leads to these.
        ("free", listed(&[77]), 16),
        ("free", between(0, 10), 16),
        ("free", Domain::all(DataType::Int32), 16),
    ] {
        let count = cut(connection.as_mut(), &scan, sizes, column, domain.clone()).await;
        // Of so many rows only some are looked at for the statistics.
        let is_near = if [1, 16].contains(&expected) { count == expected } else { count.abs_diff(expected) <= 1 };
        assert!(is_near, "{count} slices instead of {expected} where {column} {domain:?}");
    }
}

/// A child is looked at only where the server itself finds that it may hold a row that is wanted.
#[tokio::test]
async fn a_question_about_few_partitions_is_cut_into_as_few_slices() {
    let Some(server) = support::server() else { return };
    let statements = "CREATE TABLE ranged (k int PRIMARY KEY, filler text) PARTITION BY RANGE (k); \
         CREATE TABLE ranged1 PARTITION OF ranged FOR VALUES FROM (MINVALUE) TO (4000); CREATE TABLE ranged2 PARTITION OF ranged FOR VALUES FROM (4000) TO (8000); \
         CREATE TABLE ranged3 PARTITION OF ranged FOR VALUES FROM (8000) TO (12000); CREATE TABLE ranged4 PARTITION OF ranged DEFAULT; \
         INSERT INTO ranged SELECT g, repeat('x', 200) FROM generate_series(0, 15999) g; ANALYZE ranged; \
         CREATE TABLE listed (k int, tenant int, filler text) PARTITION BY LIST (tenant); CREATE INDEX ON listed (k); \
         CREATE TABLE listed1 PARTITION OF listed FOR VALUES IN (1); CREATE TABLE listed2 PARTITION OF listed FOR VALUES IN (2); \
         CREATE TABLE listed3 PARTITION OF listed FOR VALUES IN (3, NULL); CREATE TABLE \"listed'; --\" PARTITION OF listed DEFAULT; \
         INSERT INTO listed SELECT g, g % 4, repeat('x', 200) FROM generate_series(0, 15999) g; ANALYZE listed; \
         CREATE TABLE hashed (k int, tenant int, filler text) PARTITION BY HASH (tenant); CREATE INDEX ON hashed (k); \
         CREATE TABLE hashed0 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 0); CREATE TABLE hashed1 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 1); \
         CREATE TABLE hashed2 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 2); CREATE TABLE hashed3 PARTITION OF hashed FOR VALUES WITH (MODULUS 4, REMAINDER 3); \
         INSERT INTO hashed SELECT g, g, repeat('x', 200) FROM generate_series(0, 15999) g; ANALYZE hashed; \
         CREATE TABLE inherited (k int PRIMARY KEY, tenant int, filler text); CREATE TABLE heir1 (CHECK (tenant = 1)) INHERITS (inherited); \
         CREATE TABLE heir2 (CHECK (tenant = 2)) INHERITS (inherited); CREATE TABLE heir3 (CHECK (tenant = 3)) INHERITS (inherited); \
         INSERT INTO inherited SELECT g, 0, repeat('x', 200) FROM generate_series(0, 3999) g; INSERT INTO heir1 SELECT g, 1, repeat('x', 200) FROM generate_series(4000, 7999) g; \
         INSERT INTO heir2 SELECT g, 2, repeat('x', 200) FROM generate_series(8000, 11999) g; INSERT INTO heir3 SELECT g, 3, repeat('x', 200) FROM generate_series(12000, 15999) g; \
         ANALYZE inherited; ANALYZE heir1; ANALYZE heir2; ANALYZE heir3";
    server.schema("sizing_parts", statements).await;
    let mut connection = server.connect().await;
    let mut found = Vec::new();
    for (name, column, domain) in [
        ("ranged", "k", Domain::all(DataType::Int32)),
        ("ranged", "k", listed(&[5_000])),
        ("ranged", "k", between(4_000, 8_000)),
        ("ranged", "k", listed(&[1, 9_000])),
        ("listed", "tenant", Domain::all(DataType::Int32)),
        ("listed", "tenant", listed(&[1])),
        ("listed", "tenant", between(1, 3)),
        ("listed", "tenant", listed(&[1, 2, 3])),
        ("listed", "tenant", Domain::only_null(DataType::Int32)),
        ("hashed", "tenant", Domain::all(DataType::Int32)),
        ("hashed", "tenant", listed(&[5_000])),
        ("hashed", "k", listed(&[5_000])),
        ("inherited", "tenant", Domain::all(DataType::Int32)),
        ("inherited", "tenant", listed(&[1])),
        ("inherited", "tenant", between(2, 4)),
        ("inherited", "k", listed(&[1, 9_000])),
    ] {
        let table = table(connection.as_mut(), "sizing_parts", name).await;
        let sizes = sixteen(connection.as_mut(), &table).await;
        found.push(cut(connection.as_mut(), &scan(&table), sizes, column, domain).await);
    }
    assert_eq!(found, [16, 1, 4, 2, 16, 5, 15, 15, 4, 16, 5, 1, 16, 9, 15, 2]);
}

/// A table in lists of tenants, each in four days: a thousand rows in each of sixteen leaves, and eight without a tenant.
fn in_parts_of_parts() -> String {
    let mut sql = "CREATE TABLE sub (id int, tenant int, day int, filler text) PARTITION BY LIST (tenant); \
                   CREATE INDEX ON sub (id)"
        .to_owned();
    let lists = [
        ("one", "FOR VALUES IN (1)"),
        ("2) OR (1=1", "FOR VALUES IN (2)"),
        ("three", "FOR VALUES IN (3)"),
        ("rest'; --", "DEFAULT"),
    ];
    for (list, values) in lists {
        sql += &format!("; CREATE TABLE \"{list}\" PARTITION OF sub {values} PARTITION BY RANGE (day)");
        for (day, (from, to)) in [("MINVALUE", "1"), ("1", "2"), ("2", "3"), ("3", "MAXVALUE")].iter().enumerate() {
            let leaf = format!("\"{list} {day}\" PARTITION OF \"{list}\" FOR VALUES FROM ({from}) TO ({to})");
            sql += &format!("; CREATE TABLE {leaf}");
        }
    }
    sql + "; INSERT INTO sub SELECT g, g % 4, g / 4000, repeat('x', 200) FROM generate_series(0, 15999) g; \
           INSERT INTO sub SELECT 16000 + g, NULL, g % 4, '' FROM generate_series(0, 7) g; ANALYZE sub"
}

/// Of partitions of partitions those are looked at that both rules leave.
#[tokio::test]
async fn a_question_about_few_parts_of_parts_is_cut_into_as_few_slices() {
    let Some(server) = support::server() else { return };
    server.schema("sizing_parts_of_parts", &in_parts_of_parts()).await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "sizing_parts_of_parts", "sub").await;
    let (scan, sizes) = (scan(&table), sixteen(connection.as_mut(), &table).await);
    let null = || Domain::only_null(DataType::Int32);
    for (domains, expected, rows) in [
        (vec![("tenant", listed(&[1]))], 5, 4_000),
        (vec![("tenant", listed(&[7]))], 5, 0),
        (vec![("tenant", null())], 4, 8),
        (vec![("tenant", listed(&[1, 3]))], 10, 8_000),
        (vec![("day", listed(&[2]))], 5, 4_002),
        (vec![("day", between(1, 3))], 10, 8_004),
        (vec![("tenant", listed(&[1])), ("day", listed(&[2]))], 4, 1_000),
        (vec![("tenant", listed(&[1])), ("day", listed(&[0, 3]))], 4, 2_000),
        (vec![("tenant", listed(&[2])), ("id", between(4_000, 8_000))], 4, 1_000),
        (vec![("tenant", listed(&[2])), ("id", listed(&[4_002]))], 1, 1),
    ] {
        let domains = domains.into_iter().map(|(name, domain)| (name.to_owned(), domain)).collect();
        let asked = Scan { domains, ..scan.clone() };
        let (slices, found) = slices(connection.as_mut(), &asked, sizes).await;
        let count = slices.len();
        // A slice more or less is what the server's prices decide; without pruning there would be sixteen.
        assert!(count.abs_diff(expected) <= 1, "{count} slices instead of {expected} where {:?}", asked.domains);
        assert_eq!(found, rows, "{:?}", asked.domains);
        if count == 1 {
            assert_eq!(slices, [Split::Whole], "{:?}", asked.domains);
            continue;
        }
        let (cuts, by_id) = (cuts(&slices), asked.domains.contains_key("id"));
        let is_asked_for = |cut: &i64| if by_id { (4_000..8_000).contains(cut) } else { (0..16_008).contains(cut) };
        assert!(cuts.is_sorted() && cuts.iter().all(is_asked_for), "{cuts:?} where {:?}", asked.domains);
    }
}

/// How many statements stand in the server's log: those of the only role that has them logged.
async fn logged(server: &Server) -> usize {
    let client = server.admin(&server.database).await;
    let sql = "SELECT pg_catalog.count(*) FROM pg_catalog.regexp_split_to_table(pg_catalog.pg_read_file('server.log'), '\\n') AS l(line) \
         WHERE line ~ 'LOG:  (execute|statement)'";
    let messages = client.simple_query(sql).await.unwrap();
    let count = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    });
    count.unwrap()
}

/// Counted where they arrive: what is asked of the server to cut a table.
#[tokio::test]
async fn cutting_a_table_takes_few_statements() {
    let Some(server) = support::server().filter(|server| server.dir.is_some()) else { return };
    let statements = format!(
        "CREATE TABLE even (k int PRIMARY KEY, v int); INSERT INTO even SELECT g, g FROM generate_series(1, 100000) g; CREATE INDEX ON even (v); ANALYZE even; \
         CREATE TABLE names (k text PRIMARY KEY); INSERT INTO names SELECT 'n' || g FROM generate_series(1, 100000) g; ANALYZE names; \
         CREATE TABLE unknown (k int PRIMARY KEY); INSERT INTO unknown SELECT g FROM generate_series(1, 100000) g; CREATE TABLE none (v int); \
         DROP ROLE IF EXISTS sizing_counted; CREATE ROLE sizing_counted LOGIN PASSWORD '{PASSWORD}'; ALTER ROLE sizing_counted SET log_statement = 'all'; \
         GRANT USAGE ON SCHEMA sizing_counted TO sizing_counted; GRANT SELECT ON ALL TABLES IN SCHEMA sizing_counted TO sizing_counted"
    );
    server.schema("sizing_counted", &statements).await;
    let counted = credential("sizing_counted", PASSWORD);
    let mut connection = server.enter(&server.endpoint(), &counted, &Settings::default()).await.unwrap();
    let few = BTreeMap::from([("v".to_owned(), listed(&[7]))]);
    for (name, domains, slices, most) in [
        ("none", BTreeMap::new(), 1, 2),
        ("even", BTreeMap::new(), 16, 1),
        ("even", few, 1, 2),
        ("names", BTreeMap::new(), 16, 2),
        // Of a key without statistics 66 ranges are asked about, all at once.
        ("unknown", BTreeMap::new(), 16, 68),
    ] {
        let scan = Scan { domains, ..scan(&table(connection.as_mut(), "sizing_counted", name).await) };
        let before = logged(server).await;
        let cut = connection.splits(&scan, Sizes { most: 16, bytes: 200_000, largest: None }).await.expect("cutting");
        let asked = logged(server).await - before;
        support::say(&format!("{name} in {} slices by {asked} statements", cut.len()));
        assert!(cut.len() == slices && (slices > 1 || cut == [Split::Whole]), "{name}: {cut:?}");
        assert!(asked > 0 && asked <= most, "{name}: {asked} statements");
    }
}
