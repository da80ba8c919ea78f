//! What a pass-through query gives: the server parses it and describes it, and nothing is run.
//!
//! It is parsed twice: as it stands for its labels, and where it will be read, in WITH, for the types that it has there. The
//! server would run a statement that defines something as soon as it parses it; a text that was checked begins as none, and the
//! driver parses only what begins as a query.

use connector_core::passthrough::names;
use connector_core::{Column, Error, Query, Result, Settings, sql};

use super::charset;
use super::columns::without_precisions;
use crate::dialect::OracleSql;
use crate::session::{Session, Told};
use crate::types::{self, RemoteType};

/// The columns of `query`.
pub(crate) async fn query(session: &mut Session, query: &Query, settings: &Settings) -> Result<Vec<Column>> {
    let labels = session.describe(query.text().to_owned()).await?;
    let told = session.describe(sql::around(query, labels.len(), &OracleSql)).await?;
    if told.len() != labels.len() || told.is_empty() {
        return Err(Error::internal("the query has another number of columns where it is read"));
    }
    let charset = charset(session).await?;
    let labels: Vec<_> = labels.iter().map(|told| Some(told.label.as_str())).collect();
    let columns = told.iter().zip(names(&labels)).enumerate().map(|(index, (told, name))| Column {
        name,
        remote_name: sql::numbered(index),
        comment: None,
        announced: None,
        mapping: types::mapping(&remote_type(told), charset, settings),
    });
    Ok(columns.collect())
}

/// A type in the words of the server's own catalog. Of a text it is not told how it compares, so it is taken to have rules of its
/// own.
fn remote_type(told: &Told) -> RemoteType {
    /// The scale of a number that has any.
    const ANY: i16 = -127;
    let name = without_precisions(&told.type_name);
    let (precision, scale) = match (told.precision, told.scale) {
        (0, 0 | ANY) => (None, None),
        (precision, ANY) => (Some(precision), None),
        (precision, scale) => (Some(precision).filter(|digits| *digits > 0), Some(scale)),
    };
    // A FLOAT is a number whose digits are counted in base 2.
    let is_float = name == "NUMBER" && precision.is_some() && told.scale == ANY;
    RemoteType {
        is_built_in: name != "OBJECT",
        is_national: name.starts_with('N') && name != "NUMBER",
        has_collation: true,
        name: if is_float { "FLOAT".into() } else { name },
        precision,
        scale,
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;
    use crate::types::Charset;

    fn mapped(type_name: &str, precision: i16, scale: i16) -> DataType {
        let told = Told { label: "A".into(), type_name: type_name.into(), precision, scale };
        types::mapping(&remote_type(&told), Charset::Utf8, &Settings::default()).data_type
    }

    #[test]
    fn a_type_is_that_of_a_column_declared_so() {
        assert_eq!(mapped("NUMBER(10,2)", 10, 2), DataType::Decimal128(10, 2));
        assert_eq!(mapped("NUMBER", 0, -127), DataType::Utf8);
        assert_eq!(mapped("NUMBER", 0, 0), DataType::Utf8);
        assert_eq!(mapped("NUMBER(63,-127)", 63, -127), DataType::Float64);
        assert_eq!(mapped("VARCHAR2(10)", 0, 0), DataType::Utf8);
        assert_eq!(mapped("TIMESTAMP(6) WITH TIME ZONE", 0, 6), DataType::Date64);
        assert_eq!(mapped("INTERVAL DAY(2) TO SECOND(6)", 2, 6), DataType::Utf8);
    }
}
