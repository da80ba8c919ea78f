//! A user that may let others read and is no superuser, as the master user of a managed server is.

use connector_core::{Credential, Result};

use super::Postgres;
use crate::local::servers::random_password;

impl Postgres {
    /// Makes a user with a random password that may make users, and grant them what is in `schemas` of `database`.
    pub async fn add_administrator(&self, database: &str, user: &str, schemas: &[&str]) -> Result<Credential> {
        let password = random_password();
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let schemas = schemas.iter().map(|schema| quoted(schema)).collect::<Vec<_>>().join(", ");
        // The password is hexadecimal, so it ends no literal.
        let script = format!(
            "CREATE ROLE {user} LOGIN CREATEROLE PASSWORD '{password}';\n\
             GRANT CONNECT ON DATABASE {database} TO {user};\n\
             GRANT USAGE ON SCHEMA {schemas} TO {user} WITH GRANT OPTION;\n\
             GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {user} WITH GRANT OPTION;\n\
             GRANT CONNECT ON DATABASE {database} TO PUBLIC;",
            password = password.expose(),
            database = quoted(database),
            user = quoted(user)
        );
        self.run(database, &script).await.map_err(|error| error.context(format!("making the user {user}")))?;
        Ok(Credential { user: user.to_owned(), password })
    }
}
