//! Memory that is used for one batch after the other.

use arrow_buffer::{ArrowNativeType, Buffer};

/// What is larger is not kept: a batch of a few huge values may be the only one.
const KEPT: usize = 8 << 20;

/// The memory of a column of the last batch. Whoever reads batches drops one before the next, as a rule; memory that is asked for anew
/// each time is new pages, which the system fills with zeros before they are written: 65 of 170 ns a row of `lineitem` of TPC-H.
#[derive(Default)]
pub(super) struct Lent {
    buffer: Option<Buffer>,
    /// How many values it held.
    len: usize,
}

impl Lent {
    /// The values as a buffer.
    pub(super) fn lend<T: ArrowNativeType>(&mut self, values: Vec<T>) -> Buffer {
        let kept = values.capacity().saturating_mul(size_of::<T>()) <= KEPT;
        self.len = values.len();
        let buffer = Buffer::from_vec(values);
        self.buffer = kept.then(|| buffer.clone());
        buffer
    }

    /// An empty vector with room for as many values as the last had: the same memory, if nobody holds it any more.
    pub(super) fn again<T: ArrowNativeType>(&mut self) -> Vec<T> {
        match self.buffer.take().map(Buffer::into_vec) {
            Some(Ok(mut values)) => {
                values.clear();
                values
            }
            _ => Vec::with_capacity(self.len),
        }
    }
}
