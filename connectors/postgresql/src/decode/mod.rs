//! From the bytes of a row straight into Arrow buffers: one set of buffers a column, chosen once, nothing allocated a cell.
//!
//! Which buffers a column gets follows from its type on the wire and its type for Athena together, so that a table that has
//! changed since it was described is noticed. Not here: where rows come from.

mod cells;
mod list;
mod numeric;
mod scalar;

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use connector_core::{BatchLimits, Column, Error, ErrorKind, Result};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

pub(crate) use numeric::DIGIT_BASE;
pub(crate) use scalar::{EPOCH_DAYS, EPOCH_MILLIS};

use cells::{Bits, Cells, Fixed, Varied};

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

/// The buffers for a column of `wire` type that is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: &Type, data_type: &DataType) -> Option<Box<dyn Cells>> {
    Some(match (wire, data_type) {
        (&Type::BOOL, DataType::Boolean) => Box::new(Bits::new(scalar::boolean)),
        (&Type::BIT, DataType::Boolean) => Box::new(Bits::new(scalar::single_bit)),
        (&Type::INT2, DataType::Int16) => Fixed::boxed::<arrow_array::types::Int16Type>(data_type, scalar::int2),
        (&Type::INT4, DataType::Int32) => Fixed::boxed::<arrow_array::types::Int32Type>(data_type, scalar::int4),
        (&Type::INT8, DataType::Int64) => Fixed::boxed::<arrow_array::types::Int64Type>(data_type, scalar::int8),
        (&Type::FLOAT4, DataType::Float32) => {
            Fixed::boxed::<arrow_array::types::Float32Type>(data_type, scalar::float4)
        }
        (&Type::FLOAT8, DataType::Float64) => {
            Fixed::boxed::<arrow_array::types::Float64Type>(data_type, scalar::float8)
        }
        (&Type::NUMERIC, DataType::Decimal128(precision, scale)) => {
            let target = numeric::Target::new(*precision, *scale)?;
            Fixed::boxed::<arrow_array::types::Decimal128Type>(data_type, move |bytes: &[u8]| target.decode(bytes))
        }
        (&Type::TEXT | &Type::VARCHAR, DataType::Utf8) => Box::new(Varied::text()),
        (&Type::BYTEA, DataType::Binary) => Box::new(Varied::binary()),
        (&Type::DATE, DataType::Date32) => Fixed::boxed::<arrow_array::types::Date32Type>(data_type, scalar::date),
        (&Type::TIMESTAMP | &Type::TIMESTAMPTZ, DataType::Date64) => {
            Fixed::boxed::<arrow_array::types::Date64Type>(data_type, scalar::millis)
        }
        (&Type::TIMESTAMPTZ, DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => {
            Fixed::boxed::<arrow_array::types::TimestampMillisecondType>(data_type, scalar::zoned_millis)
        }
        (_, DataType::List(field)) => {
            let tokio_postgres::types::Kind::Array(element) = wire.kind() else { return None };
            Box::new(list::List::new(Arc::clone(field), element.oid(), cells(element, field.data_type())?))
        }
        _ => return None,
    })
}

/// A cell's bytes, whatever its type.
struct Raw<'r>(Option<&'r [u8]>);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    schema: SchemaRef,
    columns: Vec<Box<dyn Cells>>,
    limits: BatchLimits,
    rows: usize,
    rows_before: u64,
    bits_per_row: usize,
    varying_bytes: usize,
}

impl RowDecoder {
    /// A decoder for rows that look like the first one.
    ///
    /// Errors: conflict, if the row's columns are not those that were described.
    pub(crate) fn new(described: &[Column], first: &Row, limits: BatchLimits) -> Result<Self> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if first.len() != described.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        let columns = described.iter().zip(first.columns()).map(|(column, wire)| {
            cells(wire.type_(), &column.mapping.data_type).ok_or_else(|| changed(column, wire.type_()))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let bits_per_row = columns.iter().map(|column| column.bits_per_row()).sum();
        Ok(Self { schema: schema(described), columns, limits, rows: 0, rows_before: 0, bits_per_row, varying_bytes: 0 })
    }

    /// Adds a row.
    ///
    /// Errors: corrupt, for a value outside its type; it names column, row and the value's class.
    pub(crate) fn push(&mut self, row: &Row) -> Result<()> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cell = row.try_get::<_, Raw<'_>>(index).map_err(|error| crate::error::from_driver(&error))?;
            let pushed = if let Some(bytes) = cell.0 {
                column.push(bytes)
            } else {
                column.push_null();
                Ok(0)
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
            Fault::Value(class) => Error::corrupt(format!("{place}: {class} does not fit {}", athena(data_type)))
                .hint("leave such rows out with a view at the source, or the column out of the query"),
            Fault::TooLarge => Error::new(ErrorKind::TooLarge, format!("{place}: more than 2 GiB in one batch")),
            Fault::Malformed => Error::corrupt(format!("{place}: the bytes are not those of its type")),
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
        DataType::List(field) => format!("array({})", athena(field.data_type())),
        other => other.to_string().to_lowercase(),
    }
}

fn schema(described: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(described.iter().map(Column::field).collect::<Vec<_>>()))
}

fn changed(column: &Column, wire: &Type) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("column {:?} was described as {}, but the server sends {wire}", column.name, column.mapping.data_type),
    )
    .hint("the table may have changed since the query was planned: run it again")
}

/// One value decoded, for tests of what was encoded.
#[cfg(test)]
pub(crate) fn one(wire: &Type, data_type: &DataType, bytes: &[u8]) -> arrow_array::ArrayRef {
    let mut cells = cells(wire, data_type).unwrap();
    cells.push(bytes).unwrap();
    cells.finish().unwrap()
}
