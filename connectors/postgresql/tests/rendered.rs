//! What the server is asked, as text: scans of every kind, to be reviewed side by side with other engines.
//!
//! `GOLDEN=write cargo test -p connector-postgresql --test rendered` writes `rendered.sql` anew.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use arrow_schema::DataType;
use connector_core::{
    Bound, Column, ColumnMapping, Direction, Domain, Expr, Function, Nulls, Pushdown, Range, ReadAs, Scan, SortKey,
    Table, TableName, Value, Values, sql,
};
use connector_postgresql::CONNECTOR;

fn column(remote_name: &str, data_type: DataType, read_as: ReadAs, pushdown: Pushdown) -> Column {
    let bind_as = (remote_name == "Zoned").then_some("pg_catalog.timestamptz");
    let mapping = ColumnMapping { data_type, read_as, bind_as, pushdown };
    Column { name: remote_name.to_lowercase(), remote_name: remote_name.into(), comment: None, mapping }
}

fn table() -> Table {
    use ReadAs::Plain;
    let uuid = ReadAs::Printed { own: "pg_catalog.uuid", cast: "pg_catalog.text" };
    let columns = vec![
        column("Id", DataType::Int32, Plain, Pushdown::Full),
        column("odd \"name\"", DataType::Int64, Plain, Pushdown::Full),
        column("Price", DataType::Decimal128(10, 2), Plain, Pushdown::Full),
        column("Flag", DataType::Boolean, Plain, Pushdown::Full),
        column("Text", DataType::Utf8, Plain, Pushdown::CollatedOrder),
        column("Uuid", DataType::Utf8, uuid, Pushdown::Collated),
        column("Host", DataType::Utf8, ReadAs::Call("pg_catalog.abbrev"), Pushdown::Collated),
        column("Bytes", DataType::Binary, Plain, Pushdown::Full),
        column("Day", DataType::Date32, Plain, Pushdown::Full),
        column("Time", DataType::Date64, Plain, Pushdown::Millis),
        column("Zoned", DataType::Date64, Plain, Pushdown::Millis),
        column("Double", DataType::Float64, Plain, Pushdown::Superset),
        column(
            "List",
            DataType::List(arrow_schema::Field::new("", DataType::Int32, true).into()),
            Plain,
            Pushdown::NullsOnly,
        ),
    ];
    Table { name: TableName::new("Sales", "order \"lines\""), columns, comment: None }
}

fn scan(projection: &[&str]) -> Scan {
    Scan::new(table(), projection.iter().map(ToString::to_string).collect())
}

fn with(column: &str, domain: Domain) -> Scan {
    let mut scan = scan(&["id"]);
    scan.domains = BTreeMap::from([(column.to_owned(), domain)]);
    scan
}

fn filtered(filter: Expr) -> Scan {
    let mut scan = scan(&["id"]);
    scan.filters = vec![filter];
    scan
}

fn range(data_type: DataType, low: Bound, high: Bound) -> Domain {
    Domain { data_type, values: Values::Ranges(vec![Range { low, high }]), nulls: false }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn reference(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

fn constant(value: Value, data_type: DataType) -> Expr {
    Expr::Constant { value: Some(value), data_type }
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn ints(function: Function) -> Expr {
    let args = vec![reference("id", DataType::Int32), constant(Value::Int(2), DataType::Int32)];
    let computed = Expr::Call { function, args, data_type: DataType::Int32 };
    call(Function::Equal, vec![computed, constant(Value::Int(1), DataType::Int32)])
}

fn ordered(column: &str, nulls: Nulls) -> Scan {
    let mut scan = scan(&["id"]);
    scan.order = vec![SortKey { column: column.into(), direction: Direction::Descending, nulls }];
    scan.limit = Some(10);
    scan
}

fn domains() -> Vec<(&'static str, Scan)> {
    use Bound::{Excluded, Included, Unbounded};
    let millis = || Value::Millis(1500);
    let listed = |values| Domain { data_type: DataType::Utf8, values, nulls: true };
    vec![
        ("one number", with("id", Domain::single(DataType::Int32, Value::Int(7)))),
        ("an odd name", with("odd \"name\"", Domain::not_null(DataType::Int64))),
        ("a decimal range", {
            let low = Value::Decimal { unscaled: 150, scale: 2 };
            with("price", range(DataType::Decimal128(10, 2), Included(low), Unbounded))
        }),
        ("a truth", with("flag", Domain::single(DataType::Boolean, Value::Bool(true)))),
        ("text in a list or null", with("text", listed(Values::In(vec![text("a"), text("b")])))),
        ("text not in a list", with("text", listed(Values::NotIn(vec![text("a")])))),
        ("text in order", with("text", range(DataType::Utf8, Excluded(text("a")), Included(text("b"))))),
        ("a uuid", with("uuid", Domain::single(DataType::Utf8, text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")))),
        ("cast text", with("uuid", Domain::single(DataType::Utf8, text("a")))),
        ("cast text in order", with("uuid", range(DataType::Utf8, Unbounded, Excluded(text("b"))))),
        ("a host", with("host", Domain::single(DataType::Utf8, text("10.0.0.1")))),
        ("bytes", with("bytes", Domain::single(DataType::Binary, Value::Bytes(vec![0])))),
        ("a day", with("day", Domain::single(DataType::Date32, Value::Date(0)))),
        ("a millisecond", with("time", Domain::single(DataType::Date64, millis()))),
        ("after a millisecond", with("time", range(DataType::Date64, Excluded(millis()), Unbounded))),
        ("a millisecond in a zone", with("zoned", Domain::single(DataType::Date64, millis()))),
        ("a double", with("double", range(DataType::Float64, Included(Value::Float64(0.0)), Unbounded))),
        ("no list", with("list", Domain::not_null(table().column("list").unwrap().mapping.data_type.clone()))),
        ("only null", with("text", Domain::only_null(DataType::Utf8))),
        ("nothing", with("text", range_of_nothing())),
    ]
}

fn range_of_nothing() -> Domain {
    Domain { data_type: DataType::Utf8, values: Values::Ranges(Vec::new()), nulls: false }
}

fn filters() -> Vec<(&'static str, Scan)> {
    let like =
        || call(Function::LikePattern, vec![reference("text", DataType::Utf8), constant(text("a\\%"), DataType::Utf8)]);
    let less = |name, data_type: DataType, value| {
        call(Function::LessThan, vec![reference(name, data_type.clone()), constant(value, data_type)])
    };
    let null = Expr::Constant { value: None, data_type: DataType::Int32 };
    let list = Expr::List { values: vec![Some(Value::Int(1)), None], data_type: DataType::Int32 };
    let both = vec![reference("text", DataType::Utf8), reference("uuid", DataType::Utf8)];
    vec![
        ("like", filtered(like())),
        ("not like", filtered(call(Function::Not, vec![like()]))),
        ("text less", filtered(less("text", DataType::Utf8, text("b")))),
        ("two columns of text", filtered(call(Function::Equal, both))),
        ("time less", filtered(less("time", DataType::Date64, Value::Millis(0)))),
        ("double less", filtered(less("double", DataType::Float64, Value::Float64(1.0)))),
        ("distinct from null", filtered(call(Function::IsDistinctFrom, vec![reference("id", DataType::Int32), null]))),
        ("in with null", filtered(call(Function::In, vec![reference("id", DataType::Int32), list]))),
        ("division", filtered(ints(Function::Divide))),
        ("remainder", filtered(ints(Function::Modulus))),
        ("nullif", filtered(ints(Function::NullIf))),
        ("a bare truth", filtered(reference("flag", DataType::Boolean))),
        ("or", filtered(call(Function::Or, vec![reference("flag", DataType::Boolean), like()]))),
        (
            "null list",
            filtered(call(
                Function::IsNull,
                vec![reference("list", table().column("list").unwrap().mapping.data_type.clone())],
            )),
        ),
    ]
}

fn shapes() -> Vec<(&'static str, Scan)> {
    let mut limited = scan(&["text"]);
    limited.limit = Some(5);
    let mut behind = with("double", Domain::single(DataType::Float64, Value::Float64(1.0)));
    behind.limit = Some(5);
    vec![
        ("no columns", scan(&[])),
        ("columns in any order", scan(&["uuid", "id", "host", "list"])),
        ("a limit", limited),
        ("a limit behind a kept filter", behind),
        ("text in order, limited", ordered("text", Nulls::Last)),
        ("number in order, limited", ordered("id", Nulls::First)),
        ("double in order stays above", ordered("double", Nulls::First)),
    ]
}

#[test]
fn statements_are_those_that_were_reviewed() {
    let mut rendered =
        String::from("-- Written by tests/rendered.rs; what is kept above stands behind each statement.\n");
    for (name, scan) in shapes().into_iter().chain(domains()).chain(filters()) {
        let answer = sql::render(&scan, CONNECTOR.dialect()).unwrap();
        write!(rendered, "\n-- {name}\n{};\n", answer.statement.sql).unwrap();
        let kept = answer.remainder.domains.len() + answer.remainder.filters.len();
        if kept > 0 || answer.remainder.limit {
            let (order, limit) = (answer.remainder.order, answer.remainder.limit);
            writeln!(
                rendered,
                "-- kept: {kept} conditions{}{}",
                if order { ", order" } else { "" },
                if limit { ", limit" } else { "" }
            )
            .unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rendered.sql");
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (line, (ours, theirs)) in rendered.lines().zip(golden.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {}", line + 1);
    }
    assert_eq!(rendered, golden);
}
