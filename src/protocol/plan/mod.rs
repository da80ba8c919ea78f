//! The serialized plan that serde 6 may bring: of Substrait, as far as it speaks of one table.
//!
//! A reader of protocol buffers skips fields that it does not know, and in a plan such a field can change what all the others
//! mean. So the plan is read here field by field, and one that is unknown, repeated or of another kind ends it: a plan is
//! understood whole or not at all. Field numbers are Substrait's (`algebra.proto`, `plan.proto`, `type.proto`), its older
//! forms with them, since Athena's version is not known.
//!
//! Not here: what a plan means for a table (`handler`).

mod expression;
mod outline;
mod relation;
mod types;
mod wire;
mod write;

use arrow_schema::DataType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Error, Result, Value};

use super::QueryPlan;
pub use outline::Outline;

/// How deep relations and expressions may nest.
const MAX_DEPTH: usize = 64;

/// A plan over one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What its columns are called.
    pub names: Vec<String>,
    /// What it computes.
    pub root: Relation,
}

/// Rows, as they are made; every kind but `Read` of others.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Which columns are handed on, by place among those it makes; all of them if there is no list.
    pub emit: Option<Vec<usize>>,
    /// How rows are made.
    pub kind: Kind,
}

/// How rows are made.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A table's.
    Read(Read),
    /// Those for which a condition is true.
    Filter { input: Box<Relation>, condition: Expression },
    /// The input's columns, and these behind them.
    Project { input: Box<Relation>, expressions: Vec<Expression> },
    /// The keys of each group, and its measures behind them.
    Aggregate { input: Box<Relation>, keys: Vec<Expression>, measures: Vec<Measure> },
    /// The first so many.
    Fetch { input: Box<Relation>, count: u64 },
}

/// A read of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The parts of its name.
    pub table: Vec<String>,
    /// Its columns; of a type that is not read here there is none.
    pub columns: Vec<(String, Option<DataType>)>,
    /// The condition under which a row is read.
    pub filter: Option<Expression>,
    /// Which columns are read, by place, if not all.
    pub projection: Option<Vec<usize>>,
}

/// An expression over the columns of an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// The column at a place.
    Field(usize),
    /// A constant; `None` is a typed NULL.
    Literal { value: Option<Value>, data_type: DataType },
    /// A call.
    Call { function: FunctionName, arguments: Vec<Self>, data_type: Option<DataType> },
    /// Whether a value is one of a list.
    OneOf { value: Box<Self>, options: Vec<Self> },
}

/// A function of one of Substrait's own lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionName {
    /// The list: `functions_comparison`.
    pub list: String,
    /// The function, without the types behind a colon: `equal`.
    pub name: String,
}

/// An aggregate of a group's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Which.
    pub function: FunctionName,
    /// Of what.
    pub arguments: Vec<Expression>,
    /// Whether equal values count once.
    pub distinct: bool,
    /// What it gives.
    pub data_type: Option<DataType>,
}

impl Plan {
    /// Reads a plan as it travels.
    ///
    /// Errors: corrupt, for what is no plan; unsupported, for one that says more than is read here.
    pub fn decode(plan: &QueryPlan) -> Result<Self> {
        relation::plan(&bytes(plan)?)
    }

    /// The plan as it travels.
    ///
    /// Errors: internal, for a type or value that has no place in one.
    pub fn encode(&self) -> Result<QueryPlan> {
        let bytes = write::plan(self)?;
        Ok(QueryPlan { version: Some(write::VERSION.to_owned()), plan: Some(STANDARD.encode(bytes)) })
    }
}

fn bytes(plan: &QueryPlan) -> Result<Vec<u8>> {
    let text = plan.plan.as_deref().unwrap_or_default();
    STANDARD.decode(text).map_err(|error| Error::corrupt("the plan is not base64").with_source(error))
}

/// What has a place in Substrait and none here.
fn unread(what: &str) -> Error {
    Error::unsupported(format!("a plan with {what} is not read here"))
}

#[cfg(test)]
mod tests;
