//! What differs between engines when a shop is made and taken back.

use connector_core::{Credential, Secret};

use crate::local::servers::mysql::account;

/// An engine whose servers can be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// SQL Server.
    SqlServer,
}

impl Kind {
    /// Finds those of `schemas` that are there, whatever their case.
    pub fn existing(self, schemas: &[&str]) -> String {
        let list = schemas.iter().map(|schema| format!("'{schema}'")).collect::<Vec<_>>().join(", ");
        let (name, list_of_all) = match self {
            Self::Postgres => ("nspname::text", "pg_catalog.pg_namespace"),
            Self::MySql => ("SCHEMA_NAME", "information_schema.SCHEMATA"),
            Self::SqlServer => ("name", "sys.schemas"),
        };
        format!("SELECT {name} FROM {list_of_all} WHERE lower({name}) IN ({list})")
    }

    /// What a script makes that must be taken back one by one; PostgreSQL's shop goes with its schemas.
    pub fn undone(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &[],
            Self::MySql => &["DATABASE"],
            Self::SqlServer => &["SCHEMA", "TABLE", "VIEW"],
        }
    }

    /// The password, as the engine's rules want it.
    pub fn acceptable(self, password: &Secret) -> Secret {
        match self {
            // Capitals beside small letters and digits.
            Self::SqlServer => Secret::new(format!("{}-Az", password.expose())),
            Self::Postgres | Self::MySql => password.clone(),
        }
    }

    /// Statements that make a user, each with the one that takes it back. The password ends no literal.
    pub fn make_reader(self, reader: &Credential) -> Vec<(String, String)> {
        let (user, password) = (&reader.user, reader.password.expose());
        match self {
            Self::Postgres => vec![(
                format!("CREATE ROLE {user} LOGIN PASSWORD '{password}' NOINHERIT"),
                format!("DROP ROLE IF EXISTS {user}"),
            )],
            Self::MySql => {
                let user = account(user, "%");
                vec![(format!("CREATE USER {user} IDENTIFIED BY '{password}'"), format!("DROP USER IF EXISTS {user}"))]
            }
            Self::SqlServer => vec![
                (format!("CREATE LOGIN {user} WITH PASSWORD = '{password}'"), format!("DROP LOGIN {user}")),
                (format!("CREATE USER {user} FOR LOGIN {user}"), format!("DROP USER IF EXISTS {user}")),
            ],
        }
    }

    /// Statements that let a user read the tables of `schemas`.
    pub fn grants(self, user: &str, schemas: &[&str]) -> Vec<String> {
        let each = |grant: &dyn Fn(&str) -> String| schemas.iter().map(|schema| grant(schema)).collect();
        match self {
            Self::Postgres => {
                let schemas = schemas.join(", ");
                vec![
                    format!("GRANT USAGE ON SCHEMA {schemas} TO {user}"),
                    format!("GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {user}"),
                ]
            }
            Self::MySql => each(&|schema| format!("GRANT SELECT ON {schema}.* TO {}", account(user, "%"))),
            Self::SqlServer => each(&|schema| format!("GRANT SELECT ON SCHEMA::{schema} TO {user}")),
        }
    }
}
