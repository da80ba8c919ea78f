//! Growing Arrow buffers of one column.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, StringBuilder};
use arrow_array::{ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::{NullBufferBuilder, ScalarBuffer};
use arrow_schema::DataType;
use tiberius::{ColumnData, ColumnType};

use super::{Fault, scalar, variant};

/// How many rows the first batch makes room for; later ones for as many as the last had.
const FIRST_ROWS: usize = 4096;

/// Buffers that take cells and give an array.
pub(super) trait Cells: Send {
    /// Adds a cell of this type on the wire, and tells how many bytes it took beyond [`Cells::bits_per_row`].
    fn push(&mut self, data: &ColumnData<'_>, wire: ColumnType) -> Result<usize, Fault>;

    /// What every row takes: validity, and data or offset.
    fn bits_per_row(&self) -> usize;

    /// The array, leaving the buffers empty.
    fn finish(&mut self) -> ArrayRef;
}

/// Makes a value, or NULL, of a cell.
type Decode<T> = Box<dyn Fn(&ColumnData<'_>) -> Result<Option<T>, Fault> + Send>;

/// Values of a fixed width.
pub(super) struct Fixed<T: ArrowPrimitiveType> {
    data_type: DataType,
    decode: Decode<T::Native>,
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
}

impl<T: ArrowPrimitiveType> Fixed<T> {
    /// Buffers for `data_type`, whose values `decode` makes.
    pub(super) fn boxed(
        data_type: &DataType,
        decode: impl Fn(&ColumnData<'_>) -> Result<Option<T::Native>, Fault> + Send + 'static,
    ) -> Box<dyn Cells> {
        let (values, nulls) = (Vec::with_capacity(FIRST_ROWS), NullBufferBuilder::new(FIRST_ROWS));
        Box::new(Self { data_type: data_type.clone(), decode: Box::new(decode), values, nulls })
    }
}

impl<T: ArrowPrimitiveType> Cells for Fixed<T> {
    fn push(&mut self, data: &ColumnData<'_>, _wire: ColumnType) -> Result<usize, Fault> {
        let value = (self.decode)(data)?;
        self.values.push(value.unwrap_or_default());
        self.nulls.append(value.is_some());
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
    fn push(&mut self, data: &ColumnData<'_>, _wire: ColumnType) -> Result<usize, Fault> {
        self.0.append_option(scalar::boolean(data)?);
        Ok(0)
    }

    fn bits_per_row(&self) -> usize {
        2
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Text or bytes.
pub(super) struct Varied {
    buffers: Buffers,
    bytes: usize,
    max_cell_bytes: usize,
}

enum Buffers {
    Text(StringBuilder),
    Bytes(BinaryBuilder),
}

impl Varied {
    pub(super) fn text(max_cell_bytes: usize) -> Self {
        Self { buffers: Buffers::Text(StringBuilder::with_capacity(FIRST_ROWS, 0)), bytes: 0, max_cell_bytes }
    }

    pub(super) fn binary(max_cell_bytes: usize) -> Self {
        Self { buffers: Buffers::Bytes(BinaryBuilder::with_capacity(FIRST_ROWS, 0)), bytes: 0, max_cell_bytes }
    }

    /// Makes sure that so many bytes more are allowed, and that Arrow's offsets reach them.
    fn make_room(&mut self, bytes: usize) -> Result<usize, Fault> {
        if bytes > self.max_cell_bytes {
            return Err(Fault::Cell);
        }
        let all = self.bytes + bytes;
        i32::try_from(all).map_err(|_| Fault::TooLarge)?;
        self.bytes = all;
        Ok(bytes)
    }
}

impl Cells for Varied {
    fn push(&mut self, data: &ColumnData<'_>, wire: ColumnType) -> Result<usize, Fault> {
        if let Buffers::Text(_) = self.buffers {
            let text = if wire == ColumnType::SSVariant { variant::printed(data) } else { variant::text(data) }?;
            let bytes = self.make_room(text.as_ref().map_or(0, |text| text.len()))?;
            if let Buffers::Text(texts) = &mut self.buffers {
                texts.append_option(text);
            }
            return Ok(bytes);
        }
        let value = scalar::bytes(data)?;
        let bytes = self.make_room(value.map_or(0, <[u8]>::len))?;
        if let Buffers::Bytes(values) = &mut self.buffers {
            values.append_option(value);
        }
        Ok(bytes)
    }

    fn bits_per_row(&self) -> usize {
        33
    }

    fn finish(&mut self) -> ArrayRef {
        self.bytes = 0;
        match &mut self.buffers {
            Buffers::Text(texts) => Arc::new(texts.finish()),
            Buffers::Bytes(values) => Arc::new(values.finish()),
        }
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
        let mut cells = Varied::text(100);
        assert_eq!(cells.push(&ColumnData::String(Some("é".into())), ColumnType::Null), Ok(2));
        assert_eq!(cells.push(&ColumnData::String(None), ColumnType::Null), Ok(0));
        assert_eq!(cells.finish().len(), 2);
        cells.push(&ColumnData::String(Some("b".into())), ColumnType::Null).unwrap();
        let array = cells.finish();
        assert_eq!((array.len(), array.as_string::<i32>().value(0)), (1, "b"));
        let mut numbers = Fixed::<Int64Type>::boxed(&DataType::Int64, scalar::int64);
        numbers.push(&ColumnData::I64(Some(1)), ColumnType::Null).unwrap();
        assert_eq!((numbers.finish().len(), numbers.finish().len()), (1, 0));
    }

    #[test]
    fn a_cell_is_refused_above_the_limit_and_not_at_it() {
        let mut cells = Varied::binary(3);
        assert_eq!(cells.push(&ColumnData::Binary(Some(vec![0; 3].into())), ColumnType::Null), Ok(3));
        assert_eq!(cells.push(&ColumnData::Binary(Some(vec![0; 4].into())), ColumnType::Null), Err(Fault::Cell));
    }
}
