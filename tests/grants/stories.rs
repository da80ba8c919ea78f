//! The stories, each told at every engine that has a server here.

use std::time::Duration;

use connector_core::ErrorKind;
use glaux::grants::Step;
use glaux::local::servers::Product;
use glaux::register::{EnvironmentState, GrantState, SubscriptionState};

use crate::ends::told;
use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage, caller, tables};
use crate::support::relay::Relay;

fn columns(columns: &[&str]) -> Vec<String> {
    columns.iter().map(ToString::to_string).collect()
}

/// From an approval to nothing left: the way it goes when nothing goes wrong.
pub async fn granted_read_revoked_and_gone(place: Place) {
    let stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.verified, grant.generation), (GrantState::Present, true, 1));
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Active);
    let login = stage.login(&grant).await;
    let all = columns(&["customer", "id", "total"]);
    assert_eq!(stage.readable(&stage.place, &login).await, [("orders".to_owned(), all.clone())]);
    let some = stage.approved(PROD, SOURCE, "customers", Some(&["id", "name"])).await;
    stage.approved(PROD, SOURCE, "Se lect", None).await;
    stage.reconcile(PROD, SOURCE).await;
    let expected = [
        ("orders".to_owned(), all),
        ("customers".to_owned(), columns(&["id", "name"])),
        ("Se lect".to_owned(), columns(&["A,b", "c"])),
    ];
    assert_eq!(stage.readable(&stage.place, &login).await, expected);
    stage.revoke(&orders.id).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!(tables(&grant.desired), ["Se lect", "customers"]);
    assert_eq!(stage.readable(&stage.place, &login).await, expected[1..]);
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Closed);
    stage.revoke(&some.id).await;
    stage.share.close(&caller("rita"), PROD).await.unwrap();
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.desired.len()), (GrantState::Absent, 0));
    assert!(stage.users(&stage.place).await.is_empty());
    assert!(!stage.keeper.is_kept(&format!("glaux/{PROD}/{SOURCE}")).await.unwrap());
    let error = stage.enter(&stage.place, &login).await.err().expect("a removed user is let in");
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    let environment = stage.register.get::<glaux::register::Environment>(PROD).await.unwrap().record;
    assert_eq!(environment.state, EnvironmentState::Gone);
    assert!(stage.register.verify().await.unwrap().is_empty());
}

/// Whatever step a worker dies behind, another ends where it would have ended.
pub async fn a_worker_that_dies_anywhere_is_followed_by_another(make: impl AsyncFn() -> Option<Place>) {
    let mut ends = Vec::new();
    for stop in 0..=Step::ALL.len() {
        let Some(place) = make().await else { return };
        let stage = Stage::new(place).await;
        let orders = stage.approved(PROD, SOURCE, "orders", None).await;
        stage.approved(PROD, SOURCE, "customers", Some(&["id"])).await;
        let mut end = Vec::new();
        for act in ["grant", "narrow", "remove"] {
            match act {
                "narrow" => stage.revoke(&orders.id).await,
                "remove" => drop(stage.share.close(&caller("rita"), PROD).await.unwrap()),
                _ => {}
            }
            let dying = Stage::task("the one that dies");
            let steps = Step::ALL.into_iter().take(stop);
            Stage::walk(&stage.grants, steps, &dying).await.unwrap_or_else(|error| panic!("{error}"));
            stage.pass(Duration::from_mins(6));
            stage.reconcile(PROD, SOURCE).await;
            end.push(told(&stage).await);
        }
        assert!(stage.users(&stage.place).await.is_empty(), "cut after {stop}");
        ends.push(end);
    }
    let whole = ends.last().unwrap().clone();
    for (stop, end) in ends.iter().enumerate() {
        assert_eq!(*end, whole, "cut after {stop} steps");
    }
}

/// Approvals at the same moment, for one environment and for two, by workers that know nothing of each other.
pub async fn approvals_at_once_are_all_there(place: Place) {
    let stage = Stage::new(place).await;
    for _ in 0..10 {
        let orders = stage.approved(PROD, SOURCE, "orders", None).await;
        let customers = stage.approved(PROD, SOURCE, "customers", None).await;
        let other = stage.approved("test", SOURCE, "orders", None).await;
        let (one, two, three) = tokio::join!(
            stage.grants.reconcile(PROD, SOURCE, "one"),
            stage.grants.reconcile(PROD, SOURCE, "two"),
            stage.grants.reconcile("test", SOURCE, "three"),
        );
        let grant = one.unwrap();
        assert_eq!(tables(&grant.desired), ["customers", "orders"]);
        assert_eq!(two.unwrap().generation, grant.generation);
        // Each of the two may have read its grant while the other walked; none holds it now.
        assert_eq!(stage.grant(PROD, SOURCE).await.lease, None);
        let login = stage.login(&grant).await;
        let read: Vec<String> =
            stage.readable(&stage.place, &login).await.into_iter().map(|(table, _)| table).collect();
        assert_eq!(read, ["orders", "customers"]);
        assert_eq!(stage.users(&stage.place).await.len(), 2);
        let theirs = stage.login(&three.unwrap()).await;
        assert_eq!(stage.readable(&stage.place, &theirs).await.len(), 1);
        for id in [orders.id, customers.id, other.id] {
            stage.revoke(&id).await;
        }
        let (one, two) =
            tokio::join!(stage.grants.reconcile(PROD, SOURCE, "one"), stage.grants.reconcile("test", SOURCE, "two"),);
        assert_eq!((one.unwrap().state, two.unwrap().state), (GrantState::Absent, GrantState::Absent));
        assert!(stage.users(&stage.place).await.is_empty());
    }
}

/// The same said again changes nothing, and what is over is not over twice.
pub async fn the_same_again_changes_nothing(place: Place) {
    let stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    stage.reconcile(PROD, SOURCE).await;
    let first = told(&stage).await;
    for _ in 0..4 {
        stage.reconcile(PROD, SOURCE).await;
        assert_eq!(told(&stage).await, first);
    }
    stage.revoke(&orders.id).await;
    let again = stage.share.revoke(&caller("olga"), &orders.id, "once more").await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    stage.reconcile(PROD, SOURCE).await;
    let gone = told(&stage).await;
    let again = stage.share.leave(&caller("rita"), &orders.id).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    stage.reconcile(PROD, SOURCE).await;
    assert_eq!(told(&stage).await, gone);
}

/// Two databases of one server, and two sources that are one database: each has a user and a secret of its own.
pub async fn sources_at_one_server_do_not_meet(place: Place, other: Place) {
    let stage = Stage::new(place).await;
    stage.add_source("other-db", &other).await;
    stage.add_source("again-db", &stage.place).await;
    let mut ids = Vec::new();
    for source in [SOURCE, "other-db", "again-db"] {
        ids.push(stage.approved(PROD, source, "orders", None).await.id);
        stage.reconcile(PROD, source).await;
    }
    let (here, there) = (stage.grant(PROD, SOURCE).await, stage.grant(PROD, "other-db").await);
    let again = stage.login(&stage.grant(PROD, "again-db").await).await;
    assert_eq!(stage.readable(&other, &stage.login(&there).await).await.len(), 1);
    let here = stage.login(&here).await;
    assert!(stage.enter(&other, &here).await.is_err() || stage.readable(&other, &here).await.is_empty());
    stage.revoke(&ids[0]).await;
    stage.reconcile(PROD, SOURCE).await;
    assert!(stage.enter(&stage.place, &here).await.is_err());
    assert_eq!(stage.readable(&other, &stage.login(&there).await).await.len(), 1);
    assert_eq!(stage.readable(&stage.place, &again).await.len(), 1);
}

/// Tables that assets name and no database has.
const TAMPERED: [&str; 5] = ["*", "orders; DROP TABLE orders", "orders\" TO PUBLIC; --", "ORDERS_2", "or`ders"];

/// Approves each of them, and one in every schema.
async fn tampered(stage: &Stage) -> Vec<String> {
    let schema = stage.place.named("{}shop");
    let mut ids = Vec::new();
    for (schema, name) in TAMPERED.map(|name| (schema.as_str(), name)).into_iter().chain([("*", "every")]) {
        stage.add_asset(SOURCE, schema, name, &["id"]).await;
        ids.push(stage.approved(PROD, SOURCE, name, None).await.id);
    }
    ids
}

/// Where nothing is asked for but what the database does not have, nothing is done there at all.
pub async fn for_what_the_database_does_not_have_nothing_is_done_there(place: Place) {
    let stage = Stage::new(place).await;
    let asked = tampered(&stage).await;
    let before = stage.place.rights().await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.generation, grant.missing.len()), (GrantState::Absent, 0, asked.len()));
    assert_eq!(stage.place.rights().await, before);
    assert!(stage.users(&stage.place).await.is_empty());
    assert!(!stage.keeper.is_kept(&format!("glaux/{PROD}/{SOURCE}")).await.unwrap());
    // One that it has shows in what was compared.
    stage.approved(PROD, SOURCE, "orders", None).await;
    stage.reconcile(PROD, SOURCE).await;
    assert_ne!(stage.place.rights().await, before);
}

/// Only what the database has is granted, whatever an asset says; the rest is told and waits.
pub async fn what_the_database_does_not_have_is_not_granted(place: Place) {
    let stage = Stage::new(place).await;
    let schema = stage.place.named("{}shop");
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    let tampered = tampered(&stage).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((tables(&grant.desired), grant.state), (vec!["orders"], GrantState::Present));
    let error = grant.error.clone().unwrap();
    assert!(TAMPERED.iter().all(|name| error.contains(name)), "{error}");
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Active);
    for id in &tampered {
        assert_eq!(stage.subscription(id).await.state, SubscriptionState::Approved);
    }
    let login = stage.login(&grant).await;
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
    // What is dropped later is no obstacle to the end.
    let mut administrator = stage.place.administrator().await;
    let table = format!("{}.{}", stage.place.quoted(&schema), stage.place.quoted("orders"));
    administrator.execute(&format!("DROP TABLE {table}")).await.unwrap();
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((tables(&grant.desired), grant.state), (Vec::new(), GrantState::Absent));
    // Nobody looks again and again for what was not there a moment ago.
    assert!(stage.grants.look_after("clock").await.unwrap().grants.is_empty());
    stage.pass(Duration::from_hours(1));
    assert_eq!(stage.grants.look_after("clock").await.unwrap().grants.len(), 1);
    stage.revoke(&orders.id).await;
    for id in &tampered {
        stage.revoke(id).await;
    }
    stage.reconcile(PROD, SOURCE).await;
    assert!(stage.users(&stage.place).await.is_empty());
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Closed);
}

/// What somebody changes by hand is found, told, and mended.
pub async fn drift_is_found_and_mended(place: Place, drifts: &[fn(&str, &str) -> String]) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    let (login, user) = (stage.login(&grant).await, stage.grants.user(&grant, 1));
    for drift in drifts {
        let statement = drift(&stage.place.quoted(&user), &stage.place.quoted(&stage.place.named("{}shop")));
        stage
            .place
            .administrator()
            .await
            .execute(&statement)
            .await
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
        assert!(!stage.grants.look(PROD, SOURCE).await.unwrap().is_empty(), "{statement}");
        let grant = stage.reconcile(PROD, SOURCE).await;
        assert_eq!((grant.state, grant.error), (GrantState::Present, None), "{statement}");
        assert_eq!(stage.grants.look(PROD, SOURCE).await.unwrap(), Vec::<String>::new(), "{statement}");
        let events = stage.register.history::<glaux::register::Grant>(&grant.id).await.unwrap();
        assert!(events.iter().rev().take(6).any(|event| event.act.verb == "grant drift"), "{statement}");
        assert_eq!(stage.readable(&stage.place, &login).await.len(), 1, "{statement}");
        let last = stage.reconcile(PROD, SOURCE).await;
        assert!(last.drift.is_empty(), "{:?}", last.drift);
    }
}

/// A session that is open when access ends, ends; one that reads while the password is rotated reads to its end.
pub async fn a_rotation_lets_sessions_go_on_and_a_revocation_does_not(place: Place) {
    let stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    let first = stage.login(&stage.reconcile(PROD, SOURCE).await).await;
    let mut old = stage.enter(&stage.place, &first).await.unwrap();
    stage.grants.rotate(&Stage::task("rotation")).await.unwrap();
    let grant = stage.reconcile(PROD, SOURCE).await;
    let second = stage.login(&grant).await;
    assert_eq!((grant.generation, second.user != first.user, grant.retires.is_some()), (2, true, true));
    let shop = stage.place.named("{}shop");
    old.table(&connector_core::TableName::new(&shop, "orders")).await.unwrap();
    assert_eq!(stage.readable(&stage.place, &second).await, stage.readable(&stage.place, &first).await);
    // Behind the grace nothing of the old user is left.
    stage.pass(Duration::from_mins(21));
    assert_eq!(stage.grants.look_after("clock").await.unwrap().grants.len(), 1);
    assert!(old.schemas().await.is_err() && stage.enter(&stage.place, &first).await.is_err());
    assert_eq!(stage.users(&stage.place).await, std::slice::from_ref(&second.user));
    // And once more, with both users there when access ends.
    stage.grants.rotate(&Stage::task("rotation")).await.unwrap();
    let third = stage.login(&stage.reconcile(PROD, SOURCE).await).await;
    assert_eq!((third.user == first.user, third.password == first.password), (true, false));
    let mut sessions = Vec::new();
    for login in [&second, &third] {
        sessions.push(stage.enter(&stage.place, login).await.unwrap());
    }
    let began = std::time::Instant::now();
    stage.revoke(&orders.id).await;
    stage.reconcile(PROD, SOURCE).await;
    println!("from revocation to nothing left: {:?}", began.elapsed());
    for mut session in sessions {
        assert!(session.schemas().await.is_err(), "a session goes on");
    }
    assert!(stage.users(&stage.place).await.is_empty());
}

/// An end that comes while the source is away is tried again, and comes.
pub async fn an_end_comes_even_if_the_source_is_away(place: Place) {
    let server = place.server();
    let relay = Relay::to(server.clone()).await;
    let port = relay.port;
    let stage = Stage::new(place.through(port)).await;
    let until = Some(stage.pass(Duration::ZERO).after(Duration::from_hours(1)));
    let orders = stage.approved_until(PROD, SOURCE, "orders", None, until).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    let login = stage.login(&grant).await;
    assert_eq!(grant.ends, until);
    drop(relay);
    stage.pass(Duration::from_hours(1));
    let done = stage.grants.look_after("clock").await.unwrap();
    assert_eq!((done.ended.len(), done.grants.len()), (1, 1));
    assert_eq!(done.grants[0].1.as_ref().unwrap_err().kind(), ErrorKind::Unavailable);
    let grant = stage.grant(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.failures, grant.error.is_some()), (GrantState::Removing, 1, true));
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Ending);
    // Before its time it is not tried, and then it is.
    assert!(stage.grants.look_after("clock").await.unwrap().grants.is_empty());
    stage.pass(Duration::from_secs(31));
    assert_eq!(stage.grants.look_after("clock").await.unwrap().grants.len(), 1);
    let _relay = Relay::at(port, server).await;
    stage.pass(Duration::from_mins(2));
    let done = stage.grants.look_after("clock").await.unwrap();
    assert_eq!(done.grants[0].1.as_ref().unwrap().state, GrantState::Absent);
    assert_eq!(stage.subscription(&orders.id).await.reason.as_deref(), Some("expired"));
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Closed);
    assert!(stage.enter(&stage.place, &login).await.is_err() && stage.users(&stage.place).await.is_empty());
}

/// What is decided while a worker is between two steps is neither recorded as done nor overlooked.
pub async fn what_is_decided_meanwhile_is_not_recorded_as_done(place: Place) {
    let stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    let slow = Stage::task("the one that is slow");
    let walk = async || {
        let steps = Step::ALL.into_iter().take_while(|step| *step != Step::Record);
        Stage::walk(&stage.grants, steps, &slow).await.unwrap_or_else(|error| panic!("{error}"));
    };
    walk().await;
    let customers = stage.approved(PROD, SOURCE, "customers", None).await;
    assert_eq!(stage.grants.step(Step::Record, &slow, None).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(stage.subscription(&customers.id).await.state, SubscriptionState::Approved);
    walk().await;
    stage.grants.step(Step::Record, &slow, None).await.unwrap();
    assert_eq!(stage.subscription(&customers.id).await.state, SubscriptionState::Active);
    let login = stage.login(&stage.grant(PROD, SOURCE).await).await;
    let mut open = stage.enter(&stage.place, &login).await.unwrap();
    walk().await;
    stage.revoke(&orders.id).await;
    assert_eq!(stage.grants.step(Step::Record, &slow, None).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Ending);
    walk().await;
    stage.grants.step(Step::Record, &slow, None).await.unwrap();
    assert_eq!(stage.subscription(&orders.id).await.state, SubscriptionState::Closed);
    // What a session may have begun by the right that is gone does not go on, whatever else it may read.
    assert!(open.schemas().await.is_err(), "a session goes on");
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
    // Whoever was taken for dead does nothing more.
    stage.grants.step(Step::Lease, &slow, None).await.unwrap();
    stage.pass(Duration::from_mins(6));
    stage.grants.step(Step::Lease, &Stage::task("another"), None).await.unwrap();
    for step in Step::ALL.into_iter().filter(|step| !matches!(step, Step::Intake | Step::Lease | Step::Report)) {
        assert_eq!(
            stage.grants.step(step, &slow, None).await.unwrap_err().kind(),
            ErrorKind::Conflict,
            "{}",
            step.name()
        );
    }
}

#[tokio::test]
async fn granted_read_revoked_and_gone_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    granted_read_revoked_and_gone(place).await;
}

#[tokio::test]
async fn granted_read_revoked_and_gone_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    granted_read_revoked_and_gone(place).await;
}

#[tokio::test]
async fn granted_read_revoked_and_gone_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    granted_read_revoked_and_gone(place).await;
}

#[tokio::test]
async fn approvals_at_once_are_all_there_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    approvals_at_once_are_all_there(place).await;
}

#[tokio::test]
async fn approvals_at_once_are_all_there_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    approvals_at_once_are_all_there(place).await;
}

#[tokio::test]
async fn approvals_at_once_are_all_there_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    approvals_at_once_are_all_there(place).await;
}

#[tokio::test]
async fn the_same_again_changes_nothing_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    the_same_again_changes_nothing(place).await;
}

#[tokio::test]
async fn the_same_again_changes_nothing_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    the_same_again_changes_nothing(place).await;
}

#[tokio::test]
async fn the_same_again_changes_nothing_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    the_same_again_changes_nothing(place).await;
}

#[tokio::test]
async fn sources_at_one_server_do_not_meet_on_postgresql() {
    let (Some(place), Some(other)) = (Place::postgres().await, Place::postgres().await) else { return };
    sources_at_one_server_do_not_meet(place, other).await;
}

#[tokio::test]
async fn sources_at_one_server_do_not_meet_on_mariadb() {
    let (Some(place), Some(other)) = (Place::mysql(Product::MariaDb).await, Place::mysql(Product::MariaDb).await)
    else {
        return;
    };
    sources_at_one_server_do_not_meet(place, other).await;
}

#[tokio::test]
async fn sources_at_one_server_do_not_meet_on_mysql() {
    let (Some(place), Some(other)) = (Place::mysql(Product::MySql).await, Place::mysql(Product::MySql).await) else {
        return;
    };
    sources_at_one_server_do_not_meet(place, other).await;
}

#[tokio::test]
async fn what_the_database_does_not_have_is_not_granted_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_the_database_does_not_have_is_not_granted(place).await;
}

#[tokio::test]
async fn what_the_database_does_not_have_is_not_granted_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    what_the_database_does_not_have_is_not_granted(place).await;
}

#[tokio::test]
async fn what_the_database_does_not_have_is_not_granted_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    what_the_database_does_not_have_is_not_granted(place).await;
}

#[tokio::test]
async fn for_what_the_database_does_not_have_nothing_is_done_there_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    for_what_the_database_does_not_have_nothing_is_done_there(place).await;
}

#[tokio::test]
async fn for_what_the_database_does_not_have_nothing_is_done_there_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    for_what_the_database_does_not_have_nothing_is_done_there(place).await;
}

#[tokio::test]
async fn for_what_the_database_does_not_have_nothing_is_done_there_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    for_what_the_database_does_not_have_nothing_is_done_there(place).await;
}

#[tokio::test]
async fn a_rotation_lets_sessions_go_on_and_a_revocation_does_not_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_rotation_lets_sessions_go_on_and_a_revocation_does_not(place).await;
}

#[tokio::test]
async fn a_rotation_lets_sessions_go_on_and_a_revocation_does_not_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_rotation_lets_sessions_go_on_and_a_revocation_does_not(place).await;
}

#[tokio::test]
async fn a_rotation_lets_sessions_go_on_and_a_revocation_does_not_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_rotation_lets_sessions_go_on_and_a_revocation_does_not(place).await;
}

#[tokio::test]
async fn an_end_comes_even_if_the_source_is_away_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    an_end_comes_even_if_the_source_is_away(place).await;
}

#[tokio::test]
async fn an_end_comes_even_if_the_source_is_away_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    an_end_comes_even_if_the_source_is_away(place).await;
}

#[tokio::test]
async fn an_end_comes_even_if_the_source_is_away_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    an_end_comes_even_if_the_source_is_away(place).await;
}

#[tokio::test]
async fn a_worker_that_dies_anywhere_is_followed_by_another_on_postgresql() {
    a_worker_that_dies_anywhere_is_followed_by_another(Place::postgres).await;
}

#[tokio::test]
async fn a_worker_that_dies_anywhere_is_followed_by_another_on_mariadb() {
    a_worker_that_dies_anywhere_is_followed_by_another(async || Place::mysql(Product::MariaDb).await).await;
}

#[tokio::test]
async fn a_worker_that_dies_anywhere_is_followed_by_another_on_mysql() {
    a_worker_that_dies_anywhere_is_followed_by_another(async || Place::mysql(Product::MySql).await).await;
}

#[tokio::test]
async fn drift_is_found_and_mended_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    let drifts: [fn(&str, &str) -> String; 7] = [
        |user, shop| format!("GRANT SELECT ON {shop}.salaries TO {user}"),
        |user, shop| format!("REVOKE SELECT ON {shop}.orders FROM {user}"),
        |user, shop| format!("GRANT INSERT ON {shop}.orders TO {user}"),
        |user, _| format!("ALTER ROLE {user} NOLOGIN"),
        |user, _| format!("ALTER ROLE {user} PASSWORD 'of somebody else'"),
        |user, _| format!("ALTER ROLE {user} CREATEDB"),
        |user, _| format!("DROP OWNED BY {user}; DROP ROLE {user}"),
    ];
    drift_is_found_and_mended(place, &drifts).await;
}

/// The user and the schema's name are quoted.
const MYSQL_DRIFTS: [fn(&str, &str) -> String; 7] = [
    |user, shop| format!("GRANT SELECT ON {shop}.salaries TO {user}"),
    |user, shop| format!("REVOKE SELECT ON {shop}.orders FROM {user}"),
    |user, shop| format!("GRANT INSERT ON {shop}.orders TO {user}"),
    |user, _| format!("ALTER USER {user} ACCOUNT LOCK"),
    |user, _| format!("ALTER USER {user} IDENTIFIED BY 'Of-somebody_else1'"),
    |user, shop| format!("GRANT SELECT ON {}.* TO {user}", shop.replace('_', "\\_")),
    |user, _| format!("DROP USER {user}"),
];

#[tokio::test]
async fn drift_is_found_and_mended_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    drift_is_found_and_mended(place, &MYSQL_DRIFTS).await;
}

#[tokio::test]
async fn drift_is_found_and_mended_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    drift_is_found_and_mended(place, &MYSQL_DRIFTS).await;
}

#[tokio::test]
async fn what_is_decided_meanwhile_is_not_recorded_as_done_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_is_decided_meanwhile_is_not_recorded_as_done(place).await;
}

#[tokio::test]
async fn what_is_decided_meanwhile_is_not_recorded_as_done_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    what_is_decided_meanwhile_is_not_recorded_as_done(place).await;
}

#[tokio::test]
async fn what_is_decided_meanwhile_is_not_recorded_as_done_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    what_is_decided_meanwhile_is_not_recorded_as_done(place).await;
}
