//! Athena's semantics over Arrow batches: filters that a source was not asked to apply, or only as a superset, applied here.
//!
//! Athena is Trino, so every rule cites Trino's documentation or source file by name. Columns are found by name; zoned
//! timestamps hold the packed form of the wire (milliseconds shifted left by 12 bits, zone key below) and compare by instant.
//!
//! When a row fails: arithmetic that overflows or divides by zero fails the call, but only for a row that needs the value.
//! `AND` and `OR` stop at the argument that decides, from left to right (Trino, `AndCodeGenerator`), a function is not called
//! once an earlier argument is NULL (Trino, `BytecodeUtils`), and [`select`] forgets a row at the first condition it does not
//! pass. Trino promises no order of evaluation; an answer is given wherever this one gives one.
//!
//! Not here: SQL, parsing, casts (none can travel), any function beyond the protocol's 21.

mod arithmetic;
mod bits;
mod compare;
mod decimal;
mod domain;
mod fault;
pub(crate) mod keys;
mod like;
mod operand;
mod set;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_select::filter::filter_record_batch;

use crate::{Domain, Error, Expr, Result};

pub use types::{MAX_DEPTH, supports};

/// The rows of `batch` that pass every domain and every filter; a filter passes only when TRUE, and the answer has no nulls.
///
/// Errors: unsupported or invalid, for what cannot be evaluated over these types; invalid, for a row whose arithmetic fails.
pub fn select(batch: &RecordBatch, domains: &[(String, Domain)], filters: &[Expr]) -> Result<BooleanArray> {
    let schema = batch.schema();
    for filter in filters {
        types::check_filter(filter, &schema).map_err(|error| error.context("checking a filter"))?;
    }
    let mut selected = BooleanBuffer::new_set(batch.num_rows());
    for (name, domain) in domains {
        let passing = domain::passing(column(batch, name)?, domain)
            .map_err(|error| error.context(format!("applying the constraint on column \"{name}\"")))?;
        selected = &selected & &passing;
    }
    for filter in filters {
        // A batch of which nothing is left needs no further work.
        if !selected.has_true() {
            break;
        }
        selected = narrowed(&selected, filter, batch).map_err(|error| error.context("applying a filter"))?;
    }
    Ok(BooleanArray::new(selected, None))
}

/// The rows of `batch` that pass, as a batch.
///
/// Errors: those of [`select`].
pub fn filter(batch: &RecordBatch, domains: &[(String, Domain)], filters: &[Expr]) -> Result<RecordBatch> {
    let selected = select(batch, domains, filters)?;
    if selected.true_count() == batch.num_rows() {
        return Ok(batch.clone());
    }
    filter_record_batch(batch, &selected)
        .map_err(|error| Error::internal("the selected rows of a batch could not be copied").with_source(error))
}

/// The value of `expr` for every row of `batch`, of the expression's own type.
///
/// Errors: unsupported or invalid, for what cannot be evaluated over these types; invalid, for a row whose arithmetic fails.
pub fn evaluate(expr: &Expr, batch: &RecordBatch) -> Result<ArrayRef> {
    let doing = |error: Error| error.context("evaluating an expression");
    types::check(expr, &batch.schema()).map_err(doing)?;
    let outcome = walk::outcome(expr, batch).map_err(doing)?;
    outcome.faults.raise().map_err(doing)?;
    outcome.operand.into_array(expr.data_type(), batch.num_rows()).map_err(doing)
}

fn narrowed(selected: &BooleanBuffer, filter: &Expr, batch: &RecordBatch) -> Result<BooleanBuffer> {
    let mut outcome = walk::outcome(filter, batch)?;
    outcome.faults.keep(selected);
    outcome.faults.raise()?;
    let truth = outcome.operand.truth(batch.num_rows())?;
    Ok(selected & &truth.yes)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch
        .column_by_name(name)
        .ok_or_else(|| Error::not_found(format!("the constraint names column \"{name}\", which the batch lacks")))
}
