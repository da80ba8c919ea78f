//! Users, rights, and a session that may change things: the only SQL about either.

mod users;

use async_trait::async_trait;
use connector_core::{
    Access, Administration, Change, Credential, Dialect, Endpoint, Error, ErrorKind, Result, Row, Users, listed,
    plain_password,
};

use self::users::PgUsers;
use crate::connect::Route;
use crate::dialect::Postgres;
use crate::options::Options;
use crate::session::{Awaited, Session};

/// How users and rights are spelled.
pub(crate) struct PgAccess;

#[async_trait]
impl Access for PgAccess {
    async fn administer(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        application_name: &str,
    ) -> Result<Box<dyn Administration>> {
        let options = Options::parse(&endpoint.options)?;
        let route = Route::new(endpoint, &options, usize::MAX)?;
        let login = route.entered(route.login(endpoint, credential, application_name)).await?;
        Ok(Box::new(Administrator(login.session)))
    }

    fn facts(&self) -> &'static str {
        "SELECT 1"
    }

    fn users(&self, _facts: &[Row]) -> Result<Box<dyn Users>> {
        Ok(Box::new(PgUsers))
    }

    fn existing_schemas(&self, schemas: &[&str]) -> String {
        format!("SELECT nspname::text FROM pg_catalog.pg_namespace WHERE lower(nspname) IN ({})", listed(schemas))
    }

    fn create_user(&self, user: &Credential) -> Result<Vec<Change>> {
        let (name, password) = (Postgres.quoted(&user.user), plain_password(&user.password)?);
        Ok(vec![Change::new(
            format!("CREATE ROLE {name} LOGIN PASSWORD '{password}' NOINHERIT"),
            format!("DROP ROLE IF EXISTS {name}"),
        )])
    }

    fn let_read(&self, user: &str, schemas: &[&str]) -> Vec<String> {
        let schemas: Vec<String> = schemas.iter().map(|schema| Postgres.quoted(schema)).collect();
        let (schemas, user) = (schemas.join(", "), Postgres.quoted(user));
        vec![
            format!("GRANT USAGE ON SCHEMA {schemas} TO {user}"),
            format!("GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {user}"),
        ]
    }
}

/// Of two sessions that change the rights on one thing at once, the server ends one with what it otherwise says of a defect of its
/// own, in whatever language it speaks.
fn at_once(error: Error) -> Error {
    if error.to_string().contains("SQLSTATE XX000") {
        return Error::new(ErrorKind::Conflict, format!("somebody else may have changed the same: {error}"));
    }
    error
}

struct Administrator(Session);

#[async_trait]
impl Administration for Administrator {
    async fn execute(&mut self, statement: &str) -> Result<()> {
        self.0.run(Awaited::Rows, statement).await.map_err(|error| at_once(error).without_hint())
    }

    async fn rows(&mut self, query: &str) -> Result<Vec<Row>> {
        self.0.texts(query).await.map_err(Error::without_hint)
    }
}

#[cfg(test)]
mod tests {
    use connector_core::Secret;

    use super::*;

    #[test]
    fn names_are_quoted_and_a_password_ends_no_literal() {
        let user = |password: &str| Credential { user: "a\"b".into(), password: Secret::new(password) };
        let made = PgAccess.create_user(&user("p-1")).unwrap();
        assert_eq!(made[0].run.expose(), "CREATE ROLE \"a\"\"b\" LOGIN PASSWORD 'p-1' NOINHERIT");
        assert!(PgAccess.create_user(&user("p'; DROP TABLE x; --")).is_err());
        assert_eq!(PgAccess.let_read("u", &["s", "T"])[0], "GRANT USAGE ON SCHEMA \"s\", \"T\" TO \"u\"");
    }
}
