//! Types and values between the wire and DataFusion, and types as Athena's users spell them.
//!
//! Athena's plain timestamp travels as `Date64`, which DataFusion takes for a date, and its zoned one packed; both become
//! Arrow's own timestamps here. Not here: filters, which are applied before, on the wire's values.

use std::sync::Arc;

use connector_core::{Error, Result};
use datafusion::arrow::array::types::{Date64Type, TimestampMillisecondType};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, MapArray, RecordBatch, RecordBatchOptions, StructArray,
};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;

use crate::protocol::unpack_zoned;

/// The type that DataFusion is shown for a type of the wire.
pub(super) fn local_type(wire: &DataType) -> DataType {
    match wire {
        DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
        }
        DataType::List(child) => DataType::List(local_field(child)),
        DataType::Struct(children) => DataType::Struct(children.iter().map(local_field).collect()),
        DataType::Map(entries, sorted) => DataType::Map(local_field(entries), *sorted),
        other => other.clone(),
    }
}

fn local_field(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), local_type(field.data_type()), field.is_nullable()))
}

/// The schema that DataFusion is shown for a table of the wire; comments are not part of it.
pub(super) fn local_schema(wire: &Schema) -> SchemaRef {
    let fields = wire.fields().iter();
    Arc::new(Schema::new(
        fields.map(|field| Field::new(field.name(), local_type(field.data_type()), true)).collect::<Fields>(),
    ))
}

/// The first columns of a batch of the wire under `schema`, which is the local one of these columns.
pub(super) fn local_batch(wire: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let wanted = wire.columns().iter().take(schema.fields().len());
    let columns = wanted.map(local_array).collect::<Result<Vec<_>, ArrowError>>().map_err(unconverted)?;
    let options = RecordBatchOptions::new().with_row_count(Some(wire.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(unconverted)
}

fn unconverted(error: ArrowError) -> Error {
    Error::internal("turning a batch of the wire into one for the engine").with_source(error)
}

fn local_array(wire: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    Ok(match wire.data_type() {
        DataType::Date64 => Arc::new(wire.as_primitive::<Date64Type>().reinterpret_cast::<TimestampMillisecondType>()),
        DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
            let packed = wire.as_primitive::<TimestampMillisecondType>();
            Arc::new(packed.unary::<_, TimestampMillisecondType>(unpack_zoned).with_timezone("UTC"))
        }
        DataType::List(child) => {
            let list = wire.as_list::<i32>();
            let values = local_array(list.values())?;
            Arc::new(ListArray::try_new(local_field(child), list.offsets().clone(), values, list.nulls().cloned())?)
        }
        DataType::Struct(_) => Arc::new(local_struct(wire.as_struct())?),
        DataType::Map(entries, sorted) => {
            let map = wire.as_map();
            let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
            Arc::new(MapArray::try_new(local_field(entries), offsets, local_struct(map.entries())?, nulls, *sorted)?)
        }
        _ => wire.clone(),
    })
}

fn local_struct(wire: &StructArray) -> Result<StructArray, ArrowError> {
    let fields: Fields = wire.fields().iter().map(local_field).collect();
    let columns = wire.columns().iter().map(local_array).collect::<Result<Vec<_>, _>>()?;
    if columns.is_empty() {
        return Ok(StructArray::new_empty_fields(wire.len(), wire.nulls().cloned()));
    }
    StructArray::try_new(fields, columns, wire.nulls().cloned())
}

/// A type of the wire or of a result, as Athena's SQL spells it; Arrow's own spelling for what Athena does not have.
pub fn athena_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "tinyint".into(),
        DataType::Int16 => "smallint".into(),
        DataType::Int32 => "integer".into(),
        DataType::Int64 | DataType::UInt64 => "bigint".into(),
        DataType::Float32 => "real".into(),
        DataType::Float64 => "double".into(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "varchar".into(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "varbinary".into(),
        DataType::Date32 => "date".into(),
        DataType::Date64 => "timestamp(3)".into(),
        DataType::Timestamp(unit, None) => format!("timestamp({})", digits(*unit)),
        DataType::Timestamp(unit, Some(_)) => format!("timestamp({}) with time zone", digits(*unit)),
        DataType::List(child) => format!("array({})", athena_type(child.data_type())),
        DataType::Struct(children) => {
            let children = children.iter().map(|child| format!("{} {}", child.name(), athena_type(child.data_type())));
            format!("row({})", children.collect::<Vec<_>>().join(", "))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) => {
                let pair: Vec<String> = pair.iter().map(|child| athena_type(child.data_type())).collect();
                format!("map({})", pair.join(", "))
            }
            other => athena_type(other),
        },
        other => other.to_string(),
    }
}

fn digits(unit: TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Date64Array, TimestampMillisecondArray};

    use super::*;

    #[test]
    fn timestamps_become_arrows_own_wherever_they_stand() {
        let plain: ArrayRef = Arc::new(Date64Array::from(vec![Some(-1), None]));
        let zoned: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![-4096 + 841, 0]).with_timezone("UTC"));
        let pair = StructArray::from(vec![(Arc::new(Field::new("t", DataType::Date64, true)), plain.clone())]);
        let pair: ArrayRef = Arc::new(pair);
        let wire = RecordBatch::try_from_iter([("p", plain), ("z", zoned), ("s", pair)]).unwrap();
        let schema = local_schema(&wire.schema());
        let local = local_batch(&wire, &schema).unwrap();
        let plain = local.column(0).as_primitive::<TimestampMillisecondType>();
        assert!(plain.value(0) == -1 && plain.is_null(1));
        assert_eq!(local.column(1).as_primitive::<TimestampMillisecondType>().values().to_vec(), [-1, 0]);
        assert_eq!(athena_type(local.column(2).data_type()), "row(t timestamp(3))");
    }
}
