//! `glaux sub`: what is granted, from the decision to the end.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use connector_core::Error;

use super::desk::{Desk, Row, some};
use super::narrow::Part;
use super::near::Named;
use super::request::{all_seen, is_in, scopes, show, told_state};
use super::words::When;
use crate::cli::output::Done;
use crate::register::{Subscription, SubscriptionState};
use crate::share::{Amendment, Caller};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// What your projects grant and are granted; what is over too, if a state is named
    List {
        /// In this state: requested, approved, active, ending, closed; or all
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
    },
    /// One subscription
    Show {
        /// Which
        id: String,
    },
    /// Grant less, shorter, or longer as it was asked for again
    Amend(Amending),
    /// Ask for a later end, which an owner then grants with amend
    Renew(Renewing),
    /// Give up what was granted
    Leave {
        /// Which
        id: String,
    },
    /// Take away what was granted
    Revoke {
        /// Which
        id: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Have the databases made what it says now, instead of when it is tried again anyway
    Retry {
        /// Which
        id: String,
    },
    /// End what is due by now: what was granted until now, and requests that nobody decided on
    Expire,
}

#[derive(Args, Debug)]
pub struct Amending {
    /// Which
    id: String,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    when: When,
    /// Without an end, if it was asked for so
    #[arg(long, conflicts_with_all = ["span", "until"])]
    for_good: bool,
    /// A word to whoever asked
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Args, Debug)]
pub struct Renewing {
    /// Which
    id: String,
    #[command(flatten)]
    when: When,
    /// Without an end
    #[arg(long, conflicts_with_all = ["span", "until"])]
    for_good: bool,
    /// What it is still needed for
    #[arg(long, value_name = "TEXT")]
    purpose: String,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::List { state } => list(&mut desk, state.as_deref()).await?,
        Verb::Show { id } => show(&mut desk, &id).await?,
        Verb::Amend(amending) => amend(&mut desk, amending).await?,
        Verb::Renew(renewing) => renew(&mut desk, renewing).await?,
        Verb::Leave { id } => {
            let left = desk.share.leave(&desk.caller, &id).await;
            let done = desk.found(left, &[Named::Subscription(&id)]).await?;
            desk.wrote_and_follow(&done.events).await?;
        }
        Verb::Revoke { id, reason } => {
            let revoked = desk.share.revoke(&desk.caller, &id, &reason).await;
            let done = desk.found(revoked, &[Named::Subscription(&id)]).await?;
            desk.wrote_and_follow(&done.events).await?;
        }
        Verb::Retry { id } => retry(&mut desk, &id).await?,
        Verb::Expire => expire(&mut desk).await?,
    }
    Ok(0)
}

async fn list(desk: &mut Desk<'_>, wanted: Option<&str>) -> Done {
    let is_granted = |it: &Subscription| it.is_live() || it.state == SubscriptionState::Ending;
    let is_meant = |it: &&Subscription| wanted.map_or_else(|| is_granted(it), |wanted| is_in(it, wanted));
    let row = |it: &Subscription| -> Row {
        vec![
            some(&it.id),
            told_state(it),
            some(&it.consumer),
            some(&it.environment),
            some(&it.owner),
            scopes(&it.source, &it.granted),
            it.ends.map(|ends| ends.to_string()),
        ]
    };
    let rows: Vec<Row> = all_seen(desk, wanted).await?.iter().filter(is_meant).map(row).collect();
    desk.list(&["subscription", "state", "consumer", "environment", "owner", "granted", "ends"], &rows)
}

async fn amend(desk: &mut Desk<'_>, amending: Amending) -> Done {
    let Amending { id, part, when, for_good, note } = amending;
    let end = when.end(desk.register.now())?;
    let found = desk.register.get::<Subscription>(&id).await;
    let read = desk.found(found, &[Named::Subscription(&id)]).await?;
    let amendment = match (part.is_whole(), end, for_good) {
        (true, None, false) => {
            return Err(Error::invalid("nothing is said of how to amend it")
                .hint("name --tables or --columns, or an end: --for, --until or --for-good")
                .into());
        }
        (true, until, _) => Amendment::Until(until),
        (false, None, false) => Amendment::Scope(part.scopes(&read.record, &read.record.granted)?),
        (false, ..) => {
            return Err(Error::invalid("tables and an end at once").hint("amend first the one, then the other").into());
        }
    };
    let done = desk.share.amend(&desk.caller, &id, &amendment, note.as_deref()).await?;
    desk.wrote_and_follow(&done.events).await
}

async fn renew(desk: &mut Desk<'_>, renewing: Renewing) -> Done {
    let Renewing { id, when, for_good, purpose } = renewing;
    let until = when.end(desk.register.now())?;
    if until.is_none() && !for_good {
        return Err(Error::invalid("no end is said").hint("name one: --for 90d, --until TIME or --for-good").into());
    }
    let renewed = desk.share.renew(&desk.caller, &id, until, &purpose).await;
    let done = desk.found(renewed, &[Named::Subscription(&id)]).await?;
    desk.wrote_and_follow(&done.events).await
}

/// Nothing is decided by it: the grant's own events tell what came of it.
async fn retry(desk: &mut Desk<'_>, id: &str) -> Done {
    let retried = desk.share.retry(&desk.caller, id).await;
    let it = desk.found(retried, &[Named::Subscription(id)]).await?;
    Box::pin(desk.carry_out(&BTreeSet::from([(it.environment, it.source)]), &[])).await
}

/// It is the clock that ends things, whoever looks at it; the command says who did.
async fn expire(desk: &mut Desk<'_>) -> Done {
    let before = desk.register.events(None).await?.last().map_or(0, |event| event.number);
    let clock = Caller::clock(&format!("{}, by {}", desk.caller.request, desk.caller.actor));
    desk.share.expire(&clock).await?;
    let events = desk.register.events(None).await?;
    let own: Vec<_> =
        events.into_iter().filter(|event| event.number > before && event.act.request == clock.request).collect();
    desk.wrote_and_follow(&own).await
}
