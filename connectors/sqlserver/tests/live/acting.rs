//! Sessions that act for a caller: as a user, with a context that views read.

use std::collections::BTreeMap;

use connector_core::{Acting, Connection, Credential, ErrorKind, Result, Secret, Settings};
use connector_sqlserver::CONNECTOR;

use crate::support::{self, Server, read, scan, shown, table};

async fn enter(server: &Server, acting_as: Acting) -> Result<Box<dyn Connection>> {
    let credential = Credential { user: server.user.clone(), password: Secret::new(&*server.password) };
    CONNECTOR.connect(&server.endpoint, &credential, &Settings { acting_as, ..Settings::default() }).await
}

async fn tenants(server: &Server, schema: &str) {
    let table = format!("CREATE TABLE {schema}.t (id int, tenant nvarchar(20))");
    let rows = format!("INSERT INTO {schema}.t VALUES (1, N'a'), (2, N'b'), (3, N'b')");
    let mine = format!(
        "CREATE VIEW {schema}.mine AS SELECT id FROM {schema}.t WHERE tenant = CAST(SESSION_CONTEXT(N'tenant') AS nvarchar(20))"
    );
    let of_user =
        format!("CREATE VIEW {schema}.of_user AS SELECT id FROM {schema}.t WHERE N'act_' + tenant = USER_NAME()");
    server.schema(schema, &[&table, &rows, &mine, &of_user]).await;
}

async fn ids(connection: &mut dyn Connection, schema: &str, name: &str) -> Vec<String> {
    let table = table(connection, schema, name).await;
    shown(&read(connection, &scan(&table)).await, "id")
}

#[tokio::test]
async fn a_setting_decides_which_rows_there_are_and_holds_after_a_reset() {
    let Some(server) = support::server() else { return };
    tenants(server, "act_setting").await;
    for (value, expected) in [("a", vec!["1"]), ("b", vec!["2", "3"]), ("' OR 1=1 --", vec![])] {
        let settings = BTreeMap::from([("tenant".to_owned(), value.to_owned())]);
        let mut connection = enter(server, Acting { role: None, settings }).await.unwrap();
        for _ in 0..2 {
            assert_eq!(ids(connection.as_mut(), "act_setting", "mine").await, expected, "{value}");
            connection.reset("again", None).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_user_decides_which_rows_there_are_and_holds_after_a_reset() {
    let Some(server) = support::server() else { return };
    if server.admin().await.leaves_out("EXECUTE AS") {
        return;
    }
    tenants(server, "act_user").await;
    let user = |name: &str| {
        format!(
            "IF USER_ID(N'act_{name}') IS NULL CREATE USER act_{name} WITHOUT LOGIN; GRANT SELECT ON SCHEMA::act_user TO act_{name}"
        )
    };
    server.admin().await.run(&[&user("a"), &user("b")]).await;
    for (name, expected) in [("act_a", vec!["1"]), ("act_b", vec!["2", "3"])] {
        let acting = || Acting { role: Some(name.to_owned()), ..Acting::default() };
        let mut connection = enter(server, acting()).await.unwrap();
        for _ in 0..2 {
            assert_eq!(ids(connection.as_mut(), "act_user", "of_user").await, expected, "{name}");
            connection.reset("again", None).await.unwrap();
        }
    }
    for name in ["act_nobody", "ACT_A", "dbo", "a'; REVERT; --"] {
        let refused = enter(server, Acting { role: Some(name.to_owned()), ..Acting::default() }).await;
        assert_eq!(refused.err().unwrap().kind(), ErrorKind::Forbidden, "{name}");
    }
}
