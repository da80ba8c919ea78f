//! The key along which a table is cut, and what the server's statistics say about its values.

use arrow_schema::DataType;
use connector_core::{Column, Dialect, Key, ReadAs, Result, Table, Value};
use postgres_types::{ToSql, Type};

use crate::bind::uuid;
use crate::dialect::Postgres;
use crate::session::{Row, Session, get};

/// First columns of a table's indexes, the best first: of more than a few values, as the tenant of a primary key is not; primary
/// key, unique, never NULL. Statistics are shown of what the user may read, and not at all under a row policy. What reading all of
/// it costs is told as the planner reckons it. Days and times are told as numbers, since what is beyond year 9999 has no usual text.
/// A foreign partition holds what it likes whatever was declared, and so may a child that inherits.
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
     LEFT JOIN LATERAL (SELECT p.histogram_bounds::text AS bounds, p.n_distinct FROM pg_catalog.pg_stats p WHERE p.schemaname = n.nspname \
     AND p.tablename = c.relname AND p.attname = a.attname ORDER BY p.inherited DESC LIMIT 1) s ON true \
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
        let quantiles = quantiles(session, &row, column).await?;
        // Without statistics only a whole number tells by its ends where to cut; others may be infinite.
        if quantiles.is_empty() && !(column.mapping.data_type.is_integer() && column.mapping.read_as == ReadAs::Plain) {
            continue;
        }
        let number =
            |name| Ok(get::<Option<i64>>(&row, name)?.and_then(|number| u64::try_from(number).ok()).unwrap_or(0));
        return Ok(Some(Key {
            column: column.name.clone(),
            nullable: get(&row, "nullable")?,
            bytes: number("bytes")?,
            effort: number("effort")?,
            quantiles,
        }));
    }
    Ok(None)
}

/// Values between which about equally many rows lie, in the server's order.
async fn quantiles(session: &mut Session, row: &Row, column: &Column) -> Result<Vec<Value>> {
    let mut bounds: Vec<String> = get::<Option<Vec<String>>>(row, "bounds")?.unwrap_or_default();
    if let Some(collation) = get::<Option<String>>(row, "collation")? {
        bounds = sorted(session, &bounds, get(row, "collation_schema")?, &collation).await?;
    }
    Ok(bounds.iter().filter_map(|text| value(column, text)).collect())
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
    match (&column.mapping.data_type, column.mapping.read_as) {
        (DataType::Utf8, ReadAs::Printed { .. }) => uuid(text).map(|_| Value::Text(text.to_owned())),
        (DataType::Utf8, ReadAs::Plain) => Some(Value::Text(text.to_owned())),
        (DataType::Int16 | DataType::Int32 | DataType::Int64, ReadAs::Plain) => text.parse().ok().map(Value::Int),
        (DataType::Date32, ReadAs::Plain) => text.parse().ok().map(Value::Date),
        (DataType::Date64, ReadAs::Plain) => text.parse().ok().map(Value::Millis),
        (DataType::Timestamp(..), ReadAs::Plain) => text.parse().ok().map(Value::ZonedMillis),
        (DataType::Decimal128(_, scale), ReadAs::Plain) => unscaled(text, *scale),
        _ => None,
    }
}

/// The digits of a number as the server prints it, at a scale.
fn unscaled(text: &str, scale: i8) -> Option<Value> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(scale).ok()?;
    let digits = (fraction.len() <= places).then(|| format!("{whole}{fraction:0<places$}"))?;
    Some(Value::Decimal { unscaled: digits.parse().ok()?, scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_their_scale_or_not_at_all() {
        for (text, scale, expected) in [
            ("12.5", 3, Some(12_500)),
            ("-0.05", 2, Some(-5)),
            ("7", 0, Some(7)),
            ("7", 2, Some(700)),
            ("1.234", 2, None),
            ("NaN", 2, None),
            ("Infinity", 0, None),
        ] {
            let expected = expected.map(|unscaled| Value::Decimal { unscaled, scale });
            assert_eq!(unscaled(text, scale), expected, "{text} at {scale}");
        }
    }
}
