//! What AWS's connectors answer wrongly, each case named as in the record of those runs, answered right.

use super::*;

#[test]
fn v_f8_zero_and_gtzero_minus_zero_is_zero() {
    let batch = batch(&[("d", doubles(&[Some(0.0), Some(-0.0), Some(1.0), Some(-1.0), None]))]);
    let zero = Value::Float64(0.0);
    let d = || column("d", DataType::Float64);
    let at_least = |value| ranges(DataType::Float64, vec![(Bound::Included(value), Bound::Unbounded)]);
    assert_eq!(rows(&batch, &[("d", Domain::single(DataType::Float64, zero.clone()))], &[]), [0, 1]);
    assert_eq!(rows(&batch, &[("d", Domain::single(DataType::Float64, Value::Float64(-0.0)))], &[]), [0, 1]);
    assert_eq!(rows(&batch, &[("d", at_least(zero.clone()))], &[]), [0, 1, 2]);
    assert_eq!(rows(&batch, &[], &[test(Function::Equal, vec![d(), double(0.0)])]), [0, 1]);
    assert_eq!(rows(&batch, &[], &[test(Function::GreaterThanOrEqual, vec![d(), double(0.0)])]), [0, 1, 2]);
    let above = ranges(DataType::Float64, vec![(Bound::Excluded(zero), Bound::Unbounded)]);
    assert_eq!(rows(&batch, &[("d", above)], &[]), [2]);
}

#[test]
fn c_uni_gt_and_lt_text_is_in_the_order_of_code_points() {
    let batch = batch(&[("s", texts(&[Some("a"), Some("\u{E000}"), Some("\u{FF5E}"), Some("\u{1F600}"), None]))]);
    let s = || column("s", DataType::Utf8);
    let greater = Value::Text("\u{FF5E}".into());
    let less = Value::Text("\u{1F600}".into());
    let above = ranges(DataType::Utf8, vec![(Bound::Excluded(greater), Bound::Unbounded)]);
    let below = ranges(DataType::Utf8, vec![(Bound::Unbounded, Bound::Excluded(less))]);
    assert_eq!(rows(&batch, &[("s", above)], &[]), [3]);
    assert_eq!(rows(&batch, &[("s", below)], &[]), [0, 1, 2]);
    assert_eq!(rows(&batch, &[], &[test(Function::GreaterThan, vec![s(), text("\u{FF5E}")])]), [3]);
    assert_eq!(rows(&batch, &[], &[test(Function::LessThan, vec![s(), text("\u{1F600}")])]), [0, 1, 2]);
}

#[test]
fn c_icu_lt_and_gt_text_has_no_locale() {
    let values = ["a", "B", "b", "A", "Z", "é", "_"];
    let batch = batch(&[("s", texts(&values.map(Some)))]);
    let s = || column("s", DataType::Utf8);
    assert_eq!(rows(&batch, &[], &[test(Function::LessThan, vec![s(), text("a")])]), [1, 3, 4, 6]);
    assert_eq!(rows(&batch, &[], &[test(Function::GreaterThan, vec![s(), text("Z")])]), [0, 2, 5, 6]);
    let unlike = test(Function::NotEqual, vec![s(), text("a")]);
    assert_eq!(rows(&batch, &[], &[unlike]), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn e_like_bs_the_backslash_is_a_character_like_any_other() {
    let values = [r"a\b", r"a\%b", r"a\xb", "ab", "a%", "", "a\\\nb"];
    let batch = batch(&[("s", texts(&values.map(Some)))]);
    let like = |pattern| test(Function::LikePattern, vec![column("s", DataType::Utf8), text(pattern)]);
    for (case, filter, expected) in [
        ("e-like-bs", like(r"a\%"), vec![0, 1, 2, 6]),
        ("e-like-bs2", like(r"a\b"), vec![0]),
        ("e-notlike-bs", not(like(r"a\b")), vec![1, 2, 3, 4, 5, 6]),
        ("e-like-bsend", like(r"a\"), vec![]),
        ("e-like-bsend, one before", like(r"a%\"), vec![]),
    ] {
        assert_eq!(rows(&batch, &[], &[filter]), expected, "{case}");
    }
}

#[test]
fn e_isdistnull_and_nullconst_a_null_constant_is_a_value_like_any_other() {
    let batch = batch(&[("i", integers(&[Some(1), None]))]);
    let i = || column("i", DataType::Int32);
    for unknown in [null(DataType::Int32), null(DataType::Null)] {
        let pair = || vec![i(), unknown.clone()];
        let turned = || vec![unknown.clone(), i()];
        assert_eq!(answers(&batch, &test(Function::IsDistinctFrom, pair())), [TRUE, FALSE]);
        assert_eq!(answers(&batch, &test(Function::IsDistinctFrom, turned())), [TRUE, FALSE]);
        for function in [Function::Equal, Function::NotEqual, Function::LessThan, Function::GreaterThanOrEqual] {
            assert_eq!(answers(&batch, &test(function, pair())), [NULL, NULL]);
            assert_eq!(answers(&batch, &test(function, turned())), [NULL, NULL]);
        }
        assert_eq!(rows(&batch, &[], &[test(Function::Equal, pair())]), [0_usize; 0]);
    }
    let neither = vec![null(DataType::Int32), null(DataType::Int32)];
    assert_eq!(answers(&batch, &test(Function::IsDistinctFrom, neither)), [FALSE, FALSE]);
    assert_eq!(rows(&batch, &[], &[null(DataType::Boolean)]), [0_usize; 0]);
}

#[test]
fn e_barebool_a_boolean_column_is_a_filter() {
    let batch = batch(&[("b", booleans(&[TRUE, FALSE, NULL]))]);
    assert_eq!(rows(&batch, &[], &[column("b", DataType::Boolean)]), [0]);
    assert_eq!(rows(&batch, &[], &[not(column("b", DataType::Boolean))]), [1]);
    assert_eq!(rows(&batch, &[], &[constant(Value::Bool(true), DataType::Boolean)]), [0, 1, 2]);
}

#[test]
fn f_equatable_allornone_none_and_allnull_every_kind_of_value_set_is_applied() {
    let batch = batch(&[("s", texts(&[Some("a"), Some("b"), None]))]);
    let domain = |values, nulls| Domain { data_type: DataType::Utf8, values, nulls };
    let list = || vec![Value::Text("a".into())];
    for (case, domain, expected) in [
        ("f-equatable", domain(Values::In(list()), false), vec![0]),
        ("f-equatable, black", domain(Values::NotIn(list()), false), vec![1]),
        ("f-equatable, black with null", domain(Values::NotIn(list()), true), vec![1, 2]),
        ("f-allornone", domain(Values::All, false), vec![0, 1]),
        ("f-allornone, all", Domain::all(DataType::Utf8), vec![0, 1, 2]),
        ("f-none", domain(Values::Ranges(vec![]), false), vec![]),
        ("f-none, list", domain(Values::In(vec![]), false), vec![]),
        ("f-allnull", Domain::only_null(DataType::Utf8), vec![2]),
    ] {
        assert_eq!(rows(&batch, &[("s", domain)], &[]), expected, "{case}");
    }
}

#[test]
fn f_hugein_a_list_of_60000_is_answered() {
    let values: Vec<Option<i32>> = (0..1000).map(Some).collect();
    let batch = batch(&[("i", integers(&values))]);
    let list: Vec<Value> = (0..60_000).map(|value| Value::Int(value * 2)).collect();
    let gaps = list
        .iter()
        .zip(list.iter().skip(1))
        .map(|(low, high)| (Bound::Excluded(low.clone()), Bound::Excluded(high.clone())));
    let not_in = ranges(DataType::Int32, gaps.collect());
    let is_in = Domain { data_type: DataType::Int32, values: Values::In(list), nulls: false };
    let even: Vec<usize> = (0..1000).step_by(2).collect();
    let odd: Vec<usize> = (1..1000).step_by(2).collect();
    assert_eq!(rows(&batch, &[("i", is_in)], &[]), even);
    assert_eq!(rows(&batch, &[("i", not_in)], &[]), odd);
}
