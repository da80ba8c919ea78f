//! Requests as they are made and decided, over a register in a file.

mod announcing;
mod keeping;
mod naming;
mod telling;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::*;
use crate::register::suite::{Stopped, start};
use crate::register::{
    Asset, AssetState, By, Column, EnvironmentState, Fault, Place, ProjectState, Scope, Source, SourceState, Sqlite,
    Verdict, Versioned,
};

const DAY: Duration = Duration::from_hours(24);

/// Two projects: the shop, whose owners are olga and otto, and reports, with rita as owner, mia and max as members; olga is a
/// member of reports too.
pub(super) struct Stage {
    pub(super) share: Share,
    clock: Arc<Stopped>,
    _folder: TempDir,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("register")).await.unwrap();
        let clock = Arc::new(Stopped(Mutex::new(start())));
        let share = Share::new(Register::new(Arc::new(store), clock.clone()));
        let stage = Self { share, clock, _folder: folder };
        stage.fill().await;
        stage
    }

    async fn fill(&self) {
        let owner = |name: &str| (name.to_owned(), Membership::Owner);
        let member = |name: &str| (name.to_owned(), Membership::Member);
        let project = |id: &str, members| Project { id: id.into(), members, state: ProjectState::Active };
        self.add(&project("shop", BTreeMap::from([owner("olga"), owner("otto")]))).await;
        let reports = [owner("rita"), member("mia"), member("max"), member("olga")];
        self.add(&project("reports", BTreeMap::from(reports))).await;
        self.add(&project("others", BTreeMap::from([owner("eve")]))).await;
        for (id, project) in [("prod", "reports"), ("test", "reports"), ("theirs", "others")] {
            let (place, state) = (Place::Local, EnvironmentState::Active);
            self.add(&Environment { id: id.into(), project: project.into(), place, state }).await;
        }
        let source = Source {
            id: "shop-db".into(),
            owner: "shop".into(),
            engine: "postgres".into(),
            url: "jdbc:postgresql://h/shop".into(),
            administrator: "shop/admin".into(),
            state: SourceState::Ready,
        };
        self.add(&source).await;
        for (table, published) in [("orders", true), ("customers", true), ("salaries", false)] {
            let column = |name: &str| Column { name: name.into(), data_type: "varchar".into(), comment: None };
            let asset = Asset {
                id: format!("shop-db.shop.{table}"),
                source: "shop-db".into(),
                owner: "shop".into(),
                schema: "shop".into(),
                table: table.into(),
                columns: ["id", "name", "email"].map(column).to_vec(),
                description: None,
                published,
                state: AssetState::Present,
            };
            self.add(&asset).await;
        }
    }

    pub(super) async fn add<R: Record>(&self, record: &R) {
        let act = caller("setup").act("add", None, None);
        self.share.register.write(&act, &[Write::create(record).unwrap()]).await.unwrap();
    }

    pub(super) async fn set<R: Record>(&self, id: &str, make: impl FnOnce(&mut R)) {
        let read = self.share.register.get::<R>(id).await.unwrap();
        let mut record = read.record.clone();
        make(&mut record);
        let act = caller("grants").act("record", None, None);
        self.share.register.write(&act, &[Write::update(&read, &record).unwrap()]).await.unwrap();
    }

    async fn requested(&self, tables: &[&str]) -> Subscription {
        self.share.request(&caller("mia"), &asking(tables)).await.unwrap().subscription
    }

    pub(super) async fn read(&self, id: &str) -> Versioned<Subscription> {
        self.share.register.get::<Subscription>(id).await.unwrap()
    }

    async fn verbs(&self, id: &str) -> Vec<String> {
        let events = self.share.register.history::<Subscription>(id).await.unwrap();
        events.into_iter().map(|event| format!("{} {}", event.act.actor, event.act.verb)).collect()
    }

    fn pass(&self, time: Duration) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.after(time);
    }
}

fn caller(actor: &str) -> Caller {
    Caller { actor: actor.into(), request: "test".into() }
}

fn asking(tables: &[&str]) -> Asking {
    Asking {
        consumer: "reports".into(),
        environment: "prod".into(),
        assets: tables.iter().map(|table| (format!("shop-db.shop.{table}"), None)).collect(),
        purpose: "a monthly report".into(),
        until: None,
    }
}

fn scope(table: &str, columns: Option<&[&str]>) -> Scope {
    let columns = columns.map(|columns| columns.iter().map(|column| (*column).to_owned()).collect());
    Scope { schema: "shop".into(), table: table.into(), columns }
}

fn kind<T: std::fmt::Debug>(outcome: Result<T>) -> ErrorKind {
    outcome.unwrap_err().kind()
}

#[tokio::test]
async fn a_request_goes_to_whoever_owns_the_tables_and_is_granted_in_part() {
    let stage = Stage::new().await;
    let asked = stage.requested(&["orders", "customers"]).await;
    assert_eq!((asked.owner.as_str(), asked.state), ("shop", SubscriptionState::Requested));
    let narrow = vec![scope("orders", None), scope("customers", Some(&["id", "name"]))];
    let until = Some(start().after(DAY * 90));
    let approval = Approval { scope: Some(narrow.clone()), until, note: Some("no addresses".into()) };
    let done = stage.share.approve(&caller("otto"), &asked.id, &approval).await.unwrap();
    assert_eq!(done.subscription, stage.read(&asked.id).await.record);
    let Subscription { granted, ends, state, decisions, .. } = done.subscription;
    assert_eq!((granted.len(), ends, state), (2, until, SubscriptionState::Approved));
    assert!(narrow.iter().all(|scope| granted.contains(scope)));
    assert_eq!((decisions[0].by.as_str(), decisions[0].verdict, decisions[0].at), ("otto", Verdict::Approved, start()));
    assert_eq!(stage.verbs(&asked.id).await, ["mia request create", "otto request approve"]);
}

#[tokio::test]
async fn what_is_open_is_not_asked_for_twice_and_what_is_over_is_followed_by_a_new_one() {
    let stage = Stage::new().await;
    let first = stage.requested(&["orders"]).await;
    assert_eq!(kind(stage.share.request(&caller("max"), &asking(&["customers", "orders"])).await), ErrorKind::Conflict);
    let elsewhere = Asking { environment: "test".into(), ..asking(&["orders"]) };
    stage.share.request(&caller("max"), &elsewhere).await.unwrap();
    stage.share.approve(&caller("olga"), &first.id, &Approval::default()).await.unwrap();
    let before = stage.read(&first.id).await;
    assert_eq!(kind(stage.share.request(&caller("mia"), &asking(&["orders"])).await), ErrorKind::Conflict);
    assert_eq!(stage.read(&first.id).await, before);
    stage.set::<Subscription>(&first.id, |made| made.state = SubscriptionState::Closed).await;
    let closed = stage.read(&first.id).await;
    let second = stage.requested(&["orders"]).await;
    assert_eq!(second.previous.as_ref(), Some(&first.id));
    assert_eq!(stage.read(&first.id).await, closed);
    stage.share.withdraw(&caller("mia"), &second.id).await.unwrap();
    assert_eq!(stage.requested(&["orders"]).await.previous, Some(second.id));
}

#[tokio::test]
async fn two_that_ask_at_once_make_one_request() {
    let stage = Stage::new().await;
    let ask = |actor: &str| {
        let (share, caller) = (stage.share.clone(), caller(actor));
        tokio::spawn(async move { share.request(&caller, &asking(&["orders"])).await })
    };
    let tasks: Vec<_> = ["mia", "max", "rita", "mia", "max"].into_iter().map(ask).collect();
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(stage.share.register.list::<Subscription>(&By::Kind).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_denial_keeps_its_note_and_who_decided_and_grants_nothing() {
    let stage = Stage::new().await;
    let asked = stage.requested(&["orders"]).await;
    assert_eq!(kind(stage.share.deny(&caller("otto"), &asked.id, "  ").await), ErrorKind::Invalid);
    let denied = stage.share.deny(&caller("otto"), &asked.id, "ask sales first").await.unwrap().subscription;
    assert_eq!((denied.state, denied.reason.as_deref()), (SubscriptionState::Closed, Some("denied")));
    assert_eq!((denied.granted.len(), denied.decisions[0].note.as_deref()), (0, Some("ask sales first")));
    assert_eq!(denied.decisions[0].by, "otto");
    for outcome in [
        stage.share.approve(&caller("otto"), &asked.id, &Approval::default()).await,
        stage.share.withdraw(&caller("mia"), &asked.id).await,
        stage.share.revoke(&caller("otto"), &asked.id, "late").await,
    ] {
        assert_eq!(kind(outcome), ErrorKind::Conflict);
    }
}

#[tokio::test]
async fn nobody_asks_or_decides_for_others_or_on_their_own_and_each_attempt_is_an_event() {
    let stage = Stage::new().await;
    assert_eq!(kind(stage.share.request(&caller("eve"), &asking(&["orders"])).await), ErrorKind::Forbidden);
    let stolen = Asking { environment: "theirs".into(), ..asking(&["orders"]) };
    assert_eq!(kind(stage.share.request(&caller("mia"), &stolen).await), ErrorKind::Forbidden);
    let attempts = stage.share.register.history::<Project>("reports").await.unwrap();
    let refused = attempts.iter().filter(|event| event.act.verb == "request create refused");
    assert_eq!(refused.map(|event| event.act.actor.as_str()).collect::<Vec<_>>(), ["eve", "mia"]);
    let own = stage.share.request(&caller("olga"), &asking(&["orders"])).await.unwrap().subscription;
    for actor in ["olga", "rita", "eve", "nobody"] {
        let approving = stage.share.approve(&caller(actor), &own.id, &Approval::default()).await;
        assert_eq!(kind(approving), ErrorKind::Forbidden, "{actor}");
    }
    for outcome in [
        stage.share.deny(&caller("mia"), &own.id, "no").await,
        stage.share.withdraw(&caller("mia"), &own.id).await,
        stage.share.amend(&caller("olga"), &own.id, &Amendment::Until(None), None).await,
    ] {
        assert_eq!(kind(outcome), ErrorKind::Forbidden);
    }
    assert_eq!(stage.read(&own.id).await.version, 1);
    let refused = stage.verbs(&own.id).await.into_iter().filter(|verb| verb.ends_with("refused")).count();
    assert_eq!(refused, 7);
    stage.share.approve(&caller("otto"), &own.id, &Approval::default()).await.unwrap();
    for outcome in [
        stage.share.revoke(&caller("rita"), &own.id, "mine").await,
        stage.share.leave(&caller("otto"), &own.id).await,
        stage.share.renew(&caller("eve"), &own.id, None, "more").await,
    ] {
        assert_eq!(kind(outcome), ErrorKind::Forbidden);
    }
    assert_eq!(kind(stage.share.close(&caller("mia"), "prod").await), ErrorKind::Forbidden);
    assert_eq!(stage.share.register.verify().await.unwrap(), [] as [Fault; 0]);
}

#[tokio::test]
async fn no_more_is_granted_than_was_asked_for() {
    let stage = Stage::new().await;
    let some = Asking {
        assets: vec![("shop-db.shop.orders".into(), Some(vec!["id".into(), "name".into()]))],
        until: Some(start().after(DAY * 10)),
        ..asking(&[])
    };
    let asked = stage.share.request(&caller("mia"), &some).await.unwrap().subscription;
    let to = |scope: Vec<Scope>| Approval { scope: Some(scope), ..Approval::default() };
    let until = |days: u32| Approval { until: Some(start().after(DAY * days)), ..Approval::default() };
    for more in [
        to(vec![scope("orders", None)]),
        to(vec![scope("orders", Some(&["id", "email"]))]),
        to(vec![scope("customers", Some(&["id"]))]),
        to(vec![scope("orders", Some(&[]))]),
        to(vec![scope("orders", Some(&["id"])), scope("orders", Some(&["name"]))]),
        to(vec![]),
        until(11),
        Approval { until: Some(start()), ..Approval::default() },
    ] {
        let outcome = stage.share.approve(&caller("otto"), &asked.id, &more).await;
        assert_eq!(kind(outcome), ErrorKind::Invalid, "{more:?}");
    }
    stage.share.approve(&caller("otto"), &asked.id, &until(5)).await.unwrap();
    let amend = async |amendment: Amendment| stage.share.amend(&caller("otto"), &asked.id, &amendment, None).await;
    assert_eq!(kind(amend(Amendment::Until(None)).await), ErrorKind::Invalid);
    assert_eq!(kind(amend(Amendment::Scope(vec![scope("orders", None)])).await), ErrorKind::Invalid);
    amend(Amendment::Scope(vec![scope("orders", Some(&["id"]))])).await.unwrap();
    // More time takes both: one asks, another grants.
    stage.share.renew(&caller("max"), &asked.id, Some(start().after(DAY * 30)), "next month too").await.unwrap();
    assert_eq!(stage.read(&asked.id).await.record.ends, Some(start().after(DAY * 5)));
    let longer = amend(Amendment::Until(Some(start().after(DAY * 30)))).await.unwrap().subscription;
    assert_eq!((longer.ends, longer.granted), (Some(start().after(DAY * 30)), vec![scope("orders", Some(&["id"]))]));
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_told_apart() {
    let stage = Stage::new().await;
    let ask = async |asking: Asking| kind(stage.share.request(&caller("mia"), &asking).await);
    assert_eq!(ask(asking(&["salaries"])).await, ErrorKind::NotFound);
    assert_eq!(ask(asking(&["nothing"])).await, ErrorKind::NotFound);
    assert_eq!(ask(asking(&[])).await, ErrorKind::Invalid);
    assert_eq!(ask(asking(&["orders", "orders"])).await, ErrorKind::Invalid);
    assert_eq!(ask(Asking { purpose: " ".into(), ..asking(&["orders"]) }).await, ErrorKind::Invalid);
    assert_eq!(ask(Asking { until: Some(start()), ..asking(&["orders"]) }).await, ErrorKind::Invalid);
    let column = |name: &str| vec![("shop-db.shop.orders".to_owned(), Some(vec![name.to_owned()]))];
    assert_eq!(ask(Asking { assets: column("ssn"), ..asking(&[]) }).await, ErrorKind::NotFound);
    stage.set::<Asset>("shop-db.shop.orders", |asset| asset.state = AssetState::Missing).await;
    assert_eq!(ask(asking(&["orders"])).await, ErrorKind::Conflict);
    stage.set::<Environment>("prod", |environment| environment.state = EnvironmentState::Leaving).await;
    assert_eq!(ask(asking(&["customers"])).await, ErrorKind::Conflict);
}

#[tokio::test]
async fn it_ends_by_whoever_asked_by_whoever_owns_and_by_the_clock() {
    let stage = Stage::new().await;
    let live = async |tables: &[&str], until: Option<Time>| {
        let asked = stage.requested(tables).await;
        let approval = Approval { until, ..Approval::default() };
        stage.share.approve(&caller("otto"), &asked.id, &approval).await.unwrap().subscription.id
    };
    let left = live(&["orders"], None).await;
    let ended = stage.share.leave(&caller("max"), &left).await.unwrap().subscription;
    assert_eq!((ended.state, ended.reason.as_deref()), (SubscriptionState::Ending, Some("left")));
    // What is being taken away is still there, so it is not asked for again yet.
    assert_eq!(kind(stage.share.request(&caller("mia"), &asking(&["orders"])).await), ErrorKind::Conflict);
    let revoked = live(&["customers"], None).await;
    let ended = stage.share.revoke(&caller("olga"), &revoked, "moved").await.unwrap().subscription;
    assert_eq!((ended.state, ended.reason.as_deref()), (SubscriptionState::Ending, Some("revoked")));
    for id in [&left, &revoked] {
        stage.set::<Subscription>(id, |made| made.state = SubscriptionState::Closed).await;
    }
    let expiring = live(&["orders"], Some(start().after(DAY * 3))).await;
    let undecided = stage.requested(&["customers"]).await.id;
    let clock = Caller::clock("tick");
    assert_eq!(stage.share.expire(&clock).await.unwrap(), []);
    stage.pass(DAY * 3);
    let ended = stage.share.expire(&clock).await.unwrap();
    assert_eq!(ended.iter().map(|ended| ended.id.as_str()).collect::<Vec<_>>(), [expiring.as_str()]);
    assert_eq!(ended[0].reason.as_deref(), Some("expired"));
    stage.pass(DAY * 11);
    let ended = stage.share.expire(&clock).await.unwrap();
    assert_eq!((ended.len(), ended[0].id.as_str()), (1, undecided.as_str()));
    assert_eq!(ended[0].state, SubscriptionState::Closed);
    assert_eq!(stage.share.expire(&clock).await.unwrap(), []);
    assert_eq!(stage.verbs(&undecided).await, ["mia request create", "glaux expire"]);
}

#[tokio::test]
async fn an_environment_that_is_removed_takes_all_it_was_granted_with_it() {
    let stage = Stage::new().await;
    let granted = stage.requested(&["orders"]).await.id;
    stage.share.approve(&caller("otto"), &granted, &Approval::default()).await.unwrap();
    let waiting = stage.requested(&["customers"]).await.id;
    let elsewhere = Asking { environment: "test".into(), ..asking(&["orders"]) };
    let elsewhere = stage.share.request(&caller("mia"), &elsewhere).await.unwrap().subscription.id;
    assert_eq!(stage.share.close(&caller("rita"), "prod").await.unwrap().len(), 3);
    let now = async |id: &str| stage.read(id).await.record.state;
    assert_eq!(now(&granted).await, SubscriptionState::Ending);
    assert_eq!(now(&waiting).await, SubscriptionState::Closed);
    assert_eq!(now(&elsewhere).await, SubscriptionState::Requested);
    let environment = stage.share.register.get::<Environment>("prod").await.unwrap().record;
    assert_eq!(environment.state, EnvironmentState::Leaving);
    assert_eq!(stage.share.close(&caller("rita"), "prod").await.unwrap(), []);
}

#[tokio::test]
async fn however_much_is_due_at_once_all_of_it_ends() {
    let stage = Stage::new().await;
    let template = stage.requested(&["orders"]).await;
    for number in 0..100 {
        stage.add(&Subscription { id: format!("sub-{number}"), ..template.clone() }).await;
    }
    stage.pass(LAPSE);
    assert_eq!(stage.share.expire(&Caller::clock("tick")).await.unwrap().len(), 101);
    let template = Subscription { state: SubscriptionState::Active, ..template };
    for number in 0..100 {
        stage.add(&Subscription { id: format!("live-{number}"), ..template.clone() }).await;
    }
    assert_eq!(stage.share.close(&caller("rita"), "prod").await.unwrap().len(), 101);
}
