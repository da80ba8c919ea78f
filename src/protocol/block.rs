//! Schemas and batches in Athena's envelope: base64 of bare Arrow messages. What is inside those is [`super::ipc`]'s business.

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_schema::{Schema, SchemaRef};
use connector_core::{Error, Result};

use super::json::{Cursor, Writer};
use super::{Framing, ipc};

/// Opaque to every reader; AWS's own is the id of a Java allocator.
const ALLOCATOR: &str = "glaux";

/// Reads blocks; constraints hold thousands of one schema, so the last one is remembered.
#[derive(Default)]
pub(super) struct BlockReader {
    last: Option<(String, SchemaRef)>,
}

impl BlockReader {
    pub(super) fn read(&mut self, cursor: Cursor<'_, '_>) -> Result<RecordBatch> {
        let block = cursor.object()?;
        let schema = block.field("schema", |field| self.schema(field))?;
        block.field("records", |field| {
            let message = Buffer::from_vec(field.bytes()?);
            ipc::decode_batch_in(&message, schema).map_err(|error| field.locate(error))
        })
    }

    fn schema(&mut self, field: Cursor<'_, '_>) -> Result<SchemaRef> {
        let text = field.borrowed_text()?;
        if let Some((known, schema)) = &self.last
            && known == text
        {
            return Ok(schema.clone());
        }
        let schema = read_schema(field)?;
        self.last = Some((text.to_owned(), schema.clone()));
        Ok(schema)
    }
}

pub(super) fn read_block(cursor: Cursor<'_, '_>) -> Result<RecordBatch> {
    BlockReader::default().read(cursor)
}

pub(super) fn read_schema(cursor: Cursor<'_, '_>) -> Result<SchemaRef> {
    if cursor.is_object() {
        return Err(cursor.locate(first_serde()));
    }
    ipc::decode_schema(&cursor.bytes()?).map_err(|error| cursor.locate(error))
}

pub(super) fn write_block(writer: &mut Writer, batch: &RecordBatch, framing: Framing) -> Result<()> {
    let schema = ipc::encode_schema(batch.schema_ref(), framing)?;
    write_parts(writer, &schema, &ipc::encode_batch(batch, framing)?)
}

pub(super) fn write_parts(writer: &mut Writer, schema: &[u8], batch: &[u8]) -> Result<()> {
    writer.object(|writer| {
        writer.name("aId")?.text(ALLOCATOR)?;
        writer.name("schema")?.bytes(schema)?;
        writer.name("records")?.bytes(batch)
    })
}

pub(super) fn write_schema(writer: &mut Writer, schema: &Schema, framing: Framing) -> Result<()> {
    writer.bytes(&ipc::encode_schema(schema, framing)?)
}

/// The refusal of the preview's form of messages, which a function is sent if its ping announces no version.
pub(super) fn first_serde() -> Error {
    Error::unsupported("this message has the form of serde version 1, which is not spoken here")
        .hint("let the ping announce a serDeVersion of 2 to 6, and send messages of that version")
}
