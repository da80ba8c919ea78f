//! Which expressions can be evaluated exactly: checked before a row is looked at, so that the answer never depends on data.
//!
//! Not here: evaluation.

use arrow_schema::{DataType, Schema, TimeUnit};

use crate::{Error, Expr, Function, Result, Value, pack_zoned, same_layout, same_type};

/// How many calls deep an expression may be.
pub const MAX_DEPTH: usize = 500;

const MAX_PRECISION: u8 = 38;

/// Types whose values compare with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// The type of a bare NULL.
    Unknown,
    Boolean,
    Integer,
    Float,
    Decimal,
    Text,
    Binary,
    Date,
    /// Plain timestamps.
    Millis,
    /// Timestamps with a zone, compared by instant.
    Zoned,
    /// Arrays, rows and maps: nothing but IS NULL is asked of them.
    Nested,
}

/// The family of a type that Athena's protocol can carry (protocol, supported types).
pub(super) fn family(data_type: &DataType) -> Option<Family> {
    Some(match data_type {
        DataType::Null => Family::Unknown,
        DataType::Boolean => Family::Boolean,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Family::Integer,
        DataType::Float32 | DataType::Float64 => Family::Float,
        DataType::Decimal128(precision, scale) => {
            let known =
                (1..=MAX_PRECISION).contains(precision) && u8::try_from(*scale).is_ok_and(|s| s <= MAX_PRECISION);
            return known.then_some(Family::Decimal);
        }
        DataType::Utf8 => Family::Text,
        DataType::Binary => Family::Binary,
        DataType::Date32 => Family::Date,
        DataType::Date64 => Family::Millis,
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => Family::Zoned,
        DataType::List(_) | DataType::Struct(_) | DataType::Map(..) => Family::Nested,
        _ => return None,
    })
}

/// Whether [`evaluate`](super::evaluate) computes `function` over these types exactly as Athena does.
///
/// The second argument of [`Function::In`] may be the type of the list or that of its elements.
pub fn supports(function: Function, args: &[DataType], result: &DataType) -> bool {
    let boolean = *result == DataType::Boolean;
    match (function, args) {
        (Function::And | Function::Or, [_, ..]) | (Function::Not, [_]) => boolean && args.iter().all(is_boolean),
        (Function::IsNull, [arg]) => boolean && family(arg).is_some(),
        (Function::NullIf, [left, right]) => same_layout(left, result) && comparable(left, right),
        (Function::In, [value, DataType::List(element)]) => boolean && comparable(value, element.data_type()),
        (Function::Array, [_, ..]) => {
            matches!(result, DataType::List(element) if args.iter().all(|arg| comparable(arg, element.data_type())))
        }
        (Function::LikePattern, [value, pattern]) => boolean && is_text(value) && is_text(pattern),
        (Function::Negate, [arg]) => same_layout(arg, result) && is_number(arg),
        (function, [left, right]) if is_arithmetic(function) => computable(function, left, right, result),
        (function, [left, right]) if function == Function::In || is_comparison(function) => {
            boolean && comparable(left, right)
        }
        _ => false,
    }
}

fn is_comparison(function: Function) -> bool {
    use Function::{Equal, GreaterThan, GreaterThanOrEqual, IsDistinctFrom, LessThan, LessThanOrEqual, NotEqual};
    matches!(
        function,
        Equal | NotEqual | LessThan | LessThanOrEqual | GreaterThan | GreaterThanOrEqual | IsDistinctFrom
    )
}

fn is_arithmetic(function: Function) -> bool {
    use Function::{Add, Divide, Modulus, Multiply, Subtract};
    matches!(function, Add | Subtract | Multiply | Divide | Modulus)
}

fn is_boolean(data_type: &DataType) -> bool {
    matches!(family(data_type), Some(Family::Boolean | Family::Unknown))
}

fn is_text(data_type: &DataType) -> bool {
    matches!(family(data_type), Some(Family::Text | Family::Unknown))
}

fn is_number(data_type: &DataType) -> bool {
    matches!(family(data_type), Some(Family::Integer | Family::Float | Family::Decimal))
}

// Integers and decimals compare numerically, as Trino's coercion of either to a wider decimal has it; an integer beside a
// float would be rounded by a cast that cannot travel.
fn comparable(left: &DataType, right: &DataType) -> bool {
    let (Some(left), Some(right)) = (family(left), family(right)) else { return false };
    match (left, right) {
        (Family::Nested, _) | (_, Family::Nested) => false,
        (Family::Unknown, _)
        | (_, Family::Unknown)
        | (Family::Integer, Family::Decimal)
        | (Family::Decimal, Family::Integer) => true,
        _ => left == right,
    }
}

// The scales are Trino's (Trino docs, Decimal functions and operators); any other result type is not one of its operators.
fn computable(function: Function, left: &DataType, right: &DataType, result: &DataType) -> bool {
    let families = (family(left), family(right), family(result));
    match families {
        (Some(Family::Integer), Some(Family::Integer), Some(Family::Integer)) => true,
        (Some(Family::Float), Some(Family::Float), Some(Family::Float)) => {
            *result == DataType::Float64 || (*left == DataType::Float32 && *right == DataType::Float32)
        }
        (_, _, Some(Family::Decimal)) => {
            let (Some(left), Some(right), Some(scale)) = (scale(left), scale(right), scale(result)) else {
                return false;
            };
            match function {
                Function::Multiply => scale == left + right,
                _ => scale == left.max(right),
            }
        }
        _ => false,
    }
}

fn scale(data_type: &DataType) -> Option<u8> {
    match (family(data_type)?, data_type) {
        (Family::Integer, _) => Some(0),
        (_, DataType::Decimal128(_, scale)) => u8::try_from(*scale).ok(),
        _ => None,
    }
}

/// Whether a filter can be evaluated, and is a boolean.
pub(super) fn check_filter(filter: &Expr, schema: &Schema) -> Result<()> {
    check(filter, schema)?;
    if is_boolean(filter.data_type()) {
        return Ok(());
    }
    Err(Error::invalid(format!("a filter is a boolean, not {}", filter.data_type())))
}

/// Whether an expression can be evaluated over batches of `schema`.
pub(super) fn check(expr: &Expr, schema: &Schema) -> Result<()> {
    check_at(expr, schema, 0)
}

fn check_at(expr: &Expr, schema: &Schema, depth: usize) -> Result<()> {
    match expr {
        Expr::Column { name, data_type } => check_column(name, data_type, schema),
        Expr::Constant { value: None, data_type } => known(data_type),
        Expr::Constant { value: Some(value), data_type } => {
            known(data_type).and_then(|()| check_constant(value, data_type))
        }
        Expr::List { .. } => Err(Error::invalid("a list of constants stands outside of $in")),
        Expr::Call { .. } if depth >= MAX_DEPTH => {
            Err(Error::invalid(format!("the expression is more than {MAX_DEPTH} calls deep"))
                .hint("split it into several conditions"))
        }
        Expr::Call { function, args, data_type } => check_call(*function, args, data_type, schema, depth),
    }
}

fn check_call(function: Function, args: &[Expr], result: &DataType, schema: &Schema, depth: usize) -> Result<()> {
    let name = function.wire_name();
    if !arity(function).contains(&args.len()) {
        return Err(Error::invalid(format!("{name} has {} arguments", args.len())));
    }
    if function == Function::Array {
        return Err(Error::invalid("an array stands outside of $in"));
    }
    if let (Function::In, [value, list]) = (function, args) {
        check_at(value, schema, depth + 1)?;
        check_list(list, schema, depth + 1)?;
    } else {
        args.iter().try_for_each(|arg| check_at(arg, schema, depth + 1))?;
    }
    let types: Vec<DataType> = args.iter().map(|arg| arg.data_type().clone()).collect();
    if supports(function, &types, result) {
        return Ok(());
    }
    let types: Vec<String> = types.iter().map(DataType::to_string).collect();
    Err(Error::unsupported(format!("{name} of {} giving {result} is not evaluated", types.join(" and ")))
        .hint("leave this condition to Athena"))
}

fn check_list(list: &Expr, schema: &Schema, depth: usize) -> Result<()> {
    match list {
        // SQL has no empty list, so there is no meaning to give it.
        Expr::List { values, .. } if values.is_empty() => Err(Error::invalid("the list of $in is empty")),
        Expr::List { values, data_type } => {
            known(data_type)?;
            values.iter().flatten().try_for_each(|value| check_constant(value, data_type))
        }
        Expr::Call { function: Function::Array, args, data_type } => {
            if args.is_empty() {
                return Err(Error::invalid("the array of $in is empty"));
            }
            args.iter().try_for_each(|arg| check_at(arg, schema, depth))?;
            let types: Vec<DataType> = args.iter().map(|arg| arg.data_type().clone()).collect();
            if supports(Function::Array, &types, data_type) {
                return Ok(());
            }
            Err(Error::unsupported(format!("$array giving {data_type} is not evaluated")))
        }
        Expr::Constant { .. } => check_at(list, schema, depth),
        Expr::Column { .. } | Expr::Call { .. } => Err(Error::unsupported("$in of a computed array is not evaluated")),
    }
}

fn arity(function: Function) -> std::ops::RangeInclusive<usize> {
    match function {
        Function::And | Function::Or | Function::Array => 1..=usize::MAX,
        Function::Not | Function::IsNull | Function::Negate => 1..=1,
        _ => 2..=2,
    }
}

fn check_column(name: &str, data_type: &DataType, schema: &Schema) -> Result<()> {
    let Some((_, field)) = schema.column_with_name(name) else {
        return Err(Error::not_found(format!("the expression names column \"{name}\", which the batch lacks")));
    };
    if !same_type(field.data_type(), data_type) {
        let actual = field.data_type();
        return Err(Error::invalid(format!("column \"{name}\" is {actual}, the expression takes it as {data_type}")));
    }
    known(data_type)
}

fn known(data_type: &DataType) -> Result<()> {
    match family(data_type) {
        Some(_) => Ok(()),
        None => Err(Error::unsupported(format!("values of {data_type} are not evaluated"))),
    }
}

fn check_constant(value: &Value, data_type: &DataType) -> Result<()> {
    let fits = match (value, data_type) {
        (Value::Bool(_), DataType::Boolean)
        | (Value::Int(_), DataType::Int64)
        | (Value::Float32(_), DataType::Float32)
        | (Value::Float64(_), DataType::Float64)
        | (Value::Text(_), DataType::Utf8)
        | (Value::Bytes(_), DataType::Binary)
        | (Value::Date(_), DataType::Date32)
        | (Value::Millis(_), DataType::Date64) => true,
        (Value::Int(value), DataType::Int8) => i8::try_from(*value).is_ok(),
        (Value::Int(value), DataType::Int16) => i16::try_from(*value).is_ok(),
        (Value::Int(value), DataType::Int32) => i32::try_from(*value).is_ok(),
        (Value::Decimal { unscaled, scale }, DataType::Decimal128(precision, stated)) => {
            scale == stated && unscaled.unsigned_abs() < 10_u128.pow(u32::from(*precision))
        }
        (Value::ZonedMillis(millis), DataType::Timestamp(..)) => pack_zoned(*millis).is_some(),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(Error::invalid(format!("a constant does not fit its type, {data_type}")))
}
