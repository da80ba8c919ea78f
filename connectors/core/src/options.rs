//! What the options of every engine's connection URL have in common. Not here: which options an engine has.

use std::time::Duration;

use crate::{Error, Parameter, Result, Support};

/// The options of an engine's connection URL.
#[derive(Clone, Copy, Debug)]
pub struct OptionTable {
    /// The engine as its README calls it.
    pub engine: &'static str,
    /// Every option.
    pub parameters: &'static [Parameter],
    /// Second names that the vendor's driver has for some, and their first.
    pub aliases: &'static [(&'static str, &'static str)],
}

/// One line of such a table.
pub const fn option(name: &'static str, support: Support) -> Parameter {
    Parameter { name, support }
}

impl OptionTable {
    /// The option that the vendor's driver knows as `name`, whatever its case.
    pub fn find(&self, name: &str) -> Option<&'static Parameter> {
        let alias = self.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
        let name = alias.map_or(name, |(_, name)| name);
        self.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }

    /// The option's own spelling.
    ///
    /// Errors: invalid, for an option that is not known or refused.
    pub fn own_name(&self, name: &str) -> Result<&'static str> {
        let parameter = self.find(name).ok_or_else(|| {
            Error::invalid(format!("option {name:?} of the connection URL is not known"))
                .hint(format!("the README of the {} connector lists the options", self.engine))
        })?;
        match parameter.support {
            Support::Honoured(_) | Support::Ignored(_) => Ok(parameter.name),
            Support::Refused(what_to_do) => {
                let told = format!("option {} of the connection URL is refused", parameter.name);
                Err(Error::invalid(told).hint(what_to_do))
            }
        }
    }
}

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
