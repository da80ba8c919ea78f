//! Tests of the whole evaluator: rules as tables, the rivals' wrong answers by name, hostile input, and random expressions
//! against an evaluator that goes row by row.

mod hostile;
mod peers;
mod random;
mod rowwise;
mod rules;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, Float32Array, Float64Array,
    Int8Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};

use super::{evaluate, select};
use crate::{Bound, Domain, Expr, Function, Range, Result, Value, Values};

const NULL: Option<bool> = None;
const TRUE: Option<bool> = Some(true);
const FALSE: Option<bool> = Some(false);

fn zoned() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn doubles(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

fn integers(values: &[Option<i32>]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

fn bigints(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn booleans(values: &[Option<bool>]) -> ArrayRef {
    Arc::new(BooleanArray::from(values.to_vec()))
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn decimals(precision: u8, scale: i8, values: &[Option<i128>]) -> ArrayRef {
    Arc::new(Decimal128Array::from(values.to_vec()).with_precision_and_scale(precision, scale).unwrap())
}

fn packed(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from(values.to_vec()).with_timezone("UTC"))
}

fn column(name: &str, data_type: DataType) -> Expr {
    Expr::Column { name: name.into(), data_type }
}

fn constant(value: Value, data_type: DataType) -> Expr {
    Expr::Constant { value: Some(value), data_type }
}

fn null(data_type: DataType) -> Expr {
    Expr::Constant { value: None, data_type }
}

fn text(value: &str) -> Expr {
    constant(Value::Text(value.into()), DataType::Utf8)
}

fn integer(value: i64) -> Expr {
    constant(Value::Int(value), DataType::Int32)
}

fn double(value: f64) -> Expr {
    constant(Value::Float64(value), DataType::Float64)
}

fn call(function: Function, args: Vec<Expr>, data_type: DataType) -> Expr {
    Expr::Call { function, args, data_type }
}

fn test(function: Function, args: Vec<Expr>) -> Expr {
    call(function, args, DataType::Boolean)
}

fn not(expr: Expr) -> Expr {
    test(Function::Not, vec![expr])
}

fn answers(batch: &RecordBatch, expr: &Expr) -> Vec<Option<bool>> {
    evaluate(expr, batch).unwrap().as_boolean().iter().collect()
}

/// The positions of the rows that pass.
fn rows(batch: &RecordBatch, domains: &[(&str, Domain)], filters: &[Expr]) -> Vec<usize> {
    try_rows(batch, domains, filters).unwrap()
}

fn try_rows(batch: &RecordBatch, domains: &[(&str, Domain)], filters: &[Expr]) -> Result<Vec<usize>> {
    let domains: Vec<(String, Domain)> =
        domains.iter().map(|(name, domain)| ((*name).to_owned(), domain.clone())).collect();
    let selected = select(batch, &domains, filters)?;
    assert_eq!(selected.nulls(), None);
    assert_eq!(selected.len(), batch.num_rows());
    Ok(selected.values().set_indices().collect())
}

fn ranges(data_type: DataType, ranges: Vec<(Bound, Bound)>) -> Domain {
    let ranges = ranges.into_iter().map(|(low, high)| Range { low, high }).collect();
    Domain { data_type, values: Values::Ranges(ranges), nulls: false }
}
