//! The state machine as it is deployed, walked by moto over three accounts; and the same story by the local loop.

use std::collections::BTreeMap;
use std::path::Path;

use connector_core::{Credential, ErrorKind, Settings, TableName};
use glaux::handler::Embedded;
use glaux::local::servers::Product;
use glaux::register::{
    Asset, By, Environment, EnvironmentState, Event, Grant, GrantState, Record, Register, Source, Subscription,
};
use glaux::share::{Approval, Asking, Share};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::account::{ADMIN, Accounts, CONSUMER, GOVERNANCE, PRODUCER, READER, federation};
use crate::catalogued::listed;
use crate::clock;
use crate::datazone::DOMAIN;
use crate::ends::{LeftOut, ends};
use crate::gateway::Gateway;
use crate::places::Place;
use crate::resolving::shown;
use crate::stage::{PROD, SOURCE, Stage, caller};
use crate::support::lambda::Options;
use crate::support::mysql::PRODUCTS;
use crate::support::packages;
use crate::support::skip;
use crate::support::spelled::{Written, leaks};

const WANTED: &str = "Subscription Grant Requested";
const UNDONE: &str = "Subscription Grant Revoke Requested";

/// What is decided, in order.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Orders,
    Customers,
    EndOrders,
    EndCustomers,
}

const ACTS: [Act; 4] = [Act::Orders, Act::Customers, Act::EndOrders, Act::EndCustomers];

impl Act {
    /// Decides it, whoever may.
    pub async fn decide(self, share: &Share, register: &Register) {
        let (table, columns) = match self {
            Self::Orders | Self::EndOrders => ("orders", None),
            Self::Customers | Self::EndCustomers => ("customers", Some(vec!["id".to_owned(), "name".to_owned()])),
        };
        if matches!(self, Self::Orders | Self::Customers) {
            let assets = register.list::<Asset>(&By::Kind).await.unwrap().into_iter().map(|read| read.record);
            let asset = assets.into_iter().find(|asset| asset.source == SOURCE && asset.table == table).unwrap();
            let asking = Asking {
                consumer: "reports".into(),
                environment: PROD.into(),
                assets: vec![(asset.id, columns)],
                purpose: "a monthly report".into(),
                until: None,
            };
            let asked = share.request(&caller("rita"), &asking).await.unwrap().subscription;
            share.approve(&caller("olga"), &asked.id, &Approval::default()).await.unwrap();
            return;
        }
        let all = register.list::<Subscription>(&By::Kind).await.unwrap();
        let live = all.iter().map(|read| &read.record).find(|one| one.is_live() && one.asked[0].table == table);
        share.revoke(&caller("olga"), &live.unwrap().id, "it is over").await.unwrap();
    }

    /// The tables that can be read from then on.
    fn readable(self) -> &'static [&'static str] {
        match self {
            Self::Orders => &["orders"],
            Self::Customers => &["orders", "customers"],
            Self::EndOrders => &["customers"],
            Self::EndCustomers => &[],
        }
    }
}

/// What records say otherwise on AWS than on one machine.
pub const DEPLOYED: [LeftOut; 2] = [
    (Environment::KIND, "place", "an account, or this machine"),
    (Source::KIND, "administrator", "a secret's ARN, or its name in a folder"),
];

/// How each act ends by the local loop, and what it must tell nobody.
async fn by_the_local_loop(place: Place) -> (Vec<Vec<String>>, Vec<String>) {
    let log = place.is_logged().await;
    let stage = Stage::new(place).await;
    let (mut all, mut secrets, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for act in ACTS {
        act.decide(&stage.share, &stage.register).await;
        let grant = stage.reconcile(PROD, SOURCE).await;
        if grant.state == GrantState::Present {
            secrets.extend(of_login(&stage.place, &stage.login(&grant).await).await);
        }
        all.push(ends(&stage.register, &stage.place, &DEPLOYED).await);
        if matches!(act, Act::Customers) && stage.place.engine == "postgres" {
            errors.push(what_fails_with_a_password_in_hand(&stage).await);
        }
    }
    let mut written = Written::below(stage.folder.path(), "secrets");
    assert!(!written.is_empty());
    let events: Vec<Event> = stage.register.events(None).await.unwrap();
    written.push(Written::new("the local events", serde_json::to_string(&events).unwrap()));
    written.push(Written::new("what went wrong", errors.concat()));
    written.push(Written::new("the records after each act", all.concat().concat()));
    let mut found = leaks(&secrets, &written);
    found.extend(told_at_the_server(&secrets, log.as_deref()));
    assert!(found.is_empty(), "{found:?}");
    secrets.sort();
    secrets.dedup();
    (all, secrets)
}

/// Passwords in what a server has logged of sessions and statements; what it keeps in their place is what it is sent.
fn told_at_the_server(secrets: &[String], log: Option<&Path>) -> Vec<String> {
    let Some(log) = log else { return Vec::new() };
    let passwords: Vec<String> = secrets.iter().filter(|secret| secret.len() == PASSWORD).cloned().collect();
    let logged = std::fs::read(log).unwrap();
    let text = String::from_utf8_lossy(&logged);
    assert!(!passwords.is_empty() && text.contains("/* glaux grants */ ") && text.contains("GRANT SELECT"));
    leaks(&passwords, &[Written::new("the server's log", logged)])
}

/// What the local loop must tell nobody at the other servers that there are.
async fn by_the_other_servers() -> Vec<String> {
    let mut secrets = Vec::new();
    for product in PRODUCTS {
        let Some(place) = Place::mysql(product).await else { continue };
        let told = by_the_local_loop(place).await.1;
        assert_eq!(told.len(), 2, "a password and a hash of {product}");
        secrets.extend(told);
    }
    secrets
}

/// An administrator who may not set a password any more: what the server says of that, and that it is set once they may.
async fn what_fails_with_a_password_in_hand(stage: &Stage) -> String {
    let login = stage.login(&stage.grant(PROD, SOURCE).await).await;
    let ruler = stage.place.quoted(&stage.place.administrator.user);
    let mut owner = stage.place.owner().await;
    stage.place.change_password(&login.user).await;
    owner.execute(&format!("ALTER ROLE {ruler} NOCREATEROLE")).await.unwrap();
    let error = stage.grants.reconcile(PROD, SOURCE, "test").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains("Apply"), "{error}");
    owner.execute(&format!("ALTER ROLE {ruler} CREATEROLE")).await.unwrap();
    stage.reconcile(PROD, SOURCE).await;
    error.to_string()
}

/// A password, and what the database keeps in its place.
async fn of_login(place: &Place, login: &Credential) -> Vec<String> {
    let mut secrets = vec![login.password.expose().to_owned()];
    secrets.extend(place.kept_of(&login.user).await);
    secrets
}

/// What the environment's secret says by now, if it is there, and what must be nowhere else.
pub async fn known(accounts: &Accounts) -> Vec<String> {
    match accounts.login(READER).await {
        Ok(login) => of_login(&accounts.place, &login).await,
        Err(_) => Vec::new(),
    }
}

/// Characters of a password; what servers keep in its place has more.
const PASSWORD: usize = 33;
/// A password and the two keys of SCRAM that PostgreSQL keeps in its place.
const OF_ONE: usize = 3;
/// One password of the local loop and four of the machine's with their keys, and two more of one of each that was set again.
const KEPT: usize = 5 * OF_ONE + 2 * 2;

/// Names the file to which the story, told in a process of its own, writes what must be nowhere else.
const SECRETS: &str = "GLAUX_TEST_SECRETS";

/// Logs everything there is to log, and what is measured as a function of AWS's prints it.
fn tell_everything() {
    let log = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(std::io::stderr);
    let metrics = tracing_subscriber::fmt::layer().event_format(Embedded::new("Glaux"));
    let metrics = metrics.with_filter(Embedded::filter());
    tracing_subscriber::registry().with(log.with_filter(LevelFilter::TRACE)).with(metrics).init();
}

/// Tells the story in a process that logs everything there is to log, and searches all of it.
#[test]
fn the_machine_and_the_local_loop_end_alike_and_tell_no_secret() {
    if std::env::var_os(SECRETS).is_some() {
        tell_everything();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(the_machine_and_the_local_loop_end_alike());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| std::fs::File::create(file(name)).unwrap());
    let mut story = std::process::Command::new(std::env::current_exe().unwrap());
    story.args(["--exact", "workflow::the_machine_and_the_local_loop_end_alike_and_tell_no_secret", "--nocapture"]);
    story.env(SECRETS, file("secrets")).stdout(stdout).stderr(stderr);
    let told = story.status().unwrap();
    let written = ["stdout", "stderr"].map(|name| std::fs::read(file(name)).unwrap());
    let tail = |bytes: &[u8]| String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(4000)..]).into_owned();
    assert!(told.success(), "{}{}", tail(&written[0]), tail(&written[1]));
    print!(
        "{}",
        String::from_utf8_lossy(&written[0]).lines().filter(|line| line.contains("skipped")).collect::<String>()
    );
    let Ok(secrets) = std::fs::read_to_string(file("secrets")) else { return };
    let secrets: Vec<String> = secrets.lines().map(str::to_owned).collect();
    let [stdout, stderr] = written;
    assert!(String::from_utf8_lossy(&stdout).contains("CloudWatchMetrics"), "nothing was measured");
    assert!(secrets.len() >= KEPT && stderr.len() > 100_000, "{} {}", secrets.len(), stderr.len());
    let found = leaks(&secrets, &[Written::new("stdout", stdout), Written::new("the log", stderr)]);
    assert!(found.is_empty(), "{found:?}");
}

async fn the_machine_and_the_local_loop_end_alike() {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let (Some(place), Some(other)) = (Place::postgres().await, Place::postgres().await) else { return };
    let (local, mut secrets) = by_the_local_loop(other).await;
    let others = by_the_other_servers().await;
    let kept = KEPT + others.len();
    secrets.extend(others);
    let log = place.is_logged().await;
    let accounts = Accounts::new(gateway, place).await;
    each_side_does_its_own(&accounts).await;
    let (walked, mut told) = the_machine_ends_as_the_local_loop(&accounts, local, &mut secrets).await;
    secrets.extend(clock::what_is_typed_is_done_and_the_clock_ends_it(&accounts, walked).await);
    secrets.extend(what_datazone_decides_is_done(&accounts, walked + clock::WALKS).await);
    assert!(accounts.register.verify().await.unwrap().is_empty());
    secrets.sort();
    secrets.dedup();
    assert_eq!(secrets.len(), kept);
    told.extend(everything_told(&accounts).await);
    let mut found = leaks(&secrets, &told);
    found.extend(told_at_the_server(&secrets, log.as_deref()));
    assert!(found.is_empty(), "{found:?}");
    if let Some(file) = std::env::var_os(SECRETS) {
        std::fs::write(file, secrets.join("\n")).unwrap();
    }
}

/// What is decided, one after the other, and done by the machine as the local loop has done it; how many walks that were, and what
/// was told on the way.
async fn the_machine_ends_as_the_local_loop(
    accounts: &Accounts,
    local: Vec<Vec<String>>,
    secrets: &mut Vec<String>,
) -> (usize, Vec<Written>) {
    let (mut walked, mut told) = (0, Vec::new());
    for (act, expected) in ACTS.into_iter().zip(local) {
        act.decide(&accounts.share, &accounts.register).await;
        let before = accounts.gateway.invoked().len();
        walked += 1;
        let executions = accounts.tell(&format!("act {walked}")).await;
        let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
        let grant = accounts.register.find::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap();
        let invoked = &accounts.gateway.invoked()[before..];
        assert_eq!(
            states,
            vec!["SUCCEEDED"; walked],
            "{act:?}: {:?}: {invoked:?}",
            grant.map(|read| read.record.error)
        );
        assert_eq!(invoked[1..], walk(), "{act:?}");
        assert_eq!(ends(&accounts.register, &accounts.place, &DEPLOYED).await, expected, "{act:?}");
        assert_eq!(readable(accounts).await, act.readable(), "{act:?}");
        what_is_granted_is_a_catalog_of_athenas(accounts, act.readable()).await;
        secrets.extend(known(accounts).await);
        // What is written over later was there all the same.
        told.push(Written::new(format!("the register's table after {act:?}"), accounts.table().await));
        // The same again starts nothing.
        assert_eq!(accounts.tell(&format!("act {walked}")).await.as_array().unwrap().len(), walked);
        if matches!(act, Act::Customers) {
            walked += 1;
            a_password_that_somebody_changed_is_set_again(accounts, walked, secrets).await;
        }
    }
    (walked, told)
}

/// Where schemas are databases and a password is kept in another form, the machine does the same, by programs as Lambda runs them:
/// that of this build, or one out of the package that `TEST_PACKAGES` names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_machine_and_the_local_loop_end_alike_on_mariadb() {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let (Some(place), Some(other)) = (Place::mysql(Product::MariaDb).await, Place::mysql(Product::MariaDb).await)
    else {
        return;
    };
    let (local, mut secrets) = by_the_local_loop(other).await;
    let folder = tempfile::tempdir().unwrap();
    let package = packages::given("glaux-grants").into_iter().next();
    let program = package.map_or_else(
        || Options::new(env!("CARGO_BIN_EXE_glaux-grants")),
        |package| packages::options(&packages::unpack(&package, folder.path())).0,
    );
    let accounts = Accounts::running(gateway, place, Some(program)).await;
    let (walked, mut told) = the_machine_ends_as_the_local_loop(&accounts, local, &mut secrets).await;
    assert_eq!(walked, ACTS.len() + 1);
    assert!(accounts.register.verify().await.unwrap().is_empty());
    told.extend(everything_told(&accounts).await);
    told.push(Written::new("the log of the programs", accounts.gateway.logs()));
    assert_eq!(leaks(&secrets, &told), [""; 0]);
}

/// By one walk, in which no role of another account writes the register; the secret stays, and whoever reads reads on.
async fn a_password_that_somebody_changed_is_set_again(accounts: &Accounts, walked: usize, secrets: &mut Vec<String>) {
    let login = accounts.login(READER).await.unwrap();
    accounts.place.change_password(&login.user).await;
    let before = accounts.gateway.invoked().len();
    let executions = accounts.tell("somebody has changed a password").await;
    let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(states, vec!["SUCCEEDED"; walked]);
    assert_eq!(accounts.gateway.invoked()[before + 1..], walk());
    assert_eq!(accounts.login(READER).await.unwrap(), login);
    assert_eq!(readable(accounts).await, Act::Customers.readable());
    let history = accounts.register.history::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap();
    assert_eq!(history.iter().filter(|event| event.act.verb == "grant drift").count(), 1);
    secrets.extend(known(accounts).await);
}

/// Approved there, told twice, read here; revoked there, gone here; and an environment that goes takes all with it.
async fn what_datazone_decides_is_done(accounts: &Accounts, mut walked: usize) -> Vec<String> {
    let (datazone, mut secrets) = (&accounts.datazone, Vec::new());
    let mut told = async |kind: &str, detail: &Value, starts: usize| {
        walked += starts;
        let executions = accounts.news("aws.datazone", kind, detail).await;
        let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
        assert_eq!(states, vec!["SUCCEEDED"; walked], "{kind}");
        readable(accounts).await
    };
    // The clock has put into its catalogue what is asked for there.
    let listed = listed(accounts).await;
    let orders = datazone.approve("s-orders", &listed["orders"]);
    assert_eq!(told("Subscription Created", &orders, 1).await, ["orders"]);
    assert_eq!(told("Subscription Created", &orders, 0).await, ["orders"]);
    secrets.extend(known(accounts).await);
    // Its grant is heard of later, told how far it is, and undone.
    let wanted = datazone.grant("g-orders", "s-orders");
    assert_eq!(told(WANTED, &wanted, 1).await, ["orders"]);
    assert_eq!(told(WANTED, &wanted, 0).await, ["orders"]);
    assert_eq!(datazone.statuses("g-orders"), ["GRANT_PENDING", "GRANTED"]);
    let undone = datazone.undo("g-orders");
    assert_eq!(told(UNDONE, &undone, 1).await, [""; 0]);
    assert_eq!(told(UNDONE, &undone, 0).await, [""; 0]);
    assert_eq!(datazone.statuses("g-orders")[2..], ["REVOKE_PENDING", "REVOKE_IN_PROGRESS", "REVOKED"]);
    assert_eq!(told("Subscription Revoked", &datazone.revoke("s-orders"), 1).await, [""; 0]);
    assert_eq!(told("Subscription Created", &orders, 0).await, [""; 0]);
    assert_eq!(told(WANTED, &wanted, 0).await, [""; 0]);
    // The other way round: the grant is heard of before its subscription.
    let customers = datazone.approve("s-customers", &listed["customers"]);
    assert_eq!(told(WANTED, &datazone.grant("g-customers", "s-customers"), 1).await, ["customers"]);
    assert_eq!(told("Subscription Created", &customers, 1).await, ["customers"]);
    assert_eq!(datazone.statuses("g-customers"), ["GRANT_PENDING", "GRANT_IN_PROGRESS", "GRANTED"]);
    secrets.extend(known(accounts).await);
    // What cannot be granted is told why.
    datazone.approve("s-secrets", "secrets");
    assert_eq!(told(WANTED, &datazone.grant("g-secrets", "s-secrets"), 0).await, ["customers"]);
    let cause = datazone.cause("g-secrets").unwrap();
    assert!(datazone.statuses("g-secrets").ends_with(&["GRANT_FAILED".into()]) && cause.contains("secrets"), "{cause}");
    let gone = json!({"metadata": {"domain": DOMAIN}, "data": {"projectId": "reports", "environmentId": PROD}});
    assert_eq!(told("Environment Deletion Started", &gone, 1).await, [""; 0]);
    let environment = accounts.register.get::<Environment>(PROD).await.unwrap().record;
    assert_eq!(environment.state, EnvironmentState::Gone);
    assert_eq!(datazone.statuses("g-customers").last().unwrap(), "REVOKED");
    secrets
}

/// Listed in the environment's account while anything is granted, answered by its function from the secret of the other account,
/// and by no other function.
pub async fn what_is_granted_is_a_catalog_of_athenas(accounts: &Accounts, tables: &[&str]) {
    let (listed, function) = (accounts.gateway.athena().listed(CONSUMER), accounts.federation(READER, PROD));
    let found = shown(&function, &accounts.place, SOURCE).await;
    if tables.is_empty() {
        assert!(listed.is_empty(), "{listed:?}");
        let error = found.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{error}");
    } else {
        assert_eq!(listed, BTreeMap::from([(SOURCE.to_owned(), federation())]));
        assert_eq!(found.unwrap(), tables);
        for (access_key, environment) in [(READER, "test"), (ADMIN, PROD), ("444444444444.other", PROD)] {
            let error =
                shown(&accounts.federation(access_key, environment), &accounts.place, SOURCE).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden), "{access_key}: {error}");
        }
    }
    // Put there once, and left as it was.
    let (policy, revision) = accounts.gateway.athena().policy_of(&federation());
    assert!(policy.contains("OnlyThroughAthena") && revision == "1", "{revision}: {policy}");
}

/// Which account's function does what, in a walk in which nothing goes wrong.
fn walk() -> Vec<String> {
    let steps = [
        (GOVERNANCE, "Intake"),
        (GOVERNANCE, "Lease"),
        (PRODUCER, "Survey"),
        (GOVERNANCE, "Plan"),
        (PRODUCER, "Apply"),
        (PRODUCER, "Publish"),
        (CONSUMER, "Verify"),
        (GOVERNANCE, "Record"),
        (GOVERNANCE, "Report"),
    ];
    steps.map(|(account, step)| format!("{account} {step}")).to_vec()
}

/// What the environment's role can read with what the secret says; nobody else gets to know what it says.
pub async fn readable(accounts: &Accounts) -> Vec<&'static str> {
    for other in ["222222222222.admin", "444444444444.other", "nobody"] {
        accounts.login(other).await.expect_err(other);
    }
    let Ok(login) = accounts.login(READER).await else { return Vec::new() };
    let connector = accounts.place.connector();
    let (endpoint, settings) = (connector.endpoint(&accounts.place.url).unwrap(), Settings::default());
    let mut session = connector.connect(&endpoint, &login, &settings).await.unwrap();
    let mut readable = Vec::new();
    for table in ["orders", "customers", "salaries"] {
        let name = TableName::new(accounts.place.named("{}shop"), table);
        if session.table(&name).await.is_ok() {
            readable.push(table);
        }
    }
    readable
}

/// A function of one side refuses what another's may, by name.
async fn each_side_does_its_own(accounts: &Accounts) {
    for (side, step, needs) in [
        (CONSUMER, "Apply", "producer"),
        (CONSUMER, "Record", "governance"),
        (CONSUMER, "Fail", "governance"),
        (PRODUCER, "Verify", "consumer"),
        (PRODUCER, "Lease", "governance"),
        (PRODUCER, "Plan", "governance"),
        (GOVERNANCE, "Survey", "producer"),
        (GOVERNANCE, "Verify", "consumer"),
    ] {
        let answer = accounts.step(side, step, PROD).await;
        let told = answer["errorMessage"].as_str().unwrap_or_default();
        assert!(answer["errorType"] == "AccessDeniedException" && told.contains(needs), "{side} {step}: {answer}");
    }
    let answer = accounts.step(CONSUMER, "Verify", "another").await;
    assert_eq!(answer["errorType"], "AccessDeniedException", "{answer}");
}

/// Everything that was written down on the way: by the machine, to and by its functions, to DataZone, and in the register.
pub async fn everything_told(accounts: &Accounts) -> Vec<Written> {
    let mut told = vec![
        Written::new("what functions were given and answered", accounts.gateway.told()),
        Written::new("what DataZone was asked", accounts.datazone.asked()),
        Written::new("the register's table", accounts.table().await),
        Written::new("what secrets are called and tagged", accounts.secrets().await),
    ];
    for execution in accounts.finished().await.as_array().unwrap() {
        told.push(Written::new(format!("the history of {execution}"), accounts.history(execution).await));
        told.push(Written::new(format!("what goes in and out of {execution}"), accounts.described(execution).await));
    }
    let events: Vec<Event> = accounts.register.events(None).await.unwrap();
    told.push(Written::new("the events", serde_json::to_string(&events).unwrap()));
    told
}
