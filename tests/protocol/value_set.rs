//! Value sets compared by what they let pass: the recorded one and the read one are asked about the same values.

use connector_core::{Bound, Domain, Range, Value, Values};
use serde_json::{Value as Json, json};

use super::describe::{type_name, value_json};

/// Panics unless a domain means what a recorded value set means.
pub fn assert_means(column: &str, domain: &Domain, recorded: &Json) {
    assert_eq!(type_name(&domain.data_type), recorded["type"].as_str().unwrap(), "type of {column}");
    // all and none without NULL are the same on the wire, and the safe reading is "not NULL".
    let nulls = recorded["nullAllowed"].as_bool().unwrap();
    assert_eq!(domain.nulls, nulls, "NULL in {column}");
    for probe in probes(recorded) {
        let (ours, theirs) = (passes(domain, &probe), recorded_passes(recorded, &probe));
        assert_eq!(ours, theirs, "{probe} in {column}: {domain:?} for {recorded}");
    }
}

/// Panics unless two domains let the same values pass.
pub fn assert_same(column: &str, one: &Domain, other: &Domain) {
    assert_eq!(one.data_type, other.data_type, "type of {column}");
    assert_eq!(one.nulls, other.nulls, "NULL in {column}");
    for probe in mentioned(one).into_iter().chain(mentioned(other)).flat_map(|value| around(&value_json(value))) {
        assert_eq!(passes(one, &probe), passes(other, &probe), "{probe} in {column}: {one:?} and {other:?}");
    }
    assert_eq!(one.values.is_all(), other.values.is_all(), "{column}: {one:?} and {other:?}");
}

fn mentioned(domain: &Domain) -> Vec<&Value> {
    match &domain.values {
        Values::All => Vec::new(),
        Values::In(list) | Values::NotIn(list) => list.iter().collect(),
        Values::Ranges(ranges) => ranges.iter().flat_map(|range| [&range.low, &range.high]).filter_map(ended).collect(),
    }
}

fn ended(bound: &Bound) -> Option<&Value> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

fn probes(recorded: &Json) -> Vec<Json> {
    let mut probes = Vec::new();
    let listed = recorded["values"].as_array().into_iter().flatten();
    let ranges = recorded["ranges"].as_array().into_iter().flatten();
    let ends = ranges.flat_map(|range| [&range["low"]["value"], &range["high"]["value"]]);
    for value in listed.chain(ends).filter(|value| !value.is_null()) {
        probes.extend(around(value));
    }
    probes.extend(match recorded["type"].as_str().unwrap() {
        "Utf8" => vec![json!(""), json!("\u{10ffff}")],
        kind if kind.starts_with("Int") => vec![json!(-100), json!(0), json!(100)],
        _ => Vec::new(),
    });
    probes
}

/// A value and its nearest neighbours.
fn around(value: &Json) -> Vec<Json> {
    match value {
        Json::Number(number) if number.is_i64() => {
            let number = number.as_i64().unwrap();
            vec![value.clone(), json!(number.saturating_sub(1)), json!(number.saturating_add(1))]
        }
        Json::Number(number) => {
            let number = number.as_f64().unwrap();
            vec![
                value.clone(),
                json!(number.next_up()),
                json!(number.next_down()),
                json!(number - 1e3),
                json!(number + 1e3),
            ]
        }
        Json::String(text) => {
            vec![value.clone(), json!(format!("{text}\u{0}")), json!(text.get(1..).unwrap_or_default())]
        }
        Json::Object(zoned) => {
            let packed = zoned["packed"].as_i64().unwrap();
            [0, 4096, -4096].into_iter().map(|step| json!({"packed": (packed & !0xfff) + step})).collect()
        }
        other => vec![other.clone(), json!(true), json!(false)],
    }
}

fn recorded_passes(set: &Json, probe: &Json) -> bool {
    match set["kind"].as_str().unwrap() {
        "SortedRangeSet" => set["ranges"].as_array().unwrap().iter().any(|range| {
            let (low, high) = (&range["low"], &range["high"]);
            let above = low["unbounded"] == true || order(&low["value"], probe, low["bound"] == "EXACTLY");
            let below = high["unbounded"] == true || order(probe, &high["value"], high["bound"] == "EXACTLY");
            above && below
        }),
        "EquatableValueSet" => {
            let listed = set["values"]
                .as_array()
                .unwrap()
                .iter()
                .any(|value| order(value, probe, true) && order(probe, value, true));
            listed == set["whiteList"].as_bool().unwrap()
        }
        "AllOrNoneValueSet" => set["isAll"] == true || set["nullAllowed"] == false,
        other => panic!("{other} is no kind of value set"),
    }
}

fn passes(domain: &Domain, probe: &Json) -> bool {
    let is = |value: &Value| order(&value_json(value), probe, true) && order(probe, &value_json(value), true);
    match &domain.values {
        Values::All => true,
        Values::In(list) => list.iter().any(is),
        Values::NotIn(list) => !list.iter().any(is),
        Values::Ranges(ranges) => ranges.iter().any(|range| inside(range, probe)),
    }
}

fn inside(range: &Range, probe: &Json) -> bool {
    let above = match &range.low {
        Bound::Unbounded => true,
        Bound::Included(value) => order(&value_json(value), probe, true),
        Bound::Excluded(value) => order(&value_json(value), probe, false),
    };
    let below = match &range.high {
        Bound::Unbounded => true,
        Bound::Included(value) => order(probe, &value_json(value), true),
        Bound::Excluded(value) => order(probe, &value_json(value), false),
    };
    above && below
}

/// Whether one value comes before another, or beside it if that counts. Strings stand for decimals, dates and bytes too,
/// whose text sorts well enough for what the recordings and these tests hold: same signs, same lengths.
fn order(one: &Json, other: &Json, or_equal: bool) -> bool {
    let ordering = match (one, other) {
        (Json::Number(a), Json::Number(b)) if a.is_i64() && b.is_i64() => a.as_i64().cmp(&b.as_i64()),
        (Json::Number(a), Json::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::Object(a), Json::Object(b)) => {
            (a["packed"].as_i64().unwrap() >> 12).cmp(&(b["packed"].as_i64().unwrap() >> 12))
        }
        _ => panic!("{one} and {other} are of two types"),
    };
    ordering.is_lt() || or_equal && ordering.is_eq()
}
