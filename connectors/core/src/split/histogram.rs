//! How the rows of a table lie along its key, as the source's statistics have it, and where that cuts them.

use super::key::{numbered, of_number};
use crate::Value;

/// A value of a key, and how many rows there are on the way to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The value, behind those of all steps before in the source's order.
    pub value: Value,
    /// About how many rows lie below it and not below the step before, in any unit that all steps share.
    pub rows: u64,
}

/// Parts of a row, so that there are places between two steps however few rows their unit makes of them.
const PARTS: u128 = 1 << 20;

/// Steps, with how many parts of rows lie below each.
pub(super) struct Histogram<'k> {
    steps: &'k [Step],
    sums: Vec<u128>,
}

impl<'k> Histogram<'k> {
    pub(super) fn of(steps: &'k [Step]) -> Self {
        let mut all = 0;
        let sum = |step: &Step| {
            all += u128::from(step.rows) * PARTS;
            all
        };
        Self { steps, sums: steps.iter().map(sum).collect() }
    }

    /// How much lies below all of what is known.
    pub(super) fn all(&self) -> u128 {
        self.sums.last().copied().unwrap_or(0)
    }

    /// How much lies below a number, which is thought to lie evenly between its neighbours.
    pub(super) fn below(&self, number: i128) -> u128 {
        let known = |step: &Step| numbered(&step.value);
        let behind = self.steps.partition_point(|step| known(step).is_some_and(|value| value <= number));
        let Some(before) = behind.checked_sub(1) else { return 0 };
        let ends = self.steps.get(before).and_then(known).zip(self.steps.get(behind).and_then(known));
        match (ends, self.between(before)) {
            (Some((low, high)), Some((start, width))) => start + share(width, number.abs_diff(low), high.abs_diff(low)),
            _ => self.all(),
        }
    }

    /// At most `parts - 1` values that cut what lies between two places into like parts. The least that is known is none of them,
    /// since nothing is known to lie below it.
    pub(super) fn cuts(&self, from: u128, to: u128, parts: usize) -> Vec<Value> {
        let parts = u128::try_from(parts).unwrap_or(1).max(1);
        let width = to.saturating_sub(from);
        let places = (1..parts).map(|part| from + width / parts * part + width % parts * part / parts);
        let mut cuts: Vec<Value> = places.filter_map(|place| self.value(place)).collect();
        cuts.retain(|cut| self.steps.first().is_none_or(|least| least.value != *cut));
        cuts.dedup();
        cuts
    }

    /// A value below which so much lies; of what has no numbers, the nearest that is known.
    fn value(&self, place: u128) -> Option<Value> {
        let before = self.sums.partition_point(|sum| *sum <= place).checked_sub(1)?;
        let low = &self.steps.get(before)?.value;
        let (Some(high), Some((start, width))) = (self.steps.get(before + 1), self.between(before)) else {
            return Some(low.clone());
        };
        let inside = place - start;
        match numbered(low).zip(numbered(&high.value)) {
            Some((from, to)) => of_number(from.checked_add_unsigned(share(to.abs_diff(from), inside, width))?, low),
            None if inside > width / 2 => Some(high.value.clone()),
            None => Some(low.clone()),
        }
    }

    /// Where the way to the step behind this one begins, and how much lies on it.
    fn between(&self, step: usize) -> Option<(u128, u128)> {
        let (start, end) = (self.sums.get(step)?, self.sums.get(step + 1)?);
        Some((*start, end - start))
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
    use super::*;

    fn steps(of: &[(i64, u64)]) -> Vec<Step> {
        of.iter().map(|(value, rows)| Step { value: Value::Int(*value), rows: *rows }).collect()
    }

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Int).collect()
    }

    /// All of it, in so many parts.
    fn cut(steps: &[Step], parts: usize) -> Vec<Value> {
        let histogram = Histogram::of(steps);
        histogram.cuts(0, histogram.all(), parts)
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

    #[test]
    fn what_is_asked_for_is_as_large_as_its_part_of_the_rows() {
        let steps = steps(&[(0, 0), (100, 10), (1_000, 10)]);
        let histogram = Histogram::of(&steps);
        let below = |number| histogram.below(number) / (PARTS / 10);
        assert_eq!([-1, 0, 50, 100, 550, 1_000, 9_999].map(below), [0, 0, 50, 100, 150, 200, 200]);
        let inside = histogram.cuts(histogram.below(10), histogram.below(20), 2);
        assert_eq!(inside, ints(&[15]), "a part of what lies between two steps");
        assert_eq!(histogram.cuts(histogram.below(5_000), histogram.all(), 2), ints(&[1_000]));
    }

    #[test]
    fn texts_are_cut_at_what_is_known_in_the_order_that_the_source_has() {
        let step = |text: &str, rows| Step { value: Value::Text(text.into()), rows };
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
        let known = [Step { value: value(-most), rows: 0 }, Step { value: value(most), rows: u64::MAX }];
        let cuts = cut(&known, 1_000);
        assert_eq!(cuts.len(), 999);
        assert!(cuts.is_sorted_by_key(numbered));
        let histogram = Histogram::of(&known);
        let half = histogram.below(0);
        assert!(half.abs_diff(histogram.all() / 2) < histogram.all() / 1_000, "{half} of {}", histogram.all());
    }
}
