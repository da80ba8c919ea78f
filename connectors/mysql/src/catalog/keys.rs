//! The key along which a table is cut.

use arrow_schema::DataType;
use connector_core::{Column, Error, Key, Pushdown, ReadAs, Result, Table};

use super::ask;
use crate::session::{Row, Session};

/// First columns of a table's indexes that have an order, the best first: of more than a few values, as the tenant of a primary key
/// is not; primary key, unique, never NULL; with the bytes and the rows of the table. An index of the beginnings of texts knows
/// neither their ends nor their order. Names are looked up as the server folds them, which is fast, and then told apart byte by byte.
const SQL: &str = "SELECT s.COLUMN_NAME, IF(c.IS_NULLABLE = 'YES', '1', '0'), CAST(t.DATA_LENGTH AS CHAR), \
     CAST(t.TABLE_ROWS AS CHAR) \
     FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c ON CAST(c.TABLE_SCHEMA AS BINARY) = \
     CAST(s.TABLE_SCHEMA AS BINARY) AND CAST(c.TABLE_NAME AS BINARY) = CAST(s.TABLE_NAME AS BINARY) \
     AND c.COLUMN_NAME = s.COLUMN_NAME JOIN information_schema.TABLES t ON CAST(t.TABLE_SCHEMA AS BINARY) = \
     CAST(s.TABLE_SCHEMA AS BINARY) AND CAST(t.TABLE_NAME AS BINARY) = CAST(s.TABLE_NAME AS BINARY) \
     WHERE s.TABLE_SCHEMA = ? AND s.TABLE_NAME = ? AND c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? \
     AND t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? \
     AND CAST(s.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) AND CAST(s.TABLE_NAME AS BINARY) = CAST(? AS BINARY) \
     AND s.SEQ_IN_INDEX = 1 AND s.INDEX_TYPE = 'BTREE' AND s.SUB_PART IS NULL \
     AND c.DATA_TYPE IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'date', 'datetime', 'timestamp', \
     'char', 'varchar', 'binary', 'varbinary') \
     ORDER BY COALESCE(s.CARDINALITY, 64) < 64, s.INDEX_NAME = 'PRIMARY' DESC, s.NON_UNIQUE, c.IS_NULLABLE, s.COLUMN_NAME";

/// The best key that the user may read.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let (schema, name) = (table.name.schema.as_str(), table.name.table.as_str());
    let rows = ask(session, SQL, &[schema, name, schema, name, schema, name, schema, name]).await?;
    for row in rows {
        let [remote_name, nullable, bytes, rows] =
            <[Option<String>; 4]>::try_from(row).map_err(|_: Row| Error::internal("metadata has lost a column"))?;
        let is_it = |column: &&Column| remote_name.as_ref() == Some(&column.remote_name);
        let Some(column) = table.columns.iter().find(is_it).filter(|column| is_ordered(column)) else { continue };
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
        return Ok(Some(Key {
            column: column.name.clone(),
            nullable: nullable.as_deref() != Some("0"),
            bytes: number(bytes),
            effort: number(rows),
            histogram: Vec::new(),
        }));
    }
    Ok(None)
}

/// Whether the values of a column can be compared as they are, in the order of their index.
fn is_ordered(column: &Column) -> bool {
    let mapping = &column.mapping;
    let is_known = match mapping.data_type {
        DataType::Decimal128(..) | DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) | DataType::Binary => {
            true
        }
        // Longer ones are no key's.
        DataType::Utf8 => matches!(mapping.pushdown, Pushdown::Collated | Pushdown::CollatedOrder),
        _ => mapping.data_type.is_integer(),
    };
    is_known && matches!(mapping.read_as, ReadAs::Plain | ReadAs::Converted(_))
}
