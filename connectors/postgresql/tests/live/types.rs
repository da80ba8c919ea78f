//! Every type: what it is shown as, and that asking for the very value shown finds its row.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use connector_core::testing::suite;
use connector_core::{Domain, Settings, Value, Values};
use connector_postgresql::CONNECTOR;

use crate::support::{self, Server, read, scan, shown, table};

/// Types that are shown as text, with a value as it is written and as it is shown.
const AS_TEXT: &[(&str, &str, &str)] = &[
    ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("mood", "happy", "happy"),
    ("json", "{\"a\" : 1}", "{\"a\" : 1}"),
    ("jsonb", "{\"b\":2,\"a\" : 1}", "{\"a\": 1, \"b\": 2}"),
    ("inet", "10.0.0.1/24", "10.0.0.1/24"),
    ("inet", "10.0.0.1/32", "10.0.0.1"),
    ("inet", "::FFFF:1.2.3.4", "::ffff:1.2.3.4"),
    ("inet", "2001:DB8::1/64", "2001:db8::1/64"),
    ("address", "10.0.0.2", "10.0.0.2"),
    ("ident", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("cidr", "10.0.0.0/8", "10.0.0.0/8"),
    ("macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:03"),
    ("macaddr8", "08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03:04:05"),
    ("interval", "1 year 2 days 03:04:05.6", "1 year 2 days 03:04:05.6"),
    ("time", "24:00:00", "24:00:00"),
    ("timetz", "12:00:00+05", "12:00:00+05"),
    ("bit(8)", "10100101", "10100101"),
    ("varbit", "101", "101"),
    ("xml", "<a>1</a>", "<a>1</a>"),
    ("point", "(1.5,2)", "(1.5,2)"),
    ("box", "(2,2),(1,1)", "(2,2),(1,1)"),
    ("int4range", "[1,5]", "[1,6)"),
    ("tsvector", "fat cat", "'cat' 'fat'"),
    ("hstore", "a=>1", "\"a\"=>\"1\""),
    ("numeric(50,10)", "12345678901234567890123456789012345678.5", "12345678901234567890123456789012345678.5000000000"),
    ("numeric", "1.50", "1.50"),
    ("pg_lsn", "16/B374D848", "16/B374D848"),
    ("regclass", "pg_catalog.pg_class", "pg_class"),
    ("jsonpath", "$.a", "$.\"a\""),
    ("xid", "42", "42"),
    ("tid", "(1,2)", "(1,2)"),
    ("pair", "(1,two)", "(1,two)"),
    ("char(5)", "ab", "ab"),
    ("\"char\"", "x", "x"),
    ("name", "n", "n"),
    ("citext", "MiXed", "MiXed"),
    ("text", "t", "t"),
    ("varchar(3)", "abc", "abc"),
    ("shorttext", "s", "s"),
    ("int4[][]", "{{1,2},{3,4}}", "{{1,2},{3,4}}"),
    ("oidvector", "1 2", "1 2"),
];

/// Types with a type of Athena's own.
const AS_VALUES: &[(&str, &str, &str, DataType)] = &[
    ("bool", "true", "true", DataType::Boolean),
    ("bit(1)", "1", "true", DataType::Boolean),
    ("int2", "-32768", "-32768", DataType::Int16),
    ("int4", "7", "7", DataType::Int32),
    ("int8", "9223372036854775807", "9223372036854775807", DataType::Int64),
    ("oid", "4294967295", "4294967295", DataType::Int64),
    (
        "numeric(38,10)",
        "1234567890123456789012345678.0123456789",
        "1234567890123456789012345678.0123456789",
        DataType::Decimal128(38, 10),
    ),
    ("money", "$1,234.50", "1234.50", DataType::Decimal128(19, 2)),
    ("real", "0.1", "0.1", DataType::Float32),
    ("double precision", "-0.1", "-0.1", DataType::Float64),
    ("bytea", "\\xdeadbeef", "[de, ad, be, ef]", DataType::Binary),
    ("date", "1970-01-02", "1", DataType::Date32),
    ("timestamp", "1970-01-01 00:00:01.5", "1500", DataType::Date64),
    ("timestamptz", "1970-01-01 01:00:01.5+01", "1500", DataType::Date64),
    ("posint", "5", "5", DataType::Int32),
    ("price", "9.99", "9.99", DataType::Decimal128(10, 2)),
    ("instant", "1970-01-01 00:00:00.001", "1", DataType::Date64),
    ("flag", "true", "true", DataType::Boolean),
    ("posposint", "6", "6", DataType::Int32),
];

const MADE: &str = "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE TYPE pair AS (a int, b text); \
     CREATE DOMAIN shorttext AS text; CREATE DOMAIN posint AS int CHECK (VALUE > 0); CREATE DOMAIN posposint AS posint; \
     CREATE DOMAIN price AS numeric(10,2); CREATE DOMAIN instant AS timestamp; CREATE DOMAIN flag AS boolean; \
     CREATE DOMAIN address AS inet; CREATE DOMAIN ident AS uuid";

async fn typed_tables<'a>(server: &Server, schema: &str, types: impl Iterator<Item = (&'a str, &'a str)>) {
    // Two tests at once would both find that there is none yet.
    server
        .run(
            "SELECT pg_advisory_lock(20); CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS hstore",
        )
        .await;
    let mut sql = MADE.to_owned();
    for (index, (name, value)) in types.enumerate() {
        let value = value.replace('\'', "''");
        sql += &format!(
            "; CREATE TABLE t{index} (id int, v {name}); INSERT INTO t{index} VALUES (1, NULL), (2, '{value}')"
        );
    }
    server.schema(schema, &sql).await;
}

#[tokio::test]
async fn types_shown_as_text_are_found_by_the_text_shown() {
    let Some(server) = support::server() else { return };
    typed_tables(server, "as_text", AS_TEXT.iter().map(|(name, value, _)| (*name, *value))).await;
    let mut connection = server.connect().await;
    for (index, (name, _, expected)) in AS_TEXT.iter().enumerate() {
        let table = table(connection.as_mut(), "as_text", &format!("t{index}")).await;
        let column = table.column("v").unwrap();
        assert_eq!(column.mapping.data_type, DataType::Utf8, "{name}");
        let all = read(connection.as_mut(), &scan(&table)).await;
        assert_eq!(shown(&all, "v"), ["∅", *expected], "{name}");
        let mut scan = scan(&table);
        for domain in [
            Domain::single(DataType::Utf8, Value::Text((*expected).into())),
            Domain {
                data_type: DataType::Utf8,
                values: Values::In(vec![Value::Text("no".into()), Value::Text((*expected).into())]),
                nulls: false,
            },
        ] {
            scan.domains = BTreeMap::from([("v".into(), domain)]);
            let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
            assert!(rendered.remainder.keeps_all_rows(), "{name} is left to Athena");
            assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["2"], "{name}");
        }
        scan.domains = BTreeMap::from([("v".into(), Domain::only_null(DataType::Utf8))]);
        assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["1"], "{name}");
    }
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "as_text").await;
}

#[tokio::test]
async fn a_uuid_is_found_by_its_index_and_by_its_own_spelling_only() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "by_uuid",
            "CREATE TABLE t (id int, v uuid UNIQUE); INSERT INTO t SELECT i, lpad(to_hex(i), 32, '0')::uuid \
             FROM generate_series(1, 5000) i; INSERT INTO t VALUES (0, NULL), (-1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'); \
             ANALYZE t",
        )
        .await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "by_uuid", "t").await);
    let (own, upper) = ("ffffffff-ffff-ffff-ffff-ffffffffffff", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF");
    let domain = |values, nulls| Domain { data_type: DataType::Utf8, values, nulls };
    let text = |text: &str| Value::Text(text.into());
    for (domain, rows) in [
        (domain(Values::In(vec![text(own)]), false), 1),
        (domain(Values::In(vec![text(own)]), true), 2),
        (domain(Values::In(vec![text(upper)]), false), 0),
        (domain(Values::In(vec![text(own), text(upper), text("no")]), false), 1),
        (domain(Values::NotIn(vec![text(own)]), false), 5000),
        (domain(Values::NotIn(vec![text(upper)]), false), 5001),
        (domain(Values::NotIn(vec![text(own)]), true), 5001),
    ] {
        scan.domains = BTreeMap::from([("v".into(), domain.clone())]);
        assert_eq!(read(connection.as_mut(), &scan).await.num_rows(), rows, "{domain:?}");
    }
    scan.domains = BTreeMap::from([("v".into(), Domain::single(DataType::Utf8, text(own)))]);
    let asked = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap().statement.sql;
    let admin = server.admin(&server.database).await;
    let plan = admin.simple_query(&format!("EXPLAIN {}", asked.replace("$1", &format!("'{own}'")))).await.unwrap();
    assert!(format!("{plan:?}").contains("Index Scan"), "{asked}: {plan:?}");
}

#[tokio::test]
async fn types_of_athena_show_their_values_and_are_found_by_them() {
    let Some(server) = support::server() else { return };
    typed_tables(server, "as_values", AS_VALUES.iter().map(|(name, value, ..)| (*name, *value))).await;
    let mut connection = server.connect().await;
    for (index, (name, _, expected, data_type)) in AS_VALUES.iter().enumerate() {
        let table = table(connection.as_mut(), "as_values", &format!("t{index}")).await;
        assert_eq!(table.column("v").unwrap().mapping.data_type, *data_type, "{name}");
        assert_eq!(shown(&read(connection.as_mut(), &scan(&table)).await, "v"), ["∅", *expected], "{name}");
    }
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "as_values").await;
}

#[tokio::test]
async fn arrays_are_lists_of_their_elements() {
    let Some(server) = support::server() else { return };
    let arrays = [
        ("int4[]", "{1,NULL,3}", "[1, ∅, 3]"),
        ("int2[]", "{}", "[]"),
        ("int8[]", "[0:1]={1,2}", "[1, 2]"),
        ("bool[]", "{t,f}", "[true, false]"),
        ("float8[]", "{NaN,-0}", "[NaN, -0]"),
        ("numeric(10,2)[]", "{1.5,2.25}", "[1.50, 2.25]"),
        ("numeric[]", "{1.5,2.250}", "[1.5, 2.250]"),
        ("date[]", "{1970-01-02}", "[1]"),
        ("timestamp[]", "{1970-01-01 00:00:00.0015}", "[1]"),
        ("timestamptz[]", "{1970-01-01 00:00:00.001+00}", "[1]"),
        ("bytea[]", "{\"\\\\xde\"}", "[[de]]"),
        ("text[]", "{a,NULL,\"b,c\"}", "[a, ∅, b,c]"),
        ("varchar(3)[]", "{abc}", "[abc]"),
        ("char(3)[]", "{a}", "[a]"),
        ("uuid[]", "{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "[a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11]"),
        ("mood[]", "{happy,sad}", "[happy, sad]"),
        ("jsonb[]", "{\"1\"}", "[1]"),
        ("money[]", "{$1.50}", "[$1.50]"),
        ("posint[]", "{5,6}", "[5, 6]"),
        ("price[]", "{1.5}", "[1.50]"),
        ("ints", "{7}", "[7]"),
    ];
    let made = format!("{MADE}; CREATE DOMAIN ints AS int[]");
    let mut sql = made;
    for (index, (name, value, _)) in arrays.iter().enumerate() {
        sql += &format!(
            "; CREATE TABLE t{index} (id int, v {name}); INSERT INTO t{index} VALUES (1, NULL), (2, '{value}')"
        );
    }
    server.schema("arrays", &sql).await;
    let mut connection = server.connect().await;
    for (index, (name, _, expected)) in arrays.iter().enumerate() {
        let all = support::whole(connection.as_mut(), "arrays", &format!("t{index}")).await;
        assert!(matches!(all.column_by_name("v").unwrap().data_type(), DataType::List(_)), "{name}");
        assert_eq!(shown(&all, "v"), ["∅", *expected], "{name}");
    }
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "arrays").await;
}

#[tokio::test]
async fn arr_md_a_second_dimension_in_a_value_is_named() {
    let Some(server) = support::server() else { return };
    server.schema("arr_md", "CREATE TABLE t (v int[]); INSERT INTO t VALUES ('{1}'), ('{{1,2},{3,4}}')").await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "arr_md", "t").await;
    let error = support::failure(connection.as_mut(), &scan(&table)).await;
    assert_eq!(error.kind(), connector_core::ErrorKind::Corrupt);
    assert!(error.to_string().contains("column \"v\", row 2") && error.to_string().contains("2 dimensions"), "{error}");
}

#[tokio::test]
async fn zoned_timestamps_are_packed_and_filtered_when_wanted() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "zoned",
            "CREATE TABLE t (id int, v timestamptz, l timestamptz[]); \
             INSERT INTO t VALUES (1, '2020-01-01 01:00:00.0005+01', '{2020-01-01 00:00:00Z}'), (2, '1969-12-31 23:59:59.9999Z', '{}')",
        )
        .await;
    let settings = Settings { zoned_timestamps: true, ..Settings::default() };
    let mut connection = server.connect_with(&settings).await;
    let table = table(connection.as_mut(), "zoned", "t").await;
    let mut scan = scan(&table);
    let all = read(connection.as_mut(), &scan).await;
    assert_eq!(shown(&all, "v"), ["6462819532800000", "-4096"]);
    assert_eq!(shown(&all, "l"), ["[6462819532800000]", "[]"]);
    let data_type = table.column("v").unwrap().mapping.data_type.clone();
    scan.domains = BTreeMap::from([("v".into(), Domain::single(data_type, Value::ZonedMillis(-1)))]);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["2"]);
}

#[tokio::test]
async fn scales_below_zero_and_above_the_precision_are_shown() {
    let Some(server) = support::server() else { return };
    let version: i32 = {
        let admin = server.admin(&server.database).await;
        let row = admin.query_one("SELECT current_setting('server_version_num')::int", &[]).await.unwrap();
        row.get(0)
    };
    if version < 150_000 {
        support::say("skipped: scales beyond the precision came with version 15");
        return;
    }
    server
        .schema(
            "odd_scales",
            "CREATE TABLE t (v numeric(3,-2), w numeric(2,5)); INSERT INTO t VALUES (12345, 0.00012), (-99900, -0.00099)",
        )
        .await;
    let mut connection = server.connect().await;
    let all = support::whole(connection.as_mut(), "odd_scales", "t").await;
    assert_eq!(*all.column(0).data_type(), DataType::Decimal128(5, 0));
    assert_eq!(*all.column(1).data_type(), DataType::Decimal128(5, 5));
    assert_eq!(shown(&all, "v"), ["12300", "-99900"]);
    assert_eq!(shown(&all, "w"), ["0.00012", "-0.00099"]);
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "odd_scales").await;
}

#[tokio::test]
async fn thirty_megabytes_of_text_arrive() {
    let Some(server) = support::server() else { return };
    server.schema("long_text", "CREATE TABLE t AS SELECT repeat('é', 15 << 20) AS v").await;
    let mut connection = server.connect().await;
    let all = support::whole(connection.as_mut(), "long_text", "t").await;
    assert_eq!(all.column(0).as_string::<i32>().value(0).len(), 30 << 20);
}
