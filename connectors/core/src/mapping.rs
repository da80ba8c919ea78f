//! How a column of a source becomes a column of Athena, and what may be asked about it there.

use arrow_schema::{DataType, Field};

/// A table as its source has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The name in the source's own spelling.
    pub name: crate::TableName,
    /// Its columns in the source's order.
    pub columns: Vec<Column>,
    /// The source's comment on the table.
    pub comment: Option<String>,
}

impl Table {
    /// The column Athena knows as `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column as its source has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name Athena knows: the source's, in lower case.
    pub name: String,
    /// The source's own spelling.
    pub remote_name: String,
    /// The source's comment on it.
    pub comment: Option<String>,
    /// The type that Athena is told, if it is not the one of the mapping (`crate::apart`).
    pub announced: Option<DataType>,
    /// How it is read and what may be pushed down.
    pub mapping: ColumnMapping,
}

impl Column {
    /// The column as an Arrow field; always nullable, as the protocol wants top-level fields.
    pub fn field(&self) -> Field {
        Field::new(&self.name, self.mapping.data_type.clone(), true)
    }
}

/// Type, reading and pushdown of a column, decided in one place: the engine's type table.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnMapping {
    /// The type on the wire.
    pub data_type: DataType,
    /// How the column is written in SQL, in the select list and in filters alike: a column is compared as what it is shown as.
    pub read_as: ReadAs,
    /// The source type that values compared with it are bound as, if it is not the one the dialect gives `data_type`; where both
    /// sides are made into something else to compare by code point, it is the dialect's after all.
    pub bind_as: Option<&'static str>,
    /// Which comparisons the source does as Athena would.
    pub pushdown: Pushdown,
}

/// How a column is written in SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// Its name.
    Plain,
    /// Its name, cast to this type of the source.
    Cast(&'static str),
    /// Its name, of a text that the source sends in the session's character set whatever its own is; compared cast to this type, which
    /// changes nothing but the set. A key is compared as it is, with values that the source brings into its set.
    Converted(&'static str),
    /// Its name, cast like that from its own type, which prints every value in one way only: equality with a value so printed
    /// ([`crate::Dialect::prints`]) is asked of the column itself, so that an index serves.
    Printed { own: &'static str, cast: &'static str },
    /// Its name; the reader prints every value of its own type in one way only, and equality is asked like that of `Printed`.
    Decoded { own: &'static str },
    /// This function of the source, of its name.
    Call(&'static str),
    /// Its name, in between what takes off the blanks that fill a `char(n)` up. They are no part of its value, in any engine:
    /// none compares them, while Athena's varchar would, so that `c = 'ab'` would find nothing. Equality beside one by code
    /// point may still be asked of the column itself, so that an index serves.
    Unpadded { open: &'static str, close: &'static str },
}

/// Which comparisons of a column the source does exactly as Athena would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushdown {
    /// Equality and order.
    Full,
    /// Equality and order, but only when both sides are compared under the dialect's binary collation.
    Collated,
    /// Equality as it is; order only under the dialect's binary collation. For text whose collation is deterministic.
    CollatedOrder,
    /// The source is finer than Athena's millisecond: a value means its whole millisecond, so bounds are widened to the
    /// covering interval (design decision D4), which is exact.
    Millis,
    /// A floating-point column: the source disagrees about NaN, so a filter is pushed as a superset and kept.
    Superset,
    /// Nothing but IS NULL and IS NOT NULL.
    NullsOnly,
    /// Nothing at all: the source runs no SQL.
    Nothing,
}
