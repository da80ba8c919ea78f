//! Queries in the source's own words that Athena's users pass through (`system.query`): which are let through, and what their
//! columns are called.
//!
//! A [`Query`] can only be made by the check, so whatever has one has been checked. It is the first of three walls: the query is
//! run inside another one, where the server itself takes nothing but a query ([`crate::sql`]), and in a transaction that reads
//! where the engine has one. Not here: what the database user's rights allow, which no check here can know.

mod check;
mod names;

use std::fmt;

use crate::{Error, ErrorKind, Result};

pub use names::names;

/// How queries of an engine are taken apart, and what the engine lets stand in a table's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// PostgreSQL's; a query in FROM names its columns.
    PostgreSql,
    /// That of MySQL and MariaDB; a query in WITH names its columns.
    MySql,
    /// SQL Server's; a query in FROM names its columns.
    SqlServer,
    /// Oracle's; a query in WITH names its columns.
    Oracle,
}

impl Grammar {
    /// Whether a query names its columns in WITH, and not in FROM.
    pub(crate) fn names_in_with(self) -> bool {
        matches!(self, Self::MySql | Self::Oracle)
    }
}

/// The longest query that is passed through, in bytes: it bounds how deeply one can nest without parentheses.
pub const LONGEST: usize = 64 << 10;

/// A query that has been checked: one statement, which reads, and whose every part reads.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    split_by: Option<String>,
}

impl Query {
    /// Checks a text; white space and semicolons at its end are cut off.
    ///
    /// Errors: forbidden, for what does more than read, by its kind and never by its text; invalid, for what does not parse;
    /// too large.
    pub fn check(text: &str, grammar: Grammar) -> Result<Self> {
        let text = text.trim_end_matches(|letter: char| letter.is_whitespace() || letter == ';');
        if text.len() > LONGEST {
            let told = format!("the query has {} bytes, and at most {LONGEST} are passed through", text.len());
            return Err(Error::new(ErrorKind::TooLarge, told).hint(MAKE_A_VIEW));
        }
        check::check(text, grammar)?;
        Ok(Self { text: text.to_owned(), split_by: None })
    }

    /// The text, as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The query, to be read in slices along the column of its answer that Athena knows as `column`.
    #[must_use]
    pub fn cut_along(self, column: &str) -> Self {
        Self { split_by: Some(column.to_lowercase()), ..self }
    }

    /// The column along which it is cut, if one was named.
    pub fn split_by(&self) -> Option<&str> {
        self.split_by.as_deref()
    }

    /// A query that nobody has checked, to show what the server itself refuses.
    #[cfg(feature = "testing")]
    pub fn unchecked(text: &str) -> Self {
        Self { text: text.to_owned(), split_by: None }
    }
}

impl fmt::Debug for Query {
    /// Without the text, which may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Query(hidden)")
    }
}

const MAKE_A_VIEW: &str = "make it a view at the source, and query the view";
