//! As whom a session acts at the source once it is logged in, and how it is told apart there.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// What a session takes on for whoever asks, beside the user that logs in; part of a session's identity as that user is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acting {
    /// The role, or on SQL Server the user, whose rights count.
    pub role: Option<String>,
    /// Settings of the session that row policies read, by name.
    pub settings: BTreeMap<String, String>,
}

impl Acting {
    /// Whether the session acts as the user that logs in, and nothing else.
    pub fn is_plain(&self) -> bool {
        self.role.is_none() && self.settings.is_empty()
    }

    /// Checks what no engine takes: names that are not made of small letters, digits and underscores, with dots between them,
    /// at least `parts` of them; empty roles; zero bytes.
    ///
    /// Errors: invalid, naming the setting.
    pub fn check(&self, parts: usize) -> Result<()> {
        for (name, value) in &self.settings {
            let words = name.split('.').filter(|word| is_word(word)).count();
            if words != name.split('.').count() || words < parts {
                let like = if parts > 1 { "like glaux.tenant" } else { "like tenant" };
                return Err(Error::invalid(format!("a caller's setting cannot be called {name:?}"))
                    .hint(format!("name it {like}: small letters, digits and underscores")));
            }
            if value.contains('\0') {
                return Err(Error::invalid(format!("the value of a caller's setting {name:?} holds a zero byte")));
            }
        }
        if self.role.as_ref().is_some_and(|role| role.is_empty() || role.contains('\0')) {
            return Err(Error::invalid("a caller's role has an empty name, or one with a zero byte"));
        }
        Ok(())
    }
}

fn is_word(word: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
    !word.is_empty() && word.chars().all(is_plain) && !word.starts_with(|first: char| first.is_ascii_digit())
}

/// A session's name as a comment in front of what it runs. Nothing in it can end the comment, begin another or stand for a value.
pub fn mark(name: &str) -> String {
    let plain = |character: char| character.is_ascii_graphic() && !matches!(character, '*' | '/' | '?' | '\\');
    let name: String = name.chars().map(|one| if plain(one) { one } else { ' ' }).take(200).collect();
    format!("/* {} */ ", name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str, value: &str) -> Acting {
        Acting { role: None, settings: BTreeMap::from([(name.to_owned(), value.to_owned())]) }
    }

    #[test]
    fn a_setting_has_a_plain_name_and_any_value_without_a_zero_byte() {
        assert!(setting("glaux.tenant_1", "o'clock \" \\ é;--").check(2).is_ok());
        assert!(setting("tenant", "").check(1).is_ok());
        for name in ["", "role", "glaux.", ".x", "Glaux.x", "glaux.x'", "glaux.x y", "glaux.1", "glaux..x", "glaux.é"]
        {
            let error = setting(name, "v").check(2).unwrap_err();
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
        }
        assert!(setting("tenant", "a\0b").check(1).is_err());
        for role in ["", "a\0"] {
            assert!(Acting { role: Some(role.into()), ..Acting::default() }.check(1).is_err());
        }
    }

    #[test]
    fn no_name_ends_its_comment() {
        for (name, expected) in [
            ("glaux q-1", "/* glaux q-1 */ "),
            ("glaux */ DROP TABLE t; /*", "/* glaux    DROP TABLE t; */ "),
            ("*/", "/*  */ "),
            ("*\u{200b}/ ? \\ \n--", "/* -- */ "),
            ("!40101 SELECT", "/* !40101 SELECT */ "),
        ] {
            let mark = mark(name);
            assert_eq!(mark, expected, "{name}");
            assert_eq!((mark.matches("*/").count(), mark.matches("/*").count()), (1, 1));
        }
        assert!(mark(&"x".repeat(1000)).len() < 220);
    }
}
