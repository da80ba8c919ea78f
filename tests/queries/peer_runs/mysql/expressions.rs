//! Arithmetic as Athena does it, three-valued logic, value sets, and a name that looks like SQL.

use arrow_schema::DataType;
use connector_core::{Function, Value};

use super::everywhere;
use crate::peer_runs::asking::{call, column, constant, typed, whether};
use crate::peer_runs::sets::every_kind_is_read;

const WHOLE: DataType = DataType::Int32;

fn int(value: i64) -> connector_core::Expr {
    constant(Some(Value::Int(value)), WHOLE)
}

#[tokio::test]
async fn e_isdist_null_is_a_value_among_others() {
    let script = "CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, 1), (2, NULL), (3, 3), (4, 4), (5, 5)";
    for (server, asked) in everywhere("peer_distinct", script).await {
        let distinct = || call(Function::IsDistinctFrom, vec![column("a", WHOLE), int(1)]);
        assert_eq!(asked.read("t", &["id"], &whether(distinct())).await, ["2", "3", "4", "5"], "{server}");
        let same = call(Function::Not, vec![distinct()]);
        assert_eq!(asked.read("t", &["id"], &whether(same)).await, ["1"], "{server}");
    }
}

#[tokio::test]
async fn e_div_divisions_are_athenas() {
    let script = "CREATE TABLE t (id int, a int, b int, d decimal(10,4)); INSERT INTO t VALUES (1, 5, 2, 10), (2, -5, 2, 7), (3, 9, 3, 1)";
    let wide = DataType::Decimal128(10, 4);
    for (server, asked) in everywhere("peer_division", script).await {
        let quotient = |by| typed(Function::Divide, vec![column("a", WHOLE), by], WHOLE);
        let halves = call(Function::Equal, vec![quotient(column("b", WHOLE)), int(2)]);
        assert_eq!(asked.read("t", &["id"], &whether(halves)).await, ["1"], "{server}");
        let by_zero = call(Function::Equal, vec![quotient(int(0)), int(1)]);
        let error = asked.try_read("t", &["id"], &whether(by_zero)).await.unwrap_err();
        assert!(error.to_string().contains("zero"), "{server}: {error}");
        let three = constant(Some(Value::Decimal { unscaled: 3, scale: 0 }), DataType::Decimal128(1, 0));
        let third = typed(Function::Divide, vec![column("d", wide.clone()), three], wide.clone());
        let wanted = constant(Some(Value::Decimal { unscaled: 33_333, scale: 4 }), wide.clone());
        let thirds = whether(call(Function::Equal, vec![third, wanted]));
        assert_eq!(asked.read("t", &["id"], &thirds).await, ["1"], "{server}");
    }
}

#[tokio::test]
async fn e_quote_a_back_tick_in_a_name_is_a_letter() {
    let name = "x` is null) or (1=1) or (`x";
    let script = format!(
        "CREATE TABLE t (id int, `{}` int, `a``b` int); INSERT INTO t VALUES (1, NULL, 1), (2, 2, 2)",
        name.replace('`', "``")
    );
    for (server, asked) in everywhere("peer_quote", &script).await {
        let null = call(Function::IsNull, vec![column(name, WHOLE)]);
        assert_eq!(asked.read("t", &["id", name], &whether(null)).await, ["1|NULL"], "{server}");
        let two = call(Function::Equal, vec![column("a`b", WHOLE), int(2)]);
        assert_eq!(asked.read("t", &["a`b"], &whether(two)).await, ["2"], "{server}");
    }
}

#[tokio::test]
async fn f_value_sets_of_every_kind_are_read() {
    let script = "CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'b'), (4, '')";
    for (server, asked) in everywhere("peer_sets", script).await {
        println!("{server}");
        every_kind_is_read(&asked).await;
    }
}
