//! DataZone as the workflow asks it.

use async_trait::async_trait;
use aws_sdk_datazone::Client;
use aws_sdk_datazone::operation::get_listing::GetListingOutput;
use aws_sdk_datazone::types::{ListingItem, SubscribedPrincipal, SubscriptionStatus, SubscriptionSummary};
use connector_core::{Error, Result};
use tokio::sync::OnceCell;

use crate::config::{Aws, failure};
use crate::share::datazone::{Listing, Portal, Subscribed};

/// One domain of DataZone's; its client is made when first used.
pub struct DataZone {
    aws: Aws,
    client: OnceCell<Client>,
    domain: String,
}

impl DataZone {
    /// The domain of this id.
    pub fn new(aws: &Aws, domain: &str) -> Self {
        Self { aws: aws.clone(), client: OnceCell::new(), domain: domain.into() }
    }

    async fn client(&self) -> &Client {
        self.client.get_or_init(|| async { Client::new(self.aws.sdk().await) }).await
    }
}

#[async_trait]
impl Portal for DataZone {
    async fn listing(&self, id: &str, revision: Option<&str>) -> Result<Listing> {
        let asked = self.client().await.get_listing().domain_identifier(&self.domain).identifier(id);
        let asked = asked.set_listing_revision(revision.map(Into::into)).send().await;
        let doing = || format!("reading listing {id} of domain {}", self.domain);
        let told = asked.map_err(|error| failure(&doing(), &error))?;
        offer(told)
            .ok_or_else(|| Error::corrupt("the listing does not say what it offers, or whose it is").context(doing()))
    }

    async fn is_approved(&self, subscription: &str) -> Result<bool> {
        let asked = self.client().await.get_subscription().domain_identifier(&self.domain).identifier(subscription);
        let told = asked.send().await.map_err(|error| {
            failure(&format!("reading subscription {subscription} of domain {}", self.domain), &error)
        })?;
        Ok(told.status == SubscriptionStatus::Approved)
    }

    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>> {
        let asked = self.client().await.list_subscriptions().domain_identifier(&self.domain);
        let asked = asked.owning_project_id(project).status(SubscriptionStatus::Approved);
        let mut pages = asked.into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(|error| {
                failure(&format!("listing the subscriptions of project {project} in domain {}", self.domain), &error)
            })?;
            all.extend(subscribed(summary));
        }
        Ok(all)
    }
}

fn offer(told: GetListingOutput) -> Option<Listing> {
    match told.item? {
        ListingItem::AssetListing(asset) => Some(Listing {
            asset_type: Some(asset.asset_type?),
            owner: asset.owning_project_id?,
            forms: asset.forms.unwrap_or_default(),
        }),
        ListingItem::DataProductListing(product) => Some(Listing {
            asset_type: None,
            owner: product.owning_project_id.unwrap_or_default(),
            forms: String::new(),
        }),
        _ => None,
    }
}

/// One of a project; others read nothing here.
fn subscribed(summary: SubscriptionSummary) -> Option<Subscribed> {
    let Some(SubscribedPrincipal::Project(project)) = summary.subscribed_principal else { return None };
    let listing = summary.subscribed_listing?;
    Some(Subscribed {
        subscription: summary.id,
        listing: listing.id,
        revision: listing.revision,
        owner: listing.owner_project_id,
        consumer: project.id?,
        by: summary.updated_by.unwrap_or(summary.created_by),
    })
}
