//! The servers that are asked, each as the tests of its engine start it.

use std::sync::OnceLock;

use connector_core::testing::boundary::Type;
use connector_core::{Connection, Connector, Dialect};
use mysql_async::prelude::Queryable;

use crate::{mysql, mysql_types, postgresql, postgresql_types, sqlserver, sqlserver_types};

/// A server of one of the engines.
#[derive(Clone, Copy)]
pub enum Source {
    PostgreSql(&'static postgresql::Server),
    MySql(&'static mysql::Server),
    SqlServer(&'static sqlserver::Server),
}

/// Stands for a schema in statements for SQL Server, which has none of a session.
const HERE: &str = "[here]";

/// What makes the rule by which SQL Server keeps tables in three parts.
const THIRDS: [&str; 2] = [
    "IF NOT EXISTS (SELECT 1 FROM sys.partition_functions WHERE name = N'glaux_thirds') \
     CREATE PARTITION FUNCTION glaux_thirds (int) AS RANGE RIGHT FOR VALUES (0, 40)",
    "IF NOT EXISTS (SELECT 1 FROM sys.partition_schemes WHERE name = N'glaux_thirds') \
     CREATE PARTITION SCHEME glaux_thirds AS PARTITION glaux_thirds ALL TO ([PRIMARY])",
];

/// What SQL Server has of what it is tried with: all, unless the server that is there is not Microsoft's.
struct Taken {
    types: Vec<Type>,
    by_imitation: bool,
}

static TAKEN: OnceLock<Taken> = OnceLock::new();

impl Source {
    /// PostgreSQL, if there is one.
    pub fn postgresql() -> Option<Self> {
        postgresql::server().map(Self::PostgreSql)
    }

    /// One of MySQL's kind, if there is one.
    pub fn mysql(kind: mysql::Kind) -> Option<Self> {
        mysql::servers().into_iter().find(|server| server.kind == kind).map(Self::MySql)
    }

    /// SQL Server, if there is one.
    pub fn sqlserver() -> Option<Self> {
        sqlserver::server().map(Self::SqlServer)
    }

    pub fn is_sqlserver(self) -> bool {
        matches!(self, Self::SqlServer(_))
    }

    /// Its name, by which regressions find it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PostgreSql(_) => "postgresql",
            Self::MySql(server) if server.is_mariadb() => "mariadb",
            Self::MySql(_) => "mysql",
            Self::SqlServer(_) => "sqlserver",
        }
    }

    /// Its engine.
    pub fn connector(self) -> &'static dyn Connector {
        match self {
            Self::PostgreSql(_) => connector_postgresql::CONNECTOR,
            Self::MySql(_) => connector_mysql::CONNECTOR,
            Self::SqlServer(_) => connector_sqlserver::CONNECTOR,
        }
    }

    pub fn dialect(self) -> &'static dyn Dialect {
        self.connector().dialect()
    }

    /// Every type it has, with values that are awkward for it.
    pub fn types(self) -> Vec<Type> {
        let all = match self {
            Self::PostgreSql(_) => postgresql_types::all(),
            Self::MySql(_) => mysql_types::all(),
            Self::SqlServer(_) => TAKEN.get().expect("prepared").types.clone(),
        };
        all.into_iter().filter(|tried| tried.only.is_none_or(|only| only == self.name())).collect()
    }

    /// Whether the server is not Microsoft's, which has ways of its own with names, with texts, and with the least and the greatest of the
    /// widest decimals.
    pub fn is_imitation(self) -> bool {
        self.is_sqlserver() && TAKEN.get().expect("prepared").by_imitation
    }

    /// A text as it is written in a statement.
    pub fn written(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        match self {
            Self::PostgreSql(_) => format!("'{text}'"),
            Self::MySql(_) => format!("'{}'", text.replace('\\', "\\\\")),
            Self::SqlServer(_) => format!("N'{text}'"),
        }
    }

    /// The name of a table as statements of [`Source::make`] and of a [`Writer`] have it.
    pub fn table(self, name: &str) -> String {
        let name = self.dialect().quoted(name);
        if self.is_sqlserver() { format!("{HERE}.{name}") } else { name }
    }

    /// What makes a view of a table.
    pub fn view(self, name: &str, of: &str) -> String {
        let sql = format!("CREATE VIEW {} AS SELECT * FROM {of}", self.table(name));
        // It has to be the first of its batch.
        if self.is_sqlserver() { format!("EXEC ({})", self.written(&sql)) } else { sql }
    }

    /// Gathers statistics of a table.
    pub async fn analyze(self, schema: &str, name: &str) {
        let table = self.table(name);
        match self {
            Self::PostgreSql(_) => self.writer(schema).await.run(&format!("ANALYZE {table}")).await,
            Self::MySql(_) => self.writer(schema).await.run(&format!("ANALYZE TABLE {table}")).await,
            Self::SqlServer(server) => {
                let sql = format!("UPDATE STATISTICS {}", table.replace(HERE, schema));
                server.admin().await.lacks("statistics", &[&sql]).await;
            }
        }
    }

    /// What leaves the first row of an ordered query.
    pub fn first(self) -> &'static str {
        match self {
            Self::PostgreSql(_) | Self::MySql(_) => "LIMIT 1",
            Self::SqlServer(_) => "OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY",
        }
    }

    /// Once before any table is made.
    pub async fn prepare(self) {
        match self {
            Self::PostgreSql(server) => server.run(postgresql_types::EXTENSIONS).await,
            Self::MySql(_) => {}
            Self::SqlServer(server) => {
                let mut admin = server.admin().await;
                admin.run(&THIRDS).await;
                let mut types = Vec::new();
                for tried in sqlserver_types::all() {
                    if let Some(values) = admin.takes(tried.name, &tried.values).await {
                        types.push(Type { values, ..tried });
                    }
                }
                let by_imitation =
                    admin.leaves_out("hostile names, conditions on texts, decimals of 38 digits as keys");
                TAKEN.get_or_init(|| Taken { types, by_imitation });
            }
        }
        // The user who reads comes with the first schema.
        self.make(&format!("prepared_{}", self.name()), "SELECT 1").await;
    }

    /// Makes a schema anew, with what these statements make in it.
    pub async fn make(self, schema: &str, statements: &str) {
        match self {
            Self::PostgreSql(server) => {
                server.schema(schema, &format!("{}; {statements}", postgresql_types::MADE)).await;
            }
            Self::MySql(server) => server.schema(schema, statements).await,
            Self::SqlServer(server) => server.schema(schema, &[&statements.replace(HERE, schema)]).await,
        }
    }

    /// A session of whoever may write, in a schema.
    pub async fn writer(self, schema: &str) -> Writer {
        match self {
            Self::PostgreSql(server) => {
                let writer = server.admin(&server.database).await;
                writer.batch_execute(&format!("SET search_path = {schema}, public")).await.unwrap();
                Writer::PostgreSql(writer)
            }
            Self::MySql(server) => {
                let mut writer = server.admin().await;
                writer.query_drop("SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'").await.unwrap();
                writer.query_drop(format!("USE `{schema}`")).await.unwrap();
                Writer::MySql(writer)
            }
            Self::SqlServer(server) => Writer::SqlServer(Box::new(server.admin().await), schema.to_owned()),
        }
    }

    /// A session of a user who may only read.
    pub async fn connect(self) -> Box<dyn Connection> {
        match self {
            Self::PostgreSql(server) => server.connect().await,
            Self::MySql(server) => server.connect().await,
            Self::SqlServer(server) => server.connect().await,
        }
    }

    /// The connection string by which a handler comes to the same.
    pub fn connection_string(self) -> String {
        let login = |password: &str| format!("user=reader&password={}", password.replace(' ', "%20"));
        match self {
            Self::PostgreSql(server) => {
                let tls = match &server.dir {
                    Some(dir) => format!("sslrootcert={}", dir.join("ca.crt").display()),
                    None => "sslmode=disable".to_owned(),
                };
                format!("postgres://{}", server.url(&format!("{tls}&{}", login(postgresql::PASSWORD))))
            }
            Self::MySql(server) => {
                format!("mysql://{}", server.url(&format!("{}&{}", server.options(), login(mysql::PASSWORD))))
            }
            Self::SqlServer(server) => {
                format!("sqlserver://{};user={};password={}", server.url, server.user, server.password)
            }
        }
    }
}

/// A session that writes, by another's client.
pub enum Writer {
    PostgreSql(tokio_postgres::Client),
    MySql(mysql_async::Conn),
    /// In a schema, which it has to name.
    SqlServer(Box<sqlserver::Admin>, String),
}

impl Writer {
    /// Runs statements.
    pub async fn run(&mut self, sql: &str) {
        match self {
            Self::PostgreSql(client) => {
                client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
            }
            Self::MySql(client) => client.query_drop(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}")),
            Self::SqlServer(admin, schema) => admin.run(&[&sql.replace(HERE, schema)]).await,
        }
    }

    /// The two numbers that a query gives.
    pub async fn two(&mut self, sql: &str) -> [i64; 2] {
        match self {
            Self::PostgreSql(client) => {
                let row = client.query_one(sql, &[]).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
                [0, 1].map(|place: usize| row.get(place))
            }
            Self::MySql(client) => {
                let row: Result<Option<(i64, i64)>, _> = client.query_first(sql).await;
                row.unwrap_or_else(|error| panic!("{error}\n{sql}")).unwrap().into()
            }
            Self::SqlServer(admin, schema) => {
                let row = admin.ask(&sql.replace(HERE, schema)).await.remove(0);
                [0, 1].map(|place: usize| row[place].as_deref().unwrap().parse().unwrap())
            }
        }
    }
}
