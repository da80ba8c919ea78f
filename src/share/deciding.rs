//! What an owner decides: yes, perhaps to less; no; or otherwise than before.

use connector_core::{Error, ErrorKind, Result};

use super::{Caller, Done, Seen, Share, is_member, is_to_come, needed, person};
use crate::register::{
    Asset, Decision, EnvironmentState, Membership, Scope, Subscription, SubscriptionState, Time, Verdict,
};

/// What the register calls a no.
pub(super) const DENIED: &str = "request deny";

/// A yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// To these tables and columns only; to all that was asked for if nothing is named.
    pub scope: Option<Vec<Scope>>,
    /// When it ends; when it was asked to if nothing is named.
    pub until: Option<Time>,
    /// A word to the requester.
    pub note: Option<String>,
}

/// What is granted otherwise from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// To these tables and columns, of those that were asked for.
    Scope(Vec<Scope>),
    /// Until then; for good, if that is what was asked for.
    Until(Option<Time>),
}

impl Share {
    /// Grants a request, in full or in part.
    ///
    /// Errors: forbidden, for whoever is no owner of what is asked for, or has asked for it; invalid, for more than was asked
    /// for; conflict, if the request is no longer undecided.
    pub async fn approve(&self, caller: &Caller, id: &str, approval: &Approval) -> Result<Done> {
        let act = caller.act("request approve", None, approval.note.as_deref());
        self.change(act, id, |seen| {
            may_decide(seen, caller)?;
            seen.is_in(&[SubscriptionState::Requested], "approve")?;
            if seen.environment.state != EnvironmentState::Active {
                let told = format!("environment {} is no longer in use", seen.environment.id);
                return Err(Error::new(ErrorKind::Conflict, told).hint("deny the request"));
            }
            let mut granted = approval.scope.clone().unwrap_or_else(|| seen.subscription.asked.clone());
            granted.sort();
            let ends = approval.until.or(seen.subscription.asked_until);
            is_asked_for(seen, &granted, ends)?;
            let state = SubscriptionState::Approved;
            Ok(decided(seen, caller, Verdict::Approved, approval.note.clone(), |made| Subscription {
                granted,
                ends,
                state,
                ..made
            }))
        })
        .await
    }

    /// Refuses a request.
    ///
    /// Errors: invalid, without a note; those of [`Share::approve`].
    pub async fn deny(&self, caller: &Caller, id: &str, note: &str) -> Result<Done> {
        let note = needed(note, "why it is denied")?;
        let act = caller.act(DENIED, None, Some(note));
        self.change(act, id, |seen| {
            may_decide(seen, caller)?;
            seen.is_in(&[SubscriptionState::Requested], "deny")?;
            let (state, reason) = (SubscriptionState::Closed, Some("denied".to_owned()));
            Ok(decided(seen, caller, Verdict::Denied, Some(note.to_owned()), |made| Subscription {
                state,
                reason,
                ..made
            }))
        })
        .await
    }

    /// Grants otherwise what is granted: less, shorter, or longer as it was asked for again.
    ///
    /// Errors: those of [`Share::approve`].
    pub async fn amend(&self, caller: &Caller, id: &str, amendment: &Amendment, note: Option<&str>) -> Result<Done> {
        let act = caller.act("sub amend", None, note);
        self.change(act, id, |seen| {
            may_decide(seen, caller)?;
            seen.is_in(&[SubscriptionState::Approved, SubscriptionState::Active], "amend")?;
            let Subscription { mut granted, mut ends, .. } = seen.subscription.clone();
            match amendment {
                Amendment::Scope(scopes) => {
                    granted.clone_from(scopes);
                    granted.sort();
                }
                Amendment::Until(until) => ends = *until,
            }
            is_asked_for(seen, &granted, ends)?;
            Ok(decided(seen, caller, Verdict::Approved, note.map(Into::into), |made| Subscription {
                granted,
                ends,
                ..made
            }))
        })
        .await
    }
}

/// Errors: forbidden, but for an owner of what is asked for who has not asked for it.
fn may_decide(seen: &Seen, caller: &Caller) -> Result<()> {
    is_member(&seen.owner, &caller.actor, Membership::Owner)?;
    let requester = &seen.subscription.requester;
    if person::is_same(requester, &caller.actor) {
        let told = if *requester == caller.actor {
            format!("{requester} has made this request, and nobody decides on their own")
        } else {
            format!(
                "{requester} has made this request, who may be {} too, and nobody decides on their own",
                caller.actor
            )
        };
        return Err(Error::new(ErrorKind::Forbidden, told).hint("let another owner decide"));
    }
    Ok(())
}

/// Errors: invalid, for more or for longer than was asked for, and for nothing.
fn is_asked_for(seen: &Seen, granted: &[Scope], ends: Option<Time>) -> Result<()> {
    let Subscription { asked, asked_until, .. } = &seen.subscription;
    if let Some(more) = granted.iter().find(|scope| !asked.iter().any(|asked| scope.is_within(asked))) {
        let told = format!("{}.{} is not, or not with all these columns, what was asked for", more.schema, more.table);
        return Err(Error::invalid(told).hint("grant a part of the request, or let them ask for more"));
    }
    let is_nothing = |scope: &Scope| scope.columns.as_ref().is_some_and(Vec::is_empty);
    if granted.is_empty() || granted.iter().any(is_nothing) {
        return Err(Error::invalid("nothing would be granted").hint("deny the request, or revoke the subscription"));
    }
    are_there(seen, granted)?;
    if granted.windows(2).any(|pair| (&pair[0].schema, &pair[0].table) == (&pair[1].schema, &pair[1].table)) {
        return Err(Error::invalid("a table is granted twice at once"));
    }
    is_to_come(ends, seen.now)?;
    match (ends, asked_until) {
        (_, None) => Ok(()),
        (Some(ends), Some(asked)) if ends <= *asked => Ok(()),
        (_, Some(asked)) => {
            Err(Error::invalid(format!("it was asked for until {asked} only")).hint("grant it until then"))
        }
    }
}

/// Errors: not found, for a column that its asset has not: who asks for all columns may be granted any, but none that there is not.
fn are_there(seen: &Seen, granted: &[Scope]) -> Result<()> {
    for scope in granted {
        let is_it = |asset: &&Asset| (&asset.schema, &asset.table) == (&scope.schema, &scope.table);
        let Some(asset) = seen.assets.iter().find(is_it) else { continue };
        let known: Vec<&String> = asset.columns.iter().map(|column| &column.name).collect();
        if let Some(unknown) = scope.columns.iter().flatten().find(|column| !known.contains(column)) {
            return Err(Error::not_found(format!("asset {} has no column {unknown:?}", asset.id))
                .hint(format!("it has {known:?}")));
        }
    }
    Ok(())
}

fn decided(
    seen: &Seen,
    caller: &Caller,
    verdict: Verdict,
    note: Option<String>,
    make: impl FnOnce(Subscription) -> Subscription,
) -> Subscription {
    let mut subscription = seen.subscription.clone();
    subscription.decisions.push(Decision { by: caller.actor.clone(), at: seen.now, verdict, note });
    make(subscription)
}
