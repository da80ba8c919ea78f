//! One table per rule: expression or domain, rows, answer.

use arrow_array::types::{Decimal128Type, Float64Type, Int8Type, Int32Type, Int64Type, TimestampMillisecondType};

use super::*;
use crate::ErrorKind;
use crate::eval::{filter, supports};

use Function::{
    Add, And, Array as ArrayOf, Divide, Equal, GreaterThan, GreaterThanOrEqual, In, IsDistinctFrom, IsNull, LessThan,
    LessThanOrEqual, LikePattern, Modulus, Multiply, Negate, NotEqual, NullIf, Or, Subtract,
};

const NAN: f64 = f64::NAN;

fn fails(batch: &RecordBatch, expr: &Expr, words: &str) {
    let error = evaluate(expr, batch).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn nan_is_unequal_to_all_and_in_no_order_but_not_distinct_from_itself() {
    let batch = batch(&[
        ("x", doubles(&[Some(NAN), Some(NAN), Some(1.0), Some(-0.0), None])),
        ("y", doubles(&[Some(NAN), Some(1.0), Some(1.0), Some(0.0), Some(NAN)])),
    ]);
    let pair = || vec![column("x", DataType::Float64), column("y", DataType::Float64)];
    for (function, expected) in [
        (Equal, [FALSE, FALSE, TRUE, TRUE, NULL]),
        (NotEqual, [TRUE, TRUE, FALSE, FALSE, NULL]),
        (LessThan, [FALSE, FALSE, FALSE, FALSE, NULL]),
        (LessThanOrEqual, [FALSE, FALSE, TRUE, TRUE, NULL]),
        (GreaterThan, [FALSE, FALSE, FALSE, FALSE, NULL]),
        (GreaterThanOrEqual, [FALSE, FALSE, TRUE, TRUE, NULL]),
        (IsDistinctFrom, [FALSE, TRUE, FALSE, FALSE, TRUE]),
    ] {
        assert_eq!(answers(&batch, &test(function, pair())), expected, "{function:?}");
    }
    let list =
        Expr::List { values: vec![Some(Value::Float64(NAN)), Some(Value::Float64(0.0))], data_type: DataType::Float64 };
    let within = test(In, vec![column("x", DataType::Float64), list]);
    assert_eq!(answers(&batch, &within), [FALSE, FALSE, FALSE, TRUE, NULL]);
}

#[test]
fn a_real_is_compared_with_a_double_as_the_number_it_is() {
    let reals: ArrayRef = Arc::new(Float32Array::from(vec![0.1, 0.5, f32::NAN, -0.0]));
    let batch = batch(&[("r", reals)]);
    let r = || column("r", DataType::Float32);
    let real = |value| constant(Value::Float32(value), DataType::Float32);
    assert_eq!(rows(&batch, &[], &[test(Equal, vec![r(), double(0.1)])]), [0_usize; 0]);
    assert_eq!(rows(&batch, &[], &[test(Equal, vec![r(), real(0.1)])]), [0]);
    assert_eq!(rows(&batch, &[], &[test(GreaterThan, vec![r(), double(0.1)])]), [0, 1]);
    assert_eq!(rows(&batch, &[], &[test(IsDistinctFrom, vec![r(), real(f32::NAN)])]), [0, 1, 3]);
    let point = |value| Domain::single(DataType::Float32, value);
    assert_eq!(rows(&batch, &[("r", point(Value::Float32(0.1)))], &[]), [0]);
    assert_eq!(rows(&batch, &[("r", point(Value::Float64(0.1)))], &[]), [0_usize; 0]);
}

#[test]
fn in_a_domain_nan_is_greater_than_all_and_equal_to_itself() {
    let batch = batch(&[("d", doubles(&[Some(NAN), Some(5.0), Some(6.0), Some(f64::INFINITY), None]))]);
    let five = || Value::Float64(5.0);
    let domain = |values| Domain { data_type: DataType::Float64, values, nulls: false };
    let around = vec![(Bound::Unbounded, Bound::Excluded(five())), (Bound::Excluded(five()), Bound::Unbounded)];
    let between = vec![(Bound::Included(five()), Bound::Included(Value::Float64(6.0)))];
    let nan = || Value::Float64(NAN);
    for (case, domain, expected) in [
        ("<> 5", ranges(DataType::Float64, around), vec![0, 2, 3]),
        ("between", ranges(DataType::Float64, between), vec![1, 2]),
        ("< 5", ranges(DataType::Float64, vec![(Bound::Unbounded, Bound::Excluded(five()))]), vec![]),
        ("> 5", ranges(DataType::Float64, vec![(Bound::Excluded(five()), Bound::Unbounded)]), vec![0, 2, 3]),
        ("NaN", ranges(DataType::Float64, vec![(Bound::Included(nan()), Bound::Included(nan()))]), vec![0]),
        ("> NaN", ranges(DataType::Float64, vec![(Bound::Excluded(nan()), Bound::Unbounded)]), vec![]),
        ("< NaN", ranges(DataType::Float64, vec![(Bound::Unbounded, Bound::Excluded(nan()))]), vec![1, 2, 3]),
        ("<= NaN", ranges(DataType::Float64, vec![(Bound::Unbounded, Bound::Included(nan()))]), vec![0, 1, 2, 3]),
        ("all", domain(Values::All), vec![0, 1, 2, 3]),
        ("not in", domain(Values::NotIn(vec![five()])), vec![0, 2, 3]),
        ("not in NaN", domain(Values::NotIn(vec![nan()])), vec![1, 2, 3]),
        ("in", domain(Values::In(vec![five()])), vec![1]),
        ("in NaN", domain(Values::In(vec![nan()])), vec![0]),
    ] {
        assert_eq!(rows(&batch, &[("d", domain)], &[]), expected, "{case}");
    }
}

#[test]
fn in_and_nullif_are_three_valued() {
    let batch = batch(&[("i", integers(&[Some(1), Some(2), None])), ("j", integers(&[Some(1), None, Some(3)]))]);
    let i = || column("i", DataType::Int32);
    let j = || column("j", DataType::Int32);
    let list = |values: &[Option<i64>]| Expr::List {
        values: values.iter().map(|value| value.map(Value::Int)).collect(),
        data_type: DataType::Int32,
    };
    let array = |args| call(ArrayOf, args, DataType::List(Arc::new(Field::new("", DataType::Int32, true))));
    for (list, expected) in [
        (list(&[Some(1), Some(9)]), [TRUE, FALSE, NULL]),
        (list(&[Some(1), None]), [TRUE, NULL, NULL]),
        (list(&[None]), [NULL, NULL, NULL]),
        (array(vec![j(), integer(9)]), [TRUE, NULL, NULL]),
        (array(vec![integer(2), integer(9)]), [FALSE, TRUE, NULL]),
        (integer(2), [FALSE, TRUE, NULL]),
    ] {
        assert_eq!(answers(&batch, &test(In, vec![i(), list.clone()])), expected, "{list:?}");
    }
    let null_if = evaluate(&call(NullIf, vec![i(), j()], DataType::Int32), &batch).unwrap();
    assert_eq!(null_if.as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [None, Some(2), None]);
    let constant_first = evaluate(&call(NullIf, vec![integer(3), j()], DataType::Int32), &batch).unwrap();
    assert_eq!(constant_first.as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [Some(3), Some(3), None]);
    assert_eq!(answers(&batch, &test(IsNull, vec![i()])), [FALSE, FALSE, TRUE]);
}

#[test]
fn integers_of_any_width_and_decimals_compare_as_numbers() {
    let tiny: ArrayRef = Arc::new(Int8Array::from(vec![-128, 0, 5]));
    let batch = batch(&[
        ("t", tiny),
        ("b", bigints(&[Some(-128), Some(1 << 40), Some(4)])),
        ("d", decimals(38, 10, &[Some(-1_280_000_000_000), Some(5), Some(50_000_000_000)])),
        ("e", decimals(38, 0, &[Some(10_i128.pow(37)), Some(-(10_i128.pow(37))), Some(5)])),
    ]);
    let t = || column("t", DataType::Int8);
    let b = || column("b", DataType::Int64);
    let d = || column("d", DataType::Decimal128(38, 10));
    let e = || column("e", DataType::Decimal128(38, 0));
    for (left, right, equal, less) in [
        (t(), b(), [TRUE, FALSE, FALSE], [FALSE, TRUE, FALSE]),
        (t(), d(), [TRUE, FALSE, TRUE], [FALSE, TRUE, FALSE]),
        (d(), t(), [TRUE, FALSE, TRUE], [FALSE, FALSE, FALSE]),
        (d(), e(), [FALSE, FALSE, TRUE], [TRUE, FALSE, FALSE]),
        (e(), d(), [FALSE, FALSE, TRUE], [FALSE, TRUE, FALSE]),
        (t(), constant(Value::Int(1 << 40), DataType::Int64), [FALSE; 3], [TRUE; 3]),
    ] {
        assert_eq!(answers(&batch, &test(Equal, vec![left.clone(), right.clone()])), equal, "{left:?} = {right:?}");
        assert_eq!(answers(&batch, &test(LessThan, vec![left.clone(), right.clone()])), less, "{left:?} < {right:?}");
    }
}

#[test]
fn a_constant_beyond_the_columns_scale_is_still_above_or_below_it() {
    let batch = batch(&[("d", decimals(38, 10, &[Some(10_i128.pow(38) - 1), Some(0), Some(1 - 10_i128.pow(38))]))]);
    let d = || column("d", DataType::Decimal128(38, 10));
    for digits in 28..38 {
        for first in [1, 3, 7, 9] {
            let of = |unscaled| constant(Value::Decimal { unscaled, scale: 0 }, DataType::Decimal128(38, 0));
            let (large, small) = (of(first * 10_i128.pow(digits)), of(-first * 10_i128.pow(digits)));
            assert_eq!(answers(&batch, &test(LessThan, vec![d(), large.clone()])), [TRUE; 3], "{large:?}");
            assert_eq!(answers(&batch, &test(GreaterThan, vec![d(), small.clone()])), [TRUE; 3], "{small:?}");
        }
    }
}

#[test]
fn a_bound_finer_than_the_column_falls_between_its_values() {
    let batch = batch(&[("d", decimals(10, 1, &[Some(-16), Some(-15), Some(14), Some(15), Some(16)]))]);
    let value = |unscaled, scale| Value::Decimal { unscaled, scale };
    let of = |low, high| ranges(DataType::Decimal128(10, 1), vec![(low, high)]);
    for (case, domain, expected) in [
        (">= 1.45", of(Bound::Included(value(145, 2)), Bound::Unbounded), vec![3, 4]),
        ("> 1.45", of(Bound::Excluded(value(145, 2)), Bound::Unbounded), vec![3, 4]),
        ("> 1.50", of(Bound::Excluded(value(150, 2)), Bound::Unbounded), vec![4]),
        ("<= 1.45", of(Bound::Unbounded, Bound::Included(value(145, 2))), vec![0, 1, 2]),
        ("< 1.50", of(Bound::Unbounded, Bound::Excluded(value(150, 2))), vec![0, 1, 2]),
        ("< -1.55", of(Bound::Unbounded, Bound::Excluded(value(-155, 2))), vec![0]),
        (">= -1.55", of(Bound::Included(value(-155, 2)), Bound::Unbounded), vec![1, 2, 3, 4]),
        ("= 1.5", Domain::single(DataType::Decimal128(10, 1), value(15_000, 4)), vec![3]),
        ("= 1.51", Domain::single(DataType::Decimal128(10, 1), value(151, 2)), vec![]),
        ("< 1e38", of(Bound::Unbounded, Bound::Excluded(value(10_i128.pow(38), 0))), vec![0, 1, 2, 3, 4]),
        ("> -1e38", of(Bound::Excluded(value(-(10_i128.pow(38)), 0)), Bound::Unbounded), vec![0, 1, 2, 3, 4]),
        ("> 1e38", of(Bound::Excluded(value(10_i128.pow(38), 0)), Bound::Unbounded), vec![]),
    ] {
        assert_eq!(rows(&batch, &[("d", domain)], &[]), expected, "{case}");
    }
}

#[test]
fn overlapping_unsorted_and_empty_ranges_are_a_union() {
    let values: Vec<Option<i32>> = (0..40).map(Some).collect();
    let batch = batch(&[("i", integers(&values))]);
    let at = |value| Bound::Included(Value::Int(value));
    let behind = |value| Bound::Excluded(Value::Int(value));
    let parts = vec![
        (at(30), at(31)),
        (at(5), at(20)),
        (at(6), behind(8)),
        (behind(20), behind(22)),
        (at(25), at(24)),
        (behind(39), Bound::Unbounded),
        (at(1), at(1)),
    ];
    let expected: Vec<usize> = [1].into_iter().chain(5..=21).chain([30, 31]).collect();
    assert_eq!(rows(&batch, &[("i", ranges(DataType::Int32, parts.clone()))], &[]), expected);
    let few: Vec<usize> = (5..=20).chain([30, 31]).collect();
    assert_eq!(rows(&batch, &[("i", ranges(DataType::Int32, parts[..3].to_vec()))], &[]), few);
    let beyond = vec![(Bound::Excluded(Value::Int(i64::MAX)), Bound::Unbounded), (Bound::Unbounded, at(i64::MIN))];
    assert_eq!(rows(&batch, &[("i", ranges(DataType::Int32, beyond))], &[]), [0_usize; 0]);
}

#[test]
fn zoned_timestamps_are_their_instants() {
    let hour = 3_600_000;
    let at = |millis: i64, zone: i64| Some(millis << 12 | zone);
    let array = packed(&[at(0, 0), at(0, 900), at(hour, 0), at(-1, 2000), None]);
    let batch = batch(&[("z", array)]);
    let z = || column("z", zoned());
    let instant = |millis| constant(Value::ZonedMillis(millis), zoned());
    assert_eq!(rows(&batch, &[], &[test(Equal, vec![z(), instant(0)])]), [0, 1]);
    assert_eq!(rows(&batch, &[], &[test(LessThan, vec![z(), instant(0)])]), [3]);
    assert_eq!(rows(&batch, &[("z", Domain::single(zoned(), Value::ZonedMillis(0)))], &[]), [0, 1]);
    let above = ranges(zoned(), vec![(Bound::Excluded(Value::ZonedMillis(0)), Bound::Unbounded)]);
    assert_eq!(rows(&batch, &[("z", above)], &[]), [2]);
    let made = evaluate(&instant(hour), &batch).unwrap();
    assert_eq!(made.as_primitive::<TimestampMillisecondType>().value(0), hour << 12);
    let elsewhere = DataType::Timestamp(TimeUnit::Millisecond, Some("Europe/Vienna".into()));
    let renamed = evaluate(&column("z", elsewhere.clone()), &batch).unwrap();
    assert_eq!(renamed.data_type(), &elsewhere);
}

#[test]
fn binary_booleans_dates_and_timestamps_have_their_orders() {
    let bytes: ArrayRef = Arc::new(BinaryArray::from_opt_vec(vec![Some(b""), Some(b"\x7f"), Some(b"\x80"), None]));
    let dates: ArrayRef = Arc::new(Date32Array::from(vec![Some(-1), Some(0), Some(1), None]));
    let times: ArrayRef = Arc::new(Date64Array::from(vec![Some(-1), Some(0), Some(1), None]));
    let flags = booleans(&[FALSE, TRUE, TRUE, NULL]);
    let batch = batch(&[("v", bytes), ("d", dates), ("t", times), ("b", flags)]);
    for (name, data_type, value, greater) in [
        ("v", DataType::Binary, Value::Bytes(vec![0x7f]), vec![2]),
        ("d", DataType::Date32, Value::Date(0), vec![2]),
        ("t", DataType::Date64, Value::Millis(0), vec![2]),
        ("b", DataType::Boolean, Value::Bool(false), vec![1, 2]),
    ] {
        let domain = ranges(data_type.clone(), vec![(Bound::Excluded(value.clone()), Bound::Unbounded)]);
        let filter = test(GreaterThan, vec![column(name, data_type.clone()), constant(value, data_type)]);
        assert_eq!(rows(&batch, &[(name, domain)], &[]), greater, "{name}");
        assert_eq!(rows(&batch, &[], &[filter]), greater, "{name}");
    }
}

#[test]
fn integer_arithmetic_keeps_to_its_width() {
    let tiny: ArrayRef = Arc::new(Int8Array::from(vec![Some(-128), Some(-7), Some(127), None]));
    let batch = batch(&[("t", tiny)]);
    let t = || column("t", DataType::Int8);
    let number = |value| constant(Value::Int(value), DataType::Int8);
    let compute = |function, right| call(function, vec![t(), number(right)], DataType::Int8);
    for (expr, expected) in [
        (compute(Divide, 2), [Some(-64), Some(-3), Some(63), None]),
        (compute(Modulus, 2), [Some(0), Some(-1), Some(1), None]),
        (compute(Modulus, -2), [Some(0), Some(-1), Some(1), None]),
        (compute(Modulus, -1), [Some(0), Some(0), Some(0), None]),
        (compute(Add, 0), [Some(-128), Some(-7), Some(127), None]),
        (call(Multiply, vec![t(), null(DataType::Int8)], DataType::Int8), [None; 4]),
    ] {
        let result = evaluate(&expr, &batch).unwrap();
        assert_eq!(result.as_primitive::<Int8Type>().iter().collect::<Vec<_>>(), expected, "{expr:?}");
    }
    for (expr, words) in [
        (compute(Add, 1), "a result of $add is out of range for Int8"),
        (compute(Subtract, 1), "a result of $subtract is out of range for Int8"),
        (compute(Multiply, 2), "a result of $multiply is out of range for Int8"),
        (compute(Divide, -1), "a result of $divide is out of range for Int8"),
        (compute(Divide, 0), "$divide in Int8 divides by zero"),
        (compute(Modulus, 0), "$modulus in Int8 divides by zero"),
        (call(Negate, vec![t()], DataType::Int8), "a result of $negate is out of range for Int8"),
    ] {
        fails(&batch, &expr, words);
    }
}

#[test]
fn the_largest_integers_do_not_wrap() {
    let batch = batch(&[("b", bigints(&[Some(i64::MIN)]))]);
    let b = || column("b", DataType::Int64);
    let number = |value| constant(Value::Int(value), DataType::Int64);
    let compute = |function, right| call(function, vec![b(), number(right)], DataType::Int64);
    for expr in [
        compute(Subtract, 1),
        compute(Add, i64::MIN),
        compute(Multiply, -1),
        compute(Divide, -1),
        call(Negate, vec![b()], DataType::Int64),
    ] {
        fails(&batch, &expr, "out of range for Int64");
    }
    let rest = evaluate(&compute(Modulus, -1), &batch).unwrap();
    assert_eq!(rest.as_primitive::<Int64Type>().value(0), 0);
}

#[test]
fn float_arithmetic_never_fails() {
    let batch = batch(&[("d", doubles(&[Some(1.0), Some(-1.0), Some(0.0), Some(5.5), None]))]);
    let d = || column("d", DataType::Float64);
    let compute = |function, right| call(function, vec![d(), double(right)], DataType::Float64);
    for (expr, expected) in [
        (compute(Divide, 0.0), [Some(f64::INFINITY), Some(f64::NEG_INFINITY), Some(NAN), Some(f64::INFINITY), None]),
        (compute(Modulus, 0.0), [Some(NAN), Some(NAN), Some(NAN), Some(NAN), None]),
        (compute(Modulus, -2.0), [Some(1.0), Some(-1.0), Some(0.0), Some(1.5), None]),
        (compute(Multiply, f64::MAX), [Some(f64::MAX), Some(f64::MIN), Some(0.0), Some(f64::INFINITY), None]),
        (call(Negate, vec![d()], DataType::Float64), [Some(-1.0), Some(1.0), Some(-0.0), Some(-5.5), None]),
    ] {
        let result = evaluate(&expr, &batch).unwrap();
        let bits = |value: Option<f64>| value.map(|value| if value.is_nan() { NAN.to_bits() } else { value.to_bits() });
        let actual: Vec<_> = result.as_primitive::<Float64Type>().iter().map(bits).collect();
        assert_eq!(actual, expected.map(bits), "{expr:?}");
    }
}

#[test]
fn decimal_arithmetic_is_exact_and_rounds_only_quotients() {
    let batch = batch(&[
        ("a", decimals(10, 2, &[Some(100), Some(-100), Some(550), None])),
        ("b", decimals(5, 1, &[Some(30), Some(30), Some(-20), Some(10)])),
    ]);
    let pair = || vec![column("a", DataType::Decimal128(10, 2)), column("b", DataType::Decimal128(5, 1))];
    for (function, precision, scale, expected) in [
        (Add, 12, 2, [Some(400), Some(200), Some(350), None]),
        (Subtract, 12, 2, [Some(-200), Some(-400), Some(750), None]),
        (Multiply, 15, 3, [Some(3000), Some(-3000), Some(-11_000), None]),
        (Divide, 11, 2, [Some(33), Some(-33), Some(-275), None]),
        (Modulus, 6, 2, [Some(100), Some(-100), Some(150), None]),
    ] {
        let result = evaluate(&call(function, pair(), DataType::Decimal128(precision, scale)), &batch).unwrap();
        assert_eq!(result.data_type(), &DataType::Decimal128(precision, scale));
        assert_eq!(result.as_primitive::<Decimal128Type>().iter().collect::<Vec<_>>(), expected, "{function:?}");
    }
    let negated = evaluate(&call(Negate, pair()[..1].to_vec(), DataType::Decimal128(10, 2)), &batch).unwrap();
    assert_eq!(negated.as_primitive::<Decimal128Type>().value(0), -100);
}

#[test]
fn decimal_results_have_at_most_38_digits() {
    let nines = 10_i128.pow(38) - 1;
    let batch = batch(&[("a", decimals(38, 0, &[Some(nines)])), ("z", decimals(38, 2, &[Some(0)]))]);
    let a = || column("a", DataType::Decimal128(38, 0));
    let z = || column("z", DataType::Decimal128(38, 2));
    let wide = DataType::Decimal128(38, 0);
    fails(&batch, &call(Add, vec![a(), a()], wide.clone()), "out of range for Decimal128(38, 0)");
    fails(&batch, &call(Multiply, vec![a(), a()], wide.clone()), "out of range");
    fails(&batch, &call(Divide, vec![a(), z()], DataType::Decimal128(38, 2)), "divides by zero");
    fails(&batch, &call(Modulus, vec![a(), z()], DataType::Decimal128(38, 2)), "divides by zero");
    let difference = evaluate(&call(Subtract, vec![a(), a()], wide), &batch).unwrap();
    assert_eq!(difference.as_primitive::<Decimal128Type>().value(0), 0);
}

#[test]
fn a_row_fails_only_where_its_value_is_needed() {
    let batch = batch(&[("a", integers(&[Some(6), Some(6), None])), ("b", integers(&[Some(0), Some(3), Some(0)]))]);
    let a = || column("a", DataType::Int32);
    let b = || column("b", DataType::Int32);
    let quotient = || call(Divide, vec![a(), b()], DataType::Int32);
    let is_two = || test(Equal, vec![quotient(), integer(2)]);
    let safe = || test(NotEqual, vec![b(), integer(0)]);
    let zero = || test(Equal, vec![b(), integer(0)]);
    assert_eq!(answers(&batch, &test(And, vec![safe(), is_two()])), [FALSE, TRUE, FALSE]);
    assert_eq!(answers(&batch, &test(Or, vec![zero(), is_two()])), [TRUE, TRUE, TRUE]);
    fails(&batch, &test(And, vec![is_two(), safe()]), "divides by zero");
    fails(&batch, &is_two(), "evaluating an expression: $divide in Int32 divides by zero");
    assert_eq!(rows(&batch, &[], &[safe(), is_two()]), [1]);
    assert!(try_rows(&batch, &[], &[is_two(), safe()]).is_err());
    let nonzero = ranges(DataType::Int32, vec![(Bound::Excluded(Value::Int(0)), Bound::Unbounded)]);
    assert_eq!(rows(&batch, &[("b", nonzero)], &[is_two()]), [1]);
    let failing = call(Divide, vec![integer(1), integer(0)], DataType::Int32);
    let unneeded = call(Add, vec![null(DataType::Int32), failing.clone()], DataType::Int32);
    assert_eq!(answers(&batch, &test(IsNull, vec![unneeded])), [TRUE; 3]);
    fails(&batch, &test(IsDistinctFrom, vec![null(DataType::Int32), failing]), "divides by zero");
    let list = call(ArrayOf, vec![a(), quotient()], DataType::List(Arc::new(Field::new("", DataType::Int32, true))));
    assert_eq!(answers(&batch, &test(In, vec![a(), list])), [TRUE, TRUE, NULL]);
}

#[test]
fn like_takes_its_pattern_from_a_column_too() {
    let batch = batch(&[
        ("s", texts(&[Some("abc"), Some("a_c"), Some("x"), None, Some("")])),
        ("p", texts(&[Some("a_c"), Some("a\\_c"), None, Some("%"), Some("%")])),
    ]);
    let like = |left, right| test(LikePattern, vec![left, right]);
    let s = || column("s", DataType::Utf8);
    let p = || column("p", DataType::Utf8);
    assert_eq!(answers(&batch, &like(s(), p())), [TRUE, FALSE, NULL, NULL, TRUE]);
    assert_eq!(answers(&batch, &like(text("abc"), p())), [TRUE, FALSE, NULL, TRUE, TRUE]);
    assert_eq!(answers(&batch, &like(s(), null(DataType::Utf8))), [NULL; 5]);
}

#[test]
fn filtering_copies_the_rows_that_pass() {
    let batch = batch(&[("i", integers(&[Some(1), None, Some(3)])), ("s", texts(&[Some("a"), None, Some("c")]))]);
    let wanted = ranges(DataType::Int32, vec![(Bound::Excluded(Value::Int(1)), Bound::Unbounded)]);
    let filtered = filter(&batch, &[("i".into(), wanted)], &[]).unwrap();
    assert_eq!(filtered.num_rows(), 1);
    assert_eq!(filtered.column(1).as_string::<i32>().value(0), "c");
    assert_eq!(filter(&batch, &[], &[]).unwrap(), batch);
    let empty = batch.slice(0, 0);
    assert_eq!(filter(&empty, &[], &[null(DataType::Boolean)]).unwrap().num_rows(), 0);
    let sliced = batch.slice(1, 2);
    assert_eq!(rows(&sliced, &[("i", Domain::not_null(DataType::Int32))], &[]), [1]);
    assert_eq!(rows(&sliced, &[("s", Domain::single(DataType::Utf8, Value::Text("c".into())))], &[]), [1]);
}

#[test]
fn what_cannot_be_exact_is_not_supported() {
    let decimal = DataType::Decimal128;
    let list = |element| DataType::List(Arc::new(Field::new("", element, true)));
    for (function, args, result, supported) in [
        (Equal, vec![DataType::Int8, DataType::Int64], DataType::Boolean, true),
        (Equal, vec![DataType::Int8, decimal(5, 2)], DataType::Boolean, true),
        (Equal, vec![DataType::Int64, DataType::Float64], DataType::Boolean, false),
        (Equal, vec![DataType::Date32, DataType::Date64], DataType::Boolean, false),
        (Equal, vec![DataType::Date64, zoned()], DataType::Boolean, false),
        (Equal, vec![DataType::Utf8, DataType::Binary], DataType::Boolean, false),
        (Equal, vec![list(DataType::Int8), list(DataType::Int8)], DataType::Boolean, false),
        (IsNull, vec![list(DataType::Int8)], DataType::Boolean, true),
        (IsNull, vec![DataType::LargeUtf8], DataType::Boolean, false),
        (In, vec![DataType::Utf8, DataType::Utf8], DataType::Boolean, true),
        (In, vec![DataType::Utf8, list(DataType::Utf8)], DataType::Boolean, true),
        (Add, vec![DataType::Date32, DataType::Int32], DataType::Date32, false),
        (Add, vec![DataType::Float32, DataType::Float64], DataType::Float64, true),
        (Add, vec![DataType::Float64, DataType::Float64], DataType::Float32, false),
        (Add, vec![decimal(5, 2), decimal(5, 1)], decimal(7, 2), true),
        (Add, vec![decimal(5, 2), decimal(5, 1)], decimal(7, 1), false),
        (Multiply, vec![decimal(5, 2), DataType::Int32], decimal(15, 2), true),
        (Multiply, vec![decimal(5, 2), decimal(5, 2)], decimal(10, 2), false),
        (Negate, vec![decimal(5, 2)], decimal(5, 2), true),
        (Negate, vec![DataType::Utf8], DataType::Utf8, false),
        (NullIf, vec![DataType::Int8, DataType::Int64], DataType::Int8, true),
        (NullIf, vec![DataType::Int8, DataType::Int64], DataType::Int64, false),
        (And, vec![], DataType::Boolean, false),
        (Equal, vec![decimal(5, -2), decimal(5, 2)], DataType::Boolean, false),
    ] {
        assert_eq!(supports(function, &args, &result), supported, "{function:?} {args:?} {result:?}");
    }
}
