//! Only what the user may read exists, and a right that is gone is told apart from a table that is.

use connector_core::{ErrorKind, Settings, TableName};

use crate::support::{self, PASSWORD, credential, read, scan, shown, table};

#[tokio::test]
async fn a_privs_single_columns_and_tables_may_be_granted() {
    for server in support::servers() {
        server
            .run(&format!(
                "DROP DATABASE IF EXISTS a_privs; CREATE DATABASE a_privs; USE a_privs; CREATE TABLE c (open int, closed int, UPPER_ int); \
                 INSERT INTO c VALUES (1, 2, 3); CREATE TABLE hidden (id int); CREATE TABLE fillable (id int); CREATE TABLE whole (id int); \
                 DROP USER IF EXISTS narrow@'%'; CREATE USER narrow@'%' IDENTIFIED BY '{PASSWORD}'; \
                 GRANT SELECT (open, UPPER_) ON c TO narrow@'%'; GRANT SELECT ON whole TO narrow@'%'; GRANT INSERT ON fillable TO narrow@'%'"
            ))
            .await;
        let login = credential("narrow", PASSWORD);
        let mut connection = server.enter(&server.options(), &login, &Settings::default()).await.unwrap();
        assert_eq!(connection.schemas().await.unwrap(), ["a_privs"]);
        let listed = connection.tables("a_privs", None, None).await.unwrap();
        assert_eq!(listed.iter().map(|relation| relation.name.as_str()).collect::<Vec<_>>(), ["c", "whole"]);
        let columns = table(connection.as_mut(), "a_privs", "c").await;
        assert_eq!(columns.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["open", "upper_"]);
        assert_eq!(shown(&read(connection.as_mut(), &scan(&columns)).await, "open"), ["1"]);
        for hidden in ["hidden", "fillable"] {
            let error = connection.table(&TableName::new("a_privs", hidden)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
        }
    }
}

#[tokio::test]
async fn a_right_through_a_role_counts() {
    for server in support::servers() {
        server
            .run(&format!(
                "DROP DATABASE IF EXISTS a_role; CREATE DATABASE a_role; CREATE TABLE a_role.t (id int); INSERT INTO a_role.t VALUES (1); \
                 DROP USER IF EXISTS member@'%'; CREATE USER member@'%' IDENTIFIED BY '{PASSWORD}'; DROP ROLE IF EXISTS reading; \
                 CREATE ROLE reading; GRANT SELECT ON a_role.* TO reading; GRANT reading TO member@'%'; {}",
                if server.is_mariadb() { "SET DEFAULT ROLE reading FOR member@'%'" } else { "SET DEFAULT ROLE reading TO member@'%'" }
            ))
            .await;
        let login = credential("member", PASSWORD);
        let mut connection = server.enter(&server.options(), &login, &Settings::default()).await.unwrap();
        for again in [false, true] {
            if again {
                connection.reset("again", None).await.unwrap();
            }
            assert_eq!(connection.schemas().await.unwrap(), ["a_role"], "after a reset: {again}");
            let found = table(connection.as_mut(), "a_role", "t").await;
            assert_eq!(shown(&read(connection.as_mut(), &scan(&found)).await, "id"), ["1"]);
        }
    }
}

#[tokio::test]
async fn a_right_that_was_taken_away_is_forbidden_and_a_dropped_table_is_not_found() {
    for server in support::servers() {
        server
            .run(&format!(
                "DROP DATABASE IF EXISTS a_gone; CREATE DATABASE a_gone; USE a_gone; CREATE TABLE t (id int); CREATE TABLE u (id int); \
                 CREATE TABLE v (id int); CREATE TABLE w (id int, x int); DROP USER IF EXISTS leaving@'%'; \
                 CREATE USER leaving@'%' IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON t TO leaving@'%'; GRANT SELECT ON u TO leaving@'%'; \
                 GRANT SELECT ON v TO leaving@'%'; GRANT SELECT (id, x) ON w TO leaving@'%'"
            ))
            .await;
        let login = credential("leaving", PASSWORD);
        let mut connection = server.enter(&server.options(), &login, &Settings::default()).await.unwrap();
        let mut scans = Vec::new();
        for name in ["t", "u", "v", "w"] {
            scans.push(scan(&table(connection.as_mut(), "a_gone", name).await));
        }
        server
            .run(
                "USE a_gone; REVOKE SELECT ON t FROM leaving@'%'; DROP TABLE u; ALTER TABLE v MODIFY id varchar(9); \
                 INSERT INTO v VALUES ('x'); REVOKE SELECT (x) ON w FROM leaving@'%'",
            )
            .await;
        let [t, u, v, w] = <[_; 4]>::try_from(scans).unwrap();
        for (gone, named) in [(t, "'t'"), (w, "'x'")] {
            let forbidden = support::failure(connection.as_mut(), &gone).await;
            assert_eq!(forbidden.kind(), ErrorKind::Forbidden, "{forbidden}");
            assert!(forbidden.to_string().replace('`', "'").contains(named), "{forbidden}");
            assert!(forbidden.hint_text().unwrap().contains("grant SELECT"));
        }
        assert_eq!(support::failure(connection.as_mut(), &u).await.kind(), ErrorKind::NotFound);
        let changed = support::failure(connection.as_mut(), &v).await;
        assert_eq!(changed.kind(), ErrorKind::Conflict, "{changed}");
    }
}

#[tokio::test]
async fn health_tells_rights_that_are_missing_or_too_many() {
    for server in support::own_servers() {
        server.schema("a_health", "CREATE TABLE t (id int)").await;
        server
            .run(&format!(
                "DROP USER IF EXISTS nobody_here@'%'; CREATE USER nobody_here@'%' IDENTIFIED BY '{PASSWORD}'; \
                 DROP USER IF EXISTS writer_here@'%'; CREATE USER writer_here@'%' IDENTIFIED BY '{PASSWORD}'; \
                 GRANT SELECT, INSERT ON a_health.t TO writer_here@'%'"
            ))
            .await;
        let found = async |options: &str, user: &str| {
            let mut connection =
                server.enter(options, &credential(user, PASSWORD), &Settings::default()).await.unwrap();
            connection.health().await.unwrap()
        };
        let writer = found(&server.options(), "writer_here").await;
        assert_eq!(writer.findings, ["the user may change 1 tables, but only needs to read"]);
        assert!(
            writer.user.starts_with("writer_here@") && writer.version.starts_with(|digit: char| digit.is_ascii_digit())
        );
        assert!(writer.tls.unwrap().starts_with("TLSv1.3"));
        let ruler = found(&server.options(), "root").await;
        assert!(
            ruler.findings.iter().any(|finding| finding.contains("SUPER") || finding.contains("DROP")),
            "{:?}",
            ruler.findings
        );
        let nobody = found("sslMode=REQUIRED", "nobody_here").await.findings;
        for finding in ["sslMode=REQUIRED is weaker", "may read no table"] {
            assert!(nobody.iter().any(|text| text.contains(finding)), "{nobody:?}");
        }
        let reader = found(&server.options(), "reader").await;
        assert!(reader.findings.is_empty(), "{:?}", reader.findings);
    }
}
