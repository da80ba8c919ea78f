//! A single value of a type that Athena can send in a constraint.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_schema::{DataType, TimeUnit};

use crate::unpack_zoned;

/// One non-null value; the Arrow type it belongs to stands beside it wherever it is used.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `Boolean`.
    Bool(bool),
    /// `Int8` to `Int64`; the width is the column's.
    Int(i64),
    /// `Float32`.
    Float32(f32),
    /// `Float64`.
    Float64(f64),
    /// `Decimal128`: the unscaled number and its scale.
    Decimal { unscaled: i128, scale: i8 },
    /// `Utf8`.
    Text(String),
    /// `Binary`.
    Bytes(Vec<u8>),
    /// `Date32`: days since 1970-01-01, proleptic Gregorian.
    Date(i32),
    /// `Date64`, which is how Athena's `timestamp(3)` travels: milliseconds since the epoch, wall clock.
    Millis(i64),
    /// `Timestamp(ms, zone)`: milliseconds since the epoch in UTC; the zone key of the wire is dropped.
    ZonedMillis(i64),
}

impl Value {
    /// The value of a cell; none for NULL and for what no constraint can carry.
    pub fn at(column: &dyn Array, row: usize) -> Option<Self> {
        if column.is_null(row) {
            return None;
        }
        Some(match column.data_type() {
            DataType::Boolean => Self::Bool(column.as_boolean().value(row)),
            DataType::Int8 => Self::Int(column.as_primitive::<Int8Type>().value(row).into()),
            DataType::Int16 => Self::Int(column.as_primitive::<Int16Type>().value(row).into()),
            DataType::Int32 => Self::Int(column.as_primitive::<Int32Type>().value(row).into()),
            DataType::Int64 => Self::Int(column.as_primitive::<Int64Type>().value(row)),
            DataType::Float32 => Self::Float32(column.as_primitive::<Float32Type>().value(row)),
            DataType::Float64 => Self::Float64(column.as_primitive::<Float64Type>().value(row)),
            DataType::Decimal128(_, scale) => {
                Self::Decimal { unscaled: column.as_primitive::<Decimal128Type>().value(row), scale: *scale }
            }
            DataType::Utf8 => Self::Text(column.as_string::<i32>().value(row).to_owned()),
            DataType::Binary => Self::Bytes(column.as_binary::<i32>().value(row).to_vec()),
            DataType::Date32 => Self::Date(column.as_primitive::<Date32Type>().value(row)),
            DataType::Date64 => Self::Millis(column.as_primitive::<Date64Type>().value(row)),
            DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
                Self::ZonedMillis(unpack_zoned(column.as_primitive::<TimestampMillisecondType>().value(row)))
            }
            _ => return None,
        })
    }
}
