//! Conditions of DataFusion as expressions of the seam, and what of them goes to the source.
//!
//! What can be said in the 21 functions of the protocol, with types that Athena's evaluator computes exactly, becomes ours:
//! it is evaluated here on every row, whether the source was asked or not. The rest stays with DataFusion. No cast travels.

use std::collections::{BTreeMap, BTreeSet};

use connector_core::{Expr, Function, Value, eval};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{Between, BinaryExpr, Cast, Expr as Sql, Like, Operator};

use super::domain::{Narrowed, narrowed};
use super::like;
use super::literal::{cast_keeps_all, constant, folded};
use super::semantics::{athena_function, result_type};
use crate::protocol::Constraints;

/// What a source has promised to apply, and what may be sent to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Promises {
    /// Whether conditions are sent at all.
    pub constraints: bool,
    /// Functions it applies wherever they stand.
    pub functions: BTreeSet<Function>,
    /// Whether it applies a limit per split.
    pub limit: bool,
}

/// What a source is asked, for a list of conditions that must all be true.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// The question as it travels.
    pub constraints: Constraints,
    /// Conditions that are evaluated here only, not even widened at the source.
    pub unsent: Vec<Expr>,
    /// Whether no row can pass.
    pub is_empty: bool,
}

/// How many calls deep an expression may be to be sent.
///
/// A message nests at most 127 levels, which is what `serde_json` reads, our own handler with it. Three of them are the
/// message, `constraints` and `expression`; a call takes two, itself and its arguments; a leaf takes two, itself and its type
/// or block. What is deeper is evaluated here all the same.
const MAX_SENT_DEPTH: usize = (127 - 3 - 2) / 2;

/// Divides the work: domains always, as Athena does; other conditions only in functions that were promised; a limit only
/// behind conditions that were sent as they are.
pub(super) fn request(filters: &[Expr], limit: Option<u64>, promises: &Promises) -> Request {
    if !promises.constraints {
        return Request { unsent: filters.to_vec(), ..Request::default() };
    }
    let mut summary: BTreeMap<String, Narrowed> = BTreeMap::new();
    let mut request = Request::default();
    let mut all_exact = true;
    for filter in filters {
        let narrowed = narrowed(filter);
        let is_exact = narrowed.as_ref().is_some_and(|narrowed| narrowed.exact);
        let is_widened = narrowed.is_some();
        if let Some(narrowed) = narrowed {
            let column = narrowed.column.clone();
            let both = match summary.remove(&column) {
                Some(known) => known.and(&narrowed),
                None => narrowed,
            };
            summary.insert(column, both);
        }
        if is_exact {
            continue;
        }
        if depth(filter) <= MAX_SENT_DEPTH && is_promised(filter, &promises.functions) {
            request.constraints.expressions.push(filter.clone());
        } else {
            all_exact = false;
            if !is_widened {
                request.unsent.push(filter.clone());
            }
        }
    }
    request.constraints.summary = summary.into_iter().map(|(column, narrowed)| (column, narrowed.domain())).collect();
    request.is_empty = request.constraints.summary.values().any(connector_core::Domain::is_none);
    request.constraints.limit = limit.filter(|_| promises.limit && all_exact);
    request
}

fn is_promised(filter: &Expr, functions: &BTreeSet<Function>) -> bool {
    match filter {
        // A folded list is an array on the wire, made by nobody.
        Expr::Column { .. } | Expr::Constant { .. } | Expr::List { .. } => true,
        Expr::Call { function, args, .. } => {
            functions.contains(function) && args.iter().all(|arg| is_promised(arg, functions))
        }
    }
}

/// A condition over columns of `schema` (of the wire), if we evaluate it exactly as Athena does.
pub(super) fn condition(filter: &Sql, schema: &Schema) -> Option<Expr> {
    converted(filter, schema).filter(|expr| *expr.data_type() == DataType::Boolean && depth(expr) < eval::MAX_DEPTH)
}

fn depth(expr: &Expr) -> usize {
    match expr {
        Expr::Call { args, .. } => 1 + args.iter().map(depth).max().unwrap_or(0),
        Expr::Column { .. } | Expr::Constant { .. } | Expr::List { .. } => 0,
    }
}

fn converted(sql: &Sql, schema: &Schema) -> Option<Expr> {
    use Function::{Add, Divide, Modulus, Multiply, Subtract};
    match sql {
        Sql::Alias(alias) => converted(&alias.expr, schema),
        Sql::Column(column) => {
            let field = schema.field_with_name(&column.name).ok()?;
            Some(Expr::Column { name: column.name.clone(), data_type: field.data_type().clone() })
        }
        Sql::Literal(value, _) => constant(value),
        Sql::Not(inner) => call(Function::Not, vec![converted(inner, schema)?], DataType::Boolean),
        Sql::IsNull(inner) | Sql::IsUnknown(inner) => is_null(converted(inner, schema)?),
        Sql::IsNotNull(inner) | Sql::IsNotUnknown(inner) => not(is_null(converted(inner, schema)?)?),
        Sql::IsNotTrue(inner) => differs(converted(inner, schema)?, true),
        Sql::IsNotFalse(inner) => differs(converted(inner, schema)?, false),
        Sql::IsTrue(inner) => not(differs(converted(inner, schema)?, true)?),
        Sql::IsFalse(inner) => not(differs(converted(inner, schema)?, false)?),
        Sql::Negative(inner) => negated(converted(inner, schema)?),
        Sql::BinaryExpr(binary) => binary_call(binary, schema),
        Sql::Between(between) => within(between, schema),
        Sql::InList(list) => one_of(list, schema),
        Sql::Like(pattern) => like(pattern, schema),
        Sql::ScalarFunction(called) => match (athena_function(called)?, &called.args[..]) {
            (Function::Negate, [inner]) => negated(converted(inner, schema)?),
            (function @ (Add | Subtract | Multiply | Divide | Modulus), [left, right]) => {
                let (left, right) = (converted(left, schema)?, converted(right, schema)?);
                let data_type = result_type(function, left.data_type(), right.data_type())?;
                call(function, vec![left, right], data_type)
            }
            (function, [left, right]) => comparison(function, left, right, schema),
            _ => None,
        },
        _ => None,
    }
}

/// A call, if the evaluator computes it over these types exactly as Athena does.
fn call(function: Function, args: Vec<Expr>, data_type: DataType) -> Option<Expr> {
    let types: Vec<DataType> = args.iter().map(|arg| arg.data_type().clone()).collect();
    eval::supports(function, &types, &data_type).then_some(Expr::Call { function, args, data_type })
}

fn negated(value: Expr) -> Option<Expr> {
    let data_type = value.data_type().clone();
    call(Function::Negate, vec![value], data_type)
}

fn not(condition: Expr) -> Option<Expr> {
    call(Function::Not, vec![condition], DataType::Boolean)
}

fn is_null(value: Expr) -> Option<Expr> {
    call(Function::IsNull, vec![value], DataType::Boolean)
}

fn differs(condition: Expr, from: bool) -> Option<Expr> {
    let constant = Expr::Constant { value: Some(Value::Bool(from)), data_type: DataType::Boolean };
    call(Function::IsDistinctFrom, vec![condition, constant], DataType::Boolean)
}

fn binary_call(binary: &BinaryExpr, schema: &Schema) -> Option<Expr> {
    let (left, right) = (&*binary.left, &*binary.right);
    let boolean = |function| call(function, flattened(binary, schema)?, DataType::Boolean);
    match binary.op {
        Operator::And => boolean(Function::And),
        Operator::Or => boolean(Function::Or),
        Operator::IsNotDistinctFrom => not(comparison(Function::IsDistinctFrom, left, right, schema)?),
        op => match comparing(op) {
            Some(function) => comparison(function, left, right, schema),
            None => arithmetic(op, left, right, schema),
        },
    }
}

/// `a AND (b AND c)` as the arguments of one call of three, and the same of OR. A loop, since a list may have thousands.
fn flattened(binary: &BinaryExpr, schema: &Schema) -> Option<Vec<Expr>> {
    let (mut args, mut left_to_do) = (Vec::new(), vec![&*binary.right, &*binary.left]);
    while let Some(next) = left_to_do.pop() {
        match next {
            Sql::BinaryExpr(inner) if inner.op == binary.op => left_to_do.extend([&*inner.right, &*inner.left]),
            other => args.push(converted(other, schema)?),
        }
    }
    Some(args)
}

fn comparing(op: Operator) -> Option<Function> {
    Some(match op {
        Operator::Eq => Function::Equal,
        Operator::NotEq => Function::NotEqual,
        Operator::Lt => Function::LessThan,
        Operator::LtEq => Function::LessThanOrEqual,
        Operator::Gt => Function::GreaterThan,
        Operator::GtEq => Function::GreaterThanOrEqual,
        Operator::IsDistinctFrom => Function::IsDistinctFrom,
        _ => return None,
    })
}

fn comparison(function: Function, left: &Sql, right: &Sql, schema: &Schema) -> Option<Expr> {
    let against = |column: &Sql, function, literal: &Sql| {
        let (column, Sql::Literal(literal, _)) = (bare_column(column, schema)?, literal) else { return None };
        let folded = folded(function, column.data_type(), literal)?;
        let constant = Expr::Constant { value: Some(folded.value), data_type: column.data_type().clone() };
        call(folded.function, vec![column, constant], DataType::Boolean)
    };
    against(left, function, right).or_else(|| against(right, function.mirrored()?, left)).or_else(|| {
        let args = vec![converted(left, schema)?, converted(right, schema)?];
        call(function, args, DataType::Boolean)
    })
}

/// A column, also under a cast that a comparison with a literal may do without.
fn bare_column(sql: &Sql, schema: &Schema) -> Option<Expr> {
    match sql {
        Sql::Column(_) => converted(sql, schema),
        Sql::Cast(Cast { expr, field }) => {
            let column = bare_column(expr, schema)?;
            cast_keeps_all(column.data_type(), field.data_type()).then_some(column)
        }
        _ => None,
    }
}

fn arithmetic(op: Operator, left: &Sql, right: &Sql, schema: &Schema) -> Option<Expr> {
    let function = match op {
        Operator::Plus => Function::Add,
        Operator::Minus => Function::Subtract,
        Operator::Multiply => Function::Multiply,
        Operator::Divide => Function::Divide,
        Operator::Modulo => Function::Modulus,
        _ => return None,
    };
    let (left, right) = (converted(left, schema)?, converted(right, schema)?);
    let data_type = match (left.data_type(), right.data_type()) {
        (left, right) if left == right && !matches!(left, DataType::Decimal128(..)) => left.clone(),
        // Division of decimals is a function of ours: DataFusion's has other digits than Athena's.
        (left, right) if function != Function::Divide => decimal_type(function, left, right)?,
        _ => return None,
    };
    call(function, vec![left, right], data_type)
}

/// Trino's result types (Trino docs, Decimal functions and operators).
fn decimal_type(function: Function, left: &DataType, right: &DataType) -> Option<DataType> {
    let (DataType::Decimal128(p1, s1), DataType::Decimal128(p2, s2)) = (left, right) else { return None };
    let (p1, s1, p2, s2) = (i16::from(*p1), i16::from(*s1), i16::from(*p2), i16::from(*s2));
    let (precision, scale) = match function {
        Function::Add | Function::Subtract => ((p1 - s1).max(p2 - s2) + s1.max(s2) + 1, s1.max(s2)),
        Function::Multiply => (p1 + p2, s1 + s2),
        Function::Divide => (p1 + s2 + (s2 - s1).max(0), s1.max(s2)),
        Function::Modulus => ((p1 - s1).min(p2 - s2) + s1.max(s2), s1.max(s2)),
        _ => return None,
    };
    Some(DataType::Decimal128(u8::try_from(precision.clamp(1, 38)).ok()?, i8::try_from(scale).ok()?))
}

/// The type of a quotient with a decimal in it; integers count as decimals of all their digits.
pub(super) fn quotient_type(left: &DataType, right: &DataType) -> Option<DataType> {
    let decimal = |data_type: &DataType| match data_type {
        DataType::Decimal128(..) => Some(data_type.clone()),
        DataType::Int8 => Some(DataType::Decimal128(3, 0)),
        DataType::Int16 => Some(DataType::Decimal128(5, 0)),
        DataType::Int32 => Some(DataType::Decimal128(10, 0)),
        DataType::Int64 => Some(DataType::Decimal128(19, 0)),
        _ => None,
    };
    let is_decimal = |data_type: &DataType| matches!(data_type, DataType::Decimal128(..));
    (is_decimal(left) || is_decimal(right))
        .then(|| decimal_type(Function::Divide, &decimal(left)?, &decimal(right)?))?
}

fn within(between: &Between, schema: &Schema) -> Option<Expr> {
    let low = comparison(Function::GreaterThanOrEqual, &between.expr, &between.low, schema)?;
    let high = comparison(Function::LessThanOrEqual, &between.expr, &between.high, schema)?;
    let both = call(Function::And, vec![low, high], DataType::Boolean)?;
    if between.negated { not(both) } else { Some(both) }
}

fn one_of(list: &InList, schema: &Schema) -> Option<Expr> {
    let column = bare_column(&list.expr, schema)?;
    let mut values = Vec::with_capacity(list.list.len());
    for item in &list.list {
        let Sql::Literal(literal, _) = item else { return None };
        if literal.is_null() {
            values.push(None);
        } else {
            values.push(Some(folded(Function::Equal, column.data_type(), literal)?.value));
        }
    }
    let data_type = column.data_type().clone();
    let found = call(Function::In, vec![column, Expr::List { values, data_type }], DataType::Boolean)?;
    if list.negated { not(found) } else { Some(found) }
}

fn like(like: &Like, schema: &Schema) -> Option<Expr> {
    let pattern = Expr::Constant { value: Some(Value::Text(like::travelling(like)?)), data_type: DataType::Utf8 };
    let matches = call(Function::LikePattern, vec![converted(&like.expr, schema)?, pattern], DataType::Boolean)?;
    if like.negated { not(matches) } else { Some(matches) }
}

#[cfg(test)]
mod tests {
    use connector_core::TableName;

    use super::*;
    use crate::protocol::{GetTableLayoutRequest, Identity, Request as Message, Version};

    /// `-(-(… value …)) = value`, so many calls deep.
    fn nested(depth: usize, value: &Expr) -> Expr {
        let negated = |value| Expr::Call { function: Function::Negate, args: vec![value], data_type: DataType::Int64 };
        let deep = (1..depth).fold(value.clone(), |inner, _| negated(inner));
        Expr::Call { function: Function::Equal, args: vec![deep, value.clone()], data_type: DataType::Boolean }
    }

    fn message(filter: &Expr) -> Result<Message, connector_core::Error> {
        let constraints = Constraints { expressions: vec![filter.clone()], ..Constraints::default() };
        let request = Message::GetTableLayout(GetTableLayoutRequest {
            identity: Identity::default(),
            query_id: "q".into(),
            catalog: "c".into(),
            table: TableName::new("s", "t"),
            constraints,
            schema: std::sync::Arc::new(Schema::empty()),
            partition_columns: Vec::new(),
        });
        Message::decode(&request.encode(Version::default())?)
    }

    #[test]
    fn the_deepest_expression_that_is_sent_is_the_deepest_that_can_be_read() {
        let column = Expr::Column { name: "a".into(), data_type: DataType::Int64 };
        let constant = Expr::Constant { value: Some(Value::Int(1)), data_type: DataType::Int64 };
        let promises = Promises { constraints: true, functions: Function::ALL.iter().copied().collect(), limit: true };
        for leaf in [column, constant] {
            let (deepest, deeper) = (nested(MAX_SENT_DEPTH, &leaf), nested(MAX_SENT_DEPTH + 1, &leaf));
            assert!(message(&deepest).is_ok());
            assert!(message(&deeper).is_err(), "the bound is lower than it need be");
            let asked = request(&[deepest.clone(), deeper.clone()], Some(5), &promises);
            assert_eq!((asked.constraints.expressions, asked.unsent), (vec![deepest], vec![deeper]));
            assert_eq!(asked.constraints.limit, None);
        }
    }
}
