//! What DataZone is asked and told.

use std::collections::BTreeMap;

use async_trait::async_trait;
use connector_core::Result;

use super::{Catalogue, Subscribed};
use crate::register::Told;

/// A domain of DataZone's, and the Glue behind its assets.
#[async_trait]
pub trait Portal: Send + Sync {
    /// What a listing offers.
    async fn listing(&self, id: &str, revision: Option<&str>) -> Result<Listing>;

    /// A subscription of a project, if it is approved by now.
    async fn subscription(&self, id: &str) -> Result<Option<Subscribed>>;

    /// Whether what a subscription granted is to end: it is no longer approved, and nobody has said that it be retained.
    async fn is_over(&self, subscription: &str) -> Result<bool>;

    /// The approved subscriptions of a project, all pages of them.
    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>>;

    /// A grant of a subscription, if there is one of that id.
    async fn grant(&self, id: &str) -> Result<Option<Granting>>;

    /// All grants of a subscription, all pages of them.
    async fn grants(&self, subscription: &str) -> Result<Vec<Granting>>;

    /// Tells a grant how far it is; the same may be told twice.
    ///
    /// Errors: not found or invalid, for what will not be heard however often it is told.
    async fn tell(&self, grant: &str, asset: &str, told: &Told) -> Result<()>;

    /// A table of Glue's and what it is read through, if there is one of that name.
    async fn table(&self, name: &GlueName) -> Result<Option<GlueTable>>;

    /// What DataZone has provisioned for an environment, if it has one of that id.
    async fn environment(&self, _id: &str) -> Result<Option<Provisioned>> {
        Ok(None)
    }

    /// The domain's catalogue, if it can be written.
    fn catalogue(&self) -> Option<&dyn Catalogue> {
        None
    }
}

/// Where an environment is, and what was made for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Names or ARNs, by what DataZone calls them.
    pub resources: BTreeMap<String, String>,
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

/// A subscription's grant to one environment, as DataZone keeps account of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granting {
    /// Its id.
    pub id: String,
    /// The subscription, where it is said.
    pub subscription: Option<String>,
    /// The environment that reads.
    pub environment: String,
    /// The listing that is read.
    pub listing: String,
    /// The asset that it offers.
    pub asset: String,
    /// Whether it is undone, or to be.
    pub is_over: bool,
}

/// The name of a table of Glue's, with where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlueName {
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
}

/// What Glue says of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlueTable {
    /// Where it says that the table is.
    pub location: String,
    /// What it is read through, if through anything.
    pub connection: Option<GlueConnection>,
}

/// A connection of Glue's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlueConnection {
    /// Its name.
    pub name: String,
    /// Its type, such as `JDBC`.
    pub kind: String,
    /// Its URL, if it is one that has one.
    pub url: String,
}
