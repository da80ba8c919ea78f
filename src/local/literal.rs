//! Literals of DataFusion as values of the seam, and literals compared with a column as values of the column's type.
//!
//! Exactly or not at all: a bound between two values of the column is moved to the nearest one with its comparison, anything
//! else that does not fit is left to the engine.

use connector_core::{Expr, Function, Value};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;

const MILLIS_PER_DAY: i128 = 86_400_000;

/// A literal as a constant of its own type, if that type travels.
pub(super) fn constant(literal: &ScalarValue) -> Option<Expr> {
    let (value, data_type) = match literal {
        ScalarValue::Boolean(value) => (value.map(Value::Bool), DataType::Boolean),
        ScalarValue::Int8(value) => (value.map(|value| Value::Int(value.into())), DataType::Int8),
        ScalarValue::Int16(value) => (value.map(|value| Value::Int(value.into())), DataType::Int16),
        ScalarValue::Int32(value) => (value.map(|value| Value::Int(value.into())), DataType::Int32),
        ScalarValue::Int64(value) => (value.map(Value::Int), DataType::Int64),
        ScalarValue::Float32(value) => (value.map(Value::Float32), DataType::Float32),
        ScalarValue::Float64(value) => (value.map(Value::Float64), DataType::Float64),
        ScalarValue::Decimal128(value, precision, scale) if (0..=38).contains(scale) => {
            (value.map(|unscaled| Value::Decimal { unscaled, scale: *scale }), DataType::Decimal128(*precision, *scale))
        }
        ScalarValue::Utf8(value) | ScalarValue::LargeUtf8(value) | ScalarValue::Utf8View(value) => {
            (value.clone().map(Value::Text), DataType::Utf8)
        }
        ScalarValue::Binary(value) | ScalarValue::LargeBinary(value) | ScalarValue::BinaryView(value) => {
            (value.clone().map(Value::Bytes), DataType::Binary)
        }
        ScalarValue::Date32(value) => (value.map(Value::Date), DataType::Date32),
        ScalarValue::TimestampMillisecond(value, None) => (value.map(Value::Millis), DataType::Date64),
        ScalarValue::TimestampMillisecond(value, Some(_)) => {
            (value.map(Value::ZonedMillis), DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())))
        }
        _ => return None,
    };
    Some(Expr::Constant { value, data_type })
}

/// A comparison with a column whose literal has been moved onto a value of the column's type.
#[derive(Debug, PartialEq)]
pub(super) struct Folded {
    /// The comparison that means the same.
    pub function: Function,
    /// The value to compare with.
    pub value: Value,
}

/// `column function literal`, said with a value of the column's type of the wire.
pub(super) fn folded(function: Function, column: &DataType, literal: &ScalarValue) -> Option<Folded> {
    if let Some(steps) = steps(column, literal) {
        let function = moved(function, &steps)?;
        return Some(Folded { function, value: value(column, steps.floor)? });
    }
    match constant(literal)? {
        Expr::Constant { value: Some(value), data_type } if data_type == *column => Some(Folded { function, value }),
        _ => None,
    }
}

/// A literal counted in the column's smallest steps, rounded down.
struct Steps {
    floor: i128,
    exact: bool,
}

/// The comparison with the floor that means the same as one with the literal; none for equality with what is no value.
fn moved(function: Function, steps: &Steps) -> Option<Function> {
    match function {
        function if steps.exact => Some(function),
        Function::LessThan | Function::LessThanOrEqual => Some(Function::LessThanOrEqual),
        Function::GreaterThan | Function::GreaterThanOrEqual => Some(Function::GreaterThan),
        _ => None,
    }
}

/// Numbers and times are counted; what is not counted, or by another measure than the column, is none.
fn steps(column: &DataType, literal: &ScalarValue) -> Option<Steps> {
    let (count, numerator, denominator) = match column {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            let (unscaled, scale) = number(literal)?;
            (unscaled, 1, power(scale)?)
        }
        DataType::Decimal128(_, column_scale) => {
            let (unscaled, scale) = number(literal)?;
            (unscaled, power(*column_scale)?, power(scale)?)
        }
        DataType::Date32 => {
            let (count, per_milli, is_zoned) = instant(literal)?;
            (!is_zoned).then_some((count, per_milli.0, per_milli.1.checked_mul(MILLIS_PER_DAY)?))?
        }
        DataType::Date64 => {
            let (count, per_milli, is_zoned) = instant(literal)?;
            (!is_zoned).then_some((count, per_milli.0, per_milli.1))?
        }
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
            let (count, per_milli, is_zoned) = instant(literal)?;
            is_zoned.then_some((count, per_milli.0, per_milli.1))?
        }
        _ => return None,
    };
    let scaled = count.checked_mul(numerator)?;
    Some(Steps { floor: scaled.div_euclid(denominator), exact: scaled.rem_euclid(denominator) == 0 })
}

/// Unscaled digits and scale.
fn number(literal: &ScalarValue) -> Option<(i128, i8)> {
    Some(match literal {
        ScalarValue::Int8(Some(value)) => (i128::from(*value), 0),
        ScalarValue::Int16(Some(value)) => (i128::from(*value), 0),
        ScalarValue::Int32(Some(value)) => (i128::from(*value), 0),
        ScalarValue::Int64(Some(value)) => (i128::from(*value), 0),
        ScalarValue::UInt64(Some(value)) => (i128::from(*value), 0),
        ScalarValue::Decimal128(Some(value), _, scale) if *scale >= 0 => (*value, *scale),
        _ => return None,
    })
}

/// A count of units, how to turn one into milliseconds (times, by), and whether it is an instant and no wall clock.
fn instant(literal: &ScalarValue) -> Option<(i128, (i128, i128), bool)> {
    Some(match literal {
        ScalarValue::Date32(Some(days)) => (i128::from(*days), (MILLIS_PER_DAY, 1), false),
        ScalarValue::TimestampSecond(Some(value), zone) => (i128::from(*value), (1_000, 1), zone.is_some()),
        ScalarValue::TimestampMillisecond(Some(value), zone) => (i128::from(*value), (1, 1), zone.is_some()),
        ScalarValue::TimestampMicrosecond(Some(value), zone) => (i128::from(*value), (1, 1_000), zone.is_some()),
        ScalarValue::TimestampNanosecond(Some(value), zone) => (i128::from(*value), (1, 1_000_000), zone.is_some()),
        _ => return None,
    })
}

fn power(scale: i8) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(scale).ok()?)
}

/// So many steps, as a value of the column; none outside of its type.
fn value(column: &DataType, steps: i128) -> Option<Value> {
    let int = i64::try_from(steps);
    Some(match column {
        DataType::Int8 => Value::Int(i8::try_from(steps).ok()?.into()),
        DataType::Int16 => Value::Int(i16::try_from(steps).ok()?.into()),
        DataType::Int32 => Value::Int(i32::try_from(steps).ok()?.into()),
        DataType::Int64 => Value::Int(int.ok()?),
        DataType::Decimal128(precision, scale) => {
            let limit = power(i8::try_from(*precision).ok()?)?;
            (-limit < steps && steps < limit).then_some(Value::Decimal { unscaled: steps, scale: *scale })?
        }
        DataType::Date32 => Value::Date(i32::try_from(steps).ok()?),
        DataType::Date64 => Value::Millis(int.ok()?),
        DataType::Timestamp(..) => Value::ZonedMillis(int.ok()?),
        _ => return None,
    })
}

/// Whether every value of `from` is kept apart, and in order, by a cast to `to`, so that the cast may be left out of a
/// comparison with a literal. `from` is a type of the wire, `to` one of the engine.
pub(super) fn cast_keeps_all(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Decimal128(from_precision, from_scale), DataType::Decimal128(to_precision, to_scale)) => {
            to_scale >= from_scale
                && i16::from(*to_precision) - i16::from(*to_scale)
                    >= i16::from(*from_precision) - i16::from(*from_scale)
        }
        (from, DataType::Decimal128(precision, scale)) => integer_digits(from)
            .is_some_and(|digits| *scale >= 0 && i16::from(*precision) - i16::from(*scale) >= digits),
        (from, to) if integer_digits(from).is_some() => integer_digits(to) >= integer_digits(from),
        // Wherever the engine's count of the finer unit overflows it fails, and here it does not.
        (DataType::Date32 | DataType::Date64, DataType::Timestamp(_, None)) => {
            *from == DataType::Date32 || is_finer(to)
        }
        (DataType::Timestamp(_, Some(_)), DataType::Timestamp(_, Some(_))) => is_finer(to),
        _ => false,
    }
}

fn is_finer(timestamp: &DataType) -> bool {
    !matches!(timestamp, DataType::Timestamp(TimeUnit::Second, _))
}

fn integer_digits(data_type: &DataType) -> Option<i16> {
    Some(match data_type {
        DataType::Int8 => 3,
        DataType::Int16 => 5,
        DataType::Int32 => 10,
        DataType::Int64 => 19,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(unscaled: i128, scale: i8) -> ScalarValue {
        ScalarValue::Decimal128(Some(unscaled), 38, scale)
    }

    #[test]
    fn a_bound_between_two_values_moves_to_the_lower_one_with_its_comparison() {
        let column = DataType::Decimal128(12, 2);
        let at = |unscaled| Value::Decimal { unscaled, scale: 2 };
        let folded =
            |function, literal: ScalarValue| folded(function, &column, &literal).map(|it| (it.function, it.value));
        assert_eq!(folded(Function::GreaterThanOrEqual, decimal(1005, 3)), Some((Function::GreaterThan, at(100))));
        assert_eq!(folded(Function::LessThan, decimal(1005, 3)), Some((Function::LessThanOrEqual, at(100))));
        assert_eq!(folded(Function::LessThan, decimal(-1005, 3)), Some((Function::LessThanOrEqual, at(-101))));
        assert_eq!(folded(Function::LessThan, decimal(1010, 3)), Some((Function::LessThan, at(101))));
        assert_eq!(folded(Function::Equal, decimal(1005, 3)), None);
        assert_eq!(folded(Function::Equal, ScalarValue::Int64(Some(5))), Some((Function::Equal, at(500))));
        assert_eq!(folded(Function::LessThan, decimal(10_i128.pow(12), 2)), None);
    }

    #[test]
    fn a_time_finer_than_a_millisecond_is_never_cut_but_moved() {
        let micros = ScalarValue::TimestampMicrosecond(Some(-1), None);
        let folded = |function, column: DataType| folded(function, &column, &micros).map(|it| (it.function, it.value));
        assert_eq!(folded(Function::Equal, DataType::Date64), None);
        assert_eq!(folded(Function::LessThan, DataType::Date64), Some((Function::LessThanOrEqual, Value::Millis(-1))));
        assert_eq!(
            folded(Function::GreaterThanOrEqual, DataType::Date32),
            Some((Function::GreaterThan, Value::Date(-1)))
        );
        let zoned = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        assert_eq!(folded(Function::LessThan, zoned), None);
    }

    #[test]
    fn a_cast_is_left_out_only_where_it_loses_nothing() {
        assert!(cast_keeps_all(&DataType::Int32, &DataType::Int64));
        assert!(!cast_keeps_all(&DataType::Int64, &DataType::Int32));
        assert!(cast_keeps_all(&DataType::Decimal128(12, 2), &DataType::Decimal128(13, 3)));
        assert!(!cast_keeps_all(&DataType::Decimal128(12, 2), &DataType::Decimal128(12, 3)));
        assert!(!cast_keeps_all(&DataType::Int64, &DataType::Float64));
        assert!(!cast_keeps_all(&DataType::Date64, &DataType::Date32));
    }
}
