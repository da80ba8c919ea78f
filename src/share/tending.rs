//! Grants as they are tended by hand: who may look after one, and who may know its password.

use connector_core::{Error, ErrorKind, Result};

use super::{Caller, Seen, Share, is_member, owners};
use crate::register::{Environment, Event, Grant, Membership, Project, Source, Subscription, SubscriptionState, Write};

impl Share {
    /// Whether the caller may repair or rotate a grant: an owner of what is read, or of the project that reads.
    ///
    /// Errors: not found; forbidden, which is an event under `verb`.
    pub async fn may_tend(&self, caller: &Caller, environment: &str, source: &str, verb: &str) -> Result<()> {
        let allowed = self.tends(caller, environment, source).await;
        self.or_noted::<Grant, _>(&caller.act(verb, None, None), &Grant::id_of(environment, source), allowed).await
    }

    /// The subscription whose grant the caller may have made what it should be, as an owner of either side.
    ///
    /// Errors: not found; forbidden, which is an event; conflict, of one that was never granted or is over.
    pub async fn retry(&self, caller: &Caller, id: &str) -> Result<Subscription> {
        let retried = self.retried(caller, id).await;
        self.or_noted::<Subscription, _>(&caller.act("sub retry", None, None), id, retried).await
    }

    async fn retried(&self, caller: &Caller, id: &str) -> Result<Subscription> {
        use SubscriptionState::{Active, Approved, Ending};
        let subscription = self.register.get::<Subscription>(id).await?.record;
        let seen = Seen::of(&self.register, &subscription).await?;
        // Whoever decides on it may be of another project than the source's.
        if is_member(&seen.owner, &caller.actor, Membership::Owner).is_err() {
            self.tends(caller, &subscription.environment, &subscription.source).await?;
        }
        seen.is_in(&[Approved, Active, Ending], "retry")?;
        Ok(subscription)
    }

    /// Errors: not found; forbidden, for whoever owns neither what is read nor the project that reads.
    async fn tends(&self, caller: &Caller, environment: &str, source: &str) -> Result<()> {
        let (reader, owner) = self.sides(environment, source).await?;
        let is_owner = |project: &Project| is_member(project, &caller.actor, Membership::Owner).is_ok();
        if is_owner(&reader) || is_owner(&owner) {
            return Ok(());
        }
        let told = format!("{} is an owner of neither {} nor {}", caller.actor, owner.id, reader.id);
        let who: Vec<&str> = owners(&owner).into_iter().chain(owners(&reader)).collect();
        Err(Error::new(ErrorKind::Forbidden, told).hint(format!("ask one of {who:?}")))
    }

    /// Writes down that the caller is told a grant's password, who must be of the project that reads.
    ///
    /// Errors: not found; forbidden, which is an event too.
    pub async fn reveal(&self, caller: &Caller, environment: &str, source: &str) -> Result<Vec<Event>> {
        let (act, id) = (caller.act("creds reveal", None, None), Grant::id_of(environment, source));
        let (reader, _) = self.sides(environment, source).await?;
        let allowed = is_member(&reader, &caller.actor, Membership::Member);
        self.or_noted::<Grant, _>(&act, &id, allowed).await?;
        let read = self.register.get::<Grant>(&id).await?;
        self.register.write(&act, &[Write::note(&read)?]).await
    }

    /// The project that reads, and the one that owns what is read.
    async fn sides(&self, environment: &str, source: &str) -> Result<(Project, Project)> {
        let environment = self.register.get::<Environment>(environment).await?.record;
        let source = self.register.get::<Source>(source).await?.record;
        let reader = self.register.get::<Project>(&environment.project).await?.record;
        Ok((reader, self.register.get::<Project>(&source.owner).await?.record))
    }
}
