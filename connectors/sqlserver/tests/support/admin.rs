//! Whoever rules the server, by the driver alone; and what a server lacks that is not Microsoft's.

use tiberius::{ColumnData, Row};
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

use super::Server;

/// A column with its type and a value a row, as they are written.
pub type Column = (&'static str, &'static str, &'static [&'static str]);

/// Values that Babelfish takes and makes into others: it keeps six digits of a second, and rounds; a variant's time has seven.
const MISTAKEN: &[(&str, &str)] = &[
    ("datetime2(7)", "'1969-12-31T23:59:59.9999999'"),
    ("datetimeoffset(7)", "'1970-01-01T01:00:00.1239999+01:00'"),
    ("sql_variant", "CAST('2020-02-29T12:00:00.123' AS datetime2(3))"),
    ("time(7)", "'12:34:56.1234567'"),
    ("time(7)", "'23:59:59.9999999'"),
];

pub struct Admin {
    client: tiberius::Client<Compat<tokio::net::TcpStream>>,
    /// Whether it only speaks SQL Server's protocol and language, by its own account. Nothing is ever left out elsewhere.
    is_imitation: bool,
}

impl Admin {
    pub(super) async fn enter(server: &Server) -> Self {
        let mut config = tiberius::Config::new();
        config.host(&server.endpoint.host);
        config.port(server.endpoint.port.unwrap_or(1433));
        config.database(&server.endpoint.database);
        config.authentication(tiberius::AuthMethod::sql_server(&server.user, &server.password));
        config.trust_cert();
        config.command_timeout(None);
        let stream = tokio::net::TcpStream::connect(config.get_addr()).await.unwrap();
        let client = Box::pin(tiberius::Client::connect(config, stream.compat_write())).await.unwrap();
        let mut admin = Self { client, is_imitation: false };
        let version = admin.ask("SELECT CAST(@@VERSION AS nvarchar(300))").await.remove(0).remove(0).unwrap();
        admin.is_imitation = version.contains("Babelfish");
        admin
    }

    /// Runs batches, each by itself, as `CREATE SCHEMA` and `CREATE VIEW` want it.
    pub async fn run(&mut self, batches: &[&str]) {
        self.tries(batches).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// The same of what not every server can do.
    pub async fn tries(&mut self, batches: &[&str]) -> Result<(), String> {
        for sql in batches {
            let done = match self.client.simple_query(*sql).await {
                Ok(stream) => stream.into_results().await.map(|_| ()),
                Err(error) => Err(error),
            };
            done.map_err(|error| format!("{error}\n{sql}"))?;
        }
        Ok(())
    }

    /// What the server answers, in rows of texts; bytes as hexadecimal digits.
    pub async fn ask(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        let rows = self.client.simple_query(sql).await.unwrap().into_first_result().await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        rows.into_iter().map(|row: Row| row.into_iter().map(printed).collect()).collect()
    }

    /// Whether the server is not Microsoft's and is known to lack this, which then goes untested and is printed.
    pub fn leaves_out(&self, what: &str) -> bool {
        if self.is_imitation {
            println!("left out: {what}");
        }
        self.is_imitation
    }

    /// Runs batches; whether a server that is not Microsoft's refuses them, which then goes untested and is printed.
    pub async fn lacks(&mut self, what: &str, batches: &[&str]) -> bool {
        let Err(error) = self.tries(batches).await else { return false };
        assert!(self.is_imitation, "{error}");
        self.leaves_out(&format!("{what}: {}", error.lines().next().unwrap_or_default()))
    }

    /// Those of the values that the server takes for a type, if it has the type at all.
    pub async fn takes(&mut self, source_type: &str, values: &[&'static str]) -> Option<Vec<&'static str>> {
        if !self.is_imitation {
            return Some(values.to_vec());
        }
        let create = format!("CREATE TABLE #taken (v {source_type} NULL)");
        if self.lacks(source_type, &[&create]).await {
            return None;
        }
        let mut taken = Vec::new();
        for value in values {
            let insert = format!("INSERT INTO #taken VALUES ({value})");
            let what = format!("{source_type} {value}");
            let is_mistaken = MISTAKEN.contains(&(source_type, *value)) && self.leaves_out(&what);
            if !is_mistaken && !self.lacks(&what, &[&insert]).await {
                taken.push(*value);
            }
        }
        self.run(&["DROP TABLE #taken"]).await;
        Some(taken)
    }

    /// A table of these columns, without those that the server lacks, and with NULL for values that it does not take.
    pub async fn fill(&mut self, table: &str, columns: &[Column]) {
        let mut here = Vec::new();
        for (name, source_type, values) in columns {
            let Some(taken) = self.takes(source_type, values).await else { continue };
            let cells: Vec<&str> =
                values.iter().map(|value| if taken.contains(value) { *value } else { "NULL" }).collect();
            here.push((format!("{name} {source_type} NULL"), cells));
        }
        let rows = columns.iter().map(|(.., values)| values.len()).max().unwrap_or(0);
        let row = |row| here.iter().map(|(_, cells)| cells[row]).collect::<Vec<_>>().join(", ");
        let rows: Vec<String> = (0..rows).map(|at| format!("({})", row(at))).collect();
        let declared: Vec<&str> = here.iter().map(|(declared, _)| declared.as_str()).collect();
        let create = format!("CREATE TABLE {table} ({})", declared.join(", "));
        self.run(&[&create, &format!("INSERT INTO {table} VALUES {}", rows.join(", "))]).await;
    }
}

fn printed(cell: ColumnData<'static>) -> Option<String> {
    match cell {
        ColumnData::String(text) => text.map(Into::into),
        ColumnData::I32(number) => number.map(|number| number.to_string()),
        ColumnData::Binary(bytes) => {
            bytes.map(|bytes| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
        }
        other => panic!("no text for {other:?}"),
    }
}
