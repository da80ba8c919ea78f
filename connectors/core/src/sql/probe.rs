//! What is asked about a key to find out where to cut it: its ends, single looks into its index, and selects whose rows the
//! server is to estimate. Nothing here reads more than a row a look, where an index has the key's order.

use super::slice::{known_columns, write_compared, write_range};
use super::source;
use super::writer::Writer;
use crate::{Column, Dialect, Error, KeyRange, ReadAs, Result, Scan, Statement, Value};

/// What the answers of several looks are called together.
const LOOKS: &str = "glaux_looks";

/// A column of a key, among the rows that have certain values in the key's columns before it.
#[derive(Clone, Copy, Debug)]
pub struct Along<'a> {
    /// Names of the key's columns as Athena knows them, the one that is asked about last.
    pub columns: &'a [String],
    /// What the columns before it are equal to.
    pub within: &'a [Value],
}

/// An [`Along`] whose columns were found.
struct Known<'s> {
    column: &'s Column,
    before: Vec<(&'s Column, &'s Value)>,
}

impl<'a> Along<'a> {
    /// The column behind a place in the order of a key, if the key has so many.
    pub fn behind(place: &'a [Value], key: &'a [String]) -> Option<Self> {
        Some(Self { columns: key.get(..=place.len())?, within: place })
    }

    fn known<'s>(&'s self, scan: &'s Scan) -> Result<Known<'s>> {
        let mut columns = known_columns(scan, self.columns)?;
        let column = columns.pop().ok_or_else(|| Error::internal("a key without columns"))?;
        Ok(Known { column, before: columns.into_iter().zip(self.within).collect() })
    }
}

impl Known<'_> {
    /// Writes that the columns before have their values; nothing where there are none.
    fn write_before(&self, writer: &mut Writer<'_>) -> Option<()> {
        for (index, (column, value)) in self.before.iter().enumerate() {
            writer.separator(index, " AND ");
            write_compared(column, " = ", value, writer)?;
        }
        Some(())
    }
}

/// The question for the least and the largest value of a column, over all of the table or query or among those rows; values that
/// only stand for one that is missing are left out. None, if the source lacks one of the values.
///
/// Errors: invalid, for a column that there is not.
pub fn bounds(scan: &Scan, along: Along<'_>, dialect: &dyn Dialect) -> Result<Option<Statement>> {
    let known = along.known(scan)?;
    let column = known.column;
    let mut writer = Writer::new(dialect);
    // What no index is known of, as a query and a table whose column was named, would be read twice.
    let is_looked_up = scan.query.is_none() && scan.split_by.is_none();
    // Not every server has a least of what is printed, though an index knows its order.
    let by_order = matches!(column.mapping.read_as, ReadAs::Printed { .. });
    if is_looked_up && (by_order || dialect.ends_apart().is_some()) {
        return Ok(ends_apart(scan, &known, by_order, writer));
    }
    source::write_with(scan, &mut writer);
    for (index, function) in ["MIN", "MAX"].into_iter().enumerate() {
        writer.text(if index == 0 { "SELECT " } else { ", " });
        write_end(column, function, &mut writer);
    }
    writer.text(" FROM ");
    source::write_from(scan, &mut writer);
    let mut conditions = Writer::new(dialect);
    if !known.before.is_empty() && !conditions.condition(|writer| known.write_before(writer)) {
        return Ok(None);
    }
    if let Some(first) = dialect.first(&column.mapping.data_type) {
        conditions.condition(|writer| write_compared(column, " >= ", &first, writer));
    }
    writer.append_where(conditions);
    let (sql, binds) = writer.into_parts();
    Ok(Some(Statement { sql, binds, columns: vec![column.clone(), column.clone()] }))
}

/// Each end by a look of its own: the least and the largest, or the first and the last in the key's order.
fn ends_apart(scan: &Scan, known: &Known<'_>, by_order: bool, mut writer: Writer<'_>) -> Option<Statement> {
    let column = known.column;
    for (index, (function, direction)) in [("MIN", ""), ("MAX", " DESC")].into_iter().enumerate() {
        writer.text(if index == 0 { "SELECT (SELECT " } else { ", (SELECT " });
        if by_order {
            writer.column(column);
            writer.text(" FROM (");
            write_first(scan, known, direction, &mut writer)?;
            write_looks(&mut writer);
        } else {
            write_end(column, function, &mut writer);
            writer.text(" FROM ");
            source::write_from(scan, &mut writer);
            writer.text(if known.before.is_empty() { "" } else { " WHERE " });
            known.write_before(&mut writer)?;
        }
        writer.text(")");
    }
    writer.text(writer.dialect().ends_apart().unwrap_or_default());
    let (sql, binds) = writer.into_parts();
    Some(Statement { sql, binds, columns: vec![column.clone(), column.clone()] })
}

/// Writes the select of the first value in the key's order, or of the last, as the key has it: an index serves no other order.
fn write_first(scan: &Scan, known: &Known<'_>, direction: &str, writer: &mut Writer<'_>) -> Option<()> {
    let name = &known.column.remote_name;
    writer.text("SELECT ");
    writer.identifier(name);
    writer.text(" FROM ");
    source::write_from(scan, writer);
    writer.text(" WHERE ");
    known.write_before(writer)?;
    writer.separator(known.before.len(), " AND ");
    writer.identifier(name);
    writer.text(" IS NOT NULL ORDER BY ");
    writer.identifier(name);
    writer.text(direction);
    writer.limit(1, true);
    Some(())
}

/// Closes what is looked up, which stands in parentheses, and names it.
fn write_looks(writer: &mut Writer<'_>) {
    writer.text(") AS ");
    writer.identifier(LOOKS);
}

/// Writes the least or the largest value. An index knows it of a key as it is compared.
fn write_end(column: &Column, function: &str, writer: &mut Writer<'_>) {
    if let ReadAs::Converted(source_type) = column.mapping.read_as {
        writer.text("CAST(");
        writer.text(function);
        writer.text("(");
        writer.identifier(&column.remote_name);
        writer.text(") AS ");
        writer.text(source_type);
    } else {
        writer.text(function);
        writer.text("(");
        writer.column(column);
    }
    writer.text(")");
}

/// The question for values of a key: those next to each guess, on both sides, and the known ones, each by one look into its index.
/// They come in the source's order, and those that are equal there once. None, if the source lacks one of the values.
///
/// Errors: invalid, for a column that there is not.
pub fn neighbours(
    scan: &Scan,
    along: Along<'_>,
    (exact, guesses): (&[Value], &[Value]),
    dialect: &dyn Dialect,
) -> Result<Option<Statement>> {
    let known = along.known(scan)?;
    let column = known.column;
    let behind = exact.iter().chain(guesses).map(|value| (" >= ", value, ""));
    let looks = behind.chain(guesses.iter().map(|value| (" < ", value, " DESC")));
    let mut writer = Writer::new(dialect);
    writer.text("SELECT ");
    writer.column(column);
    writer.text(" FROM (");
    for (index, look) in looks.enumerate() {
        writer.separator(index, " UNION ");
        if write_look(scan, &known, look, &mut writer).is_none() {
            return Ok(None);
        }
    }
    write_looks(&mut writer);
    // A cast may be called like its column, and would be what is sorted by.
    writer.text(" ORDER BY ");
    writer.identifier(LOOKS);
    writer.text(".");
    writer.identifier(&column.remote_name);
    let (sql, binds) = writer.into_parts();
    Ok(Some(Statement { sql, binds, columns: vec![column.clone()] }))
}

fn write_look(
    scan: &Scan,
    known: &Known<'_>,
    (operator, value, direction): (&str, &Value, &str),
    writer: &mut Writer<'_>,
) -> Option<()> {
    let column = known.column;
    writer.text("(SELECT ");
    writer.identifier(&column.remote_name);
    writer.text(" FROM ");
    source::write_from(scan, writer);
    writer.text(" WHERE ");
    known.write_before(writer)?;
    writer.separator(known.before.len(), " AND ");
    write_compared(column, operator, value, writer)?;
    writer.text(" ORDER BY ");
    writer.identifier(&column.remote_name);
    writer.text(direction);
    writer.limit(1, true);
    writer.text(")");
    Some(())
}

/// A select for each range of a column among those rows: for its rows to be estimated, and not to be run. None, if the source lacks a
/// value of them.
///
/// Errors: invalid, for a column that there is not.
pub fn selects(
    scan: &Scan,
    along: Along<'_>,
    ranges: &[KeyRange],
    dialect: &dyn Dialect,
) -> Result<Option<Vec<Statement>>> {
    let known = along.known(scan)?;
    let select = |range: &KeyRange| {
        let mut writer = Writer::new(dialect);
        writer.text("SELECT 1 FROM ");
        source::write_from(scan, &mut writer);
        writer.text(" WHERE ");
        known.write_before(&mut writer)?;
        if !range.is_everything() {
            writer.separator(known.before.len(), " AND ");
            writer.text("(");
            write_range(&[known.column], range, &mut writer)?;
            writer.text(")");
        }
        let (sql, binds) = writer.into_parts();
        Some(Statement { sql, binds, columns: Vec::new() })
    };
    Ok(ranges.iter().map(select).collect())
}
