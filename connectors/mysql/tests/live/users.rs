//! Users that read for somebody: the promises of all engines, and what an administrator of MySQL or MariaDB can find or leave
//! behind.

use connector_core::testing::users::{Stage, all};
use connector_core::{Administrator, Credential, ErrorKind, Right, Secret, Seen, Settings, TableName};
use connector_mysql::CONNECTOR;
use mysql_async::prelude::Queryable;

use crate::support::{self, PASSWORD, Server, credential};

/// Names that end a literal or an identifier wherever one is put together carelessly, and match others where they are patterns.
const SCHEMA: &str = "o'dd `\"s.x\\_%";
const USER: &str = "glaux_o'r \"`u\\";

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// On a schema, where its name is a pattern.
fn pattern(schema: &str) -> String {
    quoted(&schema.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%"))
}

/// Who may do what the master user of RDS may, of what concerns users, and no more.
async fn make_ruler(server: &Server, ruler: &str, schemas: &[&str]) -> Credential {
    let ending = if server.is_mariadb() { "CONNECTION ADMIN" } else { "CONNECTION_ADMIN" };
    let mut sql = format!(
        "DROP USER IF EXISTS {ruler}@'%'; CREATE USER {ruler}@'%' IDENTIFIED BY '{PASSWORD}'; \
         GRANT CREATE USER, PROCESS, {ending} ON *.* TO {ruler}@'%'; GRANT SELECT ON mysql.* TO {ruler}@'%'"
    );
    for schema in schemas {
        sql += &format!("; GRANT SELECT ON {}.* TO {ruler}@'%' WITH GRANT OPTION", pattern(schema));
    }
    server.run(&sql).await;
    credential(ruler, PASSWORD)
}

/// Schemas of its own, one with odd names and one with plain ones.
async fn stage<'s>(server: &Server, name: &str, odd: &str, user: &'s str) -> Stage<'s> {
    let (schema, table) = (quoted(odd), quoted("select"));
    server
        .run(&format!(
            "DROP DATABASE IF EXISTS {schema}; CREATE DATABASE {schema}; DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}; \
             CREATE TABLE {schema}.{table} (`a,b` int, `Ü` int, `c``d` int); CREATE TABLE {schema}.plain (id int, name text); \
             CREATE TABLE {name}.plain (id int, name text); INSERT INTO {name}.plain VALUES (1, 'a')"
        ))
        .await;
    let columns = |columns: &[&str]| columns.iter().map(ToString::to_string).collect();
    Stage {
        connector: CONNECTOR,
        endpoint: CONNECTOR.endpoint(&server.url(&server.options())).unwrap(),
        administrator: make_ruler(server, &format!("{name}_ruler"), &[odd, name]).await,
        tables: vec![
            (TableName::new(odd, "select"), columns(&["a,b", "Ü", "c`d"])),
            (TableName::new(odd, "plain"), columns(&["id", "name"])),
            (TableName::new(name, "plain"), columns(&["id", "name"])),
        ],
        user,
    }
}

async fn superuser(server: &Server, stage: &Stage<'_>) -> Administrator {
    let credential = Credential { user: server.user.clone(), password: Secret::new(server.password.clone()) };
    Administrator::enter(CONNECTOR.access().unwrap(), &stage.endpoint, &credential, "glaux-test").await.unwrap()
}

#[tokio::test]
async fn users_keep_the_promises_of_all_engines() {
    let seed = rand::random();
    support::say(&format!("seed {seed}"));
    for server in support::servers() {
        all(&stage(server, "users_all", SCHEMA, USER).await, seed).await;
    }
}

/// What somebody may do by hand; with what only who holds it all can take away again.
fn drifts(server: &Server) -> Vec<(&'static str, bool)> {
    let mut drifts = vec![
        ("GRANT INSERT ON users_drift.plain TO glaux_drift", false),
        ("GRANT SELECT ON users_drift.plain TO glaux_drift WITH GRANT OPTION", false),
        ("GRANT SELECT (id) ON users_drift.plain TO glaux_drift", false),
        ("GRANT SELECT (ID) ON users_drift.part TO glaux_drift", false),
        ("GRANT SELECT (NAME) ON users_drift.part TO glaux_drift", false),
        ("GRANT UPDATE (id), SELECT (name) ON users_drift.plain TO glaux_drift", false),
        ("GRANT SELECT ON users_drift.spare TO glaux_drift", false),
        ("GRANT SELECT ON users_drift.* TO glaux_drift", false),
        ("GRANT SELECT ON `users\\_drif%`.* TO glaux_drift", false),
        ("GRANT SELECT ON *.* TO glaux_drift", false),
        ("GRANT USAGE ON *.* TO glaux_drift WITH GRANT OPTION", false),
        ("GRANT PROCESS, CREATE USER ON *.* TO glaux_drift", false),
        ("GRANT CREATE, DROP ON users_drift.* TO glaux_drift", false),
        ("GRANT EXECUTE ON PROCEDURE users_drift.one TO glaux_drift", false),
        ("GRANT ALL ON users_beside.* TO glaux_drift WITH GRANT OPTION", false),
        (
            "CREATE TABLE users_drift.gone (id int, b int); GRANT SELECT (b) ON users_drift.gone TO glaux_drift; DROP TABLE users_drift.gone",
            false,
        ),
        (
            "CREATE TABLE users_drift.gone (id int); GRANT SELECT ON users_drift.gone TO glaux_drift; DROP TABLE users_drift.gone",
            false,
        ),
        (
            "CREATE USER glaux_drift@'10.%' IDENTIFIED BY 'Other-1_word'; GRANT SELECT ON *.* TO glaux_drift@'10.%'",
            false,
        ),
        ("REVOKE SELECT ON users_drift.plain FROM glaux_drift", false),
        ("REVOKE SELECT (id) ON users_drift.part FROM glaux_drift", false),
        ("REVOKE ALL PRIVILEGES, GRANT OPTION FROM glaux_drift", false),
        ("ALTER USER glaux_drift ACCOUNT LOCK", false),
        ("CREATE ROLE users_role; GRANT SELECT ON users_drift.* TO users_role; GRANT users_role TO glaux_drift", true),
    ];
    if server.dir.is_some() {
        drifts.push(("ALTER USER glaux_drift REQUIRE NONE", false));
    }
    drifts.extend(if server.is_mariadb() {
        vec![("GRANT BINLOG MONITOR ON *.* TO glaux_drift", false)]
    } else {
        vec![
            ("GRANT BACKUP_ADMIN ON *.* TO glaux_drift", false),
            ("ALTER USER glaux_drift IDENTIFIED BY 'correct horse' RETAIN CURRENT PASSWORD", false),
        ]
    });
    drifts
}

#[tokio::test]
async fn what_somebody_else_gave_is_found_and_taken_away() {
    for server in support::servers() {
        let user =
            if server.is_mariadb() { "DROP ROLE IF EXISTS users_role" } else { "DROP USER IF EXISTS users_role" };
        server.run(&format!("{user}; DROP DATABASE IF EXISTS users_beside; CREATE DATABASE users_beside")).await;
        let stage = stage(server, "users_drift", "users-drift", "glaux_drift").await;
        server
            .run(
                "USE users_drift; CREATE TABLE part (id int, name text); CREATE TABLE spare (id int); \
                 CREATE PROCEDURE one() SELECT 1",
            )
            .await;
        let mut administrator = stage.administrator().await;
        administrator.remove(stage.user).await.unwrap();
        let password = Secret::new("Drift-1_word");
        administrator.admit(&stage.user(), Some(&password)).await.unwrap();
        let part = |column: &str| Right::part("users_drift", "part", Some(column.into()));
        let rights = connector_core::united(&[Right::whole("users_drift", "plain"), part("id"), part("name")]);
        administrator.settle(stage.user, &rights).await.unwrap();
        for (drift, is_rulers) in drifts(server) {
            server.run(drift).await;
            let seen = administrator.look(stage.user).await.unwrap();
            assert!(!seen.is_settled(&rights), "{:?}: {drift}: {seen:?}", server.kind);
            let mut ruler = if is_rulers { superuser(server, &stage).await } else { stage.administrator().await };
            ruler.admit(&stage.user(), drift.contains("IDENTIFIED").then_some(&password)).await.unwrap();
            ruler
                .settle(stage.user, &rights)
                .await
                .unwrap_or_else(|error| panic!("{:?}: {drift}: {error}", server.kind));
            let seen = administrator.look(stage.user).await.unwrap();
            assert!(seen.is_settled(&rights), "{:?}: {drift}: {seen:?}", server.kind);
            stage.reads_exactly(password.expose(), &rights).await;
            let mut session = stage.login(password.expose()).await.unwrap();
            let part = session.table(&TableName::new("users_drift", "part")).await.unwrap();
            assert_eq!(part.columns.len(), 2, "{drift}");
        }
        administrator.remove(stage.user).await.unwrap();
        assert_eq!(administrator.look(stage.user).await.unwrap(), Seen::default());
        assert_eq!(stage.login(password.expose()).await.err().unwrap().kind(), ErrorKind::Unauthenticated);
    }
}

#[tokio::test]
async fn a_right_to_a_table_is_one_to_no_other_that_its_schema_would_match() {
    for server in support::servers() {
        let stage = stage(server, "users_a_b", "users_axb", "glaux_pattern").await;
        let mut administrator = stage.administrator().await;
        administrator.remove(stage.user).await.unwrap();
        let password = Secret::new("Pattern-1_word");
        administrator.admit(&stage.user(), Some(&password)).await.unwrap();
        let rights = [Right::whole("users_a_b", "plain")];
        administrator.settle(stage.user, &rights).await.unwrap();
        stage.reads_exactly(password.expose(), &rights).await;
        administrator.remove(stage.user).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_is_made_by_being_given_a_right() {
    for server in support::servers() {
        let stage = stage(server, "users_nobody", "users-nobody", "glaux_nobody").await;
        let mut administrator = stage.administrator().await;
        administrator.remove(stage.user).await.unwrap();
        let given = administrator.settle(stage.user, &[Right::whole("users_nobody", "plain")]).await;
        assert_eq!(given.unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(administrator.look(stage.user).await.unwrap(), Seen::default());
    }
}

/// And neither do a mode's quotes and backslashes.
#[tokio::test]
async fn no_mode_of_a_session_reads_a_statement_otherwise() {
    for server in support::servers() {
        let stage = stage(server, "users_modes", "mode's \\", "glaux_m'\"\\").await;
        let access = CONNECTOR.access().unwrap();
        let mut found = Vec::new();
        for mode in ["", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT"] {
            stage.administrator().await.remove(stage.user).await.unwrap();
            let mut session = access.administer(&stage.endpoint, &stage.administrator, "glaux-test").await.unwrap();
            session.execute(&format!("SET SESSION sql_mode = '{mode}'")).await.unwrap();
            let facts = session.rows(access.facts()).await.unwrap();
            let users = access.users(&facts).unwrap();
            let password = Secret::new("Mode-1_word");
            let admitting = users.admit(&stage.user(), &Seen::default(), Some(&password)).unwrap();
            let rights: Vec<Right> =
                stage.tables.iter().map(|(name, _)| Right::whole(&name.schema, &name.table)).collect();
            let mut statements: Vec<String> = admitting.iter().map(|one| one.expose().to_owned()).collect();
            statements.extend(users.settle(stage.user, &Seen::default(), &rights).unwrap());
            for statement in statements {
                session.execute(&statement).await.unwrap();
            }
            let mut answers = Vec::new();
            for question in users.look(stage.user) {
                answers.push(session.rows(&question).await.unwrap());
            }
            let seen = users.seen(stage.user, &answers).unwrap();
            assert!(seen.is_settled(&rights), "{mode}: {seen:?}");
            stage.reads_exactly(password.expose(), &rights).await;
            found.push(seen);
        }
        assert_eq!(found[0], found[1]);
        stage.administrator().await.remove(stage.user).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_of_another_goes_on() {
    for server in support::servers() {
        server.schema("users_others", "CREATE TABLE t (id int)").await;
        let stage = stage(server, "users_ends", "users-ends", "glaux_ends").await;
        let mut administrator = stage.administrator().await;
        administrator.remove(stage.user).await.unwrap();
        administrator.admit(&stage.user(), Some(&Secret::new("Ends-1_word"))).await.unwrap();
        assert_eq!(administrator.end_sessions(stage.user).await.unwrap(), 0);
        let mut other = server.connect().await;
        let mut own = stage.login("Ends-1_word").await.unwrap();
        while administrator.end_sessions(stage.user).await.unwrap() > 0 {}
        assert!(own.schemas().await.is_err(), "a session goes on");
        assert!(other.schemas().await.unwrap().contains(&"users_others".to_owned()));
        administrator.remove(stage.user).await.unwrap();
    }
}

#[tokio::test]
async fn what_runs_in_the_name_of_a_removed_user_is_kept() {
    for server in support::servers() {
        let stage = stage(server, "users_owned", "users-owned", "glaux_owner").await;
        let mut administrator = stage.administrator().await;
        administrator.remove(stage.user).await.unwrap();
        let password = Secret::new("Owner-1_word");
        administrator.admit(&stage.user(), Some(&password)).await.unwrap();
        administrator.settle(stage.user, &[Right::whole("users_owned", "plain")]).await.unwrap();
        server.run("CREATE DEFINER = glaux_owner@'%' VIEW users_owned.v AS SELECT id FROM users_owned.plain").await;
        let removed = administrator.remove(stage.user).await;
        let seen = administrator.look(stage.user).await.unwrap();
        if server.is_mariadb() {
            removed.unwrap();
            assert_eq!(seen, Seen::default());
        } else {
            let error = removed.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
            assert!(error.to_string().contains("definer"), "{error}");
            assert_eq!(seen, Seen { is_there: true, ..Seen::default() });
            assert!(stage.login(password.expose()).await.is_err(), "a locked user is let in");
            superuser(server, &stage).await.remove(stage.user).await.unwrap();
        }
        server.run("SHOW CREATE VIEW users_owned.v; DROP VIEW users_owned.v").await;
        assert_eq!(administrator.look(stage.user).await.unwrap(), Seen::default());
    }
}

/// Neither a proxy nor an expired password is anything that the administrator can mend, so both must be told.
#[tokio::test]
async fn what_only_another_can_mend_is_seen() {
    for server in support::servers() {
        let stage = stage(server, "users_seen", "users-seen", "glaux_seen").await;
        let mut administrator = stage.administrator().await;
        administrator.remove(stage.user).await.unwrap();
        let password = Secret::new("Seen-1_word");
        administrator.admit(&stage.user(), Some(&password)).await.unwrap();
        server.run("ALTER USER glaux_seen PASSWORD EXPIRE").await;
        assert!(!administrator.look(stage.user).await.unwrap().is_open);
        administrator.admit(&stage.user(), Some(&password)).await.unwrap();
        assert!(administrator.look(stage.user).await.unwrap().is_settled(&[]));
        server
            .run(
                "INSERT INTO mysql.proxies_priv (Host, User, Proxied_host, Proxied_user, With_grant, Grantor) \
                 VALUES ('%', 'glaux_seen', '%', 'somebody', 0, ''); FLUSH PRIVILEGES",
            )
            .await;
        let seen = administrator.look(stage.user).await.unwrap();
        assert_eq!(seen.beyond[0].what, "proxy of \"somebody\"");
        let rights = [Right::whole("users_seen", "plain")];
        administrator.settle(stage.user, &rights).await.unwrap_err();
        assert_eq!(administrator.look(stage.user).await.unwrap().rights, rights, "it holds nothing else up");
        administrator.lock(stage.user).await.unwrap();
        administrator.settle(stage.user, &[]).await.unwrap();
        administrator.remove(stage.user).await.unwrap();
        assert_eq!(administrator.look(stage.user).await.unwrap(), Seen::default());
    }
}

/// What the general log of a server would hold.
#[tokio::test]
async fn no_server_is_sent_a_password_in_clear() {
    for server in support::servers() {
        let stage = stage(server, "users_hash", "users-hash", "glaux_hash").await;
        let access = CONNECTOR.access().unwrap();
        let mut session = access.administer(&stage.endpoint, &stage.administrator, "glaux-test").await.unwrap();
        let users = access.users(&session.rows(access.facts()).await.unwrap()).unwrap();
        let password = Secret::new("Hash-1_word");
        for statement in users.admit(&stage.user(), &Seen::default(), Some(&password)).unwrap() {
            assert!(!statement.expose().contains("Hash-1_word"));
        }
        stage.administrator().await.remove(stage.user).await.unwrap();
        stage.administrator().await.admit(&stage.user(), Some(&password)).await.unwrap();
        if server.dir.is_some() {
            let clear = "sslMode=DISABLED&allowPublicKeyRetrieval=true";
            let login = credential(stage.user, "Hash-1_word");
            let refused = server.enter(clear, &login, &Settings::default()).await.err().unwrap();
            assert_eq!(refused.kind(), ErrorKind::Unauthenticated, "a user made over TLS comes in clear");
        }
        stage.login("Hash-1_word").await.unwrap();
        let mut admin = server.admin().await;
        let shown: Option<String> = admin.query_first("SHOW CREATE USER glaux_hash").await.unwrap();
        let kept = if server.is_mariadb() { "mysql_native_password" } else { "caching_sha2_password" };
        assert!(shown.unwrap().contains(if server.is_mariadb() { "PASSWORD '*" } else { kept }));
        stage.administrator().await.remove(stage.user).await.unwrap();
    }
}
