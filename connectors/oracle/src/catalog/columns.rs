//! One table with its columns.

use std::collections::BTreeMap;

use connector_core::{Column, Error, Result, Settings, Table, TableName, resolve};

use super::{charset, may_be, maybe, relations, text};
use crate::bind::Parameter;
use crate::session::{Row, Session};
use crate::types::{self, Charset, RemoteType};

/// The tables that the name may mean, each with the object whose columns it has and the comment on it.
fn tables_sql(relations: &str) -> String {
    format!(
        "SELECT r.name, r.of_schema, r.of_name, c.comments FROM {relations} \
         CROSS JOIN (SELECT :v1 AS schema_name, :v2 AS name FROM dual) w \
         LEFT JOIN all_tab_comments c ON c.owner = r.of_schema AND c.table_name = r.of_name \
         WHERE r.schema_name = w.schema_name AND {same} ORDER BY r.name",
        same = may_be("r.name", "w.name")
    )
}

/// The columns of an object. Hidden ones are left out, as the server's own star does; columns have collations since 12.2.
pub(super) fn sql(has_collations: bool) -> String {
    let collation = if has_collations { "c.collation" } else { "NULL" };
    format!(
        "SELECT c.column_name, d.comments, c.data_type, c.data_type_owner, c.data_precision, c.data_scale, \
         c.character_set_name, {collation} FROM all_tab_cols c \
         LEFT JOIN all_col_comments d ON d.owner = c.owner AND d.table_name = c.table_name AND d.column_name = c.column_name \
         WHERE c.owner = :v1 AND c.table_name = :v2 AND c.hidden_column = 'NO' ORDER BY c.column_id"
    )
}

/// The table that `name` means.
pub(crate) async fn table(session: &mut Session, name: &TableName, settings: &Settings) -> Result<Table> {
    let schema = super::schema(session, &name.schema, settings.casing).await?;
    let wanted = vec![Parameter::text(Some(&schema)), Parameter::text(Some(&name.table))];
    let rows = session.query(tables_sql(&relations(session)), wanted).await?;
    let names = rows.iter().map(|row| text(row, 0)).collect::<Result<Vec<_>>>()?;
    let table = resolve("table", &name.table, &names, settings.casing)
        .map_err(|error| error.context(format!("searching schema {schema:?}")))?;
    let found = TableName::new(schema, table);
    let (of, comment) = match rows.iter().zip(&names).find(|(_, name)| **name == found.table) {
        Some((row, _)) => ([text(row, 1)?, text(row, 2)?], maybe(row, 3)),
        None => return Err(Error::internal("a table that was found is gone")),
    };
    let charset = charset(session).await?;
    let of = of.iter().map(|name| Parameter::text(Some(name))).collect();
    let rows = session.query(sql(session.is_at_least(12, 2)), of).await?;
    let columns = rows.iter().map(|row| column(row, charset, settings)).collect::<Result<Vec<_>>>()?;
    if columns.is_empty() {
        return Err(Error::unsupported(format!("table {found} has no columns, which Athena cannot show"))
            .hint("a view over it may have one: SELECT 1 AS one FROM …"));
    }
    check_case(&found, &columns)?;
    Ok(Table { name: found, columns, comment })
}

fn column(row: &Row, charset: Charset, settings: &Settings) -> Result<Column> {
    let remote_name = text(row, 0)?;
    let mapping = types::mapping(&remote_type(row)?, charset, settings);
    Ok(Column { name: remote_name.to_lowercase(), remote_name, comment: maybe(row, 1), announced: None, mapping })
}

fn remote_type(row: &Row) -> Result<RemoteType> {
    let name = without_precisions(&text(row, 2)?);
    let owner = maybe(row, 3);
    // XML alone belongs to somebody, in some versions to everybody.
    let is_built_in = owner.is_none_or(|owner| name == "XMLTYPE" && ["SYS", "PUBLIC"].contains(&owner.as_str()));
    let digits = |column| maybe(row, column).and_then(|text| text.parse().ok());
    let by_bytes = |collation: &str| ["USING_NLS_COMP", "BINARY"].contains(&collation);
    Ok(RemoteType {
        is_built_in,
        precision: digits(4),
        scale: digits(5),
        is_national: maybe(row, 6).is_some_and(|charset| charset == "NCHAR_CS"),
        has_collation: maybe(row, 7).is_some_and(|collation| !by_bytes(&collation)),
        name,
    })
}

/// `TIMESTAMP(6) WITH TIME ZONE` without what stands in parentheses.
pub(super) fn without_precisions(name: &str) -> String {
    let mut depth = 0;
    let mut outside = |character: char| {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => return depth == 0,
        };
        false
    };
    name.chars().filter(|character| outside(*character)).collect()
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

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;
    use connector_core::{ErrorKind, Pushdown, ReadAs};

    use super::*;

    /// A row as the statement above gives it.
    fn row(cells: [&str; 8]) -> Row {
        cells.iter().map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned())).collect()
    }

    fn described(cells: [&str; 8]) -> Column {
        column(&row(cells), Charset::Utf8, &Settings::default()).unwrap()
    }

    #[test]
    fn a_row_of_the_catalog_becomes_a_column() {
        let price = described(["PRICE", "net", "NUMBER", "", "10", "2", "", ""]);
        assert_eq!((price.name.as_str(), price.remote_name.as_str()), ("price", "PRICE"));
        assert_eq!((price.comment.as_deref(), price.mapping.data_type), (Some("net"), DataType::Decimal128(10, 2)));
        let name = described(["Name", "", "VARCHAR2", "", "", "", "CHAR_CS", "USING_NLS_COMP"]);
        assert_eq!(name.mapping.pushdown, Pushdown::Full);
        let folded = described(["F", "", "VARCHAR2", "", "", "", "CHAR_CS", "BINARY_CI"]);
        assert_eq!(folded.mapping.pushdown, Pushdown::NullsOnly);
        let national = described(["N", "", "NVARCHAR2", "", "", "", "NCHAR_CS", "BINARY"]);
        assert_eq!(national.mapping.pushdown, Pushdown::CollatedOrder);
        let zoned = described(["Z", "", "TIMESTAMP(6) WITH LOCAL TIME ZONE", "", "", "6", "", ""]);
        assert_eq!(zoned.mapping.read_as, ReadAs::Call("SYS_EXTRACT_UTC"));
        let negative = described(["N", "", "NUMBER", "", "5", "-2", "", ""]);
        assert_eq!(negative.mapping.data_type, DataType::Int64);
    }

    /// A row as the server describes a column that is declared so.
    fn declared(declaration: &str) -> Column {
        let (own, collation) = declaration.split_once(" COLLATE ").unwrap_or((declaration, ""));
        let inside = own.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| inside);
        let (precision, scale) = inside.map_or(("", ""), |inside| inside.split_once(',').unwrap_or((inside, "0")));
        let charset = if own.starts_with('N') { "NCHAR_CS" } else { "CHAR_CS" };
        match without_precisions(own).as_str() {
            "NUMBER" => described(["V", "", "NUMBER", "", precision.trim_matches('*'), scale, "", ""]),
            "INTEGER" => described(["V", "", "NUMBER", "", "", "0", "", ""]),
            "FLOAT" | "REAL" | "DOUBLE PRECISION" => described(["V", "", "FLOAT", "", "126", "", "", ""]),
            _ => described(["V", "", own, "", "", "", charset, collation]),
        }
    }

    #[test]
    fn what_the_live_tests_and_the_readme_say_of_a_type_is_what_it_is_mapped_to() {
        for tried in crate::ends::all() {
            let mapping = declared(tried.name).mapping;
            assert!(tried.is_shown_as(&mapping.data_type), "{}: {}", tried.name, mapping.data_type);
            let stays_above = matches!(mapping.pushdown, Pushdown::Nothing | Pushdown::NullsOnly | Pushdown::Collated);
            assert_eq!(tried.remark.contains("filtered above"), stays_above, "{}: {}", tried.name, tried.remark);
        }
    }

    #[test]
    fn a_type_of_somebodys_is_not_the_servers_of_that_name() {
        for (name, owner, is_read) in
            [("XMLTYPE", "SYS", true), ("XMLTYPE", "PUBLIC", true), ("XMLTYPE", "HR", false), ("NUMBER", "HR", false)]
        {
            let mapping = described(["C", "", name, owner, "", "", "", ""]).mapping;
            assert_eq!(mapping.bind_as.is_none(), is_read, "{owner}.{name}");
        }
    }

    #[test]
    fn precisions_are_no_part_of_a_types_name() {
        for (own, name) in [
            ("TIMESTAMP(9)", "TIMESTAMP"),
            ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
            ("INTERVAL DAY(2) TO SECOND(6)", "INTERVAL DAY TO SECOND"),
            ("INTERVAL YEAR(2) TO MONTH", "INTERVAL YEAR TO MONTH"),
            ("LONG RAW", "LONG RAW"),
        ] {
            assert_eq!(without_precisions(own), name);
        }
    }

    #[test]
    fn columns_that_differ_only_in_case_are_an_error() {
        let column = |name| described([name, "", "DATE", "", "", "", "", ""]);
        let error = check_case(&TableName::new("S", "T"), &[column("Id"), column("ID")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("\"Id\"") && error.to_string().contains("\"ID\""));
    }

    #[test]
    fn defect_26_a_table_without_columns_is_an_error_and_a_missing_one_is_not_found() {
        let missing = resolve("table", "nope", &[], connector_core::Casing::Search).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        assert!(sql(true).contains("c.collation") && !sql(false).contains("c.collation"));
        assert!(tables_sql("r").contains("all_tab_comments"));
    }
}
