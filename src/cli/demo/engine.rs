//! The engines of the demo: what each is called, and what there is for it.

use clap::ValueEnum;
use connector_core::Error;

use crate::local::servers::{Filling, Product};

/// What `--engine` may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// One that is installed, else one fetched from Maven Central
    #[default]
    #[value(name = "postgresql")]
    PostgreSql,
    /// One that is installed
    #[value(name = "mysql")]
    MySql,
    /// One that is installed
    #[value(name = "mariadb")]
    MariaDb,
    /// Only with --url
    #[value(name = "sqlserver")]
    SqlServer,
    /// Only with --url
    Oracle,
    /// PostgreSQL and MariaDB or MySQL, and a query that joins tables of both
    All,
}

impl Engine {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PostgreSql => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
            Self::SqlServer => "SQL Server",
            Self::Oracle => "Oracle",
            Self::All => "all engines",
        }
    }

    /// What its shop is called in SQL.
    pub fn catalog(self) -> &'static str {
        match self {
            Self::PostgreSql => "pg",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
            Self::SqlServer => "sqlserver",
            Self::Oracle => "oracle",
            Self::All => "all",
        }
    }

    /// What stands in front of a connection URL.
    pub fn token(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgres",
            Self::MySql | Self::MariaDb => "mysql",
            Self::SqlServer => "sqlserver",
            Self::Oracle | Self::All => "oracle",
        }
    }

    /// The shop, as its engine reads it.
    pub fn script(self) -> &'static str {
        match self {
            Self::PostgreSql => include_str!("../../../schemas/demo/postgresql.sql"),
            Self::MySql | Self::MariaDb => include_str!("../../../schemas/demo/mysql.sql"),
            Self::SqlServer => include_str!("../../../schemas/demo/sqlserver.sql"),
            Self::Oracle => include_str!("../../../schemas/demo/oracle.sql"),
            Self::All => "",
        }
    }

    /// What a connection URL of one's own looks like.
    pub fn url_shape(self) -> &'static str {
        match self {
            Self::PostgreSql | Self::All => "postgres://jdbc:postgresql://HOST:5432/DATABASE?${SECRET}",
            Self::MySql | Self::MariaDb => "mysql://jdbc:mysql://HOST:3306/?${SECRET}",
            Self::SqlServer => "sqlserver://jdbc:sqlserver://HOST:1433;databaseName=DATABASE;${SECRET}",
            Self::Oracle => "oracle://jdbc:oracle:thin:${SECRET}@//HOST:1521/SERVICE",
        }
    }

    /// How a server of somebody's own is filled, if it can be.
    pub fn filling(self) -> Result<Filling, Error> {
        const DATABASES: &[(&str, &str)] = &[("DATABASE", "DROP DATABASE IF EXISTS {}")];
        const SCHEMAS: &[(&str, &str)] = &[
            ("SCHEMA", "DROP SCHEMA IF EXISTS {}"),
            ("TABLE", "DROP TABLE IF EXISTS {}"),
            ("VIEW", "DROP VIEW IF EXISTS {}"),
        ];
        const USERS: &[(&str, &str)] = &[("USER", "DROP USER {} CASCADE")];
        match self {
            Self::PostgreSql => Ok(Filling::AtOnce),
            Self::MySql | Self::MariaDb => Ok(Filling::ByStatement(DATABASES)),
            Self::SqlServer => Ok(Filling::ByStatement(SCHEMAS)),
            Self::Oracle => Ok(Filling::ByStatement(USERS)),
            Self::All => Err(Error::invalid("--engine all starts its own servers, and takes no --url")
                .hint("name the one engine of the server: --engine postgresql, mysql, mariadb, sqlserver or oracle")),
        }
    }

    /// Which of the two servers of one protocol, if one of them.
    pub fn product(self) -> Option<Product> {
        match self {
            Self::MySql => Some(Product::MySql),
            Self::MariaDb => Some(Product::MariaDb),
            _ => None,
        }
    }

    /// Says that there is no server of this engine to be started, and what to do instead.
    pub fn not_startable(self) -> Error {
        let error = Error::unsupported(format!("no server of {} can be started here", self.name()));
        match self {
            Self::Oracle => error.hint(
                "give --url and --user of one that runs; for trying out: docker run -p 127.0.0.1:1521:1521 -e \
                 ORACLE_PASSWORD=CHOOSE_ONE gvenzl/oracle-free, then glaux demo --engine oracle --user system --url \
                 'jdbc:oracle:thin:@//localhost/FREEPDB1'",
            ),
            _ => error.hint(
                "give --url and --user of one that runs; for trying out: docker run -p 127.0.0.1:1433:1433 -e ACCEPT_EULA=Y \
                 -e MSSQL_SA_PASSWORD=CHOOSE_ONE mcr.microsoft.com/mssql/server:2022-latest, then glaux demo --engine \
                 sqlserver --user sa --url 'jdbc:sqlserver://localhost;trustServerCertificate=true'",
            ),
        }
    }
}
