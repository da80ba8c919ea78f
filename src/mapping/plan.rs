//! What has to be done so that Glue has what it should. Pure.

use std::collections::BTreeSet;

use aws_sdk_glue::types::Table;
use connector_core::{Error, ErrorKind, Result, TableName};

use super::entry::{self, Entry};
use super::glue::Held;
use super::{Name, Wanted};
use crate::register::Source;

/// What happens to a table of Glue's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is made.
    New,
    /// It is written anew, since the source is otherwise than it was.
    Changed,
    /// It is put back, since somebody has changed it in Glue.
    Drifted,
    /// It is no longer at the source, and left.
    Gone,
    /// It is taken away.
    Removed,
}

/// One table, and what is done about it.
pub struct Step {
    /// Which.
    pub name: Name,
    /// The table at the source.
    pub of: TableName,
    /// What is done.
    pub change: Change,
    /// What is otherwise, in words.
    pub what: Vec<String>,
    /// What Glue has.
    pub(super) held: Option<Box<Table>>,
    /// What it should have.
    pub(super) entry: Option<Entry>,
}

/// All that has to be done.
#[derive(Default)]
pub struct Plan {
    /// Databases to be made.
    pub databases: Vec<String>,
    /// Tables, in order.
    pub steps: Vec<Step>,
    /// Databases that were made for the source, to be taken away if nothing is left in them.
    pub emptied: Vec<String>,
    /// Tables that are as they should be.
    pub same: usize,
    /// Those that stay as they are, and why.
    pub refused: Vec<(TableName, Error)>,
}

/// What makes of what Glue has what is wanted of the source. What `has_looked` does not say to have been looked at is not taken
/// for gone; what is gone is taken away if `removes_gone`.
pub fn plan(
    source: &Source,
    wanted: Wanted,
    held: Held,
    has_looked: &dyn Fn(&TableName) -> bool,
    removes_gone: bool,
) -> Plan {
    let Held { databases, mut tables } = held;
    let used: BTreeSet<String> = wanted.entries.keys().map(|name| name.database.clone()).collect();
    let mut plan = Plan { refused: wanted.refused, ..Plan::default() };
    let refused: Vec<TableName> = plan.refused.iter().map(|(name, _)| name.clone()).collect();
    for (name, entry) in wanted.entries {
        if !databases.contains_key(&name.database) && !plan.databases.contains(&name.database) {
            plan.databases.push(name.database.clone());
        }
        match tables.remove(&name) {
            None => plan.steps.push(step(name, Change::New, Vec::new(), None, Some(entry))),
            Some(table) if !entry::marked(table.parameters.as_ref(), source) => {
                plan.refused.push((entry.of.clone(), anothers(source, &name)));
            }
            Some(table) => match entry.differs(&table) {
                (what, _) if what.is_empty() => plan.same += 1,
                (what, true) => plan.steps.push(step(name, Change::Drifted, what, Some(table), Some(entry))),
                (what, false) => plan.steps.push(step(name, Change::Changed, what, Some(table), Some(entry))),
            },
        }
    }
    let own = tables.into_iter().filter(|(_, table)| entry::marked(table.parameters.as_ref(), source));
    for (name, table) in own {
        let of = entry::meant(&table);
        // What Glue cannot have any more is still there.
        if has_looked(&of) && !refused.contains(&of) {
            let change = if removes_gone { Change::Removed } else { Change::Gone };
            plan.steps.push(step(name, change, Vec::new(), Some(table), None));
        }
    }
    if removes_gone {
        let made = databases.into_iter().filter(|(_, parameters)| entry::marked(Some(parameters), source));
        plan.emptied = made.map(|(name, _)| name).filter(|name| !used.contains(name)).collect();
    }
    plan.steps.sort_by(|one, other| one.name.cmp(&other.name));
    plan
}

/// What takes everything away again that is in scope, and the databases that were made for it.
pub fn removal(source: &Source, held: Held, is_meant: &dyn Fn(&TableName) -> bool) -> Plan {
    let mut plan = Plan::default();
    for (name, table) in held.tables {
        if entry::marked(table.parameters.as_ref(), source) && is_meant(&entry::meant(&table)) {
            plan.steps.push(step(name, Change::Removed, Vec::new(), Some(table), None));
        }
    }
    let made = held.databases.into_iter().filter(|(_, parameters)| entry::marked(Some(parameters), source));
    plan.emptied = made.map(|(name, _)| name).collect();
    plan
}

fn step(name: Name, change: Change, what: Vec<String>, held: Option<Table>, entry: Option<Entry>) -> Step {
    let of = match (&entry, &held) {
        (Some(entry), _) => entry.of.clone(),
        (None, Some(table)) => entry::meant(table),
        (None, None) => TableName::new("", ""),
    };
    Step { name, of, change, what, held: held.map(Box::new), entry }
}

fn anothers(source: &Source, name: &Name) -> Error {
    let told = format!("table {name} of Glue is there and is not of source {}", entry::mark(source));
    Error::new(ErrorKind::Conflict, told).hint("delete it there, or map into another database")
}

impl Step {
    /// What Glue is told.
    pub(super) fn input(&self) -> Result<aws_sdk_glue::types::TableInput> {
        let entry = self.entry.as_ref().ok_or_else(|| Error::internal("a step without a table"))?;
        entry.input(&self.name.table, self.held.as_deref())
    }
}
