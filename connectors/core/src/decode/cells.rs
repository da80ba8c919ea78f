//! Growing Arrow buffers of one column.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::{ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::Fault;
use super::layout::{Absent, Apart, Found, Layout, Malformed};
use super::lent::Lent;

/// How many rows the first batch makes room for; later ones for as many as the last had.
const FIRST_ROWS: usize = 4096;

/// Buffers that take cells, each a `C`, of rows laid out as `L`, and give an array.
pub trait Cells<C: ?Sized + 'static, L: Layout<C> = Apart>: Send {
    /// Adds a value and tells how many bytes it took beyond [`Cells::bits_per_row`].
    fn push(&mut self, cell: &C) -> Result<usize, Fault>;

    /// Adds a NULL.
    fn push_null(&mut self);

    /// Adds the next column's cells and tells how many bytes they took; a fault names its place among them. One call for many cells,
    /// and not one for each, has them found and decoded in a loop that the compiler sees whole.
    fn push_column(&mut self, rows: &mut L::Rows<'_>) -> Result<usize, (usize, Fault)> {
        let mut bytes = 0;
        for (place, cell) in L::column(rows).enumerate() {
            match cell {
                Ok(Some(found)) => bytes += self.push(found.cell).map_err(|fault| (place, fault))?,
                Ok(None) => self.push_null(),
                Err(Malformed) => return Err((place, Fault::Malformed)),
            }
        }
        Ok(bytes)
    }

    /// What every row takes: validity, and data or offset.
    fn bits_per_row(&self) -> usize;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// The array, leaving the buffers empty; a fault names its row.
    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)>;

    /// Makes room for a batch like the last, which may have been dropped since.
    fn begin(&mut self) {}
}

/// Values of a fixed width.
pub struct Fixed<T: ArrowPrimitiveType, D = (), V = ()> {
    data_type: DataType,
    decode: D,
    values: Vec<T::Native>,
    lent: Lent,
    nulls: NullBufferBuilder,
    decoded: PhantomData<fn() -> V>,
}

impl<T: ArrowPrimitiveType> Fixed<T> {
    /// Buffers for `data_type`, whose values `decode` makes; where it makes an option of one, it may say that there is none.
    pub fn boxed<C: ?Sized + 'static, V: Into<Option<T::Native>> + 'static, L: Layout<C>>(
        data_type: &DataType,
        decode: impl Fn(&C) -> Result<V, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        let (values, nulls) = (Vec::with_capacity(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        let lent = Lent::default();
        Box::new(Fixed::<T, _, V> { data_type: data_type.clone(), decode, values, lent, nulls, decoded: PhantomData })
    }
}

impl<T, D, V> Fixed<T, D, V>
where
    T: ArrowPrimitiveType,
{
    fn append_null(&mut self) {
        self.values.push(T::Native::default());
        self.nulls.append_null();
    }
}

impl<C, L, T, D, V> Cells<C, L> for Fixed<T, D, V>
where
    C: ?Sized + 'static,
    L: Layout<C>,
    T: ArrowPrimitiveType,
    D: Fn(&C) -> Result<V, Fault> + Send,
    V: Into<Option<T::Native>>,
{
    fn push(&mut self, cell: &C) -> Result<usize, Fault> {
        match (self.decode)(cell)?.into() {
            Some(value) => {
                self.values.push(value);
                self.nulls.append_non_null();
            }
            None => self.append_null(),
        }
        Ok(0)
    }

    fn push_column(&mut self, rows: &mut L::Rows<'_>) -> Result<usize, (usize, Fault)> {
        let (before, mut absent, mut faulty) = (self.values.len(), Absent::default(), None);
        self.values.extend(L::column(rows).enumerate().map(|(place, cell)| {
            let value = match cell {
                Ok(Some(found)) => (self.decode)(found.cell).map(Into::into),
                Ok(None) => Ok(None),
                Err(Malformed) => Err(Fault::Malformed),
            };
            value.unwrap_or_else(|fault| odd(&mut faulty, place, fault)).unwrap_or_else(|| {
                absent.add(place);
                T::Native::default()
            })
        }));
        absent.append_to(&mut self.nulls, self.values.len() - before);
        faulty.map_or(Ok(0), Err)
    }

    fn push_null(&mut self) {
        self.append_null();
    }

    fn bits_per_row(&self) -> usize {
        1 + size_of::<T::Native>() * 8
    }

    fn rows(&self) -> usize {
        self.values.len()
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        let values = ScalarBuffer::from(self.lent.lend(std::mem::take(&mut self.values)));
        let array = PrimitiveArray::<T>::try_new(values, self.nulls.finish());
        let array = array.map_err(|_| (0, Fault::Malformed))?;
        Ok(Arc::new(array.with_data_type(self.data_type.clone())))
    }

    fn begin(&mut self) {
        self.values = self.lent.again();
    }
}

/// Truth values.
pub struct Bits<D = (), V = ()> {
    decode: D,
    values: BooleanBufferBuilder,
    nulls: NullBufferBuilder,
    decoded: PhantomData<fn() -> V>,
}

impl Bits {
    /// Buffers whose values `decode` makes.
    pub fn boxed<C: ?Sized + 'static, V: Into<Option<bool>> + 'static, L: Layout<C>>(
        decode: impl Fn(&C) -> Result<V, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        let (values, nulls) = (BooleanBufferBuilder::new(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Box::new(Bits::<_, V> { decode, values, nulls, decoded: PhantomData })
    }
}

impl<C, L, D, V> Cells<C, L> for Bits<D, V>
where
    C: ?Sized + 'static,
    L: Layout<C>,
    D: Fn(&C) -> Result<V, Fault> + Send,
    V: Into<Option<bool>>,
{
    fn push(&mut self, cell: &C) -> Result<usize, Fault> {
        let value = (self.decode)(cell)?.into();
        self.values.append(value.unwrap_or_default());
        self.nulls.append(value.is_some());
        Ok(0)
    }

    fn push_null(&mut self) {
        self.values.append(false);
        self.nulls.append_null();
    }

    fn bits_per_row(&self) -> usize {
        2
    }

    fn rows(&self) -> usize {
        self.values.len()
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        Ok(Arc::new(BooleanArray::new(self.values.finish(), self.nulls.finish())))
    }
}

/// Keeps the first fault among cells, and gives no value in its place.
#[cold]
fn odd<T>(faulty: &mut Option<(usize, Fault)>, place: usize, fault: Fault) -> Option<T> {
    faulty.get_or_insert((place, fault));
    None
}

/// Text or bytes. Text is checked to be UTF-8 once a batch, which is several times cheaper than once a cell.
pub struct Varied<W = ()> {
    write: W,
    /// Whether it is text, and what one is that is no UTF-8.
    text: Option<&'static str>,
    data: Vec<u8>,
    lent_data: Lent,
    offsets: Vec<i32>,
    lent_offsets: Lent,
    nulls: NullBufferBuilder,
}

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
        write: impl Fn(&Found<'_, C>, &mut Vec<u8>) -> Result<bool, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        Box::new(Self::of(Some(not_utf8), write))
    }

    /// Buffers of bytes, which `decode` finds.
    pub fn binary<C: ?Sized + 'static, L: Layout<C>>(
        decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        Box::new(Self::of(None, writing(decode)))
    }

    /// Buffers of bytes, which `write` appends, telling whether there are some.
    pub fn written_binary<C: ?Sized + 'static, L: Layout<C>>(
        write: impl Fn(&Found<'_, C>, &mut Vec<u8>) -> Result<bool, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C, L>> {
        Box::new(Self::of(None, write))
    }

    fn of<W>(text: Option<&'static str>, write: W) -> Varied<W> {
        let (offsets, nulls) = (first_offset(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        let (lent_data, lent_offsets) = (Lent::default(), Lent::default());
        Varied { write, text, data: Vec::new(), lent_data, offsets, lent_offsets, nulls }
    }
}

/// Appends what `decode` finds.
fn writing<C: ?Sized>(
    decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault>,
) -> impl Fn(&Found<'_, C>, &mut Vec<u8>) -> Result<bool, Fault> {
    move |found, data| {
        let found = decode(found.cell)?;
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

/// Appends a cell's bytes as they are, for [`Varied`].
#[inline]
pub fn copied(found: &Found<'_, [u8]>, data: &mut Vec<u8>) -> Result<bool, Fault> {
    /// What most texts are not longer than.
    const PIECE: usize = 64;
    match found.onwards.first_chunk::<PIECE>() {
        Some(piece) if found.cell.len() <= PIECE => {
            let end = data.len() + found.cell.len();
            data.extend_from_slice(piece);
            data.truncate(end);
        }
        _ => append(found.cell, data),
    }
    Ok(true)
}

fn faulty_row(data: &[u8], offsets: &[i32], not_utf8: &'static str) -> (usize, Fault) {
    let ends = offsets.windows(2).map(|pair| pair.iter().map(|end| usize::try_from(*end).unwrap_or(0)));
    let mut cells = ends.map(|mut ends| data.get(ends.next().unwrap_or(0)..ends.next().unwrap_or(0)));
    let row = cells.position(|cell| cell.is_none_or(|cell| std::str::from_utf8(cell).is_err()));
    (row.unwrap_or(0), Fault::value(not_utf8))
}

impl<C, L, W> Cells<C, L> for Varied<W>
where
    C: ?Sized + 'static,
    L: Layout<C>,
    W: Fn(&Found<'_, C>, &mut Vec<u8>) -> Result<bool, Fault> + Send,
{
    fn push(&mut self, cell: &C) -> Result<usize, Fault> {
        let size = self.data.len();
        let is_valid = (self.write)(&Found { cell, onwards: &[] }, &mut self.data)?;
        self.offsets.push(offset(self.data.len())?);
        self.nulls.append(is_valid);
        Ok(self.data.len() - size)
    }

    fn push_column(&mut self, rows: &mut L::Rows<'_>) -> Result<usize, (usize, Fault)> {
        let (before, size) = (self.offsets.len(), self.data.len());
        let (mut absent, mut faulty) = (Absent::default(), None);
        self.offsets.extend(L::column(rows).enumerate().map(|(place, cell)| {
            let written = match cell {
                Ok(Some(found)) => (self.write)(&found, &mut self.data),
                Ok(None) => Ok(false),
                Err(Malformed) => Err(Fault::Malformed),
            };
            if !written.unwrap_or_else(|fault| odd::<()>(&mut faulty, place, fault).is_some()) {
                absent.add(place);
            }
            offset(self.data.len()).unwrap_or_else(|fault| odd(&mut faulty, place, fault).unwrap_or(0))
        }));
        absent.append_to(&mut self.nulls, self.offsets.len() - before);
        faulty.map_or(Ok(self.data.len() - size), Err)
    }

    fn push_null(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or(0));
        self.nulls.append_null();
    }

    fn bits_per_row(&self) -> usize {
        33
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

/// A column that is NULL in every row, whatever it was described as.
pub struct Nulls {
    data_type: DataType,
    rows: usize,
}

impl Nulls {
    /// Of this type.
    pub fn of(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), rows: 0 }
    }
}

impl<C: ?Sized + 'static, L: Layout<C>> Cells<C, L> for Nulls {
    fn push(&mut self, _cell: &C) -> Result<usize, Fault> {
        Err(Fault::Malformed)
    }

    fn push_null(&mut self) {
        self.rows += 1;
    }

    fn bits_per_row(&self) -> usize {
        1 + self.data_type.primitive_width().unwrap_or(size_of::<i32>()) * 8
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        Ok(arrow_array::new_null_array(&self.data_type, std::mem::take(&mut self.rows)))
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
    use arrow_array::types::Int32Type;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::super::{RUN, Run};
    use super::*;

    type Bytes = Box<dyn Cells<[u8]>>;

    fn texts() -> Bytes {
        Varied::text("odd text", whole)
    }

    #[test]
    fn text_that_is_not_utf8_names_its_row_even_where_neighbours_complete_it() {
        let mut cells = texts();
        for bytes in [&b"ok"[..], &[0xc3], &[0xa9]] {
            cells.push(bytes).unwrap();
        }
        assert_eq!(cells.finish().unwrap_err(), (1, Fault::value("odd text")));
    }

    /// Cells of which some are NULL, some are none by their decoder, and now and then one is a fault.
    fn odd(cell: &[u8]) -> Result<Option<Cow<'_, [u8]>>, Fault> {
        match cell {
            [0, ..] => Ok(None),
            [1, 2, 3, ..] => Err(Fault::value("odd")),
            _ => Ok(Some(Cow::Borrowed(cell))),
        }
    }

    #[test]
    fn a_run_of_cells_is_its_cells_one_by_one() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let length = |cell: &[u8]| Ok(odd(cell)?.map(|cell| i32::try_from(cell.len()).unwrap()));
        let mut faults = 0;
        for _ in 0..300 {
            let (width, rows) = (random.random_range(1..4), random.random_range(0..=RUN));
            let column = random.random_range(0..width);
            let nulls = if random.random() { 0.0 } else { 0.3 };
            let cell = |random: &mut StdRng| -> Vec<u8> {
                (0..random.random_range(0..6)).map(|_| random.random_range(0..12)).collect()
            };
            let sent: Vec<Option<Vec<u8>>> =
                (0..width * rows).map(|_| (!random.random_bool(nulls)).then(|| cell(&mut random))).collect();
            let cells: Vec<Option<&[u8]>> = sent.iter().map(Option::as_deref).collect();
            let buffers =
                || -> [Bytes; 2] { [Fixed::<Int32Type>::boxed(&DataType::Int32, length), Varied::binary(odd)] };
            for (mut together, mut single) in buffers().into_iter().zip(buffers()) {
                let mut one_by_one = || {
                    let mut bytes = 0;
                    for (place, row) in cells.chunks(width).enumerate() {
                        match row[column] {
                            Some(cell) => bytes += single.push(cell).map_err(|fault| (place, fault))?,
                            None => single.push_null(),
                        }
                    }
                    Ok(bytes)
                };
                let expected = one_by_one();
                let mut run = Run::new(&cells, width);
                (0..column).for_each(|_| Apart::column(&mut run).for_each(drop));
                assert_eq!(together.push_column(&mut run), expected);
                match expected {
                    Ok(_) => assert_eq!(&together.finish().unwrap(), &single.finish().unwrap()),
                    Err(_) => faults += 1,
                }
            }
        }
        assert!(faults > 0);
    }

    #[test]
    fn memory_is_used_again_once_a_batch_is_dropped_and_never_before() {
        let number = |cell: &[u8]| Ok(cell.first().copied().map(i32::from));
        let both = || -> [Bytes; 2] { [Fixed::<Int32Type>::boxed(&DataType::Int32, number), texts()] };
        for mut cells in both() {
            let mut batch = |letter: u8| {
                cells.begin();
                (0..3).for_each(|_| assert!(cells.push(&[letter]).is_ok()));
                cells.push_null();
                cells.finish().unwrap()
            };
            let place = |array: &ArrayRef| array.to_data().buffers().last().unwrap().as_ptr();
            let first = batch(b'a');
            let (was, kept) = (place(&first), arrow_array::make_array(first.to_data()));
            drop(first);
            let second = batch(b'b');
            assert_ne!(place(&second), was);
            let of = |letter| {
                both().map(|mut cells| {
                    (0..3).for_each(|_| assert!(cells.push(&[letter]).is_ok()));
                    cells.push_null();
                    cells.finish().unwrap()
                })
            };
            assert!(of(b'a').contains(&kept) && of(b'b').contains(&second));
            let was = place(&second);
            drop((kept, second));
            assert_eq!(place(&batch(b'c')), was);
        }
    }

    #[test]
    fn bytes_that_are_copied_with_what_is_behind_them_end_where_they_should() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let arrived: Vec<u8> = (0..200).map(|_| random.random()).collect();
        let (mut data, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..2_000 {
            let start = random.random_range(0..=arrived.len());
            let end = random.random_range(start..=arrived.len().min(start + 80));
            let found = Found { cell: &arrived[start..end], onwards: &arrived[start..] };
            assert_eq!(copied(&found, &mut data), Ok(true));
            expected.extend_from_slice(&arrived[start..end]);
        }
        assert!(data == expected);
    }

    #[test]
    fn buffers_are_empty_after_a_batch() {
        let mut cells: Bytes = Varied::binary(whole);
        cells.push(&[1, 2]).unwrap();
        cells.push_null();
        assert_eq!(cells.finish().unwrap().len(), 2);
        cells.push(&[3]).unwrap();
        let array = cells.finish().unwrap();
        assert_eq!((array.len(), array.as_binary::<i32>().value(0)), (1, &[3][..]));
    }

    #[test]
    fn a_value_may_be_none_where_its_decoder_says_so() {
        let positive = |cell: &i32| Ok((*cell > 0).then_some(*cell));
        let mut cells: Box<dyn Cells<i32>> = Fixed::<Int32Type>::boxed(&DataType::Int32, positive);
        for cell in [1, -1, 2] {
            cells.push(&cell).unwrap();
        }
        assert_eq!(cells.rows(), 3);
        let array = cells.finish().unwrap();
        assert_eq!(array.as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [Some(1), None, Some(2)]);
        let mut truths: Box<dyn Cells<i32>> = Bits::boxed(|cell: &i32| Ok((*cell < 2).then_some(*cell == 1)));
        for cell in [1, 0, 2] {
            truths.push(&cell).unwrap();
        }
        let array = truths.finish().unwrap();
        assert_eq!(array.as_boolean().iter().collect::<Vec<_>>(), [Some(true), Some(false), None]);
    }
}
