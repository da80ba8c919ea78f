//! Batch messages, written: buffers are cut to what the rows use, null counts are exact, and each buffer is copied once.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_buffer::{Buffer, OffsetBuffer};
use arrow_ipc::{self as fb, Buffer as Place, FieldNode, MessageArgs, MessageHeader, RecordBatchArgs};
use arrow_schema::DataType;
use connector_core::{Error, ErrorKind, Result};
use flatbuffers::FlatBufferBuilder;

use super::message::{begin, metadata_version, padded};
use crate::protocol::Framing;

/// A body that holds nothing, because AWS's reader throws where there is none.
const NO_COLUMNS: usize = 8;

/// A batch message: no rows are no bytes, and rows without columns get a body of eight zeros.
pub fn encode_batch(batch: &RecordBatch, framing: Framing) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write_batch(&mut out, batch, framing)?;
    Ok(out)
}

/// Writes a batch message into a buffer that is empty, and may have been used before.
pub fn write_batch(out: &mut Vec<u8>, batch: &RecordBatch, framing: Framing) -> Result<()> {
    if batch.num_rows() == 0 {
        return Ok(());
    }
    let mut body = Body::default();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        body.array(column.as_ref()).map_err(|error| error.context(format!("writing the column {:?}", field.name())))?;
    }
    if body.length == 0 {
        body.length = NO_COLUMNS;
    }
    body.write(out, batch.num_rows(), framing)
}

#[derive(Default)]
struct Body {
    nodes: Vec<FieldNode>,
    places: Vec<Place>,
    buffers: Vec<Buffer>,
    length: usize,
}

impl Body {
    fn array(&mut self, array: &dyn Array) -> Result<()> {
        self.nodes.push(FieldNode::new(length(array.len())?, length(array.null_count())?));
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            Some(nulls) => self.buffer(nulls.inner().sliced())?,
            None => self.buffer(Buffer::default())?,
        }
        match array.data_type() {
            DataType::Boolean => self.buffer(array.as_boolean().values().sliced()),
            DataType::Utf8 => self.bytes(array.as_string::<i32>().offsets(), array.as_string::<i32>().values()),
            DataType::Binary => self.bytes(array.as_binary::<i32>().offsets(), array.as_binary::<i32>().values()),
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                let (start, count) = self.offsets(list.offsets())?;
                self.array(list.values().slice(start, count).as_ref())
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let (start, count) = self.offsets(map.offsets())?;
                self.array(&map.entries().slice(start, count))
            }
            DataType::Struct(_) => {
                array.as_struct().columns().iter().try_for_each(|member| self.array(member.as_ref()))
            }
            _ => self.buffer(fixed_width(array)?),
        }
    }

    fn bytes(&mut self, offsets: &OffsetBuffer<i32>, values: &Buffer) -> Result<()> {
        let (start, count) = self.offsets(offsets)?;
        self.buffer(values.slice_with_length(start, count))
    }

    /// Puts offsets in that start at 0, and tells which part of the values they are about.
    fn offsets(&mut self, offsets: &OffsetBuffer<i32>) -> Result<(usize, usize)> {
        let (first, last) = (at(offsets.first())?, at(offsets.last())?);
        let start = offsets.first().copied().unwrap_or_default();
        let buffer = if start == 0 {
            offsets.inner().inner().slice_with_length(0, size_of_val::<[i32]>(offsets))
        } else {
            offsets.iter().map(|offset| offset - start).collect()
        };
        self.buffer(buffer)?;
        Ok((first, last - first))
    }

    fn buffer(&mut self, buffer: Buffer) -> Result<()> {
        self.places.push(Place::new(length(self.length)?, length(buffer.len())?));
        self.length += padded(buffer.len());
        self.buffers.push(buffer);
        Ok(())
    }

    fn write(&self, out: &mut Vec<u8>, rows: usize, framing: Framing) -> Result<()> {
        begin(out, &self.metadata(rows, framing)?, framing, self.length)?;
        let end = out.len() + self.length;
        for buffer in &self.buffers {
            out.extend_from_slice(buffer);
            out.resize(padded(out.len()), 0);
        }
        out.resize(end, 0);
        Ok(())
    }

    fn metadata(&self, rows: usize, framing: Framing) -> Result<Vec<u8>> {
        let mut builder = FlatBufferBuilder::new();
        let args = RecordBatchArgs {
            length: length(rows)?,
            nodes: Some(builder.create_vector(&self.nodes)),
            buffers: Some(builder.create_vector(&self.places)),
            compression: None,
            variadicBufferCounts: None,
        };
        let header = fb::RecordBatch::create(&mut builder, &args);
        let args = MessageArgs {
            version: metadata_version(framing),
            header_type: MessageHeader::RecordBatch,
            header: Some(header.as_union_value()),
            bodyLength: length(self.length)?,
            custom_metadata: None,
        };
        let message = fb::Message::create(&mut builder, &args);
        fb::finish_message_buffer(&mut builder, message);
        Ok(builder.finished_data().to_vec())
    }
}

/// The values of a fixed-width array, cut to its rows.
fn fixed_width(array: &dyn Array) -> Result<Buffer> {
    arrow_array::downcast_primitive_array!(
        array => Ok(array.values().inner().clone()),
        other => Err(Error::unsupported(format!("the type {other} is not one that Athena's protocol carries"))),
    )
}

fn at(offset: Option<&i32>) -> Result<usize> {
    offset.and_then(|offset| usize::try_from(*offset).ok()).ok_or_else(|| Error::internal("an array without offsets"))
}

/// Java counts rows and bytes in 31 bits.
fn length(length: usize) -> Result<i64> {
    i32::try_from(length)
        .map(i64::from)
        .map_err(|_| Error::new(ErrorKind::TooLarge, "a batch holds more rows or bytes than a reader can count"))
}
