//! What an expression's part evaluates to, and typed views of it.
//!
//! Not here: operations; they take the views.

use std::borrow::Cow;
use std::iter::repeat_n;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, ArrowTimestampType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray, new_null_array};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;

use super::bits::{Lanes, Truth, constant};
use super::types::{Family, family};
use crate::{Error, ErrorKind, Result, Value, pack_zoned, unpack_zoned};

/// A column, or one value for all rows.
pub(super) enum Operand<'a> {
    /// A value per row.
    Array(ArrayRef),
    /// A constant; `None` is NULL.
    Scalar { value: Option<&'a Value>, data_type: &'a DataType },
}

/// Strings of bytes, text included: Trino compares both bytewise.
pub(super) enum Bytes<'a> {
    /// A text column.
    Text(&'a StringArray),
    /// A binary column.
    Binary(&'a BinaryArray),
    /// The same for every row.
    One(&'a [u8]),
}

impl Bytes<'_> {
    /// The bytes of a row that exists.
    pub fn value(&self, row: usize) -> &[u8] {
        match self {
            Self::Text(array) => array.value(row).as_bytes(),
            Self::Binary(array) => array.value(row),
            Self::One(value) => value,
        }
    }
}

impl Operand<'_> {
    pub fn array(array: impl Array + 'static) -> Self {
        Self::Array(Arc::new(array))
    }

    pub fn data_type(&self) -> &DataType {
        match self {
            Self::Array(array) => array.data_type(),
            Self::Scalar { data_type, .. } => data_type,
        }
    }

    pub fn family(&self) -> Result<Family> {
        family(self.data_type()).ok_or_else(|| self.unreadable("a value of a known type"))
    }

    /// Whether it is a NULL for every row, of whatever type.
    pub fn is_null_constant(&self) -> bool {
        matches!(self, Self::Scalar { value: None, .. })
    }

    pub fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Array(array) => array.nulls(),
            Self::Scalar { .. } => None,
        }
    }

    /// The rows that are not NULL.
    pub fn valid(&self, rows: usize) -> BooleanBuffer {
        match self.nulls() {
            Some(nulls) => nulls.inner().clone(),
            None => constant(!self.is_null_constant(), rows),
        }
    }

    /// A boolean as three-valued logic takes it.
    pub fn truth(&self, rows: usize) -> Result<Truth> {
        match self {
            Self::Array(array) => {
                let array = array.as_boolean_opt().ok_or_else(|| self.unreadable("a boolean"))?;
                Ok(Truth::new(array.values().clone(), array.nulls()))
            }
            Self::Scalar { value: None, .. } => Ok(Truth::constant(None, rows)),
            Self::Scalar { value: Some(Value::Bool(value)), .. } => Ok(Truth::constant(Some(*value), rows)),
            Self::Scalar { .. } => Err(self.unreadable("a boolean")),
        }
    }

    /// Whole numbers, dates and plain timestamps in the column's own width; NULL rows hold anything.
    pub fn natives<P>(&self) -> Result<Lanes<'_, P::Native>>
    where
        P: ArrowPrimitiveType,
        P::Native: TryFrom<i64>,
    {
        match self {
            Self::Array(array) => Ok(Lanes::Many(Cow::Borrowed(self.primitive::<P>(array)?))),
            Self::Scalar { value, .. } => value
                .and_then(whole)
                .and_then(|value| P::Native::try_from(value).ok())
                .map(Lanes::One)
                .ok_or_else(|| self.unreadable("a number of its type")),
        }
    }

    /// Integers of any width, dates, timestamps as milliseconds; zoned ones as the instant alone.
    pub fn integers(&self) -> Result<Lanes<'_, i64>> {
        let Self::Array(array) = self else { return self.natives::<Int64Type>() };
        Ok(Lanes::Many(match array.data_type() {
            DataType::Int8 => self.widened::<Int8Type>(array)?.into(),
            DataType::Int16 => self.widened::<Int16Type>(array)?.into(),
            DataType::Int32 => self.widened::<Int32Type>(array)?.into(),
            DataType::Date32 => self.widened::<Date32Type>(array)?.into(),
            DataType::Int64 => self.primitive::<Int64Type>(array)?.into(),
            DataType::Date64 => self.primitive::<Date64Type>(array)?.into(),
            _ => {
                self.primitive::<TimestampMillisecondType>(array)?.iter().map(|packed| unpack_zoned(*packed)).collect()
            }
        }))
    }

    /// `real` as it is.
    pub fn reals(&self) -> Result<Lanes<'_, f32>> {
        match self {
            Self::Array(array) => Ok(Lanes::Many(Cow::Borrowed(self.primitive::<Float32Type>(array)?))),
            Self::Scalar { value: Some(Value::Float32(value)), .. } => Ok(Lanes::One(*value)),
            Self::Scalar { .. } => Err(self.unreadable("a real")),
        }
    }

    /// `double` as it is, `real` widened, which is exact.
    pub fn doubles(&self) -> Result<Lanes<'_, f64>> {
        match self {
            Self::Array(array) if *array.data_type() == DataType::Float32 => {
                let values = self.primitive::<Float32Type>(array)?;
                Ok(Lanes::Many(values.iter().map(|value| f64::from(*value)).collect()))
            }
            Self::Array(array) => Ok(Lanes::Many(Cow::Borrowed(self.primitive::<Float64Type>(array)?))),
            Self::Scalar { value: Some(Value::Float64(value)), .. } => Ok(Lanes::One(*value)),
            Self::Scalar { value: Some(Value::Float32(value)), .. } => Ok(Lanes::One(f64::from(*value))),
            Self::Scalar { .. } => Err(self.unreadable("a double")),
        }
    }

    /// Decimals and integers as unscaled numbers, and their scale.
    pub fn decimals(&self) -> Result<(Lanes<'_, i128>, u32)> {
        match self {
            Self::Scalar { value: Some(Value::Decimal { unscaled, scale }), .. } => {
                let scale = u32::try_from(*scale).map_err(|_| self.unreadable("a decimal of a known scale"))?;
                Ok((Lanes::One(*unscaled), scale))
            }
            Self::Array(array) if let DataType::Decimal128(_, scale) = array.data_type() => {
                let scale = u32::try_from(*scale).map_err(|_| self.unreadable("a decimal of a known scale"))?;
                Ok((Lanes::Many(Cow::Borrowed(self.primitive::<Decimal128Type>(array)?)), scale))
            }
            _ => Ok((
                match self.integers()? {
                    Lanes::One(value) => Lanes::One(i128::from(value)),
                    Lanes::Many(values) => Lanes::Many(values.iter().map(|value| i128::from(*value)).collect()),
                },
                0,
            )),
        }
    }

    /// Text or binary.
    pub fn bytes(&self) -> Result<Bytes<'_>> {
        match self {
            Self::Array(array) => None
                .or_else(|| array.as_string_opt::<i32>().map(Bytes::Text))
                .or_else(|| array.as_binary_opt::<i32>().map(Bytes::Binary)),
            Self::Scalar { value: Some(Value::Text(text)), .. } => Some(Bytes::One(text.as_bytes())),
            Self::Scalar { value: Some(Value::Bytes(bytes)), .. } => Some(Bytes::One(bytes)),
            Self::Scalar { .. } => None,
        }
        .ok_or_else(|| self.unreadable("text or bytes"))
    }

    /// As a column of its own type.
    pub fn to_array(&self, rows: usize) -> Result<ArrayRef> {
        match self {
            Self::Array(array) => Ok(Arc::clone(array)),
            Self::Scalar { value, data_type } => Self::Scalar { value: *value, data_type }.into_array(data_type, rows),
        }
    }

    /// As a column of `data_type`, which differs from its own at most in the name of the time zone.
    pub fn into_array(self, data_type: &DataType, rows: usize) -> Result<ArrayRef> {
        match &self {
            Self::Array(array) if array.data_type() == data_type => Ok(Arc::clone(array)),
            Self::Array(array) => match data_type {
                DataType::Timestamp(_, zone) => {
                    let array = array
                        .as_primitive_opt::<TimestampMillisecondType>()
                        .ok_or_else(|| self.unreadable("a zoned timestamp"))?;
                    Ok(Arc::new(array.clone().with_timezone_opt(zone.clone())))
                }
                _ => Err(self.unreadable("its stated type")),
            },
            Self::Scalar { value: None, .. } => Ok(new_null_array(data_type, rows)),
            Self::Scalar { value: Some(value), .. } => {
                if !fits_offsets(value, rows) {
                    return Err(Error::new(ErrorKind::TooLarge, "a constant repeated for every row is too large"));
                }
                repeated(value, data_type, rows).ok_or_else(|| self.unreadable("its stated type"))
            }
        }
    }

    fn primitive<'b, P: ArrowPrimitiveType>(&self, array: &'b ArrayRef) -> Result<&'b [P::Native]> {
        let array = array.as_primitive_opt::<P>().ok_or_else(|| self.unreadable("a number of its type"))?;
        Ok(array.values())
    }

    fn widened<P: ArrowPrimitiveType>(&self, array: &ArrayRef) -> Result<Vec<i64>>
    where
        i64: From<P::Native>,
    {
        Ok(self.primitive::<P>(array)?.iter().map(|value| i64::from(*value)).collect())
    }

    fn unreadable(&self, wanted: &str) -> Error {
        Error::invalid(format!("{} was given where {wanted} is needed", self.data_type()))
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) | Value::Millis(value) | Value::ZonedMillis(value) => Some(*value),
        Value::Date(days) => Some(i64::from(*days)),
        _ => None,
    }
}

// Arrow's text and binary columns end at two gigabytes.
fn fits_offsets(value: &Value, rows: usize) -> bool {
    let bytes = match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    bytes.checked_mul(rows).is_some_and(|bytes| i32::try_from(bytes).is_ok())
}

fn repeated(value: &Value, data_type: &DataType, rows: usize) -> Option<ArrayRef> {
    Some(match (data_type, value) {
        (DataType::Boolean, Value::Bool(value)) => Arc::new(BooleanArray::new(constant(*value, rows), None)),
        (DataType::Int8, _) => numbers::<Int8Type>(value, rows)?,
        (DataType::Int16, _) => numbers::<Int16Type>(value, rows)?,
        (DataType::Int32, _) => numbers::<Int32Type>(value, rows)?,
        (DataType::Int64, _) => numbers::<Int64Type>(value, rows)?,
        (DataType::Date32, _) => numbers::<Date32Type>(value, rows)?,
        (DataType::Date64, _) => numbers::<Date64Type>(value, rows)?,
        (DataType::Float32, Value::Float32(value)) => same::<Float32Type>(*value, rows),
        (DataType::Float64, Value::Float64(value)) => same::<Float64Type>(*value, rows),
        (DataType::Decimal128(..), Value::Decimal { unscaled, .. }) => {
            Arc::new(PrimitiveArray::<Decimal128Type>::from_value(*unscaled, rows).with_data_type(data_type.clone()))
        }
        (DataType::Timestamp(TimestampMillisecondType::UNIT, zone), Value::ZonedMillis(millis)) => {
            let array = PrimitiveArray::<TimestampMillisecondType>::from_value(pack_zoned(*millis)?, rows);
            Arc::new(array.with_timezone_opt(zone.clone()))
        }
        (DataType::Utf8, Value::Text(text)) => Arc::new(StringArray::from_iter_values(repeat_n(text, rows))),
        (DataType::Binary, Value::Bytes(bytes)) => Arc::new(BinaryArray::from_iter_values(repeat_n(bytes, rows))),
        _ => return None,
    })
}

fn numbers<P>(value: &Value, rows: usize) -> Option<ArrayRef>
where
    P: ArrowPrimitiveType,
    P::Native: TryFrom<i64>,
{
    Some(same::<P>(P::Native::try_from(whole(value)?).ok()?, rows))
}

fn same<P: ArrowPrimitiveType>(value: P::Native, rows: usize) -> ArrayRef {
    Arc::new(PrimitiveArray::<P>::from_value(value, rows))
}
