//! What there is to read: schemas, tables, columns, and the state of the source. All SQL about metadata is here.
//!
//! Only what the session's user may read exists, and every value is bound. Not here: what a type means (`types.rs`), and how a
//! folded name is matched (`connector_core::resolve`).

mod columns;
mod health;
mod keys;
mod plan;
mod query;

use arrow_schema::DataType;
use connector_core::{Bind, Casing, Relation, Result, Value, resolve};

use crate::session::{Row, Session};

pub(crate) use columns::table;
pub(crate) use health::health;
pub(crate) use keys::{key, places};
pub(crate) use plan::{expected, expected_each};
pub(crate) use query::query;

/// A column `c` that is not the system's and that the user may read; what nobody may select has no column here.
const READABLE: &str = "c.TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') \
     AND FIND_IN_SET('select', c.PRIVILEGES) > 0";

/// Schemas that hold something readable.
pub(crate) async fn schemas(session: &mut Session) -> Result<Vec<String>> {
    let sql =
        format!("SELECT DISTINCT CAST(c.TABLE_SCHEMA AS BINARY) FROM information_schema.COLUMNS c WHERE {READABLE}");
    names(session, &sql, &[]).await
}

/// Tables of a schema, by its exact name, that hold something readable.
async fn tables_of(session: &mut Session, schema: &str) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT CAST(c.TABLE_NAME AS BINARY) FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = ? \
         AND CAST(c.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) AND {READABLE}"
    );
    names(session, &sql, &[schema, schema]).await
}

/// Names in the first column, by code point. The server's catalog takes names for one that differ only in case, so it is asked
/// for their bytes.
async fn names(session: &mut Session, sql: &str, values: &[&str]) -> Result<Vec<String>> {
    let rows = ask(session, sql, values).await?;
    let mut names: Vec<String> = rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    names.sort_unstable();
    Ok(names)
}

async fn ask(session: &mut Session, sql: &str, values: &[&str]) -> Result<Vec<Row>> {
    let text = |value: &&str| Bind {
        value: Some(Value::Text((*value).to_owned())),
        data_type: DataType::Utf8,
        source_type: None,
    };
    session.query(sql, &values.iter().map(text).collect::<Vec<_>>()).await
}

/// Up to `limit` tables behind `after`.
pub(crate) async fn tables(
    session: &mut Session,
    schema: &str,
    after: Option<&str>,
    limit: Option<usize>,
    casing: Casing,
) -> Result<Vec<Relation>> {
    let mut names = tables_of(session, schema).await?;
    if names.is_empty() || !matches!(casing, Casing::Search | Casing::None) {
        let schemas = schemas(session).await?;
        let found = resolve("schema", schema, &schemas, casing)?;
        names = tables_of(session, found).await?;
    }
    let behind = names.into_iter().filter(|name| after.is_none_or(|after| name.as_str() > after));
    Ok(behind.take(limit.unwrap_or(usize::MAX)).map(|name| Relation { name }).collect())
}
