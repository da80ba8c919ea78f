//! What is seen at a source before anything is planned there.
//!
//! Whoever reaches the sources only looks and tells; it is written down where the register is (`planning`). So a producer's role
//! needs no right to write a register that knows of others' grants too, and a consumer's none either.

use connector_core::{Credential, Error, ErrorKind, Logins, Result, Secret};
use serde::{Deserialize, Serialize};

use super::applying::unlike;
use super::desired::{Desired, rights_of};
use super::source::{Opened, missing};
use super::{Grants, Task};
use crate::register::{self, Grant, Scope};
use crate::secrets::{Login, login_of};

/// What was seen. It is of one walk, and nobody keeps it: a walk that begins anew looks anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Of what it is true: what was desired when it was looked for, hashed.
    pub(super) of: String,
    /// What of that the source does not have.
    pub(super) missing: Vec<Scope>,
    /// Whether the password that was in force is kept no more.
    pub(super) is_lost: bool,
    /// Whether the source lets nobody in by the password that is in force.
    pub(super) is_refused: bool,
    /// In what the user is not what it was made, in words.
    pub(super) drift: Vec<String>,
}

impl Survey {
    /// Whether it is one of what is desired now.
    pub(super) fn is_of(&self, desired: &Desired) -> Result<bool> {
        Ok(self.of == hash(desired)?)
    }
}

impl Grants {
    /// Looks at what is to be planned for, and changes nothing. What is to go is taken away as it is found.
    pub(super) async fn survey(&self, task: &Task) -> Result<Survey> {
        let grant = self.held(task).await?;
        let desired = self.wanted(task).await?.desired;
        let mut survey = Survey { of: hash(&desired)?, ..Survey::default() };
        if desired.scopes.is_empty() {
            return Ok(survey);
        }
        let opened = self.source(task).await?;
        survey.missing = missing(opened.reads_as_administrator().await?.as_mut(), &desired.scopes).await?;
        if !grant.verified {
            return Ok(survey);
        }
        let name = self.secret(task)?;
        match self.keeper.read(&name, grant.generation).await? {
            None => survey.is_lost = true,
            Some(kept) => survey.is_refused = is_refused(&opened, &login_in(&name, &kept)?).await,
        }
        survey.drift = self.drift_of(&grant, &opened).await?;
        Ok(survey)
    }

    /// What somebody else has changed since it was right.
    async fn drift_of(&self, grant: &Grant, opened: &Opened) -> Result<Vec<String>> {
        let seen = opened.administrator().await?.look(&self.user(grant, grant.generation)).await?;
        Ok(unlike(&seen, &rights_of(&grant.desired)))
    }
}

/// Whether the source refuses who may read there. What else is wrong is told by whoever reads.
async fn is_refused(opened: &Opened, login: &Credential) -> bool {
    let refused = opened.login(login).await.err();
    refused.is_some_and(|error| error.kind() == ErrorKind::Unauthenticated)
}

/// Who logs in by the secret of a grant.
pub(super) fn login_in(name: &str, kept: &Secret) -> Result<Credential> {
    match login_of(name, kept, Logins::Users)? {
        Login::User(login) => Ok(login),
        Login::Principal(_) => Err(Error::internal(format!("secret {name:?} is none of a grant's"))),
    }
}

fn hash(desired: &Desired) -> Result<String> {
    let text = serde_json::to_string(&(&desired.scopes, desired.ends))
        .map_err(|error| Error::internal("writing what is desired as JSON").with_source(error))?;
    Ok(register::hash(&text))
}
