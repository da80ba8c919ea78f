//! When two types are the same. Not here: which types travel (`eval`, the protocol).

use arrow_schema::DataType;

/// Whether two types lay their values out alike: names of children and zones of instants do not matter to that.
pub fn same_layout(left: &DataType, right: &DataType) -> bool {
    match (left, right) {
        (DataType::Timestamp(left, Some(_)), DataType::Timestamp(right, Some(_))) => left == right,
        _ => left.equals_datatype(right),
    }
}

/// Whether a constraint on a column of one type may be stated in the other: as [`same_layout`], but a nested type travels in a
/// constraint without its children (protocol reference 2.7).
pub fn same_type(left: &DataType, right: &DataType) -> bool {
    use DataType::{List, Map, Struct};
    matches!((left, right), (List(_), List(_)) | (Struct(_), Struct(_)) | (Map(..), Map(..)))
        || same_layout(left, right)
}

/// Whether all of these are one type.
pub fn one_type(types: &[DataType]) -> bool {
    types.windows(2).all(|pair| matches!(pair, [left, right] if left == right))
}

/// Whether a source compares any two of these as they are: exact numbers with each other, all else with its own kind.
pub fn one_family(types: &[DataType]) -> bool {
    let family = |data_type: &DataType| match data_type {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::Decimal128(..) => 0,
        DataType::Boolean => 1,
        DataType::Utf8 => 2,
        DataType::Binary => 3,
        DataType::Date32 => 4,
        _ => 5,
    };
    types.windows(2).all(|pair| matches!(pair, [left, right] if family(left) == family(right)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{Field, TimeUnit};

    use super::*;

    #[test]
    fn a_zone_says_nothing_about_values_and_a_child_only_about_their_layout() {
        let zoned = |unit, zone: &str| DataType::Timestamp(unit, Some(zone.into()));
        let (utc, paris) = (zoned(TimeUnit::Millisecond, "UTC"), zoned(TimeUnit::Millisecond, "Europe/Paris"));
        assert!(same_layout(&utc, &paris) && same_type(&utc, &paris));
        assert!(!same_layout(&utc, &zoned(TimeUnit::Second, "UTC")));
        assert!(!same_layout(&utc, &DataType::Timestamp(TimeUnit::Millisecond, None)));
        let list = |name: &str, item| DataType::List(Arc::new(Field::new(name, item, true)));
        assert!(same_layout(&list("a", DataType::Int32), &list("b", DataType::Int32)));
        let (whole, text) = (list("a", DataType::Int32), list("a", DataType::Utf8));
        assert!(!same_layout(&whole, &text) && same_type(&whole, &text));
        assert!(!same_type(&whole, &DataType::Struct([].into())));
    }
}
