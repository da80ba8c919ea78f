//! A source's tables as tables of AWS Glue's, without a crawler: what they should be by the source's own catalogue, what Glue has,
//! and what makes the one the other.
//!
//! Glue's catalogue belongs to many. A table is ours by a parameter that names its source; whatever has none is never changed, and
//! what others have added to one of ours stays. Nothing of a row gets there: names, types and comments alone. Not here: who may
//! have a source looked at (`share`, `grants`).

mod entry;
mod glue;
mod hive;
mod look;
mod plan;

use std::collections::BTreeMap;

use connector_core::{Error, Result, Table, TableName};

pub use self::entry::{Entry, comment};
pub use self::glue::{Glue, Held, Outcome};
pub use self::look::{Looked, Scope, is_like, look};
pub use self::plan::{Change, Plan, Step, plan, removal};
use crate::connectors;
use crate::register::Source;

/// Which database of Glue's the tables of a schema are put into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This one; of one schema alone, since names of tables are unique in it.
    Database(String),
    /// One a schema, named by it behind this.
    Prefix(String),
}

impl Target {
    /// The database of a schema.
    pub fn database(&self, schema: &str) -> String {
        match self {
            Self::Database(name) => name.to_lowercase(),
            Self::Prefix(prefix) => format!("{prefix}{schema}").to_lowercase(),
        }
    }

    /// Whether a database may hold tables of the source.
    pub fn has(&self, database: &str) -> bool {
        match self {
            Self::Database(name) => name.to_lowercase() == database,
            Self::Prefix(prefix) => database.starts_with(&prefix.to_lowercase()),
        }
    }
}

/// A table of Glue's, by database and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The database.
    pub database: String,
    /// The table in it.
    pub table: String,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

/// What is put into Glue, and how it is called there.
pub struct Wanted {
    /// The tables.
    pub entries: BTreeMap<Name, Entry>,
    /// Those that Glue cannot have, and why.
    pub refused: Vec<(TableName, Error)>,
}

/// What the tables of a source should be in Glue; `connection` is the connection that they are said to be read through.
///
/// Errors: invalid, for a source whose URL is none.
pub fn wanted(source: &Source, tables: &[Table], target: &Target, connection: Option<&str>) -> Result<Wanted> {
    let connector = connectors::find(&source.engine)?;
    let endpoint = connector.endpoint(&source.url)?;
    let mut named: BTreeMap<Name, Vec<&Table>> = BTreeMap::new();
    for table in tables {
        let TableName { schema, table: name } = &table.name;
        named.entry(Name { database: target.database(schema), table: name.to_lowercase() }).or_default().push(table);
    }
    let mut wanted = Wanted { entries: BTreeMap::new(), refused: Vec::new() };
    for (name, tables) in named {
        match tables.as_slice() {
            [only] => match entry::of(source, (connector, endpoint.database.as_str()), only, connection) {
                Ok(entry) => drop(wanted.entries.insert(name, entry)),
                Err(error) => wanted.refused.push((only.name.clone(), error)),
            },
            several => {
                wanted.refused.extend(several.iter().map(|table| (table.name.clone(), ambiguous(&name, several))));
            }
        }
    }
    Ok(wanted)
}

/// Glue tells no case, so that one of them would hide the others (D20).
fn ambiguous(name: &Name, several: &[&Table]) -> Error {
    let names: Vec<String> = several.iter().map(|table| table.name.to_string()).collect();
    Error::invalid(format!("{} would all be table {name} of Glue, which tells no case", names.join(", ")))
        .hint("make a view of another name for one of them, or choose by --schema and --table")
}

#[cfg(test)]
mod tests;
