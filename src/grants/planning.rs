//! What is to be: by the subscriptions, and by what the source has.

use connector_core::Result;

use super::desired::{Desired, rights_of};
use super::{Grants, Task, source};
use crate::register::{By, Environment, EnvironmentState, Grant, GrantState, Subscription, Time, Versioned};

/// What the register says about a grant.
pub(super) struct Wanted {
    pub environment: Versioned<Environment>,
    /// Everything that was ever asked for there.
    pub subscriptions: Vec<Versioned<Subscription>>,
    pub desired: Desired,
}

impl Grants {
    pub(super) async fn wanted(&self, task: &Task) -> Result<Wanted> {
        let environment = self.register.get::<Environment>(&task.environment).await?;
        let mut subscriptions =
            self.register.list::<Subscription>(&By::Consumer(environment.record.project.clone())).await?;
        subscriptions
            .retain(|read| (&read.record.environment, &read.record.source) == (&task.environment, &task.source));
        let is_in_use = environment.record.state == EnvironmentState::Active;
        let live = subscriptions.iter().map(|read| &read.record).filter(|_| is_in_use);
        let desired = Desired::of(live);
        Ok(Wanted { environment, subscriptions, desired })
    }

    /// Writes down what is to be. What the source does not have is not granted, and told.
    pub(super) async fn plan(&self, task: &Task) -> Result<()> {
        let grant = self.held(task).await?;
        let Wanted { desired, .. } = self.wanted(task).await?;
        let missing = if desired.scopes.is_empty() {
            Vec::new()
        } else {
            let opened = self.source(task).await?;
            source::missing(opened.reads_as_administrator().await?.as_mut(), &desired.scopes).await?
        };
        let desired = desired.without(&missing);
        let is_lost = grant.verified && self.keeper.read(&self.secret(task)?, grant.generation).await?.is_none();
        let plan = |grant: &Grant, now: Time| {
            let planned = Grant { missing: missing.clone(), ..grant.clone() };
            planned_of(planned, &desired, is_lost, now.after(self.timing.grace), now)
        };
        self.change(task, "grant plan", None, plan).await
    }
}

fn planned_of(mut grant: Grant, desired: &Desired, is_lost: bool, grace_ends: Time, now: Time) -> Grant {
    if desired.scopes.is_empty() {
        // Absent stays absent; whatever else it was, something may be left.
        if grant.state != GrantState::Absent {
            grant.state = GrantState::Removing;
        }
        (grant.desired, grant.ends, grant.retires) = (Vec::new(), None, None);
        return grant;
    }
    let was_absent = matches!(grant.state, GrantState::Absent | GrantState::Removing);
    if is_lost {
        grant.wanted = grant.generation + 1;
    }
    if grant.generation < grant.wanted {
        let has_reader = grant.verified && !was_absent;
        grant.retires = if has_reader { Some(grace_ends) } else { grant.retires };
        (grant.generation, grant.verified) = (grant.wanted, false);
    }
    grant.retires = grant.retires.filter(|retires| *retires > now);
    let is_new = rights_of(&grant.desired) != rights_of(&desired.scopes) || grant.ends != desired.ends;
    if was_absent || is_new || !grant.verified {
        grant.state = GrantState::Applying;
    }
    grant.desired.clone_from(&desired.scopes);
    grant.ends = desired.ends;
    grant.drift = Vec::new();
    grant
}
