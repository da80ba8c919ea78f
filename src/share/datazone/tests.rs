//! News as they come: twice, late, of others, with what is missing, and with what was tampered with.

mod late;

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use connector_core::Error;
use serde_json::{Value, json};

use super::super::tests::Stage;
use super::offer::{FORM, GLUE};
use super::*;
use crate::register::{Asset, Fault, Source, Status, SubscriptionState, Told};
use crate::share::asset_id;

const DOMAIN: &str = "dzd_1";

/// A small DataZone: listings by id, what is approved by now, its grants, and what those were told; and the Glue behind it.
#[derive(Default)]
struct Place {
    listings: BTreeMap<String, Listing>,
    approved: Mutex<Vec<Subscribed>>,
    grants: Mutex<Vec<Granting>>,
    tables: BTreeMap<String, GlueTable>,
    told: Mutex<Vec<(String, Told)>>,
    /// Undone by somebody else as soon as they were read so often.
    undone_after: Mutex<Option<usize>>,
    /// What it says of projects, if it does not tell what was approved for them.
    refuses: Option<ErrorKind>,
}

#[async_trait]
impl Portal for Place {
    async fn listing(&self, id: &str, _revision: Option<&str>) -> Result<Listing> {
        self.listings.get(id).cloned().ok_or_else(|| Error::not_found(format!("no listing {id}")))
    }

    async fn subscription(&self, id: &str) -> Result<Option<Subscribed>> {
        if let Some(left) = self.undone_after.lock().unwrap().as_mut() {
            if *left == 0 {
                self.approved.lock().unwrap().retain(|one| one.subscription != id);
            }
            *left = left.saturating_sub(1);
        }
        Ok(self.approved.lock().unwrap().iter().find(|one| one.subscription == id).cloned())
    }

    async fn is_over(&self, subscription: &str) -> Result<bool> {
        Ok(self.subscription(subscription).await?.is_none())
    }

    async fn subscriptions(&self, project: &str) -> Result<Vec<Subscribed>> {
        if let Some(kind) = self.refuses {
            return Err(Error::new(kind, format!("nothing is told of project {project}")));
        }
        Ok(self.approved.lock().unwrap().iter().filter(|one| one.consumer == project).cloned().collect())
    }

    async fn grant(&self, id: &str) -> Result<Option<Granting>> {
        Ok(self.grants.lock().unwrap().iter().find(|one| one.id == id).cloned())
    }

    async fn grants(&self, subscription: &str) -> Result<Vec<Granting>> {
        let is_of = |one: &&Granting| one.subscription.as_deref() == Some(subscription);
        Ok(self.grants.lock().unwrap().iter().filter(is_of).cloned().collect())
    }

    async fn tell(&self, grant: &str, _asset: &str, told: &Told) -> Result<()> {
        self.told.lock().unwrap().push((grant.into(), told.clone()));
        Ok(())
    }

    async fn table(&self, name: &GlueName) -> Result<Option<GlueTable>> {
        assert_eq!((name.region.as_str(), name.account.as_str()), ("eu-west-1", "111111111111"));
        Ok(self.tables.get(&format!("{}.{}", name.database, name.table)).cloned())
    }
}

impl Place {
    fn offering(mut self, id: &str, owner: &str, forms: &Value) -> Self {
        let (asset_type, owner) = (Some("GlauxTableAssetType".into()), owner.into());
        self.listings.insert(id.into(), Listing { asset_type, owner, forms: forms.to_string() });
        self
    }

    fn approved(self, subscription: &str, listing: &str) -> Self {
        let [subscription, listing, owner, consumer, by] =
            [subscription, listing, "shop", "reports", "ann"].map(String::from);
        self.approved.lock().unwrap().push(Subscribed { subscription, listing, revision: None, owner, consumer, by });
        self
    }

    fn granting(self, id: &str, subscription: Option<&str>, environment: &str, listing: &str) -> Self {
        let [id, environment, listing, asset] = [id, environment, listing, "a1"].map(String::from);
        let subscription = subscription.map(Into::into);
        let grant = Granting { id, subscription, environment, listing, asset, is_over: false };
        self.grants.lock().unwrap().push(grant);
        self
    }

    fn undo(&self, id: &str) {
        self.grants.lock().unwrap().iter_mut().filter(|one| one.id == id).for_each(|one| one.is_over = true);
    }

    fn told(&self) -> Vec<(String, Status)> {
        self.told.lock().unwrap().iter().map(|(grant, told)| (grant.clone(), told.status)).collect()
    }
}

fn wanted(grant: &str, environment: &str) -> Value {
    json!({
        "metadata": {"id": grant, "typeName": "SubscriptionGrantEntityType", "domain": DOMAIN, "user": "SYSTEM"},
        "data": {
            "asset": {"id": "a1", "typeName": "GlauxTableAssetType", "listingId": "l", "listingVersion": "1"},
            "projectId": "reports",
            "status": "GRANT_PENDING",
            "subscriptionTarget": {"id": "t", "environmentId": environment, "typeName": "GlauxTarget"},
        },
    })
}

const WANTED: &str = "Subscription Grant Requested";
const UNDONE: &str = "Subscription Grant Revoke Requested";

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
        ("s3", "has no form"),
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
    let grant = wanted("g", "prod");
    let environment = json!({"metadata": {"domain": DOMAIN}, "data": {"environmentId": "prod"}});
    for (kind, whole, path, field) in [
        ("Subscription Created", &whole, "/metadata", "domain"),
        ("Subscription Created", &whole, "/metadata", "id"),
        ("Subscription Created", &whole, "/data", "status"),
        ("Subscription Created", &whole, "/data/subscribedListing", "id"),
        ("Subscription Created", &whole, "/data/subscribedListing", "ownerProjectId"),
        ("Subscription Created", &whole, "/data/subscribedPrincipal", "id"),
        ("Subscription Revoked", &whole, "/metadata", "id"),
        ("Subscription Revoked", &whole, "/data/subscribedPrincipal", "id"),
        ("Subscription Cancelled", &whole, "/data", "status"),
        (WANTED, &grant, "/metadata", "domain"),
        (WANTED, &grant, "/metadata", "id"),
        (WANTED, &grant, "/data/subscriptionTarget", "environmentId"),
        (UNDONE, &grant, "/metadata", "id"),
        (UNDONE, &grant, "/data/subscriptionTarget", "environmentId"),
        ("Environment Deployment Completed", &environment, "/data", "environmentId"),
        ("Environment Deletion Started", &environment, "/data", "environmentId"),
    ] {
        let mut less = whole.clone();
        less.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(field);
        let error = read(kind, &less, DOMAIN).unwrap_err();
        let named = format!("{}.{field}", path[1..].replace('/', "."));
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().ends_with(&named), "{error}");
    }
    assert_eq!(read("Subscription Deleted", &whole, DOMAIN).unwrap_err().kind(), ErrorKind::Unsupported);
    let mut kept = detail("s", "REVOKED", "l");
    kept["data"]["retainPermissions"] = json!(true);
    assert!(matches!(read("Subscription Revoked", &kept, DOMAIN).unwrap(), News::Ignored { .. }));
}

/// One grant to one environment, whichever of its two events comes first, and however often.
#[tokio::test]
async fn a_grant_there_is_one_here_and_is_told() {
    for first in ["Subscription Created", WANTED] {
        let stage = Stage::new().await;
        let place = Place::default().offering("l", "shop", &table("orders")).approved("s", "l");
        let place = place.granting("g", Some("s"), "prod", "l").granting("h", None, "test", "l");
        let created = detail("s", "APPROVED", "l");
        if first == WANTED {
            let touched = hear(&stage, &place, WANTED, &wanted("g", "prod")).await;
            assert_eq!(touched.iter().map(|one| one.cause.as_str()).collect::<Vec<_>>(), ["datazone grant g wanted"]);
            assert_eq!(all(&stage).await.len(), 1);
            // A grant need not say what it is of.
            assert_eq!(hear(&stage, &place, WANTED, &wanted("h", "test")).await.len(), 1);
        }
        hear(&stage, &place, "Subscription Created", &created).await;
        for _ in 0..3 {
            assert_eq!(hear(&stage, &place, WANTED, &wanted("g", "prod")).await.len(), 1);
            assert_eq!(hear(&stage, &place, WANTED, &wanted("h", "test")).await.len(), 1);
        }
        let made = all(&stage).await;
        let told = |one: &Subscription| -> Vec<String> {
            one.origin.iter().flat_map(|origin| &origin.reports).map(|report| report.grant.clone()).collect()
        };
        let mut told: Vec<_> = made.iter().map(|one| (one.environment.as_str(), told(one))).collect();
        told.sort();
        assert_eq!(told, [("prod", vec!["g".to_owned()]), ("test", vec!["h".to_owned()])], "{first}");
        place.undo("g");
        for _ in 0..2 {
            assert_eq!(hear(&stage, &place, UNDONE, &wanted("g", "prod")).await.len(), 1);
        }
        // Neither an old event nor one of the subscription brings back what was undone for one environment.
        assert_eq!(hear(&stage, &place, WANTED, &wanted("g", "prod")).await, []);
        hear(&stage, &place, "Subscription Created", &created).await;
        let live: Vec<String> =
            all(&stage).await.into_iter().filter(Subscription::is_live).map(|one| one.environment).collect();
        assert_eq!(live, ["test"], "{first}");
        assert_eq!(place.told(), []);
        assert_eq!(stage.share.register.verify().await.unwrap(), [] as [Fault; 0]);
    }
}

#[tokio::test]
async fn a_grant_that_is_undone_before_it_was_heard_of_gives_nothing() {
    let stage = Stage::new().await;
    let place = Place::default().offering("l", "shop", &table("orders")).approved("s", "l");
    let place = place.granting("g", Some("s"), "prod", "l");
    place.undo("g");
    assert_eq!(hear(&stage, &place, UNDONE, &wanted("g", "prod")).await, []);
    assert_eq!(place.told(), [("g".to_owned(), Status::Revoked)]);
    assert_eq!(hear(&stage, &place, WANTED, &wanted("g", "prod")).await, []);
    hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await;
    let live: Vec<String> = all(&stage).await.into_iter().map(|one| one.environment).collect();
    assert_eq!(live, ["test"]);
    // Whatever is undone of an environment that was never heard of.
    assert_eq!(hear(&stage, &place, UNDONE, &wanted("g", "nowhere")).await, []);
    assert_eq!(hear(&stage, &place, UNDONE, &wanted("x", "prod")).await, []);
}

#[tokio::test]
async fn of_two_grants_to_one_environment_the_last_ends_it_and_a_later_one_begins_anew() {
    let stage = Stage::new().await;
    let place = Place::default().offering("l", "shop", &table("orders")).approved("s", "l");
    let place = place.granting("g", Some("s"), "prod", "l").granting("h", Some("s"), "prod", "l");
    for grant in ["g", "h"] {
        hear(&stage, &place, WANTED, &wanted(grant, "prod")).await;
    }
    let states = async || -> Vec<SubscriptionState> { all(&stage).await.iter().map(|one| one.state).collect() };
    for (grant, state) in [("g", SubscriptionState::Approved), ("h", SubscriptionState::Ending)] {
        place.undo(grant);
        hear(&stage, &place, UNDONE, &wanted(grant, "prod")).await;
        assert_eq!(states().await, [state]);
    }
    let ended = all(&stage).await.remove(0);
    stage.set::<Subscription>(&ended.id, |one| one.state = SubscriptionState::Closed).await;
    let place = place.granting("i", Some("s"), "prod", "l");
    for _ in 0..2 {
        assert_eq!(hear(&stage, &place, WANTED, &wanted("i", "prod")).await.len(), 1);
    }
    let mut now = states().await;
    now.sort_by_key(|state| *state == SubscriptionState::Closed);
    assert_eq!(now, [SubscriptionState::Approved, SubscriptionState::Closed]);
    // The end of the subscription is the end of both.
    hear(&stage, &place, "Subscription Revoked", &detail("s", "REVOKED", "l")).await;
    assert!(all(&stage).await.iter().all(|one| !one.is_live()));
}

/// What is undone between the question and the answer's use is not granted.
#[tokio::test]
async fn what_is_revoked_while_it_is_taken_over_does_not_stay() {
    let stage = Stage::new().await;
    let place = Place::default().offering("l", "shop", &table("orders")).approved("s", "l");
    *place.undone_after.lock().unwrap() = Some(1);
    hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await;
    let made = all(&stage).await;
    assert!(made.len() == 2 && made.iter().all(|one| one.state == SubscriptionState::Ending), "{made:?}");
}

#[tokio::test]
async fn a_grant_that_cannot_be_made_is_told_why_and_one_of_others_is_told_nothing() {
    let stage = Stage::new().await;
    let place = Place::default()
        .offering("l", "shop", &table("salaries"))
        .offering("topic", "shop", &json!({"TopicForm": {}}))
        .offering("over", "shop", &table("orders"));
    let place = place.approved("s", "l").approved("t", "topic");
    let place = place.granting("g", Some("s"), "prod", "l").granting("u", Some("t"), "prod", "topic");
    let place = place.granting("o", Some("none"), "prod", "over").granting("n", Some("s"), "nowhere", "l");
    for (grant, environment, why, is_told) in [
        ("g", "prod", "no published asset", true),
        ("u", "prod", "has no form", false),
        ("o", "prod", "of no subscription that is approved", true),
        ("n", "nowhere", "not in the register", true),
    ] {
        let before = place.told().len();
        assert_eq!(hear(&stage, &place, WANTED, &wanted(grant, environment)).await, []);
        let told = ignored(&stage).await.pop().unwrap();
        assert!(told.contains(why), "{grant}: {told}");
        let last = place.told.lock().unwrap().get(before).cloned();
        let cause = last.map(|(of, told)| (of, told.status, told.cause.unwrap().contains(why)));
        assert_eq!(cause, is_told.then(|| (grant.to_owned(), Status::GrantFailed, true)));
    }
    let error = stage.share.hear(&place, DOMAIN, &read(WANTED, &wanted("x", "prod"), DOMAIN).unwrap(), "event").await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(all(&stage).await, []);
}

const ARN: &str = "arn:aws:glue:eu-west-1:111111111111:table/published/orders";

fn glue(location: &str, connection: Option<(&str, &str)>) -> GlueTable {
    let connection =
        connection.map(|(kind, url)| GlueConnection { name: "c".into(), kind: kind.into(), url: url.into() });
    GlueTable { location: location.into(), connection }
}

/// Glue's URLs are written otherwise than the drivers', and reach the same.
#[tokio::test]
async fn a_connection_in_the_guidances_form_reaches_the_source_of_a_drivers_url() {
    let form = json!({GLUE: {"tableArn": ARN}});
    for (engine, own, guidances) in [
        ("sqlserver", "jdbc:sqlserver://h;databaseName=shop", "jdbc:sqlserver://h:1433/shop"),
        ("oracle", "jdbc:oracle:thin:@//h/shop", "jdbc:oracle://h:1521/shop"),
        ("oracle", "jdbc:oracle:thin:@//h/shop", "jdbc:oracle:thin://@h:1521/shop"),
    ] {
        let stage = Stage::new().await;
        stage.set::<Source>("shop-db", |source| (source.engine, source.url) = (engine.into(), own.into())).await;
        let mut place = Place::default().offering("l", "shop", &form).approved("s", "l");
        place.tables.insert("published.orders".into(), glue("shop.shop.orders", Some(("JDBC", guidances))));
        let touched = hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await;
        assert_eq!(touched.len(), 2, "{guidances}: {:?}", ignored(&stage).await);
    }
}

/// A table of Glue's is the asset that its location names at the source that its connection reaches, and no other.
#[tokio::test]
async fn a_table_of_glue_behind_a_connection_of_jdbc_is_an_asset_of_its_source() {
    const URL: &str = "jdbc:postgresql://H:5432/shop";
    let form = json!({GLUE: {"catalogId": "1", "tableArn": ARN, "tableName": "orders"}});
    let as_text = json!({GLUE: form[GLUE].to_string()});
    for (form, table, why) in [
        (&form, glue("shop.shop.orders", Some(("JDBC", URL))), None),
        (&as_text, glue("shop.orders", Some(("JDBC", URL))), None),
        (&form, glue("shop.SHOP.Orders", Some(("JDBC", "jdbc:postgresql://h/shop"))), None),
        (&form, glue("shop.shop.orders, salaries", Some(("JDBC", URL))), Some("no such asset")),
        (&form, glue("*.*", Some(("JDBC", URL))), Some("no such asset")),
        (&form, glue("shop.shop.orders; ALTER ROLE x", Some(("JDBC", URL))), Some("no such asset")),
        (&form, glue("shop.shop.salaries", Some(("JDBC", URL))), Some("no published asset")),
        (&form, glue("shop.shop.orders", Some(("JDBC", "jdbc:postgresql://other:5432/shop"))), Some("no such asset")),
        (&form, glue("shop.shop.orders", Some(("JDBC", "jdbc:postgresql://h:5433/shop"))), Some("no such asset")),
        (&form, glue("shop.shop.orders", Some(("JDBC", "jdbc:postgresql://h/other"))), Some("no such asset")),
        (&form, glue("shop.shop.orders", Some(("JDBC", "jdbc:mysql://h:3306/shop"))), Some("no such asset")),
        (&form, glue("shop.shop.orders", Some(("JDBC", "mongodb://h/shop"))), Some("none of JDBC")),
        (&form, glue("topic", Some(("KAFKA", ""))), Some("of type KAFKA and not JDBC")),
        (&form, glue("s3://bucket/orders", None), Some("through no connection")),
    ] {
        let stage = Stage::new().await;
        let mut place = Place::default().offering("l", "shop", form).approved("s", "l");
        let place_of = table.clone();
        place.tables.insert("published.orders".into(), table);
        let touched = hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await;
        assert_eq!(touched.len(), if why.is_none() { 2 } else { 0 }, "{place_of:?}: {:?}", ignored(&stage).await);
        if let Some(why) = why {
            let told = ignored(&stage).await.pop().unwrap();
            assert!(told.contains(why), "{place_of:?}: {told}");
            continue;
        }
        let made = all(&stage).await;
        assert!(made.iter().all(|one| one.granted.len() == 1 && one.granted[0].table == "orders"));
        // DataZone grants it by itself, as far as it can, and is told nothing.
        let place = place.granting("g", Some("s"), "prod", "l");
        assert_eq!(hear(&stage, &place, WANTED, &wanted("g", "prod")).await.len(), 1);
        assert!(all(&stage).await.iter().all(|one| one.origin.as_ref().unwrap().reports.is_empty()));
    }
    for (form, why) in [
        (json!({GLUE: {"tableName": "orders"}}), "missing field `tableArn`"),
        (json!({GLUE: {"tableArn": "arn:aws:s3:::bucket"}}), "names no table"),
        (json!({GLUE: {"tableArn": ARN}}), "is not there"),
    ] {
        let stage = Stage::new().await;
        let place = Place::default().offering("l", "shop", &form).approved("s", "l");
        assert_eq!(hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await, []);
        let told = ignored(&stage).await.pop().unwrap();
        assert!(told.contains(why), "{told}");
    }
}

/// Of two names that differ in case alone, a location that is neither is none.
#[tokio::test]
async fn a_location_that_may_be_two_assets_is_none() {
    let stage = Stage::new().await;
    let read = stage.share.register.get::<Asset>("shop-db.shop.orders").await.unwrap().record;
    let other = Asset { id: asset_id("shop-db", "shop", "ORDERS"), table: "ORDERS".into(), ..read };
    stage.add(&other).await;
    let mut place = Place::default().offering("l", "shop", &json!({GLUE: {"tableArn": ARN}})).approved("s", "l");
    for (location, count) in [("shop.Orders", 0), ("shop.ORDERS", 2)] {
        place.tables.insert("published.orders".into(), glue(location, Some(("JDBC", "jdbc:postgresql://h/shop"))));
        let touched = hear(&stage, &place, "Subscription Created", &detail("s", "APPROVED", "l")).await;
        assert_eq!(touched.len(), count, "{location}");
    }
    assert!(all(&stage).await.iter().all(|one| one.granted[0].table == "ORDERS"));
    // A source that is out of use has none.
    let retired = |source: &mut Source| source.state = crate::register::SourceState::Retired;
    stage.set::<Source>("shop-db", retired).await;
    let place = place.approved("t", "l");
    assert_eq!(hear(&stage, &place, "Subscription Created", &detail("t", "APPROVED", "l")).await, []);
}
