//! How rows hold their cells, and which of them are NULL.

use std::convert::Infallible;
use std::iter;

use arrow_buffer::NullBufferBuilder;

/// How many rows are decoded together, column by column, at most. `lineitem` of TPC-H, scale 1, from PostgreSQL took 2.9 CPU seconds
/// so, 3.7 row by row, and 3.0 with 256; three million rows from SQL Server's replay 1.0, and 1.4 value by value. Both were measured
/// with earlier decoders, and other numbers not again.
pub const RUN: usize = 64;

/// How rows hold their cells, each a `C`. What finds a cell is compiled into the loop of every kind of column.
pub trait Layout<C: ?Sized + 'static>: 'static {
    /// Rows that follow one another, [`RUN`] at most, from which columns are taken in their order.
    type Rows<'r>;

    /// The next column's cells, `None` being NULL.
    fn column<'r>(rows: &mut Self::Rows<'r>) -> impl Iterator<Item = Result<Option<Found<'r, C>>, Malformed>>;

    /// The place of a row that goes on behind the columns that were taken.
    fn goes_on(_rows: &Self::Rows<'_>) -> Option<usize> {
        None
    }
}

/// A cell.
#[derive(Debug)]
pub struct Found<'r, C: ?Sized> {
    /// It alone.
    pub cell: &'r C,
    /// From its first byte on whatever has arrived, if it is there: it can be copied together with what is behind it, in a piece of
    /// a fixed size, which is cheaper than one of exactly its own.
    pub onwards: &'r [u8],
}

/// The bytes of a row are not what the protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// No layout: cells come one by one.
pub struct Apart;

impl<C: ?Sized + 'static> Layout<C> for Apart {
    type Rows<'r> = Infallible;

    fn column<'r>(rows: &mut Self::Rows<'r>) -> impl Iterator<Item = Result<Option<Found<'r, C>>, Malformed>> {
        iter::from_fn(|| match *rows {})
    }
}

/// Rows whose cells lie in one piece of what has arrived.
pub struct InPiece;

/// Where a cell lies in such a piece.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    start: usize,
    /// Larger than any piece, if the cell is NULL.
    length: usize,
}

impl Place {
    /// NULL's.
    pub const NULL: Self = Self { start: 0, length: usize::MAX };

    /// From `start` on, so many bytes.
    pub fn new(start: usize, length: usize) -> Self {
        Self { start, length }
    }

    /// The cell; nothing if it is NULL.
    #[inline]
    pub fn find(self, piece: &[u8]) -> Result<Option<Found<'_, [u8]>>, Malformed> {
        if self.length == usize::MAX {
            return Ok(None);
        }
        let onwards = piece.get(self.start..).ok_or(Malformed)?;
        let cell = onwards.get(..self.length).ok_or(Malformed)?;
        Ok(Some(Found { cell, onwards }))
    }
}

/// The cells of such rows, row by row.
pub struct Places<'r> {
    piece: &'r [u8],
    cells: &'r [Place],
    width: usize,
    column: usize,
}

impl<'r> Places<'r> {
    /// Rows of `width` cells each, one at least, one row after the other.
    pub fn new(piece: &'r [u8], cells: &'r [Place], width: usize) -> Self {
        Self { piece, cells, width, column: 0 }
    }
}

impl Layout<[u8]> for InPiece {
    type Rows<'r> = Places<'r>;

    fn column<'r>(rows: &mut Self::Rows<'r>) -> impl Iterator<Item = Result<Option<Found<'r, [u8]>>, Malformed>> {
        let (column, piece) = (rows.column, rows.piece);
        rows.column += 1;
        rows.cells.chunks_exact(rows.width).map(move |row| row.get(column).ok_or(Malformed)?.find(piece))
    }
}

/// Which of a few cells that follow one another, [`RUN`] at most, are NULL.
#[derive(Default)]
pub(super) struct Absent {
    /// One bit a cell, the first one lowest.
    bits: u64,
}

impl Absent {
    /// The cell at this place is.
    #[cold]
    pub(super) fn add(&mut self, place: usize) {
        self.bits |= 1 << place;
    }

    /// Appends so many cells, all at once where none is NULL.
    pub(super) fn append_to(self, nulls: &mut NullBufferBuilder, cells: usize) {
        if self.bits == 0 {
            nulls.append_n_non_nulls(cells);
        } else {
            (0..cells).for_each(|cell| nulls.append(self.bits >> cell & 1 == 0));
        }
    }
}
