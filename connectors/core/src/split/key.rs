//! A key, ranges of it, and where to cut them.

use super::Split;
use crate::{Bound, Domain, Range, Value, Values};

/// What the source knows about a column along which its table is best cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The column's name as Athena knows it.
    pub column: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// About how many bytes the table has.
    pub bytes: u64,
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
    /// Whether a row of the range may pass the domain; what is not known to be ordered at the source as here may.
    pub(super) fn may_pass(&self, domain: &Domain) -> bool {
        let number = |value: &Option<Value>| value.as_ref().map(numbered);
        let (from, below) = match (number(&self.from), number(&self.below)) {
            (Some(None), _) | (_, Some(None)) => return true,
            (from, below) => (from.flatten(), below.flatten()),
        };
        let holds = |value: &Value| {
            numbered(value)
                .is_none_or(|number| from.is_none_or(|from| number >= from) && below.is_none_or(|end| number < end))
        };
        let meets = |range: &Range| {
            let above = |bound: &Bound, end: i128| match bound {
                Bound::Unbounded => true,
                Bound::Included(value) | Bound::Excluded(value) => numbered(value).is_none_or(|low| low < end),
            };
            let beneath = |bound: &Bound, start: i128| match bound {
                Bound::Unbounded => true,
                Bound::Included(value) | Bound::Excluded(value) => numbered(value).is_none_or(|high| high >= start),
            };
            below.is_none_or(|end| above(&range.low, end)) && from.is_none_or(|start| beneath(&range.high, start))
        };
        (self.nulls && domain.nulls)
            || match &domain.values {
                Values::All | Values::NotIn(_) => true,
                Values::In(list) => list.iter().any(holds),
                Values::Ranges(ranges) => ranges.iter().any(meets),
            }
    }

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
fn of_number(number: i128, like: &Value) -> Option<Value> {
    Some(match like {
        Value::Int(_) => Value::Int(i64::try_from(number).ok()?),
        Value::Millis(_) => Value::Millis(i64::try_from(number).ok()?),
        Value::ZonedMillis(_) => Value::ZonedMillis(i64::try_from(number).ok()?),
        Value::Decimal { scale, .. } => Value::Decimal { unscaled: number, scale: *scale },
        Value::Date(_) => Value::Date(i32::try_from(number).ok()?),
        Value::Text(_) | Value::Bytes(_) | Value::Bool(_) | Value::Float32(_) | Value::Float64(_) => return None,
    })
}

/// The least and the largest value that pass a domain, each where it has one, as numbers: a hint where to cut, never what to read.
pub(super) fn hull(domain: &Domain) -> Hull {
    match &domain.values {
        Values::All | Values::NotIn(_) => (None, None),
        Values::In(list) => (list.iter().filter_map(numbered).min(), list.iter().filter_map(numbered).max()),
        Values::Ranges(ranges) => {
            let end = |bound: &Bound| match bound {
                Bound::Unbounded => None,
                Bound::Included(value) | Bound::Excluded(value) => numbered(value),
            };
            // Ranges stand in order, as the protocol has them.
            (ranges.first().and_then(|range| end(&range.low)), ranges.last().and_then(|range| end(&range.high)))
        }
    }
}

/// Where the values that are asked for begin and end.
pub(super) type Hull = (Option<i128>, Option<i128>);

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
    use arrow_schema::DataType;

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
    fn a_range_is_left_out_exactly_if_none_of_its_rows_can_pass() {
        let ranges = ranges("id", true, ints(&[10, 20]));
        let domain = |values, nulls| Domain { data_type: DataType::Int64, values, nulls };
        let between = |low, high| Values::Ranges(vec![Range { low, high }]);
        let (included, excluded) =
            (|value| Bound::Included(Value::Int(value)), |value| Bound::Excluded(Value::Int(value)));
        for (values, nulls, expected) in [
            (Values::In(ints(&[9])), false, [true, false, false]),
            (Values::In(ints(&[10, 25])), false, [false, true, true]),
            (Values::In(ints(&[25])), true, [true, false, true]),
            (between(included(10), included(19)), false, [false, true, false]),
            (between(included(9), excluded(10)), false, [true, true, false]),
            (between(Bound::Unbounded, included(20)), false, [true, true, true]),
            (between(excluded(20), Bound::Unbounded), false, [false, false, true]),
            (Values::Ranges(Vec::new()), true, [true, false, false]),
            (Values::NotIn(ints(&[1])), false, [true, true, true]),
            (Values::All, false, [true, true, true]),
        ] {
            let domain = domain(values, nulls);
            let passing: Vec<bool> = ranges.iter().map(|range| range.may_pass(&domain)).collect();
            assert_eq!(passing, expected, "{domain:?}");
        }
    }

    #[test]
    fn texts_are_ordered_by_the_source_and_so_never_left_out() {
        let text = |text: &str| Value::Text(text.into());
        let domain = Domain::single(DataType::Utf8, text("zebra"));
        assert!(super::ranges("name", false, vec![text("m")]).iter().all(|range| range.may_pass(&domain)));
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
