//! What is seen at a source before anything is planned there: a password that somebody has changed, above all.

use std::time::Duration;

use connector_core::ErrorKind;
use glaux::grants::Step;
use glaux::local::servers::Product;
use glaux::register::{Grant, GrantState};

use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage};

async fn drifts(stage: &Stage) -> Vec<String> {
    let events = stage.register.history::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap();
    events.into_iter().filter(|event| event.act.verb == "grant drift").filter_map(|event| event.act.reason).collect()
}

/// A password that is another's by now is set again by one walk: the one that is kept, so that whoever reads reads on.
pub async fn a_password_that_somebody_changed_is_set_again_by_one_walk(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let login = stage.login(&stage.reconcile(PROD, SOURCE).await).await;
    let mut open = stage.enter(&stage.place, &login).await.unwrap();
    stage.place.change_password(&login.user).await;
    let refused = stage.enter(&stage.place, &login).await.err().expect("it is another's");
    assert_eq!(refused.kind(), ErrorKind::Unauthenticated);
    Stage::walk(&stage.grants, Step::ALL, &Stage::task("one")).await.unwrap();
    let grant = stage.grant(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.verified, grant.generation), (GrantState::Present, true, 1));
    assert_eq!(stage.login(&grant).await, login);
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
    open.schemas().await.expect("what was being read goes on");
    let told = drifts(&stage).await;
    assert!(told.len() == 1 && told[0].contains("password"), "{told:?}");
    // Where it is in order, nothing is mended.
    Stage::walk(&stage.grants, Step::ALL, &Stage::task("two")).await.unwrap();
    assert_eq!((stage.grant(PROD, SOURCE).await.drift, drifts(&stage).await.len()), (Vec::new(), 1));
}

/// Whatever step whoever mends it dies behind, another ends where it would have ended.
pub async fn whoever_dies_over_a_password_is_followed_by_another(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let whole = stage.reconcile(PROD, SOURCE).await;
    let login = stage.login(&whole).await;
    let mut open = stage.enter(&stage.place, &login).await.unwrap();
    for stop in 0..=Step::ALL.len() {
        stage.place.change_password(&login.user).await;
        let steps = Step::ALL.into_iter().take(stop);
        Stage::walk(&stage.grants, steps, &Stage::task("the one that dies")).await.unwrap();
        stage.pass(Duration::from_mins(6));
        stage.reconcile(PROD, SOURCE).await;
        assert_eq!(stage.readable(&stage.place, &login).await.len(), 1, "cut after {stop}");
        let grant = stage.reconcile(PROD, SOURCE).await;
        let end = Grant { observed: whole.observed.clone(), look_again: whole.look_again, ..grant };
        assert_eq!(end, whole, "cut after {stop}");
        assert_eq!(stage.login(&end).await, login, "cut after {stop}");
    }
    assert_eq!(drifts(&stage).await.len(), Step::ALL.len() + 1);
    open.schemas().await.expect("what was being read goes on");
}

/// A password that somebody changes when nobody looks any more is noticed by whoever reads by it, and set again by the next walk.
pub async fn a_password_changed_after_the_survey_is_noticed_by_whoever_reads(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let login = stage.login(&stage.reconcile(PROD, SOURCE).await).await;
    let (task, looked) = (Stage::task("one"), Step::ALL.into_iter().take_while(|step| *step != Step::Verify));
    Stage::walk(&stage.grants, looked, &task).await.unwrap();
    stage.place.change_password(&login.user).await;
    let noticed = stage.grants.step(Step::Verify, &task, None).await.unwrap_err();
    assert_eq!(noticed.kind(), ErrorKind::Conflict, "{noticed}");
    assert_eq!(drifts(&stage).await, [""; 0], "nobody has looked since");
    Stage::walk(&stage.grants, Step::ALL, &task).await.unwrap();
    let grant = stage.grant(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.generation, stage.login(&grant).await), (GrantState::Present, 1, login.clone()));
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
    assert_eq!(drifts(&stage).await.len(), 1);
}

/// A plan is made of what was seen for the same tables, and said once.
pub async fn a_plan_is_made_of_its_own_survey(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    stage.reconcile(PROD, SOURCE).await;
    let task = Stage::task("one");
    Stage::walk(&stage.grants, [Step::Intake, Step::Lease], &task).await.unwrap();
    let survey = stage.grants.step(Step::Survey, &task, None).await.unwrap();
    assert_eq!(stage.grants.step(Step::Plan, &task, None).await.unwrap_err().kind(), ErrorKind::Invalid);
    // Nobody has looked whether the source has what is approved only now.
    stage.approved(PROD, SOURCE, "customers", None).await;
    let early = stage.grants.step(Step::Plan, &task, survey.as_ref()).await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::Conflict, "{early}");
    assert_eq!(stage.grant(PROD, SOURCE).await.desired.len(), 1);
    // A machine may have the same planned twice.
    stage.keeper.discard(&format!("glaux/{PROD}/{SOURCE}")).await.unwrap();
    let lost = stage.grants.step(Step::Survey, &task, None).await.unwrap();
    for _ in 0..2 {
        stage.grants.step(Step::Plan, &task, lost.as_ref()).await.unwrap();
        let grant = stage.grant(PROD, SOURCE).await;
        assert_eq!((grant.generation, grant.verified, grant.desired.len()), (2, false, 2));
    }
}

/// Thousands of rights, more than a record holds by name, are told by the first few of them, since a record that no store takes is
/// one that nobody mends.
#[tokio::test]
async fn more_drift_than_a_record_holds_is_mended_too() {
    const TABLES: usize = 6_000;
    let Some(place) = Place::postgres().await else { return };
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    let (shop, user) = (stage.place.quoted(&stage.place.named("{}shop")), stage.grants.user(&grant, 1));
    let granted = format!(
        "DO $$ BEGIN FOR i IN 1..{TABLES} LOOP EXECUTE format('CREATE TABLE {shop}.%I ()', repeat('long ', 11) || i); END LOOP; END $$;
         GRANT SELECT ON ALL TABLES IN SCHEMA {shop} TO {}",
        stage.place.quoted(&user)
    );
    stage.place.administrator().await.execute(&granted).await.unwrap();
    let mended = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((mended.state, &mended.error), (GrantState::Present, &None));
    let told = drifts(&stage).await;
    assert!(told.len() == 1 && told[0].len() < 4_096, "{} bytes", told[0].len());
    assert!(told[0].starts_with("it may read ") && told[0].contains(" more"), "{}", told[0]);
    let login = stage.login(&mended).await;
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
}

#[tokio::test]
async fn a_password_that_somebody_changed_is_set_again_by_one_walk_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_password_that_somebody_changed_is_set_again_by_one_walk(place).await;
}

#[tokio::test]
async fn a_password_that_somebody_changed_is_set_again_by_one_walk_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_password_that_somebody_changed_is_set_again_by_one_walk(place).await;
}

#[tokio::test]
async fn a_password_that_somebody_changed_is_set_again_by_one_walk_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_password_that_somebody_changed_is_set_again_by_one_walk(place).await;
}

#[tokio::test]
async fn whoever_dies_over_a_password_is_followed_by_another_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    whoever_dies_over_a_password_is_followed_by_another(place).await;
}

#[tokio::test]
async fn whoever_dies_over_a_password_is_followed_by_another_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    whoever_dies_over_a_password_is_followed_by_another(place).await;
}

#[tokio::test]
async fn whoever_dies_over_a_password_is_followed_by_another_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    whoever_dies_over_a_password_is_followed_by_another(place).await;
}

#[tokio::test]
async fn a_plan_is_made_of_its_own_survey_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_plan_is_made_of_its_own_survey(place).await;
}

#[tokio::test]
async fn a_password_changed_after_the_survey_is_noticed_by_whoever_reads_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_password_changed_after_the_survey_is_noticed_by_whoever_reads(place).await;
}

#[tokio::test]
async fn a_password_changed_after_the_survey_is_noticed_by_whoever_reads_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    a_password_changed_after_the_survey_is_noticed_by_whoever_reads(place).await;
}

#[tokio::test]
async fn a_password_changed_after_the_survey_is_noticed_by_whoever_reads_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    a_password_changed_after_the_survey_is_noticed_by_whoever_reads(place).await;
}
