//! Growing Arrow buffers of one column.

use std::sync::Arc;

use arrow_array::{ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::Fault;

/// How many rows the first batch makes room for; later ones for as many as the last had.
const FIRST_ROWS: usize = 4096;

/// Buffers that take cells and give an array.
pub(super) trait Cells: Send {
    /// Adds a value and tells how many bytes it took beyond [`Cells::bits_per_row`].
    fn push(&mut self, bytes: &[u8]) -> Result<usize, Fault>;

    /// Adds a NULL.
    fn push_null(&mut self);

    /// What every row takes: validity, and data or offset.
    fn bits_per_row(&self) -> usize;

    /// The array, leaving the buffers empty; a fault names its row.
    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)>;
}

/// Values of a fixed width.
pub(super) struct Fixed<T: ArrowPrimitiveType, D> {
    data_type: DataType,
    decode: D,
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
}

impl Fixed<arrow_array::types::Int16Type, ()> {
    /// Buffers for `data_type`, whose values `decode` makes; it may also say that there is none.
    pub(super) fn boxed<U: ArrowPrimitiveType>(
        data_type: &DataType,
        decode: impl Fn(&[u8]) -> Result<Option<U::Native>, Fault> + Send + 'static,
    ) -> Box<dyn Cells> {
        let (values, nulls) = (Vec::with_capacity(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Box::new(Fixed::<U, _> { data_type: data_type.clone(), decode, values, nulls })
    }
}

impl<T: ArrowPrimitiveType, D: Fn(&[u8]) -> Result<Option<T::Native>, Fault> + Send> Cells for Fixed<T, D> {
    fn push(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        match (self.decode)(bytes)? {
            Some(value) => {
                self.values.push(value);
                self.nulls.append_non_null();
            }
            None => self.push_null(),
        }
        Ok(0)
    }

    fn push_null(&mut self) {
        self.values.push(T::Native::default());
        self.nulls.append_null();
    }

    fn bits_per_row(&self) -> usize {
        1 + size_of::<T::Native>() * 8
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
pub(super) struct Bits<D> {
    decode: D,
    values: BooleanBufferBuilder,
    nulls: NullBufferBuilder,
}

impl<D: Fn(&[u8]) -> Result<bool, Fault>> Bits<D> {
    pub(super) fn new(decode: D) -> Self {
        Self { decode, values: BooleanBufferBuilder::new(FIRST_ROWS), nulls: NullBufferBuilder::new(FIRST_ROWS) }
    }
}

impl<D: Fn(&[u8]) -> Result<bool, Fault> + Send> Cells for Bits<D> {
    fn push(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        self.values.append((self.decode)(bytes)?);
        self.nulls.append_non_null();
        Ok(0)
    }

    fn push_null(&mut self) {
        self.values.append(false);
        self.nulls.append_null();
    }

    fn bits_per_row(&self) -> usize {
        2
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        Ok(Arc::new(BooleanArray::new(self.values.finish(), self.nulls.finish())))
    }
}

/// Text or bytes. Text is checked to be UTF-8 once a batch, which is several times cheaper than once a cell.
pub(super) struct Varied {
    is_text: bool,
    data: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Varied {
    pub(super) fn text() -> Self {
        Self { is_text: true, ..Self::binary() }
    }

    pub(super) fn binary() -> Self {
        let offsets = first_offset(FIRST_ROWS);
        Self { is_text: false, data: Vec::new(), offsets, nulls: NullBufferBuilder::new(FIRST_ROWS) }
    }

    fn faulty_row(data: &[u8], offsets: &[i32]) -> (usize, Fault) {
        let ends = offsets.windows(2).map(|pair| pair.iter().map(|end| usize::try_from(*end).unwrap_or(0)));
        let mut cells = ends.map(|mut ends| data.get(ends.next().unwrap_or(0)..ends.next().unwrap_or(0)));
        let row = cells.position(|cell| cell.is_none_or(|cell| std::str::from_utf8(cell).is_err()));
        (row.unwrap_or(0), Fault::value("text that is not in the character set its column claims"))
    }
}

impl Cells for Varied {
    fn push(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        self.data.extend_from_slice(bytes);
        self.offsets.push(offset(self.data.len())?);
        self.nulls.append_non_null();
        Ok(bytes.len())
    }

    fn push_null(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or(0));
        self.nulls.append_null();
    }

    fn bits_per_row(&self) -> usize {
        33
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        let (rows, size) = (self.offsets.len() - 1, self.data.len());
        let offsets = std::mem::replace(&mut self.offsets, first_offset(rows));
        let data = std::mem::replace(&mut self.data, Vec::with_capacity(size));
        let nulls = self.nulls.finish();
        if self.is_text && std::str::from_utf8(&data).is_err() {
            return Err(Self::faulty_row(&data, &offsets));
        }
        let (ends, data) = (OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(data));
        if !self.is_text {
            let array = BinaryArray::try_new(ends, data, nulls).map_err(|_| (0, Fault::Malformed))?;
            return Ok(Arc::new(array));
        }
        let array = StringArray::try_new(ends.clone(), data.clone(), nulls);
        Ok(Arc::new(array.map_err(|_| Self::faulty_row(&data, &ends))?))
    }
}

/// Offsets of no rows, with room for `rows`.
fn first_offset(rows: usize) -> Vec<i32> {
    let mut offsets = Vec::with_capacity(rows + 1);
    offsets.push(0);
    offsets
}

/// A length as Arrow's offset.
fn offset(length: usize) -> Result<i32, Fault> {
    i32::try_from(length).map_err(|_| Fault::TooLarge)
}

/// A column of which the server says that it holds nothing but NULL, whatever it was described as.
pub(super) struct Nulls {
    data_type: DataType,
    rows: usize,
}

impl Nulls {
    pub(super) fn of(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), rows: 0 }
    }
}

impl Cells for Nulls {
    fn push(&mut self, _bytes: &[u8]) -> Result<usize, Fault> {
        Err(Fault::Malformed)
    }

    fn push_null(&mut self) {
        self.rows += 1;
    }

    fn bits_per_row(&self) -> usize {
        1 + self.data_type.primitive_width().unwrap_or(size_of::<i32>()) * 8
    }

    fn finish(&mut self) -> Result<ArrayRef, (usize, Fault)> {
        Ok(arrow_array::new_null_array(&self.data_type, std::mem::take(&mut self.rows)))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;

    use super::*;

    #[test]
    fn text_that_is_not_utf8_names_its_row_even_where_neighbours_complete_it() {
        let mut cells = Varied::text();
        for bytes in [&b"ok"[..], &[0xc3], &[0xa9]] {
            cells.push(bytes).unwrap();
        }
        assert_eq!(cells.finish().unwrap_err().0, 1);
    }

    #[test]
    fn buffers_are_empty_after_a_batch() {
        let mut cells = Varied::binary();
        cells.push(&[1, 2]).unwrap();
        cells.push_null();
        assert_eq!(cells.finish().unwrap().len(), 2);
        cells.push(&[3]).unwrap();
        let array = cells.finish().unwrap();
        assert_eq!((array.len(), array.as_binary::<i32>().value(0)), (1, &[3][..]));
    }
}
