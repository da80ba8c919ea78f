//! Slices of a scan that are read apart: what they are, how they travel through Athena and back, and where a scan is cut.
//!
//! A slice is a condition on a key in the source's own order of it, so that any cuts whatever give slices whose union is the
//! scan, as long as the cuts themselves stand in that order. The first slice has no lower end and the last no upper one: rows
//! that are committed beyond what was there when the scan was cut are in one of them, and NULL is in exactly the first. A key is
//! a column, and columns behind it for as long as one value has more rows than a slice should.
//!
//! Not here: the SQL of a slice ([`crate::sql`]), and which column of a table is its key (the engine's catalogs).

mod asked;
mod between;
mod histogram;
mod key;
mod partitions;
mod plan;
mod probe;
mod sizes;

use std::collections::BTreeMap;

pub use self::histogram::{Known, Step};
pub use self::key::{Key, KeyRange, MANY_VALUES, Place, in_order, known_value, successor};
#[cfg(feature = "testing")]
pub(crate) use self::key::{numbered, ranges};
pub use self::partitions::{Begun, by_partitions};
pub use self::plan::plan;
pub use self::sizes::Sizes;
use crate::{Error, Result, Value};

/// An independently readable slice of a scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Split {
    /// Everything.
    #[default]
    Whole,
    /// The rows whose key lies in a range.
    Range(KeyRange),
    /// A part that the engine has numbered itself, for engines that run no SQL.
    Part(usize),
}

const KEY: &str = "key";
const FROM: &str = "from";
const BELOW: &str = "below";
const NULLS: &str = "nulls";
const PART: &str = "part";
const MOMENT: &str = "moment";

impl Split {
    /// The properties that travel.
    pub fn properties(&self) -> BTreeMap<String, String> {
        match self {
            Self::Whole => BTreeMap::new(),
            Self::Part(part) => BTreeMap::from([(PART.to_owned(), part.to_string())]),
            Self::Range(range) => {
                let places = [(FROM, &range.from), (BELOW, &range.below)].into_iter();
                let ends = places.flat_map(|(name, place)| place.iter().enumerate().map(move |of| (name, of)));
                let ends = ends.filter_map(|(name, (depth, value))| Some((at(name, depth), written(value)?)));
                let columns = range.columns.iter().enumerate().map(|(depth, column)| (at(KEY, depth), column.clone()));
                let moment = range.moment.map(|moment| (MOMENT.to_owned(), moment.to_string()));
                ends.chain(columns).chain([(NULLS.to_owned(), range.nulls.to_string())]).chain(moment).collect()
            }
        }
    }

    /// The slice that these properties describe.
    ///
    /// Errors: unsupported, for properties that are not of [`Split::properties`], because to read more than was meant would
    /// repeat rows.
    pub fn from_properties(properties: &BTreeMap<String, String>) -> Result<Self> {
        let split = match (properties.contains_key(KEY), properties.get(PART)) {
            (true, _) => range(properties).map(Self::Range),
            (false, Some(part)) => part.parse().ok().map(Self::Part),
            (false, None) => Some(Self::Whole),
        };
        let is_ours = |split: &Self| split.properties() == *properties;
        split.filter(is_ours).ok_or_else(|| {
            Error::unsupported("the split was cut by another version of the connector").hint("run the query again")
        })
    }
}

/// What a property is called of the column at this depth of the key.
fn at(name: &str, depth: usize) -> String {
    if depth == 0 { name.to_owned() } else { format!("{name}.{depth}") }
}

fn range(properties: &BTreeMap<String, String>) -> Option<KeyRange> {
    let of = |name| (0..).map_while(move |depth| properties.get(&at(name, depth)));
    let place = |name| of(name).map(|text| read(text)).collect::<Option<Place>>();
    let nulls = properties.get(NULLS)?.parse().ok()?;
    let moment = properties.get(MOMENT).map(|moment| moment.parse()).transpose().ok()?;
    let (columns, from, below) = (of(KEY).cloned().collect::<Vec<_>>(), place(FROM)?, place(BELOW)?);
    let is_whole = columns.len() == from.len().max(below.len()).max(1);
    is_whole.then_some(KeyRange { columns, from, below, nulls, moment })
}

/// A value of a key with its type in front; none for what is no key's.
fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::Int(value) => format!("int:{value}"),
        Value::Decimal { unscaled, scale } => format!("decimal:{unscaled}/{scale}"),
        Value::Date(days) => format!("date:{days}"),
        Value::Millis(millis) => format!("millis:{millis}"),
        Value::ZonedMillis(millis) => format!("zoned:{millis}"),
        Value::Text(text) => format!("text:{text}"),
        Value::Bytes(bytes) => format!("bytes:{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        Value::Bool(_) | Value::Float32(_) | Value::Float64(_) => return None,
    })
}

fn read(text: &str) -> Option<Value> {
    let (kind, text) = text.split_once(':')?;
    Some(match kind {
        "int" => Value::Int(text.parse().ok()?),
        "decimal" => {
            let (unscaled, scale) = text.split_once('/')?;
            Value::Decimal { unscaled: unscaled.parse().ok()?, scale: scale.parse().ok()? }
        }
        "date" => Value::Date(text.parse().ok()?),
        "millis" => Value::Millis(text.parse().ok()?),
        "zoned" => Value::ZonedMillis(text.parse().ok()?),
        "text" => Value::Text(text.to_owned()),
        "bytes" => Value::Bytes(bytes(text)?),
        _ => return None,
    })
}

/// Bytes by their digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn a_split_comes_back_as_it_went() {
        let values = [
            Value::Int(i64::MIN),
            Value::Decimal { unscaled: i128::MIN, scale: 38 },
            Value::Date(-1),
            Value::Millis(i64::MAX),
            Value::ZonedMillis(0),
            Value::Text(String::new()),
            Value::Text("a:b/\u{0}\u{1F989}".into()),
            Value::Bytes(Vec::new()),
            Value::Bytes(vec![0, 0x7f, 0xff]),
        ];
        let range = |from: &[&Value], below: &[&Value], nulls: bool| {
            let columns = (0..from.len().max(below.len()).max(1)).map(|depth| format!("a {depth}")).collect();
            let place = |values: &[&Value]| values.iter().map(|value| (*value).clone()).collect();
            let moment = nulls.then_some(u64::MAX);
            Split::Range(KeyRange { columns, from: place(from), below: place(below), nulls, moment })
        };
        let ranges = values.iter().zip(values.iter().rev()).flat_map(|(value, other)| {
            [
                range(&[value], &[], false),
                range(&[], &[value], true),
                range(&[], &[], true),
                range(&[value, other], &[value], false),
                range(&[], &[other, value, value], true),
            ]
        });
        for split in ranges.chain([Split::Whole, Split::Part(0), Split::Part(usize::MAX)]) {
            assert_eq!(Split::from_properties(&split.properties()).unwrap(), split);
        }
    }

    #[test]
    fn properties_of_somebody_else_are_refused() {
        for properties in [
            &[("partition", "P1")][..],
            &[("casing", "UPPER")],
            &[("part", "-1")],
            &[("part", "01")],
            &[("part", "1"), ("nulls", "true")],
            &[("key", "id")],
            &[("key", "id"), ("nulls", "yes")],
            &[("key", "id"), ("nulls", "true"), ("from", "1")],
            &[("key", "id"), ("nulls", "true"), ("from", "int:1.0")],
            &[("key", "id"), ("nulls", "true"), ("from", "decimal:1")],
            &[("key", "id"), ("nulls", "true"), ("below", "float:1")],
            &[("key", "id"), ("nulls", "true"), ("below", "bytes:0")],
            &[("key", "id"), ("nulls", "true"), ("below", "bytes:+1")],
            &[("key", "id"), ("nulls", "true"), ("below", "bytes:FF")],
            &[("key", "id"), ("nulls", "true"), ("to", "int:1")],
            &[("key", "id"), ("nulls", "true"), ("moment", "-1")],
            &[("key", "id"), ("nulls", "true"), ("moment", "01")],
            &[("moment", "1")],
            &[("key", "id"), ("nulls", "true"), ("from", "int:1"), ("from.1", "int:1")],
            &[("key", "id"), ("key.1", "b"), ("nulls", "true"), ("from", "int:1")],
            &[("key", "id"), ("key.1", "b"), ("nulls", "true"), ("from.1", "int:1")],
            &[("key", "id"), ("key.2", "b"), ("nulls", "true"), ("from", "int:1"), ("from.2", "int:1")],
        ] {
            let properties = properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let error = Split::from_properties(&properties).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{properties:?}");
        }
    }
}
