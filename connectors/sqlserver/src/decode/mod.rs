//! From what the driver hands over into Arrow buffers: one set of buffers a column, chosen once by the type it is shown as.
//!
//! Which value the driver hands over follows from the column's type on the wire, so that a table that has changed since it was
//! described is noticed. Not here: where rows come from.

mod scalar;
mod variant;

use std::borrow::Cow;

use arrow_array::RecordBatch;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_schema::{DataType, TimeUnit};
use connector_core::decode::{Batcher, Bits, Cells, Fault, Fixed, Varied, bytes_of, within};
use connector_core::{BatchLimits, Column, Error, Result};
use tiberius::{ColumnData, ColumnType};

/// A cell as the driver hands it over.
type Data = ColumnData<'static>;

/// A `String` of the driver is UTF-8 by its type.
const NOT_UTF8: &str = "text that is no text";

/// The buffers for a column that is shown as `data_type`; nothing if no column is.
fn cells(data_type: &DataType, max_cell_bytes: usize) -> Option<Box<dyn Cells<Data>>> {
    Some(match data_type {
        DataType::Boolean => Bits::boxed(|data: &Data| scalar::boolean(data)),
        DataType::Int16 => Fixed::<Int16Type>::boxed(data_type, |data: &Data| scalar::int16(data)),
        DataType::Int32 => Fixed::<Int32Type>::boxed(data_type, |data: &Data| scalar::int32(data)),
        DataType::Int64 => Fixed::<Int64Type>::boxed(data_type, |data: &Data| scalar::int64(data)),
        DataType::Float32 => Fixed::<Float32Type>::boxed(data_type, |data: &Data| scalar::float32(data)),
        DataType::Float64 => Fixed::<Float64Type>::boxed(data_type, |data: &Data| scalar::float64(data)),
        DataType::Decimal128(precision, scale) => {
            let target = scalar::Decimal::new(*precision, *scale)?;
            Fixed::<Decimal128Type>::boxed(data_type, move |data: &Data| target.decode(data))
        }
        DataType::Date32 => Fixed::<Date32Type>::boxed(data_type, |data: &Data| scalar::date(data)),
        DataType::Date64 => Fixed::<Date64Type>::boxed(data_type, |data: &Data| scalar::millis(data)),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
            Fixed::<TimestampMillisecondType>::boxed(data_type, |data: &Data| scalar::packed_millis(data))
        }
        DataType::Utf8 => {
            Varied::text(NOT_UTF8, move |data: &Data| within(variant::text(data)?.map(bytes_of), max_cell_bytes))
        }
        DataType::Binary => {
            Varied::binary(move |data: &Data| within(scalar::bytes(data)?.map(Cow::Borrowed), max_cell_bytes))
        }
        _ => return None,
    })
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    /// Which columns are shown as text.
    texts: Vec<bool>,
    batcher: Batcher<Data>,
}

impl RowDecoder {
    /// A decoder for rows of the described columns.
    pub(crate) fn new(described: &[Column], limits: BatchLimits, max_cell_bytes: usize) -> Result<Self> {
        let columns = described.iter().map(|column| {
            cells(&column.mapping.data_type, max_cell_bytes).ok_or_else(|| {
                Error::internal(format!("column {:?} has a type that nothing is read into", column.name))
            })
        });
        let texts = described.iter().map(|column| column.mapping.data_type == DataType::Utf8).collect();
        Ok(Self { texts, batcher: Batcher::new(described, columns.collect::<Result<_>>()?, limits) })
    }

    /// Adds a row.
    ///
    /// Errors: corrupt, for a value outside its type, and conflict, for one of another type; they name column, row and the
    /// value's class.
    pub(crate) fn push(&mut self, row: &tiberius::Row) -> Result<()> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if row.len() != self.texts.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        for (index, (is_text, (wire, data))) in self.texts.iter().zip(row.cells()).enumerate() {
            if *is_text && wire.column_type() == ColumnType::SSVariant {
                let text = variant::printed(data).map_err(|fault| self.batcher.fault(index, &fault))?;
                let text = text.map(|text| Cow::Owned(text.into_owned()));
                self.batcher.push(index, Some(&ColumnData::String(text)))?;
            } else {
                self.batcher.push(index, Some(data))?;
            }
        }
        self.batcher.end_row();
        Ok(())
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

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use connector_core::{ColumnMapping, ErrorKind, Pushdown, ReadAs};
    use tiberius::Row;

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
    fn a_cell_is_refused_above_the_limit_and_not_at_it() {
        let read = |bytes| decoder(DataType::Binary, 10).push(&row([ColumnData::Binary(Some(vec![0; bytes].into()))]));
        read(8).unwrap();
        assert_eq!(read(9).unwrap_err().kind(), ErrorKind::TooLarge);
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
