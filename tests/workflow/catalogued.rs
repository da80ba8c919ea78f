//! What is published, in DataZone's catalogue: made, changed and withdrawn, wherever it stops in between, and nothing of anybody else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use glaux::register::{
    Act, Asset, By, Catalogued, CataloguedState, Clock, Membership, Project, ProjectState, Record, Register, Source,
    SourceState, Sqlite, Time, Write,
};
use glaux::share::datazone::{Cataloguing, Portal};
use glaux::share::{Found, Share};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::account::Accounts;
use crate::datazone::DataZone;
use crate::places::TABLES;
use crate::portal::Direct;
use crate::shelf::Shelved;
use crate::stage::caller;

const FORM: &str = "GlauxTable";
const COLUMNS: &str = "RelationalTableForm";
/// As long as a failure is left alone at most.
const LATER: Duration = Duration::from_hours(2);

struct Stopped(Mutex<Time>);

impl Clock for Stopped {
    fn now(&self) -> Time {
        *self.0.lock().unwrap()
    }
}

struct Desk {
    share: Share,
    register: Register,
    datazone: Arc<DataZone>,
    clock: Arc<Stopped>,
    _folder: TempDir,
}

fn column(name: &str, comment: Option<&str>) -> glaux::register::Column {
    glaux::register::Column { name: name.into(), data_type: "varchar".into(), comment: comment.map(Into::into) }
}

fn found(table: &str, columns: &[&str]) -> Found {
    let columns = columns.iter().map(|name| column(name, (*name == "total").then_some("in cents"))).collect();
    Found { name: connector_core::TableName::new("shop", table), columns }
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("register")).await.unwrap();
        let clock = Arc::new(Stopped(Mutex::new("2030-01-31T12:00:00Z".parse().unwrap())));
        let register = Register::new(Arc::new(store), clock.clone());
        let share = Share::new(register.clone());
        let desk = Self { share, register, datazone: Arc::default(), clock, _folder: folder };
        for id in ["shop", "elsewhere"] {
            let members = [("olga".to_owned(), Membership::Owner)].into();
            desk.add(&Project { id: id.into(), members, state: ProjectState::Active }).await;
            let source = Source {
                id: format!("{id}-db"),
                owner: id.into(),
                engine: "postgres".into(),
                url: "jdbc:postgresql://hidden.example.com:5432/shop".into(),
                administrator: "sources/hidden".into(),
                state: SourceState::Ready,
            };
            desk.add(&source).await;
            desk.map(id, &[found("orders", &["id", "total"]), found("customers", &["id"])]).await;
        }
        desk.publish(&["shop-db.shop.orders", "elsewhere-db.shop.orders"], true).await;
        desk
    }

    async fn add<R: Record>(&self, record: &R) {
        let act = Act { actor: "setup".into(), verb: "add".into(), request: "test".into(), ..Act::default() };
        self.register.write(&act, &[Write::create(record).unwrap()]).await.unwrap();
    }

    async fn map(&self, project: &str, all: &[Found]) {
        self.share.map(&caller("olga"), &format!("{project}-db"), all, &|_| true).await.unwrap();
    }

    async fn publish(&self, ids: &[&str], published: bool) {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.share.publish(&caller("olga"), &ids, published).await.unwrap();
    }

    /// One look at all of it; whether nothing is left to do.
    async fn look(&self) -> bool {
        let portal = Direct(self.datazone.clone());
        let of = Cataloguing { domain: "domain", projects: &["shop".to_owned()] };
        self.share.catalogue(portal.catalogue().unwrap(), of, "clock").await.unwrap()
    }

    /// Looks until nothing is left to do, which must come.
    async fn rest(&self) {
        for _ in 0..10 {
            if self.look().await {
                return;
            }
            self.pass(LATER);
        }
        panic!("{:?}", self.register.list::<Catalogued>(&By::Kind).await.unwrap());
    }

    fn pass(&self, time: Duration) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.after(time);
    }

    async fn known(&self, id: &str) -> Catalogued {
        self.register.get::<Catalogued>(id).await.unwrap().record
    }

    fn written(&self) -> Vec<String> {
        self.datazone.shelf(|shelf| std::mem::take(&mut shelf.written))
    }
}

/// The listing of each of the shop's tables, which the clock alone has put there, each once.
pub async fn listed(accounts: &Accounts) -> BTreeMap<String, String> {
    let of = accounts.register.list::<Catalogued>(&By::Owner("shop".into())).await.unwrap();
    assert!(of.len() == TABLES.len() && of.iter().all(|read| read.record.state == CataloguedState::Listed), "{of:?}");
    let (assets, written) = accounts.datazone.shelf(|shelf| (shelf.assets(), shelf.written.clone()));
    assert_eq!(written.iter().filter(|what| *what == "POST assets").count(), TABLES.len());
    assert!(!accounts.datazone.asked().contains(&accounts.place.server()));
    let listing = |(id, one): (String, Shelved)| {
        let table = one.form(FORM)["table"].as_str().unwrap().to_owned();
        (table, id.replace("asset-", ""))
    };
    assets.into_iter().map(listing).collect()
}

const MADE: [&str; 4] = ["POST form-types", "POST asset-types", "POST assets", "POST listings/change-set"];
const ORDERS: &str = "shop-db.shop.orders";

#[tokio::test]
async fn what_is_published_is_an_asset_of_our_type_and_says_nothing_of_where_it_is() {
    let desk = Desk::new().await;
    assert!(desk.look().await);
    assert_eq!(desk.written(), MADE);
    // What is so is asked for no more.
    let asked = desk.datazone.asked().len();
    assert!(desk.look().await && desk.datazone.asked().len() == asked);
    let assets = desk.datazone.shelf(|shelf| shelf.assets());
    let [(id, orders)] = &assets.into_iter().collect::<Vec<_>>()[..] else { panic!("one asset") };
    assert_eq!(orders.asset["externalIdentifier"], "glaux:domain:shop-db.shop.orders");
    assert_eq!((&orders.asset["owningProjectId"], &orders.asset["name"]), (&json!("shop"), &json!("orders")));
    let table = json!({"engine": "postgres", "source": "shop-db", "schema": "shop", "table": "orders"});
    assert_eq!(orders.form(FORM), table);
    let columns = json!([
        {"columnName": "id", "dataType": "varchar"},
        {"columnName": "total", "dataType": "varchar", "description": "in cents"},
    ]);
    assert_eq!(orders.form(COLUMNS), json!({"tableName": "orders", "columns": columns}));
    assert!(!desk.datazone.asked().contains("hidden"));
    let known = desk.known(ORDERS).await;
    assert_eq!((known.state, known.entity.unwrap().id), (CataloguedState::Listed, id.clone()));
    assert!(desk.register.verify().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_changes_is_revised_and_what_others_added_stays() {
    let desk = Desk::new().await;
    desk.rest().await;
    let own = json!({"formName": "Steward", "typeName": "Steward", "typeRevision": "2", "content": "{\"by\":\"sue\"}"});
    desk.datazone.shelf(|shelf| {
        shelf.change("asset-1", |asset| {
            asset["name"] = json!("All orders");
            asset["description"] = json!("of the shop");
            asset["glossaryTerms"] = json!(["term"]);
            asset["formsOutput"].as_array_mut().unwrap().push(own.clone());
        });
    });
    desk.written();
    desk.map("shop", &[found("orders", &["id", "total", "paid"]), found("customers", &["id"])]).await;
    desk.rest().await;
    assert_eq!(desk.written(), ["POST assets/asset-1/revisions", "POST listings/change-set"]);
    let orders = desk.datazone.shelf(|shelf| shelf.assets())["asset-1"].clone();
    assert_eq!(orders.form(COLUMNS)["columns"].as_array().unwrap().len(), 3);
    assert_eq!(orders.form("Steward"), json!({"by": "sue"}));
    assert_eq!((&orders.asset["name"], &orders.asset["glossaryTerms"]), (&json!("All orders"), &json!(["term"])));
    assert_eq!((&orders.asset["description"], &orders.asset["revision"]), (&json!("of the shop"), &json!("2")));
    assert_eq!(orders.listed.unwrap()["revision"], "2");
}

#[tokio::test]
async fn what_goes_here_goes_there_and_may_come_back() {
    let desk = Desk::new().await;
    desk.publish(&["shop-db.shop.customers"], true).await;
    desk.rest().await;
    desk.written();
    let away = ["POST listings/change-set", "DELETE assets/asset-2"];
    // No longer at its source; no longer published; and with its source.
    desk.map("shop", &[found("customers", &["id"])]).await;
    desk.rest().await;
    assert_eq!(desk.written(), away);
    desk.map("shop", &[found("orders", &["id"]), found("customers", &["id"])]).await;
    desk.rest().await;
    assert_eq!(desk.written(), ["POST assets", "POST listings/change-set"]);
    assert_eq!(desk.known(ORDERS).await.entity.unwrap().id, "asset-3");
    desk.publish(&[ORDERS], false).await;
    desk.rest().await;
    assert_eq!(desk.written(), ["POST listings/change-set", "DELETE assets/asset-3"]);
    desk.share.retire(&caller("olga"), "shop-db").await.unwrap();
    desk.rest().await;
    assert_eq!(desk.written(), ["POST listings/change-set", "DELETE assets/asset-1"]);
    assert!(desk.datazone.shelf(|shelf| shelf.assets()).is_empty());
    for read in desk.register.list::<Catalogued>(&By::Kind).await.unwrap() {
        assert_eq!((read.record.state, read.record.entity), (CataloguedState::Gone, None));
    }
}

/// Whatever was done and not answered is done once.
#[tokio::test]
async fn wherever_it_stops_there_is_one_asset_and_then_none() {
    for is_slow in [false, true] {
        for falls_after in 0..MADE.len() {
            let desk = Desk::new().await;
            desk.datazone.shelf(|shelf| (shelf.is_slow, shelf.falls_after) = (is_slow, Some(falls_after)));
            let portal = Direct(desk.datazone.clone());
            let of = Cataloguing { domain: "domain", projects: &["shop".to_owned()] };
            let stopped = desk.share.catalogue(portal.catalogue().unwrap(), of, "clock").await;
            assert!(!stopped.unwrap_or_default(), "{falls_after}");
            desk.pass(LATER);
            assert!(desk.look().await, "{falls_after}");
            assert_eq!(desk.written(), MADE, "{falls_after}");
            for falls_after in 0..2 {
                desk.publish(&[ORDERS], true).await;
                desk.rest().await;
                desk.written();
                desk.publish(&[ORDERS], false).await;
                desk.datazone.shelf(|shelf| shelf.falls_after = Some(falls_after));
                assert!(!desk.look().await);
                let failed = desk.known(ORDERS).await;
                assert_eq!((failed.failures, failed.error.is_some()), (1, true));
                // Not at once again.
                let asked = desk.datazone.asked().len();
                assert!(!desk.look().await && desk.datazone.asked().len() == asked);
                desk.rest().await;
                let written = desk.written();
                assert!(written[0] == "POST listings/change-set" && written[1].starts_with("DELETE"), "{written:?}");
                assert_eq!(written.len(), 2);
            }
        }
    }
}

/// Made, not yet known here, and no longer wanted: it is found by what it is known by, and taken away.
#[tokio::test]
async fn what_was_made_and_forgotten_is_withdrawn_too() {
    let desk = Desk::new().await;
    desk.datazone.shelf(|shelf| shelf.falls_after = Some(2));
    assert!(!desk.look().await);
    assert_eq!(desk.known(ORDERS).await.entity, None);
    desk.publish(&[ORDERS], false).await;
    desk.rest().await;
    assert!(desk.datazone.shelf(|shelf| shelf.assets()).is_empty());
    assert!(desk.written().contains(&"DELETE assets/asset-1".to_owned()));
}

#[tokio::test]
async fn what_somebody_deletes_there_is_made_again_when_it_changes() {
    let desk = Desk::new().await;
    desk.rest().await;
    desk.datazone.shelf(|shelf| shelf.take("asset-1"));
    desk.map("shop", &[found("orders", &["id"]), found("customers", &["id"])]).await;
    desk.rest().await;
    assert_eq!(desk.known(ORDERS).await.entity.unwrap().id, "asset-2");
    desk.datazone.shelf(|shelf| shelf.take("asset-2"));
    desk.publish(&[ORDERS], false).await;
    desk.rest().await;
    assert_eq!(desk.known(ORDERS).await.state, CataloguedState::Gone);
}

#[tokio::test]
async fn nothing_of_anybody_else_is_touched() {
    let of_others = |external: &str, kind: &str| {
        let forms: Vec<Value> = Vec::new();
        json!({
            "id": "asset-x", "name": "theirs", "typeIdentifier": kind, "typeRevision": "1", "revision": "7",
            "externalIdentifier": external, "owningProjectId": "shop", "domainId": "dzd_1", "formsOutput": forms,
        })
    };
    let ours = "glaux:domain:shop-db.shop.orders";
    // Of another type under our name, and of another register of our type.
    for (external, kind) in [(ours, "Other"), ("glaux:other:shop-db.shop.orders", "GlauxTableAssetType")] {
        let desk = Desk::new().await;
        let theirs = of_others(external, kind);
        desk.datazone.shelf(|shelf| shelf.put("asset-x", theirs.clone()));
        let rests = desk.look().await;
        assert_eq!(rests, external != ours);
        desk.publish(&[ORDERS], false).await;
        desk.rest().await;
        assert_eq!(desk.datazone.shelf(|shelf| shelf.assets())["asset-x"].asset, theirs);
    }
    // Ours no more: somebody has put another in its place.
    let desk = Desk::new().await;
    desk.rest().await;
    desk.datazone.shelf(|shelf| shelf.change("asset-1", |asset| asset["externalIdentifier"] = json!("theirs")));
    desk.written();
    desk.publish(&[ORDERS], false).await;
    assert!(!desk.look().await);
    assert!(desk.written().is_empty() && desk.known(ORDERS).await.error.unwrap().contains("not the one"));
}

#[tokio::test]
async fn a_type_of_our_name_that_is_not_ours_is_left_alone_and_said() {
    let desk = Desk::new().await;
    desk.datazone.shelf(|shelf| shelf.put_form_type(FORM, "structure GlauxTable { owl: String }"));
    let portal = Direct(desk.datazone.clone());
    let of = Cataloguing { domain: "domain", projects: &["shop".to_owned()] };
    let error = desk.share.catalogue(portal.catalogue().unwrap(), of, "clock").await.unwrap_err();
    assert!(error.to_string().contains("form type GlauxTable"), "{error}");
    assert!(desk.written().is_empty());
    let assets = desk.register.list::<Asset>(&By::Kind).await.unwrap();
    assert_eq!(assets.iter().filter(|read| read.record.published).count(), 2);
}
