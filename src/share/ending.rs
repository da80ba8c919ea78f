//! How it ends: by whoever asked, by whoever owns, by the clock, or with its environment.

use connector_core::Result;
use futures::FutureExt;

use super::{Caller, Done, Share, is_member, needed};
use crate::register::{
    By, Environment, EnvironmentState, Event, Membership, Project, Register, Subscription, SubscriptionState,
    Versioned, Write,
};

/// How many records one decision writes at most: DynamoDB takes a hundred items in a transaction, and each record has its event.
pub(super) const AT_ONCE: usize = 40;

/// Whether somebody may do something in the name of a project.
pub(super) type Rule<'r> = dyn Fn(&Project) -> Result<()> + Send + Sync + 'r;

/// What the register calls it when a request is taken back.
pub(super) const WITHDRAWN: &str = "request withdraw";

impl Share {
    /// Takes a request back.
    pub async fn withdraw(&self, caller: &Caller, id: &str) -> Result<Done> {
        self.change(caller.act(WITHDRAWN, None, None), id, |seen| {
            let at_least =
                if seen.subscription.requester == caller.actor { Membership::Member } else { Membership::Owner };
            is_member(&seen.consumer, &caller.actor, at_least)?;
            seen.is_in(&[SubscriptionState::Requested], "withdraw")?;
            Ok(over(&seen.subscription, "withdrawn"))
        })
        .await
    }

    /// Gives up what was granted.
    pub async fn leave(&self, caller: &Caller, id: &str) -> Result<Done> {
        self.change(caller.act("sub leave", None, None), id, |seen| {
            is_member(&seen.consumer, &caller.actor, Membership::Member)?;
            seen.is_in(&[SubscriptionState::Approved, SubscriptionState::Active], "leave")?;
            Ok(over(&seen.subscription, "left"))
        })
        .await
    }

    /// Takes away what was granted.
    ///
    /// Errors: invalid, without a reason; forbidden, but for an owner.
    pub async fn revoke(&self, caller: &Caller, id: &str, reason: &str) -> Result<Done> {
        let reason = needed(reason, "why it is revoked")?;
        self.change(caller.act("sub revoke", None, Some(reason)), id, |seen| {
            is_member(&seen.owner, &caller.actor, Membership::Owner)?;
            seen.is_in(&[SubscriptionState::Approved, SubscriptionState::Active], "revoke")?;
            Ok(over(&seen.subscription, "revoked"))
        })
        .await
    }

    /// Ends what is due: what was granted until now, and requests that nobody decides on.
    pub async fn expire(&self, caller: &Caller) -> Result<Vec<Subscription>> {
        let (act, register) = (caller.act("expire", None, None), &self.register);
        let mut ended = Vec::new();
        loop {
            let (_, now_ended) = register.decide(&act, || expiring(register).boxed()).await?;
            if now_ended.is_empty() {
                return Ok(ended);
            }
            ended.extend(now_ended);
        }
    }

    /// Begins to take an environment out of use: everything it was granted ends, and nothing more is granted.
    ///
    /// Errors: forbidden, but for an owner of its project.
    pub async fn close(&self, caller: &Caller, environment: &str) -> Result<Vec<Event>> {
        let rule = |project: &Project| is_member(project, &caller.actor, Membership::Owner);
        self.close_under(caller, environment, &rule).await
    }

    /// The same by a rule of the caller's own place.
    pub(super) async fn close_under(&self, caller: &Caller, environment: &str, rule: &Rule<'_>) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("env remove", None, None), &self.register);
        let mut all = Vec::new();
        loop {
            let decided = register.decide(&act, || closing(register, rule, environment).boxed()).await;
            let (events, ()) = self.or_noted::<Environment, _>(&act, environment, decided).await?;
            if events.is_empty() {
                return Ok(all);
            }
            all.extend(events);
        }
    }
}

async fn expiring(register: &Register) -> Result<(Vec<Write>, Vec<Subscription>)> {
    let (mut writes, mut ended) = (Vec::new(), Vec::new());
    for read in register.list::<Subscription>(&By::Due(register.now())).await?.iter().take(AT_ONCE) {
        let reason = if read.record.is_live() { "expired" } else { "lapsed" };
        ended.push(over(&read.record, reason));
        writes.push(Write::update(read, &over(&read.record, reason))?);
    }
    Ok((writes, ended))
}

async fn closing(register: &Register, rule: &Rule<'_>, environment: &str) -> Result<(Vec<Write>, ())> {
    let read = register.get::<Environment>(environment).await?;
    let project = register.get::<Project>(&read.record.project).await?.record;
    rule(&project)?;
    let mut writes = Vec::new();
    if read.record.state == EnvironmentState::Active {
        let leaving = Environment { state: EnvironmentState::Leaving, ..read.record.clone() };
        writes.push(Write::update(&read, &leaving)?);
    }
    let subscriptions = register.list::<Subscription>(&By::Consumer(project.id)).await?;
    let open = |read: &&Versioned<Subscription>| {
        read.record.environment == environment
            && (read.record.is_live() || read.record.state == SubscriptionState::Requested)
    };
    for read in subscriptions.iter().filter(open) {
        writes.push(Write::update(read, &over(&read.record, "environment removed"))?);
    }
    writes.truncate(AT_ONCE);
    Ok((writes, ()))
}

/// A request is over at once; of what was granted something may be left at the source.
pub(super) fn over(subscription: &Subscription, reason: &str) -> Subscription {
    let state = match subscription.state {
        SubscriptionState::Requested => SubscriptionState::Closed,
        _ => SubscriptionState::Ending,
    };
    Subscription { state, reason: Some(reason.to_owned()), ..subscription.clone() }
}
