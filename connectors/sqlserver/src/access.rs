//! Users, rights, and a session that may change things: the only SQL about either.

mod facts;
mod look;
mod password;
mod users;

use async_trait::async_trait;
use connector_core::{
    Access, Administration, Change, Credential, Dialect, Endpoint, Error, Logins, Result, Row, Secret, Users, listed,
    plain_password,
};

use self::users::SqlServerUsers;
use crate::connect::{self, Route};
use crate::dialect::TransactSql;
use crate::options::{self, Options};
use crate::session::{Awaited, Session};

/// How users and rights are spelled.
pub(crate) struct SqlServerAccess;

#[async_trait]
impl Access for SqlServerAccess {
    async fn administer(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        application_name: &str,
    ) -> Result<Box<dyn Administration>> {
        let options = Options::parse(&endpoint.options)?;
        if options::logins(&endpoint.options)? == Logins::Principals {
            return Err(Error::unsupported("a server is not administered by an application of Entra ID")
                .hint("name a user with its password, and leave authentication out of the connection URL"));
        }
        let route = Route::new(endpoint, &options)?;
        let password = connect::password(credential);
        Ok(Box::new(Administrator(route.entered(route.login(endpoint, password, application_name)).await?)))
    }

    fn facts(&self) -> &'static str {
        facts::FACTS
    }

    fn users(&self, facts: &[Row]) -> Result<Box<dyn Users>> {
        Ok(Box::new(SqlServerUsers(facts::place(facts)?)))
    }

    fn existing_schemas(&self, schemas: &[&str]) -> String {
        format!(
            "SELECT CAST(name AS nvarchar(128)) AS name FROM sys.schemas WHERE lower(name) IN ({})",
            listed(schemas)
        )
    }

    fn acceptable(&self, password: &Secret) -> Secret {
        // Capitals beside small letters and digits.
        Secret::new(format!("{}-Az", password.expose()))
    }

    fn create_user(&self, user: &Credential) -> Result<Vec<Change>> {
        let (name, password) = (TransactSql.quoted(&user.user), plain_password(&user.password)?);
        Ok(vec![
            Change::new(format!("CREATE LOGIN {name} WITH PASSWORD = N'{password}'"), format!("DROP LOGIN {name}")),
            Change::new(format!("CREATE USER {name} FOR LOGIN {name}"), format!("DROP USER IF EXISTS {name}")),
        ])
    }

    fn let_read(&self, user: &str, schemas: &[&str]) -> Vec<String> {
        let user = TransactSql.quoted(user);
        schemas
            .iter()
            .map(|schema| format!("GRANT SELECT ON SCHEMA::{} TO {user}", TransactSql.quoted(schema)))
            .collect()
    }
}

struct Administrator(Session);

#[async_trait]
impl Administration for Administrator {
    async fn execute(&mut self, statement: &str) -> Result<()> {
        self.0.run(Awaited::Rows, statement).await.map_err(Error::without_hint)
    }

    async fn rows(&mut self, query: &str) -> Result<Vec<Row>> {
        let rows = self.0.query(query, &[]).await.map_err(Error::without_hint)?;
        rows.into_iter().map(crate::row::Row::texts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_a_password_ends_no_literal() {
        let user = |password: &str| Credential { user: "a]b".into(), password: Secret::new(password) };
        let made = SqlServerAccess.create_user(&user("p-1")).unwrap();
        assert_eq!(made[0].run.expose(), "CREATE LOGIN [a]]b] WITH PASSWORD = N'p-1'");
        assert_eq!(made[1].undo, "DROP USER IF EXISTS [a]]b]");
        assert!(SqlServerAccess.create_user(&user("p'; DROP TABLE x; --")).is_err());
        let acceptable = SqlServerAccess.acceptable(&Secret::new("00ff"));
        assert!(SqlServerAccess.create_user(&user(acceptable.expose())).is_ok());
    }
}
