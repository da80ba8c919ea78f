//! What there is to read: schemas, tables, columns, and the state of the source. All SQL about metadata is here.
//!
//! Only what the session's user may read exists, every operation is one round trip, and every value is bound. Not here: what a
//! type means (`types.rs`), and how a folded name is matched (`connector_core::resolve`; SQL only narrows its candidates).

pub(crate) mod columns;
mod health;
mod keys;
mod plan;
mod query;

use connector_core::{Casing, Relation, Result, resolve};
use postgres_types::Type;

use crate::session::{Session, get};

pub(crate) use columns::table;
pub(crate) use health::health;
pub(crate) use keys::key;
pub(crate) use plan::{expected, expected_each};
pub(crate) use query::query;

/// A schema `n` that is not the system's and that the user may look into.
const VISIBLE: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
     AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')";

/// A relation `c` that can be read like a table, and of which the user may read at least a column.
const READABLE: &str =
    "c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')";

/// Whether a schema `n` holds something readable; one that does not is never listed, so no name means it.
fn holds_readable() -> String {
    format!("EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND {READABLE})")
}

/// Whether `name` may be what is wanted: the same but for the case of ASCII letters, or beyond ASCII, where the server's idea of
/// case depends on its locale and ours decides; lower case may be longer.
fn may_be(name: &str, wanted: &str) -> String {
    format!(
        "(pg_catalog.lower({name}::text COLLATE \"C\") = pg_catalog.lower({wanted} COLLATE \"C\") OR \
         ({name}::text COLLATE \"C\" ~ '[^ -~]' AND pg_catalog.char_length({name}::text) \
         BETWEEN pg_catalog.char_length({wanted}) / 2 AND pg_catalog.char_length({wanted})))"
    )
}

/// Schemas that hold something readable.
pub(crate) async fn schemas(session: &mut Session) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT n.nspname::text AS schema FROM pg_catalog.pg_namespace n WHERE {VISIBLE} \
         AND {holds_readable} ORDER BY n.nspname::text COLLATE \"C\"",
        holds_readable = holds_readable()
    );
    session.query(&sql, &[]).await?.iter().map(|row| get(row, "schema")).collect()
}

/// Up to `limit` tables behind `after`.
pub(crate) async fn tables(
    session: &mut Session,
    schema: &str,
    after: Option<&str>,
    limit: Option<usize>,
    casing: Casing,
) -> Result<Vec<Relation>> {
    let sql = format!(
        "SELECT n.nspname::text AS schema, r.name FROM pg_catalog.pg_namespace n \
         LEFT JOIN LATERAL (SELECT c.relname::text AS name FROM pg_catalog.pg_class c \
         WHERE c.relnamespace = n.oid AND {READABLE} AND ($2 IS NULL OR c.relname::text COLLATE \"C\" > $2 COLLATE \"C\") \
         ORDER BY c.relname::text COLLATE \"C\" LIMIT $3) r ON true \
         WHERE {VISIBLE} AND {same} AND {holds_readable} \
         ORDER BY n.nspname::text COLLATE \"C\", r.name COLLATE \"C\"",
        same = may_be("n.nspname", "$1"),
        holds_readable = holds_readable()
    );
    let limit = limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = session.query(&sql, &[(&schema, Type::TEXT), (&after, Type::TEXT), (&limit, Type::INT8)]).await?;
    let mut found: Vec<(String, Option<String>)> = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push((get(row, "schema")?, get(row, "name")?));
    }
    let schema = resolve("schema", schema, &distinct(found.iter().map(|(schema, _)| schema)), casing)?.to_owned();
    let names = found.into_iter().filter(|(of, _)| *of == schema).filter_map(|(_, name)| name);
    Ok(names.map(|name| Relation { name }).collect())
}

/// Neighbouring repeats removed.
fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut distinct: Vec<String> = names.cloned().collect();
    distinct.dedup();
    distinct
}
