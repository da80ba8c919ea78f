//! Value sets as we write them: AWS's reader throws on a range that is empty, on a bound on the wrong side, on a column that
//! is not called `col1` and on a type that is not its blocks'.

use std::cmp::Ordering;

use arrow_schema::{DataType, Field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Bound, Domain, Range, Value, Values};
use glaux::protocol::{Constraints, GetTableLayoutRequest, Identity, Request, Version, ipc};

use super::generate;
use super::ordered::Ordered;
use super::value_set::{assert_same, compare};

fn request(domain: Domain) -> Request {
    let constraints = Constraints { summary: [("c".to_owned(), domain)].into(), ..Constraints::default() };
    Request::GetTableLayout(GetTableLayoutRequest {
        identity: Identity::default(),
        query_id: String::new(),
        catalog: String::new(),
        table: connector_core::TableName::new("s", "t"),
        constraints,
        schema: arrow_schema::Schema::empty().into(),
        partition_columns: Vec::new(),
    })
}

/// The set as it stands in the message, and as it is read.
fn written(domain: &Domain, version: Version) -> (Ordered, Domain) {
    let bytes = request(domain.clone()).encode(version).unwrap();
    let set = Ordered::parse(&bytes).get("constraints").and_then(|c| c.get("summary")?.get("c").cloned()).unwrap();
    let Request::GetTableLayout(mut again) = Request::decode(&bytes).unwrap() else { panic!("another message") };
    (set, again.constraints.summary.remove("c").unwrap())
}

#[test]
fn ranges_are_written_in_order_none_of_them_empty_and_no_two_touching() {
    let mut random = generate::random();
    for _ in 0..600 {
        let domain = generate::domain(&mut random);
        let (_, again) = written(&domain, Version::default());
        assert_same("c", &domain, &again);
        let ranges = match again.values {
            Values::Ranges(ranges) => ranges,
            Values::In(list) => {
                list.into_iter().map(|v| Range { low: Bound::Included(v.clone()), high: Bound::Included(v) }).collect()
            }
            Values::All => continue,
            Values::NotIn(_) => panic!("a sorted set does not say what is not in it"),
        };
        assert!(ranges.iter().all(|range| !is_empty(range)), "{domain:?}: {ranges:?}");
        let lows: Vec<_> = ranges.iter().map(|range| value(&range.low)).collect();
        let in_order = |pair: &[Option<&Value>]| match (pair[0], pair[1]) {
            (Some(a), Some(b)) => compare(a, b).is_le(),
            (one, _) => one.is_none(),
        };
        assert!(lows.windows(2).all(in_order), "{domain:?}: {ranges:?}");
        assert!(ranges.windows(2).all(|pair| is_gap(&pair[0].high, &pair[1].low)), "{domain:?}: {ranges:?}");
    }
}

fn is_empty(range: &Range) -> bool {
    let (Some(low), Some(high)) = (value(&range.low), value(&range.high)) else { return false };
    match compare(low, high) {
        Ordering::Less => false,
        Ordering::Equal => matches!(range.low, Bound::Excluded(_)) || matches!(range.high, Bound::Excluded(_)),
        Ordering::Greater => true,
    }
}

/// Whether a value lies between two ranges; AWS's reader makes one of two that touch.
fn is_gap(high: &Bound, low: &Bound) -> bool {
    let (Some(end), Some(start)) = (value(high), value(low)) else { return false };
    let is_open = matches!((high, low), (Bound::Excluded(_), Bound::Excluded(_)));
    compare(end, start).is_lt() || is_open && compare(end, start).is_eq()
}

fn value(bound: &Bound) -> Option<&Value> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

#[test]
fn every_marker_is_one_that_awss_reader_takes() {
    let mut random = generate::random();
    for round in 0..400 {
        let domain = generate::domain(&mut random);
        let (set, _) = written(&domain, Version::ALL[round % Version::ALL.len()]);
        let Some(Ordered::Array(ranges)) = set.get("ranges") else { panic!("{set:?}") };
        for range in ranges {
            check_marker(range.get("low").unwrap(), "ABOVE", &domain.data_type);
            check_marker(range.get("high").unwrap(), "BELOW", &domain.data_type);
        }
    }
}

fn check_marker(marker: &Ordered, outer: &str, data_type: &DataType) {
    let text = |name: &str| match marker.get("valueBlock").and_then(|block| block.get(name)) {
        Some(Ordered::Text(text)) => STANDARD.decode(text).unwrap(),
        other => panic!("{other:?}"),
    };
    let schema = ipc::decode_schema(&text("schema")).unwrap();
    assert_eq!(
        schema.fields().iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        [&Field::new("col1", data_type.clone(), true)]
    );
    let rows = ipc::decode_batch(&text("records"), schema).unwrap().num_rows();
    let (bound, unbounded) = (marker.get("bound").unwrap(), marker.get("nullValue").unwrap());
    let is = |name: &str| *bound == Ordered::Text(name.into());
    match unbounded {
        Ordered::Bool(true) => assert!(is(outer) && rows == 0, "{marker:?}"),
        _ => assert!((is(outer) || is("EXACTLY")) && rows == 1, "{marker:?}"),
    }
}

#[test]
fn zeros_nan_and_text_beyond_the_basic_plane_are_written_in_athenas_order() {
    let order = |data_type: DataType, values: Vec<Value>| {
        let (_, again) = written(&Domain { data_type, values: Values::In(values), nulls: false }, Version::default());
        match again.values {
            Values::In(list) => list,
            // NaN equals nothing, itself included, so its range does not read as one value.
            Values::Ranges(ranges) => ranges.iter().filter_map(|range| value(&range.low).cloned()).collect(),
            other => panic!("{other:?}"),
        }
    };
    // As code points, not as UTF-16, where the second would come first.
    let texts = ["\u{e000}", "\u{1f600}"].map(|text| Value::Text(text.into()));
    assert_eq!(order(DataType::Utf8, texts.iter().rev().cloned().collect()), texts);
    let floats = order(
        DataType::Float64,
        vec![f64::NAN, 0.0, -0.0, f64::NEG_INFINITY].into_iter().map(Value::Float64).collect(),
    );
    let [Value::Float64(first), Value::Float64(zero), Value::Float64(last)] = floats.as_slice() else {
        panic!("{floats:?}")
    };
    assert_eq!((*first, *zero), (f64::NEG_INFINITY, 0.0));
    assert!(last.is_nan());
}

#[test]
fn a_type_without_known_values_is_told_as_all_or_none_and_nothing_as_not_null() {
    let list = DataType::new_list(DataType::Null, true);
    let read = |domain: &Domain| {
        let (set, again) = written(domain, Version::default());
        assert_eq!(set.get("@type"), Some(&Ordered::Text("AllOrNoneValueSet".into())));
        again
    };
    let named = |domain: Domain| (domain.values.is_all(), domain.nulls);
    assert_eq!(named(read(&Domain::all(list.clone()))), (true, true));
    assert_eq!(named(read(&Domain::only_null(list.clone()))), (false, true));
    assert_eq!(named(read(&Domain::not_null(list.clone()))), (true, false));
    let nothing = Domain { data_type: list, values: Values::In(Vec::new()), nulls: false };
    assert_eq!(named(read(&nothing)), (true, false), "the larger of the two that the wire cannot tell apart");
}

#[test]
fn a_value_that_does_not_fit_its_type_is_refused_by_column() {
    let wrong = Domain::single(DataType::Int8, Value::Int(1000));
    let error = request(wrong).encode(Version::default()).unwrap_err();
    assert!(error.to_string().contains("column \"c\"") && !error.to_string().contains("1000"), "{error}");
}
