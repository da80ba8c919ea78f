//! A table in partitions that has no index to be cut along, a heap or a columnstore: it is cut where its partitions begin.
//!
//! It is read through its own name all the same, by the values that the partitions hold, and not by their numbers, which change
//! with the function: so a row is in one slice wherever it is kept.

use connector_core::split::{Begun, by_partitions, known_value, successor};
use connector_core::{Column, Key, Result, Table, Value};

use super::{BINARY, Compared, compared};
use crate::bind::Parameter;
use crate::row::{Row, get, maybe};
use crate::session::Session;

/// The column by which a table is parted, and whether what has the value of a boundary is to the right of it.
fn statement() -> String {
    format!(
        "SELECT c.name AS column_name, c.collation_name AS collation_name, CAST(f.boundary_value_on_right AS int) AS is_right, \
         CAST(o.object_id AS bigint) AS object_id, CAST(f.function_id AS bigint) AS function_id FROM sys.schemas s \
         JOIN sys.objects o ON o.schema_id = s.schema_id AND o.type = 'U' \
         JOIN sys.indexes i ON i.object_id = o.object_id AND i.index_id IN (0, 1) \
         JOIN sys.partition_schemes d ON d.data_space_id = i.data_space_id \
         JOIN sys.partition_functions f ON f.function_id = d.function_id \
         JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.partition_ordinal = 1 \
         JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id \
         WHERE s.name {BINARY} = @P1 {BINARY} AND o.name {BINARY} = @P2 {BINARY}"
    )
}

/// Each partition's number and bytes, and the boundary on its left; the first has none.
fn boundaries(compared: &Compared) -> String {
    let Compared { own, shown } = compared;
    format!(
        "SELECT k.number AS number, k.bytes AS bytes, {shown} AS value FROM (SELECT CAST(z.number AS bigint) AS number, z.bytes AS bytes, \
         {own} AS value FROM (SELECT p.partition_number AS number, CAST(SUM(a.used_pages) AS bigint) * 8192 AS bytes FROM sys.partitions p \
         JOIN sys.allocation_units a ON a.container_id IN (p.hobt_id, p.partition_id) \
         WHERE p.object_id = CAST(@P1 AS int) AND p.index_id IN (0, 1) GROUP BY p.partition_number) z \
         LEFT JOIN (SELECT v.boundary_id AS boundary_id, v.value AS range_high_key FROM sys.partition_range_values v \
         WHERE v.function_id = CAST(@P2 AS int) AND v.parameter_id = 1) h ON h.boundary_id = z.number - 1) k ORDER BY k.number"
    )
}

/// The key of a table by its partitions, if it has such.
pub(super) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name = [Parameter::text(&table.name.schema), Parameter::text(&table.name.table)];
    let rows = session.query(&statement(), &name).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let remote_name = get::<&str>(row, "column_name")?;
    let column = table.columns.iter().find(|column| column.remote_name == remote_name);
    let Some(column) = column else { return Ok(None) };
    let Some(compared) = compared(column, maybe(row, "collation_name")?) else { return Ok(None) };
    let of = [Parameter::bigint(get(row, "object_id")?), Parameter::bigint(get(row, "function_id")?)];
    let parts = session.query(&boundaries(&compared), &of).await?;
    let parts = parts.into_iter().map(|row| Part::of(row, column)).collect::<Result<Vec<_>>>()?;
    Ok(parted(column, parts, get::<i32>(row, "is_right")? != 0))
}

struct Part {
    number: i64,
    bytes: u64,
    /// None of the first, and of one whose boundary is NULL or nothing that can be told.
    boundary: Option<Value>,
}

impl Part {
    fn of(row: Row, column: &Column) -> Result<Self> {
        let [number, bytes, boundary] = <[Option<String>; 3]>::try_from(row.texts()?).unwrap_or_default();
        let boundary = boundary.and_then(|text| known_value(column, &text));
        let number = number.and_then(|text| text.parse().ok()).unwrap_or(0);
        let bytes = bytes.and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Self { number, bytes, boundary })
    }
}

fn parted(column: &Column, parts: Vec<Part>, is_right: bool) -> Option<Key> {
    let bytes = parts.iter().map(|part| part.bytes).fold(0, u64::saturating_add);
    // What begins behind a text begins at no text that could be named.
    let first = |value: Value| if is_right { Some(value) } else { successor(column, &value) };
    let of = |part: Part| Some(Begun { value: first(part.boundary?)?, bytes: part.bytes, part: part.number });
    let begun: Vec<Begun> = parts.into_iter().filter_map(of).collect();
    let before = bytes.saturating_sub(begun.iter().map(|begun| begun.bytes).sum());
    let histogram = by_partitions(before, begun.iter().map(|begun| begun.value.clone()).collect(), &begun);
    let columns = vec![column.name.clone()];
    let key = Key { columns, nullable: true, bytes, effort: 0, partitions: 1, histogram };
    Some(key).filter(|key| !key.histogram.is_empty())
}
