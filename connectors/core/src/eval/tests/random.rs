//! Random expressions and domains over random batches: the vectorised evaluator and the row-by-row one agree on every row,
//! and on which of them fail.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::rowwise::{Failed, of_array, passes, value};
use super::*;
use crate::ErrorKind;
use crate::eval::supports;

const ROUNDS: usize = 400;

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

fn types() -> Vec<DataType> {
    use DataType::{Binary, Boolean, Date32, Date64, Decimal128, Float32, Float64, Int8, Int16, Int32, Int64, Utf8};
    vec![
        Boolean,
        Int8,
        Int16,
        Int32,
        Int64,
        Float32,
        Float64,
        Decimal128(4, 2),
        Decimal128(38, 0),
        Decimal128(38, 9),
        Utf8,
        Binary,
        Date32,
        Date64,
        zoned(),
    ]
}

fn random_value(random: &mut Random, data_type: &DataType) -> Value {
    let near = [-3_i64, -2, -1, 0, 0, 1, 2, 3, 7];
    let mut whole = |low: i64, high: i64| match random.below(12) {
        0 => low,
        1 => high,
        2 => high - 1,
        _ => *random.pick(&near),
    };
    match data_type {
        DataType::Boolean => Value::Bool(random.chance(2)),
        DataType::Int8 => Value::Int(whole(-128, 127)),
        DataType::Int16 => Value::Int(whole(-32_768, 32_767)),
        DataType::Int32 => Value::Int(whole(i64::from(i32::MIN), i64::from(i32::MAX))),
        DataType::Int64 => Value::Int(whole(i64::MIN, i64::MAX)),
        DataType::Date32 => Value::Date(i32::try_from(whole(-800_000, 3_000_000)).unwrap()),
        DataType::Date64 => Value::Millis(whole(-(1 << 46), 1 << 46)),
        DataType::Timestamp(..) => Value::ZonedMillis(whole(-(1 << 46), 1 << 46)),
        DataType::Float32 => Value::Float32(*random.pick(&[
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.1,
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MAX,
        ])),
        DataType::Float64 => {
            Value::Float64(*random.pick(&[0.0, -0.0, 1.0, -1.5, 0.1, f64::NAN, f64::INFINITY, f64::MIN, 5e-324]))
        }
        DataType::Decimal128(precision, scale) => {
            let limit = 10_i128.pow(u32::from(*precision)) - 1;
            let near = i128::from(*random.pick(&near));
            let unscaled = match random.below(10) {
                0 => limit,
                1 => -limit,
                2 => near * 10_i128.pow(u32::try_from(*scale).unwrap()) % limit,
                _ => near * 50,
            };
            Value::Decimal { unscaled: unscaled.clamp(-limit, limit), scale: *scale }
        }
        DataType::Utf8 => {
            let letters = ["a", "b", "%", "_", "\\", "é", "\u{FF5E}", "\u{1F600}", "\n"];
            Value::Text((0..random.below(5)).map(|_| *random.pick(&letters)).collect())
        }
        DataType::Binary => Value::Bytes((0..random.below(3)).map(|_| *random.pick(&[0, 1, 127, 128, 255])).collect()),
        other => panic!("{other} is not generated"),
    }
}

fn random_array(random: &mut Random, data_type: &DataType, rows: usize) -> ArrayRef {
    let sparse = random.chance(4);
    let values: Vec<Option<Value>> =
        (0..rows).map(|_| (sparse || !random.chance(5)).then(|| random_value(random, data_type))).collect();
    macro_rules! gather {
        ($array:ty, $pattern:pat => $value:expr) => {{
            let values = values.iter().map(|value| match value {
                Some($pattern) => Some($value),
                None => None,
                other => panic!("{other:?} was generated"),
            });
            values.collect::<$array>()
        }};
    }
    match data_type {
        DataType::Boolean => Arc::new(gather!(BooleanArray, Value::Bool(value) => *value)),
        DataType::Int8 => Arc::new(gather!(Int8Array, Value::Int(value) => i8::try_from(*value).unwrap())),
        DataType::Int16 => Arc::new(gather!(Int16Array, Value::Int(value) => i16::try_from(*value).unwrap())),
        DataType::Int32 => Arc::new(gather!(Int32Array, Value::Int(value) => i32::try_from(*value).unwrap())),
        DataType::Int64 => Arc::new(gather!(Int64Array, Value::Int(value) => *value)),
        DataType::Date32 => Arc::new(gather!(Date32Array, Value::Date(value) => *value)),
        DataType::Date64 => Arc::new(gather!(Date64Array, Value::Millis(value) => *value)),
        DataType::Float32 => Arc::new(gather!(Float32Array, Value::Float32(value) => *value)),
        DataType::Float64 => Arc::new(gather!(Float64Array, Value::Float64(value) => *value)),
        DataType::Utf8 => Arc::new(gather!(StringArray, Value::Text(value) => value)),
        DataType::Binary => Arc::new(gather!(BinaryArray, Value::Bytes(value) => value)),
        DataType::Decimal128(precision, scale) => {
            let array = gather!(Decimal128Array, Value::Decimal { unscaled, .. } => *unscaled);
            Arc::new(array.with_precision_and_scale(*precision, *scale).unwrap())
        }
        _ => {
            let zone = i64::try_from(random.below(4096)).unwrap();
            let array = gather!(TimestampMillisecondArray, Value::ZonedMillis(value) => value << 12 | zone);
            Arc::new(array.with_timezone("UTC"))
        }
    }
}

/// Two columns of every type, some of them cut out of a longer one, so that bitmaps start anywhere.
fn random_batch(random: &mut Random) -> RecordBatch {
    let rows = *random.pick(&[1, 5, 63, 64, 65, 130]);
    let start = random.below(9);
    let columns: Vec<(String, ArrayRef)> = types()
        .iter()
        .enumerate()
        .flat_map(|(position, data_type)| ["x", "y"].map(|side| (format!("{side}{position}"), data_type.clone())))
        .map(|(name, data_type)| (name, random_array(random, &data_type, start + rows + 3).slice(start, rows)))
        .collect();
    let columns: Vec<(&str, ArrayRef)> = columns.iter().map(|(name, array)| (&name[..], Arc::clone(array))).collect();
    batch(&columns)
}

fn leaf(random: &mut Random, data_type: &DataType) -> Expr {
    if random.chance(3) {
        let value = (!random.chance(8)).then(|| random_value(random, data_type));
        return Expr::Constant { value, data_type: data_type.clone() };
    }
    let position = types().iter().position(|known| known == data_type).unwrap();
    column(&format!("{}{position}", random.pick(&["x", "y"])), data_type.clone())
}

fn is_number(data_type: &DataType) -> bool {
    supports(Function::Negate, std::slice::from_ref(data_type), data_type)
}

fn of_type(random: &mut Random, data_type: &DataType, depth: usize) -> Expr {
    if *data_type == DataType::Boolean && depth > 0 {
        return boolean(random, depth);
    }
    let known = types().contains(data_type);
    let pair = |random: &mut Random| vec![of_type(random, data_type, depth - 1), of_type(random, data_type, depth - 1)];
    match random.below(8) {
        _ if depth == 0 || !known => leaf(random, data_type),
        0 => call(Function::NullIf, pair(random), data_type.clone()),
        1 if is_number(data_type) => {
            call(Function::Negate, vec![of_type(random, data_type, depth - 1)], data_type.clone())
        }
        2..=4 if is_number(data_type) => {
            use Function::{Add, Divide, Modulus, Multiply, Subtract};
            let function = *random.pick(&[Add, Subtract, Multiply, Divide, Modulus]);
            let args = pair(random);
            let scaled = matches!(data_type, DataType::Decimal128(_, scale) if *scale != 0);
            // A product of decimals has another type, which the comparisons below make.
            let function = if scaled && function == Multiply { Add } else { function };
            call(function, args, data_type.clone())
        }
        _ => leaf(random, data_type),
    }
}

fn boolean(random: &mut Random, depth: usize) -> Expr {
    let parts = |random: &mut Random, count: usize| (0..count).map(|_| boolean(random, depth - 1)).collect::<Vec<_>>();
    match random.below(10) {
        _ if depth == 0 => leaf(random, &DataType::Boolean),
        0 => {
            let count = 1 + random.below(4);
            test(Function::And, parts(random, count))
        }
        1 => {
            let count = 1 + random.below(4);
            test(Function::Or, parts(random, count))
        }
        2 => not(boolean(random, depth - 1)),
        3 => {
            let data_type = random.pick(&types()).clone();
            test(Function::IsNull, vec![of_type(random, &data_type, depth - 1)])
        }
        4 => test(
            Function::LikePattern,
            vec![of_type(random, &DataType::Utf8, depth - 1), of_type(random, &DataType::Utf8, depth - 1)],
        ),
        5 => within(random, depth),
        _ => comparison(random, depth),
    }
}

fn comparison(random: &mut Random, depth: usize) -> Expr {
    use Function::{Equal, GreaterThan, GreaterThanOrEqual, IsDistinctFrom, LessThan, LessThanOrEqual, NotEqual};
    let function =
        *random.pick(&[Equal, NotEqual, LessThan, LessThanOrEqual, GreaterThan, GreaterThanOrEqual, IsDistinctFrom]);
    let left = random.pick(&types()).clone();
    let alike: Vec<DataType> = types()
        .into_iter()
        .filter(|right| supports(function, &[left.clone(), right.clone()], &DataType::Boolean))
        .collect();
    let right = random.pick(&alike).clone();
    let product = random.chance(4).then(|| product(random, depth)).filter(|_| is_number(&left));
    let other = match (product, &left) {
        (Some(product), DataType::Decimal128(..)) => product,
        _ => of_type(random, &right, depth - 1),
    };
    test(function, vec![of_type(random, &left, depth - 1), other])
}

fn product(random: &mut Random, depth: usize) -> Expr {
    let factor = DataType::Decimal128(4, 2);
    let args = vec![of_type(random, &factor, depth - 1), of_type(random, &factor, depth - 1)];
    call(Function::Multiply, args, DataType::Decimal128(8, 4))
}

fn within(random: &mut Random, depth: usize) -> Expr {
    let data_type = random.pick(&types()).clone();
    let count = 1 + random.below(8);
    let list = if random.chance(2) {
        let values = (0..count).map(|_| (!random.chance(9)).then(|| random_value(random, &data_type))).collect();
        Expr::List { values, data_type: data_type.clone() }
    } else {
        let args = (0..count).map(|_| of_type(random, &data_type, depth - 1)).collect();
        call(Function::Array, args, DataType::List(Arc::new(Field::new("", data_type.clone(), true))))
    };
    test(Function::In, vec![of_type(random, &data_type, depth - 1), list])
}

fn random_domain(random: &mut Random, data_type: &DataType) -> Domain {
    // NaN in a domain stands for more than itself; the tables have it.
    let value = |random: &mut Random| loop {
        match random_value(random, data_type) {
            Value::Float32(value) if value.is_nan() => {}
            Value::Float64(value) if value.is_nan() => {}
            value => return value,
        }
    };
    let bound = |random: &mut Random| match random.below(5) {
        0 => Bound::Unbounded,
        1 | 2 => Bound::Included(value(random)),
        _ => Bound::Excluded(value(random)),
    };
    let count = random.below(8);
    let values = match random.below(8) {
        0 => Values::All,
        1 | 2 => Values::In((0..count).map(|_| value(random)).collect()),
        3 => Values::NotIn((0..count).map(|_| value(random)).collect()),
        _ => Values::Ranges((0..count).map(|_| Range { low: bound(random), high: bound(random) }).collect()),
    };
    Domain { data_type: data_type.clone(), values, nulls: random.chance(3) }
}

fn with_seeds(check: impl Fn(&mut Random)) {
    let fresh = RandomState::new().build_hasher().finish();
    for seed in [1, 2, 3, fresh] {
        println!("seed {seed}");
        let mut random = Random(seed);
        (0..ROUNDS).for_each(|_| check(&mut random));
    }
}

#[test]
fn every_expression_has_the_answer_of_its_rows() {
    with_seeds(|random| {
        let batch = random_batch(random);
        let data_type = if random.chance(2) { DataType::Boolean } else { random.pick(&types()).clone() };
        let expr = of_type(random, &data_type, 4);
        let expected: Result<Vec<_>, Failed> = (0..batch.num_rows()).map(|row| value(&expr, &batch, row)).collect();
        match (evaluate(&expr, &batch), expected) {
            (Ok(actual), Ok(expected)) => {
                assert_eq!(actual.data_type(), &data_type);
                for (row, expected) in expected.iter().enumerate() {
                    let actual = of_array(&actual, row);
                    assert!(actual.is_same(expected), "row {row}: {actual:?}, not {expected:?}: {expr:?}");
                }
            }
            (Err(error), Err(Failed)) => assert_eq!(error.kind(), ErrorKind::Invalid, "{error}: {expr:?}"),
            (actual, expected) => panic!("{actual:?}, not {expected:?}: {expr:?}"),
        }
    });
}

#[test]
fn every_selection_has_the_rows_that_pass() {
    with_seeds(|random| {
        let batch = random_batch(random);
        let fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
        let domains: Vec<(String, Domain)> = (0..random.below(3))
            .map(|_| {
                let field = random.pick(&fields).clone();
                (field.name().clone(), random_domain(random, field.data_type()))
            })
            .collect();
        let filters: Vec<Expr> = (0..random.below(3)).map(|_| boolean(random, 3)).collect();
        let passing = |row: usize| -> Result<bool, Failed> {
            let wanted =
                |(name, domain): &(String, Domain)| passes(domain, &of_array(batch.column_by_name(name).unwrap(), row));
            if !domains.iter().all(wanted) {
                return Ok(false);
            }
            for filter in &filters {
                if !matches!(value(filter, &batch, row)?, super::rowwise::Cell::Bool(true)) {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let expected: Result<Vec<bool>, Failed> = (0..batch.num_rows()).map(passing).collect();
        match (select(&batch, &domains, &filters), expected) {
            (Ok(actual), Ok(expected)) => {
                let actual: Vec<bool> = actual.values().iter().collect();
                assert_eq!(actual, expected, "{domains:?} {filters:?} {batch:?}");
            }
            (Err(error), Err(Failed)) => assert_eq!(error.kind(), ErrorKind::Invalid, "{error}"),
            (actual, expected) => panic!("{actual:?}, not {expected:?}: {domains:?} {filters:?}"),
        }
    });
}
