//! What of a key is asked for: which ranges of it can be left out, and where what is wanted begins and ends.

use arrow_schema::DataType;

use super::key::{KeyRange, numbered};
use crate::eval::keys::{Keys, Part, edge};
use crate::{Domain, Values, same_type};

/// The wanted values of a key as intervals of numbers that keep their order, both ends included.
pub(super) struct Asked {
    /// Without them, nothing is known that would leave anything out.
    intervals: Option<Vec<(i128, i128)>>,
    nulls: bool,
}

/// Whether a row of the range may be wanted, by what is asked for of each of its columns: those in which it has one value, and the
/// first in which it has more.
pub(super) fn may_pass(asked: &[Asked], range: &KeyRange) -> bool {
    let alike = range.from.iter().zip(&range.below).take_while(|(from, below)| from == below).count();
    // What ends at a value begins before it, so its rows are none of the range's.
    let alike = alike.min(range.below.len().saturating_sub(1));
    asked.iter().take(alike + 1).enumerate().all(|(depth, asked)| {
        let (from, below) = (range.from.get(depth), range.below.get(depth));
        let is_before = range.below.len() == depth + 1;
        let nulls = if depth == 0 { range.nulls } else { from.is_none() };
        match (from.map(numbered), below.map(numbered)) {
            (Some(None), _) | (_, Some(None)) => true,
            (from, below) => {
                let to = below.flatten().map(|below| if is_before { below.saturating_sub(1) } else { below });
                asked.may_pass(nulls, Limits { from: from.flatten(), to })
            }
        }
    })
}

/// The least and the largest number of a range, each where there is one.
#[derive(Clone, Copy)]
struct Limits {
    from: Option<i128>,
    to: Option<i128>,
}

/// Where the values that are asked for begin and end.
pub(super) type Hull = (Option<i128>, Option<i128>);

impl Asked {
    /// What a domain wants of a key of this type. One of another type compares otherwise, and is refused when rows are read. Where
    /// rows that are shown as NULL may lie anywhere, no range is without them.
    pub(super) fn of(domain: Option<&Domain>, data_type: &DataType, is_null_anywhere: bool) -> Self {
        let is_known =
            |domain: &&Domain| same_type(&domain.data_type, data_type) && !(domain.nulls && is_null_anywhere);
        match domain.filter(is_known) {
            Some(domain) => Self { intervals: intervals(domain, data_type), nulls: domain.nulls },
            None => Self { intervals: None, nulls: true },
        }
    }

    /// Whether a row may be wanted whose value is NULL, where that belongs, or lies in these limits.
    fn may_pass(&self, nulls: bool, limits: Limits) -> bool {
        let meets = |(low, high): &(i128, i128)| {
            limits.from.is_none_or(|from| *high >= from) && limits.to.is_none_or(|to| *low <= to)
        };
        (nulls && self.nulls) || self.intervals.as_ref().is_none_or(|intervals| intervals.iter().any(meets))
    }

    /// The least and the largest wanted number, each where there is one: a hint where to cut, never what to read.
    pub(super) fn hull(&self) -> Hull {
        let Some(intervals) = &self.intervals else { return (None, None) };
        let low = intervals.iter().map(|(low, _)| *low).min().filter(|low| *low > i128::MIN);
        (low, intervals.iter().map(|(_, high)| *high).max().filter(|high| *high < i128::MAX))
    }
}

/// None, if the domain wants all there is or if the source has an order of its own.
fn intervals(domain: &Domain, data_type: &DataType) -> Option<Vec<(i128, i128)>> {
    let keys = Keys::new(data_type).ok()?;
    let of = |part: Part<'_>| keys.wide(part).transpose();
    let intervals = match &domain.values {
        Values::All | Values::NotIn(_) => return None,
        Values::In(list) => list.iter().filter_map(|value| of((Some((value, true)), Some((value, true))))).collect(),
        Values::Ranges(ranges) => {
            ranges.iter().filter_map(|range| of((edge(&range.low), edge(&range.high)))).collect::<Result<_, _>>()
        }
    };
    intervals.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bound, Range, Value};

    /// Ranges along one column.
    fn ranges(nullable: bool, cuts: Vec<Value>) -> Vec<KeyRange> {
        super::super::key::ranges(&["k".to_owned()], nullable, cuts.into_iter().map(|cut| vec![cut]).collect())
    }

    /// Which of them may have a wanted row.
    fn passing(asked: Asked, ranges: &[KeyRange]) -> Vec<bool> {
        let asked = [asked];
        ranges.iter().map(|range| may_pass(&asked, range)).collect()
    }

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Int).collect()
    }

    #[test]
    fn a_range_is_left_out_exactly_if_none_of_its_rows_can_pass() {
        let ranges = ranges(true, ints(&[10, 20]));
        let domain = |values, nulls| Domain { data_type: DataType::Int64, values, nulls };
        let between = |low, high| Values::Ranges(vec![Range { low, high }]);
        let (included, excluded) =
            (|value| Bound::Included(Value::Int(value)), |value| Bound::Excluded(Value::Int(value)));
        for (values, nulls, expected) in [
            (Values::In(ints(&[9])), false, [true, false, false]),
            (Values::In(ints(&[10, 25])), false, [false, true, true]),
            (Values::In(ints(&[25])), true, [true, false, true]),
            (between(included(10), included(19)), false, [false, true, false]),
            (between(included(9), excluded(10)), false, [true, false, false]),
            (between(excluded(9), included(10)), false, [false, true, false]),
            (between(Bound::Unbounded, included(20)), false, [true, true, true]),
            (between(excluded(20), Bound::Unbounded), false, [false, false, true]),
            (Values::Ranges(Vec::new()), true, [true, false, false]),
            (Values::NotIn(ints(&[1])), false, [true, true, true]),
            (Values::All, false, [true, true, true]),
        ] {
            let domain = domain(values, nulls);
            let asked = Asked::of(Some(&domain), &DataType::Int64, false);
            assert_eq!(passing(asked, &ranges), expected, "{domain:?}");
        }
    }

    #[test]
    fn where_what_is_shown_as_null_may_lie_anywhere_nothing_is_left_out_of_a_question_for_null() {
        let ranges = ranges(false, ints(&[10, 20]));
        let domain = |nulls| Domain { data_type: DataType::Int64, values: Values::In(ints(&[25])), nulls };
        let asked = |nulls, anywhere| Asked::of(Some(&domain(nulls)), &DataType::Int64, anywhere);
        assert_eq!(passing(asked(true, true), &ranges), [true, true, true]);
        assert_eq!(passing(asked(true, false), &ranges), [false, false, true]);
        assert_eq!(passing(asked(false, true), &ranges), [false, false, true]);
    }

    #[test]
    fn texts_are_ordered_by_the_source_and_so_never_left_out() {
        let text = |text: &str| Value::Text(text.into());
        let domain = Domain::single(DataType::Utf8, text("zebra"));
        let asked = Asked::of(Some(&domain), &DataType::Utf8, false);
        assert_eq!(asked.hull(), (None, None));
        assert_eq!(passing(asked, &ranges(false, vec![text("m")])), [true, true]);
    }

    #[test]
    fn a_range_of_several_columns_is_left_out_by_each_that_leads_to_its_rows() {
        let place = |values: &[i64]| values.iter().copied().map(Value::Int).collect();
        let cuts = [&[3][..], &[3, 10], &[3, 20], &[5, 10], &[7]].map(place).to_vec();
        let ranges = super::super::key::ranges(&["a".to_owned(), "b".to_owned()], true, cuts);
        let wanted = |of: &[i64], nulls| {
            let domain = Domain { data_type: DataType::Int64, values: Values::In(ints(of)), nulls };
            Asked::of((!of.is_empty() || nulls).then_some(&domain), &DataType::Int64, false)
        };
        for (first, second, expected) in [
            ((&[3][..], false), (&[15][..], false), [false, false, true, true, false, false]),
            ((&[3], false), (&[9], false), [false, true, false, true, false, false]),
            ((&[3], false), (&[], true), [false, true, false, true, false, false]),
            ((&[3], false), (&[], false), [false, true, true, true, false, false]),
            ((&[4], false), (&[15], false), [false, false, false, true, false, false]),
            ((&[5], false), (&[15], false), [false, false, false, true, true, false]),
            ((&[6, 7], false), (&[15], false), [false, false, false, false, true, true]),
            ((&[], true), (&[15], false), [true, false, false, false, false, false]),
            ((&[], false), (&[25], false), [true, false, false, true, true, true]),
        ] {
            let asked = [wanted(first.0, first.1), wanted(second.0, second.1)];
            let passing: Vec<bool> = ranges.iter().map(|range| may_pass(&asked, range)).collect();
            assert_eq!(passing, expected, "{first:?} {second:?}");
        }
    }

    /// 2.5 is behind the cut at 2.000 and not before it, though 25 is less than 2000.
    #[test]
    fn decimals_are_compared_at_one_scale_and_those_of_another_type_not_at_all() {
        let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
        let ranges = ranges(false, vec![decimal(2_000, 3)]);
        let passed = |data_type: DataType, value: Value| {
            let domain = Domain::single(data_type, value);
            let asked = Asked::of(Some(&domain), &DataType::Decimal128(9, 3), false);
            (asked.hull(), passing(asked, &ranges))
        };
        let both = ((Some(2_500), Some(2_500)), vec![false, true]);
        assert_eq!(passed(DataType::Decimal128(9, 3), decimal(25, 1)), both);
        assert_eq!(passed(DataType::Decimal128(9, 3), decimal(2_500, 3)), both);
        assert_eq!(passed(DataType::Decimal128(9, 1), decimal(25, 1)), ((None, None), vec![true, true]));
        assert_eq!(passed(DataType::Int64, Value::Int(1)), ((None, None), vec![true, true]));
    }

    #[test]
    fn a_number_between_two_at_the_keys_scale_is_in_no_range() {
        let between = Domain::single(DataType::Decimal128(9, 0), Value::Decimal { unscaled: 25, scale: 1 });
        let asked = Asked::of(Some(&between), &DataType::Decimal128(9, 0), false);
        assert_eq!(asked.hull(), (None, None));
    }
}
