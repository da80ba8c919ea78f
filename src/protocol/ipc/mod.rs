//! Bare Arrow messages: one schema or one batch, nothing before and nothing after. Not a stream and not a file.
//!
//! Nothing that comes in is believed: every length, count, offset and string is checked before an array is made of it.

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_schema::{Schema, SchemaRef};
use connector_core::{Error, Result};

use super::Framing;

/// Writes a schema message.
pub fn encode_schema(schema: &Schema, framing: Framing) -> Result<Vec<u8>> {
    let _ = (schema, framing);
    Err(Error::internal("not built yet"))
}

/// Reads a schema message in either framing.
pub fn decode_schema(message: &[u8]) -> Result<SchemaRef> {
    let _ = message;
    Err(Error::internal("not built yet"))
}

/// Writes a batch message into one buffer; no rows are no bytes, and rows without columns get a body of eight zeros.
pub fn encode_batch(batch: &RecordBatch, framing: Framing) -> Result<Vec<u8>> {
    let _ = (batch, framing);
    Err(Error::internal("not built yet"))
}

/// Reads a batch message in either framing; no bytes are no rows.
pub fn decode_batch(message: &[u8], schema: SchemaRef) -> Result<RecordBatch> {
    let _ = (message, schema);
    Err(Error::internal("not built yet"))
}

/// Reads a batch message whose arrays stay in the given buffer, without a copy where alignment allows.
pub fn decode_batch_in(message: &Buffer, schema: SchemaRef) -> Result<RecordBatch> {
    let _ = (message, schema);
    Err(Error::internal("not built yet"))
}
