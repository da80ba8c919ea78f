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
    use std::sync::Arc;

    use async_trait::async_trait;
    use connector_core::{Error, ErrorKind, Result};
    use glaux::register::Told;
    use glaux::share::datazone::{GlueName, GlueTable, Granting, Listing, Portal, Subscribed};
    use serde_json::{Value, json};

    use crate::datazone::{DOMAIN, DataZone};

    /// Reads its answers itself.
    pub struct Direct(pub Arc<DataZone>);

    impl Direct {
        fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
            let (status, answer) = self.0.answer(method, &format!("/v2/domains/{DOMAIN}/{path}"), &body.to_string());
            let kind = match status {
                200 => return Ok(answer),
                404 => ErrorKind::NotFound,
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
    }
}
