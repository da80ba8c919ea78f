//! Filling a server: scripts and users, as its superuser. Reading is the connector's, never done here.
//!
//! The driver is built without TLS, so it comes in through the server's socket.

use std::path::Path;

use connector_core::{Credential, Error, ErrorKind, Result, Secret};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};

use crate::local::servers::script::statements;

/// A session that may write.
pub struct Client(Conn);

impl Client {
    /// Through a server's socket.
    pub async fn at_socket(socket: &Path, user: &str, password: &Secret) -> Result<Self> {
        let opts = OptsBuilder::default().socket(Some(socket.to_string_lossy()));
        let conn = Conn::new(opts.user(Some(user)).pass(Some(password.expose()))).await;
        conn.map(Self).map_err(|error| told(&error).context(format!("logging in as {user}")))
    }

    /// Runs one statement.
    pub async fn execute(&mut self, statement: &str) -> Result<()> {
        self.0.query_drop(statement).await.map_err(|error| told(&error))
    }

    /// The first column of what a query finds, as text.
    pub async fn names(&mut self, query: &str) -> Result<Vec<String>> {
        self.0.query(query).await.map_err(|error| told(&error))
    }

    /// Runs a script statement by statement.
    pub async fn run(&mut self, script: &str) -> Result<()> {
        for statement in statements(script) {
            let done = self.execute(statement.text).await;
            done.map_err(|error| error.context(format!("line {} of the script", statement.line)))?;
        }
        Ok(())
    }

    /// Makes a user that comes from `host` and may read the tables of `schemas`.
    pub async fn add_reader(&mut self, reader: &Credential, host: &str, require: &str, schemas: &[&str]) -> Result<()> {
        let user = account(&reader.user, host);
        // The password is hexadecimal, so it ends no literal.
        self.execute(&format!("CREATE USER {user} IDENTIFIED BY '{}'{require}", reader.password.expose())).await?;
        for schema in schemas {
            self.execute(&format!("GRANT SELECT ON {}.* TO {user}", quoted(schema, '`'))).await?;
        }
        Ok(())
    }
}

impl Client {
    /// Makes a user that comes from `host`, and may make users and grant them what is in `schemas`; it can end sessions by the
    /// right of that name, which the products spell differently.
    pub async fn add_administrator(
        &mut self,
        user: &Credential,
        host: &str,
        ending: &str,
        schemas: &[&str],
    ) -> Result<()> {
        let account = account(&user.user, host);
        // The password is hexadecimal, so it ends no literal.
        self.execute(&format!("CREATE USER {account} IDENTIFIED BY '{}' REQUIRE SSL", user.password.expose())).await?;
        self.execute(&format!("GRANT CREATE USER, PROCESS, {ending} ON *.* TO {account}")).await?;
        self.execute(&format!("GRANT SELECT ON mysql.* TO {account}")).await?;
        for schema in schemas {
            let schema = quoted(schema, '`');
            self.execute(&format!("GRANT SELECT ON {schema}.* TO {account} WITH GRANT OPTION")).await?;
        }
        Ok(())
    }
}

/// A user and where it comes from, as the server names it.
fn account(user: &str, host: &str) -> String {
    format!("{}@{}", quoted(user, '\''), quoted(host, '\''))
}

fn quoted(name: &str, quote: char) -> String {
    format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
}

fn told(error: &mysql_async::Error) -> Error {
    let mysql_async::Error::Server(said) = error else {
        return Error::new(ErrorKind::Unavailable, error.to_string());
    };
    let kind = match said.code {
        // Access denied at log-in.
        1045 | 1698 => ErrorKind::Unauthenticated,
        // To a database, a table, for want of a privilege.
        1044 | 1142 | 1227 => ErrorKind::Forbidden,
        // The database, the table exists.
        1007 | 1050 => ErrorKind::Conflict,
        _ => ErrorKind::Invalid,
    };
    Error::new(kind, said.message.clone())
}
