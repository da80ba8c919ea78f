//! What is wrong, or was read to be wrong, in AWS's connector for SQL Server, asked of ours. A test's number is the defect's in the
//! list of those found there; those of other engines are with them. Pass-through (28) is checked above the engines; the tests of a scripted server have listings that fail (27), those of
//! Entra logins their form (30).

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type};
use arrow_schema::DataType;
use connector_core::testing::suite;
use connector_core::{
    Bound, Direction, Domain, ErrorKind, Expr, Function, Nulls, Range, Scan, SortKey, TableName, Value, Values, sql,
};
use connector_sqlserver::CONNECTOR;

use crate::support::{self, read, scan, shown, table};

#[tokio::test]
async fn d13_a_partitioned_table_gives_every_row_once_whatever_its_indexes() {
    let Some(server) = support::server() else { return };
    server.schema("d13", &[]).await;
    let mut admin = server.admin().await;
    let prepared: &[&str] = &[
        "IF NOT EXISTS (SELECT 1 FROM sys.partition_functions WHERE name = N'd13_by_id') \
         EXEC (N'CREATE PARTITION FUNCTION d13_by_id (int) AS RANGE RIGHT FOR VALUES (10, 20)')",
        "IF NOT EXISTS (SELECT 1 FROM sys.partition_schemes WHERE name = N'd13_by_id') \
         EXEC (N'CREATE PARTITION SCHEME d13_by_id AS PARTITION d13_by_id ALL TO ([PRIMARY])')",
        "CREATE TABLE d13.t (id int) ON d13_by_id (id)",
        "CREATE TABLE d13.keyed (id int) ON d13_by_id (id)",
        // In the same parts as its table.
        "CREATE INDEX k ON d13.keyed (id)",
    ];
    admin.run(prepared).await;
    admin.lacks("an index of columns", &["CREATE CLUSTERED COLUMNSTORE INDEX c ON d13.t"]).await;
    let mut connection = server.connect().await;
    for name in ["t", "keyed"] {
        admin.run(&[&format!("INSERT INTO d13.{name} VALUES (1), (10), (15), (20), (30), (NULL)")]).await;
        let table = table(connection.as_mut(), "d13", name).await;
        let (connection, dialect) = (connection.as_mut(), CONNECTOR.dialect());
        let most = suite::the_union_of_splits_is_the_table(connection, dialect, &table).await;
        assert!(most > 1 || admin.leaves_out("more than one split of a table"), "{name}: {most} splits");
        assert_eq!(read(connection, &scan(&table)).await.num_rows(), 6);
    }
}

#[tokio::test]
async fn d14_an_order_with_nulls_on_either_side_and_a_limit_is_what_the_server_takes() {
    let Some(server) = support::server() else { return };
    server.schema("d14", &["CREATE TABLE d14.t (id int)", "INSERT INTO d14.t VALUES (2), (NULL), (1), (3)"]).await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "d14", "t").await;
    for (direction, nulls, expected) in [
        (Direction::Ascending, Nulls::First, ["∅", "1", "2"]),
        (Direction::Ascending, Nulls::Last, ["1", "2", "3"]),
        (Direction::Descending, Nulls::First, ["∅", "3", "2"]),
        (Direction::Descending, Nulls::Last, ["3", "2", "1"]),
    ] {
        let order = vec![SortKey { column: "id".into(), direction, nulls }];
        let scan = Scan { order, limit: Some(3), ..scan(&table) };
        assert!(!sql::render(&scan, CONNECTOR.dialect()).unwrap().remainder.limit, "the server itself cuts it");
        assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), expected, "{direction:?} {nulls:?}");
    }
    for (limit, rows) in [(0, 0), (1, 1), (u64::MAX, 4)] {
        let scan = Scan { limit: Some(limit), ..scan(&table) };
        assert_eq!(read(connection.as_mut(), &scan).await.num_rows(), rows, "{limit}");
    }
}

#[tokio::test]
async fn d15_and_d24_numeric_keeps_every_digit() {
    let Some(server) = support::server() else { return };
    let values = ["0.4", "2.5", "-12345678901234567890123456.7890123456"];
    let rows = values.map(|value| format!("({value}, {value})")).join(", ");
    let fill = format!("INSERT INTO d15.t VALUES {rows}");
    server.schema("d15", &["CREATE TABLE d15.t (n numeric(38,10), d decimal(38,10))", &fill]).await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "d15", "t").await;
    let rows = read(connection.as_mut(), &scan(&table)).await;
    for column in ["n", "d"] {
        let column = rows.column_by_name(column).unwrap();
        let mut unscaled: Vec<i128> = column.as_primitive::<Decimal128Type>().values().to_vec();
        unscaled.sort_unstable();
        assert_eq!(unscaled, [-123_456_789_012_345_678_901_234_567_890_123_456, 4_000_000_000, 25_000_000_000]);
        assert_eq!(column.data_type(), &DataType::Decimal128(38, 10));
    }
}

#[tokio::test]
async fn d16_names_with_dots_blanks_and_brackets_have_their_types() {
    let Some(server) = support::server() else { return };
    server.schema("d16", &[]).await;
    let mut admin = server.admin().await;
    let lacks_brackets = admin.lacks("names with closing brackets", &["CREATE TABLE #n ([a]]b] int)"]).await;
    // Babelfish's QUOTENAME doubles apostrophes too, so that its HAS_PERMS_BY_NAME knows no table with one.
    let (name, column) = if lacks_brackets { ("t.u v[w", "e[f") } else { ("t.u v]w'x", "e]f") };
    let quoted = |name: &str| format!("[{}]", name.replace(']', "]]"));
    let columns = format!(
        "[a.b] numeric(5,2), [c d] datetime2(7), {} uniqueidentifier, [g\"h] varbinary(3), [i'j] int",
        quoted(column)
    );
    let fill = "(1.25, '1970-01-01T00:00:01.5', '00000000-0000-0000-0000-0000000000ff', 0x0102, 7), \
                (NULL, NULL, NULL, NULL, NULL)";
    let create = format!("CREATE TABLE [d16].{0} ({columns}); INSERT INTO [d16].{0} VALUES {fill}", quoted(name));
    admin.run(&[&create]).await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "d16", &name.to_uppercase()).await;
    let types: Vec<DataType> = table.columns.iter().map(|column| column.mapping.data_type.clone()).collect();
    let expected = [DataType::Decimal128(5, 2), DataType::Date64, DataType::Utf8, DataType::Binary, DataType::Int32];
    assert_eq!(types, expected);
    suite::pushing_down_changes_no_answer(connection.as_mut(), CONNECTOR.dialect(), &table).await;
    let domain = Domain::single(DataType::Decimal128(5, 2), Value::Decimal { unscaled: 125, scale: 2 });
    let scan = Scan { domains: BTreeMap::from([("a.b".into(), domain)]), ..scan(&table) };
    let rows = read(connection.as_mut(), &scan).await;
    assert_eq!((shown(&rows, "c d"), shown(&rows, "i'j")), (vec!["1500".into()], vec!["7".into()]));
}

#[tokio::test]
async fn d17_pages_of_tables_neither_repeat_nor_miss_one_at_their_edges() {
    let Some(server) = support::server() else { return };
    let tables: Vec<String> = (0..7).map(|number| format!("CREATE TABLE d17.t{number} (id int)")).collect();
    server.schema("d17", &tables.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut connection = server.connect().await;
    suite::listing_by_pages_gives_what_listing_at_once_gives(connection.as_mut(), "d17").await;
    assert_eq!(connection.tables("d17", None, None).await.unwrap().len(), 7);
}

#[tokio::test]
async fn d23_a_float_has_64_bits() {
    let Some(server) = support::server() else { return };
    server
        .schema("d23", &["CREATE TABLE d23.t (f float, g float(25))", "INSERT INTO d23.t VALUES (0.1, 16777217)"])
        .await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "d23", "t").await;
    let rows = read(connection.as_mut(), &scan(&table)).await;
    let values: Vec<u64> = (0..2).map(|at| rows.column(at).as_primitive::<Float64Type>().value(0).to_bits()).collect();
    assert_eq!(values, [0.1_f64.to_bits(), 16_777_217_f64.to_bits()]);
}

#[tokio::test]
async fn d25_value_sets_of_every_kind_are_answered() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "d25",
            &[
                "CREATE TABLE d25.t (v int, t nvarchar(9))",
                "INSERT INTO d25.t VALUES (1, N'a'), (2, N'b'), (NULL, NULL)",
            ],
        )
        .await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "d25", "t").await;
    let range = |low, high| Values::Ranges(vec![Range { low, high }]);
    for (values, nulls, expected) in [
        (Values::All, true, 3),
        (Values::All, false, 2),
        (Values::In(Vec::new()), false, 0),
        (Values::In(Vec::new()), true, 1),
        (Values::Ranges(Vec::new()), false, 0),
        (Values::Ranges(Vec::new()), true, 1),
        (Values::In(vec![Value::Int(1), Value::Int(7)]), true, 2),
        (Values::NotIn(vec![Value::Int(1)]), false, 1),
        (Values::NotIn(vec![Value::Int(1)]), true, 2),
        (range(Bound::Unbounded, Bound::Unbounded), true, 3),
        (range(Bound::Excluded(Value::Int(1)), Bound::Unbounded), false, 1),
    ] {
        let domain = Domain { data_type: DataType::Int32, values, nulls };
        let rows = read(connection.as_mut(), &support::within(&table, domain.clone())).await;
        assert_eq!(rows.num_rows(), expected, "{domain:?}");
    }
}

#[tokio::test]
async fn d26_what_is_missing_is_said_to_be_missing() {
    let Some(server) = support::server() else { return };
    server.schema("d26", &["CREATE TABLE d26.t (id int)"]).await;
    let mut connection = server.connect().await;
    for (schema, table) in [("d26", "u"), ("d26", "t.id"), ("no_such_schema", "t")] {
        let error = connection.table(&TableName::new(schema, table)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    assert_eq!(connection.tables("no_such_schema", None, None).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn d29_and_binds_before_or() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "d29",
            &[
                "CREATE TABLE d29.t (id int, a int, b int)",
                "INSERT INTO d29.t VALUES (1, 1, 0), (2, 0, 2), (3, 1, 2), (4, 0, 0)",
            ],
        )
        .await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "d29", "t").await;
    let is = |name: &str, value| {
        let column = Expr::Column { name: name.into(), data_type: DataType::Int32 };
        let constant = Expr::Constant { value: Some(Value::Int(value)), data_type: DataType::Int32 };
        Expr::Call { function: Function::Equal, args: vec![column, constant], data_type: DataType::Boolean }
    };
    let both = |function, args| Expr::Call { function, args, data_type: DataType::Boolean };
    let either = both(Function::Or, vec![is("a", 1), is("b", 2)]);
    let domain = Domain { values: Values::In(vec![Value::Int(1), Value::Int(4)]), ..Domain::all(DataType::Int32) };
    let beside = Scan {
        filters: vec![either.clone()],
        domains: BTreeMap::from([("id".into(), Domain { nulls: false, ..domain })]),
        ..scan(&table)
    };
    assert_eq!(shown(&read(connection.as_mut(), &beside).await, "id"), ["1"]);
    let within = Scan { filters: vec![both(Function::And, vec![either, is("id", 2)])], ..scan(&table) };
    assert_eq!(shown(&read(connection.as_mut(), &within).await, "id"), ["2"]);
}
