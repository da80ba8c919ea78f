//! Values that the rival shows wrong or loses.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Bound, Domain, Expr, Function, Scan, Value, Values};

use crate::asked::{above, below, call, column, constant, in_domain, kept, passing, pushed, range, text};
use crate::support::{self, days, failure, read, scan, shown, table, whole};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn t_zd_t_zdt_t_zpart_a_date_with_zeros_is_named_or_null() {
    for server in support::servers() {
        server
            .schema(
                "t_zd",
                "CREATE TABLE t (id int, d date NOT NULL, p date, dt datetime NOT NULL, ts timestamp(3) NULL); INSERT INTO t VALUES \
                 (1, '2020-01-01', '2020-01-01', '2020-01-01', '2020-01-01'), \
                 (2, '0000-00-00', '2020-05-00', '0000-00-00', '0000-00-00')",
            )
            .await;
        let mut connection = server.connect().await;
        let table = table(connection.as_mut(), "t_zd", "t").await;
        for name in ["d", "p", "dt", "ts"] {
            let one = Scan::new(table.clone(), vec![name.into()]);
            let error = failure(server.connect().await.as_mut(), &one).await;
            assert!(error.to_string().contains(&format!("column {name:?}, row 2")), "{error}");
            assert!(error.to_string().contains("a date with a zero in it"), "{error}");
            assert!(error.hint_text().unwrap().contains("zeroDateTimeBehavior=CONVERT_TO_NULL"));
            // It is neither NULL nor a match to be counted.
            let data_type = table.column(name).unwrap().mapping.data_type.clone();
            let mut counted = Scan::new(table.clone(), Vec::new());
            counted.domains = BTreeMap::from([(name.into(), Domain::only_null(data_type.clone()))]);
            assert_eq!(read(connection.as_mut(), &counted).await.num_rows(), 0, "{name}");
            counted.domains = BTreeMap::from([(name.into(), Domain::not_null(data_type.clone()))]);
            assert_eq!(read(connection.as_mut(), &counted).await.num_rows(), 2, "{name}");
            let late = if data_type == DataType::Date32 { Value::Date(18_500) } else { Value::Millis(18_500 * DAY) };
            counted.domains = BTreeMap::from([(name.into(), below(data_type.clone(), late))]);
            let error = failure(server.connect().await.as_mut(), &counted).await;
            assert!(error.to_string().contains("a date with a zero in it"), "{name}: {error}");
        }
        let mut nulls = server.connect_by("zeroDateTimeBehavior=CONVERT_TO_NULL").await;
        let shown_as_null = support::table(nulls.as_mut(), "t_zd", "t").await;
        let all = read(nulls.as_mut(), &scan(&shown_as_null)).await;
        for name in ["d", "p", "dt", "ts"] {
            assert_eq!(shown(&all, name)[1], "∅");
            let data_type = shown_as_null.column(name).unwrap().mapping.data_type.clone();
            for (domain, id) in
                [(Domain::only_null(data_type.clone()), "2"), (Domain::not_null(data_type.clone()), "1")]
            {
                let mut asked = scan(&shown_as_null);
                asked.domains = BTreeMap::from([(name.into(), domain)]);
                assert_eq!(shown(&read(nulls.as_mut(), &asked).await, "id"), [id], "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_day_that_its_month_does_not_have_is_named() {
    for server in support::servers() {
        server.schema("t_bad_day", "CREATE TABLE t (d date); INSERT INTO t VALUES ('2021-02-30')").await;
        for option in ["zeroDateTimeBehavior=EXCEPTION", "zeroDateTimeBehavior=CONVERT_TO_NULL"] {
            let mut connection = server.connect_by(option).await;
            let scan = scan(&table(connection.as_mut(), "t_bad_day", "t").await);
            let error = failure(connection.as_mut(), &scan).await;
            assert!(error.to_string().contains("a day that its month does not have"), "{error}");
        }
    }
}

#[tokio::test]
async fn t_dt_t_dtf_t_ts_old_old_times_are_those_of_the_source_and_found_by_them() {
    for server in support::servers() {
        let dates = ["1500-01-01", "1582-10-10", "1582-10-15", "0001-01-01", "9999-12-31"];
        let rows: Vec<String> =
            dates.iter().enumerate().map(|(id, date)| format!("({id}, '{date}', '{date}')")).collect();
        let sql = format!("CREATE TABLE t (id int, d date, ts datetime(6)); INSERT INTO t VALUES {}", rows.join(", "));
        server.schema("t_old", &sql).await;
        let mut connection = server.connect().await;
        let all = whole(connection.as_mut(), "t_old", "t").await;
        let expected =
            [(1500, 1, 1), (1582, 10, 10), (1582, 10, 15), (1, 1, 1), (9999, 12, 31)].map(|(y, m, d)| days(y, m, d));
        assert_eq!(shown(&all, "d"), expected.map(|days| days.to_string()));
        assert_eq!(shown(&all, "ts"), expected.map(|days| (days * DAY).to_string()));
        for (id, day) in expected.into_iter().enumerate() {
            let id = id.to_string();
            let date = Domain::single(DataType::Date32, Value::Date(i32::try_from(day).unwrap()));
            assert_eq!(in_domain(server, "t_old", "d", date).await, pushed(&[&id]));
            let time = Domain::single(DataType::Date64, Value::Millis(day * DAY));
            assert_eq!(in_domain(server, "t_old", "ts", time).await, pushed(&[&id]));
        }
    }
}

#[tokio::test]
async fn times_beyond_the_servers_are_compared_above() {
    for server in support::servers() {
        server
            .schema(
                "t_beyond",
                "CREATE TABLE t (id int, d date, ts datetime(6), u timestamp NULL); INSERT INTO t VALUES \
                 (1, '2020-01-01', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07'), (2, '9999-12-31', '2020-01-01', '1970-01-01 00:00:01')",
            )
            .await;
        let (last, next) = (2_932_896 * DAY + DAY - 1, 2_932_897 * DAY);
        let ask = async |name: &str, domain| in_domain(server, "t_beyond", name, domain).await;
        let (date, time) = (DataType::Date32, DataType::Date64);
        assert_eq!(ask("d", below(date.clone(), Value::Date(2_932_897))).await, kept(&["1", "2"]));
        assert_eq!(ask("d", above(date.clone(), Value::Date(i32::MIN))).await, kept(&["1", "2"]));
        assert_eq!(ask("d", above(date, Value::Date(2_932_896))).await, pushed(&[]));
        assert_eq!(ask("ts", Domain::single(time.clone(), Value::Millis(last))).await, kept(&["1"]));
        assert_eq!(ask("ts", below(time.clone(), Value::Millis(last))).await, pushed(&["2"]));
        assert_eq!(ask("ts", below(time.clone(), Value::Millis(next))).await, kept(&["1", "2"]));
        // A column of a narrower range still compares with times outside it.
        for (domain, expected) in [
            (below(time.clone(), Value::Millis(last)), vec!["1", "2"]),
            (above(time.clone(), Value::Millis(last - 1)), vec![]),
            (above(time.clone(), Value::Millis(-62_135_596_800_000)), vec!["1", "2"]),
            (above(time.clone(), Value::Millis(0)), vec!["1", "2"]),
            (below(time.clone(), Value::Millis(0)), vec![]),
            (Domain::single(time.clone(), Value::Millis(2_147_483_647_000)), vec!["1"]),
            (above(time, Value::Millis(2_147_483_647_000)), vec![]),
        ] {
            assert_eq!(ask("u", domain.clone()).await, pushed(&expected), "{domain:?}");
        }
    }
}

#[tokio::test]
async fn t_ts_eq_and_t_ts_le_mean_the_millisecond_that_is_shown() {
    for server in support::servers() {
        server
            .schema(
                "t_us",
                "CREATE TABLE t (id int, ts datetime(6), u timestamp(6) NULL); INSERT INTO t VALUES (1, '1970-01-02 00:00:00.123456', '1970-01-02 00:00:00.123456'), \
                 (2, '1970-01-02 00:00:00.123', '1970-01-02 00:00:00.123'), (3, '1970-01-02 00:00:00.124', '1970-01-02 00:00:00.124'), \
                 (4, '1970-01-02 00:00:00.122999', '1970-01-02 00:00:00.122999')",
            )
            .await;
        for name in ["ts", "u"] {
            let at = || Value::Millis(DAY + 123);
            let ask = async |low, high| in_domain(server, "t_us", name, range(DataType::Date64, low, high)).await;
            let equal = Domain::single(DataType::Date64, at());
            assert_eq!(in_domain(server, "t_us", name, equal).await, pushed(&["1", "2"]));
            assert_eq!(ask(Bound::Unbounded, Bound::Included(at())).await, pushed(&["1", "2", "4"]));
            assert_eq!(ask(Bound::Unbounded, Bound::Excluded(at())).await, pushed(&["4"]));
            assert_eq!(ask(Bound::Excluded(at()), Bound::Unbounded).await, pushed(&["3"]));
            assert_eq!(ask(Bound::Included(at()), Bound::Unbounded).await, pushed(&["1", "2", "3"]));
        }
    }
}

#[tokio::test]
async fn t_tzread_and_t_tzf_a_timestamp_is_in_utc_whatever_the_servers_zone() {
    for server in support::own_servers() {
        // The server's own zone is +05:00; what fills it says +00:00.
        server
            .schema(
                "t_tz",
                "CREATE TABLE t (id int, ts timestamp NULL); INSERT INTO t VALUES (1, '2020-01-01 12:00:00')",
            )
            .await;
        let noon = days(2020, 1, 1) * DAY + DAY / 2;
        let mut connection = server.connect().await;
        assert_eq!(shown(&whole(connection.as_mut(), "t_tz", "t").await, "ts"), [noon.to_string()]);
        let equal = Domain::single(DataType::Date64, Value::Millis(noon));
        assert_eq!(in_domain(server, "t_tz", "ts", equal).await, pushed(&["1"]));
    }
}

#[tokio::test]
async fn t_tmlt_a_time_is_compared_as_the_text_it_is_shown_as() {
    for server in support::servers() {
        server
            .schema(
                "t_tmlt",
                "CREATE TABLE t (id int, tm time); INSERT INTO t VALUES (1, '-01:00'), (2, '09:00'), (3, '100:00')",
            )
            .await;
        let early = below(DataType::Utf8, text("12:00:00"));
        assert_eq!(in_domain(server, "t_tmlt", "tm", early).await, pushed(&["1", "2", "3"]));
    }
}

#[tokio::test]
async fn t_flf_t_fle_t_flrng_a_float_is_found_by_what_it_is() {
    for server in support::servers() {
        server
            .schema(
                "t_fl",
                "CREATE TABLE t (id int, v float, w float(7,2), x double); INSERT INTO t VALUES (1, 0.1, 0.1, 0.1), (2, 1, 1, 1), \
                 (3, -0.0, -0.0, -0.0), (4, 0, 0, 0)",
            )
            .await;
        let (small, large) = (Value::Float32(0.05), Value::Float32(0.1));
        for name in ["v", "w"] {
            let equal = Domain::single(DataType::Float32, Value::Float32(0.1));
            assert_eq!(in_domain(server, "t_fl", name, equal).await, kept(&["1"]));
            let between = range(DataType::Float32, Bound::Included(small.clone()), Bound::Included(large.clone()));
            assert_eq!(in_domain(server, "t_fl", name, between).await, kept(&["1"]));
            let zero = Domain::single(DataType::Float32, Value::Float32(0.0));
            assert_eq!(in_domain(server, "t_fl", name, zero).await, kept(&["3", "4"]));
            let filter = call(
                Function::Equal,
                vec![column(name, DataType::Float32), constant(Value::Float32(0.1), DataType::Float32)],
            );
            assert_eq!(passing(server, "t_fl", filter).await, kept(&["1"]));
        }
        let above_all = above(DataType::Float64, Value::Float64(f64::NAN));
        assert_eq!(
            in_domain(server, "t_fl", "x", Domain::single(DataType::Float64, Value::Float64(0.1))).await,
            kept(&["1"])
        );
        drop(above_all);
    }
}

#[tokio::test]
async fn t_jsf_a_document_is_found_by_the_text_that_is_shown() {
    for server in support::servers() {
        server
            .schema("t_jsf", "CREATE TABLE t (id int, j json); INSERT INTO t VALUES (1, '{\"b\": 1, \"a\": [1, 2.50]}'), (2, '\"é\"'), (3, NULL)")
            .await;
        let mut connection = server.connect().await;
        let all = shown(&whole(connection.as_mut(), "t_jsf", "t").await, "j");
        for (document, id) in all.iter().take(2).zip(["1", "2"]) {
            let domain = Domain::single(DataType::Utf8, text(document));
            assert_eq!(in_domain(server, "t_jsf", "j", domain).await, kept(&[id]), "{document}");
        }
    }
}

#[tokio::test]
async fn numbers_of_two_signs_and_widths_compare_as_numbers() {
    for server in support::servers() {
        server
            .schema(
                "t_signs",
                "CREATE TABLE t (id int, a bigint, b bigint unsigned, c tinyint, d decimal(30,10), e bit(8)); INSERT INTO t VALUES \
                 (1, -1, 18446744073709551615, -1, -1, 255), (2, 5, 5, 5, 5, 5), (3, 9223372036854775807, 9223372036854775808, 127, 0.5, 0)",
            )
            .await;
        let wide = DataType::Decimal128(20, 0);
        let compared = |function, left: (&str, &DataType), right: (&str, &DataType)| -> Expr {
            call(function, vec![column(left.0, left.1.clone()), column(right.0, right.1.clone())])
        };
        let (a, b) = (("a", &DataType::Int64), ("b", &wide));
        assert_eq!(passing(server, "t_signs", compared(Function::LessThan, a, b)).await, pushed(&["1", "3"]));
        assert_eq!(passing(server, "t_signs", compared(Function::Equal, a, b)).await, pushed(&["2"]));
        let d = DataType::Decimal128(30, 10);
        assert_eq!(
            passing(server, "t_signs", compared(Function::Equal, ("c", &DataType::Int8), ("d", &d))).await,
            pushed(&["1", "2"])
        );
        assert_eq!(
            passing(server, "t_signs", compared(Function::Equal, ("e", &DataType::Int64), ("b", &wide))).await,
            pushed(&["2"])
        );
        let minus = Value::Decimal { unscaled: -1, scale: 0 };
        assert_eq!(in_domain(server, "t_signs", "b", above(wide.clone(), minus)).await, pushed(&["1", "2", "3"]));
        let beyond = Value::Int(300);
        assert_eq!(in_domain(server, "t_signs", "c", below(DataType::Int8, beyond)).await, pushed(&["1", "2", "3"]));
    }
}

/// Columns with values that are not there, and the two that are.
fn listed() -> Vec<(&'static str, DataType, Vec<Value>, [Value; 2])> {
    let texts = |width: usize| (0..1500).map(|number| text(&format!("x{number:0width$}"))).collect::<Vec<_>>();
    let numbers = || (-700..800).map(|number| Value::Int(number * 3 + 1000)).collect::<Vec<_>>();
    let decimals =
        |scale| (-700..800).map(|unscaled| Value::Decimal { unscaled: unscaled * 7, scale }).collect::<Vec<_>>();
    vec![
        ("i", DataType::Int32, numbers(), [Value::Int(-2_147_483_648), Value::Int(2_147_483_647)]),
        ("w", DataType::Int64, numbers(), [Value::Int(0), Value::Int(4_294_967_295)]),
        (
            "u",
            DataType::Decimal128(20, 0),
            decimals(0),
            [1, u64::MAX].map(|value| Value::Decimal { unscaled: value.into(), scale: 0 }),
        ),
        (
            "n",
            DataType::Decimal128(10, 2),
            decimals(2),
            [-5, 9_999_999_999].map(|unscaled| Value::Decimal { unscaled, scale: 2 }),
        ),
        ("s", DataType::Utf8, texts(1), [text("a"), text("A longer text, with é")]),
        ("k", DataType::Utf8, texts(3), [text("a "), text("a")]),
        ("l", DataType::Utf8, texts(1), [text("é"), text("e")]),
        ("e", DataType::Utf8, texts(1), [text("a"), text("A b")]),
        (
            "b",
            DataType::Binary,
            (0..1500_u16).map(|number| Value::Bytes(number.to_be_bytes().to_vec())).collect(),
            [Value::Bytes(vec![]), Value::Bytes(vec![1, 2, 3, 0, 0])],
        ),
        ("d", DataType::Date32, (0..1500).map(Value::Date).collect(), [Value::Date(-719_162), Value::Date(2_932_896)]),
        ("y", DataType::Int32, numbers(), [Value::Int(1901), Value::Int(2154)]),
        (
            "ts",
            DataType::Date64,
            (0..1500).map(Value::Millis).collect(),
            [Value::Millis(-1), Value::Millis(253_402_300_798_999)],
        ),
    ]
}

/// MariaDB makes a table of a list of a thousand values, and compares with its columns then.
#[tokio::test]
async fn long_lists_find_what_short_ones_do() {
    let columns = listed();
    for server in support::servers() {
        server
            .schema(
                "long_lists",
                "CREATE TABLE t (id int, i int, w int unsigned, u bigint unsigned, n decimal(10,2), s varchar(40), k varchar(9) COLLATE utf8mb4_bin, \
                 l varchar(9) CHARACTER SET latin1, e enum('b', 'a', 'A b'), b varbinary(9), d date, y year, ts datetime(6), KEY (i), KEY (s), KEY (d)); \
                 INSERT INTO t VALUES (0, -2147483648, 0, 1, -0.05, 'a', 'a ', 'é', 'a', '', '0001-01-01', 1901, '1969-12-31 23:59:59.999999'), \
                 (1, 2147483647, 4294967295, 18446744073709551615, 99999999.99, 'A longer text, with é', 'a', 'e', 'A b', x'0102030000', \
                 '9999-12-31', 2154, '9999-12-31 23:59:58.999'), \
                 (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
            )
            .await;
        for (name, data_type, others, [first, second]) in &columns {
            let ask = async |values| {
                let domain = Domain { data_type: data_type.clone(), values, nulls: false };
                in_domain(server, "long_lists", name, domain).await.0
            };
            let with = |value: &Value| [others.as_slice(), std::slice::from_ref(value)].concat();
            assert_eq!(ask(Values::In(others.clone())).await, [""; 0], "{name}");
            assert_eq!(ask(Values::In(with(first))).await, ["0"], "{name}");
            assert_eq!(ask(Values::In(with(second))).await, ["1"], "{name}");
            assert_eq!(ask(Values::NotIn(others.clone())).await, ["0", "1"], "{name}");
            assert_eq!(ask(Values::NotIn(with(first))).await, ["1"], "{name}");
            assert_eq!(ask(Values::NotIn(with(second))).await, ["0"], "{name}");
        }
    }
}
