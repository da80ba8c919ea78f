//! A table in partitions that has no index to be cut along: it is cut where its partitions begin.
//!
//! It is read through its own name all the same, by the values that the partitions hold, and the server leaves out those that
//! hold none of a slice's: so rights and policies are the table's, and rows that come into other partitions are in one slice too.

use connector_core::split::Step;
use connector_core::{Key, Result, Table, Value};
use postgres_types::{ToSql, Type};

use super::{count, in_order, is_compared, texts, value};
use crate::session::{Session, get};

/// The only column, or the first, that a table is partitioned by, in ranges or in lists; with the values at which its partitions
/// begin or which they list, the bytes of each one's partition for every value of it, and those of partitions before all. What an expression stands for has no order
/// of its own, and a hash has none.
fn statement() -> String {
    format!(
        "SELECT a.attname::text AS name, z.bytes, {begun} AS begun, s.sizes, s.before, k.nspname::text AS collation_schema, \
         o.collname::text AS collation FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid \
         JOIN pg_catalog.pg_partitioned_table g ON g.partrelid = c.oid AND g.partstrat IN ('r', 'l') \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = g.partattrs[0] \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
         LEFT JOIN pg_catalog.pg_namespace k ON k.oid = o.collnamespace \
         CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(b.value)::text AS begun, pg_catalog.array_agg(b.size) AS sizes, \
         pg_catalog.sum(b.size) FILTER (WHERE b.value IS NULL)::int8 AS before \
         FROM (SELECT pg_catalog.replace(COALESCE(l.found[1], l.found[2]), '''''', '''') AS value, \
         (h.size / pg_catalog.count(*) OVER (PARTITION BY h.oid))::int8 AS size FROM (SELECT i.inhrelid AS oid, \
         pg_catalog.pg_get_expr(d.relpartbound, d.oid) AS bound, (SELECT pg_catalog.sum(pg_catalog.pg_table_size(p.relid)) \
         FROM pg_catalog.pg_partition_tree(d.oid) p) AS size FROM pg_catalog.pg_inherits i \
         JOIN pg_catalog.pg_class d ON d.oid = i.inhrelid WHERE i.inhparent = c.oid) h \
         LEFT JOIN LATERAL pg_catalog.regexp_matches(pg_catalog.regexp_replace(h.bound, '^FOR VALUES (FROM|IN) [(]', ''), \
         CASE g.partstrat WHEN 'l' THEN '(?:^|, )' ELSE '^' END || $b$(?:'((?:[^']|'')*)'|([0-9.]+))$b$, 'g') AS l(found) ON true \
         WHERE h.bound <> 'DEFAULT') b) s \
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
    let told: Vec<Option<String>> = get::<Option<_>>(row, "begun")?.unwrap_or_default();
    let sizes: Vec<i64> = get::<Option<_>>(row, "sizes")?.unwrap_or_default();
    let begun = told.into_iter().zip(sizes);
    let begun = begun.filter_map(|(text, size)| Some((value(column, &text?)?, count(Some(size)))));
    let begun: Vec<(Value, u64)> = begun.collect();
    let values = begun.iter().map(|(value, _)| value.clone()).collect();
    let values = in_order(session, row, column, values).await?;
    let size = |value: &Value| begun.iter().filter(|(begins, _)| begins == value).map(|(_, size)| *size).sum();
    // All of a partition is taken to have the value at which it begins: inside it nothing leads to rows, so there no slice begins.
    let steps = values.into_iter().map(|value| Step { rows: 0, equal: size(&value), value });
    let mut histogram: Vec<Step> = steps.collect();
    if let Some(first) = histogram.first_mut() {
        first.rows = count(get(row, "before")?);
    }
    let columns = vec![column.name.clone()];
    Ok(Some(Key { columns, nullable: true, bytes: count(get(row, "bytes")?), effort: 0, histogram }))
}
