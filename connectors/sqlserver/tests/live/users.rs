//! Users that read for somebody: the promises of all engines, and what an administrator can find or leave behind.

use connector_core::testing::users::{Stage, all};
use connector_core::{Administrator, Credential, ErrorKind, Right, Secret, TableName};
use connector_sqlserver::CONNECTOR;

use crate::support::{self, PASSWORD, Server};

/// Names that end a literal or an identifier wherever one is put together carelessly.
const SCHEMA: &str = "o'dd [s].x";
const USER: &str = "glaux_o'r [u]";

async fn stage<'s>(server: &Server, schema: &str, user: &'s str) -> Stage<'s> {
    let inside = schema.replace('\'', "''");
    let quoted = format!("[{}]", schema.replace(']', "]]"));
    let batches = [
        format!("IF SCHEMA_ID(N'{inside}') IS NULL EXEC (N'CREATE SCHEMA {}')", quoted.replace('\'', "''")),
        format!("DROP TABLE IF EXISTS {quoted}.[select], {quoted}.plain"),
        format!(
            "CREATE TABLE {quoted}.[select] ([a,b] int, [Ü] int, [c]]d] int); CREATE TABLE {quoted}.plain (id int, name int)"
        ),
    ];
    server.admin().await.run(&batches.each_ref().map(String::as_str)).await;
    let columns = |columns: &[&str]| columns.iter().map(ToString::to_string).collect();
    Stage {
        connector: CONNECTOR,
        endpoint: server.endpoint.clone(),
        administrator: Credential { user: server.user.clone(), password: Secret::new(server.password.clone()) },
        tables: vec![
            (TableName::new(schema, "select"), columns(&["a,b", "Ü", "c]d"])),
            (TableName::new(schema, "plain"), columns(&["id", "name"])),
        ],
        user,
    }
}

/// Whether the server is one whose users are ruled; one that is not Microsoft's hides what they may read, and must be refused.
async fn is_ruled(server: &Server) -> bool {
    if !server.admin().await.leaves_out("users that read for somebody") {
        return true;
    }
    let administrator = Credential { user: server.user.clone(), password: Secret::new(server.password.clone()) };
    let access = CONNECTOR.access().unwrap();
    let error = Administrator::enter(access, &server.endpoint, &administrator, "glaux-test").await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    false
}

#[tokio::test]
async fn users_keep_the_promises_of_all_engines() {
    let Some(server) = support::server() else { return };
    if is_ruled(server).await {
        let seed = rand::random();
        println!("seed {seed}");
        all(&stage(server, SCHEMA, USER).await, seed).await;
    }
}

#[tokio::test]
async fn what_somebody_else_gave_is_found_and_taken_away() {
    let Some(server) = support::server() else { return };
    if !is_ruled(server).await {
        return;
    }
    let stage = stage(server, "users_drift", "glaux_drift").await;
    let mut administrator = stage.administrator().await;
    administrator.remove(stage.user).await.unwrap();
    administrator.admit(&stage.user(), Some(&Secret::new(PASSWORD))).await.unwrap();
    let rights = [Right::whole("users_drift", "plain")];
    administrator.settle(stage.user, &rights).await.unwrap();
    let drifts: &[&[&str]] = &[
        &["GRANT INSERT ON users_drift.plain TO glaux_drift"],
        &["GRANT SELECT ON users_drift.plain TO glaux_drift WITH GRANT OPTION"],
        &["REVOKE SELECT ON users_drift.plain (id) FROM glaux_drift"],
        &["DENY SELECT ON users_drift.plain (id) TO glaux_drift"],
        &["DENY SELECT ON users_drift.plain TO glaux_drift"],
        &["GRANT SELECT ON SCHEMA::users_drift TO glaux_drift"],
        &["GRANT SELECT TO glaux_drift"],
        &["ALTER ROLE db_datareader ADD MEMBER glaux_drift"],
        &["ALTER SERVER ROLE processadmin ADD MEMBER glaux_drift"],
        &["EXEC master.sys.sp_executesql N'GRANT VIEW SERVER STATE TO glaux_drift'"],
        &["EXEC master.sys.sp_executesql N'DENY CONNECT SQL TO glaux_drift'"],
        &["CREATE ROLE users_drift_role AUTHORIZATION glaux_drift"],
        &["CREATE SCHEMA users_drift_theirs AUTHORIZATION glaux_drift"],
        &["CREATE TABLE users_drift.theirs (id int); ALTER AUTHORIZATION ON OBJECT::users_drift.theirs TO glaux_drift"],
        &["EXEC tempdb.sys.sp_executesql N'CREATE USER glaux_drift FOR LOGIN glaux_drift'"],
        &["DENY CONNECT TO glaux_drift"],
        &["ALTER LOGIN glaux_drift DISABLE"],
        &["DROP USER glaux_drift"],
        &[
            "DROP USER glaux_drift",
            "CREATE USER glaux_drift WITHOUT LOGIN",
            "GRANT SELECT ON users_drift.plain TO glaux_drift",
        ],
        &["DROP USER glaux_drift", "CREATE USER glaux_other FOR LOGIN glaux_drift"],
    ];
    server
        .admin()
        .await
        .run(&[
            "DROP TABLE IF EXISTS users_drift.theirs; DROP SCHEMA IF EXISTS users_drift_theirs",
            "DROP ROLE IF EXISTS users_drift_role",
        ])
        .await;
    for drift in drifts {
        server.admin().await.run(drift).await;
        let seen = administrator.look(stage.user).await.unwrap();
        assert!(!seen.is_settled(&rights), "{drift:?}: {seen:?}");
        administrator.admit(&stage.user(), None).await.unwrap_or_else(|error| panic!("{drift:?}: {error}"));
        administrator.settle(stage.user, &rights).await.unwrap_or_else(|error| panic!("{drift:?}: {error}"));
        let seen = administrator.look(stage.user).await.unwrap();
        assert!(seen.is_settled(&rights), "{drift:?}: {seen:?}");
        stage.reads_exactly(PASSWORD, &rights).await;
    }
    let kept = server.admin().await.ask("SELECT name FROM sys.tables WHERE name = N'theirs'").await;
    assert_eq!(kept.len(), 1, "what the user owned is kept");
    administrator.remove(stage.user).await.unwrap();
    assert!(!administrator.look(stage.user).await.unwrap().is_there);
}
