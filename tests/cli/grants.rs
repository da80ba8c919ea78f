//! Grants as they are typed: what is decided is done at the database at once, and can be looked at, mended, rotated and read.

use std::path::Path;
use std::time::Duration;

use glaux::secrets::Keeper;
use glaux::secrets::keeper::Folder;
use serde_json::Value;

use crate::office::{Office, SHOP};
use crate::support::clear::Clear;
use crate::support::postgres::{Database, database};

const ROWS: &str = "INSERT INTO shop.orders VALUES (1, 'ann', 9.50, 'ann@x'), (2, 'bob', 12, 'bob@x')";

/// The shop, of which prod may read orders without addresses, and customers.
async fn granted() -> Option<(Database, Office, [String; 2])> {
    let database = database(&format!("{SHOP};{ROWS}")).await?;
    let office = Office::new().open(&database);
    let ask = |table: &str, more: &str| {
        let line = format!("request create --env prod --purpose x --asset shop-db.shop.{table} {more}");
        let id = office.made("mia", &line);
        office.ok("otto", &format!("request approve {id}"));
        id
    };
    let ids = [ask("orders", "--columns shop-db.shop.orders:id,total"), ask("customers", "")];
    Some((database, office, ids))
}

fn only<'v>(rows: &'v [Value], key: &str) -> &'v str {
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0][key].as_str().unwrap()
}

#[tokio::test]
async fn what_is_approved_is_read_and_what_is_revoked_is_not() {
    let Some((database, office, [orders, customers])) = granted().await else { return };
    let listed = office.json("mia", "grant list");
    assert_eq!(only(&listed, "state"), "present");
    assert_eq!(only(&listed, "tables"), "shop.customers shop.orders:id,total");
    let query = |sql: &str| format!("query --env prod -o csv --sql '{sql}'");
    let read = office.ok("mia", &query("SELECT * FROM \"shop-db\".shop.orders ORDER BY id"));
    assert_eq!(read, "id,total\n1,9.50\n2,12.00\n");
    office.refused("mia", &query("SELECT email FROM \"shop-db\".shop.orders"), 2, &["email"]);
    office.refused("mia", &query("SELECT * FROM \"shop-db\".shop.totals"), 4, &["totals"]);
    office.refused("eve", &query("SELECT 1"), 3, &["not in project reports"]);
    assert_eq!(office.ok("otto", "grant verify --all -o csv"), "environment,source,state,finding\nprod,shop-db,ok,\n");

    let revoked = office.run("otto", &format!("sub revoke {orders} --reason moved"));
    assert!(revoked.stderr.contains("grant prod/shop-db is present: 1 table readable"), "{}", revoked.stderr);
    office.refused("mia", &query("SELECT * FROM \"shop-db\".shop.orders"), 4, &["orders"]);
    let left = office.run("mia", &format!("sub leave {customers}"));
    assert!(left.stderr.contains("absent: nothing is left at shop-db"), "{}", left.stderr);
    office.refused("mia", &query("SELECT 1"), 4, &["nothing is granted"]);
    assert_eq!(office.ok("auditor", "audit verify -o csv"), "record,fault\n");
    assert!(database.client().await.query("SELECT 1 FROM shop.orders", &[]).await.is_ok());
}

#[tokio::test]
async fn drift_is_found_told_and_mended() {
    let Some((database, office, _)) = granted().await else { return };
    let listed = office.json("mia", "grant list");
    let user = only(&listed, "user");
    let hand = database.client().await;
    hand.batch_execute(&format!("GRANT SELECT ON shop.orders, shop.totals TO {user}")).await.unwrap();
    let found = office.run("rita", "grant verify --env prod -o csv");
    assert_eq!(found.code, 7, "{found:?}");
    for told in ["it may read shop.orders", "it may read shop.totals"] {
        assert!(found.stdout.contains(told), "{}", found.stdout);
    }
    let of_environment = office.run("rita", "env verify prod -o csv");
    assert_eq!((of_environment.code, &of_environment.stdout), (7, &found.stdout));
    office.refused("eve", "env verify prod", 3, &["otto"]);
    office.refused("rita", "env verify prd", 4, &["did you mean prod?"]);
    office.refused("eve", "grant repair --env prod", 3, &["otto"]);
    let shown = office.run("rita", "grant repair --env prod --dry-run");
    assert!(shown.code == 0 && shown.stderr.contains("would be run at shop-db: "), "{shown:?}");
    assert_eq!(office.run("rita", "env verify prod").code, 7, "a dry run mends nothing");
    office.ok("rita", "grant repair --env prod");
    assert_eq!(office.ok("rita", "env verify prod -o csv"), "environment,source,state,finding\nprod,shop-db,ok,\n");
    office.ok("rita", "env add new --project reports");
    assert_eq!(office.ok("rita", "env verify new -o csv"), "environment,source,state,finding\n");
    assert_eq!(office.ok("otto", "grant verify --all -o csv"), "environment,source,state,finding\nprod,shop-db,ok,\n");
    let verbs: Vec<Value> =
        office.json("auditor", "audit list").into_iter().map(|event| event["verb"].clone()).collect();
    assert!(verbs.contains(&"grant drift".into()) && verbs.contains(&"grant repair refused".into()), "{verbs:?}");
}

#[tokio::test]
async fn a_password_is_rotated_revealed_and_nowhere_else() {
    let Some((_database, office, _)) = granted().await else { return };
    let revealed = || office.json("mia", "creds reveal --env prod --source shop-db")[0].clone();
    let first = revealed();
    office.refused("eve", "creds reveal --env prod --source shop-db", 3, &["rita"]);
    office.ok("otto", "grant rotate --env prod --source shop-db --dry-run");
    office.ok("otto", "grant rotate --env prod --source shop-db");
    let second = revealed();
    assert_ne!(first["username"], second["username"]);
    assert_ne!(first["password"], second["password"]);
    let read = office.ok("mia", "query --env prod -o csv --sql 'SELECT count(*) AS n FROM \"shop-db\".shop.orders'");
    assert_eq!(read, "n\n2\n");
    let settings = office.ok("mia", "connect --env prod");
    assert!(settings.contains("prefix = \"glaux\"\nenvironment = \"prod\"\n"), "{settings}");
    let file = office.folder.path().join("prod.toml");
    std::fs::write(&file, &settings).unwrap();
    let with = |line: &[&str]| office.glaux.run(&[&["--config", file.to_str().unwrap()], line].concat());
    let checked = with(&["check", "-o", "csv"]).stdout;
    assert!(checked.contains("shop-db,ok,engine,postgres\n") && checked.contains("2 tables in 1 schema"), "{checked}");
    let unknown = with(&["check", "shop-db", "other-db", "-o", "csv"]);
    assert!(unknown.code == 4 && unknown.stdout.contains("other-db,FAILED,connection"), "{unknown:?}");
    let read = with(&["sql", "-o", "csv", "SELECT count(*) AS n FROM shop.orders"]);
    assert_eq!(read.stdout, "n\n2\n", "{}", read.stderr);
    let told =
        office.ok("auditor", "audit export") + &office.ok("mia", "creds show --env prod --source shop-db") + &settings;
    for secret in [&first, &second] {
        let password = secret["password"].as_str().unwrap();
        assert!(!told.contains(password));
        assert!(!holds(&office.register(), password) && password.len() > 32);
    }
    assert_eq!(told.matches("creds reveal").count(), 6, "two reveals and a refusal, each with its command");
}

/// Each of the statements runs as it is written, in the local Athena.
#[tokio::test]
async fn what_athena_is_told_is_what_is_granted() {
    let Some((_database, office, _)) = granted().await else { return };
    let script = office.ok("mia", "connect --env prod --print-ddl");
    let statements: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    let expected = [
        "SELECT * FROM \"shop-db\".\"shop\".\"customers\" LIMIT 10;",
        "SELECT \"id\", \"total\" FROM \"shop-db\".\"shop\".\"orders\" LIMIT 10;",
    ];
    assert_eq!(statements, expected);
    for statement in statements {
        office.ok("mia", &format!("query --env prod --sql '{}'", statement.trim_end_matches(';')));
    }
    assert!(script.contains("-- glaux query --env prod --sql STATEMENT\n"), "{script}");
    office.refused("eve", "connect --env prod --print-ddl", 3, &["not in project reports"]);
    let function = "--function arn:aws:lambda:us-east-1:111122223333:function:f";
    office.refused("mia", &format!("connect --env prod {function}"), 2, &["--print-ddl"]);
    office.refused("mia", &format!("connect --env prod --print-ddl {function}"), 2, &["on this machine"]);
}

/// The administrator's password is another one at the database; only the same user's is taken, and only one that logs in.
#[tokio::test]
async fn an_administrators_new_password_takes_the_place_of_the_old_one() {
    let Some((database, office, [orders, _])) = granted().await else { return };
    let (owner, user) = (database.client().await, format!("{}_admin", database.name));
    let setting = |password: &str| format!("{user} PASSWORD '{password}'");
    owner.batch_execute(&format!("CREATE ROLE {user} SUPERUSER LOGIN")).await.unwrap();
    owner.batch_execute(&format!("ALTER ROLE {}", setting("first"))).await.unwrap();
    let url = database.url();
    let add = format!("source add more-db --project shop --url '{url}' --user {user} --password-stdin");
    assert_eq!(office.fed("olga", &add, "first\n").code, 0);
    owner.batch_execute(&format!("ALTER ROLE {}", setting("second"))).await.unwrap();
    assert_eq!(office.run("otto", "source test more-db").code, 6);
    let secret = || office.json("otto", "source show more-db")[0]["secret"].as_str().unwrap().to_owned();
    let before = secret();
    let rotate = "source rotate-admin more-db --password-stdin";
    for (person, line, password, code) in [
        ("otto", rotate.to_owned(), "third", 6),
        ("mia", rotate.to_owned(), "second", 3),
        ("otto", format!("{rotate} --dry-run"), "second", 0),
        (
            "otto",
            format!(
                "source rotate-admin more-db --secret {}",
                office.json("otto", "source show shop-db")[0]["secret"].as_str().unwrap()
            ),
            "",
            2,
        ),
    ] {
        let ran = office.fed(person, &line, &format!("{password}\n"));
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        assert_eq!(secret(), before, "{line}");
    }
    let ran = office.fed("otto", rotate, "second\n");
    assert!(ran.code == 0 && ran.stdout.contains("source rotate-admin"), "{ran:?}");
    office.ok("otto", "source test more-db");
    assert_ne!(secret(), before);
    let keeper = Folder::new(office.folder.path().join("store/secrets"), Duration::from_hours(7 * 24));
    assert!(!keeper.is_kept(&before).await.unwrap() && keeper.is_kept(&secret()).await.unwrap());
    office.ok("otto", &format!("sub revoke {orders} --reason x"));
    owner.batch_execute(&format!("DROP ROLE {user}")).await.unwrap();
}

/// Whether a file, or what SQLite keeps beside it, has a text in it.
fn holds(file: &Path, text: &str) -> bool {
    let beside = ["", "-wal", "-shm"].map(|end| format!("{}{end}", file.display()));
    let found = beside.iter().filter_map(|file| std::fs::read(file).ok());
    found.into_iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

#[tokio::test]
async fn a_dry_run_shows_the_statements_and_changes_nothing() {
    let Some((_database, office, [orders, customers])) = granted().await else { return };
    let before = office.ok("auditor", "audit export");
    let shown = office.run("otto", &format!("sub revoke {orders} --reason x --dry-run"));
    assert!(shown.stderr.contains("would be run at shop-db: REVOKE SELECT (\"id\", \"total\")"), "{}", shown.stderr);
    let line = "request create --env prod --purpose x --asset shop-db.shop.totals";
    let id = office.made("mia", line);
    let shown = office.run("otto", &format!("request approve {id} --dry-run"));
    assert!(shown.stderr.contains("GRANT SELECT ON TABLE \"shop\".\"totals\""), "{}", shown.stderr);
    office.ok("mia", &format!("request withdraw {id}"));
    assert!(office.ok("auditor", "audit export").starts_with(&before));
    assert_eq!(office.json("mia", "grant list")[0]["tables"], "shop.customers shop.orders:id,total");
    office.ok("otto", &format!("sub revoke {customers} --reason x"));
}

/// What cannot be done at once is told, kept, and done by the worker.
#[tokio::test]
async fn what_the_database_refuses_now_is_done_later() {
    let Some((database, office, [orders, _])) = granted().await else { return };
    let owner = database.client().await;
    let allow = |allowed: bool| format!("ALTER DATABASE {} ALLOW_CONNECTIONS {allowed}", database.name);
    let elsewhere = crate::support::postgres::database("").await.unwrap().client().await;
    elsewhere.batch_execute(&allow(false)).await.unwrap();
    let ran = office.run("otto", &format!("sub revoke {orders} --reason x"));
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(
        ran.stderr.contains("is not what it should be yet") && ran.stderr.contains("glaux worker"),
        "{}",
        ran.stderr
    );
    assert_eq!(only(&office.json("mia", "sub list --state ending"), "state"), "ending (revoked)");
    assert_eq!(office.run("otto", "worker --once").code, 0, "its time has not come");
    let late = office.run("otto", "report late -o json");
    let row: Value = serde_json::from_str(&late.stdout).unwrap();
    assert_eq!(
        (late.code, &row["state"], &row["subscription"]),
        (7, &"ending (revoked)".into(), &orders.as_str().into())
    );
    assert!(row["error"].as_str().is_some_and(|error| error.contains("grant prod/shop-db")), "{row}");
    assert!(
        row["failures"] == "1" && row["again"].is_string() && row["tables"] == "shop-db.shop.orders:id,total",
        "{row}"
    );
    assert!(office.json("eve", "report late").is_empty(), "nothing of it is hers to see");
    let retry = format!("sub retry {orders}");
    let failed = office.run("otto", &format!("{retry} --quiet"));
    assert!(failed.code == 7 && failed.stderr.contains("is not what it should be yet"), "{failed:?}");
    assert!(!failed.stderr.contains("it is tried again"), "{}", failed.stderr);
    elsewhere.batch_execute(&allow(true)).await.unwrap();
    office.refused("mia", &retry, 3, &[&office.name("otto"), &office.name("rita")]);
    let shown = office.run("otto", &format!("{retry} --dry-run"));
    assert!(shown.stderr.contains("would be run at shop-db: REVOKE"), "{}", shown.stderr);
    let retried = office.run("otto", &retry);
    assert!(retried.code == 0 && retried.stderr.contains("1 table readable"), "{retried:?}");
    office.refused("otto", &retry, 5, &["closed (revoked)", "nothing to retry"]);
    assert_eq!(office.json("mia", "grant list")[0]["tables"], "shop.customers");
    assert_eq!(office.json("mia", "sub list --state closed")[0]["state"], "closed (revoked)");
    assert!(office.json("otto", "report late").is_empty());
    drop(owner);
}

/// A server that is to be talked to in clear is no source, and where one becomes so nothing is granted, and it is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_and_told() {
    let Some(database) = database(SHOP).await else { return };
    let url = database.url();
    if !url.contains("sslrootcert") {
        return crate::support::skip("postgres", "needs a server with TLS");
    }
    let server = url.split("//").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let clear = Clear::before(server.clone(), "postgres").await;
    let url = url.replace(&server, &format!("localhost:{}", clear.port));
    let office = Office::new();
    office.ok("olga", "project add shop");
    office.ok("rita", "project add reports");
    office.ok("rita", "env add prod");
    let add = format!("source add shop-db --url '{url}' --user {} --password-stdin", database.user());
    let password = format!("{}\n", database.password().expose());
    let refused = office.fed("olga", &add, &password);
    assert!(refused.code == 2 && refused.stderr.contains("the server does not offer TLS"), "{refused:?}");
    office.refused("olga", "source show shop-db", 4, &["shop-db"]);
    clear.strips(false);
    assert_eq!(office.fed("olga", &add, &password).code, 0);
    office.ok("olga", "asset map shop-db");
    office.ok("olga", "asset publish shop-db.shop.orders");
    let id = office.made("rita", "request create --env prod --purpose x --asset shop-db.shop.orders");
    clear.strips(true);
    office.refused(
        "olga",
        &format!("request approve {id}"),
        7,
        &["the server does not offer TLS", "glaux grant repair"],
    );
    let late = office.run("olga", "report late -o json");
    assert!(late.code == 7 && late.stdout.contains("the server does not offer TLS"), "{late:?}");
    clear.strips(false);
    office.ok("olga", "grant repair --env prod");
    assert!(office.json("olga", "report late").is_empty());
    office.ok("rita", "query --env prod --sql 'SELECT count(*) FROM \"shop-db\".shop.orders'");
}
