//! Walks of the machine in which something goes wrong, most of it by causes that there are: it is tried again, begun again, or told
//! and done once it can be; and the records end as they do where nothing goes wrong.

use connector_core::ErrorKind;
use glaux::error::athena_error_type;
use glaux::grants::{Step, user_of};
use glaux::register::{By, Grant, GrantState, Record, Register, Subscription, SubscriptionState, Time, Write};
use serde_json::{Value, json};

use crate::account::{Accounts, READER};
use crate::clock::{act, whoever_types_owns};
use crate::dismantle::is_there;
use crate::ends::ends;
use crate::gateway::{Gateway, Lost, between};
use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage};
use crate::support::relay::Relay;
use crate::support::skip;
use crate::support::spelled::{Written, leaks};
use crate::workflow::{Act, DEPLOYED, everything_told, known, readable};

/// What fails and passes.
const PASSES: Lost = Lost::Answer(ErrorKind::Unavailable);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_that_fails_is_tried_again_or_told_and_ends_as_one_that_does_not() {
    let gateway = match Gateway::start().await {
        Ok(gateway) => gateway,
        Err(reason) => return skip("moto", &reason),
    };
    let (Some(place), Some(other)) = (Place::postgres().await, Place::postgres().await) else { return };
    let [granted, ended] = without_failures(other).await;
    let server = place.server();
    let relay = Relay::to(server.clone()).await;
    let port = relay.port;
    let accounts = Accounts::new(gateway, place.through(port)).await;
    whoever_types_owns(&accounts.register, "shop").await;

    Act::Orders.decide(&accounts.share, &accounts.register).await;
    let mut told = what_is_refused_is_told_and_leaves_nothing(&accounts).await;
    what_passes_is_tried_again(&accounts).await;
    assert_eq!(records(&accounts.register, &accounts.place).await, granted);
    let (login, secrets) = (accounts.login(READER).await.unwrap(), known(&accounts).await);
    assert_eq!((readable(&accounts).await, users(&accounts).await), (vec!["orders"], vec![login.user]));
    what_was_done_already_is_walked_again(&accounts).await;
    assert_eq!(records(&accounts.register, &accounts.place).await, granted);

    drop(relay);
    what_ends_while_the_database_is_down_is_told(&accounts).await;
    told.push(Written::new("the table while the database was down", accounts.table().await));
    let _relay = Relay::at(port, server).await;
    it_ends_once_the_database_is_there(&accounts).await;
    assert_eq!(records(&accounts.register, &accounts.place).await, ended);

    let executions = accounts.finished().await;
    let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(states, ["SUCCEEDED", "FAILED", "SUCCEEDED", "SUCCEEDED", "FAILED", "FAILED"], "the last one first");
    assert!(accounts.register.verify().await.unwrap().is_empty());
    told.extend(everything_told(&accounts).await);
    assert!(!secrets.is_empty());
    assert_eq!(leaks(&secrets, &told), [""; 0]);
    let administrator = accounts.place.administrator.password.expose();
    assert!(!accounts.gateway.told().contains(administrator) && !accounts.table().await.contains(administrator));
}

/// The records as they are once it is granted, and once it is over.
async fn without_failures(place: Place) -> [Vec<String>; 2] {
    let stage = Stage::new(place).await;
    Act::Orders.decide(&stage.share, &stage.register).await;
    stage.reconcile(PROD, SOURCE).await;
    let granted = records(&stage.register, &stage.place).await;
    its_end_comes(&stage.register).await;
    stage.grants.look_after("clock").await.unwrap();
    [granted, records(&stage.register, &stage.place).await]
}

/// The records, without when it ends.
async fn records(register: &Register, place: &Place) -> Vec<String> {
    let end = (Subscription::KIND, "ends", "a time, which is brought about here");
    ends(register, place, &[&DEPLOYED[..], &[end]].concat()).await
}

async fn its_end_comes(register: &Register) {
    let all = register.list::<Subscription>(&By::Kind).await.unwrap();
    let live = all.into_iter().find(|read| read.record.is_live()).unwrap();
    let over = Subscription { ends: Some(past(register)), ..live.record.clone() };
    register.write(&act("time passes"), &[Write::update(&live, &over).unwrap()]).await.unwrap();
}

fn past(register: &Register) -> Time {
    Time::from_millis(register.now().millis() - 1)
}

/// An administrator who may not log in, and then one who may make no user, for which a password is in hand by then.
async fn what_is_refused_is_told_and_leaves_nothing(accounts: &Accounts) -> Vec<Written> {
    let ruler = accounts.place.quoted(&accounts.place.administrator.user);
    let (mut owner, mut told) = (accounts.place.owner().await, Vec::new());
    let refused = [
        ("LOGIN", ErrorKind::Unauthenticated, &["Intake", "Lease", "Survey", "Fail"][..]),
        ("CREATEROLE", ErrorKind::Forbidden, &["Intake", "Lease", "Survey", "Plan", "Apply", "Fail"][..]),
    ];
    for (failures, (may, kind, steps)) in (1..).zip(refused) {
        owner.execute(&format!("ALTER ROLE {ruler} NO{may}")).await.unwrap();
        let walk = walked(accounts, &format!("without {may}")).await;
        owner.execute(&format!("ALTER ROLE {ruler} {may}")).await.unwrap();
        let grant = failed(accounts, &walk, kind, steps, failures).await;
        assert!(!grant.verified && grant.state != GrantState::Present, "{grant:?}");
        assert_eq!(subscription(accounts).await.state, SubscriptionState::Approved);
        assert_eq!(users(accounts).await, [""; 0], "{may}");
        assert_eq!(readable(accounts).await, [""; 0], "{may}");
        told.push(Written::new(format!("the table after a walk without {may}"), accounts.table().await));
    }
    told
}

/// What a function does and does not come to tell is done again, and what Lambda does not let run is run: the walk that follows
/// those which have failed ends well.
async fn what_passes_is_tried_again(accounts: &Accounts) {
    let lost = [
        ("Lease", vec![Lost::Answer(ErrorKind::Throttled)]),
        ("Survey", vec![Lost::TurnedAway]),
        ("Apply", vec![PASSES, PASSES]),
        ("Publish", vec![PASSES]),
        ("Verify", vec![Lost::Answer(ErrorKind::TimedOut)]),
        ("Report", vec![PASSES]),
    ];
    let times = |step: &str| 1 + lost.iter().find(|(lost, _)| *lost == step).map_or(0, |(_, lost)| lost.len());
    let expected: Vec<&str> = Step::ALL.iter().flat_map(|step| vec![step.name(); times(step.name())]).collect();
    for (step, lost) in lost {
        accounts.gateway.lose(step, lost);
    }
    let (described, steps) = walked(accounts, "what was refused is allowed").await;
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    assert_eq!(steps, expected);
}

/// A record that is written and not answered for: the second try finds that the grant is nobody's any more, as if somebody else
/// had taken it over, and the steps begin anew.
async fn what_was_done_already_is_walked_again(accounts: &Accounts) {
    accounts.gateway.lose("Record", vec![PASSES]);
    let (described, steps) = walked(accounts, "once more").await;
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    let [intake, walk @ ..] = Step::ALL.map(Step::name);
    let until_record = &walk[..walk.len() - 1];
    assert_eq!(steps, [&[intake][..], until_record, &["Record", "Fail"], &walk].concat());
    assert_eq!(failures(accounts).await, 2, "nothing has failed for good");
}

/// The end that comes now is late, which the register says, the report and an alarm; what was granted is owed.
async fn what_ends_while_the_database_is_down_is_told(accounts: &Accounts) {
    its_end_comes(&accounts.register).await;
    let before = accounts.gateway.invoked().len();
    let executions = accounts.tick("down").await;
    let walk = ended(accounts, &executions, before).await;
    let steps = ["Intake", "Lease", "Survey", "Plan", "Apply", "Apply", "Apply", "Fail"];
    let grant = failed(accounts, &walk, ErrorKind::Unavailable, &steps, 1).await;
    assert_eq!(grant.state, GrantState::Removing);
    let subscription = subscription(accounts).await;
    assert_eq!((subscription.state, subscription.reason.as_deref()), (SubscriptionState::Ending, Some("expired")));
    assert_eq!(failures(accounts).await, 3);
    let (code, told) = late(accounts).await;
    assert_eq!(code, Some(7), "{told}");
    let row: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(row["state"], "ending (expired)", "{row}");
    assert_eq!((&row["failures"], &row["error"]), (&json!("1"), &json!(grant.error)), "{row}");
    assert_eq!(row["subscription"], json!(subscription.id), "{row}");
}

/// By the clock alone, when it is due again.
async fn it_ends_once_the_database_is_there(accounts: &Accounts) {
    let read = accounts.register.get::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap();
    let due = Grant { look_again: Some(past(&accounts.register)), ..read.record.clone() };
    accounts.register.write(&act("time passes"), &[Write::update(&read, &due).unwrap()]).await.unwrap();
    let before = accounts.gateway.invoked().len();
    let executions = accounts.tick("up").await;
    let (described, steps) = ended(accounts, &executions, before).await;
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    assert_eq!(steps, Step::ALL.map(Step::name));
    assert_eq!(users(accounts).await, [""; 0]);
    assert_eq!(readable(accounts).await, [""; 0]);
    let (code, told) = late(accounts).await;
    assert_eq!(code, Some(0), "{told}");
}

/// Has the machine told that there is something to do; how its walk ended.
async fn walked(accounts: &Accounts, cause: &str) -> (Value, Vec<String>) {
    let before = accounts.gateway.invoked().len();
    let executions = accounts.tell(cause).await;
    ended(accounts, &executions, before).await
}

/// How the last of these walks ended, and the steps that were asked for since there were so many invocations.
async fn ended(accounts: &Accounts, executions: &Value, before: usize) -> (Value, Vec<String>) {
    let described = serde_json::from_str(&accounts.described(&executions[0]).await).unwrap();
    let invoked = accounts.gateway.invoked().split_off(before);
    let steps = invoked.iter().map(|one| one.split(' ').nth(1).unwrap().to_owned());
    (described, steps.filter(|step| step != "events").collect())
}

/// That a walk has failed by this kind, in the step before the last, and that the record says why as the machine does.
async fn failed(
    accounts: &Accounts,
    (described, asked): &(Value, Vec<String>),
    kind: ErrorKind,
    steps: &[&str],
    failures: u32,
) -> Grant {
    assert_eq!(described["error"], athena_error_type(kind), "{described}");
    assert!(rings(&described["status"]) && !rings(&json!("SUCCEEDED")), "{described}");
    assert_eq!(asked.as_slice(), steps);
    let cause: Value = serde_json::from_str(described["cause"].as_str().unwrap()).unwrap();
    let grant = grant(accounts).await;
    assert_eq!(grant.error.as_deref(), cause["errorMessage"].as_str());
    let begins = format!("{} of grant {}: ", steps[steps.len() - 2], grant.id);
    assert!(grant.error.as_ref().is_some_and(|error| error.starts_with(&begins)), "{grant:?}");
    assert_eq!((grant.failures, grant.look_again.is_some(), &grant.lease), (failures, true, &None));
    grant
}

/// Whether an alarm of the template counts executions that end so; who hears it is compared by the templates' own test.
fn rings(status: &Value) -> bool {
    // What AWS counts by.
    let metric = match status.as_str() {
        Some("FAILED") => "ExecutionsFailed",
        Some("SUCCEEDED") => "ExecutionsSucceeded",
        _ => panic!("an execution that is {status}"),
    };
    let alarm = between(include_str!("../../infra/grants.yaml"), "\n  FailedAlarm:\n", "\n\n").unwrap();
    let of = "Dimensions: [{Name: StateMachineArn, Value: !Ref Machine}]";
    alarm.contains(&format!("MetricName: {metric}\n"))
        && alarm.contains("Namespace: AWS/States\n")
        && alarm.contains(of)
}

async fn grant(accounts: &Accounts) -> Grant {
    accounts.register.get::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap().record
}

async fn subscription(accounts: &Accounts) -> Subscription {
    accounts.register.list::<Subscription>(&By::Kind).await.unwrap().remove(0).record
}

/// How many walks the register says have failed for good.
async fn failures(accounts: &Accounts) -> usize {
    let history = accounts.register.history::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap();
    history.iter().filter(|event| event.act.verb == "grant failed" && event.act.reason.is_some()).count()
}

/// Which of the grant's two users the database knows.
async fn users(accounts: &Accounts) -> Vec<String> {
    let (grant, mut there) = (grant(accounts).await, Vec::new());
    for generation in [1, 2] {
        let user = user_of("domain", &Grant { generation, ..grant.clone() });
        if is_there(accounts, &user).await {
            there.push(user);
        }
    }
    there
}

/// What is late, to whoever owns the shop.
async fn late(accounts: &Accounts) -> (Option<i32>, String) {
    let typed = accounts.type_in(&["report", "late", "-o", "json"]);
    let ended = tokio::task::spawn_blocking(|| typed.wait_with_output().unwrap()).await.unwrap();
    let told = if ended.stdout.is_empty() { ended.stderr } else { ended.stdout };
    (ended.status.code(), String::from_utf8(told).unwrap())
}
