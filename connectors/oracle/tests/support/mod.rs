//! A real server for this crate's tests: the one of `TEST_ORACLE_URL`, else a container, else a printed skip that
//! `TEST_REQUIRE=oracle` turns into failure.
#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used)]

use std::sync::OnceLock;

use arrow_array::{Array, RecordBatch};
use connector_core::testing::docker::{self, Container, Image};
use connector_core::testing::suite;
use connector_core::{Connection, Credential, Endpoint, Scan, Secret, Settings, Table, TableName};
use connector_oracle::CONNECTOR;

/// Password of every user that the tests make.
pub const PASSWORD: &str = "Correct_horse_8";

/// A server, and who rules it.
pub struct Server {
    pub endpoint: Endpoint,
    pub user: String,
    pub password: String,
    _container: Option<Container>,
}

/// The server, if there is one.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let required = std::env::var("TEST_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one.trim() == "oracle"));
    let found = || {
        given().or_else(|| match docker::start(&IMAGE, required) {
            Ok(container) => Some(contained(container)),
            Err(why) => {
                assert!(!required, "TEST_REQUIRE names oracle, but there is none: {why}");
                println!(
                    "skipped: needs Oracle: set TEST_ORACLE_URL=jdbc:oracle:thin:user/password@//host:1521/service; or in a \
                     container: {why}"
                );
                None
            }
        })
    };
    SERVER.get_or_init(found).as_ref()
}

const IMAGE: Image<'static> = Image {
    name: "gvenzl/oracle-free:23-slim-faststart",
    port: 1521,
    variables: &[("ORACLE_PASSWORD", PASSWORD)],
    ready: "DATABASE IS READY TO USE!",
};

fn contained(container: Container) -> Server {
    let url = format!("jdbc:oracle:thin:@//127.0.0.1:{}/FREEPDB1", container.port);
    let endpoint = CONNECTOR.endpoint(&url).unwrap();
    Server { endpoint, user: "system".into(), password: PASSWORD.into(), _container: Some(container) }
}

/// The URL with user and password, which are cut out of it as the application does with those of a connection string.
fn given() -> Option<Server> {
    let url = std::env::var("TEST_ORACLE_URL").ok()?;
    let (scheme, rest) = url.split_once("thin:").expect("TEST_ORACLE_URL is a URL of the thin driver");
    let (login, address) = rest.split_once('@').expect("TEST_ORACLE_URL has an @");
    let (user, password) = login.split_once('/').expect("TEST_ORACLE_URL has user/password before its @");
    let endpoint = CONNECTOR.endpoint(&format!("{scheme}thin:@{address}")).unwrap();
    Some(Server { endpoint, user: user.into(), password: password.into(), _container: None })
}

impl Server {
    /// The driver alone, logged in.
    pub fn admin(&self) -> Admin {
        let (host, port) = (&self.endpoint.host, self.endpoint.port.unwrap_or(1521));
        let config = oracledb::Config::default()
            .set_credentials(&self.user, &self.password)
            .set_connect_string(&format!("//{host}:{port}/{}", self.endpoint.database))
            .unwrap();
        Admin(oracledb::connect(config).unwrap())
    }

    /// Runs statements by the driver alone; those that begin with a question mark may fail.
    pub fn run(&self, statements: &[&str]) {
        self.admin().run(statements);
    }

    /// A schema of its own, which is a user, made anew and filled.
    pub fn schema(&self, name: &str, statements: &[&str]) {
        let user = format!("CREATE USER {name} IDENTIFIED BY \"{PASSWORD}\" QUOTA UNLIMITED ON users");
        self.run(&[&format!("?DROP USER {name} CASCADE"), &user, &format!("GRANT CREATE SESSION TO {name}")]);
        self.run(statements);
    }

    pub async fn connect(&self) -> Box<dyn Connection> {
        self.connect_as(&self.user, &self.password).await
    }

    pub async fn connect_as(&self, user: &str, password: &str) -> Box<dyn Connection> {
        let credential = Credential { user: user.into(), password: Secret::new(password) };
        CONNECTOR.connect(&self.endpoint, &credential, &Settings::default()).await.unwrap()
    }
}

/// The driver alone, which knows nothing of this connector.
pub struct Admin(oracledb::Connection);

impl Admin {
    /// Runs statements, and lets what they did stay; those that begin with a question mark may fail.
    pub fn run(&self, statements: &[&str]) {
        for sql in statements {
            let (sql, may_fail) = sql.strip_prefix('?').map_or((*sql, false), |sql| (sql, true));
            if let Err(error) = self.0.execute(sql, &[]) {
                assert!(may_fail, "{error}\n{sql}");
            }
        }
        self.0.commit().unwrap();
    }

    /// The first column of the answer as text; bytes as hexadecimal digits.
    pub fn ask(&self, sql: &str) -> Vec<Option<String>> {
        let mut rows = self.0.query(sql, &[]).unwrap_or_else(|error| panic!("{error}\n{sql}"));
        // The iterator ends once when a fetch brings nothing, which need not be the last one.
        let rows = std::iter::from_fn(|| rows.next().or_else(|| rows.next()));
        rows.map(|row| first(&row.unwrap_or_else(|error| panic!("{error}\n{sql}")), sql)).collect()
    }

    /// Whether the server has what a type is marked with: a version at least, or texts of more than 4,000 bytes, without
    /// which it knows no collations of columns.
    pub fn has(&self, only: &str) -> bool {
        if only == "extended" {
            let size = self.ask("SELECT value FROM v$parameter WHERE name = 'max_string_size'");
            return size == [Some("EXTENDED".into())];
        }
        self.0.version().unwrap().0 >= only.parse::<usize>().expect("a version")
    }
}

fn first(row: &oracledb::Row, sql: &str) -> Option<String> {
    if let Ok(text) = row.get::<Option<String>>(0) {
        return text;
    }
    if let Ok(number) = row.get::<Option<oracledb::OracleNumber>>(0) {
        return number.map(|number| number.to_string());
    }
    let bytes: Option<Vec<u8>> = row.get(0).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
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

/// The cells of a column as text; NULL is `∅`.
pub fn shown(batch: &RecordBatch, column: &str) -> Vec<String> {
    let column = batch.column_by_name(column).unwrap();
    (0..batch.num_rows()).map(|row| cell(column.as_ref(), row)).collect()
}

fn cell(array: &dyn Array, row: usize) -> String {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date64Type, Decimal128Type, Float32Type, Float64Type, Int64Type};
    use arrow_schema::DataType;
    if array.is_null(row) {
        return "∅".into();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date64 => array.as_primitive::<Date64Type>().value(row).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Binary => format!("{:02x?}", array.as_binary::<i32>().value(row)),
        other => panic!("no text for {other}"),
    }
}
