//! Batch messages, read: the arrays stay in the message's own buffer, once everything about them has been checked.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, ListArray, MapArray, PrimitiveArray, RecordBatch, RecordBatchOptions,
    StringArray, StructArray,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::{Buffer as Place, FieldNode};
use arrow_schema::{ArrowError, DataType, Fields, SchemaRef, TimeUnit};
use connector_core::{Error, Result};
use flatbuffers::VectorIter;

use super::message::open;

/// Reads a batch message in either framing; no bytes are no rows.
pub fn decode_batch(message: &[u8], schema: SchemaRef) -> Result<RecordBatch> {
    decode_batch_in(&Buffer::from(message), schema)
}

/// Reads a batch message whose arrays stay in the given buffer, without a copy where alignment allows.
pub fn decode_batch_in(message: &Buffer, schema: SchemaRef) -> Result<RecordBatch> {
    if message.is_empty() {
        return Ok(RecordBatch::new_empty(schema));
    }
    let envelope = open(message)?;
    let batch = envelope
        .message
        .header_as_record_batch()
        .ok_or_else(|| Error::corrupt("wanted an Arrow record batch, found another Arrow message"))?;
    if batch.compression().is_some() {
        return Err(Error::unsupported("the Arrow record batch is compressed, which Athena's protocol does not carry"));
    }
    let rows = count(batch.length()).ok_or_else(|| Error::corrupt("the Arrow record batch has a wrong row count"))?;
    let body = message.slice_with_length(envelope.body.start, envelope.body.len());
    let mut parts = Parts {
        nodes: batch.nodes().map(|nodes| nodes.iter()),
        places: batch.buffers().map(|places| places.iter()),
        body,
    };
    let columns: Result<Vec<ArrayRef>> = schema
        .fields()
        .iter()
        .map(|field| {
            let column = parts.array(field.data_type(), Some(rows));
            column.map_err(|error| error.context(format!("reading the column {:?}", field.name())))
        })
        .collect();
    let columns = columns?;
    if !parts.is_finished() {
        return Err(Error::corrupt("the Arrow record batch holds more arrays than its schema has columns"));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema, columns, &options)
        .map_err(|error| Error::corrupt("the Arrow record batch does not fit its schema").with_source(error))
}

/// What is left of a batch: nodes and buffers in the order of the schema, parents before children.
struct Parts<'m> {
    nodes: Option<VectorIter<'m, FieldNode>>,
    places: Option<VectorIter<'m, Place>>,
    body: Buffer,
}

/// An array's length and validity, as claimed.
struct Node {
    length: usize,
    nulls: usize,
    validity: Buffer,
}

impl Parts<'_> {
    fn is_finished(&mut self) -> bool {
        self.nodes.as_mut().and_then(Iterator::next).is_none()
            && self.places.as_mut().and_then(Iterator::next).is_none()
    }

    fn array(&mut self, data_type: &DataType, length: Option<usize>) -> Result<ArrayRef> {
        let node = self.node(length)?;
        match data_type {
            DataType::Boolean => self.booleans(&node),
            DataType::Int8 => self.primitive::<Int8Type>(&node, data_type),
            DataType::Int16 => self.primitive::<Int16Type>(&node, data_type),
            DataType::Int32 => self.primitive::<Int32Type>(&node, data_type),
            DataType::Int64 => self.primitive::<Int64Type>(&node, data_type),
            DataType::Float32 => self.primitive::<Float32Type>(&node, data_type),
            DataType::Float64 => self.primitive::<Float64Type>(&node, data_type),
            DataType::Date32 => self.primitive::<Date32Type>(&node, data_type),
            DataType::Date64 => self.primitive::<Date64Type>(&node, data_type),
            DataType::Decimal128(precision, _) => {
                let decimals = self.primitive::<Decimal128Type>(&node, data_type)?;
                let fits = decimals.as_primitive::<Decimal128Type>().validate_decimal_precision(*precision);
                fits.map_err(|_| Error::corrupt(format!("a number has more than the {precision} digits of its type")))?;
                Ok(decimals)
            }
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => self.primitive::<TimestampSecondType>(&node, data_type),
                TimeUnit::Millisecond => self.primitive::<TimestampMillisecondType>(&node, data_type),
                TimeUnit::Microsecond => self.primitive::<TimestampMicrosecondType>(&node, data_type),
                TimeUnit::Nanosecond => self.primitive::<TimestampNanosecondType>(&node, data_type),
            },
            DataType::Utf8 => {
                let (offsets, values) = self.bytes(&node)?;
                StringArray::try_new(offsets, values, node.nulls()?).map(into_array).map_err(unfit)
            }
            DataType::Binary => {
                let (offsets, values) = self.bytes(&node)?;
                BinaryArray::try_new(offsets, values, node.nulls()?).map(into_array).map_err(unfit)
            }
            DataType::List(element) => {
                let offsets = self.offsets(&node)?;
                let values = self.array(element.data_type(), None)?;
                ListArray::try_new(element.clone(), offsets, values, node.nulls()?).map(into_array).map_err(unfit)
            }
            DataType::Struct(members) => self.members(&node, members).map(into_array),
            DataType::Map(field, ordered) => {
                let DataType::Struct(members) = field.data_type() else {
                    return Err(Error::corrupt("a map is not of entries"));
                };
                let offsets = self.offsets(&node)?;
                let inner = self.node(None)?;
                let entries = self.members(&inner, members)?;
                let map = MapArray::try_new(field.clone(), offsets, entries, node.nulls()?, *ordered);
                map.map(into_array).map_err(unfit)
            }
            other => Err(Error::unsupported(format!("the type {other} is not one that Athena's protocol carries"))),
        }
    }

    fn booleans(&mut self, node: &Node) -> Result<ArrayRef> {
        let bits = self.buffer(Some(node.length.div_ceil(8)))?;
        let values = BooleanBuffer::new(bits, 0, node.length);
        Ok(Arc::new(BooleanArray::new(values, node.nulls()?)))
    }

    fn primitive<T: ArrowPrimitiveType>(&mut self, node: &Node, data_type: &DataType) -> Result<ArrayRef> {
        let values = self.scalars::<T::Native>(node.length)?;
        let array = PrimitiveArray::<T>::try_new(values, node.nulls()?).map_err(unfit)?;
        Ok(Arc::new(array.with_data_type(data_type.clone())))
    }

    fn bytes(&mut self, node: &Node) -> Result<(OffsetBuffer<i32>, Buffer)> {
        let offsets = self.offsets(node)?;
        let end = offsets.last().and_then(|end| usize::try_from(*end).ok());
        let values = self.buffer(end)?;
        // What lies behind the last value is nobody's, so it need not be text.
        Ok((offsets, values.slice_with_length(0, end.unwrap_or(0))))
    }

    fn members(&mut self, node: &Node, members: &Fields) -> Result<StructArray> {
        let columns = members.iter().map(|member| self.array(member.data_type(), Some(node.length)));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        StructArray::try_new(members.clone(), columns, node.nulls()?).map_err(unfit)
    }

    /// Offsets that start at 0 or later and never fall; an array of no rows may have none.
    fn offsets(&mut self, node: &Node) -> Result<OffsetBuffer<i32>> {
        if node.length == 0 {
            self.buffer(None)?;
            return Ok(OffsetBuffer::new_empty());
        }
        let offsets = self.scalars::<i32>(node.length + 1)?;
        let rises = offsets.windows(2).all(|pair| pair.first() <= pair.last());
        if !rises || offsets.first().is_none_or(|first| *first < 0) {
            return Err(Error::corrupt("the offsets of an array are out of order"));
        }
        Ok(OffsetBuffer::new(offsets))
    }

    fn scalars<N: ArrowNativeType>(&mut self, count: usize) -> Result<ScalarBuffer<N>> {
        let buffer = self.buffer(count.checked_mul(size_of::<N>()))?;
        // Messages align to 8 bytes at best, where a decimal wants 16.
        let aligned = buffer.as_ptr().align_offset(align_of::<N>()) == 0;
        Ok(ScalarBuffer::new(if aligned { buffer } else { Buffer::from(buffer.as_slice()) }, 0, count))
    }

    fn node(&mut self, length: Option<usize>) -> Result<Node> {
        let node = self.nodes.as_mut().and_then(Iterator::next).ok_or_else(|| Error::corrupt("an array is missing"))?;
        match (count(node.length()), count(node.null_count())) {
            (Some(own), Some(nulls)) if nulls <= own && length.is_none_or(|length| length == own) => {
                Ok(Node { length: own, nulls, validity: self.buffer(None)? })
            }
            _ => Err(Error::corrupt("an array has another length than its batch, or more NULLs than rows")),
        }
    }

    /// The next buffer, which must be in the body and of at least the given length.
    fn buffer(&mut self, least: Option<usize>) -> Result<Buffer> {
        let place =
            self.places.as_mut().and_then(Iterator::next).ok_or_else(|| Error::corrupt("a buffer is missing"))?;
        let (offset, length) = (usize::try_from(place.offset()), usize::try_from(place.length()));
        let (Ok(offset), Ok(length)) = (offset, length) else {
            return Err(Error::corrupt("a buffer lies before the body of its message"));
        };
        if least.is_some_and(|least| length < least) {
            return Err(Error::corrupt("a buffer is too short for its rows"));
        }
        match offset.checked_add(length) {
            _ if length == 0 => Ok(Buffer::default()),
            Some(end) if end <= self.body.len() => Ok(self.body.slice_with_length(offset, length)),
            _ => Err(Error::corrupt("a buffer lies beyond the body of its message")),
        }
    }
}

impl Node {
    /// Which rows are NULL. A bitmap may be left out where none is or all are; where there is one, the count must be its own.
    fn nulls(&self) -> Result<Option<NullBuffer>> {
        if self.validity.is_empty() {
            return match self.nulls {
                0 => Ok(None),
                nulls if nulls == self.length => Ok(Some(NullBuffer::new_null(nulls))),
                _ => Err(Error::corrupt("an array does not say which of its rows are NULL")),
            };
        }
        if self.validity.len() < self.length.div_ceil(8) {
            return Err(Error::corrupt("a buffer is too short for its rows"));
        }
        let nulls = NullBuffer::new(BooleanBuffer::new(self.validity.clone(), 0, self.length));
        if nulls.null_count() != self.nulls {
            return Err(Error::corrupt("an array has another number of NULLs than it says"));
        }
        Ok((self.nulls > 0).then_some(nulls))
    }
}

/// A count as Java can hold it.
fn count(number: i64) -> Option<usize> {
    i32::try_from(number).ok().and_then(|number| usize::try_from(number).ok())
}

fn into_array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn unfit(error: ArrowError) -> Error {
    Error::corrupt(format!("an array does not keep its own promise: {error}")).with_source(error)
}
