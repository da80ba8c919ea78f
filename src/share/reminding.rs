//! Requests that wait, told again to whoever decides on them.

use connector_core::Result;
use futures::FutureExt;

use super::{Caller, Done, Seen, Share, is_member, owners, person};
use crate::register::{Membership, Project, Subscription, SubscriptionState, Write};

/// What the register calls it.
pub const REMINDED: &str = "request remind";

impl Share {
    /// Writes down that a request still waits; nothing of it changes.
    ///
    /// Errors: not found; forbidden, but for a member of the project that asks; conflict, if it no longer waits.
    pub async fn remind(&self, caller: &Caller, id: &str) -> Result<Done> {
        let (act, register) = (caller.act(REMINDED, None, None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                let read = register.get::<Subscription>(id).await?;
                let seen = Seen::of(register, &read.record).await?;
                is_member(&seen.consumer, &caller.actor, Membership::Member)?;
                seen.is_in(&[SubscriptionState::Requested], "be reminded of")?;
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
