//! Growing Arrow buffers of texts or bytes in one column.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, StringArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};

use super::Fault;
use super::cells::{Cells, FIRST_ROWS, odd};
use super::layout::{Absent, Found, Layout, Malformed, RUN};
use super::lent::Lent;

/// An offset and its validity.
const BITS: usize = 33;

/// What texts and bytes have in common. Text is checked to be UTF-8 once a batch, which is several times cheaper than once a cell.
struct Grown {
    /// Whether it is text, and what one is called that is no UTF-8.
    text: Option<&'static str>,
    data: Vec<u8>,
    lent_data: Lent,
    offsets: Vec<i32>,
    lent_offsets: Lent,
    nulls: NullBufferBuilder,
}

impl Grown {
    fn new(text: Option<&'static str>) -> Self {
        let (offsets, nulls) = (first_offset(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Self { text, data: Vec::new(), lent_data: Lent::default(), offsets, lent_offsets: Lent::default(), nulls }
    }

    /// Ends a cell that has been appended to the data, which was so long before.
    fn end(&mut self, size: usize, is_valid: bool) -> Result<usize, Fault> {
        self.offsets.push(offset(self.data.len())?);
        self.nulls.append(is_valid);
        Ok(self.data.len() - size)
    }

    /// Ends cells, of which the data has been appended, by where they end; tells how many bytes there are behind the first `before`.
    fn end_run(&mut self, before: usize, ends: &[usize]) -> Result<usize, (usize, Fault)> {
        if let Err(fault) = offset(self.data.len()) {
            return Err((ends.iter().position(|end| offset(*end).is_err()).unwrap_or(0), fault));
        }
        self.offsets.extend(ends.iter().map(|end| offset(*end).unwrap_or(i32::MAX)));
        Ok(self.data.len() - before)
    }

    fn push_null(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or(0));
        self.nulls.append_null();
    }

    fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        let offsets = self.lent_offsets.lend(std::mem::replace(&mut self.offsets, first_offset(0)));
        let ends = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let data = self.lent_data.lend(std::mem::take(&mut self.data));
        let nulls = self.nulls.finish();
        let Some(not_utf8) = self.text else {
            let array = BinaryArray::try_new(ends, data, nulls);
            return Ok(Arc::new(array.map_err(|_| (0, Fault::Malformed))?));
        };
        let array = StringArray::try_new(ends.clone(), data.clone(), nulls);
        Ok(Arc::new(array.map_err(|_| faulty_row(&data, &ends, not_utf8))?))
    }

    fn begin(&mut self) {
        (self.data, self.offsets) = (self.lent_data.again(), self.lent_offsets.again());
        self.offsets.push(0);
    }
}

/// How cells become texts or bytes in growing buffers.
trait Growing<C: ?Sized + 'static, L: Layout<C>>: Send {
    /// Appends a cell to the data, and tells whether there is one.
    fn push(&mut self, cell: &C, data: &mut Vec<u8>) -> Result<bool, Fault>;

    /// Adds the next column's cells, as [`Cells::push_column`] does.
    fn push_column(&mut self, rows: &mut L::Rows<'_>, grown: &mut Grown) -> Result<usize, (usize, Fault)>;
}

/// Buffers that grow in one way or another.
struct Filled<K> {
    kind: K,
    grown: Grown,
}

impl<C: ?Sized + 'static, L: Layout<C>, K: Growing<C, L>> Cells<C, L> for Filled<K> {
    fn push(&mut self, cell: &C) -> Result<usize, Fault> {
        let size = self.grown.data.len();
        let is_valid = self.kind.push(cell, &mut self.grown.data)?;
        self.grown.end(size, is_valid)
    }

    fn push_column(&mut self, rows: &mut L::Rows<'_>) -> Result<usize, (usize, Fault)> {
        self.kind.push_column(rows, &mut self.grown)
    }

    fn push_null(&mut self) {
        self.grown.push_null();
    }

    fn bits_per_row(&self) -> usize {
        BITS
    }

    fn rows(&self) -> usize {
        self.grown.rows()
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        self.grown.finish()
    }

    fn begin(&mut self) {
        self.grown.begin();
    }
}

/// Texts or bytes that are made of their cells.
pub struct Varied;

/// What appends a cell and tells whether there is one.
struct Writing<W>(W);

impl Varied {
    /// Buffers of text, whose bytes `decode` finds; `not_utf8` is what a text is called that is no UTF-8.
    pub fn text<C: ?Sized + 'static, L: Layout<C>>(
        not_utf8: &'static str,
        decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        Self::written(not_utf8, writing(decode))
    }

    /// Buffers of text, which `write` appends as UTF-8, telling whether there is one.
    pub fn written<C: ?Sized + 'static, L: Layout<C>>(
        not_utf8: &'static str,
        write: impl Fn(&C, &mut Vec<u8>) -> Result<bool, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        Box::new(Filled { kind: Writing(write), grown: Grown::new(Some(not_utf8)) })
    }

    /// Buffers of bytes, which `decode` finds.
    pub fn binary<C: ?Sized + 'static, L: Layout<C>>(
        decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        Box::new(Filled { kind: Writing(writing(decode)), grown: Grown::new(None) })
    }
}

/// Appends what `decode` finds.
fn writing<C: ?Sized>(
    decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault>,
) -> impl Fn(&C, &mut Vec<u8>) -> Result<bool, Fault> {
    move |cell, data| {
        let found = decode(cell)?;
        append(found.as_deref().unwrap_or_default(), data);
        Ok(found.is_some())
    }
}

/// Appends bytes, which are often a single one: a call for every flag of one letter costs more than the letter.
#[inline]
pub fn append(bytes: &[u8], data: &mut Vec<u8>) {
    match bytes {
        [byte] => data.push(*byte),
        bytes => data.extend_from_slice(bytes),
    }
}

fn faulty_row(data: &[u8], offsets: &[i32], not_utf8: &'static str) -> (usize, Fault) {
    let ends = offsets.windows(2).map(|pair| pair.iter().map(|end| usize::try_from(*end).unwrap_or(0)));
    let mut cells = ends.map(|mut ends| data.get(ends.next().unwrap_or(0)..ends.next().unwrap_or(0)));
    let row = cells.position(|cell| cell.is_none_or(|cell| std::str::from_utf8(cell).is_err()));
    (row.unwrap_or(0), Fault::value(not_utf8))
}

impl<C, L, W> Growing<C, L> for Writing<W>
where
    C: ?Sized + 'static,
    L: Layout<C>,
    W: Fn(&C, &mut Vec<u8>) -> Result<bool, Fault> + Send,
{
    fn push(&mut self, cell: &C, data: &mut Vec<u8>) -> Result<bool, Fault> {
        (self.0)(cell, data)
    }

    fn push_column(&mut self, rows: &mut L::Rows<'_>, grown: &mut Grown) -> Result<usize, (usize, Fault)> {
        let Grown { data, offsets, nulls, .. } = grown;
        let (before, size) = (offsets.len(), data.len());
        let (mut absent, mut faulty) = (Absent::default(), None);
        offsets.extend(L::column(rows).enumerate().map(|(place, cell)| {
            let written = match cell {
                Ok(Some(found)) => (self.0)(found.cell, data),
                Ok(None) => Ok(false),
                Err(Malformed) => Err(Fault::Malformed),
            };
            if !written.unwrap_or_else(|fault| odd::<()>(&mut faulty, place, fault).is_some()) {
                absent.add(place);
            }
            offset(data.len()).unwrap_or_else(|fault| odd(&mut faulty, place, fault).unwrap_or(0))
        }));
        absent.append_to(nulls, offsets.len() - before);
        faulty.map_or(Ok(data.len() - size), Err)
    }
}

/// Texts or bytes that are what most of their cells are, where these are found in what has arrived. Others take [`Varied`].
pub struct Copied;

/// What copies cells, and writes those that are not plain.
struct Copying<P, W> {
    is_plain: P,
    write: W,
    /// The longest cell that may be copied.
    most: usize,
    /// The longest cell of the last run. Those of the next that are not much longer are copied with what is behind them, since a piece
    /// of a fixed size takes no call and no loop; every 32 bytes of one cost a `lineitem` of TPC-H 2 of 120 ns a row and text.
    longest: usize,
    /// Room for the cells of a run that is written.
    unwritten: Vec<u8>,
}

impl Copied {
    /// Buffers of text that is what its cells are; `not_utf8` is what one is called that is no UTF-8.
    pub fn text<L: Layout<[u8]>>(not_utf8: &'static str) -> Box<dyn Cells<[u8], L>> {
        Self::as_it_is(Some(not_utf8))
    }

    /// Buffers of bytes that are what their cells are.
    pub fn binary<L: Layout<[u8]>>() -> Box<dyn Cells<[u8], L>> {
        Self::as_it_is(None)
    }

    /// Buffers of text that is what its cells are, where those of a run, one behind the other, are `is_plain` and none is longer than
    /// `most`. Elsewhere it is what `write` appends as UTF-8; an empty cell is empty.
    pub fn text_if<L: Layout<[u8]>>(
        not_utf8: &'static str,
        most: usize,
        is_plain: impl Fn(&[u8]) -> bool + Send + 'static,
        write: impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault> + Send + 'static,
    ) -> Box<dyn Cells<[u8], L>> {
        Self::boxed(Some(not_utf8), most, is_plain, write)
    }

    fn as_it_is<L: Layout<[u8]>>(text: Option<&'static str>) -> Box<dyn Cells<[u8], L>> {
        let write = |cell: &[u8], data: &mut Vec<u8>| {
            append(cell, data);
            Ok(())
        };
        Self::boxed(text, usize::MAX, |_| true, write)
    }

    fn boxed<L: Layout<[u8]>>(
        text: Option<&'static str>,
        most: usize,
        is_plain: impl Fn(&[u8]) -> bool + Send + 'static,
        write: impl Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault> + Send + 'static,
    ) -> Box<dyn Cells<[u8], L>> {
        let kind = Copying { is_plain, write, most, longest: 0, unwritten: Vec::new() };
        Box::new(Filled { kind, grown: Grown::new(text) })
    }
}

impl<P, W> Copying<P, W>
where
    P: Fn(&[u8]) -> bool,
    W: Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault>,
{
    /// Adds cells, of which one that is not longer than a piece is copied as one, if as much has arrived. There is always room for as
    /// many pieces as cells are to come.
    fn push_pieces<L: Layout<[u8]>, const PIECE: usize>(
        &mut self,
        rows: &mut L::Rows<'_>,
        grown: &mut Grown,
    ) -> Result<usize, (usize, Fault)> {
        let data = &mut grown.data;
        let before = data.len();
        let (mut absent, mut faulty, mut ends) = (Absent::default(), None, [0; RUN]);
        let (mut count, mut end, mut longest) = (0, before, 0);
        data.resize(before + RUN * PIECE, 0);
        let mut room = data.as_mut_slice();
        for ((place, cell), ended) in L::column(rows).enumerate().zip(&mut ends) {
            match cell {
                Ok(Some(Found { cell, onwards })) => {
                    longest = longest.max(cell.len());
                    let there = room.get_mut(end..).and_then(<[u8]>::first_chunk_mut::<PIECE>);
                    match (there, onwards.first_chunk()) {
                        (Some(there), Some(piece)) if cell.len() <= PIECE => {
                            *there = *piece;
                            end += cell.len();
                        }
                        _ => {
                            end = put(cell, data, end);
                            room = data.as_mut_slice();
                        }
                    }
                }
                Ok(None) => absent.add(place),
                Err(Malformed) => odd(&mut faulty, place, Fault::Malformed).unwrap_or_default(),
            }
            *ended = end;
            count += 1;
        }
        data.truncate(end);
        self.longest = longest;
        absent.append_to(&mut grown.nulls, count);
        let ends = ends.get_mut(..count).unwrap_or_default();
        faulty.map_or(Ok(()), Err)?;
        if longest > self.most || !grown.data.get(before..).is_some_and(&self.is_plain) {
            self.write_run(&mut grown.data, before, ends)?;
        }
        grown.end_run(before, ends)
    }

    /// Writes the cells anew that have been copied behind the first `before` bytes, and tells where they end then.
    #[inline(never)]
    fn write_run(&mut self, data: &mut Vec<u8>, before: usize, ends: &mut [usize]) -> Result<(), (usize, Fault)> {
        self.unwritten.clear();
        self.unwritten.extend(data.drain(before..));
        let mut start = before;
        for (place, end) in ends.iter_mut().enumerate() {
            let cell = self.unwritten.get(start - before..*end - before).unwrap_or_default();
            start = *end;
            if !cell.is_empty() {
                (self.write)(cell, data).map_err(|fault| (place, fault))?;
            }
            *end = data.len();
        }
        Ok(())
    }
}

/// Puts bytes behind the first `end`, with as much room behind them as there was, and tells where they end.
#[inline(never)]
fn put(bytes: &[u8], data: &mut Vec<u8>, end: usize) -> usize {
    let behind = end + bytes.len();
    data.resize(data.len() + bytes.len(), 0);
    if let Some(there) = data.get_mut(end..behind) {
        there.copy_from_slice(bytes);
    }
    behind
}

impl<P, W, L> Growing<[u8], L> for Copying<P, W>
where
    P: Fn(&[u8]) -> bool + Send,
    W: Fn(&[u8], &mut Vec<u8>) -> Result<(), Fault> + Send,
    L: Layout<[u8]>,
{
    fn push(&mut self, cell: &[u8], data: &mut Vec<u8>) -> Result<bool, Fault> {
        (self.write)(cell, data).map(|()| true)
    }

    fn push_column(&mut self, rows: &mut L::Rows<'_>, grown: &mut Grown) -> Result<usize, (usize, Fault)> {
        match self.longest {
            0..=16 => self.push_pieces::<L, 16>(rows, grown),
            17..=32 => self.push_pieces::<L, 32>(rows, grown),
            _ => self.push_pieces::<L, 64>(rows, grown),
        }
    }
}

/// A cell's bytes as they are, for [`Varied`].
pub fn whole(cell: &[u8]) -> Result<Option<Cow<'_, [u8]>>, Fault> {
    Ok(Some(Cow::Borrowed(cell)))
}

/// A text's bytes, for [`Varied`].
pub fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// A cell for [`Varied`], unless it is larger than `limit`, the largest that is read at all.
pub fn within(cell: Option<Cow<'_, [u8]>>, limit: usize) -> Result<Option<Cow<'_, [u8]>>, Fault> {
    if cell.as_ref().is_some_and(|cell| cell.len() > limit) { Err(Fault::Cell(limit)) } else { Ok(cell) }
}

/// Offsets of no rows, with room for `rows`.
pub fn first_offset(rows: usize) -> Vec<i32> {
    let mut offsets = Vec::with_capacity(rows + 1);
    offsets.push(0);
    offsets
}

/// A length as Arrow's offset.
pub fn offset(length: usize) -> Result<i32, Fault> {
    i32::try_from(length).map_err(|_| Fault::TooLarge)
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::super::{InPiece, Place, Places};
    use super::*;

    type Bytes = Box<dyn Cells<[u8]>>;

    #[test]
    fn text_that_is_not_utf8_names_its_row_even_where_neighbours_complete_it() {
        let both: [Bytes; 2] = [Varied::text("odd text", whole), Copied::text("odd text")];
        for mut cells in both {
            for bytes in [&b"ok"[..], &[0xc3], &[0xa9]] {
                cells.push(bytes).unwrap();
            }
            assert_eq!(cells.finish().unwrap_err(), (1, Fault::value("odd text")));
        }
    }

    #[test]
    fn buffers_are_empty_after_a_batch() {
        let both: [Bytes; 2] = [Varied::binary(whole), Copied::binary()];
        for mut cells in both {
            cells.push(&[1, 2]).unwrap();
            cells.push_null();
            assert_eq!(cells.finish().unwrap().len(), 2);
            cells.push(&[3]).unwrap();
            let array = cells.finish().unwrap();
            assert_eq!((array.len(), array.as_binary::<i32>().value(0)), (1, &[3][..]));
        }
    }

    #[test]
    fn cells_that_are_copied_with_what_is_behind_them_end_where_they_should() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let arrived: Vec<u8> = (0..400).map(|_| random.random()).collect();
        let mut copied: Box<dyn Cells<[u8], InPiece>> = Copied::binary();
        for _ in 0..200 {
            let mut single: Bytes = Varied::binary(whole);
            for _ in 0..random.random_range(1..6) {
                // Runs of cells that are all short, or not, and one that is longer than those before.
                let longest = [0, 5, 16, 17, 32, 33, 64, 65, 90][random.random_range(0..9)];
                let nulls = if random.random() { 0.0 } else { 0.3 };
                let mut cell = || {
                    let length = random.random_range(0..=longest);
                    let start = random.random_range(0..=arrived.len() - length);
                    if random.random_bool(nulls) { Place::NULL } else { Place::new(start, length) }
                };
                let places: Vec<Place> = (0..RUN).map(|_| cell()).collect();
                let sizes = places.iter().map(|place| {
                    if let Some(found) = place.find(&arrived).unwrap() {
                        return single.push(found.cell).unwrap();
                    }
                    single.push_null();
                    0
                });
                let size = sizes.sum();
                assert_eq!(copied.push_column(&mut Places::new(&arrived, &places, 1)), Ok(size));
            }
            assert_eq!(&copied.finish().unwrap(), &single.finish().unwrap());
            copied.begin();
        }
        let beyond = Place::new(arrived.len(), 1);
        let run = [Place::new(1, 3), Place::NULL, beyond, beyond];
        assert_eq!(copied.push_column(&mut Places::new(&arrived, &run, 1)), Err((2, Fault::Malformed)));
    }

    #[test]
    fn a_run_that_is_not_plain_is_written_and_a_cell_that_cannot_be_is_told() {
        let write = |cell: &[u8], data: &mut Vec<u8>| {
            data.extend(cell.iter().map(u8::to_ascii_uppercase));
            data.push(b'.');
            if cell.starts_with(b"!") { Err(Fault::value("no text")) } else { Ok(()) }
        };
        let cells =
            || -> Box<dyn Cells<[u8], InPiece>> { Copied::text_if("odd", 3, |cells| !cells.contains(&b'x'), write) };
        let piece = b"ab-cx-d-!x-and what is behind them";
        let texts = |run: &[Place]| {
            let mut cells = cells();
            let plain = [Place::new(0, 2), Place::new(6, 1)];
            cells.push_column(&mut Places::new(piece, &plain, 1)).unwrap();
            let bytes = cells.push_column(&mut Places::new(piece, run, 1))?;
            let array = cells.finish().unwrap();
            let texts: Vec<_> = array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect();
            assert_eq!(texts[..2], [Some("ab".into()), Some("d".into())]);
            Ok((bytes, texts[2..].to_vec()))
        };
        let text = |text: &str| Some(text.to_owned());
        let (first, empty) = (Place::new(0, 2), Place::new(5, 0));
        let run = [first, Place::new(3, 2), empty, Place::NULL, Place::new(8, 1)];
        assert_eq!(
            texts(&[first, Place::NULL, empty, Place::new(8, 1)]),
            Ok((3, vec![text("ab"), None, text(""), text("!")]))
        );
        assert_eq!(texts(&run[..4]), Ok((6, vec![text("AB."), text("CX."), text(""), None])));
        assert_eq!(texts(&run), Err((4, Fault::value("no text"))));
        // Plain, but longer than what may be copied.
        let long = [first, Place::NULL, Place::new(11, 4)];
        assert_eq!(texts(&long), Ok((8, vec![text("AB."), None, text("AND .")])));
        let beyond = Place::new(piece.len(), 1);
        assert_eq!(texts(&[first, beyond, Place::new(8, 2)]), Err((1, Fault::Malformed)));
    }
}
