//! The small DataZone, asked as DataZone is: by AWS's SDK over HTTP where the client is built, else request by request in process.

use std::sync::Arc;

pub use direct::Direct;
use glaux::share::datazone::Portal;

use crate::datazone::DataZone;

/// The portal of a domain that is reached at `endpoint`.
#[cfg(feature = "workflow")]
pub fn portal(_: &Arc<DataZone>, endpoint: &str) -> Arc<dyn Portal> {
    let aws = glaux::config::Aws::at(endpoint, crate::account::GOVERNANCE, "secret");
    Arc::new(glaux::grants::DataZone::new(&aws, crate::datazone::DOMAIN))
}

/// The same without AWS's client.
#[cfg(not(feature = "workflow"))]
pub fn portal(datazone: &Arc<DataZone>, _: &str) -> Arc<dyn Portal> {
    Arc::new(Direct(datazone.clone()))
}

mod direct {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use async_trait::async_trait;
    use connector_core::{Error, ErrorKind, Result};
    use glaux::register::{Entity, Told};
    use glaux::share::datazone::{
        Catalogue, Draft, Form, FormType, GlueName, GlueTable, Granting, Held, Listing, Portal, Provisioned, Slot,
        Subscribed,
    };
    use serde_json::{Value, json};

    use crate::datazone::{DOMAIN, DataZone};

    /// Reads its answers itself.
    pub struct Direct(pub Arc<DataZone>);

    impl Direct {
        fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
            let (status, answer) = self.0.answer(method, &format!("/v2/domains/{DOMAIN}/{path}"), &body.to_string());
            let kind = match status {
                200..300 => return Ok(answer),
                404 => ErrorKind::NotFound,
                409 => ErrorKind::Conflict,
                500.. => ErrorKind::Unavailable,
                _ => ErrorKind::Invalid,
            };
            Err(Error::new(kind, answer.to_string()))
        }

        fn there(&self, path: &str) -> Result<Option<Value>> {
            match self.ask("GET", path, &Value::Null) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                answer => answer.map(Some),
            }
        }

        fn pages(&self, path: &str) -> Result<Vec<Value>> {
            let (mut all, mut next) = (Vec::new(), String::new());
            loop {
                let page = self.ask("GET", &format!("{path}{next}"), &Value::Null)?;
                all.extend(page["items"].as_array().unwrap().iter().cloned());
                match page["nextToken"].as_str() {
                    Some(token) => next = format!("&nextToken={token}"),
                    None => return Ok(all),
                }
            }
        }
    }

    fn text(value: &Value) -> String {
        value.as_str().unwrap().to_owned()
    }

    fn subscribed(told: &Value) -> Subscribed {
        Subscribed {
            subscription: text(&told["id"]),
            listing: text(&told["subscribedListing"]["id"]),
            revision: Some(text(&told["subscribedListing"]["revision"])),
            owner: text(&told["subscribedListing"]["ownerProjectId"]),
            consumer: text(&told["subscribedPrincipal"]["project"]["id"]),
            by: text(&told["createdBy"]),
        }
    }

    fn granting(told: &Value) -> Granting {
        Granting {
            id: text(&told["id"]),
            subscription: told["subscriptionId"].as_str().map(Into::into),
            environment: text(&told["environmentId"]),
            listing: text(&told["grantedEntity"]["listing"]["id"]),
            asset: text(&told["assets"][0]["assetId"]),
            is_over: text(&told["assets"][0]["status"]).starts_with("REVOKE"),
        }
    }

    #[async_trait]
    impl Portal for Direct {
        async fn listing(&self, id: &str, _revision: Option<&str>) -> Result<Listing> {
            let told = self.ask("GET", &format!("listings/{id}"), &Value::Null)?;
            let asset = &told["item"]["assetListing"];
            let asset_type = asset["assetType"].as_str().map(Into::into);
            Ok(Listing { asset_type, owner: text(&asset["owningProjectId"]), forms: text(&asset["forms"]) })
        }

        async fn subscription(&self, id: &str) -> Result<Option<Subscribed>> {
            let told = self.there(&format!("subscriptions/{id}"))?;
            Ok(told.filter(|told| told["status"] == "APPROVED").as_ref().map(subscribed))
        }

        async fn is_over(&self, subscription: &str) -> Result<bool> {
            let told = self.there(&format!("subscriptions/{subscription}"))?;
            Ok(!told.is_some_and(|told| told["status"] == "APPROVED" || told["retainPermissions"] == true))
        }

        async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>> {
            let all = self.pages(&format!("subscriptions?owningProjectId={project}&status=APPROVED"))?;
            Ok(all.iter().map(subscribed).collect())
        }

        async fn grant(&self, id: &str) -> Result<Option<Granting>> {
            Ok(self.there(&format!("subscription-grants/{id}"))?.as_ref().map(granting))
        }

        async fn grants(&self, subscription: &str) -> Result<Vec<Granting>> {
            let all = self.pages(&format!("subscription-grants?subscriptionId={subscription}"))?;
            Ok(all.iter().map(granting).collect())
        }

        async fn tell(&self, grant: &str, asset: &str, told: &Told) -> Result<()> {
            let body = json!({"status": told.status, "failureCause": told.cause.as_ref().map(|cause| json!({"message": cause}))});
            self.ask("PATCH", &format!("subscription-grants/{grant}/status/{asset}"), &body).map(|_| ())
        }

        async fn table(&self, _name: &GlueName) -> Result<Option<GlueTable>> {
            Ok(None)
        }

        async fn environment(&self, id: &str) -> Result<Option<Provisioned>> {
            let told = self.there(&format!("environments/{id}"))?;
            let all = |told: &Value| {
                let all = told["provisionedResources"].as_array().unwrap().iter();
                all.map(|one| (text(&one["name"]), text(&one["value"]))).collect()
            };
            Ok(told.map(|told| Provisioned {
                account: text(&told["awsAccountId"]),
                region: text(&told["awsAccountRegion"]),
                resources: all(&told),
            }))
        }

        fn catalogue(&self) -> Option<&dyn Catalogue> {
            Some(self)
        }
    }

    fn optional(value: &Value) -> Option<String> {
        value.as_str().map(str::to_owned)
    }

    fn entity(told: &Value) -> Entity {
        Entity { id: text(&told["id"]), revision: text(&told["revision"]) }
    }

    fn inputs(forms: &[Form]) -> Value {
        let input = |form: &Form| json!({"formName": form.name, "typeIdentifier": form.form_type, "typeRevision": form.revision, "content": form.content});
        forms.iter().map(input).collect()
    }

    #[async_trait]
    impl Catalogue for Direct {
        async fn form_type(&self, name: &str) -> Result<Option<FormType>> {
            let told = self.there(&format!("form-types/{name}"))?;
            let model = |told: &Value| optional(&told["model"]["smithy"]).unwrap_or_default();
            Ok(told.map(|told| FormType { revision: text(&told["revision"]), model: model(&told) }))
        }

        async fn make_form_type(&self, project: &str, name: &str, model: &str) -> Result<String> {
            let body = json!({"name": name, "owningProjectIdentifier": project, "status": "ENABLED", "model": {"smithy": model}});
            Ok(text(&self.ask("POST", "form-types", &body)?["revision"]))
        }

        async fn asset_type(&self, name: &str) -> Result<Option<BTreeMap<String, Slot>>> {
            let slot = |(name, it): (&String, &Value)| {
                let (form_type, revision) = (text(&it["typeName"]), text(&it["typeRevision"]));
                (name.clone(), Slot { form_type, revision, is_required: it["required"] == true })
            };
            let told = self.there(&format!("asset-types/{name}"))?;
            Ok(told.map(|told| told["formsOutput"].as_object().unwrap().iter().map(slot).collect()))
        }

        async fn make_asset_type(&self, project: &str, name: &str, forms: &BTreeMap<String, Slot>) -> Result<()> {
            let slot = |(name, it): (&String, &Slot)| {
                let told =
                    json!({"typeIdentifier": it.form_type, "typeRevision": it.revision, "required": it.is_required});
                (name.clone(), told)
            };
            let forms: serde_json::Map<String, Value> = forms.iter().map(slot).collect();
            let body = json!({"name": name, "owningProjectIdentifier": project, "formsInput": forms});
            self.ask("POST", "asset-types", &body).map(drop)
        }

        async fn find(&self, project: &str, asset_type: &str, external: &str) -> Result<Option<String>> {
            let mut body = json!({"searchScope": "ASSET", "owningProjectIdentifier": project});
            loop {
                let page = self.ask("POST", "search", &body)?;
                let is_it =
                    |item: &&Value| item["externalIdentifier"] == external && item["typeIdentifier"] == asset_type;
                let mut items = page["items"].as_array().unwrap().iter().map(|item| &item["assetItem"]);
                if let Some(found) = items.find(is_it) {
                    return Ok(Some(text(&found["identifier"])));
                }
                match page["nextToken"].as_str() {
                    Some(token) => body["nextToken"] = json!(token),
                    None => return Ok(None),
                }
            }
        }

        async fn asset(&self, id: &str) -> Result<Option<Held>> {
            let form = |form: &Value| Form {
                name: text(&form["formName"]),
                form_type: optional(&form["typeName"]),
                revision: optional(&form["typeRevision"]),
                content: text(&form["content"]),
            };
            let held = |told: Value| Held {
                revision: text(&told["revision"]),
                is_listed: told["listing"]["listingStatus"] == "ACTIVE",
                draft: Draft {
                    project: text(&told["owningProjectId"]),
                    asset_type: text(&told["typeIdentifier"]),
                    external: optional(&told["externalIdentifier"]).unwrap_or_default(),
                    name: text(&told["name"]),
                    description: optional(&told["description"]),
                    terms: told["glossaryTerms"].as_array().into_iter().flatten().map(text).collect(),
                    forms: told["formsOutput"].as_array().unwrap().iter().map(form).collect(),
                },
            };
            Ok(self.there(&format!("assets/{id}"))?.map(held))
        }

        async fn make(&self, asset: &Draft, token: &str) -> Result<Entity> {
            let body = json!({
                "name": asset.name, "externalIdentifier": asset.external, "typeIdentifier": asset.asset_type,
                "owningProjectIdentifier": asset.project, "clientToken": token, "formsInput": inputs(&asset.forms),
            });
            self.ask("POST", "assets", &body).map(|told| entity(&told))
        }

        async fn revise(&self, id: &str, asset: &Draft, token: &str) -> Result<Entity> {
            let body = json!({
                "name": asset.name, "description": asset.description, "glossaryTerms": asset.terms,
                "clientToken": token, "formsInput": inputs(&asset.forms),
            });
            self.ask("POST", &format!("assets/{id}/revisions"), &body).map(|told| entity(&told))
        }

        async fn list(&self, entity: &Entity, is_listed: bool, token: &str) -> Result<()> {
            let action = if is_listed { "PUBLISH" } else { "UNPUBLISH" };
            let body = json!({
                "entityIdentifier": entity.id, "entityRevision": entity.revision, "action": action, "clientToken": token,
            });
            self.ask("POST", "listings/change-set", &body).map(drop)
        }

        async fn remove(&self, id: &str) -> Result<()> {
            self.ask("DELETE", &format!("assets/{id}"), &Value::Null).map(drop)
        }
    }
}
