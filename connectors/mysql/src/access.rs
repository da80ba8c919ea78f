//! Users, rights, and a session that may change things: the only SQL about either.

mod hash;
mod held;
mod server;
mod users;

use async_trait::async_trait;
use connector_core::{
    Access, Administration, Change, Credential, Dialect, Endpoint, Error, Result, Row, Users, listed, plain_password,
};

use self::server::{FACTS, MySqlUsers};
use crate::connect::Route;
use crate::connection;
use crate::dialect::MySql;
use crate::options::Options;
use crate::session::Session;

/// How users and rights are spelled.
pub(crate) struct MySqlAccess;

#[async_trait]
impl Access for MySqlAccess {
    async fn administer(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        application_name: &str,
    ) -> Result<Box<dyn Administration>> {
        let options = Options::parse(&endpoint.options)?;
        let route = Route::new(endpoint, credential, &options, usize::MAX)?;
        let entering = async {
            let mut session = route.login(application_name).await?;
            let pinned = session.run(&connection::administering(&session.server)).await;
            pinned.map_err(|error| error.context("setting up the session"))?;
            Ok(session)
        };
        Ok(Box::new(Administrator(route.entered(entering).await?)))
    }

    fn facts(&self) -> &'static str {
        FACTS
    }

    fn users(&self, facts: &[Row]) -> Result<Box<dyn Users>> {
        Ok(Box::new(MySqlUsers::on(facts)?))
    }

    fn existing_schemas(&self, schemas: &[&str]) -> String {
        // A backslash takes the next sign for something else.
        let names = listed(&schemas.iter().map(|schema| schema.replace('\\', "\\\\")).collect::<Vec<_>>());
        format!("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE lower(SCHEMA_NAME) IN ({names})")
    }

    fn create_user(&self, user: &Credential) -> Result<Vec<Change>> {
        let (account, password) = (account(&user.user), plain_password(&user.password)?);
        Ok(vec![Change::new(
            format!("CREATE USER {account} IDENTIFIED BY '{password}'"),
            format!("DROP USER IF EXISTS {account}"),
        )])
    }

    fn let_read(&self, user: &str, schemas: &[&str]) -> Vec<String> {
        let user = account(user);
        schemas.iter().map(|schema| format!("GRANT SELECT ON {}.* TO {user}", pattern(schema))).collect()
    }
}

/// A user, wherever it comes from. Quoted as a name is, which no mode of the server reads otherwise.
fn account(user: &str) -> String {
    format!("{}@`%`", MySql.quoted(user))
}

/// A schema where a right is granted on it, which the server takes for a pattern.
fn pattern(schema: &str) -> String {
    MySql.quoted(&schema.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%"))
}

struct Administrator(Session);

#[async_trait]
impl Administration for Administrator {
    async fn execute(&mut self, statement: &str) -> Result<()> {
        self.0.execute(statement).await.map_err(Error::without_hint)
    }

    async fn rows(&mut self, query: &str) -> Result<Vec<Row>> {
        self.0.query(query, &[]).await.map_err(Error::without_hint)
    }
}

#[cfg(test)]
mod tests {
    use connector_core::Secret;

    use super::*;

    #[test]
    fn names_are_quoted_and_a_password_ends_no_literal() {
        let user = |password: &str| Credential { user: "a`b".into(), password: Secret::new(password) };
        let made = MySqlAccess.create_user(&user("p-1")).unwrap();
        assert_eq!(made[0].run.expose(), "CREATE USER `a``b`@`%` IDENTIFIED BY 'p-1'");
        assert!(MySqlAccess.create_user(&user("p\\'; DROP TABLE x; --")).is_err());
    }

    #[test]
    fn a_literal_is_ended_by_no_schemas_name() {
        assert!(MySqlAccess.existing_schemas(&["a\\", "b'"]).ends_with("IN ('a\\\\', 'b''')"));
    }

    #[test]
    fn a_right_on_a_schema_is_one_on_no_other() {
        assert_eq!(MySqlAccess.let_read("u", &["a_b"]), ["GRANT SELECT ON `a\\_b`.* TO `u`@`%`"]);
    }
}
