//! A decision as it is typed, which the workflow carries out; and what the schedule alone makes of it.

use std::time::Duration;

use glaux::register::{
    Act, Asset, By, Grant, GrantState, Membership, Project, Register, Subscription, SubscriptionState, Time, Write,
};
use glaux::share::Asking;
use serde_json::Value;

use crate::account::{Accounts, GOVERNANCE};
use crate::stage::{PROD, SOURCE, caller};
use crate::workflow::{known, readable};

/// How often the machine walks here.
pub const WALKS: usize = 2;

/// Typed by somebody whom AWS knows, told on the bus, done by the machine and waited for; announced once; and ended by the clock.
pub async fn what_is_typed_is_done_and_the_clock_ends_it(accounts: &Accounts, walked: usize) -> Vec<String> {
    let register = &accounts.register;
    let id = asked(accounts).await;
    let mut typed = accounts.type_in(&["request", "approve", &id, "--wait"]);
    while accounts.take_in().await == 0 {
        assert!(typed.try_wait().unwrap().is_none(), "it does not wait");
    }
    succeeded(&accounts.finished().await, walked + 1);
    let ended = tokio::task::spawn_blocking(|| typed.wait_with_output().unwrap()).await.unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success(), "{told}");
    assert!(told.contains("is present: 1 table readable, tried"), "{told}");
    assert_eq!(readable(accounts).await, ["orders"]);
    let secrets = known(accounts).await;

    // It ends within a day, which is told once however often the clock ticks; and nothing is to be walked.
    succeeded(&accounts.tick("1").await, walked + 1);
    assert_eq!(accounts.take_in().await, 1, "the announcement, which a rule that lets everything through brings back");
    succeeded(&accounts.tick("2").await, walked + 1);
    assert_eq!(accounts.take_in().await, 0);
    let history = register.history::<Subscription>(&id).await.unwrap();
    let announced: Vec<_> = history.iter().filter(|event| event.act.verb == "sub announced").collect();
    assert_eq!(announced.len(), 1);
    assert_eq!((announced[0].act.actor.as_str(), announced[0].act.request.as_str()), ("glaux", "clock 1"));

    let read = register.get::<Subscription>(&id).await.unwrap();
    let over = Subscription { ends: Some(Time::from_millis(register.now().millis() - 1)), ..read.record.clone() };
    register.write(&act("time passes"), &[Write::update(&read, &over).unwrap()]).await.unwrap();
    succeeded(&accounts.tick("3").await, walked + WALKS);
    assert_eq!(readable(accounts).await, [""; 0]);
    let ended = register.get::<Subscription>(&id).await.unwrap().record;
    assert_eq!((ended.state, ended.reason.as_deref()), (SubscriptionState::Closed, Some("expired")));
    let grant = register.get::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap().record;
    assert_eq!(grant.state, GrantState::Absent);
    // The same tick again, as a queue may bring it, starts nothing.
    succeeded(&accounts.tick("3").await, walked + WALKS);
    secrets
}

/// A request for orders until tomorrow, of a shop that whoever types owns.
async fn asked(accounts: &Accounts) -> String {
    let register = &accounts.register;
    whoever_types_owns(register, "shop").await;
    let assets = register.list::<Asset>(&By::Kind).await.unwrap();
    let orders = assets.into_iter().map(|read| read.record).find(|asset| asset.table == "orders").unwrap();
    let asking = Asking {
        consumer: "reports".into(),
        environment: PROD.into(),
        assets: vec![(orders.id, None)],
        purpose: "a monthly report".into(),
        until: Some(register.now().after(Duration::from_hours(20))),
    };
    accounts.share.request(&caller("rita"), &asking).await.unwrap().subscription.id
}

pub async fn whoever_types_owns(register: &Register, project: &str) {
    let read = register.get::<Project>(project).await.unwrap();
    let mut owned = read.record.clone();
    owned.members.insert(format!("{GOVERNANCE}/user/moto"), Membership::Owner);
    register.write(&act("project member"), &[Write::update(&read, &owned).unwrap()]).await.unwrap();
}

fn succeeded(executions: &Value, count: usize) {
    let states: Vec<&Value> = executions.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(states, vec!["SUCCEEDED"; count]);
}

pub fn act(verb: &str) -> Act {
    Act { actor: "setup".into(), verb: verb.into(), request: "test".into(), ..Act::default() }
}
