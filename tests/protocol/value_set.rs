//! Value sets compared by what they let pass: the recorded one and the read one are asked about the same values.

use std::cmp::Ordering;

use connector_core::{Bound, Domain, Value, Values};
use serde_json::{Value as Json, json};

use super::describe::{type_name, value_json};

/// Panics unless a domain means what a recorded value set means.
pub fn assert_means(column: &str, domain: &Domain, recorded: &Json) {
    assert_eq!(type_name(&domain.data_type), recorded["type"].as_str().unwrap(), "type of {column}");
    // all and none without NULL are the same on the wire, and the safe reading is "not NULL".
    let nulls = recorded["nullAllowed"].as_bool().unwrap();
    assert_eq!(domain.nulls, nulls, "NULL in {column}");
    for probe in probes(recorded) {
        let ours = passes(domain, |value| order(&value_json(value), &probe));
        let theirs = recorded_passes(recorded, &probe);
        assert_eq!(ours, theirs, "{probe} in {column}: {domain:?} for {recorded}");
    }
}

/// Panics unless two domains let the same values pass.
pub fn assert_same(column: &str, one: &Domain, other: &Domain) {
    assert_eq!(one.data_type, other.data_type, "type of {column}");
    assert_eq!(one.nulls, other.nulls, "NULL in {column}");
    let values: Vec<&Value> = mentioned(one).into_iter().chain(mentioned(other)).collect();
    if values.is_empty() {
        assert_eq!(one.values.is_all(), other.values.is_all(), "{column}: {one:?} and {other:?}");
    }
    for probe in values.into_iter().flat_map(neighbours) {
        let ask = |domain| passes(domain, |value| compare(value, &probe));
        assert_eq!(ask(one), ask(other), "{probe:?} in {column}: {one:?} and {other:?}");
    }
}

/// A value and its nearest neighbours.
fn neighbours(value: &Value) -> Vec<Value> {
    let near = match value {
        Value::Bool(bit) => vec![Value::Bool(!bit)],
        Value::Int(n) => vec![Value::Int(n.saturating_sub(1)), Value::Int(n.saturating_add(1))],
        Value::Float32(n) => vec![Value::Float32(n.next_up()), Value::Float32(n.next_down())],
        Value::Float64(n) => vec![Value::Float64(n.next_up()), Value::Float64(n.next_down())],
        Value::Decimal { unscaled: n, scale } => {
            [n - 1, n + 1].into_iter().map(|unscaled| Value::Decimal { unscaled, scale: *scale }).collect()
        }
        Value::Text(text) => vec![Value::Text(format!("{text}\u{0}")), Value::Text(String::new())],
        Value::Bytes(bytes) => vec![Value::Bytes([bytes.as_slice(), &[0]].concat()), Value::Bytes(Vec::new())],
        Value::Date(n) => vec![Value::Date(n.saturating_sub(1)), Value::Date(n.saturating_add(1))],
        Value::Millis(n) => vec![Value::Millis(n.saturating_sub(1)), Value::Millis(n.saturating_add(1))],
        Value::ZonedMillis(n) => vec![Value::ZonedMillis(n - 1), Value::ZonedMillis(n + 1)],
    };
    near.into_iter().chain([value.clone()]).collect()
}

pub fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Float32(a), Value::Float32(b)) => a.partial_cmp(b).unwrap(),
        (Value::Float64(a), Value::Float64(b)) => a.partial_cmp(b).unwrap(),
        (Value::Decimal { unscaled: a, scale: x }, Value::Decimal { unscaled: b, scale: y }) if x == y => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.chars().cmp(b.chars()),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b))
        | (Value::Millis(a), Value::Millis(b))
        | (Value::ZonedMillis(a), Value::ZonedMillis(b)) => a.cmp(b),
        _ => panic!("{one:?} and {other:?} are of two types"),
    }
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
            let end = |side: &str, outer: Ordering| {
                let marker = &range[side];
                marker["unbounded"] == true || {
                    let ordering = order(&marker["value"], probe);
                    ordering == outer || marker["bound"] == "EXACTLY" && ordering.is_eq()
                }
            };
            end("low", Ordering::Less) && end("high", Ordering::Greater)
        }),
        "EquatableValueSet" => {
            let listed = set["values"].as_array().unwrap().iter().any(|value| order(value, probe).is_eq());
            listed == set["whiteList"].as_bool().unwrap()
        }
        "AllOrNoneValueSet" => set["isAll"] == true || set["nullAllowed"] == false,
        other => panic!("{other} is no kind of value set"),
    }
}

/// Whether a value is in a domain, told how each value in it stands to that one.
fn passes(domain: &Domain, stands: impl Fn(&Value) -> Ordering) -> bool {
    let within = |bound: &Bound, outer: Ordering| match bound {
        Bound::Unbounded => true,
        Bound::Included(value) => stands(value) == outer || stands(value).is_eq(),
        Bound::Excluded(value) => stands(value) == outer,
    };
    match &domain.values {
        Values::All => true,
        Values::In(list) => list.iter().any(|value| stands(value).is_eq()),
        Values::NotIn(list) => !list.iter().any(|value| stands(value).is_eq()),
        Values::Ranges(ranges) => {
            ranges.iter().any(|range| within(&range.low, Ordering::Less) && within(&range.high, Ordering::Greater))
        }
    }
}

/// Strings stand for decimals, dates and bytes too; their text sorts as they do in what was recorded.
fn order(one: &Json, other: &Json) -> Ordering {
    match (one, other) {
        (Json::Number(a), Json::Number(b)) if a.is_i64() && b.is_i64() => a.as_i64().cmp(&b.as_i64()),
        (Json::Number(a), Json::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::Object(a), Json::Object(b)) => {
            (a["packed"].as_i64().unwrap() >> 12).cmp(&(b["packed"].as_i64().unwrap() >> 12))
        }
        _ => panic!("{one} and {other} are of two types"),
    }
}
