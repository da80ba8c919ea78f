//! Numbers to their last bit, and filters that mean what is shown.

use arrow_schema::DataType;
use connector_core::{Bound, ErrorKind, Function, Value};
use glaux::protocol::Constraints;

use super::{by_options, everywhere};
use crate::peer_runs::asking::{call, column, constant, equal, range, text, whether};

#[tokio::test]
async fn t_un_unsigned_numbers_are_shown_and_found() {
    let script = "CREATE TABLE t (t tinyint unsigned, s smallint unsigned, m mediumint unsigned, i int unsigned, \
         b bigint unsigned); INSERT INTO t VALUES (200, 40000, 16777215, 3000000000, 18446744073709551615), (1, 2, 3, 4, 5)";
    let columns = ["t", "s", "m", "i", "b"];
    let largest = Value::Decimal { unscaled: u64::MAX.into(), scale: 0 };
    for (server, asked) in everywhere("peer_unsigned", script).await {
        let row = "200|40000|16777215|3000000000|18446744073709551615";
        assert_eq!(asked.all("t", &columns).await, ["1|2|3|4|5", row], "{server}");
        for wanted in [
            equal("t", DataType::Int16, Value::Int(200)),
            equal("s", DataType::Int32, Value::Int(40_000)),
            equal("i", DataType::Int64, Value::Int(3_000_000_000)),
            equal("b", DataType::Decimal128(20, 0), largest.clone()),
        ] {
            assert_eq!(asked.read("t", &columns, &wanted).await, [row], "{server}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn t_bits8_t_yr_bits_and_years_are_numbers() {
    let script = "CREATE TABLE t (b bit(8), y year); INSERT INTO t VALUES (165, '0000'), (2, 2005)";
    for (server, asked) in everywhere("peer_bits", script).await {
        assert_eq!(asked.all("t", &["b", "y"]).await, ["165|0", "2|2005"], "{server}");
        assert_eq!(asked.read("t", &["y"], &equal("b", DataType::Int64, Value::Int(165))).await, ["0"], "{server}");
        assert_eq!(asked.read("t", &["b"], &equal("y", DataType::Int32, Value::Int(0))).await, ["165"], "{server}");
    }
}

/// A number that is no truth value is an error by name, never `true`; an option shows the numbers.
#[tokio::test]
async fn t_tiny1_a_number_among_truth_values_is_not_one() {
    let script = "CREATE TABLE t (id int, v tinyint(1)); INSERT INTO t VALUES (1, 1), (2, 5), (3, -1), (4, 0)";
    let v = || column("v", DataType::Boolean);
    for (server, asked) in everywhere("peer_tiny", script).await {
        for wanted in [Constraints::default(), whether(v())] {
            let error = asked.try_read("t", &["id", "v"], &wanted).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{server}: {error}");
            assert!(error.hint_text().unwrap().contains("tinyInt1isBit=false"), "{server}: {error}");
        }
        // A condition that keeps the odd rows away keeps their values away.
        let truth = constant(Some(Value::Bool(true)), DataType::Boolean);
        for wanted in
            [equal("v", DataType::Boolean, Value::Bool(true)), whether(call(Function::Equal, vec![v(), truth]))]
        {
            assert_eq!(asked.read("t", &["id", "v"], &wanted).await, ["1|true"], "{server}: {wanted:?}");
        }
    }
    for (server, asked) in by_options("peer_tiny_numbers", script, "tinyInt1isBit=false").await {
        let not_zero =
            call(Function::NotEqual, vec![column("v", DataType::Int8), constant(Some(Value::Int(0)), DataType::Int8)]);
        assert_eq!(asked.read("t", &["id", "v"], &whether(not_zero)).await, ["1|1", "2|5", "3|-1"], "{server}");
    }
}

#[tokio::test]
async fn t_fl_single_precision_is_exact_and_found() {
    let script =
        "CREATE TABLE t (id int, v float); INSERT INTO t VALUES (1, 16777216), (2, 3.4028234e38), (3, 0.1), (4, 0.05)";
    for (server, asked) in everywhere("peer_float", script).await {
        assert_eq!(
            asked.all("t", &["id", "v"]).await,
            ["1|16777216.0", "2|3.4028235e38", "3|0.1", "4|0.05"],
            "{server}"
        );
        let float = |value| Value::Float32(value);
        let single = DataType::Float32;
        let same = call(Function::Equal, vec![column("v", single.clone()), constant(Some(float(0.1)), single.clone())]);
        let (low, high) = (Bound::Included(float(0.05)), Bound::Included(float(0.1)));
        for (wanted, ids) in [
            (equal("v", single.clone(), float(0.1)), "3"),
            (whether(same), "3"),
            (range("v", single.clone(), low, high), "34"),
            (equal("v", single.clone(), float(16_777_216.0)), "1"),
        ] {
            assert_eq!(asked.read("t", &["id"], &wanted).await.concat(), ids, "{server}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn t_de65_t_de40_wide_decimals_are_their_digits() {
    let (long, whole) = ("99999999999999999999999999999999999.123456789012345678901234567890", "9".repeat(40));
    let script = format!(
        "CREATE TABLE t (id int, a decimal(65,30), b decimal(40,0)); INSERT INTO t VALUES (1, {long}, {whole}), (2, 0, 1)"
    );
    for (server, asked) in everywhere("peer_decimals", &script).await {
        assert_eq!(
            asked.read("t", &["a", "b"], &equal("a", DataType::Utf8, text(long))).await,
            [format!("{long}|{whole}")]
        );
        assert_eq!(asked.read("t", &["id"], &equal("b", DataType::Utf8, text(&whole))).await, ["1"], "{server}");
        assert_eq!(asked.all("t", &["id"]).await, ["1", "2"], "{server}");
    }
}
