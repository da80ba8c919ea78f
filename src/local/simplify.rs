//! DataFusion's simplification of conditions, kept from lists of values, which it merges as if NULL were false.
//!
//! It makes FALSE of `x IN (1) AND x IN (2)` and TRUE of `x NOT IN (1) OR x NOT IN (2)`, where a NULL gives NULL, and takes a NULL
//! in a list for a value; under NOT that loses rows, under OR it brings others. While its rule runs, lists stand there as calls of
//! a function that it does not know; equalities side by side do too, for it would make lists of them. Everything else it does.
//!
//! Afterwards comparisons stand with their column first: of `x >= 1 AND 1 < x` the rule that pushes filters down keeps the former,
//! for it knows the narrower of two equal bounds by the operator alone, and would bring the row where `x` is 1.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr as Sql, LogicalPlan, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

/// DataFusion's rule over conditions in which lists are hidden.
#[derive(Debug)]
pub(super) struct Simplify(pub SimplifyExpressions);

impl OptimizerRule for Simplify {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        // Its rule may put another node above an aggregation, and then the expressions are not where they were.
        if let LogicalPlan::Aggregate(_) = plan {
            return self.0.rewrite(plan, config);
        }
        let preserver = NamePreserver::new(&plan);
        let mut names = Vec::new();
        let hidden = plan.map_expressions(|expr| {
            names.push(preserver.save(&expr));
            expr.transform_down(|expr| Ok(hide(expr)))
        })?;
        let simplified = self.0.rewrite(hidden.data, config)?;
        let mut names = names.into_iter();
        let shown = simplified.data.map_expressions(|expr| {
            let shown = expr.transform_up(show)?;
            Ok(match names.next() {
                Some(name) => shown.update_data(|expr| name.restore(expr)),
                None => shown,
            })
        })?;
        Ok(Transformed::new_transformed(shown.data, simplified.transformed))
    }
}

/// What stands for a list, or for an equality that could become a part of one. Never run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    In,
    NotIn,
    Equal,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Hidden {
    kind: Kind,
    signature: Signature,
}

impl ScalarUDFImpl for Hidden {
    fn name(&self) -> &'static str {
        "hidden"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        internal_err!("a list is still hidden from the optimizer")
    }
}

/// Volatile, so that constants are not computed with it.
fn hidden(kind: Kind, args: Vec<Sql>) -> Sql {
    let signature = Signature::any(args.len(), Volatility::Volatile);
    let function = Arc::new(ScalarUDF::new_from_impl(Hidden { kind, signature }));
    Sql::ScalarFunction(ScalarFunction::new_udf(function, args))
}

fn hide(expr: Sql) -> Transformed<Sql> {
    match expr {
        Sql::InList(InList { expr, list, negated }) if !list.is_empty() => {
            let kind = if negated { Kind::NotIn } else { Kind::In };
            Transformed::yes(hidden(kind, [*expr].into_iter().chain(list).collect()))
        }
        Sql::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let either = BinaryExpr { left: Box::new(part(*left)), op: Operator::Or, right: Box::new(part(*right)) };
            Transformed::yes(Sql::BinaryExpr(either))
        }
        other => Transformed::no(other),
    }
}

fn part(expr: Sql) -> Sql {
    match expr {
        Sql::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })
            if matches!((&*left, &*right), (Sql::Column(_), Sql::Literal(..)) | (Sql::Literal(..), Sql::Column(_))) =>
        {
            hidden(Kind::Equal, vec![*left, *right])
        }
        other => other,
    }
}

fn show(expr: Sql) -> Result<Transformed<Sql>> {
    match expr {
        Sql::ScalarFunction(ScalarFunction { func, args }) => match func.inner().downcast_ref::<Hidden>() {
            Some(hidden) => Ok(Transformed::yes(shown(hidden.kind, args)?)),
            None => Ok(Transformed::no(Sql::ScalarFunction(ScalarFunction { func, args }))),
        },
        // What DataFusion would have made of it, had it seen the list.
        Sql::Not(inner) => Ok(match *inner {
            Sql::InList(InList { expr, list, negated }) => {
                Transformed::yes(Sql::InList(InList { expr, list, negated: !negated }))
            }
            other => Transformed::no(Sql::Not(Box::new(other))),
        }),
        Sql::BinaryExpr(BinaryExpr { left, op, right }) => {
            let swapped = op.swap().filter(|_| matches!((&*left, &*right), (Sql::Literal(..), Sql::Column(_))));
            Ok(match swapped {
                Some(op) => Transformed::yes(Sql::BinaryExpr(BinaryExpr { left: right, op, right: left })),
                None => Transformed::no(Sql::BinaryExpr(BinaryExpr { left, op, right })),
            })
        }
        other => Ok(Transformed::no(other)),
    }
}

fn shown(kind: Kind, args: Vec<Sql>) -> Result<Sql> {
    let mut args = args.into_iter();
    let Some(first) = args.next().map(Box::new) else { return internal_err!("a list of nothing was hidden") };
    Ok(match (kind, args.next()) {
        (Kind::Equal, Some(right)) => {
            Sql::BinaryExpr(BinaryExpr { left: first, op: Operator::Eq, right: Box::new(right) })
        }
        (kind, second) => Sql::InList(InList {
            expr: first,
            list: second.into_iter().chain(args).collect(),
            negated: kind == Kind::NotIn,
        }),
    })
}
