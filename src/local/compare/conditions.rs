//! What is asked about a table: conditions with values of its own sample.

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use connector_core::{Expr, Function, Value};

/// The column by whose values rows of a large table are told apart: the one with most of them.
pub(super) fn key(schema: &Schema, sample: &[RecordBatch], most: usize) -> Option<(Expr, String)> {
    let candidates = schema.fields().iter().filter(|field| can_be_key(field.data_type()));
    let candidates = candidates.map(|field| (field, values(sample, field.name(), most)));
    // Of several alike the first is the likeliest key.
    let best = candidates.reduce(|best, other| if other.1.len() > best.1.len() { other } else { best });
    let (field, values) = best.filter(|(_, values)| values.len() > 1)?;
    Some((one_of(field.name(), field.data_type(), values), field.name().clone()))
}

fn can_be_key(data_type: &DataType) -> bool {
    use DataType::{Date32, Decimal128, Int8, Int16, Int32, Int64, Utf8};
    matches!(data_type, Int8 | Int16 | Int32 | Int64 | Decimal128(..) | Utf8 | Date32)
}

/// Conditions on every column, those on the first values of each before others.
pub(super) fn conditions(schema: &Schema, sample: &[RecordBatch], key: Option<&str>, most: usize) -> Vec<Expr> {
    let mut rounds: [Vec<Expr>; 4] = Default::default();
    for field in schema.fields() {
        let (name, data_type) = (field.name(), field.data_type());
        // Of a large table, what is not there is no part of any sample.
        if key != Some(name) {
            let column = column(name, data_type);
            rounds[0].push(boolean(Function::IsNull, vec![column]));
        }
        let found = values(sample, name, 64);
        let (Some(first), Some(middle)) = (found.first(), found.get(found.len() / 2)) else { continue };
        rounds[1].push(compared(Function::Equal, name, data_type, middle));
        rounds[2].push(compared(Function::LessThan, name, data_type, middle));
        if !matches!(data_type, DataType::Float32 | DataType::Float64) {
            rounds[3].push(one_of(name, data_type, vec![first.clone(), middle.clone()]));
        }
        if let Value::Text(text) = middle {
            let prefix: String = text.chars().take(2).filter(|sign| !['%', '_'].contains(sign)).collect();
            let pattern = Value::Text(format!("{prefix}%"));
            rounds[3].push(compared(Function::LikePattern, name, data_type, &pattern));
        }
    }
    let mut all: Vec<Expr> = rounds.into_iter().flatten().collect();
    all.truncate(most);
    all
}

/// Different values of a column in the order in which they come, up to `most`.
fn values(sample: &[RecordBatch], name: &str, most: usize) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for batch in sample {
        let Some(column) = batch.column_by_name(name) else { continue };
        for row in 0..batch.num_rows() {
            let Some(value) = Value::at(column, row).filter(|value| !is_nan(value)) else { continue };
            if found.len() < most && seen.insert(format!("{value:?}")) {
                found.push(value);
            }
        }
    }
    found
}

fn is_nan(value: &Value) -> bool {
    match value {
        Value::Float32(value) => value.is_nan(),
        Value::Float64(value) => value.is_nan(),
        _ => false,
    }
}

fn column(name: &str, data_type: &DataType) -> Expr {
    Expr::Column { name: name.to_owned(), data_type: data_type.clone() }
}

fn boolean(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn compared(function: Function, name: &str, data_type: &DataType, value: &Value) -> Expr {
    let constant = Expr::Constant { value: Some(value.clone()), data_type: data_type.clone() };
    boolean(function, vec![column(name, data_type), constant])
}

fn one_of(name: &str, data_type: &DataType, values: Vec<Value>) -> Expr {
    let values = values.into_iter().map(Some).collect();
    boolean(Function::In, vec![column(name, data_type), Expr::List { values, data_type: data_type.clone() }])
}
