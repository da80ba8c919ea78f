//! How an engine spells SQL: text only, no I/O, so that it can be tested by text alone.

use arrow_schema::DataType;

use crate::{Bind, Column, Direction, Function, Nulls, Value};

/// The spelling of one engine. Everything written goes through [`crate::sql`], the only place where reading SQL is born.
pub trait Dialect: Send + Sync {
    /// Writes an identifier, quoted, with the quote character inside it doubled.
    fn identifier(&self, name: &str, out: &mut String);

    /// Writes the `n`-th placeholder (from 1), with the cast that gives the bound value its type.
    fn placeholder(&self, n: usize, bind: &Bind, out: &mut String);

    /// The source type in which values of `data_type` are bound, unless a column says otherwise.
    fn bind_type(&self, data_type: &DataType) -> Option<&'static str>;

    /// Whether the source has this value at all; what compares with one that it lacks stays above.
    fn binds(&self, _value: &Value) -> bool {
        true
    }

    /// Whether a value of the source's type `own` is printed exactly as `value` ([`crate::ReadAs::Printed`]).
    fn prints(&self, _own: &str, _value: &Value) -> bool {
        false
    }

    /// Whether the source may hold values of this column that do not fit the type it is shown as (infinite times, NaN among
    /// decimals). Rows that a comparison finds then bring the column along, so that such a value is an error and not a match.
    fn may_not_fit(&self, _column: &Column) -> bool {
        false
    }

    /// The suffix that makes a text comparison one by code point (` COLLATE "C"`); `None` if the engine has none.
    fn binary_collation(&self) -> Option<&'static str>;

    /// How a call with arguments of these types is written so that it means what Athena means; `None` keeps it above.
    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm>;

    /// Writes one sort key behind an expression already written.
    fn sort(&self, direction: Direction, nulls: Nulls, out: &mut String);

    /// Writes the clause that stops after `rows` rows, at the end of a select.
    fn limit(&self, rows: u64, out: &mut String);

    /// How many values one statement may bind.
    fn max_binds(&self) -> usize;
}

/// The shape of a rendered function call; every argument is parenthesised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionForm {
    /// `(a) op (b) op …`
    Infix(&'static str),
    /// `op (a)`
    Prefix(&'static str),
    /// `(a) op`
    Postfix(&'static str),
    /// `name(a, b)`
    Call(&'static str),
    /// `(a) op (b) suffix`
    InfixWith(&'static str, &'static str),
    /// `(a) IN (b, c, …)`
    In,
}
