//! Where DataFusion computes otherwise than Athena does, its plan is made to call Athena's evaluator instead.
//!
//! Comparisons of floats (−0 equals 0, NaN equals nothing, and NOT must not be pushed through either), arithmetic of integers
//! (which fails where DataFusion's wraps around, and is typed by the narrower literals of Trino), division of decimals, times
//! compared with finer ones. Runs before DataFusion coerces and simplifies, which would lose the
//! difference. Not here: LIKE (`like`), IN of a subquery, keys of groups, ORDER BY, aggregates.

use std::hash::Hash;
use std::sync::Arc;

use connector_core::{Expr, Function, Value, eval};
use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue, plan_err};
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    Between, BinaryExpr, Case, Cast, ColumnarValue, Expr as Sql, ExprSchemable, Join, LogicalPlan, Operator,
    ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::AnalyzerRule;

use super::like;
use super::literal::folded;
use super::pushdown::quotient_type;

/// One of the protocol's functions, computed by Athena's evaluator wherever it stands in a plan.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Athena {
    function: Function,
    signature: Signature,
}

/// The protocol's function behind a call, if it is one of ours.
pub(super) fn athena_function(call: &ScalarFunction) -> Option<Function> {
    call.func.inner().downcast_ref::<Athena>().map(|athena| athena.function)
}

/// A call of one of the protocol's functions, computed by Athena's evaluator.
pub(super) fn call(function: Function, args: Vec<Sql>) -> Sql {
    let athena = Athena { function, signature: Signature::any(args.len(), Volatility::Immutable) };
    Sql::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::new_from_impl(athena)), args))
}

impl ScalarUDFImpl for Athena {
    fn name(&self) -> &str {
        self.function.wire_name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, args: &[DataType]) -> Result<DataType> {
        use Function::{Add, Divide, Modulus, Multiply, Subtract};
        match (self.function, args) {
            (function @ (Add | Subtract | Multiply | Divide | Modulus), [left, right]) => {
                result_type(function, left, right)
                    .ok_or_else(|| DataFusionError::Plan(format!("{} of {left} and {right} has no type", self.name())))
            }
            (Function::Negate, [only]) => Ok(only.clone()),
            _ => Ok(DataType::Boolean),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = args.args.iter().map(|arg| arg.to_array(args.number_rows)).collect::<Result<Vec<ArrayRef>>>()?;
        let fields: Vec<Field> = arrays
            .iter()
            .enumerate()
            .map(|(at, array)| Field::new(at.to_string(), array.data_type().clone(), true))
            .collect();
        let column = |field: &Field| Expr::Column { name: field.name().clone(), data_type: field.data_type().clone() };
        let expr = Expr::Call {
            function: self.function,
            args: fields.iter().map(column).collect(),
            data_type: args.return_field.data_type().clone(),
        };
        let options = RecordBatchOptions::new().with_row_count(Some(args.number_rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
        let computed = eval::evaluate(&expr, &batch).map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(ColumnarValue::Array(computed))
    }
}

/// Rewrites a plan; see the module.
#[derive(Debug)]
pub(super) struct AthenaSemantics;

impl AnalyzerRule for AthenaSemantics {
    fn name(&self) -> &'static str {
        "athena_semantics"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(rewrite_plan)?.data)
    }
}

fn rewrite_plan(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let mut schema = merge_schema(&plan.inputs());
    if let LogicalPlan::TableScan(scan) = &plan {
        schema.merge(&DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?);
    }
    let plan = match plan {
        LogicalPlan::Join(join) => LogicalPlan::Join(without_float_keys(join, &schema)),
        other => other,
    };
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        Ok(expr.transform_up(|expr| rewrite(expr, &schema))?.update_data(|expr| name.restore(expr)))
    })?
    .map_data(LogicalPlan::recompute_schema)
}

/// A join's float keys as a condition, since a hash finds NaN equal to itself and −0 unequal to 0.
fn without_float_keys(mut join: Join, schema: &DFSchema) -> Join {
    let (floats, keys) = std::mem::take(&mut join.on).into_iter().partition(|(left, right)| {
        [left, right].into_iter().any(|key| key.get_type(schema).is_ok_and(|data_type| is_float(&data_type)))
    });
    join.on = keys;
    let floats: Vec<(Sql, Sql)> = floats;
    for (left, right) in floats {
        let equal = binary(Operator::Eq, left, right);
        join.filter = Some(match join.filter.take() {
            Some(filter) => filter.and(equal),
            None => equal,
        });
    }
    join
}

fn rewrite(expr: Sql, schema: &DFSchema) -> Result<Transformed<Sql>> {
    match expr {
        Sql::BinaryExpr(binary) => Ok(rewrite_binary(binary, schema)),
        Sql::Negative(inner) if inner.get_type(schema).is_ok_and(|inner| inner.is_signed_integer()) => {
            Ok(Transformed::yes(call(Function::Negate, vec![*inner])))
        }
        Sql::Between(between) if differs(&[&between.expr, &between.low, &between.high], schema) => {
            let Between { expr, negated, low, high } = between;
            let low = compared(Operator::GtEq, *expr.clone(), *low, schema);
            let high = compared(Operator::LtEq, *expr, *high, schema);
            Ok(Transformed::yes(if negated { Sql::Not(Box::new(low.and(high))) } else { low.and(high) }))
        }
        Sql::InList(list) if differs(&members(&list), schema) => one_of(list, schema),
        Sql::Case(case) if case.expr.as_ref().is_some_and(|value| differs(&[value], schema)) => {
            Ok(Transformed::yes(Sql::Case(searched(case, schema))))
        }
        Sql::ScalarFunction(called)
            if called.name() == "nullif" && differs(&called.args.iter().collect::<Vec<_>>(), schema) =>
        {
            Ok(Transformed::yes(null_if(called, schema)))
        }
        Sql::Like(like) if !like.case_insensitive => Ok(Transformed::yes(like::meant(like, schema)?)),
        other => Ok(Transformed::no(other)),
    }
}

/// `CASE value WHEN …` as `CASE WHEN value = …`, which Athena's comparisons reach.
fn searched(case: Case, schema: &DFSchema) -> Case {
    let Case { expr: Some(value), when_then_expr, else_expr } = case else { return case };
    let when = |when: Box<Sql>| Box::new(compared(Operator::Eq, *value.clone(), *when, schema));
    let when_then_expr = when_then_expr.into_iter().map(|(value, then)| (when(value), then)).collect();
    Case { expr: None, when_then_expr, else_expr }
}

/// NULLIF of two values that DataFusion compares otherwise than Athena.
fn null_if(called: ScalarFunction, schema: &DFSchema) -> Sql {
    match <[Sql; 2]>::try_from(called.args) {
        Ok([value, other]) => {
            let equal = compared(Operator::Eq, value.clone(), other, schema);
            let null = Sql::Literal(ScalarValue::Null, None);
            Sql::Case(Case::new(None, vec![(Box::new(equal), Box::new(null))], Some(Box::new(value))))
        }
        Err(args) => Sql::ScalarFunction(ScalarFunction { func: called.func, args }),
    }
}

fn rewrite_binary(binary: BinaryExpr, schema: &DFSchema) -> Transformed<Sql> {
    let BinaryExpr { left, op, right } = binary;
    if let Some(function) = arithmetic(op) {
        // What has no type yet is left to DataFusion to refuse.
        let types = (left.get_type(schema), right.get_type(schema));
        if matches!(types, (Ok(left), Ok(right)) if result_type(function, &left, &right).is_some()) {
            return Transformed::yes(call(function, vec![narrow(*left), narrow(*right)]));
        }
    } else if differs(&[&left, &right], schema) {
        return Transformed::yes(compared(op, *left, *right, schema));
    }
    Transformed::no(Sql::BinaryExpr(BinaryExpr { left, op, right }))
}

fn arithmetic(op: Operator) -> Option<Function> {
    Some(match op {
        Operator::Plus => Function::Add,
        Operator::Minus => Function::Subtract,
        Operator::Multiply => Function::Multiply,
        Operator::Divide => Function::Divide,
        Operator::Modulo => Function::Modulus,
        _ => return None,
    })
}

/// The type of what Athena computes otherwise than DataFusion: integers, which must not wrap around, and quotients of decimals.
pub(super) fn result_type(function: Function, left: &DataType, right: &DataType) -> Option<DataType> {
    if left.is_signed_integer() && right.is_signed_integer() {
        return Some(if left.primitive_width() < right.primitive_width() { right.clone() } else { left.clone() });
    }
    quotient_type(left, right).filter(|_| function == Function::Divide)
}

/// An integer literal as Athena types it: the narrower type if it fits.
fn narrow(expr: Sql) -> Sql {
    match expr {
        Sql::Literal(ScalarValue::Int64(Some(value)), metadata) => match i32::try_from(value) {
            Ok(value) => Sql::Literal(ScalarValue::Int32(Some(value)), metadata),
            Err(_) => Sql::Literal(ScalarValue::Int64(Some(value)), metadata),
        },
        other => other,
    }
}

/// Whether DataFusion compares some of these otherwise than Athena, or not at all.
fn differs(args: &[&Sql], schema: &DFSchema) -> bool {
    let types: Vec<DataType> = args.iter().filter_map(|arg| arg.get_type(schema).ok()).collect();
    types.iter().any(|data_type| is_float(data_type) || matches!(data_type, DataType::Timestamp(..)))
        || types.iter().skip(1).any(|other| types.first().is_some_and(|first| outgrow(first, other)))
}

/// Whether no decimal holds all values of both types, so that DataFusion's cast to one fails.
fn outgrow(left: &DataType, right: &DataType) -> bool {
    let digits = |data_type: &DataType| match data_type {
        DataType::Decimal128(precision, scale) => Some((i16::from(*precision) - i16::from(*scale), i16::from(*scale))),
        integer if integer.is_signed_integer() => Some((19, 0)),
        _ => None,
    };
    match (digits(left), digits(right)) {
        (Some(left), Some(right)) => left.0.max(right.0) + left.1.max(right.1) > 38,
        _ => false,
    }
}

fn is_float(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Float32 | DataType::Float64)
}

/// A comparison as Athena computes it; an operator that compares nothing is left as it is.
fn compared(op: Operator, left: Sql, right: Sql, schema: &DFSchema) -> Sql {
    let function = match op {
        Operator::Eq => Function::Equal,
        Operator::NotEq => Function::NotEqual,
        Operator::Lt => Function::LessThan,
        Operator::LtEq => Function::LessThanOrEqual,
        Operator::Gt => Function::GreaterThan,
        Operator::GtEq => Function::GreaterThanOrEqual,
        Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => Function::IsDistinctFrom,
        _ => return binary(op, left, right),
    };
    let (Ok(left_type), Ok(right_type)) = (left.get_type(schema), right.get_type(schema)) else {
        return binary(op, left, right);
    };
    if let Some(common) = common_float(&left_type, &right_type) {
        return called(op, function, cast(left, &left_type, &common), cast(right, &right_type, &common));
    }
    if outgrow(&left_type, &right_type) {
        return called(op, function, left, right);
    }
    times(op, function, left, &left_type, right, &right_type)
}

fn called(op: Operator, function: Function, left: Sql, right: Sql) -> Sql {
    let call = call(function, vec![left, right]);
    if op == Operator::IsNotDistinctFrom { Sql::Not(Box::new(call)) } else { call }
}

pub(super) fn negated_if(is_negated: bool, condition: Sql) -> Sql {
    if is_negated { Sql::Not(Box::new(condition)) } else { condition }
}

fn binary(op: Operator, left: Sql, right: Sql) -> Sql {
    Sql::BinaryExpr(BinaryExpr { left: Box::new(left), op, right: Box::new(right) })
}

fn cast(expr: Sql, from: &DataType, to: &DataType) -> Sql {
    if from == to { expr } else { Sql::Cast(Cast::new(Box::new(expr), to.clone())) }
}

/// The type in which Athena compares two numbers of which one is a float (Trino, `TypeCoercion`).
fn common_float(left: &DataType, right: &DataType) -> Option<DataType> {
    let is_number = |data_type: &DataType| {
        data_type.is_integer() || is_float(data_type) || matches!(data_type, DataType::Decimal128(..) | DataType::Null)
    };
    if !(is_float(left) || is_float(right)) || !is_number(left) || !is_number(right) {
        return None;
    }
    Some(if [left, right].contains(&&DataType::Float64) { DataType::Float64 } else { DataType::Float32 })
}

/// A comparison of times: with a literal in the units of the other side, where DataFusion would cut the finer of the two.
fn times(op: Operator, function: Function, left: Sql, left_type: &DataType, right: Sql, right_type: &DataType) -> Sql {
    if *left_type == TIMESTAMP {
        if let Some(compared) = in_millis(&left, function, &right) {
            return negated_if(op == Operator::IsNotDistinctFrom, compared);
        }
        return binary(op, left, date_as_timestamp(right, right_type));
    }
    if *right_type == TIMESTAMP {
        if let Some(compared) = function.mirrored().and_then(|mirrored| in_millis(&right, mirrored, &left)) {
            return negated_if(op == Operator::IsNotDistinctFrom, compared);
        }
        return binary(op, date_as_timestamp(left, left_type), right);
    }
    binary(op, left, right)
}

const TIMESTAMP: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

/// DataFusion would count a date in nanoseconds, which end in 2262.
fn date_as_timestamp(expr: Sql, data_type: &DataType) -> Sql {
    if *data_type == DataType::Date32 { cast(expr, data_type, &TIMESTAMP) } else { expr }
}

/// The comparison of a millisecond timestamp that means the same as one with this constant.
fn in_millis(timestamp: &Sql, function: Function, constant: &Sql) -> Option<Sql> {
    let value = constant_value(constant)?;
    let against = |function| {
        let folded = folded(function, &DataType::Date64, &value)?;
        let Value::Millis(millis) = folded.value else { return None };
        let literal = Sql::Literal(ScalarValue::TimestampMillisecond(Some(millis), None), None);
        Some(binary(operator(folded.function)?, timestamp.clone(), literal))
    };
    against(function).or_else(|| {
        // A value between two milliseconds equals none: a timestamp is below or above it, or NULL.
        let (below, above) = (against(Function::LessThan)?, against(Function::GreaterThan)?);
        match function {
            Function::Equal => Some(below.and(above)),
            Function::NotEqual => Some(below.or(above)),
            Function::IsDistinctFrom => Some(Sql::Literal(ScalarValue::Boolean(Some(true)), None)),
            _ => None,
        }
    })
}

fn operator(function: Function) -> Option<Operator> {
    Some(match function {
        Function::Equal => Operator::Eq,
        Function::NotEqual => Operator::NotEq,
        Function::LessThan => Operator::Lt,
        Function::LessThanOrEqual => Operator::LtEq,
        Function::GreaterThan => Operator::Gt,
        Function::GreaterThanOrEqual => Operator::GtEq,
        Function::IsDistinctFrom => Operator::IsDistinctFrom,
        _ => return None,
    })
}

fn constant_value(expr: &Sql) -> Option<ScalarValue> {
    match expr {
        Sql::Literal(value, _) => Some(value.clone()),
        Sql::Cast(Cast { expr, field }) => constant_value(expr)?.cast_to(field.data_type()).ok(),
        _ => None,
    }
    .filter(|value| !value.is_null())
}

fn members(list: &InList) -> Vec<&Sql> {
    std::iter::once(&*list.expr).chain(&list.list).collect()
}

fn one_of(list: InList, schema: &DFSchema) -> Result<Transformed<Sql>> {
    let InList { expr, list, negated } = list;
    let equal = |item| compared(Operator::Eq, *expr.clone(), item, schema);
    let any = disjunction(list.into_iter().map(equal).collect());
    let Some(any) = any else { return plan_err!("IN has an empty list") };
    Ok(Transformed::yes(if negated { Sql::Not(Box::new(any)) } else { any }))
}

/// Whether any of these is true, as a tree of little depth: every pass over a plan goes down to the leaves by recursion.
fn disjunction(mut parts: Vec<Sql>) -> Option<Sql> {
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(part) = rest.next() {
            pairs.push(match rest.next() {
                Some(next) => part.or(next),
                None => part,
            });
        }
        parts = pairs;
    }
    parts.pop()
}
