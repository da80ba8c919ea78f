//! The key along which a table is cut.

mod days;
mod partitions;

use arrow_schema::DataType;
use connector_core::split::MANY_VALUES;
use connector_core::{Column, Error, Key, Pushdown, ReadAs, Result, Table};

use super::ask;
use crate::session::{Row, Session};

pub(crate) use days::places;

/// The columns of a table's indexes that have an order, index by index: the best one first, by whether it is the primary key, unique,
/// never NULL; with how many values come before the next column of it is looked at, and with the bytes and the rows of the table. An
/// index of the beginnings of texts knows neither their ends nor their order. MariaDB compares `char` under some collations without the
/// blanks behind it, and puts it into partitions with them. Names are looked up as the server folds them, which is
/// fast, and then told apart byte by byte.
const SQL: &str = "SELECT s.INDEX_NAME, s.COLUMN_NAME, CAST(s.SEQ_IN_INDEX AS CHAR), IF(c.IS_NULLABLE = 'YES', '1', '0'), \
     CAST(s.CARDINALITY AS CHAR), CAST(t.DATA_LENGTH AS CHAR), CAST(t.TABLE_ROWS AS CHAR) \
     FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c ON CAST(c.TABLE_SCHEMA AS BINARY) = \
     CAST(s.TABLE_SCHEMA AS BINARY) AND CAST(c.TABLE_NAME AS BINARY) = CAST(s.TABLE_NAME AS BINARY) \
     AND c.COLUMN_NAME = s.COLUMN_NAME JOIN information_schema.TABLES t ON CAST(t.TABLE_SCHEMA AS BINARY) = \
     CAST(s.TABLE_SCHEMA AS BINARY) AND CAST(t.TABLE_NAME AS BINARY) = CAST(s.TABLE_NAME AS BINARY) \
     WHERE s.TABLE_SCHEMA = ? AND s.TABLE_NAME = ? AND c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? \
     AND t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? \
     AND CAST(s.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) AND CAST(s.TABLE_NAME AS BINARY) = CAST(? AS BINARY) \
     AND s.INDEX_TYPE = 'BTREE' AND s.SUB_PART IS NULL \
     AND NOT (c.DATA_TYPE = 'char' AND COALESCE(c.COLLATION_NAME, '') LIKE '%nopad%') \
     AND c.DATA_TYPE IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'date', 'datetime', 'timestamp', \
     'char', 'varchar', 'binary', 'varbinary') \
     ORDER BY s.INDEX_NAME = 'PRIMARY' DESC, s.NON_UNIQUE, s.INDEX_NAME, s.SEQ_IN_INDEX";

/// A column of an index, as [`SQL`] tells of it.
struct Indexed {
    index: Option<String>,
    column: Option<String>,
    place: u64,
    nullable: bool,
    values: u64,
    bytes: u64,
    rows: u64,
}

impl Indexed {
    fn of(row: Row) -> Result<Self> {
        let [index, column, place, nullable, values, bytes, rows] =
            <[Option<String>; 7]>::try_from(row).map_err(|_: Row| Error::internal("metadata has lost a column"))?;
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Ok(Self {
            index,
            column,
            place: number(place).unwrap_or(0),
            nullable: nullable.as_deref() != Some("0"),
            values: number(values).unwrap_or(MANY_VALUES),
            bytes: number(bytes).unwrap_or(0),
            rows: number(rows).unwrap_or(0),
        })
    }
}

/// The best key that the user may read.
pub(crate) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let (schema, name) = (table.name.schema.as_str(), table.name.table.as_str());
    let rows = ask(session, SQL, &[schema, name, schema, name, schema, name, schema, name]).await?;
    let indexed = rows.into_iter().map(Indexed::of).collect::<Result<Vec<_>>>()?;
    match best(&indexed, table) {
        Some(key) => Ok(Some(key)),
        None => partitions::key(session, table).await,
    }
}

/// The key of the best index, of whose columns those count that come before the first which is not compared in the index's order.
fn best(indexed: &[Indexed], table: &Table) -> Option<Key> {
    let mut keys: Vec<(&Indexed, Key)> = Vec::new();
    for index in indexed.chunk_by(|one, next| one.index == next.index) {
        let column = |of: &Indexed| table.columns.iter().find(|column| of.column.as_ref() == Some(&column.remote_name));
        let in_place = index.iter().zip(1..).take_while(|(of, place)| of.place == *place);
        let columns = in_place.map_while(|(of, _)| column(of).filter(|column| is_ordered(column)));
        let columns: Vec<String> = columns.map(|column| column.name.clone()).collect();
        if let Some(first) = index.first().filter(|_| !columns.is_empty()) {
            let (nullable, bytes, effort) = (first.nullable, first.bytes, first.rows);
            keys.push((first, Key { columns, nullable, bytes, effort, partitions: 1, histogram: Vec::new() }));
        }
    }
    // Of like ones the first.
    keys.into_iter().min_by_key(|(first, _)| first.values < MANY_VALUES).map(|(_, key)| key)
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
