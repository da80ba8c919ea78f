//! Growing Arrow buffers of one column, and those of values of a fixed width.

use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::{ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder, ScalarBuffer};
use arrow_schema::DataType;

use super::Fault;
use super::layout::{Absent, Apart, Layout, Malformed};
use super::lent::Lent;

/// How many rows the first batch makes room for; later ones for as many as the last had.
pub(super) const FIRST_ROWS: usize = 4096;

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
pub(super) fn odd<T>(faulty: &mut Option<(usize, Fault)>, place: usize, fault: Fault) -> Option<T> {
    faulty.get_or_insert((place, fault));
    None
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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int32Type;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::super::{Copied, InPiece, Place, Places, RUN, Varied};
    use super::*;

    type Bytes = Box<dyn Cells<[u8]>>;

    /// Cells of which some are NULL, some are none by their decoder, and now and then one is a fault.
    fn odd(cell: &[u8]) -> Result<Option<Cow<'_, [u8]>>, Fault> {
        match cell {
            [0, ..] => Ok(None),
            [1, 2, ..] => Err(Fault::value("odd")),
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
            let (mut piece, mut cells) = (Vec::new(), Vec::new());
            for _ in 0..width * rows {
                let cell = (!random.random_bool(nulls)).then(|| cell(&mut random));
                cells.push(cell.as_ref().map_or(Place::NULL, |cell| Place::new(piece.len(), cell.len())));
                piece.extend(cell.unwrap_or_default());
            }
            let buffers = || -> [Box<dyn Cells<[u8], InPiece>>; 2] {
                [Fixed::<Int32Type>::boxed(&DataType::Int32, length), Varied::binary(odd)]
            };
            for (mut together, mut single) in buffers().into_iter().zip(buffers()) {
                let mut one_by_one = || {
                    let mut bytes = 0;
                    for (place, row) in cells.chunks(width).enumerate() {
                        match row[column].find(&piece).unwrap() {
                            Some(found) => bytes += single.push(found.cell).map_err(|fault| (place, fault))?,
                            None => single.push_null(),
                        }
                    }
                    Ok(bytes)
                };
                let expected = one_by_one();
                let mut run = Places::new(&piece, &cells, width);
                (0..column).for_each(|_| InPiece::column(&mut run).for_each(drop));
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
        let both = || -> [Bytes; 2] { [Fixed::<Int32Type>::boxed(&DataType::Int32, number), Copied::text("odd text")] };
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
