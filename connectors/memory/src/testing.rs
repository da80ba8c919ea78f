//! Tables that a test puts into this process's memory, to ask the same of them as of the engine they came from.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use connector_core::TableName;

use crate::tables::Database;

/// Tables by the name of their database.
static GIVEN: Mutex<BTreeMap<String, Vec<(TableName, RecordBatch)>>> = Mutex::new(BTreeMap::new());

/// Puts tables where `memory://DATABASE` finds them.
pub fn put(database: &str, tables: Vec<(TableName, RecordBatch)>) {
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(database.to_owned(), tables);
}

pub(crate) fn database(name: &str) -> Option<Database> {
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().map(Database::Given)
}
