//! An expression as a condition: written exactly, or declined as a whole and kept above.

use arrow_schema::DataType;

use super::domain::Comparison;
use super::writer::Writer;
use crate::{Bound, Column, Error, Expr, Function, FunctionForm, Pushdown, Result, Scan, Value, same_type};

/// Checks that every column in the expression exists and has the type the expression says.
pub(super) fn check_columns(scan: &Scan, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Column { name, data_type } => {
            let column = super::known_column(scan, name)?;
            if same_type(&column.mapping.data_type, data_type) {
                return Ok(());
            }
            Err(Error::invalid(format!(
                "column {name:?} of table {} is {}, but an expression takes it for {data_type}",
                scan.table.name, column.mapping.data_type
            ))
            .hint("the table may have changed since the query was planned: run it again"))
        }
        Expr::Call { args, .. } => args.iter().try_for_each(|arg| check_columns(scan, arg)),
        Expr::Constant { .. } | Expr::List { .. } => Ok(()),
    }
}

/// Writes the expression, or gives nothing when some part of it would mean something else at the source.
pub(super) fn write(scan: &Scan, expr: &Expr, writer: &mut Writer<'_>) -> Option<()> {
    match expr {
        Expr::Column { name, .. } => {
            let column = scan.column(name)?;
            comparable(column).then(|| writer.column(column))
        }
        Expr::Constant { value, data_type } => {
            writer.bind(value.clone(), data_type, None);
            Some(())
        }
        Expr::List { .. } => None,
        Expr::Call { function, args, .. } => write_call(scan, *function, args, writer),
    }
}

/// Whether a column's value may stand in an expression, as far as its type alone decides.
fn comparable(column: &Column) -> bool {
    matches!(column.mapping.pushdown, Pushdown::Full | Pushdown::Collated | Pushdown::CollatedOrder)
}

fn write_call(scan: &Scan, function: Function, args: &[Expr], writer: &mut Writer<'_>) -> Option<()> {
    match (function, args) {
        // Whether it is NULL can be asked of any column that SQL reaches, comparable or not.
        (Function::IsNull, [Expr::Column { name, .. }]) => {
            let column = scan.column(name).filter(|column| column.mapping.pushdown != Pushdown::Nothing)?;
            writer.column(column);
            writer.text(" IS NULL");
            Some(())
        }
        (Function::In, [value, list]) => write_in(scan, value, list, writer),
        (_, [Expr::Column { name, .. }, Expr::Constant { value, .. }]) if is_millis(scan, name) => {
            write_millis(scan.column(name)?, function, value.as_ref()?, writer)
        }
        (_, [Expr::Constant { value, .. }, Expr::Column { name, .. }]) if is_millis(scan, name) => {
            write_millis(scan.column(name)?, function.mirrored()?, value.as_ref()?, writer)
        }
        _ => write_form(scan, function, args, writer),
    }
}

fn is_millis(scan: &Scan, name: &str) -> bool {
    scan.column(name).is_some_and(|column| column.mapping.pushdown == Pushdown::Millis)
}

/// A comparison of a column finer than the millisecond: over the covering interval.
fn write_millis(column: &Column, function: Function, value: &Value, writer: &mut Writer<'_>) -> Option<()> {
    let comparison = Comparison::of(column, writer)?;
    let (included, excluded) = (Bound::Included(value.clone()), Bound::Excluded(value.clone()));
    match function {
        Function::Equal => comparison.range(&included, &included, writer),
        Function::NotEqual => {
            writer.text("NOT ");
            comparison.range(&included, &included, writer)
        }
        Function::LessThan => comparison.range(&Bound::Unbounded, &excluded, writer),
        Function::LessThanOrEqual => comparison.range(&Bound::Unbounded, &included, writer),
        Function::GreaterThan => comparison.range(&excluded, &Bound::Unbounded, writer),
        Function::GreaterThanOrEqual => comparison.range(&included, &Bound::Unbounded, writer),
        _ => None,
    }
}

fn write_in(scan: &Scan, value: &Expr, list: &Expr, writer: &mut Writer<'_>) -> Option<()> {
    let elements: Vec<Expr> = match list {
        Expr::List { values, data_type } => {
            values.iter().map(|value| Expr::Constant { value: value.clone(), data_type: data_type.clone() }).collect()
        }
        Expr::Call { function: Function::Array, args, .. } => args.clone(),
        _ => return None,
    };
    let args: Vec<Expr> = std::iter::once(value.clone()).chain(elements).collect();
    (args.len() > 1).then(|| write_form(scan, Function::In, &args, writer))?
}

fn write_form(scan: &Scan, function: Function, args: &[Expr], writer: &mut Writer<'_>) -> Option<()> {
    let types: Vec<DataType> = args.iter().map(|arg| arg.data_type().clone()).collect();
    let form = writer.dialect().function(function, &types)?;
    let collate = compares(function) && needs_collation(scan, function, args);
    if collate && !writer.has_binary_collation() {
        return None;
    }
    let mut operand = |index: usize, writer: &mut Writer<'_>| {
        let arg = args.get(index)?;
        writer.text("(");
        write(scan, arg, writer)?;
        writer.text(")");
        if index == 0 && collate {
            writer.binary_collation();
        }
        Some(())
    };
    match form {
        FunctionForm::Infix(operator) => write_joined(args.len(), operator, "", &mut operand, writer),
        FunctionForm::InfixWith(operator, suffix) => write_joined(args.len(), operator, suffix, &mut operand, writer),
        FunctionForm::Prefix(operator) => {
            writer.text(operator);
            operand(0, writer)
        }
        FunctionForm::Postfix(operator) => {
            operand(0, writer)?;
            writer.text(operator);
            Some(())
        }
        FunctionForm::Call(name) => {
            writer.text(name);
            writer.text("(");
            write_joined(args.len(), ", ", ")", &mut operand, writer)
        }
        FunctionForm::In => {
            operand(0, writer)?;
            writer.text(" IN (");
            for index in 1..args.len() {
                writer.separator(index - 1, ", ");
                operand(index, writer)?;
            }
            writer.text(")");
            Some(())
        }
    }
}

fn write_joined(
    count: usize,
    separator: &str,
    suffix: &str,
    operand: &mut impl FnMut(usize, &mut Writer<'_>) -> Option<()>,
    writer: &mut Writer<'_>,
) -> Option<()> {
    for index in 0..count {
        writer.separator(index, separator);
        operand(index, writer)?;
    }
    writer.text(suffix);
    Some(())
}

fn compares(function: Function) -> bool {
    is_order(function)
        || matches!(
            function,
            Function::Equal
                | Function::NotEqual
                | Function::IsDistinctFrom
                | Function::In
                | Function::NullIf
                | Function::LikePattern
        )
}

fn is_order(function: Function) -> bool {
    matches!(
        function,
        Function::LessThan | Function::LessThanOrEqual | Function::GreaterThan | Function::GreaterThanOrEqual
    )
}

/// Whether a text comparison must name the binary collation: for order always, for equality when a column's own collation
/// would decide it, and for two columns, whose collations may contradict each other.
fn needs_collation(scan: &Scan, function: Function, args: &[Expr]) -> bool {
    if args.first().is_none_or(|arg| *arg.data_type() != DataType::Utf8) {
        return false;
    }
    let mut names: Vec<&str> = Vec::new();
    for arg in args {
        arg.for_each_column(&mut |name| names.push(name));
    }
    let collated = |name: &&str| scan.column(name).is_some_and(|column| column.mapping.pushdown == Pushdown::Collated);
    is_order(function) || names.len() > 1 || names.iter().any(collated)
}
