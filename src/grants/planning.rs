//! What is to be: by the subscriptions, and by what the source has.

use connector_core::{Error, ErrorKind, Result};

use super::desired::{Desired, rights_of};
use super::surveying::Survey;
use super::{Grants, Task, is_to_go};
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

    /// Writes down what is to be by what was seen. What the source does not have is not granted, and told.
    ///
    /// Errors: conflict, if other tables are desired by now than were looked for.
    pub(super) async fn plan(&self, task: &Task, survey: Option<&Survey>) -> Result<()> {
        self.held(task).await?;
        let survey = survey.ok_or_else(|| Error::invalid("nothing is told of what was seen at the source"))?;
        let Wanted { desired, .. } = self.wanted(task).await?;
        if !survey.is_of(&desired)? {
            return Err(Error::new(ErrorKind::Conflict, "other tables are desired than when it was looked for them"));
        }
        let desired = desired.without(&survey.missing);
        let plan = |grant: &Grant, now: Time| {
            let planned = Grant { missing: survey.missing.clone(), ..grant.clone() };
            planned_of(planned, &desired, survey.is_lost, now.after(self.timing.grace), now)
        };
        self.change(task, "grant plan", None, plan).await?;
        let drift = drift_of(&self.held(task).await?, survey).join("; ");
        self.change(task, "grant drift", Some(drift), |grant, _| drifted(grant, survey)).await
    }
}

/// What somebody else has changed of what should have stayed as it was. That nobody is let in counts whatever else is to change.
fn drift_of(grant: &Grant, survey: &Survey) -> Vec<String> {
    let is_at_rest = matches!(grant.state, GrantState::Present | GrantState::Drifted);
    let mut drift = if is_at_rest { survey.drift.clone() } else { Vec::new() };
    if survey.is_refused && grant.verified && !is_to_go(grant) {
        drift.push("it is not let in by the password that was kept".into());
    }
    drift
}

/// The same, with what is to be mended. A password that is untried is set again, the same one: who reads by it reads on.
fn drifted(grant: &Grant, survey: &Survey) -> Grant {
    let drift = drift_of(grant, survey);
    if drift.is_empty() {
        return grant.clone();
    }
    let state = if grant.state == GrantState::Present { GrantState::Drifted } else { grant.state };
    Grant { verified: grant.verified && !survey.is_refused, drift, state, ..grant.clone() }
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
    // A password that nobody has tried yet is not lost, but was never kept.
    if is_lost && grant.verified {
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
