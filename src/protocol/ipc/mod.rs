//! Bare Arrow messages: one schema or one batch, nothing before and nothing after. Not a stream and not a file.
//!
//! Nothing that comes in is believed: every length, count, offset and string is checked before an array is made of it, and
//! nothing is allocated that the message's own bytes do not back. `arrow-ipc` reads the metadata (through its verifier) but
//! not the arrays: its reader panics on a buffer out of bounds and takes a bitmap for absent where the count says 0 nulls.
//! The writer is ours too, so that a body is copied once, from the arrays into the message.

mod decode;
mod encode;
mod message;
mod schema;

pub use decode::{decode_batch, decode_batch_in};
pub use encode::{encode_batch, write_batch};
pub use schema::{decode_schema, encode_schema};
