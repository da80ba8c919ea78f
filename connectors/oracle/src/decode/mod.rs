//! From what the driver hands over into Arrow buffers: one set of buffers a column, chosen once by its type on the wire and the
//! one it is shown as together, so that a table that has changed since it was described is noticed.
//!
//! Not here: where rows come from.

mod cells;
mod json;
mod number;
mod scalar;

use std::sync::Arc;

use arrow_array::types::{Date64Type, Decimal128Type, Float32Type, Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use connector_core::{BatchLimits, Column, Error, ErrorKind, Result};
use oracledb::{DbType, JsonValue, Metadata, OracleNumber, OracleTimestamp, Row};

use cells::{Bits, Bytes, Cells, Fixed, Print, Printed, cell};
use number::Digits;

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

/// The buffers for a column that comes as `wire` and is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: &DbType, data_type: &DataType, max_cell_bytes: usize) -> Option<Box<dyn Cells>> {
    let is = |types: &[&DbType]| types.contains(&wire);
    let is_number = is(&[oracledb::DB_TYPE_NUMBER]);
    let is_time = is(&[oracledb::DB_TYPE_DATE, oracledb::DB_TYPE_TIMESTAMP]);
    Some(match data_type {
        DataType::Boolean if is(&[oracledb::DB_TYPE_BOOLEAN]) => Box::new(Bits::new()),
        DataType::Int64 if is_number => Box::new(Fixed::<OracleNumber, Int64Type>::new(data_type, scalar::integers())),
        DataType::Decimal128(precision, scale) if is_number => {
            Box::new(Fixed::<OracleNumber, Decimal128Type>::new(data_type, scalar::decimals(*precision, *scale)?))
        }
        DataType::Float64 if is_number => {
            Box::new(Fixed::<OracleNumber, Float64Type>::new(data_type, scalar::doubles()))
        }
        DataType::Float64 if is(&[oracledb::DB_TYPE_BINARY_DOUBLE]) => {
            Box::new(Fixed::<f64, Float64Type>::new(data_type, |number| Ok(*number)))
        }
        DataType::Float32 if is(&[oracledb::DB_TYPE_BINARY_FLOAT]) => {
            Box::new(Fixed::<f32, Float32Type>::new(data_type, |number| Ok(*number)))
        }
        DataType::Date64 if is_time => Box::new(Fixed::<OracleTimestamp, Date64Type>::new(data_type, scalar::millis)),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) if is_time => {
            Box::new(Fixed::<OracleTimestamp, TimestampMillisecondType>::new(data_type, scalar::packed_millis))
        }
        DataType::Utf8 => Box::new(Printed::new(max_cell_bytes, print(wire)?)),
        DataType::Binary if is(&[oracledb::DB_TYPE_RAW, oracledb::DB_TYPE_LONG_RAW, oracledb::DB_TYPE_BLOB]) => {
            Box::new(Bytes::new(max_cell_bytes))
        }
        _ => return None,
    })
}

/// Types whose values the driver hands over as texts; large ones because it was not asked for their locators.
const TEXTS: [&DbType; 8] = [
    oracledb::DB_TYPE_CHAR,
    oracledb::DB_TYPE_VARCHAR,
    oracledb::DB_TYPE_NCHAR,
    oracledb::DB_TYPE_NVARCHAR,
    oracledb::DB_TYPE_CLOB,
    oracledb::DB_TYPE_NCLOB,
    oracledb::DB_TYPE_LONG,
    oracledb::DB_TYPE_LONG_NVARCHAR,
];

fn print(wire: &DbType) -> Option<Print> {
    match wire {
        text if TEXTS.contains(&text) => Some(Box::new(|row, column, texts| texts.append(cell(row, column)?))),
        number if number == oracledb::DB_TYPE_NUMBER => {
            let mut digits = Digits::default();
            Some(Box::new(move |row, column, texts| {
                let number: Option<OracleNumber> = cell(row, column)?;
                texts.append(number.as_ref().map(|number| digits.of(number)).transpose()?)
            }))
        }
        json if json == oracledb::DB_TYPE_JSON => Some(Box::new(|row, column, texts| {
            let value: Option<JsonValue> = cell(row, column)?;
            texts.append(value.as_ref().map(json::printed).transpose()?.as_deref())
        })),
        _ => None,
    }
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
    /// A decoder for rows of the described columns, which come as `wire`.
    ///
    /// Errors: conflict, for a column of another type than described.
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
        let columns = described.iter().zip(wire).map(|(column, wire)| {
            let data_type = &column.mapping.data_type;
            cells(wire, data_type, max_cell_bytes)
                .ok_or_else(|| other_type(&format!("column {:?}", column.name), data_type))
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
    pub(crate) fn push(&mut self, row: &Row) -> Result<()> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            match column.push(row, index) {
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
            Fault::OtherType => other_type(&place, data_type),
        }
    }
}

fn other_type(place: &str, data_type: &DataType) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("{place}: the server sends another type than {}, as it was described", athena(data_type)),
    )
    .hint("the table may have changed since the query was planned: run it again")
}

/// The types that a user of Athena knows.
fn athena(data_type: &DataType) -> String {
    match data_type {
        DataType::Int64 => "bigint".into(),
        DataType::Float32 => "real".into(),
        DataType::Float64 => "double".into(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Date64 => "timestamp(3)".into(),
        DataType::Timestamp(..) => "timestamp(3) with time zone".into(),
        DataType::Utf8 => "varchar".into(),
        DataType::Binary => "varbinary".into(),
        other => other.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use connector_core::{ColumnMapping, Pushdown, ReadAs};

    use super::*;

    fn described(data_type: DataType) -> Column {
        let mapping = ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
        Column { name: "c".into(), remote_name: "C".into(), comment: None, mapping }
    }

    fn decoder(data_type: DataType, wire: &[&DbType]) -> Result<RowDecoder> {
        RowDecoder::of_types(&[described(data_type)], wire, BatchLimits::default(), 8)
    }

    #[test]
    fn every_type_of_the_table_is_read_from_what_comes_for_it() {
        use oracledb::{
            DB_TYPE_BINARY_DOUBLE, DB_TYPE_BINARY_FLOAT, DB_TYPE_BLOB, DB_TYPE_BOOLEAN, DB_TYPE_DATE, DB_TYPE_JSON,
            DB_TYPE_LONG_RAW, DB_TYPE_NUMBER, DB_TYPE_RAW, DB_TYPE_TIMESTAMP,
        };
        let zoned = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        for (data_type, wires) in [
            (DataType::Int64, vec![DB_TYPE_NUMBER]),
            (DataType::Decimal128(38, 10), vec![DB_TYPE_NUMBER]),
            (DataType::Float64, vec![DB_TYPE_NUMBER, DB_TYPE_BINARY_DOUBLE]),
            (DataType::Float32, vec![DB_TYPE_BINARY_FLOAT]),
            (DataType::Boolean, vec![DB_TYPE_BOOLEAN]),
            (DataType::Date64, vec![DB_TYPE_DATE, DB_TYPE_TIMESTAMP]),
            (zoned, vec![DB_TYPE_TIMESTAMP]),
            (DataType::Utf8, [TEXTS.to_vec(), vec![DB_TYPE_NUMBER, DB_TYPE_JSON]].concat()),
            (DataType::Binary, vec![DB_TYPE_RAW, DB_TYPE_LONG_RAW, DB_TYPE_BLOB]),
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
            assert!(error.to_string().contains("\"c\""), "{error}");
        }
        assert_eq!(decoder(DataType::Int64, &[]).err().unwrap().kind(), ErrorKind::Internal);
    }

    #[test]
    fn a_fault_names_column_row_and_class() {
        let mut decoder = decoder(DataType::Decimal128(5, 2), &[oracledb::DB_TYPE_NUMBER]).unwrap();
        decoder.rows_before = 6;
        let told = decoder.fault(0, &Fault::Value("a number with more digits behind the point")).to_string();
        assert_eq!(
            told,
            "column \"c\", row 7 of the answer: a number with more digits behind the point does not fit decimal(5,2)"
        );
        assert_eq!(decoder.fault(0, &Fault::Cell).kind(), ErrorKind::TooLarge);
    }
}
