//! What is listed, how it is described, and how names are found.

use connector_core::{Casing, ErrorKind, Settings, TableName};

use crate::support::{self, shown, table, whole};

#[tokio::test]
async fn schemas_hold_something_readable_and_no_system_is_among_them() {
    let Some(server) = support::server() else { return };
    server.schema("b_listed", "CREATE TABLE t (id int)").await;
    server.schema("b_empty", "CREATE SEQUENCE s").await;
    server
        .run("DROP SCHEMA IF EXISTS b_closed CASCADE; CREATE SCHEMA b_closed; CREATE TABLE b_closed.t (id int)")
        .await;
    let mut connection = server.connect().await;
    let schemas = connection.schemas().await.unwrap();
    assert!(schemas.contains(&"b_listed".to_owned()));
    for hidden in ["b_empty", "b_closed", "pg_catalog", "information_schema", "pg_toast"] {
        assert!(!schemas.contains(&hidden.to_owned()), "{hidden}");
    }
    for hidden in [("pg_catalog", "pg_class"), ("b_closed", "t")] {
        let error = connection.table(&TableName::new(hidden.0, hidden.1)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    assert_eq!(connection.tables("b_closed", None, None).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn every_kind_of_relation_is_listed_by_code_point() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "b_kinds",
            "CREATE TABLE \"Zebra\" (id int); CREATE TABLE \"a_b\" (id int); CREATE TABLE \"axb\" (id int); \
             CREATE TABLE \"été\" (id int); CREATE VIEW v AS SELECT 1 AS id; CREATE MATERIALIZED VIEW m AS SELECT 1 AS id; \
             CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); \
             CREATE INDEX i ON \"a_b\" (id); CREATE SEQUENCE s; CREATE TYPE c AS (id int)",
        )
        .await;
    let mut connection = server.connect().await;
    let names = |relations: Vec<connector_core::Relation>| -> Vec<String> {
        relations.into_iter().map(|relation| relation.name).collect()
    };
    let all = ["Zebra", "a_b", "axb", "m", "p", "p1", "v", "été"];
    assert_eq!(names(connection.tables("b_kinds", None, None).await.unwrap()), all);
    assert_eq!(names(connection.tables("b_kinds", Some("axb"), Some(3)).await.unwrap()), ["m", "p", "p1"]);
    assert_eq!(names(connection.tables("b_kinds", Some("été"), Some(3)).await.unwrap()), Vec::<String>::new());
    assert_eq!(names(connection.tables("B_KINDS", Some("p1"), None).await.unwrap()), ["v", "été"]);
    assert_eq!(table(connection.as_mut(), "b_kinds", "ÉTÉ").await.name.table, "été");
}

#[tokio::test]
async fn n_dup_an_exact_name_wins_and_an_ambiguous_one_lists_what_it_may_mean() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "n_dup",
            "CREATE TABLE dup (v text); INSERT INTO dup VALUES ('lower'); CREATE TABLE \"DUP\" (v text); \
             INSERT INTO \"DUP\" VALUES ('upper'); CREATE TABLE \"Two\" (v text); CREATE TABLE \"TWO\" (v text)",
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
    let settings = Settings { casing: Casing::Upper, ..Settings::default() };
    let mut upper = server.connect_with(&settings).await;
    assert_eq!(upper.table(&TableName::new("n_dup", "dup")).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_schema_is_found_by_its_own_name_whatever_tables_it_has() {
    let Some(server) = support::server() else { return };
    server.schema("n_schema", "CREATE TABLE here (v text); INSERT INTO here VALUES ('lower')").await;
    server.schema("\"N_Schema\"", "CREATE TABLE here (v text); CREATE TABLE there (v text)").await;
    server.schema("\"N_Twin\"", "CREATE TABLE t (v text)").await;
    server.schema("\"N_TWIN\"", "CREATE TABLE t (v text); CREATE TABLE lonely (v text)").await;
    let mut connection = server.connect().await;
    assert_eq!(table(connection.as_mut(), "n_schema", "here").await.name.schema, "n_schema");
    assert_eq!(table(connection.as_mut(), "N_Schema", "there").await.name.schema, "N_Schema");
    // The exact name is the schema's, though the table is only in the other.
    let elsewhere = connection.table(&TableName::new("n_schema", "there")).await.unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::NotFound);
    assert!(elsewhere.to_string().contains("schema \"n_schema\": table \"there\""), "{elsewhere}");
    for name in ["t", "lonely", "nope"] {
        let ambiguous = connection.table(&TableName::new("n_twin", name)).await.unwrap_err();
        assert_eq!(ambiguous.kind(), ErrorKind::Invalid, "{name}: {ambiguous}");
        assert!(ambiguous.to_string().contains("\"N_TWIN\", \"N_Twin\""), "{name}: {ambiguous}");
    }
    let missing = connection.table(&TableName::new("n_nowhere", "here")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.to_string().contains("schema \"n_nowhere\" does not exist"), "{missing}");
}

#[tokio::test]
async fn n_dupcol_columns_that_differ_in_case_only_are_named() {
    let Some(server) = support::server() else { return };
    server.schema("n_dupcol", "CREATE TABLE t (a text, \"A\" text)").await;
    let mut connection = server.connect().await;
    let error = connection.table(&TableName::new("n_dupcol", "t")).await.unwrap_err();
    assert!(error.to_string().contains("\"a\"") && error.to_string().contains("\"A\""), "{error}");
}

#[tokio::test]
async fn n_mixedlower_a_column_is_asked_for_in_its_own_spelling() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "n_mixed",
            "CREATE TABLE \"Orders 2\" (\"Id\" int, \"UnterÄndern\" text); INSERT INTO \"Orders 2\" VALUES (7, 'x')",
        )
        .await;
    let mut connection = server.connect().await;
    let all = whole(connection.as_mut(), "n_mixed", "orders 2").await;
    assert_eq!((shown(&all, "id"), shown(&all, "unterändern")), (vec!["7".to_owned()], vec!["x".to_owned()]));
}

#[tokio::test]
async fn n_nocols_a_table_without_columns_says_so() {
    let Some(server) = support::server() else { return };
    server.schema("n_nocols", "CREATE TABLE t ()").await;
    let mut connection = server.connect().await;
    let error = connection.table(&TableName::new("n_nocols", "t")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("no columns"), "{error}");
}

#[tokio::test]
async fn comments_and_the_order_of_columns_are_the_sources() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "b_comments",
            "CREATE TABLE t (z int, dropped int, a int); ALTER TABLE t DROP dropped; ALTER TABLE t ADD y int; \
             COMMENT ON TABLE t IS 'about t'; COMMENT ON COLUMN t.a IS 'about a'",
        )
        .await;
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "b_comments", "t").await;
    assert_eq!(table.comment.as_deref(), Some("about t"));
    let columns: Vec<_> =
        table.columns.iter().map(|column| (column.name.as_str(), column.comment.as_deref())).collect();
    assert_eq!(columns, [("z", None), ("a", Some("about a")), ("y", None)]);
}
