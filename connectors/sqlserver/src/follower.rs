//! Finds the values in what has arrived of rows, and goes on where it stopped when more has.
//!
//! Rows that lie in the buffer as a whole are handed on together, in place, and so is each value of another row. One that comes in
//! pieces is gathered, in room that is used again, and refused as soon as it is larger than is read at all. Not here: what a
//! value's bytes mean (`decode`).

use connector_core::decode::{Fault, Malformed, Place, Room};
use connector_core::{Error, Result};

use crate::packet::Rest;
use crate::token::{Described, Framing, first};

/// Whoever takes the values of rows.
pub(crate) trait Sink {
    /// What rows it takes together, unless it has every value come by itself.
    fn room(&self) -> Room {
        Room::new(0, 0)
    }

    /// Values of rows, `width` of each, one row after the other, and what they lie in.
    fn rows(&mut self, _arrived: &[u8], _cells: &[Place], _width: usize) -> Result<()> {
        Err(Error::internal("rows come together to what has no room for them"))
    }

    /// A value of the row, or NULL.
    fn cell(&mut self, column: usize, cell: Option<&[u8]>) -> Result<()>;

    /// The row is over.
    fn end_row(&mut self);

    /// Whether no more rows are wanted for now.
    fn is_full(&self) -> bool;

    /// The error about a value of the row.
    fn fault(&self, column: usize, fault: &Fault) -> Error;
}

/// Why it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// More must arrive.
    More,
    /// The sink is full.
    Full,
    /// Something else than a row follows.
    Token,
}

/// Room for a large value that is kept for the next one.
const KEPT: usize = 4 << 20;

/// How many bytes of text one byte may become, be it of a code page, of UTF-16 or of a number.
const GROWTH: usize = 3;

/// Where in a row we are.
pub(crate) struct Follower {
    columns: Vec<Column>,
    /// The largest value that is read at all.
    max_cell_bytes: usize,
    /// The next column, if a row has begun.
    column: Option<usize>,
    /// A bit a column, set where the row has NULL; empty where the values themselves say so.
    nulls: Vec<u8>,
    /// A value of which only a part has arrived.
    unfinished: Option<Unfinished>,
    gathered: Vec<u8>,
    /// Where the values of rows lie that are handed on together.
    places: Vec<Place>,
}

/// How a column's values are found, and how long the last one was.
///
/// A value lies behind all others of its row, so that to find it is to wait for one length after the other. But most columns' values
/// are of one length: with the last one's, which it has, the processor goes on, while it looks whether the same is told again. The
/// replay of TPC-H's `lineitem` took 2.6 % less CPU so (25 pairs).
struct Column {
    framing: Framing,
    /// What was told in front of it, if that is of a frequent kind.
    told: u16,
    /// The length that this means.
    length: usize,
    is_null: bool,
}

#[derive(Clone, Copy, Debug)]
struct Unfinished {
    /// How much of the piece is still to come.
    left: usize,
    has_more_pieces: bool,
    /// What all pieces together have, if that was told.
    total: Option<u64>,
}

enum Found<'a> {
    Null,
    /// A value, and how much has arrived behind it.
    Value(&'a [u8], usize),
    Large(Unfinished),
    Malformed,
}

impl Follower {
    pub(crate) fn new(described: impl IntoIterator<Item = Described>, max_cell_bytes: usize) -> Self {
        let columns = described.into_iter().map(|described| Column::new(described.framing())).collect();
        let (column, nulls, unfinished, gathered, places) = (None, Vec::new(), None, Vec::new(), Vec::new());
        Self { columns, max_cell_bytes, column, nulls, unfinished, gathered, places }
    }

    /// Whether a row has begun that is not over.
    pub(crate) fn is_within(&self) -> bool {
        self.column.is_some()
    }

    /// Hands on the values of as many rows as have arrived and are wanted, and tells how much of it has been read.
    pub(crate) fn follow(&mut self, arrived: &[u8], sink: &mut impl Sink) -> Result<(usize, Step)> {
        let mut rest = Rest(arrived);
        let step = loop {
            if self.column.is_none() {
                let (rows, behind) = self.together(rest.0, sink.room());
                if rows > 0 {
                    let width = self.columns.len();
                    sink.rows(rest.0, self.places.get(..rows * width).unwrap_or_default(), width)?;
                    rest.take(behind);
                    if sink.is_full() {
                        break Step::Full;
                    }
                    continue;
                }
            }
            let column = match self.column {
                Some(column) => column,
                None => match rest.0.first() {
                    Some(&first::ROW) => {
                        rest.take(1);
                        self.nulls.clear();
                        0
                    }
                    Some(&first::ROW_WITH_NULLS) => {
                        let Some((_, behind)) = rest.0.split_first() else { break Step::More };
                        let mut ahead = Rest(behind);
                        let Some(nulls) = ahead.take(self.columns.len().div_ceil(8)) else { break Step::More };
                        self.nulls.clear();
                        self.nulls.extend_from_slice(nulls);
                        rest = ahead;
                        0
                    }
                    Some(_) => break Step::Token,
                    None => break Step::More,
                },
            };
            self.column = Some(self.columns(column, &mut rest, sink)?);
            if self.column.is_some_and(|column| column < self.columns.len()) {
                break Step::More;
            }
            self.column = None;
            sink.end_row();
            if sink.is_full() {
                break Step::Full;
            }
        };
        Ok((arrived.len() - rest.0.len(), step))
    }

    /// Finds where the values of the rows in front lie that have arrived as a whole and for which there is room; tells how many rows
    /// these are, and how many bytes.
    fn together(&mut self, arrived: &[u8], mut room: Room) -> (usize, usize) {
        self.places.resize(room.rows() * self.columns.len(), Place::NULL);
        let (mut rows, mut read) = (0, 0);
        for places in self.places.chunks_exact_mut(self.columns.len().max(1)) {
            match row(&mut self.columns, arrived, read, places) {
                Some(behind) if room.take((behind - read).saturating_mul(GROWTH)) => (rows, read) = (rows + 1, behind),
                _ => break,
            }
        }
        (rows, read)
    }

    /// Hands on the row's values from `column` on, and tells of which one not all has arrived.
    fn columns(&mut self, mut column: usize, rest: &mut Rest<'_>, sink: &mut impl Sink) -> Result<usize> {
        if self.unfinished.is_some() {
            if !self.gather(column, rest, sink)? {
                return Ok(column);
            }
            column += 1;
        }
        while let Some(known) = self.columns.get_mut(column) {
            let framing = known.framing;
            let near = if is_null(&self.nulls, column) { Some((Place::NULL, 0)) } else { known.near(rest.0, 0) };
            if let Some((place, behind)) = near {
                let value = place.find(rest.0).map_err(|Malformed| sink.fault(column, &Fault::Malformed))?;
                sink.cell(column, value.map(|found| found.cell))?;
                rest.take(behind);
            } else if !self.far(framing, column, rest, sink)? {
                return Ok(column);
            }
            column += 1;
        }
        Ok(column)
    }

    /// The same of a value that lies further off; tells whether all of it has arrived.
    #[inline(never)]
    fn far(&mut self, framing: Framing, column: usize, rest: &mut Rest<'_>, sink: &mut impl Sink) -> Result<bool> {
        let mut ahead = *rest;
        match found(framing, &mut ahead) {
            None => return Ok(false),
            Some(Found::Null) => sink.cell(column, None)?,
            Some(Found::Value(value, _)) => sink.cell(column, Some(value))?,
            Some(Found::Malformed) => return Err(sink.fault(column, &Fault::Malformed)),
            Some(Found::Large(unfinished)) => {
                *rest = ahead;
                self.make_room(unfinished);
                self.unfinished = Some(unfinished);
                return self.gather(column, rest, sink);
            }
        }
        *rest = ahead;
        Ok(true)
    }

    /// A character of two bytes may become a single one.
    fn most(&self) -> usize {
        self.max_cell_bytes.saturating_add(1).saturating_mul(2)
    }

    /// Room for all of a value at once, if it tells how large it is; room that grows would be twice that.
    fn make_room(&mut self, unfinished: Unfinished) {
        self.gathered.clear();
        let told = unfinished.total.map_or(unfinished.left, |total| usize::try_from(total).unwrap_or(usize::MAX));
        if told > KEPT {
            self.gathered.reserve_exact(told.min(self.most()));
        }
    }

    /// Takes what has arrived of a large value, and hands it on once that is all.
    fn gather(&mut self, column: usize, rest: &mut Rest<'_>, sink: &mut impl Sink) -> Result<bool> {
        let Some(mut unfinished) = self.unfinished.take() else { return Ok(true) };
        let most = self.most();
        loop {
            let taken = unfinished.left.min(rest.0.len());
            if self.gathered.len() + taken > most {
                return Err(sink.fault(column, &Fault::Cell(self.max_cell_bytes)));
            }
            self.gathered.extend_from_slice(rest.take(taken).unwrap_or_default());
            unfinished.left -= taken;
            if unfinished.left > 0 {
                self.unfinished = Some(unfinished);
                return Ok(false);
            }
            if !unfinished.has_more_pieces {
                break;
            }
            match rest.u32() {
                Some(0) => break,
                Some(length) => unfinished.left = usize::try_from(length).unwrap_or(usize::MAX),
                None => {
                    self.unfinished = Some(unfinished);
                    return Ok(false);
                }
            }
        }
        let is_whole = unfinished.total.is_none_or(|total| u64::try_from(self.gathered.len()) == Ok(total));
        if !is_whole {
            return Err(sink.fault(column, &Fault::Malformed));
        }
        sink.cell(column, Some(&self.gathered))?;
        self.gathered.clear();
        self.gathered.shrink_to(KEPT);
        Ok(true)
    }
}

impl Column {
    fn new(framing: Framing) -> Self {
        let length = if let Framing::Fixed(length) = framing { length } else { 0 };
        Self { framing, told: 0, length, is_null: length == 0 && framing != Framing::Counted }
    }

    /// Where the value lies that begins at `at`, and what is behind it, where its length is of the most frequent kinds and all of it
    /// has arrived.
    #[inline]
    fn near(&mut self, arrived: &[u8], at: usize) -> Option<(Place, usize)> {
        let start = match self.framing {
            Framing::Fixed(_) => at,
            Framing::Short => {
                self.expect(u16::from(*arrived.get(at)?));
                at + 1
            }
            Framing::Counted => {
                self.expect(u16::from_le_bytes(*arrived.get(at..)?.first_chunk()?));
                at + 2
            }
            Framing::Long | Framing::Pointed | Framing::Pieces => return None,
        };
        let behind = start + self.length;
        let place = if self.is_null { Place::NULL } else { Place::new(start, self.length) };
        (behind <= arrived.len()).then_some((place, behind))
    }

    #[inline]
    fn expect(&mut self, told: u16) {
        if told != self.told {
            self.learn(told);
        }
    }

    /// A call of its own, so that the length is not made of what was told where it is the last one's.
    #[inline(never)]
    fn learn(&mut self, told: u16) {
        self.told = told;
        self.is_null = told == if self.framing == Framing::Short { 0 } else { u16::MAX };
        self.length = if self.is_null { 0 } else { told.into() };
    }
}

/// Whether the row has NULL in the column, as far as its head says so.
fn is_null(nulls: &[u8], column: usize) -> bool {
    nulls.get(column / 8).is_some_and(|bits| (bits >> (column % 8)) & 1 == 1)
}

/// Finds the values of the row that starts at `at`, and tells what is behind it, if it is one and has arrived as a whole.
fn row(columns: &mut [Column], arrived: &[u8], at: usize, places: &mut [Place]) -> Option<usize> {
    let mut at = at + 1;
    let nulls = match *arrived.get(at - 1)? {
        first::ROW => &[],
        first::ROW_WITH_NULLS => {
            let nulls = arrived.get(at..at + columns.len().div_ceil(8))?;
            at += nulls.len();
            nulls
        }
        _ => return None,
    };
    for (index, (column, place)) in columns.iter_mut().zip(places).enumerate() {
        if is_null(nulls, index) {
            *place = Place::NULL;
        } else if let Some((near, behind)) = column.near(arrived, at) {
            (*place, at) = (near, behind);
        } else {
            let mut rest = Rest(arrived.get(at..)?);
            *place = match found(column.framing, &mut rest)? {
                Found::Null => Place::NULL,
                Found::Value(value, behind) => Place::new(arrived.len() - behind - value.len(), value.len()),
                Found::Large(_) | Found::Malformed => return None,
            };
            at = arrived.len() - rest.0.len();
        }
    }
    Some(at)
}

/// A value of any other kind in front, if enough of it has arrived.
fn found<'a>(framing: Framing, rest: &mut Rest<'a>) -> Option<Found<'a>> {
    Some(match framing {
        Framing::Fixed(_) | Framing::Short | Framing::Counted => return None,
        Framing::Long => match rest.u32()? {
            0 => Found::Null,
            length => match u16::try_from(length) {
                Ok(length) => Found::Value(rest.take(length.into())?, rest.0.len()),
                Err(_) => Found::Malformed,
            },
        },
        Framing::Pointed => match rest.byte()? {
            0 => Found::Null,
            pointer => {
                const STAMP: usize = 8;
                rest.take(usize::from(pointer) + STAMP)?;
                let left = usize::try_from(rest.u32()?).ok()?;
                match rest.take(left) {
                    Some(value) => Found::Value(value, rest.0.len()),
                    None => Found::Large(Unfinished { left, has_more_pieces: false, total: None }),
                }
            }
        },
        Framing::Pieces => pieces(rest)?,
    })
}

fn pieces<'a>(rest: &mut Rest<'a>) -> Option<Found<'a>> {
    const NULL: u64 = u64::MAX;
    const NOT_TOLD: u64 = u64::MAX - 1;
    let total = match u64::from_le_bytes(rest.array()?) {
        NULL => return Some(Found::Null),
        NOT_TOLD => None,
        total => Some(total),
    };
    let mut ahead = *rest;
    if let Some((value, behind)) = only_piece(&mut ahead) {
        let is_whole = total.is_none_or(|total| u64::try_from(value.len()) == Ok(total));
        *rest = ahead;
        return Some(if is_whole { Found::Value(value, behind) } else { Found::Malformed });
    }
    Some(Found::Large(Unfinished { left: 0, has_more_pieces: true, total }))
}

/// The value, if it is in one piece or in none, and has arrived, and how much has behind it.
fn only_piece<'a>(rest: &mut Rest<'a>) -> Option<(&'a [u8], usize)> {
    let length = rest.u32()?;
    let value = rest.take(usize::try_from(length).ok()?)?;
    let behind = rest.0.len();
    (length == 0 || rest.u32()? == 0).then_some((value, behind))
}

#[cfg(test)]
mod tests;
