//! The servers that are asked, each as the tests of its engine start it.

use connector_core::testing::boundary::Type;
use connector_core::{Connection, Connector, Dialect};
use mysql_async::prelude::Queryable;

use crate::{mysql, mysql_types, postgresql, postgresql_types};

/// A server of one of the engines.
#[derive(Clone, Copy)]
pub enum Source {
    PostgreSql(&'static postgresql::Server),
    MySql(&'static mysql::Server),
}

impl Source {
    /// PostgreSQL, if there is one.
    pub fn postgresql() -> Option<Self> {
        postgresql::server().map(Self::PostgreSql)
    }

    /// One of MySQL's kind, if there is one.
    pub fn mysql(kind: mysql::Kind) -> Option<Self> {
        mysql::servers().into_iter().find(|server| server.kind == kind).map(Self::MySql)
    }

    /// Its name, by which regressions find it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PostgreSql(_) => "postgresql",
            Self::MySql(server) if server.is_mariadb() => "mariadb",
            Self::MySql(_) => "mysql",
        }
    }

    /// Its engine.
    pub fn connector(self) -> &'static dyn Connector {
        match self {
            Self::PostgreSql(_) => connector_postgresql::CONNECTOR,
            Self::MySql(_) => connector_mysql::CONNECTOR,
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
        };
        all.into_iter().filter(|tried| tried.only.is_none_or(|only| only == self.name())).collect()
    }

    /// A text as it is written in a statement.
    pub fn written(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        match self {
            Self::PostgreSql(_) => format!("'{text}'"),
            Self::MySql(_) => format!("'{}'", text.replace('\\', "\\\\")),
        }
    }

    /// Once before any table is made.
    pub async fn prepare(self) {
        if let Self::PostgreSql(server) = self {
            server.run(postgresql_types::EXTENSIONS).await;
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
        }
    }

    /// A session of a user who may only read.
    pub async fn connect(self) -> Box<dyn Connection> {
        match self {
            Self::PostgreSql(server) => server.connect().await,
            Self::MySql(server) => server.connect().await,
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
        }
    }
}

/// A session that writes, by another's client.
pub enum Writer {
    PostgreSql(tokio_postgres::Client),
    MySql(mysql_async::Conn),
}

impl Writer {
    /// Runs statements.
    pub async fn run(&mut self, sql: &str) {
        match self {
            Self::PostgreSql(client) => {
                client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
            }
            Self::MySql(client) => client.query_drop(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}")),
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
        }
    }
}
