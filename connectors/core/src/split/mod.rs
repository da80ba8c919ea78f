//! Slices of a scan that are read apart: what they are, how they travel through Athena and back, and where a scan is cut.
//!
//! A slice is a condition on one column in the source's own order of it, so that any cuts whatever give slices whose union is
//! the scan, as long as the cuts themselves stand in that order. The first slice has no lower end and the last no upper one:
//! rows that are committed beyond what was there when the scan was cut are in one of them, and NULL is in exactly the first.
//!
//! Not here: the SQL of a slice ([`crate::sql`]), and which column of a table is its key (the engine's catalogs).

mod asked;
mod between;
mod histogram;
mod key;
mod plan;
mod probe;

use std::collections::BTreeMap;

pub use self::histogram::Step;
pub use self::key::{Key, KeyRange, known_value};
#[cfg(feature = "testing")]
pub(crate) use self::key::{numbered, ranges};
pub use self::plan::{Sizes, plan};
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

impl Split {
    /// The properties that travel.
    pub fn properties(&self) -> BTreeMap<String, String> {
        let of = |pairs: Vec<(&str, String)>| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        match self {
            Self::Whole => BTreeMap::new(),
            Self::Part(part) => of(vec![(PART, part.to_string())]),
            Self::Range(range) => {
                let mut pairs = vec![(KEY, range.column.clone()), (NULLS, range.nulls.to_string())];
                let ends = [(FROM, &range.from), (BELOW, &range.below)];
                pairs.extend(ends.into_iter().filter_map(|(name, value)| Some((name, written(value.as_ref()?)?))));
                of(pairs)
            }
        }
    }

    /// The slice that these properties describe.
    ///
    /// Errors: unsupported, for properties that are not of [`Split::properties`], because to read more than was meant would
    /// repeat rows.
    pub fn from_properties(properties: &BTreeMap<String, String>) -> Result<Self> {
        let split = match properties.get(KEY) {
            None => match properties.get(PART) {
                None => Some(Self::Whole),
                Some(part) => part.parse().ok().map(Self::Part),
            },
            Some(column) => range(column, properties).map(Self::Range),
        };
        let is_ours = |split: &Self| split.properties() == *properties;
        split.filter(is_ours).ok_or_else(|| {
            Error::unsupported("the split was cut by another version of the connector").hint("run the query again")
        })
    }
}

fn range(column: &str, properties: &BTreeMap<String, String>) -> Option<KeyRange> {
    let end = |name| properties.get(name).map_or(Some(None), |text| read(text).map(Some));
    let nulls = properties.get(NULLS)?.parse().ok()?;
    Some(KeyRange { column: column.to_owned(), from: end(FROM)?, below: end(BELOW)?, nulls })
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
        let range = |from, below, nulls| Split::Range(KeyRange { column: "a b".into(), from, below, nulls });
        let ranges = values.iter().flat_map(|value| {
            [range(Some(value.clone()), None, false), range(None, Some(value.clone()), true), range(None, None, true)]
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
        ] {
            let properties = properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let error = Split::from_properties(&properties).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{properties:?}");
        }
    }
}
