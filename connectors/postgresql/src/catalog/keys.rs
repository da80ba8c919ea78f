//! The key along which a table is cut, and what the server's statistics say about its values.

use connector_core::split::{Step, known_value};
use connector_core::{Column, Dialect, Key, ReadAs, Result, Table, Value, sql};
use postgres_types::{ToSql, Type};

use crate::bind::uuid;
use crate::dialect::Postgres;
use crate::session::{Row, Session, get};

/// First columns of a table's indexes, the best first: of more than a few values, as the tenant of a primary key is not; primary
/// key, unique, never NULL. Statistics are shown of what the user may read, and not at all under a row policy. What reading all of
/// it costs is told as the planner reckons it. Days and times are told as numbers, since what is beyond year 9999 has no usual text.
/// A foreign partition holds what it likes whatever was declared, and so may a child that inherits. The server gathers none of its own
/// accord about a table that only has partitions; the largest of these stands for all, where they are not parted along the key and no policy
/// stands on the table.
const SQL: &str = "SELECT a.attname::text AS name, NOT (a.attnotnull AND c.relkind = 'r' AND NOT c.relhassubclass) \
     AS nullable, z.bytes, z.effort, \
     CASE t.oid WHEN 'pg_catalog.date'::pg_catalog.regtype THEN ARRAY(SELECT (v - '1970-01-01'::date)::text \
     FROM pg_catalog.unnest(s.bounds::date[]) AS u(v) WHERE pg_catalog.isfinite(v)) \
     WHEN 'pg_catalog.timestamp'::pg_catalog.regtype THEN ARRAY(SELECT pg_catalog.floor(extract(epoch FROM v) * 1000)::int8::text \
     FROM pg_catalog.unnest(s.bounds::timestamp[]) AS u(v) WHERE pg_catalog.isfinite(v)) \
     WHEN 'pg_catalog.timestamptz'::pg_catalog.regtype THEN ARRAY(SELECT pg_catalog.floor(extract(epoch FROM v) * 1000)::int8::text \
     FROM pg_catalog.unnest(s.bounds::timestamptz[]) AS u(v) WHERE pg_catalog.isfinite(v)) \
     ELSE s.bounds::text[] END AS bounds, k.nspname::text AS collation_schema, o.collname::text AS collation \
     FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid \
     JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL \
     JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam AND m.amname = 'btree' \
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
     JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
     LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
     LEFT JOIN pg_catalog.pg_namespace k ON k.oid = o.collnamespace \
     LEFT JOIN LATERAL (SELECT p.histogram_bounds::text AS bounds, p.n_distinct FROM (SELECT n.nspname, c.relname, 0 AS depth \
     UNION ALL (SELECT q.nspname, d.relname, 1 FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class d ON d.oid = h.inhrelid \
     JOIN pg_catalog.pg_namespace q ON q.oid = d.relnamespace JOIN pg_catalog.pg_partitioned_table g ON g.partrelid = h.inhparent \
     WHERE h.inhparent = c.oid AND NOT pg_catalog.row_security_active(c.oid) AND (g.partstrat = 'h' OR NOT a.attnum = ANY (g.partattrs::int2[])) \
     ORDER BY d.reltuples DESC LIMIT 1)) f JOIN pg_catalog.pg_stats p ON p.schemaname = f.nspname \
     AND p.tablename = f.relname AND p.attname = a.attname ORDER BY f.depth, p.inherited DESC LIMIT 1) s ON true \
     CROSS JOIN LATERAL (WITH RECURSIVE part(oid) AS (SELECT c.oid UNION SELECT h.inhrelid FROM pg_catalog.pg_inherits h \
     JOIN part ON part.oid = h.inhparent) SELECT pg_catalog.sum(pg_catalog.pg_table_size(part.oid))::int8 AS bytes, \
     pg_catalog.sum(pg_catalog.pg_relation_size(part.oid) / pg_catalog.current_setting('block_size')::int8 \
     * pg_catalog.current_setting('seq_page_cost')::float8 + GREATEST(w.reltuples, 0) \
     * pg_catalog.current_setting('cpu_tuple_cost')::float8)::int8 AS effort \
     FROM part JOIN pg_catalog.pg_class w ON w.oid = part.oid AND w.relkind <> 'p') z \
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'm') \
     ORDER BY COALESCE(s.n_distinct BETWEEN 1 AND 63, false), i.indisprimary DESC, i.indisunique DESC, nullable, a.attnum";

/// The best key that the user may read and that can be compared.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name: [(&(dyn ToSql + Sync), Type); 2] = [(&table.name.schema, Type::NAME), (&table.name.table, Type::NAME)];
    for row in session.query(SQL, &name).await? {
        let remote_name: String = get(&row, "name")?;
        let Some(column) = table.columns.iter().find(|column| column.remote_name == remote_name) else { continue };
        let histogram = histogram(session, &row, column).await?;
        // Others tell by their ends where to cut, if these are finite.
        if histogram.is_empty() && !(sql::can_be_bounded(column) && column.mapping.read_as == ReadAs::Plain) {
            continue;
        }
        let number =
            |name| Ok(get::<Option<i64>>(&row, name)?.and_then(|number| u64::try_from(number).ok()).unwrap_or(0));
        return Ok(Some(Key {
            column: column.name.clone(),
            nullable: get(&row, "nullable")?,
            bytes: number("bytes")?,
            effort: number("effort")?,
            histogram,
        }));
    }
    Ok(None)
}

/// Values between which about equally many rows lie, in the server's order.
async fn histogram(session: &mut Session, row: &Row, column: &Column) -> Result<Vec<Step>> {
    let mut bounds: Vec<String> = get::<Option<Vec<String>>>(row, "bounds")?.unwrap_or_default();
    if let Some(collation) = get::<Option<String>>(row, "collation")? {
        bounds = sorted(session, &bounds, get(row, "collation_schema")?, &collation).await?;
    }
    let values = bounds.iter().filter_map(|text| value(column, text)).enumerate();
    Ok(values.map(|(index, value)| Step { value, rows: u64::from(index > 0) }).collect())
}

/// Texts in the order that their collation has now: statistics may be older than the library that orders them.
async fn sorted(session: &mut Session, texts: &[String], schema: &str, collation: &str) -> Result<Vec<String>> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = "SELECT v FROM pg_catalog.unnest($1) AS u(v) ORDER BY v COLLATE ".to_owned();
    Postgres.identifier(schema, &mut sql);
    sql.push('.');
    Postgres.identifier(collation, &mut sql);
    let rows = session.query(&sql, &[(&texts, Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| get(row, "v")).collect()
}

/// A value of a key by its text; none for what cannot be bound as it is.
fn value(column: &Column, text: &str) -> Option<Value> {
    match column.mapping.read_as {
        ReadAs::Plain => known_value(column, text),
        ReadAs::Printed { .. } => uuid(text).and_then(|_| known_value(column, text)),
        _ => None,
    }
}
