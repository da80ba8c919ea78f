//! News of requests for the other side: to those who decide, that one waits or was withdrawn, and to whoever asked, that it was denied.

use connector_core::Result;
use futures::FutureExt;

use super::deciding::DENIED;
use super::ending::WITHDRAWN;
use super::reminding::REMINDED;
use super::{Caller, Share};
use crate::register::{Event, Subscription, SubscriptionState, Write};

/// What the register calls it once it was told.
const TOLD: &str = "request told";

/// What is to be told of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// As it is by now.
    pub request: Subscription,
    /// Whom it is for.
    pub to: Vec<String>,
    /// The number of the register's event that it is about, by which it is known however often it is told.
    pub event: u64,
}

impl Share {
    /// What is to be told of a request and was not, if there is anything. Whoever tells it calls [`Share::told`] then, so whoever
    /// stops in between tells it again, and nobody is left untold.
    ///
    /// Errors: not found.
    pub async fn untold(&self, id: &str) -> Result<Option<Notice>> {
        use SubscriptionState::{Active, Approved, Closed, Ending, Requested};
        let request = self.register.get::<Subscription>(id).await?.record;
        let news: &[&str] = match request.state {
            Requested => &[REMINDED],
            Closed => &[WITHDRAWN, DENIED],
            Approved | Active | Ending => &[],
        };
        let history = self.register.history::<Subscription>(id).await?;
        let is_it = |event: &&Event| event.act.verb == TOLD || news.contains(&event.act.verb.as_str());
        let Some(event) = history.iter().rev().find(is_it).filter(|event| event.act.verb != TOLD) else {
            return Ok(None);
        };
        let is_denied = event.act.verb == DENIED;
        let to = if is_denied { vec![request.requester.clone()] } else { self.deciders(&request).await? };
        Ok(Some(Notice { request, to, event: event.number }))
    }

    /// Writes down that it was told, once, whoever else tells the same.
    pub async fn told(&self, caller: &Caller, notice: &Notice) -> Result<Vec<Event>> {
        let Notice { request, to, event } = notice;
        let told = format!("event {event}, to {}", to.join(", "));
        let (act, id) = (caller.act(TOLD, None, Some(&told)), request.id.as_str());
        let decided = self.register.decide(&act, || {
            let telling = async move {
                let is_new = self.untold(id).await?.is_some_and(|untold| untold.event == *event);
                let read = self.register.get::<Subscription>(id).await?;
                Ok((if is_new { vec![Write::note(&read)?] } else { Vec::new() }, ()))
            };
            telling.boxed()
        });
        Ok(decided.await?.0)
    }
}
