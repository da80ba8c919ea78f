//! Schema messages. Types beyond those of the protocol are refused when read; what may be sent is narrower still.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_ipc::convert::IpcSchemaEncoder;
use arrow_ipc::{
    self as fb, DateUnit, Endianness, KeyValue, MessageArgs, MessageHeader, Precision, TimeUnit as WireUnit, Type,
};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use connector_core::{Error, Result};
use flatbuffers::{FlatBufferBuilder, ForwardsUOffset, Vector};

use super::message::{begin, metadata_version, open};
use crate::protocol::Framing;
use crate::protocol::json::Shortened;

/// Writes a schema message.
pub fn encode_schema(schema: &Schema, framing: Framing) -> Result<Vec<u8>> {
    schema.fields().iter().try_for_each(|field| check_writable(field))?;
    let mut builder = FlatBufferBuilder::new();
    let header = IpcSchemaEncoder::new().schema_to_fb_offset(&mut builder, schema);
    let args = MessageArgs {
        version: metadata_version(framing),
        header_type: MessageHeader::Schema,
        header: Some(header.as_union_value()),
        bodyLength: 0,
        custom_metadata: None,
    };
    let message = fb::Message::create(&mut builder, &args);
    fb::finish_message_buffer(&mut builder, message);
    let mut out = Vec::new();
    begin(&mut out, builder.finished_data(), framing, 0)?;
    Ok(out)
}

/// Reads a schema message in either framing.
pub fn decode_schema(message: &[u8]) -> Result<SchemaRef> {
    let envelope = open(message)?;
    let schema = envelope
        .message
        .header_as_schema()
        .ok_or_else(|| Error::corrupt("wanted an Arrow schema, found another Arrow message"))?;
    if schema.endianness() != Endianness::Little {
        return Err(Error::unsupported("the Arrow schema is of a big-endian writer"));
    }
    let fields = schema.fields().map(|fields| fields.iter().map(read_field).collect::<Result<Fields>>()).transpose()?;
    Ok(Arc::new(Schema::new_with_metadata(
        fields.unwrap_or_else(Fields::empty),
        read_metadata(schema.custom_metadata()),
    )))
}

fn read_field(field: fb::Field<'_>) -> Result<Field> {
    let name = field.name().unwrap_or_default();
    if field.dictionary().is_some() {
        return Err(foreign(field, "encoded by a dictionary"));
    }
    Ok(Field::new(name, read_type(field)?, field.nullable()).with_metadata(read_metadata(field.custom_metadata())))
}

fn read_metadata(pairs: Option<Vector<'_, ForwardsUOffset<KeyValue<'_>>>>) -> HashMap<String, String> {
    let pair = |pair: KeyValue<'_>| Some((pair.key()?.to_owned(), pair.value()?.to_owned()));
    pairs.map(|pairs| pairs.iter().filter_map(pair).collect()).unwrap_or_default()
}

fn read_type(field: fb::Field<'_>) -> Result<DataType> {
    let broken = || Error::corrupt(format!("the type of the Arrow field {:?} contradicts itself", name(field)));
    Ok(match field.type_type() {
        Type::Bool => DataType::Boolean,
        Type::Utf8 => DataType::Utf8,
        Type::Binary => DataType::Binary,
        Type::Int => {
            let int = field.type_as_int().ok_or_else(broken)?;
            match (int.bitWidth(), int.is_signed()) {
                (8, true) => DataType::Int8,
                (16, true) => DataType::Int16,
                (32, true) => DataType::Int32,
                (64, true) => DataType::Int64,
                (8 | 16 | 32 | 64, false) => return Err(foreign(field, "an unsigned integer")),
                _ => return Err(broken()),
            }
        }
        Type::FloatingPoint => match field.type_as_floating_point().ok_or_else(broken)?.precision() {
            Precision::SINGLE => DataType::Float32,
            Precision::DOUBLE => DataType::Float64,
            _ => return Err(foreign(field, "a float of half precision")),
        },
        Type::Decimal => {
            let decimal = field.type_as_decimal().ok_or_else(broken)?;
            if decimal.bitWidth() != 128 {
                return Err(foreign(field, "a decimal of another width than 128 bits"));
            }
            match (u8::try_from(decimal.precision()), i8::try_from(decimal.scale())) {
                (Ok(precision @ 1..=38), Ok(scale @ -38..=38)) => DataType::Decimal128(precision, scale),
                _ => return Err(broken()),
            }
        }
        Type::Date => match field.type_as_date().ok_or_else(broken)?.unit() {
            DateUnit::DAY => DataType::Date32,
            DateUnit::MILLISECOND => DataType::Date64,
            _ => return Err(broken()),
        },
        Type::Timestamp => {
            let timestamp = field.type_as_timestamp().ok_or_else(broken)?;
            DataType::Timestamp(read_unit(timestamp.unit()).ok_or_else(broken)?, timestamp.timezone().map(Into::into))
        }
        Type::List => match read_children(field)?.as_slice() {
            [element] => DataType::List(element.clone()),
            _ => return Err(broken()),
        },
        Type::Struct_ => match read_children(field)? {
            members if members.is_empty() => return Err(foreign(field, "a struct without members")),
            members => DataType::Struct(members.into()),
        },
        Type::Map => match read_children(field)?.as_slice() {
            [entries] if is_entries(entries) => DataType::Map(entries.clone(), map_is_sorted(field)),
            _ => return Err(broken()),
        },
        other => return Err(foreign(field, other.variant_name().unwrap_or("of an unknown type"))),
    })
}

fn read_children(field: fb::Field<'_>) -> Result<Vec<FieldRef>> {
    let Some(children) = field.children() else { return Ok(Vec::new()) };
    children.iter().map(|child| read_field(child).map(Arc::new)).collect()
}

fn read_unit(unit: WireUnit) -> Option<TimeUnit> {
    Some(match unit {
        WireUnit::SECOND => TimeUnit::Second,
        WireUnit::MILLISECOND => TimeUnit::Millisecond,
        WireUnit::MICROSECOND => TimeUnit::Microsecond,
        WireUnit::NANOSECOND => TimeUnit::Nanosecond,
        _ => return None,
    })
}

fn map_is_sorted(field: fb::Field<'_>) -> bool {
    field.type_as_map().is_some_and(|map| map.keysSorted())
}

/// Whether this is the child of a map as every reader wants it: entries that are there, of a key that is there and a value.
fn is_entries(entries: &Field) -> bool {
    match entries.data_type() {
        DataType::Struct(members) => {
            !entries.is_nullable() && members.len() == 2 && members.first().is_some_and(|key| !key.is_nullable())
        }
        _ => false,
    }
}

fn name(field: fb::Field<'_>) -> String {
    Shortened(field.name().unwrap_or_default()).to_string()
}

fn foreign(field: fb::Field<'_>, what: &str) -> Error {
    Error::unsupported(format!("the Arrow field {:?} is {what}, which Athena's protocol does not carry", name(field)))
}

/// Fails for a type that the writer of batches does not know.
fn check_writable(field: &Field) -> Result<()> {
    match field.data_type() {
        DataType::List(child) => check_writable(child),
        DataType::Map(entries, _) if is_entries(entries) => check_writable(entries),
        DataType::Struct(members) => members.iter().try_for_each(|member| check_writable(member)),
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Decimal128(..)
        | DataType::Utf8
        | DataType::Binary
        | DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(..) => Ok(()),
        other => Err(Error::unsupported(format!(
            "the column {:?} has the type {other}, which Athena's protocol does not carry",
            field.name()
        ))),
    }
}
