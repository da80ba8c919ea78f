//! One table with its columns.

use connector_core::{Casing, Column, Error, Result, Table, TableName, resolve};

use super::{READABLE, ask, schemas, tables_of};
use crate::session::{Row, Session};
use crate::types::{self, Context, RemoteType};

/// The columns of a table, by its exact name, that `SELECT *` would show. Names are looked up as the server folds them, which is
/// fast, and then told apart byte by byte.
fn sql() -> String {
    format!(
        "SELECT c.COLUMN_NAME, c.COLUMN_COMMENT, c.DATA_TYPE, c.COLUMN_TYPE, CAST(c.NUMERIC_PRECISION AS CHAR), \
         CAST(c.NUMERIC_SCALE AS CHAR), CAST(c.CHARACTER_MAXIMUM_LENGTH AS CHAR), c.CHARACTER_SET_NAME, \
         c.COLLATION_NAME, IF(t.TABLE_TYPE = 'BASE TABLE', t.TABLE_COMMENT, ''), t.TABLE_TYPE FROM information_schema.COLUMNS c \
         JOIN information_schema.TABLES t ON CAST(t.TABLE_SCHEMA AS BINARY) = CAST(c.TABLE_SCHEMA AS BINARY) \
         AND CAST(t.TABLE_NAME AS BINARY) = CAST(c.TABLE_NAME AS BINARY) \
         WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? AND t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? \
         AND CAST(c.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) AND CAST(c.TABLE_NAME AS BINARY) = CAST(? AS BINARY) \
         AND {READABLE} AND c.EXTRA NOT LIKE '%INVISIBLE%' ORDER BY c.ORDINAL_POSITION"
    )
}

/// The table that `name` means.
pub(crate) async fn table(session: &mut Session, name: &TableName, context: Context<'_>) -> Result<Table> {
    let casing = context.settings.casing;
    if matches!(casing, Casing::Search | Casing::None)
        && let found @ Some(_) = described(session, name, context).await?
    {
        return found.ok_or_else(|| Error::internal("a table was found and lost"));
    }
    let found = resolved(session, name, casing).await?;
    described(session, &found, context).await?.ok_or_else(|| {
        Error::unsupported(format!("table {found} has no columns that SELECT * shows"))
            .hint("a view over it may name its invisible columns")
    })
}

/// What a name means whose spelling is not exact. An unknown schema and an unknown table are told apart.
async fn resolved(session: &mut Session, name: &TableName, casing: Casing) -> Result<TableName> {
    let all = schemas(session).await?;
    let schema = resolve("schema", &name.schema, &all, casing)?;
    let tables = tables_of(session, schema).await?;
    Ok(TableName::new(schema, resolve("table", &name.table, &tables, casing)?))
}

async fn described(session: &mut Session, name: &TableName, context: Context<'_>) -> Result<Option<Table>> {
    let (schema, table) = (name.schema.as_str(), name.table.as_str());
    let rows = ask(session, &sql(), &[schema, table, schema, table, schema, table]).await?;
    let mut comment = None;
    let mut columns = Vec::with_capacity(rows.len());
    for row in rows {
        let [remote_name, about, name, declared, precision, scale, characters, charset, collation, of_table, kind] =
            <[Option<String>; 11]>::try_from(row).map_err(|_: Row| Error::internal("metadata has lost a column"))?;
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let remote = RemoteType {
            name: name.unwrap_or_default().to_ascii_lowercase(),
            declared: declared.unwrap_or_default(),
            precision: number(precision),
            scale: number(scale),
            characters: number(characters),
            charset,
            collation,
            is_seen: kind.is_some_and(|kind| kind.ends_with("VIEW")),
        };
        comment = of_table.filter(|text| !text.is_empty());
        let remote_name = remote_name.unwrap_or_default();
        let (mapping, announced) = types::mapped(&remote, context);
        columns.push(Column {
            name: remote_name.to_lowercase(),
            remote_name,
            comment: about.filter(|text| !text.is_empty()),
            announced,
            mapping,
        });
    }
    check_case(name, &columns)?;
    Ok((!columns.is_empty()).then(|| Table { name: name.clone(), columns, comment }))
}

/// Two columns that Athena would know under one name make the table unreadable by name, rather than one of them a guess (D20).
/// The server's own folding keeps most of them out, but not all beyond ASCII.
fn check_case(table: &TableName, columns: &[Column]) -> Result<()> {
    let mut seen = std::collections::BTreeMap::new();
    for column in columns {
        if let Some(other) = seen.insert(&column.name, &column.remote_name) {
            return Err(Error::invalid(format!(
                "columns {other:?} and {:?} of table {table} differ only in case, and Athena knows no case",
                column.remote_name
            ))
            .hint("make a view that gives one of them another name"));
        }
    }
    Ok(())
}
