//! Failures of single rows, kept beside a column until it is known whether the row needs the value.
//!
//! Not here: failures of a whole expression (types, arity), which are plain errors at once.

use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use crate::{Error, Function, Result};

/// Why a row has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Trino's `NUMERIC_VALUE_OUT_OF_RANGE`.
    Overflow,
    /// Trino's `DIVISION_BY_ZERO`.
    DivisionByZero,
}

/// The rows of a column that have no value, by reason.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

struct Fault {
    rows: BooleanBuffer,
    cause: Cause,
    function: Function,
    data_type: DataType,
}

impl Faults {
    /// Notes that `function` has no value of `data_type` in these rows.
    pub fn add(&mut self, rows: BooleanBuffer, cause: Cause, function: Function, data_type: &DataType) {
        if rows.has_true() {
            self.0.push(Fault { rows, cause, function, data_type: data_type.clone() });
        }
    }

    /// Whether every row has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over another column's.
    pub fn merge(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Forgets all rows but these.
    pub fn keep(&mut self, rows: &BooleanBuffer) {
        self.0.iter_mut().for_each(|fault| fault.rows = &fault.rows & rows);
        self.0.retain(|fault| fault.rows.has_true());
    }

    /// Errors: invalid, if a row is left; names the operation and the type, never a value.
    pub fn raise(&self) -> Result<()> {
        let Some(fault) = self.0.first() else { return Ok(()) };
        let (function, data_type) = (fault.function.wire_name(), &fault.data_type);
        Err(Error::invalid(match fault.cause {
            Cause::Overflow => format!("a result of {function} is out of range for {data_type}"),
            Cause::DivisionByZero => format!("{function} in {data_type} divides by zero"),
        })
        .hint("exclude the rows it cannot be computed for, or compute in a wider type"))
    }
}
