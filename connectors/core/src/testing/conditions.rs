//! Conditions about a table made from its own rows, so that they hit: every operator over values that are there.

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use crate::{Bound, Domain, Expr, Function, Range, Value, Values};

/// A condition on one column, in either of the forms that travel.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Domain(String, Domain),
    Filter(Expr),
}

/// Every condition worth asking about column `index`, over a few of its own values.
pub(super) fn about(rows: &RecordBatch, index: usize) -> Vec<Condition> {
    let field = rows.schema().field(index).clone();
    let (name, data_type) = (field.name().as_str(), field.data_type());
    let column = rows.column(index);
    let values: Vec<Value> = (0..column.len()).filter_map(|row| Value::at(column.as_ref(), row)).take(5).collect();
    let mut conditions = nullness(name, data_type);
    for value in &values {
        conditions.extend(domains(data_type, value).into_iter().map(|domain| Condition::Domain(name.into(), domain)));
        conditions.extend(filters(name, data_type, value).into_iter().map(Condition::Filter));
    }
    if !values.is_empty() {
        let list = |values| Domain { data_type: data_type.clone(), values, nulls: true };
        conditions.push(Condition::Domain(name.into(), list(Values::In(values.clone()))));
        conditions.push(Condition::Domain(name.into(), list(Values::NotIn(values.clone()))));
        let listed = Expr::List { values: values.into_iter().map(Some).collect(), data_type: data_type.clone() };
        conditions.push(Condition::Filter(call(Function::In, vec![column_of(name, data_type), listed])));
    }
    conditions
}

fn nullness(name: &str, data_type: &DataType) -> Vec<Condition> {
    let is_null = call(Function::IsNull, vec![column_of(name, data_type)]);
    vec![
        Condition::Domain(name.into(), Domain::only_null(data_type.clone())),
        Condition::Domain(name.into(), Domain::not_null(data_type.clone())),
        Condition::Filter(is_null.clone()),
        Condition::Filter(call(Function::Not, vec![is_null])),
    ]
}

fn domains(data_type: &DataType, value: &Value) -> Vec<Domain> {
    let (included, excluded) = (Bound::Included(value.clone()), Bound::Excluded(value.clone()));
    let ranges = [
        vec![(included.clone(), included.clone())],
        vec![(included.clone(), Bound::Unbounded)],
        vec![(excluded.clone(), Bound::Unbounded)],
        vec![(Bound::Unbounded, included)],
        vec![(Bound::Unbounded, excluded.clone())],
        vec![(Bound::Unbounded, excluded.clone()), (excluded, Bound::Unbounded)],
    ];
    let domain = |ranges: Vec<(Bound, Bound)>, nulls| {
        let ranges = ranges.into_iter().map(|(low, high)| Range { low, high }).collect();
        Domain { data_type: data_type.clone(), values: Values::Ranges(ranges), nulls }
    };
    ranges.into_iter().flat_map(|ranges| [domain(ranges.clone(), false), domain(ranges, true)]).collect()
}

fn filters(name: &str, data_type: &DataType, value: &Value) -> Vec<Expr> {
    let comparisons = [
        Function::Equal,
        Function::NotEqual,
        Function::LessThan,
        Function::LessThanOrEqual,
        Function::GreaterThan,
        Function::GreaterThanOrEqual,
        Function::IsDistinctFrom,
    ];
    let constant = Expr::Constant { value: Some(value.clone()), data_type: data_type.clone() };
    let compare = |function| call(function, vec![column_of(name, data_type), constant.clone()]);
    let mut filters: Vec<Expr> = comparisons.into_iter().map(compare).collect();
    let negated: Vec<Expr> = filters.iter().map(|filter| call(Function::Not, vec![filter.clone()])).collect();
    let mirrored = call(Function::LessThan, vec![constant.clone(), column_of(name, data_type)]);
    let null = Expr::Constant { value: None, data_type: data_type.clone() };
    filters.push(call(Function::Or, vec![mirrored, compare(Function::Equal)]));
    filters.push(call(Function::Equal, vec![column_of(name, data_type), null]));
    filters.extend(negated);
    if let Value::Text(text) = value {
        filters.extend(likes(name, text));
    }
    filters
}

/// Patterns cut from a value, with its own backslashes, percent signs and underscores left as they are.
fn likes(name: &str, text: &str) -> Vec<Expr> {
    let half: String = text.chars().take(text.chars().count() / 2).collect();
    let patterns = [text.to_owned(), format!("{half}%"), format!("%{half}"), format!("_{half}%"), format!("{half}\\")];
    let like = |pattern: String| {
        let pattern = Expr::Constant { value: Some(Value::Text(pattern)), data_type: DataType::Utf8 };
        call(Function::LikePattern, vec![column_of(name, &DataType::Utf8), pattern])
    };
    patterns.into_iter().map(like).collect()
}

pub(super) fn column_of(name: &str, data_type: &DataType) -> Expr {
    Expr::Column { name: name.into(), data_type: data_type.clone() }
}

pub(super) fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}
