//! Batches of bounded size, made of the buffers of their columns.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Schema, SchemaRef};

use super::{Apart, Cells, Fault, Layout, RUN};
use crate::{BatchLimits, Column, Error, Result};

/// Collects the cells, each a `C`, of rows laid out as `L` into batches.
pub struct Batcher<C: ?Sized + 'static, L: Layout<C> = Apart> {
    schema: SchemaRef,
    columns: Vec<Box<dyn Cells<C, L>>>,
    limits: BatchLimits,
    advice: fn(&DataType) -> &'static str,
    /// Whether nothing has been added since the last batch was taken.
    taken: bool,
    rows: usize,
    rows_before: u64,
    bits_per_row: usize,
    varying_bytes: usize,
}

/// What a batch can still take.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    rows: usize,
    bytes: usize,
    bytes_per_row: usize,
}

impl Room {
    /// For so many rows with so many bytes in their cells.
    pub fn new(rows: usize, bytes: usize) -> Self {
        Self { rows, bytes, bytes_per_row: 0 }
    }

    /// At most so many rows.
    #[must_use]
    pub fn up_to(self, rows: usize) -> Self {
        Self { rows: self.rows.min(rows), ..self }
    }

    /// For how many rows at most.
    #[must_use]
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Makes room for a row whose cells are not larger than `bytes`, unless there is none.
    pub fn take(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes.saturating_add(self.bytes_per_row));
        match (self.rows.checked_sub(1), left) {
            (Some(rows), Some(bytes)) => {
                (self.rows, self.bytes) = (rows, bytes);
                true
            }
            _ => false,
        }
    }
}

impl<C: ?Sized + 'static, L: Layout<C>> Batcher<C, L> {
    /// Batches of the described columns, whose buffers are `columns`.
    pub fn new(described: &[Column], columns: Vec<Box<dyn Cells<C, L>>>, limits: BatchLimits) -> Self {
        let schema = Arc::new(Schema::new(described.iter().map(Column::field).collect::<Vec<_>>()));
        let bits_per_row = columns.iter().map(|column| column.bits_per_row()).sum();
        let advice = |_: &DataType| "leave such rows out with a view at the source, or the column out of the query";
        Self { schema, columns, limits, advice, taken: false, rows: 0, rows_before: 0, bits_per_row, varying_bytes: 0 }
    }

    /// Says what can be done about a value that does not fit a column of some type.
    #[must_use]
    pub fn advising(self, advice: fn(&DataType) -> &'static str) -> Self {
        Self { advice, ..self }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Adds a cell of the row that is being added, or NULL.
    ///
    /// Errors: corrupt, for a value outside its type, and others by [`Fault`]; they name column, row and the value's class.
    #[inline]
    pub fn push(&mut self, column: usize, cell: Option<&C>) -> Result<()> {
        self.begin();
        let Some(cells) = self.columns.get_mut(column) else {
            return Err(Error::internal("a row has more cells than its batch has columns"));
        };
        let Some(cell) = cell else {
            cells.push_null();
            return Ok(());
        };
        match cells.push(cell) {
            Ok(bytes) => {
                self.varying_bytes += bytes;
                Ok(())
            }
            Err(fault) => Err(self.fault(column, &fault)),
        }
    }

    /// Adds so many rows, [`RUN`] at most.
    ///
    /// Errors: as for a cell.
    pub fn push_rows(&mut self, rows: &mut L::Rows<'_>, count: usize) -> Result<()> {
        if count > RUN {
            return Err(Error::internal("more rows are to be decoded together than can be"));
        }
        self.begin();
        let faulty = self.columns.iter_mut().enumerate().find_map(|(index, column)| match column.push_column(rows) {
            Ok(bytes) => {
                self.varying_bytes += bytes;
                None
            }
            Err((place, fault)) => Some((index, place, fault)),
        });
        if let Some((index, place, fault)) = faulty {
            return Err(self.fault_behind(index, place, &fault));
        }
        if let Some(place) = L::goes_on(rows) {
            return Err(self.fault_behind(self.columns.len().saturating_sub(1), place, &Fault::Malformed));
        }
        self.rows += count;
        Ok(())
    }

    /// Makes the columns ready for cells.
    #[inline]
    fn begin(&mut self) {
        if std::mem::take(&mut self.taken) {
            self.columns.iter_mut().for_each(|column| column.begin());
        }
    }

    /// Ends a row, of which every column has been given a cell.
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// What the batch can still take without reaching a limit.
    pub fn room(&self) -> Room {
        Room {
            rows: self.limits.rows.saturating_sub(self.rows),
            bytes: self.limits.bytes.saturating_sub(self.bytes()),
            bytes_per_row: self.bits_per_row.div_ceil(8),
        }
    }

    /// Whether the batch has reached one of its limits. Sizes are estimated from above, by some bytes a column.
    pub fn is_full(&self) -> bool {
        self.rows >= self.limits.rows || self.bytes() >= self.limits.bytes
    }

    fn bytes(&self) -> usize {
        const ROUNDING: usize = 8;
        self.rows * self.bits_per_row / 8 + self.varying_bytes + self.columns.len() * ROUNDING
    }

    /// The rows so far as a batch; nothing if there are none.
    ///
    /// Errors: as for a cell, where faults show only in all of them.
    pub fn take(&mut self) -> Result<Option<RecordBatch>> {
        if self.rows == 0 {
            return Ok(None);
        }
        let mut arrays = Vec::with_capacity(self.columns.len());
        for index in 0..self.columns.len() {
            match self.columns.get_mut(index).map(|column| column.finish()) {
                Some(Ok(array)) => arrays.push(array),
                Some(Err((row, fault))) => return Err(self.fault_in(index, row, &fault)),
                None => {}
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(|error| Error::internal(format!("columns do not make a batch: {error}")))?;
        self.rows_before += u64::try_from(self.rows).unwrap_or(0);
        (self.taken, self.rows, self.varying_bytes) = (true, 0, 0);
        Ok(Some(batch))
    }

    /// The error about a cell of the row that is being added.
    #[cold]
    pub fn fault(&self, column: usize, fault: &Fault) -> Error {
        self.fault_in(column, self.rows, fault)
    }

    /// The same, of a row that is so many rows behind it.
    #[cold]
    pub fn fault_behind(&self, column: usize, rows: usize, fault: &Fault) -> Error {
        self.fault_in(column, self.rows + rows, fault)
    }

    fn fault_in(&self, column: usize, row: usize, fault: &Fault) -> Error {
        let field = self.schema.fields().get(column);
        let (name, data_type) = field.map_or(("?", &DataType::Null), |field| (field.name(), field.data_type()));
        let row = self.rows_before + u64::try_from(row).unwrap_or(0) + 1;
        fault.at(&format!("column {name:?}, row {row} of the answer"), data_type, (self.advice)(data_type))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{InPiece, Place, Places};
    use super::*;

    #[test]
    fn more_rows_than_are_decoded_together_are_refused() {
        let cells = vec![Place::new(0, 1); RUN + 1];
        let mut batcher = Batcher::<[u8], InPiece>::new(&[], Vec::new(), BatchLimits::default());
        batcher.push_rows(&mut Places::new(&[1], &cells[..RUN], 1), RUN).unwrap();
        let error = batcher.push_rows(&mut Places::new(&[1], &cells, 1), RUN + 1).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Internal);
    }
}
