//! What a pass-through query gives: the server describes its first result, and nothing is run.
//!
//! It is described twice: as it stands for its labels, and where it will be read, in FROM, for the types that it has there and
//! for what the server does not take there (WITH, and ORDER BY without TOP).

use connector_core::passthrough::names;
use connector_core::{Column, Error, Query, Result, Settings, sql};

use super::columns::text;
use crate::bind::Parameter;
use crate::dialect::TransactSql;
use crate::row::{Row, get, maybe};
use crate::session::Session;
use crate::types::{self, RemoteType};

const DESCRIBE: &str = "EXEC sys.sp_describe_first_result_set @tsql = @P1";

/// The columns of `query`.
pub(crate) async fn query(session: &mut Session, query: &Query, settings: &Settings) -> Result<Vec<Column>> {
    let told = described(session, query.text()).await?;
    let labels = told.iter().map(|row| text(row, "name")).collect::<Result<Vec<_>>>()?;
    if labels.is_empty() {
        return Err(Error::unsupported("the query has no columns, which Athena cannot show").hint("select a constant"));
    }
    let told = described(session, &sql::around(query, labels.len(), &TransactSql)).await.map_err(|error| {
        error.without_hint().hint(
            "the query is run inside another one, where SQL Server takes no WITH, and ORDER BY only beside TOP or OFFSET: write \
             it without them, or make it a view",
        )
    })?;
    if told.len() != labels.len() {
        return Err(Error::internal("the query has another number of columns where it is read"));
    }
    let labels: Vec<Option<&str>> = labels.iter().map(Option::as_deref).collect();
    let columns = told.iter().zip(names(&labels)).enumerate().map(|(index, (row, name))| {
        let mapping = types::mapping(&remote_type(row)?, settings);
        Ok(Column { name, remote_name: sql::numbered(index), comment: None, announced: None, mapping })
    });
    columns.collect()
}

/// The columns of a statement, those left out that the server adds for itself.
async fn described(session: &mut Session, sql: &str) -> Result<Vec<Row>> {
    let mut rows = session.query(DESCRIBE, &[Parameter::text(sql)]).await?;
    let mut failure = None;
    rows.retain(|row| match maybe::<bool>(row, "is_hidden") {
        Ok(hidden) => hidden != Some(true),
        Err(error) => {
            failure = Some(error);
            false
        }
    });
    failure.map_or(Ok(rows), Err)
}

/// A type in the words of the server's own catalog; what an alias stands for is told already. Of a text in a code page it is not
/// told which one, so the server converts it.
fn remote_type(row: &Row) -> Result<RemoteType> {
    let name = match text(row, "system_type_name")? {
        Some(name) => name.split('(').next().unwrap_or_default().trim().to_lowercase(),
        // A type of the CLR.
        None => text(row, "user_type_name")?.unwrap_or_default().to_lowercase(),
    };
    Ok(RemoteType {
        name,
        precision: get(row, "precision")?,
        scale: get(row, "scale")?,
        collation: None,
        is_encrypted: false,
    })
}

#[cfg(test)]
mod tests {
    use crate::row::Cell;
    use arrow_schema::DataType;
    use connector_core::ReadAs;

    use super::*;

    fn row(system: Option<&'static str>, user: Option<&'static str>) -> Row {
        let text = |text: Option<&str>| text.map_or(Cell::Null, |text| Cell::Text(text.to_owned()));
        Row::of(&[
            ("system_type_name", text(system)),
            ("user_type_name", text(user)),
            ("precision", Cell::Number(10)),
            ("scale", Cell::Number(2)),
        ])
    }

    fn mapped(system: Option<&'static str>, user: Option<&'static str>) -> (DataType, ReadAs) {
        let mapping = types::mapping(&remote_type(&row(system, user)).unwrap(), &Settings::default());
        (mapping.data_type, mapping.read_as)
    }

    #[test]
    fn a_type_is_that_of_a_column_declared_so() {
        assert_eq!(mapped(Some("decimal(10,2)"), None), (DataType::Decimal128(10, 2), ReadAs::Plain));
        assert_eq!(mapped(Some("INT"), None), (DataType::Int32, ReadAs::Plain));
        assert_eq!(mapped(Some("nvarchar(50)"), None), (DataType::Utf8, ReadAs::Plain));
        assert_eq!(mapped(Some("varchar(max)"), None), (DataType::Utf8, ReadAs::Cast("nvarchar(max)")));
        assert_eq!(mapped(None, Some("hierarchyid")), (DataType::Utf8, ReadAs::Cast("nvarchar(4000)")));
    }
}
