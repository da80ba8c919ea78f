//! Text is ordered and matched by code point, whatever its collation says.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Bound, Direction, Domain, Expr, Function, Nulls, Range, SortKey, Value, Values};
use connector_postgresql::CONNECTOR;

use crate::support::{self, read, scan, shown, table};

fn value(text: &str) -> Value {
    Value::Text(text.into())
}

async fn sorted_ids(schema: &str, domain: Option<Domain>, filter: Option<Expr>) -> Vec<String> {
    let mut connection = support::server().unwrap().connect().await;
    let table = table(connection.as_mut(), schema, "t").await;
    let mut scan = scan(&table);
    scan.domains = domain.map(|domain| ("s".to_owned(), domain)).into_iter().collect();
    scan.filters = filter.into_iter().collect();
    let rendered = connector_core::sql::render(&scan, CONNECTOR.dialect()).unwrap();
    assert!(rendered.remainder.keeps_all_rows(), "left to Athena: {}", rendered.statement.sql);
    let mut found = shown(&read(connection.as_mut(), &scan).await, "s");
    found.sort();
    found
}

fn above(text: &str) -> Domain {
    let range = Range { low: Bound::Excluded(value(text)), high: Bound::Unbounded };
    Domain { data_type: DataType::Utf8, values: Values::Ranges(vec![range]), nulls: false }
}

fn below(text: &str) -> Domain {
    let range = Range { low: Bound::Unbounded, high: Bound::Excluded(value(text)) };
    Domain { data_type: DataType::Utf8, values: Values::Ranges(vec![range]), nulls: false }
}

fn not(text: &str) -> Domain {
    Domain { data_type: DataType::Utf8, values: Values::NotIn(vec![value(text)]), nulls: false }
}

fn like(pattern: &str) -> Expr {
    let column = Expr::Column { name: "s".into(), data_type: DataType::Utf8 };
    let pattern = Expr::Constant { value: Some(value(pattern)), data_type: DataType::Utf8 };
    Expr::Call { function: Function::LikePattern, args: vec![column, pattern], data_type: DataType::Boolean }
}

#[tokio::test]
async fn c_uni_order_is_by_code_point() {
    let Some(server) = support::server() else { return };
    server
        .schema("c_uni", "CREATE TABLE t (s text COLLATE \"C\"); INSERT INTO t VALUES ('a'), (U&'\\E000'), (U&'\\FF5E'), (U&'\\+01F600')")
        .await;
    assert_eq!(sorted_ids("c_uni", Some(above("\u{ff5e}")), None).await, ["\u{1f600}"]);
    assert_eq!(sorted_ids("c_uni", Some(below("\u{1f600}")), None).await, ["a", "\u{e000}", "\u{ff5e}"]);
}

#[tokio::test]
async fn c_icu_order_is_by_code_point() {
    let Some(server) = support::server() else { return };
    let sql = "CREATE TABLE t (s text COLLATE \"en-US-x-icu\"); INSERT INTO t VALUES ('a'), ('B'), ('b'), ('A'), ('Z'), ('é'), ('_')";
    server.schema("c_icu", sql).await;
    assert_eq!(sorted_ids("c_icu", Some(below("a")), None).await, ["A", "B", "Z", "_"]);
    assert_eq!(sorted_ids("c_icu", Some(above("Z")), None).await, ["_", "a", "b", "é"]);
    let column = Expr::Column { name: "s".into(), data_type: DataType::Utf8 };
    let constant = Expr::Constant { value: Some(value("Z")), data_type: DataType::Utf8 };
    let filter =
        Expr::Call { function: Function::GreaterThan, args: vec![column, constant], data_type: DataType::Boolean };
    assert_eq!(sorted_ids("c_icu", None, Some(filter)).await, ["_", "a", "b", "é"]);
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "c_icu", "t").await);
    scan.order = vec![SortKey { column: "s".into(), direction: Direction::Ascending, nulls: Nulls::Last }];
    scan.limit = Some(3);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "s"), ["A", "B", "Z"]);
}

#[tokio::test]
async fn c_nondet_equality_and_like_are_those_of_athena() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "c_nondet",
            "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
             CREATE TABLE t (s text COLLATE loose, id int); INSERT INTO t VALUES ('abc', 1), ('ABC', 2), ('abd', 3)",
        )
        .await;
    assert_eq!(sorted_ids("c_nondet", Some(not("abc")), None).await, ["ABC", "abd"]);
    assert_eq!(sorted_ids("c_nondet", None, Some(like("ab%"))).await, ["abc", "abd"]);
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "c_nondet", "t").await);
    scan.domains = BTreeMap::from([("s".into(), Domain::single(DataType::Utf8, value("ABC")))]);
    scan.limit = Some(1);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["2"]);
}

#[tokio::test]
async fn e_like_bs_a_backslash_in_a_pattern_is_itself() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "e_like",
            "CREATE TABLE t (s text); INSERT INTO t VALUES ('a\\b'), ('a\\%b'), ('a\\xb'), ('ab'), ('a%'), ('b\\')",
        )
        .await;
    assert_eq!(sorted_ids("e_like", None, Some(like("a\\%"))).await, ["a\\%b", "a\\b", "a\\xb"]);
    assert_eq!(sorted_ids("e_like", None, Some(like("a\\b"))).await, ["a\\b"]);
    assert_eq!(sorted_ids("e_like", None, Some(like("a\\"))).await, Vec::<String>::new());
    let negated = Expr::Call { function: Function::Not, args: vec![like("a\\b")], data_type: DataType::Boolean };
    assert_eq!(sorted_ids("e_like", None, Some(negated)).await, ["a%", "a\\%b", "a\\xb", "ab", "b\\"]);
}

#[tokio::test]
async fn a_latin1_database_is_read_and_its_text_filtered_above() {
    let Some(server) = support::own_server() else { return };
    let admin = server.admin(&server.database).await;
    admin
        .batch_execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
        .await
        .unwrap();
    let latin = server.admin("latin").await;
    latin.batch_execute("CREATE TABLE t (s text); INSERT INTO t VALUES ('é'), ('z')").await.unwrap();
    let mut endpoint = server.endpoint();
    endpoint.database = "latin".into();
    let credential = support::credential(&server.user, &server.password);
    let mut connection = server.enter(&endpoint, &credential, &connector_core::Settings::default()).await.unwrap();
    let mut scan = scan(&table(connection.as_mut(), "public", "t").await);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "s"), ["é", "z"]);
    scan.domains = BTreeMap::from([("s".into(), Domain::single(DataType::Utf8, value("€")))]);
    assert_eq!(read(connection.as_mut(), &scan).await.num_rows(), 0);
}

#[tokio::test]
async fn a_char_is_shown_and_found_without_its_blanks() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "c_char",
            "CREATE TABLE t (s char(5), PRIMARY KEY (s)); INSERT INTO t VALUES ('ab'), (' ab'), (''), ('abc')",
        )
        .await;
    let one = |text| Some(Domain::single(DataType::Utf8, value(text)));
    let list = |texts: &[&str]| {
        let values = Values::In(texts.iter().map(|text| value(text)).collect());
        Some(Domain { data_type: DataType::Utf8, values, nulls: false })
    };
    assert_eq!(sorted_ids("c_char", None, None).await, ["", " ab", "ab", "abc"]);
    assert_eq!(sorted_ids("c_char", one("ab"), None).await, ["ab"]);
    assert!(sorted_ids("c_char", one("ab   "), None).await.is_empty());
    assert_eq!(sorted_ids("c_char", list(&["ab ", "", "abc"]), None).await, ["", "abc"]);
    // Compared with its blanks, a tab would come before it.
    assert_eq!(sorted_ids("c_char", Some(below("ab\t")), None).await, ["", " ab", "ab"]);
    assert_eq!(sorted_ids("c_char", None, Some(like("ab_"))).await, ["abc"]);
    assert_eq!(sorted_ids("c_char", None, Some(like("%b"))).await, [" ab", "ab"]);
}
