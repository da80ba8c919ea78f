//! A subscription of DataZone's, made one of the register's for each environment, once.

use aws_lc_rs::digest::{SHA256, digest};
use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

use super::{Hearing, Subscribed, caller, is_of};
use crate::register::{
    By, Decision, Environment, Origin, Project, Register, Report, Subscription, SubscriptionState, Verdict, Versioned,
    Write,
};
use crate::share::asking::{is_new, may_ask, tables};
use crate::share::{Asking, LAPSE, Share};

impl Share {
    /// The subscription of one environment, as it is if it is known, with whom to tell how far it is.
    pub(super) async fn enter(
        &self,
        hearing: &Hearing<'_>,
        subscribed: &Subscribed,
        environment: &Environment,
        asset: &str,
        reports: &[Report],
    ) -> Result<Subscription> {
        let (register, caller) = (&self.register, caller(&subscribed.by, hearing.request));
        let act = caller.act("sub enter", Some(&environment.project), None);
        let decided = register.decide(&act, || {
            let caller = &caller;
            async move {
                let id = match known(register, hearing, subscribed, environment, reports).await? {
                    Known::As(read) => {
                        let told = with(&read.record, reports);
                        let write = (told != read.record).then(|| Write::update(&read, &told));
                        return Ok((write.transpose()?.into_iter().collect(), told));
                    }
                    Known::Not(id) => id,
                };
                let made = made(register, &id, subscribed, environment, asset, &caller.actor).await?;
                let made = with(&made, reports);
                Ok((vec![Write::create(&made)?], made))
            }
            .boxed()
        });
        decided.await.map(|(_, subscription)| subscription)
    }
}

/// What there is of a subscription for an environment.
enum Known {
    /// This.
    As(Box<Versioned<Subscription>>),
    /// Nothing that it could begin again; it would be of this id.
    Not(String),
}

/// What has ended does not begin again, but by a grant that was made there after all before it were undone.
async fn known(
    register: &Register,
    hearing: &Hearing<'_>,
    subscribed: &Subscribed,
    environment: &Environment,
    reports: &[Report],
) -> Result<Known> {
    let first = id(hearing.domain, &subscribed.subscription, &environment.id);
    let all = register.list::<Subscription>(&By::Consumer(environment.project.clone())).await?;
    let is_same = |one: &Subscription| one.id == first || is_of(one, &subscribed.subscription);
    let same = all.into_iter().filter(|read| read.record.environment == environment.id && is_same(&read.record));
    let same: Vec<Versioned<Subscription>> = same.collect();
    let told: Vec<&Report> =
        same.iter().filter_map(|read| read.record.origin.as_ref()).flat_map(|one| &one.reports).collect();
    let new = reports.iter().find(|report| !told.iter().any(|told| told.grant == report.grant));
    let is_undone =
        same.iter().all(|read| !read.record.is_open()) && !told.is_empty() && told.iter().all(|told| told.is_over);
    Ok(match (new, same.iter().position(|read| read.record.is_open())) {
        (Some(new), None) if is_undone => {
            let again = format!("{} {}", subscribed.subscription, new.grant);
            Known::Not(id(hearing.domain, &again, &environment.id))
        }
        (_, open) => match same.into_iter().nth(open.unwrap_or_default()) {
            Some(read) => Known::As(Box::new(read)),
            None => Known::Not(first),
        },
    })
}

/// The subscription, of which these are told too.
pub(super) fn with(subscription: &Subscription, reports: &[Report]) -> Subscription {
    let mut with = subscription.clone();
    let Some(origin) = &mut with.origin else { return with };
    for report in reports {
        if !origin.reports.iter().any(|known| known.grant == report.grant) {
            origin.reports.push(report.clone());
        }
    }
    with
}

async fn made(
    register: &Register,
    id: &str,
    subscribed: &Subscribed,
    environment: &Environment,
    asset: &str,
    actor: &str,
) -> Result<Subscription> {
    let project = register.get::<Project>(&environment.project).await?.record;
    if project.id != subscribed.consumer {
        let told = format!("environment {} is not of project {}", environment.id, subscribed.consumer);
        return Err(Error::new(ErrorKind::Forbidden, told));
    }
    may_ask(&project, environment)?;
    let asking = Asking {
        consumer: project.id.clone(),
        environment: environment.id.clone(),
        assets: vec![(asset.to_owned(), None)],
        purpose: format!("subscription {} in DataZone", subscribed.subscription),
        until: None,
    };
    let (asked, first) = tables(register, &asking).await?;
    if first.owner != subscribed.owner {
        let told = format!("asset {asset} is of project {} and not of {}", first.owner, subscribed.owner);
        return Err(Error::new(ErrorKind::Forbidden, told));
    }
    let others = register.list::<Subscription>(&By::Consumer(project.id.clone())).await?;
    let same = |other: &&Subscription| (&other.environment, &other.source) == (&environment.id, &first.source);
    let others: Vec<&Subscription> = others.iter().map(|read| &read.record).filter(same).collect();
    is_new(&asked, &others)?;
    let now = register.now();
    Ok(Subscription {
        id: id.into(),
        owner: first.owner,
        source: first.source,
        consumer: project.id,
        environment: environment.id.clone(),
        requester: "datazone".into(),
        purpose: asking.purpose,
        granted: asked.clone(),
        asked,
        asked_until: None,
        lapses: now.after(LAPSE),
        decisions: vec![Decision { by: actor.into(), at: now, verdict: Verdict::Approved, note: None }],
        ends: None,
        state: SubscriptionState::Approved,
        reason: None,
        previous: None,
        announced: None,
        origin: Some(Origin { subscription: subscribed.subscription.clone(), reports: Vec::new() }),
    })
}

/// The id here of a subscription there, in one environment.
pub(super) fn id(domain: &str, subscription: &str, environment: &str) -> String {
    const BYTES: usize = 10;
    // A length in front of each part, so that no two triples are one text.
    let parts: String =
        [domain, subscription, environment].iter().map(|part| format!("{} {part}", part.len())).collect();
    let hash = digest(&SHA256, parts.as_bytes());
    let hash: String = hash.as_ref().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("dz-{hash}")
}
