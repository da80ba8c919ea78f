use std::io::Write;
use std::process::Command;

use glaux::local::servers::{MySql, Postgres, Product};

use crate::run::{Glaux, Ran};
use crate::shell::{is_ordinary, read, terminal};
use crate::support;

/// Like a vendor's: letters, digits, and what must be quoted somewhere.
const PASSWORD: &str = "hunter2'\"\\ $;é";
const OWNER: &str = "owner";

/// A server that stands for one of somebody's own.
enum Own {
    Postgres(Postgres),
    MySql(MySql),
}

impl Own {
    async fn postgres() -> Option<Self> {
        let found = Postgres::start(support::postgres::options(support::postgres::programs())).await;
        let postgres = match found {
            Ok(postgres) => postgres,
            Err(error) if support::postgres::unreachable(&error) => {
                support::skip("postgres", &error.to_string());
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let password = PASSWORD.replace('\'', "''");
        let script = format!(
            "CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{password}'; GRANT CREATE ON DATABASE db TO {OWNER}"
        );
        postgres.load("db", "CREATE TABLE mine AS SELECT 1 AS a").await.unwrap();
        postgres.run("db", &script).await.unwrap();
        Some(Self::Postgres(postgres))
    }

    async fn mysql(product: Product) -> Option<Self> {
        let server = support::mysql::start(product).await?;
        let password = PASSWORD.replace('\\', "\\\\").replace('\'', "''");
        let script = format!(
            "CREATE USER {OWNER}@'127.0.0.1' IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO {OWNER}@'127.0.0.1' WITH GRANT OPTION;\n\
             CREATE DATABASE mine;\nCREATE TABLE mine.mine (a int);\n"
        );
        server.load(&script).await.unwrap();
        Some(Self::MySql(server))
    }

    fn engine(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::MySql(server) => server.product.token(),
        }
    }

    fn arguments(&self, user: &str) -> Vec<String> {
        let url = match self {
            Self::Postgres(postgres) => postgres.url("db"),
            Self::MySql(server) => server.url(),
        };
        ["--engine", self.engine(), "--url", &url, "--user", user].map(str::to_owned).to_vec()
    }

    async fn execute(&self, statement: &str) {
        match self {
            Self::Postgres(postgres) => postgres.run("db", statement).await.unwrap(),
            Self::MySql(server) => server.load(statement).await.unwrap(),
        }
    }

    /// Everything there is that a demo might have left: schemas, tables outside of the system's, users, extensions.
    async fn inventory(&self) -> Vec<String> {
        match self {
            Self::Postgres(postgres) => {
                let client = postgres.connect("db").await.unwrap();
                let query = "SELECT array_agg(t.name ORDER BY t.name) FROM (\
                     SELECT 'schema ' || nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' \
                     UNION ALL SELECT 'table ' || oid::regclass FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                     UNION ALL SELECT 'user ' || rolname || ' ' || rolsuper FROM pg_roles UNION ALL SELECT 'extension ' || extname FROM pg_extension) AS t";
                client.query_one(query, &[]).await.unwrap().get(0)
            }
            Self::MySql(server) => {
                let mut client = server.connect().await.unwrap();
                let query = "SELECT concat(SCHEMA_NAME) FROM information_schema.SCHEMATA \
                     UNION ALL SELECT concat(User, '@', Host) FROM mysql.user ORDER BY 1";
                client.names(query).await.unwrap()
            }
        }
    }
}

fn demo(own: &Own, more: &[&str]) -> Ran {
    let arguments =
        [vec!["demo".to_owned()], own.arguments(OWNER), more.iter().map(|one| (*one).to_owned()).collect()].concat();
    let ran = Glaux::bare().set("GLAUX_DEMO_PASSWORD", PASSWORD).run(&arguments);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    ran
}

async fn check_guest(own: Own) {
    let before = own.inventory().await;
    let ran = demo(&own, &["-vv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for told in [
        "makes there the schemas shop and crm and the user glaux_reader_",
        " may only read it\n",
        "result: 75,000 rows in ",
    ] {
        assert!(ran.stdout.contains(told), "{told} is not in {}", ran.stdout);
    }
    assert_eq!(own.inventory().await, before, "what was there before, and nothing else");

    // One of the two is enough to be refused, and neither is touched.
    let (make, drop) = match own {
        Own::Postgres(_) => {
            ("CREATE SCHEMA crm; CREATE TABLE crm.precious (a int)", "DROP TABLE crm.precious; DROP SCHEMA crm")
        }
        Own::MySql(_) => (
            "CREATE DATABASE crm;\nCREATE TABLE crm.precious (a int);\n",
            "DROP TABLE crm.precious;\nDROP DATABASE crm;\n",
        ),
    };
    own.execute(make).await;
    let with_crm = own.inventory().await;
    let ran = demo(&own, &[]);
    assert!(ran.stderr.contains("crm is there already, and is not touched"), "{}", ran.stderr);
    assert_ne!(ran.code, 0);
    assert_eq!(own.inventory().await, with_crm);
    own.execute(drop).await;
    check_stopped(&own, &before).await;
}

/// While it is loading, and while it waits: a signal takes everything back.
async fn check_stopped(own: &Own, before: &[String]) {
    for (until, signal, code) in
        [("makes there the schemas", "-INT", 130), ("shop loaded in", "-TERM", 143), ("  glaux sql\n", "-INT", 130)]
    {
        let glaux = Glaux::bare().set("GLAUX_DEMO_PASSWORD", PASSWORD);
        let arguments = [vec!["demo".to_owned(), "--keep".to_owned()], own.arguments(OWNER)].concat();
        let mut child = glaux.start(&arguments);
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains(until) {
            assert!(std::io::BufRead::read_line(&mut lines, &mut printed).unwrap() > 0, "{printed}");
        }
        if until.starts_with("makes") {
            // In the middle of making it.
            let mut schema = own.inventory().await;
            while !schema.iter().any(|name| name.contains("glaux_reader")) {
                schema = own.inventory().await;
            }
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{until}");
        assert_eq!(own.inventory().await, before, "stopped at {until:?}");
        assert_eq!(glaux.left_behind(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_postgresql_of_ones_own_gets_a_shop_and_loses_it_again() {
    if let Some(own) = Own::postgres().await {
        check_guest(own).await;
    }
}

#[tokio::test]
async fn a_mariadb_of_ones_own_gets_a_shop_and_loses_it_again() {
    if let Some(own) = Own::mysql(Product::MariaDb).await {
        check_guest(own).await;
    }
}

#[tokio::test]
async fn a_mysql_of_ones_own_gets_a_shop_and_loses_it_again() {
    if let Some(own) = Own::mysql(Product::MySql).await {
        check_guest(own).await;
    }
}

/// A person is asked, what is typed is not shown, and Ctrl-C at the question leaves the terminal as it was.
#[test]
fn a_password_is_asked_for_where_somebody_can_be_asked() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("jdbc:mysql://127.0.0.1:{port}/");
    for typed in ["hunter2\n", "\u{3}"] {
        let (mut person, program) = terminal();
        let glaux = Glaux::bare();
        let mut command = glaux.command(&["demo", "--engine", "mysql", "--url", &url, "--user", "me"]);
        let ours = || program.try_clone().unwrap();
        let mut child = command.stdin(ours()).stdout(ours()).stderr(ours()).spawn().unwrap();
        let mut shown = String::new();
        while !shown.contains("Password of me: ") {
            shown += &read(&mut person);
        }
        assert!(!is_ordinary(&program), "what is typed would be shown");
        if typed == "\u{3}" {
            // The test's terminal is not the program's controlling one, so no key makes a signal.
            assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        } else {
            person.write_all(typed.as_bytes()).unwrap();
            while !shown.contains("error: ") {
                shown += &read(&mut person);
            }
        }
        assert_eq!(child.wait().unwrap().code(), Some(if typed == "\u{3}" { 130 } else { 6 }), "{shown}");
        assert!(is_ordinary(&program), "the terminal is left silent");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

/// Where no other user may be made, the given one reads.
#[tokio::test]
async fn an_owner_that_may_make_no_user_reads_the_shop_itself() {
    let Some(own) = Own::postgres().await else { return };
    own.execute(&format!("ALTER ROLE {OWNER} NOCREATEROLE")).await;
    let before = own.inventory().await;
    let ran = demo(&own, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("owner reads it, because no other user could be made"), "{}", ran.stdout);
    assert_eq!(own.inventory().await, before);
    let wrong = Glaux::bare().set("GLAUX_DEMO_PASSWORD", "hunter3");
    let ran = wrong.run(&[vec!["demo".to_owned()], own.arguments(OWNER)].concat());
    assert!(ran.code != 0 && !ran.stderr.contains("hunter3"), "{}", ran.stderr);
}
