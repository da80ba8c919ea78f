//! A key, ranges of it, and where to cut them.

use super::Split;
use crate::Value;

/// What the source knows about a column along which its table is best cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The column's name as Athena knows it.
    pub column: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// About how many bytes the table has.
    pub bytes: u64,
    /// What looking at the whole table counts for at the server, in the unit of [`crate::Estimate::effort`]; 0 where that is not known.
    pub effort: u64,
    /// Values between which about equally many rows lie, in the source's order; without any, the least and the largest one are
    /// asked for, which an index knows.
    pub quantiles: Vec<Value>,
}

/// A range of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRange {
    /// The column's name as Athena knows it.
    pub column: String,
    /// The least value that belongs; without one there is no lower end.
    pub from: Option<Value>,
    /// The least value above that does not belong; without one there is no upper end.
    pub below: Option<Value>,
    /// Whether NULL belongs.
    pub nulls: bool,
}

/// The ranges between cuts, which stand in the source's order; NULL belongs to the first.
pub(crate) fn ranges(column: &str, nullable: bool, cuts: Vec<Value>) -> Vec<KeyRange> {
    let mut from = None;
    let mut ranges = Vec::with_capacity(cuts.len() + 1);
    for below in cuts.into_iter().map(Some).chain([None]) {
        let nulls = nullable && ranges.is_empty();
        ranges.push(KeyRange { column: column.to_owned(), from, below: below.clone(), nulls });
        from = below;
    }
    ranges
}

impl KeyRange {
    /// This range as a split; the range of everything is the whole.
    pub(super) fn into_split(self) -> Split {
        if self.from.is_none() && self.below.is_none() { Split::Whole } else { Split::Range(self) }
    }
}

/// A value as a number that keeps the order of its type, where every source has that order: numbers, days, times.
pub(crate) fn numbered(value: &Value) -> Option<i128> {
    match value {
        Value::Int(value) | Value::Millis(value) | Value::ZonedMillis(value) => Some((*value).into()),
        Value::Decimal { unscaled, .. } => Some(*unscaled),
        Value::Date(days) => Some((*days).into()),
        Value::Text(_) | Value::Bytes(_) | Value::Bool(_) | Value::Float32(_) | Value::Float64(_) => None,
    }
}

/// The value of that number, of the type that `like` has.
pub(super) fn of_number(number: i128, like: &Value) -> Option<Value> {
    Some(match like {
        Value::Int(_) => Value::Int(i64::try_from(number).ok()?),
        Value::Millis(_) => Value::Millis(i64::try_from(number).ok()?),
        Value::ZonedMillis(_) => Value::ZonedMillis(i64::try_from(number).ok()?),
        Value::Decimal { scale, .. } => Value::Decimal { unscaled: number, scale: *scale },
        Value::Date(_) => Value::Date(i32::try_from(number).ok()?),
        Value::Text(_) | Value::Bytes(_) | Value::Bool(_) | Value::Float32(_) | Value::Float64(_) => return None,
    })
}

/// At most `parts - 1` cuts that lie evenly between two numbers, as values of the type that `like` has.
pub(super) fn evenly(low: i128, high: i128, parts: usize, like: &Value) -> Vec<Value> {
    // Two decimals may be further apart than the largest number that has a sign.
    let width = if high > low { high.abs_diff(low) } else { 0 };
    let parts = u128::try_from(parts).unwrap_or(1).max(1);
    let (whole, rest) = (width / parts, width % parts);
    let cuts = (1..parts).map(|part| whole * part + rest * part / parts).filter(|distance| *distance > 0);
    let mut cuts: Vec<_> = cuts.filter_map(|distance| of_number(low.checked_add_unsigned(distance)?, like)).collect();
    cuts.dedup();
    cuts
}

/// At most `parts - 1` of the quantiles, evenly spread among them.
pub(super) fn spread(quantiles: &[Value], parts: usize) -> Vec<Value> {
    let mut cuts: Vec<Value> =
        (1..parts).filter_map(|part| quantiles.get(part * quantiles.len() / parts).cloned()).collect();
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Int).collect()
    }

    #[test]
    fn cuts_lie_evenly_and_inside() {
        for (low, high, parts, expected) in [
            (0, 100, 4, &[25, 50, 75][..]),
            (0, 3, 4, &[1, 2]),
            (7, 7, 4, &[]),
            (9, 7, 4, &[]),
            (0, 1, 2, &[]),
            (0, 2, 2, &[1]),
            (-10, 10, 3, &[-4, 3]),
            (i64::MIN, i64::MAX, 2, &[-1]),
            (0, 100, 1, &[]),
        ] {
            let cuts = evenly(i128::from(low), i128::from(high), parts, &Value::Int(0));
            assert_eq!(cuts, ints(expected), "{low} to {high} in {parts}");
        }
    }

    #[test]
    fn decimals_as_far_apart_as_can_be_are_cut_too() {
        let most = 10_i128.pow(38) - 1;
        let value = |unscaled| Value::Decimal { unscaled, scale: 3 };
        assert_eq!(evenly(-most, most, 2, &value(0)), [value(0)]);
        assert_eq!(evenly(-most, most, 1_000, &value(0)).len(), 999);
    }

    #[test]
    fn every_value_and_null_is_in_exactly_one_range() {
        let ranges = ranges("id", true, ints(&[-5, 0, 0, 9]));
        let holds = |range: &KeyRange, value: i64| {
            let edge = |end: &Option<Value>| end.as_ref().and_then(numbered);
            edge(&range.from).is_none_or(|from| i128::from(value) >= from)
                && edge(&range.below).is_none_or(|below| i128::from(value) < below)
        };
        for value in [i64::MIN, -6, -5, -1, 0, 8, 9, i64::MAX] {
            assert_eq!(ranges.iter().filter(|range| holds(range, value)).count(), 1, "{value}");
        }
        assert_eq!(ranges.iter().filter(|range| range.nulls).count(), 1);
        assert!(super::ranges("id", false, ints(&[1])).iter().all(|range| !range.nulls));
    }

    #[test]
    fn quantiles_are_used_evenly_and_once() {
        let quantiles = ints(&[0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(spread(&quantiles, 4), ints(&[2, 4, 6]));
        assert_eq!(spread(&quantiles, 1), []);
        assert_eq!(spread(&ints(&[3, 3, 3]), 3), ints(&[3]));
        assert_eq!(spread(&ints(&[1, 2]), 9).len(), 2);
    }
}
