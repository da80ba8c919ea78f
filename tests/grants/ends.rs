//! How things stand where a story has ended, told so that two walks can be compared: records and secrets, without what differs
//! between any two.

use glaux::register::{By, Environment, Grant, Record, Register, Source, Subscription};
use serde_json::{Value, json};

use crate::places::Place;
use crate::stage::{PROD, SOURCE, Stage};

/// A kind of record, a key wherever it stands in one, and why it is left out.
pub type LeftOut = (&'static str, &'static str, &'static str);

/// All that is left out of records. Their versions and the events are beside them, and not told at all.
const LEFT_OUT: [LeftOut; 7] = [
    (Subscription::KIND, "id", "made at random"),
    (Subscription::KIND, "previous", "the id of another, made at random"),
    (Subscription::KIND, "lapses", "a time: so long after it was asked for"),
    (Subscription::KIND, "at", "a time: when it was decided"),
    (Grant::KIND, "at", "a time: when it was looked at"),
    (Grant::KIND, "look_again", "a time: so long after it was looked at"),
    (Grant::KIND, "lease", "who works on it, and until when"),
];

/// What the records say of one environment's access to one source: what was asked for and decided, the grant, the environment and
/// the source; without what is left out besides.
pub async fn ends(register: &Register, place: &Place, besides: &[LeftOut]) -> Vec<String> {
    let asked = register.list::<Subscription>(&By::Consumer("reports".into())).await.unwrap();
    let mut told: Vec<String> = asked.iter().map(|read| line(&read.record, besides)).collect();
    told.sort();
    told.push(line(&register.get::<Grant>(&Grant::id_of(PROD, SOURCE)).await.unwrap().record, besides));
    told.push(line(&register.get::<Environment>(PROD).await.unwrap().record, besides));
    told.push(line(&register.get::<Source>(SOURCE).await.unwrap().record, besides));
    // Each walk has a database of its own, or schemas with a prefix of their own.
    told.iter().map(|line| line.replace(&place.url, "its URL").replace(&place.prefix, "")).collect()
}

/// How a stage stands: its records, and what its keeper has of secrets.
pub async fn told(stage: &Stage) -> Vec<String> {
    let mut told = ends(&stage.register, &stage.place, &[]).await;
    told.extend(kept(stage).await);
    told
}

/// The secrets of a stage, but for what they say: their generations, which of them is in force, and whether they are discarded.
/// The keeper's files have no tags.
async fn kept(stage: &Stage) -> Vec<String> {
    let mut kept = Vec::new();
    for entry in stage.folder.path().join("secrets").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let name = file["name"].as_str().unwrap();
        let is_kept = stage.keeper.is_kept(name).await.unwrap();
        assert_eq!(is_kept, file["discarded"].is_null(), "{name}");
        let generations: Vec<&Value> =
            file["generations"].as_array().unwrap().iter().map(|one| &one["number"]).collect();
        let told = json!({"is_kept": is_kept, "in_force": file["current"], "generations": generations});
        kept.push(format!("secret {name} {told}"));
    }
    kept.sort();
    kept
}

fn line<R: Record>(record: &R, besides: &[LeftOut]) -> String {
    let mut value = serde_json::to_value(record).unwrap();
    for (kind, key, _) in LEFT_OUT.iter().chain(besides) {
        if *kind == R::KIND {
            take_out(&mut value, key);
        }
    }
    format!("{} {value}", R::KIND)
}

fn take_out(value: &mut Value, key: &str) {
    match value {
        Value::Object(fields) => {
            fields.remove(key);
            fields.values_mut().for_each(|inner| take_out(inner, key));
        }
        Value::Array(all) => all.iter_mut().for_each(|inner| take_out(inner, key)),
        _ => {}
    }
}

#[test]
fn what_is_left_out_is_left_out_of_its_kind_alone_and_at_any_depth() {
    let environment = Environment {
        id: "prod".into(),
        project: "reports".into(),
        place: glaux::register::Place::Local,
        state: glaux::register::EnvironmentState::Gone,
    };
    let told =
        line(&environment, &[(Environment::KIND, "place", "it is elsewhere"), (Source::KIND, "state", "it moves")]);
    assert_eq!(told, r#"environment {"id":"prod","project":"reports","state":"gone"}"#);
    let mut value = json!({"at": 1, "all": [{"at": 2, "by": "olga"}]});
    take_out(&mut value, "at");
    assert_eq!(value, json!({"all": [{"by": "olga"}]}));
}
