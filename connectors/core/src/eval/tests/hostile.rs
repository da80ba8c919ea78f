//! Input that no Athena would send: an error by kind, never a panic.

use arrow_array::{ListArray, RecordBatchOptions, new_null_array};

use super::*;
use crate::ErrorKind;
use crate::eval::{MAX_DEPTH, supports};

fn sample() -> RecordBatch {
    let list: ArrayRef =
        Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some(vec![Some(1)]), None]));
    let large: ArrayRef = Arc::new(arrow_array::LargeStringArray::from(vec!["a", "b"]));
    batch(&[("i", integers(&[Some(1), None])), ("s", texts(&[Some("a"), None])), ("l", list), ("u", large)])
}

fn kind(expr: &Expr) -> ErrorKind {
    let error = evaluate(expr, &sample()).unwrap_err();
    let message = error.to_string();
    assert!(!message.contains("31337") && !message.contains("sesame"), "data in a message: {message}");
    error.kind()
}

fn nested(depth: usize) -> Expr {
    (0..depth).fold(test(Function::IsNull, vec![column("i", DataType::Int32)]), |expr, _| not(expr))
}

#[test]
fn nesting_ends_at_the_stated_limit() {
    let deepest = nested(MAX_DEPTH - 1);
    assert_eq!(answers(&sample(), &deepest), [TRUE, FALSE]);
    assert_eq!(kind(&nested(MAX_DEPTH)), ErrorKind::Invalid);
    assert_eq!(try_rows(&sample(), &[], &[nested(MAX_DEPTH * 4)]).unwrap_err().kind(), ErrorKind::Invalid);
    let sum = (1..MAX_DEPTH)
        .fold(column("i", DataType::Int32), |expr, _| call(Function::Add, vec![integer(1), expr], DataType::Int32));
    assert_eq!(answers(&sample(), &test(Function::Equal, vec![sum, integer(500)])), [TRUE, NULL]);
}

#[test]
fn every_function_refuses_every_wrong_arity() {
    let arg = || column("i", DataType::Int32);
    for function in Function::ALL {
        for count in [0, 1, 2, 3, 7] {
            let args: Vec<Expr> = (0..count).map(|_| arg()).collect();
            let types = vec![DataType::Int32; count];
            for result in [DataType::Boolean, DataType::Int32, DataType::Utf8, DataType::LargeUtf8] {
                let possible = supports(*function, &types, &result) && *function != Function::In;
                let answer = evaluate(&call(*function, args.clone(), result.clone()), &sample());
                assert_eq!(answer.is_ok(), possible, "{function:?} of {count} giving {result}: {answer:?}");
            }
        }
    }
}

#[test]
fn wrong_types_are_errors() {
    let i = || column("i", DataType::Int32);
    let s = || column("s", DataType::Utf8);
    let l = || column("l", sample().column(2).data_type().clone());
    let secret = || text("sesame");
    for (expr, expected) in [
        (test(Function::Equal, vec![i(), secret()]), ErrorKind::Unsupported),
        (test(Function::Equal, vec![l(), l()]), ErrorKind::Unsupported),
        (test(Function::LikePattern, vec![i(), secret()]), ErrorKind::Unsupported),
        (test(Function::And, vec![i(), s()]), ErrorKind::Unsupported),
        (test(Function::In, vec![s(), l()]), ErrorKind::Unsupported),
        (column("u", DataType::LargeUtf8), ErrorKind::Unsupported),
        (column("i", DataType::Int64), ErrorKind::Invalid),
        (column("nowhere", DataType::Int64), ErrorKind::NotFound),
        (constant(Value::Int(31_337), DataType::Int8), ErrorKind::Invalid),
        (constant(Value::Text("sesame".into()), DataType::Int8), ErrorKind::Invalid),
        (constant(Value::ZonedMillis(i64::MAX), zoned()), ErrorKind::Invalid),
        (constant(Value::Decimal { unscaled: 31_337, scale: 2 }, DataType::Decimal128(4, 2)), ErrorKind::Invalid),
        (constant(Value::Decimal { unscaled: 1, scale: -128 }, DataType::Decimal128(4, 2)), ErrorKind::Invalid),
        (constant(Value::Decimal { unscaled: 1, scale: -2 }, DataType::Decimal128(4, -2)), ErrorKind::Unsupported),
        (Expr::List { values: vec![], data_type: DataType::Int32 }, ErrorKind::Invalid),
        (test(Function::In, vec![i(), Expr::List { values: vec![], data_type: DataType::Int32 }]), ErrorKind::Invalid),
        (
            test(
                Function::In,
                vec![i(), Expr::List { values: vec![Some(Value::Text("sesame".into()))], data_type: DataType::Int32 }],
            ),
            ErrorKind::Invalid,
        ),
    ] {
        assert_eq!(kind(&expr), expected, "{expr:?}");
    }
    assert_eq!(answers(&sample(), &test(Function::IsNull, vec![l()])), [FALSE, TRUE]);
    assert_eq!(try_rows(&sample(), &[], &[i()]).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn domains_of_the_wrong_kind_are_errors() {
    let list_type = sample().column(2).data_type().clone();
    let value = || Value::Text("sesame".into());
    for (name, domain, expected) in [
        ("nowhere", Domain::all(DataType::Int32), ErrorKind::NotFound),
        ("i", Domain::all(DataType::Utf8), ErrorKind::Invalid),
        ("i", Domain::single(DataType::Int32, value()), ErrorKind::Invalid),
        ("i", Domain::single(DataType::Int32, Value::Decimal { unscaled: 1, scale: 127 }), ErrorKind::Invalid),
        ("i", Domain::single(DataType::Int32, Value::Decimal { unscaled: 1, scale: -1 }), ErrorKind::Invalid),
        ("s", Domain::single(DataType::Utf8, Value::Bytes(vec![1])), ErrorKind::Invalid),
        ("l", Domain::single(list_type.clone(), value()), ErrorKind::Unsupported),
        ("u", Domain::all(DataType::LargeUtf8), ErrorKind::Unsupported),
    ] {
        let error = try_rows(&sample(), &[(name, domain)], &[]).unwrap_err();
        assert_eq!(error.kind(), expected, "{name}: {error}");
        assert!(error.to_string().contains(name) && !error.to_string().contains("sesame"), "{error}");
    }
    assert_eq!(rows(&sample(), &[("l", Domain::not_null(list_type.clone()))], &[]), [0]);
    assert_eq!(rows(&sample(), &[("l", Domain::only_null(list_type))], &[]), [1]);
}

#[test]
fn a_batch_of_nothing_is_answered() {
    let nothing = RecordBatch::new_empty(sample().schema());
    assert_eq!(answers(&nothing, &test(Function::Equal, vec![integer(1), integer(1)])), []);
    let unknown = batch(&[("n", new_null_array(&DataType::Null, 2))]);
    let n = || column("n", DataType::Null);
    assert_eq!(answers(&unknown, &test(Function::IsNull, vec![n()])), [TRUE, TRUE]);
    assert_eq!(answers(&unknown, &test(Function::Equal, vec![n(), integer(1)])), [NULL, NULL]);
    assert_eq!(rows(&unknown, &[("n", Domain::only_null(DataType::Null))], &[]), [0, 1]);
    assert_eq!(rows(&unknown, &[("n", Domain::not_null(DataType::Null))], &[]), [0_usize; 0]);
    assert_eq!(evaluate(&n(), &unknown).unwrap().null_count(), 0);
}

#[test]
fn a_batch_without_columns_keeps_its_count() {
    let counted = RecordBatch::try_new_with_options(
        Arc::new(Schema::empty()),
        vec![],
        &RecordBatchOptions::new().with_row_count(Some(70)),
    )
    .unwrap();
    let pass = |filter| crate::eval::filter(&counted, &[], &[filter]).unwrap().num_rows();
    assert_eq!(pass(constant(Value::Bool(true), DataType::Boolean)), 70);
    assert_eq!(pass(null(DataType::Boolean)), 0);
    assert_eq!(pass(test(Function::LessThan, vec![integer(1), integer(2)])), 70);
}

#[test]
fn a_constant_too_large_to_repeat_is_refused() {
    let long = constant(Value::Text("x".repeat(1 << 20)), DataType::Utf8);
    let many = batch(&[("i", integers(&vec![None; 4096]))]);
    assert_eq!(evaluate(&long, &many).unwrap_err().kind(), ErrorKind::TooLarge);
}
