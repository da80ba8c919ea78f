//! Why a value cannot be shown.

use std::borrow::Cow;

use arrow_schema::DataType;

use crate::{Error, ErrorKind};

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
    pub(super) fn at(&self, place: &str, data_type: &DataType, advice: &str) -> Error {
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
            .hint("the table may have changed since the query was planned: run it again"),
        }
    }
}

/// The types that a user of Athena knows.
fn athena(data_type: &DataType) -> String {
    match data_type {
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
