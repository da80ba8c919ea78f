//! From what the driver hands over into Arrow buffers: one set of buffers a column, chosen once by its type on the wire and the
//! one it is shown as together, so that a table that has changed since it was described is noticed.
//!
//! Not here: where rows come from.

mod cells;
mod json;
mod number;
mod scalar;

use std::borrow::Cow;

use arrow_array::RecordBatch;
use arrow_array::types::{Date64Type, Decimal128Type, Float32Type, Float64Type, Int64Type, TimestampMillisecondType};
use arrow_schema::{DataType, TimeUnit};
use connector_core::decode::{Batcher, Bits, Cells, Fault, Fixed, Varied, bytes_of, changed, within};
use connector_core::{BatchLimits, Column, Error, Result};
use oracledb::{DbType, Metadata, Row};

use cells::{BYTES, Cell, PADDED, TEXTS, TIMES, Take, take};

/// A `String` of the driver is UTF-8 by its type.
const NOT_UTF8: &str = "text that is no text";

/// The buffers for a column that comes as `wire` and is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: &DbType, data_type: &DataType, max_cell_bytes: usize) -> Option<Box<dyn Cells<Cell>>> {
    let is = |types: &[&DbType]| types.contains(&wire);
    let is_number = is(&[oracledb::DB_TYPE_NUMBER]);
    Some(match data_type {
        DataType::Boolean if is(&[oracledb::DB_TYPE_BOOLEAN]) => Bits::boxed(scalar::boolean),
        DataType::Int64 if is_number => Fixed::<Int64Type>::boxed(data_type, scalar::integer),
        DataType::Decimal128(precision, scale) if is_number => {
            let target = number::Target::new(*precision, *scale)?;
            Fixed::<Decimal128Type>::boxed(data_type, move |cell: &Cell| scalar::decimal(cell, target))
        }
        DataType::Float64 if is_number => Fixed::<Float64Type>::boxed(data_type, scalar::nearest_double),
        DataType::Float64 if is(&[oracledb::DB_TYPE_BINARY_DOUBLE]) => {
            Fixed::<Float64Type>::boxed(data_type, scalar::double)
        }
        DataType::Float32 if is(&[oracledb::DB_TYPE_BINARY_FLOAT]) => {
            Fixed::<Float32Type>::boxed(data_type, scalar::float)
        }
        DataType::Date64 if is(&TIMES) => Fixed::<Date64Type>::boxed(data_type, scalar::millis),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) if is(&TIMES) => {
            Fixed::<TimestampMillisecondType>::boxed(data_type, scalar::packed_millis)
        }
        DataType::Utf8 => {
            let print = printer(wire)?;
            Varied::text(NOT_UTF8, move |cell: &Cell| within(Some(bytes_of(print(cell)?)), max_cell_bytes))
        }
        DataType::Binary if is(&BYTES) => {
            Varied::binary(move |cell: &Cell| within(Some(Cow::Borrowed(scalar::bytes(cell)?)), max_cell_bytes))
        }
        _ => return None,
    })
}

/// Makes a text of a cell.
type Print = fn(&Cell) -> std::result::Result<Cow<'_, str>, Fault>;

fn printer(wire: &DbType) -> Option<Print> {
    match wire {
        text if TEXTS.contains(&text) => Some(|cell| scalar::text(cell).map(Cow::Borrowed)),
        text if PADDED.contains(&text) => Some(|cell| scalar::text(cell).map(unpadded).map(Cow::Borrowed)),
        number if number == oracledb::DB_TYPE_NUMBER => Some(|cell| scalar::digits(cell).map(Cow::Owned)),
        json if json == oracledb::DB_TYPE_JSON => Some(|cell| scalar::json(cell).map(Cow::Owned)),
        _ => None,
    }
}

/// A text of blanks alone is an empty one, and not NULL.
fn unpadded(text: &str) -> &str {
    text.trim_end_matches(' ')
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    columns: Vec<Take>,
    batcher: Batcher<Cell>,
}

impl RowDecoder {
    /// A decoder for rows of the described columns, which come as `wire`.
    ///
    /// Errors: conflict, if the columns are not those that were described before.
    pub(crate) fn new(
        described: &[Column],
        wire: &[Metadata],
        limits: BatchLimits,
        max_cell_bytes: usize,
    ) -> Result<Self> {
        let types: Vec<&DbType> = wire.iter().map(Metadata::db_type).collect();
        Self::of_types(described, &types, limits, max_cell_bytes)
    }

    fn of_types(described: &[Column], wire: &[&DbType], limits: BatchLimits, max_cell_bytes: usize) -> Result<Self> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if wire.len() != described.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        let pairs = described.iter().zip(wire).map(|(column, wire)| {
            let cells = cells(wire, &column.mapping.data_type, max_cell_bytes);
            take(wire).zip(cells).ok_or_else(|| changed(column, wire.name()))
        });
        let (columns, cells) = pairs.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok(Self { columns, batcher: Batcher::new(described, cells, limits) })
    }

    /// Adds a row.
    ///
    /// Errors: corrupt, for a value outside its type, and conflict, for one of another type; they name column, row and the
    /// value's class.
    pub(crate) fn push(&mut self, mut row: Row) -> Result<()> {
        for (index, take) in self.columns.iter().enumerate() {
            let cell = take(&mut row, index).map_err(|fault| self.batcher.fault(index, &fault))?;
            self.batcher.push(index, cell.as_ref())?;
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
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use connector_core::{ColumnMapping, ErrorKind, Pushdown, ReadAs};
    use oracledb::{JsonValue, OracleTimestamp};

    use super::*;

    fn described(data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: "c".into(), remote_name: "C".into(), comment: None, announced: None, mapping }
    }

    fn decoder(data_type: DataType, wire: &[&DbType]) -> Result<RowDecoder> {
        RowDecoder::of_types(&[described(data_type)], wire, BatchLimits { rows: 2, bytes: 1 << 20 }, 8)
    }

    /// Adds a row of one cell; rows themselves only the driver makes.
    fn push(decoder: &mut RowDecoder, cell: Option<&Cell>) -> Result<()> {
        decoder.batcher.push(0, cell)?;
        decoder.batcher.end_row();
        Ok(())
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    fn number(text: &str) -> Cell {
        Cell::Number(text.parse().unwrap())
    }

    #[test]
    fn every_type_of_the_table_is_read_from_what_comes_for_it() {
        use oracledb::{
            DB_TYPE_BINARY_DOUBLE, DB_TYPE_BINARY_FLOAT, DB_TYPE_BOOLEAN, DB_TYPE_JSON, DB_TYPE_NUMBER,
            DB_TYPE_TIMESTAMP,
        };
        let zoned = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        for (data_type, wires) in [
            (DataType::Int64, vec![DB_TYPE_NUMBER]),
            (DataType::Decimal128(38, 10), vec![DB_TYPE_NUMBER]),
            (DataType::Float64, vec![DB_TYPE_NUMBER, DB_TYPE_BINARY_DOUBLE]),
            (DataType::Float32, vec![DB_TYPE_BINARY_FLOAT]),
            (DataType::Boolean, vec![DB_TYPE_BOOLEAN]),
            (DataType::Date64, TIMES.to_vec()),
            (zoned, vec![DB_TYPE_TIMESTAMP]),
            (DataType::Utf8, [TEXTS.to_vec(), PADDED.to_vec(), vec![DB_TYPE_NUMBER, DB_TYPE_JSON]].concat()),
            (DataType::Binary, BYTES.to_vec()),
        ] {
            for wire in wires {
                assert!(decoder(data_type.clone(), &[wire]).is_ok(), "{data_type} of {wire:?}");
            }
        }
    }

    #[test]
    fn a_column_that_comes_as_another_type_is_noticed_before_a_row_is_read() {
        use oracledb::{
            DB_TYPE_BFILE, DB_TYPE_BINARY_DOUBLE, DB_TYPE_CLOB, DB_TYPE_DATE, DB_TYPE_NUMBER, DB_TYPE_OBJECT,
            DB_TYPE_TIMESTAMP_LTZ, DB_TYPE_TIMESTAMP_TZ, DB_TYPE_VARCHAR,
        };
        for (data_type, wire) in [
            (DataType::Int64, DB_TYPE_VARCHAR),
            (DataType::Float32, DB_TYPE_NUMBER),
            (DataType::Float32, DB_TYPE_BINARY_DOUBLE),
            (DataType::Date64, DB_TYPE_TIMESTAMP_TZ),
            (DataType::Date64, DB_TYPE_TIMESTAMP_LTZ),
            (DataType::Utf8, DB_TYPE_DATE),
            (DataType::Utf8, DB_TYPE_BFILE),
            (DataType::Utf8, DB_TYPE_OBJECT),
            (DataType::Binary, DB_TYPE_CLOB),
        ] {
            let error = decoder(data_type.clone(), &[wire]).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{data_type} of {wire:?}");
            assert!(error.to_string().contains("\"c\"") && error.to_string().contains(wire.name()), "{error}");
        }
        assert_eq!(decoder(DataType::Int64, &[]).err().unwrap().kind(), ErrorKind::Internal);
    }

    #[test]
    fn rows_become_batches_within_their_limits() {
        let mut decoder = decoder(DataType::Int64, &[oracledb::DB_TYPE_NUMBER]).unwrap();
        assert!(decoder.take().unwrap().is_none());
        push(&mut decoder, Some(&number("-7"))).unwrap();
        assert!(!decoder.is_full());
        push(&mut decoder, None).unwrap();
        assert!(decoder.is_full());
        let batch = decoder.take().unwrap().unwrap();
        assert_eq!(batch.column(0).as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(-7), None]);
        assert!(decoder.take().unwrap().is_none());
    }

    #[test]
    fn rows_of_no_columns_are_counted() {
        let constant = [oracledb::DB_TYPE_NUMBER];
        let mut decoder = RowDecoder::of_types(&[], &constant, BatchLimits::default(), 8).unwrap();
        decoder.batcher.end_row();
        assert_eq!(decoder.take().unwrap().unwrap().num_rows(), 1);
    }

    #[test]
    fn what_is_shown_as_text_is_printed_by_what_it_comes_as() {
        let shown = |wire, cell: Cell| {
            let mut decoder = decoder(DataType::Utf8, &[wire]).unwrap();
            push(&mut decoder, Some(&cell)).unwrap();
            decoder.take().unwrap().unwrap().column(0).as_string::<i32>().value(0).to_owned()
        };
        assert_eq!(shown(oracledb::DB_TYPE_VARCHAR, text("é  ")), "é  ");
        assert_eq!(shown(oracledb::DB_TYPE_CHAR, text("é  ")), "é");
        assert_eq!(shown(oracledb::DB_TYPE_NCHAR, text("   ")), "");
        assert_eq!(shown(oracledb::DB_TYPE_NUMBER, number("-0.50")), "-0.5");
        assert_eq!(shown(oracledb::DB_TYPE_JSON, Cell::Json(JsonValue::String("é".into()))), "\"é\"");
    }

    #[test]
    fn what_fills_a_text_up_is_no_part_of_it_and_leaves_a_value() {
        assert_eq!([" a\t  ", "ab", "   "].map(unpadded), [" a\t", "ab", ""]);
    }

    #[test]
    fn a_cell_is_refused_above_the_limit_and_not_at_it() {
        let read = |length| {
            let mut decoder = decoder(DataType::Binary, &[oracledb::DB_TYPE_BLOB]).unwrap();
            push(&mut decoder, Some(&Cell::Bytes(vec![0; length])))
        };
        read(8).unwrap();
        assert_eq!(read(9).unwrap_err().kind(), ErrorKind::TooLarge);
        let mut decoder = decoder(DataType::Utf8, &[oracledb::DB_TYPE_CLOB]).unwrap();
        push(&mut decoder, Some(&text("éééé"))).unwrap();
        assert_eq!(push(&mut decoder, Some(&text("ééééa"))).unwrap_err().kind(), ErrorKind::TooLarge);
    }

    #[test]
    fn a_fault_names_column_row_and_class_and_never_the_value() {
        let mut decoder = decoder(DataType::Decimal128(5, 2), &[oracledb::DB_TYPE_NUMBER]).unwrap();
        push(&mut decoder, Some(&number("1"))).unwrap();
        push(&mut decoder, None).unwrap();
        decoder.take().unwrap();
        let told = push(&mut decoder, Some(&number("0.125"))).unwrap_err();
        assert_eq!(
            told.to_string(),
            "column \"c\", row 3 of the answer: a number with more digits behind the point does not fit decimal(5,2)"
        );
        assert_eq!((told.kind(), told.hint_text().is_some()), (ErrorKind::Corrupt, true));
        let day = Cell::Time(OracleTimestamp::new_date(2020, 1, 1));
        assert_eq!(push(&mut decoder, Some(&day)).unwrap_err().kind(), ErrorKind::Conflict);
    }
}
