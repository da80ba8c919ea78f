//! An expression as a condition: written exactly, or declined as a whole and kept above.

use arrow_schema::DataType;

use super::domain::Comparison;
use super::writer::Writer;
use crate::{BinaryText, Bound, Column, Error, Expr, Function, FunctionForm, Pushdown, Result, Scan, Value, same_type};

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

/// Writes the expression as a condition, or gives nothing when some part of it would mean something else at the source.
pub(super) fn write(scan: &Scan, expr: &Expr, writer: &mut Writer<'_>) -> Option<()> {
    if writer.dialect().has_truth_values() || matches!(expr, Expr::Call { .. }) {
        return write_any(scan, expr, writer);
    }
    write_any(scan, expr, writer)?;
    writer.text(" = ");
    writer.bind(Some(Value::Bool(true)), &DataType::Boolean, None)
}

/// Writes the expression where a value is wanted.
fn write_value(scan: &Scan, expr: &Expr, writer: &mut Writer<'_>) -> Option<()> {
    let is_condition = matches!(expr, Expr::Call { data_type: DataType::Boolean, .. });
    (!is_condition || writer.dialect().has_truth_values()).then(|| write_any(scan, expr, writer))?
}

fn write_any(scan: &Scan, expr: &Expr, writer: &mut Writer<'_>) -> Option<()> {
    match expr {
        Expr::Column { name, .. } => {
            let column = scan.column(name)?;
            comparable(column).then(|| writer.column(column))
        }
        Expr::Constant { value, data_type } => writer.bind(value.clone(), data_type, None),
        Expr::List { .. } => None,
        Expr::Call { function, args, .. } => write_call(scan, *function, args, writer),
    }
}

/// Visits the columns whose values matter to the expression, beyond whether they are NULL.
pub(super) fn for_each_compared<'e>(expr: &'e Expr, visit: &mut impl FnMut(&'e str)) {
    match expr {
        Expr::Call { function: Function::IsNull, args, .. } if matches!(args[..], [Expr::Column { .. }]) => {}
        Expr::Call { args, .. } => args.iter().for_each(|arg| for_each_compared(arg, visit)),
        Expr::Column { name, .. } => visit(name),
        Expr::Constant { .. } | Expr::List { .. } => {}
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
            writer.text(writer.dialect().is_null());
            Some(())
        }
        (Function::In, [value, list]) => write_in(scan, value, list, writer),
        (Function::LikePattern, [value, Expr::Constant { value: Some(Value::Text(pattern)), data_type }]) => {
            let pattern = Value::Text(writer.dialect().like_pattern(pattern)?);
            let pattern = Expr::Constant { value: Some(pattern), data_type: data_type.clone() };
            write_form(scan, function, &[value.clone(), pattern], writer)
        }
        // Patterns that the rows bring along cannot be put into the engine's own words.
        (Function::LikePattern, _) => None,
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
    let call = Call { scan, function, args, binary: binary_text(scan, function, args, writer)? };
    match form {
        FunctionForm::IsNull => call.joined("", "", writer.dialect().is_null(), writer),
        FunctionForm::Infix(operator) => call.joined("", operator, "", writer),
        FunctionForm::Around(open, between, close) => call.joined(open, between, close, writer),
        FunctionForm::Prefix(operator) => call.joined(operator, "", "", writer),
        FunctionForm::Call(name) => {
            writer.text(name);
            call.joined("(", ", ", ")", writer)
        }
        FunctionForm::In => call.lists(writer),
    }
}

/// A call whose form is known.
struct Call<'c> {
    scan: &'c Scan,
    function: Function,
    args: &'c [Expr],
    binary: Option<BinaryText>,
}

impl Call<'_> {
    fn operand(&self, index: usize, writer: &mut Writer<'_>) -> Option<()> {
        let arg = self.args.get(index)?;
        let binary = self.binary.filter(|binary| index == 0 || binary.both_sides);
        writer.text_operand(binary, |writer| {
            writer.text("(");
            match self.function {
                Function::And | Function::Or | Function::Not => write(self.scan, arg, writer)?,
                _ => write_value(self.scan, arg, writer)?,
            }
            writer.text(")");
            Some(())
        })
    }

    fn joined(&self, open: &str, between: &str, close: &str, writer: &mut Writer<'_>) -> Option<()> {
        writer.text(open);
        for index in 0..self.args.len() {
            writer.separator(index, between);
            self.operand(index, writer)?;
        }
        writer.text(close);
        Some(())
    }

    /// The first argument among the others, in lists as long as the engine takes.
    fn lists(&self, writer: &mut Writer<'_>) -> Option<()> {
        let values: Vec<usize> = (1..self.args.len()).collect();
        for (index, list) in values.chunks(writer.dialect().max_list()).enumerate() {
            writer.separator(index, " OR ");
            self.operand(0, writer)?;
            writer.text(" IN (");
            for (place, value) in list.iter().enumerate() {
                writer.separator(place, ", ");
                self.operand(*value, writer)?;
            }
            writer.text(")");
        }
        Some(())
    }
}

/// What makes a comparison of texts one by code point, if it needs anything; nothing at all if the engine has nothing.
#[expect(clippy::option_option, reason = "to be left out and to be declined are two answers")]
fn binary_text(scan: &Scan, function: Function, args: &[Expr], writer: &Writer<'_>) -> Option<Option<BinaryText>> {
    if !compares(function) || !needs_collation(scan, function, args) {
        return Some(None);
    }
    writer.dialect().binary_text(function).map(Some)
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
