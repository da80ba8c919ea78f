//! Expressions that the rival breaks on.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Bound, Domain, Expr, Function, Range, Scan, Value, Values};

use crate::support::{self, read, scan, shown, table};

fn column(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

fn int(value: Option<i64>) -> Expr {
    Expr::Constant { value: value.map(Value::Int), data_type: DataType::Int32 }
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn number(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Int32 }
}

async fn ids(scan: &Scan) -> Vec<String> {
    let mut connection = support::server().unwrap().connect().await;
    shown(&read(connection.as_mut(), scan).await, "id")
}

#[tokio::test]
async fn e_isdistnull_e_nullconst_and_e_barebool_are_answered() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "e_null",
            "CREATE TABLE t (id int, a int, b bool); INSERT INTO t VALUES (1, 1, true), (2, NULL, false), (3, 3, NULL)",
        )
        .await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "e_null", "t").await);
    let a = || column("a", DataType::Int32);
    for (filter, expected) in [
        (call(Function::IsDistinctFrom, vec![a(), int(None)]), vec!["1", "3"]),
        (call(Function::Equal, vec![a(), int(None)]), vec![]),
        (column("b", DataType::Boolean), vec!["1"]),
        (call(Function::Not, vec![column("b", DataType::Boolean)]), vec!["2"]),
        (call(Function::Equal, vec![number(Function::NullIf, vec![a(), int(Some(1))]), int(Some(3))]), vec!["3"]),
    ] {
        scan.filters = vec![filter];
        assert_eq!(ids(&scan).await, expected);
    }
}

#[tokio::test]
async fn integers_are_computed_as_athena_does() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "e_math",
            "CREATE TABLE t (id int, a int, b int); INSERT INTO t VALUES (1, 5, 2), (2, -5, 2), (3, 7, -3)",
        )
        .await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "e_math", "t").await);
    let ab = || vec![column("a", DataType::Int32), column("b", DataType::Int32)];
    for (function, result, expected) in [
        (Function::Divide, 2, vec!["1"]),
        (Function::Divide, -2, vec!["2", "3"]),
        (Function::Modulus, -1, vec!["2"]),
        (Function::Modulus, 1, vec!["1", "3"]),
        (Function::Multiply, -21, vec!["3"]),
        (Function::Subtract, 10, vec!["3"]),
        (Function::Add, -3, vec!["2"]),
    ] {
        scan.filters = vec![call(Function::Equal, vec![number(function, ab()), int(Some(result))])];
        assert_eq!(ids(&scan).await, expected, "{function:?}");
    }
    let negated = number(Function::Negate, vec![number(Function::Negate, vec![column("a", DataType::Int32)])]);
    scan.filters = vec![call(Function::Equal, vec![negated, int(Some(-5))])];
    assert_eq!(ids(&scan).await, ["2"]);
}

#[tokio::test]
async fn arithmetic_does_not_fail_on_rows_that_another_condition_excludes() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "e_excluded",
            "CREATE TABLE t (id int, a int, b int, f float8); INSERT INTO t VALUES (1, 6, 3, 1), (2, 1, 0, 0), \
             (3, 2147483647, 1, 0), (4, -2147483648, -1, 0), (5, -2147483648, 2, 0)",
        )
        .await;
    let mut connection = server.connect().await;
    let promised = connection.capabilities().functions;
    let mut scan = scan(&table(connection.as_mut(), "e_excluded", "t").await);
    let (a, b) = (|| column("a", DataType::Int32), || column("b", DataType::Int32));
    let one = || Expr::Constant { value: Some(Value::Float64(1.0)), data_type: DataType::Float64 };
    let above = || call(Function::Equal, vec![column("f", DataType::Float64), one()]);
    let nullif = |value, other| number(Function::NullIf, vec![value, int(Some(other))]);
    let dear = || {
        let id = (2..20).fold(column("id", DataType::Int32), nullif);
        call(Function::Equal, vec![id, int(Some(1))])
    };
    for (function, args, result) in [
        (Function::Divide, vec![a(), b()], 2),
        (Function::Modulus, vec![a(), b()], 0),
        (Function::Divide, vec![int(Some(12)), b()], 4),
        (Function::Divide, vec![a(), int(Some(-1))], -6),
        (Function::Add, vec![a(), b()], 9),
        (Function::Subtract, vec![a(), b()], 3),
        (Function::Multiply, vec![a(), b()], 18),
        (Function::Negate, vec![a()], -6),
    ] {
        let computed = call(Function::Equal, vec![number(function, args), int(Some(result))]);
        // Neither a condition that the server evaluates later, as it costs more, nor one that it is not asked.
        for excluding in [dear(), above()] {
            scan.filters = vec![excluding, computed.clone()];
            assert_eq!(ids(&scan).await, ["1"], "{function:?}");
        }
        let rendered = connector_core::sql::render(&scan, connector_postgresql::CONNECTOR.dialect()).unwrap();
        assert!(rendered.remainder.filters.contains(&computed), "{}", rendered.statement.sql);
        assert!(!promised.contains(&function), "{function:?}");
    }
}

#[tokio::test]
async fn e_inject_a_name_with_quotes_is_a_name() {
    let Some(server) = support::server() else { return };
    let name = "x\" is null) or (1=1) or (\"x";
    server
        .schema(
            "e_inject",
            &format!(
                "CREATE TABLE t (id int, \"{0}\" int, \"a\"\"b\" int, \"c.d ?%\\\" int); \
                 INSERT INTO t VALUES (1, NULL, 1, 1), (2, 2, 2, 2)",
                name.replace('"', "\"\"")
            ),
        )
        .await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "e_inject", "t").await;
    let mut scan = scan(&table);
    scan.filters = vec![call(Function::IsNull, vec![column(name, DataType::Int32)])];
    assert_eq!(ids(&scan).await, ["1"]);
    for odd in ["a\"b", "c.d ?%\\"] {
        scan.filters = vec![call(Function::Equal, vec![column(odd, DataType::Int32), int(Some(2))])];
        assert_eq!(ids(&scan).await, ["2"], "{odd}");
    }
}

#[tokio::test]
async fn f_value_sets_of_every_kind_are_answered() {
    let Some(server) = support::server() else { return };
    server
        .schema("f_sets", "CREATE TABLE t (id int, s text); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'b')")
        .await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "f_sets", "t").await);
    let listed = |values, nulls| Domain { data_type: DataType::Utf8, values, nulls };
    let a = || vec![Value::Text("a".into())];
    for (domain, expected) in [
        (listed(Values::In(a()), false), vec!["1"]),
        (listed(Values::In(a()), true), vec!["1", "2"]),
        (listed(Values::NotIn(a()), false), vec!["3"]),
        (listed(Values::NotIn(a()), true), vec!["2", "3"]),
        (Domain::all(DataType::Utf8), vec!["1", "2", "3"]),
        (Domain::not_null(DataType::Utf8), vec!["1", "3"]),
        (Domain::only_null(DataType::Utf8), vec!["2"]),
        (listed(Values::In(Vec::new()), false), vec![]),
    ] {
        scan.domains = BTreeMap::from([("s".into(), domain.clone())]);
        assert_eq!(ids(&scan).await, expected, "{domain:?}");
    }
}

#[tokio::test]
async fn f_hugein_sixty_thousand_values_are_bound() {
    let Some(server) = support::server() else { return };
    server.schema("f_hugein", "CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 100) i").await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "f_hugein", "t").await);
    for count in [60_000, 70_000] {
        let values = (51..51 + count).map(Value::Int).collect();
        let domain = Domain { data_type: DataType::Int32, values: Values::In(values), nulls: false };
        scan.domains = BTreeMap::from([("id".into(), domain)]);
        assert_eq!(ids(&scan).await.len(), 50, "{count}");
    }
}

#[tokio::test]
async fn a_limit_is_applied_at_the_source() {
    let Some(server) = support::server() else { return };
    server.schema("e_limit", "CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 100) i").await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "e_limit", "t").await);
    for (limit, rows) in [(0, 0), (7, 7), (u64::MAX, 100)] {
        scan.limit = Some(limit);
        assert_eq!(ids(&scan).await.len(), rows);
    }
}

#[tokio::test]
async fn a_text_with_a_zero_byte_is_compared_like_any_other() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "e_zero",
            "CREATE TABLE t (id int, s text); INSERT INTO t VALUES (1, 'a'), (2, 'ab'), (3, NULL), (4, 'b')",
        )
        .await;
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "e_zero", "t").await);
    let odd = || Value::Text("a\0b".into());
    let listed = |values| Domain { data_type: DataType::Utf8, values, nulls: false };
    let range = |low, high| listed(Values::Ranges(vec![Range { low, high }]));
    for (domain, expected) in [
        (Domain::single(DataType::Utf8, odd()), vec![]),
        (listed(Values::In(vec![odd(), Value::Text("b".into())])), vec!["4"]),
        (listed(Values::NotIn(vec![odd()])), vec!["1", "2", "4"]),
        (Domain { nulls: true, ..listed(Values::NotIn(vec![odd()])) }, vec!["1", "2", "3", "4"]),
        (range(Bound::Unbounded, Bound::Excluded(odd())), vec!["1"]),
        (range(Bound::Included(odd()), Bound::Unbounded), vec!["2", "4"]),
    ] {
        scan.domains = BTreeMap::from([("s".into(), domain.clone())]);
        assert_eq!(ids(&scan).await, expected, "{domain:?}");
    }
    scan.domains.clear();
    let args = || vec![column("s", DataType::Utf8), Expr::Constant { value: Some(odd()), data_type: DataType::Utf8 }];
    for (function, expected) in [
        (Function::Equal, vec![]),
        (Function::NotEqual, vec!["1", "2", "4"]),
        (Function::LessThan, vec!["1"]),
        (Function::IsDistinctFrom, vec!["1", "2", "3", "4"]),
        (Function::LikePattern, vec![]),
    ] {
        scan.filters = vec![call(function, args())];
        assert_eq!(ids(&scan).await, expected, "{function:?}");
    }
}
