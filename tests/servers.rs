//! The databases that Glaux starts: real ones, and nothing left of them.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use connector_core::ErrorKind;
use futures::stream;
use glaux::local::servers::{FETCHED_VERSION, Postgres, PostgresOptions, Programs};
use support::mysql::PRODUCTS;
use support::{eventually, postgres as found, runs};

/// Says to [`the_child_of_other_tests`] that it is one, and what to do when its server is up.
const CHILD: &str = "GLAUX_TEST_CHILD";

async fn start(programs: Programs) -> Option<Postgres> {
    start_with(found::options(programs)).await
}

async fn start_with(options: PostgresOptions) -> Option<Postgres> {
    let what = if matches!(options.programs, Programs::Fetched(_)) { "maven" } else { "postgres" };
    match Postgres::start(options).await {
        Ok(postgres) => Some(postgres),
        Err(error) if error.kind() == ErrorKind::NotFound || found::unreachable(&error) => {
            support::skip(what, &error.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The process that the server's own file, or its keeper's, names.
fn process_of(dir: &Path) -> u32 {
    let file = ["data/postmaster.pid", "process"].map(|name| dir.join(name)).into_iter().find(|file| file.exists());
    let pid = std::fs::read_to_string(file.unwrap()).unwrap();
    pid.lines().next().unwrap().parse().unwrap()
}

async fn check_starts_and_leaves_nothing(postgres: Postgres) {
    let (dir, process) = (postgres.dir.clone(), process_of(&postgres.dir));
    assert!(runs(process));
    postgres.load("shop", "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (2)").await.unwrap();
    let client = postgres.connect("shop").await.unwrap();
    let row = client.query_one("SELECT sum(a), current_setting('server_version') FROM t", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 3);
    assert!(row.get::<_, String>(1).starts_with(&postgres.version), "{} is not what runs", postgres.version);
    postgres.stop().await.unwrap();
    assert!(!dir.exists() && !runs(process));
}

#[tokio::test]
async fn an_installed_server_starts_and_leaves_nothing() {
    let Some(postgres) = start(Programs::Installed).await else { return };
    assert!(postgres.origin.starts_with("installed at /"), "{}", postgres.origin);
    check_starts_and_leaves_nothing(postgres).await;
}

#[tokio::test]
async fn a_fetched_server_starts_and_leaves_nothing() {
    let Some(postgres) = start(Programs::Fetched(FETCHED_VERSION.to_owned())).await else { return };
    assert_eq!(postgres.origin, format!("fetched from Maven Central ({FETCHED_VERSION})"));
    let before = copies();
    check_starts_and_leaves_nothing(postgres).await;
    assert!(copies().len() <= before.len(), "a copy of the programs is left");
}

/// Programs that were copied because another user runs them.
fn copies() -> Vec<PathBuf> {
    let temp = std::fs::read_dir(std::env::temp_dir()).unwrap().map(|entry| entry.unwrap().path());
    temp.filter(|path| path.join("bin/initdb").exists()).collect()
}

#[tokio::test]
async fn a_dropped_server_is_gone_when_drop_returns() {
    let Some(postgres) = start(Programs::Any).await else { return };
    let (dir, process) = (postgres.dir.clone(), process_of(&postgres.dir));
    drop(postgres);
    assert!(!dir.exists() && !runs(process));
}

#[tokio::test]
async fn the_connection_is_encrypted_and_the_server_is_who_it_says() {
    let Some(postgres) = start(Programs::Any).await else { return };
    let client = postgres.connect("postgres").await.unwrap();
    let row = client.query_one("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, &str>(1)), (true, "TLSv1.3"));

    // The same name with another authority is somebody else.
    let Some(mut other) = start(Programs::Any).await else { return };
    other.port = postgres.port;
    let error = other.connect("postgres").await.unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn the_password_is_asked_for_and_is_nowhere_to_be_seen() {
    let Some(mut postgres) = start(Programs::Any).await else { return };
    let secret = postgres.password.clone();
    assert!(!format!("{postgres:?}").contains(secret.expose()));
    assert!(!postgres.dir.join("password").exists());
    postgres.password = connector_core::Secret::new("wrong");
    let error = postgres.connect("postgres").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error}");
}

#[tokio::test]
async fn a_broken_script_is_told_with_its_line_and_a_second_database_of_that_name_is_a_conflict() {
    let Some(postgres) = start(Programs::Any).await else { return };
    let error = postgres.load("broken", "SELECT 1;\n-- ä\nSELECT nothing;").await.unwrap_err();
    assert_eq!(error.to_string(), "loading the database broken: column \"nothing\" does not exist (line 3)");
    assert_eq!(postgres.load("broken", "").await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn rows_are_copied_in_and_counted_across_the_borders_of_chunks() {
    let Some(postgres) = start(Programs::Any).await else { return };
    postgres.load("bulk \"x\"", "CREATE TABLE t (a int, b text)").await.unwrap();
    let chunks = ["1|on", "e\n2|t", "wo\n"].map(|chunk| Ok(bytes::Bytes::from(chunk)));
    let copy = "COPY t FROM STDIN WITH (DELIMITER '|')";
    assert_eq!(postgres.copy_in("bulk \"x\"", copy, stream::iter(chunks)).await.unwrap(), 2);
    let broken = stream::iter([Ok(bytes::Bytes::from("x|y\n"))]);
    let error = postgres.copy_in("bulk \"x\"", copy, broken).await.unwrap_err();
    assert!(error.to_string().contains("invalid input syntax"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_start_is_told_with_its_log() {
    let temp = tempfile::tempdir().unwrap();
    // Root hands the server to another user, who must be able to reach these programs.
    set_mode(temp.path(), 0o755);
    for (name, text) in [
        ("postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 99.1'\n"),
        ("initdb", "#!/bin/sh\necho 'the disk is made of cheese' >&2\nexit 1\n"),
        ("pg_ctl", "#!/bin/sh\nexit 1\n"),
    ] {
        std::fs::write(temp.path().join(name), text).unwrap();
        set_mode(&temp.path().join(name), 0o755);
    }
    let mut options = found::options(Programs::At(temp.path().to_owned()));
    let place = tempfile::tempdir().unwrap();
    set_mode(place.path(), 0o777);
    (options.memory, options.temp) = (None, place.path().to_owned());
    let error = Postgres::start(options).await.unwrap_err();
    assert!(error.to_string().contains("the disk is made of cheese"), "{error}");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "something is left");
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// This test binary again, as a process (and a process group) of its own that starts a server and prints its directory.
struct Owner {
    child: Child,
    dir: PathBuf,
    server: u32,
    _output: Lines<BufReader<ChildStdout>>,
}

impl Owner {
    fn start(act: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "the_child_of_other_tests", "--ignored", "--nocapture"]).env(CHILD, act);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let printed =
            |line: std::io::Result<String>| line.unwrap().split_once("DIR ").map(|(_, dir)| PathBuf::from(dir));
        let dir = output.find_map(printed).expect("the child starts a server");
        Self { child, server: process_of(&dir), dir, _output: output }
    }

    fn is_gone(&self) -> bool {
        !self.dir.exists() && !runs(self.server)
    }
}

#[tokio::test]
#[ignore = "started by other tests as a process of its own"]
async fn the_child_of_other_tests() {
    let Ok(act) = std::env::var(CHILD) else { return };
    if let Some(product) = PRODUCTS.into_iter().find(|product| product.token() == act) {
        let server = support::mysql::start(product).await.expect("the parent found one");
        println!("DIR {}", server.dir.display());
        return std::future::pending::<()>().await;
    }
    let postgres = start(Programs::Any).await.expect("the parent found one");
    println!("DIR {}", postgres.dir.display());
    if act == "panic" {
        // The parent reads our line before it lets us go.
        let _ = std::io::stdin().read_line(&mut String::new());
        panic!("as asked");
    }
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn an_owner_that_is_killed_or_interrupted_leaves_nothing() {
    if start(Programs::Any).await.is_none() {
        return;
    }
    for signal in ["-KILL", "-TERM", "-INT"] {
        let mut owner = Owner::start("wait");
        assert!(runs(owner.server));
        // To the whole group, as a terminal does on Ctrl-C.
        let group = format!("-{}", owner.child.id());
        assert!(Command::new("kill").args([signal, "--", &group]).status().unwrap().success());
        assert!(!owner.child.wait().unwrap().success());
        eventually(&format!("nothing is left after {signal}"), || owner.is_gone()).await;
    }
}

#[tokio::test]
async fn a_mariadb_and_a_mysql_go_with_their_owner_however_it_ends() {
    for product in PRODUCTS {
        let Some(server) = support::mysql::start(product).await else { continue };
        let (dir, process) = (server.dir.clone(), process_of(&server.dir));
        assert!(runs(process) && server.version.starts_with(|first: char| first.is_ascii_digit()));
        server.stop().await.unwrap();
        assert!(!dir.exists() && !runs(process), "{product} is left");
        for signal in ["-KILL", "-INT"] {
            let mut owner = Owner::start(product.token());
            assert!(runs(owner.server));
            let group = format!("-{}", owner.child.id());
            assert!(Command::new("kill").args([signal, "--", &group]).status().unwrap().success());
            assert!(!owner.child.wait().unwrap().success());
            eventually(&format!("nothing of {product} is left after {signal}"), || owner.is_gone()).await;
        }
    }
}

#[tokio::test]
async fn the_superuser_of_a_mariadb_or_mysql_comes_in_by_the_socket_only_and_its_password_is_not_left() {
    for product in PRODUCTS {
        let Some(server) = support::mysql::start(product).await else { continue };
        let secret = server.password.clone();
        assert!(!format!("{server:?}").contains(secret.expose()));
        for entry in std::fs::read_dir(&server.dir).unwrap() {
            let path = entry.unwrap().path();
            let text = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            assert!(!String::from_utf8_lossy(&text).contains(secret.expose()), "{} holds it", path.display());
        }
        let mut client = server.connect().await.unwrap();
        let roots =
            client.names("SELECT concat(User, '@', Host) FROM mysql.user WHERE User IN ('root', '')").await.unwrap();
        assert_eq!(roots, ["root@localhost"], "{product}");
        let opened =
            mysql_async::Opts::from_url(&format!("mysql://root:{}@127.0.0.1:{}/", secret.expose(), server.port));
        assert!(mysql_async::Conn::new(opened.unwrap()).await.is_err(), "{product} lets root in from outside");

        let reader = server.add_reader("reader", &[]).await.unwrap();
        let password = reader.password.expose();
        let opened = mysql_async::Opts::from_url(&format!("mysql://reader:{password}@127.0.0.1:{}/", server.port));
        assert!(mysql_async::Conn::new(opened.unwrap()).await.is_err(), "{product} lets the reader in without TLS");
    }
}

#[tokio::test]
async fn an_owner_that_panics_leaves_nothing() {
    if start(Programs::Any).await.is_none() {
        return;
    }
    let mut owner = Owner::start("panic");
    drop(owner.child.stdin.take());
    assert!(!owner.child.wait().unwrap().success());
    // Unwinding drops the server, and drop waits.
    assert!(owner.is_gone());
}

#[tokio::test]
async fn a_server_whose_watchdog_was_killed_is_still_stopped() {
    let Some(postgres) = start(Programs::Any).await else { return };
    let (dir, process) = (postgres.dir.clone(), process_of(&postgres.dir));
    let listed = Command::new("pgrep").args(["-f", &format!("glaux-keeper .*{}", dir.display())]).output().unwrap();
    let watchdog = String::from_utf8(listed.stdout).unwrap().trim().to_owned();
    assert!(Command::new("kill").args(["-KILL", &watchdog]).status().unwrap().success(), "no watchdog: {watchdog:?}");
    postgres.stop().await.unwrap();
    assert!(!dir.exists() && !runs(process));
}

#[tokio::test]
async fn a_port_that_is_taken_is_given_up_for_another() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = found::options(Programs::Installed);
    options.port = Some(taken.local_addr().unwrap().port());
    let Some(postgres) = start_with(options).await else { return };
    assert_ne!(Some(postgres.port), taken.local_addr().ok().map(|address| address.port()));
    postgres.connect("postgres").await.unwrap();
}

/// This test binary again, as a test that wants a database and sees the given settings; its output, and whether it passed.
fn guest(settings: &[(&str, &str)]) -> (String, bool) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_guest_of_other_tests", "--ignored", "--nocapture"]);
    for name in ["TEST_POSTGRES_URL", "TEST_POSTGRES_BIN", "TEST_POSTGRES_VERSION", "TEST_REQUIRE"] {
        command.env_remove(name);
    }
    let output = command.env(CHILD, "guest").envs(settings.iter().copied()).output().unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

#[tokio::test]
#[ignore = "started by other tests as a process of its own"]
async fn the_guest_of_other_tests() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let Some(database) = found::database("CREATE TABLE t AS SELECT 42 AS a").await else { return };
    let row = database.client().await.query_one("SELECT a, current_database()::text FROM t", &[]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, String>(1)), (42, database.name.clone()));
    println!("USED {} as {} with {:?}", database.url(), database.user(), database.password());
}

#[tokio::test]
async fn a_given_server_is_used_and_gets_its_databases_dropped() {
    let Some(postgres) = start(Programs::Any).await else { return };
    let (user, password, port) = (&postgres.superuser, postgres.password.expose(), postgres.port);
    let ca = postgres.ca_path.display();
    for url in [
        format!("postgresql://{user}:{password}@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={ca}"),
        format!("jdbc:postgresql://127.0.0.1:{port}/postgres?user={user}&password={password}"),
    ] {
        let (output, passed) = guest(&[("TEST_POSTGRES_URL", &url)]);
        assert!(passed && output.contains("USED jdbc:postgresql://"), "{output}");
        assert!(!output.contains(password), "the password is printed");
    }
    let client = postgres.connect("postgres").await.unwrap();
    let left = client.query("SELECT FROM pg_database WHERE datname LIKE 'test%'", &[]).await.unwrap();
    assert!(left.is_empty(), "{} databases are left", left.len());
}

#[tokio::test]
async fn without_a_server_a_test_says_so_and_fails_only_where_one_is_required() {
    let empty = tempfile::tempdir().unwrap();
    // Nobody listens there, so nothing can be fetched.
    let nowhere = [
        ("TEST_POSTGRES_VERSION", FETCHED_VERSION),
        ("XDG_CACHE_HOME", empty.path().to_str().unwrap()),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
    ];
    let demanded = [&nowhere[..], &[("TEST_REQUIRE", "java, postgres")]].concat();
    // Side by side, because giving up takes its time.
    let (optional, required) = std::thread::scope(|scope| {
        let required = scope.spawn(|| guest(&demanded));
        (guest(&nowhere), required.join().unwrap())
    });
    let (output, passed) = optional;
    let line = "skipped: the_guest_of_other_tests: needs PostgreSQL: set TEST_POSTGRES_URL";
    assert!(passed && output.contains(line), "{output}");
    assert!(!required.1, "{}", required.0);
}
