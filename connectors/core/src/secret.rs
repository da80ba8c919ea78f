//! Values that must not be printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A password or another secret text: opaque, unprintable, wiped when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself: for a connector's `connect`, its `access.rs` and `secrets/` only (a tidy test looks).
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

/// Who logs in, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The database user.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// An application that Entra ID knows (a service principal), and what it proves itself with there.
///
/// A type of its own, so that no engine can take the client secret for a password and send it to a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant that it belongs to: a GUID or a domain's name.
    pub tenant: String,
    /// The id that it has there.
    pub client: String,
    /// Its client secret.
    pub secret: Secret,
}

/// Who may log in at an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Logins {
    /// A database user.
    #[default]
    Users,
    /// An application of Entra ID if the secret holds one, else a database user.
    PrincipalsFirst,
    /// An application of Entra ID, which is also what a user and a password stand for.
    Principals,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_prints_its_user_only() {
        let credential = Credential { user: "reader".into(), password: Secret::new("s3cret") };
        let principal = Principal { tenant: "t".into(), client: "c".into(), secret: Secret::new("s3cret") };
        let printed = format!("{credential:?} {principal:?} {:#?}", credential.password);
        assert!(printed.contains("reader") && printed.contains("[hidden]"));
        assert!(!printed.contains("s3cret"));
    }
}
