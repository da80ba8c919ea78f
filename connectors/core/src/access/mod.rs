//! What an engine does for whoever rules a server: users, what they may read, and statements that change something.
//!
//! Not here: reading, which is [`Connection`](crate::Connection)'s; the sessions that read cannot write, where the engine has
//! such sessions.

mod administrator;
mod right;
mod users;

use async_trait::async_trait;

pub use self::administrator::Administrator;
pub use self::right::{Right, difference, united};
pub use self::users::{Beyond, Seen, User, Users};
use crate::{Credential, Endpoint, Error, Result, Secret};

/// How an engine's users and rights are spelled, and how it is told. Stateless; all but [`Access::administer`] is text only.
#[async_trait]
pub trait Access: Send + Sync {
    /// Opens a session that may change things, protected as the one that reads.
    ///
    /// Errors: those of [`Connector::connect`](crate::Connector::connect).
    async fn administer(
        &self,
        endpoint: &Endpoint,
        credential: &Credential,
        application_name: &str,
    ) -> Result<Box<dyn Administration>>;

    /// Asks what [`Access::users`] must know of a server.
    fn facts(&self) -> &'static str;

    /// How users are spelled on the server that has answered so to [`Access::facts`].
    ///
    /// Errors: unsupported, for a server whose users are not known; corrupt.
    fn users(&self, facts: &[Row]) -> Result<Box<dyn Users>>;

    /// The query that finds which of these schemas are there, whatever their case. The names are in lower case.
    fn existing_schemas(&self, schemas: &[&str]) -> String;

    /// A password made of `password` that the engine's rules let pass.
    fn acceptable(&self, password: &Secret) -> Secret {
        password.clone()
    }

    /// Makes a user that may log in and do nothing else.
    ///
    /// Errors: invalid, for a password with other characters than letters, digits, `-` and `_`.
    fn create_user(&self, user: &Credential) -> Result<Vec<Change>>;

    /// Lets a user read all tables and views of these schemas.
    fn let_read(&self, user: &str, schemas: &[&str]) -> Vec<String>;
}

/// A session that may change a server.
#[async_trait]
pub trait Administration: Send {
    /// Runs a statement, and drops what it answers. What it changed stays, unless the statement itself has begun a transaction.
    async fn execute(&mut self, statement: &str) -> Result<()>;

    /// What a query finds, as texts.
    async fn rows(&mut self, query: &str) -> Result<Vec<Row>>;

    /// The first column of what a query finds, as text.
    async fn names(&mut self, query: &str) -> Result<Vec<String>> {
        let rows = self.rows(query).await?;
        Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }
}

/// A row of texts.
pub type Row = Vec<Option<String>>;

/// A statement, and the one that takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// May hold a password.
    pub run: Secret,
    /// Takes it back.
    pub undo: String,
}

impl Change {
    /// Of its two statements.
    pub fn new(run: String, undo: String) -> Self {
        Self { run: Secret::new(run), undo }
    }
}

/// The password as it may stand in a statement of any engine: no engine lets one be bound there, and no literal of any engine is
/// ended by these characters.
///
/// Errors: invalid, for any other character.
pub fn plain_password(password: &Secret) -> Result<&str> {
    let text = password.expose();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.is_empty() && text.bytes().all(is_plain) {
        return Ok(text);
    }
    Err(Error::invalid("a password with other characters than letters, digits, - and _ is not given to a user")
        .hint("let one be made, or choose one of these characters"))
}

/// Names as texts in a list behind IN. A quote inside one is doubled, which every engine takes; what a backslash means is the
/// engine's to see to.
pub fn listed<N: AsRef<str>>(names: &[N]) -> String {
    let literal = |name: &N| format!("'{}'", name.as_ref().replace('\'', "''"));
    names.iter().map(literal).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_password_that_ends_no_literal_is_written_into_a_statement() {
        assert_eq!(plain_password(&Secret::new("a-Z_9")).unwrap(), "a-Z_9");
        for hazard in ["", "a'b", "a\"b", "a\\b", "a b", "é", "a\0b", "a$b", "a;b"] {
            let error = plain_password(&Secret::new(hazard)).unwrap_err();
            assert!(hazard.is_empty() || !error.to_string().contains(hazard), "{error}");
        }
    }

    #[test]
    fn a_list_is_ended_by_no_name() {
        assert_eq!(listed(&["shop", "o'clock"]), "'shop', 'o''clock'");
    }

    #[test]
    fn a_change_shows_no_password() {
        let change = Change::new("CREATE USER u IDENTIFIED BY 's3cret'".into(), "DROP USER u".into());
        assert!(!format!("{change:?}").contains("s3cret"));
    }
}
