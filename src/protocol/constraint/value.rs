//! Single values and the one-column blocks they travel in.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use connector_core::{Error, Result, Value};

use crate::protocol::block::write_parts;
use crate::protocol::json::Writer;
use crate::protocol::{Framing, ipc, pack_zoned};

/// AWS's reader looks the column of a value up by this name.
const COLUMN: &str = "col1";

/// Whether values of a type can stand in a constraint; all such types have an order.
pub(super) fn has_values(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(
        data_type,
        T::Boolean | T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::Float32 | T::Float64 | T::Decimal128(..)
    ) || matches!(data_type, T::Utf8 | T::Binary | T::Date32 | T::Date64 | T::Timestamp(TimeUnit::Millisecond, Some(_)))
}

/// The values of an array, NULL as none.
///
/// Milliseconds are taken as they come. Athena was once seen to send microseconds for a DATEMILLI; which it is cannot be
/// told from a number, so nothing is guessed here.
pub(super) fn read_values(array: &dyn Array) -> Result<Vec<Option<Value>>> {
    (0..array.len()).map(|row| if array.is_null(row) { Ok(None) } else { read_value(array, row).map(Some) }).collect()
}

fn read_value(array: &dyn Array, row: usize) -> Result<Value> {
    Value::at(array, row)
        .ok_or_else(|| Error::unsupported(format!("a constraint holds a value of the type {}", array.data_type())))
}

/// Writes blocks of values of one type; the schema is encoded once.
pub(super) struct ValueWriter {
    schema: Arc<Schema>,
    message: Vec<u8>,
    framing: Framing,
}

impl ValueWriter {
    pub(super) fn new(data_type: &DataType, framing: Framing) -> Result<Self> {
        let schema = Arc::new(Schema::new(vec![Field::new(COLUMN, data_type.clone(), true)]));
        Ok(Self { message: ipc::encode_schema(&schema, framing)?, schema, framing })
    }

    pub(super) fn write(&self, writer: &mut Writer, values: &[Option<&Value>]) -> Result<()> {
        if values.is_empty() {
            return write_parts(writer, &self.message, &[]);
        }
        let array = array_of(self.schema.field(0).data_type(), values)?;
        let batch = RecordBatch::try_new(self.schema.clone(), vec![array])
            .map_err(|error| Error::internal("a value could not be put in a block").with_source(error))?;
        write_parts(writer, &self.message, &ipc::encode_batch(&batch, self.framing)?)
    }
}

fn array_of(data_type: &DataType, values: &[Option<&Value>]) -> Result<ArrayRef> {
    let mismatch = || Error::invalid(format!("a value does not fit the type {data_type} of its constraint"));
    let whole = |value: &Value| if let Value::Int(number) = value { Ok(*number) } else { Err(mismatch()) };
    Ok(match data_type {
        DataType::Boolean => {
            let bit = |value: &Value| if let Value::Bool(bit) = value { Ok(*bit) } else { Err(mismatch()) };
            Arc::new(BooleanArray::from(each(values, bit)?))
        }
        DataType::Int8 => primitive::<Int8Type>(values, |v| i8::try_from(whole(v)?).map_err(|_| mismatch()))?,
        DataType::Int16 => primitive::<Int16Type>(values, |v| i16::try_from(whole(v)?).map_err(|_| mismatch()))?,
        DataType::Int32 => primitive::<Int32Type>(values, |v| i32::try_from(whole(v)?).map_err(|_| mismatch()))?,
        DataType::Int64 => primitive::<Int64Type>(values, whole)?,
        DataType::Float32 => primitive::<Float32Type>(values, |value| match value {
            Value::Float32(number) => Ok(*number),
            _ => Err(mismatch()),
        })?,
        DataType::Float64 => primitive::<Float64Type>(values, |value| match value {
            Value::Float64(number) => Ok(*number),
            Value::Float32(number) => Ok((*number).into()),
            _ => Err(mismatch()),
        })?,
        DataType::Decimal128(precision, scale) => decimals(values, *precision, *scale, mismatch)?,
        DataType::Utf8 => Arc::new(StringArray::from(each(values, |value| match value {
            Value::Text(text) => Ok(text.as_str()),
            _ => Err(mismatch()),
        })?)),
        DataType::Binary => Arc::new(BinaryArray::from(each(values, |value| match value {
            Value::Bytes(bytes) => Ok(bytes.as_slice()),
            _ => Err(mismatch()),
        })?)),
        DataType::Date32 => primitive::<Date32Type>(values, |value| match value {
            Value::Date(days) => Ok(*days),
            _ => Err(mismatch()),
        })?,
        DataType::Date64 => primitive::<Date64Type>(values, |value| match value {
            Value::Millis(millis) => Ok(*millis),
            _ => Err(mismatch()),
        })?,
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) => {
            let packed = each(values, |value| match value {
                Value::ZonedMillis(millis) => pack_zoned(*millis),
                _ => Err(mismatch()),
            })?;
            Arc::new(PrimitiveArray::<TimestampMillisecondType>::from(packed).with_timezone(zone.clone()))
        }
        other => return Err(Error::unsupported(format!("a constraint cannot hold a value of the type {other}"))),
    })
}

fn each<'v, T>(values: &[Option<&'v Value>], read: impl Fn(&'v Value) -> Result<T>) -> Result<Vec<Option<T>>> {
    values.iter().map(|value| value.map(&read).transpose()).collect()
}

fn primitive<T: ArrowPrimitiveType>(
    values: &[Option<&Value>],
    read: impl Fn(&Value) -> Result<T::Native>,
) -> Result<ArrayRef> {
    Ok(Arc::new(PrimitiveArray::<T>::from_iter(each(values, read)?)))
}

fn decimals(values: &[Option<&Value>], precision: u8, scale: i8, mismatch: impl Fn() -> Error) -> Result<ArrayRef> {
    let numbers = each(values, |value| match value {
        Value::Decimal { unscaled, scale: own } => rescaled(*unscaled, *own, scale).ok_or_else(&mismatch),
        _ => Err(mismatch()),
    })?;
    let array = PrimitiveArray::<Decimal128Type>::from_iter(numbers)
        .with_precision_and_scale(precision, scale)
        .map_err(|_| mismatch())?;
    array.validate_decimal_precision(precision).map_err(|_| mismatch())?;
    Ok(Arc::new(array))
}

/// The same number at another scale, if it has one there.
fn rescaled(unscaled: i128, from: i8, to: i8) -> Option<i128> {
    let power = 10i128.checked_pow(u32::from(from.abs_diff(to)))?;
    if to >= from { unscaled.checked_mul(power) } else { (unscaled % power == 0).then_some(unscaled / power) }
}

/// The order in which ranges are written: Athena's, text by code point, −0 beside 0, NaN last.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Float32(a), Value::Float32(b)) => compare_floats((*a).into(), (*b).into()),
        (Value::Float64(a), Value::Float64(b)) => compare_floats(*a, *b),
        (Value::Decimal { unscaled: a, scale: x }, Value::Decimal { unscaled: b, scale: y }) => {
            match (rescaled(*a, *x, (*x).max(*y)), rescaled(*b, *y, (*x).max(*y))) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => a.cmp(b),
            }
        }
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b))
        | (Value::Millis(a), Value::Millis(b))
        | (Value::ZonedMillis(a), Value::ZonedMillis(b)) => a.cmp(b),
        // Values of two types in one domain are refused when they are put in a block.
        _ => Ordering::Equal,
    }
}

fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_value_or_is_refused() {
        assert_eq!(rescaled(15, 1, 3), Some(1500));
        assert_eq!(rescaled(1500, 3, 1), Some(15));
        assert_eq!(rescaled(1501, 3, 1), None);
        assert_eq!(rescaled(i128::MAX, 0, 1), None);
    }

    #[test]
    fn a_value_of_another_type_or_out_of_range_is_refused() {
        let number = Value::Int(300);
        assert!(array_of(&DataType::Int8, &[Some(&number)]).is_err());
        assert!(array_of(&DataType::Utf8, &[Some(&number)]).is_err());
        let wide = Value::Decimal { unscaled: 1000, scale: 0 };
        assert!(array_of(&DataType::Decimal128(3, 0), &[Some(&wide)]).is_err());
        assert!(array_of(&DataType::Int16, &[Some(&number), None]).is_ok());
    }

    #[test]
    fn zeros_are_one_value_and_nan_is_the_greatest() {
        assert_eq!(compare(&Value::Float64(-0.0), &Value::Float64(0.0)), Ordering::Equal);
        assert_eq!(compare(&Value::Float64(f64::NAN), &Value::Float64(f64::INFINITY)), Ordering::Greater);
        assert_eq!(compare(&Value::Float64(1.0), &Value::Float64(-f64::NAN)), Ordering::Less);
        assert_eq!(compare(&Value::Text("\u{e000}".into()), &Value::Text("\u{1f600}".into())), Ordering::Less);
    }
}
