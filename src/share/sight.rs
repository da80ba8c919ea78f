//! What somebody may see: what is published, and what their projects have a part in.

use std::collections::BTreeMap;

use connector_core::{Error, ErrorKind, Result};

use super::{Caller, Share, owners, person};
use crate::register::{Asset, By, Membership, Project, Subscription, SubscriptionState};

/// What one caller may see.
#[derive(Clone, Debug)]
pub struct Sight {
    actor: String,
    projects: BTreeMap<String, Membership>,
}

impl Share {
    /// What the caller may see.
    pub async fn sight(&self, caller: &Caller) -> Result<Sight> {
        let all = self.register.list::<Project>(&By::Kind).await?;
        let own = all.iter().filter_map(|read| {
            let Project { id, members, .. } = &read.record;
            members.get(&caller.actor).map(|membership| (id.clone(), *membership))
        });
        Ok(Sight { actor: caller.actor.clone(), projects: own.collect() })
    }

    /// A subscription, for the members of the two projects that it is about.
    ///
    /// Errors: not found; forbidden.
    pub async fn look(&self, caller: &Caller, id: &str) -> Result<Subscription> {
        let subscription = self.register.get::<Subscription>(id).await?.record;
        if self.sight(caller).await?.sees(&subscription) {
            return Ok(subscription);
        }
        let mut who = Vec::new();
        for project in [&subscription.owner, &subscription.consumer] {
            let project = self.register.get::<Project>(project).await?.record;
            who.extend(owners(&project).into_iter().map(str::to_owned));
        }
        let told = format!("{} is in neither of the projects of subscription {id}", caller.actor);
        Err(Error::new(ErrorKind::Forbidden, told).hint(format!("ask one of {who:?}")))
    }
}

impl Sight {
    /// Whether the caller is a member of the project.
    pub fn is_in(&self, project: &str) -> bool {
        self.projects.contains_key(project)
    }

    /// The projects that the caller owns.
    pub fn owned(&self) -> impl Iterator<Item = &str> {
        self.projects.iter().filter(|(_, membership)| **membership == Membership::Owner).map(|(id, _)| id.as_str())
    }

    /// Whether the caller sees an asset: what is not published is its owners' alone.
    pub fn sees_asset(&self, asset: &Asset) -> bool {
        asset.published || self.is_in(&asset.owner)
    }

    /// Whether the caller sees a subscription.
    pub fn sees(&self, subscription: &Subscription) -> bool {
        self.is_in(&subscription.owner) || self.is_in(&subscription.consumer)
    }

    /// Whether a request waits for the caller: it is undecided, of what a project of theirs owns, and not their own.
    pub fn is_to_decide(&self, subscription: &Subscription) -> bool {
        subscription.state == SubscriptionState::Requested
            && self.owned().any(|project| project == subscription.owner)
            && !person::is_same(&subscription.requester, &self.actor)
    }
}
