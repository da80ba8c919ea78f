//! The key along which a table is cut.

use connector_core::{Column, Key, ReadAs, Result, Table, sql};

use super::BINARY;
use crate::bind::Parameter;
use crate::row::{get, maybe};
use crate::session::Session;

/// First columns of a table's indexes that have an order, the best first: primary key, unique, never NULL; with the bytes of the
/// table. An index of some of the rows knows no ends of the others, and one that is switched off knows nothing.
fn statement() -> String {
    format!(
        "SELECT c.name AS column_name, CAST(c.is_nullable AS int) AS is_nullable, z.bytes AS bytes FROM sys.schemas s \
         JOIN sys.objects o ON o.schema_id = s.schema_id AND o.type = 'U' \
         JOIN sys.indexes i ON i.object_id = o.object_id AND i.type IN (1, 2) AND i.is_disabled = 0 AND i.is_hypothetical = 0 \
         AND i.has_filter = 0 \
         JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.key_ordinal = 1 \
         JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id \
         OUTER APPLY (SELECT CAST(SUM(a.used_pages) AS bigint) * 8192 AS bytes FROM sys.partitions p \
         JOIN sys.allocation_units a ON a.container_id IN (p.hobt_id, p.partition_id) \
         WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)) z \
         WHERE s.name {BINARY} = @P1 {BINARY} AND o.name {BINARY} = @P2 {BINARY} \
         ORDER BY i.is_primary_key DESC, i.is_unique DESC, c.is_nullable, c.column_id"
    )
}

/// The best key that the user may read and that is cut between two of its values: the server tells no estimates of ranges
/// without running them, and what lies between two texts is not ours to say.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name = [Parameter::text(&table.name.schema), Parameter::text(&table.name.table)];
    for row in session.query(&statement(), &name).await? {
        let remote_name = get::<&str>(&row, "column_name")?;
        let Some(column) = table.columns.iter().find(|column| column.remote_name == remote_name) else { continue };
        if !is_cut(column) {
            continue;
        }
        let bytes = maybe::<i64>(&row, "bytes")?.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        let nullable = get::<i32>(&row, "is_nullable")? != 0;
        return Ok(Some(Key { column: column.name.clone(), nullable, bytes, effort: 0, quantiles: Vec::new() }));
    }
    Ok(None)
}

/// Whether a column has values between which can be cut, and is compared as its index has it.
fn is_cut(column: &Column) -> bool {
    sql::can_be_bounded(column) && column.mapping.read_as == ReadAs::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_some_rows_or_of_another_kind_is_no_key() {
        let sql = statement();
        for condition in
            ["i.type IN (1, 2)", "i.has_filter = 0", "i.is_disabled = 0", "k.key_ordinal = 1", "o.type = 'U'"]
        {
            assert!(sql.contains(condition), "{condition}: {sql}");
        }
        assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
    }
}
