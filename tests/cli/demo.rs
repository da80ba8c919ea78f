use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use glaux::local::servers::Product;

use crate::run::{Glaux, Ran};
use crate::support;

/// Whether a demo only failed because there is no PostgreSQL to be had.
fn is_skipped(code: i32, stderr: &str, what: &str) -> bool {
    let missing = code == 4 && stderr.contains("no installed ");
    let unreachable = code == 6 && stderr.contains("fetching PostgreSQL");
    if missing || unreachable {
        support::skip(what, stderr.lines().next().unwrap_or_default());
    }
    missing || unreachable
}

/// The directories that the demo says its servers are in.
fn server_directories(stdout: &str) -> Vec<PathBuf> {
    let places = stdout.split("files are in ").skip(1).filter_map(|line| line.split(' ').next());
    places.map(PathBuf::from).collect()
}

fn server_directory(stdout: &str) -> PathBuf {
    server_directories(stdout).pop().unwrap()
}

fn check_leaves_nothing(ran: &Ran, servers: usize) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stderr, "", "nothing to complain about");
    let directories = server_directories(&ran.stdout);
    assert_eq!(directories.len(), servers, "{}", ran.stdout);
    for directory in directories {
        assert!(directory.file_name().is_some() && !directory.exists(), "{} is left", directory.display());
    }
}

/// What every engine's tour tells.
const TOLD: [&str; 6] = [
    "   Emmy Noether | DE      | Ticket 2  | 2024-06-03T12:00:00.003\n",
    "   returned |  2499 | 1050712.60\n",
    "   1234 | 2024-01-01T00:20:34.124 | buy\n",
    "   result: 75,000 rows in ",
    " spilled objects\n",
    "glaux demo --shell",
];

fn check_told(ran: &Ran, words: &[&str], sql: &[&str]) {
    for told in TOLD.iter().chain(words) {
        assert!(ran.stdout.contains(told), "{told} is not in {}", ran.stdout);
    }
    // Wherever the lines were broken.
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    for sql in sql {
        assert!(words.join(" ").contains(sql), "{sql} is not in {}", ran.stdout);
    }
}

fn check_tour(ran: &Ran) {
    check_leaves_nothing(ran, 1);
    check_told(
        ran,
        &[
            "   an_int8             | bigint               | 1234567890123                         | -9223372036854775808\n",
        ],
        &[
            "(\"customer_id\" = CAST($1 AS pg_catalog.int4)) AND (\"status\" IN (",
            "WHERE ((\"happened_at\" >= CAST($1 AS pg_catalog.timestamp) AND \"happened_at\" < CAST($2",
        ],
    );
}

fn check_tour_of_mysql(product: Product) {
    let ran = Glaux::bare().run(&["demo", "--engine", product.token()]);
    if is_skipped(ran.code, &ran.stderr, product.token()) {
        return;
    }
    check_leaves_nothing(&ran, 1);
    let own_type = match product {
        Product::MariaDb => "   a_uuid               | varchar        | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 ",
        // From MySQL 9.0 on: 1, 2.5 and -3 as little-endian floats.
        Product::MySql => "   a_vector             | varbinary      | 0x0000803f00002040000040c0 ",
    };
    check_told(
        &ran,
        &[&format!("{product} "), ", installed at ", "the random password is in a private file", own_type],
        &["(`customer_id` = ?) AND (", "WHERE ((`happened_at` >= CAST(? AS DATETIME(3)) AND `happened_at` < "],
    );
}

#[test]
fn the_demo_runs_on_mariadb_and_leaves_nothing() {
    check_tour_of_mysql(Product::MariaDb);
}

#[test]
fn the_demo_runs_on_mysql_and_leaves_nothing() {
    check_tour_of_mysql(Product::MySql);
}

#[test]
fn two_engines_are_joined_and_each_is_asked_in_its_own_sql() {
    let ran = Glaux::bare().run(&["demo", "--engine", "all"]);
    if is_skipped(ran.code, &ran.stderr, "mariadb") {
        return;
    }
    check_leaves_nothing(&ran, 2);
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "FROM \"shop\".\"orders\" WHERE",
        "FROM `shop`.`customers` WHERE",
        "FROM `crm`.`tickets` WHERE",
        "result: 5 rows in",
    ] {
        assert!(words.contains(told), "{told} is not in {}", ran.stdout);
    }
    assert!(ran.stdout.contains("glaux demo --shell"), "{}", ran.stdout);
}

const JOINED: &str = "select o.id, o.status, o.note, c.name, c.created_at, t.id, t.opened_at, i.price from A.shop.orders as o \
    join B.shop.customers as c on c.id = o.customer_id join B.crm.tickets as t on t.customer_id = c.id \
    join A.shop.order_items as i on i.order_id = o.id \
    where o.status in ('returned', 'paid') and c.country <> 'DE' order by o.id, t.subject, i.line";

#[test]
fn a_join_of_two_engines_gives_the_rows_of_one() {
    let Some(kept) = Kept::start(&["--engine", "all"]) else { return };
    let glaux = kept.reached();
    let second = if kept.printed.contains("mariadb_connection_string") { "mariadb" } else { "mysql" };
    let rows =
        |a: &str, b: &str| glaux.sql("csv", &JOINED.replace("A.", &format!("{a}.")).replace("B.", &format!("{b}.")));
    let expected = rows("pg", "pg");
    assert!(expected.lines().count() > 500, "{expected}");
    for (a, b) in [("pg", second), (second, "pg"), (second, second)] {
        assert_eq!(rows(a, b), expected, "{a} and {b}");
    }
    assert_eq!(kept.stopped_by("-INT"), Some(130));
}

#[test]
fn what_cannot_be_started_or_reached_says_what_to_do() {
    let url = ["--url", "jdbc:mysql://db.example.com:3306/", "--user", "me"];
    for (arguments, code, told, hint) in [
        (
            &["--engine", "sqlserver"][..],
            1,
            "no server of SQL Server can be started here",
            "--url 'jdbc:sqlserver://localhost;",
        ),
        (&["--engine", "oracle"], 1, "no server of Oracle can be started here", "docker run"),
        (&["--engine", "mariadb", "--fetch"], 1, "MariaDB is not to be fetched", "leave --fetch out"),
        (&[&["--engine", "all"][..], &url].concat(), 2, "takes no --url", "--engine postgresql"),
        (&[&["--engine", "oracle"][..], &url].concat(), 2, "does not start with jdbc:oracle:thin:", "oracle://jdbc:"),
        (
            &[&["--engine", "sqlserver"][..], &url].concat(),
            2,
            "does not start with jdbc:sqlserver://",
            "sqlserver://jdbc:",
        ),
        (&[&["--engine", "mysql"][..], &url].concat(), 6, "there is no password", "GLAUX_DEMO_PASSWORD"),
    ] {
        let ran = Glaux::bare().run(&[&["demo"], arguments].concat());
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.split_once("\n\nhint: ").is_some_and(|(_, told)| told.contains(hint)), "{}", ran.stderr);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
    }
    let glaux = Glaux::bare().set("GLAUX_DEMO_PASSWORD", "hunter2");
    let ran = glaux.run(&["demo", "--url", "jdbc:postgresql://h/d?password=hunter2", "--user", "me"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("password") && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn the_demo_runs_on_an_installed_server_and_leaves_nothing() {
    let ran = Glaux::bare().run(&["demo", "--installed"]);
    if !is_skipped(ran.code, &ran.stderr, "postgres") {
        assert!(ran.stdout.contains(", installed at ") && ran.stdout.contains("--fetch takes"), "{}", ran.stdout);
        check_tour(&ran);
    }
}

#[test]
fn the_demo_runs_on_a_fetched_server_and_leaves_nothing() {
    let ran = Glaux::bare().run(&["demo", "--fetch"]);
    if !is_skipped(ran.code, &ran.stderr, "maven") {
        assert!(
            ran.stdout.contains(", fetched from Maven Central") && ran.stdout.contains("--installed"),
            "{}",
            ran.stdout
        );
        check_tour(&ran);
    }
}

/// Only root starts the server as somebody else, who cannot get to the copy of the programs.
#[test]
fn a_private_directory_for_temporary_files_is_no_riddle_to_root() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let glaux = Glaux::bare();
    std::fs::set_permissions(glaux.temp.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let is_root = std::fs::metadata(glaux.temp.path()).unwrap().uid() == 0;
    let ran = glaux.run(&["demo", "--fetch"]);
    if is_root && ran.code != 0 && !is_skipped(ran.code, &ran.stderr, "maven") {
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: set TMPDIR to a directory that every user may enter"), "{}", ran.stderr);
    }
}

#[test]
fn the_demo_ends_in_a_shell_if_it_is_asked_to() {
    let glaux = Glaux::bare();
    let ran =
        glaux.fed(&["demo", "--shell"], "\\d crm.contacts\nselect \"Full Name\" from crm.contacts where id = 3;\n");
    if is_skipped(ran.code, &ran.stderr, "postgres") {
        return;
    }
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\nselect     | varchar      | A keyword\n"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("full name\n---------\n葉問\n"), "{}", ran.stdout);
    assert!(glaux.left_behind().is_empty() && !server_directory(&ran.stdout).exists());
}

/// A demo that stays, and the settings it tells for another terminal.
pub struct Kept {
    home: Glaux,
    child: Child,
    printed: String,
}

impl Kept {
    pub fn start(more: &[&str]) -> Option<Self> {
        Self::start_in(Glaux::bare(), more)
    }

    fn start_in(home: Glaux, more: &[&str]) -> Option<Self> {
        let mut child = home.start(&[&["demo", "--keep"], more].concat());
        let mut printed = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while lines.read_line(&mut printed).unwrap() > 0 {
            if printed.ends_with("  glaux sql\n") {
                return Some(Self { home, child, printed });
            }
        }
        let ended = child.wait_with_output().unwrap();
        let (code, stderr) = (ended.status.code().unwrap_or(-1), String::from_utf8(ended.stderr).unwrap());
        let what = if stderr.contains("MariaDB") { "mariadb" } else { "postgres" };
        assert!(is_skipped(code, &stderr, what), "{code}: {stderr}\n{printed}");
        None
    }

    /// What it says to export.
    pub fn exports(&self) -> Vec<(String, String)> {
        let lines = self.printed.lines().filter_map(|line| line.strip_prefix("  export ")?.split_once("='"));
        lines.map(|(name, value)| (name.to_owned(), value.strip_suffix('\'').unwrap().to_owned())).collect()
    }

    fn reached(&self) -> Glaux {
        self.exports().iter().fold(Glaux::bare(), |glaux, (name, value)| glaux.set(name, value))
    }

    /// Stops it by a signal and returns its exit code.
    pub fn stopped_by(mut self, signal: &str) -> Option<i32> {
        assert!(!self.home.left_behind().is_empty(), "it runs");
        let servers: Vec<(PathBuf, u32)> =
            server_directories(&self.printed).into_iter().map(|server| (server.clone(), process_of(&server))).collect();
        assert!(servers.iter().all(|(server, pid)| server.exists() && support::runs(*pid)));
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        for (server, pid) in servers {
            assert!(!server.exists() && !support::runs(pid), "the server in {} is left", server.display());
        }
        assert_eq!(self.home.left_behind(), Vec::<String>::new());
        code
    }
}

/// The process that a server's own file names.
fn process_of(server: &Path) -> u32 {
    let file = ["data/postmaster.pid", "process"].map(|name| server.join(name)).into_iter().find(|file| file.exists());
    let pid = std::fs::read_to_string(file.unwrap()).unwrap();
    pid.lines().next().unwrap().parse().unwrap()
}

#[test]
fn a_demo_that_is_kept_can_be_used_by_others_and_leaves_nothing_when_it_is_terminated() {
    let Some(kept) = Kept::start(&[]) else { return };
    let glaux = kept.reached();
    let query = "select id, note from shop.orders where id in (50, 51) order by id";
    assert_eq!(glaux.sql("csv", query), "id,note\n50,\"Gift; say \"\"hi\"\" to \\ and '50'\"\n51,\n");
    let empty = "select id, name from shop.customers where id in (6, 7) order by id";
    assert_eq!(glaux.sql("csv", empty), "id,name\n6,\"\"\n7,Customer 7\n");

    let checked = glaux.run(&["check", "-o", "csv"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    for row in [
        "\npg,ok,user,glaux_reader\n",
        "\npg,ok,tls,\"TLSv1.3, ",
        " in 2 schemas can be read\n",
        "\npg,ok,splits,\"each split reads a snapshot of its own: ",
    ] {
        assert!(checked.stdout.contains(row), "{row} is not in {}", checked.stdout);
    }
    assert!(!checked.stdout.contains("pg,warning"), "the reader has no right too many: {}", checked.stdout);

    let explained = glaux.sql("table", "explain select id from shop.events where kind = 'buy' and amount > 5 limit 3");
    assert!(explained.contains("\n  sql             SELECT \"id\""), "{explained}");
    assert!(explained.contains("\n  binds           $1 ") && explained.contains("$2 "), "{explained}");
    let sql = explained.lines().find(|line| line.starts_with("  sql ")).unwrap();
    assert!(!sql.contains("'buy'"), "values are bound: {sql}");

    let refused = glaux.set("pg2_connection_string", "postgres://jdbc:postgresql://localhost:1/db?sslmode=disable");
    assert_eq!(refused.run(&["sql", "select * from pg2.a.b"]).code, 6);
    assert_eq!(kept.stopped_by("-TERM"), Some(143));
}

#[test]
fn a_wrong_password_is_told_as_such_and_is_not_shown() {
    let Some(kept) = Kept::start(&[]) else { return };
    let url = kept.printed.split_once("pg_connection_string='").unwrap().1.split_once("&${").unwrap().0;
    let glaux = Glaux::bare().set("default", &format!("{url}&user=glaux_reader&password=hunter2"));
    for arguments in [&["sql", "-vv", "select * from shop.orders"][..], &["check", "-vv"]] {
        let ran = glaux.run(arguments);
        assert_eq!(ran.code, 6, "{ran:?}");
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{ran:?}");
    }
    assert_eq!(kept.stopped_by("-INT"), Some(130));
}

/// At PostgreSQL and one other engine, if there is one.
#[cfg(feature = "governance")]
#[tokio::test]
async fn a_grant_is_followed_from_the_request_to_the_last_trace_gone() {
    let glaux = Glaux::bare();
    let ran = glaux.run(&["demo", "grants"]);
    if is_skipped(ran.code, &ran.stderr, "postgres") {
        return;
    }
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let servers = server_directories(&ran.stdout);
    assert!(servers.iter().all(|directory| !directory.exists()));
    for (told, count) in [
        ("from the approval to the first rows: ", servers.len()),
        ("what was given by hand was found and taken away", servers.len()),
        ("a query that ran during the rotation read its 5000 rows to the end", servers.len()),
        ("an open session ended with its access, ", servers.len()),
        ("its login is refused", servers.len()),
        ("neither of its two users is left at the server, and its secret is deleted", servers.len()),
    ] {
        assert_eq!(ran.stdout.matches(told).count(), count, "{told}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("it may read shop.products"), "{}", ran.stdout);
    println!("{}", ran.stdout.lines().filter(|line| line.starts_with("  ok")).collect::<Vec<_>>().join("\n"));
}
