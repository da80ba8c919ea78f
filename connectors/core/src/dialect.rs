//! How an engine spells SQL: text only, no I/O, so that it can be tested by text alone.

use arrow_schema::DataType;

use crate::{Bind, Column, Direction, Function, Grammar, Measure, Nulls, Value};

/// The spelling of one engine. Everything written goes through [`crate::sql`], the only place where reading SQL is born.
pub trait Dialect: Send + Sync {
    /// Writes an identifier, quoted, with the quote character inside it doubled.
    fn identifier(&self, name: &str, out: &mut String);

    /// The same as a text of its own.
    fn quoted(&self, name: &str) -> String {
        let mut out = String::with_capacity(name.len() + 2);
        self.identifier(name, &mut out);
        out
    }

    /// Writes the `n`-th placeholder (from 1), with the cast that gives the bound value its type.
    fn placeholder(&self, n: usize, bind: &Bind, out: &mut String);

    /// The source type in which values of `data_type` are bound, unless a column says otherwise.
    fn bind_type(&self, data_type: &DataType) -> Option<&'static str>;

    /// Whether the source has this value at all; what compares with one that it lacks stays above.
    fn binds(&self, _value: &Value) -> bool {
        true
    }

    /// The least value of a type, where the source has others that only stand for one that is missing: below it, and among those above.
    fn first(&self, _data_type: &DataType) -> Option<Value> {
        None
    }

    /// What stands behind a select without a table, of a server that looks only one end of a column up in its index at a time, so
    /// that the least and the largest value are asked for apart; none where both are looked up.
    fn ends_apart(&self) -> Option<&'static str> {
        None
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

    /// What is written around a value of this type, or of a row, to measure it over the rows of a group; `None` keeps it above.
    fn aggregate(&self, _measure: Measure, _values: Option<&DataType>) -> Option<Around> {
        None
    }

    /// Expressions over the rows of a group, of a column that may not fit: one of them is a value that does not fit if any row
    /// has one. `None`, if no expression shows that, keeps aggregates above.
    fn witnesses(&self, _column: &Column) -> Option<&'static [Around]> {
        None
    }

    /// What is written behind an expression to ask whether it is NULL, where `IS NULL` would find more than that.
    fn is_null(&self) -> &'static str {
        " IS NULL"
    }

    /// How `function` is made to compare texts by code point; `None` if the engine cannot, which keeps it above.
    fn binary_text(&self, function: Function) -> Option<BinaryText>;

    /// How a call with arguments of these types is written so that it means what Athena means; `None` keeps it above.
    fn function(&self, function: Function, args: &[DataType]) -> Option<FunctionForm>;

    /// The pattern that means in the engine's LIKE what `pattern` means in Athena's, which has two wildcards and no escape.
    fn like_pattern(&self, pattern: &str) -> Option<String> {
        Some(pattern.to_owned())
    }

    /// Whether the engine has truth values: a condition may be compared, and a column may be a condition.
    fn has_truth_values(&self) -> bool {
        true
    }

    /// Writes one sort key; `key` is its expression, already written.
    fn sort(&self, key: &str, direction: Direction, nulls: Nulls, out: &mut String);

    /// Writes behind a table's name that its rows are wanted as they were at a moment ([`crate::Connection::moment`]); false where
    /// the engine gives none.
    fn as_of(&self, _moment: u64, _out: &mut String) -> bool {
        false
    }

    /// Writes the clause that stops after `rows` rows, at the end of a select that has an order or none.
    fn limit(&self, rows: u64, ordered: bool, out: &mut String);

    /// How queries that are passed through are read; `None` if the engine takes none.
    fn grammar(&self) -> Option<Grammar> {
        None
    }

    /// Whether the engine runs no SQL and reads parts of a table that it has numbered itself ([`crate::Split::Part`]).
    fn reads_parts(&self) -> bool {
        false
    }

    /// How many values one statement may bind.
    fn max_binds(&self) -> usize;

    /// How many values may stand in one list behind IN; longer ones are written as several.
    fn max_list(&self) -> usize {
        usize::MAX
    }
}

/// Pieces of text with the same column between every two of them.
pub type Around = &'static [&'static str];

/// What is written around a text so that it compares by code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryText {
    /// In front of it.
    pub open: &'static str,
    /// Behind it.
    pub close: &'static str,
    /// Around both sides of a comparison, and not only its first.
    pub both_sides: bool,
    /// Beside the comparison as the column's own collation does it, which finds more and lets an index serve.
    pub beside_plain: bool,
}

/// The shape of a rendered function call; every argument is parenthesised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionForm {
    /// `(a) IS NULL`, as [`Dialect::is_null`] has it
    IsNull,
    /// `(a) op (b) op …`
    Infix(&'static str),
    /// `op (a)`
    Prefix(&'static str),
    /// `name(a, b)`
    Call(&'static str),
    /// `open (a) between (b) close`
    Around(&'static str, &'static str, &'static str),
    /// `(a) IN (b, c, …)`
    In,
}
