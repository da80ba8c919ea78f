//! From a condition to the values of one column that can satisfy it: what Athena calls the summary.
//!
//! A domain holds every row the condition holds; it says itself whether it holds no other. Not here: the condition's own
//! evaluation, which always follows (floats have a NaN that no range describes).

use std::cmp::Ordering;

use connector_core::{Bound, Domain, Expr, Function, Range, Value, Values};
use datafusion::arrow::datatypes::DataType;

/// The rows of one column that a condition can hold for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Narrowed {
    /// The column.
    pub column: String,
    /// Its type.
    data_type: DataType,
    /// Disjoint, in order.
    ranges: Vec<(Cut, Cut)>,
    nulls: bool,
    /// Whether the condition is true for exactly these rows.
    pub exact: bool,
}

/// A point between values: an interval runs from one to another.
#[derive(Clone, Debug, PartialEq)]
enum Cut {
    Start,
    Before(Value),
    Behind(Value),
    End,
}

impl Cut {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Start, Self::Start) | (Self::End, Self::End) => Ordering::Equal,
            (Self::Start, _) | (_, Self::End) => Ordering::Less,
            (_, Self::Start) | (Self::End, _) => Ordering::Greater,
            (Self::Before(left), Self::Before(right)) | (Self::Behind(left), Self::Behind(right)) => order(left, right),
            (Self::Before(left), Self::Behind(right)) => order(left, right).then(Ordering::Less),
            (Self::Behind(left), Self::Before(right)) => order(left, right).then(Ordering::Greater),
        }
    }

    fn max(self, other: Self) -> Self {
        if self.order(&other) == Ordering::Less { other } else { self }
    }

    fn min(self, other: Self) -> Self {
        if self.order(&other) == Ordering::Greater { other } else { self }
    }
}

/// The order of two values of one type; of floats the one that readers of domains use, NaN greatest and −0 below 0.
fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Int(left), Value::Int(right))
        | (Value::Millis(left), Value::Millis(right))
        | (Value::ZonedMillis(left), Value::ZonedMillis(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Float32(left), Value::Float32(right)) => left.total_cmp(right),
        (Value::Float64(left), Value::Float64(right)) => left.total_cmp(right),
        (Value::Decimal { unscaled: left, .. }, Value::Decimal { unscaled: right, .. }) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        // Constants are folded to their column's type before they come here.
        _ => Ordering::Equal,
    }
}

impl Narrowed {
    /// Rows that pass both; both are of one column.
    pub fn and(self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        for (low, high) in &self.ranges {
            for (other_low, other_high) in &other.ranges {
                let (low, high) = (low.clone().max(other_low.clone()), high.clone().min(other_high.clone()));
                if low.order(&high) == Ordering::Less {
                    ranges.push((low, high));
                }
            }
        }
        Self { ranges, nulls: self.nulls && other.nulls, exact: self.exact && other.exact, ..self }
    }

    /// Rows that pass either; both are of one column.
    fn or(self, other: Self) -> Self {
        let mut all: Vec<(Cut, Cut)> = self.ranges.into_iter().chain(other.ranges).collect();
        all.sort_by(|left, right| left.0.order(&right.0));
        let mut ranges: Vec<(Cut, Cut)> = Vec::with_capacity(all.len());
        for (low, high) in all {
            match ranges.last_mut() {
                Some(last) if low.order(&last.1) != Ordering::Greater => last.1 = last.1.clone().max(high),
                _ => ranges.push((low, high)),
            }
        }
        Self { ranges, nulls: self.nulls || other.nulls, exact: self.exact && other.exact, ..self }
    }

    /// The other values; NULL passes if told so.
    fn others(self, nulls: bool) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut low = Cut::Start;
        for (next_low, next_high) in self.ranges {
            if low.order(&next_low) == Ordering::Less {
                ranges.push((low, next_low));
            }
            low = next_high;
        }
        if low != Cut::End {
            ranges.push((low, Cut::End));
        }
        Self { ranges, nulls, ..self }
    }

    /// As it travels.
    pub fn domain(&self) -> Domain {
        let ranges = self.ranges.iter().map(|(low, high)| Range { low: low_bound(low), high: high_bound(high) });
        let ranges: Vec<Range> = ranges.collect();
        let values = if matches!(&ranges[..], [only] if only.is_all()) { Values::All } else { Values::Ranges(ranges) };
        Domain { data_type: self.data_type.clone(), values, nulls: self.nulls }
    }
}

fn low_bound(cut: &Cut) -> Bound {
    match cut {
        Cut::Before(value) => Bound::Included(value.clone()),
        Cut::Behind(value) => Bound::Excluded(value.clone()),
        Cut::Start | Cut::End => Bound::Unbounded,
    }
}

fn high_bound(cut: &Cut) -> Bound {
    match cut {
        Cut::Before(value) => Bound::Excluded(value.clone()),
        Cut::Behind(value) => Bound::Included(value.clone()),
        Cut::Start | Cut::End => Bound::Unbounded,
    }
}

/// The values of a column that `condition` can be true for, if it is about one column and values bound them.
pub(super) fn narrowed(condition: &Expr) -> Option<Narrowed> {
    match condition {
        Expr::Column { data_type: DataType::Boolean, .. } => of(condition, vec![single(&Value::Bool(true))], false),
        Expr::Call { function, args, .. } => match (function, &args[..]) {
            (Function::Not, [inner]) => negated(inner),
            (Function::IsNull, [column @ Expr::Column { .. }]) => of(column, Vec::new(), true),
            (Function::In, [column @ Expr::Column { data_type, .. }, Expr::List { values, .. }]) => {
                let known = values.iter().flatten().filter(|value| !is_nan(value)).map(single).collect();
                values.iter().flatten().all(|value| fits(value, data_type)).then(|| listed(column, known))?
            }
            (Function::And, args) => conjunction(args),
            (Function::Or, [first, rest @ ..]) => {
                let mut all = narrowed(first)?;
                for arg in rest {
                    let next = narrowed(arg)?;
                    all = (next.column == all.column).then(|| all.or(next))?;
                }
                Some(all)
            }
            (function, [left, right]) => comparison(*function, left, right),
            _ => None,
        },
        _ => None,
    }
}

/// A conjunct that says nothing about the column leaves a superset.
fn conjunction(args: &[Expr]) -> Option<Narrowed> {
    let mut all: Option<Narrowed> = None;
    let mut exact = true;
    for arg in args {
        let next = narrowed(arg);
        all = match (all, next) {
            (None, Some(next)) => Some(next),
            (Some(all), Some(next)) if all.column == next.column => Some(all.and(&next)),
            (all, _) => {
                exact = false;
                all
            }
        };
        exact &= all.is_some();
    }
    all.map(|all| Narrowed { exact: exact && all.exact, ..all })
}

/// NOT of a condition that is NULL for NULL: the other values, but for floats, where NaN satisfies what no range says.
fn negated(inner: &Expr) -> Option<Narrowed> {
    if let Expr::Column { data_type: DataType::Boolean, .. } = inner {
        return of(inner, vec![single(&Value::Bool(false))], false);
    }
    let Expr::Call { function, args, .. } = inner else { return None };
    match (function, &args[..]) {
        (Function::IsNull, [column @ Expr::Column { .. }]) => of(column, vec![(Cut::Start, Cut::End)], false),
        (Function::IsDistinctFrom, _) => narrowed(inner).filter(|known| known.exact).map(|known| {
            let nulls = !known.nulls;
            known.others(nulls)
        }),
        (Function::In, [_, Expr::List { values, .. }]) if values.contains(&None) => {
            let known = narrowed(inner)?;
            Some(Narrowed { ranges: Vec::new(), nulls: false, ..known })
        }
        // NULL is unknown to a comparison and to IN, and NOT leaves it unknown.
        (Function::In, _) => narrowed(inner).filter(|known| known.exact).map(|known| known.others(false)),
        (function, [_, _]) if is_comparison(*function) => {
            narrowed(inner).filter(|known| known.exact).map(|known| known.others(false))
        }
        _ => None,
    }
}

fn is_comparison(function: Function) -> bool {
    use Function::{Equal, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual, NotEqual};
    matches!(function, Equal | NotEqual | LessThan | LessThanOrEqual | GreaterThan | GreaterThanOrEqual)
}

fn comparison(function: Function, left: &Expr, right: &Expr) -> Option<Narrowed> {
    let (function, column, value) = match (left, right) {
        (Expr::Column { .. }, Expr::Constant { value: Some(value), .. }) => (function, left, value),
        (Expr::Constant { value: Some(value), .. }, Expr::Column { .. }) => (function.mirrored()?, right, value),
        _ => return None,
    };
    if is_nan(value) || !fits(value, column.data_type()) {
        return None;
    }
    let (low, high) = single(value);
    let ranges = match function {
        Function::Equal => vec![(low, high)],
        Function::NotEqual | Function::IsDistinctFrom => vec![(Cut::Start, low), (high, Cut::End)],
        Function::LessThan => vec![(Cut::Start, low)],
        Function::LessThanOrEqual => vec![(Cut::Start, high)],
        Function::GreaterThan => vec![(high, Cut::End)],
        Function::GreaterThanOrEqual => vec![(low, Cut::End)],
        _ => return None,
    };
    of(column, ranges, function == Function::IsDistinctFrom)
}

/// The interval of one value; of a float's zero, both.
fn single(value: &Value) -> (Cut, Cut) {
    match value {
        Value::Float32(0.0) => (Cut::Before(Value::Float32(-0.0)), Cut::Behind(Value::Float32(0.0))),
        Value::Float64(0.0) => (Cut::Before(Value::Float64(-0.0)), Cut::Behind(Value::Float64(0.0))),
        other => (Cut::Before(other.clone()), Cut::Behind(other.clone())),
    }
}

fn listed(column: &Expr, mut values: Vec<(Cut, Cut)>) -> Option<Narrowed> {
    values.sort_by(|left, right| left.0.order(&right.0));
    values.dedup();
    of(column, values, false)
}

fn of(column: &Expr, ranges: Vec<(Cut, Cut)>, nulls: bool) -> Option<Narrowed> {
    let Expr::Column { name, data_type } = column else { return None };
    let is_float = matches!(data_type, DataType::Float32 | DataType::Float64);
    // Whether a value is NULL is told exactly even of floats.
    let all_or_none = ranges.is_empty() || ranges == [(Cut::Start, Cut::End)];
    let exact = !is_float || all_or_none;
    Some(Narrowed { column: name.clone(), data_type: data_type.clone(), ranges, nulls, exact })
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float32(value) if value.is_nan()) || matches!(value, Value::Float64(value) if value.is_nan())
}

/// Whether a value can bound a column of this type; the evaluator also compares values of other types.
fn fits(value: &Value, data_type: &DataType) -> bool {
    match (value, data_type) {
        (Value::Bool(_), DataType::Boolean)
        | (Value::Int(_), DataType::Int64)
        | (Value::Float32(_), DataType::Float32)
        | (Value::Float64(_), DataType::Float64)
        | (Value::Text(_), DataType::Utf8)
        | (Value::Bytes(_), DataType::Binary)
        | (Value::Date(_), DataType::Date32)
        | (Value::Millis(_), DataType::Date64)
        | (Value::ZonedMillis(_), DataType::Timestamp(_, Some(_))) => true,
        (Value::Int(value), DataType::Int8) => i8::try_from(*value).is_ok(),
        (Value::Int(value), DataType::Int16) => i16::try_from(*value).is_ok(),
        (Value::Int(value), DataType::Int32) => i32::try_from(*value).is_ok(),
        (Value::Decimal { scale, .. }, DataType::Decimal128(_, stated)) => scale == stated,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(data_type: &DataType) -> Expr {
        Expr::Column { name: "c".into(), data_type: data_type.clone() }
    }

    fn compare(function: Function, value: Value, data_type: &DataType) -> Expr {
        let constant = Expr::Constant { value: Some(value), data_type: data_type.clone() };
        call(function, vec![column(data_type), constant])
    }

    fn call(function: Function, args: Vec<Expr>) -> Expr {
        Expr::Call { function, args, data_type: DataType::Boolean }
    }

    fn int(function: Function, value: i64) -> Expr {
        compare(function, Value::Int(value), &DataType::Int32)
    }

    fn ranges(condition: &Expr) -> Vec<(Bound, Bound)> {
        match narrowed(condition).unwrap().domain().values {
            Values::Ranges(ranges) => ranges.into_iter().map(|range| (range.low, range.high)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ranges_that_touch_become_one_and_what_excludes_itself_becomes_none() {
        let at = |value| Bound::Included(Value::Int(value));
        let either = call(Function::Or, vec![int(Function::LessThan, 5), int(Function::GreaterThanOrEqual, 5)]);
        assert_eq!(narrowed(&either).unwrap().domain(), Domain::not_null(DataType::Int32));
        let both = call(Function::And, vec![int(Function::GreaterThan, 5), int(Function::LessThan, 5)]);
        assert!(narrowed(&both).unwrap().domain().is_none());
        let list =
            Expr::List { values: vec![Some(Value::Int(7)), Some(Value::Int(1)), None], data_type: DataType::Int32 };
        let listed = call(Function::In, vec![column(&DataType::Int32), list]);
        assert_eq!(ranges(&listed), [(at(1), at(1)), (at(7), at(7))]);
        let outside = narrowed(&call(Function::Not, vec![listed])).unwrap().domain();
        assert!(outside.is_none(), "NULL in the list lets nothing be known to be outside");
    }

    #[test]
    fn null_passes_only_what_takes_it_for_a_value() {
        let nulls = |condition: &Expr| narrowed(condition).unwrap().domain().nulls;
        let distinct = int(Function::IsDistinctFrom, 5);
        assert!(nulls(&distinct) && !nulls(&call(Function::Not, vec![distinct])));
        let is_null = call(Function::IsNull, vec![column(&DataType::Int32)]);
        assert!(nulls(&is_null) && !nulls(&call(Function::Not, vec![is_null.clone()])));
        assert!(nulls(&call(Function::Or, vec![is_null, int(Function::Equal, 5)])));
        assert!(!nulls(&call(Function::Not, vec![int(Function::Equal, 5)])));
    }

    #[test]
    fn a_float_is_never_exact_its_zeros_are_both_in_and_its_nan_is_never_cut_off() {
        let double = |function, value| compare(function, Value::Float64(value), &DataType::Float64);
        let zero = narrowed(&double(Function::GreaterThanOrEqual, 0.0)).unwrap();
        assert!(!zero.exact);
        // By bits, because 0 equals −0.
        assert!(matches!(zero.ranges[..], [(Cut::Before(Value::Float64(low)), Cut::End)] if low.is_sign_negative()));
        assert_eq!(narrowed(&double(Function::Equal, f64::NAN)), None);
        assert_eq!(narrowed(&call(Function::Not, vec![double(Function::GreaterThan, 1.0)])), None);
        assert_eq!(ranges(&double(Function::NotEqual, 1.0)).len(), 2);
    }

    #[test]
    fn a_conjunct_about_another_column_leaves_a_superset() {
        let other = Expr::Column { name: "d".into(), data_type: DataType::Boolean };
        let both = narrowed(&call(Function::And, vec![int(Function::Equal, 5), other.clone()])).unwrap();
        assert!(both.column == "c" && !both.exact);
        assert_eq!(narrowed(&call(Function::Or, vec![int(Function::Equal, 5), other])), None);
    }
}
