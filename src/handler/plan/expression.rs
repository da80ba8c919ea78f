//! Expressions of a plan as conditions of the seam.

use arrow_schema::DataType;
use connector_core::{Error, Expr, Function, Result, Value};

use super::relation::Columns;
use crate::protocol::plan::{Expression, FunctionName};

const COMPARISON: &str = "functions_comparison";
const BOOLEAN: &str = "functions_boolean";
/// Comparisons of times stand here.
const DATETIME: &str = "functions_datetime";

/// A condition over the columns of an input.
///
/// Errors: unsupported, for what has no words in Athena's protocol or mixes types, which Athena would cast; corrupt, for a
/// reference to a column that is not there.
pub(super) fn condition(of: &Expression, columns: &Columns<'_>) -> Result<Expr> {
    match expression(of, columns)? {
        condition if *condition.data_type() == DataType::Boolean => Ok(condition),
        _ => Err(Error::corrupt("a filter of the plan is no condition")),
    }
}

fn expression(of: &Expression, columns: &Columns<'_>) -> Result<Expr> {
    match of {
        Expression::Field(place) => {
            let column = columns.column(*place)?;
            Ok(Expr::Column { name: column.name.clone(), data_type: column.mapping.data_type.clone() })
        }
        Expression::Literal { value, data_type } => {
            Ok(Expr::Constant { value: value.clone(), data_type: data_type.clone() })
        }
        Expression::OneOf { value, options } => one_of(expression(value, columns)?, options),
        Expression::Call { function, arguments, .. } => {
            let arguments = arguments.iter().map(|argument| expression(argument, columns)).collect::<Result<_>>()?;
            call(function, arguments)
        }
    }
}

fn one_of(value: Expr, options: &[Expression]) -> Result<Expr> {
    let of = value.data_type().clone();
    let values: Option<Vec<Option<Value>>> = options
        .iter()
        .map(|option| match option {
            Expression::Literal { value, data_type } if *data_type == of => Some(value.clone()),
            _ => None,
        })
        .collect();
    let values = values.filter(|values| !values.is_empty());
    let values = values.ok_or_else(|| Error::unsupported("a list of the plan is not of constants of one type"))?;
    Ok(boolean(Function::In, vec![value, Expr::List { values, data_type: of }]))
}

fn boolean(function: Function, args: Vec<Expr>) -> Expr {
    Expr::Call { function, args, data_type: DataType::Boolean }
}

fn call(name: &FunctionName, arguments: Vec<Expr>) -> Result<Expr> {
    let unknown = || Error::unsupported(format!("function {:?} of the plan is not known here", name.name));
    let not = |inner| boolean(Function::Not, vec![inner]);
    let (function, negated) = match (name.list.as_str(), name.name.as_str()) {
        (BOOLEAN, "and") => return logic(Function::And, arguments),
        (BOOLEAN, "or") => return logic(Function::Or, arguments),
        (BOOLEAN, "not") if arguments.len() == 1 => return logic(Function::Not, arguments),
        (COMPARISON, "is_null") if arguments.len() == 1 => return Ok(boolean(Function::IsNull, arguments)),
        (COMPARISON, "is_not_null") if arguments.len() == 1 => return Ok(not(boolean(Function::IsNull, arguments))),
        (COMPARISON, "is_distinct_from") => (Function::IsDistinctFrom, false),
        (COMPARISON, "is_not_distinct_from") => (Function::IsDistinctFrom, true),
        (COMPARISON | DATETIME, "equal") => (Function::Equal, false),
        (COMPARISON | DATETIME, "not_equal") => (Function::NotEqual, false),
        (COMPARISON | DATETIME, "lt") => (Function::LessThan, false),
        (COMPARISON | DATETIME, "lte") => (Function::LessThanOrEqual, false),
        (COMPARISON | DATETIME, "gt") => (Function::GreaterThan, false),
        (COMPARISON | DATETIME, "gte") => (Function::GreaterThanOrEqual, false),
        _ => return Err(unknown()),
    };
    match &arguments[..] {
        [left, right] if left.data_type() == right.data_type() => {
            let compared = boolean(function, arguments);
            Ok(if negated { not(compared) } else { compared })
        }
        _ => Err(Error::unsupported("a comparison of the plan is not of two values of one type")),
    }
}

fn logic(function: Function, arguments: Vec<Expr>) -> Result<Expr> {
    if arguments.is_empty() || arguments.iter().any(|argument| *argument.data_type() != DataType::Boolean) {
        return Err(Error::corrupt("a condition of the plan is made of what is none"));
    }
    Ok(boolean(function, arguments))
}
