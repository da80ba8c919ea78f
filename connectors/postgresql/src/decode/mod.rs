//! From the bytes of a row straight into Arrow buffers: one set of buffers a column, chosen once, nothing allocated a cell.
//!
//! Which buffers a column gets follows from its type on the wire and its type for Athena together, so that a table that has
//! changed since it was described is noticed. Not here: where rows come from.

mod list;
mod numeric;
mod scalar;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_schema::{DataType, TimeUnit};
use connector_core::decode::{Batcher, Bits, Cells, Copied, Fixed, Layout, RUN, Room, changed};
use connector_core::{BatchLimits, Column, Error, Result};
use postgres_types::{Kind, Type};

use crate::error::no_protocol;
use crate::message::{Field, InRows, Row};

pub(crate) use numeric::DIGIT_BASE;
pub(crate) use scalar::{EPOCH_DAYS, EPOCH_MILLIS};

const NOT_UTF8: &str = "text that is not in the encoding its database claims";

/// The buffers of a column.
type Buffers = Box<dyn Cells<[u8], InRows>>;

/// The buffers for a column of `wire` type that is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: &Type, data_type: &DataType) -> Option<Buffers> {
    Some(match (wire, data_type) {
        (&Type::BOOL, DataType::Boolean) => Bits::boxed(scalar::boolean),
        (&Type::BIT, DataType::Boolean) => Bits::boxed(scalar::single_bit),
        (&Type::INT2, DataType::Int16) => Fixed::<Int16Type>::boxed(data_type, scalar::int2),
        (&Type::INT4, DataType::Int32) => Fixed::<Int32Type>::boxed(data_type, scalar::int4),
        (&Type::INT8, DataType::Int64) => Fixed::<Int64Type>::boxed(data_type, scalar::int8),
        (&Type::FLOAT4, DataType::Float32) => Fixed::<Float32Type>::boxed(data_type, scalar::float4),
        (&Type::FLOAT8, DataType::Float64) => Fixed::<Float64Type>::boxed(data_type, scalar::float8),
        (&Type::NUMERIC, DataType::Decimal128(precision, scale)) => {
            let target = numeric::Target::new(*precision, *scale)?;
            Fixed::<Decimal128Type>::boxed(data_type, move |bytes: &[u8]| target.decode(bytes))
        }
        (&Type::TEXT | &Type::VARCHAR, DataType::Utf8) => Copied::text(NOT_UTF8),
        (&Type::BYTEA, DataType::Binary) => Copied::binary(),
        (&Type::DATE, DataType::Date32) => Fixed::<Date32Type>::boxed(data_type, scalar::date),
        (&Type::TIMESTAMP | &Type::TIMESTAMPTZ, DataType::Date64) => {
            Fixed::<Date64Type>::boxed(data_type, scalar::millis)
        }
        (&Type::TIMESTAMPTZ, DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => {
            Fixed::<TimestampMillisecondType>::boxed(data_type, scalar::zoned_millis)
        }
        (_, DataType::List(field)) => {
            let Kind::Array(element) = wire.kind() else { return None };
            Box::new(list::List::new(Arc::clone(field), element.oid(), cells(element, field.data_type())?))
        }
        _ => return None,
    })
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    /// How many values a row has.
    values: usize,
    batcher: Batcher<[u8], InRows>,
}

impl RowDecoder {
    /// A decoder for rows of these fields.
    ///
    /// Errors: conflict, if they are not the columns that were described.
    pub(crate) fn new(described: &[Column], fields: &[Field], limits: BatchLimits) -> Result<Self> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if fields.len() != described.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        let columns = described.iter().zip(fields).map(|(column, field)| {
            let data_type = &column.mapping.data_type;
            match Type::from_oid(field.oid) {
                Some(wire) => cells(&wire, data_type).ok_or_else(|| changed(column, wire)),
                None => Err(changed(column, format_args!("type number {}", field.oid))),
            }
        });
        let batcher = Batcher::new(described, columns.collect::<Result<_>>()?, limits);
        Ok(Self { values: fields.len(), batcher })
    }

    /// Adds rows, as many as are decoded together at most; each begins its bytes and is so long.
    ///
    /// Errors: corrupt, for a value outside its type; it names column, row and the value's class.
    pub(crate) fn push(&mut self, rows: &[(&[u8], usize)]) -> Result<()> {
        let of_all = |(row, values)| (usize::from(values) == self.values).then_some(row);
        let rows = rows.iter().map(|(onwards, length)| Row::new(onwards, *length).and_then(of_all));
        let Some(mut rows) = rows.collect::<Option<Vec<_>>>() else {
            return Err(no_protocol("a row has another number of values than there are columns"));
        };
        if self.batcher.width() == 0 {
            // The constant that a scan of no columns selects.
            InRows::column(&mut rows).for_each(drop);
        }
        let count = rows.len();
        self.batcher.push_rows(&mut rows, count)
    }

    /// What can be added together.
    pub(crate) fn room(&self) -> Room {
        self.batcher.room().up_to(RUN)
    }

    /// Whether the batch has reached one of its limits.
    pub(crate) fn is_full(&self) -> bool {
        self.batcher.is_full()
    }

    /// The rows so far as a batch; nothing if there are none.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>> {
        self.batcher.take()
    }
}

/// One value decoded, for tests of what was encoded.
#[cfg(test)]
pub(crate) fn one(wire: &Type, data_type: &DataType, bytes: &[u8]) -> arrow_array::ArrayRef {
    let mut cells = cells(wire, data_type).unwrap();
    cells.push(bytes).unwrap();
    cells.finish().unwrap()
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{Array, RecordBatch};
    use connector_core::{ColumnMapping, ErrorKind, Pushdown, ReadAs};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn column(name: &str, data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: name.into(), remote_name: name.into(), comment: None, announced: None, mapping }
    }

    fn field(of: &Type) -> Field {
        Field { name: "c".into(), oid: of.oid(), modifier: -1 }
    }

    fn decoder(limits: BatchLimits) -> RowDecoder {
        let columns = [column("a", DataType::Int64), column("b", DataType::Utf8), column("c", DataType::Boolean)];
        let fields = [field(&Type::INT8), field(&Type::TEXT), field(&Type::BOOL)];
        RowDecoder::new(&columns, &fields, limits).unwrap()
    }

    fn row(cells: &[Option<&[u8]>]) -> Vec<u8> {
        let mut row = u16::try_from(cells.len()).unwrap().to_be_bytes().to_vec();
        for cell in cells {
            row.extend(cell.map_or(-1, |cell| i32::try_from(cell.len()).unwrap()).to_be_bytes());
            row.extend_from_slice(cell.unwrap_or_default());
        }
        row
    }

    /// Adds rows that arrive one behind the other.
    fn push(decoder: &mut RowDecoder, rows: &[&[u8]]) -> Result<()> {
        let arrived = rows.concat();
        let starts = rows.iter().scan(0, |start, row| Some(std::mem::replace(start, *start + row.len())));
        let run: Vec<_> = starts.zip(rows).map(|(start, row)| (&arrived[start..], row.len())).collect();
        decoder.push(&run)
    }

    type Cells3 = (Option<i64>, Option<String>, Option<bool>);

    fn cells3(batch: &RecordBatch) -> Vec<Cells3> {
        let (a, b, c) = (batch.column(0), batch.column(1).as_string::<i32>(), batch.column(2).as_boolean());
        let a = a.as_primitive::<Int64Type>();
        let text = |row| b.is_valid(row).then(|| b.value(row).to_owned());
        let shown = |row| (a.is_valid(row).then(|| a.value(row)), text(row), c.is_valid(row).then(|| c.value(row)));
        (0..batch.num_rows()).map(shown).collect()
    }

    #[test]
    fn random_rows_come_out_as_they_were_sent_in_batches_within_their_limits() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let limits = BatchLimits { rows: 50, bytes: 2000 };
        let mut decoder = decoder(limits);
        let (mut sent, mut received): (Vec<Cells3>, Vec<Cells3>) = (Vec::new(), Vec::new());
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        for _ in 0..3000 {
            let text: String = (0..random.random_range(0..60)).map(|_| random.random_range('a'..'é')).collect();
            let cells: Cells3 = (
                random.random_bool(0.8).then(|| random.random()),
                random.random_bool(0.8).then_some(text),
                random.random_bool(0.8).then(|| random.random()),
            );
            let (a, c) = (cells.0.map(i64::to_be_bytes), cells.2.map(|truth| [u8::from(truth)]));
            let wire = row(&[
                a.as_ref().map(<[u8; 8]>::as_slice),
                cells.1.as_ref().map(String::as_bytes),
                c.as_ref().map(<[u8; 1]>::as_slice),
            ]);
            sent.push(cells);
            waiting.push(wire);
            // As many together as there is room for, or one of which nobody knows.
            let mut room = decoder.room();
            let fit = waiting.iter().take_while(|row| room.take(row.len())).count();
            if fit == waiting.len() && random.random_bool(0.9) {
                continue;
            }
            let run: Vec<&[u8]> = waiting.iter().take(fit.max(1)).map(Vec::as_slice).collect();
            push(&mut decoder, &run).unwrap();
            waiting.drain(..fit.max(1));
            if decoder.is_full() {
                let batch = decoder.take().unwrap().unwrap();
                assert!(batch.num_rows() <= limits.rows && connector_core::block_size(&batch) < limits.bytes + 200);
                received.extend(cells3(&batch));
            }
        }
        received.extend(decoder.take().unwrap().iter().flat_map(cells3));
        assert!(received == sent[..sent.len() - waiting.len()]);
    }

    #[test]
    fn a_row_that_is_cut_or_goes_on_is_malformed_and_names_its_place() {
        let whole = row(&[Some(&7_i64.to_be_bytes()), Some(b"hi"), Some(&[1])]);
        for length in 0..whole.len() {
            let mut decoder = decoder(BatchLimits::default());
            push(&mut decoder, &[&whole]).unwrap();
            let error = push(&mut decoder, &[&whole, &whole[..length]]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt);
            assert!(length < 2 || error.to_string().contains("row 3"), "{length}: {error}");
            // What is behind it has other rows' bytes.
            let error =
                push(&mut self::decoder(BatchLimits::default()), &[&whole[..length], &whole, &whole]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{length}: {error}");
        }
        let other = [
            [&whole[..], &[0]].concat(),
            row(&[Some(&[7; 8]), Some(b"hi")]),
            row(&[Some(&[7; 8]), Some(b"hi"), None, None]),
            row(&[Some(&[7; 7]), Some(b"hi"), None]),
            [&whole[..2], &(-2_i32).to_be_bytes(), &whole[6..]].concat(),
        ];
        for row in other {
            let error = push(&mut decoder(BatchLimits::default()), &[&row]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{row:?}: {error}");
        }
    }

    #[test]
    fn any_row_gives_an_answer() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let list = DataType::new_list(DataType::Decimal128(10, 2), true);
        let columns = [column("a", list), column("b", DataType::Decimal128(38, 3)), column("c", DataType::Date64)];
        let fields = [field(&Type::NUMERIC_ARRAY), field(&Type::NUMERIC), field(&Type::TIMESTAMP)];
        for _ in 0..5_000 {
            let mut decoder = RowDecoder::new(&columns, &fields, BatchLimits::default()).unwrap();
            let mut words: Vec<u32> = (0..random.random_range(0..16)).map(|_| random.random_range(0..4)).collect();
            if random.random() {
                words.insert(words.len().min(2), Type::NUMERIC.oid());
            }
            let list: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
            let number: Vec<u8> = (0..random.random_range(0..16)).map(|_| random.random_range(0..3)).collect();
            let mut wire = row(&[Some(&list), Some(&number), Some(&[7; 8])]);
            if random.random() {
                let place = random.random_range(0..wire.len());
                wire[place] = random.random();
            }
            // Either is an answer; what must not be is a panic.
            drop(push(&mut decoder, &[&wire, &wire]).map(|()| decoder.take()));
        }
    }

    #[test]
    fn what_was_described_otherwise_is_a_conflict() {
        for (data_type, oid, told) in [
            (DataType::Int64, 25, "text"),
            (DataType::Utf8, 20, "int8"),
            (DataType::Int64, 16_999, "type number 16999"),
        ] {
            let fields = [Field { name: "a".into(), oid, modifier: -1 }];
            let error = RowDecoder::new(&[column("a", data_type)], &fields, BatchLimits::default()).err().unwrap();
            assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains(told), "{error}");
        }
    }
}
