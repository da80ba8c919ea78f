//! Comparisons: equality and order of every type that has them.
//!
//! Not here: NULL, which the caller lays over the answer.

use arrow_array::types::{Date32Type, Date64Type, Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::bits::{Lanes, pack_two};
use super::decimal;
use super::operand::Operand;
use super::types::Family;
use crate::{Error, Function, Result};

/// A comparison of two non-null values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// What IS DISTINCT FROM asks of two values: `NotEqual`, but NaN is NaN.
    NotIdentical,
}

impl Comparison {
    /// The comparison that a function is, if NULL makes its answer NULL.
    pub fn of(function: Function) -> Option<Self> {
        Some(match function {
            Function::Equal => Self::Equal,
            Function::NotEqual => Self::NotEqual,
            Function::LessThan => Self::Less,
            Function::LessThanOrEqual => Self::LessOrEqual,
            Function::GreaterThan => Self::Greater,
            Function::GreaterThanOrEqual => Self::GreaterOrEqual,
            _ => return None,
        })
    }
}

/// Compares two operands of one family, or an integer with a decimal; neither is a NULL constant.
pub(super) fn compare(
    comparison: Comparison,
    left: &Operand<'_>,
    right: &Operand<'_>,
    rows: usize,
) -> Result<BooleanBuffer> {
    match (left.family()?, right.family()?) {
        (Family::Boolean, Family::Boolean) => booleans(comparison, left, right, rows),
        (Family::Float, Family::Float) => floats(comparison, left, right, rows),
        // Trino docs, Language, Types: text has no collation; Trino, VarcharType: slices compare as unsigned bytes, which for
        // UTF-8 is the order of code points. Trino, VarbinaryType: unsigned bytes.
        (Family::Text, Family::Text) | (Family::Binary, Family::Binary) => {
            let (left, right) = (left.bytes()?, right.bytes()?);
            Ok(by_row(comparison, rows, |row| left.value(row), |row| right.value(row)))
        }
        (Family::Integer, Family::Integer)
        | (Family::Date, Family::Date)
        | (Family::Millis, Family::Millis)
        | (Family::Zoned, Family::Zoned) => integers(comparison, left, right, rows),
        (Family::Integer | Family::Decimal, Family::Integer | Family::Decimal) => {
            let (left, right) = decimal::aligned(left.decimals()?, right.decimals()?);
            Ok(ordered(comparison, &left, &right, rows))
        }
        _ => Err(Error::unsupported(format!("{} is not compared with {}", left.data_type(), right.data_type()))),
    }
}

// Columns of one width are compared where they lie; whatever differs is widened first.
fn integers(comparison: Comparison, left: &Operand<'_>, right: &Operand<'_>, rows: usize) -> Result<BooleanBuffer> {
    macro_rules! natively {
        ($type:ty) => {
            Ok(ordered(comparison, &left.natives::<$type>()?, &right.natives::<$type>()?, rows))
        };
    }
    match (left.data_type(), right.data_type()) {
        (DataType::Int8, DataType::Int8) => natively!(Int8Type),
        (DataType::Int16, DataType::Int16) => natively!(Int16Type),
        (DataType::Int32, DataType::Int32) => natively!(Int32Type),
        (DataType::Int64, DataType::Int64) => natively!(Int64Type),
        (DataType::Date32, DataType::Date32) => natively!(Date32Type),
        (DataType::Date64, DataType::Date64) => natively!(Date64Type),
        _ => Ok(ordered(comparison, &left.integers()?, &right.integers()?, rows)),
    }
}

// Trino, RealType and DoubleType: IEEE 754, so -0 equals 0 and NaN is unequal to everything and in no order with anything.
fn floats(comparison: Comparison, left: &Operand<'_>, right: &Operand<'_>, rows: usize) -> Result<BooleanBuffer> {
    if *left.data_type() == DataType::Float32 && *right.data_type() == DataType::Float32 {
        return Ok(unordered(comparison, &left.reals()?, &right.reals()?, rows));
    }
    Ok(unordered(comparison, &left.doubles()?, &right.doubles()?, rows))
}

// Trino, DoubleType: two NaN are not distinct. What has no order with itself is NaN.
fn unordered<T: PartialOrd + Copy>(
    comparison: Comparison,
    left: &Lanes<'_, T>,
    right: &Lanes<'_, T>,
    rows: usize,
) -> BooleanBuffer {
    if comparison != Comparison::NotIdentical {
        return ordered(comparison, left, right, rows);
    }
    let is_nan = |value: T| value.partial_cmp(&value).is_none();
    pack_two(left, right, rows, |l, r| l != r && !(is_nan(l) && is_nan(r)))
}

fn ordered<T: PartialOrd + Copy>(
    comparison: Comparison,
    left: &Lanes<'_, T>,
    right: &Lanes<'_, T>,
    rows: usize,
) -> BooleanBuffer {
    match comparison {
        Comparison::Equal => pack_two(left, right, rows, |l, r| l == r),
        Comparison::NotEqual | Comparison::NotIdentical => pack_two(left, right, rows, |l, r| l != r),
        Comparison::Less => pack_two(left, right, rows, |l, r| l < r),
        Comparison::LessOrEqual => pack_two(left, right, rows, |l, r| l <= r),
        Comparison::Greater => pack_two(left, right, rows, |l, r| l > r),
        Comparison::GreaterOrEqual => pack_two(left, right, rows, |l, r| l >= r),
    }
}

// Trino, BooleanType: FALSE is less than TRUE.
fn booleans(comparison: Comparison, left: &Operand<'_>, right: &Operand<'_>, rows: usize) -> Result<BooleanBuffer> {
    let (left, right) = (left.truth(rows)?.yes, right.truth(rows)?.yes);
    Ok(by_row(comparison, rows, |row| left.value(row), |row| right.value(row)))
}

fn by_row<T: PartialOrd>(
    comparison: Comparison,
    rows: usize,
    left: impl Fn(usize) -> T,
    right: impl Fn(usize) -> T,
) -> BooleanBuffer {
    match comparison {
        Comparison::Equal => BooleanBuffer::collect_bool(rows, |row| left(row) == right(row)),
        Comparison::NotEqual | Comparison::NotIdentical => {
            BooleanBuffer::collect_bool(rows, |row| left(row) != right(row))
        }
        Comparison::Less => BooleanBuffer::collect_bool(rows, |row| left(row) < right(row)),
        Comparison::LessOrEqual => BooleanBuffer::collect_bool(rows, |row| left(row) <= right(row)),
        Comparison::Greater => BooleanBuffer::collect_bool(rows, |row| left(row) > right(row)),
        Comparison::GreaterOrEqual => BooleanBuffer::collect_bool(rows, |row| left(row) >= right(row)),
    }
}
