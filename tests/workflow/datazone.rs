//! A small DataZone: what it offers, who may read it, how far each grant is, and what it tells EventBridge about that. It is
//! reached as DataZone is, over HTTP, at the gateway.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::shelf::Shelf;
use crate::stage::{PROD, SOURCE};

pub const DOMAIN: &str = "dzd_1";
pub const APPROVER: &str = "ann";
/// Items of a page, so that there is more than one.
const PAGE: usize = 1;

/// Each of the shop's tables is listed under its own name.
#[derive(Default)]
pub struct DataZone {
    inner: Mutex<Domain>,
}

#[derive(Default)]
struct Domain {
    /// Listing and status, by id.
    subscriptions: BTreeMap<String, (String, &'static str)>,
    /// Of which what was granted stays, whatever becomes of them.
    retained: Vec<String>,
    grants: BTreeMap<String, Grant>,
    /// Whether it can be told nothing.
    is_away: bool,
    /// Whether it answers nothing at all.
    is_silent: bool,
    /// Everything that it was asked, as text.
    asked: String,
    /// What it has provisioned.
    environments: BTreeMap<String, Value>,
    /// What was put into its catalogue.
    shelf: Shelf,
}

struct Grant {
    subscription: String,
    statuses: Vec<String>,
    cause: Option<String>,
    /// Whether it hears nothing that it is told.
    refuses: bool,
}

impl DataZone {
    /// Approves a subscription, and says what its event does.
    pub fn approve(&self, subscription: &str, table: &str) -> Value {
        self.inner.lock().unwrap().subscriptions.insert(subscription.into(), (table.into(), "APPROVED"));
        subscribed(subscription, table, "APPROVED")
    }

    /// Ends one, and says what its event does.
    pub fn revoke(&self, subscription: &str) -> Value {
        let mut domain = self.inner.lock().unwrap();
        let (listing, status) = domain.subscriptions.get_mut(subscription).unwrap();
        *status = "REVOKED";
        subscribed(subscription, listing, "REVOKED")
    }

    /// Ends one, of which what was granted is to stay.
    pub fn revoke_retaining(&self, subscription: &str) {
        self.revoke(subscription);
        self.inner.lock().unwrap().retained.push(subscription.into());
    }

    /// Wants a subscription granted to the environment, and says what the event of that does.
    pub fn grant(&self, grant: &str, subscription: &str) -> Value {
        let statuses = vec!["GRANT_PENDING".to_owned()];
        let made = Grant { subscription: subscription.into(), statuses, cause: None, refuses: false };
        self.inner.lock().unwrap().grants.insert(grant.into(), made);
        granting(grant, "GRANT_PENDING")
    }

    /// Wants a grant undone, and says what the event of that does.
    pub fn undo(&self, grant: &str) -> Value {
        self.inner.lock().unwrap().grants.get_mut(grant).unwrap().statuses.push("REVOKE_PENDING".into());
        granting(grant, "REVOKE_PENDING")
    }

    /// How far a grant was said to be, in order.
    pub fn statuses(&self, grant: &str) -> Vec<String> {
        self.inner.lock().unwrap().grants[grant].statuses.clone()
    }

    /// Why it is no further.
    pub fn cause(&self, grant: &str) -> Option<String> {
        self.inner.lock().unwrap().grants[grant].cause.clone()
    }

    /// Goes away, as far as telling it something goes, or comes back.
    pub fn set_away(&self, is_away: bool) {
        self.inner.lock().unwrap().is_away = is_away;
    }

    /// Answers nothing, or does again.
    pub fn set_silent(&self, is_silent: bool) {
        self.inner.lock().unwrap().is_silent = is_silent;
    }

    /// Hears nothing of a grant any more.
    pub fn refuse(&self, grant: &str) {
        self.inner.lock().unwrap().grants.get_mut(grant).unwrap().refuses = true;
    }

    /// Everything that it was asked.
    pub fn asked(&self) -> String {
        self.inner.lock().unwrap().asked.clone()
    }

    /// Has provisioned this for an environment.
    pub fn provision(&self, id: &str, account: &str, region: &str, resources: &[(&str, String)]) {
        let resource = |(name, value): &(&str, String)| json!({"name": name, "value": value});
        let told = json!({
            "id": id, "projectId": "reports", "domainId": DOMAIN, "createdBy": "SYSTEM", "name": id,
            "environmentProfileId": "profile", "provider": "Amazon DataZone", "status": "ACTIVE",
            "awsAccountId": account, "awsAccountRegion": region,
            "provisionedResources": resources.iter().map(resource).collect::<Vec<_>>(),
        });
        self.inner.lock().unwrap().environments.insert(id.into(), told);
    }

    /// Its catalogue, looked at or changed from outside.
    pub fn shelf<T>(&self, look: impl FnOnce(&mut Shelf) -> T) -> T {
        look(&mut self.inner.lock().unwrap().shelf)
    }

    /// Answers a request.
    pub fn answer(&self, method: &str, target: &str, body: &str) -> (u16, Value) {
        let mut domain = self.inner.lock().unwrap();
        domain.asked += &format!("{method} {target} {body}\n");
        if domain.is_silent {
            return (500, json!({"__type": "InternalServerException", "message": "away"}));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let path: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method, &path[..]) {
            ("GET", ["v2", "domains", DOMAIN, "listings", id]) => {
                (200, domain.shelf.listing(id).unwrap_or_else(|| listing(id)))
            }
            ("GET", ["v2", "domains", DOMAIN, "environments", id]) => match domain.environments.get(*id) {
                Some(told) => (200, told.clone()),
                None => gone(id),
            },
            ("GET", ["v2", "domains", DOMAIN, "subscriptions"]) => {
                assert_eq!((query["owningProjectId"], query["status"]), ("reports", "APPROVED"));
                let approved = domain.subscriptions.iter().filter(|(_, (_, status))| *status == "APPROVED");
                page(&query, approved.map(|(id, (listing, status))| subscription(id, listing, status, false)).collect())
            }
            ("GET", ["v2", "domains", DOMAIN, "subscriptions", id]) => match domain.subscriptions.get(*id) {
                Some((listing, status)) => {
                    (200, subscription(id, listing, status, domain.retained.iter().any(|retained| retained == id)))
                }
                None => gone(id),
            },
            ("GET", ["v2", "domains", DOMAIN, "subscription-grants"]) => {
                let of = |grant: &&Grant| grant.subscription == query["subscriptionId"];
                let grants = domain.grants.iter().filter(|(_, grant)| of(grant));
                page(&query, grants.map(|(id, grant)| domain.grant(id, grant)).collect())
            }
            ("GET", ["v2", "domains", DOMAIN, "subscription-grants", id]) => match domain.grants.get(*id) {
                Some(grant) => (200, domain.grant(id, grant)),
                None => gone(id),
            },
            ("PATCH", ["v2", "domains", DOMAIN, "subscription-grants", id, "status", asset]) => {
                domain.tell(id, asset, &serde_json::from_str(body).unwrap())
            }
            (_, ["v2", "domains", DOMAIN, path @ ..]) => {
                domain.shelf.answer(method, path, &serde_json::from_str(body).unwrap_or_default())
            }
            _ => panic!("DataZone is asked {method} {target}"),
        }
    }
}

impl Domain {
    fn tell(&mut self, id: &str, asset: &str, told: &Value) -> (u16, Value) {
        if self.is_away {
            return (500, json!({"__type": "InternalServerException", "message": "away"}));
        }
        let Some(grant) = self.grants.get_mut(id) else { return gone(id) };
        let listing = &self.subscriptions[&grant.subscription].0;
        let (last, next) = (grant.statuses.last().unwrap(), told["status"].as_str().unwrap());
        // What is being undone is not granted again.
        let is_undone = last.starts_with("REVOKE") && !next.starts_with("REVOKE");
        if is_undone || grant.refuses || asset != format!("asset-{listing}") {
            return (400, json!({"__type": "ValidationException", "message": format!("{next} after {last}")}));
        }
        grant.statuses.push(next.to_owned());
        grant.cause = told["failureCause"]["message"].as_str().map(str::to_owned);
        (200, self.grant(id, &self.grants[id]))
    }

    fn grant(&self, id: &str, grant: &Grant) -> Value {
        let listing = &self.subscriptions[&grant.subscription].0;
        json!({
            "id": id, "createdBy": "SYSTEM", "domainId": DOMAIN, "createdAt": 1.0, "updatedAt": 1.0,
            "environmentId": PROD, "subscriptionTargetId": "target", "subscriptionId": grant.subscription,
            "grantedEntity": {"listing": {"id": listing, "revision": "1"}}, "status": "IN_PROGRESS",
            "assets": [{"assetId": format!("asset-{listing}"), "assetRevision": "1", "status": grant.statuses.last()}],
        })
    }
}

fn gone(id: &str) -> (u16, Value) {
    (404, json!({"__type": "ResourceNotFoundException", "message": format!("{id} is not there")}))
}

fn page(query: &BTreeMap<&str, &str>, items: Vec<Value>) -> (u16, Value) {
    let from: usize = query.get("nextToken").map_or(0, |token| token.parse().unwrap());
    let next = (from + PAGE < items.len()).then(|| (from + PAGE).to_string());
    let items: Vec<Value> = items.into_iter().skip(from).take(PAGE).collect();
    (200, json!({"items": items, "nextToken": next}))
}

fn listing(table: &str) -> Value {
    let forms = json!({"GlauxTable": {"source": SOURCE, "schema": "shop", "table": table}}).to_string();
    json!({
        "id": table, "domainId": DOMAIN, "listingRevision": "1", "status": "ACTIVE",
        "item": {"assetListing": {
            "assetId": format!("asset-{table}"), "assetType": "GlauxTableAssetType", "owningProjectId": "shop", "forms": forms,
        }},
    })
}

fn subscription(id: &str, listing: &str, status: &str, is_retained: bool) -> Value {
    json!({
        "id": id, "createdBy": APPROVER, "domainId": DOMAIN, "createdAt": 1.0, "updatedAt": 1.0, "status": status,
        "retainPermissions": is_retained,
        "subscribedPrincipal": {"project": {"id": "reports", "name": "Reports"}},
        "subscribedListing": {
            "id": listing, "revision": "1", "name": listing, "description": "", "ownerProjectId": "shop",
            "item": {"assetListing": {"entityId": format!("asset-{listing}")}},
        },
    })
}

fn subscribed(subscription: &str, listing: &str, status: &str) -> Value {
    json!({
        "version": "1",
        "metadata": {
            "id": subscription, "version": "1", "typeName": "SubscriptionEntityType", "domain": DOMAIN, "user": APPROVER,
        },
        "data": {
            "status": status,
            "subscribedListing": {"id": listing, "version": "1", "ownerProjectId": "shop"},
            "subscribedPrincipal": {"id": "reports", "type": "PROJECT"},
        },
    })
}

fn granting(grant: &str, status: &str) -> Value {
    json!({
        "version": "1",
        "metadata": {
            "id": grant, "version": "1", "typeName": "SubscriptionGrantEntityType", "domain": DOMAIN, "user": "SYSTEM",
        },
        "data": {
            "asset": {"typeName": "GlauxTableAssetType", "listingVersion": "1"},
            "projectId": "reports",
            "status": status,
            "subscriptionTarget": {"id": "target", "environmentId": PROD, "typeName": "GlauxTarget"},
        },
    })
}
