//! A slice of a scan as a condition on its key, and the question where the key begins and ends.
//!
//! The key is compared in the source's own type and order, whatever Athena makes of them: only so do the slices add up, and only
//! so does an index serve.

use arrow_schema::DataType;

use super::writer::Writer;
use super::{known_column, source};
use crate::{Column, Dialect, Error, KeyRange, ReadAs, Result, Scan, Split, Statement, Value};

/// Adds the scan's slice to the conditions. It is never left out, and so comes before what may be.
///
/// Errors: unsupported, for a slice that the engine cannot have cut, or no longer.
pub(super) fn push(scan: &Scan, conditions: &mut Writer<'_>) -> Result<()> {
    let pushed = match &scan.split {
        Split::Whole => true,
        Split::Part(_) => conditions.dialect().reads_parts(),
        Split::Range(range) => {
            let column = known_column(scan, &range.column)?;
            is_everything(range) || conditions.condition(|writer| write(column, range, writer))
        }
    };
    if pushed {
        return Ok(());
    }
    Err(Error::unsupported(format!("table {} cannot be read in the slice that was cut", scan.table.name))
        .hint("the table may have changed since the query was planned: run it again"))
}

fn is_everything(range: &KeyRange) -> bool {
    range.from.is_none() && range.below.is_none() && range.nulls
}

fn write(column: &Column, range: &KeyRange, writer: &mut Writer<'_>) -> Option<()> {
    let ends = [(" >= ", &range.from), (" < ", &range.below)];
    let ends = ends.into_iter().filter_map(|(operator, end)| Some((operator, end.as_ref()?)));
    let mut alternatives = 0;
    for (index, (operator, end)) in ends.enumerate() {
        writer.separator(index, " AND ");
        write_key(column, writer);
        writer.text(operator);
        bind(column, end, writer)?;
        alternatives = 1;
    }
    if range.nulls {
        writer.separator(alternatives, " OR ");
        write_key(column, writer);
        writer.text(writer.dialect().is_null());
    } else if alternatives == 0 {
        write_key(column, writer);
        writer.text(" IS NOT NULL");
    }
    Some(())
}

fn write_key(column: &Column, writer: &mut Writer<'_>) {
    match column.mapping.read_as {
        ReadAs::Cast(_) | ReadAs::Call(_) => writer.column(column),
        ReadAs::Plain | ReadAs::Printed { .. } | ReadAs::Decoded { .. } | ReadAs::Unpadded { .. } => {
            writer.identifier(&column.remote_name);
        }
    }
}

fn bind(column: &Column, value: &Value, writer: &mut Writer<'_>) -> Option<()> {
    let mapping = &column.mapping;
    let source_type = match mapping.read_as {
        ReadAs::Printed { own, .. } | ReadAs::Decoded { own } => {
            return writer
                .dialect()
                .prints(own, value)
                .then(|| writer.bind(Some(value.clone()), &mapping.data_type, Some(own)))
                .flatten();
        }
        ReadAs::Plain | ReadAs::Cast(_) | ReadAs::Call(_) | ReadAs::Unpadded { .. } => mapping.bind_as,
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

/// The question for the least and the largest value of a column, over all of the table or query.
///
/// Errors: invalid, for a column that there is not.
pub fn bounds(scan: &Scan, name: &str, dialect: &dyn Dialect) -> Result<Statement> {
    let column = known_column(scan, name)?;
    let mut writer = Writer::new(dialect);
    source::write_with(scan, &mut writer);
    for (open, end) in [("SELECT MIN(", "), "), ("MAX(", ") FROM ")] {
        writer.text(open);
        writer.column(column);
        writer.text(end);
    }
    source::write_from(scan, &mut writer);
    let (sql, binds) = writer.into_parts();
    Ok(Statement { sql, binds, columns: vec![column.clone(), column.clone()] })
}
