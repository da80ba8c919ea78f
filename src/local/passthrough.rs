//! Calls of table functions, `TABLE(catalog.system.query(query => '…'))`: each becomes a table of the statement, and what it was
//! called with travels in every message about that table.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use connector_core::{Error, Result};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, ObjectNamePart, TableFactor,
    Value, ValueWithSpan, VisitMut, VisitorMut, visit_relations,
};

use crate::protocol::passthrough as function;

/// The calls of a statement, by the name of the table that each became.
pub(super) type Calls = BTreeMap<String, Call>;

/// A call of a function that a catalog offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The function's own name, without catalog and schema.
    pub function: String,
    /// What travels.
    pub arguments: BTreeMap<String, String>,
}

/// Makes the calls in a statement tables of it.
///
/// Errors: invalid, for a call that Athena would not take.
pub(super) fn calls(parsed: &mut Parsed) -> Result<Calls> {
    let statement = match parsed {
        Parsed::Statement(statement) => statement,
        Parsed::Explain(explain) => return calls(&mut explain.statement),
        _ => return Ok(Calls::new()),
    };
    let mut finder = Finder { tables: BTreeSet::new(), calls: Calls::new() };
    let _ = visit_relations(statement, |name| {
        finder.tables.extend(name.0.last().and_then(ObjectNamePart::as_ident).map(|name| name.value.clone()));
        ControlFlow::<()>::Continue(())
    });
    match statement.visit(&mut finder) {
        ControlFlow::Continue(()) => Ok(finder.calls),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Finder {
    /// The tables that the statement names.
    tables: BTreeSet<String>,
    calls: Calls,
}

impl Finder {
    /// A table that no other name in the statement means.
    fn table(&mut self, call: Call) -> String {
        let named = |number: usize| format!("{} ({number})", call.function);
        // One more than there are names is free at the latest.
        let free =
            (1..=self.tables.len() + 1).map(named).find(|table| self.tables.insert(table.clone())).unwrap_or_default();
        self.calls.insert(free.clone(), call);
        free
    }
}

impl VisitorMut for Finder {
    type Break = Error;

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Error> {
        let TableFactor::TableFunction { expr, alias } = factor else { return ControlFlow::Continue(()) };
        let (mut name, call) = match call(expr) {
            Ok(called) => called,
            Err(error) => return ControlFlow::Break(error),
        };
        name.push(self.table(call));
        let part = |name: String| ObjectNamePart::Identifier(Ident::with_quote('"', name));
        *factor = TableFactor::Table {
            name: ObjectName(name.into_iter().map(part).collect()),
            alias: alias.take(),
            args: None,
            with_hints: Vec::new(),
            version: None,
            with_ordinality: false,
            partitions: Vec::new(),
            json_path: None,
            sample: None,
            index_hints: Vec::new(),
        };
        ControlFlow::Continue(())
    }
}

fn wrong() -> Error {
    Error::invalid("TABLE(…) is not a call that is understood")
        .hint("write TABLE(<catalog>.system.query(query => '<text>')), with the text in single quotes and those inside doubled")
}

/// Where the function is, and the call.
fn call(expr: &Expr) -> Result<(Vec<String>, Call)> {
    let Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) = expr else { return Err(wrong()) };
    let mut parts: Vec<String> =
        name.0.iter().filter_map(ObjectNamePart::as_ident).map(|part| part.value.to_lowercase()).collect();
    let function = parts.pop().filter(|_| parts.len() == 1 || parts.len() == 2).ok_or_else(wrong)?;
    let schema = parts.last().map(|schema| schema.to_uppercase()).unwrap_or_default();
    let mut arguments =
        BTreeMap::from([(function::SIGNATURE.to_owned(), format!("{schema}.{}", function.to_uppercase()))]);
    for argument in &list.args {
        let (name, value) = match argument {
            FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => (name.value.to_uppercase(), value),
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => (function::QUERY.to_owned(), value),
            _ => return Err(wrong()),
        };
        let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) = value else {
            return Err(wrong());
        };
        if arguments.insert(name, text.clone()).is_some() {
            return Err(wrong());
        }
    }
    Ok((parts, Call { function, arguments }))
}

#[cfg(test)]
mod tests {
    use datafusion::sql::parser::DFParserBuilder;

    use super::super::dialect::Trino;
    use super::*;

    fn found(text: &str) -> Result<(String, Calls)> {
        let parser = DFParserBuilder::new(text).with_dialect(&Trino).build();
        let mut parsed = parser.unwrap().parse_statements().unwrap().pop_front().unwrap();
        let calls = calls(&mut parsed)?;
        Ok((parsed.to_string(), calls))
    }

    #[test]
    fn each_call_becomes_a_table_of_its_own() {
        let (text, calls) = found(
            "SELECT * FROM TABLE(PG.system.Query(query => 'select ''a''')) AS q, TABLE(system.query('select 2')), t.\"query (1)\"",
        )
        .unwrap();
        assert_eq!(
            text,
            "SELECT * FROM \"pg\".\"system\".\"query (2)\" AS q, \"system\".\"query (3)\", t.\"query (1)\""
        );
        let one = &calls["query (2)"];
        assert_eq!(one.function, "query");
        assert_eq!(one.arguments["schemaFunctionName"], "SYSTEM.QUERY");
        assert_eq!(one.arguments["QUERY"], "select 'a'");
        assert_eq!(calls["query (3)"].arguments["QUERY"], "select 2");
    }

    #[test]
    fn what_is_no_call_is_named() {
        for text in [
            "TABLE(query(query => 'x'))",
            "TABLE(a.b.c.query(query => 'x'))",
            "TABLE(1)",
            "TABLE(s.f(q => 1))",
            "TABLE(s.f('a', 'b'))",
        ] {
            assert!(found(&format!("SELECT * FROM {text}")).is_err(), "{text}");
        }
    }
}
