//! How the rows of a table lie along its key, as the source's statistics have it, and where that cuts them.

use super::key::{numbered, of_number, spaced};
use crate::Value;

/// A value of a key, and how many rows there are on the way to it and at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The value, behind those of all steps before in the source's order.
    pub value: Value,
    /// About how many rows lie below it and above the step before, in any unit that all steps share.
    pub rows: u64,
    /// About how many rows have it; 0 where that is not known to be many.
    pub equal: u64,
}

/// What statistics of two kinds say about a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Values between each two of which about equally many rows lie, in the source's order.
    pub bounds: Vec<Value>,
    /// Values that many rows have, and about how many, in any unit.
    pub common: Vec<(Value, u64)>,
    /// About how many rows there are of other values, in the same unit.
    pub rest: u64,
}

impl Known {
    /// All of its values.
    pub fn values(&self) -> Vec<Value> {
        self.bounds.iter().chain(self.common.iter().map(|(value, _)| value)).cloned().collect()
    }

    /// How the rows lie; `values` are its own as the source orders them.
    pub fn steps(&self, values: Vec<Value>) -> Vec<Step> {
        let gaps = u64::try_from(self.bounds.len()).unwrap_or(u64::MAX).saturating_sub(1).max(1);
        let mut steps: Vec<Step> = Vec::with_capacity(values.len());
        // Where the steps begin that have the rows behind the last bound among them.
        let mut gap = None;
        for value in values {
            let equal = self.common.iter().find(|(common, _)| *common == value).map_or(0, |(_, rows)| *rows);
            let is_bound = self.bounds.contains(&value);
            steps.push(Step { value, rows: 0, equal });
            if is_bound {
                let pieces = gap.and_then(|gap| steps.get_mut(gap..)).unwrap_or_default();
                let count = u64::try_from(pieces.len()).unwrap_or(u64::MAX).max(1);
                pieces.iter_mut().for_each(|step| step.rows = self.rest / gaps / count);
                gap = Some(steps.len());
            }
        }
        steps
    }
}

/// A value at which a key is cut.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) value: Value,
    /// Whether nothing is known to lie below it, so that a cut before it would part nothing.
    pub(super) is_least: bool,
    /// How many of the places that were wanted lie among the rows that have it.
    pub(super) inside: usize,
}

/// Parts of a row, so that there are places between two steps however few rows their unit makes of them.
const PARTS: u128 = 1 << 20;

/// Steps, with how many parts of rows lie below each, and how many with those that have its value.
pub(super) struct Histogram<'k> {
    steps: &'k [Step],
    sums: Vec<(u128, u128)>,
}

impl<'k> Histogram<'k> {
    pub(super) fn of(steps: &'k [Step]) -> Self {
        let mut all = 0;
        let sum = |step: &Step| {
            let below = all + u128::from(step.rows) * PARTS;
            all = below + u128::from(step.equal) * PARTS;
            (below, all)
        };
        Self { steps, sums: steps.iter().map(sum).collect() }
    }

    /// How much there is of all that is known.
    pub(super) fn all(&self) -> u128 {
        self.sums.last().map_or(0, |(_, all)| *all)
    }

    /// How much lies below a number, which is thought to lie evenly between its neighbours.
    pub(super) fn below(&self, number: i128) -> u128 {
        let known = |step: &Step| numbered(&step.value);
        let behind = self.steps.partition_point(|step| known(step).is_some_and(|value| value < number));
        let Some((end, _)) = self.sums.get(behind) else { return self.all() };
        let Some(before) = behind.checked_sub(1) else { return *end };
        let ends = self.steps.get(before).and_then(known).zip(self.steps.get(behind).and_then(known));
        let start = self.sums.get(before).map_or(0, |(_, start)| *start);
        match ends {
            Some((low, high)) => start + share(end - start, number.abs_diff(low), high.abs_diff(low)),
            None => self.all(),
        }
    }

    /// Values that cut what lies between two places into `parts` like parts, in order.
    pub(super) fn cuts(&self, from: u128, to: u128, parts: usize) -> Vec<Cut> {
        let parts = u128::try_from(parts).unwrap_or(1).max(1);
        let width = to.saturating_sub(from);
        let places = spaced(from, width, parts);
        let mut cuts: Vec<Cut> = Vec::new();
        for (value, inside) in places.filter_map(|place| self.value(place)) {
            if let Some(cut) = cuts.last_mut().filter(|cut| cut.value == value) {
                cut.inside += usize::from(inside);
            } else {
                let is_least = self.steps.first().is_some_and(|least| least.value == value && least.rows == 0);
                cuts.push(Cut { value, is_least, inside: usize::from(inside) });
            }
        }
        cuts
    }

    /// A value below which so much lies, and whether the place is among its own rows; of what has no numbers, the nearest that is
    /// known.
    fn value(&self, place: u128) -> Option<(Value, bool)> {
        let behind = self.sums.partition_point(|(_, all)| *all <= place);
        let (end, step) = (self.sums.get(behind)?.0, self.steps.get(behind)?);
        if place >= end {
            return Some((step.value.clone(), true));
        }
        let Some(before) = behind.checked_sub(1) else { return Some((step.value.clone(), false)) };
        let (start, Step { value: low, equal, .. }) = (self.sums.get(before)?.1, self.steps.get(before)?);
        let (inside, width) = (place - start, end - start);
        // Rows that have the value before lie below the place.
        let is_behind = *equal > 0;
        let value = match numbered(low).zip(numbered(&step.value)) {
            Some((from, to)) => {
                let all = to.abs_diff(from);
                let distance = share(all, inside, width).max(u128::from(is_behind)).min(all);
                of_number(from.checked_add_unsigned(distance)?, low)?
            }
            None if is_behind || inside > width / 2 => step.value.clone(),
            None => low.clone(),
        };
        Some((value, false))
    }
}

/// So much of `all` as `part` is of `whole`, which is at least as large.
pub(super) fn share(all: u128, part: u128, whole: u128) -> u128 {
    // The widest decimals are further apart than anything can be multiplied with: 64 bits of them are exact enough.
    let beyond = 64_u32.saturating_sub(whole.leading_zeros());
    let whole = (whole >> beyond).max(1);
    let part = (part >> beyond).min(whole);
    all / whole * part + all % whole * part / whole
}

#[cfg(test)]
mod tests {
    use super::super::key::in_order;
    use super::*;

    fn steps(of: &[(i64, u64)]) -> Vec<Step> {
        of.iter().map(|(value, rows)| Step { value: Value::Int(*value), rows: *rows, equal: 0 }).collect()
    }

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Int).collect()
    }

    /// All of it, in so many parts.
    fn cut(steps: &[Step], parts: usize) -> Vec<Value> {
        let histogram = Histogram::of(steps);
        values(histogram.cuts(0, histogram.all(), parts))
    }

    fn values(cuts: Vec<Cut>) -> Vec<Value> {
        cuts.into_iter().filter(|cut| !cut.is_least).map(|cut| cut.value).collect()
    }

    #[test]
    fn cuts_part_the_rows_and_not_the_values() {
        let even = steps(&[(0, 0), (10, 1), (1_000, 1), (1_010, 1), (1_000_000, 1)]);
        assert_eq!(cut(&even, 4), ints(&[10, 1_000, 1_010]));
        assert_eq!(cut(&even, 8), ints(&[5, 10, 505, 1_000, 1_005, 1_010, 500_505]));
        assert_eq!(cut(&even, 1), []);
        // Three quarters of all rows lie between two of the steps, and nearly all of the rest at one value.
        let uneven = steps(&[(0, 0), (100, 1), (200, 750), (201, 249)]);
        assert_eq!(cut(&uneven, 4), ints(&[133, 166, 199]));
        assert_eq!(cut(&steps(&[(7, 0)]), 4), []);
        assert_eq!(cut(&[], 4), []);
    }

    #[test]
    fn a_value_of_many_rows_is_a_cut_once_and_the_least_is_none() {
        assert_eq!(cut(&steps(&[(1, 0), (2, 10), (3, 900), (4, 10)]), 9), ints(&[2]));
        assert_eq!(cut(&steps(&[(1, 0), (1, 900), (3, 1)]), 3), []);
    }

    /// Of 1,000 rows 300 have the least value and 500 another.
    #[test]
    fn places_among_the_rows_of_one_value_are_counted() {
        let step = |value, rows, equal| Step { value: Value::Int(value), rows, equal };
        let known = [step(3, 0, 300), step(10, 100, 500), step(20, 100, 0)];
        let histogram = Histogram::of(&known);
        let cut = |value, is_least, inside| Cut { value: Value::Int(value), is_least, inside };
        let all = [cut(3, true, 2), cut(4, false, 0), cut(10, false, 5), cut(11, false, 0)];
        assert_eq!(histogram.cuts(0, histogram.all(), 10), all);
        let below = |number| histogram.below(number) / PARTS;
        assert_eq!([3, 4, 10, 11, 15, 20, 21].map(below), [0, 314, 400, 910, 950, 1_000, 1_000]);
        let of_one_value = histogram.cuts(histogram.below(10), histogram.below(11), 5);
        assert_eq!(of_one_value, [cut(10, false, 4)]);
        let below = [step(7, 80, 80), step(9, 0, 80)];
        assert_eq!(Histogram::of(&below).cuts(0, 240 * PARTS, 3), [cut(7, false, 1), cut(9, false, 1)]);
        let single = [step(7, 0, 80)];
        assert_eq!(Histogram::of(&single).cuts(0, 80 * PARTS, 4), [cut(7, true, 3)]);
    }

    #[test]
    fn values_that_many_rows_have_stand_among_the_others() {
        let known =
            Known { bounds: ints(&[0, 10, 20]), common: vec![(Value::Int(15), 50), (Value::Int(-1), 30)], rest: 80 };
        let step = |value, rows, equal| Step { value: Value::Int(value), rows, equal };
        let expected = [step(-1, 0, 30), step(0, 0, 0), step(10, 40, 0), step(15, 20, 50), step(20, 20, 0)];
        assert_eq!(known.steps(in_order(known.values())), expected);
        let of_few = Known { common: vec![(Value::Int(2), 60), (Value::Int(1), 40)], ..Known::default() };
        assert_eq!(of_few.steps(in_order(of_few.values())), [step(1, 0, 40), step(2, 0, 60)]);
        assert_eq!(Known::default().steps(Vec::new()), []);
    }

    #[test]
    fn what_is_asked_for_is_as_large_as_its_part_of_the_rows() {
        let steps = steps(&[(0, 0), (100, 10), (1_000, 10)]);
        let histogram = Histogram::of(&steps);
        let below = |number| histogram.below(number) / (PARTS / 10);
        assert_eq!([-1, 0, 50, 100, 550, 1_000, 9_999].map(below), [0, 0, 50, 100, 150, 200, 200]);
        let cut = |from, to| values(histogram.cuts(from, to, 2));
        assert_eq!(cut(histogram.below(10), histogram.below(20)), ints(&[15]), "a part of what lies between two steps");
        assert_eq!(cut(histogram.below(5_000), histogram.all()), []);
    }

    #[test]
    fn texts_are_cut_at_what_is_known_in_the_order_that_the_source_has() {
        let step = |text: &str, rows| Step { value: Value::Text(text.into()), rows, equal: 0 };
        let known = [step("b", 0), step("A", 10), step("c", 10), step("D", 20)];
        let texts = |texts: &[&str]| texts.iter().map(|text| Value::Text((*text).into())).collect::<Vec<_>>();
        assert_eq!(cut(&known, 4), texts(&["A", "c"]));
        assert_eq!(cut(&known, 100), texts(&["A", "c", "D"]));
    }

    #[test]
    fn a_share_is_exact_as_long_as_it_can_be() {
        for (all, part, whole, expected) in [
            (100, 1, 4, 25),
            (u128::MAX, 1, 2, u128::MAX / 2),
            (7, 3, 3, 7),
            (7, 0, 0, 0),
            (u128::from(u64::MAX), u128::MAX / 4, u128::MAX, u128::from(u64::MAX) / 4),
        ] {
            assert_eq!(share(all, part, whole), expected, "{part}/{whole} of {all}");
        }
    }

    #[test]
    fn decimals_as_far_apart_as_can_be_are_cut_too() {
        let most = 10_i128.pow(38) - 1;
        let value = |unscaled| Value::Decimal { unscaled, scale: 3 };
        let known =
            [(-most, 0), (most, u64::MAX)].map(|(unscaled, rows)| Step { value: value(unscaled), rows, equal: 0 });
        let cuts = cut(&known, 1_000);
        assert_eq!(cuts.len(), 999);
        assert!(cuts.is_sorted_by_key(numbered));
        let histogram = Histogram::of(&known);
        let half = histogram.below(0);
        assert!(half.abs_diff(histogram.all() / 2) < histogram.all() / 1_000, "{half} of {}", histogram.all());
    }
}
