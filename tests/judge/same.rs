//! Whether two descriptions mean the same: the SDK's brought to the form in which [`super::meaning`] describes ours.
//!
//! Sets lose their order, value sets their kind, instants their zone key inside constraints (which our reader drops), and
//! nothing else is forgiven; a float may differ by what parsing its text costs, for its bits are compared elsewhere.

use serde_json::{Value, json};

use super::constraints::canonical_set;

/// Fails with the place of the first difference.
pub fn assert_same(what: &str, theirs: &Value, ours: &Value) {
    let theirs = canonical(theirs);
    if let Some(difference) = difference("$", &theirs, &canonical(ours)) {
        panic!("{what}: {difference}");
    }
}

/// A description in the common form; one that has it already is left as it is.
pub fn canonical(value: &Value) -> Value {
    walk("", value, false)
}

fn walk(name: &str, value: &Value, constraints: bool) -> Value {
    let constraints = constraints || name == "constraints";
    match value {
        Value::Object(fields) if fields.contains_key("packed") => {
            let packed = fields["packed"].as_i64().unwrap();
            if constraints { json!({ "utcMillis": packed >> 12 }) } else { json!({ "packed": packed }) }
        }
        Value::Object(fields) => {
            let mut fields = fields.clone();
            if fields.get("kind").is_some_and(|kind| kind.as_str().is_some_and(|kind| kind.ends_with("Set"))) {
                return canonical_set(value);
            }
            if fields.get("kind") == Some(&json!("ConstantExpression")) && !is_filled(&fields["values"]) {
                fields.insert("values".to_owned(), json!([null]));
            }
            fields.iter_mut().for_each(|(name, field)| *field = walk(name, field, constraints));
            Value::Object(fields)
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| walk("", item, constraints)).collect();
            if name == "partitionColumns" || name == "splits" {
                items.sort_by_cached_key(ToString::to_string);
                items.dedup();
            }
            Value::Array(items)
        }
        scalar => scalar.clone(),
    }
}

/// A NULL constant travels as no block, as no row, or as a row of NULL.
fn is_filled(values: &Value) -> bool {
    values.as_array().is_some_and(|values| !values.is_empty())
}

/// The first place where two values differ.
pub fn difference(path: &str, theirs: &Value, ours: &Value) -> Option<String> {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            names.find_map(|name| match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => difference(&format!("{path}.{name}"), a, b),
                (a, b) => Some(format!("{path}.{name}: the SDK has {a:?}, ours is {b:?}")),
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| difference(&format!("{path}[{index}]"), a, b))
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            let close = (a - b).abs() <= a.abs() * 4.0 * f64::EPSILON;
            (!close).then(|| format!("{path}: the SDK has {a:?}, ours is {b:?}"))
        }
        (a, b) => (a != b).then(|| format!("{path}: the SDK has {a}, ours is {b}")),
    }
}

#[test]
fn a_difference_is_told_with_its_place() {
    let theirs = json!({ "rows": [{ "a": 1.5, "b": [1, 2] }] });
    assert_eq!(difference("$", &theirs, &theirs), None);
    let said = difference("$", &theirs, &json!({ "rows": [{ "a": 1.5, "b": [1, 3] }] })).unwrap();
    assert_eq!(said, "$.rows[0].b[1]: the SDK has 2, ours is 3");
    assert!(difference("$", &theirs, &json!({ "rows": [{ "a": 1.500_000_000_000_1, "b": [1, 2] }] })).is_some());
    assert!(difference("$", &theirs, &json!({ "rows": [{ "b": [1, 2] }] })).is_some());
    assert!(difference("$", &theirs, &json!({ "rows": [] })).is_some());
}

#[test]
fn only_sets_lose_their_order() {
    let a = json!({ "partitionColumns": ["b", "a"], "groups": ["b", "a"] });
    let b = json!({ "partitionColumns": ["a", "b"], "groups": ["b", "a"] });
    let c = json!({ "partitionColumns": ["a", "b"], "groups": ["a", "b"] });
    assert_eq!(canonical(&a), canonical(&b));
    assert_ne!(canonical(&b), canonical(&c));
}
