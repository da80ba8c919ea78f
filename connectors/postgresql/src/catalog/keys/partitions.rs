//! A table in partitions that has no index to be cut along: it is cut where its partitions begin.
//!
//! It is read through its own name all the same, by the values that the partitions hold, and the server leaves out those that
//! hold none of a slice's: so rights and policies are the table's, and rows that come into other partitions are in one slice too.

use connector_core::split::{Begun, by_partitions};
use connector_core::{Column, Key, Result, Table};
use postgres_types::{ToSql, Type};

use super::{count, in_order, is_compared, texts, value};
use crate::session::{Row, Session, get};

/// The only column, or the first, that a table is partitioned by, in ranges or in lists; with the values at which its partitions begin or
/// which they list, the bytes of each one's partition for every value of it and the partition's number, and the bytes of partitions
/// before all, and of one for the rest. What an expression stands for has no order of its own, and a hash has none.
fn statement() -> String {
    format!(
        "SELECT a.attname::text AS name, z.bytes, {begun} AS begun, s.sizes, s.parts, s.before, s.rest, k.nspname::text AS collation_schema, \
         o.collname::text AS collation FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid \
         JOIN pg_catalog.pg_partitioned_table g ON g.partrelid = c.oid AND g.partstrat IN ('r', 'l') \
         JOIN pg_catalog.pg_opclass p ON p.oid = g.partclass[0] AND p.opcdefault \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = g.partattrs[0] AND a.attcollation = g.partcollation[0] \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
         LEFT JOIN pg_catalog.pg_namespace k ON k.oid = o.collnamespace \
         CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(b.value)::text AS begun, pg_catalog.array_agg(b.size) AS sizes, pg_catalog.array_agg(b.oid::int8) AS parts, \
         pg_catalog.sum(b.size) FILTER (WHERE b.value IS NULL AND b.bound <> 'DEFAULT')::int8 AS before, \
         pg_catalog.sum(b.size) FILTER (WHERE b.bound = 'DEFAULT')::int8 AS rest \
         FROM (SELECT pg_catalog.replace(COALESCE(l.found[1], l.found[2]), '''''', '''') AS value, \
         h.oid, h.bound, h.size::int8 / pg_catalog.count(*) OVER (PARTITION BY h.oid) AS size FROM (SELECT i.inhrelid AS oid, \
         pg_catalog.pg_get_expr(d.relpartbound, d.oid) AS bound, (SELECT pg_catalog.sum(pg_catalog.pg_table_size(p.relid)) \
         FROM pg_catalog.pg_partition_tree(d.oid) p) AS size FROM pg_catalog.pg_inherits i \
         JOIN pg_catalog.pg_class d ON d.oid = i.inhrelid WHERE i.inhparent = c.oid) h \
         LEFT JOIN LATERAL pg_catalog.regexp_matches(pg_catalog.regexp_replace(h.bound, '^FOR VALUES (FROM|IN) [(]', ''), \
         CASE g.partstrat WHEN 'l' THEN '(?:^|, )' ELSE '^' END || $b$(?:'((?:[^']|'')*)'|(-?[0-9.]+))$b$, 'g') AS l(found) ON true) b) s \
         CROSS JOIN LATERAL (SELECT pg_catalog.sum(pg_catalog.pg_table_size(p.relid))::int8 AS bytes \
         FROM pg_catalog.pg_partition_tree(c.oid) p) z \
         WHERE n.nspname = $1 AND c.relname = $2",
        begun = texts("s.begun"),
    )
}

/// The key of a table by its partitions, if it has such.
pub(super) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name: [(&(dyn ToSql + Sync), Type); 2] = [(&table.name.schema, Type::NAME), (&table.name.table, Type::NAME)];
    let rows = session.query(&statement(), &name).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let remote_name: String = get(row, "name")?;
    let column = table.columns.iter().find(|column| column.remote_name == remote_name);
    let Some(column) = column.filter(|column| is_compared(column)) else { return Ok(None) };
    let bytes = count(get(row, "bytes")?);
    // A partition for the rest may hold any value that no other begins with or lists, so many slices would read it.
    if count(get(row, "rest")?) > bytes / 8 {
        return Ok(None);
    }
    let begun = begun(row, column)?;
    let values = in_order(session, row, column, begun.iter().map(|begun| begun.value.clone()).collect()).await?;
    let histogram = by_partitions(count(get(row, "before")?), values, &begun);
    if histogram.is_empty() {
        return Ok(None);
    }
    let columns = vec![column.name.clone()];
    Ok(Some(Key { columns, nullable: true, bytes, effort: 0, partitions: 1, histogram }))
}

fn begun(row: &Row, column: &Column) -> Result<Vec<Begun>> {
    let told: Vec<Option<String>> = get::<Option<_>>(row, "begun")?.unwrap_or_default();
    let sizes: Vec<i64> = get::<Option<_>>(row, "sizes")?.unwrap_or_default();
    let parts: Vec<i64> = get::<Option<_>>(row, "parts")?.unwrap_or_default();
    let of = |((text, size), part): ((Option<String>, i64), i64)| {
        Some(Begun { value: value(column, &text?)?, bytes: count(Some(size)), part })
    };
    Ok(told.into_iter().zip(sizes).zip(parts).filter_map(of).collect())
}
