//! What the command line is told of a deployment on AWS: variables that the deployment's functions have under the same names.

use std::collections::BTreeMap;

use connector_core::{Error, Result};

use super::env;

/// A deployment, as far as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    domain: Option<String>,
    prefix: Option<String>,
    /// The event bus that starts what follows of a decision, by name or ARN; the account's own if none is named.
    pub bus: Option<String>,
    /// The role that keeps the secrets of grants.
    pub keeper: Option<String>,
    /// The key that they are under.
    pub key: Option<String>,
}

impl Deployment {
    /// Reads the variables of this process.
    pub fn from_process_env() -> Result<Self> {
        Ok(Self::of(env::process_variables()?))
    }

    fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut said: BTreeMap<String, String> = variables.into_iter().collect();
        let mut take = |key: &str| said.remove(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            domain: take("glaux_domain"),
            prefix: take("glaux_secrets_prefix"),
            bus: take("glaux_event_bus"),
            keeper: take("glaux_keeper_role"),
            key: take("glaux_secrets_key"),
        }
    }

    /// What tells this register's users from those of another at the same source.
    pub fn domain(&self) -> Result<&str> {
        told(self.domain.as_deref(), "glaux_domain")
    }

    /// What the names of the secrets of grants begin with.
    pub fn prefix(&self) -> Result<&str> {
        told(self.prefix.as_deref(), "glaux_secrets_prefix")
    }
}

fn told<'t>(text: Option<&'t str>, key: &str) -> Result<&'t str> {
    text.ok_or_else(|| {
        Error::invalid(format!("setting {key:?} is missing, by which users and secrets on AWS are called"))
            .hint(format!("set it to what the deployment's functions have: export {key}=…"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blank_is_not_told_and_what_is_needed_is_named() {
        let pairs = [("glaux_domain", " "), ("glaux_secrets_prefix", " glaux/d "), ("PATH", "x")];
        let read = Deployment::of(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(read.prefix().unwrap(), "glaux/d");
        assert!(read.domain().unwrap_err().to_string().contains("glaux_domain"));
        assert_eq!((read.bus, read.keeper, read.key), (None, None, None));
    }
}
