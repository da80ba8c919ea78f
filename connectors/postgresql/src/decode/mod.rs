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
use connector_core::decode::{Batcher, Bits, Cells, Fixed, Varied, changed, whole};
use connector_core::{BatchLimits, Column, Error, Result};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

pub(crate) use numeric::DIGIT_BASE;
pub(crate) use scalar::{EPOCH_DAYS, EPOCH_MILLIS};

const NOT_UTF8: &str = "text that is not in the encoding its database claims";

/// The buffers for a column of `wire` type that is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: &Type, data_type: &DataType) -> Option<Box<dyn Cells<[u8]>>> {
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
        (&Type::TEXT | &Type::VARCHAR, DataType::Utf8) => Varied::text(NOT_UTF8, whole),
        (&Type::BYTEA, DataType::Binary) => Varied::binary(whole),
        (&Type::DATE, DataType::Date32) => Fixed::<Date32Type>::boxed(data_type, scalar::date),
        (&Type::TIMESTAMP | &Type::TIMESTAMPTZ, DataType::Date64) => {
            Fixed::<Date64Type>::boxed(data_type, scalar::millis)
        }
        (&Type::TIMESTAMPTZ, DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => {
            Fixed::<TimestampMillisecondType>::boxed(data_type, scalar::zoned_millis)
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
pub(crate) struct RowDecoder(Batcher<[u8]>);

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
        Ok(Self(Batcher::new(described, columns.collect::<Result<_>>()?, limits)))
    }

    /// Adds a row.
    ///
    /// Errors: corrupt, for a value outside its type; it names column, row and the value's class.
    pub(crate) fn push(&mut self, row: &Row) -> Result<()> {
        for index in 0..self.0.width() {
            let cell = row.try_get::<_, Raw<'_>>(index).map_err(|error| crate::error::from_driver(&error))?;
            self.0.push(index, cell.0)?;
        }
        self.0.end_row();
        Ok(())
    }

    /// Whether the batch has reached one of its limits.
    pub(crate) fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// The rows so far as a batch; nothing if there are none.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>> {
        self.0.take()
    }
}

/// One value decoded, for tests of what was encoded.
#[cfg(test)]
pub(crate) fn one(wire: &Type, data_type: &DataType, bytes: &[u8]) -> arrow_array::ArrayRef {
    let mut cells = cells(wire, data_type).unwrap();
    cells.push(bytes).unwrap();
    cells.finish().unwrap()
}
