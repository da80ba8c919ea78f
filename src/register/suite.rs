//! What every store is held to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use connector_core::ErrorKind;

use super::*;

/// A clock that stands still until it is moved.
pub(crate) struct Stopped(pub(crate) Mutex<Time>);

impl Clock for Stopped {
    fn now(&self) -> Time {
        *self.0.lock().unwrap()
    }
}

pub(crate) fn start() -> Time {
    "2030-01-31T12:00:00Z".parse().unwrap()
}

pub(super) fn register(store: Arc<dyn Store>) -> Register {
    Register::new(store, Arc::new(Stopped(Mutex::new(start()))))
}

fn act(verb: &str) -> Act {
    Act { actor: "alice".into(), verb: verb.into(), request: "test".into(), ..Act::default() }
}

fn project(id: &str) -> Project {
    let members = BTreeMap::from([("alice".to_owned(), Membership::Owner)]);
    Project { id: id.into(), members, state: ProjectState::Active }
}

pub(super) async fn three_projects(register: &Register) {
    for id in ["a", "b", "c"] {
        register.write(&act("project add"), &[Write::create(&project(id)).unwrap()]).await.unwrap();
    }
}

fn subscription(id: &str, ends: Option<Time>) -> Subscription {
    Subscription {
        id: id.into(),
        owner: "shop".into(),
        source: "shop-db".into(),
        consumer: "reports".into(),
        environment: "reports-prod".into(),
        requester: "bob".into(),
        purpose: "a monthly report".into(),
        asked: vec![Scope { schema: "shop".into(), table: "orders".into(), columns: None }],
        asked_until: None,
        lapses: start(),
        decisions: Vec::new(),
        granted: Vec::new(),
        ends,
        state: SubscriptionState::Active,
        reason: None,
        previous: None,
        origin: None,
        announced: None,
    }
}

/// Holds a store to all of it; `open` opens the same register twice, a new and empty one for each name.
pub(super) async fn holds(open: impl AsyncFn(&'static str) -> [Arc<dyn Store>; 2]) {
    let [one, other] = open("records").await.map(register);
    a_record_is_written_once_and_then_version_by_version(&one, &other).await;
    all_or_nothing_is_written(&one).await;
    writers_at_once_lose_nothing(&one, &other).await;
    let [one, other] = open("decisions").await.map(register);
    decisions_at_once_lose_nothing(&one, &other).await;
    let [one, other] = open("lists").await.map(register);
    lists_are_complete_however_many_pages_they_are(&one).await;
    assert_eq!(other.verify().await.unwrap(), []);
    let [one, other] = open("due").await.map(register);
    what_is_due_comes_in_its_order(&one).await;
    more_than_a_megabyte_is_listed(&one).await;
    assert_eq!(other.verify().await.unwrap(), []);
}

async fn a_record_is_written_once_and_then_version_by_version(one: &Register, other: &Register) {
    assert_eq!(one.get::<Project>("shop").await.unwrap_err().kind(), ErrorKind::NotFound);
    let shop = project("shop");
    let events = one.write(&act("project add"), &[Write::create(&shop).unwrap()]).await.unwrap();
    assert_eq!((events.len(), events[0].number, events[0].version, events[0].before.as_ref()), (1, 1, 1, None));
    let again = other.write(&act("project add"), &[Write::create(&shop).unwrap()]).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Conflict);
    let read = other.get::<Project>("shop").await.unwrap();
    assert_eq!(read, Versioned { record: shop, version: 1 });
    let archived = Project { state: ProjectState::Archived, ..read.record.clone() };
    let write = Write::update(&read, &archived).unwrap();
    let events = other.write(&act("project archive"), std::slice::from_ref(&write)).await.unwrap();
    assert_eq!(events[0].act.verb, "project archive");
    assert_eq!(one.get::<Project>("shop").await.unwrap(), Versioned { record: archived, version: 2 });
    let late = one.write(&act("project archive"), &[write]).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Conflict);
    let history = one.history::<Project>("shop").await.unwrap();
    assert_eq!(history.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        (history[1].before.as_ref(), history[1].previous.as_str()),
        (Some(&history[0].after), &*history[0].hash)
    );
    assert_eq!(history[0].at, start());
}

async fn all_or_nothing_is_written(one: &Register) {
    let before = one.events(None).await.unwrap().len();
    let writes = [Write::create(&project("new")).unwrap(), Write::create(&project("shop")).unwrap()];
    assert_eq!(one.write(&act("both"), &writes).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(one.find::<Project>("new").await.unwrap().is_none());
    assert_eq!(one.events(None).await.unwrap().len(), before);
    let writes = [Write::create(&project("new")).unwrap(), Write::create(&project("newer")).unwrap()];
    let events = one.write(&act("both"), &writes).await.unwrap();
    assert_eq!(events[1].previous, events[0].hash);
    let large = Project { id: "x".repeat(400_000), ..project("x") };
    assert_eq!(Write::create(&large).err().unwrap().kind(), ErrorKind::TooLarge);
}

async fn writers_at_once_lose_nothing(one: &Register, other: &Register) {
    let joining = |register: Register, name: String| async move {
        loop {
            let read = register.get::<Project>("new").await.unwrap();
            let mut joined = read.record.clone();
            joined.members.insert(name.clone(), Membership::Member);
            match register.write(&act("project member"), &[Write::update(&read, &joined).unwrap()]).await {
                Ok(_) => return,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
            }
        }
    };
    let tasks: Vec<_> = (0..4)
        .map(|number| {
            let register = if number % 2 == 0 { one.clone() } else { other.clone() };
            tokio::spawn(joining(register, format!("member {number}")))
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(one.get::<Project>("new").await.unwrap().record.members.len(), 5);
    // Those that write different records are not in each other's way, though all add to one chain.
    let apart = (0..4).map(|number| {
        let register = if number % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move {
            let write = Write::create(&project(&format!("apart {number}"))).unwrap();
            register.write(&act("project add"), &[write]).await.unwrap();
        })
    });
    for task in apart.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(other.verify().await.unwrap(), []);
}

async fn lists_are_complete_however_many_pages_they_are(one: &Register) {
    let all: Vec<String> = (0..120).map(|number| format!("sub-{number:03}")).collect();
    let write = |id: &String| {
        let ended = Subscription { state: SubscriptionState::Closed, ..subscription(id, None) };
        let of_another = Subscription { consumer: "another".into(), ..ended.clone() };
        Write::create(if id.ends_with('7') { &of_another } else { &ended }).unwrap()
    };
    one.write(&act("project add"), &[Write::create(&project("shop")).unwrap()]).await.unwrap();
    // As many as one decision writes.
    for some in all.chunks(40) {
        let writes: Vec<Write> = some.iter().map(write).collect();
        one.write(&act("request create"), &writes).await.unwrap();
    }
    assert_eq!(one.history::<Subscription>("sub-119").await.unwrap().len(), 1);
    assert_eq!(one.events(None).await.unwrap().len(), 121);
    let ids = async |by: By| -> Vec<String> {
        let found = one.list::<Subscription>(&by).await.unwrap();
        found.into_iter().map(|found| found.record.id).collect()
    };
    assert_eq!(ids(By::Kind).await, all);
    assert_eq!(ids(By::State("closed".into())).await, all);
    assert_eq!(ids(By::Owner("shop".into())).await, all);
    assert_eq!(ids(By::Consumer("another".into())).await.len(), 12);
    assert_eq!(ids(By::Consumer("reports".into())).await.len(), 108);
    assert_eq!(ids(By::State("active".into())).await, [""; 0]);
    assert_eq!(one.list::<Project>(&By::Owner("shop".into())).await.unwrap().len(), 1);
    // Pages that end anywhere, also with the last there is.
    for by in [By::Kind, By::State("closed".into()), By::Owner("shop".into())] {
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = one.store.list("subscription", &by, after, 8).await.unwrap();
            paged.extend(page.items.into_iter().map(|item| item.key.id));
            match page.next {
                None => break,
                next => after = next,
            }
        }
        assert_eq!(paged, all, "{by:?}");
    }
}

async fn what_is_due_comes_in_its_order(one: &Register) {
    let day = |days: u64| start().after(Duration::from_secs(days * 86_400));
    for (id, ends) in [("later", day(3)), ("first", day(1)), ("second", day(2)), ("also second", day(2))] {
        one.write(&act("approve"), &[Write::create(&subscription(id, Some(ends))).unwrap()]).await.unwrap();
    }
    let due = async |by: Time| -> Vec<String> {
        let found = one.list::<Subscription>(&By::Due(by)).await.unwrap();
        found.into_iter().map(|found| found.record.id).collect()
    };
    assert_eq!(due(day(0)).await, [""; 0]);
    assert_eq!(due(day(2)).await, ["first", "also second", "second"]);
    let read = one.get::<Subscription>("first").await.unwrap();
    let ended = Subscription { state: SubscriptionState::Ending, ..read.record.clone() };
    one.write(&act("expire"), &[Write::update(&read, &ended).unwrap()]).await.unwrap();
    assert_eq!(due(day(3)).await, ["also second", "second", "later"]);
}

/// Each decision counts what the others have written, by a list and by a record, and adds one to both.
async fn decisions_at_once_lose_nothing(one: &Register, other: &Register) {
    const TASKS: usize = 3;
    const EACH: usize = 4;
    one.write(&act("project add"), &[Write::create(&project("counter")).unwrap()]).await.unwrap();
    let count = |register: Register| async move {
        let read = register.get::<Project>("counter").await?;
        let listed = register.list::<Subscription>(&By::Consumer("counted".into())).await?.len();
        let mut counted = read.record.clone();
        counted.members.insert(format!("member {}", counted.members.len()), Membership::Member);
        let found = subscription(&format!("counted {listed}"), None);
        let found = Write::create(&Subscription { consumer: "counted".into(), ..found })?;
        Ok((vec![found, Write::update(&read, &counted)?], ()))
    };
    let tasks = (0..TASKS).map(|number| {
        let register = if number % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move {
            for _ in 0..EACH {
                register.decide(&act("count"), || count(register.clone()).boxed()).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let listed = other.list::<Subscription>(&By::Consumer("counted".into())).await.unwrap();
    assert_eq!(listed.len(), TASKS * EACH);
    assert_eq!(other.get::<Project>("counter").await.unwrap().record.members.len(), 1 + TASKS * EACH);
}

/// More than a store may give at once, and than its pages hold.
async fn more_than_a_megabyte_is_listed(one: &Register) {
    let large = |number: usize| Subscription {
        consumer: "large".into(),
        purpose: "x".repeat(100_000),
        ..subscription(&format!("large {number:02}"), None)
    };
    let writes: Vec<Write> = (0..12).map(|number| Write::create(&large(number)).unwrap()).collect();
    let because = Some("y".repeat(100_000));
    one.write(&Act { reason: because.clone(), ..act("request create") }, &writes).await.unwrap();
    let events = one.events(None).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.act.reason == because).count(), 12);
    let is_whole = |found: &Versioned<Subscription>| found.record.purpose.len() == 100_000;
    for by in [By::Consumer("large".into()), By::Kind] {
        let found = one.list::<Subscription>(&by).await.unwrap();
        assert_eq!(found.iter().filter(|found| is_whole(found)).count(), 12, "{by:?}");
    }
}
