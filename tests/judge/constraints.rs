//! Random constraints, and what a set of wanted values comes to whoever wrote it and in whatever form.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use connector_core::{Bound, Direction, Domain, Expr, Function, Nulls, Range, SortKey, Value as Constant, Values};
use glaux::protocol::{Constraints, QueryPlan};
use serde_json::{Value, json};

use super::cells::{constant, constant_of, type_name};
use super::random::Chance;

/// Random constraints on the columns of `schema`, of which `version` can carry the pass-through arguments.
pub fn constraints(chance: &mut Chance, schema: &Schema, version: u8) -> Constraints {
    let wanted = schema.fields().iter().filter(|_| chance.flip()).map(|field| field.name().clone());
    let wanted: Vec<String> = wanted.collect();
    let summary = wanted.into_iter().map(|name| {
        let data_type = schema.field_with_name(&name).unwrap().data_type().clone();
        (name, domain(chance, data_type))
    });
    Constraints {
        summary: summary.collect(),
        expressions: chance.some(2, |chance| expression(chance, 3)),
        order_by: chance.some(3, |chance| SortKey {
            column: chance.name(),
            direction: chance.pick(&[Direction::Ascending, Direction::Descending]),
            nulls: chance.pick(&[Nulls::First, Nulls::Last]),
        }),
        limit: chance.pick(&[None, Some(0), Some(10), Some(1 << 40), Some(i64::MAX.unsigned_abs())]),
        passthrough: if version >= 5 { chance.texts(2) } else { BTreeMap::new() },
        query_plan: chance.maybe(|chance| {
            // AWS's reader throws on a plan that is null.
            QueryPlan { version: chance.maybe(Chance::text), plan: Some(chance.text()) }
        }),
    }
}

/// What of it a message of `version` says, and in the form in which it is read.
pub fn as_read(constraints: &Constraints, version: u8) -> Constraints {
    let mut read = constraints.clone();
    if version < 4 {
        (read.expressions, read.order_by, read.limit) = (Vec::new(), Vec::new(), None);
    }
    if version < 6 {
        read.query_plan = None;
    }
    for domain in read.summary.values_mut() {
        *domain = normal(domain);
        forget_children(&mut domain.data_type);
    }
    read.expressions.iter_mut().for_each(expression_as_read);
    read
}

fn expression_as_read(expression: &mut Expr) {
    // A folded array of nothing travels as a call, since a constant of no rows is NULL.
    if let Expr::List { values, data_type } = expression
        && values.is_empty()
    {
        let data_type = DataType::new_list(data_type.clone(), true);
        *expression = Expr::Call { function: Function::Array, args: Vec::new(), data_type };
    }
    match expression {
        Expr::Call { args, data_type, .. } => {
            forget_children(data_type);
            args.iter_mut().for_each(expression_as_read);
        }
        Expr::Column { data_type, .. } | Expr::Constant { data_type, .. } | Expr::List { data_type, .. } => {
            forget_children(data_type);
        }
    }
}

/// A nested type is told in constraints without what it holds.
fn forget_children(data_type: &mut DataType) {
    match data_type {
        DataType::List(_) => *data_type = DataType::new_list(DataType::Null, true),
        DataType::Map(..) => *data_type = DataType::Map(Arc::new(Field::new("entries", DataType::Null, false)), false),
        DataType::Struct(_) => *data_type = DataType::Struct(Fields::empty()),
        _ => {}
    }
}

fn domain(chance: &mut Chance, data_type: DataType) -> Domain {
    let nulls = chance.flip();
    let values = match chance.below(8) {
        0 => Values::All,
        1 => Values::Ranges(Vec::new()),
        _ if data_type.is_nested() => Values::All,
        2 | 3 => Values::In(chance.some(4, |chance| chance.value(&data_type))),
        4 => Values::NotIn(chance.some(4, |chance| chance.value(&data_type))),
        _ => Values::Ranges(chance.some(4, |chance| range(chance, &data_type))),
    };
    Domain { data_type, values, nulls }
}

fn range(chance: &mut Chance, data_type: &DataType) -> Range {
    let (one, two) = (chance.value(data_type), chance.value(data_type));
    // Java has −0 below 0 and throws on the range from 0 to −0, which to Athena is the same as any of 0.
    let (low, high) = if java_order(&one, &two).is_le() { (one, two) } else { (two, one) };
    let edge = |chance: &mut Chance, value| match chance.below(4) {
        0 => Bound::Unbounded,
        1 => Bound::Excluded(value),
        _ => Bound::Included(value),
    };
    Range { low: edge(chance, low), high: edge(chance, high) }
}

/// A condition of up to `depth` levels.
fn expression(chance: &mut Chance, depth: usize) -> Expr {
    let function = chance.pick(Function::ALL);
    if depth == 0 {
        let data_type = chance.scalar();
        return match chance.below(3) {
            0 => Expr::Column { name: chance.name(), data_type: chance.data_type(1) },
            1 => Expr::Constant { value: chance.maybe(|chance| chance.value(&data_type)), data_type },
            _ => Expr::Constant { value: None, data_type: chance.data_type(1) },
        };
    }
    let below = |chance: &mut Chance| {
        let depth = chance.below(depth);
        expression(chance, depth)
    };
    let args = match function {
        Function::And | Function::Or => (0..=chance.below(3)).map(|_| below(chance)).collect(),
        Function::Not | Function::IsNull | Function::Negate => vec![below(chance)],
        Function::Array => chance.some(3, below),
        Function::In => {
            let data_type = chance.scalar();
            let list = chance.some(4, |chance| chance.maybe(|chance| chance.value(&data_type)));
            vec![below(chance), Expr::List { values: list, data_type }]
        }
        _ => vec![below(chance), below(chance)],
    };
    Expr::Call { function, args, data_type: chance.data_type(1) }
}

/// The functions of an expression.
pub fn functions(expression: &Expr, found: &mut BTreeSet<Function>) {
    if let Expr::Call { function, args, .. } = expression {
        found.insert(*function);
        for argument in args {
            functions(argument, found);
        }
    }
}

/// The judge's description of constraints, from ours.
pub fn describe(constraints: &Constraints) -> Value {
    let order = constraints.order_by.iter().map(|key| {
        let direction = if key.direction == Direction::Ascending { "ASC" } else { "DESC" };
        let nulls = if key.nulls == Nulls::First { "FIRST" } else { "LAST" };
        json!({ "columnName": key.column, "direction": format!("{direction}_NULLS_{nulls}") })
    });
    let summary = constraints.summary.iter().map(|(column, domain)| (column.clone(), describe_set(domain)));
    let plan = |plan: &QueryPlan| json!({ "substraitVersion": plan.version, "substraitPlan": plan.plan });
    json!({
        "summary": summary.collect::<serde_json::Map<_, _>>(),
        "expression": constraints.expressions.iter().map(describe_expression).collect::<Vec<_>>(),
        "orderByClause": order.collect::<Vec<_>>(),
        "limit": constraints.limit.map_or(json!(-1), |limit| json!(limit)),
        "queryPassthroughArguments": constraints.passthrough,
        "queryPlan": constraints.query_plan.as_ref().map(plan),
    })
}

fn describe_expression(expression: &Expr) -> Value {
    let kind = |kind: &str, data_type: &DataType| json!({ "kind": kind, "type": type_name(data_type) });
    match expression {
        Expr::Column { name, data_type } => {
            let mut described = kind("VariableExpression", data_type);
            described["column"] = json!(name);
            described
        }
        Expr::Constant { value, data_type } => {
            let mut described = kind("ConstantExpression", data_type);
            described["values"] = json!([value.as_ref().map(constant)]);
            described
        }
        Expr::List { values, data_type } => {
            let mut described = kind("ConstantExpression", data_type);
            described["values"] = values.iter().map(|value| value.as_ref().map_or(Value::Null, constant)).collect();
            described
        }
        Expr::Call { function, args, data_type } => {
            let mut described = kind("FunctionCallExpression", data_type);
            described["function"] = json!(function.wire_name());
            described["arguments"] = args.iter().map(describe_expression).collect();
            described
        }
    }
}

fn describe_set(domain: &Domain) -> Value {
    let domain = normal(domain);
    let Values::Ranges(ranges) = &domain.values else { unreachable!("the normal form") };
    let bound = |bound: &Bound| match bound {
        Bound::Unbounded => json!("unbounded"),
        Bound::Included(value) => json!({ "included": constant(value) }),
        Bound::Excluded(value) => json!({ "excluded": constant(value) }),
    };
    let ranges: Vec<Value> =
        ranges.iter().map(|range| json!({ "low": bound(&range.low), "high": bound(&range.high) })).collect();
    json!({ "type": type_name(&domain.data_type), "nulls": domain.nulls, "ranges": ranges })
}

/// The judge's description of a value set, by what it lets pass.
pub fn canonical_set(set: &Value) -> Value {
    let name = set["type"].as_str().unwrap();
    let nulls = set["nullAllowed"].as_bool().unwrap();
    let list = || -> Vec<Constant> {
        let values = set["values"].as_array().unwrap().iter().filter(|value| !value.is_null());
        values.map(|value| constant_of(name, value)).collect()
    };
    let values = match set["kind"].as_str().unwrap() {
        "SortedRangeSet" => {
            Values::Ranges(set["ranges"].as_array().unwrap().iter().map(|r| range_of(name, r)).collect())
        }
        "EquatableValueSet" if set["whiteList"] == true => Values::In(list()),
        "EquatableValueSet" => Values::NotIn(list()),
        // Java writes "nothing" as it writes "not NULL", and nobody who reads it can tell.
        _ if set["isAll"] == true || !nulls => Values::All,
        _ => Values::In(Vec::new()),
    };
    // The type's name stands for the type, which the order of its values does not depend on.
    let mut described = describe_set(&Domain { data_type: DataType::Utf8, values, nulls });
    described["type"] = json!(name);
    described
}

fn range_of(name: &str, range: &Value) -> Range {
    let bound = |marker: &Value| {
        if marker["unbounded"] == true {
            return Bound::Unbounded;
        }
        let value = constant_of(name, &marker["value"]);
        if marker["bound"] == "EXACTLY" { Bound::Included(value) } else { Bound::Excluded(value) }
    };
    Range { low: bound(&range["low"]), high: bound(&range["high"]) }
}

/// The same set of values as ranges in order, none of them empty, no two of which touch.
pub fn normal(domain: &Domain) -> Domain {
    let all = Range { low: Bound::Unbounded, high: Bound::Unbounded };
    // Of a type without known values only "all" and "not NULL" can be said, and "nothing" is told as the latter.
    let untold = domain.data_type.is_nested() && !domain.nulls;
    let ranges = match &domain.values {
        Values::All => vec![all],
        _ if untold => vec![all],
        Values::Ranges(ranges) => ranges.clone(),
        Values::In(list) => list.iter().map(point).collect(),
        Values::NotIn(list) => gaps(list),
    };
    let mut ranges: Vec<Range> = ranges.into_iter().filter(is_possible).collect();
    ranges.sort_by(|a, b| lows(&a.low, &b.low));
    let mut merged: Vec<Range> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if reaches(&last.high, &range.low) => {
                if highs(&last.high, &range.high).is_lt() {
                    last.high = range.high;
                }
            }
            _ => merged.push(range),
        }
    }
    Domain { data_type: domain.data_type.clone(), values: Values::Ranges(merged), nulls: domain.nulls }
}

fn point(value: &Constant) -> Range {
    Range { low: Bound::Included(value.clone()), high: Bound::Included(value.clone()) }
}

fn gaps(list: &[Constant]) -> Vec<Range> {
    let mut list: Vec<&Constant> = list.iter().collect();
    list.sort_by(|a, b| order(a, b));
    list.dedup_by(|a, b| order(a, b).is_eq());
    let edges = || list.iter().map(|value| Bound::Excluded((*value).clone()));
    let lows = std::iter::once(Bound::Unbounded).chain(edges());
    lows.zip(edges().chain([Bound::Unbounded])).map(|(low, high)| Range { low, high }).collect()
}

fn is_possible(range: &Range) -> bool {
    let (Some((low, open)), Some((high, also_open))) = (edge(&range.low), edge(&range.high)) else { return true };
    order(low, high).is_lt() || order(low, high).is_eq() && !open && !also_open
}

/// The value of a bound, and whether it is itself left out.
fn edge(bound: &Bound) -> Option<(&Constant, bool)> {
    match bound {
        Bound::Unbounded => None,
        Bound::Included(value) => Some((value, false)),
        Bound::Excluded(value) => Some((value, true)),
    }
}

fn lows(a: &Bound, b: &Bound) -> Ordering {
    match (edge(a), edge(b)) {
        (None, other) => {
            if other.is_none() {
                Ordering::Equal
            } else {
                Ordering::Less
            }
        }
        (_, None) => Ordering::Greater,
        (Some((a, open)), Some((b, also_open))) => order(a, b).then(open.cmp(&also_open)),
    }
}

fn highs(a: &Bound, b: &Bound) -> Ordering {
    match (edge(a), edge(b)) {
        (None, other) => {
            if other.is_none() {
                Ordering::Equal
            } else {
                Ordering::Greater
            }
        }
        (_, None) => Ordering::Less,
        (Some((a, open)), Some((b, also_open))) => order(a, b).then(also_open.cmp(&open)),
    }
}

/// Whether a range that ends with `high` leaves nothing out before one that starts with `low`.
fn reaches(high: &Bound, low: &Bound) -> bool {
    let (Some((high, open)), Some((low, also_open))) = (edge(high), edge(low)) else { return true };
    order(high, low).is_gt() || order(high, low).is_eq() && !(open && also_open)
}

/// Athena's order: −0 is 0, NaN is the greatest, text goes by code point.
fn order(a: &Constant, b: &Constant) -> Ordering {
    let floats = |a: f64, b: f64| a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()));
    match (a, b) {
        (Constant::Bool(a), Constant::Bool(b)) => a.cmp(b),
        (Constant::Float32(a), Constant::Float32(b)) => floats((*a).into(), (*b).into()),
        (Constant::Float64(a), Constant::Float64(b)) => floats(*a, *b),
        (Constant::Decimal { unscaled: a, .. }, Constant::Decimal { unscaled: b, .. }) => a.cmp(b),
        (Constant::Text(a), Constant::Text(b)) => a.chars().cmp(b.chars()),
        (Constant::Bytes(a), Constant::Bytes(b)) => a.cmp(b),
        (Constant::Date(a), Constant::Date(b)) => a.cmp(b),
        (Constant::Int(a), Constant::Int(b))
        | (Constant::Millis(a), Constant::Millis(b))
        | (Constant::ZonedMillis(a), Constant::ZonedMillis(b)) => a.cmp(b),
        _ => unreachable!("one domain has one type: {a:?} {b:?}"),
    }
}

fn java_order(a: &Constant, b: &Constant) -> Ordering {
    match (a, b) {
        (Constant::Float32(a), Constant::Float32(b)) => a.total_cmp(b),
        (Constant::Float64(a), Constant::Float64(b)) => a.total_cmp(b),
        (a, b) => order(a, b),
    }
}

#[test]
fn one_set_of_values_has_one_normal_form() {
    let of = |values| normal(&Domain { data_type: DataType::Float64, values, nulls: false });
    let number = Constant::Float64;
    let range = |low, high| Range { low, high };
    let not = of(Values::NotIn(vec![number(2.0), number(1.0), number(2.0)]));
    let ranges = of(Values::Ranges(vec![
        range(Bound::Excluded(number(2.0)), Bound::Unbounded),
        range(Bound::Unbounded, Bound::Excluded(number(1.0))),
        range(Bound::Excluded(number(1.0)), Bound::Included(number(1.5))),
        range(Bound::Included(number(1.2)), Bound::Excluded(number(2.0))),
    ]));
    assert_eq!(not, ranges);
    let zeros = of(Values::In(vec![number(0.0), number(-0.0)]));
    assert_eq!(zeros, of(Values::In(vec![number(0.0)])));
    assert_ne!(of(Values::In(vec![number(1.0)])), of(Values::In(vec![number(2.0)])));
    assert_eq!(of(Values::NotIn(Vec::new())), of(Values::All));
}
