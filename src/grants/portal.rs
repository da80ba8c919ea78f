//! DataZone as the workflow asks and tells it.

use async_trait::async_trait;
use aws_sdk_datazone::Client;
use aws_sdk_datazone::operation::get_listing::GetListingOutput;
use aws_sdk_datazone::operation::get_subscription::GetSubscriptionOutput;
use aws_sdk_datazone::types::{
    FailureCause, GrantedEntity, ListingItem, SubscribedAsset, SubscribedListing, SubscribedPrincipal,
    SubscriptionGrantStatus, SubscriptionStatus, SubscriptionSummary,
};
use connector_core::{Error, Result};
use tokio::sync::OnceCell;

use super::{glue, there};
use crate::config::{Aws, failure};
use crate::register::{Status, Told};
use crate::share::datazone::{Catalogue, GlueName, GlueTable, Granting, Listing, Portal, Provisioned, Subscribed};

/// One domain of DataZone's; its client is made when first used.
pub struct DataZone {
    aws: Aws,
    client: OnceCell<Client>,
    pub(super) domain: String,
}

impl DataZone {
    /// The domain of this id.
    pub fn new(aws: &Aws, domain: &str) -> Self {
        Self { aws: aws.clone(), client: OnceCell::new(), domain: domain.into() }
    }

    pub(super) async fn client(&self) -> &Client {
        self.client.get_or_init(|| async { Client::new(self.aws.sdk().await) }).await
    }

    async fn read_subscription(&self, id: &str) -> Result<Option<GetSubscriptionOutput>> {
        let asked = self.client().await.get_subscription().domain_identifier(&self.domain).identifier(id);
        let doing = || self.doing(&format!("reading subscription {id}"));
        there(asked.send().await.map_err(|error| failure(&doing(), &error)))
    }

    pub(super) fn doing(&self, what: &str) -> String {
        format!("{what} of DataZone's domain {}", self.domain)
    }
}

#[async_trait]
impl Portal for DataZone {
    async fn listing(&self, id: &str, revision: Option<&str>) -> Result<Listing> {
        let asked = self.client().await.get_listing().domain_identifier(&self.domain).identifier(id);
        let asked = asked.set_listing_revision(revision.map(Into::into)).send().await;
        let doing = || self.doing(&format!("reading listing {id}"));
        let told = asked.map_err(|error| failure(&doing(), &error))?;
        offer(told)
            .ok_or_else(|| Error::corrupt("the listing does not say what it offers, or whose it is").context(doing()))
    }

    async fn subscription(&self, id: &str) -> Result<Option<Subscribed>> {
        let told = self.read_subscription(id).await?;
        Ok(told.filter(|told| told.status == SubscriptionStatus::Approved).and_then(approved))
    }

    async fn is_over(&self, subscription: &str) -> Result<bool> {
        let told = self.read_subscription(subscription).await?;
        let stays = |told: GetSubscriptionOutput| {
            told.status == SubscriptionStatus::Approved || told.retain_permissions == Some(true)
        };
        Ok(!told.is_some_and(stays))
    }

    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>> {
        let asked = self.client().await.list_subscriptions().domain_identifier(&self.domain);
        let asked = asked.owning_project_id(project).status(SubscriptionStatus::Approved);
        let mut pages = asked.into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(summary) = pages.next().await {
            let doing = || self.doing(&format!("listing the subscriptions of project {project}"));
            all.extend(subscribed(summary.map_err(|error| failure(&doing(), &error))?));
        }
        Ok(all)
    }

    async fn grant(&self, id: &str) -> Result<Option<Granting>> {
        let asked = self.client().await.get_subscription_grant().domain_identifier(&self.domain).identifier(id);
        let doing = || self.doing(&format!("reading subscription grant {id}"));
        let Some(told) = there(asked.send().await.map_err(|error| failure(&doing(), &error)))? else { return Ok(None) };
        #[expect(deprecated, reason = "a grant of several subscriptions says none, and is found by its listing")]
        let subscription = told.subscription_id;
        Ok(granting(told.id, subscription, told.environment_id, told.granted_entity, told.assets))
    }

    async fn grants(&self, subscription: &str) -> Result<Vec<Granting>> {
        let asked = self.client().await.list_subscription_grants().domain_identifier(&self.domain);
        let mut pages = asked.subscription_id(subscription).into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(told) = pages.next().await {
            let doing = || self.doing(&format!("listing the grants of subscription {subscription}"));
            let told = told.map_err(|error| failure(&doing(), &error))?;
            let subscription = Some(subscription.to_owned());
            all.extend(granting(told.id, subscription, told.environment_id, told.granted_entity, told.assets));
        }
        Ok(all)
    }

    async fn tell(&self, grant: &str, asset: &str, told: &Told) -> Result<()> {
        let asked = self.client().await.update_subscription_grant_status().domain_identifier(&self.domain);
        let asked = asked.identifier(grant).asset_identifier(asset).status(status(told.status));
        let cause = told.cause.as_ref().map(|cause| FailureCause::builder().message(cause).build());
        let telling = asked.set_failure_cause(cause).send().await;
        let doing = || self.doing(&format!("telling subscription grant {grant}"));
        telling.map(|_| ()).map_err(|error| failure(&doing(), &error))
    }

    async fn table(&self, name: &GlueName) -> Result<Option<GlueTable>> {
        glue::table(&self.aws, name).await
    }

    async fn environment(&self, id: &str) -> Result<Option<Provisioned>> {
        let asked = self.client().await.get_environment().domain_identifier(&self.domain).identifier(id);
        let doing = || self.doing(&format!("reading environment {id}"));
        let told = there(asked.send().await.map_err(|error| failure(&doing(), &error)))?;
        let resources = |told: Vec<aws_sdk_datazone::types::Resource>| {
            told.into_iter().filter_map(|one| Some((one.name?, one.value))).collect()
        };
        Ok(told.map(|told| Provisioned {
            account: told.aws_account_id.unwrap_or_default(),
            region: told.aws_account_region.unwrap_or_default(),
            resources: told.provisioned_resources.map(resources).unwrap_or_default(),
        }))
    }

    fn catalogue(&self) -> Option<&dyn Catalogue> {
        Some(self)
    }
}

fn status(status: Status) -> SubscriptionGrantStatus {
    match status {
        Status::GrantInProgress => SubscriptionGrantStatus::GrantInProgress,
        Status::Granted => SubscriptionGrantStatus::Granted,
        Status::GrantFailed => SubscriptionGrantStatus::GrantFailed,
        Status::RevokeInProgress => SubscriptionGrantStatus::RevokeInProgress,
        Status::Revoked => SubscriptionGrantStatus::Revoked,
        Status::RevokeFailed => SubscriptionGrantStatus::RevokeFailed,
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

fn approved(told: GetSubscriptionOutput) -> Option<Subscribed> {
    let by = told.updated_by.unwrap_or(told.created_by);
    of_project(told.id, told.subscribed_principal, told.subscribed_listing, by)
}

fn subscribed(told: SubscriptionSummary) -> Option<Subscribed> {
    let by = told.updated_by.unwrap_or(told.created_by);
    of_project(told.id, told.subscribed_principal, told.subscribed_listing, by)
}

/// One of a project; others read nothing here.
fn of_project(
    subscription: String,
    principal: Option<SubscribedPrincipal>,
    listing: Option<SubscribedListing>,
    by: String,
) -> Option<Subscribed> {
    let Some(SubscribedPrincipal::Project(project)) = principal else { return None };
    let SubscribedListing { id, revision, owner_project_id, .. } = listing?;
    Some(Subscribed { subscription, listing: id, revision, owner: owner_project_id, consumer: project.id?, by })
}

/// One of an asset and an environment; others are not ours.
fn granting(
    id: String,
    subscription: Option<String>,
    environment: Option<String>,
    entity: Option<GrantedEntity>,
    assets: Option<Vec<SubscribedAsset>>,
) -> Option<Granting> {
    let Some(GrantedEntity::Listing(listing)) = entity else { return None };
    let asset = assets?.into_iter().next()?;
    let is_over = matches!(
        asset.status,
        SubscriptionGrantStatus::RevokePending
            | SubscriptionGrantStatus::RevokeInProgress
            | SubscriptionGrantStatus::RevokeFailed
            | SubscriptionGrantStatus::Revoked
    );
    Some(Granting { id, subscription, environment: environment?, listing: listing.id, asset: asset.asset_id, is_over })
}
