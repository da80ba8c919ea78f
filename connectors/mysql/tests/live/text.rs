//! Text is compared, ordered and matched by code point, whatever its collation says and its character set holds.

use arrow_schema::DataType;
use connector_core::{Direction, Domain, Function, Nulls, SortKey};

use crate::asked::{
    above, below, call, column, constant, in_domain, kept, none_of, not, on_text, passing, pushed, text, typed,
};
use crate::support::{self, read, scan, shown, table, whole};

fn one(value: &str) -> Domain {
    Domain::single(DataType::Utf8, text(value))
}

#[tokio::test]
async fn c_ci_collations_that_ignore_case_do_not() {
    for server in support::servers() {
        server
            .schema(
                "c_ci",
                "CREATE TABLE t (id int, s varchar(20), KEY (s)) COLLATE utf8mb4_general_ci; INSERT INTO t VALUES \
                 (1, 'a'), (2, 'A'), (3, 'b'), (4, 'B'), (5, 'Z'), (6, 'é'), (7, 'e'), (8, 'a '), (9, '_'), (0, '')",
            )
            .await;
        let ask = async |domain| in_domain(server, "c_ci", "s", domain).await;
        let all_but_a = pushed(&["0", "1", "3", "4", "5", "6", "7", "8", "9"]);
        assert_eq!(ask(none_of(DataType::Utf8, vec![text("A")])).await, all_but_a);
        assert_eq!(ask(below(DataType::Utf8, text("a"))).await, pushed(&["0", "2", "4", "5", "9"]));
        assert_eq!(ask(above(DataType::Utf8, text("Z"))).await, pushed(&["1", "3", "6", "7", "8", "9"]));
        let neither = none_of(DataType::Utf8, vec![text("a"), text("e")]);
        assert_eq!(ask(neither).await, pushed(&["0", "2", "3", "4", "5", "6", "8", "9"]));
        for (value, id) in [("a", "1"), ("A", "2"), ("a ", "8"), ("é", "6"), ("", "0")] {
            assert_eq!(ask(one(value)).await, pushed(&[id]), "{value:?}");
        }
    }
}

#[tokio::test]
async fn c_ci_expressions_are_those_of_athena() {
    for server in support::servers() {
        server
            .schema(
                "c_ci_expr",
                "CREATE TABLE t (id int, s varchar(20)); INSERT INTO t VALUES (1, 'abc'), (2, 'ABC'), (3, 'abd'), (4, 'xyz')",
            )
            .await;
        let ask = async |filter| passing(server, "c_ci_expr", filter).await;
        assert_eq!(ask(on_text(Function::NotEqual, "s", "ABC")).await, pushed(&["1", "3", "4"]));
        assert_eq!(ask(not(on_text(Function::LikePattern, "s", "AB%"))).await, pushed(&["1", "3", "4"]));
        let args = vec![column("s", DataType::Utf8), constant(text("ABC"), DataType::Utf8)];
        let nullif = typed(Function::NullIf, args, DataType::Utf8);
        assert_eq!(ask(not(call(Function::IsNull, vec![nullif.clone()]))).await, pushed(&["1", "3", "4"]));
        let again = call(Function::Equal, vec![nullif, constant(text("abc"), DataType::Utf8)]);
        assert_eq!(ask(again).await, pushed(&["1"]));
        assert_eq!(ask(on_text(Function::IsDistinctFrom, "s", "ABC")).await, pushed(&["1", "3", "4"]));
    }
}

#[tokio::test]
async fn c_ci_lim_a_limit_behind_an_equality_finds_its_row() {
    for server in support::servers() {
        server
            .schema(
                "c_ci_lim",
                "CREATE TABLE t (id int, s varchar(9)); INSERT INTO t VALUES (1, 'a'), (2, 'a'), (3, 'A')",
            )
            .await;
        let mut connection = server.connect().await;
        let mut scan = scan(&table(connection.as_mut(), "c_ci_lim", "t").await);
        scan.domains.insert("s".into(), one("A"));
        scan.limit = Some(1);
        assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["3"]);
    }
}

#[tokio::test]
async fn c_bin_order_is_by_code_point_and_blanks_count() {
    for server in support::servers() {
        server
            .schema(
                "c_bin",
                "CREATE TABLE t (id int, s varchar(20) COLLATE utf8mb4_bin, KEY (s)); \
                 INSERT INTO t VALUES (1, 'a'), (2, 'a '), (3, '\u{e000}'), (4, '\u{ff5e}'), (5, '\u{1f600}'), (6, 'a\\t')",
            )
            .await;
        let ask = async |domain| in_domain(server, "c_bin", "s", domain).await;
        assert_eq!(ask(above(DataType::Utf8, text("\u{ff5e}"))).await, pushed(&["5"]));
        assert_eq!(ask(below(DataType::Utf8, text("\u{1f600}"))).await, pushed(&["1", "2", "3", "4", "6"]));
        assert_eq!(ask(none_of(DataType::Utf8, vec![text("a")])).await, pushed(&["2", "3", "4", "5", "6"]));
        assert_eq!(ask(one("a")).await, pushed(&["1"]));
        // With blanks for padding, a tab would come before nothing.
        assert_eq!(ask(above(DataType::Utf8, text("a"))).await, pushed(&["2", "3", "4", "5", "6"]));
    }
}

/// Character sets with a text of theirs, and one that they cannot hold.
const SETS: &[(&str, &str)] = &[
    ("latin1", "é"),
    ("utf8mb3", "я"),
    ("utf8mb4", "😀"),
    ("ucs2", "я"),
    ("utf16", "😀"),
    ("utf16le", "😀"),
    ("utf32", "😀"),
    ("ascii", "~"),
    ("cp1251", "я"),
    ("cp1250", "ž"),
    ("latin2", "ž"),
    ("latin5", "ğ"),
    ("latin7", "ž"),
    ("koi8r", "я"),
    ("greek", "ω"),
    ("hebrew", "א"),
    ("cp850", "é"),
    ("cp866", "я"),
    ("sjis", "あ"),
    ("cp932", "あ"),
    ("ujis", "あ"),
    ("eucjpms", "あ"),
    ("big5", "中"),
    ("gbk", "中"),
    ("gb2312", "中"),
    ("euckr", "한"),
    ("tis620", "ก"),
    ("macroman", "é"),
    ("hp8", "é"),
    ("swe7", "A"),
    ("dec8", "é"),
    ("armscii8", "Ա"),
    ("geostd8", "ა"),
    ("keybcs2", "ž"),
    ("cp852", "ž"),
    ("cp1256", "ب"),
    ("cp1257", "ž"),
    ("macce", "ž"),
    ("koi8u", "є"),
];

#[tokio::test]
async fn a_text_of_any_character_set_is_found_by_itself_and_by_nothing_else() {
    for server in support::servers() {
        let tables: Vec<String> = SETS
            .iter()
            .map(|(set, value)| {
                format!(
                    "CREATE TABLE {set} (id int, v varchar(10) CHARACTER SET {set}, c char(5) CHARACTER SET {set}, KEY (v)); \
                     INSERT INTO {set} VALUES (1, '{value}', '{value}'), (2, 'a', 'a'), (3, '?', '? '), (4, 'A', 'A')"
                )
            })
            .collect();
        server.schema("c_sets", &tables.join("; ")).await;
        let mut connection = server.connect().await;
        for (set, value) in SETS {
            let table = table(connection.as_mut(), "c_sets", set).await;
            for name in ["v", "c"] {
                let mut scan = scan(&table);
                assert_eq!(shown(&read(connection.as_mut(), &scan).await, name), [*value, "a", "?", "A"], "{set}");
                for (asked, expected) in [(*value, vec!["1"]), ("a", vec!["2"]), ("?", vec!["3"]), ("😀𝄞", vec![])]
                {
                    scan.domains.insert(name.into(), one(asked));
                    let found = shown(&read(connection.as_mut(), &scan).await, "id");
                    if *set != "swe7" {
                        assert_eq!(found, expected, "{asked} in {set}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn an_identical_text_is_equal_under_every_collation_there_is() {
    for server in support::servers() {
        let mut admin = server.admin().await;
        let sql = "SELECT COLLATION_NAME FROM information_schema.COLLATIONS WHERE CHARACTER_SET_NAME = 'utf8mb4'";
        drop(mysql_async::prelude::Queryable::query_drop(&mut admin, "SET sql_select_limit = 100000").await);
        let names: Vec<String> = mysql_async::prelude::Queryable::query(&mut admin, sql).await.unwrap();
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            // Texts with what collations leave out, put together or pad.
            let sql = format!(
                "SELECT COUNT(*) FROM (SELECT CONVERT(x USING utf8mb4) COLLATE {name} AS x FROM (SELECT 'a' AS x UNION ALL SELECT 'a ' \
                 UNION ALL SELECT '' UNION ALL SELECT CHAR(0 USING utf8mb4) UNION ALL SELECT 'ß' UNION ALL SELECT 'é' UNION ALL \
                 SELECT '\u{1f600}' UNION ALL SELECT '\u{ad}' UNION ALL SELECT '\u{301}e' UNION ALL SELECT 'Ａ\\t' UNION ALL SELECT \
                 '\u{10ffff}') q) q WHERE x = x AND x IN (x, 'b') AND NOT x <> x"
            );
            let counted: Option<u32> = mysql_async::prelude::Queryable::query_first(&mut admin, sql).await.unwrap();
            assert_eq!(counted, Some(11), "{name}");
        }
    }
}

#[tokio::test]
async fn a_char_is_shown_and_found_without_its_blanks() {
    for server in support::servers() {
        server
            .schema(
                "c_char",
                "CREATE TABLE t (id int, s char(5), KEY (s)); INSERT INTO t VALUES (1, 'ab '), (2, 'ab'), (3, ' ab'), (4, '')",
            )
            .await;
        let mut connection = server.connect().await;
        assert_eq!(shown(&whole(connection.as_mut(), "c_char", "t").await, "s"), ["ab", "ab", " ab", ""]);
        assert_eq!(in_domain(server, "c_char", "s", one("ab")).await, pushed(&["1", "2"]));
        assert_eq!(in_domain(server, "c_char", "s", one("ab ")).await, pushed(&[]));
        assert_eq!(passing(server, "c_char", on_text(Function::LikePattern, "s", "ab_")).await, pushed(&[]));
        assert_eq!(
            passing(server, "c_char", on_text(Function::LikePattern, "s", "%b")).await,
            pushed(&["1", "2", "3"])
        );
    }
}

#[tokio::test]
async fn e_like_bs_a_backslash_in_a_pattern_is_itself() {
    for server in support::servers() {
        server
            .schema(
                "e_like",
                "CREATE TABLE t (id int, s varchar(20)); INSERT INTO t VALUES (1, 'a\\\\b'), (2, 'a\\\\%b'), (3, 'a\\\\xb'), \
                 (4, 'ab'), (5, 'a%'), (6, 'b\\\\'), (7, 'a!b'), (8, '😀'), (9, 'a ')",
            )
            .await;
        let ask = async |pattern: &str| passing(server, "e_like", on_text(Function::LikePattern, "s", pattern)).await;
        assert_eq!(ask("a\\%").await, pushed(&["1", "2", "3"]));
        assert_eq!(ask("a\\b").await, pushed(&["1"]));
        assert_eq!(ask("a\\").await, pushed(&[]));
        assert_eq!(ask("b\\").await, pushed(&["6"]));
        assert_eq!(ask("a!b").await, pushed(&["7"]));
        assert_eq!(ask("!").await, pushed(&[]));
        assert_eq!(ask("_").await, pushed(&["8"]));
        assert_eq!(ask("a_").await, pushed(&["4", "5", "9"]));
        assert_eq!(ask("a").await, pushed(&[]));
        let negated = not(on_text(Function::LikePattern, "s", "a\\b"));
        assert_eq!(passing(server, "e_like", negated).await, pushed(&["2", "3", "4", "5", "6", "7", "8", "9"]));
    }
}

#[tokio::test]
async fn an_order_is_by_code_point_with_null_where_it_is_wanted() {
    for server in support::servers() {
        let long = format!("'{}a', '{}B'", "x".repeat(3000), "x".repeat(3000));
        server
            .schema(
                "c_order",
                &format!(
                    "CREATE TABLE t (id int, s text, e enum('b', 'a')); INSERT INTO t VALUES (1, 'b', 'b'), (2, 'B', 'a'), \
                     (3, NULL, NULL), (4, '\u{ff5e}', 'a'), (5, '\u{1f600}', 'b'), (6, 'a', 'a'); \
                     CREATE TABLE l (id int, a text, b text); INSERT INTO l VALUES (1, {long}), (2, {0}, {0})",
                    format_args!("'{}B'", "x".repeat(3000))
                ),
            )
            .await;
        let mut connection = server.connect().await;
        let mut sorted = async |name: &str, of: &str, direction, nulls| {
            let mut scan = scan(&table(connection.as_mut(), "c_order", name).await);
            scan.order = vec![
                SortKey { column: of.into(), direction, nulls },
                SortKey { column: "id".into(), direction: Direction::Ascending, nulls: Nulls::Last },
            ];
            scan.limit = Some(9);
            let rendered = connector_core::sql::render(&scan, connector_mysql::CONNECTOR.dialect()).unwrap();
            assert!(!rendered.remainder.order);
            shown(&read(connection.as_mut(), &scan).await, "id").join("")
        };
        let (up, down) = (Direction::Ascending, Direction::Descending);
        assert_eq!(sorted("t", "s", up, Nulls::Last).await, "261453");
        assert_eq!(sorted("t", "s", up, Nulls::First).await, "326145");
        assert_eq!(sorted("t", "s", down, Nulls::First).await, "354162");
        assert_eq!(sorted("t", "s", down, Nulls::Last).await, "541623");
        assert_eq!(sorted("t", "e", up, Nulls::Last).await, "246153");
        // The difference lies behind what servers sort by unless told otherwise.
        assert_eq!(sorted("l", "a", up, Nulls::Last).await, "21");
    }
}

#[tokio::test]
async fn texts_too_large_for_the_servers_expressions_are_filtered_above() {
    for server in support::servers() {
        server
            .schema(
                "c_large",
                "CREATE TABLE t (id int, s longtext); INSERT INTO t VALUES (1, 'a'), (2, 'A'), (3, NULL)",
            )
            .await;
        assert_eq!(in_domain(server, "c_large", "s", one("a")).await, kept(&["1"]));
        assert_eq!(passing(server, "c_large", on_text(Function::LikePattern, "s", "A")).await, kept(&["2"]));
        assert_eq!(in_domain(server, "c_large", "s", Domain::only_null(DataType::Utf8)).await, pushed(&["3"]));
    }
}
