//! What is written is read back; what others write is read in the handler's tests.

use super::*;

fn literal(value: Value, data_type: DataType) -> Expression {
    Expression::Literal { value: Some(value), data_type }
}

fn name(list: &str, name: &str) -> FunctionName {
    FunctionName { list: list.into(), name: name.into() }
}

fn zoned() -> DataType {
    DataType::Timestamp(arrow_schema::TimeUnit::Millisecond, Some("UTC".into()))
}

/// A condition with a constant of every type.
fn condition() -> Expression {
    let constants = [
        (Value::Bool(true), DataType::Boolean),
        (Value::Int(-128), DataType::Int8),
        (Value::Int(-32768), DataType::Int16),
        (Value::Int(i32::MIN.into()), DataType::Int32),
        (Value::Int(i64::MIN), DataType::Int64),
        (Value::Text("ä\0😀 ".into()), DataType::Utf8),
        (Value::Date(-1), DataType::Date32),
        (Value::Millis(-1), DataType::Date64),
        (Value::ZonedMillis(i64::MAX), zoned()),
        (Value::Decimal { unscaled: -(10_i128.pow(38) - 1), scale: 10 }, DataType::Decimal128(38, 10)),
    ];
    let mut options: Vec<Expression> = constants.into_iter().map(|(value, of)| literal(value, of)).collect();
    options.push(Expression::Literal { value: None, data_type: DataType::Utf8 });
    Expression::Call {
        function: name("functions_boolean", "and"),
        arguments: vec![Expression::OneOf { value: Box::new(Expression::Field(300)), options }, Expression::Field(0)],
        data_type: Some(DataType::Boolean),
    }
}

#[test]
fn a_plan_comes_back_as_it_went() {
    let types = [
        DataType::Boolean,
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::Float32,
        DataType::Float64,
        DataType::Utf8,
        DataType::Binary,
        DataType::Date32,
        DataType::Date64,
        zoned(),
        DataType::Decimal128(38, 10),
    ];
    let columns = types.iter().enumerate().map(|(index, data_type)| (format!("c{index}"), Some(data_type.clone())));
    let columns = columns.chain([("nobody reads it".to_owned(), None)]).collect();
    let of = |kind, emit| Relation { emit, kind };
    let read = Read {
        table: vec!["s".into(), "t".into()],
        columns,
        filter: Some(Expression::Field(0)),
        projection: Some(vec![2, 0, 1]),
    };
    let (read, condition) = (of(Kind::Read(read), None), condition());
    let filter = of(Kind::Filter { input: Box::new(read), condition }, Some(vec![1, 1, 0]));
    let project = of(Kind::Project { input: Box::new(filter), expressions: vec![Expression::Field(1)] }, None);
    let measure = |distinct, arguments| Measure {
        function: name("functions_aggregate_generic", "count"),
        arguments,
        distinct,
        data_type: Some(DataType::Int64),
    };
    let measures = vec![measure(false, Vec::new()), measure(true, vec![Expression::Field(3)])];
    let keys = vec![Expression::Field(0), Expression::Field(2)];
    let grouped = of(Kind::Aggregate { input: Box::new(project), keys, measures }, None);
    let root = of(Kind::Fetch { input: Box::new(grouped), count: 0 }, None);
    let plan = Plan { names: vec!["a".into(), String::new()], root };
    assert_eq!(Plan::decode(&plan.encode().unwrap()).unwrap(), plan);
    let outline = Outline::of(&plan.encode().unwrap()).unwrap();
    assert_eq!(outline, Outline { names: plan.names, reshapes: true });
}

#[test]
fn a_time_finer_than_a_millisecond_is_not_rounded() {
    let precise = |precision: u64, value: i64| {
        let time = wire::Message::default().varint(1, precision).signed(2, value);
        types::literal(&wire::Message::default().message(34, time).into_bytes()).map(|(value, _)| value)
    };
    assert_eq!(precise(6, -1_000).unwrap(), Some(Value::Millis(-1)));
    assert_eq!(precise(9, 2_000_000).unwrap(), Some(Value::Millis(2)));
    assert_eq!(precise(0, 3).unwrap(), Some(Value::Millis(3_000)));
    for (precision, value) in [(6, 1_001), (9, 1), (0, i64::MAX), (90, 0)] {
        assert!(precise(precision, value).is_err(), "{precision} {value}");
    }
}
