//! The driver's cells: taken out of their rows, so that large values are moved and not copied. Not here: what they mean.

use oracledb::{DbType, FromDbValue, JsonValue, OracleNumber, OracleTimestamp, Row};

use super::Fault;

/// A cell as the driver hands it over.
pub(super) enum Cell {
    Boolean(bool),
    Number(OracleNumber),
    Double(f64),
    Float(f32),
    Time(OracleTimestamp),
    Text(String),
    Bytes(Vec<u8>),
    Json(JsonValue),
}

/// Takes a cell out of a row; nothing is NULL.
pub(super) type Take = fn(&mut Row, usize) -> Result<Option<Cell>, Fault>;

/// How cells of a column that comes as `wire` are taken; nothing for a type that is not read. Those in a zone are not: the
/// driver keeps no zone, so that the server makes them UTC.
pub(super) fn take(wire: &DbType) -> Option<Take> {
    let is = |types: &[&DbType]| types.contains(&wire);
    Some(match wire {
        _ if is(&[oracledb::DB_TYPE_NUMBER]) => |row, column| taken(row, column, Cell::Number),
        _ if is(&[oracledb::DB_TYPE_BINARY_DOUBLE]) => |row, column| taken(row, column, Cell::Double),
        _ if is(&[oracledb::DB_TYPE_BINARY_FLOAT]) => |row, column| taken(row, column, Cell::Float),
        _ if is(&[oracledb::DB_TYPE_BOOLEAN]) => |row, column| taken(row, column, Cell::Boolean),
        _ if is(&TIMES) => |row, column| taken(row, column, Cell::Time),
        _ if is(&TEXTS) || is(&PADDED) => |row, column| taken(row, column, Cell::Text),
        _ if is(&BYTES) => |row, column| taken(row, column, Cell::Bytes),
        _ if is(&[oracledb::DB_TYPE_JSON]) => |row, column| taken(row, column, Cell::Json),
        _ => return None,
    })
}

fn taken<V>(row: &mut Row, column: usize, as_cell: fn(V) -> Cell) -> Result<Option<Cell>, Fault>
where
    V: for<'r> FromDbValue<'r>,
{
    row.take::<Option<V>>(column).map(|value| value.map(as_cell)).map_err(|_| Fault::OtherType)
}

/// Types of times without a zone.
pub(super) const TIMES: [&DbType; 2] = [oracledb::DB_TYPE_DATE, oracledb::DB_TYPE_TIMESTAMP];

/// Types of texts that the server fills up with blanks.
pub(super) const PADDED: [&DbType; 2] = [oracledb::DB_TYPE_CHAR, oracledb::DB_TYPE_NCHAR];

/// Other types whose values the driver hands over as texts; large ones because it was not asked for their locators.
pub(super) const TEXTS: [&DbType; 6] = [
    oracledb::DB_TYPE_VARCHAR,
    oracledb::DB_TYPE_NVARCHAR,
    oracledb::DB_TYPE_CLOB,
    oracledb::DB_TYPE_NCLOB,
    oracledb::DB_TYPE_LONG,
    oracledb::DB_TYPE_LONG_NVARCHAR,
];

/// Types of bytes.
pub(super) const BYTES: [&DbType; 3] = [oracledb::DB_TYPE_RAW, oracledb::DB_TYPE_LONG_RAW, oracledb::DB_TYPE_BLOB];
