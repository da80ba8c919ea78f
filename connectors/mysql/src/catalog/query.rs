//! What a pass-through query gives: the server prepares it and describes it, and nothing is run.
//!
//! It is prepared twice: as it stands for its labels, and where it will be read, in WITH, for the types that it has there.

use connector_core::passthrough::names;
use connector_core::{Column, Error, Query, Result, sql};

use crate::decode::kind;
use crate::dialect::MySql;
use crate::packet::Told;
use crate::session::Session;
use crate::types::{self, Context, RemoteType};

/// The columns of `query`.
pub(crate) async fn query(session: &mut Session, query: &Query, context: Context<'_>) -> Result<Vec<Column>> {
    let labels = session.describe(query.text()).await?;
    if labels.is_empty() {
        return Err(Error::unsupported("the query has no columns, which Athena cannot show").hint("select a constant"));
    }
    let told = session.describe(&sql::around(query, labels.len(), &MySql)).await?;
    if told.len() != labels.len() {
        return Err(Error::internal("the query has another number of columns where it is read"));
    }
    let labels: Vec<_> = labels.iter().map(|told| Some(told.label.as_str())).collect();
    let columns = told.iter().zip(names(&labels)).enumerate().map(|(index, (told, name))| {
        let (mapping, announced) = types::mapped(&remote_type(told), context);
        Column { name, remote_name: sql::numbered(index), comment: None, announced, mapping }
    });
    Ok(columns.collect())
}

/// A type in the words of the server's own catalog. Of a text it is not told how it compares, so nothing is asked about it there.
fn remote_type(told: &Told) -> RemoteType {
    let of = |name: &str| RemoteType { name: name.into(), declared: name.into(), ..RemoteType::default() };
    let number = |name: &str| {
        let sign = if told.column.unsigned { " unsigned" } else { "" };
        RemoteType { declared: format!("{name}{sign}"), ..of(name) }
    };
    match told.column.kind {
        kind::TINY if told.length == 1 && !told.column.unsigned => {
            RemoteType { declared: "tinyint(1)".into(), ..of("tinyint") }
        }
        kind::TINY => number("tinyint"),
        kind::SHORT => number("smallint"),
        kind::INT24 => number("mediumint"),
        kind::LONG => number("int"),
        kind::LONGLONG => number("bigint"),
        kind::BIT => RemoteType { precision: Some(told.length.into()), ..of("bit") },
        kind::NEWDECIMAL => decimal(told, of("decimal")),
        kind::FLOAT => of("float"),
        kind::DOUBLE => of("double"),
        kind::YEAR => of("year"),
        kind::DATE => of("date"),
        kind::DATETIME => of("datetime"),
        kind::TIMESTAMP => of("timestamp"),
        kind::JSON => of("json"),
        kind::GEOMETRY => of("geometry"),
        kind::VECTOR => of("vector"),
        kind::VARCHAR | kind::ENUM..=kind::STRING if told.column.binary => of("blob"),
        kind::VARCHAR | kind::ENUM..=kind::STRING => of("text"),
        // NULL and times.
        _ => of(""),
    }
}

/// A length counts the point and, of a signed number, the sign.
fn decimal(told: &Told, of: RemoteType) -> RemoteType {
    let around = u32::from(told.decimals > 0) + u32::from(!told.column.unsigned);
    let precision = u64::from(told.length.saturating_sub(around));
    RemoteType { precision: Some(precision.max(1)), scale: Some(told.decimals.into()), ..of }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;
    use connector_core::{ColumnMapping, Pushdown, ReadAs, Settings};

    use super::*;
    use crate::options::Shown;
    use crate::packet::Described;

    fn mapped(kind: u8, length: u32, decimals: u8, unsigned: bool) -> ColumnMapping {
        let column = Described { kind, unsigned, binary: false };
        let told = Told { label: "a".into(), column, length, decimals };
        let shown = Shown { tiny_is_bit: true, zero_is_null: false };
        let settings = Settings::default();
        types::mapped(&remote_type(&told), Context { settings: &settings, shown, largest_value: 1 << 24 }).0
    }

    #[test]
    fn a_type_is_that_of_a_column_declared_so() {
        for (kind, length, decimals, unsigned, expected) in [
            (kind::TINY, 1, 0, false, DataType::Boolean),
            (kind::TINY, 4, 0, false, DataType::Int8),
            (kind::TINY, 3, 0, true, DataType::Int16),
            (kind::LONG, 10, 0, true, DataType::Int64),
            (kind::LONGLONG, 20, 0, true, DataType::Decimal128(20, 0)),
            (kind::BIT, 8, 0, true, DataType::Int64),
            (kind::NEWDECIMAL, 12, 2, false, DataType::Decimal128(10, 2)),
            (kind::NEWDECIMAL, 11, 2, true, DataType::Decimal128(10, 2)),
            (kind::NEWDECIMAL, 11, 0, false, DataType::Decimal128(10, 0)),
            (kind::NEWDECIMAL, 67, 30, false, DataType::Utf8),
            (kind::NULL, 0, 0, false, DataType::Utf8),
        ] {
            assert_eq!(mapped(kind, length, decimals, unsigned).data_type, expected, "{kind} {length}");
        }
    }

    #[test]
    fn a_text_is_read_as_it_is_and_not_compared_at_the_source() {
        for kind in [kind::VAR_STRING, kind::ENUM, kind::BLOB] {
            let text = mapped(kind, 40, 0, false);
            assert_eq!((text.read_as, text.pushdown), (ReadAs::Plain, Pushdown::NullsOnly), "{kind}");
        }
    }
}
