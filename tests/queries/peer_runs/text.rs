//! Text compared by code point, whatever the source's collation; LIKE without an escape.

use arrow_schema::DataType;
use connector_core::{Bound, Domain, Function, Value, Values};
use glaux::protocol::Constraints;

use crate::peer_runs::asking::{Asked, Peer, call, column, constant, equal, only, range, text, whether};

const UTF8: DataType = DataType::Utf8;

pub fn above(value: &str) -> Constraints {
    range("s", UTF8, Bound::Excluded(text(value)), Bound::Unbounded)
}

pub fn below(value: &str) -> Constraints {
    range("s", UTF8, Bound::Unbounded, Bound::Excluded(text(value)))
}

pub fn compared(function: Function, value: &str) -> Constraints {
    whether(call(function, vec![column("s", UTF8), constant(Some(text(value)), UTF8)]))
}

#[tokio::test]
async fn c_order_is_by_code_point() {
    let script = "CREATE TABLE uni (s text COLLATE \"C\"); INSERT INTO uni VALUES ('a'), (U&'\\E000'), (U&'\\FF5E'), (U&'\\+01F600'); \
         CREATE TABLE icu (s text COLLATE \"en-US-x-icu\"); INSERT INTO icu VALUES ('a'), ('B'), ('b'), ('A'), ('Z'), ('é'), ('_')";
    let Some(peer) = Peer::open(script).await else { return };
    assert_eq!(peer.read("uni", &["s"], &above("\u{ff5e}")).await, ["\u{1f600}"]);
    assert_eq!(peer.read("uni", &["s"], &below("\u{1f600}")).await, ["a", "\u{e000}", "\u{ff5e}"]);
    for (function, value, expected) in [
        (Function::GreaterThan, "\u{ff5e}", &["\u{1f600}"][..]),
        (Function::LessThan, "\u{1f600}", &["a", "\u{e000}", "\u{ff5e}"]),
    ] {
        assert_eq!(peer.read("uni", &["s"], &compared(function, value)).await, expected);
    }
    assert_eq!(peer.read("icu", &["s"], &below("a")).await, ["A", "B", "Z", "_"]);
    assert_eq!(peer.read("icu", &["s"], &above("Z")).await, ["_", "a", "b", "é"]);
    assert_eq!(peer.read("icu", &["s"], &compared(Function::LessThan, "a")).await, ["A", "B", "Z", "_"]);
    assert_eq!(peer.read("icu", &["s"], &compared(Function::GreaterThan, "Z")).await, ["_", "a", "b", "é"]);
}

#[tokio::test]
async fn c_nondet_equality_is_that_of_athena() {
    let script = "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
         CREATE TABLE nondet (s text COLLATE loose); INSERT INTO nondet VALUES ('abc'), ('ABC'), ('abd')";
    let Some(peer) = Peer::open(script).await else { return };
    let not = Domain { data_type: UTF8, values: Values::NotIn(vec![text("abc")]), nulls: false };
    assert_eq!(peer.read("nondet", &["s"], &only("s", not)).await, ["ABC", "abd"]);
    assert_eq!(peer.read("nondet", &["s"], &compared(Function::NotEqual, "abc")).await, ["ABC", "abd"]);
    assert_eq!(peer.read("nondet", &["s"], &compared(Function::LikePattern, "ab%")).await, ["abc", "abd"]);
    assert_eq!(peer.read("nondet", &["s"], &compared(Function::LikePattern, "%C")).await, ["ABC"]);
    let limited = Constraints { limit: Some(1), ..equal("s", UTF8, text("ABC")) };
    assert_eq!(peer.read("nondet", &["s"], &limited).await, ["ABC"]);
}

#[tokio::test]
async fn e_like_a_backslash_is_a_letter() {
    let script = "CREATE TABLE t (s text); INSERT INTO t VALUES ('a\\b'), ('a\\%b'), ('a\\xb'), ('ab'), ('a%'), ('b\\'), ('a_b'), (NULL)";
    let Some(peer) = Peer::open(script).await else { return };
    backslashes_are_letters(&peer).await;
}

/// Of a table `t` whose texts `s` are those above.
pub async fn backslashes_are_letters(peer: &Asked) {
    let like =
        |pattern: &str| call(Function::LikePattern, vec![column("s", UTF8), constant(Some(text(pattern)), UTF8)]);
    for (pattern, expected) in [
        ("a\\%", &["a\\%b", "a\\b", "a\\xb"][..]),
        ("a\\b", &["a\\b"]),
        ("a\\", &[]),
        ("%\\", &["b\\"]),
        ("a_b", &["a\\b", "a_b"]),
        ("a\\_b", &["a\\%b", "a\\xb"]),
        ("a%%", &["a%", "a\\%b", "a\\b", "a\\xb", "a_b", "ab"]),
        ("", &[]),
    ] {
        assert_eq!(peer.read("t", &["s"], &whether(like(pattern))).await, expected, "{pattern}");
    }
    let negated = call(Function::Not, vec![like("a\\b")]);
    let others = ["a%", "a\\%b", "a\\xb", "a_b", "ab", "b\\"];
    assert_eq!(peer.read("t", &["s"], &whether(negated)).await, others);
    let null = call(Function::LikePattern, vec![column("s", UTF8), constant(None::<Value>, UTF8)]);
    assert_eq!(peer.read("t", &["s"], &whether(null)).await, Vec::<String>::new());
}
