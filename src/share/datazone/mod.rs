//! What is decided in DataZone enters here: subscriptions to listings, and environments that come and go.
//!
//! The decision was made there, by rules of that place, and is taken over under a rule of its own: the listing must offer an asset
//! of the register, which the project that approved owns here too, to an environment of the project that asked. What a listing
//! says of tables is only input. Everything may come twice and in any order: ids are made of DataZone's own, what has ended does not
//! begin again, and what is said to have begun is asked for.

mod event;
#[cfg(test)]
#[cfg(feature = "local")]
mod tests;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;
use serde::Deserialize;
use serde_json::Value;

pub use self::event::{News, Subscribed, read};
use super::asking::{is_new, may_ask, tables};
use super::ending::over;
use super::{Asking, Caller, LAPSE, Share, asset_id};
use crate::register::{
    By, Decision, Environment, EnvironmentState, Project, Register, Subscription, SubscriptionState, Verdict,
    Versioned, Write,
};

/// What DataZone is asked.
#[async_trait]
pub trait Portal: Send + Sync {
    /// What a listing offers.
    async fn listing(&self, id: &str, revision: Option<&str>) -> Result<Listing>;

    /// Whether a subscription is approved by now.
    async fn is_approved(&self, subscription: &str) -> Result<bool>;

    /// The approved subscriptions of a project, all pages of them.
    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>>;
}

/// What a listing offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The type of the asset; none, if it is none, but a product made of several.
    pub asset_type: Option<String>,
    /// The project that owns it.
    pub owner: String,
    /// Its forms, by name, as JSON.
    pub forms: String,
}

/// The form by which an asset in DataZone names a table of a source.
const FORM: &str = "GlauxTable";

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the form's own")]
struct Table {
    source: String,
    schema: String,
    table: String,
}

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

impl Share {
    /// Takes over what an event says, and tells which grants it touches.
    ///
    /// Errors: those of reading the event and of asking the portal. What is not to be taken over is an event of the register.
    pub async fn hear(&self, portal: &dyn Portal, domain: &str, news: &News, request: &str) -> Result<Vec<Touched>> {
        match news {
            News::Elsewhere => Ok(Vec::new()),
            News::Ignored { project, reason } => self.ignore(project, reason, request).await.map(|()| Vec::new()),
            News::Subscribed(subscribed) if !portal.is_approved(&subscribed.subscription).await? => {
                let reason = format!("subscription {} is no longer approved", subscribed.subscription);
                self.ignore(&subscribed.owner, &reason, request).await.map(|()| Vec::new())
            }
            News::Subscribed(subscribed) => {
                let all = self.environments(&subscribed.consumer).await?;
                self.subscribe(portal, domain, subscribed, &all, request).await
            }
            News::Ended { subscription, consumer, by, word } => {
                let all = self.register.list::<Subscription>(&By::Consumer(consumer.clone())).await?;
                let ids = self.ids(domain, subscription, consumer).await?;
                let mut touched = Vec::new();
                for read in all.iter().filter(|read| ids.contains(&read.record.id)) {
                    self.ended(&read.record.id, &caller(by, request), word).await?;
                    touched.push(touch(&read.record, subscription, word));
                }
                Ok(touched)
            }
            News::Deployed { environment } => self.deployed(portal, domain, environment, request).await,
            News::Leaves { environment, by } => self.leaves(environment, &caller(by, request)).await,
        }
    }

    /// What was approved before there was this environment.
    async fn deployed(&self, portal: &dyn Portal, domain: &str, id: &str, request: &str) -> Result<Vec<Touched>> {
        let Some(environment) = self.register.find::<Environment>(id).await?.map(|read| read.record) else {
            tracing::warn!(environment = id, "an environment that is not in the register was deployed");
            return Ok(Vec::new());
        };
        let mut touched = Vec::new();
        for subscribed in portal.subscriptions(&environment.project).await? {
            let here = std::slice::from_ref(&environment);
            touched.extend(self.subscribe(portal, domain, &subscribed, here, request).await?);
        }
        Ok(touched)
    }

    /// Grants all of what a listing offers to environments of the project that asked.
    async fn subscribe(
        &self,
        portal: &dyn Portal,
        domain: &str,
        subscribed: &Subscribed,
        environments: &[Environment],
        request: &str,
    ) -> Result<Vec<Touched>> {
        let listing = portal.listing(&subscribed.listing, subscribed.revision.as_deref()).await?;
        let asset = match offered(&listing, &subscribed.owner) {
            Ok(asset) => asset,
            Err(reason) => return self.ignore(&subscribed.owner, &reason, request).await.map(|()| Vec::new()),
        };
        let mut touched = Vec::new();
        for environment in environments.iter().filter(|one| one.state == EnvironmentState::Active) {
            let id = id(domain, &subscribed.subscription, &environment.id);
            match self.enter(&id, subscribed, environment, &asset, request).await {
                Ok(subscription) => touched.push(touch(&subscription, &subscribed.subscription, "approved")),
                Err(error) if is_final(error.kind()) => {
                    self.ignore(&subscribed.owner, &error.to_string(), request).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(touched)
    }

    /// The subscription of one environment, as it is if it is known.
    async fn enter(
        &self,
        id: &str,
        subscribed: &Subscribed,
        environment: &Environment,
        asset: &str,
        request: &str,
    ) -> Result<Subscription> {
        let (register, caller) = (&self.register, caller(&subscribed.by, request));
        let act = caller.act("sub enter", Some(&environment.project), None);
        let decided = register.decide(&act, || {
            let caller = &caller;
            async move {
                if let Some(known) = register.find::<Subscription>(id).await? {
                    return Ok((Vec::new(), known.record));
                }
                let made = made(register, id, subscribed, environment, asset, &caller.actor).await?;
                Ok((vec![Write::create(&made)?], made))
            }
            .boxed()
        });
        decided.await.map(|(_, subscription)| subscription)
    }

    /// Ends a subscription that DataZone has ended, if it is not over.
    async fn ended(&self, id: &str, caller: &Caller, word: &str) -> Result<()> {
        let (register, act) = (&self.register, caller.act("sub revoke", None, Some(word)));
        let decided = register.decide(&act, || {
            async move {
                let read = register.get::<Subscription>(id).await?;
                let write = read.record.is_live().then(|| Write::update(&read, &over(&read.record, word)));
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

/// The id of the asset that a listing offers, or why it offers none.
fn offered(listing: &Listing, owner: &str) -> std::result::Result<String, String> {
    let Some(asset_type) = &listing.asset_type else {
        return Err("the listing is of a product and not of an asset".into());
    };
    if listing.owner != owner {
        return Err(format!("the listing is of project {} and not of {owner}", listing.owner));
    }
    let forms: Value = serde_json::from_str(&listing.forms).unwrap_or_default();
    let Some(form) = forms.get(FORM) else {
        return Err(format!("the asset, of type {asset_type}, has no form {FORM}, so it is read by no source"));
    };
    match Table::deserialize(form) {
        Ok(Table { source, schema, table }) => Ok(asset_id(&source, &schema, &table)),
        Err(error) => Err(format!("the asset's form {FORM} is not understood: {error}")),
    }
}

/// What is so will be so when the event comes again.
fn is_final(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::Forbidden | ErrorKind::Invalid | ErrorKind::Conflict)
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
    })
}

/// The id here of a subscription there, in one environment.
fn id(domain: &str, subscription: &str, environment: &str) -> String {
    const BYTES: usize = 10;
    // A length in front of each part, so that no two triples are one text.
    let parts: String =
        [domain, subscription, environment].iter().map(|part| format!("{} {part}", part.len())).collect();
    let hash = digest(&SHA256, parts.as_bytes());
    let hash: String = hash.as_ref().iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("dz-{hash}")
}

fn touch(subscription: &Subscription, there: &str, word: &str) -> Touched {
    Touched {
        environment: subscription.environment.clone(),
        source: subscription.source.clone(),
        cause: format!("datazone subscription {there} {word}"),
    }
}
