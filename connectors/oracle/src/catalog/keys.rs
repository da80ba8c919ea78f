//! The key along which a table is cut.

use connector_core::{Column, Key, ReadAs, Result, Table, sql};

use super::{maybe, text};
use crate::bind::Parameter;
use crate::session::Session;
use crate::types::UNSCALED;

/// First columns of a table's indexes that have an order, the best first: primary key, unique; with the bytes that the
/// statistics reckon for its rows. A reversed index and one of bitmaps have no order, and one of a function is not of the column.
const SQL: &str = "SELECT c.column_name, t.num_rows * t.avg_row_len FROM all_tables t \
     JOIN all_indexes i ON i.table_owner = t.owner AND i.table_name = t.table_name \
     AND i.index_type IN ('NORMAL', 'IOT - TOP') AND i.status IN ('VALID', 'N/A') AND i.visibility = 'VISIBLE' \
     JOIN all_ind_columns c ON c.index_owner = i.owner AND c.index_name = i.index_name AND c.column_position = 1 \
     LEFT JOIN all_constraints p ON p.owner = t.owner AND p.table_name = t.table_name AND p.constraint_type = 'P' \
     AND p.index_name = i.index_name \
     WHERE t.owner = :v1 AND t.table_name = :v2 \
     ORDER BY CASE WHEN p.constraint_name IS NULL THEN 1 ELSE 0 END, CASE i.uniqueness WHEN 'UNIQUE' THEN 0 ELSE 1 END, \
     c.column_name";

/// The best key that the user may read and that is cut between two of its values; what lies between two texts is not ours to
/// say. A column is taken for one that may be NULL whatever was declared: a constraint need not have been checked.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name = [&table.name.schema, &table.name.table].map(|name| Parameter::text(Some(name)));
    for row in session.query(SQL.into(), name.into()).await? {
        let remote_name = text(&row, 0)?;
        let Some(column) = table.columns.iter().find(|column| column.remote_name == remote_name) else { continue };
        if is_cut(column) {
            let bytes = maybe(&row, 1).and_then(|digits| digits.parse().ok()).unwrap_or(0);
            let columns = vec![column.name.clone()];
            return Ok(Some(Key { columns, nullable: true, bytes, effort: 0, histogram: Vec::new() }));
        }
    }
    Ok(None)
}

/// Whether a column has values between which can be cut, and is compared as its index has it.
fn is_cut(column: &Column) -> bool {
    let mapping = &column.mapping;
    sql::can_be_bounded(column) && mapping.read_as == ReadAs::Plain && mapping.bind_as != Some(UNSCALED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_without_an_order_is_no_key_and_no_value_stands_in_the_text_twice() {
        assert!(SQL.contains("IN ('NORMAL', 'IOT - TOP')") && SQL.contains("c.column_position = 1"));
        assert!([":v1", ":v2"].iter().all(|place| SQL.matches(place).count() == 1));
    }
}
