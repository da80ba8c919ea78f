//! The table on moto, and before a DynamoDB that says what moto never does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, BillingModeSummary, ScalarAttributeType,
};
use serde_json::{Value, json};

use super::super::event::Act;
use super::super::records::{FoundBy, Membership, Project, ProjectState};
use super::super::{Register, Write, suite};
use super::items::{event_key, text};
use super::*;

use crate::stand_ins::aws::{Answer, Asked, Service};
use crate::stand_ins::moto::Moto;
use crate::stand_ins::skip;

fn act() -> Act {
    Act { actor: "alice".into(), verb: "project add".into(), request: "test".into(), ..Act::default() }
}

fn project(id: &str) -> Project {
    let members = BTreeMap::from([("alice".to_owned(), Membership::Owner)]);
    Project { id: id.into(), members, state: ProjectState::Active }
}

/// An empty table of its own.
async fn table(aws: &Aws, name: &str) -> (Dynamo, Register) {
    let store = Dynamo::create_table(aws, name).await.unwrap();
    (store.clone(), suite::register(Arc::new(store)))
}

#[tokio::test]
async fn what_a_table_is_held_to() {
    let moto = match Moto::start().await {
        Ok(moto) => moto,
        Err(reason) => return skip::skip("moto", &reason),
    };
    let aws = Aws::at(&moto.endpoint, "key", "secret");
    a_table_keeps_the_suite(&aws).await;
    what_is_changed_behind_our_back_shows(&aws).await;
    a_write_whose_answer_is_lost_is_known_all_the_same(&aws, &moto).await;
    a_head_is_not_told_before_all_that_it_stands_for_can_be_read(&aws).await;
    what_dynamodb_would_not_take_is_not_sent(&aws).await;
    a_table_is_made_once_and_protected(&aws).await;
    a_table_that_is_missing_or_anothers_or_newer_is_refused(&aws).await;
}

async fn a_table_keeps_the_suite(aws: &Aws) {
    suite::holds(async |name| {
        let stores = [Dynamo::create_table(aws, name).await.unwrap(), Dynamo::open(aws, name).await.unwrap()];
        stores.map(|store| Arc::new(store) as Arc<dyn Store>)
    })
    .await;
}

enum Edit {
    Rewrite,
    Remove,
    Copy,
    CutOff,
}

impl Edit {
    async fn make(&self, store: &Dynamo, key: &Key) {
        let mut found = store.item(key).await.unwrap().unwrap();
        match self {
            Self::Rewrite => {
                let body = found["body"].as_s().unwrap().replace("alice", "mallory");
                found.insert("body".into(), text(body));
            }
            Self::Copy => drop(found.insert("id".into(), text("x"))),
            Self::CutOff => {
                let event = items::read_event(&found).unwrap();
                found = End::item(&event.head(), &[], &[event]);
            }
            Self::Remove => {
                let gone = store.client.delete_item().table_name(&store.table).set_key(Some(items::key(key)));
                drop(gone.send().await.unwrap());
                return;
            }
        }
        put(store, found).await;
    }
}

async fn put(store: &Dynamo, item: Attributes) {
    store.client.put_item().table_name(&store.table).set_item(Some(item)).send().await.unwrap();
}

async fn what_is_changed_behind_our_back_shows(aws: &Aws) {
    let edits = [
        (Edit::Rewrite, event_key(2), "event 2"),
        (Edit::Remove, event_key(2), "event 3"),
        (Edit::CutOff, event_key(2), "event 4"),
        (Edit::Rewrite, Key::of::<Project>("b"), "project b"),
        (Edit::Remove, Key::of::<Project>("b"), "project b"),
        (Edit::Copy, Key::of::<Project>("b"), "project x"),
    ];
    for (number, (edit, key, expected)) in edits.into_iter().enumerate() {
        let (store, register) = table(aws, &format!("edit-{number}")).await;
        suite::three_projects(&register).await;
        assert_eq!(register.verify().await.unwrap(), []);
        edit.make(&store, &key).await;
        let found: Vec<String> = register.verify().await.unwrap().iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "edit {number} of {key}: {found:?}");
    }
    // An event that nobody's head knows is in the way of the next, and that is no race.
    let (store, register) = table(aws, "forged").await;
    suite::three_projects(&register).await;
    let mut forged = store.item(&event_key(3)).await.unwrap().unwrap();
    forged.insert("id".into(), text(event_key(4).id));
    put(&store, forged).await;
    let error = register.write(&act(), &[Write::create(&project("d")).unwrap()]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
}

async fn a_write_whose_answer_is_lost_is_known_all_the_same(aws: &Aws, moto: &Moto) {
    let (_, register) = table(aws, "lost").await;
    let other = suite::register(Arc::new(Dynamo::open(aws, "lost").await.unwrap()));
    // As many as there are attempts, and then the next read tells.
    for lost in 1..=3 {
        moto.lose_answers(lost);
        let id = format!("lost {lost}");
        register.write(&act(), &[Write::create(&project(&id)).unwrap()]).await.unwrap();
        assert_eq!(register.history::<Project>(&id).await.unwrap().len(), 1);
    }
    // Whoever's is lost, the other's may have come in between.
    for round in 0..5 {
        moto.lose_answers(1);
        let [one, two] = ["one", "two"].map(|of| Write::create(&project(&format!("{of} {round}"))).unwrap());
        let (act, one, two) = (act(), [one], [two]);
        let (one, two) = tokio::join!(register.write(&act, &one), other.write(&act, &two));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_ne!(one[0].number, two[0].number);
    }
    moto.lose_answers(0);
    assert_eq!(register.verify().await.unwrap(), []);
    assert_eq!(register.events(None).await.unwrap().len(), 13);
    // The same, asked for by two at the same moment, is not done by both.
    let (act, write) = (act(), [Write::create(&project("twin")).unwrap()]);
    moto.lose_answers(1);
    let (one, two) = tokio::join!(register.write(&act, &write), other.write(&act, &write));
    let conflict = one.err().xor(two.err()).expect("one of them has written it, and not the other");
    assert_eq!(conflict.kind(), ErrorKind::Conflict, "{conflict}");
    moto.lose_answers(0);
}

async fn a_head_is_not_told_before_all_that_it_stands_for_can_be_read(aws: &Aws) {
    let (store, register) = table(aws, "commit").await;
    suite::three_projects(&register).await;
    let told = store.head().await.unwrap();
    // As if the last write had made a record that this reader does not see yet.
    let key = Key::of::<Project>("a");
    let mut head = store.item(&End::key()).await.unwrap().unwrap();
    let made = AttributeValue::M(Attributes::from([(key.to_string(), AttributeValue::N("2".into()))]));
    head.insert("records".into(), made);
    put(&store, head).await;
    let asked = store.clone();
    let waiting = tokio::spawn(async move { asked.head().await });
    let mut record = store.item(&key).await.unwrap().unwrap();
    for _ in 0..5 {
        store.get(&key).await.unwrap();
    }
    assert!(!waiting.is_finished());
    record.insert("version".into(), AttributeValue::N("2".into()));
    put(&store, record).await;
    assert_eq!(waiting.await.unwrap().unwrap(), told);
    Edit::Remove.make(&store, &key).await;
    let error = store.head().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("project a is older or gone"), "{error}");
}

async fn what_dynamodb_would_not_take_is_not_sent(aws: &Aws) {
    let (store, register) = table(aws, "limits").await;
    let large = |number: usize| Project {
        members: BTreeMap::from([("x".repeat(349_000), Membership::Owner)]),
        ..project(&format!("large {number}"))
    };
    let many = (0..50).map(|number| project(&format!("many {number}"))).collect();
    let long = vec![project(&"x".repeat(1020))];
    for (records, expected) in [(many, "101 items"), ((0..12).map(large).collect(), "bytes"), (long, "1 to 1024 bytes")]
    {
        let records: Vec<Project> = records;
        let writes: Vec<Write> = records.iter().map(|record| Write::create(record).unwrap()).collect();
        let error = register.write(&act(), &writes).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(store.head().await.unwrap(), Head::default());
    let most: Vec<Write> = (0..40).map(|number| Write::create(&project(&format!("{number}"))).unwrap()).collect();
    assert_eq!(register.write(&act(), &most).await.unwrap().len(), 40);
    let largest: Vec<Write> = (0..11).map(|number| Write::create(&large(number)).unwrap()).collect();
    register.write(&act(), &largest).await.unwrap();
    assert_eq!(register.list::<Project>(&By::Kind).await.unwrap().len(), 51);
    for id in [String::new(), "x".repeat(1025)] {
        assert!(register.find::<Project>(&id).await.unwrap().is_none());
    }
}

async fn a_table_is_made_once_and_protected(aws: &Aws) {
    let (store, register) = table(aws, "once").await;
    suite::three_projects(&register).await;
    // Somebody has taken its protection off.
    let open = store.client.update_table().table_name("once").deletion_protection_enabled(false);
    open.send().await.unwrap();
    let again = Dynamo::create_table(aws, "once").await.unwrap();
    assert_eq!(again.head().await.unwrap().number, 3);
    let table = store.described().await.unwrap().unwrap();
    assert_eq!(table.deletion_protection_enabled(), Some(true));
    let billing = table.billing_mode_summary().and_then(BillingModeSummary::billing_mode);
    assert_eq!(billing, Some(&BillingMode::PayPerRequest));
    let backups = store.client.describe_continuous_backups().table_name("once").send().await.unwrap();
    let backups = backups.continuous_backups_description.unwrap().point_in_time_recovery_description.unwrap();
    assert_eq!(backups.point_in_time_recovery_status.unwrap().as_str(), "ENABLED");
}

async fn a_table_that_is_missing_or_anothers_or_newer_is_refused(aws: &Aws) {
    let (store, register) = table(aws, "newer").await;
    let error = Dynamo::open(aws, "nowhere").await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("nowhere") && error.hint_text().is_some(), "{error}");
    let gone = Dynamo { table: "nowhere".into(), ..store.clone() };
    let error = gone.head().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("nowhere") && error.hint_text().is_some(), "{error}");

    let attribute = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = aws_sdk_dynamodb::types::KeySchemaElement::builder().attribute_name("pk");
    let key = key.key_type(aws_sdk_dynamodb::types::KeyType::Hash).build().unwrap();
    let letters = store.client.create_table().table_name("letters").attribute_definitions(attribute.build().unwrap());
    letters.key_schema(key).billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    for error in [Dynamo::open(aws, "letters").await.err(), Dynamo::create_table(aws, "letters").await.err()] {
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("table letters is no register: it has no key of kind and id"), "{error}");
    }

    suite::three_projects(&register).await;
    let mut head = store.item(&End::key()).await.unwrap().unwrap();
    head.insert("layout".into(), AttributeValue::N("2".into()));
    put(&store, head).await;
    assert_eq!(Dynamo::open(aws, "newer").await.err().unwrap().kind(), ErrorKind::Unsupported);
}

/// What a transaction is told that is cancelled for these reasons.
fn cancelled(codes: [&str; 3]) -> (u16, Value) {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code, "Message": "told so"})).collect();
    let named = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    (400, json!({"__type": named, "Message": "cancelled", "CancellationReasons": reasons}))
}

fn refused(status: u16, code: &str) -> (u16, Value) {
    (status, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "told so"}))
}

/// Who has moved the chain on meanwhile.
#[derive(Clone, Copy)]
enum Moved {
    Nobody,
    Another,
    This,
}

/// A write before a DynamoDB whose transactions are answered so, the last again and again, and whose table was empty: its
/// outcome, and what was asked.
async fn written(answers: Vec<(u16, Value)>, moved: Moved) -> (Result<bool>, Vec<Asked>) {
    let (told, token) = (AtomicUsize::new(0), Mutex::new(Value::Null));
    let service = Service::start(move |asked| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let (status, body) = match (asked.headers["x-amz-target"].to_str().unwrap(), moved) {
            ("DynamoDB_20120810.TransactWriteItems", _) => {
                *token.lock().unwrap() = body["ClientRequestToken"].clone();
                let number = told.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
                answers[number].clone()
            }
            (_, Moved::Nobody) => (200, json!({})),
            (_, moved) => {
                let by = if matches!(moved, Moved::This) { token.lock().unwrap().clone() } else { json!("another") };
                (200, moved_on(&body, &by))
            }
        };
        Answer::Say(status, body.to_string())
    })
    .await;
    let store = Dynamo::at(&service.aws(), "register").await;
    let body = serde_json::to_string(&project("a")).unwrap();
    let found_by = FoundBy { state: "active".into(), ..FoundBy::default() };
    let item = Item { key: Key::of::<Project>("a"), version: 1, found_by, body };
    let event = Event::follow(&Head::default(), &act(), suite::start(), None, &item);
    let outcome = store.write(&[item], &[event], &Head::default()).await;
    (outcome, service.asked())
}

/// What a read is told when one event is there, of this write.
fn moved_on(asked: &Value, by: &Value) -> Value {
    let event = json!({"kind": {"S": "event"}, "id": {"S": event_key(1).id}, "write": {"S": by}});
    let one = json!({"N": "1"});
    let head = json!({
        "kind": {"S": "head"}, "id": {"S": "head"}, "number": one, "first": one, "layout": one, "hash": {"S": "h"},
        "records": {"M": {}},
    });
    match &asked["Key"]["kind"]["S"] {
        Value::String(kind) if kind == "head" => json!({"Item": head}),
        Value::String(_) => json!({"Item": event}),
        _ => json!({"Responses": {"register": [event]}, "UnprocessedKeys": {}}),
    }
}

#[tokio::test]
async fn a_write_is_called_lost_only_if_it_never_can_be_found_there() {
    let lost = cancelled(["ConditionalCheckFailed", "None", "None"]);
    let contended = cancelled(["TransactionConflict", "None", "None"]);
    for refusal in [lost.clone(), contended.clone()] {
        let (outcome, asked) = written(vec![refusal], Moved::Another).await;
        assert!(!outcome.unwrap());
        assert_eq!(asked.len(), 1);
    }
    // The first attempt may have been done, or may yet be.
    for unknown in [refused(500, "InternalServerError"), refused(400, "TransactionInProgressException")] {
        let (outcome, asked) = written(vec![unknown.clone(), contended.clone()], Moved::Nobody).await;
        let error = outcome.unwrap_err();
        assert!(error.to_string().contains("whether it was written is not known"), "{error}");
        assert!(error.is_retryable() && asked.len() == 3, "{error}");
        for refusal in [lost.clone(), contended.clone(), unknown.clone()] {
            let answers = vec![unknown.clone(), refusal];
            assert!(!written(answers.clone(), Moved::Another).await.0.unwrap());
            assert!(written(answers, Moved::This).await.0.unwrap());
        }
        let (outcome, asked) = written(vec![unknown, (200, json!({}))], Moved::Nobody).await;
        assert!(outcome.unwrap());
        let token = |asked: &Asked| serde_json::from_slice::<Value>(&asked.body).unwrap()["ClientRequestToken"].clone();
        assert!(asked.len() == 2 && token(&asked[0]) == token(&asked[1]) && token(&asked[0]).is_string());
    }
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    for (refusal, kind, attempts) in [
        (cancelled(["None", "ThrottlingError", "None"]), ErrorKind::Throttled, 3),
        (refused(400, "ProvisionedThroughputExceededException"), ErrorKind::Throttled, 3),
        (refused(400, "ThrottlingException"), ErrorKind::Throttled, 3),
        (refused(400, "AccessDeniedException"), ErrorKind::Forbidden, 1),
        (refused(400, "ResourceNotFoundException"), ErrorKind::NotFound, 1),
        (cancelled(["None", "None", "ItemCollectionSizeLimitExceeded"]), ErrorKind::TooLarge, 1),
        (cancelled(["None", "ValidationError", "None"]), ErrorKind::Invalid, 1),
        // The record's or the event's condition fails though the chain ends where it did.
        (cancelled(["None", "ConditionalCheckFailed", "None"]), ErrorKind::Corrupt, 2),
    ] {
        let (outcome, asked) = written(vec![refusal.clone()], Moved::Nobody).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), asked.len()), (kind, attempts), "{refusal:?}: {error}");
        assert!(error.to_string().contains("table register"), "{error}");
        let hint = error.hint_text().unwrap_or_default();
        assert!(kind != ErrorKind::Forbidden || hint.contains("PutItem"), "{error}");
    }
}
