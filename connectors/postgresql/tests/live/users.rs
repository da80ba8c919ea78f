//! Users that read for somebody: the promises of all engines, and what an administrator of PostgreSQL can find or leave behind.

use connector_core::testing::users::{Stage, all};
use connector_core::{Administrator, Credential, Right, Secret, TableName};
use connector_postgresql::CONNECTOR;

use crate::support::{self, PASSWORD, Server};

/// Names that end a literal or an identifier wherever one is put together carelessly.
const SCHEMA: &str = "o'dd \"s.x\\";
const USER: &str = "glaux_o'r \"u\\";

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A database of its own, with tables of `administrator`, who is no superuser: RDS has none.
async fn stage<'s>(server: &Server, database: &str, user: &'s str) -> Stage<'s> {
    let ruler = format!("{database}_ruler");
    server.run(&format!("DROP DATABASE IF EXISTS {database}")).await;
    server.run(&format!("DROP ROLE IF EXISTS {}", quoted(user))).await;
    server.run(&format!("DROP ROLE IF EXISTS {ruler}")).await;
    server.run(&format!("CREATE ROLE {ruler} LOGIN CREATEROLE PASSWORD '{PASSWORD}'")).await;
    server.run(&format!("CREATE DATABASE {database} OWNER {ruler}")).await;
    let client = server.admin(database).await;
    let (schema, table) = (quoted(SCHEMA), quoted("select"));
    let sql = format!(
        "SET ROLE {ruler}; CREATE SCHEMA {schema}; CREATE TABLE {schema}.{table} (\"a,b\" int, \"Ü\" int, \"c\"\"d\" int); \
         CREATE TABLE {schema}.plain (id int, name text); CREATE SCHEMA other; CREATE TABLE other.plain (id int, name text); \
         INSERT INTO other.plain VALUES (1, 'a')"
    );
    client.batch_execute(&sql).await.unwrap();
    let columns = |columns: &[&str]| columns.iter().map(ToString::to_string).collect();
    let mut endpoint = server.endpoint();
    database.clone_into(&mut endpoint.database);
    Stage {
        connector: CONNECTOR,
        endpoint,
        administrator: Credential { user: ruler, password: Secret::new(PASSWORD) },
        tables: vec![
            (TableName::new(SCHEMA, "select"), columns(&["a,b", "Ü", "c\"d"])),
            (TableName::new(SCHEMA, "plain"), columns(&["id", "name"])),
            (TableName::new("other", "plain"), columns(&["id", "name"])),
        ],
        user,
    }
}

#[tokio::test]
async fn users_keep_the_promises_of_all_engines() {
    let Some(server) = support::server() else { return };
    let seed = rand::random();
    println!("seed {seed}");
    all(&stage(server, "users_all", USER).await, seed).await;
}

#[tokio::test]
async fn what_somebody_else_gave_is_found_and_taken_away() {
    let Some(server) = support::server() else { return };
    let stage = stage(server, "users_drift", "glaux_drift").await;
    let mut administrator = stage.administrator().await;
    administrator.admit(&stage.user(), Some(&Secret::new(PASSWORD))).await.unwrap();
    let rights = [Right::whole("other", "plain")];
    administrator.settle(stage.user, &rights).await.unwrap();
    let schema = quoted(SCHEMA);
    let drifts = [
        "GRANT INSERT ON other.plain TO glaux_drift".to_owned(),
        "GRANT SELECT ON other.plain TO glaux_drift WITH GRANT OPTION".to_owned(),
        "GRANT SELECT (id) ON other.plain TO glaux_drift".to_owned(),
        "GRANT UPDATE (id) ON other.plain TO glaux_drift WITH GRANT OPTION".to_owned(),
        format!("GRANT SELECT ON {schema}.plain TO glaux_drift"),
        format!("GRANT CREATE ON SCHEMA {schema} TO glaux_drift"),
        "GRANT USAGE ON SCHEMA other TO glaux_drift WITH GRANT OPTION".to_owned(),
        "GRANT CREATE ON DATABASE users_drift TO glaux_drift".to_owned(),
        "GRANT pg_read_all_data TO glaux_drift".to_owned(),
        "ALTER ROLE glaux_drift CREATEDB".to_owned(),
        "ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO glaux_drift".to_owned(),
        "CREATE FUNCTION other.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION other.f() TO glaux_drift".to_owned(),
        "CREATE TABLE other.theirs (id int); INSERT INTO other.theirs VALUES (7); ALTER TABLE other.theirs OWNER TO glaux_drift".to_owned(),
        "REVOKE USAGE ON SCHEMA other FROM glaux_drift".to_owned(),
        "REVOKE SELECT ON other.plain FROM glaux_drift".to_owned(),
        "ALTER ROLE glaux_drift NOLOGIN".to_owned(),
        "CREATE TABLE IF NOT EXISTS public.here (id int); GRANT SELECT ON public.here TO glaux_drift".to_owned(),
    ];
    for drift in &drifts {
        let database = if drift.contains("public.here") { "postgres" } else { "users_drift" };
        let client = server.admin(database).await;
        client.batch_execute(drift).await.unwrap_or_else(|error| panic!("{error:?}\n{drift}"));
        let seen = administrator.look(stage.user).await.unwrap();
        // That a schema may no longer be used is seen where it is compared with what a reader needs.
        assert!(!seen.is_settled(&rights) || drift.contains("REVOKE USAGE"), "{drift}: {seen:?}");
        // What a superuser has given only a superuser, or who owns it, takes away.
        let is_superusers =
            ["pg_read_all_data", "public.here", "FUNCTION", "CREATEDB"].iter().any(|part| drift.contains(part));
        let mut ruler = if is_superusers { superuser(server, &stage).await } else { stage.administrator().await };
        ruler.admit(&stage.user(), None).await.unwrap();
        ruler.settle(stage.user, &rights).await.unwrap_or_else(|error| panic!("{drift}: {error}"));
        let seen = administrator.look(stage.user).await.unwrap();
        assert!(seen.is_settled(&rights), "{drift}: {seen:?}");
        stage.reads_exactly(PASSWORD, &rights).await;
    }
    let kept = server.admin("users_drift").await.query_one("SELECT id FROM other.theirs", &[]).await.unwrap();
    assert_eq!(kept.get::<_, i32>(0), 7, "what the user owned is kept");
    administrator.remove(stage.user).await.unwrap();
    assert!(!administrator.look(stage.user).await.unwrap().is_there);
}

async fn superuser(server: &Server, stage: &Stage<'_>) -> Administrator {
    let credential = Credential { user: server.user.clone(), password: Secret::new(server.password.clone()) };
    let access = CONNECTOR.access().unwrap();
    Administrator::enter(access, &stage.endpoint, &credential, "glaux-test").await.unwrap()
}
