//! An aggregate of DataFusion's as a plan for a source, and the scan that asks it.

use std::sync::Arc;

use connector_core::{Expr, Function};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, Cast, Expr as Sql, LogicalPlan, TableScan};

use crate::local::pushdown::condition;
use crate::local::read::Plan;
use crate::local::table::AthenaTable;
use crate::local::types::{local_schema, local_type};
use crate::protocol::plan::{Expression, FunctionName, Kind, Measure, Plan as Asked, Read, Relation};

/// The read that gives the groups, if the whole aggregate can be said in a plan.
pub(super) fn asked(aggregate: &Aggregate) -> Option<Plan> {
    let (scan, places) = table_columns(&aggregate.input)?;
    let provider = datafusion::datasource::source_as_provider(&scan.source).ok()?;
    let table = provider.downcast_ref::<AthenaTable>()?;
    let asking = Asking { schema: table.wire_schema(), input: aggregate.input.schema(), places };
    let (mut fields, mut keys, mut measures) = (Vec::new(), Vec::new(), Vec::new());
    for group in &aggregate.group_expr {
        let place = asking.column(group)?;
        fields.push(asking.schema.field(place).clone());
        keys.push(Expression::Field(place));
    }
    for (index, measured) in aggregate.aggr_expr.iter().enumerate() {
        let measure = asking.measure(measured)?;
        let name = format!("_agg{index}");
        fields.push(Field::new(name, measure.data_type.clone()?, true));
        measures.push(measure);
    }
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let is_distinct = (1..names.len()).all(|index| !names.get(..index).unwrap_or_default().contains(&names[index]));
    let is_alike = schema
        .fields()
        .iter()
        .zip(aggregate.schema.fields())
        .all(|(wire, local)| local_type(wire.data_type()) == *local.data_type());
    if !is_distinct || !is_alike || names.is_empty() {
        return None;
    }
    let input = Box::new(asking.rows(table, scan)?);
    let root = Relation { emit: None, kind: Kind::Aggregate { input, keys, measures } };
    let plan = Asked { names, root }.encode().ok()?;
    let local = local_schema(&schema);
    Some(table.asking(plan, schema, local))
}

/// The table that an input is, and which of its columns the input's are.
fn table_columns(input: &LogicalPlan) -> Option<(&TableScan, Vec<usize>)> {
    match input {
        LogicalPlan::TableScan(scan) if scan.fetch.is_none() => {
            let all = || (0..scan.source.schema().fields().len()).collect();
            Some((scan, scan.projection.clone().unwrap_or_else(all)))
        }
        LogicalPlan::SubqueryAlias(alias) => table_columns(&alias.input),
        LogicalPlan::Projection(projection) => {
            let (scan, places) = table_columns(&projection.input)?;
            let of = projection.expr.iter().map(|expr| {
                let place = place(expr, projection.input.schema())?;
                places.get(place).copied()
            });
            Some((scan, of.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

fn place(expr: &Sql, input: &DFSchema) -> Option<usize> {
    match expr {
        Sql::Column(column) => input.index_of_column(column).ok(),
        Sql::Alias(alias) => place(&alias.expr, input),
        _ => None,
    }
}

struct Asking<'a> {
    schema: &'a SchemaRef,
    input: &'a DFSchema,
    places: Vec<usize>,
}

impl Asking<'_> {
    fn column(&self, expr: &Sql) -> Option<usize> {
        self.places.get(place(expr, self.input)?).copied()
    }

    fn measure(&self, measured: &Sql) -> Option<Measure> {
        let Sql::AggregateFunction(AggregateFunction { func, params }) = measured else {
            let Sql::Alias(alias) = measured else { return None };
            return self.measure(&alias.expr);
        };
        if params.filter.is_some() || !params.order_by.is_empty() || params.null_treatment.is_some() {
            return None;
        }
        let [argument] = &params.args[..] else { return None };
        let (distinct, name) = (params.distinct, func.name());
        if let (Sql::Literal(value, _), "count", false) = (argument, name, distinct) {
            return (!value.is_null())
                .then(|| measure("functions_aggregate_generic", "count", None, false, DataType::Int64));
        }
        let argument = if matches!(name, "sum" | "avg") { uncast(argument) } else { argument };
        let place = self.column(argument)?;
        let values = self.schema.field(place).data_type().clone();
        let of_numbers = if matches!(values, DataType::Decimal128(..)) { DECIMALS } else { NUMBERS };
        let ordered = match values {
            DataType::Utf8 => "functions_string",
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => "functions_datetime",
            _ => of_numbers,
        };
        let (list, result) = match (name, distinct) {
            ("count", _) => ("functions_aggregate_generic", DataType::Int64),
            ("sum", false) => (of_numbers, sum(&values)),
            ("avg", false) => (of_numbers, average(&values)),
            ("min" | "max", _) => (ordered, values),
            _ => return None,
        };
        Some(measure(list, name, Some(place), distinct, result))
    }

    /// The table's rows that pass the conditions of the scan, all of which must have words in a plan.
    fn rows(&self, table: &AthenaTable, scan: &TableScan) -> Option<Relation> {
        let filters = scan.filters.iter().map(|filter| said(&condition(filter, self.schema)?, self.schema));
        let filters = filters.collect::<Option<Vec<_>>>()?;
        let columns = self.schema.fields().iter();
        let columns = columns.map(|field| (field.name().clone(), Some(field.data_type().clone()))).collect();
        let read = Read { table: table.parts(), columns, filter: None, projection: None };
        let read = Relation { emit: None, kind: Kind::Read(read) };
        Some(filters.into_iter().fold(read, |input, condition| Relation {
            emit: None,
            kind: Kind::Filter { input: Box::new(input), condition },
        }))
    }
}

const NUMBERS: &str = "functions_arithmetic";
const DECIMALS: &str = "functions_arithmetic_decimal";

fn measure(list: &str, name: &str, of: Option<usize>, distinct: bool, result: DataType) -> Measure {
    let function = FunctionName { list: list.into(), name: name.into() };
    let arguments = of.into_iter().map(Expression::Field).collect();
    Measure { function, arguments, distinct, data_type: Some(result) }
}

/// A number under the casts that DataFusion sums it through; Athena's own sums need none.
fn uncast(expr: &Sql) -> &Sql {
    match expr {
        Sql::Cast(Cast { expr, field }) if matches!(field.data_type(), DataType::Int64 | DataType::Float64) => expr,
        other => other,
    }
}

fn sum(values: &DataType) -> DataType {
    match values {
        DataType::Int8 | DataType::Int16 | DataType::Int32 => DataType::Int64,
        DataType::Decimal128(_, scale) => DataType::Decimal128(38, *scale),
        other => other.clone(),
    }
}

fn average(values: &DataType) -> DataType {
    if values.is_integer() { DataType::Float64 } else { values.clone() }
}

/// A condition in a plan's words, if it has any.
fn said(expr: &Expr, schema: &Schema) -> Option<Expression> {
    Some(match expr {
        Expr::Column { name, .. } => Expression::Field(schema.index_of(name).ok()?),
        Expr::Constant { value, data_type } if has_place(data_type) => {
            Expression::Literal { value: value.clone(), data_type: data_type.clone() }
        }
        Expr::Call { function: Function::In, args, .. } => {
            let [value, Expr::List { values, data_type }] = &args[..] else { return None };
            let option = |value| Expression::Literal { value, data_type: data_type.clone() };
            let options = values.iter().filter(|_| has_place(data_type)).cloned().map(option).collect();
            Expression::OneOf { value: Box::new(said(value, schema)?), options }
        }
        Expr::Call { function, args, .. } => {
            let (list, name) = word(*function)?;
            let function = FunctionName { list: list.into(), name: name.into() };
            let arguments = args.iter().map(|arg| said(arg, schema)).collect::<Option<_>>()?;
            Expression::Call { function, arguments, data_type: Some(DataType::Boolean) }
        }
        Expr::Constant { .. } | Expr::List { .. } => return None,
    })
}

fn has_place(data_type: &DataType) -> bool {
    !matches!(data_type, DataType::Float32 | DataType::Float64 | DataType::Binary)
}

fn word(function: Function) -> Option<(&'static str, &'static str)> {
    const COMPARISON: &str = "functions_comparison";
    const BOOLEAN: &str = "functions_boolean";
    Some(match function {
        Function::And => (BOOLEAN, "and"),
        Function::Or => (BOOLEAN, "or"),
        Function::Not => (BOOLEAN, "not"),
        Function::IsNull => (COMPARISON, "is_null"),
        Function::Equal => (COMPARISON, "equal"),
        Function::NotEqual => (COMPARISON, "not_equal"),
        Function::LessThan => (COMPARISON, "lt"),
        Function::LessThanOrEqual => (COMPARISON, "lte"),
        Function::GreaterThan => (COMPARISON, "gt"),
        Function::GreaterThanOrEqual => (COMPARISON, "gte"),
        Function::IsDistinctFrom => (COMPARISON, "is_distinct_from"),
        _ => return None,
    })
}
