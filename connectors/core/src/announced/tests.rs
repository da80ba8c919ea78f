use arrow_array::{Decimal128Array, Int16Array, Int32Array, Int64Array};
use arrow_schema::Field;

use super::*;
use crate::{ColumnMapping, Direction, ErrorKind, Function, Nulls, Pushdown, ReadAs, SortKey, TableName};

fn decimals(values: Vec<i128>, precision: u8, scale: i8) -> ArrayRef {
    Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap())
}

fn texts_of(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// What a single value is announced as; none if it does not fit.
fn value(array: &ArrayRef, to: &DataType) -> Option<Value> {
    converted(array, to).ok().map(|array| Value::at(&array, 0).unwrap())
}

#[test]
fn a_value_is_announced_as_its_equal_or_not_at_all() {
    let int = |value: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![value])) };
    let year = |value: i32| -> ArrayRef { Arc::new(Int32Array::from(vec![value])) };
    let decimal = value_of_decimal;
    for (found, expected) in [
        (value(&int(2_147_483_647), &DataType::Int32), Some(Value::Int(2_147_483_647))),
        (value(&int(2_147_483_648), &DataType::Int32), None),
        (value(&int(1), &DataType::Boolean), Some(Value::Bool(true))),
        (value(&int(0), &DataType::Boolean), Some(Value::Bool(false))),
        (value(&int(2), &DataType::Boolean), None),
        (value(&year(1970), &DataType::Date32), Some(Value::Date(0))),
        (value(&year(2000), &DataType::Date32), Some(Value::Date(10_957))),
        (value(&year(2155), &DataType::Date32), Some(Value::Date(67_570))),
        (value(&year(1901), &DataType::Date32), Some(Value::Date(-25_202))),
        (value(&year(0), &DataType::Date32), None),
        (decimal(9_223_372_036_854_775_807, &DataType::Int64), Some(Value::Int(i64::MAX))),
        (decimal(9_223_372_036_854_775_808, &DataType::Int64), None),
        (decimal(1, &DataType::Boolean), Some(Value::Bool(true))),
        (value(&decimals(vec![-1234], 19, 2), &DataType::Float64), Some(Value::Float64(-12.34))),
        (
            value(&decimals(vec![999_999_999_999_999], 19, 2), &DataType::Float64),
            Some(Value::Float64(9_999_999_999_999.99)),
        ),
        (value(&decimals(vec![1_000_000_000_000_000], 19, 2), &DataType::Float64), None),
        (value(&texts_of(&["10100101"]), &DataType::Boolean), None),
        (value(&texts_of(&["-1.50"]), &DataType::Decimal128(38, 1)), Some(Value::Decimal { unscaled: -15, scale: 1 })),
        (value(&texts_of(&["-0.5"]), &DataType::Decimal128(38, 2)), Some(Value::Decimal { unscaled: -50, scale: 2 })),
        (value(&texts_of(&["1.55"]), &DataType::Decimal128(38, 1)), None),
        (value(&texts_of(&["100"]), &DataType::Decimal128(2, 0)), None),
        (value(&texts_of(&["9".repeat(40).as_str()]), &DataType::Decimal128(38, 0)), None),
        (value(&texts_of(&["1e3"]), &DataType::Decimal128(38, 0)), None),
    ] {
        assert_eq!(found, expected);
    }
    let bits: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]));
    let letters = converted(&bits, &DataType::Utf8).unwrap();
    assert_eq!(letters.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("t"), Some("f"), None]);
}

fn value_of_decimal(unscaled: i128, to: &DataType) -> Option<Value> {
    value(&decimals(vec![unscaled], 20, 0), to)
}

fn column(name: &str, data_type: DataType, announced: Option<DataType>) -> Column {
    let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    Column { name: name.into(), remote_name: name.into(), comment: None, announced, mapping }
}

/// `n` is read as a smallint and announced as a tinyint, `y` as an integer and announced as a date, `t` is as it is.
fn scan() -> Scan {
    let columns = vec![
        column("n", DataType::Int16, Some(DataType::Int8)),
        column("y", DataType::Int32, Some(DataType::Date32)),
        column("t", DataType::Utf8, None),
    ];
    Scan::new(Table { name: TableName::new("s", "t"), columns, comment: None }, vec!["t".into()])
}

fn above(name: &str, value: Value, data_type: DataType) -> (String, Domain) {
    let range = Range { low: Bound::Excluded(value), high: Bound::Unbounded };
    (name.into(), Domain { data_type, values: Values::Ranges(vec![range]), nulls: false })
}

fn is_later(name: &str) -> Expr {
    let data_type = DataType::Date32;
    let args = vec![
        Expr::Column { name: name.into(), data_type: data_type.clone() },
        Expr::Constant { value: Some(Value::Date(0)), data_type },
    ];
    Expr::Call { function: Function::GreaterThan, args, data_type: DataType::Boolean }
}

#[test]
fn a_condition_on_whole_numbers_goes_down_and_any_other_stays_until_rows_are_as_announced() {
    let mut asked = scan();
    asked.domains = [
        above("n", Value::Int(5), DataType::Int8),
        above("y", Value::Date(0), DataType::Date32),
        above("t", Value::Text("a".into()), DataType::Utf8),
    ]
    .into();
    asked.filters = vec![is_later("y")];
    asked.limit = Some(3);
    let (down, later) = apart(asked.clone());
    assert_eq!(down.domains["n"], above("n", Value::Int(5), DataType::Int16).1);
    assert_eq!(down.domains["y"], Domain::not_null(DataType::Int32));
    assert_eq!(down.domains["t"], asked.domains["t"]);
    assert_eq!((down.filters.len(), down.limit, later.limit), (0, None, Some(3)));
    assert_eq!(down.projection, ["t", "n", "y"]);
    assert_eq!((later.domains.len(), later.filters.len()), (1, 1));

    let mut exact = scan();
    exact.domains = [above("n", Value::Int(5), DataType::Int8)].into();
    exact.limit = Some(3);
    let (down, later) = apart(exact);
    assert_eq!((down.limit, later.limit, later.domains.len()), (Some(3), None, 0));

    let mut sorted = scan();
    sorted.order = vec![SortKey { column: "y".into(), direction: Direction::Ascending, nulls: Nulls::Last }];
    sorted.limit = Some(3);
    let (down, later) = apart(sorted);
    assert_eq!((down.order.len(), down.limit, later.limit), (0, None, None), "Athena takes the first three");
}

#[test]
fn a_condition_about_another_type_than_the_announced_is_an_error_and_no_filter() {
    let mut asked = scan();
    asked.projection = vec!["n".into()];
    asked.domains = [above("n", Value::Text("a".into()), DataType::Utf8)].into();
    let (down, later) = apart(asked);
    assert!(down.domains.is_empty());
    let numbers: ArrayRef = Arc::new(Int16Array::from(vec![1]));
    let schema = Schema::new(vec![Field::new("n", DataType::Int16, true)]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![numbers]).unwrap();
    assert_eq!(later.finish(batch, 0).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn a_value_that_does_not_fit_names_its_column_and_its_row() {
    let (_, later) = apart(scan());
    let schema = Schema::new(vec![Field::new("n", DataType::Int16, true), Field::new("t", DataType::Utf8, true)]);
    let numbers: ArrayRef = Arc::new(Int16Array::from(vec![Some(127), None, Some(128)]));
    let batch = RecordBatch::try_new(Arc::new(schema), vec![numbers, texts_of(&["a", "b", "c"])]).unwrap();
    let fitting = later.finish(batch.slice(0, 2), 0).unwrap();
    assert_eq!(fitting.schema().field(0).data_type(), &DataType::Int8);
    let error = later.finish(batch, 10).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let told = error.to_string();
    assert!(told.contains("\"n\", row 13") && told.contains("tinyint") && !told.contains("128"), "{told}");
    assert!(error.hint_text().unwrap().contains("glaux_java_types"));
}

/// Every domain of small numbers, applied before the rows are as announced, lets the same rows pass as after.
#[test]
fn what_goes_down_means_what_it_means_of_the_announced_values() {
    let ends = |value: i64| [Bound::Unbounded, Bound::Included(Value::Int(value)), Bound::Excluded(Value::Int(value))];
    let values: Vec<Option<i16>> = (-128..128).map(Some).chain([None]).collect();
    let own: ArrayRef = Arc::new(Int16Array::from(values));
    let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int16, true)]));
    let batch = RecordBatch::try_new(schema, vec![own]).unwrap();
    let (_, later) = apart(scan());
    let announced = later.finish(batch.clone(), 0).unwrap();
    for low in [-128, -1, 0, 127] {
        for high in [-128, 0, 5, 127] {
            for (low, high) in ends(low).iter().flat_map(|low| ends(high).map(|high| (low.clone(), high))) {
                let values = Values::Ranges(vec![Range { low, high }]);
                for nulls in [false, true] {
                    let domain = Domain { data_type: DataType::Int8, values: values.clone(), nulls };
                    let mut asked = scan();
                    asked.projection = vec!["n".into()];
                    asked.domains = [("n".to_owned(), domain.clone())].into();
                    let (down, later) = apart(asked);
                    let down: Vec<_> = down.domains.into_iter().collect();
                    let found = later.finish(eval::filter(&batch, &down, &[]).unwrap(), 0).unwrap();
                    assert_eq!(found, eval::filter(&announced, &[("n".into(), domain)], &[]).unwrap());
                }
            }
        }
    }
}
