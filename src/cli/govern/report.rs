//! `glaux report`: who has access to what, what ends soon, and what is late.

use std::time::Duration;

use clap::{Args, Subcommand};
use connector_core::Result;

use super::desk::{Desk, Row, some};
use super::request::{all_seen, scopes, told_state};
use super::words::{read_span, shown_columns};
use crate::cli::output::Done;
use crate::register::{Grant, Subscription, SubscriptionState, Time, Verdict};
use crate::share::asset_id;

/// How long what was decided may take: the clock ticks every minute, and a walk has its time.
const IN_TIME: Duration = Duration::from_mins(15);
/// Some of it is not as it should be.
const PARTLY: u8 = 7;

/// What may be asked.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Who may read what, a row for each table: what is granted, and what is being taken away
    Access(Narrowed),
    /// What ends soon by itself, the most urgent first
    Expiring {
        /// How soon: 12h, 30d, 4w
        #[arg(long, value_name = "SPAN", default_value = "30d")]
        within: String,
    },
    /// What was decided and is not so yet though it should be, with what went wrong last; ends with code 7 if there is any
    Late,
}

#[derive(Args, Debug)]
pub struct Narrowed {
    /// Of this source only
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// In this environment only
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Option<String>,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::Access(narrowed) => access(&mut desk, &narrowed).await?,
        Verb::Expiring { within } => expiring(&mut desk, &within).await?,
        Verb::Late => return late(&mut desk).await,
    }
    Ok(0)
}

async fn access(desk: &mut Desk<'_>, narrowed: &Narrowed) -> Done {
    let is_meant = |it: &&Subscription| {
        (it.is_live() || it.state == SubscriptionState::Ending)
            && narrowed.source.as_ref().is_none_or(|source| it.source == *source)
            && narrowed.env.as_ref().is_none_or(|environment| it.environment == *environment)
    };
    let seen = all_seen(desk, None).await?;
    let mut rows: Vec<Row> = seen.iter().filter(is_meant).flat_map(granted).collect();
    rows.sort();
    let names = [
        "asset",
        "columns",
        "consumer",
        "environment",
        "state",
        "ends",
        "approved_by",
        "requester",
        "purpose",
        "subscription",
    ];
    desk.list(&names, &rows)
}

/// A row for each table.
fn granted(it: &Subscription) -> Vec<Row> {
    let approved = it.decisions.iter().rev().find(|decision| decision.verdict == Verdict::Approved);
    let row = |scope: &crate::register::Scope| -> Row {
        vec![
            some(asset_id(&it.source, &scope.schema, &scope.table)),
            scope.columns.as_ref().map(|columns| shown_columns(columns)),
            some(&it.consumer),
            some(&it.environment),
            told_state(it),
            it.ends.map(|ends| ends.to_string()),
            approved.map(|decision| decision.by.clone()),
            some(&it.requester),
            some(&it.purpose),
            some(&it.id),
        ]
    };
    it.granted.iter().map(row).collect()
}

async fn expiring(desk: &mut Desk<'_>, within: &str) -> Done {
    let now = desk.register.now();
    let limit = now.after(read_span(within)?);
    let mut due: Vec<(Time, Subscription)> = Vec::new();
    for it in all_seen(desk, None).await? {
        let end = match it.state {
            SubscriptionState::Requested => Some(it.lapses),
            SubscriptionState::Approved | SubscriptionState::Active => it.ends,
            SubscriptionState::Ending | SubscriptionState::Closed => None,
        };
        due.extend(end.filter(|end| *end <= limit).map(|end| (end, it)));
    }
    due.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
    let rows: Vec<Row> = due
        .iter()
        .map(|(end, it)| {
            let tables = if it.state == SubscriptionState::Requested { &it.asked } else { &it.granted };
            let (what, tables) = (told_state(it), scopes(&it.source, tables));
            vec![
                some(end.to_string()),
                left(*end, now),
                what,
                some(&it.consumer),
                some(&it.environment),
                tables,
                some(&it.id),
                announced(it),
            ]
        })
        .collect();
    desk.list(&["ends", "left", "state", "consumer", "environment", "tables", "subscription", "announced"], &rows)
}

/// Whoever watches it by a timer of their own is told by the code.
async fn late(desk: &mut Desk<'_>) -> Done<u8> {
    let now = desk.register.now();
    let mut rows: Vec<Row> = Vec::new();
    for it in all_seen(desk, None).await? {
        let id = Grant::id_of(&it.environment, &it.source);
        let grant = desk.register.find::<Grant>(&id).await?.map(|read| read.record);
        if let Some(since) = late_since(desk, &it, grant.as_ref(), now).await? {
            let (failures, again) = grant.as_ref().map_or((0, None), |grant| (grant.failures, grant.look_again));
            rows.push(vec![
                some(since.to_string()),
                told_state(&it),
                some(&it.consumer),
                some(&it.environment),
                scopes(&it.source, &it.granted),
                some(failures.to_string()),
                again.map(|again| again.to_string()),
                grant.and_then(|grant| grant.error),
                some(&it.id),
            ]);
        }
    }
    rows.sort();
    let names = ["since", "state", "consumer", "environment", "tables", "failures", "again", "error", "subscription"];
    desk.list(&names, &rows)?;
    Ok(if rows.is_empty() { 0 } else { PARTLY })
}

/// Since when it should be otherwise, if that is long enough or has gone wrong.
async fn late_since(desk: &Desk<'_>, it: &Subscription, grant: Option<&Grant>, now: Time) -> Result<Option<Time>> {
    match it.state {
        SubscriptionState::Approved | SubscriptionState::Ending => {
            let history = desk.register.history::<Subscription>(&it.id).await?;
            let decided = history.last().map_or(now, |event| event.at);
            let is_late = grant.is_some_and(|grant| grant.error.is_some()) || decided.after(IN_TIME) <= now;
            Ok(is_late.then_some(decided))
        }
        SubscriptionState::Active => Ok(it.ends.filter(|ends| ends.after(IN_TIME) <= now)),
        SubscriptionState::Requested | SubscriptionState::Closed => Ok(None),
    }
}

/// How near its end was when that was announced last, if it was.
fn announced(it: &Subscription) -> Option<String> {
    let announced = it.announced.as_ref().filter(|announced| it.ends == Some(announced.ends))?;
    some(format!("{}h", announced.within_hours))
}

/// How long it is until then, in the words in which spans are typed.
fn left(end: Time, now: Time) -> Option<String> {
    const HOUR: i64 = 3_600_000;
    let hours = (end.millis() - now.millis()).div_euclid(HOUR);
    some(match hours {
        ..0 => "due".to_owned(),
        0..72 => format!("{hours}h"),
        _ => format!("{}d", hours / 24),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_as_it_would_be_typed() {
        let at = |hours: i64| Time::from_millis(hours * 3_600_000);
        for (hours, told) in [(-1, "due"), (0, "0h"), (71, "71h"), (72, "3d"), (24 * 90 + 5, "90d")] {
            assert_eq!(left(at(hours), at(0)).as_deref(), Some(told));
        }
    }
}
