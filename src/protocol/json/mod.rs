//! JSON as this protocol needs it: a lenient reader that knows where it is, and a writer that keeps the order it is given.

mod node;
mod read;
mod write;

pub use read::{Cursor, Object, Shortened, parse};
pub use write::Writer;
