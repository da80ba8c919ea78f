//! Values that the rival shows wrong or loses.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Bound, Domain, ErrorKind, Expr, Function, Range, Settings, Value, Values};

use crate::support::{self, days, failure, read, scan, shown, table, whole};

const DAY: i64 = 86_400_000;

async fn filtered(schema: &str, column: &str, domain: Domain) -> Vec<String> {
    let mut connection = support::server().unwrap().connect().await;
    let table = table(connection.as_mut(), schema, "t").await;
    let mut scan = scan(&table);
    scan.domains = BTreeMap::from([(column.into(), domain)]);
    shown(&read(connection.as_mut(), &scan).await, "id")
}

fn range(data_type: DataType, low: Bound, high: Bound) -> Domain {
    Domain { data_type, values: Values::Ranges(vec![Range { low, high }]), nulls: false }
}

#[tokio::test]
async fn v_bare_numbers_keep_their_fraction() {
    let Some(server) = support::server() else { return };
    server
        .schema("v_bare", "CREATE TABLE t (id int, v numeric); INSERT INTO t VALUES (1, 1.5), (2, 0.4), (3, 2.5)")
        .await;
    let mut connection = server.connect().await;
    assert_eq!(shown(&whole(connection.as_mut(), "v_bare", "t").await, "v"), ["1.5", "0.4", "2.5"]);
    assert_eq!(filtered("v_bare", "v", Domain::single(DataType::Utf8, Value::Text("2.5".into()))).await, ["3"]);
}

#[tokio::test]
async fn v_bare_eq_with_a_default_scale_is_a_decimal_or_an_error_but_never_rounded() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_bare_eq",
            "CREATE TABLE t (id int, v numeric); INSERT INTO t VALUES (1, 1.5), (2, 2); \
             CREATE TABLE fine (v numeric); INSERT INTO fine VALUES (1), (1.50), (0.405); \
             CREATE TABLE odd (v numeric, w numeric, x numeric); INSERT INTO odd VALUES ('NaN', 1e40, 7)",
        )
        .await;
    let settings = Settings { default_scale: Some(2), ..Settings::default() };
    let mut connection = server.connect_with(&settings).await;
    assert_eq!(shown(&whole(connection.as_mut(), "v_bare_eq", "t").await, "v"), ["1.50", "2.00"]);
    let fine = table(connection.as_mut(), "v_bare_eq", "fine").await;
    let error = failure(connection.as_mut(), &scan(&fine)).await;
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("column \"v\", row 3"), "{error}");
    assert!(
        error.to_string().contains("a fraction finer than scale 2") && !error.to_string().contains("405"),
        "{error}"
    );
    for (column, class) in [("v", "NaN"), ("w", "a number of too many digits")] {
        let mut connection = server.connect_with(&settings).await;
        let mut scan = scan(&table(connection.as_mut(), "v_bare_eq", "odd").await);
        scan.projection = vec![column.into()];
        let error = failure(connection.as_mut(), &scan).await;
        assert!(error.to_string().contains(class) && error.to_string().contains(column), "{error}");
    }
}

#[tokio::test]
async fn v_barebig_and_numinf_are_shown_as_they_are() {
    let Some(server) = support::server() else { return };
    server.schema("v_barebig", "CREATE TABLE t (v numeric); INSERT INTO t VALUES (1e40), ('NaN'), (7)").await;
    let mut connection = server.connect().await;
    let big = format!("1{}", "0".repeat(40));
    assert_eq!(shown(&whole(connection.as_mut(), "v_barebig", "t").await, "v"), [&big, "NaN", "7"]);
}

#[tokio::test]
async fn v_numnan_is_named_with_its_column_and_row() {
    let Some(server) = support::server() else { return };
    server.schema("v_numnan", "CREATE TABLE t (v numeric(10,2)); INSERT INTO t VALUES (1), ('NaN')").await;
    let mut connection = server.connect().await;
    let scan = scan(&table(connection.as_mut(), "v_numnan", "t").await);
    let error = failure(connection.as_mut(), &scan).await;
    assert!(error.to_string().contains("column \"v\", row 2 of the answer: NaN does not fit decimal(10,2)"), "{error}");
}

#[tokio::test]
async fn v_us_eq_and_v_us_le_mean_the_millisecond_that_is_shown() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_us",
            "CREATE TABLE t (id int, ts timestamp); INSERT INTO t VALUES (1, '1970-01-01 00:00:00.123456'), \
             (2, '1970-01-01 00:00:00.123'), (3, '1970-01-01 00:00:00.124'), (4, '1970-01-01 00:00:00.122999')",
        )
        .await;
    let at = || Value::Millis(123);
    let case = |low, high| filtered("v_us", "ts", range(DataType::Date64, low, high));
    assert_eq!(filtered("v_us", "ts", Domain::single(DataType::Date64, at())).await, ["1", "2"]);
    assert_eq!(case(Bound::Unbounded, Bound::Included(at())).await, ["1", "2", "4"]);
    assert_eq!(case(Bound::Unbounded, Bound::Excluded(at())).await, ["4"]);
    assert_eq!(case(Bound::Excluded(at()), Bound::Unbounded).await, ["3"]);
    assert_eq!(case(Bound::Included(at()), Bound::Unbounded).await, ["1", "2", "3"]);
}

#[tokio::test]
async fn v_old_times_are_those_of_the_source_and_found_by_them() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_old",
            "CREATE TABLE t (id int, d date, ts timestamp, tz timestamptz); INSERT INTO t SELECT i, v::date, v::timestamp, \
             v::timestamptz FROM (VALUES (1, '1500-01-01 00:00:00Z'), (2, '1582-10-10 00:00:00Z'), (3, '0001-01-01 00:00:00Z'), \
             (4, '0044-03-15 00:00:00Z BC'), (5, '12345-01-01 00:00:00Z')) x(i, v)",
        )
        .await;
    server.run("SET TimeZone = 'UTC'").await;
    let mut connection = server.connect().await;
    let all = whole(connection.as_mut(), "v_old", "t").await;
    let expected =
        [(1500, 1, 1), (1582, 10, 10), (1, 1, 1), (-43, 3, 15), (12_345, 1, 1)].map(|(y, m, d)| days(y, m, d));
    assert_eq!(shown(&all, "d"), expected.map(|days| days.to_string()));
    assert_eq!(shown(&all, "ts"), expected.map(|days| (days * DAY).to_string()));
    assert_eq!(shown(&all, "tz"), expected.map(|days| (days * DAY).to_string()));
    for (row, day) in expected.into_iter().enumerate() {
        let id = vec![(row + 1).to_string()];
        let date = Domain::single(DataType::Date32, Value::Date(i32::try_from(day).unwrap()));
        assert_eq!(filtered("v_old", "d", date).await, id);
        for column in ["ts", "tz"] {
            assert_eq!(filtered("v_old", column, Domain::single(DataType::Date64, Value::Millis(day * DAY))).await, id);
        }
    }
}

#[tokio::test]
async fn v_inf_times_are_named_and_not_shown_as_others() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_inf",
            "CREATE TABLE t (id int, d date, ts timestamp, tz timestamptz); \
             INSERT INTO t VALUES (1, '2020-01-01', '2020-01-01', '2020-01-01'), (2, 'infinity', '-infinity', 'infinity')",
        )
        .await;
    for (column, class) in [("d", "infinity"), ("ts", "-infinity"), ("tz", "infinity")] {
        let mut connection = server.connect().await;
        let mut scan = scan(&table(connection.as_mut(), "v_inf", "t").await);
        scan.projection = vec![column.into()];
        let error = failure(connection.as_mut(), &scan).await;
        assert!(error.to_string().contains(&format!("column {column:?}, row 2 of the answer: {class} ")), "{error}");
    }
    let after_1900 = range(DataType::Date64, Bound::Included(Value::Millis(-2_208_988_800_000)), Bound::Unbounded);
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "v_inf", "t").await);
    scan.domains = BTreeMap::from([("ts".into(), after_1900)]);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["1"]);
}

#[tokio::test]
async fn a_value_that_cannot_be_shown_is_no_match_to_be_counted() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_odd_match",
            "CREATE TABLE t (id int, d date, ts timestamp, tz timestamptz, n numeric(10,2)); \
             INSERT INTO t VALUES (1, '2020-01-01', '2020-01-01', '2020-01-01', 1), (2, 'infinity', 'infinity', 'infinity', 'NaN')",
        )
        .await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "v_odd_match", "t").await;
    let zero = |data_type: &DataType| match data_type {
        DataType::Date32 => Value::Date(0),
        DataType::Date64 => Value::Millis(0),
        _ => Value::Decimal { unscaled: 0, scale: 2 },
    };
    for (name, class) in [("d", "infinity"), ("ts", "infinity"), ("tz", "infinity"), ("n", "NaN")] {
        let data_type = table.column(name).unwrap().mapping.data_type.clone();
        let value = zero(&data_type);
        let above = range(data_type.clone(), Bound::Excluded(value.clone()), Bound::Unbounded);
        let below = range(data_type.clone(), Bound::Unbounded, Bound::Excluded(value.clone()));
        // Nothing is wanted but to count.
        let mut counted = connector_core::Scan::new(table.clone(), Vec::new());
        counted.domains = BTreeMap::from([(name.into(), above)]);
        let error = failure(server.connect().await.as_mut(), &counted).await;
        assert!(
            error.to_string().contains(&format!("column {name:?}")) && error.to_string().contains(class),
            "{error}"
        );
        counted.domains = BTreeMap::from([(name.into(), below)]);
        assert_eq!(read(connection.as_mut(), &counted).await.num_rows(), 0, "{name}");
        counted.domains = BTreeMap::from([(name.into(), Domain::not_null(data_type))]);
        assert_eq!(read(connection.as_mut(), &counted).await.num_rows(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_time_beyond_the_sources_is_not_its_infinity() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_beyond",
            "CREATE TABLE t (id int, d date, ts timestamp); INSERT INTO t VALUES (1, '2020-01-01', '2020-01-01')",
        )
        .await;
    let beyond = [
        ("d", DataType::Date32, Value::Date(i32::MAX)),
        ("ts", DataType::Date64, Value::Millis(9_224_318_016_000_000)),
        ("ts", DataType::Date64, Value::Millis(9_224_318_015_999_999)),
    ];
    for infinite in [false, true] {
        // The last millisecond of all exists, only the one behind it does not.
        let asked = if infinite { 2 } else { 3 };
        for (column, data_type, value) in beyond.iter().take(asked).cloned() {
            let (included, excluded) = (Bound::Included(value.clone()), Bound::Excluded(value.clone()));
            for (domain, expected) in [
                (Domain::single(data_type.clone(), value.clone()), vec![]),
                (range(data_type.clone(), Bound::Unbounded, included.clone()), vec!["1"]),
                (range(data_type.clone(), Bound::Unbounded, excluded), vec!["1"]),
                (range(data_type.clone(), included, Bound::Unbounded), vec![]),
            ] {
                if !infinite {
                    assert_eq!(filtered("v_beyond", column, domain).await, expected, "{column} {value:?}");
                    continue;
                }
                let mut connection = server.connect().await;
                let table = table(connection.as_mut(), "v_beyond", "t").await;
                let mut scan = connector_core::Scan::new(table, vec!["id".into()]);
                scan.domains = BTreeMap::from([(column.into(), domain)]);
                let error = failure(connection.as_mut(), &scan).await;
                assert!(error.to_string().contains("infinity"), "{column} {value:?}: {error}");
            }
        }
        server.run("INSERT INTO v_beyond.t VALUES (2, 'infinity', 'infinity')").await;
    }
}

#[tokio::test]
async fn v_f8_zero_is_minus_zero_too() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "v_f8",
            "CREATE TABLE t (id int, v float8); INSERT INTO t VALUES (1, 0), (2, '-0'), (3, 'NaN'), (4, -1)",
        )
        .await;
    let zero = || Value::Float64(0.0);
    assert_eq!(filtered("v_f8", "v", Domain::single(DataType::Float64, zero())).await, ["1", "2"]);
    let column = Expr::Column { name: "v".into(), data_type: DataType::Float64 };
    let constant = Expr::Constant { value: Some(zero()), data_type: DataType::Float64 };
    let args = vec![column, constant];
    let filter = Expr::Call { function: Function::GreaterThanOrEqual, args, data_type: DataType::Boolean };
    let mut connection = server.connect().await;
    let mut scan = scan(&table(connection.as_mut(), "v_f8", "t").await);
    scan.filters = vec![filter];
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["1", "2"]);
}
