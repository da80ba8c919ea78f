//! From the bytes of a row straight into Arrow buffers: one set of buffers a column, chosen once, nothing allocated a cell.
//!
//! Which buffers a column gets follows from its type on the wire and its type for Athena together, so that a table that has
//! changed since it was described is noticed. Not here: where rows come from.

mod decimal;
mod rows;
mod scalar;

use arrow_array::RecordBatch;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_schema::{DataType, TimeUnit};
use connector_core::decode::{Batcher, Bits, Cells, Copied, Fixed, Layout, Nulls, RUN, Room, changed};
use connector_core::{BatchLimits, Column, Error, Result};

use crate::options::Shown;
use crate::packet::Described;

pub(crate) use rows::cells_of;
use rows::{InRows, Rows};

const NOT_UTF8: &str = "text that is not in the character set its column claims";

/// Types on the wire, by number.
pub(crate) mod kind {
    pub(crate) const DECIMAL: u8 = 0;
    pub(crate) const TINY: u8 = 1;
    pub(crate) const SHORT: u8 = 2;
    pub(crate) const LONG: u8 = 3;
    pub(crate) const FLOAT: u8 = 4;
    pub(crate) const DOUBLE: u8 = 5;
    pub(crate) const NULL: u8 = 6;
    pub(crate) const TIMESTAMP: u8 = 7;
    pub(crate) const LONGLONG: u8 = 8;
    pub(crate) const INT24: u8 = 9;
    pub(crate) const DATE: u8 = 10;
    pub(crate) const TIME: u8 = 11;
    pub(crate) const DATETIME: u8 = 12;
    pub(crate) const YEAR: u8 = 13;
    pub(crate) const VARCHAR: u8 = 15;
    pub(crate) const BIT: u8 = 16;
    pub(crate) const VECTOR: u8 = 242;
    pub(crate) const JSON: u8 = 245;
    pub(crate) const NEWDECIMAL: u8 = 246;
    pub(crate) const ENUM: u8 = 247;
    pub(crate) const TINY_BLOB: u8 = 249;
    pub(crate) const BLOB: u8 = 252;
    pub(crate) const VAR_STRING: u8 = 253;
    pub(crate) const STRING: u8 = 254;
    pub(crate) const GEOMETRY: u8 = 255;
}

/// The buffers of a column.
type Buffers = Box<dyn Cells<[u8], InRows>>;

/// The buffers for a column that comes as `wire` and is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: Described, data_type: &DataType, shown: Shown) -> Option<Buffers> {
    let zero_is_null = shown.zero_is_null;
    Some(match (wire.kind, wire.unsigned, data_type) {
        (kind::TINY, false, DataType::Boolean) | (kind::BIT, _, DataType::Boolean) => Bits::boxed(scalar::truth),
        // The smallest of truth values, and the largest.
        (kind::LONGLONG, unsigned, DataType::Boolean) => {
            Bits::boxed(move |bytes: &[u8]| scalar::wide_truth(bytes, unsigned))
        }
        (kind::TINY, false, DataType::Int8) => Fixed::<Int8Type>::boxed(data_type, scalar::int1),
        (kind::TINY, true, DataType::Int16) => Fixed::<Int16Type>::boxed(data_type, scalar::uint1),
        (kind::SHORT, false, DataType::Int16) => Fixed::<Int16Type>::boxed(data_type, scalar::int2),
        (kind::SHORT, true, DataType::Int32) => Fixed::<Int32Type>::boxed(data_type, scalar::uint2),
        (kind::INT24, _, DataType::Int32) | (kind::LONG, false, DataType::Int32) => {
            Fixed::<Int32Type>::boxed(data_type, scalar::int4)
        }
        (kind::LONG, true, DataType::Int64) => Fixed::<Int64Type>::boxed(data_type, scalar::uint4),
        (kind::LONGLONG, false, DataType::Int64) => Fixed::<Int64Type>::boxed(data_type, scalar::int8),
        (kind::LONGLONG, true, DataType::Decimal128(20, 0)) => Fixed::<Decimal128Type>::boxed(data_type, scalar::uint8),
        (kind::BIT, _, DataType::Int64) => Fixed::<Int64Type>::boxed(data_type, scalar::bits),
        (kind::BIT, _, DataType::Decimal128(20, 0)) => Fixed::<Decimal128Type>::boxed(data_type, scalar::wide_bits),
        (kind::FLOAT, _, DataType::Float32) => Fixed::<Float32Type>::boxed(data_type, scalar::float4),
        (kind::DOUBLE, _, DataType::Float64) => Fixed::<Float64Type>::boxed(data_type, scalar::float8),
        (kind::NEWDECIMAL, _, DataType::Decimal128(precision, scale)) => {
            let target = decimal::Target::new(*precision, *scale)?;
            Fixed::<Decimal128Type>::boxed(data_type, move |bytes: &[u8]| target.decode(bytes).map(Some))
        }
        (kind::DATE, _, DataType::Date32) => {
            Fixed::<Date32Type>::boxed(data_type, move |bytes: &[u8]| scalar::date(bytes, zero_is_null))
        }
        (kind::DATETIME | kind::TIMESTAMP, _, DataType::Date64) => {
            Fixed::<Date64Type>::boxed(data_type, move |bytes: &[u8]| scalar::millis(bytes, zero_is_null))
        }
        (kind::TIMESTAMP, _, DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => {
            let zoned = move |bytes: &[u8]| scalar::zoned_millis(bytes, zero_is_null);
            Fixed::<TimestampMillisecondType>::boxed(data_type, zoned)
        }
        (kind::TINY | kind::SHORT | kind::INT24 | kind::LONG | kind::LONGLONG, ..) => integers(wire, data_type)?,
        (kind::NULL, ..) => Box::new(Nulls::of(data_type)),
        (kind::JSON, _, DataType::Utf8) => Copied::text(NOT_UTF8),
        (kind::VARCHAR | kind::ENUM..=kind::STRING, _, DataType::Utf8) if !wire.binary => Copied::text(NOT_UTF8),
        (kind::VARCHAR | kind::TINY_BLOB..=kind::STRING, _, DataType::Binary) if wire.binary => Copied::binary(),
        (kind::GEOMETRY | kind::VECTOR, _, DataType::Binary) => Copied::binary(),
        _ => return None,
    })
}

/// Buffers for whole numbers of another width than they are shown in: what is computed comes in any (a cast year, a view's sum).
fn integers(wire: Described, data_type: &DataType) -> Option<Buffers> {
    let read = move |bytes: &[u8]| scalar::integer(bytes, wire.unsigned);
    Some(match data_type {
        DataType::Int8 => Fixed::<Int8Type>::boxed(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Int16 => Fixed::<Int16Type>::boxed(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Int32 => Fixed::<Int32Type>::boxed(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Int64 => Fixed::<Int64Type>::boxed(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Decimal128(20, 0) => {
            Fixed::<Decimal128Type>::boxed(data_type, move |bytes: &[u8]| read(bytes).map(Some))
        }
        _ => return None,
    })
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    wire: Vec<Described>,
    batcher: Batcher<[u8], InRows>,
}

impl RowDecoder {
    /// A decoder for rows that the server describes as `wire`.
    ///
    /// Errors: conflict, if the columns are not those that were described before.
    pub(crate) fn new(described: &[Column], wire: Vec<Described>, shown: Shown, limits: BatchLimits) -> Result<Self> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if wire.len() != described.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        let columns = described.iter().zip(&wire).map(|(column, wire)| {
            cells(*wire, &column.mapping.data_type, shown)
                .ok_or_else(|| changed(column, format_args!("type number {}", wire.kind)))
        });
        let batcher = Batcher::new(described, columns.collect::<Result<_>>()?, limits).advising(advice);
        Ok(Self { wire, batcher })
    }

    /// Adds rows, as many as are decoded together at most; each begins its bytes and is so long.
    ///
    /// Errors: corrupt, for a value outside its type; it names column, row and the value's class.
    pub(crate) fn push(&mut self, rows: &[(&[u8], usize)]) -> Result<()> {
        let count = rows.len();
        let mut rows = Rows::new(rows, &self.wire);
        if self.batcher.width() == 0 {
            // The constant that a scan of no columns selects.
            InRows::column(&mut rows).for_each(drop);
        }
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

/// What can be done about a value that does not fit.
fn advice(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "write tinyInt1isBit=false in the connection URL to see TINYINT(1) as a number",
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            "write zeroDateTimeBehavior=CONVERT_TO_NULL in the connection URL to see such dates as NULL"
        }
        _ => "leave such rows out with a view at the source, or the column out of the query",
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use connector_core::{ColumnMapping, ErrorKind, Pushdown, ReadAs};

    use super::*;

    const PLAIN: Shown = Shown { tiny_is_bit: true, zero_is_null: false };

    fn column(name: &str, data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: name.into(), remote_name: name.into(), comment: None, announced: None, mapping }
    }

    fn wire(kind: u8) -> Described {
        Described { kind, unsigned: false, binary: false }
    }

    #[test]
    fn a_row_is_taken_apart_and_one_that_is_cut_or_goes_on_is_malformed() {
        let columns = [column("a", DataType::Int32), column("b", DataType::Utf8), column("c", DataType::Int64)];
        let kinds = vec![wire(kind::LONG), wire(kind::VAR_STRING), wire(kind::LONGLONG)];
        let mut decoder = RowDecoder::new(&columns, kinds, PLAIN, BatchLimits::default()).unwrap();
        let row = [&[0, 0b0001_0000][..], &7_i32.to_le_bytes(), b"\x02hi"].concat();
        decoder.push(&[(&row, row.len())]).unwrap();
        for length in 2..row.len() {
            let error = decoder.push(&[(&row[..length], length)]).unwrap_err();
            assert!(error.to_string().contains("row 2"), "{error}");
            decoder = RowDecoder::new(&columns, decoder.wire, PLAIN, BatchLimits::default()).unwrap();
            decoder.push(&[(&row, row.len())]).unwrap();
        }
        assert!(decoder.push(&[(&[row.as_slice(), &[0]].concat(), row.len() + 1)]).is_err());
        decoder = RowDecoder::new(&columns, decoder.wire, PLAIN, BatchLimits::default()).unwrap();
        decoder.push(&[(&row, row.len())]).unwrap();
        let batch = decoder.take().unwrap().unwrap();
        assert_eq!((batch.num_rows(), batch.column(1).as_string::<i32>().value(0)), (1, "hi"));
        assert_eq!(batch.column(2).null_count(), 1);
        assert!(decoder.take().unwrap().is_none());
    }

    #[test]
    fn what_was_described_otherwise_is_a_conflict() {
        for (data_type, kind) in
            [(DataType::Int32, kind::DOUBLE), (DataType::Utf8, kind::LONG), (DataType::Boolean, kind::LONG)]
        {
            let error = RowDecoder::new(&[column("a", data_type)], vec![wire(kind)], PLAIN, BatchLimits::default());
            assert_eq!(error.err().unwrap().kind(), ErrorKind::Conflict);
        }
        let binary = Described { binary: true, ..wire(kind::VAR_STRING) };
        assert!(cells(binary, &DataType::Utf8, PLAIN).is_none());
        assert!(cells(binary, &DataType::Binary, PLAIN).is_some());
    }
}
