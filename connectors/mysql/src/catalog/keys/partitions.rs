//! A table in partitions that has no index to be cut along: it is cut where its partitions begin.
//!
//! It is read through its own name all the same, by the values that the partitions hold, and the server leaves out those that hold
//! none of a slice's: so rows that come into other partitions, or into ones that are made meanwhile, are in one slice too.

use arrow_schema::DataType;
use connector_core::split::{Begun, Step, by_partitions, in_order, known_value};
use connector_core::{Column, Error, Key, Result, Table, Value};

use super::is_ordered;
use crate::calendar::{DAY, days};
use crate::catalog::ask;
use crate::session::{Row, Session};

/// Partitions and subpartitions by ranges or lists: their numbers, by which of both, by what, up to or of which values, with the bytes and
/// the rows of each. A hash has no order. Names are looked up as the server folds them, which is fast, and then told apart byte by
/// byte. The server is not asked to put them in order, for which it may not have the memory.
const SQL: &str = "SELECT CAST(p.PARTITION_ORDINAL_POSITION AS CHAR), p.PARTITION_METHOD, p.PARTITION_EXPRESSION, p.PARTITION_DESCRIPTION, \
     CAST(p.DATA_LENGTH AS CHAR), CAST(p.TABLE_ROWS AS CHAR) FROM information_schema.PARTITIONS p \
     WHERE p.TABLE_SCHEMA = ? AND p.TABLE_NAME = ? \
     AND CAST(p.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) AND CAST(p.TABLE_NAME AS BINARY) = CAST(? AS BINARY) \
     AND p.PARTITION_METHOD IN ('RANGE', 'RANGE COLUMNS', 'LIST', 'LIST COLUMNS')";

/// A partition, as [`SQL`] tells of it.
struct Partition {
    number: u64,
    is_range: bool,
    by: String,
    values: String,
    bytes: u64,
    rows: u64,
}

impl Partition {
    fn of(row: Row) -> Result<Self> {
        let [number, method, by, values, bytes, rows] =
            <[Option<String>; 6]>::try_from(row).map_err(|_: Row| Error::internal("metadata has lost a column"))?;
        let count = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Self {
            number: count(number),
            is_range: method.is_some_and(|method| method.starts_with("RANGE")),
            by: by.unwrap_or_default(),
            values: values.unwrap_or_default(),
            bytes: count(bytes),
            rows: count(rows),
        })
    }
}

/// The key of a table by its partitions, if it has such.
pub(super) async fn key(session: &mut Session, table: &Table) -> Result<Option<Key>> {
    let (schema, name) = (table.name.schema.as_str(), table.name.table.as_str());
    let rows = ask(session, SQL, &[schema, name, schema, name]).await?;
    let parts = rows.into_iter().map(Partition::of).collect::<Result<Vec<_>>>()?;
    Ok(parted(&in_order_and_whole(parts), table))
}

/// Partitions in their order, each with all of its subpartitions.
fn in_order_and_whole(mut parts: Vec<Partition>) -> Vec<Partition> {
    parts.sort_by_key(|part| part.number);
    let mut partitions: Vec<Partition> = Vec::with_capacity(parts.len());
    for part in parts {
        match partitions.last_mut().filter(|partition| partition.number == part.number) {
            Some(partition) => {
                partition.bytes = partition.bytes.saturating_add(part.bytes);
                partition.rows = partition.rows.saturating_add(part.rows);
            }
            None => partitions.push(part),
        }
    }
    partitions
}

fn parted(partitions: &[Partition], table: &Table) -> Option<Key> {
    let first = partitions.first()?;
    let by = By::of(&first.by).filter(|by| by.is_all || first.is_range)?;
    let column = table.columns.iter().find(|column| column.remote_name == by.column);
    let column = column.filter(|column| is_ordered(column))?;
    let steps = if first.is_range { ranges } else { lists };
    let histogram = steps(partitions, &by, column).filter(|steps| !steps.is_empty())?;
    let columns = vec![column.name.clone()];
    let (bytes, effort) = (sum(partitions, |partition| partition.bytes), sum(partitions, |partition| partition.rows));
    Some(Key { columns, nullable: true, bytes, effort, partitions: 1, histogram })
}

fn sum<T>(of: &[T], count: fn(&T) -> u64) -> u64 {
    of.iter().map(count).fold(0, u64::saturating_add)
}

/// A step for each partition but the first, where the one before it ends.
fn ranges(partitions: &[Partition], by: &By, column: &Column) -> Option<Vec<Step>> {
    let (first, others) = partitions.split_first()?;
    let begun = partitions.iter().zip(others).zip(1..).map(|((before, of), part)| {
        let value = by.value(column, before.values.split(',').next()?)?;
        Some(Begun { value, bytes: of.bytes, part })
    });
    let begun = begun.collect::<Option<Vec<_>>>()?;
    Some(by_partitions(first.bytes, values(&begun), &begun))
}

/// A step for each partition that lists values.
fn lists(partitions: &[Partition], by: &By, column: &Column) -> Option<Vec<Step>> {
    let mut begun = Vec::new();
    for (partition, part) in partitions.iter().zip(0..) {
        let listed: Vec<&str> = partition.values.split(',').collect();
        let bytes = partition.bytes / u64::try_from(listed.len()).ok()?;
        for value in listed.into_iter().filter(|value| *value != "NULL") {
            begun.push(Begun { value: by.value(column, value)?, bytes, part });
        }
    }
    let before = sum(partitions, |partition| partition.bytes).saturating_sub(sum(&begun, |begun| begun.bytes));
    Some(by_partitions(before, in_order(values(&begun)), &begun))
}

fn values(begun: &[Begun]) -> Vec<Value> {
    begun.iter().map(|begun| begun.value.clone()).collect()
}

/// What a table is parted by: a column, or the seconds of one since 1970.
///
/// Not by days or years: the server keeps days that there are not, as `2000-02-31` and `2000-00-00`, and what its functions make of
/// them has another order than they have.
pub(super) struct By {
    column: String,
    in_seconds: bool,
    /// Whether it is parted by no other column besides.
    is_all: bool,
}

impl By {
    /// As the server writes it down: the first column, if it stands for itself or alone in a function.
    pub(super) fn of(expression: &str) -> Option<Self> {
        let of_seconds = expression.strip_prefix("unix_timestamp(").and_then(|rest| rest.strip_suffix(')'));
        let (column, rest) = quoted(of_seconds.unwrap_or(expression), '`')?;
        let (in_seconds, is_all) = (of_seconds.is_some(), rest.is_empty());
        (is_all || !in_seconds && rest.starts_with(',')).then_some(Self { column, in_seconds, is_all })
    }

    /// The least value of the column that belongs to what is told; none of a text, of which it is not told how it is compared.
    fn value(&self, column: &Column, told: &str) -> Option<Value> {
        if self.in_seconds {
            return told.parse::<i64>().ok()?.checked_mul(1000).map(Value::ZonedMillis);
        }
        let quoted = quoted(told, '\'').filter(|(_, rest)| rest.is_empty()).map(|(text, _)| text);
        match (&column.mapping.data_type, quoted) {
            (DataType::Date32, Some(text)) => i32::try_from(day(&text)?).ok().map(Value::Date),
            (DataType::Date64, Some(text)) => {
                let (of, time) = text.split_once(' ').unwrap_or((&text, "00:00:00"));
                day(of)?.checked_mul(DAY)?.checked_add(clock(time)?).map(Value::Millis)
            }
            (DataType::Utf8, _) | (_, Some(_)) => None,
            (_, None) => known_value(column, told).map(unsigned),
        }
    }
}

/// MariaDB tells the upper half of `bigint unsigned`, the only numbers here that are read as decimals, as if it had a sign.
fn unsigned(value: Value) -> Value {
    match value {
        Value::Decimal { unscaled, scale } if unscaled < 0 => Value::Decimal { unscaled: unscaled + (1 << 64), scale },
        value => value,
    }
}

/// The day that is written `2020-01-31`, since 1970-01-01.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    days(year, month, day).map(i64::from)
}

/// Milliseconds of the time that is written `12:34:56`, what is finer left out.
fn clock(text: &str) -> Option<i64> {
    let whole = text.split('.').next()?;
    let part = |seconds: Option<i64>, part: &str| seconds?.checked_mul(60)?.checked_add(part.parse().ok()?);
    whole.split(':').fold(Some(0), part)?.checked_mul(1000)
}

/// What stands between a quote and the next that is not doubled, and what is behind.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix(quote)?;
    let mut inner = String::new();
    loop {
        let (before, behind) = rest.split_once(quote)?;
        inner.push_str(before);
        let Some(more) = behind.strip_prefix(quote) else { return Some((inner, behind)) };
        inner.push(quote);
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::TimeUnit;
    use connector_core::{ColumnMapping, Pushdown, ReadAs};

    use super::*;

    fn column(data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: "k".into(), remote_name: "k".into(), comment: None, announced: None, mapping }
    }

    #[test]
    fn a_value_is_read_as_the_server_writes_it_or_not_at_all() {
        for (by, data_type, told, expected) in [
            ("`k`", DataType::Int32, "-4", Some(Value::Int(-4))),
            ("`k`", DataType::Int8, "4", Some(Value::Int(4))),
            ("`k`,`n`", DataType::Date32, "'2020-02-01'", Some(Value::Date(18_293))),
            (
                "unix_timestamp(`k`)",
                DataType::Timestamp(TimeUnit::Millisecond, None),
                "-3",
                Some(Value::ZonedMillis(-3000)),
            ),
            ("`k`", DataType::Date64, "'1970-01-01 01:00:01.9999'", Some(Value::Millis(3_601_000))),
            ("`k`", DataType::Date64, "'1970-02-30'", None),
            ("`k`", DataType::Date32, "MAXVALUE", None),
            ("`k`", DataType::Utf8, "'a'", None),
            ("`k`", DataType::Utf8, "_latin1 0x41", None),
            ("`k`", DataType::Decimal128(20, 0), "-1", Some(Value::Decimal { unscaled: (1 << 64) - 1, scale: 0 })),
        ] {
            assert_eq!(By::of(by).unwrap().value(&column(data_type), told), expected, "{told} of {by}");
        }
    }

    #[test]
    fn what_keeps_no_order_of_a_column_parts_nothing() {
        for by in ["(`a` + `b`)", "`a` + `b`", "to_days(`a`)", "year(`a`)", "unix_timestamp(`a`),`b`", "`a", "a", ""] {
            assert!(By::of(by).is_none(), "{by}");
        }
        let by = By::of("unix_timestamp(`k``x(`)").unwrap();
        assert!(by.column == "k`x(" && by.is_all && !By::of("`a`,`b`").unwrap().is_all);
    }
}
