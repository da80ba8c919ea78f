//! Every type: what it is shown as, and that asking for the very value shown finds its row.

use std::collections::BTreeMap;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use connector_core::{Domain, ErrorKind, Settings, Value};

use crate::support::{self, Kind, failure, read, scan, shown, table};

/// Types that are shown as text, with a value as it is written and as it is shown.
const AS_TEXT: &[(&str, &str, &str)] = &[
    ("char(5)", "ab ", "ab"),
    ("varchar(9)", "ab ", "ab "),
    ("text", "t", "t"),
    ("tinytext", "t", "t"),
    ("mediumtext", "t", "t"),
    ("longtext", "t", "t"),
    ("varchar(9) CHARACTER SET latin1", "é", "é"),
    ("enum('b','a')", "a", "a"),
    ("set('x','y')", "x,y", "x,y"),
    ("time", "-838:59:59", "-838:59:59"),
    ("time(6)", "-00:00:00.000001", "-00:00:00.000001"),
    ("time(3)", "100:00:00.5", "100:00:00.500"),
    (
        "decimal(65,30)",
        "-12345678901234567890123456789012345.5",
        "-12345678901234567890123456789012345.500000000000000000000000000000",
    ),
    ("decimal(40,0)", "9999999999999999999999999999999999999999", "9999999999999999999999999999999999999999"),
    ("json", "{\"a\": 1}", "{\"a\": 1}"),
];

/// Those that only one of the servers has.
const MARIADB: &[(&str, &str, &str)] = &[
    ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("inet6", "2001:DB8::1", "2001:db8::1"),
    ("inet4", "10.0.0.1", "10.0.0.1"),
];

/// Types with a type of Athena's own.
const AS_VALUES: &[(&str, &str, &str, DataType)] = &[
    ("bool", "1", "true", DataType::Boolean),
    ("tinyint(1)", "0", "false", DataType::Boolean),
    ("bit(1)", "1", "true", DataType::Boolean),
    ("tinyint", "-128", "-128", DataType::Int8),
    ("tinyint unsigned", "200", "200", DataType::Int16),
    ("smallint", "-32768", "-32768", DataType::Int16),
    ("smallint unsigned", "40000", "40000", DataType::Int32),
    ("mediumint", "-8388608", "-8388608", DataType::Int32),
    ("mediumint unsigned", "16777215", "16777215", DataType::Int32),
    ("int", "-2147483648", "-2147483648", DataType::Int32),
    ("int(6) zerofill", "42", "42", DataType::Int64),
    ("int unsigned", "3000000000", "3000000000", DataType::Int64),
    ("bigint", "-9223372036854775808", "-9223372036854775808", DataType::Int64),
    ("bigint unsigned", "18446744073709551615", "18446744073709551615", DataType::Decimal128(20, 0)),
    ("bit(8)", "165", "165", DataType::Int64),
    ("bit(63)", "9223372036854775807", "9223372036854775807", DataType::Int64),
    ("bit(64)", "18446744073709551615", "18446744073709551615", DataType::Decimal128(20, 0)),
    ("year", "0000", "0", DataType::Int32),
    ("year", "2005", "2005", DataType::Int32),
    (
        "decimal(38,10)",
        "1234567890123456789012345678.0123456789",
        "1234567890123456789012345678.0123456789",
        DataType::Decimal128(38, 10),
    ),
    (
        "decimal(30,30)",
        "0.000000000000000000000000000001",
        "0.000000000000000000000000000001",
        DataType::Decimal128(30, 30),
    ),
    ("decimal(10,2) unsigned", "9.99", "9.99", DataType::Decimal128(10, 2)),
    ("float", "16777216", "16777216", DataType::Float32),
    ("float", "3.4028234e38", "340282350000000000000000000000000000000", DataType::Float32),
    ("double", "-0.1", "-0.1", DataType::Float64),
    ("date", "1970-01-02", "1", DataType::Date32),
    ("datetime", "1970-01-01 00:00:01", "1000", DataType::Date64),
    ("datetime(6)", "1970-01-01 00:00:01.5", "1500", DataType::Date64),
    ("timestamp(3) NULL", "1970-01-01 00:00:01.5", "1500", DataType::Date64),
    ("binary(3)", "a", "[61, 00, 00]", DataType::Binary),
    ("varbinary(3)", "a ", "[61, 20]", DataType::Binary),
    ("blob", "a", "[61]", DataType::Binary),
    ("tinyblob", "a", "[61]", DataType::Binary),
    ("mediumblob", "a", "[61]", DataType::Binary),
    ("longblob", "a", "[61]", DataType::Binary),
    ("varchar(3) CHARACTER SET binary", "a", "[61]", DataType::Binary),
];

fn tables<'a>(types: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let numeric = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit() || b"-.e".contains(&byte));
    let table = |(index, (name, value)): (usize, (&str, &str))| {
        let value = if numeric(value) && !name.starts_with("date") && !name.starts_with("inet") {
            value.to_owned()
        } else {
            format!("'{}'", value.replace('\'', "''"))
        };
        format!("CREATE TABLE t{index} (id int, v {name}); INSERT INTO t{index} VALUES (1, NULL), (2, {value})")
    };
    types.enumerate().map(table).collect::<Vec<_>>().join("; ")
}

/// The value of the second row, to be asked for.
fn value_of(column: &dyn Array) -> Value {
    use arrow_array::types::*;
    match column.data_type() {
        DataType::Boolean => Value::Bool(column.as_boolean().value(1)),
        DataType::Int8 => Value::Int(column.as_primitive::<Int8Type>().value(1).into()),
        DataType::Int16 => Value::Int(column.as_primitive::<Int16Type>().value(1).into()),
        DataType::Int32 => Value::Int(column.as_primitive::<Int32Type>().value(1).into()),
        DataType::Int64 => Value::Int(column.as_primitive::<Int64Type>().value(1)),
        DataType::Float32 => Value::Float32(column.as_primitive::<Float32Type>().value(1)),
        DataType::Float64 => Value::Float64(column.as_primitive::<Float64Type>().value(1)),
        DataType::Decimal128(_, scale) => {
            Value::Decimal { unscaled: column.as_primitive::<Decimal128Type>().value(1), scale: *scale }
        }
        DataType::Utf8 => Value::Text(column.as_string::<i32>().value(1).to_owned()),
        DataType::Binary => Value::Bytes(column.as_binary::<i32>().value(1).to_vec()),
        DataType::Date32 => Value::Date(column.as_primitive::<Date32Type>().value(1)),
        _ => Value::Millis(column.as_primitive::<Date64Type>().value(1)),
    }
}

async fn found_by_itself(
    server: &support::Server,
    schema: &str,
    index: usize,
    name: &str,
    expected: &str,
    data_type: &DataType,
) {
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), schema, &format!("t{index}")).await;
    let mut scan = scan(&table);
    let all = read(connection.as_mut(), &scan).await;
    assert_eq!(all.column(1).data_type(), data_type, "{name}");
    assert_eq!(shown(&all, "v"), ["∅", expected], "{name}");
    let domain = Domain::single(data_type.clone(), value_of(all.column(1).as_ref()));
    scan.domains = BTreeMap::from([("v".into(), domain)]);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["2"], "{name}");
}

#[tokio::test]
async fn t_tm_t_de65_t_jsf_types_shown_as_text_are_found_by_the_text_shown() {
    for server in support::servers() {
        let own = if server.kind == Kind::MariaDb { MARIADB } else { &[] };
        let types: Vec<_> = AS_TEXT.iter().chain(own).collect();
        server.schema("as_text", &tables(types.iter().map(|(name, value, _)| (*name, *value)))).await;
        for (index, (name, _, expected)) in types.iter().enumerate() {
            found_by_itself(server, "as_text", index, name, expected, &DataType::Utf8).await;
        }
    }
}

#[tokio::test]
async fn t_un_t_bits8_t_yr_t_fl_types_of_athena_show_their_values_and_are_found_by_them() {
    for server in support::servers() {
        server.schema("as_values", &tables(AS_VALUES.iter().map(|(name, value, ..)| (*name, *value)))).await;
        for (index, (name, _, expected, data_type)) in AS_VALUES.iter().enumerate() {
            found_by_itself(server, "as_values", index, name, expected, data_type).await;
        }
    }
}

#[tokio::test]
async fn t_tiny1_a_number_among_truth_values_is_named_and_shown_by_an_option() {
    for server in support::servers() {
        server
            .schema(
                "t_tiny1",
                "CREATE TABLE t (id int, v tinyint(1)); INSERT INTO t VALUES (1, 1), (2, 0), (3, 5), (4, -1)",
            )
            .await;
        let mut connection = server.connect().await;
        let scan = scan(&table(connection.as_mut(), "t_tiny1", "t").await);
        let error = failure(connection.as_mut(), &scan).await;
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(
            error.to_string().contains("column \"v\", row 3") && error.to_string().contains("does not fit boolean"),
            "{error}"
        );
        assert!(error.hint_text().unwrap().contains("tinyInt1isBit=false"));
        // A condition that would take it for a truth value is the same error.
        let mut counted = connector_core::Scan::new(scan.table.clone(), Vec::new());
        counted.filters = vec![crate::asked::column("v", DataType::Boolean)];
        let error = failure(server.connect().await.as_mut(), &counted).await;
        assert!(error.to_string().contains("does not fit boolean"), "{error}");
        let mut numbers = server.connect_by("tinyInt1isBit=false").await;
        let all = support::whole(numbers.as_mut(), "t_tiny1", "t").await;
        assert_eq!(
            (all.column(1).data_type(), shown(&all, "v")),
            (&DataType::Int8, vec!["1".into(), "0".into(), "5".into(), "-1".into()])
        );
    }
}

#[tokio::test]
async fn geometry_is_bytes_and_only_null_is_asked_of_it() {
    for server in support::servers() {
        server
            .schema(
                "t_geo",
                "CREATE TABLE t (id int, v point); INSERT INTO t VALUES (1, ST_GeomFromText('POINT(1 2)')), (2, NULL)",
            )
            .await;
        let mut connection = server.connect().await;
        let all = support::whole(connection.as_mut(), "t_geo", "t").await;
        let expected = [&[0; 4][..], &[1, 1, 0, 0, 0], &1_f64.to_le_bytes(), &2_f64.to_le_bytes()].concat();
        assert_eq!(all.column(1).as_binary::<i32>().value(0), expected);
        let null = Domain::only_null(DataType::Binary);
        assert_eq!(crate::asked::in_domain(server, "t_geo", "v", null).await, crate::asked::pushed(&["2"]));
        let single = Domain::single(DataType::Binary, Value::Bytes(expected));
        assert_eq!(crate::asked::in_domain(server, "t_geo", "v", single).await, crate::asked::kept(&["1"]));
    }
}

#[tokio::test]
async fn zoned_timestamps_are_packed_and_filtered_when_wanted() {
    for server in support::servers() {
        server
            .schema(
                "t_zoned",
                "CREATE TABLE t (id int, v timestamp(6) NULL, w datetime); INSERT INTO t VALUES (1, '2020-01-01 00:00:00', '2020-01-01'), \
                 (2, '1970-01-01 00:00:01.999999', NULL)",
            )
            .await;
        let settings = Settings { zoned_timestamps: true, ..Settings::default() };
        let mut connection = server.connect_with(&settings).await;
        let table = table(connection.as_mut(), "t_zoned", "t").await;
        assert_eq!(table.column("w").unwrap().mapping.data_type, DataType::Date64);
        let mut scan = scan(&table);
        let all = read(connection.as_mut(), &scan).await;
        assert_eq!(shown(&all, "v"), ["6462819532800000", (1999 << 12).to_string().as_str()]);
        let data_type = table.column("v").unwrap().mapping.data_type.clone();
        scan.domains = BTreeMap::from([("v".into(), Domain::single(data_type, Value::ZonedMillis(1999)))]);
        assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["2"]);
    }
}

#[tokio::test]
async fn thirty_megabytes_of_text_arrive() {
    for server in support::servers() {
        server
            .schema(
                "long_text",
                "CREATE TABLE t (id int, v longtext); INSERT INTO t VALUES (1, REPEAT('é', 5 << 20)), (2, 'x'); \
                     CREATE VIEW w AS SELECT v AS a, v AS b, v AS c FROM t WHERE id = 1",
            )
            .await;
        let mut connection = server.connect().await;
        let all = support::whole(connection.as_mut(), "long_text", "w").await;
        for column in all.columns() {
            assert_eq!(column.as_string::<i32>().value(0).len(), 10 << 20);
        }
    }
}
