//! Value sets of every kind, also those that our own writer never writes, and very long ones.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::DataType;
use connector_core::{Domain, TableName, Value, Values};
use glaux::protocol::{GetTableLayoutResponse, Response, Version};
use serde_json::{Value as Json, json};

use crate::peer_runs::asking::{Asked, Peer, only};

/// A block of the wire with these texts.
fn block(texts: &[&str]) -> Json {
    let column: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let response = Response::GetTableLayout(GetTableLayoutResponse {
        catalog: "pg".into(),
        table: TableName::new("peer", "t"),
        partitions: RecordBatch::try_from_iter([("any", column)]).unwrap(),
    });
    let json: Json = serde_json::from_slice(&response.encode(Version::default()).unwrap()).unwrap();
    json["partitions"].clone()
}

fn equatable(texts: &[&str], wanted: bool, nulls: bool) -> Json {
    json!({"@type": "EquatableValueSet", "valueBlock": block(texts), "whiteList": wanted, "nullAllowed": nulls})
}

fn all_or_none(set: &Json, all: bool, nulls: bool) -> Json {
    json!({"@type": "AllOrNoneValueSet", "type": set["type"], "all": all, "nullAllowed": nulls})
}

/// What a set wants, the set made over that of a request, and the rows.
type Case = (&'static str, Box<dyn Fn(&Json) -> Json>, &'static [&'static str]);

#[tokio::test]
async fn f_value_sets_of_every_kind_are_read() {
    let script = "CREATE TABLE t (id int, s text); INSERT INTO t VALUES (1, 'a'), (2, NULL), (3, 'b'), (4, '')";
    let Some(peer) = Peer::open(script).await else { return };
    every_kind_is_read(&peer).await;
}

/// Of a table `t` with the rows above.
pub async fn every_kind_is_read(peer: &Asked) {
    // Stands where the sets below are put, and lends them its type.
    let any = only("s", Domain::single(DataType::Utf8, Value::Text("a".into())));
    let sets: Vec<Case> = vec![
        ("one of", Box::new(|_| equatable(&["a", "b"], true, false)), &["1", "3"]),
        ("one of, or null", Box::new(|_| equatable(&["a"], true, true)), &["1", "2"]),
        ("none of", Box::new(|_| equatable(&["a"], false, false)), &["3", "4"]),
        ("none of, or null", Box::new(|_| equatable(&["a", ""], false, true)), &["2", "3"]),
        ("one of nothing", Box::new(|_| equatable(&[], true, false)), &[]),
        ("one of nothing, or null", Box::new(|_| equatable(&[], true, true)), &["2"]),
        ("none of nothing", Box::new(|_| equatable(&[], false, false)), &["1", "3", "4"]),
        ("all", Box::new(|set| all_or_none(set, true, true)), &["1", "2", "3", "4"]),
        ("all but null", Box::new(|set| all_or_none(set, true, false)), &["1", "3", "4"]),
        ("only null", Box::new(|set| all_or_none(set, false, true)), &["2"]),
        // "Not null" for want of another way to say it: what Athena means by it cannot lose a row.
        ("none", Box::new(|set| all_or_none(set, false, false)), &["1", "3", "4"]),
    ];
    for (name, set, expected) in sets {
        let edit = |json: &mut Json| {
            let summary = &mut json["constraints"]["summary"];
            if let Some(known) = summary.get_mut("s") {
                *known = set(known);
            }
        };
        let found =
            peer.read_edited("t", &["id"], &any, Some(&edit)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found, expected, "{name}");
    }
    let text = |values, nulls| only("s", Domain { data_type: DataType::Utf8, values, nulls });
    let everything: &[&str] = &["1", "2", "3", "4"];
    for (wanted, expected) in [
        (text(Values::Ranges(Vec::new()), false), &[][..]),
        (text(Values::Ranges(Vec::new()), true), &["2"]),
        (only("s", Domain::all(DataType::Utf8)), everything),
        (only("s", Domain::not_null(DataType::Utf8)), &["1", "3", "4"]),
        (text(Values::NotIn(vec![Value::Text("a".into())]), true), &["2", "3", "4"]),
    ] {
        assert_eq!(peer.read("t", &["id"], &wanted).await, expected, "{wanted:?}");
    }
}

/// Both ends of a long list count, and a hole in it is a hole.
#[tokio::test]
async fn f_hugein_sixty_thousand_values_travel() {
    let script = "CREATE TABLE many AS SELECT i AS id, 'key ' || i AS key FROM generate_series(1, 100) i";
    let Some(peer) = Peer::open(script).await else { return };
    let odd = (0..60_000).map(|i| Value::Int(i * 2 + 1)).collect();
    let wanted = only("id", Domain { data_type: DataType::Int32, values: Values::In(odd), nulls: false });
    let found = peer.read("many", &["id"], &wanted).await;
    assert!(found.len() == 50 && found.contains(&"99".to_owned()) && !found.contains(&"100".to_owned()), "{found:?}");
    let keys: Vec<String> = (1..=60_000).map(|i| format!("key {}", i * 10)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for (wanted, rows) in [(true, 10), (false, 90)] {
        let set = equatable(&keys, wanted, false);
        let edit = |json: &mut Json| {
            if let Some(known) = json["constraints"]["summary"].get_mut("key") {
                known.clone_from(&set);
            }
        };
        let any = only("key", Domain::single(DataType::Utf8, Value::Text("a".into())));
        assert_eq!(peer.read_edited("many", &["id"], &any, Some(&edit)).await.unwrap().len(), rows);
    }
}
