//! Growing Arrow buffers of one column.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, StringBuilder};
use arrow_array::{ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_schema::DataType;
use oracledb::{FromDbValue, Row};

use super::Fault;

/// How many rows the first batch makes room for; later ones for as many as the last had.
const FIRST_ROWS: usize = 4096;

/// Buffers that take cells and give an array.
pub(super) trait Cells: Send {
    /// Adds a row's cell, and tells how many bytes it took beyond [`Cells::bits_per_row`].
    fn push(&mut self, row: &Row, column: usize) -> Result<usize, Fault>;

    /// What every row takes: validity, and data or offset.
    fn bits_per_row(&self) -> usize;

    /// The array, leaving the buffers empty.
    fn finish(&mut self) -> ArrayRef;
}

/// A row's cell as the driver hands it over; nothing is NULL.
pub(super) fn cell<'r, V: FromDbValue<'r>>(row: &'r Row, column: usize) -> Result<Option<V>, Fault> {
    row.get(column).map_err(|_| Fault::OtherType)
}

/// Makes a value of a cell.
type Decode<V, T> = Box<dyn FnMut(&V) -> Result<T, Fault> + Send>;

/// Values of a fixed width, made of cells of type `V`.
pub(super) struct Fixed<V, T: ArrowPrimitiveType> {
    data_type: DataType,
    decode: Decode<V, T::Native>,
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
}

impl<V, T: ArrowPrimitiveType> Fixed<V, T> {
    /// Buffers for `data_type`, whose values `decode` makes.
    pub(super) fn new(
        data_type: &DataType,
        decode: impl FnMut(&V) -> Result<T::Native, Fault> + Send + 'static,
    ) -> Self {
        let (values, nulls) = (Vec::with_capacity(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Self { data_type: data_type.clone(), decode: Box::new(decode), values, nulls }
    }

    fn append(&mut self, cell: Option<&V>) -> Result<(), Fault> {
        let value = cell.map(&mut self.decode).transpose()?;
        self.values.push(value.unwrap_or_default());
        self.nulls.append(value.is_some());
        Ok(())
    }
}

impl<V, T> Cells for Fixed<V, T>
where
    V: for<'r> FromDbValue<'r>,
    T: ArrowPrimitiveType,
{
    fn push(&mut self, row: &Row, column: usize) -> Result<usize, Fault> {
        self.append(cell(row, column)?.as_ref())?;
        Ok(0)
    }

    fn bits_per_row(&self) -> usize {
        1 + size_of::<T::Native>() * 8
    }

    fn finish(&mut self) -> ArrayRef {
        let capacity = self.values.len();
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(capacity));
        let array = PrimitiveArray::<T>::new(ScalarBuffer::from(values), self.nulls.finish());
        Arc::new(array.with_data_type(self.data_type.clone()))
    }
}

/// Truth values.
pub(super) struct Bits(BooleanBuilder);

impl Bits {
    pub(super) fn new() -> Self {
        Self(BooleanBuilder::with_capacity(FIRST_ROWS))
    }
}

impl Cells for Bits {
    fn push(&mut self, row: &Row, column: usize) -> Result<usize, Fault> {
        self.0.append_option(cell(row, column)?);
        Ok(0)
    }

    fn bits_per_row(&self) -> usize {
        2
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// How many bytes a column has taken, and may.
struct Room {
    bytes: usize,
    max_cell_bytes: usize,
}

impl Room {
    fn new(max_cell_bytes: usize) -> Self {
        Self { bytes: 0, max_cell_bytes }
    }

    /// Makes sure that so many bytes more are allowed, and that Arrow's offsets reach them.
    fn take(&mut self, bytes: usize) -> Result<usize, Fault> {
        if bytes > self.max_cell_bytes {
            return Err(Fault::Cell);
        }
        let all = self.bytes + bytes;
        i32::try_from(all).map_err(|_| Fault::TooLarge)?;
        self.bytes = all;
        Ok(bytes)
    }
}

/// Hands the text of a cell to the buffers.
pub(super) type Print = Box<dyn FnMut(&Row, usize, &mut Texts) -> Result<usize, Fault> + Send>;

/// Text.
pub(super) struct Printed {
    print: Print,
    texts: Texts,
}

/// The buffers of a text column.
pub(super) struct Texts {
    texts: StringBuilder,
    room: Room,
}

impl Texts {
    /// Adds a text, and tells how many bytes it took.
    pub(super) fn append(&mut self, text: Option<&str>) -> Result<usize, Fault> {
        let bytes = self.room.take(text.map_or(0, str::len))?;
        self.texts.append_option(text);
        Ok(bytes)
    }
}

impl Printed {
    pub(super) fn new(max_cell_bytes: usize, print: Print) -> Self {
        let texts = Texts { texts: StringBuilder::with_capacity(FIRST_ROWS, 0), room: Room::new(max_cell_bytes) };
        Self { print, texts }
    }
}

impl Cells for Printed {
    fn push(&mut self, row: &Row, column: usize) -> Result<usize, Fault> {
        (self.print)(row, column, &mut self.texts)
    }

    fn bits_per_row(&self) -> usize {
        33
    }

    fn finish(&mut self) -> ArrayRef {
        self.texts.room.bytes = 0;
        Arc::new(self.texts.texts.finish())
    }
}

/// Bytes.
pub(super) struct Bytes {
    values: BinaryBuilder,
    room: Room,
}

impl Bytes {
    pub(super) fn new(max_cell_bytes: usize) -> Self {
        Self { values: BinaryBuilder::with_capacity(FIRST_ROWS, 0), room: Room::new(max_cell_bytes) }
    }

    fn append(&mut self, value: Option<&[u8]>) -> Result<usize, Fault> {
        let bytes = self.room.take(value.map_or(0, <[u8]>::len))?;
        self.values.append_option(value);
        Ok(bytes)
    }
}

impl Cells for Bytes {
    fn push(&mut self, row: &Row, column: usize) -> Result<usize, Fault> {
        self.append(cell(row, column)?)
    }

    fn bits_per_row(&self) -> usize {
        33
    }

    fn finish(&mut self) -> ArrayRef {
        self.room.bytes = 0;
        Arc::new(self.values.finish())
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;

    use super::*;

    #[test]
    fn buffers_are_empty_after_a_batch() {
        let mut cells = Printed::new(100, Box::new(|_, _, _| Ok(0)));
        assert_eq!((cells.texts.append(Some("é")), cells.texts.append(None)), (Ok(2), Ok(0)));
        assert_eq!(cells.finish().len(), 2);
        cells.texts.append(Some("b")).unwrap();
        let array = cells.finish();
        assert_eq!((array.len(), array.as_string::<i32>().value(0)), (1, "b"));
        let mut numbers = Fixed::<i64, Int64Type>::new(&DataType::Int64, |number| Ok(*number));
        numbers.append(Some(&1)).unwrap();
        numbers.append(None).unwrap();
        let array = numbers.finish();
        assert_eq!((array.len(), array.null_count(), numbers.finish().len()), (2, 1, 0));
    }

    #[test]
    fn a_cell_is_refused_above_the_limit_and_not_at_it() {
        let mut cells = Bytes::new(3);
        assert_eq!((cells.append(Some(&[0; 3])), cells.append(Some(&[0; 4]))), (Ok(3), Err(Fault::Cell)));
        let mut texts = Printed::new(3, Box::new(|_, _, _| Ok(0))).texts;
        assert_eq!((texts.append(Some("aé")), texts.append(Some("éé"))), (Ok(3), Err(Fault::Cell)));
    }

    #[test]
    fn a_fault_of_a_value_is_handed_on() {
        let mut numbers = Fixed::<i64, Int64Type>::new(&DataType::Int64, |_| Err(Fault::OtherType));
        assert_eq!(numbers.append(Some(&1)), Err(Fault::OtherType));
        assert_eq!(numbers.append(None), Ok(()));
    }
}
