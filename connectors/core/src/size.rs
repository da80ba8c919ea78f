//! The size of a batch as Athena's SDK measures it.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

/// Sum of the used, unpadded buffer bytes of a batch: validity, offsets and data of every column, children included.
///
/// This is what is compared with `maxBlockSize` and `maxInlineBlockSize`; a validity bitmap is counted whether it is sent or not.
pub fn block_size(batch: &RecordBatch) -> usize {
    if batch.num_rows() == 0 { 0 } else { batch.columns().iter().map(|column| array_size(column.as_ref())).sum() }
}

fn array_size(array: &dyn Array) -> usize {
    let rows = array.len();
    if rows == 0 {
        // Java leaves out even the one offset that Arrow's format asks for; a child of lists may be as empty as this.
        return 0;
    }
    let validity = rows.div_ceil(8);
    let offsets = (rows + 1) * 4;
    validity
        + match array.data_type() {
            DataType::Null => 0,
            DataType::Boolean => rows.div_ceil(8),
            DataType::Utf8 => offsets + span(array.as_string::<i32>().value_offsets()),
            DataType::Binary => offsets + span(array.as_binary::<i32>().value_offsets()),
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                let (start, length) = window(list.value_offsets());
                offsets + array_size(list.values().slice(start, length).as_ref())
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let (start, length) = window(map.value_offsets());
                let entries = map.entries().slice(start, length);
                offsets + array_size(&entries)
            }
            DataType::Struct(_) => array.as_struct().columns().iter().map(|column| array_size(column.as_ref())).sum(),
            fixed => rows * fixed.primitive_width().unwrap_or(0),
        }
}

fn span(offsets: &[i32]) -> usize {
    window(offsets).1
}

fn window(offsets: &[i32]) -> (usize, usize) {
    let at = |offset: Option<&i32>| offset.and_then(|value| usize::try_from(*value).ok()).unwrap_or(0);
    let (start, end) = (at(offsets.first()), at(offsets.last()));
    (start, end.saturating_sub(start))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_array::{ArrayRef, Int32Array, StringArray};

    use super::*;

    #[test]
    fn one_int_row_is_five_bytes_and_a_slice_counts_only_itself() {
        let ints: ArrayRef = Arc::new(Int32Array::from(vec![1]));
        let batch = RecordBatch::try_from_iter([("i", ints)]).unwrap();
        assert_eq!(block_size(&batch), 5);
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["abc", "de", "f"]));
        let batch = RecordBatch::try_from_iter([("t", texts)]).unwrap();
        assert_eq!(block_size(&batch.slice(1, 2)), 1 + 12 + 3);
        assert_eq!(block_size(&batch.slice(0, 0)), 0);
    }

    #[test]
    fn an_empty_child_is_no_bytes() {
        let mut lists = ListBuilder::new(StringBuilder::new());
        lists.append(true);
        let lists: ArrayRef = Arc::new(lists.finish());
        assert_eq!(block_size(&RecordBatch::try_from_iter([("l", lists)]).unwrap()), 1 + 8);
    }
}
