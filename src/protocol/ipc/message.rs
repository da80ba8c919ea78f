//! The envelope of a message: prefix, flatbuffer, body.

use arrow_ipc::{Message, MetadataVersion, root_as_message_with_opts};
use connector_core::{Error, ErrorKind, Result};
use flatbuffers::VerifierOptions;

use crate::protocol::Framing;

const CONTINUATION: [u8; 4] = [0xff; 4];
const ALIGNMENT: usize = 8;
/// What sealing appends finds room without moving the message.
const TAG: usize = 16;
/// The share of a message that the next one in the same buffer may be larger without moving it.
const SPARE: usize = 16;

/// A message as it came: its verified metadata, and where its body lies.
pub(super) struct Envelope<'m> {
    pub message: Message<'m>,
    pub body: std::ops::Range<usize>,
}

/// Finds metadata and body in either framing; what follows the body is not looked at.
pub(super) fn open(bytes: &[u8]) -> Result<Envelope<'_>> {
    let prefix = if bytes.starts_with(&CONTINUATION) { CONTINUATION.len() } else { 0 };
    let start = prefix + size_of::<i32>();
    let length = bytes.get(prefix..start).and_then(|word| word.try_into().ok()).map(i32::from_le_bytes);
    let length = length.and_then(|length| usize::try_from(length).ok()).filter(|length| *length > 0);
    let end = length.and_then(|length| start.checked_add(length));
    let metadata = end.and_then(|end| bytes.get(start..end));
    let (Some(end), Some(metadata)) = (end, metadata) else {
        return Err(Error::corrupt("the Arrow message is shorter than it says, or not one at all"));
    };
    let message = root_as_message_with_opts(&limits(metadata), metadata)
        .map_err(|_| Error::corrupt("the metadata of the Arrow message is broken"))?;
    if message.version() != MetadataVersion::V4 && message.version() != MetadataVersion::V5 {
        return Err(Error::unsupported("the Arrow message is of a metadata version other than 4 and 5"));
    }
    let body_end = usize::try_from(message.bodyLength()).ok().and_then(|length| end.checked_add(length));
    match body_end {
        Some(body_end) if body_end <= bytes.len() => Ok(Envelope { message, body: end..body_end }),
        _ => Err(Error::corrupt("the body of the Arrow message is shorter than it says")),
    }
}

/// Tables of a flatbuffer may share their parts, so that a small message could unfold into a huge one.
fn limits(metadata: &[u8]) -> VerifierOptions {
    let smallest_table = 4;
    let sharing = 16;
    VerifierOptions {
        max_tables: metadata.len() / smallest_table,
        max_apparent_size: metadata.len().saturating_mul(sharing),
        ..VerifierOptions::default()
    }
}

/// Puts the prefix and the metadata into an empty buffer, and makes room for a body of the given length.
pub(super) fn begin(out: &mut Vec<u8>, metadata: &[u8], framing: Framing, body: usize) -> Result<()> {
    let prefix = match framing {
        Framing::Modern => CONTINUATION.len() + size_of::<i32>(),
        Framing::Legacy => size_of::<i32>(),
    };
    let start = (prefix + metadata.len()).next_multiple_of(ALIGNMENT);
    let length = i32::try_from(start - prefix)
        .map_err(|_| Error::new(ErrorKind::TooLarge, "a schema is too large to be sent"))?;
    let room = start + body;
    out.reserve_exact(room + room / SPARE + TAG);
    if framing == Framing::Modern {
        out.extend_from_slice(&CONTINUATION);
    }
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(metadata);
    out.resize(start, 0);
    Ok(())
}

pub(super) fn padded(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

pub(super) fn metadata_version(framing: Framing) -> MetadataVersion {
    match framing {
        Framing::Modern => MetadataVersion::V5,
        Framing::Legacy => MetadataVersion::V4,
    }
}
