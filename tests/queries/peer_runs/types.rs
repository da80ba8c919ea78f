//! Types that Athena does not have: what is shown of them, and that it finds its row.

use arrow_schema::DataType;
use connector_core::{Domain, Function, Value, Values};

use crate::peer_runs::asking::{Peer, call, column, constant, equal, only, text, whether};

/// The 28 types on which a filter fails at the rival, and those that it knows: a value as written and as shown, for types that
/// are shown as text.
const SHOWN: &[(&str, &str, &str)] = &[
    ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("mood", "happy", "happy"),
    ("json", "{\"a\" : 1}", "{\"a\" : 1}"),
    ("jsonb", "{\"b\":2,\"a\" : 1}", "{\"a\": 1, \"b\": 2}"),
    ("inet", "10.0.0.1/24", "10.0.0.1/24"),
    ("cidr", "10.0.0.0/8", "10.0.0.0/8"),
    ("macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:03"),
    ("interval", "1 day", "1 day"),
    ("time", "24:00:00", "24:00:00"),
    ("timetz", "12:00:00+05", "12:00:00+05"),
    ("varbit", "101", "101"),
    ("point", "(1.5,2)", "(1.5,2)"),
    ("int4range", "[1,5]", "[1,6)"),
    ("tsvector", "fat cat", "'cat' 'fat'"),
    ("numeric(50,10)", "1.5", "1.5000000000"),
    ("pg_lsn", "16/B374D848", "16/B374D848"),
    ("regclass", "pg_catalog.pg_class", "pg_class"),
    ("jsonpath", "$.a", "$.\"a\""),
    ("xid", "42", "42"),
    ("tid", "(1,2)", "(1,2)"),
    ("char(5)", "ab", "ab"),
    ("\"char\"", "x", "x"),
    ("name", "n", "n"),
    ("text", "t", "t"),
    ("varchar(5)", "v", "v"),
    ("short", "s", "s"),
    ("markup", "<a>1</a>", "<a>1</a>"),
    ("hstore", "\"a\"=>\"1\"", "\"a\"=>\"1\""),
    ("citext", "CiText", "CiText"),
];

/// The same for types that have one of Athena's.
fn valued() -> Vec<(&'static str, &'static str, DataType, Value)> {
    let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
    vec![
        ("bit(1)", "1", DataType::Boolean, Value::Bool(true)),
        ("money", "$1,234.50", DataType::Decimal128(19, 2), decimal(123_450, 2)),
        ("positive", "5", DataType::Int32, Value::Int(5)),
        ("price", "9.99", DataType::Decimal128(10, 2), decimal(999, 2)),
        ("instant", "1970-01-01 00:00:00.001", DataType::Date64, Value::Millis(1)),
        ("flag", "true", DataType::Boolean, Value::Bool(true)),
        ("oid", "4294967295", DataType::Int64, Value::Int(4_294_967_295)),
        ("numeric(38,10)", "1.5", DataType::Decimal128(38, 10), decimal(15_000_000_000, 10)),
        ("bytea", "\\xdead", DataType::Binary, Value::Bytes(vec![0xde, 0xad])),
        ("real", "0.1", DataType::Float32, Value::Float32(0.1)),
        ("boolean", "true", DataType::Boolean, Value::Bool(true)),
        ("int2", "-32768", DataType::Int16, Value::Int(-32_768)),
        ("int4", "2147483647", DataType::Int32, Value::Int(2_147_483_647)),
        ("int8", "-9223372036854775808", DataType::Int64, Value::Int(i64::MIN)),
        ("double precision", "0.1", DataType::Float64, Value::Float64(0.1)),
        ("date", "1970-01-02", DataType::Date32, Value::Date(1)),
        ("timestamp", "1970-01-01 00:00:00.001", DataType::Date64, Value::Millis(1)),
        ("timestamptz", "1970-01-01 00:00:00.001+00", DataType::Date64, Value::Millis(1)),
    ]
}

const MADE: &str = "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN short AS text; \
     CREATE DOMAIN positive AS int; CREATE DOMAIN price AS numeric(10, 2); CREATE DOMAIN instant AS timestamp; \
     CREATE DOMAIN flag AS boolean;";

/// A server may lack these; then they are text, and as good as the next.
const EXTRA: &str = "DO $$BEGIN PERFORM xml '<a/>'; CREATE DOMAIN markup AS xml; EXCEPTION WHEN OTHERS THEN CREATE DOMAIN markup AS text; END$$; \
     DO $$BEGIN CREATE EXTENSION hstore; EXCEPTION WHEN OTHERS THEN CREATE DOMAIN hstore AS text; END$$; \
     DO $$BEGIN CREATE EXTENSION citext; EXCEPTION WHEN OTHERS THEN CREATE DOMAIN citext AS text; END$$;";

fn table(number: usize, name: &str, value: &str) -> String {
    let value = value.replace('\'', "''");
    format!("CREATE TABLE t{number} (id int, v {name}); INSERT INTO t{number} VALUES (1, '{value}'), (2, NULL);")
}

#[tokio::test]
async fn the_very_value_shown_finds_its_row_as_a_domain_and_in_an_expression() {
    let texts = SHOWN.iter().map(|(name, written, shown)| (*name, *written, DataType::Utf8, text(shown)));
    let cases: Vec<_> = texts.chain(valued()).collect();
    let tables = cases.iter().enumerate().map(|(number, (name, written, ..))| table(number, name, written));
    let Some(peer) = Peer::open(&format!("{MADE}{EXTRA}{}", tables.collect::<String>())).await else { return };
    for (number, (name, _, data_type, value)) in cases.iter().enumerate() {
        let from = format!("t{number}");
        let schema = peer.schema(&from).await.unwrap();
        assert_eq!(schema.field_with_name("v").unwrap().data_type(), data_type, "{name}");
        let (v, same) = (|| column("v", data_type.clone()), || constant(Some(value.clone()), data_type.clone()));
        let listed = Domain { data_type: data_type.clone(), values: Values::In(vec![value.clone()]), nulls: true };
        for (wanted, expected) in [
            (equal("v", data_type.clone(), value.clone()), &["1"][..]),
            (only("v", listed), &["1", "2"]),
            (whether(call(Function::Equal, vec![v(), same()])), &["1"]),
            (whether(call(Function::Not, vec![call(Function::Equal, vec![same(), v()])])), &[]),
            (whether(call(Function::IsDistinctFrom, vec![v(), same()])), &["2"]),
            (whether(call(Function::GreaterThanOrEqual, vec![v(), same()])), &["1"]),
        ] {
            let found = peer.try_read(&from, &["id"], &wanted).await;
            assert_eq!(found.unwrap_or_else(|error| panic!("{name}: {error}")), expected, "{name}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn ty_what_the_rival_cannot_describe_is_read() {
    let script = format!(
        "{MADE} CREATE TABLE t (id int, b bit(8), c pair, f flag); INSERT INTO t VALUES (1, B'10100101', ROW (1, 'two'), true), \
         (2, NULL, NULL, false); DO $$BEGIN CREATE TABLE n (v numeric(3, -2)); INSERT INTO n VALUES (12345); \
         EXCEPTION WHEN OTHERS THEN CREATE TABLE n (v numeric(5, 0)); INSERT INTO n VALUES (12300); END$$"
    );
    let Some(peer) = Peer::open(&script).await else { return };
    assert_eq!(peer.all("t", &["id", "b", "c", "f"]).await, ["1|10100101|(1,two)|true", "2|NULL|NULL|false"]);
    assert_eq!(peer.read("t", &["id"], &equal("c", DataType::Utf8, text("(1,two)"))).await, ["1"]);
    assert_eq!(peer.read("t", &["id"], &equal("f", DataType::Boolean, Value::Bool(false))).await, ["2"]);
    assert_eq!(peer.all("n", &["v"]).await, ["12300"]);
    let exact = Value::Decimal { unscaled: 12_300, scale: 0 };
    assert_eq!(peer.read("n", &["v"], &equal("v", DataType::Decimal128(5, 0), exact)).await, ["12300"]);
}

#[tokio::test]
async fn arr_elements_are_what_they_are() {
    let script = "CREATE TABLE arrays (id int, uu uuid[], tz timestamptz[], nb numeric[], b bytea[], ts timestamp[], md int[][]); \
         SET TimeZone = 'UTC'; INSERT INTO arrays VALUES (1, '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}', '{2020-01-01 00:00:00}', \
         '{1.5,2.25}', ARRAY['\\xde'::bytea], '{2020-01-01 00:00:00.123456}', '{{1,2},{3,4}}'), (2, '{}', '{NULL}', '{}', '{}', '{}', '{}'); \
         CREATE TABLE ragged (v int[]); INSERT INTO ragged VALUES ('{1}'), ('{{1,2},{3,4}}')";
    let Some(peer) = Peer::open(script).await else { return };
    let first = "1|[a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11]|[2020-01-01 00:00:00.000]|[1.5, 2.25]|[de]|[2020-01-01 00:00:00.123]|{{1,2},{3,4}}";
    let columns = ["id", "uu", "tz", "nb", "b", "ts", "md"];
    assert_eq!(peer.all("arrays", &columns).await, [first, "2|[]|[NULL]|[]|[]|[]|{}"]);
    let wanted = only("md", Domain::not_null(DataType::Utf8));
    assert_eq!(peer.read("arrays", &["id"], &wanted).await, ["1", "2"]);
    let error = peer.try_read("ragged", &["v"], &glaux::protocol::Constraints::default()).await.unwrap_err();
    assert!(error.to_string().contains("column \"v\", row 2"), "{error}");
}
