//! From the cells of rows into Arrow batches: one set of buffers a column, chosen once, nothing allocated a cell.
//!
//! Which buffers a column gets, and what a cell's bytes or value mean, is the engine's to say, by functions that are compiled
//! into the buffers. Not here: where rows come from.

mod batch;
mod cells;
mod fault;
mod layout;
mod lent;
mod varied;

pub use batch::{Batcher, Room};
pub use cells::{Bits, Cells, Fixed, Nulls};
pub use fault::{Fault, changed};
pub use layout::{Apart, Found, InPiece, Layout, Malformed, Place, Places, RUN};
pub use varied::{Copied, Varied, append, bytes_of, first_offset, offset, whole, within};
