//! One table as Glue should have it, and what is otherwise with the one that it has.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_glue::types::{Column, StorageDescriptor, Table as GlueTable, TableInput};
use connector_core::{Connector, Error, Result, Table, TableName};

use super::hive::hive_type;
use crate::register::Source;

/// Names the source that a table is of, and thereby that it is ours.
const MARK: &str = "glaux_source";
/// The schema and the name in the source's own spelling.
const SCHEMA: &str = "glaux_schema";
const TABLE: &str = "glaux_table";
/// What was written when it was written last, as a hash: whether a difference is the source's or somebody else's.
const WRITTEN: &str = "glaux_written";
/// By which a table names what it is read through, and of which engine it is, as crawlers do.
const CONNECTION: &str = "connectionName";
const ENGINE: &str = "classification";
/// AWS's guidance takes no table for one of a database that has no crawler's name on it.
const CRAWLER: &str = "UPDATED_BY_CRAWLER";
/// What a crawler says of such a table besides.
const KIND: [(&str, &str); 2] = [("typeOfData", "table"), ("compressionType", "none")];

/// What Glue takes of a comment on a column, and of a table's description.
const COMMENT: usize = 255;
const DESCRIPTION: usize = 2048;
/// What it takes of a name.
const NAME: usize = 255;

/// A table as Glue should have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The table at the source.
    pub of: TableName,
    description: Option<String>,
    location: String,
    columns: Vec<Told>,
    parameters: BTreeMap<String, String>,
    connection: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    name: String,
    data_type: String,
    comment: Option<String>,
}

/// By whom a table is known to be of this source.
pub(super) fn mark(source: &Source) -> String {
    format!("{}/{}", source.owner, source.id)
}

/// A database that was made for a source says so in the same way.
pub(super) fn marked(parameters: Option<&HashMap<String, String>>, source: &Source) -> bool {
    parameters.and_then(|parameters| parameters.get(MARK)).is_some_and(|held| *held == mark(source))
}

/// What a database of the source's is made with.
pub(super) fn of_database(source: &Source) -> HashMap<String, String> {
    HashMap::from([(MARK.into(), mark(source))])
}

/// The table at the source that one of ours says to be.
pub(super) fn meant(table: &GlueTable) -> TableName {
    let said = |key: &str| table.parameters.as_ref().and_then(|all| all.get(key)).cloned().unwrap_or_default();
    TableName::new(said(SCHEMA), said(TABLE))
}

/// As the source's catalogue has it; `database` is the one that the source's URL names, and `connection` the one of Glue's.
///
/// Errors: unsupported, for what Glue's catalogue cannot say.
pub(super) fn of(
    source: &Source,
    (connector, database): (&dyn Connector, &str),
    table: &Table,
    connection: Option<&str>,
) -> Result<Entry> {
    let TableName { schema, table: name } = &table.name;
    for text in [schema, name].into_iter().chain(table.columns.iter().map(|column| &column.remote_name)) {
        if text.chars().count() > NAME || text.chars().any(char::is_control) {
            return Err(Error::unsupported(format!("Glue takes no name like {text:?}")));
        }
    }
    let told = |column: &connector_core::Column| {
        let data_type = hive_type(column.announced_type());
        let data_type = data_type.map_err(|error| error.context(format!("column {:?}", column.remote_name)))?;
        let comment = column.comment.as_deref().and_then(comment);
        Ok(Told { name: column.name.clone(), data_type, comment })
    };
    let has_database = !database.is_empty() && connector.glue().is_none_or(|form| form.has_databases);
    let parts = has_database.then_some(database).into_iter().chain([schema.as_str(), name.as_str()]);
    let location = parts.collect::<Vec<_>>().join(".");
    let engine = connector.glue().map_or(connector.name(), |form| form.classification);
    let said = [(MARK, mark(source)), (SCHEMA, schema.clone()), (TABLE, name.clone()), (ENGINE, engine.to_owned())];
    let kinds = KIND.map(|(key, value)| (key, value.to_owned()));
    let parameters = said.into_iter().chain(kinds).map(|(key, value)| (key.to_owned(), value));
    Ok(Entry {
        of: table.name.clone(),
        description: table.comment.as_deref().and_then(|text| line(text, DESCRIPTION)),
        location,
        columns: table.columns.iter().map(told).collect::<Result<_>>()?,
        parameters: parameters.collect(),
        connection: connection.map(str::to_owned),
    })
}

/// What is kept of a source's comment on a column.
pub fn comment(text: &str) -> Option<String> {
    line(text, COMMENT)
}

/// A comment as Glue takes one: of one line, and no longer than that.
fn line(text: &str, most: usize) -> Option<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    let whole = words.join(" ");
    // Glue counts as Java does, in halves of what is beyond the basic plane.
    if whole.encode_utf16().count() <= most {
        return Some(whole).filter(|whole| !whole.is_empty());
    }
    let mut left = most - 1;
    let kept = whole.chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    Some(kept.collect::<String>() + "…")
}

impl Entry {
    /// Of one that Glue has, what an entry says; what others have added is left out.
    fn held(table: &GlueTable) -> Self {
        let stored = table.storage_descriptor.as_ref();
        let columns = stored.and_then(|stored| stored.columns.as_ref()).into_iter().flatten();
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let told = columns.map(|column| Told {
            name: column.name.clone(),
            data_type: column.r#type.clone().unwrap_or_default(),
            comment: said(&column.comment),
        });
        let known =
            |key: &str| [MARK, SCHEMA, TABLE, ENGINE].contains(&key) || KIND.iter().any(|(name, _)| *name == key);
        let parameters = table.parameters.iter().flatten().filter(|(key, _)| known(key));
        Self {
            of: meant(table),
            description: said(&table.description),
            location: stored.and_then(|stored| stored.location.clone()).unwrap_or_default(),
            columns: told.collect(),
            parameters: parameters.map(|(key, value)| (key.clone(), value.clone())).collect(),
            connection: table.parameters.as_ref().and_then(|all| all.get(CONNECTION)).cloned(),
        }
    }

    /// Of what is said of the source, and not of a connection, which a command may leave out.
    fn hash(&self) -> String {
        let said = format!("{:?}", (&self.description, &self.location, &self.columns, &self.parameters));
        digest(&SHA256, said.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What is otherwise with the table that Glue has, in words, and whether somebody has changed that since it was written.
    pub(super) fn differs(&self, table: &GlueTable) -> (Vec<String>, bool) {
        let held = Self::held(table);
        let mut otherwise = columns(&self.columns, &held.columns);
        if self.description != held.description {
            otherwise.push("description".into());
        }
        if self.location != held.location {
            otherwise.push("location".into());
        }
        let other = |key: &&String| held.parameters.get(*key) != self.parameters.get(*key);
        otherwise.extend(self.parameters.keys().filter(other).map(|key| format!("parameter {key}")));
        if self.connection.is_some() && self.connection != held.connection {
            otherwise.push(format!("parameter {CONNECTION}"));
        }
        let written = table.parameters.as_ref().and_then(|all| all.get(WRITTEN));
        (otherwise, written.is_some_and(|written| *written != held.hash()))
    }

    /// What Glue is told, over what it has; whatever else that says stays.
    ///
    /// Errors: internal, for a table or a column without a name.
    pub(super) fn input(&self, name: &str, held: Option<&GlueTable>) -> Result<TableInput> {
        let stored = held.and_then(|held| held.storage_descriptor.clone());
        let columns = self.columns.iter().map(|told| told.input(stored.as_ref())).collect::<Result<Vec<_>>>()?;
        let mut stored = stored.unwrap_or_else(|| StorageDescriptor::builder().build());
        (stored.columns, stored.location) = (Some(columns), Some(self.location.clone()));
        let mut parameters = held.and_then(|held| held.parameters.clone()).unwrap_or_default();
        parameters.extend(self.parameters.clone());
        if let Some(connection) = &self.connection {
            parameters.insert(CONNECTION.into(), connection.clone());
            parameters.entry(CRAWLER.into()).or_insert_with(|| "glaux".into());
        }
        parameters.insert(WRITTEN.into(), self.hash());
        let input = TableInput::builder().name(name).set_description(self.description.clone());
        let input = input.set_owner(held.and_then(|held| held.owner.clone()));
        let input = input.set_retention(held.map(|held| held.retention)).set_parameters(Some(parameters));
        let input = input.set_partition_keys(held.and_then(|held| held.partition_keys.clone()));
        let kind = held.and_then(|held| held.table_type.clone()).unwrap_or_else(|| "EXTERNAL_TABLE".into());
        let input = input.storage_descriptor(stored).table_type(kind).build();
        input.map_err(|error| Error::internal("describing a table to Glue").with_source(error))
    }
}

impl Told {
    /// Over the column of the same name, since others may have put parameters there.
    fn input(&self, stored: Option<&StorageDescriptor>) -> Result<Column> {
        let there = stored.and_then(|stored| stored.columns.as_ref()).into_iter().flatten();
        let parameters = there.into_iter().find(|column| column.name == self.name).and_then(|it| it.parameters.clone());
        let column = Column::builder().name(&self.name).r#type(&self.data_type).set_comment(self.comment.clone());
        let column = column.set_parameters(parameters).build();
        column.map_err(|error| Error::internal("describing a column to Glue").with_source(error))
    }
}

/// What is otherwise about columns.
fn columns(wanted: &[Told], held: &[Told]) -> Vec<String> {
    let find = |all: &[Told], name: &str| all.iter().find(|told| told.name == name).cloned();
    let mut otherwise = Vec::new();
    for told in wanted {
        match find(held, &told.name) {
            None => otherwise.push(format!("column {} is new", told.name)),
            Some(other) if other.data_type != told.data_type => {
                otherwise.push(format!("type of column {}: {} for {}", told.name, told.data_type, other.data_type));
            }
            Some(other) if other.comment != told.comment => otherwise.push(format!("comment on column {}", told.name)),
            Some(_) => {}
        }
    }
    let gone = held.iter().filter(|told| find(wanted, &told.name).is_none());
    otherwise.extend(gone.map(|told| format!("column {} is gone", told.name)));
    let names = |all: &[Told]| all.iter().map(|told| told.name.clone()).collect::<Vec<_>>();
    if otherwise.is_empty() && names(wanted) != names(held) {
        otherwise.push("order of columns".into());
    }
    otherwise
}
