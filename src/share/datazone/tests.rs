//! News as they come: twice, late, of others, with what is missing, and with what was tampered with.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::tests::Stage;
use super::*;
use crate::register::Fault;

const DOMAIN: &str = "dzd_1";

/// A small DataZone: listings by id, and what is approved by now.
#[derive(Default)]
struct Place {
    listings: BTreeMap<String, Listing>,
    approved: Vec<Subscribed>,
}

#[async_trait]
impl Portal for Place {
    async fn listing(&self, id: &str, _revision: Option<&str>) -> Result<Listing> {
        self.listings.get(id).cloned().ok_or_else(|| Error::not_found(format!("no listing {id}")))
    }

    async fn is_approved(&self, subscription: &str) -> Result<bool> {
        Ok(self.approved.iter().any(|one| one.subscription == subscription))
    }

    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>> {
        Ok(self.approved.iter().filter(|one| one.consumer == project).cloned().collect())
    }
}

impl Place {
    fn offering(mut self, id: &str, owner: &str, forms: &Value) -> Self {
        let (asset_type, owner) = (Some("GlauxTableAssetType".into()), owner.into());
        self.listings.insert(id.into(), Listing { asset_type, owner, forms: forms.to_string() });
        self
    }

    fn approved(mut self, subscription: &str, listing: &str) -> Self {
        let [subscription, listing, owner, consumer, by] =
            [subscription, listing, "shop", "reports", "ann"].map(String::from);
        self.approved.push(Subscribed { subscription, listing, revision: None, owner, consumer, by });
        self
    }
}

fn table(name: &str) -> Value {
    json!({FORM: {"source": "shop-db", "schema": "shop", "table": name}})
}

fn detail(subscription: &str, status: &str, listing: &str) -> Value {
    json!({
        "metadata": {"id": subscription, "domain": DOMAIN, "user": "ann"},
        "data": {
            "status": status,
            "subscribedListing": {"id": listing, "version": 1, "ownerProjectId": "shop"},
            "subscribedPrincipal": {"id": "reports", "type": "PROJECT"},
        },
    })
}

async fn hear(stage: &Stage, place: &Place, kind: &str, detail: &Value) -> Vec<Touched> {
    let news = read(kind, detail, DOMAIN).unwrap();
    stage.share.hear(place, DOMAIN, &news, "event").await.unwrap()
}

async fn all(stage: &Stage) -> Vec<Subscription> {
    let all = stage.share.register.list::<Subscription>(&By::Kind).await.unwrap();
    all.into_iter().map(|read| read.record).collect()
}

async fn ignored(stage: &Stage) -> Vec<String> {
    let events = stage.share.register.history::<Project>("shop").await.unwrap();
    let ignored = events.into_iter().filter(|event| event.act.verb == "sub ignore");
    ignored.filter_map(|event| event.act.reason).collect()
}

#[tokio::test]
async fn what_is_approved_there_is_granted_here_to_each_environment_once_and_ends_once() {
    let (stage, place) = (Stage::new().await, Place::default().offering("l", "shop", &table("orders")));
    let place = place.approved("s", "l");
    let created = detail("s", "APPROVED", "l");
    let touched = hear(&stage, &place, "Subscription Created", &created).await;
    assert_eq!(touched.iter().map(|one| one.environment.as_str()).collect::<Vec<_>>(), ["prod", "test"]);
    for _ in 0..4 {
        assert_eq!(hear(&stage, &place, "Subscription Created", &created).await, touched);
    }
    let made = all(&stage).await;
    assert_eq!(made.len(), 2);
    for one in &made {
        assert_eq!((one.state, one.granted.len(), one.decisions.len()), (SubscriptionState::Approved, 1, 1));
        assert_eq!((one.decisions[0].by.as_str(), one.requester.as_str()), ("datazone:ann", "datazone"));
    }
    let elsewhere = json!({"metadata": {"domain": "dzd_2"}});
    assert_eq!(hear(&stage, &place, "Subscription Revoked", &elsewhere).await, []);
    let revoked = detail("s", "REVOKED", "l");
    assert_eq!(hear(&stage, &place, "Subscription Revoked", &revoked).await.len(), 2);
    let ended = all(&stage).await;
    assert!(ended.iter().all(|one| (one.state, one.reason.as_deref()) == (SubscriptionState::Ending, Some("revoked"))));
    for (kind, status) in [("Subscription Revoked", "REVOKED"), ("Subscription Cancelled", "CANCELLED")] {
        hear(&stage, &place, kind, &detail("s", status, "l")).await;
    }
    hear(&stage, &place, "Subscription Created", &created).await;
    assert_eq!(all(&stage).await, ended);
    assert_eq!(stage.share.register.verify().await.unwrap(), [] as [Fault; 0]);
}

#[tokio::test]
async fn what_is_not_to_be_granted_is_not_and_the_register_says_why() {
    let stage = Stage::new().await;
    let mut place = Place::default()
        .offering("s3", "shop", &json!({"S3ObjectCollectionForm": {}}))
        .offering("salaries", "shop", &table("salaries"))
        .offering("star", "shop", &table("*"))
        .offering("two", "shop", &table("orders\" TO PUBLIC; --"))
        .offering("source", "shop", &json!({FORM: {"source": "*", "schema": "shop", "table": "orders"}}))
        .offering("less", "shop", &json!({FORM: {"source": "shop-db"}}))
        .offering("theirs", "others", &table("orders"));
    place.listings.insert("product".into(), Listing { asset_type: None, owner: "shop".into(), forms: "{}".into() });
    for (index, (listing, why)) in [
        ("s3", "no form"),
        ("salaries", "no published asset"),
        ("star", "no published asset"),
        ("two", "no published asset"),
        ("source", "no published asset"),
        ("less", "missing field `schema`"),
        ("theirs", "of project others"),
        ("product", "product"),
    ]
    .into_iter()
    .enumerate()
    {
        let subscription = format!("s{index}");
        place = place.approved(&subscription, listing);
        let created = detail(&subscription, "APPROVED", listing);
        assert_eq!(hear(&stage, &place, "Subscription Created", &created).await, [], "{listing}");
        let told = ignored(&stage).await.pop().unwrap();
        assert!(told.contains(why), "{listing}: {told}");
    }
    let mut of_user = detail("u", "APPROVED", "l");
    of_user["data"]["subscribedPrincipal"]["type"] = json!("USER");
    assert_eq!(hear(&stage, &place, "Subscription Created", &of_user).await, []);
    assert!(ignored(&stage).await.pop().unwrap().contains("USER"));
    // One whose end has overtaken it.
    assert_eq!(hear(&stage, &place, "Subscription Created", &detail("late", "APPROVED", "l")).await, []);
    assert!(ignored(&stage).await.pop().unwrap().contains("no longer approved"));
    assert_eq!(all(&stage).await, []);
}

/// An asset that another project owns here is not given away by whoever offers it there.
#[tokio::test]
async fn nobody_approves_there_what_is_anothers_here() {
    let stage = Stage::new().await;
    let place = Place::default().offering("l", "others", &table("orders")).approved("s", "l");
    let mut created = detail("s", "APPROVED", "l");
    created["data"]["subscribedListing"]["ownerProjectId"] = json!("others");
    assert_eq!(hear(&stage, &place, "Subscription Created", &created).await, []);
    let events = stage.share.register.history::<Project>("others").await.unwrap();
    let told = events.last().unwrap().act.reason.clone().unwrap();
    assert!(told.contains("is of project shop and not of others"), "{told}");
    assert_eq!(all(&stage).await, []);
}

#[tokio::test]
async fn an_environment_that_comes_late_gets_what_was_approved_and_one_that_goes_loses_all() {
    let stage = Stage::new().await;
    let place = Place::default().offering("l", "shop", &table("orders")).offering("m", "shop", &table("customers"));
    let place = place.approved("s", "l").approved("t", "m");
    hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await;
    let late = Environment {
        id: "late".into(),
        project: "reports".into(),
        place: crate::register::Place::Local,
        state: EnvironmentState::Active,
    };
    let news = json!({"metadata": {"domain": DOMAIN}, "data": {"projectId": "reports", "environmentId": "late"}});
    // Before anybody has brought it in, there is nobody to grant to.
    assert_eq!(hear(&stage, &place, "Environment Deployment Completed", &news).await, []);
    stage.add(&late).await;
    let touched = hear(&stage, &place, "Environment Deployment Completed", &news).await;
    assert_eq!(touched.len(), 2);
    assert_eq!(hear(&stage, &place, "Environment Deployment Completed", &news).await, touched);
    assert_eq!(all(&stage).await.iter().filter(|one| one.environment == "late").count(), 2);
    let touched = hear(&stage, &place, "Environment Deletion Started", &news).await;
    assert_eq!(touched.len(), 1);
    assert_eq!(stage.share.register.get::<Environment>("late").await.unwrap().record.state, EnvironmentState::Leaving);
    let here = all(&stage).await.into_iter().filter(|one| one.environment == "late");
    assert!(here.into_iter().all(|one| one.state == SubscriptionState::Ending));
    assert_eq!(hear(&stage, &place, "Environment Deployment Completed", &news).await, []);
}

#[test]
fn a_field_that_is_missing_is_named() {
    let whole = detail("s", "APPROVED", "l");
    for (path, field) in [
        ("/metadata", "domain"),
        ("/metadata", "id"),
        ("/data", "status"),
        ("/data/subscribedListing", "id"),
        ("/data/subscribedListing", "ownerProjectId"),
        ("/data/subscribedPrincipal", "id"),
    ] {
        let mut less = whole.clone();
        less.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(field);
        let error = read("Subscription Created", &less, DOMAIN).unwrap_err();
        let named = format!("{}.{field}", path[1..].replace('/', "."));
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().ends_with(&named), "{error}");
    }
    assert_eq!(read("Subscription Deleted", &whole, DOMAIN).unwrap_err().kind(), ErrorKind::Unsupported);
    let mut kept = detail("s", "REVOKED", "l");
    kept["data"]["retainPermissions"] = json!(true);
    assert!(matches!(read("Subscription Revoked", &kept, DOMAIN).unwrap(), News::Ignored { .. }));
}
