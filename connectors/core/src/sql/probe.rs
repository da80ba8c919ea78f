//! What is asked about a key to find out where to cut it: its ends, single looks into its index, and selects whose rows the
//! server is to estimate. Nothing here reads more than a row a look.

use super::slice::{write_key, write_range, write_value};
use super::writer::Writer;
use super::{known_column, source};
use crate::{Column, Dialect, KeyRange, ReadAs, Result, Scan, Statement, Value};

/// What the answers of several looks are called together.
const LOOKS: &str = "glaux_looks";

/// The question for the least and the largest value of a column, over all of the table or query; values that only stand for one
/// that is missing are left out.
///
/// Errors: invalid, for a column that there is not.
pub fn bounds(scan: &Scan, name: &str, dialect: &dyn Dialect) -> Result<Statement> {
    let column = known_column(scan, name)?;
    let mut writer = Writer::new(dialect);
    // What no index is known of, as a query and a table whose column was named, would be read twice.
    let is_looked_up = scan.query.is_none() && scan.split_by.is_none();
    if let Some(behind) = dialect.ends_apart().filter(|_| is_looked_up) {
        return Ok(ends_apart(scan, column, behind, writer));
    }
    source::write_with(scan, &mut writer);
    for (index, function) in ["MIN", "MAX"].into_iter().enumerate() {
        writer.text(if index == 0 { "SELECT " } else { ", " });
        write_end(column, function, &mut writer);
    }
    writer.text(" FROM ");
    source::write_from(scan, &mut writer);
    if let Some(first) = dialect.first(&column.mapping.data_type) {
        let mut conditions = Writer::new(dialect);
        conditions.condition(|writer| {
            write_key(column, writer);
            writer.text(" >= ");
            write_value(column, &first, writer)
        });
        writer.append_where(conditions);
    }
    let (sql, binds) = writer.into_parts();
    Ok(Statement { sql, binds, columns: vec![column.clone(), column.clone()] })
}

fn ends_apart(scan: &Scan, column: &Column, behind: &str, mut writer: Writer<'_>) -> Statement {
    for (index, function) in ["MIN", "MAX"].into_iter().enumerate() {
        writer.text(if index == 0 { "SELECT (SELECT " } else { ", (SELECT " });
        write_end(column, function, &mut writer);
        writer.text(" FROM ");
        source::write_from(scan, &mut writer);
        writer.text(")");
    }
    writer.text(behind);
    let (sql, binds) = writer.into_parts();
    Statement { sql, binds, columns: vec![column.clone(), column.clone()] }
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
    name: &str,
    (known, guesses): (&[Value], &[Value]),
    dialect: &dyn Dialect,
) -> Result<Option<Statement>> {
    let column = known_column(scan, name)?;
    let behind = known.iter().chain(guesses).map(|value| (" >= ", value, ""));
    let looks = behind.chain(guesses.iter().map(|value| (" < ", value, " DESC")));
    let mut writer = Writer::new(dialect);
    writer.text("SELECT ");
    writer.column(column);
    writer.text(" FROM (");
    for (index, look) in looks.enumerate() {
        writer.separator(index, " UNION ");
        if write_look(scan, column, look, &mut writer).is_none() {
            return Ok(None);
        }
    }
    writer.text(") AS ");
    writer.identifier(LOOKS);
    writer.text(" ORDER BY ");
    writer.identifier(&column.remote_name);
    let (sql, binds) = writer.into_parts();
    Ok(Some(Statement { sql, binds, columns: vec![column.clone()] }))
}

fn write_look(
    scan: &Scan,
    column: &Column,
    (operator, value, direction): (&str, &Value, &str),
    writer: &mut Writer<'_>,
) -> Option<()> {
    writer.text("(SELECT ");
    writer.identifier(&column.remote_name);
    writer.text(" FROM ");
    source::write_from(scan, writer);
    writer.text(" WHERE ");
    write_key(column, writer);
    writer.text(operator);
    write_value(column, value, writer)?;
    writer.text(" ORDER BY ");
    writer.identifier(&column.remote_name);
    writer.text(direction);
    writer.limit(1, true);
    writer.text(")");
    Some(())
}

/// One select for each range, put together by UNION ALL: for its rows to be estimated, and not to be run. None, if the source
/// lacks a value of them.
///
/// Errors: invalid, for a column that there is not.
pub fn selects(scan: &Scan, ranges: &[KeyRange], dialect: &dyn Dialect) -> Result<Option<Statement>> {
    let mut writer = Writer::new(dialect);
    for (index, range) in ranges.iter().enumerate() {
        let column = known_column(scan, &range.column)?;
        writer.separator(index, " UNION ALL ");
        writer.text("SELECT 1 FROM ");
        source::write_from(scan, &mut writer);
        writer.text(" WHERE ");
        if write_range(column, range, &mut writer).is_none() {
            return Ok(None);
        }
    }
    let (sql, binds) = writer.into_parts();
    Ok(Some(Statement { sql, binds, columns: Vec::new() }))
}
