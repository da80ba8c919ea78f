//! Which rows a domain lets pass.
//!
//! A NULL passes exactly if the domain says so, everything else if its values do (protocol, null semantics). In a domain NaN is
//! a value like any other, equal to itself and greater than all (Trino, `SortedRangeSet`, which orders by the type's
//! unordered-last comparison; PostgreSQL orders it so too). So `x <> 5` of a float, written as the two ranges around 5, lets
//! NaN pass as it must, and a row too many is harmless, because whoever wrote the predicate filters again.

use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::bits::constant;
use super::keys::is_nan;
use super::set::ValueSet;
use super::types::family;
use crate::{Bound, Domain, Error, Range, Result, Values};

/// The rows of a column that a domain lets pass.
///
/// Errors: invalid, for a domain of another type than the column; unsupported, for values that have no order or equality.
pub(super) fn passing(array: &ArrayRef, domain: &Domain) -> Result<BooleanBuffer> {
    let (actual, stated) = (array.data_type(), &domain.data_type);
    let Some(found) = family(actual) else {
        return Err(Error::unsupported(format!("values of {actual} are not evaluated")));
    };
    if family(stated) != Some(found) {
        return Err(Error::invalid(format!("the constraint is on {stated}, the column is {actual}")));
    }
    if *actual == DataType::Null {
        return Ok(constant(domain.nulls, array.len()));
    }
    let values = matching(array, &domain.values)?;
    Ok(match array.nulls() {
        None => values,
        Some(nulls) if domain.nulls => &values | &!nulls.inner(),
        Some(nulls) => &values & nulls.inner(),
    })
}

fn matching(array: &ArrayRef, values: &Values) -> Result<BooleanBuffer> {
    let (rows, data_type) = (array.len(), array.data_type());
    match values {
        values if values.is_all() => Ok(constant(true, rows)),
        Values::All => Ok(constant(true, rows)),
        Values::Ranges(ranges) if ranges.is_empty() => Ok(constant(false, rows)),
        Values::In(list) if list.is_empty() => Ok(constant(false, rows)),
        Values::Ranges(ranges) => {
            // What starts at NaN holds no other value.
            let ordinary = ranges.iter().filter(|range| !bounded_by_nan(&range.low));
            ValueSet::of_ranges(data_type, ordinary)?.contained(array, ranges.iter().any(lets_nan_pass))
        }
        Values::In(list) => ValueSet::of_list(data_type, list.iter())?.contained(array, list.iter().any(is_nan)),
        Values::NotIn(list) => {
            Ok(!&ValueSet::of_list(data_type, list.iter())?.contained(array, list.iter().any(is_nan))?)
        }
    }
}

fn lets_nan_pass(range: &Range) -> bool {
    let low = !matches!(&range.low, Bound::Excluded(value) if is_nan(value));
    let high = match &range.high {
        Bound::Unbounded => true,
        Bound::Included(value) => is_nan(value),
        Bound::Excluded(_) => false,
    };
    low && high
}

fn bounded_by_nan(bound: &Bound) -> bool {
    match bound {
        Bound::Unbounded => false,
        Bound::Included(value) | Bound::Excluded(value) => is_nan(value),
    }
}
