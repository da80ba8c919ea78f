//! The few messages of Protocol Buffers that Flight SQL leaves to its server to pack: two fields and one number are no reason to
//! depend on a library.

use arrow_flight::sql::ProstMessageExt;

/// A command in its `Any`, as tickets carry it.
pub(super) fn any(command: &impl ProstMessageExt) -> Vec<u8> {
    let any = command.as_any();
    let mut bytes = Vec::new();
    field(&mut bytes, 1, any.type_url.as_bytes());
    field(&mut bytes, 2, &any.value);
    bytes
}

/// A message whose first and only field is this number, below 128.
pub(super) fn number(value: u8) -> Vec<u8> {
    vec![1 << 3, value]
}

/// A field of so many bytes: its number and wire type 2, how many, and they themselves.
fn field(bytes: &mut Vec<u8>, number: u8, value: &[u8]) {
    bytes.push(number << 3 | 2);
    let mut length = value.len();
    while let [low @ 128..=255, ..] = length.to_le_bytes() {
        bytes.push(low);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend(value);
}
