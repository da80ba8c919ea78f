//! Where in rows that have arrived the values of their columns lie.

use connector_core::decode::{Found, Layout, Malformed};

use crate::follower::{Width, first_value, is_null, width};
use crate::packet::{Described, Rest};

/// A row of which some values have been taken.
#[derive(Clone, Copy, Debug)]
struct Row<'r> {
    /// From its beginning on all that has arrived.
    onwards: &'r [u8],
    length: usize,
    /// Where its next value is.
    at: usize,
}

impl<'r> Row<'r> {
    fn new(onwards: &'r [u8], length: usize, columns: usize) -> Self {
        Self { onwards, length, at: first_value(columns) }
    }

    /// Takes the next value, maybe of a row behind this one, which [`Row::is_at_its_end`] tells afterwards.
    #[inline]
    fn value(&mut self, column: usize, width: Option<Width>) -> Result<Option<Found<'r, [u8]>>, Malformed> {
        if is_null(self.onwards, column) {
            return Ok(None);
        }
        let mut rest = Rest(self.onwards.get(self.at..).ok_or(Malformed)?);
        let length = match width.ok_or(Malformed)? {
            Width::Fixed(bytes) => bytes,
            Width::Counted => rest.number().and_then(|length| usize::try_from(length).ok()).ok_or(Malformed)?,
        };
        let cell = rest.0.get(..length).ok_or(Malformed)?;
        self.at = self.onwards.len() - rest.0.len() + length;
        Ok(Some(Found { cell, onwards: rest.0 }))
    }

    fn is_at_its_end(&self) -> bool {
        self.at == self.length
    }
}

/// The bytes of a row's values, in order; NULL is nothing. A row that is cut, or that goes on behind its last value, is malformed.
pub(crate) fn cells_of<'r>(
    row: &'r [u8],
    described: &[Described],
) -> impl Iterator<Item = Result<Option<&'r [u8]>, Malformed>> {
    let columns = described.len();
    let mut row = Row::new(row, row.len(), columns);
    described.iter().enumerate().map(move |(column, described)| {
        let cell = row.value(column, width(described.kind))?.map(|found| found.cell);
        if column + 1 < columns || row.is_at_its_end() { Ok(cell) } else { Err(Malformed) }
    })
}

/// Rows as they have arrived. Their values are found a column at a time: the place of a row's next value follows from the length of
/// this one, and while the processor waits for that it can look at other rows.
pub(super) struct InRows;

/// Such rows, and what their next value is.
pub(super) struct Rows<'r> {
    arrived: Vec<Row<'r>>,
    described: &'r [Described],
    column: usize,
}

impl<'r> Rows<'r> {
    /// Rows, each of which begins its bytes and is so long.
    pub(super) fn new(rows: &[(&'r [u8], usize)], described: &'r [Described]) -> Self {
        let arrived = rows.iter().map(|(onwards, length)| Row::new(onwards, *length, described.len())).collect();
        Self { arrived, described, column: 0 }
    }
}

impl Layout<[u8]> for InRows {
    type Rows<'r> = Rows<'r>;

    #[inline]
    fn column<'r>(rows: &mut Self::Rows<'r>) -> impl Iterator<Item = Result<Option<Found<'r, [u8]>>, Malformed>> {
        let column = rows.column;
        let width = rows.described.get(column).and_then(|described| width(described.kind));
        rows.column += 1;
        rows.arrived.iter_mut().map(move |row| row.value(column, width))
    }

    fn goes_on(rows: &Self::Rows<'_>) -> Option<usize> {
        rows.arrived.iter().position(|row| !row.is_at_its_end())
    }
}
