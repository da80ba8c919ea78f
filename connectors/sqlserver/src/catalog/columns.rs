//! One table with its columns.

use std::collections::BTreeMap;

use connector_core::{Column, Error, Result, Settings, Table, TableName, resolve};

use super::{BINARY, READABLE, VISIBLE, distinct, holds_readable, may_be};
use crate::bind::Parameter;
use crate::row::{Row, get, maybe};
use crate::session::Session;
use crate::types::{self, RemoteType};

/// Every schema that the name may mean, with every table in it that the name may mean and the columns that the user may read;
/// one row a column, or a table without columns, or a schema without such a table. Hidden columns are left out, as the
/// server's own star does; alias types are replaced by what they stand for. The server's own types are not, whatever it keeps
/// their values in, and neither are types of the CLR.
pub(super) fn sql() -> String {
    format!(
        "SELECT s.name AS schema_name, o.name AS table_name, CAST(te.value AS nvarchar(4000)) AS table_comment, \
         c.name AS column_name, CAST(ce.value AS nvarchar(4000)) AS column_comment, COALESCE(b.name, t.name) AS type_name, \
         CAST(c.precision AS int) AS type_precision, CAST(c.scale AS int) AS type_scale, c.collation_name AS collation_name, \
         CAST(COLLATIONPROPERTY(c.collation_name, 'CodePage') AS int) AS code_page, \
         CASE WHEN c.encryption_type IS NULL THEN 0 ELSE 1 END AS is_encrypted FROM sys.schemas s \
         LEFT JOIN sys.objects o ON o.schema_id = s.schema_id AND {READABLE} AND {table} \
         LEFT JOIN sys.columns c ON c.object_id = o.object_id AND c.is_hidden = 0 AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) \
         + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT', c.name, N'COLUMN') = 1 \
         LEFT JOIN sys.types t ON t.user_type_id = c.user_type_id \
         LEFT JOIN sys.types b ON b.user_type_id = t.system_type_id AND t.is_user_defined = 1 AND t.is_assembly_type = 0 \
         LEFT JOIN sys.extended_properties te ON te.class = 1 AND te.major_id = o.object_id AND te.minor_id = 0 \
         AND te.name = N'MS_Description' \
         LEFT JOIN sys.extended_properties ce ON ce.class = 1 AND ce.major_id = o.object_id AND ce.minor_id = c.column_id \
         AND ce.name = N'MS_Description' \
         WHERE {VISIBLE} AND {schema} AND {holds_readable} \
         ORDER BY s.name {BINARY}, o.name {BINARY}, c.column_id",
        table = may_be("o.name", "@P2"),
        schema = may_be("s.name", "@P1"),
        holds_readable = holds_readable(),
    )
}

/// The table that `name` means.
pub(crate) async fn table(session: &mut Session, name: &TableName, settings: &Settings) -> Result<Table> {
    let wanted = [Parameter::text(&name.schema), Parameter::text(&name.table)];
    let rows = session.query(&sql(), &wanted).await?;
    let mut names = Vec::with_capacity(rows.len());
    for row in &rows {
        let table = maybe::<&str>(row, "table_name")?;
        names.push((get::<&str>(row, "schema_name")?.to_owned(), table.map(str::to_owned)));
    }
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
    let comment = rows.first().map(|row| text(row, "table_comment")).transpose()?.flatten();
    let columns = columns(&rows, settings)?;
    if columns.is_empty() {
        return Err(Error::unsupported(format!("table {found} has no columns, which Athena cannot show"))
            .hint("a view over it may have one: SELECT 1 AS one FROM …"));
    }
    check_case(&found, &columns)?;
    Ok(Table { name: found, columns, comment })
}

fn columns(rows: &[&Row], settings: &Settings) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(remote_name) = text(row, "column_name")? else { continue };
        columns.push(Column {
            name: remote_name.to_lowercase(),
            remote_name,
            comment: text(row, "column_comment")?,
            announced: None,
            mapping: types::mapping(&remote_type(row)?, settings),
        });
    }
    Ok(columns)
}

pub(super) fn text(row: &Row, name: &'static str) -> Result<Option<String>> {
    Ok(maybe::<&str>(row, name)?.map(str::to_owned))
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

fn remote_type(row: &Row) -> Result<RemoteType> {
    let name = text(row, "type_name")?.ok_or_else(|| {
        Error::unsupported("a column has a type that the user may not see")
            .hint("GRANT VIEW DEFINITION ON TYPE … TO the catalog's user")
    })?;
    let digits = |name| -> Result<u8> { Ok(u8::try_from(maybe::<i32>(row, name)?.unwrap_or(0)).unwrap_or(u8::MAX)) };
    let page = maybe::<i32>(row, "code_page")?.and_then(|page| u32::try_from(page).ok());
    Ok(RemoteType {
        name: name.to_lowercase(),
        precision: digits("type_precision")?,
        scale: digits("type_scale")?,
        collation: text(row, "collation_name")?.zip(page),
        is_encrypted: get::<i32>(row, "is_encrypted")? != 0,
    })
}

#[cfg(test)]
mod tests {
    use crate::row::Cell;
    use arrow_schema::DataType;
    use connector_core::{ErrorKind, ReadAs};

    use super::*;

    /// A row as the statement above gives it.
    fn row(column: &'static str, type_name: &'static str, page: Option<i32>) -> Row {
        let text = |text: &str| Cell::Text(text.to_owned());
        Row::of(&[
            ("column_name", text(column)),
            ("column_comment", Cell::Null),
            ("type_name", text(type_name)),
            ("type_precision", Cell::Number(10)),
            ("type_scale", Cell::Number(2)),
            ("collation_name", page.map_or(Cell::Null, |_| text("Thai_CI_AS"))),
            ("code_page", page.map_or(Cell::Null, |page| Cell::Number(page.into()))),
            ("is_encrypted", Cell::Number(0)),
        ])
    }

    #[test]
    fn a_row_of_the_catalog_becomes_a_column() {
        let rows = [row("Price", "DECIMAL", None), row("Name", "varchar", Some(874))];
        let columns = columns(&rows.iter().collect::<Vec<_>>(), &Settings::default()).unwrap();
        let [price, name] = &columns[..] else { panic!("two columns") };
        assert_eq!((price.name.as_str(), price.remote_name.as_str()), ("price", "Price"));
        assert_eq!(price.mapping.data_type, DataType::Decimal128(10, 2));
        assert_eq!(name.mapping.bind_as, Some("varchar(8000) COLLATE Thai_CI_AS"));
        assert_eq!(name.mapping.read_as, ReadAs::Plain);
    }

    #[test]
    fn columns_that_differ_only_in_case_are_an_error() {
        let rows = [row("Id", "int", None), row("ID", "int", None)];
        let columns = columns(&rows.iter().collect::<Vec<_>>(), &Settings::default()).unwrap();
        let error = check_case(&TableName::new("s", "t"), &columns).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("\"Id\"") && error.to_string().contains("\"ID\""));
    }

    #[test]
    fn a_type_that_may_not_be_seen_is_named_as_such() {
        let blind = Row::of(&[("type_name", Cell::Null)]);
        assert_eq!(remote_type(&blind).unwrap_err().kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn hidden_columns_and_rights_on_columns_are_looked_at() {
        let sql = sql();
        assert!(sql.contains("c.is_hidden = 0") && sql.contains("c.name, N'COLUMN') = 1"));
        assert!(sql.contains("MS_Description") && sql.contains("is_user_defined = 1 AND t.is_assembly_type = 0"));
    }
}
