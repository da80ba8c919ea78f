//! Values at the edges: shown as they are, found by what is shown, or refused by name.

use arrow_schema::DataType;
use connector_core::{Bound, Domain, Function, Value, Values};
use glaux::protocol::Constraints;

use crate::peer_runs::asking::{Peer, call, column, constant, equal, only, range, text, whether};

const DAY: i64 = 86_400_000;

/// Days from 1970 to 1500-01-01, 1582-10-10, 0001-01-01, 44-03-15 BC and 12345-01-01, all of the proleptic Gregorian calendar.
const OLD: [(i64, &str); 5] = [
    (-171_664, "1500-01-01"),
    (-141_432, "1582-10-10"),
    (-719_162, "0001-01-01"),
    (-735_160, "-0043-03-15"),
    (3_789_391, "+12345-01-01"),
];

#[tokio::test]
async fn v_bare_numbers_are_exact() {
    let script = "CREATE TABLE bare (id int, n numeric); INSERT INTO bare VALUES (1, 1.5), (2, 0.4), (3, 2.5), (4, 1e40), \
         (5, 'NaN'), (6, 2)";
    let Some(peer) = Peer::open(script).await else { return };
    let expected = ["1.5", "0.4", "2.5", "10000000000000000000000000000000000000000", "NaN", "2"];
    let all = peer.all("bare", &["id", "n"]).await;
    assert_eq!(all, (1..).zip(expected).map(|(id, n)| format!("{id}|{n}")).collect::<Vec<_>>());
    for (id, shown) in (1..).zip(expected) {
        let found = peer.read("bare", &["id"], &equal("n", DataType::Utf8, text(shown))).await;
        assert_eq!(found, [id.to_string()], "{shown}");
    }
}

#[tokio::test]
async fn v_numnan_and_v_inf_are_named() {
    let script = "CREATE TABLE odd (id int, n numeric(10, 2), d date, ts timestamp, tz timestamptz); INSERT INTO odd VALUES \
         (1, 1.5, '2020-01-01', '2020-01-01', '2020-01-01'), (2, 'NaN', 'infinity', '-infinity', 'infinity'), \
         (3, 2.5, '-infinity', 'infinity', '-infinity')";
    let Some(peer) = Peer::open(script).await else { return };
    for (name, class) in [("n", "NaN"), ("d", "infinity"), ("ts", "-infinity"), ("tz", "infinity")] {
        let error = peer.try_read("odd", &["id", name], &Constraints::default()).await.unwrap_err();
        let told = error.to_string();
        assert!(told.contains(&format!("column {name:?}, row 2")) && told.contains(class), "{told}");
    }
    // A condition that keeps the odd row away keeps its value away.
    let sane = range("n", DataType::Decimal128(10, 2), Bound::Unbounded, Bound::Included(decimal(1_000)));
    assert_eq!(peer.read("odd", &["n"], &sane).await, ["1.50", "2.50"]);
    let since_1970 = |end| range("ts", DataType::Date64, Bound::Included(Value::Millis(0)), Bound::Excluded(end));
    let year_10000 = since_1970(Value::Millis(253_402_300_800_000));
    assert_eq!(peer.read("odd", &["ts"], &year_10000).await, ["2020-01-01 00:00:00.000"]);
    // A time that the source does not have keeps nothing away there, and is not taken for its infinity.
    let error = peer.try_read("odd", &["id"], &since_1970(Value::Millis(i64::MAX / 4))).await.unwrap_err();
    assert!(error.to_string().contains("infinity"), "{error}");
}

fn decimal(whole: i128) -> Value {
    Value::Decimal { unscaled: whole * 100, scale: 2 }
}

#[tokio::test]
async fn v_us_a_millisecond_finds_its_microseconds() {
    let script = "CREATE TABLE us (id int, ts timestamp, tz timestamptz); INSERT INTO us SELECT i, v::timestamp, (v || 'Z')::timestamptz \
         FROM (VALUES (1, '2020-01-01 00:00:00.123456'), (2, '2020-01-01 00:00:00.123'), (3, '2020-01-01 00:00:00.124'), \
         (4, '2020-01-01 00:00:00.122999')) x(i, v)";
    let Some(peer) = Peer::open(script).await else { return };
    let at = || Value::Millis(1_577_836_800_123);
    for name in ["ts", "tz"] {
        let same = |function| {
            whether(call(function, vec![column(name, DataType::Date64), constant(Some(at()), DataType::Date64)]))
        };
        let not = Domain { data_type: DataType::Date64, values: Values::NotIn(vec![at()]), nulls: false };
        for (wanted, expected) in [
            (equal(name, DataType::Date64, at()), &["1", "2"][..]),
            (range(name, DataType::Date64, Bound::Unbounded, Bound::Included(at())), &["1", "2", "4"]),
            (range(name, DataType::Date64, Bound::Unbounded, Bound::Excluded(at())), &["4"]),
            (range(name, DataType::Date64, Bound::Excluded(at()), Bound::Unbounded), &["3"]),
            (only(name, not), &["3", "4"]),
            (same(Function::Equal), &["1", "2"]),
            (same(Function::LessThanOrEqual), &["1", "2", "4"]),
            (same(Function::NotEqual), &["3", "4"]),
            (same(Function::IsDistinctFrom), &["3", "4"]),
        ] {
            assert_eq!(peer.read("us", &["id"], &wanted).await, expected, "{name}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn v_old_v_bc_and_v_far_times_are_shown_and_found() {
    let script = "SET TimeZone = 'UTC'; CREATE TABLE old (id int, d date, ts timestamp, tz timestamptz); \
         INSERT INTO old SELECT i, v::date, v::timestamp, v::timestamptz FROM (VALUES (0, '1500-01-01'), (1, '1582-10-10'), \
         (2, '0001-01-01'), (3, '0044-03-15 BC'), (4, '12345-01-01')) x(i, v)";
    let Some(peer) = Peer::open(script).await else { return };
    for (id, (days, shown)) in OLD.into_iter().enumerate() {
        let row = vec![format!("{id}|{shown}|{shown} 00:00:00.000|{shown} 00:00:00.000")];
        let date = Value::Date(i32::try_from(days).unwrap());
        let wanted = equal("d", DataType::Date32, date.clone());
        assert_eq!(peer.read("old", &["id", "d", "ts", "tz"], &wanted).await, row, "{shown}");
        let from = range("d", DataType::Date32, Bound::Included(date.clone()), Bound::Included(date));
        assert_eq!(peer.read("old", &["id", "d", "ts", "tz"], &from).await, row, "{shown}");
        for name in ["ts", "tz"] {
            let wanted = equal(name, DataType::Date64, Value::Millis(days * DAY));
            assert_eq!(peer.read("old", &["id", "d", "ts", "tz"], &wanted).await, row, "{name} {shown}");
        }
    }
}

#[tokio::test]
async fn v_f8_minus_zero_is_zero() {
    let script = "CREATE TABLE f8 (id int, v float8); INSERT INTO f8 VALUES (1, 0), (2, '-0'), (3, 'NaN'), (4, -1), (5, 'Infinity')";
    let Some(peer) = Peer::open(script).await else { return };
    let double = DataType::Float64;
    assert_eq!(peer.all("f8", &["id", "v"]).await, ["1|0.0", "2|-0.0", "3|NaN", "4|-1.0", "5|Infinity"]);
    for zero in [0.0, -0.0] {
        let zero = || Value::Float64(zero);
        let compared = |function| {
            whether(call(function, vec![column("v", DataType::Float64), constant(Some(zero()), DataType::Float64)]))
        };
        for (wanted, expected) in [
            (equal("v", double.clone(), zero()), &["1", "2"][..]),
            // A range without an upper end may come of a negation, which NaN passes; who asked compares again.
            (range("v", double.clone(), Bound::Included(zero()), Bound::Unbounded), &["1", "2", "3", "5"]),
            (range("v", double.clone(), Bound::Excluded(zero()), Bound::Unbounded), &["3", "5"]),
            (range("v", double.clone(), Bound::Unbounded, Bound::Excluded(zero())), &["4"]),
            (compared(Function::Equal), &["1", "2"]),
            (compared(Function::GreaterThanOrEqual), &["1", "2", "5"]),
            (compared(Function::GreaterThan), &["5"]),
            (compared(Function::LessThanOrEqual), &["1", "2", "4"]),
            (compared(Function::NotEqual), &["3", "4", "5"]),
        ] {
            assert_eq!(peer.read("f8", &["id"], &wanted).await, expected, "{wanted:?}");
        }
    }
}
