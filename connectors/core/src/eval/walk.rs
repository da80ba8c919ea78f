//! From an expression to its column: who is evaluated, in which order, and for which rows a failure counts.
//!
//! Not here: what the functions compute; checks of types, which are done before.

use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use arrow_select::nullif::nullif;

use super::bits::Truth;
use super::compare::{Comparison, compare};
use super::fault::Faults;
use super::like;
use super::operand::Operand;
use super::set::ValueSet;
use super::{arithmetic, decimal};
use crate::{Error, Expr, Function, Result};

/// A value for every row, but for those that failed.
pub(super) struct Outcome<'a> {
    /// The values; rows that failed hold anything.
    pub operand: Operand<'a>,
    /// The rows that failed.
    pub faults: Faults,
}

impl<'a> Outcome<'a> {
    fn sound(operand: Operand<'a>) -> Self {
        Self { operand, faults: Faults::default() }
    }
}

/// Evaluates an expression that has passed [`super::types::check`].
pub(super) fn outcome<'a>(expr: &'a Expr, batch: &RecordBatch) -> Result<Outcome<'a>> {
    match expr {
        Expr::Column { data_type: data_type @ DataType::Null, .. } => {
            Ok(Outcome::sound(Operand::Scalar { value: None, data_type }))
        }
        Expr::Column { name, .. } => match batch.column_by_name(name) {
            Some(array) => Ok(Outcome::sound(Operand::Array(array.clone()))),
            None => Err(Error::not_found(format!("the batch lacks column \"{name}\""))),
        },
        Expr::Constant { value, data_type } => Ok(Outcome::sound(Operand::Scalar { value: value.as_ref(), data_type })),
        Expr::List { .. } => Err(Error::invalid("a list of constants stands outside of $in")),
        Expr::Call { function, args, data_type } => call(*function, args, data_type, batch),
    }
}

fn call<'a>(function: Function, args: &'a [Expr], result: &'a DataType, batch: &RecordBatch) -> Result<Outcome<'a>> {
    let rows = batch.num_rows();
    match (function, args) {
        (Function::And, _) => junction(args, batch, true),
        (Function::Or, _) => junction(args, batch, false),
        (Function::In, [value, list]) => within(value, list, batch),
        (_, [arg]) => {
            let mut arg = outcome(arg, batch)?;
            let operand = unary(function, &arg.operand, result, rows, &mut arg.faults)?;
            Ok(Outcome { operand, faults: arg.faults })
        }
        (_, [left, right]) => {
            let (left, mut right) = (outcome(left, batch)?, outcome(right, batch)?);
            // Trino, BytecodeUtils: an argument that is NULL ends a call before the next one is evaluated; IS DISTINCT FROM
            // takes NULL as a value, so there both are.
            if function != Function::IsDistinctFrom && !right.faults.is_empty() {
                right.faults.keep(&left.operand.valid(rows));
            }
            let mut faults = left.faults;
            faults.merge(right.faults);
            let operand = binary(function, left.operand, &right.operand, result, rows, &mut faults)?;
            Ok(Outcome { operand, faults })
        }
        _ => Err(misused(function)),
    }
}

// Trino, AndCodeGenerator and OrCodeGenerator: from left to right, and no further than the argument that decides.
fn junction<'a>(args: &'a [Expr], batch: &RecordBatch, all: bool) -> Result<Outcome<'a>> {
    let rows = batch.num_rows();
    let mut truth = Truth::constant(Some(all), rows);
    let mut faults = Faults::default();
    for arg in args {
        let decided = if all { &truth.no } else { &truth.yes };
        if !decided.has_false() {
            break;
        }
        let mut arg = outcome(arg, batch)?;
        if !arg.faults.is_empty() {
            arg.faults.keep(&!decided);
            faults.merge(arg.faults);
        }
        let next = arg.operand.truth(rows)?;
        truth = if all { truth.and(&next) } else { truth.or(&next) };
    }
    Ok(Outcome { operand: Operand::array(truth.into_array()), faults })
}

fn unary<'a>(
    function: Function,
    arg: &Operand<'a>,
    result: &'a DataType,
    rows: usize,
    faults: &mut Faults,
) -> Result<Operand<'a>> {
    match function {
        Function::Not => Ok(Operand::array(arg.truth(rows)?.not().into_array())),
        Function::IsNull => Ok(Operand::array(BooleanArray::new(!&arg.valid(rows), None))),
        Function::Negate if arg.is_null_constant() => Ok(Operand::Scalar { value: None, data_type: result }),
        Function::Negate if matches!(result, DataType::Decimal128(..)) => decimal::negate(arg, result, rows, faults),
        Function::Negate => arithmetic::negate(arg, result, rows, faults),
        _ => Err(misused(function)),
    }
}

fn binary<'a>(
    function: Function,
    left: Operand<'a>,
    right: &Operand<'a>,
    result: &'a DataType,
    rows: usize,
    faults: &mut Faults,
) -> Result<Operand<'a>> {
    if let Some(comparison) = Comparison::of(function) {
        return Ok(Operand::array(compared(comparison, &left, right, rows)?.into_array()));
    }
    match function {
        Function::IsDistinctFrom => Ok(Operand::array(distinct(&left, right, rows)?)),
        Function::NullIf => null_if(left, right, result, rows),
        _ if left.is_null_constant() || right.is_null_constant() => {
            Ok(Operand::Scalar { value: None, data_type: result })
        }
        Function::LikePattern => Ok(Operand::array(like::like(&left, right, rows)?)),
        _ if matches!(result, DataType::Decimal128(..)) => {
            decimal::compute(function, &left, right, result, rows, faults)
        }
        _ => arithmetic::compute(function, &left, right, result, rows, faults),
    }
}

// Trino docs, Comparison functions and operators: a comparison with NULL is NULL.
fn compared(comparison: Comparison, left: &Operand<'_>, right: &Operand<'_>, rows: usize) -> Result<Truth> {
    if left.is_null_constant() || right.is_null_constant() {
        return Ok(Truth::constant(None, rows));
    }
    let nulls = NullBuffer::union(left.nulls(), right.nulls());
    Ok(Truth::new(compare(comparison, left, right, rows)?, nulls.as_ref()))
}

// Trino docs, IS DISTINCT FROM: NULL is a value like any other, and never is the answer NULL.
fn distinct(left: &Operand<'_>, right: &Operand<'_>, rows: usize) -> Result<BooleanArray> {
    let (left_valid, right_valid) = (left.valid(rows), right.valid(rows));
    let mut distinct = &left_valid ^ &right_valid;
    if !left.is_null_constant() && !right.is_null_constant() {
        let unlike = compare(Comparison::NotIdentical, left, right, rows)?;
        distinct = &distinct | &(&(&left_valid & &right_valid) & &unlike);
    }
    Ok(BooleanArray::new(distinct, None))
}

// Trino docs, NULLIF: NULL where the two are equal, else the first, NULL or not.
fn null_if<'a>(left: Operand<'a>, right: &Operand<'a>, result: &'a DataType, rows: usize) -> Result<Operand<'a>> {
    if left.is_null_constant() {
        return Ok(Operand::Scalar { value: None, data_type: result });
    }
    let equal = compared(Comparison::Equal, &left, right, rows)?.yes;
    let values = left.into_array(result, rows)?;
    let array = nullif(&values, &BooleanArray::new(equal, None))
        .map_err(|error| Error::internal("$nullif could not be computed").with_source(error))?;
    Ok(Operand::Array(array))
}

fn within<'a>(value: &'a Expr, list: &'a Expr, batch: &RecordBatch) -> Result<Outcome<'a>> {
    let rows = batch.num_rows();
    let value = outcome(value, batch)?;
    if value.operand.is_null_constant() {
        return Ok(Outcome { operand: Operand::array(BooleanArray::new_null(rows)), faults: value.faults });
    }
    match list {
        Expr::List { values, .. } => {
            let array = value.operand.to_array(rows)?;
            let set = ValueSet::of_list(array.data_type(), values.iter().flatten())?;
            let truth = membership(&set, &array, values.contains(&None))?;
            Ok(Outcome { operand: Operand::array(truth.into_array()), faults: value.faults })
        }
        Expr::Call { function: Function::Array, args, .. } => any_equal(value, args, batch),
        _ => any_equal(value, std::slice::from_ref(list), batch),
    }
}

// Trino docs, IN: TRUE if one is equal, else NULL if one is NULL, else FALSE. No list holds NaN: it equals nothing.
fn membership(set: &ValueSet<'_>, array: &dyn Array, with_null: bool) -> Result<Truth> {
    let found = set.contained(array, false)?;
    let mut truth = Truth::new(found, array.nulls());
    if with_null {
        truth.no = BooleanBuffer::new_unset(array.len());
    }
    Ok(truth)
}

// Trino, InCodeGenerator: what is not a constant is compared one after the other, until one is equal.
fn any_equal<'a>(value: Outcome<'a>, items: &'a [Expr], batch: &RecordBatch) -> Result<Outcome<'a>> {
    let rows = batch.num_rows();
    let mut faults = value.faults;
    let mut truth = Truth::constant(Some(false), rows);
    for item in items {
        let mut item = outcome(item, batch)?;
        if !item.faults.is_empty() {
            item.faults.keep(&(&value.operand.valid(rows) & &!&truth.yes));
            faults.merge(item.faults);
        }
        truth = truth.or(&compared(Comparison::Equal, &value.operand, &item.operand, rows)?);
    }
    Ok(Outcome { operand: Operand::array(truth.into_array()), faults })
}

fn misused(function: Function) -> Error {
    Error::internal(format!("{} was let through with the wrong arguments", function.wire_name()))
}
