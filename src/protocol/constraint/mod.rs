//! What is wanted of a table, in the seam's own words: a domain a column, expressions, order and limit.

mod arrow_type;
mod domain;
mod expression;
mod value;

use std::collections::BTreeMap;

use connector_core::{Direction, Domain, Expr, Nulls, Result, SortKey};

use self::domain::{read_domain, write_domain};
use self::expression::{read_expression, write_expression};
use super::block::BlockReader;
use super::json::{Cursor, Object, Writer};
use super::{Framing, Version};

/// What is wanted; the default wants everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Constraints {
    /// Wanted values by column; a row must pass every one.
    pub summary: BTreeMap<String, Domain>,
    /// Conditions that must be true, all of them.
    pub expressions: Vec<Expr>,
    /// Wanted order; meaningful with a limit.
    pub order_by: Vec<SortKey>,
    /// No more rows than this are wanted.
    pub limit: Option<u64>,
    /// Arguments of the pass-through function; empty for a table.
    pub passthrough: BTreeMap<String, String>,
    /// A Substrait plan, which serde 6 may bring.
    pub query_plan: Option<QueryPlan>,
}

/// A Substrait plan as it travels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryPlan {
    /// Version of Substrait.
    pub version: Option<String>,
    /// The plan in base64.
    pub plan: Option<String>,
}

impl Constraints {
    /// Reads the field `constraints`; what its version did not have is absent.
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        request.field("constraints", |cursor| {
            let constraints = cursor.object()?;
            let mut blocks = BlockReader::default();
            let limit: Option<i64> = constraints.optional_whole("limit")?;
            Ok(Self {
                summary: constraints
                    .field("summary", |summary| summary.entries(|set| read_domain(set, &mut blocks)))?,
                expressions: constraints
                    .optional("expression", |list| list.items(|node| read_expression(node, &mut blocks)))?
                    .unwrap_or_default(),
                order_by: constraints.optional("orderByClause", |list| list.items(read_sort_key))?.unwrap_or_default(),
                // -1, or any other negative number, is no limit.
                limit: limit.and_then(|limit| u64::try_from(limit).ok()),
                passthrough: constraints.text_map("queryPassthroughArguments")?,
                query_plan: constraints.optional("queryPlan", QueryPlan::read)?,
            })
        })
    }

    /// Writes the field `constraints`.
    ///
    /// Expressions, order, limit and plan are hints and stay out of a version that does not know them, as in AWS's own
    /// writer; a pass-through query is the table itself, so there it is an error.
    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        let framing = version.framing();
        if !self.passthrough.is_empty() {
            version.require(Version::PASSTHROUGH, "pass-through queries")?;
        }
        writer.name("constraints")?.object(|writer| {
            writer.name("summary")?.object(|writer| {
                self.summary.iter().try_for_each(|(column, domain)| {
                    write_domain(writer.name(column)?, domain, framing)
                        .map_err(|error| error.context(format!("writing the constraint on column {column:?}")))
                })
            })?;
            if version >= Version::EXPRESSIONS {
                self.write_beyond_summary(writer, framing)?;
            }
            if version >= Version::PASSTHROUGH {
                writer.name("queryPassthroughArguments")?.text_map(&self.passthrough)?;
            }
            if version >= Version::QUERY_PLAN {
                write_plan(writer.name("queryPlan")?, self.query_plan.as_ref())?;
            }
            Ok(())
        })
    }

    fn write_beyond_summary(&self, writer: &mut Writer, framing: Framing) -> Result<()> {
        writer.name("expression")?.array(&self.expressions, |writer, node| write_expression(writer, node, framing))?;
        writer.name("orderByClause")?.array(&self.order_by, write_sort_key)?;
        let unlimited = -1;
        let limit = self.limit.map_or(unlimited, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        writer.name("limit")?.whole(limit)
    }
}

impl QueryPlan {
    fn read(cursor: Cursor<'_, '_>) -> Result<Self> {
        let plan = cursor.object()?;
        Ok(Self { version: plan.optional_text("substraitVersion")?, plan: plan.optional_text("substraitPlan")? })
    }
}

fn write_plan(writer: &mut Writer, plan: Option<&QueryPlan>) -> Result<()> {
    let Some(plan) = plan else { return writer.null() };
    writer.object(|writer| {
        writer.name("substraitVersion")?.optional_text(plan.version.as_deref())?;
        writer.name("substraitPlan")?.optional_text(plan.plan.as_deref())
    })
}

fn read_sort_key(cursor: Cursor<'_, '_>) -> Result<SortKey> {
    let key = cursor.object()?;
    let (direction, nulls) = key.field("direction", |field| match field.text()?.as_ref() {
        "ASC_NULLS_FIRST" => Ok((Direction::Ascending, Nulls::First)),
        "ASC_NULLS_LAST" => Ok((Direction::Ascending, Nulls::Last)),
        "DESC_NULLS_FIRST" => Ok((Direction::Descending, Nulls::First)),
        "DESC_NULLS_LAST" => Ok((Direction::Descending, Nulls::Last)),
        _ => Err(field.error("this is no direction of a sort")),
    })?;
    Ok(SortKey { column: key.text("columnName")?, direction, nulls })
}

fn write_sort_key(writer: &mut Writer, key: &SortKey) -> Result<()> {
    writer.object(|writer| {
        writer.name("columnName")?.text(&key.column)?;
        writer.name("direction")?.text(match (key.direction, key.nulls) {
            (Direction::Ascending, Nulls::First) => "ASC_NULLS_FIRST",
            (Direction::Ascending, Nulls::Last) => "ASC_NULLS_LAST",
            (Direction::Descending, Nulls::First) => "DESC_NULLS_FIRST",
            (Direction::Descending, Nulls::Last) => "DESC_NULLS_LAST",
        })
    })
}
