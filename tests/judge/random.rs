//! Random data from a seed: names, texts, types, schemas and batches, the odd ones far more often than life has them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow_array::{
    ArrayRef, BooleanArray, ListArray, MapArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use connector_core::Value;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Athena knows no upper case; all else may be in a name.
const NAMES: [&str; 10] =
    ["straße", "日本語", "two words", "quo\"te", "back\\slash", "dots.and/slashes", "😀", "naïve", "'", "$1; --"];
const LETTERS: [&str; 18] = [
    "a", "Z", "0", " ", "'", "\"", "\\", "%", "_", "\n", "\u{0}", "\u{7f}", "é", "ß", "世", "\u{2028}", "\u{ffff}",
    "😀",
];
/// Keys of Presto's zones: UTC, an hour either way, the ends of the fixed ones, and some with names.
const ZONES: [i64; 9] = [0, 1, 781, 900, 1680, 1825, 1953, 2054, 2072];
/// What the 52 bits of a packed instant hold.
const FARTHEST: i64 = (1 << 51) - 1;

/// A source of chance, the same for the same seed.
pub struct Chance(StdRng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn flip(&mut self) -> bool {
        self.one_in(2)
    }

    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// Up to `most` of what `each` gives.
    pub fn some<T>(&mut self, most: usize, mut each: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| each(self)).collect()
    }

    pub fn maybe<T>(&mut self, give: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| give(self))
    }

    /// A name in lower case, a plain one or an odd one.
    pub fn name(&mut self) -> String {
        let number = self.below(1 << 20);
        if self.one_in(4) { format!("{} {number}", self.pick(&NAMES)) } else { format!("w_{number}") }
    }

    pub fn text(&mut self) -> String {
        let long = self.one_in(40);
        if long {
            "日本語\t".repeat(300 + self.below(300))
        } else {
            self.some(6, |chance| chance.pick(&LETTERS)).concat()
        }
    }

    pub fn texts(&mut self, most: usize) -> BTreeMap<String, String> {
        self.some(most, |chance| (chance.name(), chance.text())).into_iter().collect()
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.0.random()).collect()
    }

    /// A type that values in constraints may have.
    pub fn scalar(&mut self) -> DataType {
        let precision = self.0.random_range(1..=38u8);
        let scale = self.0.random_range(0..=i8::try_from(precision).unwrap());
        let zone = self.pick(&["UTC", "Europe/Berlin", "+01:00", "Asia/Kolkata"]);
        self.pick(&[
            DataType::Boolean,
            DataType::Int8,
            DataType::Int16,
            DataType::Int32,
            DataType::Int64,
            DataType::Float32,
            DataType::Float64,
            DataType::Decimal128(precision, scale),
            DataType::Date32,
            DataType::Date64,
            DataType::Timestamp(TimeUnit::Millisecond, Some(zone.into())),
            DataType::Utf8,
            DataType::Binary,
        ])
    }

    /// A nested type of up to `depth` levels, or a scalar one.
    pub fn data_type(&mut self, depth: usize) -> DataType {
        if depth == 0 || !self.one_in(3) {
            return self.scalar();
        }
        match self.below(3) {
            0 => {
                let name = self.pick(&["", "item", "element"]);
                DataType::List(Arc::new(self.member(name, depth - 1)))
            }
            1 => {
                let mut members: Vec<Field> =
                    (0..self.below(3)).map(|n| self.member(&format!("m{n}"), depth - 1)).collect();
                members.push(self.member("the last one", depth - 1));
                DataType::Struct(members.into())
            }
            _ => {
                let key = Field::new("key", self.scalar(), false);
                let pair = Fields::from(vec![key, Field::new("value", self.data_type(depth - 1), true)]);
                DataType::Map(Arc::new(Field::new("entries", DataType::Struct(pair), false)), false)
            }
        }
    }

    fn member(&mut self, name: &str, depth: usize) -> Field {
        Field::new(name, self.data_type(depth), !self.one_in(5))
    }

    /// A schema of `least` to `most` columns with metadata, of which some are comments on columns.
    pub fn schema(&mut self, least: usize, most: usize, depth: usize) -> SchemaRef {
        let count = least + self.below(most + 1 - least);
        let names: BTreeSet<String> = (0..count).map(|_| self.name()).collect();
        let fields: Vec<Field> = names.into_iter().map(|name| Field::new(name, self.data_type(depth), true)).collect();
        let mut metadata = self.texts(2);
        for field in &fields {
            if self.one_in(3) {
                metadata.insert(field.name().clone(), self.text());
            }
        }
        Arc::new(Schema::new_with_metadata(fields, metadata.into_iter().collect()))
    }

    /// A batch, sometimes one that is a slice of a larger one.
    pub fn batch(&mut self, schema: &SchemaRef, rows: usize) -> RecordBatch {
        let (before, after) = if self.flip() { (self.below(20), self.below(20)) } else { (0, 0) };
        let columns = schema.fields().iter().map(|field| self.array(field, before + rows + after));
        let columns = columns.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(before + rows + after));
        RecordBatch::try_new_with_options(schema.clone(), columns, &options).unwrap().slice(before, rows)
    }

    fn nulls(&mut self, field: &Field, rows: usize) -> Option<NullBuffer> {
        if !field.is_nullable() || self.one_in(4) {
            return None;
        }
        let all = self.one_in(10);
        Some((0..rows).map(|_| !all && !self.one_in(4)).collect::<Vec<bool>>().into())
    }

    fn array(&mut self, field: &Field, rows: usize) -> ArrayRef {
        let nulls = self.nulls(field, rows);
        match field.data_type() {
            DataType::List(element) => {
                let (offsets, length) = self.offsets(rows);
                Arc::new(ListArray::new(element.clone(), offsets, self.array(element, length), nulls))
            }
            DataType::Map(entries, sorted) => {
                let (offsets, length) = self.offsets(rows);
                let DataType::Struct(pair) = entries.data_type() else { unreachable!() };
                let pairs = StructArray::new(pair.clone(), self.arrays(pair, length), None);
                Arc::new(MapArray::new(entries.clone(), offsets, pairs, nulls, *sorted))
            }
            DataType::Struct(members) => Arc::new(
                StructArray::try_new_with_length(members.clone(), self.arrays(members, rows), nulls, rows).unwrap(),
            ),
            scalar => self.scalars(scalar, rows, nulls),
        }
    }

    fn arrays(&mut self, fields: &Fields, rows: usize) -> Vec<ArrayRef> {
        fields.iter().map(|field: &FieldRef| self.array(field, rows)).collect()
    }

    /// Offsets that need neither start at 0 nor end with the child, whose length is given too; NULLs may have elements.
    fn offsets(&mut self, rows: usize) -> (OffsetBuffer<i32>, usize) {
        let mut offsets = vec![i32::try_from(self.below(3)).unwrap()];
        for row in 0..rows {
            offsets.push(offsets[row] + self.pick(&[0, 0, 1, 2, 5]));
        }
        let end = usize::try_from(offsets[rows]).unwrap() + self.below(3);
        (OffsetBuffer::new(ScalarBuffer::from(offsets)), end)
    }

    fn scalars(&mut self, data_type: &DataType, rows: usize, nulls: Option<NullBuffer>) -> ArrayRef {
        match data_type {
            DataType::Boolean => {
                let bits = (0..rows).map(|_| self.flip()).collect::<Vec<_>>();
                Arc::new(BooleanArray::new(bits.into(), nulls))
            }
            DataType::Utf8 => {
                let mut texts = StringBuilder::new();
                (0..rows).for_each(|row| texts.append_option(is_set(nulls.as_ref(), row).then(|| self.text())));
                Arc::new(texts.finish())
            }
            DataType::Binary => {
                let mut all = BinaryBuilder::new();
                for row in 0..rows {
                    let length = self.below(5);
                    all.append_option(is_set(nulls.as_ref(), row).then(|| self.bytes(length)));
                }
                Arc::new(all.finish())
            }
            DataType::Decimal128(precision, scale) => {
                let numbers = self.primitives::<Decimal128Type>(rows, nulls, |chance| chance.unscaled(*precision));
                Arc::new(numbers.with_precision_and_scale(*precision, *scale).unwrap())
            }
            DataType::Timestamp(_, zone) => {
                let packed = |chance: &mut Self| chance.instant() << 12 | chance.pick(&ZONES);
                let instants = self.primitives::<TimestampMillisecondType>(rows, nulls, packed);
                Arc::new(instants.with_timezone_opt(zone.clone()))
            }
            DataType::Int8 => {
                Arc::new(self.primitives::<Int8Type>(rows, nulls, |chance| chance.int(8).try_into().unwrap()))
            }
            DataType::Int16 => {
                Arc::new(self.primitives::<Int16Type>(rows, nulls, |chance| chance.int(16).try_into().unwrap()))
            }
            DataType::Int32 => {
                Arc::new(self.primitives::<Int32Type>(rows, nulls, |chance| chance.int(32).try_into().unwrap()))
            }
            DataType::Int64 => Arc::new(self.primitives::<Int64Type>(rows, nulls, |chance| chance.int(64))),
            DataType::Float32 => Arc::new(self.primitives::<Float32Type>(rows, nulls, Self::float32)),
            DataType::Float64 => Arc::new(self.primitives::<Float64Type>(rows, nulls, Self::float64)),
            DataType::Date32 => Arc::new(self.primitives::<Date32Type>(rows, nulls, Self::day)),
            DataType::Date64 => Arc::new(self.primitives::<Date64Type>(rows, nulls, Self::millis)),
            other => unreachable!("{other}"),
        }
    }

    /// Values stand under NULLs too, as a source leaves them there.
    fn primitives<T: ArrowPrimitiveType>(
        &mut self,
        rows: usize,
        nulls: Option<NullBuffer>,
        mut each: impl FnMut(&mut Self) -> T::Native,
    ) -> PrimitiveArray<T> {
        PrimitiveArray::new((0..rows).map(|_| each(self)).collect::<Vec<_>>().into(), nulls)
    }

    /// A value that a constraint on this type may hold.
    pub fn value(&mut self, data_type: &DataType) -> Value {
        match data_type {
            DataType::Boolean => Value::Bool(self.flip()),
            DataType::Int8 => Value::Int(self.int(8)),
            DataType::Int16 => Value::Int(self.int(16)),
            DataType::Int32 => Value::Int(self.int(32)),
            DataType::Int64 => Value::Int(self.int(64)),
            DataType::Float32 => Value::Float32(self.float32()),
            DataType::Float64 => Value::Float64(self.float64()),
            DataType::Decimal128(precision, scale) => {
                Value::Decimal { unscaled: self.unscaled(*precision), scale: *scale }
            }
            DataType::Date32 => Value::Date(self.day()),
            DataType::Date64 => Value::Millis(self.millis()),
            DataType::Timestamp(..) => Value::ZonedMillis(self.instant()),
            // AWS's reader orders text by UTF-16 and throws on ranges that only our order, Athena's, has the right way round.
            DataType::Utf8 => Value::Text(self.text().replace('\u{ffff}', "")),
            DataType::Binary => {
                let length = self.below(5);
                Value::Bytes(self.bytes(length))
            }
            other => unreachable!("{other}"),
        }
    }

    fn int(&mut self, bits: u32) -> i64 {
        let any = self.0.random::<i64>();
        self.pick(&[0, 1, -1, i64::MIN, i64::MAX, any]) >> (64 - bits)
    }

    fn float32(&mut self) -> f32 {
        let any = self.0.random_range(-1e6f32..1e6);
        self.pick(&[0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE, 1e-45, f32::MAX, any])
    }

    fn float64(&mut self) -> f64 {
        let any = self.0.random_range(-1e9f64..1e9);
        self.pick(&[0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MIN, f64::MAX, any])
    }

    fn unscaled(&mut self, precision: u8) -> i128 {
        let most = 10i128.pow(u32::from(precision)) - 1;
        let any = self.0.random_range(-most..=most);
        self.pick(&[0, 1, -1, most, -most, any])
    }

    fn day(&mut self) -> i32 {
        let any = self.0.random_range(-1_000_000..3_000_000);
        // The last two are 0001-01-01 and 9999-12-31.
        self.pick(&[0, -1, any, any, i32::MIN, i32::MAX, -719_162, 2_932_896])
    }

    fn millis(&mut self) -> i64 {
        let any = self.0.random_range(-62_135_596_800_000..253_402_300_800_000i64);
        self.pick(&[0, -1, any, any, any / 1000 * 1000, any / 60_000 * 60_000, i64::MIN, i64::MAX])
    }

    fn instant(&mut self) -> i64 {
        let any = self.0.random_range(-62_135_596_800_000..253_402_300_800_000i64);
        self.pick(&[0, -1, any, any, FARTHEST, -FARTHEST])
    }
}

fn is_set(nulls: Option<&NullBuffer>, row: usize) -> bool {
    nulls.is_none_or(|nulls| nulls.is_valid(row))
}
