//! What is pushed of every type and operator, found out by asking the renderer: the tables of rules in the engines' READMEs.
//!
//! Nobody writes these tables by hand, so that they cannot say more than what is done.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Write};

use super::conditions::{call, column_of};
use super::{readme, scans::two_values};
use crate::{
    Bound, Column, ColumnMapping, Dialect, Direction, Domain, Expr, Function, Nulls, Range, Scan, SortKey, Statement,
    Table, TableName, Value, Values, sql,
};

/// How much of a condition the source does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All of it.
    Exact,
    /// It gives more rows, which are checked again.
    Superset,
    /// It leaves out NULL only, and the other rows are checked above.
    NotNull,
    /// Nothing: the rows are checked above.
    Above,
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Superset => "superset",
            Self::NotNull => "not NULL",
            Self::Above => "above",
        })
    }
}

/// What may be asked of a column, as the protocol carries it: as a set of values, as an expression, or as an order.
struct Question {
    operator: &'static str,
    as_domain: Option<fn(&Column, [Value; 2]) -> Domain>,
    as_expression: Option<fn(&Column, [Value; 2]) -> Expr>,
}

const QUESTIONS: [Question; 6] = [
    Question {
        operator: "`IS NULL`",
        as_domain: Some(|column, _| Domain::only_null(column.mapping.data_type.clone())),
        as_expression: Some(|column, _| call(Function::IsNull, vec![column_of("v", &column.mapping.data_type)])),
    },
    Question {
        operator: "`=` `IN`",
        as_domain: Some(|column, values| domain(column, Values::In(values.to_vec()))),
        as_expression: Some(|column, [low, _]| compared(Function::Equal, column, low)),
    },
    Question {
        operator: "`<>` `NOT IN`",
        as_domain: Some(|column, values| domain(column, Values::NotIn(values.to_vec()))),
        as_expression: Some(|column, [low, _]| compared(Function::NotEqual, column, low)),
    },
    Question {
        operator: "`<` `>` `BETWEEN`",
        as_domain: Some(|column, [low, high]| {
            let range = Range { low: Bound::Excluded(low), high: Bound::Included(high) };
            domain(column, Values::Ranges(vec![range]))
        }),
        as_expression: Some(|column, [low, _]| compared(Function::LessThan, column, low)),
    },
    Question {
        operator: "`IS DISTINCT FROM`",
        as_domain: None,
        as_expression: Some(|column, [low, _]| compared(Function::IsDistinctFrom, column, low)),
    },
    Question {
        operator: "`LIKE 'a%'`",
        as_domain: None,
        as_expression: Some(|column, _| compared(Function::LikePattern, column, Value::Text("a%".into()))),
    },
];

/// Fails where the README in a folder has other rules for these types than the dialect; `GOLDEN=write` writes them anew.
pub fn are_in_the_readme(folder: &str, types: &[(&str, ColumnMapping)], dialect: &dyn Dialect) {
    readme::has(folder, "rules", &table(types, dialect));
}

/// The rules of these types, a row for all types that share them, and how many there are of each kind.
fn table(types: &[(&str, ColumnMapping)], dialect: &dyn Dialect) -> String {
    let mut rows: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, mapping) in types {
        let found = rules_of(mapping, dialect);
        for rule in found.iter().flatten().flatten() {
            *counts.entry(rule.to_string()).or_default() += 1;
        }
        let cells: Vec<String> = found.iter().map(|rules| cell(rules.as_deref())).collect();
        match rows.iter_mut().find(|(known, _)| *known == cells) {
            Some((_, names)) => names.push(name),
            None => rows.push((cells, vec![name])),
        }
    }
    let operators = QUESTIONS.iter().map(|question| question.operator).chain(["`ORDER BY` with `LIMIT`"]);
    let operators: Vec<&str> = operators.collect();
    let mut text = format!("| types | {} |\n|---{}|\n", operators.join(" | "), "|---".repeat(operators.len()));
    for (cells, names) in rows {
        writeln!(text, "| {} | {} |", names.join("; "), cells.join(" | ")).expect("writing to a string");
    }
    let counts: Vec<String> = counts.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
    writeln!(text, "\nRules of {} types: {}.", types.len(), counts.join(", ")).expect("writing to a string");
    text
}

/// One word, or one for sets of values and one for expressions where they differ.
fn cell(rules: Option<&[Rule]>) -> String {
    match rules {
        None => "–".to_owned(),
        Some([domain, expression]) if domain != expression => format!("{domain}; in expressions {expression}"),
        Some(rules) => rules.first().map(ToString::to_string).unwrap_or_default(),
    }
}

/// The rules by operator, the last one that of order; none where nothing can be asked.
fn rules_of(mapping: &ColumnMapping, dialect: &dyn Dialect) -> Vec<Option<Vec<Rule>>> {
    let column =
        Column { name: "v".into(), remote_name: "V".into(), comment: None, announced: None, mapping: mapping.clone() };
    let values = two_values("v", &mapping.data_type);
    let asked = QUESTIONS.iter().map(|question| {
        let is_about_text = question.operator.contains("LIKE");
        let any =
            values.clone().or_else(|| question.operator.contains("NULL").then_some([Value::Int(0), Value::Int(0)]))?;
        if is_about_text && !matches!(any[0], Value::Text(_)) {
            return None;
        }
        let domain = question.as_domain.map(|domain| {
            let domains = BTreeMap::from([("v".to_owned(), domain(&column, any.clone()))]);
            rule(&Scan { domains, ..scan(&column) }, dialect)
        });
        let expression = question.as_expression.map(|expression| {
            rule(&Scan { filters: vec![expression(&column, any.clone())], ..scan(&column) }, dialect)
        });
        Some(domain.into_iter().chain(expression).collect())
    });
    let order = values.is_some().then(|| vec![order_rule(&column, dialect)]);
    asked.chain([order]).collect()
}

fn scan(column: &Column) -> Scan {
    let table = Table { name: TableName::new("s", "t"), columns: vec![column.clone()], comment: None };
    Scan::new(table, Vec::new())
}

fn rule(scan: &Scan, dialect: &dyn Dialect) -> Rule {
    let rendered = sql::render(scan, dialect).expect("rendering");
    let Statement { sql, binds, .. } = rendered.statement;
    match (rendered.remainder.keeps_all_rows(), sql.contains(" WHERE "), binds.is_empty()) {
        (true, ..) => Rule::Exact,
        (false, true, false) => Rule::Superset,
        (false, true, true) => Rule::NotNull,
        (false, false, _) => Rule::Above,
    }
}

fn order_rule(column: &Column, dialect: &dyn Dialect) -> Rule {
    let order = vec![SortKey { column: "v".into(), direction: Direction::Ascending, nulls: Nulls::Last }];
    let rendered = sql::render(&Scan { order, limit: Some(1), ..scan(column) }, dialect).expect("rendering");
    if rendered.remainder.limit { Rule::Above } else { Rule::Exact }
}

fn domain(column: &Column, values: Values) -> Domain {
    Domain { data_type: column.mapping.data_type.clone(), values, nulls: false }
}

fn compared(function: Function, column: &Column, value: Value) -> Expr {
    let constant = Expr::Constant { value: Some(value), data_type: column.mapping.data_type.clone() };
    call(function, vec![column_of("v", &column.mapping.data_type), constant])
}
