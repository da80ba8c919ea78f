//! A key, ranges of it, and where to cut them.

use arrow_schema::DataType;

use super::{Split, Step};
use crate::{Column, Value};

/// A key whose first column has fewer values, as the tenant of a key of tenant and number, is taken only where there is no other.
pub const MANY_VALUES: u64 = 64;

/// What the source knows about the columns along which its table is best cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Their names as Athena knows them, in the order of their index; one behind another parts rows that are alike in all before.
    pub columns: Vec<String>,
    /// Whether the first may be NULL.
    pub nullable: bool,
    /// About how many bytes the table has.
    pub bytes: u64,
    /// What looking at the whole table counts for at the server, in the unit of [`crate::Estimate::effort`]; 0 where that is not known.
    pub effort: u64,
    /// In how many partitions a look into its index may have to look; 1 where that is not asked.
    pub partitions: u64,
    /// How the rows lie along the first, as far as the source knows; where it does not, the least and the largest value are asked
    /// for, so that an index must have them.
    pub histogram: Vec<Step>,
}

/// A place in the order of a key: a value of its first column, or of so many of them. It stands before all rows that have these
/// values, those included that are NULL in a column behind. One without values is no place.
pub type Place = Vec<Value>;

/// The rows of a key from one place to another.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRange {
    /// The columns' names as Athena knows them: as many as the longer place has values.
    pub columns: Vec<String>,
    /// Where what belongs begins; without values there is no lower end.
    pub from: Place,
    /// Where what belongs has ended; without values there is no upper end.
    pub below: Place,
    /// Whether rows belong that are NULL in the first column.
    pub nulls: bool,
    /// The moment of the source at which all ranges of a plan are read, in its own count; none where each is read at its own.
    pub moment: Option<u64>,
}

/// The ranges between places, which stand in the source's order; NULL in the first column belongs to the first.
pub(crate) fn ranges(columns: &[String], nullable: bool, cuts: Vec<Place>) -> Vec<KeyRange> {
    let mut from = Place::new();
    let mut ranges = Vec::with_capacity(cuts.len() + 1);
    for below in cuts.into_iter().chain([Place::new()]) {
        let nulls = nullable && ranges.is_empty();
        let deepest = from.len().max(below.len()).max(1);
        let columns = columns.iter().take(deepest).cloned().collect();
        ranges.push(KeyRange { columns, from, below: below.clone(), nulls, moment: None });
        from = below;
    }
    ranges
}

impl KeyRange {
    /// All rows.
    pub fn everything() -> Self {
        Self { columns: Vec::new(), from: Place::new(), below: Place::new(), nulls: true, moment: None }
    }

    /// Whether every row belongs.
    pub(crate) fn is_everything(&self) -> bool {
        self.from.is_empty() && self.below.is_empty() && self.nulls
    }

    /// This range as a split; the range of everything is the whole.
    pub(super) fn into_split(self) -> Split {
        if self.from.is_empty() && self.below.is_empty() { Split::Whole } else { Split::Range(self) }
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

/// The least value of a column behind one, of numbers, days, and times in milliseconds; none of what else there is, nor behind the last.
pub fn successor(column: &Column, value: &Value) -> Option<Value> {
    let next = of_number(numbered(value)?.checked_add(1)?, value)?;
    let exists = match (&column.mapping.data_type, &next) {
        (DataType::Int8, Value::Int(next)) => i8::try_from(*next).is_ok(),
        (DataType::Int16, Value::Int(next)) => i16::try_from(*next).is_ok(),
        (DataType::Int32, Value::Int(next)) => i32::try_from(*next).is_ok(),
        _ => true,
    };
    exists.then_some(next)
}

/// The places that part what is so wide, and begins there, into so many like parts.
pub(super) fn spaced(start: u128, width: u128, parts: u128) -> impl Iterator<Item = u128> {
    (1..parts).map(move |part| start + width / parts * part + width % parts * part / parts)
}

/// At most `parts - 1` cuts that lie evenly between two numbers, as values of the type that `like` has.
pub(super) fn evenly(low: i128, high: i128, parts: usize, like: &Value) -> Vec<Value> {
    // Two decimals may be further apart than the largest number that has a sign.
    let width = if high > low { high.abs_diff(low) } else { 0 };
    let parts = u128::try_from(parts).unwrap_or(1).max(1);
    let cuts = spaced(0, width, parts).filter(|distance| *distance > 0);
    let mut cuts: Vec<_> = cuts.filter_map(|distance| of_number(low.checked_add_unsigned(distance)?, like)).collect();
    cuts.dedup();
    cuts
}

/// Values that are numbers in their order, each once; others stay as the source has put them.
pub fn in_order(mut values: Vec<Value>) -> Vec<Value> {
    if values.iter().all(|value| numbered(value).is_some()) {
        values.sort_by_key(numbered);
    }
    values.dedup();
    values
}

/// A value of a key by its text in statistics: a number by its digits, a day since 1970-01-01 or a moment's milliseconds since by
/// theirs, any other by itself.
pub fn known_value(column: &Column, text: &str) -> Option<Value> {
    match column.mapping.data_type {
        DataType::Utf8 => Some(Value::Text(text.to_owned())),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => text.parse().ok().map(Value::Int),
        DataType::Date32 => text.parse().ok().map(Value::Date),
        DataType::Date64 => text.parse().ok().map(Value::Millis),
        DataType::Timestamp(..) => text.parse().ok().map(Value::ZonedMillis),
        DataType::Decimal128(_, scale) => unscaled(text, scale),
        _ => None,
    }
}

/// The digits of a decimal at a scale.
fn unscaled(text: &str, scale: i8) -> Option<Value> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(scale).ok()?;
    let digits = (fraction.len() <= places).then(|| format!("{whole}{fraction:0<places$}"))?;
    Some(Value::Decimal { unscaled: digits.parse().ok()?, scale })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ColumnMapping, Pushdown, ReadAs};

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

    /// As the places are meant: NULL stands before all values, and a place before all rows that begin with its values.
    fn holds(range: &KeyRange, row: &[Option<i64>]) -> bool {
        let place = |place: &Place| -> Vec<Option<i64>> {
            place.iter().map(|value| numbered(value).and_then(|number| i64::try_from(number).ok())).collect()
        };
        let is_behind = |place: &[Option<i64>]| row.get(..place.len()).is_some_and(|row| row >= place);
        let (from, below) = (place(&range.from), place(&range.below));
        if row.first().is_none_or(Option::is_none) {
            return range.nulls;
        }
        is_behind(&from) && (below.is_empty() || !is_behind(&below))
    }

    #[test]
    fn every_row_is_in_exactly_one_range() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let cuts = [&[-5][..], &[0], &[0], &[0, 3], &[0, 3, 7], &[0, 9], &[9], &[9, 1]].map(ints);
        let ranges = ranges(&names, true, cuts.to_vec());
        let values = [None, Some(i64::MIN), Some(-5), Some(0), Some(3), Some(7), Some(9), Some(i64::MAX)];
        for (a, b, c) in triples(&values) {
            let held = ranges.iter().filter(|range| holds(range, &[a, b, c])).count();
            assert_eq!(held, 1, "{a:?} {b:?} {c:?}");
        }
        let depths: Vec<usize> = ranges.iter().map(|range| range.columns.len()).collect();
        assert_eq!(depths, [1, 1, 1, 2, 3, 3, 2, 2, 2]);
        assert!(super::ranges(&names, false, vec![ints(&[1])]).iter().all(|range| !range.nulls));
    }

    fn triples<T: Copy>(of: &[T]) -> impl Iterator<Item = (T, T, T)> {
        of.iter().flat_map(move |a| of.iter().flat_map(move |b| of.iter().map(move |c| (*a, *b, *c))))
    }

    #[test]
    fn the_last_value_has_no_successor_and_neither_has_a_text() {
        let column = |data_type| Column {
            name: "k".into(),
            remote_name: "k".into(),
            comment: None,
            announced: None,
            mapping: ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full },
        };
        let decimal = |unscaled| Value::Decimal { unscaled, scale: 2 };
        for (data_type, value, expected) in [
            (DataType::Int32, Value::Int(-1), Some(Value::Int(0))),
            (DataType::Int32, Value::Int(i32::MAX.into()), None),
            (DataType::Int64, Value::Int(i32::MAX.into()), Some(Value::Int(1 << 31))),
            (DataType::Int64, Value::Int(i64::MAX), None),
            (DataType::Int16, Value::Int(i16::MAX.into()), None),
            (DataType::Date32, Value::Date(9), Some(Value::Date(10))),
            (DataType::Date32, Value::Date(i32::MAX), None),
            (DataType::Date64, Value::Millis(-1), Some(Value::Millis(0))),
            (DataType::Decimal128(9, 2), decimal(99), Some(decimal(100))),
            (DataType::Decimal128(38, 2), decimal(i128::MAX), None),
            (DataType::Utf8, Value::Text("a".into()), None),
        ] {
            assert_eq!(successor(&column(data_type), &value), expected, "{value:?}");
        }
    }

    #[test]
    fn numbers_are_read_at_their_scale_or_not_at_all() {
        for (text, scale, expected) in [
            ("12.5", 3, Some(12_500)),
            ("-0.05", 2, Some(-5)),
            ("7", 0, Some(7)),
            ("7", 2, Some(700)),
            ("1.234", 2, None),
            ("NaN", 2, None),
            ("Infinity", 0, None),
        ] {
            let expected = expected.map(|unscaled| Value::Decimal { unscaled, scale });
            assert_eq!(unscaled(text, scale), expected, "{text} at {scale}");
        }
    }

    #[test]
    fn numbers_are_put_in_order_and_texts_are_left_in_theirs() {
        assert_eq!(in_order(ints(&[3, -1, 3, 2])), ints(&[-1, 2, 3]));
        let texts = ["b", "A", "A", "c"].map(|text| Value::Text(text.into()));
        assert_eq!(in_order(texts.to_vec()), ["b", "A", "c"].map(|text| Value::Text(text.into())));
    }
}
