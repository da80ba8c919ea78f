//! Why a value cannot be shown.

use std::borrow::Cow;
use std::fmt::Display;

use arrow_schema::DataType;

use crate::{Column, Error, ErrorKind};

/// Why a value cannot be shown: its class, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The value does not fit its column's type; the text says what kind of value it is.
    Value(Cow<'static, str>),
    /// It is larger than this many bytes, beyond which none is read.
    Cell(usize),
    /// More than Arrow's offsets can address.
    TooLarge,
    /// The bytes are not what the protocol says.
    Malformed,
    /// It is of another type than the column was described with.
    OtherType,
}

impl Fault {
    /// A value of this class does not fit its column's type.
    pub const fn value(class: &'static str) -> Self {
        Self::Value(Cow::Borrowed(class))
    }

    /// The error about a value at `place`; `advice` is what can be done about one that does not fit.
    pub(crate) fn at(&self, place: &str, data_type: &DataType, advice: &str) -> Error {
        match self {
            Self::Value(class) => {
                Error::corrupt(format!("{place}: {class} does not fit {}", athena(data_type))).hint(advice)
            }
            Self::Cell(limit) => {
                Error::new(ErrorKind::TooLarge, format!("{place}: a value is larger than the limit of {limit} bytes"))
                    .hint("leave the column out of the query, or raise the largest value that is read")
            }
            Self::TooLarge => Error::new(ErrorKind::TooLarge, format!("{place}: more than 2 GiB in one batch")),
            Self::Malformed => Error::corrupt(format!("{place}: the bytes are not those of its type")),
            Self::OtherType => Error::new(
                ErrorKind::Conflict,
                format!("{place}: the server sends another type than {}, as it was described", athena(data_type)),
            )
            .hint(CHANGED),
        }
    }
}

const CHANGED: &str = "the table may have changed since the query was planned: run it again";

/// The error about a column that comes as another type than it was described with, before a row is read.
pub fn changed(column: &Column, sent: impl Display) -> Error {
    let described = athena(&column.mapping.data_type);
    let told = format!("column {:?} was described as {described}, but the server sends {sent}", column.name);
    Error::new(ErrorKind::Conflict, told).hint(CHANGED)
}

/// The types that a user of Athena knows.
fn athena(data_type: &DataType) -> String {
    match data_type {
        DataType::Int8 => "tinyint".into(),
        DataType::Int16 => "smallint".into(),
        DataType::Int32 => "integer".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Float32 => "real".into(),
        DataType::Float64 => "double".into(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Date32 => "date".into(),
        DataType::Date64 => "timestamp(3)".into(),
        DataType::Timestamp(..) => "timestamp(3) with time zone".into(),
        DataType::Utf8 => "varchar".into(),
        DataType::Binary => "varbinary".into(),
        DataType::List(field) => format!("array({})", athena(field.data_type())),
        other => other.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ColumnMapping, Pushdown, ReadAs};

    #[test]
    fn types_are_named_as_athena_does() {
        let nested = DataType::new_list(DataType::Int64, true);
        for (data_type, name) in [
            (DataType::Boolean, "boolean"),
            (DataType::Int32, "integer"),
            (DataType::Float32, "real"),
            (DataType::Decimal128(38, 10), "decimal(38,10)"),
            (nested, "array(bigint)"),
        ] {
            let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
            let column = Column { name: "c".into(), remote_name: "C".into(), comment: None, announced: None, mapping };
            let error = changed(&column, "a date");
            assert_eq!(error.kind(), ErrorKind::Conflict);
            let told = format!("column \"c\" was described as {name}, but the server sends a date");
            assert_eq!(error.to_string(), told);
        }
    }
}
