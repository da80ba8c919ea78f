//! The secret in force, tried by whoever reads, and found by whoever queries.

use connector_core::{Error, ErrorKind, Result};

use super::source::try_reading;
use super::{Grants, Task, is_to_go};
use crate::register::{Environment, Place};

impl Grants {
    /// Puts the secret in force, readable by the environment alone; or takes it away.
    pub(super) async fn publish(&self, task: &Task) -> Result<()> {
        let (grant, name) = (self.held(task).await?, self.secret(task)?);
        if is_to_go(&grant) {
            return self.keeper.discard(&name).await;
        }
        self.keeper.promote(&name, grant.generation).await?;
        let environment = self.register.get::<Environment>(&task.environment).await?.record;
        let reader = match &environment.place {
            Place::Local => None,
            Place::Aws(account) => Some(account.consumer_role.as_str()),
        };
        self.keeper.open_to(&name, reader).await
    }

    /// Logs in as a query would, and reads one row of each table; then whoever queries finds it. What is to go is found no more.
    ///
    /// Errors: conflict, if the password has just become another than the one that was kept: the next walk sees it, and sets it again.
    pub(super) async fn verify(&self, task: &Task) -> Result<()> {
        let (grant, opened) = (self.held(task).await?, self.source(task).await?);
        let secret = self.secret(task)?;
        let name = opened.secret_as_read(secret.clone(), &self.copied_from);
        if is_to_go(&grant) {
            if let Some(athena) = &self.athena {
                Box::pin(athena.unlist(&task.source, &secret)).await?;
            }
            if opened.is_secret_there(&name).await? {
                return Err(Error::internal(format!("secret {name:?} can still be read after it was discarded")));
            }
            return Ok(());
        }
        let mut session = match opened.reads_by_secret(&name).await {
            Err(error) if error.kind() == ErrorKind::Unauthenticated && grant.verified => {
                return Err(Error::new(ErrorKind::Conflict, error.to_string()).hint("it is set again by the next walk"));
            }
            session => session?,
        };
        try_reading(&opened, session.as_mut(), &grant.desired).await?;
        match &self.athena {
            Some(athena) => Box::pin(athena.list(&task.source, &secret, &name)).await,
            None => Ok(()),
        }
    }
}
