//! Cuts a stream of batches into blocks, by size as Athena measures it and between rows. Pure: no S3, no framing.

use std::collections::VecDeque;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use connector_core::{Error, ErrorKind, Result, block_size};

/// Java counts the rows of a block in 31 bits; rows without columns take no room, so only this ends their block.
const MAX_ROWS: usize = 1 << 30;
/// Athena takes twice as much in a block, but several are held at a time, and larger ones are no faster.
const BLOCK: usize = 8 << 20;

/// Batches that are not yet a block.
pub struct Blocks {
    schema: SchemaRef,
    max: usize,
    target: usize,
    enough: usize,
    pending: VecDeque<RecordBatch>,
    bytes: usize,
    rows: usize,
    cut: usize,
}

impl Blocks {
    /// Blocks of at most `max` bytes; at most 90 % is aimed at, so that padding and framing find room too.
    ///
    /// A batch that all but fills a block is one as it is: to cut and join costs two copies.
    pub fn new(schema: SchemaRef, max: usize) -> Self {
        let target = max.saturating_sub(max / 10).min(BLOCK);
        Self { schema, max, target, enough: target - target / 16, pending: VecDeque::new(), bytes: 0, rows: 0, cut: 0 }
    }

    /// The size that is aimed at.
    pub fn target(&self) -> usize {
        self.target
    }

    /// Takes a batch of the right schema.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let batch = self.with_schema(batch)?;
        self.bytes = self.bytes.saturating_add(block_size(&batch));
        self.rows += batch.num_rows();
        self.pending.push_back(batch);
        Ok(())
    }

    /// A block, if there is a block's worth.
    ///
    /// Errors: too large, for a row that no block can hold.
    pub fn next_full(&mut self) -> Result<Option<RecordBatch>> {
        if self.bytes < self.enough && self.rows <= MAX_ROWS {
            return Ok(None);
        }
        let (mut taken, mut room, mut room_rows) = (Vec::new(), self.target, MAX_ROWS);
        while let Some(batch) = self.pending.pop_front() {
            let size = block_size(&batch);
            if size <= room && batch.num_rows() <= room_rows {
                room -= size;
                room_rows -= batch.num_rows();
                taken.push(batch);
                continue;
            }
            let fit = match rows_that_fit(&batch, room).min(room_rows) {
                0 if taken.is_empty() => self.alone(&batch)?,
                fit => fit,
            };
            if fit > 0 {
                taken.push(batch.slice(0, fit));
            }
            self.pending.push_front(batch.slice(fit, batch.num_rows() - fit));
            break;
        }
        self.pending.retain(|batch| batch.num_rows() > 0);
        self.joined(taken).map(Some)
    }

    /// All that is left, as one block, perhaps of no rows.
    ///
    /// Call it when [`Self::next_full`] has no more.
    pub fn rest(&mut self) -> Result<RecordBatch> {
        let taken = self.pending.drain(..).collect();
        self.joined(taken)
    }

    fn joined(&mut self, taken: Vec<RecordBatch>) -> Result<RecordBatch> {
        let block = match <[RecordBatch; 1]>::try_from(taken) {
            Ok([only]) => only,
            Err(taken) => concat_batches(&self.schema, &taken)
                .map_err(|error| Error::internal("joining batches into a block failed").with_source(error))?,
        };
        self.cut += block.num_rows();
        self.rows -= block.num_rows();
        self.bytes = self.pending.iter().map(block_size).sum();
        Ok(block)
    }

    /// A row that overshoots the target may still be a block of its own.
    fn alone(&self, batch: &RecordBatch) -> Result<usize> {
        let size = block_size(&batch.slice(0, 1));
        if size <= self.max {
            return Ok(1);
        }
        let at = self.cut + 1;
        Err(Error::new(
            ErrorKind::TooLarge,
            format!("row {at} of the split has {size} bytes; Athena takes {} at most", self.max),
        )
        .hint("leave its largest column out, or cut it in a view at the source"))
    }

    fn with_schema(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(self.schema.clone(), batch.columns().to_vec(), &options).map_err(|error| {
            Error::internal(format!("a batch is not of the schema that was asked for: {error}")).with_source(error)
        })
    }
}

/// How many rows from the first on are within `room`; sizes grow with rows, so halving finds it.
fn rows_that_fit(batch: &RecordBatch, room: usize) -> usize {
    let (mut fit, mut too_many) = (0, batch.num_rows() + 1);
    while too_many - fit > 1 {
        let middle = fit + (too_many - fit) / 2;
        if block_size(&batch.slice(0, middle)) <= room {
            fit = middle;
        } else {
            too_many = middle;
        }
    }
    fit
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{ArrayRef, StringArray};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("t", DataType::Utf8, true)]))
    }

    fn texts(lengths: &[usize]) -> RecordBatch {
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values(lengths.iter().map(|length| "x".repeat(*length))));
        RecordBatch::try_new(schema(), vec![texts]).unwrap()
    }

    /// The lengths of the texts of every block, in order.
    fn cut(max: usize, batches: &[&[usize]]) -> Result<Vec<Vec<usize>>> {
        let mut blocks = Blocks::new(schema(), max);
        let mut all = Vec::new();
        for batch in batches {
            blocks.push(&texts(batch))?;
            while let Some(block) = blocks.next_full()? {
                all.push(block);
            }
        }
        all.push(blocks.rest()?);
        assert!(all.iter().all(|block| block_size(block) <= max));
        let lengths =
            |block: &RecordBatch| block.column(0).as_string::<i32>().iter().map(|t| t.unwrap().len()).collect();
        Ok(all.iter().map(lengths).collect())
    }

    #[test]
    fn a_batch_is_cut_between_rows_where_the_target_is_reached() {
        // Three rows of 20 are 1 + 16 + 60 = 77 bytes, four are 101: the target is 90.
        assert_eq!(cut(100, &[&[20; 8]]).unwrap(), [vec![20; 3], vec![20; 3], vec![20; 2]]);
    }

    #[test]
    fn small_batches_are_gathered_up_to_the_target() {
        let one: &[usize] = &[20];
        assert_eq!(cut(100, &[one; 8]).unwrap(), [vec![20; 3], vec![20; 3], vec![20; 2]]);
        assert_eq!(cut(100, &[&[], one, &[]]).unwrap(), [vec![20]]);
        assert_eq!(cut(100, &[]).unwrap(), [Vec::<usize>::new()]);
    }

    #[test]
    fn a_batch_that_all_but_fills_a_block_is_one_as_it_is() {
        // 1 + 16 + 72 = 89 bytes, of 90 that are aimed at.
        let batch = texts(&[24; 3]);
        let mut blocks = Blocks::new(schema(), 100);
        blocks.push(&batch).unwrap();
        let block = blocks.next_full().unwrap().unwrap();
        assert_eq!(
            block.column(0).as_string::<i32>().value_data().as_ptr(),
            batch.column(0).as_string::<i32>().value_data().as_ptr()
        );
        assert_eq!(blocks.rest().unwrap().num_rows(), 0);
    }

    #[test]
    fn a_row_above_the_target_is_a_block_of_its_own_and_one_above_the_limit_an_error_that_says_where() {
        assert_eq!(cut(100, &[&[1, 88, 1]]).unwrap(), [vec![1], vec![88], vec![1]]);
        let error = cut(100, &[&[1, 20], &[1, 500]]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains("row 4 of the split has 509 bytes"), "{error}");
    }

    #[test]
    fn every_row_comes_out_once_and_in_order_for_any_sizes() {
        use rand::{Rng, SeedableRng};
        let seed = rand::random();
        println!("seed {seed}");
        let mut random = rand::rngs::StdRng::seed_from_u64(seed);
        for _ in 0..300 {
            let max = random.random_range(60..400);
            let batches: Vec<Vec<usize>> = (0..random.random_range(0..6))
                .map(|_| (0..random.random_range(0..12)).map(|_| random.random_range(0..40)).collect())
                .collect();
            let slices: Vec<&[usize]> = batches.iter().map(Vec::as_slice).collect();
            assert_eq!(cut(max, &slices).unwrap().concat(), batches.concat());
        }
    }

    #[test]
    fn rows_without_columns_are_counted_and_cut_before_java_overflows() {
        let nothing: SchemaRef = Arc::new(Schema::empty());
        let options = RecordBatchOptions::new().with_row_count(Some(1 << 29));
        let half = RecordBatch::try_new_with_options(nothing.clone(), vec![], &options).unwrap();
        let mut blocks = Blocks::new(nothing, 1000);
        for _ in 0..3 {
            blocks.push(&half).unwrap();
        }
        assert_eq!(blocks.next_full().unwrap().unwrap().num_rows(), 1 << 30);
        assert!(blocks.next_full().unwrap().is_none());
        assert_eq!(blocks.rest().unwrap().num_rows(), 1 << 29);
    }

    #[test]
    fn a_batch_of_another_schema_is_our_defect() {
        let numbers: ArrayRef = Arc::new(arrow_array::Int32Array::from(vec![1]));
        let other = RecordBatch::try_from_iter([("t", numbers)]).unwrap();
        assert_eq!(Blocks::new(schema(), 100).push(&other).unwrap_err().kind(), ErrorKind::Internal);
    }
}
