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
            0 => return if bytes.is_empty() { Ok(0) } else { Err(Fault::Malformed) },
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
        const NULL: i32 = -1;
        let length = i32::from_be_bytes(word(bytes)?);
        if length == NULL {
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
    use rand::rngs::StdRng;
    use rand::{Rng, RngCore, SeedableRng};

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

    #[test]
    fn arrays_are_what_servers_send_for_them() {
        // ARRAY[1, NULL, 3], '[0:1]={7,8}'::int4[] and '{}'::int4[], as array_send writes them.
        let mut cells = ints();
        for bytes in [
            &b"\0\0\0\x01\0\0\0\x01\0\0\0\x17\0\0\0\x03\0\0\0\x01\0\0\0\x04\0\0\0\x01\xff\xff\xff\xff\0\0\0\x04\0\0\0\x03"[..],
            b"\0\0\0\x01\0\0\0\0\0\0\0\x17\0\0\0\x02\0\0\0\0\0\0\0\x04\0\0\0\x07\0\0\0\x04\0\0\0\x08",
            b"\0\0\0\0\0\0\0\0\0\0\0\x17",
        ] {
            cells.push(bytes).unwrap();
        }
        let array = cells.finish().unwrap();
        let list = |row| array.as_list::<i32>().value(row).as_primitive::<Int32Type>().iter().collect::<Vec<_>>();
        assert_eq!((list(0), list(1), list(2)), (vec![Some(1), None, Some(3)], vec![Some(7), Some(8)], vec![]));
        // ARRAY['a', '', 'é'].
        let mut cells = lists(&Type::TEXT_ARRAY, DataType::Utf8);
        let bytes = b"\0\0\0\x01\0\0\0\0\0\0\0\x19\0\0\0\x03\0\0\0\x01\0\0\0\x01a\0\0\0\0\0\0\0\x02\xc3\xa9";
        cells.push(bytes).unwrap();
        let array = cells.finish().unwrap();
        let texts = array.as_list::<i32>().value(0);
        assert_eq!(texts.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("a"), Some(""), Some("é")]);
    }

    type Elements = Vec<Option<Vec<u8>>>;

    fn lists(of: &Type, element: DataType) -> Buffers {
        super::super::cells(of, &DataType::List(Arc::new(Field::new("", element, true)))).unwrap()
    }

    /// An array as a server sends it, of these lengths and lower bounds.
    fn sent(of: &Type, dimensions: &[(usize, i32)], elements: &[Option<Vec<u8>>]) -> Vec<u8> {
        let word = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
        let has_nulls = usize::from(elements.iter().any(Option::is_none));
        let mut bytes = [word(dimensions.len()), word(has_nulls), of.oid().to_be_bytes()].concat();
        for (length, lower) in dimensions {
            bytes.extend(word(*length));
            bytes.extend(lower.to_be_bytes());
        }
        for element in elements {
            match element {
                Some(element) => {
                    bytes.extend(word(element.len()));
                    bytes.extend_from_slice(element);
                }
                None => bytes.extend([0xff; 4]),
            }
        }
        bytes
    }

    /// An array's elements, by words that are taken from its front one by one.
    fn slowly(of: &Type, width: Option<usize>, bytes: &[u8]) -> Result<Elements, Fault> {
        let mut rest = bytes.iter().copied();
        let mut take =
            |count: usize| (0..count).map(|_| rest.next()).collect::<Option<Vec<u8>>>().ok_or(Fault::Malformed);
        let number = |word: Vec<u8>| word.iter().fold(0_u64, |number, byte| number * 256 + u64::from(*byte));
        let (dimensions, _, oid) = (number(take(4)?), take(4)?, number(take(4)?));
        if dimensions == 0 {
            // Behind an array of none there is nothing.
            return take(1).map_or(Ok(Vec::new()), |_| Err(Fault::Malformed));
        }
        if oid != u64::from(of.oid()) {
            return Err(Fault::Malformed);
        }
        if dimensions > 1 {
            return Err(Fault::Value(format!("an array of {dimensions} dimensions").into()));
        }
        let (count, _) = (number(take(4)?), take(4)?);
        let mut elements = Vec::new();
        for _ in 0..count {
            let length = number(take(4)?);
            if length == 0xffff_ffff {
                elements.push(None);
                continue;
            }
            if length >= 1 << 31 {
                // Below the length of NULL.
                return Err(Fault::Malformed);
            }
            let element = take(usize::try_from(length).unwrap())?;
            if width.is_some_and(|width| element.len() != width) {
                return Err(Fault::Malformed);
            }
            elements.push(Some(element));
        }
        take(1).map_or(Ok(elements), |_| Err(Fault::Malformed))
    }

    /// The elements of every list of a column.
    fn shown(array: &ArrayRef) -> Vec<Option<Elements>> {
        let list = |list: ArrayRef| -> Elements {
            if let Some(numbers) = list.as_primitive_opt::<Int32Type>() {
                return numbers.iter().map(|number| number.map(|number| number.to_be_bytes().to_vec())).collect();
            }
            list.as_binary::<i32>().iter().map(|bytes| bytes.map(<[u8]>::to_vec)).collect()
        };
        array.as_list::<i32>().iter().map(|row| row.map(list)).collect()
    }

    /// Types of elements of one width and of any.
    fn types() -> [(Type, Type, DataType, Option<usize>); 2] {
        [
            (Type::INT4_ARRAY, Type::INT4, DataType::Int32, Some(4)),
            (Type::BYTEA_ARRAY, Type::BYTEA, DataType::Binary, None),
        ]
    }

    fn any_elements(width: Option<usize>, random: &mut StdRng) -> Elements {
        let nulls = [0.0, 0.3, 1.0][random.random_range(0..3)];
        let count = random.random_range(0..8);
        let element = |random: &mut StdRng| {
            let mut bytes = vec![0_u8; width.unwrap_or_else(|| random.random_range(0..9))];
            random.fill_bytes(&mut bytes);
            bytes
        };
        (0..count).map(|_| (!random.random_bool(nulls)).then(|| element(random))).collect()
    }

    /// An array of one dimension, or of none if nothing is in it, with any lower bound.
    fn any_array(of: &Type, elements: &[Option<Vec<u8>>], random: &mut StdRng) -> Vec<u8> {
        let lower = [1, 0, -3, i32::MIN, i32::MAX][random.random_range(0..5)];
        let dimensions = [(elements.len(), lower)];
        sent(of, &dimensions[..usize::from(!elements.is_empty())], elements)
    }

    #[test]
    fn random_columns_of_lists_are_those_that_were_sent() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..300 {
            for (array, of, element, width) in types() {
                let mut cells = lists(&array, element);
                // Buffers that have been emptied are as good as new ones.
                for _ in 0..2 {
                    let mut expected = Vec::new();
                    for _ in 0..random.random_range(0..30) {
                        if random.random_bool(0.2) {
                            cells.push_null();
                            expected.push(None);
                            continue;
                        }
                        let elements = any_elements(width, &mut random);
                        let bytes = any_array(&of, &elements, &mut random);
                        assert_eq!(slowly(&of, width, &bytes).as_ref(), Ok(&elements));
                        // Beside what they take by themselves, elements take 33 bits: validity, and a number or an offset.
                        let own: usize =
                            if width.is_some() { 0 } else { elements.iter().flatten().map(Vec::len).sum() };
                        assert_eq!(cells.push(&bytes), Ok(own + (elements.len() * 33).div_ceil(8)));
                        expected.push(Some(elements));
                    }
                    assert_eq!(shown(&cells.finish().unwrap()), expected);
                    cells.begin();
                }
            }
        }
    }

    #[test]
    fn damaged_and_nested_arrays_are_what_a_slow_parser_says() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let (mut good, mut bad) = (0, 0);
        for _ in 0..10_000 {
            let (array, of, element, width) = types()[random.random_range(0..2)].clone();
            let elements = any_elements(width, &mut random);
            let mut bytes = any_array(&of, &elements, &mut random);
            let place = random.random_range(0..bytes.len());
            match random.random_range(0..6) {
                0 => bytes.truncate(place),
                1 if !elements.is_empty() => bytes.push(random.random()),
                2 => bytes[place] = [0, 1, 2, 3, 4, 0x7f, 0xff][random.random_range(0..7)],
                3 => bytes = sent(&of, &[(1, 1), (elements.len(), 1)], &elements),
                4 => random.fill_bytes(&mut bytes),
                _ => {}
            }
            let mut cells = lists(&array, element);
            cells.push(&any_array(&of, &[], &mut random)).unwrap();
            let read = cells.push(&bytes).map(|_| shown(&cells.finish().unwrap()));
            let expected = slowly(&of, width, &bytes);
            if expected.is_ok() {
                good += 1;
            } else {
                bad += 1;
            }
            assert_eq!(read, expected.map(|elements| vec![Some(Vec::new()), Some(elements)]), "{bytes:?} of {of}");
        }
        assert!(good > 500 && bad > 500, "{good} were arrays, {bad} were none");
    }
}
