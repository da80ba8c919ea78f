//! An environment that comes late: what its project was granted in DataZone before is granted once its deployment is told, at the
//! database, and goes with it; and once it is brought in here, if its deployment was told before.

use connector_core::Administrator;
use glaux::grants::user_of;
use glaux::local::servers::Product;
use glaux::register::{By, Environment, EnvironmentState, Grant, GrantState, Subscription};
use serde_json::{Value, json};

use crate::account::{Accounts, READER};
use crate::catalogued::listed;
use crate::clock::whoever_types_owns;
use crate::datazone::DOMAIN;
use crate::gateway::Gateway;
use crate::places::Place;
use crate::stage::{PROD, SOURCE};
use crate::support::skip;
use crate::workflow::{readable, what_is_granted_is_a_catalog_of_athenas};

const CREATED: &str = "Subscription Created";
const REVOKED: &str = "Subscription Revoked";
const DEPLOYED: &str = "Environment Deployment Completed";
const LEAVES: &str = "Environment Deletion Started";
const NOTHING: [&str; 0] = [];

/// Has DataZone tell something, by which the machine has walked so often by then; and says what can be read from then on.
async fn told(accounts: &Accounts, kind: &str, detail: &Value, walked: usize) -> Vec<&'static str> {
    let executions = accounts.news("aws.datazone", kind, detail).await;
    succeeded(&executions, walked, kind);
    readable(accounts).await
}

fn succeeded(executions: &Value, count: usize, after: &str) {
    let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(states, vec!["SUCCEEDED"; count], "{after}");
}

/// Has it brought in as that is typed, and says what can be read from then on.
async fn typed(accounts: &Accounts, told: &str, walked: usize) -> Vec<&'static str> {
    let typed = accounts.type_environment();
    let ended = tokio::task::spawn_blocking(|| typed.wait_with_output().unwrap()).await.unwrap();
    let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
    assert!(ended.status.success() && said.contains(told) && said.contains("as Environment Added"), "{said}");
    assert_eq!(accounts.take_in().await, 1);
    succeeded(&accounts.finished().await, walked, told);
    readable(accounts).await
}

/// Whether the server knows a user.
async fn is_there(place: &Place, user: &str) -> bool {
    let connector = place.connector();
    let (access, endpoint) = (connector.access().unwrap(), connector.endpoint(&place.url).unwrap());
    let mut administrator = Administrator::enter(access, &endpoint, &place.administrator, "glaux-test").await.unwrap();
    administrator.look(user).await.unwrap().is_there
}

/// Approved while there was no environment, told early and then once it is there; of two, the one that is still approved then.
async fn an_environment_that_comes_late_reads_what_was_approved(place: Place) {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let accounts = Accounts::without_environment(gateway, place, None).await;
    let (datazone, register, place) = (&accounts.datazone, &accounts.register, &accounts.place);
    let user = user_of("domain", &Grant { generation: 1, ..Grant::new(PROD, SOURCE) });
    let environment = json!({"metadata": {"domain": DOMAIN}, "data": {"projectId": "reports", "environmentId": PROD}});
    // The clock puts into its catalogue what is asked for there.
    accounts.tick("1").await;
    let listed = listed(&accounts).await;
    let orders = datazone.approve("s-orders", &listed["orders"]);
    assert_eq!(told(&accounts, CREATED, &orders, 0).await, NOTHING);
    let customers = datazone.approve("s-customers", &listed["customers"]);
    assert_eq!(told(&accounts, CREATED, &customers, 0).await, NOTHING);
    assert_eq!(told(&accounts, REVOKED, &datazone.revoke("s-customers"), 0).await, NOTHING);
    // Before anybody has brought it in, there is nobody to grant to.
    assert_eq!(told(&accounts, DEPLOYED, &environment, 0).await, NOTHING);
    accounts.bring_in().await;
    assert_eq!(readable(&accounts).await, NOTHING);
    assert!(!is_there(place, &user).await && register.list::<Subscription>(&By::Kind).await.unwrap().is_empty());

    assert_eq!(told(&accounts, DEPLOYED, &environment, 1).await, ["orders"]);
    assert!(is_there(place, &user).await);
    assert_eq!(accounts.login(READER).await.unwrap().user, user);
    what_is_granted_is_a_catalog_of_athenas(&accounts, &["orders"]).await;
    // The same again, of the environment or of the subscription, starts nothing.
    assert_eq!(told(&accounts, DEPLOYED, &environment, 1).await, ["orders"]);
    assert_eq!(told(&accounts, CREATED, &orders, 1).await, ["orders"]);

    assert_eq!(told(&accounts, LEAVES, &environment, 2).await, NOTHING);
    assert!(!is_there(place, &user).await);
    what_is_granted_is_a_catalog_of_athenas(&accounts, &[]).await;
    let grant = register.get::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap().record;
    let gone = register.get::<Environment>(PROD).await.unwrap().record;
    assert_eq!((grant.state, gone.state), (GrantState::Absent, EnvironmentState::Gone));
    assert!(register.verify().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_comes_late_reads_what_was_approved_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    an_environment_that_comes_late_reads_what_was_approved(place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_comes_late_reads_what_was_approved_on_mariadb() {
    let Some(place) = Place::mysql(Product::MariaDb).await else { return };
    an_environment_that_comes_late_reads_what_was_approved(place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_comes_late_reads_what_was_approved_on_mysql() {
    let Some(place) = Place::mysql(Product::MySql).await else { return };
    an_environment_that_comes_late_reads_what_was_approved(place).await;
}

/// Deployed when nobody knew it here: who brings it in then waits for no other news.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_is_brought_in_after_its_deployment_reads_what_was_approved() {
    let Some(place) = Place::postgres().await else { return };
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let accounts = Accounts::without_environment(gateway, place, None).await;
    let (datazone, register) = (&accounts.datazone, &accounts.register);
    let environment = json!({"metadata": {"domain": DOMAIN}, "data": {"projectId": "reports", "environmentId": PROD}});
    accounts.tick("1").await;
    let orders = datazone.approve("s-orders", &listed(&accounts).await["orders"]);
    assert_eq!(told(&accounts, CREATED, &orders, 0).await, NOTHING);
    assert_eq!(told(&accounts, DEPLOYED, &environment, 0).await, NOTHING);

    whoever_types_owns(register, "reports").await;
    assert_eq!(typed(&accounts, "env add", 1).await, ["orders"]);
    what_is_granted_is_a_catalog_of_athenas(&accounts, &["orders"]).await;
    // Neither the same command nor the news of its deployment starts anything more.
    assert_eq!(typed(&accounts, "it is so already", 1).await, ["orders"]);
    assert_eq!(told(&accounts, DEPLOYED, &environment, 1).await, ["orders"]);
    assert_eq!(register.list::<Subscription>(&By::Kind).await.unwrap().len(), 1);
    assert!(register.verify().await.unwrap().is_empty());
}
