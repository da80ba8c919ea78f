//! Stories of what is found only by looking: decisions that nobody has done yet, and what cannot be mended.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result, Secret};
use glaux::grants::Step;
use glaux::register::{Act, Environment, EnvironmentState, GrantState, SubscriptionState, Write};
use glaux::secrets::Keeper;

use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage, caller};
use crate::support::spelled::{Written, leaks};

/// What was decided by somebody who did nothing of it is done by whoever looks next, without waiting for a time.
pub async fn what_is_decided_is_done_by_the_next_look(place: Place) {
    let stage = Stage::new(place).await;
    let orders = stage.approved(PROD, SOURCE, "orders", None).await;
    for (revoked, state, then) in
        [(false, GrantState::Present, SubscriptionState::Active), (true, GrantState::Absent, SubscriptionState::Closed)]
    {
        if revoked {
            stage.revoke(&orders.id).await;
        }
        let done = stage.grants.look_after("clock").await.unwrap();
        assert_eq!(done.grants.len(), 1);
        assert_eq!(done.grants[0].1.as_ref().unwrap().state, state);
        assert_eq!(stage.subscription(&orders.id).await.state, then);
        assert!(stage.grants.look_after("clock").await.unwrap().grants.is_empty());
    }
    assert!(stage.users(&stage.place).await.is_empty());
}

/// What somebody else gave and the administrator may not take away is told by name, and not passed over. Of the statements `{}` is
/// the user.
pub async fn what_cannot_be_taken_away_is_told(place: Place, given: &[&str], told: &str, taken: &[&str]) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    let user = stage.place.quoted(&stage.grants.user(&grant, 1));
    let mut owner = stage.place.owner().await;
    for statement in given {
        owner.execute(&statement.replace("{}", &user)).await.unwrap();
    }
    let error = stage.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains(told), "{error}");
    let grant = stage.grant(PROD, SOURCE).await;
    assert_eq!((grant.failures, grant.error), (1, Some(error.to_string())));
    for statement in taken {
        owner.execute(&statement.replace("{}", &user)).await.unwrap();
    }
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((grant.state, grant.failures, grant.error), (GrantState::Present, 0, None));
}

/// A grant that somebody works on is nobody else's until the time is over that a step may take.
pub async fn what_is_worked_on_is_not_taken_over_before_its_time(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let (one, other) = (Stage::task("one"), Stage::task("other"));
    stage.grants.step(Step::Intake, &one, None).await.unwrap();
    stage.grants.step(Step::Lease, &one, None).await.unwrap();
    let refused = stage.grants.step(Step::Lease, &other, None).await.unwrap_err();
    assert!(refused.kind() == ErrorKind::Throttled && refused.to_string().contains("one"), "{refused}");
    assert_eq!(stage.grants.step(Step::Plan, &other, None).await.unwrap_err().kind(), ErrorKind::Conflict);
    stage.pass(Duration::from_mins(4));
    stage.grants.step(Step::Lease, &one, None).await.unwrap();
    stage.pass(Duration::from_mins(4));
    assert_eq!(stage.grants.step(Step::Lease, &other, None).await.unwrap_err().kind(), ErrorKind::Throttled);
    stage.pass(Duration::from_mins(1));
    stage.grants.step(Step::Lease, &other, None).await.unwrap();
    assert_eq!(stage.grants.step(Step::Plan, &one, None).await.unwrap_err().kind(), ErrorKind::Conflict);
}

/// A password that does not let its user in is not put in force, so whoever reads goes on by the one before.
pub async fn what_does_not_log_in_is_not_put_in_force(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let grant = stage.reconcile(PROD, SOURCE).await;
    let (mut owner, before) = (stage.place.owner().await, stage.place.quoted(&stage.grants.user(&grant, 1)));
    let database = stage.place.quoted(&owner.names("SELECT current_database()").await.unwrap()[0]);
    let ruler = stage.place.quoted(&stage.place.administrator.user);
    for statement in [
        format!("REVOKE CONNECT ON DATABASE {database} FROM PUBLIC"),
        format!("GRANT CONNECT ON DATABASE {database} TO {before}, {ruler}"),
    ] {
        owner.execute(&statement).await.unwrap();
    }
    stage.grants.rotate(&Stage::task("rotation")).await.unwrap();
    stage.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    let found = stage.grants.look(PROD, SOURCE).await.unwrap();
    assert!(!found.iter().any(|found| found.contains("reading by secret")), "{found:?}");
    owner.execute(&format!("GRANT CONNECT ON DATABASE {database} TO PUBLIC")).await.unwrap();
    let grant = stage.reconcile(PROD, SOURCE).await;
    assert_eq!((grant.generation, grant.verified, grant.error), (2, true, None));
    assert_eq!(stage.grants.look(PROD, SOURCE).await.unwrap(), [""; 0]);
}

/// An environment on its way out reads nothing, even if what was granted to it has not been ended yet.
pub async fn an_environment_that_leaves_reads_nothing(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    stage.reconcile(PROD, SOURCE).await;
    let read = stage.register.get::<Environment>(PROD).await.unwrap();
    let leaving = Environment { state: EnvironmentState::Leaving, ..read.record.clone() };
    stage.register.write(&Act::default(), &[Write::update(&read, &leaving).unwrap()]).await.unwrap();
    assert_eq!(stage.reconcile(PROD, SOURCE).await.state, GrantState::Absent);
    assert!(stage.users(&stage.place).await.is_empty());
}

/// A secret that is lost is made anew, with the other user, and not waited for.
pub async fn a_secret_that_is_lost_is_made_anew(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let before = stage.login(&stage.reconcile(PROD, SOURCE).await).await;
    stage.keeper.discard(&format!("glaux/{PROD}/{SOURCE}")).await.unwrap();
    let grant = stage.reconcile(PROD, SOURCE).await;
    let login = stage.login(&grant).await;
    assert_eq!((grant.generation, grant.verified, login.user == before.user), (2, true, false));
    assert_eq!(stage.readable(&stage.place, &login).await.len(), 1);
}

/// An environment is gone with the last of its grants and not before.
pub async fn an_environment_is_gone_with_the_last_of_its_grants(place: Place, other: Place) {
    let stage = Stage::new(place).await;
    stage.add_source("other-db", &other).await;
    for source in [SOURCE, "other-db"] {
        stage.approved(PROD, source, "orders", None).await;
        stage.reconcile(PROD, source).await;
    }
    stage.share.close(&caller("rita"), PROD).await.unwrap();
    for (source, state) in [(SOURCE, EnvironmentState::Leaving), ("other-db", EnvironmentState::Gone)] {
        stage.reconcile(PROD, source).await;
        assert_eq!(stage.register.get::<Environment>(PROD).await.unwrap().record.state, state, "{source}");
    }
}

/// A service that quotes a password where it fails tells it to nobody by us.
pub async fn what_others_say_of_a_password_is_not_repeated(place: Place) {
    let stage = Stage::new(place).await;
    stage.approved(PROD, SOURCE, "orders", None).await;
    let grants = stage.grants_with(Arc::new(Quoting(stage.keeper.clone())));
    let error = grants.reconcile(PROD, SOURCE, "test").await.unwrap_err().to_string();
    let password = stage.login(&stage.grant(PROD, SOURCE).await).await.password;
    let written = [
        Written::new("the error", &error),
        Written::new("the events", format!("{:?}", stage.register.events(None).await.unwrap())),
    ];
    assert!(error.contains("[hidden]"), "{error}");
    assert_eq!(leaks(&[password.expose().to_owned()], &written), [""; 0]);
}

/// A keeper that fails to put a secret in force, and says which.
struct Quoting(Arc<dyn Keeper>);

#[async_trait]
impl Keeper for Quoting {
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        self.0.propose(name, generation, text).await
    }

    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        self.0.read(name, generation).await
    }

    async fn promote(&self, name: &str, generation: u64) -> Result<()> {
        let text = self.0.read(name, generation).await?.unwrap();
        Err(Error::new(ErrorKind::Forbidden, format!("PutSecretValue {}: denied", text.expose())))
    }

    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()> {
        self.0.open_to(name, reader).await
    }

    async fn discard(&self, name: &str) -> Result<()> {
        self.0.discard(name).await
    }

    async fn is_kept(&self, name: &str) -> Result<bool> {
        self.0.is_kept(name).await
    }
}

#[tokio::test]
async fn what_is_decided_is_done_by_the_next_look_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_is_decided_is_done_by_the_next_look(place).await;
}

#[tokio::test]
async fn what_cannot_be_taken_away_is_told_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    let given = [
        "CREATE SCHEMA other",
        "CREATE TABLE other.secrets (id int)",
        "GRANT USAGE ON SCHEMA other TO {}",
        "GRANT SELECT ON other.secrets TO {}",
    ];
    let taken = ["REVOKE ALL ON other.secrets FROM {}", "REVOKE ALL ON SCHEMA other FROM {}"];
    what_cannot_be_taken_away_is_told(place, &given, "other.secrets", &taken).await;
}

#[tokio::test]
async fn what_is_worked_on_is_not_taken_over_before_its_time_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_is_worked_on_is_not_taken_over_before_its_time(place).await;
}

#[tokio::test]
async fn what_does_not_log_in_is_not_put_in_force_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_does_not_log_in_is_not_put_in_force(place).await;
}

#[tokio::test]
async fn an_environment_that_leaves_reads_nothing_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    an_environment_that_leaves_reads_nothing(place).await;
}

#[tokio::test]
async fn a_secret_that_is_lost_is_made_anew_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    a_secret_that_is_lost_is_made_anew(place).await;
}

#[tokio::test]
async fn an_environment_is_gone_with_the_last_of_its_grants_on_postgresql() {
    let (Some(place), Some(other)) = (Place::postgres().await, Place::postgres().await) else { return };
    an_environment_is_gone_with_the_last_of_its_grants(place, other).await;
}

#[tokio::test]
async fn what_others_say_of_a_password_is_not_repeated_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    what_others_say_of_a_password_is_not_repeated(place).await;
}
