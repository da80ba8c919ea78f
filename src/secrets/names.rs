//! What the secret of a grant is called: always the same for the same grant, so that nothing has to be remembered or typed.

use connector_core::{Error, Result};

/// Names below one prefix: `<prefix>/<environment>/<source>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    prefix: String,
}

/// What Secrets Manager allows, of which a policy's patterns mean nothing but itself.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'=' | b'.' | b'@' | b'-')
}

/// Secrets Manager's own limit.
const LONGEST: usize = 512;

impl Names {
    /// Names below `prefix`, which may itself have several parts.
    ///
    /// Errors: invalid, for parts that are no names.
    pub fn new(prefix: &str) -> Result<Self> {
        prefix.split('/').try_for_each(|part| check("a prefix of secrets", part))?;
        Ok(Self { prefix: prefix.to_owned() })
    }

    /// The prefix, without a slash at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What the secret of a grant is called.
    ///
    /// Errors: invalid, for an environment or a source that would lead to another's secrets.
    pub fn name(&self, environment: &str, source: &str) -> Result<String> {
        let name = format!("{}/{source}", self.below(environment)?);
        check("a source", source)?;
        if name.len() > LONGEST {
            return Err(Error::invalid(format!("the secret's name {name:?} has {} bytes of {LONGEST}", name.len())));
        }
        Ok(name)
    }

    /// What the names of all secrets of an environment begin with, before the last slash.
    ///
    /// Errors: invalid, for an environment that would lead to another's secrets.
    pub fn below(&self, environment: &str) -> Result<String> {
        check("an environment", environment)?;
        Ok(format!("{}/{environment}", self.prefix))
    }

    /// The environment and the source of a name that was made here.
    pub fn parts<'n>(&self, name: &'n str) -> Option<(&'n str, &'n str)> {
        let (environment, source) = name.strip_prefix(&self.prefix)?.strip_prefix('/')?.split_once('/')?;
        [environment, source].iter().all(|part| check("", part).is_ok()).then_some((environment, source))
    }
}

fn check(what: &str, part: &str) -> Result<()> {
    if !part.is_empty() && part.bytes().all(is_plain) {
        return Ok(());
    }
    Err(Error::invalid(format!("{part:?} cannot be the name of {what} here"))
        .hint("use letters, digits and any of _ + = . @ -"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_has_one_name_and_a_name_one_grant() {
        let names = Names::new("glaux/grants").unwrap();
        let name = names.name("0A1B-Prod_2", "shop.orders").unwrap();
        assert_eq!(name, "glaux/grants/0A1B-Prod_2/shop.orders");
        assert_eq!(names.parts(&name), Some(("0A1B-Prod_2", "shop.orders")));
        for other in ["glaux/grants/a", "glaux/grantsx/a/b", "glaux/grants/a/b/c", "glaux/grants//b", "x"] {
            assert_eq!(names.parts(other), None, "{other}");
        }
    }

    #[test]
    fn no_part_leads_to_another_grants_secret() {
        let names = Names::new("grants").unwrap();
        for hostile in ["", "*", "pro?", "a/b", "..*", "${aws:username}", "a b", "é", "a\n", "prod/shop", "a:b"] {
            assert!(names.name(hostile, "shop").is_err(), "{hostile}");
            assert!(names.name("prod", hostile).is_err(), "{hostile}");
            assert!(Names::new(&format!("grants/{hostile}/")).is_err(), "{hostile}");
        }
        assert!(names.name("prod", &"s".repeat(600)).is_err());
    }
}
