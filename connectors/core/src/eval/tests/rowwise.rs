//! The evaluator once more, as plainly as it can be said: one row at a time, in order, stopping where Trino stops.
//!
//! It shares no code with the one under test but the vocabulary.

use std::cmp::Ordering;

use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_buffer::i256;

use super::*;

/// One value.
#[derive(Clone, Debug)]
pub enum Cell {
    Null,
    Bool(bool),
    /// Integers, dates, instants and decimals: unscaled, scale.
    Number(i256, u32),
    Float(f64),
    Bytes(Vec<u8>),
}

/// A row's arithmetic failed.
#[derive(Debug)]
pub struct Failed;

type Answer = Result<Cell, Failed>;

impl Cell {
    /// Equality for tests: NaN is NaN, −0 is not 0.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(left), Self::Float(right)) => {
                left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
            }
            (Self::Null, Self::Null) => true,
            (Self::Null, _) | (_, Self::Null) => false,
            _ => order(self, other) == Some(Ordering::Equal),
        }
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

pub fn of_value(value: Option<&Value>) -> Cell {
    let whole = |value: i128| Cell::Number(i256::from_i128(value), 0);
    match value {
        None => Cell::Null,
        Some(Value::Bool(value)) => Cell::Bool(*value),
        Some(Value::Int(value) | Value::Millis(value) | Value::ZonedMillis(value)) => whole(i128::from(*value)),
        Some(Value::Date(days)) => whole(i128::from(*days)),
        Some(Value::Float32(value)) => Cell::Float(f64::from(*value)),
        Some(Value::Float64(value)) => Cell::Float(*value),
        Some(Value::Decimal { unscaled, scale }) => {
            Cell::Number(i256::from_i128(*unscaled), u32::try_from(*scale).unwrap())
        }
        Some(Value::Text(text)) => Cell::Bytes(text.clone().into_bytes()),
        Some(Value::Bytes(bytes)) => Cell::Bytes(bytes.clone()),
    }
}

pub fn of_array(array: &ArrayRef, row: usize) -> Cell {
    if array.is_null(row) {
        return Cell::Null;
    }
    let whole = |value: i64| Cell::Number(i256::from_i128(i128::from(value)), 0);
    match array.data_type() {
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int8 => whole(i64::from(array.as_primitive::<Int8Type>().value(row))),
        DataType::Int16 => whole(i64::from(array.as_primitive::<Int16Type>().value(row))),
        DataType::Int32 => whole(i64::from(array.as_primitive::<Int32Type>().value(row))),
        DataType::Int64 => whole(array.as_primitive::<Int64Type>().value(row)),
        DataType::Date32 => whole(i64::from(array.as_primitive::<Date32Type>().value(row))),
        DataType::Date64 => whole(array.as_primitive::<Date64Type>().value(row)),
        DataType::Timestamp(..) => whole(array.as_primitive::<TimestampMillisecondType>().value(row).div_euclid(4096)),
        DataType::Float32 => Cell::Float(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => {
            let unscaled = array.as_primitive::<Decimal128Type>().value(row);
            Cell::Number(i256::from_i128(unscaled), u32::try_from(*scale).unwrap())
        }
        DataType::Utf8 => Cell::Bytes(array.as_string::<i32>().value(row).as_bytes().to_vec()),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        other => panic!("{other} is not tested"),
    }
}

pub fn passes(domain: &Domain, cell: &Cell) -> bool {
    if matches!(cell, Cell::Null) {
        return domain.nulls;
    }
    let nan = matches!(cell, Cell::Float(value) if value.is_nan());
    let against = |value: &Value| order(cell, &of_value(Some(value)));
    match &domain.values {
        Values::All => true,
        Values::In(list) => list.iter().any(|value| against(value) == Some(Ordering::Equal)),
        Values::NotIn(list) => list.iter().all(|value| against(value) != Some(Ordering::Equal)),
        Values::Ranges(ranges) => ranges.iter().any(|range| {
            let low = match &range.low {
                Bound::Unbounded => true,
                Bound::Included(value) => matches!(against(value), Some(Ordering::Greater | Ordering::Equal)),
                Bound::Excluded(value) => against(value) == Some(Ordering::Greater),
            };
            let high = match &range.high {
                Bound::Unbounded => true,
                Bound::Included(value) => matches!(against(value), Some(Ordering::Less | Ordering::Equal)),
                Bound::Excluded(value) => against(value) == Some(Ordering::Less),
            };
            (low && high) || (nan && range.high == Bound::Unbounded)
        }),
    }
}

pub fn value(expr: &Expr, batch: &RecordBatch, row: usize) -> Answer {
    match expr {
        Expr::Column { name, .. } => Ok(of_array(batch.column_by_name(name).unwrap(), row)),
        Expr::Constant { value, .. } => Ok(of_value(value.as_ref())),
        Expr::List { .. } => panic!("a list stands alone"),
        Expr::Call { function, args, data_type } => apply(*function, args, data_type, batch, row),
    }
}

fn apply(function: Function, args: &[Expr], result: &DataType, batch: &RecordBatch, row: usize) -> Answer {
    let arg = |position: usize| value(&args[position], batch, row);
    match function {
        Function::And | Function::Or => {
            let decisive = function == Function::Or;
            let mut answer = Cell::Bool(!decisive);
            for arg in args {
                match value(arg, batch, row)?.truth() {
                    Some(truth) if truth == decisive => return Ok(Cell::Bool(decisive)),
                    Some(_) => {}
                    None => answer = Cell::Null,
                }
            }
            Ok(answer)
        }
        Function::Not => Ok(arg(0)?.truth().map_or(Cell::Null, |truth| Cell::Bool(!truth))),
        Function::IsNull => Ok(Cell::Bool(matches!(arg(0)?, Cell::Null))),
        Function::IsDistinctFrom => {
            let (left, right) = (arg(0)?, arg(1)?);
            Ok(Cell::Bool(match (&left, &right) {
                (Cell::Null, Cell::Null) => false,
                (Cell::Null, _) | (_, Cell::Null) => true,
                (Cell::Float(l), Cell::Float(r)) if l.is_nan() && r.is_nan() => false,
                _ => order(&left, &right) != Some(Ordering::Equal),
            }))
        }
        Function::In => within(&arg(0)?, &args[1], batch, row),
        Function::NullIf => match arg(0)? {
            Cell::Null => Ok(Cell::Null),
            left => match arg(1)? {
                Cell::Null => Ok(left),
                right if order(&left, &right) == Some(Ordering::Equal) => Ok(Cell::Null),
                _ => Ok(left),
            },
        },
        Function::Negate => match arg(0)? {
            Cell::Number(value, scale) => fit(value.wrapping_neg(), scale, result),
            Cell::Float(value) => Ok(Cell::Float(-value)),
            _ => Ok(Cell::Null),
        },
        Function::Array => panic!("an array stands alone"),
        _ => match arg(0)? {
            Cell::Null => Ok(Cell::Null),
            left => match arg(1)? {
                Cell::Null => Ok(Cell::Null),
                right => two(function, &left, &right, result),
            },
        },
    }
}

fn within(value: &Cell, list: &Expr, batch: &RecordBatch, row: usize) -> Answer {
    if matches!(value, Cell::Null) {
        return Ok(Cell::Null);
    }
    let items: Vec<Box<dyn Fn() -> Answer>> = match list {
        Expr::List { values, .. } => {
            values.iter().map(|item| Box::new(|| Ok(of_value(item.as_ref()))) as Box<dyn Fn() -> Answer>).collect()
        }
        Expr::Call { args, .. } => {
            args.iter().map(|arg| Box::new(move || super::rowwise::value(arg, batch, row)) as Box<_>).collect()
        }
        other => panic!("{other:?} is no list"),
    };
    let mut answer = Cell::Bool(false);
    for item in items {
        match item()? {
            Cell::Null => answer = Cell::Null,
            item if order(value, &item) == Some(Ordering::Equal) => return Ok(Cell::Bool(true)),
            _ => {}
        }
    }
    Ok(answer)
}

fn two(function: Function, left: &Cell, right: &Cell, result: &DataType) -> Answer {
    let ordering = order(left, right);
    let less = ordering == Some(Ordering::Less);
    let equal = ordering == Some(Ordering::Equal);
    let greater = ordering == Some(Ordering::Greater);
    match function {
        Function::Equal => Ok(Cell::Bool(equal)),
        Function::NotEqual => Ok(Cell::Bool(!equal)),
        Function::LessThan => Ok(Cell::Bool(less)),
        Function::LessThanOrEqual => Ok(Cell::Bool(less || equal)),
        Function::GreaterThan => Ok(Cell::Bool(greater)),
        Function::GreaterThanOrEqual => Ok(Cell::Bool(greater || equal)),
        Function::LikePattern => match (left, right) {
            (Cell::Bytes(text), Cell::Bytes(pattern)) => {
                let characters = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().chars().collect::<Vec<_>>();
                Ok(Cell::Bool(like(&characters(text), &characters(pattern))))
            }
            _ => panic!("LIKE of {left:?}"),
        },
        _ => match (left, right) {
            (Cell::Float(left), Cell::Float(right)) => Ok(floats(function, *left, *right, result)),
            (Cell::Number(left, left_scale), Cell::Number(right, right_scale)) => {
                numbers(function, (*left, *left_scale), (*right, *right_scale), result)
            }
            _ => panic!("{function:?} of {left:?}"),
        },
    }
}

fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('%', rest)) => (0..=text.len()).any(|start| like(&text[start..], rest)),
        Some((wanted, rest)) => {
            text.split_first().is_some_and(|(found, text)| (*wanted == '_' || wanted == found) && like(text, rest))
        }
    }
}

#[allow(clippy::cast_possible_truncation)] // Rounding to a real is what a real's arithmetic does.
fn floats(function: Function, left: f64, right: f64, result: &DataType) -> Cell {
    let (l, r) = (left as f32, right as f32);
    if *result == DataType::Float32 {
        return Cell::Float(f64::from(match function {
            Function::Add => l + r,
            Function::Subtract => l - r,
            Function::Multiply => l * r,
            Function::Divide => l / r,
            _ => l % r,
        }));
    }
    Cell::Float(match function {
        Function::Add => left + right,
        Function::Subtract => left - right,
        Function::Multiply => left * right,
        Function::Divide => left / right,
        _ => left % right,
    })
}

fn numbers(function: Function, left: (i256, u32), right: (i256, u32), result: &DataType) -> Answer {
    let scale = left.1.max(right.1);
    let (l, r) = (raise(left.0, scale - left.1), raise(right.0, scale - right.1));
    let zero = i256::from_i128(0);
    let decimal = matches!(result, DataType::Decimal128(..));
    match function {
        Function::Add => fit(l.wrapping_add(r), scale, result),
        Function::Subtract => fit(l.wrapping_sub(r), scale, result),
        Function::Multiply => fit(left.0.wrapping_mul(right.0), left.1 + right.1, result),
        _ if right.0 == zero => Err(Failed),
        Function::Modulus => fit(l.wrapping_rem(r), scale, result),
        // With both at one scale the quotient has scale 0; half is added to its magnitude before it is cut.
        Function::Divide if decimal => {
            let (dividend, divisor) = (raise(l, scale).wrapping_abs(), r.wrapping_abs());
            let two = i256::from_i128(2);
            let magnitude = dividend.wrapping_mul(two).wrapping_add(divisor).wrapping_div(divisor.wrapping_mul(two));
            fit(if (l < zero) == (r < zero) { magnitude } else { magnitude.wrapping_neg() }, scale, result)
        }
        _ => fit(l.wrapping_div(r), scale, result),
    }
}

fn raise(value: i256, zeros: u32) -> i256 {
    (0..zeros).fold(value, |value, _| value.checked_mul(i256::from_i128(10)).unwrap())
}

fn fit(value: i256, scale: u32, result: &DataType) -> Answer {
    let (low, high) = match result {
        DataType::Int8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
        DataType::Int16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
        DataType::Int32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        DataType::Int64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        DataType::Decimal128(precision, _) => {
            let limit = 10_i128.pow(u32::from(*precision));
            (1 - limit, limit - 1)
        }
        other => panic!("{other} is no number"),
    };
    if value < i256::from_i128(low) || value > i256::from_i128(high) {
        return Err(Failed);
    }
    Ok(Cell::Number(value, scale))
}

fn order(left: &Cell, right: &Cell) -> Option<Ordering> {
    match (left, right) {
        (Cell::Bool(left), Cell::Bool(right)) => Some(left.cmp(right)),
        (Cell::Float(left), Cell::Float(right)) => left.partial_cmp(right),
        (Cell::Bytes(left), Cell::Bytes(right)) => Some(left.cmp(right)),
        (Cell::Number(left, left_scale), Cell::Number(right, right_scale)) => {
            let scale = (*left_scale).max(*right_scale);
            Some(raise(*left, scale - left_scale).cmp(&raise(*right, scale - right_scale)))
        }
        _ => panic!("{left:?} is not compared with {right:?}"),
    }
}
