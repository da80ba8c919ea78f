//! From the bytes of a row straight into Arrow buffers: one set of buffers a column, chosen once, nothing allocated a cell.
//!
//! Which buffers a column gets follows from its type on the wire and its type for Athena together, so that a table that has
//! changed since it was described is noticed. Not here: where rows come from.

mod cells;
mod decimal;
mod scalar;

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use connector_core::{BatchLimits, Column, Error, ErrorKind, Result};

use crate::follower::{Width, first_value, is_null, width};
use crate::options::Shown;
use crate::packet::{Described, Rest};

use cells::{Bits, Cells, Fixed, Nulls, Varied};

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

/// Why a value cannot be shown: its class, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The value does not fit its column's type; the text says what kind of value it is.
    Value(String),
    /// More than Arrow's offsets can address.
    TooLarge,
    /// The bytes are not what the protocol says.
    Malformed,
}

impl Fault {
    fn value(class: &str) -> Self {
        Self::Value(class.to_owned())
    }
}

/// The bytes of a row's values, in order; NULL is nothing.
pub(crate) fn cells_of<'r>(
    row: &'r [u8],
    described: &[Described],
) -> impl Iterator<Item = std::result::Result<Option<&'r [u8]>, Fault>> {
    let mut rest = Rest(row.get(first_value(described.len())..).unwrap_or_default());
    let columns = described.len();
    described.iter().enumerate().map(move |(column, described)| {
        let cell = match width(described.kind) {
            _ if is_null(row, column) => Some(None),
            Some(Width::Fixed(bytes)) => rest.take(bytes).map(Some),
            Some(Width::Counted) => rest.counted().map(Some),
            None => None,
        };
        // A row that goes on behind its last value is another one than was described.
        cell.filter(|_| column + 1 < columns || rest.0.is_empty()).ok_or(Fault::Malformed)
    })
}

/// The buffers for a column that comes as `wire` and is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: Described, data_type: &DataType, shown: Shown) -> Option<Box<dyn Cells>> {
    let zero_is_null = shown.zero_is_null;
    Some(match (wire.kind, wire.unsigned, data_type) {
        (kind::TINY, false, DataType::Boolean) | (kind::BIT, _, DataType::Boolean) => {
            Box::new(Bits::new(scalar::truth))
        }
        (kind::TINY, false, DataType::Int8) => Fixed::boxed::<Int8Type>(data_type, scalar::int1),
        (kind::TINY, true, DataType::Int16) => Fixed::boxed::<Int16Type>(data_type, scalar::uint1),
        (kind::SHORT, false, DataType::Int16) => Fixed::boxed::<Int16Type>(data_type, scalar::int2),
        (kind::SHORT, true, DataType::Int32) => Fixed::boxed::<Int32Type>(data_type, scalar::uint2),
        (kind::INT24, _, DataType::Int32) | (kind::LONG, false, DataType::Int32) => {
            Fixed::boxed::<Int32Type>(data_type, scalar::int4)
        }
        (kind::LONG, true, DataType::Int64) => Fixed::boxed::<Int64Type>(data_type, scalar::uint4),
        (kind::LONGLONG, false, DataType::Int64) => Fixed::boxed::<Int64Type>(data_type, scalar::int8),
        (kind::LONGLONG, true, DataType::Decimal128(20, 0)) => Fixed::boxed::<Decimal128Type>(data_type, scalar::uint8),
        (kind::BIT, _, DataType::Int64) => Fixed::boxed::<Int64Type>(data_type, scalar::bits),
        (kind::BIT, _, DataType::Decimal128(20, 0)) => Fixed::boxed::<Decimal128Type>(data_type, scalar::wide_bits),
        (kind::FLOAT, _, DataType::Float32) => Fixed::boxed::<Float32Type>(data_type, scalar::float4),
        (kind::DOUBLE, _, DataType::Float64) => Fixed::boxed::<Float64Type>(data_type, scalar::float8),
        (kind::NEWDECIMAL, _, DataType::Decimal128(precision, scale)) => {
            let target = decimal::Target::new(*precision, *scale)?;
            Fixed::boxed::<Decimal128Type>(data_type, move |bytes: &[u8]| target.decode(bytes).map(Some))
        }
        (kind::DATE, _, DataType::Date32) => {
            Fixed::boxed::<Date32Type>(data_type, move |bytes: &[u8]| scalar::date(bytes, zero_is_null))
        }
        (kind::DATETIME | kind::TIMESTAMP, _, DataType::Date64) => {
            Fixed::boxed::<Date64Type>(data_type, move |bytes: &[u8]| scalar::millis(bytes, zero_is_null))
        }
        (kind::TIMESTAMP, _, DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => {
            let zoned = move |bytes: &[u8]| scalar::zoned_millis(bytes, zero_is_null);
            Fixed::boxed::<TimestampMillisecondType>(data_type, zoned)
        }
        (kind::TINY | kind::SHORT | kind::INT24 | kind::LONG | kind::LONGLONG, ..) => integers(wire, data_type)?,
        (kind::NULL, ..) => Box::new(Nulls::of(data_type)),
        (kind::JSON, _, DataType::Utf8) => Box::new(Varied::text()),
        (kind::VARCHAR | kind::ENUM..=kind::STRING, _, DataType::Utf8) if !wire.binary => Box::new(Varied::text()),
        (kind::VARCHAR | kind::TINY_BLOB..=kind::STRING, _, DataType::Binary) if wire.binary => {
            Box::new(Varied::binary())
        }
        (kind::GEOMETRY | kind::VECTOR, _, DataType::Binary) => Box::new(Varied::binary()),
        _ => return None,
    })
}

/// Buffers for whole numbers of another width than they are shown in: what is computed comes in any (a cast year, a view's sum).
fn integers(wire: Described, data_type: &DataType) -> Option<Box<dyn Cells>> {
    let read = move |bytes: &[u8]| scalar::integer(bytes, wire.unsigned);
    Some(match data_type {
        DataType::Int8 => Fixed::boxed::<Int8Type>(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Int16 => Fixed::boxed::<Int16Type>(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Int32 => Fixed::boxed::<Int32Type>(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Int64 => Fixed::boxed::<Int64Type>(data_type, move |bytes: &[u8]| scalar::narrow(read(bytes)?)),
        DataType::Decimal128(20, 0) => {
            Fixed::boxed::<Decimal128Type>(data_type, move |bytes: &[u8]| read(bytes).map(Some))
        }
        _ => return None,
    })
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    schema: SchemaRef,
    wire: Vec<Described>,
    columns: Vec<Box<dyn Cells>>,
    limits: BatchLimits,
    rows: usize,
    rows_before: u64,
    bits_per_row: usize,
    varying_bytes: usize,
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
        let columns = described
            .iter()
            .zip(&wire)
            .map(|(column, wire)| cells(*wire, &column.mapping.data_type, shown).ok_or_else(|| changed(column, *wire)));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let bits_per_row = columns.iter().map(|column| column.bits_per_row()).sum();
        let schema = schema(described);
        Ok(Self { schema, wire, columns, limits, rows: 0, rows_before: 0, bits_per_row, varying_bytes: 0 })
    }

    /// Adds a row.
    ///
    /// Errors: corrupt, for a value outside its type; it names column, row and the value's class.
    pub(crate) fn push(&mut self, row: &[u8]) -> Result<()> {
        for (index, (column, cell)) in self.columns.iter_mut().zip(cells_of(row, &self.wire)).enumerate() {
            let pushed = match cell {
                Ok(Some(bytes)) => column.push(bytes),
                Ok(None) => {
                    column.push_null();
                    Ok(0)
                }
                Err(fault) => Err(fault),
            };
            match pushed {
                Ok(bytes) => self.varying_bytes += bytes,
                Err(fault) => return Err(self.fault(index, self.rows, &fault)),
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Whether the batch has reached one of its limits. Sizes are estimated from above, by some bytes a column.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= self.limits.rows || self.bytes() >= self.limits.bytes
    }

    fn bytes(&self) -> usize {
        const ROUNDING: usize = 8;
        self.rows * self.bits_per_row / 8 + self.varying_bytes + self.columns.len() * ROUNDING
    }

    /// The rows so far as a batch; nothing if there are none.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>> {
        if self.rows == 0 {
            return Ok(None);
        }
        let mut arrays = Vec::with_capacity(self.columns.len());
        for index in 0..self.columns.len() {
            match self.columns.get_mut(index).map(|column| column.finish()) {
                Some(Ok(array)) => arrays.push(array),
                Some(Err((row, fault))) => return Err(self.fault(index, row, &fault)),
                None => {}
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(|error| Error::internal(format!("columns do not make a batch: {error}")))?;
        self.rows_before += u64::try_from(self.rows).unwrap_or(0);
        (self.rows, self.varying_bytes) = (0, 0);
        Ok(Some(batch))
    }

    fn fault(&self, column: usize, row: usize, fault: &Fault) -> Error {
        let name = self.schema.fields().get(column).map_or("?", |field| field.name());
        let data_type = self.schema.fields().get(column).map_or(&DataType::Null, |field| field.data_type());
        let row = self.rows_before + u64::try_from(row).unwrap_or(0) + 1;
        let place = format!("column {name:?}, row {row} of the answer");
        match fault {
            Fault::Value(class) => {
                Error::corrupt(format!("{place}: {class} does not fit {}", athena(data_type))).hint(advice(data_type))
            }
            Fault::TooLarge => Error::new(ErrorKind::TooLarge, format!("{place}: more than 2 GiB in one batch")),
            Fault::Malformed => Error::corrupt(format!("{place}: the bytes are not those of its type")),
        }
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

/// The types that a user of Athena knows.
fn athena(data_type: &DataType) -> String {
    match data_type {
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Date32 => "date".into(),
        DataType::Date64 => "timestamp(3)".into(),
        DataType::Timestamp(..) => "timestamp(3) with time zone".into(),
        DataType::Utf8 => "varchar".into(),
        other => other.to_string().to_lowercase(),
    }
}

fn schema(described: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(described.iter().map(Column::field).collect::<Vec<_>>()))
}

fn changed(column: &Column, wire: Described) -> Error {
    let told = format!(
        "column {:?} was described as {}, but the server sends type number {}",
        column.name, column.mapping.data_type, wire.kind
    );
    Error::new(ErrorKind::Conflict, told).hint("the table may have changed since the query was planned: run it again")
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use connector_core::{ColumnMapping, Pushdown, ReadAs};

    use super::*;

    const PLAIN: Shown = Shown { tiny_is_bit: true, zero_is_null: false };

    fn column(name: &str, data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: name.into(), remote_name: name.into(), comment: None, mapping }
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
        decoder.push(&row).unwrap();
        for length in 2..row.len() {
            let error = decoder.push(&row[..length]).unwrap_err();
            assert!(error.to_string().contains("row 2"), "{error}");
            decoder = RowDecoder::new(&columns, decoder.wire, PLAIN, BatchLimits::default()).unwrap();
            decoder.push(&row).unwrap();
        }
        assert!(decoder.push(&[row.as_slice(), &[0]].concat()).is_err());
        decoder = RowDecoder::new(&columns, decoder.wire, PLAIN, BatchLimits::default()).unwrap();
        decoder.push(&row).unwrap();
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
