//! Rows come once and only where the user may see them, however tables are stacked.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use connector_core::{Domain, ErrorKind, TableName, Value};

use crate::support::{self, PASSWORD, read, scan, shown, table, whole};

#[tokio::test]
async fn s_inherit_and_s_diamond_give_every_row_once() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "s_inherit",
            "CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (1), (2); \
             INSERT INTO child VALUES (3); CREATE TABLE d (id int); CREATE TABLE d1 () INHERITS (d); \
             CREATE TABLE d2 () INHERITS (d); CREATE TABLE d3 () INHERITS (d1, d2); INSERT INTO d1 VALUES (1); \
             INSERT INTO d2 VALUES (2); INSERT INTO d3 VALUES (3)",
        )
        .await;
    let mut connection = server.connect().await;
    for name in ["parent", "d"] {
        let mut ids = shown(&whole(connection.as_mut(), "s_inherit", name).await, "id");
        ids.sort();
        assert_eq!(ids, ["1", "2", "3"], "{name}");
    }
}

#[tokio::test]
async fn s_star_s_keymax_s_keyfull_and_s_shadow_are_read_whole() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "s_star",
            "CREATE TABLE p (id int, k text) PARTITION BY LIST (k); CREATE TABLE \"*\" PARTITION OF p FOR VALUES IN ('a'); \
             CREATE TABLE p2 PARTITION OF p FOR VALUES IN ('b'); INSERT INTO p VALUES (1, 'a'), (2, 'b'); \
             CREATE TABLE keys (id int PRIMARY KEY); INSERT INTO keys VALUES (-2147483648), (0), (2147483647); \
             CREATE TABLE shadow (id int, partition_name text); INSERT INTO shadow VALUES (1, 'mine'), (2, 'other')",
        )
        .await;
    let mut connection = server.connect().await;
    assert_eq!(shown(&whole(connection.as_mut(), "s_star", "p").await, "id"), ["1", "2"]);
    assert_eq!(shown(&whole(connection.as_mut(), "s_star", "*").await, "id"), ["1"]);
    assert_eq!(shown(&whole(connection.as_mut(), "s_star", "keys").await, "id").len(), 3);
    let mut scan = scan(&table(connection.as_mut(), "s_star", "shadow").await);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "partition_name"), ["mine", "other"]);
    let mine = Domain::single(DataType::Utf8, Value::Text("mine".into()));
    scan.domains = BTreeMap::from([("partition_name".into(), mine.clone())]);
    assert_eq!(shown(&read(connection.as_mut(), &scan).await, "id"), ["1"]);
    // What is not a column of the table is an error by name, not a made-up one.
    let mut synthetic = crate::support::scan(&table(connection.as_mut(), "s_star", "keys").await);
    synthetic.domains = BTreeMap::from([("partition_name".into(), mine)]);
    let error = connector_core::sql::render(&synthetic, connector_postgresql::CONNECTOR.dialect()).unwrap_err();
    assert!(error.to_string().contains("\"partition_name\""));
}

#[tokio::test]
async fn a_rls_the_policy_of_the_named_table_holds() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "a_rls",
            "CREATE TABLE t (id int, tenant text) PARTITION BY LIST (tenant); \
             CREATE TABLE ta PARTITION OF t FOR VALUES IN ('a'); CREATE TABLE tb PARTITION OF t FOR VALUES IN ('b'); \
             INSERT INTO t VALUES (1, 'a'), (2, 'b'); ALTER TABLE t ENABLE ROW LEVEL SECURITY; \
             CREATE POLICY only_a ON t USING (tenant = 'a')",
        )
        .await;
    let mut connection = server.connect().await;
    assert_eq!(shown(&whole(connection.as_mut(), "a_rls", "t").await, "tenant"), ["a"]);
}

#[tokio::test]
async fn a_privs_a_right_to_the_parent_is_enough_and_others_are_not_shown() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "a_privs",
            "CREATE TABLE t (id int) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); \
             INSERT INTO t VALUES (1); CREATE TABLE columns (open int, closed int); INSERT INTO columns VALUES (1, 2)",
        )
        .await;
    server
        .run("REVOKE ALL ON a_privs.t1, a_privs.columns FROM reader; GRANT SELECT (open) ON a_privs.columns TO reader")
        .await;
    let mut connection = server.connect().await;
    let names: Vec<String> =
        connection.tables("a_privs", None, None).await.unwrap().into_iter().map(|relation| relation.name).collect();
    assert_eq!(names, ["columns", "t"]);
    assert_eq!(shown(&whole(connection.as_mut(), "a_privs", "t").await, "id"), ["1"]);
    let columns = table(connection.as_mut(), "a_privs", "columns").await;
    assert_eq!(columns.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["open"]);
    assert_eq!(read(connection.as_mut(), &scan(&columns)).await.num_rows(), 1);
    let hidden = connection.table(&TableName::new("a_privs", "t1")).await.unwrap_err();
    assert_eq!(hidden.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_right_that_was_taken_away_is_forbidden_and_a_dropped_table_is_not_found() {
    let Some(server) = support::server() else { return };
    server.schema("a_gone", "CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE TABLE v (id int)").await;
    let mut connection = server.connect().await;
    let (t, u, v) = (
        scan(&table(connection.as_mut(), "a_gone", "t").await),
        scan(&table(connection.as_mut(), "a_gone", "u").await),
        scan(&table(connection.as_mut(), "a_gone", "v").await),
    );
    server
        .run(
            "REVOKE SELECT ON a_gone.t FROM reader; DROP TABLE a_gone.u; ALTER TABLE a_gone.v ALTER id TYPE text; \
              INSERT INTO a_gone.v VALUES ('x')",
        )
        .await;
    let forbidden = support::failure(connection.as_mut(), &t).await;
    assert_eq!(forbidden.kind(), ErrorKind::Forbidden);
    assert!(forbidden.to_string().contains("table t"), "{forbidden}");
    assert!(forbidden.hint_text().unwrap().to_lowercase().contains("grant"));
    assert_eq!(support::failure(connection.as_mut(), &u).await.kind(), ErrorKind::NotFound);
    let changed = support::failure(connection.as_mut(), &v).await;
    assert_eq!(changed.kind(), ErrorKind::Conflict, "{changed}");
}

#[tokio::test]
async fn a_column_that_became_a_type_of_the_users_own_is_a_conflict_and_not_a_wait() {
    let Some(server) = support::server() else { return };
    server
        .schema(
            "a_altered",
            "CREATE TABLE t (s text); CREATE TYPE mood AS ENUM ('happy'); INSERT INTO t SELECT 'happy' FROM generate_series(1, 100000)",
        )
        .await;
    let mut connection = server.connect().await;
    let scan = scan(&table(connection.as_mut(), "a_altered", "t").await);
    server.run("ALTER TABLE a_altered.t ALTER s TYPE a_altered.mood USING s::a_altered.mood").await;
    let changed = support::failure(connection.as_mut(), &scan).await;
    assert_eq!(changed.kind(), ErrorKind::Conflict, "{changed}");
}

#[tokio::test]
async fn health_tells_rights_that_are_missing_or_too_many() {
    let Some(server) = support::server() else { return };
    server.schema("a_health", "CREATE TABLE t (id int)").await;
    server
        .run(&format!(
            "DROP ROLE IF EXISTS nobody_here; CREATE ROLE nobody_here LOGIN PASSWORD '{PASSWORD}'; \
             DROP ROLE IF EXISTS writer_here; CREATE ROLE writer_here LOGIN PASSWORD '{PASSWORD}'; \
             GRANT USAGE ON SCHEMA a_health TO writer_here; GRANT SELECT, INSERT ON a_health.t TO writer_here"
        ))
        .await;
    let endpoint = server.endpoint();
    for (user, finding) in [("writer_here", "may change 1 tables"), (server.user.as_str(), "superuser")] {
        let password = if user == server.user { server.password.as_str() } else { PASSWORD };
        let login = support::credential(user, password);
        let mut connection = server.enter(&endpoint, &login, &connector_core::Settings::default()).await.unwrap();
        let health = connection.health().await.unwrap();
        assert_eq!(health.user, user);
        assert!(health.findings.iter().any(|text| text.contains(finding)), "{:?}", health.findings);
        assert_eq!(health.tls.is_some(), server.dir.is_some());
        assert!(health.version.starts_with(|digit: char| digit.is_ascii_digit()));
    }
    server.run("REVOKE ALL ON a_health.t FROM writer_here; REVOKE ALL ON SCHEMA a_health FROM writer_here; DROP ROLE writer_here").await;
    let clear = connector_postgresql::CONNECTOR.endpoint(&server.url("sslmode=disable")).unwrap();
    let login = support::credential("nobody_here", PASSWORD);
    let mut connection = server.enter(&clear, &login, &connector_core::Settings::default()).await.unwrap();
    let findings = connection.health().await.unwrap().findings;
    for finding in ["sslmode=disable is weaker", "may read no table"] {
        assert!(findings.iter().any(|text| text.contains(finding)), "{findings:?}");
    }
}
