//! What a request's plan says, and whether it is what the request asks for.
//!
//! A plan that is understood whole becomes conditions, an aggregate and a limit of the scan. It is never known for certain what
//! Athena does with the rows it gets (protocol reference 13), so the request's schema decides. A plan is followed if its columns
//! are exactly those asked for. If it puts rows together and its columns may be those asked for, but it cannot be followed or the
//! table has the same columns, then neither its rows nor the table's may be given: that is an error. Otherwise the constraints
//! alone say what is wanted, as if there were no plan.

mod expression;
mod relation;

use arrow_schema::{DataType, Schema};
use connector_core::{Aggregate, Error, ErrorKind, Expr, Result, Scan, Split, Table, TableName, Told, same_layout};

use super::caller::Asked;
use crate::protocol::Constraints;
use crate::protocol::plan::{Outline, Plan};

/// What a plan says, in the seam's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meaning {
    /// The columns it gives: what each is called, which of the table's it is if it is one, and its type.
    pub columns: Vec<Given>,
    /// Conditions of the rows it starts from.
    pub filters: Vec<Expr>,
    /// How it puts them together.
    pub aggregate: Option<Aggregate>,
    /// How many of what then there are it takes.
    pub limit: Option<u64>,
}

/// A column that a plan gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Given {
    pub name: String,
    pub column: Option<String>,
    pub data_type: DataType,
}

impl Asked {
    /// What the request's plan says, if the catalog follows plans and it is understood.
    fn meaning(&self, name: &TableName, table: &Table, constraints: &Constraints) -> Result<Meaning> {
        let plan = constraints.query_plan.as_ref().ok_or_else(|| Error::not_found("there is no plan"))?;
        if !self.catalog().settings.query_plans {
            let told = format!("plans are switched off for catalog {:?}", self.catalog().name);
            return Err(Error::unsupported(told).hint(
                "let the owner of the function set \"glaux_query_plans\" to true (in a file: query_plans = true beside the \
                 catalog's url)",
            ));
        }
        if !constraints.passthrough.is_empty() {
            return Err(Error::unsupported("a plan over a pass-through query is not followed"));
        }
        relation::meaning(&Plan::decode(plan)?, name, table)
    }

    /// Whether a read of this table must stay in one piece: its groups would be torn, and a limit taken of every piece.
    pub(super) fn is_one_piece(&self, name: &TableName, table: &Table, constraints: &Constraints) -> bool {
        let meaning = self.meaning(name, table, constraints);
        meaning.is_ok_and(|meaning| meaning.aggregate.is_some() || meaning.limit.is_some())
    }

    /// Adds to a scan what the request's plan says, if that is what the request asks for.
    ///
    /// Errors: unsupported, where rows put together may be wanted and cannot be given; conflict, for a part of a table that was
    /// not to be cut.
    pub(super) fn follow(
        &self,
        name: &TableName,
        schema: &Schema,
        constraints: &Constraints,
        scan: Scan,
    ) -> Result<Scan> {
        if constraints.query_plan.is_none() {
            return Ok(scan);
        }
        let meaning = self.meaning(name, &scan.table, constraints);
        let meaning = meaning.and_then(|meaning| agreed(meaning, schema, constraints, &scan.table));
        match meaning {
            Ok(meaning) => joined(meaning, scan),
            Err(error) if may_be_wanted(schema, constraints) => {
                let told =
                    "the request may want rows that its plan puts together, and they cannot be had from the source";
                let told = Error::unsupported(format!("{told}: {error}"));
                Err(match error.hint_text() {
                    Some(hint) => told.hint(hint),
                    None => told.hint("write the query so that Athena reads the columns it needs"),
                })
            }
            Err(error) => {
                tracing::info!("the request's plan is left out: {error}");
                Ok(scan)
            }
        }
    }
}

/// Whether a plan of the request makes other rows than the table's, as far as can be seen: then there may be a group where no
/// row is.
pub(super) fn reshapes(constraints: &Constraints) -> bool {
    outline(constraints).is_some_and(|outline| outline.reshapes)
}

fn outline(constraints: &Constraints) -> Option<Outline> {
    Outline::of(constraints.query_plan.as_ref()?).ok()
}

/// Whether the columns of a plan that makes other rows are all asked for.
fn may_be_wanted(schema: &Schema, constraints: &Constraints) -> bool {
    outline(constraints).filter(|outline| outline.reshapes && !outline.names.is_empty()).is_some_and(|outline| {
        outline.names.iter().all(|name| schema.fields().iter().any(|field| is_called(field.name(), name)))
    })
}

/// Athena knows names in lower case.
fn is_called(name: &str, in_plan: &str) -> bool {
    name.to_lowercase() == in_plan.to_lowercase()
}

/// The meaning, if it is without doubt what the request asks for.
fn agreed(meaning: Meaning, schema: &Schema, constraints: &Constraints, table: &Table) -> Result<Meaning> {
    let fields = schema.fields();
    let is_same = fields.len() == meaning.columns.len()
        && fields.iter().zip(&meaning.columns).all(|(field, given)| {
            is_called(field.name(), &given.name) && same_layout(field.data_type(), &given.data_type)
        });
    if !is_same {
        return Err(Error::unsupported("its columns are not those that are asked for"));
    }
    let Some(aggregate) = &meaning.aggregate else {
        let is_read =
            meaning.columns.iter().zip(fields).all(|(given, field)| given.column.as_ref() == Some(field.name()));
        return if is_read && constraints.order_by.is_empty() {
            Ok(meaning)
        } else {
            Err(Error::unsupported("its columns are renamed, or it leaves out an order"))
        };
    };
    let is_of_table = |field: &arrow_schema::FieldRef| {
        table.column(field.name()).is_some_and(|column| same_layout(&column.mapping.data_type, field.data_type()))
    };
    if fields.iter().all(is_of_table)
        && !aggregate.outputs.iter().zip(fields).all(|(told, field)| repeats(told, field.name()))
    {
        return Err(Error::unsupported("its columns are called and typed as the table's own"));
    }
    if !constraints.order_by.is_empty() || constraints.limit.is_some_and(|limit| meaning.limit != Some(limit)) {
        return Err(Error::unsupported("an order or a limit is asked for that it does not have"));
    }
    let mut named = constraints.summary.keys().map(String::as_str).collect::<Vec<_>>();
    constraints.expressions.iter().for_each(|expression| expression.for_each_column(&mut |name| named.push(name)));
    let is_made = |name: &str| {
        let outputs = aggregate.outputs.iter().zip(fields);
        let mut made = outputs.filter(|(told, field)| **told != Told::Key(field.name().clone()));
        made.any(|(_, field)| field.name() == name)
    };
    if named.into_iter().any(is_made) {
        return Err(Error::unsupported("a condition is about what it makes"));
    }
    Ok(meaning)
}

/// Whether putting the rows that come of it together once more gives the same rows, so that it does not matter who does it.
fn repeats(told: &Told, name: &str) -> bool {
    matches!(told, Told::Key(column) | Told::Min(column) | Told::Max(column) if column == name)
}

fn joined(meaning: Meaning, mut scan: Scan) -> Result<Scan> {
    if scan.split != Split::Whole && (meaning.aggregate.is_some() || meaning.limit.is_some()) {
        let told = format!("a part of table {} is to be read by a plan that is about all of it", scan.table.name);
        return Err(Error::new(ErrorKind::Conflict, told).hint("run the query again"));
    }
    scan.filters.extend(meaning.filters);
    scan.aggregate = meaning.aggregate;
    // Of two limits both hold.
    scan.limit = match (scan.limit, meaning.limit) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    Ok(scan)
}

#[cfg(test)]
mod tests;
