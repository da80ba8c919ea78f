//! What the options of every engine's connection URL have in common. Not here: which options an engine has.

use std::time::Duration;

use crate::{Error, Result};

/// The value chosen among named ones, the first by default.
///
/// Errors: invalid, for a value that is none of them; it names the option and what it may be.
pub fn choose<T: Copy>(name: &str, value: Option<&str>, choices: &[(&str, T)]) -> Result<T> {
    let wanted = value.unwrap_or(choices.first().map_or("", |(word, _)| *word));
    choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(wanted)).map(|(_, choice)| *choice).ok_or_else(|| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        Error::invalid(format!(
            "option {name} of the connection URL is {wanted:?}, but may only be {}",
            words.join(", ")
        ))
    })
}

/// How long the server may be silent while something is awaited; nothing is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Rows of a table.
    pub rows: Option<Duration>,
    /// Metadata, and the state of the session.
    pub answer: Option<Duration>,
}

impl Default for Silence {
    /// A view may sort or aggregate for minutes before its first row, but no function of Lambda lives longer than 15.
    fn default() -> Self {
        Self { rows: Some(Duration::from_secs(870)), answer: Some(Duration::from_mins(1)) }
    }
}

impl Silence {
    /// One limit for all that is awaited.
    pub fn of(limit: Option<Duration>) -> Self {
        Self { rows: limit, answer: limit }
    }
}
