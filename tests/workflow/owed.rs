//! What DataZone cannot be told at once, it is told later, whatever happens in between; and nobody's access depends on it.

use std::sync::Arc;
use std::time::Duration;

use glaux::grants::{Grants, Step};
use glaux::register::{Grant, GrantState, Subscription};
use glaux::share::datazone::{Portal, read};
use serde_json::Value;

use crate::datazone::{DOMAIN, DataZone};
use crate::places::Place;
use crate::portal::Direct;
use crate::stage::{PROD, SOURCE, Stage, caller};
use crate::support::relay::Relay;

struct Desk {
    stage: Stage,
    datazone: Arc<DataZone>,
    portal: Arc<dyn Portal>,
    grants: Grants,
}

impl Desk {
    async fn new(place: Place) -> Self {
        let (stage, datazone) = (Stage::new(place).await, Arc::<DataZone>::default());
        let portal: Arc<dyn Portal> = Arc::new(Direct(datazone.clone()));
        let grants = stage.grants.clone().with_portal(portal.clone());
        Self { stage, datazone, portal, grants }
    }

    async fn hear(&self, kind: &str, detail: &Value) {
        let news = read(kind, detail, DOMAIN).unwrap();
        self.stage.share.hear(self.portal.as_ref(), DOMAIN, &news, "event").await.unwrap();
    }

    /// Approves a table and has it wanted.
    async fn wanted(&self, number: usize, table: &str) -> String {
        let (subscription, grant) = (format!("s{number}"), format!("g{number}"));
        self.datazone.approve(&subscription, table);
        let wanted = self.datazone.grant(&grant, &subscription);
        self.hear("Subscription Grant Requested", &wanted).await;
        grant
    }

    async fn undone(&self, grant: &str) {
        let undone = self.datazone.undo(grant);
        self.hear("Subscription Grant Revoke Requested", &undone).await;
    }

    /// Lets time pass, and looks after what is due then.
    async fn later(&self, time: Duration) -> usize {
        self.stage.pass(time);
        self.grants.look_after("clock").await.unwrap().grants.len()
    }

    async fn grant(&self) -> Grant {
        self.stage.grant(PROD, SOURCE).await
    }

    fn last(&self, grant: &str) -> String {
        self.datazone.statuses(grant).pop().unwrap()
    }
}

const SOON: Duration = Duration::from_secs(31);

async fn what_is_owed_is_told(place: Place) {
    let server = place.server();
    let relay = Relay::to(server.clone()).await;
    let port = relay.port;
    let desk = Desk::new(place.through(port)).await;
    // A walk that fails is told with its reason, and so is the one that does not.
    drop(relay);
    let g1 = desk.wanted(1, "orders").await;
    let error = desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    assert_eq!(desk.datazone.statuses(&g1), ["GRANT_PENDING", "GRANT_FAILED"]);
    assert_eq!(desk.datazone.cause(&g1), Some(error.to_string()));
    let relay = Relay::at(port, server.clone()).await;
    assert_eq!(desk.later(SOON).await, 1);
    assert_eq!((desk.last(&g1).as_str(), desk.datazone.cause(&g1)), ("GRANTED", None));
    let login = desk.stage.login(&desk.grant().await).await;
    // The same again is not told twice.
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap();
    assert_eq!(desk.datazone.statuses(&g1).len(), 3);
    // An end that fails, too.
    drop(relay);
    desk.undone(&g1).await;
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    assert_eq!(desk.last(&g1), "REVOKE_FAILED");
    let _relay = Relay::at(port, server).await;
    // DataZone is away: what was to end has ended, and that is owed until it hears.
    desk.datazone.set_away(true);
    assert_eq!(desk.later(SOON).await, 1);
    let grant = desk.grant().await;
    assert_eq!((grant.state, grant.untold, grant.error, grant.failures), (GrantState::Absent, 1, None, 0));
    assert!(desk.stage.enter(&desk.stage.place, &login).await.is_err());
    assert_eq!(desk.later(Duration::from_secs(10)).await, 0);
    assert_eq!((desk.later(SOON).await, desk.grant().await.untold), (1, 2));
    desk.datazone.set_away(false);
    assert_eq!((desk.later(2 * SOON).await, desk.grant().await.untold), (1, 0));
    assert_eq!(desk.last(&g1), "REVOKED");
    assert_eq!((desk.grant().await.look_again, desk.later(Duration::from_hours(24)).await), (None, 0));
    what_nobody_has_told_is_told_by_the_next(&desk).await;
    assert!(desk.stage.register.verify().await.unwrap().is_empty());
}

async fn what_nobody_has_told_is_told_by_the_next(desk: &Desk) {
    // Whoever dies between the record and the report owes it to nobody but the register.
    let g2 = desk.wanted(2, "customers").await;
    let dying = Stage::task("the one that dies");
    let steps = Step::ALL.into_iter().take_while(|step| *step != Step::Report);
    Stage::walk(&desk.grants, steps, &dying).await.unwrap();
    assert_eq!((desk.last(&g2).as_str(), desk.later(SOON).await), ("GRANT_PENDING", 1));
    assert_eq!(desk.last(&g2), "GRANTED");
    assert_eq!(desk.later(SOON).await, 0);
    // A table that the source does not have is told as such, whatever else is granted.
    let schema = desk.stage.place.named("{}shop");
    desk.stage.add_asset(SOURCE, &schema, "missing", &["id"]).await;
    let g3 = desk.wanted(3, "missing").await;
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap();
    assert!(desk.last(&g3) == "GRANT_FAILED" && desk.last(&g2) == "GRANTED");
    assert!(desk.datazone.cause(&g3).unwrap().contains("does not have"));
    // What ends here before it was granted there has failed; what was granted is revoked.
    for number in [2, 3] {
        let all = desk.stage.register.list::<Subscription>(&glaux::register::By::Kind).await.unwrap();
        let is_it =
            |one: &&Subscription| one.origin.as_ref().is_some_and(|origin| origin.subscription == format!("s{number}"));
        let id = all.iter().map(|read| &read.record).find(is_it).unwrap().id.clone();
        desk.stage.share.revoke(&caller("olga"), &id, "it is over").await.unwrap();
    }
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap();
    assert_eq!((desk.last(&g2).as_str(), desk.last(&g3).as_str()), ("REVOKED", "GRANT_FAILED"));
    // What it will not hear is told once, and written down.
    let g4 = desk.wanted(4, "orders").await;
    desk.datazone.refuse(&g4);
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap();
    let told = desk.datazone.asked().matches("PATCH").count();
    assert_eq!((desk.last(&g4).as_str(), desk.grant().await.untold), ("GRANT_PENDING", 0));
    let events = desk.stage.register.events(None).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.act.verb == "sub report refused").count(), 1);
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap();
    assert_eq!(desk.datazone.asked().matches("PATCH").count(), told);
}

#[tokio::test]
async fn what_is_owed_is_told_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_is_owed_is_told(place).await;
}

/// An event of an end that never comes: what has ended there has ended here by the next look, and no other.
async fn an_end_that_nobody_hears_of_comes_all_the_same(place: Place) {
    let desk = Desk::new(place).await;
    let grants = [desk.wanted(1, "orders").await, desk.wanted(2, "customers").await, desk.wanted(3, "salaries").await];
    desk.grants.reconcile(PROD, SOURCE, "test").await.unwrap();
    let login = desk.stage.login(&desk.grant().await).await;
    assert_eq!(desk.stage.readable(&desk.stage.place, &login).await.len(), 3);
    desk.datazone.undo(&grants[0]);
    desk.datazone.revoke("s2");
    desk.datazone.undo(&grants[1]);
    desk.datazone.revoke_retaining("s3");
    // Away, it has nothing to say, and nothing ends by that.
    desk.datazone.set_silent(true);
    assert_eq!(desk.later(Duration::from_hours(1)).await, 1);
    assert_eq!(desk.stage.readable(&desk.stage.place, &login).await.len(), 3);
    desk.datazone.set_silent(false);
    assert_eq!(desk.later(Duration::from_hours(1)).await, 1);
    let left: Vec<String> =
        desk.stage.readable(&desk.stage.place, &login).await.into_iter().map(|(table, _)| table).collect();
    assert_eq!(left, ["salaries"]);
    assert_eq!(grants.each_ref().map(|grant| desk.last(grant)), ["REVOKED", "REVOKED", "GRANTED"]);
}

#[tokio::test]
async fn an_end_that_nobody_hears_of_comes_all_the_same_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    an_end_that_nobody_hears_of_comes_all_the_same(place).await;
}
