//! Conditions as expressions: constants that are null, columns that are conditions, names that look like SQL.

use arrow_schema::DataType;
use connector_core::{Domain, Expr, Function, Value};

use crate::peer_runs::asking::{Peer, call, column, constant, equal, only, text, whether};

const WHOLE: DataType = DataType::Int32;

fn int(value: Option<i64>) -> Expr {
    constant(value.map(Value::Int), WHOLE)
}

#[tokio::test]
async fn e_null_constants_and_bare_booleans_are_conditions() {
    let script =
        "CREATE TABLE t (id int, a int, b bool); INSERT INTO t VALUES (1, 1, true), (2, NULL, false), (3, 3, NULL)";
    let Some(peer) = Peer::open(script).await else { return };
    let (a, b) = (|| column("a", WHOLE), || column("b", DataType::Boolean));
    let null_or = |other| call(Function::Or, vec![call(Function::Equal, vec![a(), int(None)]), other]);
    let listed = Expr::List { values: vec![Some(Value::Int(3)), None], data_type: WHOLE };
    let in_list = || call(Function::In, vec![a(), listed.clone()]);
    let truth = |value| constant(value, DataType::Boolean);
    for (name, condition, expected) in [
        ("e-isdistnull", call(Function::IsDistinctFrom, vec![a(), int(None)]), &["1", "3"][..]),
        ("e-isdistnull, mirrored", call(Function::IsDistinctFrom, vec![int(None), a()]), &["1", "3"]),
        (
            "e-isdistnull, negated",
            call(Function::Not, vec![call(Function::IsDistinctFrom, vec![a(), int(None)])]),
            &["2"],
        ),
        ("e-nullconst", call(Function::Equal, vec![a(), int(None)]), &[]),
        ("e-nullconst, negated", call(Function::Not, vec![call(Function::Equal, vec![a(), int(None)])]), &[]),
        ("e-nullconst in OR", null_or(call(Function::Equal, vec![a(), int(Some(1))])), &["1"]),
        ("e-nullconst in a list", in_list(), &["3"]),
        ("e-nullconst in a list, negated", call(Function::Not, vec![in_list()]), &[]),
        ("a null constant alone", truth(None), &[]),
        ("a true constant alone", truth(Some(Value::Bool(true))), &["1", "2", "3"]),
        ("a false constant alone", truth(Some(Value::Bool(false))), &[]),
        ("e-barebool", b(), &["1"]),
        ("e-barebool, negated", call(Function::Not, vec![b()]), &["2"]),
        ("e-barebool in AND", call(Function::And, vec![b(), call(Function::Equal, vec![a(), int(Some(1))])]), &["1"]),
        ("e-barebool is null", call(Function::IsNull, vec![b()]), &["3"]),
    ] {
        let found = peer.try_read("t", &["id"], &whether(condition)).await;
        assert_eq!(found.unwrap_or_else(|error| panic!("{name}: {error}")), expected, "{name}");
    }
}

#[tokio::test]
async fn e_inject_a_name_is_a_name() {
    const INJECTED: &str = "x\" is null) or (1=1) or (\"x";
    let script = format!(
        "CREATE TABLE t (id int, \"{}\" int, \"a\"\"b\" int, \"c.d ?%\\ '$1\" text); \
         INSERT INTO t VALUES (1, NULL, 1, 'one'), (2, 2, 2, 'two')",
        INJECTED.replace('"', "\"\"")
    );
    let Some(peer) = Peer::open(&script).await else { return };
    let is_null = call(Function::IsNull, vec![column(INJECTED, WHOLE)]);
    assert_eq!(peer.read("t", &["id", INJECTED], &whether(is_null)).await, ["1|NULL"]);
    assert_eq!(peer.read("t", &["id"], &only(INJECTED, Domain::only_null(WHOLE))).await, ["1"]);
    assert_eq!(peer.read("t", &["id"], &equal(INJECTED, WHOLE, Value::Int(2))).await, ["2"]);
    let quoted = call(Function::Equal, vec![column("a\"b", WHOLE), int(Some(2))]);
    assert_eq!(peer.read("t", &["a\"b"], &whether(quoted)).await, ["2"]);
    let (odd, utf8) = ("c.d ?%\\ '$1", DataType::Utf8);
    let compared = call(Function::Equal, vec![column(odd, utf8.clone()), constant(Some(text("two")), utf8)]);
    assert_eq!(peer.read("t", &["id", odd], &whether(compared)).await, ["2|two"]);
    for value in ["' or '1'='1", "\\", "two\" or 1=1 --", "$1", "?"] {
        assert_eq!(
            peer.read("t", &["id"], &equal(odd, DataType::Utf8, text(value))).await,
            Vec::<String>::new(),
            "{value}"
        );
    }
}
