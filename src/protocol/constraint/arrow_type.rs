//! Arrow types as JSON, the way constraints name them; nested types come without their children there.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use connector_core::{Error, Result};

use crate::protocol::block::first_serde;
use crate::protocol::json::{Cursor, Object, Shortened, Writer};

/// Reads a type. A nested one is given a child of type Null, because what it holds is not told.
pub(super) fn read_type(cursor: Cursor<'_, '_>) -> Result<DataType> {
    let node = cursor.object()?;
    if node.has("name") && !node.has("@type") {
        return Err(cursor.locate(first_serde()));
    }
    let name = node.text("@type")?;
    Ok(match name.as_str() {
        "Null" => DataType::Null,
        "Bool" => DataType::Boolean,
        "Utf8" => DataType::Utf8,
        "Binary" => DataType::Binary,
        "Int" => integer(&node)?,
        "FloatingPoint" => match node.text("precision")?.as_str() {
            "HALF" => DataType::Float16,
            "SINGLE" => DataType::Float32,
            "DOUBLE" => DataType::Float64,
            _ => return Err(node.error("the precision is none of HALF, SINGLE and DOUBLE")),
        },
        "Decimal" => decimal(&node)?,
        "Date" => match node.text("unit")?.as_str() {
            "DAY" => DataType::Date32,
            "MILLISECOND" => DataType::Date64,
            _ => return Err(node.error("the unit is neither DAY nor MILLISECOND")),
        },
        "Time" => match time_unit(&node)? {
            unit @ (TimeUnit::Second | TimeUnit::Millisecond) => DataType::Time32(unit),
            unit @ (TimeUnit::Microsecond | TimeUnit::Nanosecond) => DataType::Time64(unit),
        },
        "Timestamp" => DataType::Timestamp(time_unit(&node)?, node.optional_text("timezone")?.map(Into::into)),
        "Interval" => DataType::Interval(match node.text("unit")?.as_str() {
            "YEAR_MONTH" => IntervalUnit::YearMonth,
            "DAY_TIME" => IntervalUnit::DayTime,
            "MONTH_DAY_NANO" => IntervalUnit::MonthDayNano,
            _ => return Err(node.error("the unit is none of YEAR_MONTH, DAY_TIME and MONTH_DAY_NANO")),
        }),
        "FixedSizeBinary" => DataType::FixedSizeBinary(node.whole("byteWidth")?),
        "FixedSizeList" => DataType::FixedSizeList(untold("item"), node.whole("listSize")?),
        "List" => DataType::List(untold("item")),
        "Struct" => DataType::Struct(Fields::empty()),
        "Map" => DataType::Map(entries(), false),
        other => {
            let message = format!("the Arrow type \"{}\" is not one that constraints can have", Shortened(other));
            return Err(cursor.locate(Error::unsupported(message)));
        }
    })
}

/// Writes a type.
pub(super) fn write_type(writer: &mut Writer, data_type: &DataType) -> Result<()> {
    writer.object(|writer| write_fields(writer, data_type))
}

fn write_fields(writer: &mut Writer, data_type: &DataType) -> Result<()> {
    let name = wire_name(data_type)
        .ok_or_else(|| Error::unsupported(format!("a constraint on the type {data_type} cannot be sent")))?;
    writer.name("@type")?.text(name)?;
    match data_type {
        DataType::Int8 => int_fields(writer, 8, true),
        DataType::Int16 => int_fields(writer, 16, true),
        DataType::Int32 => int_fields(writer, 32, true),
        DataType::Int64 => int_fields(writer, 64, true),
        DataType::UInt8 => int_fields(writer, 8, false),
        DataType::UInt16 => int_fields(writer, 16, false),
        DataType::UInt32 => int_fields(writer, 32, false),
        DataType::UInt64 => int_fields(writer, 64, false),
        DataType::Float16 => writer.name("precision")?.text("HALF"),
        DataType::Float32 => writer.name("precision")?.text("SINGLE"),
        DataType::Float64 => writer.name("precision")?.text("DOUBLE"),
        DataType::Decimal128(precision, scale) => {
            writer.name("precision")?.whole(*precision)?;
            writer.name("scale")?.whole(*scale)
        }
        DataType::Date32 => writer.name("unit")?.text("DAY"),
        DataType::Date64 => writer.name("unit")?.text("MILLISECOND"),
        DataType::Time32(unit) => time_fields(writer, *unit, 32),
        DataType::Time64(unit) => time_fields(writer, *unit, 64),
        DataType::Timestamp(unit, zone) => {
            writer.name("unit")?.text(unit_name(*unit))?;
            writer.name("timezone")?.optional_text(zone.as_deref())
        }
        DataType::Interval(unit) => writer.name("unit")?.text(match unit {
            IntervalUnit::YearMonth => "YEAR_MONTH",
            IntervalUnit::DayTime => "DAY_TIME",
            IntervalUnit::MonthDayNano => "MONTH_DAY_NANO",
        }),
        DataType::FixedSizeBinary(width) => writer.name("byteWidth")?.whole(*width),
        DataType::FixedSizeList(_, size) => writer.name("listSize")?.whole(*size),
        _ => Ok(()),
    }
}

fn wire_name(data_type: &DataType) -> Option<&'static str> {
    Some(match data_type {
        DataType::Null => "Null",
        DataType::Boolean => "Bool",
        DataType::Utf8 => "Utf8",
        DataType::Binary => "Binary",
        integer if integer.is_integer() => "Int",
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "FloatingPoint",
        DataType::Decimal128(..) => "Decimal",
        DataType::Date32 | DataType::Date64 => "Date",
        DataType::Time32(_) | DataType::Time64(_) => "Time",
        DataType::Timestamp(..) => "Timestamp",
        DataType::Interval(_) => "Interval",
        DataType::FixedSizeBinary(_) => "FixedSizeBinary",
        DataType::FixedSizeList(..) => "FixedSizeList",
        DataType::List(_) => "List",
        DataType::Struct(_) => "Struct",
        DataType::Map(..) => "Map",
        _ => return None,
    })
}

fn integer(node: &Object<'_, '_>) -> Result<DataType> {
    let width: i64 = node.whole("bitWidth")?;
    let signed = node.boolean("isSigned")?;
    Ok(match (width, signed) {
        (8, true) => DataType::Int8,
        (16, true) => DataType::Int16,
        (32, true) => DataType::Int32,
        (64, true) => DataType::Int64,
        (8, false) => DataType::UInt8,
        (16, false) => DataType::UInt16,
        (32, false) => DataType::UInt32,
        (64, false) => DataType::UInt64,
        _ => return Err(node.error("the bit width is none of 8, 16, 32 and 64")),
    })
}

fn decimal(node: &Object<'_, '_>) -> Result<DataType> {
    let precision: u8 = node.whole("precision")?;
    let scale: i8 = node.whole("scale")?;
    if !(1..=38).contains(&precision) || !(0..=38).contains(&scale) {
        return Err(node.error("precision and scale are not those of a 128-bit decimal"));
    }
    Ok(DataType::Decimal128(precision, scale))
}

fn time_unit(node: &Object<'_, '_>) -> Result<TimeUnit> {
    let unit = node.text("unit")?;
    [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond]
        .into_iter()
        .find(|known| unit_name(*known) == unit)
        .ok_or_else(|| node.error("the unit is none of SECOND, MILLISECOND, MICROSECOND and NANOSECOND"))
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "SECOND",
        TimeUnit::Millisecond => "MILLISECOND",
        TimeUnit::Microsecond => "MICROSECOND",
        TimeUnit::Nanosecond => "NANOSECOND",
    }
}

fn int_fields(writer: &mut Writer, width: u8, signed: bool) -> Result<()> {
    writer.name("bitWidth")?.whole(width)?;
    writer.name("isSigned")?.boolean(signed)
}

fn time_fields(writer: &mut Writer, unit: TimeUnit, width: u8) -> Result<()> {
    writer.name("unit")?.text(unit_name(unit))?;
    writer.name("bitWidth")?.whole(width)
}

fn untold(name: &str) -> Arc<Field> {
    Arc::new(Field::new(name, DataType::Null, true))
}

fn entries() -> Arc<Field> {
    let fields = [Field::new("key", DataType::Null, false), Field::new("value", DataType::Null, true)];
    Arc::new(Field::new("entries", DataType::Struct(Fields::from_iter(fields)), false))
}
