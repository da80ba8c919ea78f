//! One-dimensional arrays.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::FieldRef;
use connector_core::decode::{Cells, Fault, first_offset, offset};

use super::Buffers;
use crate::message::InRows;

/// Lists whose elements go to buffers of their own.
pub(super) struct List {
    field: FieldRef,
    element_oid: u32,
    elements: Buffers,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl List {
    pub(super) fn new(field: FieldRef, element_oid: u32, elements: Buffers) -> Self {
        Self { field, element_oid, elements, offsets: first_offset(0), nulls: NullBufferBuilder::new(0) }
    }

    fn push_elements(&mut self, mut bytes: &[u8]) -> Result<usize, Fault> {
        let dimensions = number(&mut bytes)?;
        let _has_nulls = number(&mut bytes)?;
        if dimensions != 0 && number_at(bytes, 0)? != i64::from(self.element_oid) {
            return Err(Fault::Malformed);
        }
        let _element_oid = number(&mut bytes)?;
        match dimensions {
            0 => return Ok(0),
            1 => {}
            more => return Err(Fault::Value(format!("an array of {more} dimensions").into())),
        }
        let count = usize::try_from(number(&mut bytes)?).map_err(|_| Fault::Malformed)?;
        let _lower_bound = number(&mut bytes)?;
        let mut varying = 0;
        for _ in 0..count {
            varying += self.push_element(&mut bytes)?;
        }
        if bytes.is_empty() {
            Ok(varying + (count * self.elements.bits_per_row()).div_ceil(8))
        } else {
            Err(Fault::Malformed)
        }
    }

    fn push_element(&mut self, bytes: &mut &[u8]) -> Result<usize, Fault> {
        let length = i32::from_be_bytes(word(bytes)?);
        if length < 0 {
            self.elements.push_null();
            return Ok(0);
        }
        let length = usize::try_from(length).map_err(|_| Fault::Malformed)?;
        let (element, rest) = bytes.split_at_checked(length).ok_or(Fault::Malformed)?;
        *bytes = rest;
        self.elements.push(element)
    }
}

impl Cells<[u8], InRows> for List {
    fn push(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let varying = self.push_elements(bytes)?;
        self.offsets.push(offset(self.elements.rows())?);
        self.nulls.append_non_null();
        Ok(varying)
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
        let rows = self.rows();
        let offsets = std::mem::replace(&mut self.offsets, first_offset(rows));
        let elements = self.elements.finish().map_err(|(element, fault)| (row_of(&offsets, element), fault))?;
        let ends = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let array = ListArray::try_new(Arc::clone(&self.field), ends, elements, self.nulls.finish());
        Ok(Arc::new(array.map_err(|_| (0, Fault::Malformed))?))
    }

    fn begin(&mut self) {
        self.elements.begin();
    }
}

/// The row that an element belongs to.
fn row_of(offsets: &[i32], element: usize) -> usize {
    let element = i32::try_from(element).unwrap_or(i32::MAX);
    offsets.iter().skip(1).position(|end| *end > element).unwrap_or(0)
}

fn word(bytes: &mut &[u8]) -> Result<[u8; 4], Fault> {
    let (word, rest) = bytes.split_first_chunk::<4>().ok_or(Fault::Malformed)?;
    *bytes = rest;
    Ok(*word)
}

fn number(bytes: &mut &[u8]) -> Result<u32, Fault> {
    word(bytes).map(u32::from_be_bytes)
}

fn number_at(bytes: &[u8], at: usize) -> Result<i64, Fault> {
    number(&mut bytes.get(at..).unwrap_or_default()).map(i64::from)
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int32Type;
    use arrow_schema::{DataType, Field};
    use postgres_types::Type;

    use super::*;

    fn ints() -> Buffers {
        let field = Arc::new(Field::new("", DataType::Int32, true));
        super::super::cells(&Type::INT4_ARRAY, &DataType::List(field)).unwrap()
    }

    fn array(dimensions: &[u32], elements: &[Option<i32>]) -> Vec<u8> {
        let mut words = vec![u32::try_from(dimensions.len()).unwrap(), 1, Type::INT4.oid()];
        words.extend(dimensions.iter().flat_map(|length| [*length, 1]));
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
        for element in elements {
            match element {
                Some(value) => bytes.extend([4_i32.to_be_bytes(), value.to_be_bytes()].concat()),
                None => bytes.extend((-1_i32).to_be_bytes()),
            }
        }
        bytes
    }

    #[test]
    fn elements_nulls_and_empty_lists_come_out() {
        let mut cells = ints();
        cells.push(&array(&[3], &[Some(1), None, Some(3)])).unwrap();
        cells.push_null();
        cells.push(&array(&[], &[])).unwrap();
        cells.push(&array(&[1], &[Some(7)])).unwrap();
        let lists = cells.finish().unwrap();
        let lists = lists.as_list::<i32>();
        assert_eq!(lists.value(0).as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [Some(1), None, Some(3)]);
        assert!(lists.is_null(1) && lists.value(2).is_empty() && lists.is_valid(2));
        assert_eq!(lists.value(3).as_primitive::<Int32Type>().value(0), 7);
    }

    #[test]
    fn more_dimensions_are_a_fault() {
        let fault = ints().push(&array(&[1, 2], &[Some(1), Some(2)])).unwrap_err();
        assert_eq!(fault, Fault::value("an array of 2 dimensions"));
    }

    #[test]
    fn damaged_arrays_are_malformed() {
        let whole = array(&[2], &[Some(1), Some(2)]);
        for length in 0..whole.len() {
            assert_eq!(ints().push(&whole[..length]), Err(Fault::Malformed), "{length}");
        }
        let mut other = whole.clone();
        other[11] += 1;
        assert_eq!(ints().push(&other), Err(Fault::Malformed));
        let huge = array(&[u32::MAX], &[Some(1)]);
        assert_eq!(ints().push(&huge), Err(Fault::Malformed));
    }

    #[test]
    fn a_faulty_element_is_found_in_its_row() {
        assert_eq!(row_of(&[0, 0, 2, 2, 5], 0), 1);
        assert_eq!(row_of(&[0, 0, 2, 2, 5], 2), 3);
    }
}
