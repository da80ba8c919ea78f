//! What is decided in DataZone enters here: subscriptions to listings, and environments that come and go; and what is published
//! here is put there.
//!
//! The decision was made there, by rules of that place, and is taken over under a rule of its own: the listing must offer an asset
//! of the register, which the project that approved owns here too, to an environment of the project that asked. What a listing
//! says of tables is only input. Everything may come twice and in any order: ids are made of DataZone's own, what has ended does not
//! begin again, and what is said to have begun is asked for.

mod catalogue;
mod cataloguing;
mod entering;
mod event;
mod fulfilling;
mod offer;
mod portal;
#[cfg(test)]
#[cfg(feature = "local")]
mod tests;

use connector_core::{ErrorKind, Result};
use futures::FutureExt;

pub use self::catalogue::{Catalogue, Draft, Form, FormType, Held, Slot};
pub use self::cataloguing::Cataloguing;
use self::entering::id;
pub use self::event::{News, Subscribed, Wanted, read};
use self::offer::{Refusal, offer};
pub use self::portal::{GlueConnection, GlueName, GlueTable, Granting, Listing, Portal, Provisioned};
use super::ending::over;
use super::{Caller, Share};
use crate::register::{By, Environment, EnvironmentState, Origin, Project, Report, Subscription, Versioned, Write};

/// A grant that is to be looked at, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// Who reads.
    pub environment: String,
    /// What is read.
    pub source: String,
    /// The same for the same news, however often it comes.
    pub cause: String,
}

/// Where news come from, and by which event.
struct Hearing<'h> {
    portal: &'h dyn Portal,
    domain: &'h str,
    request: &'h str,
}

/// What was taken over, and what was not.
#[derive(Default)]
struct Outcome {
    touched: Vec<Touched>,
    refusals: Vec<Refusal>,
}

impl Share {
    /// Takes over what an event says, and tells which grants it touches.
    ///
    /// Errors: those of reading the event and of asking the portal. What is not to be taken over is an event of the register.
    pub async fn hear(&self, portal: &dyn Portal, domain: &str, news: &News, request: &str) -> Result<Vec<Touched>> {
        let hearing = &Hearing { portal, domain, request };
        match news {
            News::Elsewhere => Ok(Vec::new()),
            News::Ignored { project, reason } => self.ignore(project, reason, request).await.map(|()| Vec::new()),
            News::Subscribed(subscribed) => self.approved(hearing, subscribed).await,
            News::Ended { subscription, consumer, by, word } => {
                self.ended_there(hearing, subscription, consumer, by, word).await
            }
            News::Wanted(wanted) => self.fulfil(hearing, wanted).await,
            News::Undone(wanted) => self.undo(hearing, wanted).await,
            News::Deployed { environment } => self.deployed(hearing, environment).await,
            News::Added { environment } => self.added(hearing, environment).await,
            News::Leaves { environment, by } => self.leaves(environment, &caller(by, request)).await,
        }
    }

    /// Grants what was approved to all environments of the project that asked.
    async fn approved(&self, hearing: &Hearing<'_>, subscribed: &Subscribed) -> Result<Vec<Touched>> {
        if hearing.portal.subscription(&subscribed.subscription).await?.is_none() {
            let reason = format!("subscription {} is no longer approved", subscribed.subscription);
            self.ignore(&subscribed.owner, &reason, hearing.request).await?;
            return Ok(Vec::new());
        }
        let all = self.environments(&subscribed.consumer).await?;
        let grants = hearing.portal.grants(&subscribed.subscription).await?;
        self.subscribe(hearing, subscribed, &all, &grants).await.map(|outcome| outcome.touched)
    }

    /// What was approved before there was this environment.
    async fn deployed(&self, hearing: &Hearing<'_>, id: &str) -> Result<Vec<Touched>> {
        let Some(environment) = self.register.find::<Environment>(id).await?.map(|read| read.record) else {
            tracing::warn!(environment = id, "an environment that is not in the register was deployed");
            return Ok(Vec::new());
        };
        let approved = hearing.portal.subscriptions(&environment.project).await?;
        self.extend(hearing, &environment, &approved).await
    }

    /// The same of one that was brought in here, whose project may be one that DataZone does not know.
    async fn added(&self, hearing: &Hearing<'_>, id: &str) -> Result<Vec<Touched>> {
        let Some(environment) = self.register.find::<Environment>(id).await?.map(|read| read.record) else {
            return Ok(Vec::new());
        };
        match hearing.portal.subscriptions(&environment.project).await {
            Ok(approved) => self.extend(hearing, &environment, &approved).await,
            Err(error) if is_final(error.kind()) => {
                let reason = format!("what was approved before there was environment {id}: {error}");
                self.ignore(&environment.project, &reason, hearing.request).await?;
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// Grants to one more environment what was approved for its project.
    async fn extend(
        &self,
        hearing: &Hearing<'_>,
        environment: &Environment,
        approved: &[Subscribed],
    ) -> Result<Vec<Touched>> {
        let (mut touched, here) = (Vec::new(), std::slice::from_ref(environment));
        for subscribed in approved {
            let grants = hearing.portal.grants(&subscribed.subscription).await?;
            touched.extend(self.subscribe(hearing, subscribed, here, &grants).await?.touched);
        }
        Ok(touched)
    }

    /// Grants all of what a listing offers to environments of the project that asked, as far as it is not undone for them there.
    async fn subscribe(
        &self,
        hearing: &Hearing<'_>,
        subscribed: &Subscribed,
        environments: &[Environment],
        grants: &[Granting],
    ) -> Result<Outcome> {
        let (mut outcome, Hearing { portal, request, .. }) = (Outcome::default(), hearing);
        let listing = portal.listing(&subscribed.listing, subscribed.revision.as_deref()).await?;
        let offer = match offer(&self.register, *portal, &listing, &subscribed.owner).await? {
            Ok(offer) => offer,
            Err(refusal) => {
                self.ignore(&subscribed.owner, &refusal.reason, request).await?;
                return Ok(Outcome { refusals: vec![refusal], ..outcome });
            }
        };
        for environment in environments.iter().filter(|one| one.state == EnvironmentState::Active) {
            let here: Vec<&Granting> = grants.iter().filter(|grant| grant.environment == environment.id).collect();
            let entered = match reports(&here, offer.is_ours) {
                Ok(reports) => self.enter(hearing, subscribed, environment, &offer.asset, &reports).await,
                Err(error) => Err(error),
            };
            match entered {
                Ok(subscription) => {
                    outcome.touched.push(touch(&subscription, &subscribed.subscription, "approved"));
                }
                Err(error) if is_final(error.kind()) => {
                    self.ignore(&subscribed.owner, &error.to_string(), request).await?;
                    outcome.refusals.push(Refusal { reason: error.to_string(), is_ours: offer.is_ours });
                }
                Err(error) => return Err(error),
            }
        }
        self.ask_again(hearing, subscribed, grants, &outcome.touched).await?;
        Ok(outcome)
    }

    /// Who undoes it at the same moment may have found nothing here to end.
    async fn ask_again(
        &self,
        hearing: &Hearing<'_>,
        subscribed: &Subscribed,
        grants: &[Granting],
        touched: &[Touched],
    ) -> Result<()> {
        if touched.is_empty() {
            return Ok(());
        }
        let Subscribed { subscription, consumer, by, .. } = subscribed;
        if hearing.portal.subscription(subscription).await?.is_none() {
            self.ended_there(hearing, subscription, consumer, by, "revoked").await?;
        }
        for grant in grants.iter().filter(|grant| !grant.is_over) {
            if hearing.portal.grant(&grant.id).await?.is_some_and(|now| now.is_over) {
                let (grant, environment, by) = (grant.id.clone(), grant.environment.clone(), by.clone());
                self.undo(hearing, &Wanted { grant, environment, by }).await?;
            }
        }
        Ok(())
    }

    /// Ends all that was granted here by a subscription.
    async fn ended_there(
        &self,
        hearing: &Hearing<'_>,
        subscription: &str,
        consumer: &str,
        by: &str,
        word: &str,
    ) -> Result<Vec<Touched>> {
        let all = self.register.list::<Subscription>(&By::Consumer(consumer.to_owned())).await?;
        let ids = self.ids(hearing.domain, subscription, consumer).await?;
        let mut touched = Vec::new();
        for Versioned { record, .. } in all {
            if ids.contains(&record.id) || is_of(&record, subscription) {
                self.ended(&record.id, &caller(by, hearing.request), word, &|_| true).await?;
                touched.push(touch(&record, subscription, word));
            }
        }
        Ok(touched)
    }

    /// Ends what DataZone has ended of a subscription, if it is not over.
    async fn ended(
        &self,
        id: &str,
        caller: &Caller,
        word: &str,
        is_undone: &(dyn Fn(&Report) -> bool + Sync),
    ) -> Result<()> {
        let (register, act) = (&self.register, caller.act("sub revoke", None, Some(word)));
        let decided = register.decide(&act, || {
            async move {
                let read = register.get::<Subscription>(id).await?;
                let ended = without(&read.record, is_undone, word);
                let write = (ended != read.record).then(|| Write::update(&read, &ended));
                Ok((write.transpose()?.into_iter().collect(), ()))
            }
            .boxed()
        });
        decided.await.map(|_| ())
    }

    /// Ends everything that an environment was granted.
    async fn leaves(&self, environment: &str, caller: &Caller) -> Result<Vec<Touched>> {
        let Some(read) = self.register.find::<Environment>(environment).await? else { return Ok(Vec::new()) };
        // Who may remove an environment is decided there.
        self.close_under(caller, environment, &|_| Ok(())).await?;
        let all = self.register.list::<Subscription>(&By::Consumer(read.record.project)).await?;
        let here = all.into_iter().map(|read| read.record).filter(|one| one.environment == environment);
        let touch = |one: Subscription| Touched {
            cause: format!("datazone removes environment {environment}"),
            environment: one.environment,
            source: one.source,
        };
        let mut touched: Vec<Touched> = here.map(touch).collect();
        touched.sort();
        touched.dedup();
        Ok(touched)
    }

    /// Leaves a trace of what is not taken over, at the project that it concerns.
    async fn ignore(&self, project: &str, reason: &str, request: &str) -> Result<()> {
        let Some(read) = self.register.find::<Project>(project).await? else {
            tracing::warn!(project, reason, "news of a project that is not in the register");
            return Ok(());
        };
        let act = Caller { actor: "datazone".into(), request: request.into() }.act("sub ignore", None, Some(reason));
        self.register.write(&act, &[Write::note(&read)?]).await.map(|_| ())
    }

    async fn environments(&self, project: &str) -> Result<Vec<Environment>> {
        let all = self.register.list::<Environment>(&By::Consumer(project.into())).await?;
        Ok(all.into_iter().map(|read: Versioned<Environment>| read.record).collect())
    }

    async fn ids(&self, domain: &str, subscription: &str, project: &str) -> Result<Vec<String>> {
        let all = self.environments(project).await?;
        Ok(all.iter().map(|environment| id(domain, subscription, &environment.id)).collect())
    }
}

/// No user of a system and no identity of AWS is called so.
fn caller(by: &str, request: &str) -> Caller {
    Caller { actor: format!("datazone:{by}"), request: request.into() }
}

/// What is so will be so when the event comes again.
fn is_final(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Invalid | ErrorKind::Conflict)
}

/// Whether it was made for a subscription there.
fn is_of(subscription: &Subscription, there: &str) -> bool {
    subscription.origin.as_ref().is_some_and(|origin| origin.subscription == there)
}

/// What is to be told of grants to one environment. Where DataZone grants by itself, it is told nothing.
///
/// Errors: conflict, if all of them are undone there.
fn reports(grants: &[&Granting], is_ours: bool) -> Result<Vec<Report>> {
    let grants = grants.iter().copied().filter(|_| is_ours);
    let (over, wanted): (Vec<&Granting>, Vec<&Granting>) = grants.partition(|grant| grant.is_over);
    if let (Some(over), true) = (over.first(), wanted.is_empty()) {
        let told = format!("grant {} to environment {} is undone there", over.id, over.environment);
        return Err(connector_core::Error::new(ErrorKind::Conflict, told));
    }
    let report =
        |grant: &&Granting| Report { grant: grant.id.clone(), asset: grant.asset.clone(), is_over: false, told: None };
    Ok(wanted.iter().map(report).collect())
}

/// A subscription without the grants that are undone there; without any, it is over.
fn without(subscription: &Subscription, is_undone: &(dyn Fn(&Report) -> bool + Sync), word: &str) -> Subscription {
    let mut left = subscription.clone();
    let reports = left.origin.iter_mut().flat_map(|Origin { reports, .. }| reports);
    let mut stays = false;
    for report in reports {
        report.is_over |= is_undone(report);
        stays |= !report.is_over;
    }
    if left.is_live() && !stays { over(&left, word) } else { left }
}

fn touch(subscription: &Subscription, there: &str, word: &str) -> Touched {
    Touched {
        environment: subscription.environment.clone(),
        source: subscription.source.clone(),
        cause: format!("datazone subscription {there} {word}"),
    }
}
