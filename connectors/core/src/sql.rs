//! The one place where SQL that reads is born: a [`Scan`] and a [`Dialect`] become a [`Statement`] and a [`Remainder`].

use arrow_schema::DataType;

use crate::{Column, Dialect, Domain, Expr, Result, Scan, Value};

/// SQL text with its ordered parameters, and what its columns are.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// Values for its placeholders, in order.
    pub binds: Vec<Bind>,
    /// What each selected column is: the projection first, then columns that only the remainder needs.
    pub columns: Vec<Column>,
}

/// A value to be bound, never written into the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Bind {
    /// The value; `None` is NULL.
    pub value: Option<Value>,
    /// Its type on Athena's side.
    pub data_type: DataType,
    /// The source type it is sent as.
    pub source_type: Option<&'static str>,
}

/// What the source was not asked to do, or not exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remainder {
    /// Domains to check again, by column name.
    pub domains: Vec<(String, Domain)>,
    /// Filters to evaluate.
    pub filters: Vec<Expr>,
    /// Whether order and limit together were left out.
    pub order: bool,
    /// Whether the limit was left out.
    pub limit: bool,
}

/// A rendered scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// What the source is asked.
    pub statement: Statement,
    /// What is left to do over its answer.
    pub remainder: Remainder,
}

/// Renders a scan.
pub fn render(_scan: &Scan, _dialect: &dyn Dialect) -> Result<Rendered> {
    Err(crate::Error::internal("the renderer is not written yet"))
}
