//! Text is compared by code point, whatever its collation folds or pads.

use arrow_schema::DataType;
use connector_core::{Domain, Function, Values};
use glaux::protocol::Constraints;

use super::everywhere;
use crate::peer_runs::asking::{call, column, constant, equal, only, text, typed, whether};
use crate::peer_runs::text::{above, backslashes_are_letters, below, compared};

const UTF8: DataType = DataType::Utf8;

fn none_of(values: &[&str]) -> Constraints {
    let values = Values::NotIn(values.iter().map(|value| text(value)).collect());
    only("s", Domain { data_type: UTF8, values, nulls: false })
}

#[tokio::test]
async fn c_ci_case_and_accents_count() {
    let script = "CREATE TABLE t (id int, s varchar(9)) COLLATE utf8mb4_general_ci; INSERT INTO t VALUES (0, ''), (1, 'a'), (2, 'A'), \
         (3, 'b'), (4, 'B'), (5, 'Z'), (6, 'é'), (7, 'e'), (8, 'a '), (9, '_')";
    for (server, asked) in everywhere("peer_ci", script).await {
        for (wanted, ids) in [
            (none_of(&["A"]), "013456789"),
            (below("a"), "02459"),
            (above("Z"), "136789"),
            (none_of(&["a", "e"]), "02345689"),
            (compared(Function::NotEqual, "A"), "013456789"),
            (compared(Function::LessThan, "a"), "02459"),
            (compared(Function::GreaterThan, "Z"), "136789"),
        ] {
            assert_eq!(asked.read("t", &["id"], &wanted).await.concat(), ids, "{server}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn c_ci_expr_expressions_and_limits_see_case_too() {
    let script =
        "CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES (1, 'abc'), (2, 'ABC'), (3, 'abd'), (4, 'xyz')";
    for (server, asked) in everywhere("peer_ci_expr", script).await {
        let (s, upper) = (|| column("s", UTF8), constant(Some(text("ABC")), UTF8));
        let not = |condition| call(Function::Not, vec![condition]);
        let like = call(Function::LikePattern, vec![s(), constant(Some(text("AB%")), UTF8)]);
        let nullif = typed(Function::NullIf, vec![s(), upper], UTF8);
        for (wanted, ids) in [
            (compared(Function::NotEqual, "ABC"), "134"),
            (whether(not(like)), "134"),
            (whether(not(call(Function::IsNull, vec![nullif]))), "134"),
            (Constraints { limit: Some(1), ..equal("s", UTF8, text("ABC")) }, "2"),
            (Constraints { limit: Some(1), ..equal("s", UTF8, text("abd")) }, "3"),
        ] {
            assert_eq!(asked.read("t", &["id"], &wanted).await.concat(), ids, "{server}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn c_bin_characters_beyond_the_first_plane_and_blanks_count() {
    let script = "CREATE TABLE t (id int, s varchar(9) COLLATE utf8mb4_bin); \
         INSERT INTO t VALUES (1, 'a'), (2, 'a '), (3, '\u{ff5e}'), (4, '\u{1f600}'), (5, '\u{e000}')";
    for (server, asked) in everywhere("peer_bin", script).await {
        for (wanted, ids) in [
            (above("\u{ff5e}"), "4"),
            (compared(Function::GreaterThan, "\u{ff5e}"), "4"),
            (below("\u{1f600}"), "1235"),
            (none_of(&["a"]), "2345"),
            (equal("s", UTF8, text("a")), "1"),
            (equal("s", UTF8, text("a ")), "2"),
            (compared(Function::NotEqual, "a"), "2345"),
        ] {
            assert_eq!(asked.read("t", &["id"], &wanted).await.concat(), ids, "{server}: {wanted:?}");
        }
    }
}

#[tokio::test]
async fn e_like_bs_a_backslash_is_a_letter() {
    let script = "CREATE TABLE t (s varchar(9)); INSERT INTO t VALUES ('a\\\\b'), ('a\\\\%b'), ('a\\\\xb'), ('ab'), ('a%'), \
         ('b\\\\'), ('a_b'), (NULL)";
    for (server, asked) in everywhere("peer_backslash", script).await {
        println!("{server}");
        backslashes_are_letters(&asked).await;
    }
}
