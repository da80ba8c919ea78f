//! What is listed, how it is described, and how names are found.

use connector_core::{Casing, ErrorKind, Settings, TableName};

use crate::support::{self, shown, table, whole};

#[tokio::test]
async fn schemas_hold_something_readable_and_no_system_is_among_them() {
    for server in support::servers() {
        server.schema("b_listed", "CREATE TABLE t (id int)").await;
        server.schema("b_empty", "DO 1").await;
        server
            .run("DROP DATABASE IF EXISTS b_closed; CREATE DATABASE b_closed; CREATE TABLE b_closed.t (id int)")
            .await;
        let mut connection = server.connect().await;
        let schemas = connection.schemas().await.unwrap();
        assert!(schemas.contains(&"b_listed".to_owned()));
        for hidden in ["b_empty", "b_closed", "mysql", "information_schema", "performance_schema", "sys"] {
            assert!(!schemas.contains(&hidden.to_owned()), "{hidden}");
        }
        for (schema, name) in [("information_schema", "TABLES"), ("b_closed", "t"), ("mysql", "user")] {
            let error = connection.table(&TableName::new(schema, name)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
        assert_eq!(connection.tables("b_closed", None, None).await.unwrap_err().kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn every_kind_of_relation_is_listed_by_code_point() {
    for server in support::servers() {
        let sequence = if server.is_mariadb() {
            "; CREATE TABLE h (id int) WITH SYSTEM VERSIONING"
        } else {
            "; CREATE TABLE h (id int)"
        };
        server
            .schema(
                "b_kinds",
                &format!(
                    "CREATE TABLE `Zebra` (id int); CREATE TABLE `a_b` (id int); CREATE TABLE axb (id int); \
                     CREATE TABLE `été` (id int); CREATE VIEW v AS SELECT 1 AS id; \
                     CREATE TABLE p (id int) PARTITION BY HASH (id) PARTITIONS 3{sequence}"
                ),
            )
            .await;
        let mut connection = server.connect().await;
        let names = |relations: Vec<connector_core::Relation>| -> Vec<String> {
            relations.into_iter().map(|relation| relation.name).collect()
        };
        let all = ["Zebra", "a_b", "axb", "h", "p", "v", "été"];
        assert_eq!(names(connection.tables("b_kinds", None, None).await.unwrap()), all);
        assert_eq!(names(connection.tables("b_kinds", Some("axb"), Some(2)).await.unwrap()), ["h", "p"]);
        assert_eq!(names(connection.tables("b_kinds", Some("été"), Some(3)).await.unwrap()), Vec::<String>::new());
        assert_eq!(names(connection.tables("B_KINDS", Some("p"), None).await.unwrap()), ["v", "été"]);
        assert_eq!(table(connection.as_mut(), "B_Kinds", "ÉTÉ").await.name, TableName::new("b_kinds", "été"));
    }
}

#[tokio::test]
async fn n_dup_an_exact_name_wins_and_an_ambiguous_one_lists_what_it_may_mean() {
    for server in support::servers() {
        server
            .schema(
                "n_dup",
                "CREATE TABLE dup (v varchar(9)); INSERT INTO dup VALUES ('lower'); CREATE TABLE `DUP` (v varchar(9)); \
                 INSERT INTO `DUP` VALUES ('upper'); CREATE TABLE `Two` (v int); CREATE TABLE `TWO` (v int)",
            )
            .await;
        let mut connection = server.connect().await;
        assert_eq!(shown(&whole(connection.as_mut(), "n_dup", "dup").await, "v"), ["lower"]);
        assert_eq!(shown(&whole(connection.as_mut(), "n_dup", "DUP").await, "v"), ["upper"]);
        let ambiguous = connection.table(&TableName::new("n_dup", "two")).await.unwrap_err();
        assert_eq!(ambiguous.kind(), ErrorKind::Invalid);
        assert!(ambiguous.to_string().contains("\"TWO\"") && ambiguous.to_string().contains("\"Two\""), "{ambiguous}");
        let missing = connection.table(&TableName::new("n_dup", "nope")).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        assert!(missing.to_string().contains("\"nope\""), "{missing}");
        for (casing, name, found) in
            [(Casing::Upper, "dup", Some("DUP")), (Casing::Lower, "DUP", Some("dup")), (Casing::None, "Dup", None)]
        {
            let mut folding = server.connect_with(&Settings { casing, ..Settings::default() }).await;
            let schema = if casing == Casing::Upper { "N_DUP" } else { "n_dup" };
            let answer = folding.table(&TableName::new(schema, name)).await;
            if casing == Casing::Upper {
                // The schema is folded, too, and is not in upper case.
                assert_eq!(answer.unwrap_err().kind(), ErrorKind::NotFound);
            } else {
                assert_eq!(answer.ok().map(|table| table.name.table).as_deref(), found, "{casing:?}");
            }
        }
    }
}

#[tokio::test]
async fn names_are_found_in_their_own_spelling_and_columns_asked_for_in_it() {
    for server in support::servers() {
        server
            .schema(
                "n_mixed",
                "CREATE TABLE `Orders 2` (`Id` int, `UnterÄndern` varchar(9)); INSERT INTO `Orders 2` VALUES (7, 'x')",
            )
            .await;
        let mut connection = server.connect().await;
        let all = whole(connection.as_mut(), "n_mixed", "orders 2").await;
        assert_eq!((shown(&all, "id"), shown(&all, "unterändern")), (vec!["7".to_owned()], vec!["x".to_owned()]));
    }
}

#[tokio::test]
async fn columns_are_those_of_select_star_with_the_sources_comments() {
    for server in support::servers() {
        server
            .schema(
                "b_columns",
                "CREATE TABLE t (z int, a int COMMENT 'about a', g int AS (z + 1) STORED, v int AS (z + 2) VIRTUAL, \
                 h int INVISIBLE DEFAULT 5) COMMENT 'about t'; INSERT INTO t (z, a) VALUES (1, 2); \
                 CREATE VIEW w AS SELECT h FROM t; ALTER TABLE t ADD y int FIRST",
            )
            .await;
        let mut connection = server.connect().await;
        let table = table(connection.as_mut(), "b_columns", "t").await;
        assert_eq!(table.comment.as_deref(), Some("about t"));
        let columns: Vec<_> =
            table.columns.iter().map(|column| (column.name.as_str(), column.comment.as_deref())).collect();
        assert_eq!(columns, [("y", None), ("z", None), ("a", Some("about a")), ("g", None), ("v", None)]);
        let all = whole(connection.as_mut(), "b_columns", "t").await;
        assert_eq!((shown(&all, "g"), shown(&all, "v")), (vec!["2".to_owned()], vec!["3".to_owned()]));
        let view = support::table(connection.as_mut(), "b_columns", "w").await;
        assert_eq!((view.comment, view.columns.len()), (None, 1));
        assert_eq!(shown(&whole(connection.as_mut(), "b_columns", "w").await, "h"), ["5"]);
    }
}
