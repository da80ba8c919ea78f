//! The one place where SQL that reads is born: a [`Scan`] and a [`Dialect`] become a [`Statement`] and a [`Remainder`].
//!
//! What is pushed and what remains are two values, and they may overlap: a filter is pushed exactly, pushed as a superset
//! and kept, or only kept. A limit travels only when nothing is kept, since a limit in front of a filter loses rows; an order
//! travels only with a limit and only over columns that both sides sort alike.
//!
//! Not here: where a table is cut into slices, and running anything.

mod aggregate;
mod domain;
mod expr;
pub mod probe;
mod slice;
mod source;
mod writer;

use arrow_schema::DataType;

pub use self::slice::can_be_bounded;
pub use self::source::{all_of, around, numbered};
use self::writer::Writer;
use crate::{Column, Dialect, Domain, Error, Expr, Function, Pushdown, ReadAs, Result, Scan, SortKey, Value};

/// SQL text with its ordered parameters, and what its columns are.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// Values for its placeholders, in order.
    pub binds: Vec<Bind>,
    /// What each selected column is: the projection first, then columns that only the remainder needs, or that only must show
    /// that their values fit ([`Dialect::may_not_fit`]). When it is empty the text still selects one constant, because few
    /// engines can select nothing; readers count its rows.
    pub columns: Vec<Column>,
}

/// A value to be bound, never written into the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Bind {
    /// The value; `None` is NULL.
    pub value: Option<Value>,
    /// Its type on Athena's side.
    pub data_type: DataType,
    /// The source type it is sent as.
    pub source_type: Option<&'static str>,
}

/// What the source was not asked to do, or not exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remainder {
    /// Domains to check again, by column name.
    pub domains: Vec<(String, Domain)>,
    /// Filters to evaluate.
    pub filters: Vec<Expr>,
    /// Whether order and limit together were left out.
    pub order: bool,
    /// Whether the limit was left out.
    pub limit: bool,
}

impl Remainder {
    /// Whether every row of the source's answer is wanted, limits aside.
    pub fn keeps_all_rows(&self) -> bool {
        self.domains.is_empty() && self.filters.is_empty()
    }
}

/// A rendered scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// What the source is asked.
    pub statement: Statement,
    /// What is left to do over its answer.
    pub remainder: Remainder,
}

/// How far the source was asked to apply a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pushed {
    Exact,
    Superset,
    No,
}

/// Renders a scan.
///
/// Errors: invalid, if the scan names a column that the table does not have or a value of another type than its column;
/// unsupported, for a slice that the engine cannot read, or if rows are to be put together and the source would not do it as
/// Athena does.
pub fn render(scan: &Scan, dialect: &dyn Dialect) -> Result<Rendered> {
    let mut conditions = Writer::new(dialect);
    let mut remainder = Remainder::default();
    let mut compared: Vec<&str> = Vec::new();
    slice::push(scan, &mut conditions)?;
    for (name, wanted) in &scan.domains {
        let column = domain::checked_column(scan, name, wanted)?;
        if domain::push(column, wanted, &mut conditions) != Pushed::Exact {
            remainder.domains.push((name.clone(), wanted.clone()));
        } else if !domain::only_about_null(wanted) {
            compared.push(name);
        }
    }
    for filter in conjuncts(&scan.filters) {
        expr::check_columns(scan, filter)?;
        if conditions.condition(|writer| expr::write(scan, filter, writer)) {
            expr::for_each_compared(filter, &mut |name| compared.push(name));
        } else {
            remainder.filters.push(filter.clone());
        }
    }
    compared.retain(|name| scan.column(name).is_some_and(|column| dialect.may_not_fit(column)));
    if let Some(aggregate) = &scan.aggregate {
        return aggregate::render(scan, aggregate, &compared, &remainder, conditions);
    }
    let columns = selected_columns(scan, &remainder, &compared)?;
    let mut writer = Writer::new(dialect);
    write_select(scan, &columns, &mut writer);
    writer.append_where(conditions);
    finish(scan, &mut writer, &mut remainder)?;
    let (sql, binds) = writer.into_parts();
    Ok(Rendered { statement: Statement { sql, binds, columns }, remainder })
}

/// The filters with their top-level conjunctions taken apart, so that one unpushable part does not keep the rest.
pub(crate) fn conjuncts(filters: &[Expr]) -> Vec<&Expr> {
    let mut parts = Vec::new();
    let mut open: Vec<&Expr> = filters.iter().rev().collect();
    while let Some(filter) = open.pop() {
        match filter {
            Expr::Call { function: Function::And, args, .. } => open.extend(args.iter().rev()),
            other => parts.push(other),
        }
    }
    parts
}

/// The projection, then what the remainder needs to see, then what must show that its values fit.
fn selected_columns<'s>(scan: &'s Scan, remainder: &'s Remainder, compared: &[&'s str]) -> Result<Vec<Column>> {
    let mut names: Vec<&str> = Vec::new();
    let mut add = |name| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    scan.projection.iter().for_each(|name| add(name));
    remainder.domains.iter().for_each(|(name, _)| add(name));
    remainder.filters.iter().for_each(|filter| filter.for_each_column(&mut add));
    compared.iter().for_each(|name| add(name));
    names.into_iter().map(|name| known_column(scan, name).cloned()).collect()
}

fn known_column<'a>(scan: &'a Scan, name: &str) -> Result<&'a Column> {
    scan.column(name).ok_or_else(|| {
        Error::invalid(format!("table {} has no column {name:?}", scan.table.name))
            .hint("the table may have changed since the query was planned: run it again")
    })
}

fn write_select(scan: &Scan, columns: &[Column], writer: &mut Writer<'_>) {
    source::write_with(scan, writer);
    writer.text("SELECT ");
    if columns.is_empty() {
        writer.text("1");
    }
    for (index, column) in columns.iter().enumerate() {
        writer.separator(index, ", ");
        match column.mapping.read_as {
            ReadAs::Converted(_) => writer.identifier(&column.remote_name),
            _ => writer.column(column),
        }
    }
    writer.text(" FROM ");
    source::write_from(scan, writer);
}

/// Writes order and limit if they may travel, and notes in the remainder what may not.
fn finish(scan: &Scan, writer: &mut Writer<'_>, remainder: &mut Remainder) -> Result<()> {
    let Some(limit) = scan.limit else { return Ok(()) };
    let keys = scan.order.iter().map(|key| Ok((key, known_column(scan, &key.column)?))).collect::<Result<Vec<_>>>()?;
    let last = keys.len().saturating_sub(1);
    let sorts_alike = keys.iter().enumerate().all(|(place, (_, column))| sorts_alike(column, place == last, writer));
    if !remainder.keeps_all_rows() || !sorts_alike {
        remainder.limit = true;
        remainder.order = !keys.is_empty();
        return Ok(());
    }
    write_order(&keys, writer);
    writer.limit(limit, !keys.is_empty());
    Ok(())
}

/// Whether source and Athena agree on the order of a column.
fn sorts_alike(column: &Column, is_last_key: bool, writer: &Writer<'_>) -> bool {
    match column.mapping.pushdown {
        // MySQL sorts by so many of the first bytes, and MariaDB reserves them all; nobody sorts by bytes to begin with.
        _ if column.mapping.data_type == DataType::Binary => false,
        Pushdown::Full => true,
        // Flooring keeps the order of finer timestamps, but of two in one millisecond the next key would have to decide.
        Pushdown::Millis => is_last_key,
        Pushdown::Collated | Pushdown::CollatedOrder => writer.dialect().binary_text(Function::LessThan).is_some(),
        // NaN has a place in the source's order and none that Athena's documentation fixes.
        Pushdown::Superset | Pushdown::NullsOnly | Pushdown::Nothing => false,
    }
}

fn write_order(keys: &[(&SortKey, &Column)], writer: &mut Writer<'_>) {
    for (index, (key, column)) in keys.iter().enumerate() {
        writer.text(if index == 0 { " ORDER BY " } else { ", " });
        let collated = matches!(column.mapping.pushdown, Pushdown::Collated | Pushdown::CollatedOrder);
        let binary = writer.dialect().binary_text(Function::LessThan).filter(|_| collated);
        writer.sort(key, |writer| {
            writer.text_operand(binary, |writer| {
                writer.column(column);
                Some(())
            });
        });
    }
}

#[cfg(test)]
mod poorer;
#[cfg(test)]
mod tests;
