//! Real servers for this crate's tests, MariaDB and MySQL: those of `TEST_MARIADB_URL` and `TEST_MYSQL_URL`, else ones that are
//! installed or unpacked and started here, else a printed skip that `TEST_REQUIRE=mariadb,mysql` turns into failure.
// The keeper outlives this process by a moment, so nobody waits for it; what is printed is the test's output.
#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used, clippy::zombie_processes)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use arrow_array::{Array, RecordBatch};
use connector_core::testing::suite;
use connector_core::{Connection, Credential, Endpoint, Error, Scan, Secret, Settings, Table, TableName};
use connector_mysql::CONNECTOR;
use connector_tls::testing as certificates;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};

/// Password of every user that the tests make.
pub const PASSWORD: &str = "correct horse";

/// Which product a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    MariaDb,
    MySql,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
        }
    }
}

/// A server, and who rules it.
pub struct Server {
    pub kind: Kind,
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    /// Its directory with the certificates, if it was started here.
    pub dir: Option<PathBuf>,
    /// Its keeper stops it when this end of the pipe closes, however this process ends.
    _keeper: Option<ChildStdin>,
}

/// The servers that there are: every test runs against each of them.
pub fn servers() -> Vec<&'static Server> {
    static SERVERS: [OnceLock<Option<Server>>; 2] = [OnceLock::new(), OnceLock::new()];
    let kinds = [Kind::MariaDb, Kind::MySql];
    std::thread::scope(|scope| {
        for (kind, server) in kinds.iter().zip(&SERVERS) {
            scope.spawn(move || server.get_or_init(|| given(*kind).or_else(|| started(*kind))));
        }
    });
    let mut found = Vec::new();
    for (kind, server) in kinds.iter().zip(&SERVERS) {
        match server.get().unwrap() {
            Some(server) => found.push(server),
            None => skipped(*kind),
        }
    }
    found
}

/// The servers that were started here and so have TLS and users of ours.
pub fn own_servers() -> Vec<&'static Server> {
    servers().into_iter().filter(|server| server.dir.is_some()).collect()
}

fn required(kind: Kind) -> bool {
    std::env::var("TEST_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one.trim() == kind.name()))
}

fn skipped(kind: Kind) {
    let name = kind.name();
    assert!(!required(kind), "TEST_REQUIRE names {name}, but there is none");
    say(&format!("SKIPPED on {name}: install it, or set TEST_{}_URL", name.to_uppercase()));
}

fn given(kind: Kind) -> Option<Server> {
    let url = std::env::var(format!("TEST_{}_URL", kind.name().to_uppercase())).ok()?;
    let opts = Opts::from_url(url.trim_start_matches("jdbc:")).unwrap();
    Some(Server {
        kind,
        host: opts.ip_or_hostname().to_owned(),
        port: opts.tcp_port(),
        user: opts.user().unwrap_or("root").to_owned(),
        password: opts.pass().unwrap_or_default().to_owned(),
        dir: None,
        _keeper: None,
    })
}

/// Where a server's programs are. MySQL may lie unpacked beside the system, and is fetched when it is required.
fn installed(kind: Kind) -> Option<PathBuf> {
    if kind == Kind::MariaDb {
        return ["/usr/sbin", "/usr/bin", "/usr/libexec"]
            .map(PathBuf::from)
            .into_iter()
            .find(|bin| bin.join("mariadbd").exists());
    }
    let has_server = |root: &PathBuf| root.join("usr/sbin/mysqld").exists();
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mysql");
    let named = std::env::var("TEST_MYSQL_ROOT").ok().map(PathBuf::from);
    let system = PathBuf::from("/").canonicalize().ok().filter(|root| !root.join("usr/sbin/mariadbd").exists());
    let found = named.into_iter().chain(system).chain([fetched.join("root")]).find(has_server);
    if found.is_some() || !required(kind) {
        return found;
    }
    say("fetching MySQL");
    let script = include_str!("fetch.sh");
    let output = Command::new("bash").args(["-c", script, "fetch"]).arg(&fetched).output().unwrap();
    assert!(output.status.success(), "fetching MySQL: {}", String::from_utf8_lossy(&output.stderr));
    Some(fetched.join("root")).filter(has_server)
}

fn started(kind: Kind) -> Option<Server> {
    let programs = installed(kind)?;
    let shm = Path::new("/dev/shm");
    let place = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
    let dir = tempfile::Builder::new().prefix(&format!("glaux-{}-", kind.name())).tempdir_in(place).unwrap().keep();
    certificates::write(&dir);
    let plugin = if kind == Kind::MySql { "WITH caching_sha2_password " } else { "" };
    let create = if kind == Kind::MySql { "CREATE USER" } else { "CREATE OR REPLACE USER" };

    // One statement a line; the server takes no other.
    let users = format!(
        "{create} root@'127.0.0.1' IDENTIFIED {plugin}BY '{PASSWORD}';\n\
         GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n\
         SET GLOBAL time_zone = '+05:00';\n\
         SET GLOBAL sql_select_limit = 5;\n\
         SET GLOBAL group_concat_max_len = 8;\n\
         SET GLOBAL TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;\n"
    );
    std::fs::write(dir.join("init.sql"), users).unwrap();
    let mut keeper = Command::new("bash")
        .args(["-c", include_str!("keeper.sh"), "keeper", kind.name()])
        .args([&programs, &dir])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (stdin, mut stdout) = (keeper.stdin.take(), BufReader::new(keeper.stdout.take().unwrap()));
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let log = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap_or_default();
    let port =
        line.trim().parse().unwrap_or_else(|_| panic!("no {}: {}{}", kind.name(), log("log"), log("server.log")));
    say(&format!("{} of {} on port {port}", kind.name(), programs.display()));
    Some(Server {
        kind,
        host: "localhost".into(),
        port,
        user: "root".into(),
        password: PASSWORD.into(),
        dir: Some(dir),
        _keeper: stdin,
    })
}

impl Server {
    pub fn is_mariadb(&self) -> bool {
        self.kind == Kind::MariaDb
    }

    /// A ruler's session by another's client, not encrypted.
    pub async fn admin(&self) -> Conn {
        let host = if self.host == "localhost" { "127.0.0.1" } else { &self.host };
        let opts = OptsBuilder::default().ip_or_hostname(host).tcp_port(self.port).prefer_socket(false);
        Conn::new(opts.user(Some(&self.user)).pass(Some(&self.password))).await.unwrap()
    }

    /// Runs statements as ruler, in any mode that lets odd values in.
    pub async fn run(&self, sql: &str) {
        let mut admin = self.admin().await;
        admin
            .query_drop("SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00', sql_select_limit = 1000000")
            .await
            .unwrap();
        admin.query_drop(sql).await.unwrap_or_else(|error| panic!("{:?}: {error}\n{:.2000}", self.kind, sql));
        admin.disconnect().await.unwrap();
    }

    /// A schema of its own, made anew and filled; `reader` may read all of it.
    pub async fn schema(&self, name: &str, sql: &str) {
        self.run(&format!(
            "CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY '{PASSWORD}'; \
             DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}` CHARACTER SET utf8mb4; USE `{name}`; {sql}; \
             GRANT SELECT, EXECUTE ON `{name}`.* TO reader@'%'"
        ))
        .await;
    }

    pub fn url(&self, options: &str) -> String {
        format!("jdbc:mysql://{}:{}/?{options}", self.host, self.port)
    }

    /// The options of the usual way in: verified where the server is ours, in clear where it was given.
    pub fn options(&self) -> String {
        match &self.dir {
            Some(dir) => format!("sslCa={}", dir.join("ca.crt").display()),
            None => "sslMode=DISABLED&allowPublicKeyRetrieval=true".to_owned(),
        }
    }

    /// The ruler's usual way in, as a setting of a function has it.
    pub fn setting(&self) -> String {
        let password = self.password.replace(' ', "%20");
        format!("mysql://{}", self.url(&format!("{}&user={}&password={password}", self.options(), self.user)))
    }

    /// The path of a file of the server's certificates.
    pub fn file(&self, name: &str) -> String {
        self.dir.as_ref().unwrap().join(name).display().to_string()
    }

    pub async fn connect(&self) -> Box<dyn Connection> {
        self.connect_with(&Settings::default()).await
    }

    pub async fn connect_with(&self, settings: &Settings) -> Box<dyn Connection> {
        self.enter(&self.options(), &credential("reader", PASSWORD), settings).await.unwrap()
    }

    /// The usual way in, with more options.
    pub async fn connect_by(&self, options: &str) -> Box<dyn Connection> {
        let options = format!("{}&{options}", self.options());
        self.enter(&options, &credential("reader", PASSWORD), &Settings::default()).await.unwrap()
    }

    pub async fn enter(
        &self,
        options: &str,
        credential: &Credential,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>, Error> {
        let endpoint: Endpoint = CONNECTOR.endpoint(&self.url(options)).unwrap();
        CONNECTOR.connect(&endpoint, credential, settings).await
    }

    /// The failure to get in with these options.
    pub async fn refused(&self, options: &str, user: &str, password: &str) -> Error {
        match self.enter(options, &credential(user, password), &Settings::default()).await {
            Ok(_) => panic!("{user} got in with {options:?}"),
            Err(error) => error,
        }
    }
}

pub fn credential(user: &str, password: &str) -> Credential {
    Credential { user: user.into(), password: Secret::new(password) }
}

/// A table as the connection describes it.
pub async fn table(connection: &mut dyn Connection, schema: &str, table: &str) -> Table {
    connection.table(&TableName::new(schema, table)).await.unwrap()
}

/// A scan of all columns.
pub fn scan(table: &Table) -> Scan {
    Scan::new(table.clone(), table.columns.iter().map(|column| column.name.clone()).collect())
}

/// A scan as the handler does it.
pub async fn read(connection: &mut dyn Connection, scan: &Scan) -> RecordBatch {
    suite::read(connection, CONNECTOR.dialect(), scan).await
}

/// The first failure of a scan.
pub async fn failure(connection: &mut dyn Connection, scan: &Scan) -> Error {
    let rendered = connector_core::sql::render(scan, CONNECTOR.dialect()).unwrap();
    let stream = connection.read(scan, &rendered.statement, connector_core::BatchLimits::default()).await;
    let outcome = match stream {
        Ok(stream) => futures::TryStreamExt::try_collect::<Vec<_>>(stream).await,
        Err(error) => Err(error),
    };
    outcome.expect_err("the scan was read to its end")
}

/// The whole table.
pub async fn whole(connection: &mut dyn Connection, schema: &str, name: &str) -> RecordBatch {
    let table = table(connection, schema, name).await;
    read(connection, &scan(&table)).await
}

/// The cells of a column as text; NULL is `∅`.
pub fn shown(batch: &RecordBatch, column: &str) -> Vec<String> {
    let column = batch.column_by_name(column).unwrap();
    (0..batch.num_rows()).map(|row| cell(column.as_ref(), row)).collect()
}

fn cell(array: &dyn Array, row: usize) -> String {
    use arrow_array::cast::AsArray;
    use arrow_array::types::*;
    use arrow_schema::DataType;
    if array.is_null(row) {
        return "∅".into();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Date64 => array.as_primitive::<Date64Type>().value(row).to_string(),
        DataType::Timestamp(..) => array.as_primitive::<TimestampMillisecondType>().value(row).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Binary => format!("{:02x?}", array.as_binary::<i32>().value(row)),
        other => panic!("no text for {other}"),
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * m + 2) / 5 + day - 1 - 719_468
}

/// Prints to the test's output whatever happens to a lock on stdout.
pub fn say(text: &str) {
    drop(writeln!(std::io::stdout(), "{text}"));
}
