//! A small DataZone: what it offers, who may read it, and what it tells EventBridge about that.

use std::sync::Mutex;

use async_trait::async_trait;
use connector_core::{Error, Result};
use glaux::share::datazone::{Listing, Portal, Subscribed};
use serde_json::{Value, json};

use crate::stage::SOURCE;

pub const DOMAIN: &str = "dzd_1";
pub const APPROVER: &str = "ann";

/// Each of the shop's tables is listed under its own name.
#[derive(Default)]
pub struct DataZone {
    approved: Mutex<Vec<Subscribed>>,
}

impl DataZone {
    /// Approves a subscription, and says what its event does.
    pub fn approve(&self, subscription: &str, table: &str) -> Value {
        let [subscription, listing, owner, consumer, by] =
            [subscription, table, "shop", "reports", APPROVER].map(String::from);
        let told = detail(&subscription, &listing, "APPROVED");
        self.approved.lock().unwrap().push(Subscribed { subscription, listing, revision: None, owner, consumer, by });
        told
    }

    /// Ends one, and says what its event does.
    pub fn revoke(&self, subscription: &str) -> Value {
        let mut approved = self.approved.lock().unwrap();
        let at = approved.iter().position(|one| one.subscription == subscription).unwrap();
        detail(subscription, &approved.remove(at).listing, "REVOKED")
    }
}

fn detail(subscription: &str, listing: &str, status: &str) -> Value {
    json!({
        "version": "1",
        "metadata": {"id": subscription, "version": "1", "typeName": "SubscriptionEntityType", "domain": DOMAIN, "user": APPROVER},
        "data": {
            "status": status,
            "subscribedListing": {"id": listing, "version": "1", "ownerProjectId": "shop"},
            "subscribedPrincipal": {"id": "reports", "type": "PROJECT"},
        },
    })
}

#[async_trait]
impl Portal for DataZone {
    async fn listing(&self, id: &str, _revision: Option<&str>) -> Result<Listing> {
        let forms = json!({"GlauxTable": {"source": SOURCE, "schema": "shop", "table": id}}).to_string();
        Ok(Listing { asset_type: Some("GlauxTableAssetType".into()), owner: "shop".into(), forms })
    }

    async fn is_approved(&self, subscription: &str) -> Result<bool> {
        Ok(self.approved.lock().unwrap().iter().any(|one| one.subscription == subscription))
    }

    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>> {
        match project {
            "reports" => Ok(self.approved.lock().unwrap().clone()),
            _ => Err(Error::not_found(format!("no project {project}"))),
        }
    }
}
