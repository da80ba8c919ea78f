//! Who logs in, out of what a secret holds: a database user, or an application of Entra ID.
//!
//! A secret may hold both, and keys of others: which counts is the endpoint's to say (`Connector::logins`).

use connector_core::{Credential, Error, Logins, Principal, Result, Secret};

const ENTRA: &str = "put client_id, client_secret and tenant_id into the catalog's secret: ${secret_name}";

/// Who logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A database user.
    User(Credential),
    /// An application of Entra ID.
    Principal(Principal),
}

/// What a secret holds to log in with: a user, an application or both, complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    pub user: Option<Credential>,
    pub client: Option<(String, Secret)>,
    pub tenant: Option<String>,
}

impl Keys {
    pub fn of_user(credential: Credential) -> Self {
        Self { user: Some(credential), ..Self::default() }
    }

    /// The one that the endpoint lets in.
    ///
    /// Errors: invalid, if there is none; they name `place`, where the keys stand.
    pub fn login(&self, place: &str, logins: Logins) -> Result<Login> {
        let user = self.user.clone();
        match logins {
            Logins::Users => user.map(Login::User).ok_or_else(|| {
                Error::invalid(format!(
                    "{place} holds an application of Entra ID and no user, but this catalog logs in by user and password"
                ))
                .hint("put username and password into the secret")
            }),
            Logins::PrincipalsFirst => match (self.principal(self.client.clone()), user) {
                (Some(principal), _) => Ok(Login::Principal(principal)),
                (None, Some(user)) => Ok(Login::User(user)),
                (None, None) => Err(Error::internal(format!("{place} was read without anybody in it"))),
            },
            Logins::Principals => {
                let named_as_user = user.map(|user| (user.user, user.password));
                let principal = self.principal(self.client.clone().or(named_as_user));
                principal.map(Login::Principal).ok_or_else(|| {
                    let told = "has no key \"tenant_id\", without which Entra ID does not know whom to ask";
                    Error::invalid(format!("{place} {told}")).hint(ENTRA)
                })
            }
        }
    }

    fn principal(&self, client: Option<(String, Secret)>) -> Option<Principal> {
        let ((client, secret), tenant) = (client?, self.tenant.clone()?);
        Some(Principal { tenant, client, secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(user: bool, client: bool, tenant: bool) -> Keys {
        Keys {
            user: user.then(|| Credential { user: "u".into(), password: Secret::new("p") }),
            client: client.then(|| ("c".into(), Secret::new("s"))),
            tenant: tenant.then(|| "t".into()),
        }
    }

    fn application(client: &str, secret: &str) -> Login {
        Login::Principal(Principal { tenant: "t".into(), client: client.into(), secret: Secret::new(secret) })
    }

    #[test]
    fn the_endpoint_says_what_of_a_secret_counts() {
        let user = || Login::User(Credential { user: "u".into(), password: Secret::new("p") });
        for (keys, logins, login) in [
            (keys(true, true, true), Logins::Users, user()),
            (keys(true, true, true), Logins::PrincipalsFirst, application("c", "s")),
            (keys(true, false, true), Logins::PrincipalsFirst, user()),
            (keys(true, true, false), Logins::PrincipalsFirst, user()),
            (keys(false, true, true), Logins::PrincipalsFirst, application("c", "s")),
            (keys(true, true, true), Logins::Principals, application("c", "s")),
            (keys(true, false, true), Logins::Principals, application("u", "p")),
        ] {
            assert_eq!(keys.login("secret \"s\"", logins).unwrap(), login, "{keys:?} {logins:?}");
        }
    }

    #[test]
    fn a_client_secret_is_no_password_and_a_password_without_a_tenant_no_client_secret() {
        for (keys, logins, named) in [
            (keys(false, true, true), Logins::Users, "user and password"),
            (keys(true, false, false), Logins::Principals, "tenant_id"),
        ] {
            let error = keys.login("secret \"prod/db\"", logins).unwrap_err();
            assert!(error.to_string().contains("prod/db") && error.to_string().contains(named), "{error}");
        }
    }
}
