//! Grants that DataZone leaves to us: each is of one subscription to one environment, and wants to hear how far it is.

use connector_core::{Error, Result};
use futures::FutureExt;

use super::entering::with;
use super::offer::FORM;
use super::{Granting, Hearing, Listing, Portal, Subscribed, Touched, Wanted, caller, is_of, without};
use crate::register::{By, Environment, Register, Report, Status, Subscription, Told, Versioned, Write};
use crate::share::Share;

impl Share {
    /// Grants what a grant is of, if it is still wanted; if it cannot be, it is told why.
    ///
    /// Errors: not found, for a grant that is not there: its event may be faster than what it tells of.
    pub(super) async fn fulfil(&self, hearing: &Hearing<'_>, wanted: &Wanted) -> Result<Vec<Touched>> {
        let there = hearing.portal.grant(&wanted.grant).await?;
        let there = there.ok_or_else(|| Error::not_found(format!("grant {} is not in DataZone", wanted.grant)))?;
        let listing = hearing.portal.listing(&there.listing, None).await?;
        let refused = match self.fulfillable(hearing, &there).await? {
            _ if there.is_over => Err(format!("grant {} is undone there", there.id)),
            Ok((environment, subscribed)) => {
                let environment = std::slice::from_ref(&environment);
                let grants = std::slice::from_ref(&there);
                let outcome = self.subscribe(hearing, &subscribed, environment, grants).await?;
                if let Some(touched) = outcome.touched.into_iter().next() {
                    return Ok(vec![Touched { cause: wanted.cause("wanted"), ..touched }]);
                }
                Ok(outcome.refusals.into_iter().next().map(|refusal| refusal.reason))
            }
            Err(reason) => Err(reason),
        };
        let reason = match refused {
            // It is an event already.
            Ok(reason) => reason.unwrap_or_else(|| format!("environment {} is not in use", there.environment)),
            Err(reason) => {
                self.ignore(&listing.owner, &reason, hearing.request).await?;
                reason
            }
        };
        if is_ours(&listing) && !there.is_over {
            let told = Told { status: Status::GrantFailed, cause: Some(reason) };
            hearing.portal.tell(&there.id, &there.asset, &told).await?;
        }
        Ok(Vec::new())
    }

    /// Who reads by a grant, and by what subscription; or why nobody does.
    async fn fulfillable(
        &self,
        hearing: &Hearing<'_>,
        there: &Granting,
    ) -> Result<std::result::Result<(Environment, Subscribed), String>> {
        let Some(environment) = self.register.find::<Environment>(&there.environment).await? else {
            return Ok(Err(format!("environment {} is not in the register", there.environment)));
        };
        let project = &environment.record.project;
        let subscribed = if let Some(subscription) = &there.subscription {
            hearing.portal.subscription(subscription).await?
        } else {
            // Grants need not say what subscription they are of.
            let all = hearing.portal.subscriptions(project).await?;
            all.into_iter().find(|one| one.listing == there.listing)
        };
        let reason = || format!("grant {} is of no subscription that is approved", there.id);
        Ok(subscribed.map(|subscribed| (environment.record, subscribed)).ok_or_else(reason))
    }

    /// Undoes a grant, and with the last one of a subscription what it gave.
    pub(super) async fn undo(&self, hearing: &Hearing<'_>, wanted: &Wanted) -> Result<Vec<Touched>> {
        let there = hearing.portal.grant(&wanted.grant).await?;
        let Some(environment) = self.register.find::<Environment>(&wanted.environment).await? else {
            return self.nothing_to_undo(hearing, wanted, there.as_ref()).await;
        };
        let (register, caller) = (&self.register, caller(&wanted.by, hearing.request));
        let act = caller.act("sub revoke", None, Some("its grant is undone there"));
        let (project, there_is) = (&environment.record.project, &there);
        let decided = register.decide(&act, || undoing(register, project, wanted, there_is.as_ref()).boxed());
        match decided.await? {
            (_, Some(subscription)) => Ok(vec![Touched {
                environment: subscription.environment,
                source: subscription.source,
                cause: wanted.cause("undone"),
            }]),
            (_, None) => self.nothing_to_undo(hearing, wanted, there.as_ref()).await,
        }
    }

    /// Ends what was ended there without our hearing of it, for events of DataZone's may be lost.
    ///
    /// Errors: those of asking; nothing ends by them.
    pub async fn ask_after(&self, portal: &dyn Portal, environment: &str, source: &str, request: &str) -> Result<()> {
        let Some(read) = self.register.find::<Environment>(environment).await? else { return Ok(()) };
        for read in self.register.list::<Subscription>(&By::Consumer(read.record.project)).await? {
            let Subscription { origin, environment: reads, source: of, .. } = &read.record;
            let (true, Some(origin)) = (read.record.is_live() && reads == environment && of == source, origin) else {
                continue;
            };
            let is_over = portal.is_over(&origin.subscription).await?;
            let mut over = Vec::new();
            for Report { grant, .. } in origin.reports.iter().filter(|report| !is_over && !report.is_over) {
                let there = portal.grant(grant).await?;
                over.extend(there.is_none_or(|there| there.is_over).then(|| grant.clone()));
            }
            if is_over || !over.is_empty() {
                let is_undone = |report: &Report| is_over || over.contains(&report.grant);
                self.ended(&read.record.id, &caller("unheard", request), "revoked", &is_undone).await?;
            }
        }
        Ok(())
    }

    /// Says so, here and there.
    async fn nothing_to_undo(
        &self,
        hearing: &Hearing<'_>,
        wanted: &Wanted,
        there: Option<&Granting>,
    ) -> Result<Vec<Touched>> {
        let reason = format!("grant {} is undone, and nothing was granted here by it", wanted.grant);
        let Some(there) = there else {
            tracing::warn!("{reason}");
            return Ok(Vec::new());
        };
        let listing = hearing.portal.listing(&there.listing, None).await?;
        if is_ours(&listing) {
            let told = Told { status: Status::Revoked, cause: None };
            hearing.portal.tell(&there.id, &there.asset, &told).await?;
        }
        self.ignore(&listing.owner, &reason, hearing.request).await?;
        Ok(Vec::new())
    }
}

/// Whether DataZone leaves it to us to grant what a listing offers.
fn is_ours(listing: &Listing) -> bool {
    let forms: serde_json::Value = serde_json::from_str(&listing.forms).unwrap_or_default();
    forms.get(FORM).is_some()
}

async fn undoing(
    register: &Register,
    project: &str,
    wanted: &Wanted,
    there: Option<&Granting>,
) -> Result<(Vec<Write>, Option<Subscription>)> {
    let all = register.list::<Subscription>(&By::Consumer(project.to_owned())).await?;
    let has = |one: &Subscription| {
        one.origin.iter().flat_map(|origin| &origin.reports).any(|report| report.grant == wanted.grant)
    };
    let is_of_its = |one: &Subscription| {
        let subscription = there.and_then(|there| there.subscription.as_deref());
        one.environment == wanted.environment && one.is_open() && subscription.is_some_and(|there| is_of(one, there))
    };
    let read: Option<&Versioned<Subscription>> =
        all.iter().find(|read| has(&read.record)).or_else(|| all.iter().find(|read| is_of_its(&read.record)));
    let Some(read) = read else { return Ok((Vec::new(), None)) };
    let report =
        there.map(|there| Report { grant: there.id.clone(), asset: there.asset.clone(), is_over: false, told: None });
    let told = with(&read.record, report.as_slice());
    let left = without(&told, &|report| report.grant == wanted.grant, "revoked");
    let write = (left != read.record).then(|| Write::update(read, &left));
    Ok((write.transpose()?.into_iter().collect(), Some(left)))
}
