//! What people and the clock decide: what there is to share and who may do what with it, and requests and what becomes of them,
//! from asking and approving to the end.
//!
//! Each of them is one decision over the register as it is, and nothing of it is written if somebody else wrote meanwhile. A
//! refusal is an event too. Not here: what follows at the source (`grants`), which makes `approved` active and `ending` closed.

mod announcing;
mod asking;
mod assets;
pub mod datazone;
mod deciding;
mod ending;
mod estate;
mod owning;
mod person;
mod reminding;
mod sight;
mod sources;
mod telling;
mod tending;
#[cfg(test)]
#[cfg(feature = "local")]
mod tests;

use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

pub use self::announcing::AHEAD;
pub use self::asking::Asking;
pub use self::assets::{Change, Found, asset_id};
pub use self::deciding::{Amendment, Approval};
pub use self::person::actor_of;
pub use self::reminding::REMINDED;
pub use self::sight::Sight;
pub use self::telling::Notice;
use crate::register::{
    Act, Asset, Environment, Event, Membership, Project, Record, Register, Scope, Subscription, SubscriptionState,
    Time, Write,
};

/// How long a request may wait for a decision.
const LAPSE: Duration = Duration::from_hours(14 * 24);

/// Who does something, and by what: known from the session it comes from, and never said by the request itself (D21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The STS identity on AWS, the operating system's user locally.
    pub actor: String,
    /// The command or request it comes by.
    pub request: String,
}

impl Caller {
    /// What the clock does by itself.
    pub fn clock(request: &str) -> Self {
        Self { actor: "glaux".into(), request: request.into() }
    }

    pub(crate) fn act(&self, verb: &str, on_behalf_of: Option<&str>, reason: Option<&str>) -> Act {
        Act {
            actor: self.actor.clone(),
            on_behalf_of: on_behalf_of.map(Into::into),
            verb: verb.into(),
            reason: reason.map(Into::into),
            request: self.request.clone(),
        }
    }
}

/// What was decided about a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// As it is from now on.
    pub subscription: Subscription,
    /// What the register says of it.
    pub events: Vec<Event>,
}

/// Requests over a register.
#[derive(Clone)]
pub struct Share {
    register: Register,
}

impl Share {
    /// Over this register.
    pub fn new(register: Register) -> Self {
        Self { register }
    }

    /// What is made of a subscription by `make`, which sees it and whom it is about as they are.
    ///
    /// Errors: those of `make`; an attempt that it forbids is an event.
    async fn change(
        &self,
        act: Act,
        id: &str,
        make: impl Fn(&Seen) -> Result<Subscription> + Send + Sync,
    ) -> Result<Done> {
        let (register, make) = (&self.register, &make);
        let decided = register.decide(&act, || {
            let making = async move {
                let read = register.get::<Subscription>(id).await?;
                let subscription = make(&Seen::of(register, &read.record).await?)?;
                Ok((vec![Write::update(&read, &subscription)?], subscription))
            };
            making.boxed()
        });
        let (events, subscription) = self.or_noted::<Subscription, _>(&act, id, decided.await).await?;
        Ok(Done { subscription, events })
    }

    /// The outcome; of one that was forbidden the record's events tell.
    async fn or_noted<R: Record, T>(&self, act: &Act, id: &str, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && error.kind() == ErrorKind::Forbidden
            && let Some(read) = self.register.find::<R>(id).await?
        {
            let refused = Act { verb: format!("{} refused", act.verb), reason: Some(error.to_string()), ..act.clone() };
            self.register.write(&refused, &[Write::note(&read)?]).await?;
        }
        outcome
    }
}

/// A subscription, whom it is about, and when that was looked at.
struct Seen {
    subscription: Subscription,
    owner: Project,
    consumer: Project,
    environment: Environment,
    /// Those of what was asked for, as last looked at.
    assets: Vec<Asset>,
    now: Time,
}

impl Seen {
    async fn of(register: &Register, subscription: &Subscription) -> Result<Self> {
        let mut assets = Vec::new();
        for Scope { schema, table, .. } in &subscription.asked {
            let read = register.find::<Asset>(&asset_id(&subscription.source, schema, table)).await?;
            assets.extend(read.map(|read| read.record));
        }
        Ok(Self {
            assets,
            owner: register.get::<Project>(&subscription.owner).await?.record,
            consumer: register.get::<Project>(&subscription.consumer).await?.record,
            environment: register.get::<Environment>(&subscription.environment).await?.record,
            subscription: subscription.clone(),
            now: register.now(),
        })
    }

    /// Errors: conflict, if the subscription is in none of these states.
    fn is_in(&self, states: &[SubscriptionState], verb: &str) -> Result<()> {
        let Subscription { id, state, reason, .. } = &self.subscription;
        if states.contains(state) {
            return Ok(());
        }
        let name = self.subscription.found_by().state;
        let why = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let told = format!("subscription {id} is {name}{why}, so there is nothing to {verb}");
        Err(Error::new(ErrorKind::Conflict, told).hint("look at it again"))
    }
}

/// Errors: invalid, for an end that is not to come.
fn is_to_come(end: Option<Time>, now: Time) -> Result<()> {
    match end.filter(|end| *end <= now) {
        None => Ok(()),
        Some(end) => Err(Error::invalid(format!("{end} is over")).hint("name a later end, or none")),
    }
}

/// Errors: forbidden, if the actor is no member of the project, or no owner where only one may.
fn is_member(project: &Project, actor: &str, at_least: Membership) -> Result<()> {
    let is_enough = |membership: &Membership| *membership == Membership::Owner || at_least == Membership::Member;
    if project.members.get(actor).is_some_and(is_enough) {
        return Ok(());
    }
    let role = if at_least == Membership::Owner { "an owner" } else { "a member" };
    Err(Error::new(ErrorKind::Forbidden, format!("{actor} is not {role} of project {}", project.id))
        .hint(format!("ask one of {:?}", owners(project))))
}

fn owners(project: &Project) -> Vec<&str> {
    let owners = project.members.iter().filter(|(_, membership)| **membership == Membership::Owner);
    owners.map(|(actor, _)| actor.as_str()).collect()
}

/// The words that must be there; a reason given as blanks is none.
fn needed<'w>(words: &'w str, what: &str) -> Result<&'w str> {
    match words.trim() {
        "" => Err(Error::invalid(format!("{what} is missing")).hint("say it in a few words; it is kept and shown")),
        words => Ok(words),
    }
}
