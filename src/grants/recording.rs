//! The end of a walk: what holds is written down, and what it means for the subscriptions; or why it went wrong.

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

use super::planning::Wanted;
use super::{Grants, Task, is_held, is_to_go};
use crate::register::{
    By, Environment, EnvironmentState, Grant, GrantState, Observed, Scope, Subscription, SubscriptionState, Time,
    Versioned, Write, pause,
};

/// How many subscriptions one decision writes at most.
const AT_ONCE: usize = 30;

impl Grants {
    /// Writes down that it is done, unless what is desired has changed meanwhile.
    ///
    /// Errors: conflict, if it has: the next walk does the rest.
    pub(super) async fn record(&self, task: &Task) -> Result<()> {
        loop {
            let act = Self::act(task, "grant record", None);
            let (_, is_done) = self.register.decide(&act, || self.recording(task).boxed()).await?;
            if is_done {
                return Ok(());
            }
        }
    }

    async fn recording(&self, task: &Task) -> Result<(Vec<Write>, bool)> {
        let read = self.register.get::<Grant>(&task.grant()).await?;
        let grant = &read.record;
        is_held(grant, task)?;
        let Wanted { environment, subscriptions, desired } = self.wanted(task).await?;
        let desired = desired.without(&grant.missing);
        if (&desired.scopes, desired.ends) != (&grant.desired, grant.ends) {
            return Err(Error::new(ErrorKind::Conflict, "other tables are desired than when it began"));
        }
        let mut writes = Vec::new();
        for read in &subscriptions {
            if let Some(settled) = settled(&read.record, &grant.missing) {
                writes.push(Write::update(read, &settled)?);
            }
        }
        let is_done = writes.len() <= AT_ONCE;
        writes.truncate(AT_ONCE);
        if is_done {
            writes.extend(self.environment_gone(&environment, grant, &subscriptions).await?);
            let is_now = |read: &Versioned<Subscription>| {
                settled(&read.record, &grant.missing).unwrap_or_else(|| read.record.clone())
            };
            let settled: Vec<Subscription> = subscriptions.iter().map(is_now).collect();
            writes.push(Write::update(&read, &self.done(grant, &settled))?);
        }
        Ok((writes, is_done))
    }

    /// The grant as it is from now on.
    fn done(&self, grant: &Grant, settled: &[Subscription]) -> Grant {
        let (now, gone) = (self.register.now(), is_to_go(grant));
        let missing: Vec<String> = grant.missing.iter().map(told).collect();
        let done = Grant {
            verified: !gone,
            // A password that was in force once is in force never again.
            wanted: grant.generation + u64::from(gone),
            observed: Some(Observed { at: now, scopes: grant.desired.clone() }),
            error: (!missing.is_empty()).then(|| format!("the source does not have {}", missing.join(", "))),
            failures: 0,
            state: if gone { GrantState::Absent } else { GrantState::Present },
            lease: None,
            ..grant.clone()
        };
        let owes = self.owes(settled.iter(), done.error.as_deref());
        Grant { look_again: self.look_again(&done, owes, now), ..done }
    }

    /// When a grant at rest is to be looked at, whether or not anything has changed.
    pub(super) fn rests_until(&self, grant: &Grant, now: Time) -> Option<Time> {
        let soonest = [grant.ends, grant.retires, Some(now.after(self.timing.check_every))].into_iter().flatten().min();
        // What is not there now may come.
        soonest.filter(|_| !is_to_go(grant) || !grant.missing.is_empty())
    }

    /// An environment on its way out is gone with the last of its grants.
    async fn environment_gone(
        &self,
        environment: &Versioned<Environment>,
        grant: &Grant,
        subscriptions: &[Versioned<Subscription>],
    ) -> Result<Option<Write>> {
        if environment.record.state != EnvironmentState::Leaving {
            return Ok(None);
        }
        let grants = self.register.list::<Grant>(&By::Kind).await?;
        let others = grants.iter().map(|read| &read.record).filter(|other| other.environment == environment.record.id);
        let mut others = others.filter(|other| other.id != grant.id);
        let everything = self.register.list::<Subscription>(&By::Consumer(environment.record.project.clone())).await?;
        let is_ours = |read: &Versioned<Subscription>| subscriptions.iter().any(|own| own.record.id == read.record.id);
        let mut open = everything.iter().filter(|read| read.record.environment == environment.record.id);
        if others.any(|other| other.state != GrantState::Absent)
            || open.any(|read| read.record.is_open() && !is_ours(read))
        {
            return Ok(None);
        }
        let gone = Environment { state: EnvironmentState::Gone, ..environment.record.clone() };
        Write::update(environment, &gone).map(Some)
    }

    /// Writes down what went wrong, and when it is tried again.
    pub(super) async fn fail(&self, task: &Task, error: &Error) -> Result<()> {
        let (told, now) = (error.to_string(), self.register.now());
        let failed = |grant: &Grant, _| Grant {
            error: Some(told.clone()),
            failures: grant.failures + 1,
            look_again: Some(now.after(pause(grant.failures))),
            lease: None,
            ..grant.clone()
        };
        self.change(task, "grant failed", Some(told.clone()), failed).await?;
        self.report(task).await
    }

    /// Asks for a rotation: the next walk makes another password, for the other of the two users.
    pub async fn rotate(&self, task: &Task) -> Result<()> {
        self.write(task, "grant rotate", None, |grant, _: Time| {
            let GrantState::Present = grant.state else {
                let told = format!("grant {} is not at rest, so there is no password in force to rotate", grant.id);
                return Err(Error::new(ErrorKind::Conflict, told).hint("wait until it is present, or repair it"));
            };
            Ok(Grant { wanted: grant.generation + 1, ..grant.clone() })
        })
        .await
    }
}

/// What becomes of a subscription now that the source is as desired.
fn settled(subscription: &Subscription, missing: &[Scope]) -> Option<Subscription> {
    let lacks = |scope: &Scope| missing.iter().any(|gone| (&gone.schema, &gone.table) == (&scope.schema, &scope.table));
    let state = match subscription.state {
        SubscriptionState::Approved if !subscription.granted.iter().any(lacks) => SubscriptionState::Active,
        SubscriptionState::Ending => SubscriptionState::Closed,
        _ => return None,
    };
    Some(Subscription { state, ..subscription.clone() })
}

fn told(scope: &Scope) -> String {
    let columns = scope.columns.as_ref().map(|columns| format!(" ({})", columns.join(", ")));
    format!("{}.{}{}", scope.schema, scope.table, columns.unwrap_or_default())
}
