//! Sessions that act for a caller: as a role, and with variables that views read.

use std::collections::BTreeMap;

use connector_core::{Acting, Connection, ErrorKind, Settings};

use crate::support::{self, PASSWORD, Server, credential, shown, whole};

/// A table behind a view that shows one tenant's rows, by a variable, and two that roles may read.
async fn tenants(server: &Server, schema: &str) {
    server
        .schema(
            schema,
            "CREATE TABLE t (id int, tenant varchar(40)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'b'), (4, 'o''c\\\\é'); \
             CREATE FUNCTION tenant() RETURNS varchar(40) CHARACTER SET utf8mb4 NO SQL RETURN @tenant; \
             CREATE FUNCTION widen() RETURNS int NO SQL BEGIN SET @tenant = 'b'; RETURN 1; END; \
             CREATE VIEW mine AS SELECT * FROM t WHERE tenant = tenant(); CREATE VIEW widening AS SELECT widen() AS n; \
             CREATE VIEW of_a AS SELECT * FROM t WHERE tenant = 'a'; CREATE VIEW of_b AS SELECT * FROM t WHERE tenant = 'b'",
        )
        .await;
    let host = if server.is_mariadb() { "" } else { "@'%'" };
    server
        .run(&format!(
            "CREATE USER IF NOT EXISTS {schema}_user@'%' IDENTIFIED BY '{PASSWORD}'; \
             CREATE ROLE IF NOT EXISTS {schema}_a{host}; CREATE ROLE IF NOT EXISTS {schema}_b{host}; \
             CREATE ROLE IF NOT EXISTS {schema}_other{host}; GRANT SELECT ON {schema}.of_a TO {schema}_a{host}; \
             GRANT SELECT ON {schema}.of_b TO {schema}_b{host}; GRANT {schema}_a{host} TO {schema}_user@'%'; \
             GRANT {schema}_b{host} TO {schema}_user@'%'; GRANT SELECT ON {schema}.mine TO {schema}_user@'%'; \
             GRANT SELECT ON {schema}.widening TO {schema}_user@'%'; \
             GRANT EXECUTE ON {schema}.* TO {schema}_user@'%'"
        ))
        .await;
}

async fn enter(server: &Server, schema: &str, acting_as: Acting) -> Result<Box<dyn Connection>, connector_core::Error> {
    let settings = Settings { acting_as, ..Settings::default() };
    server.enter(&server.options(), &credential(&format!("{schema}_user"), PASSWORD), &settings).await
}

fn tenant(value: &str) -> Acting {
    Acting { role: None, settings: BTreeMap::from([("tenant".to_owned(), value.to_owned())]) }
}

fn role(name: &str) -> Acting {
    Acting { role: Some(name.to_owned()), ..Acting::default() }
}

#[tokio::test]
async fn a_variable_decides_which_rows_there_are_and_is_as_it_was_after_a_reset() {
    for server in support::servers() {
        tenants(server, "act_var").await;
        for (value, expected) in
            [("a", vec!["1"]), ("b", vec!["2", "3"]), ("o'c\\é", vec!["4"]), ("' OR 1 -- ", vec![]), ("", vec![])]
        {
            let mut connection = enter(server, "act_var", tenant(value)).await.unwrap();
            assert_eq!(shown(&whole(connection.as_mut(), "act_var", "mine").await, "id"), expected, "{value}");
            whole(connection.as_mut(), "act_var", "widening").await;
            assert_eq!(shown(&whole(connection.as_mut(), "act_var", "mine").await, "id"), ["2", "3"]);
            connection.reset("again", None).await.unwrap();
            assert_eq!(shown(&whole(connection.as_mut(), "act_var", "mine").await, "id"), expected, "{value}");
        }
    }
}

#[tokio::test]
async fn a_role_decides_what_there_is_and_is_still_taken_on_after_a_reset() {
    for server in support::servers() {
        tenants(server, "act_role").await;
        for (name, own, other) in [("act_role_a", "of_a", "of_b"), ("act_role_b", "of_b", "of_a")] {
            let mut connection = enter(server, "act_role", role(name)).await.unwrap();
            for _ in 0..2 {
                assert!(!shown(&whole(connection.as_mut(), "act_role", own).await, "id").is_empty());
                let listed = connection.tables("act_role", None, None).await.unwrap();
                let listed: Vec<_> = listed.into_iter().map(|table| table.name).collect();
                assert_eq!(listed, ["mine", own, "widening"], "{:?} {name}", server.kind);
                let refused = connection.table(&connector_core::TableName::new("act_role", other)).await.unwrap_err();
                assert!(matches!(refused.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{refused}");
                connection.reset("again", None).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_role_that_the_user_may_not_take_on_or_that_is_none_is_forbidden() {
    for server in support::servers() {
        tenants(server, "act_no").await;
        for name in [
            "act_no_other",
            "act_no_none",
            "none",
            "NONE",
            "ALL",
            "DEFAULT",
            "ACT_NO_A",
            "act_no_a ",
            "a`; SET ROLE ALL; --",
            "act_no_user",
        ] {
            let error = enter(server, "act_no", role(name)).await.err();
            let error = error.unwrap_or_else(|| panic!("{:?}: {name} was taken on", server.kind));
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{:?} {name}: {error}", server.kind);
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
        }
        for name in ["sql_mode'", "@sql_mode", "a`"] {
            let settings = BTreeMap::from([(name.to_owned(), "x".to_owned())]);
            let refused = enter(server, "act_no", Acting { role: None, settings }).await;
            assert_eq!(refused.err().unwrap().kind(), ErrorKind::Invalid, "{name}");
        }
    }
}
