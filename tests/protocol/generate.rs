//! Random schemas, batches, domains and expressions of everything the protocol carries.

use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, ListArray, MapArray, PrimitiveArray, RecordBatch,
    RecordBatchOptions, StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use connector_core::{Bound, Direction, Domain, Expr, Function, Nulls, Range, SortKey, Value, Values};
use glaux::protocol::{Constraints, QueryPlan};
use rand::prelude::*;

/// A random source; its seed is printed, and can be given to repeat a run.
pub fn random() -> StdRng {
    let given = std::env::var("GLAUX_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random::<u64>);
    println!("GLAUX_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

pub fn scalar_type(random: &mut StdRng) -> DataType {
    match random.random_range(0..14) {
        0 => DataType::Boolean,
        1 => DataType::Int8,
        2 => DataType::Int16,
        3 => DataType::Int32,
        4 => DataType::Int64,
        5 => DataType::Float32,
        6 => DataType::Float64,
        7 | 8 => {
            let precision = random.random_range(1..=38);
            DataType::Decimal128(precision, random.random_range(0..=i8::try_from(precision).unwrap()))
        }
        9 => DataType::Utf8,
        10 => DataType::Binary,
        11 => DataType::Date32,
        12 => DataType::Date64,
        _ => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    }
}

pub fn data_type(random: &mut StdRng, depth: usize) -> DataType {
    match if depth == 0 { 9 } else { random.random_range(0..10) } {
        0 => DataType::List(Arc::new(Field::new("item", data_type(random, depth - 1), random.random()))),
        1 => {
            let count = random.random_range(1..4);
            let member = |index| Field::new(format!("m{index}"), data_type(random, depth - 1), random.random());
            DataType::Struct((0..count).map(member).collect())
        }
        2 => {
            let members = [
                Field::new("key", scalar_type(random), false),
                Field::new("value", data_type(random, depth - 1), random.random()),
            ];
            DataType::Map(Arc::new(Field::new("entries", DataType::Struct(Fields::from_iter(members)), false)), false)
        }
        _ => scalar_type(random),
    }
}

pub fn schema(random: &mut StdRng) -> Schema {
    let columns = random.random_range(0..6);
    let field = |index| {
        let field = Field::new(format!("c{index}"), data_type(random, 3), true);
        let metadata = random.random_bool(0.3).then(|| [("note".to_owned(), text(random))].into());
        field.with_metadata(metadata.unwrap_or_default())
    };
    let fields: Vec<_> = (0..columns).map(field).collect();
    let metadata = (0..random.random_range(0..3)).map(|index| (format!("k{index}"), text(random)));
    Schema::new_with_metadata(fields, metadata.collect())
}

/// A batch that is often a slice of a larger one, so that its arrays start anywhere.
pub fn batch(random: &mut StdRng) -> RecordBatch {
    let schema = Arc::new(schema(random));
    let rows = random.random_range(0..40);
    let columns = schema.fields().iter().map(|field| array(random, field, rows)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema, columns, &options).unwrap();
    let start = if random.random() { 0 } else { random.random_range(0..=rows) };
    let length = if random.random() { rows - start } else { random.random_range(0..=rows - start) };
    batch.slice(start, length)
}

pub fn array(random: &mut StdRng, field: &Field, rows: usize) -> ArrayRef {
    let some = field.is_nullable() && random.random_bool(0.7);
    let density = if random.random_bool(0.1) { 1.0 } else { random.random_range(0.0..1.0) };
    let nulls = some.then(|| (0..rows).map(|_| !random.random_bool(density)).collect::<NullBuffer>());
    match field.data_type() {
        DataType::Boolean => Arc::new(BooleanArray::new((0..rows).map(|_| random.random::<bool>()).collect(), nulls)),
        DataType::Int8 => primitive::<Int8Type>(rows, nulls, || random.random()),
        DataType::Int16 => primitive::<Int16Type>(rows, nulls, || random.random()),
        DataType::Int32 => primitive::<Int32Type>(rows, nulls, || random.random()),
        DataType::Int64 => primitive::<Int64Type>(rows, nulls, || random.random()),
        DataType::Float32 => primitive::<Float32Type>(rows, nulls, || f32::from_bits(random.random())),
        DataType::Float64 => primitive::<Float64Type>(rows, nulls, || f64::from_bits(random.random())),
        DataType::Date32 => primitive::<Date32Type>(rows, nulls, || random.random()),
        DataType::Date64 => primitive::<Date64Type>(rows, nulls, || random.random()),
        DataType::Decimal128(precision, scale) => {
            let values = (0..rows).map(|_| decimal(random, *precision)).collect::<Vec<_>>();
            let array = PrimitiveArray::<Decimal128Type>::new(values.into(), nulls);
            Arc::new(array.with_precision_and_scale(*precision, *scale).unwrap())
        }
        DataType::Timestamp(..) => {
            let values = (0..rows).map(|_| random.random()).collect::<Vec<i64>>();
            Arc::new(PrimitiveArray::<TimestampMillisecondType>::new(values.into(), nulls).with_timezone("UTC"))
        }
        DataType::Utf8 => {
            let texts: Vec<String> = (0..rows).map(|_| text(random)).collect();
            let (offsets, values, _) = StringArray::from(texts).into_parts();
            Arc::new(StringArray::new(offsets, values, nulls))
        }
        DataType::Binary => {
            let texts: Vec<Vec<u8>> = (0..rows).map(|_| bytes(random)).collect();
            let (offsets, values, _) = BinaryArray::from_iter_values(texts).into_parts();
            Arc::new(BinaryArray::new(offsets, values, nulls))
        }
        DataType::List(child) => {
            let offsets = offsets(random, rows);
            let values = array(random, child, inner(&offsets));
            Arc::new(ListArray::new(child.clone(), offsets, values, nulls))
        }
        DataType::Struct(members) => Arc::new(structure(random, members, rows, nulls)),
        DataType::Map(entries, sorted) => {
            let DataType::Struct(members) = entries.data_type() else { panic!("entries") };
            let offsets = offsets(random, rows);
            let inner = structure(random, members, inner(&offsets), None);
            Arc::new(MapArray::new(entries.clone(), offsets, inner, nulls, *sorted))
        }
        other => panic!("{other}"),
    }
}

fn primitive<T: ArrowPrimitiveType>(
    rows: usize,
    nulls: Option<NullBuffer>,
    next: impl FnMut() -> T::Native,
) -> ArrayRef {
    let values: Vec<T::Native> = std::iter::repeat_with(next).take(rows).collect();
    Arc::new(PrimitiveArray::<T>::new(values.into(), nulls))
}

fn structure(random: &mut StdRng, members: &Fields, rows: usize, nulls: Option<NullBuffer>) -> StructArray {
    StructArray::new(members.clone(), members.iter().map(|member| array(random, member, rows)).collect(), nulls)
}

/// Offsets that need not start at 0.
fn offsets(random: &mut StdRng, rows: usize) -> OffsetBuffer<i32> {
    let mut end = if random.random() { 0 } else { random.random_range(0..3) };
    let mut offsets = vec![end];
    for _ in 0..rows {
        end += random.random_range(0..4);
        offsets.push(end);
    }
    OffsetBuffer::new(offsets.into())
}

/// Values beyond the last offset may follow.
fn inner(offsets: &OffsetBuffer<i32>) -> usize {
    usize::try_from(*offsets.last().unwrap()).unwrap() + 2
}

fn decimal(random: &mut StdRng, precision: u8) -> i128 {
    let limit = 10i128.pow(u32::from(precision));
    random.random_range(1 - limit..limit)
}

pub fn text(random: &mut StdRng) -> String {
    const LETTERS: [char; 10] = ['a', 'B', '\u{0}', '"', '\\', '\u{e9}', '\u{4e16}', '\u{1f600}', '\u{e000}', '\n'];
    (0..random.random_range(0..6)).map(|_| LETTERS[random.random_range(0..LETTERS.len())]).collect()
}

pub fn bytes(random: &mut StdRng) -> Vec<u8> {
    (0..random.random_range(0..6)).map(|_| random.random()).collect()
}

pub fn value(random: &mut StdRng, data_type: &DataType) -> Value {
    match data_type {
        DataType::Boolean => Value::Bool(random.random()),
        DataType::Int8 => Value::Int(random.random::<i8>().into()),
        DataType::Int16 => Value::Int(random.random::<i16>().into()),
        DataType::Int32 => Value::Int(random.random::<i32>().into()),
        DataType::Int64 => Value::Int(random.random()),
        DataType::Float32 => Value::Float32(random.random_range(-1e3..1e3)),
        DataType::Float64 => Value::Float64(random.random_range(-1e3..1e3)),
        DataType::Decimal128(precision, scale) => {
            Value::Decimal { unscaled: decimal(random, *precision), scale: *scale }
        }
        DataType::Utf8 => Value::Text(text(random)),
        DataType::Binary => Value::Bytes(bytes(random)),
        DataType::Date32 => Value::Date(random.random()),
        DataType::Date64 => Value::Millis(random.random()),
        DataType::Timestamp(..) => Value::ZonedMillis(random.random_range(-(1 << 50)..1 << 50)),
        other => panic!("{other}"),
    }
}

pub fn domain(random: &mut StdRng) -> Domain {
    let data_type = scalar_type(random);
    let list =
        |random: &mut StdRng| (0..random.random_range(0..4)).map(|_| value(random, &data_type)).collect::<Vec<_>>();
    let values = match random.random_range(0..4) {
        0 => Values::All,
        1 => Values::In(list(random)),
        2 => Values::NotIn(list(random)),
        _ => Values::Ranges(
            (0..random.random_range(0..4))
                .map(|_| Range { low: bound(random, &data_type), high: bound(random, &data_type) })
                .collect(),
        ),
    };
    Domain { data_type, values, nulls: random.random() }
}

fn bound(random: &mut StdRng, data_type: &DataType) -> Bound {
    match random.random_range(0..4) {
        0 => Bound::Unbounded,
        1 => Bound::Excluded(value(random, data_type)),
        _ => Bound::Included(value(random, data_type)),
    }
}

/// An expression as it comes back: a list has two values or stands beside IN.
pub fn expression(random: &mut StdRng, depth: usize) -> Expr {
    let data_type = scalar_type(random);
    match if depth == 0 { random.random_range(0..2) } else { random.random_range(0..5) } {
        0 => Expr::Column { name: text(random), data_type },
        1 => Expr::Constant { value: random.random_bool(0.8).then(|| value(random, &data_type)), data_type },
        2 => {
            let values =
                (0..random.random_range(1..4)).map(|_| random.random_bool(0.8).then(|| value(random, &data_type)));
            let list = Expr::List { values: values.collect(), data_type };
            let args = vec![expression(random, 0), list];
            Expr::Call { function: Function::In, args, data_type: DataType::Boolean }
        }
        _ => {
            let function = *Function::ALL.choose(random).unwrap();
            let count = match function {
                Function::And | Function::Or | Function::Array => random.random_range(1..4),
                Function::Not | Function::IsNull | Function::Negate => 1,
                _ => 2,
            };
            // A constant beside IN is a list to a reader, so IN is left to the case above.
            let function = if function == Function::In { Function::Equal } else { function };
            let args = (0..count).map(|_| expression(random, depth - 1)).collect();
            Expr::Call { function, args, data_type }
        }
    }
}

pub fn constraints(random: &mut StdRng) -> Constraints {
    let direction = |random: &mut StdRng| if random.random() { Direction::Ascending } else { Direction::Descending };
    let nulls = |random: &mut StdRng| if random.random() { Nulls::First } else { Nulls::Last };
    Constraints {
        summary: (0..random.random_range(0..4)).map(|_| (text(random), domain(random))).collect(),
        expressions: (0..random.random_range(0..3)).map(|_| expression(random, 4)).collect(),
        order_by: (0..random.random_range(0..3))
            .map(|_| SortKey { column: text(random), direction: direction(random), nulls: nulls(random) })
            .collect(),
        limit: random.random::<bool>().then(|| random.random_range(0..1 << 60)),
        passthrough: (0..random.random_range(0..2)).map(|_| (text(random), text(random))).collect(),
        query_plan: random.random::<bool>().then(|| QueryPlan { version: Some(text(random)), plan: None }),
    }
}
