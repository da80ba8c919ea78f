//! DataZone's catalogue, as far as assets of our own type are put into it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use connector_core::Result;

use crate::register::Entity;

/// What is done in a domain's catalogue. What is made by a token is made once, however often it is asked for.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// A form type, if there is one of this name.
    async fn form_type(&self, name: &str) -> Result<Option<FormType>>;

    /// Makes one of a project, in Smithy's words, and tells its revision.
    async fn make_form_type(&self, project: &str, name: &str, model: &str) -> Result<String>;

    /// The forms of an asset type, by name, if there is one of this name.
    async fn asset_type(&self, name: &str) -> Result<Option<BTreeMap<String, Slot>>>;

    /// Makes one of a project.
    async fn make_asset_type(&self, project: &str, name: &str, forms: &BTreeMap<String, Slot>) -> Result<()>;

    /// The asset of a project that was made by this external identifier, however many pages of others there are.
    async fn find(&self, project: &str, asset_type: &str, external: &str) -> Result<Option<String>>;

    /// An asset as it is by now, if it is there.
    async fn asset(&self, id: &str) -> Result<Option<Held>>;

    /// Makes an asset.
    ///
    /// Errors: conflict, if there is one of its external identifier.
    async fn make(&self, asset: &Draft, token: &str) -> Result<Entity>;

    /// Makes an asset say this.
    async fn revise(&self, id: &str, asset: &Draft, token: &str) -> Result<Entity>;

    /// Lists an asset as it is in a revision, or not any more.
    async fn list(&self, entity: &Entity, is_listed: bool, token: &str) -> Result<()>;

    /// Takes an asset away.
    ///
    /// Errors: not found, if it is not there.
    async fn remove(&self, id: &str) -> Result<()>;
}

/// A form type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormType {
    /// Its last revision.
    pub revision: String,
    /// In Smithy's words.
    pub model: String,
}

/// A form that assets of a type have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The type of the form.
    pub form_type: String,
    /// In which revision.
    pub revision: String,
    /// Whether each has it.
    pub is_required: bool,
}

/// A form that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its name in the asset.
    pub name: String,
    /// Its type.
    pub form_type: Option<String>,
    /// In which revision.
    pub revision: Option<String>,
    /// As JSON.
    pub content: String,
}

/// An asset as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The project that owns it.
    pub project: String,
    /// Its type.
    pub asset_type: String,
    /// What it is known by here.
    pub external: String,
    /// What people call it.
    pub name: String,
    /// What people say of it.
    pub description: Option<String>,
    /// Terms of glossaries.
    pub terms: Vec<String>,
    /// Everything else.
    pub forms: Vec<Form>,
}

/// An asset as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its last revision.
    pub revision: String,
    /// Whether it is listed, or is about to be.
    pub is_listed: bool,
    /// What it says.
    pub draft: Draft,
}
