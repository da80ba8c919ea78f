//! Ends that are near, told ahead: each once for each time ahead, by whoever looks at the clock.

use std::time::Duration;

use connector_core::Result;
use futures::FutureExt;

use super::{Caller, Share};
use crate::register::{Announced, By, Subscription, Time, Write};

/// How long ahead an end is announced.
pub const AHEAD: [Duration; 2] = [Duration::from_hours(7 * 24), Duration::from_hours(24)];

impl Share {
    /// Subscriptions whose end is so near that it is to be announced, and was not, as they will be once it is.
    pub async fn nearing(&self, ahead: &[Duration]) -> Result<Vec<Subscription>> {
        let now = self.register.now();
        let Some(furthest) = ahead.iter().max() else { return Ok(Vec::new()) };
        let near = self.register.list::<Subscription>(&By::Due(now.after(*furthest))).await?;
        Ok(near.iter().filter_map(|read| announced(&read.record, now, ahead)).collect())
    }

    /// Writes down that the end of these is announced, each in a decision of its own; those of which somebody else has written it
    /// meanwhile, or which no longer end then, are left out of what is returned. So of all who announce an end one is told that it
    /// did, whoever else is at it and wherever any of them stops.
    pub async fn announce(&self, caller: &Caller, nearing: &[Subscription]) -> Result<Vec<Subscription>> {
        let mut all = Vec::new();
        for wanted in nearing {
            let told =
                wanted.announced.as_ref().map(|it| format!("it ends at {}, within {} hours", it.ends, it.within_hours));
            let (act, register) = (caller.act("sub announced", None, told.as_deref()), &self.register);
            let decided = register.decide(&act, || {
                async move {
                    let read = register.get::<Subscription>(&wanted.id).await?;
                    let is_new =
                        read.record.is_live() && read.record.ends == wanted.ends && is_nearer(&read.record, wanted);
                    if !is_new {
                        return Ok((Vec::new(), None));
                    }
                    let made = Subscription { announced: wanted.announced.clone(), ..read.record.clone() };
                    Ok((vec![Write::update(&read, &made)?], Some(made)))
                }
                .boxed()
            });
            all.extend(decided.await?.1);
        }
        Ok(all)
    }
}

/// The subscription with its announcement, if there is one to make: the nearest that holds, and none that was made.
fn announced(subscription: &Subscription, now: Time, ahead: &[Duration]) -> Option<Subscription> {
    let ends = subscription.ends.filter(|ends| subscription.is_live() && *ends > now)?;
    let within = ahead.iter().filter(|ahead| now.after(**ahead) >= ends).min()?;
    let announced = Announced { ends, within_hours: within.as_secs() / 3600 };
    let made = Subscription { announced: Some(announced), ..subscription.clone() };
    is_nearer(subscription, &made).then_some(made)
}

/// Whether what `wanted` announces was not announced of `subscription`.
fn is_nearer(subscription: &Subscription, wanted: &Subscription) -> bool {
    match (&subscription.announced, &wanted.announced) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(before), Some(now)) => before.ends != now.ends || before.within_hours > now.within_hours,
    }
}
