//! From what the driver hands over into Arrow buffers: one set of buffers a column, chosen once by the type it is shown as.
//!
//! Which value the driver hands over follows from the column's type on the wire, so that a table that has changed since it was
//! described is noticed. Not here: where rows come from.

mod cells;
mod scalar;
mod variant;

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use connector_core::{BatchLimits, Column, Error, ErrorKind, Result};
use tiberius::ColumnData;

use cells::{Bits, Cells, Fixed, Varied};

/// Why a value cannot be shown: its class, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The value does not fit its column's type; the text says what kind of value it is.
    Value(&'static str),
    /// It is larger than is read at all.
    Cell,
    /// More than Arrow's offsets can address.
    TooLarge,
    /// It is of another type than the column was described with.
    OtherType,
}

/// The buffers for a column that is shown as `data_type`; nothing if no column is.
fn cells(data_type: &DataType, max_cell_bytes: usize) -> Option<Box<dyn Cells>> {
    Some(match data_type {
        DataType::Boolean => Box::new(Bits::new()),
        DataType::Int16 => Fixed::<Int16Type>::boxed(data_type, scalar::int16),
        DataType::Int32 => Fixed::<Int32Type>::boxed(data_type, scalar::int32),
        DataType::Int64 => Fixed::<Int64Type>::boxed(data_type, scalar::int64),
        DataType::Float32 => Fixed::<Float32Type>::boxed(data_type, scalar::float32),
        DataType::Float64 => Fixed::<Float64Type>::boxed(data_type, scalar::float64),
        DataType::Decimal128(precision, scale) => {
            let target = scalar::Decimal::new(*precision, *scale)?;
            Fixed::<Decimal128Type>::boxed(data_type, move |data: &ColumnData<'_>| target.decode(data))
        }
        DataType::Date32 => Fixed::<Date32Type>::boxed(data_type, scalar::date),
        DataType::Date64 => Fixed::<Date64Type>::boxed(data_type, scalar::millis),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
            Fixed::<TimestampMillisecondType>::boxed(data_type, scalar::packed_millis)
        }
        DataType::Utf8 => Box::new(Varied::text(max_cell_bytes)),
        DataType::Binary => Box::new(Varied::binary(max_cell_bytes)),
        _ => return None,
    })
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    schema: SchemaRef,
    columns: Vec<Box<dyn Cells>>,
    limits: BatchLimits,
    max_cell_bytes: usize,
    rows: usize,
    rows_before: u64,
    bits_per_row: usize,
    varying_bytes: usize,
}

impl RowDecoder {
    /// A decoder for rows of the described columns.
    pub(crate) fn new(described: &[Column], limits: BatchLimits, max_cell_bytes: usize) -> Result<Self> {
        let columns = described.iter().map(|column| {
            cells(&column.mapping.data_type, max_cell_bytes).ok_or_else(|| {
                Error::internal(format!("column {:?} has a type that nothing is read into", column.name))
            })
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let bits_per_row = columns.iter().map(|column| column.bits_per_row()).sum();
        let schema = Arc::new(Schema::new(described.iter().map(Column::field).collect::<Vec<_>>()));
        Ok(Self { schema, columns, limits, max_cell_bytes, rows: 0, rows_before: 0, bits_per_row, varying_bytes: 0 })
    }

    /// Adds a row.
    ///
    /// Errors: corrupt, for a value outside its type, and conflict, for one of another type; they name column, row and the
    /// value's class.
    pub(crate) fn push(&mut self, row: &tiberius::Row) -> Result<()> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if row.len() != self.columns.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        for (index, (column, (wire, data))) in self.columns.iter_mut().zip(row.cells()).enumerate() {
            match column.push(data, wire.column_type()) {
                Ok(bytes) => self.varying_bytes += bytes,
                Err(fault) => return Err(self.fault(index, &fault)),
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Whether the batch has reached one of its limits. Sizes are estimated from above, by some bytes a column.
    pub(crate) fn is_full(&self) -> bool {
        const ROUNDING: usize = 8;
        let bytes = self.rows * self.bits_per_row / 8 + self.varying_bytes + self.columns.len() * ROUNDING;
        self.rows >= self.limits.rows || bytes >= self.limits.bytes
    }

    /// The rows so far as a batch; nothing if there are none.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>> {
        if self.rows == 0 {
            return Ok(None);
        }
        let arrays = self.columns.iter_mut().map(|column| column.finish()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(|error| Error::internal(format!("columns do not make a batch: {error}")))?;
        self.rows_before += u64::try_from(self.rows).unwrap_or(0);
        (self.rows, self.varying_bytes) = (0, 0);
        Ok(Some(batch))
    }

    fn fault(&self, column: usize, fault: &Fault) -> Error {
        let field = self.schema.fields().get(column);
        let (name, data_type) = field.map_or(("?", &DataType::Null), |field| (field.name(), field.data_type()));
        let row = self.rows_before + u64::try_from(self.rows).unwrap_or(0) + 1;
        let place = format!("column {name:?}, row {row} of the answer");
        match fault {
            Fault::Value(class) => Error::corrupt(format!("{place}: {class} does not fit {}", athena(data_type)))
                .hint("leave such rows out with a view at the source, or the column out of the query"),
            Fault::Cell => {
                let limit = self.max_cell_bytes;
                Error::new(ErrorKind::TooLarge, format!("{place}: a value is larger than the limit of {limit} bytes"))
                    .hint("leave the column out of the query, or raise the largest value that is read")
            }
            Fault::TooLarge => Error::new(ErrorKind::TooLarge, format!("{place}: more than 2 GiB in one batch")),
            Fault::OtherType => Error::new(
                ErrorKind::Conflict,
                format!("{place}: the server sends another type than {}, as it was described", athena(data_type)),
            )
            .hint("the table may have changed since the query was planned: run it again"),
        }
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
        DataType::Binary => "varbinary".into(),
        other => other.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use connector_core::{ColumnMapping, Pushdown, ReadAs};
    use tiberius::{ColumnType, Row};

    use super::*;

    fn described(data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: "c".into(), remote_name: "C".into(), comment: None, mapping }
    }

    fn row(cells: impl IntoIterator<Item = ColumnData<'static>>) -> Row {
        cells.into_iter().fold(Row::builder(), |row, cell| row.column("c", ColumnType::Null, cell)).build()
    }

    fn decoder(data_type: DataType, rows: usize) -> RowDecoder {
        RowDecoder::new(&[described(data_type)], BatchLimits { rows, bytes: 1 << 20 }, 8).unwrap()
    }

    #[test]
    fn rows_become_batches_within_their_limits() {
        let mut decoder = decoder(DataType::Int32, 2);
        assert!(decoder.take().unwrap().is_none());
        decoder.push(&row([ColumnData::I32(Some(7))])).unwrap();
        assert!(!decoder.is_full());
        decoder.push(&row([ColumnData::I32(None)])).unwrap();
        assert!(decoder.is_full());
        let batch = decoder.take().unwrap().unwrap();
        assert_eq!((batch.num_rows(), batch.column(0).null_count()), (2, 1));
        assert!(decoder.take().unwrap().is_none());
    }

    #[test]
    fn rows_of_no_columns_are_counted() {
        let mut decoder = RowDecoder::new(&[], BatchLimits::default(), 8).unwrap();
        decoder.push(&row([ColumnData::I32(Some(1))])).unwrap();
        assert_eq!(decoder.take().unwrap().unwrap().num_rows(), 1);
        assert_eq!(decoder.push(&row([])).unwrap_err().kind(), ErrorKind::Internal);
    }

    #[test]
    fn a_fault_names_column_row_and_class_and_never_the_value() {
        let mut decoder = decoder(DataType::Utf8, 10);
        decoder.push(&row([ColumnData::String(Some("ok".into()))])).unwrap();
        let large = decoder.push(&row([ColumnData::String(Some("hunter2 hunter2".into()))])).unwrap_err();
        assert_eq!(large.kind(), ErrorKind::TooLarge);
        assert!(large.to_string().contains("\"c\", row 2") && !large.to_string().contains("hunter2"), "{large}");
        for (data_type, cell) in [
            (DataType::Utf8, ColumnData::Binary(Some(vec![1].into()))),
            (DataType::Int32, ColumnData::String(Some("7".into()))),
        ] {
            let other = self::decoder(data_type, 10).push(&row([cell])).unwrap_err();
            assert_eq!(other.kind(), ErrorKind::Conflict, "{other}");
        }
    }

    #[test]
    fn only_a_variant_is_printed_whatever_it_holds() {
        let variant = Row::builder().column("c", ColumnType::SSVariant, ColumnData::I32(Some(7))).build();
        let mut decoder = decoder(DataType::Utf8, 10);
        decoder.push(&variant).unwrap();
        assert_eq!(decoder.take().unwrap().unwrap().column(0).as_string::<i32>().value(0), "7");
    }

    #[test]
    fn bytes_are_kept_as_they_are() {
        let mut decoder = decoder(DataType::Binary, 10);
        decoder.push(&row([ColumnData::Binary(Some(vec![0, 255].into()))])).unwrap();
        decoder.push(&row([ColumnData::Binary(None)])).unwrap();
        let batch = decoder.take().unwrap().unwrap();
        assert_eq!(batch.column(0).as_binary::<i32>().value(0), [0, 255]);
        assert!(batch.column(0).is_null(1));
    }
}
