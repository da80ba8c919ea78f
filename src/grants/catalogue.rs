//! DataZone's catalogue as the workflow writes it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_datazone::operation::get_asset::GetAssetOutput;
use aws_sdk_datazone::types::{
    ChangeAction, EntityType, FormEntryInput, FormInput, FormTypeStatus, InventorySearchScope, ListingStatus, Model,
    SearchInventoryResultItem,
};
use connector_core::{Error, Result};

use super::portal::DataZone;
use super::there;
use crate::config::failure;
use crate::register::Entity;
use crate::share::datazone::{Catalogue, Draft, Form, FormType, Held, Slot};

#[async_trait]
impl Catalogue for DataZone {
    async fn form_type(&self, name: &str) -> Result<Option<FormType>> {
        let asked = self.client().await.get_form_type().domain_identifier(&self.domain).form_type_identifier(name);
        let doing = || self.doing(&format!("reading form type {name}"));
        let told = there(asked.send().await.map_err(|error| failure(&doing(), &error)))?;
        Ok(told.map(|told| FormType {
            revision: told.revision,
            model: match told.model {
                Some(Model::Smithy(model)) => model,
                _ => String::new(),
            },
        }))
    }

    async fn make_form_type(&self, project: &str, name: &str, model: &str) -> Result<String> {
        let asked = self.client().await.create_form_type().domain_identifier(&self.domain).name(name);
        let asked = asked.owning_project_identifier(project).status(FormTypeStatus::Enabled);
        let asked = asked.model(Model::Smithy(model.into())).send().await;
        let doing = || self.doing(&format!("making form type {name} of project {project}"));
        asked.map(|made| made.revision).map_err(|error| failure(&doing(), &error))
    }

    async fn asset_type(&self, name: &str) -> Result<Option<BTreeMap<String, Slot>>> {
        let asked = self.client().await.get_asset_type().domain_identifier(&self.domain).identifier(name);
        let doing = || self.doing(&format!("reading asset type {name}"));
        let told = there(asked.send().await.map_err(|error| failure(&doing(), &error)))?;
        let slots = |told: aws_sdk_datazone::operation::get_asset_type::GetAssetTypeOutput| {
            let slot = |(name, entry): (String, aws_sdk_datazone::types::FormEntryOutput)| {
                let (form_type, revision) = (entry.type_name, entry.type_revision);
                (name, Slot { form_type, revision, is_required: entry.required.unwrap_or_default() })
            };
            told.forms_output.into_iter().map(slot).collect()
        };
        Ok(told.map(slots))
    }

    async fn make_asset_type(&self, project: &str, name: &str, forms: &BTreeMap<String, Slot>) -> Result<()> {
        let doing = || self.doing(&format!("making asset type {name} of project {project}"));
        let asked = self.client().await.create_asset_type().domain_identifier(&self.domain).name(name);
        let mut asked = asked.owning_project_identifier(project);
        for (form, Slot { form_type, revision, is_required }) in forms {
            let entry = FormEntryInput::builder().type_identifier(form_type).type_revision(revision);
            let entry = entry.required(*is_required).build().map_err(|error| unmade(&doing(), error))?;
            asked = asked.forms_input(form, entry);
        }
        asked.send().await.map(drop).map_err(|error| failure(&doing(), &error))
    }

    async fn find(&self, project: &str, asset_type: &str, external: &str) -> Result<Option<String>> {
        let asked = self.client().await.search().domain_identifier(&self.domain).owning_project_identifier(project);
        let mut pages = asked.search_scope(InventorySearchScope::Asset).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let doing = || self.doing(&format!("looking for an asset of project {project}"));
            if let SearchInventoryResultItem::AssetItem(asset) = item.map_err(|error| failure(&doing(), &error))?
                && asset.external_identifier.as_deref() == Some(external)
                && asset.type_identifier == asset_type
            {
                return Ok(Some(asset.identifier));
            }
        }
        Ok(None)
    }

    async fn asset(&self, id: &str) -> Result<Option<Held>> {
        let asked = self.client().await.get_asset().domain_identifier(&self.domain).identifier(id);
        let doing = || self.doing(&format!("reading asset {id}"));
        Ok(there(asked.send().await.map_err(|error| failure(&doing(), &error)))?.map(held))
    }

    async fn make(&self, asset: &Draft, token: &str) -> Result<Entity> {
        let doing = || self.doing(&format!("making asset {}", asset.external));
        let asked = self.client().await.create_asset().domain_identifier(&self.domain).name(&asset.name);
        let asked = asked.owning_project_identifier(&asset.project).type_identifier(&asset.asset_type);
        let asked = asked.external_identifier(&asset.external).client_token(token);
        let made = asked.set_forms_input(Some(forms(&doing(), &asset.forms)?)).send().await;
        let made = made.map_err(|error| failure(&doing(), &error))?;
        Ok(Entity { id: made.id, revision: made.revision })
    }

    async fn revise(&self, id: &str, asset: &Draft, token: &str) -> Result<Entity> {
        let doing = || self.doing(&format!("revising asset {}", asset.external));
        let asked = self.client().await.create_asset_revision().domain_identifier(&self.domain).identifier(id);
        let asked = asked.name(&asset.name).set_description(asset.description.clone()).client_token(token);
        let terms = Some(asset.terms.clone()).filter(|terms| !terms.is_empty());
        let asked = asked.set_glossary_terms(terms).set_forms_input(Some(forms(&doing(), &asset.forms)?));
        let made = asked.send().await.map_err(|error| failure(&doing(), &error))?;
        Ok(Entity { id: made.id, revision: made.revision })
    }

    async fn list(&self, entity: &Entity, is_listed: bool, token: &str) -> Result<()> {
        let asked = self.client().await.create_listing_change_set().domain_identifier(&self.domain);
        let asked = asked.entity_identifier(&entity.id).entity_type(EntityType::Asset).client_token(token);
        let (action, revision) = if is_listed {
            (ChangeAction::Publish, Some(entity.revision.clone()))
        } else {
            (ChangeAction::Unpublish, None)
        };
        let listing = asked.action(action).set_entity_revision(revision).send().await;
        let doing = || self.doing(&format!("listing asset {} or not", entity.id));
        listing.map(drop).map_err(|error| failure(&doing(), &error))
    }

    async fn remove(&self, id: &str) -> Result<()> {
        let asked = self.client().await.delete_asset().domain_identifier(&self.domain).identifier(id);
        let doing = || self.doing(&format!("deleting asset {id}"));
        asked.send().await.map(drop).map_err(|error| failure(&doing(), &error))
    }
}

fn held(told: GetAssetOutput) -> Held {
    let form = |form: aws_sdk_datazone::types::FormOutput| Form {
        name: form.form_name,
        form_type: form.type_name,
        revision: form.type_revision,
        content: form.content.unwrap_or_default(),
    };
    Held {
        revision: told.revision,
        is_listed: told.listing.is_some_and(|listing| listing.listing_status != ListingStatus::Inactive),
        draft: Draft {
            project: told.owning_project_id,
            asset_type: told.type_identifier,
            external: told.external_identifier.unwrap_or_default(),
            name: told.name,
            description: told.description,
            terms: told.glossary_terms.unwrap_or_default(),
            forms: told.forms_output.into_iter().map(form).collect(),
        },
    }
}

fn forms(doing: &str, forms: &[Form]) -> Result<Vec<FormInput>> {
    let input = |form: &Form| {
        let input = FormInput::builder().form_name(&form.name).set_type_identifier(form.form_type.clone());
        let input = input.set_type_revision(form.revision.clone()).content(&form.content).build();
        input.map_err(|error| unmade(doing, error))
    };
    forms.iter().map(input).collect()
}

fn unmade(doing: &str, error: aws_sdk_datazone::error::BuildError) -> Error {
    Error::internal("what is asked of DataZone lacks something").with_source(error).context(doing)
}
