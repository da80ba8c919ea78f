//! One table with its columns.

use std::collections::BTreeMap;

use connector_core::{Column, Error, Result, Settings, Table, TableName, resolve};
use postgres_types::{ToSql, Type};

use super::{READABLE, VISIBLE, distinct, holds_readable, may_be};
use crate::session::{Row, Session, get};
use crate::types::{self, Collation, Element, RemoteType};

/// What a type `$start` with a modifier and dimensions stands for, through any number of domains.
pub(super) fn undomained(oid: &str, modifier: &str, dimensions: &str) -> String {
    format!(
        "(WITH RECURSIVE chain(oid, modifier, dimensions, depth) AS (SELECT {oid}, {modifier}, {dimensions}::int4, 0 \
         UNION ALL SELECT d.typbasetype, d.typtypmod, d.typndims, chain.depth + 1 FROM chain \
         JOIN pg_catalog.pg_type d ON d.oid = chain.oid WHERE d.typtype = 'd') \
         SELECT * FROM chain ORDER BY depth DESC LIMIT 1)"
    )
}

/// The name of a type, if it is one of the system's own; else empty.
pub(super) fn system_name(of: &str) -> String {
    format!("CASE WHEN {of}.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN {of}.typname::text ELSE '' END")
}

/// Every schema that the name may mean, with every table in it that the name may mean and the columns that the user may read;
/// one row a column, or a table without columns, or a schema without such a table. Catalog columns that only
/// newer servers have are looked up in the row as JSON, so that their absence is a NULL.
pub(crate) fn sql() -> String {
    format!(
        "SELECT n.nspname::text AS schema, c.relname::text AS name, \
         pg_catalog.obj_description(c.oid, 'pg_class') AS table_comment, a.attname::text AS column_name, \
         pg_catalog.col_description(c.oid, a.attnum) AS column_comment, {type_name} AS type_name, b.modifier, b.depth > 0 AS is_domain, \
         CASE WHEN e.oid IS NULL THEN NULL ELSE {element_name} END AS element_name, f.modifier AS element_modifier, \
         e.typtype = 'd' AS element_is_domain, b.dimensions, o.collname::text AS collation, \
         pg_catalog.to_jsonb(o) ->> 'collprovider' AS provider, pg_catalog.to_jsonb(o) ->> 'collcollate' AS collate, \
         pg_catalog.to_jsonb(o) ->> 'collisdeterministic' AS deterministic, \
         pg_catalog.to_jsonb(d) ->> 'datlocprovider' AS database_provider, d.datcollate::text AS database_collate \
         FROM pg_catalog.pg_namespace n \
         LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND {READABLE} AND {table} \
         JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database() \
         LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') \
         LEFT JOIN LATERAL {base} b ON a.attnum IS NOT NULL \
         LEFT JOIN pg_catalog.pg_type t ON t.oid = b.oid \
         LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid \
         LEFT JOIN LATERAL {element} f ON e.oid IS NOT NULL \
         LEFT JOIN pg_catalog.pg_type g ON g.oid = f.oid \
         LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
         WHERE {VISIBLE} AND {schema} AND {holds_readable} \
         ORDER BY n.nspname::text COLLATE \"C\", c.relname::text COLLATE \"C\", a.attnum",
        type_name = system_name("t"),
        element_name = system_name("g"),
        base = undomained("a.atttypid", "a.atttypmod", "a.attndims"),
        element = undomained("e.oid", "b.modifier", "0"),
        schema = may_be("n.nspname", "$1"),
        holds_readable = holds_readable(),
        table = may_be("c.relname", "$2"),
    )
}

/// The values that go with [`sql`].
pub(crate) fn values(name: &TableName) -> [(&(dyn ToSql + Sync), Type); 2] {
    [(&name.schema, Type::TEXT), (&name.table, Type::TEXT)]
}

/// The table that `name` means.
pub(crate) async fn table(
    session: &mut Session,
    name: &TableName,
    settings: &Settings,
    encoding: &str,
) -> Result<Table> {
    let rows = session.query(&sql(), &values(name)).await?;
    told(&rows, name, settings, encoding)
}

/// The table that `name` means, of what [`sql`] has found.
pub(crate) fn told(rows: &[Row], name: &TableName, settings: &Settings, encoding: &str) -> Result<Table> {
    let names = rows.iter().map(|row| Ok((get::<String>(row, "schema")?, get::<Option<String>>(row, "name")?)));
    let names = names.collect::<Result<Vec<_>>>()?;
    // The schema is found first and by its name alone: which tables it has may not decide what a name means.
    let schemas = distinct(names.iter().map(|(schema, _)| schema));
    let schema = resolve("schema", &name.schema, &schemas, settings.casing)?;
    let tables = distinct(names.iter().filter(|(of, _)| of == schema).filter_map(|(_, table)| table.as_ref()));
    let table = resolve("table", &name.table, &tables, settings.casing)
        .map_err(|error| error.context(format!("searching schema {schema:?}")))?;
    let found = TableName::new(schema, table);
    let is_found = |(schema, table): &(String, Option<String>)| {
        *schema == found.schema && table.as_ref().is_some_and(|table| *table == found.table)
    };
    let rows: Vec<&Row> = rows.iter().zip(&names).filter(|(_, name)| is_found(name)).map(|(row, _)| row).collect();
    let comment = rows.first().map(|row| get(row, "table_comment")).transpose()?.flatten();
    let columns = columns(&rows, settings, encoding)?;
    if columns.is_empty() {
        return Err(Error::unsupported(format!("table {found} has no columns, which Athena cannot show"))
            .hint("a view over it may have one: SELECT 1 AS one FROM …"));
    }
    check_case(&found, &columns)?;
    Ok(Table { name: found, columns, comment })
}

fn columns(rows: &[&Row], settings: &Settings, encoding: &str) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(remote_name) = get::<Option<String>>(row, "column_name")? else { continue };
        let (mapping, announced) = types::mapped(&remote_type(row, encoding)?, settings);
        columns.push(Column {
            name: remote_name.to_lowercase(),
            remote_name,
            comment: get(row, "column_comment")?,
            announced,
            mapping,
        });
    }
    Ok(columns)
}

/// Two columns that Athena would know under one name make the table unreadable by name, rather than one of them a guess (D20).
fn check_case(table: &TableName, columns: &[Column]) -> Result<()> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
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

fn remote_type(row: &Row, encoding: &str) -> Result<RemoteType> {
    let element = match get::<Option<String>>(row, "element_name")? {
        None => None,
        Some(name) => Some(Element {
            name,
            modifier: get(row, "element_modifier")?,
            is_domain: get(row, "element_is_domain")?,
            dimensions: get(row, "dimensions")?,
        }),
    };
    Ok(RemoteType {
        name: get(row, "type_name")?,
        modifier: get(row, "modifier")?,
        collation: collation(&Collated::of(row)?, encoding),
        // There is no type where there is no column.
        is_domain: get::<Option<bool>>(row, "is_domain")?.unwrap_or_default(),
        element,
    })
}

/// What the catalogs say about a column's collation.
struct Collated {
    name: Option<String>,
    provider: Option<String>,
    collate: Option<String>,
    deterministic: Option<String>,
    database_provider: Option<String>,
    database_collate: String,
}

impl Collated {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            name: get(row, "collation")?,
            provider: get(row, "provider")?,
            collate: get(row, "collate")?,
            deterministic: get(row, "deterministic")?,
            database_provider: get(row, "database_provider")?,
            database_collate: get(row, "database_collate")?,
        })
    }
}

fn collation(collated: &Collated, encoding: &str) -> Collation {
    // SQL_ASCII takes bytes as they are, so that LIKE's `_` is one of them and not a character.
    if encoding != "UTF8" {
        return Collation::Foreign;
    }
    if collated.deterministic.as_deref() == Some("false") {
        return Collation::Nondeterministic;
    }
    let is_default = collated.name.as_deref() == Some("default");
    let (provider, collate) = if is_default {
        (collated.database_provider.as_deref(), Some(collated.database_collate.as_str()))
    } else {
        (collated.provider.as_deref(), collated.collate.as_deref())
    };
    match provider {
        // The server's own provider orders by code point in every locale it has.
        Some("b") => Collation::Binary,
        Some("c") | None if matches!(collate, Some("C" | "POSIX")) => Collation::Binary,
        _ => Collation::Deterministic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collated(name: &str, provider: Option<&str>, collate: Option<&str>) -> Collated {
        Collated {
            name: Some(name.into()),
            provider: provider.map(Into::into),
            collate: collate.map(Into::into),
            deterministic: Some("true".into()),
            database_provider: Some("c".into()),
            database_collate: "C".into(),
        }
    }

    #[test]
    fn order_by_code_point_is_recognised_and_nothing_else_taken_for_it() {
        let binary = |collated: &Collated| collation(collated, "UTF8") == Collation::Binary;
        assert!(binary(&collated("C", Some("c"), Some("C"))));
        assert!(binary(&collated("default", Some("d"), None)));
        assert!(!binary(&collated("en-x-icu", Some("i"), None)));
        assert!(!binary(&collated("de_DE", Some("c"), Some("de_DE.utf8"))));
        let icu_database = Collated { database_provider: Some("i".into()), ..collated("default", Some("d"), None) };
        assert!(!binary(&icu_database));
        let old = Collated { database_provider: None, ..collated("default", None, None) };
        assert!(binary(&old));
    }

    #[test]
    fn other_encodings_and_loose_collations_are_told_apart() {
        for encoding in ["LATIN1", "SQL_ASCII"] {
            assert_eq!(collation(&collated("C", Some("c"), Some("C")), encoding), Collation::Foreign);
        }
        let loose = Collated { deterministic: Some("false".into()), ..collated("ci", Some("i"), None) };
        assert_eq!(collation(&loose, "UTF8"), Collation::Nondeterministic);
    }
}
