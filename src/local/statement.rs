//! A statement's text as Athena reads it: names folded, literals typed as Trino types them, listings told from queries.
//!
//! Not here: what the names mean (`catalog`), and what a plan computes otherwise than Athena (`semantics`).

use std::ops::ControlFlow;

use connector_core::{Error, Result};
use datafusion::sql::parser::{DFParserBuilder, ExplainStatement, Statement as Parsed};
use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind, ShowStatementOptions, Statement, TableAlias, TableFactor, TimezoneInfo, Value,
    ValueWithSpan, VisitMut, VisitorMut,
};

use super::dialect::Trino;
use super::engine;
use super::heading::Headings;
use super::parameters;
use super::passthrough::{Calls, calls};

/// What a text asks for.
pub(super) enum Asked {
    /// Rows, or the plan that would give them.
    Rows(Rows),
    /// The names of the catalogs.
    Catalogs,
    /// The schemas of a catalog, or of the default one.
    Schemas(Option<String>),
    /// The tables of a schema: `catalog.schema`, `schema`, or the default one.
    Tables(Vec<String>),
    /// The columns of a table: up to three names.
    Columns(Vec<String>),
}

/// A query.
pub(super) struct Rows {
    /// It itself, its parameters numbered.
    pub statement: Box<Parsed>,
    /// What its columns are headed.
    pub headings: Headings,
    /// The functions that it calls in the place of tables.
    pub calls: Calls,
    /// How many parameters it has.
    pub parameters: usize,
}

/// How deeply a text may nest; the parser grows its stack. At its own limit, 50, it reads each enclosing NOT a second time, as a
/// function, which doubles the time for each.
const MAX_NESTING: usize = 500;

/// Reads one statement.
///
/// Errors: invalid, if it does not parse; unsupported, if it would do anything but read.
pub(super) fn parse(text: &str) -> Result<Asked> {
    let parser = DFParserBuilder::new(text).with_dialect(&Trino).with_recursion_limit(MAX_NESTING).build();
    let mut statements = parser.and_then(|mut parser| parser.parse_statements()).map_err(engine::failure)?;
    let Some(mut parsed) = statements.pop_front() else {
        return Err(Error::invalid("there is no statement"));
    };
    if !statements.is_empty() {
        return Err(Error::invalid("there is more than one statement").hint("run them one by one"));
    }
    fold(&mut parsed);
    let parameters = parameters::number(&mut parsed)?;
    let calls = calls(&mut parsed)?;
    match parsed {
        Parsed::Statement(mut statement) => match *statement {
            Statement::Query(_) => {
                let headings = Headings::give(&mut statement);
                let statement = Box::new(Parsed::Statement(statement));
                Ok(Asked::Rows(Rows { statement, headings, calls, parameters }))
            }
            other => listing(other),
        },
        Parsed::Explain(explain) => explained(explain, calls, parameters),
        _ => Err(reads_only()),
    }
}

fn explained(mut explain: ExplainStatement, calls: Calls, parameters: usize) -> Result<Asked> {
    match &mut *explain.statement {
        Parsed::Statement(statement) if matches!(**statement, Statement::Query(_)) => {
            Headings::give(statement);
            let statement = Box::new(Parsed::Explain(explain));
            Ok(Asked::Rows(Rows { statement, headings: Headings::default(), calls, parameters }))
        }
        _ => Err(reads_only()),
    }
}

fn listing(statement: Statement) -> Result<Asked> {
    Ok(match statement {
        Statement::ShowCatalogs { show_options, .. } => match in_names(&show_options)? {
            names if names.is_empty() => Asked::Catalogs,
            _ => return Err(Error::invalid("catalogs stand in nothing")),
        },
        Statement::ShowSchemas { show_options, .. } | Statement::ShowDatabases { show_options, .. } => {
            let mut names = in_names(&show_options)?;
            match names.len() {
                0 | 1 => Asked::Schemas(names.pop()),
                _ => return Err(Error::invalid("schemas stand in one catalog")),
            }
        }
        Statement::ShowTables { show_options, .. } => Asked::Tables(in_names(&show_options)?),
        Statement::ShowColumns { show_options, .. } => Asked::Columns(in_names(&show_options)?),
        Statement::ExplainTable { table_name, .. } => Asked::Columns(names(&table_name)),
        _ => return Err(reads_only()),
    })
}

fn reads_only() -> Error {
    Error::unsupported("only statements that read are run here")
        .hint("write SELECT, WITH, VALUES, EXPLAIN, SHOW or DESCRIBE")
}

fn in_names(options: &ShowStatementOptions) -> Result<Vec<String>> {
    if options.filter_position.is_some() || options.starts_with.is_some() || options.limit.is_some() {
        return Err(Error::unsupported("SHOW takes no filter here").hint("read information_schema instead"));
    }
    let within = options.show_in.as_ref().and_then(|within| within.parent_name.as_ref());
    Ok(within.map(names).unwrap_or_default())
}

fn names(name: &ObjectName) -> Vec<String> {
    name.0.iter().filter_map(ObjectNamePart::as_ident).map(|ident| ident.value.to_lowercase()).collect()
}

fn fold(parsed: &mut Parsed) {
    match parsed {
        Parsed::Statement(statement) => {
            let _ = statement.visit(&mut Meaning);
        }
        Parsed::Explain(explain) => fold(&mut explain.statement),
        _ => {}
    }
}

/// Makes a statement mean in DataFusion what it means in Trino.
struct Meaning;

impl VisitorMut for Meaning {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        fold_name(relation);
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        for table in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            fold_alias(&mut table.alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for item in &mut select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => fold_ident(alias),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => fold_name(name),
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { alias, .. }
            | TableFactor::TableFunction { alias, .. }
            | TableFactor::Derived { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::NestedJoin { alias, .. } => alias.iter_mut().for_each(fold_alias),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) => fold_ident(ident),
            Expr::CompoundIdentifier(idents) => idents.iter_mut().for_each(fold_ident),
            Expr::Cast { data_type, .. } => type_timestamp(data_type, 3),
            Expr::TypedString(typed) => {
                if let (DataType::Timestamp(..), Value::SingleQuotedString(text)) =
                    (&typed.data_type, &typed.value.value)
                {
                    let mut data_type = typed.data_type.clone();
                    if names_zone(text) {
                        data_type = DataType::Timestamp(None, TimezoneInfo::WithTimeZone);
                    }
                    type_timestamp(&mut data_type, precision(text));
                    *expr = cast(typed.value.clone(), data_type);
                }
            }
            // Trino docs, Language, Types: a literal with an exponent is a double, one with a point alone a decimal.
            Expr::Value(ValueWithSpan { value: Value::Number(text, _), .. }) if text.contains(['e', 'E']) => {
                let text = Value::SingleQuotedString(text.clone());
                *expr = cast(text.with_empty_span(), DataType::DoublePrecision);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn cast(value: ValueWithSpan, data_type: DataType) -> Expr {
    let expr = Box::new(Expr::Value(value));
    Expr::Cast { kind: CastKind::Cast, expr, data_type, array: false, format: None }
}

/// Trino's `timestamp` has three digits, where DataFusion's has nine and ends in 2262.
fn type_timestamp(data_type: &mut DataType, digits: u64) {
    if let DataType::Timestamp(precision @ None, _) = data_type {
        *precision = Some(digits);
    }
}

/// The precision of a literal: what its digits need, of those that DataFusion knows.
fn precision(text: &str) -> u64 {
    let fraction = text.rsplit_once('.').map_or("", |(_, fraction)| fraction);
    match fraction.chars().take_while(char::is_ascii_digit).count() {
        0..=3 => 3,
        4..=6 => 6,
        _ => 9,
    }
}

/// Whether a timestamp's text ends in a zone, by name or by offset.
fn names_zone(text: &str) -> bool {
    let time = text.trim().split_once([' ', 'T']).map_or("", |(_, time)| time);
    time.contains(|letter: char| letter.is_ascii_alphabetic() || letter == '+' || letter == '-')
}

fn fold_ident(ident: &mut Ident) {
    ident.value = ident.value.to_lowercase();
}

fn fold_name(name: &mut ObjectName) {
    for part in &mut name.0 {
        if let ObjectNamePart::Identifier(ident) = part {
            fold_ident(ident);
        }
    }
}

fn fold_alias(alias: &mut TableAlias) {
    fold_ident(&mut alias.name);
    alias.columns.iter_mut().for_each(|column| fold_ident(&mut column.name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_the_digits_of_its_text_and_a_zone_if_it_names_one() {
        assert_eq!(precision("2020-01-01 00:00:00"), 3);
        assert_eq!(precision("2020-01-01 00:00:00.1234"), 6);
        assert_eq!(precision("2020-01-01 00:00:00.123456789 UTC"), 9);
        assert!(names_zone("2020-01-01 00:00:00 UTC") && names_zone("2020-01-01 00:00:00+01:00"));
        assert!(!names_zone("2020-01-01 00:00:00.5") && !names_zone("2020-01-01"));
    }
}
