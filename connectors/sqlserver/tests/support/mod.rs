//! A real server for this crate's tests: the one of `TEST_SQLSERVER_URL`, else a container, else a printed skip that
//! `TEST_REQUIRE=sqlserver` turns into failure.
#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used)]

pub mod admin;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use connector_core::testing::docker::{self, Container, Image};
use connector_core::testing::suite;
use connector_core::{Connection, Credential, Domain, Endpoint, Scan, Secret, Settings, Table, TableName};
use connector_sqlserver::CONNECTOR;

pub use admin::Admin;

/// Password of every login that the tests make.
pub const PASSWORD: &str = "Correct-horse-8";

/// A server, and who rules it.
pub struct Server {
    /// As whoever connects writes it, without user and password.
    pub url: String,
    pub endpoint: Endpoint,
    pub user: String,
    pub password: String,
    _container: Option<Container>,
}

/// The server, if there is one.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let required = std::env::var("TEST_REQUIRE").is_ok_and(|all| all.split(',').any(|one| one.trim() == "sqlserver"));
    let found = || {
        given().or_else(|| match docker::start(&IMAGE, required) {
            Ok(container) => Some(contained(container)),
            Err(why) => {
                assert!(!required, "TEST_REQUIRE names sqlserver, but there is none: {why}");
                println!(
                    "skipped: needs SQL Server: set TEST_SQLSERVER_URL=jdbc:sqlserver://host:1433;databaseName=…;user=…;password=…; \
                     or in a container: {why}"
                );
                None
            }
        })
    };
    SERVER.get_or_init(found).as_ref()
}

const IMAGE: Image<'static> = Image {
    name: "mcr.microsoft.com/mssql/server:2022-latest",
    port: 1433,
    variables: &[("ACCEPT_EULA", "Y"), ("MSSQL_SA_PASSWORD", PASSWORD)],
    ready: "SQL Server is now ready for client connections",
};

fn contained(container: Container) -> Server {
    let url = format!("jdbc:sqlserver://127.0.0.1:{};databaseName=master;trustServerCertificate=true", container.port);
    let endpoint = CONNECTOR.endpoint(&url).unwrap();
    Server { url, endpoint, user: "sa".into(), password: PASSWORD.into(), _container: Some(container) }
}

/// The URL with user and password, which are cut out of it as the application does with those of a connection string.
fn given() -> Option<Server> {
    let url = std::env::var("TEST_SQLSERVER_URL").ok()?;
    let value = |name: &str| {
        let found =
            url.split(';').find_map(|part| part.split_once('=').filter(|(key, _)| key.eq_ignore_ascii_case(name)));
        found.map_or_else(|| panic!("TEST_SQLSERVER_URL has no {name}"), |(_, value)| value.to_owned())
    };
    let is_login = |part: &str| ["user=", "password="].iter().any(|key| part.to_ascii_lowercase().starts_with(key));
    let rest: Vec<&str> = url.split(';').filter(|part| !is_login(part)).collect();
    let rest = rest.join(";");
    let endpoint = CONNECTOR.endpoint(&rest).unwrap();
    let (user, password) = (value("user"), value("password"));
    Some(Server { url: rest, endpoint, user, password, _container: None })
}

impl Server {
    /// A session of whoever rules the server, by the driver alone.
    pub async fn admin(&self) -> Admin {
        Admin::enter(self).await
    }

    /// A schema of its own, made anew and filled.
    pub async fn schema(&self, name: &str, batches: &[&str]) {
        let all_of = |kind: &str, what: &str| {
            format!(
                "(SELECT STRING_AGG(CAST(N'DROP {what} ' + QUOTENAME(SCHEMA_NAME(schema_id)) + N'.' + QUOTENAME(name) AS nvarchar(max)), N'; ') \
                 FROM sys.objects WHERE SCHEMA_NAME(schema_id) = N'{name}' AND type = '{kind}')"
            )
        };
        let drop = format!(
            "DECLARE @views nvarchar(max) = {}, @tables nvarchar(max) = {}; EXEC (@views); EXEC (@tables); \
             IF SCHEMA_ID(N'{name}') IS NULL EXEC (N'CREATE SCHEMA {name}')",
            all_of("V", "VIEW"),
            all_of("U", "TABLE")
        );
        let mut admin = self.admin().await;
        admin.run(&[drop.as_str()]).await;
        admin.run(batches).await;
    }

    pub async fn connect(&self) -> Box<dyn Connection> {
        self.connect_as(&self.user, &self.password).await
    }

    pub async fn connect_as(&self, user: &str, password: &str) -> Box<dyn Connection> {
        let credential = Credential { user: user.into(), password: Secret::new(password) };
        CONNECTOR.connect(&self.endpoint, &credential, &Settings::default()).await.unwrap()
    }
}

/// A table as the connection describes it.
pub async fn table(connection: &mut dyn Connection, schema: &str, table: &str) -> Table {
    connection.table(&TableName::new(schema, table)).await.unwrap()
}

/// A scan of all columns.
pub fn scan(table: &Table) -> Scan {
    Scan::new(table.clone(), table.columns.iter().map(|column| column.name.clone()).collect())
}

/// A scan of all columns, of the rows whose `v` is in the domain.
pub fn within(table: &Table, domain: Domain) -> Scan {
    Scan { domains: BTreeMap::from([("v".into(), domain)]), ..scan(table) }
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
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Binary => format!("{:02x?}", array.as_binary::<i32>().value(row)),
        other => panic!("no text for {other}"),
    }
}
