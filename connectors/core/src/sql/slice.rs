//! A slice of a scan as a condition on its key.
//!
//! The key is compared in the source's own type and order, whatever Athena makes of them: only so do the slices add up, and only
//! so does an index serve.

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
            let column = known_column(scan, &range.column)?;
            is_everything(range) || conditions.condition(|writer| write_range(column, range, writer))
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

/// Writes that a key lies in a range.
pub(super) fn write_range(column: &Column, range: &KeyRange, writer: &mut Writer<'_>) -> Option<()> {
    let ends = [(" >= ", &range.from), (" < ", &range.below)];
    let ends = ends.into_iter().filter_map(|(operator, end)| Some((operator, end.as_ref()?)));
    let mut alternatives = 0;
    for (index, (operator, end)) in ends.enumerate() {
        writer.separator(index, " AND ");
        write_key(column, writer);
        writer.text(operator);
        write_value(column, end, writer)?;
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

/// Writes a key as it is compared.
pub(super) fn write_key(column: &Column, writer: &mut Writer<'_>) {
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
pub(super) fn write_value(column: &Column, value: &Value, writer: &mut Writer<'_>) -> Option<()> {
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
