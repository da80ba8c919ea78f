//! Looking without touching: what differs from what was granted, and what a walk would do.

use connector_core::ErrorKind::{Conflict, Forbidden, NotFound, Unauthenticated};
use connector_core::{Administrator, Result, User};

use super::applying::{unlike, whole_seconds};
use super::desired::rights_of;
use super::{Grants, Task, source};
use crate::register::Grant;

impl Grants {
    /// In what the source differs from what was granted, in words; nothing if it does not.
    ///
    /// Errors: not found, if nothing was ever granted; those of reaching the source.
    pub async fn look(&self, environment: &str, source: &str) -> Result<Vec<String>> {
        let (task, mut differs) = (Task::looking(environment, source), Vec::new());
        let grant = self.register.get::<Grant>(&task.grant()).await?.record;
        let opened = self.source(&task).await?;
        let mut administrator = opened.administrator().await?;
        for (generation, rights) in self.expected(&grant) {
            let user = self.user(&grant, generation);
            let seen = administrator.look(&user).await?;
            match rights {
                Some(rights) => {
                    differs.extend(unlike(&seen, &rights).into_iter().map(|what| format!("{user}: {what}")));
                }
                None if seen.is_there => {
                    differs.push(format!("{user}: it is there, and should not be"));
                }
                None => {}
            }
        }
        if !grant.desired.is_empty() {
            differs.extend(self.untried(&task, &opened, &grant).await?);
        }
        Ok(differs)
    }

    /// Why nobody can read by the secret what was granted, if so: a password or the use of a schema is no right that is listed.
    async fn untried(&self, task: &Task, opened: &source::Opened, grant: &Grant) -> Result<Option<String>> {
        let name = opened.secret_as_read(self.secret(task)?, &self.copied_from);
        let trying = async {
            let mut session = opened.reads_by_secret(&name).await?;
            source::try_reading(opened, session.as_mut(), &grant.desired).await
        };
        match trying.await {
            Ok(()) => Ok(None),
            Err(error) if matches!(error.kind(), Unauthenticated | Forbidden | NotFound | Conflict) => {
                Ok(Some(format!("reading by secret {name:?}: {error}")))
            }
            Err(error) => Err(error),
        }
    }

    /// Both users, with what each should hold if it should be there.
    fn expected(&self, grant: &Grant) -> [(u64, Option<Vec<connector_core::Right>>); 2] {
        let rights = || rights_of(&grant.desired);
        let current = (!grant.desired.is_empty()).then(rights);
        let other = grant.retires.filter(|retires| *retires > self.register.now()).map(|_| rights());
        [(grant.generation, current), (grant.generation + 1, other)]
    }

    /// What a walk would run at the source for what the register says now, passwords left out.
    pub async fn preview(&self, environment: &str, source: &str) -> Result<Vec<String>> {
        let task = Task::looking(environment, source);
        let found = self.register.find::<Grant>(&task.grant()).await?.map(|read| read.record);
        let grant = found.unwrap_or_else(|| Grant::new(environment, source));
        let desired = self.wanted(&task).await?.desired;
        let opened = self.source(&task).await?;
        let missing = if desired.scopes.is_empty() {
            Vec::new()
        } else {
            source::missing(opened.reads_as_administrator().await?.as_mut(), &desired.scopes).await?
        };
        let (desired, mut administrator) = (desired.without(&missing), opened.administrator().await?);
        let current = grant.generation.max(1);
        let mut statements = Vec::new();
        if desired.scopes.is_empty() {
            for generation in [current, current + 1] {
                let user = self.user(&grant, generation);
                statements.extend(removal(&mut administrator, &user).await?);
            }
            return Ok(statements);
        }
        let (user, ends) = (self.user(&grant, current), desired.ends.map(whole_seconds));
        let seen = administrator.look(&user).await?;
        if !seen.is_settled(&rights_of(&desired.scopes)) {
            let user = User { name: &user, ends: ends.as_deref(), about: "glaux" };
            statements.extend(administrator.admission(&user, &seen)?);
            statements.extend(administrator.users().settle(user.name, &seen, &rights_of(&desired.scopes))?);
        }
        Ok(statements)
    }
}

async fn removal(administrator: &mut Administrator, user: &str) -> Result<Vec<String>> {
    let seen = administrator.look(user).await?;
    if !seen.is_there {
        return Ok(Vec::new());
    }
    let users = administrator.users();
    let mut statements = users.lock(user);
    statements.extend(users.settle(user, &seen, &[])?);
    statements.push(users.sessions(user));
    statements.extend(users.remove(user, &seen)?);
    Ok(statements)
}
