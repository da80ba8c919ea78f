//! Parameters of a statement: the `?` of its text, their types as far as a plan tells, and values in their place.
//!
//! A value takes its place in the plan, as a literal of its own type; the text of a statement is never put together.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use connector_core::{Error, Result};
use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr as Planned, LogicalPlan};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
    ObjectNamePart, Select, SelectItem, Value, ValueWithSpan, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::Location;

use super::engine;

/// Gives the parameters of a statement their numbers, in the order in which they are written, and says how many there are.
///
/// Errors: invalid, for parameters written in another way than Athena's.
pub(super) fn number(parsed: &mut Parsed) -> Result<usize> {
    let statement = match parsed {
        Parsed::Statement(statement) => statement,
        Parsed::Explain(explain) => return number(&mut explain.statement),
        _ => return Ok(0),
    };
    let mut places = Places::default();
    if let ControlFlow::Break(other) = statement.visit(&mut places) {
        return Err(Error::invalid(format!("the parameter {other} has a name or a number"))
            .hint("write ? for each value; they are taken in the order in which they are written"));
    }
    let places: Vec<Location> = places.0.into_iter().collect();
    let _ = statement.visit(&mut Numbers(&places));
    Ok(places.len())
}

/// Where parameters stand in the text; parts of a statement are not visited in that order.
#[derive(Default)]
struct Places(BTreeSet<Location>);

impl VisitorMut for Places {
    type Break = String;

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<String> {
        match &value.value {
            Value::Placeholder(text) if text == "?" => {
                self.0.insert(value.span.start);
                ControlFlow::Continue(())
            }
            Value::Placeholder(other) => ControlFlow::Break(other.clone()),
            _ => ControlFlow::Continue(()),
        }
    }
}

struct Numbers<'p>(&'p [Location]);

impl VisitorMut for Numbers<'_> {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        if let (Value::Placeholder(text), Ok(at)) = (&mut value.value, self.0.binary_search(&value.span.start)) {
            *text = format!("${}", at + 1);
        }
        ControlFlow::Continue(())
    }

    /// DataFusion asks what a parameter that is selected itself is called for its type, before there is a value.
    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item
                && is_parameter(expr)
            {
                *expr = first_known(expr.clone());
            }
        }
        ControlFlow::Continue(())
    }
}

fn is_parameter(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_parameter(inner),
        Expr::Value(value) => matches!(value.value, Value::Placeholder(_)),
        _ => false,
    }
}

/// `COALESCE(expr)`, which is `expr`.
fn first_known(expr: Expr) -> Expr {
    let list = FunctionArgumentList {
        duplicate_treatment: None,
        args: vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))],
        clauses: Vec::new(),
    };
    Expr::Function(Function {
        name: ObjectName(vec![ObjectNamePart::Identifier(Ident::new("coalesce"))]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// Says that there is a value for every parameter and no other.
pub(super) fn check(parameters: usize, values: usize) -> Result<()> {
    if parameters == values {
        return Ok(());
    }
    Err(Error::invalid(format!("values for the parameters of the statement: {parameters} wanted, {values} given"))
        .hint("give one value for each ?"))
}

/// The types of a plan's parameters: of what each is compared with, of whole numbers for LIMIT, else text.
pub(super) fn types(plan: &LogicalPlan, parameters: usize) -> Result<Vec<DataType>> {
    let told = plan.get_parameter_types().map_err(engine::failure)?;
    let counts = counts(plan).map_err(engine::failure)?;
    let type_of = |name: String| match told.get(&name) {
        Some(Some(data_type)) if *data_type != DataType::Null => data_type.clone(),
        _ if counts.contains(&name) => DataType::Int64,
        _ => DataType::Utf8,
    };
    Ok((1..=parameters).map(|number| type_of(format!("${number}"))).collect())
}

/// The parameters that say how many rows.
fn counts(plan: &LogicalPlan) -> datafusion::common::Result<BTreeSet<String>> {
    let mut counts = BTreeSet::new();
    plan.apply_with_subqueries(|plan| {
        if let LogicalPlan::Limit(limit) = plan {
            for count in [&limit.skip, &limit.fetch].into_iter().flatten() {
                count.apply(|expr| {
                    if let Planned::Placeholder(parameter) = expr {
                        counts.insert(parameter.id.clone());
                    }
                    Ok(TreeNodeRecursion::Continue)
                })?;
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(counts)
}

/// A NULL of each type, with which a statement can be planned before its values are known.
pub(super) fn nulls(types: &[DataType]) -> Result<Vec<ScalarValue>> {
    types.iter().map(|data_type| ScalarValue::try_from(data_type).map_err(engine::failure)).collect()
}

/// The plan with values in the place of its parameters.
pub(super) fn bind(plan: LogicalPlan, values: &[ScalarValue]) -> Result<LogicalPlan> {
    if values.is_empty() {
        return Ok(plan);
    }
    plan.with_param_values(values.to_vec()).map_err(engine::failure)
}

/// The values in a batch of one row, of types that Athena has.
///
/// Errors: unsupported, for a type that it has not; invalid, for a value that does not fit.
pub fn values(row: &RecordBatch) -> Result<Vec<ScalarValue>> {
    let numbered = row.columns().iter().zip(1..);
    numbered
        .map(|(column, number)| value(column).map_err(|error| error.context(format!("taking parameter {number}"))))
        .collect()
}

fn value(column: &ArrayRef) -> Result<ScalarValue> {
    let wanted = carried(column.data_type())?;
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let column = if wanted == *column.data_type() {
        column.clone()
    } else {
        cast_with_options(column, &wanted, &options).map_err(|error| {
            Error::invalid(format!("the value of type {} does not fit {wanted}", column.data_type())).with_source(error)
        })?
    };
    ScalarValue::try_from_array(&column, 0).map_err(engine::failure)
}

/// The type in which a value is taken, which holds every value of the given one.
fn carried(given: &DataType) -> Result<DataType> {
    Ok(match given {
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Decimal256(precision, scale) if *precision <= 38 => DataType::Decimal128(*precision, *scale),
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("UTC".into())),
        DataType::Dictionary(_, values) => carried(values)?,
        DataType::Null
        | DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal128(..)
        | DataType::Utf8
        | DataType::Binary
        | DataType::Date32
        | DataType::Timestamp(_, None) => given.clone(),
        other => {
            return Err(Error::unsupported(format!("a parameter cannot be of type {other}")).hint(
                "give a boolean, a number, a text, bytes, a date or a timestamp, and convert it in the statement",
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Date32Array, StringArray, TimestampMicrosecondArray, UInt64Array};
    use datafusion::sql::parser::DFParserBuilder;

    use super::super::dialect::Trino;
    use super::*;

    fn numbered(text: &str) -> Result<(String, usize)> {
        let parser = DFParserBuilder::new(text).with_dialect(&Trino).build();
        let mut parsed = parser.unwrap().parse_statements().unwrap().pop_front().unwrap();
        let count = number(&mut parsed)?;
        Ok((parsed.to_string(), count))
    }

    #[test]
    fn parameters_are_numbered_as_they_are_written() {
        let (text, count) =
            numbered("WITH w AS (SELECT ? + 1) SELECT ?, a FROM t WHERE b = ? AND c IN (?, '?')\nORDER BY 1 LIMIT ?")
                .unwrap();
        assert_eq!(count, 5);
        assert_eq!(
            text,
            "WITH w AS (SELECT $1 + 1) SELECT coalesce($2), a FROM t WHERE b = $3 AND c IN ($4, '?') ORDER BY 1 LIMIT $5"
        );
    }

    #[test]
    fn parameters_of_other_databases_are_refused() {
        for text in ["SELECT $1", "SELECT ?1", "SELECT :name"] {
            let error = numbered(text).unwrap_err();
            assert!(error.hint_text().is_some_and(|hint| hint.contains("write ?")), "{text}: {error}");
        }
    }

    #[test]
    fn values_are_taken_without_a_loss_or_not_at_all() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("text", Arc::new(StringArray::from(vec![Some("'; DROP TABLE t --")]))),
            ("large", Arc::new(UInt64Array::from(vec![u64::MAX]))),
            ("zoned", Arc::new(TimestampMicrosecondArray::from(vec![1]).with_timezone("+02:00"))),
            ("day", Arc::new(Date32Array::from(vec![None]))),
        ];
        let taken = values(
            &RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
                .unwrap(),
        )
        .unwrap();
        assert_eq!(
            taken,
            [
                ScalarValue::Utf8(Some("'; DROP TABLE t --".into())),
                ScalarValue::Decimal128(Some(i128::from(u64::MAX)), 20, 0),
                ScalarValue::TimestampMicrosecond(Some(1), Some("UTC".into())),
                ScalarValue::Date32(None),
            ]
        );
        assert!(carried(&DataType::Duration(TimeUnit::Second)).unwrap_err().hint_text().is_some());
    }
}
