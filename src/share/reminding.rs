//! Requests that wait, told again to whoever decides on them.

use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

use super::{Caller, Done, Seen, Share, is_member, owners, person};
use crate::register::{Event, Membership, Project, Subscription, SubscriptionState, Time, Write};

/// What the register calls it.
pub const REMINDED: &str = "request remind";

/// How long those who decide are left in peace after they were reminded.
const AGAIN: Duration = Duration::from_hours(24);

impl Share {
    /// Writes down that a request still waits; nothing of it changes.
    ///
    /// Errors: not found; forbidden, but for a member of the project that asks; conflict, if it no longer waits, and if somebody
    /// was reminded of it within a day.
    pub async fn remind(&self, caller: &Caller, id: &str) -> Result<Done> {
        let (act, register) = (caller.act(REMINDED, None, None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                let read = register.get::<Subscription>(id).await?;
                let seen = Seen::of(register, &read.record).await?;
                is_member(&seen.consumer, &caller.actor, Membership::Member)?;
                seen.is_in(&[SubscriptionState::Requested], "be reminded of")?;
                may_be_reminded(&register.history::<Subscription>(id).await?, id, seen.now)?;
                Ok((vec![Write::note(&read)?], seen.subscription))
            };
            making.boxed()
        });
        let (events, subscription) = self.or_noted::<Subscription, _>(&act, id, decided.await).await?;
        Ok(Done { subscription, events })
    }

    /// Who may decide on a request: the owners of what is asked for, but for whoever has asked.
    pub async fn deciders(&self, request: &Subscription) -> Result<Vec<String>> {
        let owner = self.register.get::<Project>(&request.owner).await?.record;
        let others = owners(&owner).into_iter().filter(|actor| !person::is_same(&request.requester, actor));
        Ok(others.map(str::to_owned).collect())
    }
}

/// Errors: conflict, if the last reminder is too near.
fn may_be_reminded(history: &[Event], id: &str, now: Time) -> Result<()> {
    let last = history.iter().rev().find(|event| event.act.verb == REMINDED);
    match last.filter(|last| last.at.after(AGAIN) > now) {
        None => Ok(()),
        Some(last) => {
            let told = format!("those who decide on {id} were reminded at {} by {}", last.at, last.act.actor);
            let hint = format!("remind them from {} on, once a day at most", last.at.after(AGAIN));
            Err(Error::new(ErrorKind::Conflict, told).hint(hint))
        }
    }
}
