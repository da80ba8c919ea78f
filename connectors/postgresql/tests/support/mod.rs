//! A real server for this crate's tests: the one of `TEST_POSTGRES_URL`, else one started from the programs of
//! `TEST_POSTGRES_BIN` or of an installation, else a printed skip that `TEST_REQUIRE=postgres` turns into failure.
// The keeper outlives this process by a moment, so nobody waits for it; what is printed is the test's output.
#![allow(dead_code, clippy::format_push_string, clippy::print_stdout, clippy::unwrap_used, clippy::zombie_processes)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use arrow_array::{Array, RecordBatch};
use connector_core::testing::suite;
use connector_core::{Connection, Credential, Endpoint, Error, Scan, Secret, Settings, Table, TableName};
use connector_postgresql::CONNECTOR;
use connector_tls::testing as certificates;
use tokio_postgres::NoTls;

/// Password of every user that the tests make.
pub const PASSWORD: &str = "correct horse";

/// A server, and who rules it.
pub struct Server {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    pub database: String,
    /// Its certificate authority and its directory, if it was started here.
    pub dir: Option<PathBuf>,
    /// Its keeper stops it when this end of the pipe closes, however this process ends.
    _keeper: Option<ChildStdin>,
}

/// The server, if there is one.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| given().or_else(started)).as_ref();
    if server.is_none() {
        let required =
            std::env::var("TEST_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one.trim() == "postgres"));
        assert!(!required, "TEST_REQUIRE names postgres, but there is none");
        println!("skipped: needs PostgreSQL: set TEST_POSTGRES_URL or TEST_POSTGRES_BIN, or install it");
    }
    server
}

/// The server, if it was started here and so has TLS, users and rules of ours.
pub fn own_server() -> Option<&'static Server> {
    server().filter(|server| server.dir.is_some())
}

fn given() -> Option<Server> {
    let url = std::env::var("TEST_POSTGRES_URL").ok()?;
    let config: tokio_postgres::Config = url.trim_start_matches("jdbc:").parse().unwrap();
    let tokio_postgres::config::Host::Tcp(host) = config.get_hosts().first().unwrap() else { panic!("no TCP host") };
    Some(Server {
        host: host.clone(),
        port: config.get_ports().first().copied().unwrap_or(5432),
        user: config.get_user().unwrap_or("postgres").to_owned(),
        password: String::from_utf8_lossy(config.get_password().unwrap_or_default()).into_owned(),
        database: config.get_dbname().unwrap_or("postgres").to_owned(),
        dir: None,
        _keeper: None,
    })
}

fn programs() -> Option<PathBuf> {
    if let Ok(bin) = std::env::var("TEST_POSTGRES_BIN") {
        return Some(bin.into());
    }
    let installed = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin"));
    installed.filter(|bin| bin.join("initdb").exists()).max()
}

fn started() -> Option<Server> {
    let bin = programs()?;
    let shm = Path::new("/dev/shm");
    let place = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
    let dir = tempfile::Builder::new().prefix("glaux-pg-").tempdir_in(place).unwrap().keep();
    certificates::write(&dir);
    std::fs::write(dir.join("password"), PASSWORD).unwrap();
    std::fs::write(dir.join("pg_hba.conf"), include_str!("pg_hba.conf")).unwrap();
    let mut keeper = Command::new("bash")
        .args(["-c", include_str!("keeper.sh"), "keeper"])
        .args([&bin, &dir])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (stdin, mut stdout) = (keeper.stdin.take(), BufReader::new(keeper.stdout.take().unwrap()));
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap_or_else(|_| {
        panic!("the server did not start: {}", std::fs::read_to_string(dir.join("log")).unwrap_or_default())
    });
    println!("PostgreSQL of {} on port {port}", bin.display());
    Some(Server {
        host: "localhost".into(),
        port,
        user: "postgres".into(),
        password: PASSWORD.into(),
        database: "postgres".into(),
        dir: Some(dir),
        _keeper: stdin,
    })
}

impl Server {
    /// A superuser's session in `database`, not encrypted.
    pub async fn admin(&self, database: &str) -> tokio_postgres::Client {
        let mut config = tokio_postgres::Config::new();
        config.host(&self.host).port(self.port).user(&self.user).password(&self.password).dbname(database);
        let (client, wire) = config.connect(NoTls).await.unwrap();
        tokio::spawn(wire);
        client
    }

    /// Runs statements as superuser.
    pub async fn run(&self, sql: &str) {
        let client = self.admin(&self.database).await;
        client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    /// A schema of its own, made anew and filled; `reader` may read all of it.
    pub async fn schema(&self, name: &str, sql: &str) {
        self.run(&format!(
            "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN \
             CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; END IF; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$; \
             DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; SET search_path = {name}, public; {sql}; \
             GRANT USAGE ON SCHEMA {name} TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO reader"
        ))
        .await;
    }

    pub fn url(&self, options: &str) -> String {
        format!("jdbc:postgresql://{}:{}/{}?{options}", self.host, self.port, self.database)
    }

    /// The usual way in: verified where the server is ours, in clear where it was given.
    pub fn endpoint(&self) -> Endpoint {
        let options = match &self.dir {
            Some(dir) => format!("sslrootcert={}", dir.join("ca.crt").display()),
            None => "sslmode=disable".to_owned(),
        };
        CONNECTOR.endpoint(&self.url(&options)).unwrap()
    }

    pub async fn connect(&self) -> Box<dyn Connection> {
        self.connect_with(&Settings::default()).await
    }

    pub async fn connect_with(&self, settings: &Settings) -> Box<dyn Connection> {
        self.enter(&self.endpoint(), &credential("reader", PASSWORD), settings).await.unwrap()
    }

    pub async fn enter(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        settings: &Settings,
    ) -> Result<Box<dyn Connection>, Error> {
        CONNECTOR.connect(endpoint, credential, settings).await
    }

    /// The failure to get in with these options.
    pub async fn refused(&self, options: &str, user: &str, password: &str) -> Error {
        let endpoint = CONNECTOR.endpoint(&self.url(options)).unwrap();
        match self.enter(&endpoint, &credential(user, password), &Settings::default()).await {
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
        DataType::List(_) => {
            let list = array.as_list::<i32>().value(row);
            format!("[{}]", (0..list.len()).map(|item| cell(list.as_ref(), item)).collect::<Vec<_>>().join(", "))
        }
        other => panic!("no text for {other}"),
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar; year 0 is 1 BC.
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
