//! A user that may read and nothing else, as a catalog's user should be.

use connector_core::{Credential, Result, Secret};

use super::Postgres;
use crate::local::servers::random_password;

impl Postgres {
    /// Makes a user with a random password that may read the tables of `schemas` in `database`.
    pub async fn add_reader(&self, database: &str, user: &str, schemas: &[&str]) -> Result<Credential> {
        let password = random_password();
        let script = script(database, user, &password, schemas);
        self.run(database, &script).await.map_err(|error| error.context(format!("making the user {user}")))?;
        Ok(Credential { user: user.to_owned(), password })
    }
}

/// The password is hexadecimal, so it ends no literal.
fn script(database: &str, user: &str, password: &Secret, schemas: &[&str]) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let schemas = schemas.iter().map(|schema| quoted(schema)).collect::<Vec<_>>().join(", ");
    let (database, user, password) = (quoted(database), quoted(user), password.expose());
    format!(
        "CREATE ROLE {user} LOGIN PASSWORD '{password}' NOINHERIT CONNECTION LIMIT 50;\n\
         ALTER ROLE {user} SET default_transaction_read_only = on;\n\
         REVOKE ALL ON DATABASE {database} FROM PUBLIC;\n\
         REVOKE ALL ON SCHEMA public FROM PUBLIC;\n\
         GRANT CONNECT ON DATABASE {database} TO {user};\n\
         GRANT USAGE ON SCHEMA {schemas} TO {user};\n\
         GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {user};"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_wherever_they_stand() {
        let script = script("a\"b", "c", &Secret::new("d"), &["shop", "Odd One"]);
        assert!(script.contains("DATABASE \"a\"\"b\" TO \"c\""), "{script}");
        assert!(script.contains("USAGE ON SCHEMA \"shop\", \"Odd One\" TO"), "{script}");
    }
}
