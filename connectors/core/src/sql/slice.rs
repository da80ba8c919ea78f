//! A slice of a scan as a condition on its key.
//!
//! The key is compared in the source's own type and order, whatever Athena makes of them: only so do the slices add up, and only
//! so does an index serve. Of a value that is not NULL exactly one of less, equal and greater holds there, and NULL stands before
//! all values of a column that is not the key's first.

use arrow_schema::DataType;

use super::known_column;
use super::writer::Writer;
use crate::{Column, Error, KeyRange, ReadAs, Result, Scan, Split, Value};

/// Adds the scan's slice to the conditions. It is never left out, and so comes before what may be.
///
/// Errors: unsupported, for a slice that the engine cannot have cut, or no longer.
pub(super) fn push(scan: &Scan, conditions: &mut Writer<'_>) -> Result<()> {
    let pushed = match &scan.split {
        Split::Whole => true,
        Split::Part(_) => conditions.dialect().reads_parts(),
        Split::Range(range) => {
            let columns = known_columns(scan, &range.columns)?;
            let dialect = conditions.dialect();
            let is_then = range.moment.is_none_or(|moment| dialect.as_of(moment, &mut String::new()));
            is_then && (range.is_everything() || conditions.condition(|writer| write_range(&columns, range, writer)))
        }
    };
    if pushed {
        return Ok(());
    }
    Err(Error::unsupported(format!("table {} cannot be read in the slice that was cut", scan.table.name))
        .hint("the table may have changed since the query was planned: run it again"))
}

/// The columns of a key.
///
/// Errors: invalid, for one that there is not.
pub(super) fn known_columns<'s>(scan: &'s Scan, names: &[String]) -> Result<Vec<&'s Column>> {
    names.iter().map(|name| known_column(scan, name)).collect()
}

/// Writes that a key lies in a range.
pub(super) fn write_range(columns: &[&Column], range: &KeyRange, writer: &mut Writer<'_>) -> Option<()> {
    write_between(columns, (&range.from, &range.below), range.nulls, writer)
}

/// Writes that rows lie between two places, of which each may be missing.
fn write_between(
    columns: &[&Column],
    (from, below): (&[Value], &[Value]),
    nulls: bool,
    writer: &mut Writer<'_>,
) -> Option<()> {
    let (column, behind) = columns.split_first()?;
    if let (Some((low, from)), Some((high, below))) = (from.split_first(), below.split_first())
        && low == high
        && !below.is_empty()
    {
        // By equality, so that an index serves for the columns behind.
        write_compared(column, " = ", low, writer)?;
        writer.text(" AND (");
        write_between(behind, (from, below), from.is_empty(), writer)?;
        writer.text(")");
        return Some(());
    }
    if !from.is_empty() {
        write_from(columns, from, writer)?;
    }
    if !below.is_empty() {
        writer.separator(from.len(), " AND ");
        write_below(columns, below, writer)?;
    }
    let is_open = from.is_empty() && below.is_empty();
    if nulls {
        writer.text(if is_open { "" } else { " OR " });
        write_key(column, writer);
        writer.text(writer.dialect().is_null());
    } else if is_open {
        write_key(column, writer);
        writer.text(" IS NOT NULL");
    }
    Some(())
}

/// Writes that rows stand at a place or behind it. What the first column alone says comes first, for an index to serve.
fn write_from(columns: &[&Column], place: &[Value], writer: &mut Writer<'_>) -> Option<()> {
    let (column, behind) = columns.split_first()?;
    let (value, rest) = place.split_first()?;
    write_compared(column, " >= ", value, writer)?;
    if !rest.is_empty() {
        writer.text(" AND (");
        write_compared(column, " > ", value, writer)?;
        writer.text(" OR ");
        write_from(behind, rest, writer)?;
        writer.text(")");
    }
    Some(())
}

/// Writes that rows stand before a place, as [`write_from`] does.
fn write_below(columns: &[&Column], place: &[Value], writer: &mut Writer<'_>) -> Option<()> {
    let (column, behind) = columns.split_first()?;
    let (value, rest) = place.split_first()?;
    if rest.is_empty() {
        return write_compared(column, " < ", value, writer);
    }
    write_compared(column, " <= ", value, writer)?;
    writer.text(" AND (");
    write_compared(column, " < ", value, writer)?;
    writer.text(" OR ");
    write_below(behind, rest, writer)?;
    writer.text(" OR ");
    write_key(behind.first()?, writer);
    writer.text(writer.dialect().is_null());
    writer.text(")");
    Some(())
}

/// Writes that a column compares so with a value.
pub(super) fn write_compared(column: &Column, operator: &str, value: &Value, writer: &mut Writer<'_>) -> Option<()> {
    write_key(column, writer);
    writer.text(operator);
    write_value(column, value, writer)
}

/// Writes a key as it is compared.
fn write_key(column: &Column, writer: &mut Writer<'_>) {
    match column.mapping.read_as {
        ReadAs::Cast(_) | ReadAs::Call(_) => writer.column(column),
        ReadAs::Plain
        | ReadAs::Converted(_)
        | ReadAs::Printed { .. }
        | ReadAs::Decoded { .. }
        | ReadAs::Unpadded { .. } => writer.identifier(&column.remote_name),
    }
}

/// Writes a value that a key is compared with.
fn write_value(column: &Column, value: &Value, writer: &mut Writer<'_>) -> Option<()> {
    let mapping = &column.mapping;
    let source_type = match mapping.read_as {
        ReadAs::Printed { own, .. } | ReadAs::Decoded { own } => {
            return writer
                .dialect()
                .prints(own, value)
                .then(|| writer.bind(Some(value.clone()), &mapping.data_type, Some(own)))
                .flatten();
        }
        ReadAs::Plain | ReadAs::Cast(_) | ReadAs::Converted(_) | ReadAs::Call(_) | ReadAs::Unpadded { .. } => {
            mapping.bind_as
        }
    };
    writer.bind(Some(value.clone()), &mapping.data_type, source_type)
}

/// Whether the values of a column have a least and a largest one between which can be cut evenly.
pub fn can_be_bounded(column: &Column) -> bool {
    let data_type = &column.mapping.data_type;
    data_type.is_integer()
        || matches!(data_type, DataType::Decimal128(..) | DataType::Date32 | DataType::Date64)
        || matches!(data_type, DataType::Timestamp(..))
}
