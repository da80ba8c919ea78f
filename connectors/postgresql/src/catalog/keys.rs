//! The key along which a table is cut, and what the server's statistics say about its values.

mod partitions;

use arrow_schema::DataType;
use connector_core::split::{self, Known, MANY_VALUES, Step, known_value};
use connector_core::{Column, Dialect, Key, ReadAs, Result, Table, Value, sql};
use postgres_types::{ToSql, Type};

use crate::bind::uuid;
use crate::dialect::Postgres;
use crate::session::{Row, Session, get};

/// The columns of a table's indexes, the best index first: its first column of more than a few values, as the tenant of a primary key
/// is not; primary key, unique, never NULL. A column that the index has in another order than its own, or an expression, is told as NULL.
/// Since version 18 a column may be declared not to be NULL and hold what was there before. Statistics are shown of what the user may read, and not at all under a row policy. What
/// reading all of it costs is told as the planner reckons it. A foreign partition holds what it likes whatever was declared, and so
/// may a child that inherits. The server gathers none of its own accord about a table that only has partitions; the largest of these
/// stands for all, where they are not parted along the key and no policy stands on the table.
fn statement() -> String {
    format!(
        "SELECT ARRAY(SELECT CASE WHEN q.opcdefault AND b.attcollation = i.indcollation[k.place] THEN b.attname::text END \
         FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS k(place) \
         LEFT JOIN pg_catalog.pg_attribute b ON b.attrelid = c.oid AND b.attnum = i.indkey[k.place] \
         LEFT JOIN pg_catalog.pg_opclass q ON q.oid = i.indclass[k.place] ORDER BY k.place) AS names, \
         NOT (a.attnotnull AND c.relkind = 'r' AND NOT c.relhassubclass) OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint q \
         WHERE q.conrelid = c.oid AND q.contype = 'n' AND NOT q.convalidated AND q.conkey[1] = a.attnum) AS nullable, z.bytes, z.effort, z.partitions, \
         {bounds} AS bounds, {common} AS common, ARRAY(SELECT (f::float8 * {UNIT}::float8)::int8 FROM pg_catalog.unnest(s.often) AS u(f)) AS often, \
         ((1::float8 - s.nulls::float8 - COALESCE((SELECT pg_catalog.sum(f::float8) FROM pg_catalog.unnest(s.often) AS u(f)), 0::float8)) \
         * {UNIT}::float8)::int8 AS rest, \
         k.nspname::text AS collation_schema, o.collname::text AS collation \
         FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid \
         JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL \
         JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam AND m.amname = 'btree' \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
         LEFT JOIN pg_catalog.pg_namespace k ON k.oid = o.collnamespace \
         LEFT JOIN LATERAL (SELECT p.histogram_bounds::text AS bounds, p.most_common_vals::text AS common, \
         p.most_common_freqs AS often, p.null_frac AS nulls, p.n_distinct FROM (SELECT n.nspname, c.relname, 0 AS depth \
         UNION ALL (SELECT q.nspname, d.relname, 1 FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class d ON d.oid = h.inhrelid \
         JOIN pg_catalog.pg_namespace q ON q.oid = d.relnamespace JOIN pg_catalog.pg_partitioned_table g ON g.partrelid = h.inhparent \
         WHERE h.inhparent = c.oid AND NOT pg_catalog.row_security_active(c.oid) AND (g.partstrat = 'h' OR NOT a.attnum = ANY (g.partattrs::int2[])) \
         ORDER BY d.reltuples DESC LIMIT 1)) f JOIN pg_catalog.pg_stats p ON p.schemaname = f.nspname \
         AND p.tablename = f.relname AND p.attname = a.attname ORDER BY f.depth, p.inherited DESC LIMIT 1) s ON true \
         CROSS JOIN LATERAL (WITH RECURSIVE part(oid) AS (SELECT c.oid UNION SELECT h.inhrelid FROM pg_catalog.pg_inherits h \
         JOIN part ON part.oid = h.inhparent) SELECT pg_catalog.sum(pg_catalog.pg_table_size(part.oid))::int8 AS bytes, \
         pg_catalog.sum(pg_catalog.pg_relation_size(part.oid) / pg_catalog.current_setting('block_size')::int8 \
         * pg_catalog.current_setting('seq_page_cost')::float8 + GREATEST(w.reltuples, 0) \
         * pg_catalog.current_setting('cpu_tuple_cost')::float8)::int8 AS effort, pg_catalog.count(*) AS partitions \
         FROM part JOIN pg_catalog.pg_class w ON w.oid = part.oid AND w.relkind <> 'p') z \
         WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'm') \
         ORDER BY COALESCE(s.n_distinct >= 1 AND s.n_distinct < {MANY_VALUES}, false), i.indisprimary DESC, i.indisunique DESC, nullable, a.attnum",
        bounds = texts("s.bounds"),
        common = texts("s.common"),
    )
}

/// How finely it is told how many of a table's rows have a value.
const UNIT: u64 = 1_000_000_000;

/// Values of a column, whose text as an array is `array`, as texts. Days and times are told as numbers, since what is beyond year
/// 9999 has no usual text, and what is infinite is NULL.
fn texts(array: &str) -> String {
    let of = |own: &str, number: &str| {
        format!(
            "WHEN 'pg_catalog.{own}'::pg_catalog.regtype THEN ARRAY(SELECT CASE WHEN pg_catalog.isfinite(v) THEN ({number})::text END \
             FROM pg_catalog.unnest({array}::{own}[]) AS u(v))"
        )
    };
    let day = of("date", "v - '1970-01-01'::date");
    let [time, zoned] =
        ["timestamp", "timestamptz"].map(|own| of(own, "pg_catalog.floor(extract(epoch FROM v) * 1000)::int8"));
    format!("CASE t.oid {day} {time} {zoned} ELSE {array}::text[] END")
}

/// The best key that the user may read and that can be compared.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let name: [(&(dyn ToSql + Sync), Type); 2] = [(&table.name.schema, Type::NAME), (&table.name.table, Type::NAME)];
    for row in session.query(&statement(), &name).await? {
        let names: Vec<Option<String>> = get(&row, "names")?;
        let column =
            |name: &Option<String>| table.columns.iter().find(|column| Some(&column.remote_name) == name.as_ref());
        let columns: Vec<&Column> = names.iter().map_while(column).take_while(|column| is_compared(column)).collect();
        let Some(first) = columns.first().copied() else { continue };
        return Ok(Some(Key {
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            nullable: get(&row, "nullable")?,
            bytes: count(get(&row, "bytes")?),
            effort: count(get(&row, "effort")?),
            partitions: count(get(&row, "partitions")?),
            histogram: histogram(session, &row, first).await?,
        }));
    }
    partitions::key(session, table).await
}

/// Whether the values of a column are compared as they are, in the order of their index, and can be told and bound.
fn is_compared(column: &Column) -> bool {
    let is_text = column.mapping.data_type == DataType::Utf8;
    match column.mapping.read_as {
        ReadAs::Plain => is_text || sql::can_be_bounded(column),
        ReadAs::Printed { .. } => is_text,
        _ => false,
    }
}

/// A count that the server tells as a number that could be less than none.
fn count(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
}

/// How the rows lie along a column, as far as statistics are shown.
async fn histogram(session: &mut Session, row: &Row, column: &Column) -> Result<Vec<Step>> {
    let told = |name| Ok(get::<Option<Vec<Option<String>>>>(row, name)?.unwrap_or_default());
    let of = |text: Option<String>| value(column, &text?);
    let often: Vec<i64> = get::<Option<Vec<i64>>>(row, "often")?.unwrap_or_default();
    let common =
        told("common")?.into_iter().zip(often).filter_map(|(text, often)| Some((of(text)?, count(Some(often)))));
    let known = Known {
        bounds: told("bounds")?.into_iter().filter_map(of).collect(),
        common: common.collect(),
        rest: count(get(row, "rest")?),
    };
    let values = in_order(session, row, column, known.values()).await?;
    Ok(known.steps(values))
}

/// Values of a column in the order that the server has now.
async fn in_order(session: &mut Session, row: &Row, column: &Column, mut values: Vec<Value>) -> Result<Vec<Value>> {
    if let Some(collation) = get::<Option<String>>(row, "collation")? {
        values = sorted(session, &values, get(row, "collation_schema")?, &collation).await?;
    } else if column.mapping.data_type == DataType::Utf8 {
        // As UUIDs are written, their texts have the order of their bytes.
        values.sort_by_key(|value| if let Value::Text(text) = value { text.clone() } else { String::new() });
    }
    Ok(split::in_order(values))
}

/// Texts in the order that their collation has now, those that it takes for one once: statistics may be older than the library that
/// orders them.
async fn sorted(session: &mut Session, values: &[Value], schema: &str, collation: &str) -> Result<Vec<Value>> {
    let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
    let texts: Vec<String> = values.iter().filter_map(text).collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let mut ordered = "v COLLATE ".to_owned();
    Postgres.identifier(schema, &mut ordered);
    ordered.push('.');
    Postgres.identifier(collation, &mut ordered);
    let sql = format!("SELECT DISTINCT ON ({ordered}) v FROM pg_catalog.unnest($1) AS u(v) ORDER BY {ordered}");
    let rows = session.query(&sql, &[(&texts, Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| get(row, "v").map(Value::Text)).collect()
}

/// A value of a key by its text; none for what cannot be bound as it is.
fn value(column: &Column, text: &str) -> Option<Value> {
    match column.mapping.read_as {
        ReadAs::Plain => known_value(column, text),
        ReadAs::Printed { .. } => uuid(text).and_then(|_| known_value(column, text)),
        _ => None,
    }
}
