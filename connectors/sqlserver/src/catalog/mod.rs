//! What there is to read: the only metadata SQL of this engine.
//!
//! Only what the user may read exists here, by the server's own account of its rights. Names are put in order, and told apart,
//! by code unit and never by the database's collation; which of them a name means is decided on our side. Not here: what a
//! column's type becomes (`types.rs`).

mod columns;
mod health;
mod keys;
mod query;

use connector_core::{Casing, Relation, Result, resolve};

pub(crate) use columns::table;
pub(crate) use health::health;
pub(crate) use keys::key;
pub(crate) use query::query;

use crate::bind::Parameter;
use crate::row::{get, maybe};
use crate::session::Session;

/// The order of names: by UTF-16 code unit.
const BINARY: &str = "COLLATE Latin1_General_100_BIN2";

/// A schema `s` of the users' own.
const VISIBLE: &str = "s.name NOT IN (N'sys', N'INFORMATION_SCHEMA')";

/// A table or view `o` of the users' own of which the user may read at least a column.
const READABLE: &str = "o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND (HAS_PERMS_BY_NAME(QUOTENAME(SCHEMA_NAME(o.schema_id)) \
     + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT') = 1 OR EXISTS (SELECT 1 FROM sys.columns k WHERE k.object_id = o.object_id \
     AND HAS_PERMS_BY_NAME(QUOTENAME(SCHEMA_NAME(o.schema_id)) + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT', k.name, \
     N'COLUMN') = 1))";

/// Whether a schema `s` holds something readable; one that does not is never listed, so no name means it.
fn holds_readable() -> String {
    format!("EXISTS (SELECT 1 FROM sys.objects o WHERE o.schema_id = s.schema_id AND {READABLE})")
}

/// Whether `name` may be what is wanted: the same but for the case of its letters as one collation has it, or beyond ASCII,
/// where that collation's idea of case may differ from ours, which decides; a letter in another case may be longer.
fn may_be(name: &str, wanted: &str) -> String {
    format!(
        "({name} COLLATE Latin1_General_CI_AI = {wanted} COLLATE Latin1_General_CI_AI OR \
         ({name} {BINARY} LIKE N'%[^ -~]%' AND DATALENGTH({name}) BETWEEN DATALENGTH({wanted}) / 2 AND DATALENGTH({wanted}) * 2))"
    )
}

/// Schemas that hold something readable.
pub(crate) async fn schemas(session: &mut Session) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT s.name AS schema_name FROM sys.schemas s WHERE {VISIBLE} AND {holds_readable} ORDER BY s.name {BINARY}",
        holds_readable = holds_readable()
    );
    session.query(&sql, &[]).await?.iter().map(|row| Ok(get::<&str>(row, "schema_name")?.to_owned())).collect()
}

fn tables_sql() -> String {
    format!(
        "SELECT s.name AS schema_name, r.name AS table_name FROM sys.schemas s OUTER APPLY (SELECT TOP (@P3) o.name \
         FROM sys.objects o WHERE o.schema_id = s.schema_id AND {READABLE} AND o.name {BINARY} > @P2 {BINARY} \
         ORDER BY o.name {BINARY}) r WHERE {VISIBLE} AND {same} AND {holds_readable} \
         ORDER BY s.name {BINARY}, r.name {BINARY}",
        same = may_be("s.name", "@P1"),
        holds_readable = holds_readable()
    )
}

/// Up to `limit` tables behind `after`, in order of UTF-16 code units.
pub(crate) async fn tables(
    session: &mut Session,
    schema: &str,
    after: Option<&str>,
    limit: Option<usize>,
    casing: Casing,
) -> Result<Vec<Relation>> {
    let limit = limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    // No name is empty, so that every one lies behind an empty one.
    let after = after.unwrap_or_default();
    let values = [Parameter::text(schema), Parameter::text(after), Parameter::bigint(limit)];
    let rows = session.query(&tables_sql(), &values).await?;
    let mut found: Vec<(String, Option<String>)> = Vec::with_capacity(rows.len());
    for row in &rows {
        let table = maybe::<&str>(row, "table_name")?;
        found.push((get::<&str>(row, "schema_name")?.to_owned(), table.map(str::to_owned)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_depends_on_rights_and_never_on_the_databases_collation() {
        for sql in [tables_sql(), columns::sql()] {
            assert!(sql.matches("HAS_PERMS_BY_NAME").count() >= 2, "{sql}");
            let (orders, collated) = (sql.matches("ORDER BY").count(), sql.matches(BINARY).count());
            assert!(orders > 0 && collated >= orders, "{sql}");
            assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
        }
    }

    #[test]
    fn a_page_begins_behind_a_name_and_has_a_limit() {
        let sql = tables_sql();
        assert!(sql.contains("TOP (@P3)") && sql.contains("> @P2 COLLATE Latin1_General_100_BIN2"), "{sql}");
    }

    #[test]
    fn only_tables_and_views_are_listed_and_none_of_the_systems_own() {
        assert!(READABLE.contains("'U', 'V'") && READABLE.contains("is_ms_shipped = 0"));
        assert!(VISIBLE.contains("N'sys'"));
    }
}
