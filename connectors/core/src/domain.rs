//! Which values of one column are wanted: the typed form of Athena's value sets.

use arrow_schema::DataType;

use crate::Value;

/// The allowed values of one column. A NULL passes exactly if `nulls` is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// The type the values have on Athena's side.
    pub data_type: DataType,
    /// Which non-null values pass.
    pub values: Values,
    /// Whether NULL passes.
    pub nulls: bool,
}

/// Which non-null values pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Every one.
    All,
    /// Those inside one of the ranges; no range, no value.
    Ranges(Vec<Range>),
    /// Those in the list.
    In(Vec<Value>),
    /// Those not in the list.
    NotIn(Vec<Value>),
}

/// A contiguous part of a type's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// Lower end.
    pub low: Bound,
    /// Upper end.
    pub high: Bound,
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// No end on this side.
    Unbounded,
    /// Up to and with the value.
    Included(Value),
    /// Up to but without the value.
    Excluded(Value),
}

impl Domain {
    /// Every value and NULL: no constraint at all.
    pub fn all(data_type: DataType) -> Self {
        Self { data_type, values: Values::All, nulls: true }
    }

    /// NULL alone.
    pub fn only_null(data_type: DataType) -> Self {
        Self { data_type, values: Values::Ranges(Vec::new()), nulls: true }
    }

    /// Every value but NULL.
    pub fn not_null(data_type: DataType) -> Self {
        Self { data_type, values: Values::All, nulls: false }
    }

    /// One value.
    pub fn single(data_type: DataType, value: Value) -> Self {
        Self { data_type, values: Values::In(vec![value]), nulls: false }
    }

    /// Whether nothing at all passes, so that the table need not be read.
    pub fn is_none(&self) -> bool {
        !self.nulls
            && match &self.values {
                Values::Ranges(ranges) => ranges.is_empty(),
                Values::In(list) => list.is_empty(),
                Values::All | Values::NotIn(_) => false,
            }
    }

    /// Whether everything passes.
    pub fn is_all(&self) -> bool {
        self.nulls && self.values.is_all()
    }
}

impl Values {
    /// Whether every non-null value passes.
    pub fn is_all(&self) -> bool {
        match self {
            Self::All => true,
            Self::Ranges(ranges) => ranges.iter().any(Range::is_all),
            Self::NotIn(list) => list.is_empty(),
            Self::In(_) => false,
        }
    }
}

impl Range {
    /// Whether both ends are open.
    pub fn is_all(&self) -> bool {
        self.low == Bound::Unbounded && self.high == Bound::Unbounded
    }

    /// The one value of a range that holds exactly one.
    pub fn single(&self) -> Option<&Value> {
        match (&self.low, &self.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high => Some(low),
            _ => None,
        }
    }
}
