//! Growing Arrow buffers of one column.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::{ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::Fault;

/// How many rows the first batch makes room for; later ones for as many as the last had.
const FIRST_ROWS: usize = 4096;

/// Buffers that take cells, each a `C`, and give an array.
pub trait Cells<C: ?Sized>: Send {
    /// Adds a value and tells how many bytes it took beyond [`Cells::bits_per_row`].
    fn push(&mut self, cell: &C) -> Result<usize, Fault>;

    /// Adds a NULL.
    fn push_null(&mut self);

    /// Adds cells of rows that follow one another and tells how many bytes they took; a fault names its place among them. One call
    /// for many cells, and not one for each, has them decoded in a loop that the compiler sees whole.
    fn push_run(&mut self, run: Run<'_, '_, C>) -> Result<usize, (usize, Fault)> {
        let mut bytes = 0;
        for (place, cell) in run.iter().enumerate() {
            match cell {
                Some(cell) => bytes += self.push(cell).map_err(|fault| (place, fault))?,
                None => self.push_null(),
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
}

/// The cells of one column in rows that follow one another, `None` being NULL.
pub struct Run<'r, 'c, C: ?Sized> {
    rows: &'r [Option<&'c C>],
    width: usize,
    column: usize,
}

impl<'r, 'c, C: ?Sized> Run<'r, 'c, C> {
    /// A column of `rows`, which hold `width` cells each, one after the other.
    pub fn new(rows: &'r [Option<&'c C>], width: usize, column: usize) -> Self {
        Self { rows, width, column }
    }

    /// The cells.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&'c C>> + use<'r, 'c, C> {
        let column = self.column;
        self.rows.chunks_exact(self.width).map(move |row| row.get(column).copied().flatten())
    }

    /// The same cells, so few at a time, and how many are before them.
    fn parts(self, rows: usize) -> impl Iterator<Item = (usize, Self)> {
        let parts = self.rows.chunks(rows * self.width).enumerate();
        parts.map(move |(part, cells)| (part * rows, Self { rows: cells, ..self }))
    }
}

/// Which of a few cells that follow one another are not NULL.
#[derive(Default)]
struct Valid {
    /// One bit a cell, the first one lowest.
    bits: u64,
    cells: usize,
    nulls: usize,
}

impl Valid {
    /// How many cells there may be.
    const MOST: usize = 64;

    #[inline]
    fn push(&mut self, valid: bool) {
        self.bits |= u64::from(valid) << self.cells;
        self.cells += 1;
        self.nulls += usize::from(!valid);
    }

    /// Appends them, all at once where none is NULL.
    fn append_to(self, nulls: &mut NullBufferBuilder) {
        if self.nulls == 0 {
            nulls.append_n_non_nulls(self.cells);
        } else {
            (0..self.cells).for_each(|cell| nulls.append(self.bits >> cell & 1 == 1));
        }
    }
}

/// Values of a fixed width.
pub struct Fixed<T: ArrowPrimitiveType, D = (), V = ()> {
    data_type: DataType,
    decode: D,
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
    decoded: PhantomData<fn() -> V>,
}

impl<T: ArrowPrimitiveType> Fixed<T> {
    /// Buffers for `data_type`, whose values `decode` makes; where it makes an option of one, it may say that there is none.
    pub fn boxed<C: ?Sized + 'static, V: Into<Option<T::Native>> + 'static>(
        data_type: &DataType,
        decode: impl Fn(&C) -> Result<V, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C>> {
        let (values, nulls) = (Vec::with_capacity(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Box::new(Fixed::<T, _, V> { data_type: data_type.clone(), decode, values, nulls, decoded: PhantomData })
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

impl<C, T, D, V> Cells<C> for Fixed<T, D, V>
where
    C: ?Sized,
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

    fn push_run(&mut self, run: Run<'_, '_, C>) -> Result<usize, (usize, Fault)> {
        for (before, part) in run.parts(Valid::MOST) {
            let (mut valid, mut fault) = (Valid::default(), None);
            let decoded = part.iter().enumerate().map(|(place, cell)| {
                let value = match cell.map(|cell| (self.decode)(cell)) {
                    Some(Ok(value)) => value.into(),
                    Some(Err(found)) => {
                        fault.get_or_insert((before + place, found));
                        None
                    }
                    None => None,
                };
                valid.push(value.is_some());
                value.unwrap_or_default()
            });
            self.values.extend(decoded);
            if let Some(fault) = fault {
                return Err(fault);
            }
            valid.append_to(&mut self.nulls);
        }
        Ok(0)
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
        let capacity = self.values.len();
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(capacity));
        let nulls = self.nulls.finish();
        let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls);
        let array = array.map_err(|_| (0, Fault::Malformed))?;
        Ok(Arc::new(array.with_data_type(self.data_type.clone())))
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
    pub fn boxed<C: ?Sized + 'static, V: Into<Option<bool>> + 'static>(
        decode: impl Fn(&C) -> Result<V, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C>> {
        let (values, nulls) = (BooleanBufferBuilder::new(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Box::new(Bits::<_, V> { decode, values, nulls, decoded: PhantomData })
    }
}

impl<C, D, V> Cells<C> for Bits<D, V>
where
    C: ?Sized,
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

/// Text or bytes. Text is checked to be UTF-8 once a batch, which is several times cheaper than once a cell.
pub struct Varied<W = ()> {
    write: W,
    /// Whether it is text, and what one is that is no UTF-8.
    text: Option<&'static str>,
    data: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Varied {
    /// Buffers of text, whose bytes `decode` finds; `not_utf8` is what a text is called that is no UTF-8.
    pub fn text<C: ?Sized + 'static>(
        not_utf8: &'static str,
        decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C>> {
        Self::written(not_utf8, writing(decode))
    }

    /// Buffers of text, which `write` appends as UTF-8, telling whether there is one.
    pub fn written<C: ?Sized + 'static>(
        not_utf8: &'static str,
        write: impl Fn(&C, &mut Vec<u8>) -> Result<bool, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C>> {
        Box::new(Self::of(Some(not_utf8), write))
    }

    /// Buffers of bytes, which `decode` finds.
    pub fn binary<C: ?Sized + 'static>(
        decode: impl Fn(&C) -> Result<Option<Cow<'_, [u8]>>, Fault> + Send + 'static,
    ) -> Box<dyn Cells<C>> {
        Box::new(Self::of(None, writing(decode)))
    }

    fn of<W>(text: Option<&'static str>, write: W) -> Varied<W> {
        let (offsets, nulls) = (first_offset(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Varied { write, text, data: Vec::new(), offsets, nulls }
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

impl<C, W> Cells<C> for Varied<W>
where
    C: ?Sized,
    W: Fn(&C, &mut Vec<u8>) -> Result<bool, Fault> + Send,
{
    fn push(&mut self, cell: &C) -> Result<usize, Fault> {
        let size = self.data.len();
        let is_valid = (self.write)(cell, &mut self.data)?;
        self.offsets.push(offset(self.data.len())?);
        self.nulls.append(is_valid);
        Ok(self.data.len() - size)
    }

    fn push_run(&mut self, run: Run<'_, '_, C>) -> Result<usize, (usize, Fault)> {
        let size = self.data.len();
        for (before, part) in run.parts(Valid::MOST) {
            let mut valid = Valid::default();
            for (place, cell) in part.iter().enumerate() {
                let at = |fault| (before + place, fault);
                valid.push(cell.map_or(Ok(false), |cell| (self.write)(cell, &mut self.data)).map_err(at)?);
                self.offsets.push(offset(self.data.len()).map_err(at)?);
            }
            valid.append_to(&mut self.nulls);
        }
        Ok(self.data.len() - size)
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
        let (rows, size) = (self.offsets.len() - 1, self.data.len());
        let offsets = std::mem::replace(&mut self.offsets, first_offset(rows));
        let data = std::mem::replace(&mut self.data, Vec::with_capacity(size));
        let nulls = self.nulls.finish();
        let Some(not_utf8) = self.text else {
            let ends = OffsetBuffer::new(ScalarBuffer::from(offsets));
            let array = BinaryArray::try_new(ends, Buffer::from_vec(data), nulls);
            return Ok(Arc::new(array.map_err(|_| (0, Fault::Malformed))?));
        };
        let (ends, data) = (OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(data));
        let array = StringArray::try_new(ends.clone(), data.clone(), nulls);
        Ok(Arc::new(array.map_err(|_| faulty_row(&data, &ends, not_utf8))?))
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

impl<C: ?Sized> Cells<C> for Nulls {
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

    use super::*;

    #[test]
    fn text_that_is_not_utf8_names_its_row_even_where_neighbours_complete_it() {
        let mut cells = Varied::text("odd text", whole);
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
            let (width, rows) = (random.random_range(1..4), random.random_range(0..200));
            let column = random.random_range(0..width);
            let nulls = if random.random() { 0.0 } else { 0.3 };
            let cell = |random: &mut StdRng| -> Vec<u8> {
                (0..random.random_range(0..6)).map(|_| random.random_range(0..12)).collect()
            };
            let sent: Vec<Option<Vec<u8>>> =
                (0..width * rows).map(|_| (!random.random_bool(nulls)).then(|| cell(&mut random))).collect();
            let cells: Vec<Option<&[u8]>> = sent.iter().map(Option::as_deref).collect();
            let buffers = || [Fixed::<Int32Type>::boxed(&DataType::Int32, length), Varied::binary(odd)];
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
                assert_eq!(together.push_run(Run::new(&cells, width, column)), expected);
                match expected {
                    Ok(_) => assert_eq!(&together.finish().unwrap(), &single.finish().unwrap()),
                    Err(_) => faults += 1,
                }
            }
        }
        assert!(faults > 0);
    }

    #[test]
    fn buffers_are_empty_after_a_batch() {
        let mut cells = Varied::binary(whole);
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
        let mut cells = Fixed::<Int32Type>::boxed(&DataType::Int32, positive);
        for cell in [1, -1, 2] {
            cells.push(&cell).unwrap();
        }
        assert_eq!(cells.rows(), 3);
        let array = cells.finish().unwrap();
        assert_eq!(array.as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [Some(1), None, Some(2)]);
        let mut truths = Bits::boxed(|cell: &i32| Ok((*cell < 2).then_some(*cell == 1)));
        for cell in [1, 0, 2] {
            truths.push(&cell).unwrap();
        }
        let array = truths.finish().unwrap();
        assert_eq!(array.as_boolean().iter().collect::<Vec<_>>(), [Some(true), Some(false), None]);
    }
}
