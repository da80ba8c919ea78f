//! A part of what was asked for, as an owner names it.

use clap::Args;
use connector_core::{Error, Result};

use super::words::read_columns;
use crate::register::{Scope, Subscription};
use crate::share::asset_id;

/// Which part.
#[derive(Args, Clone, Debug, Default)]
pub struct Part {
    /// Of these assets only
    #[arg(long, value_name = "ASSET", num_args = 1..)]
    tables: Vec<String>,
    /// Of this asset these columns only: ASSET:column,column
    #[arg(long, value_name = "COLUMNS", num_args = 1..)]
    columns: Vec<String>,
}

impl Part {
    /// Whether nothing is named.
    pub fn is_whole(&self) -> bool {
        self.tables.is_empty() && self.columns.is_empty()
    }

    /// The part of `of` that is named, where `of` is what is asked for or granted by the subscription.
    ///
    /// Errors: not found, for what was not asked for; invalid, for columns of a table that is left out.
    pub fn scopes(&self, subscription: &Subscription, of: &[Scope]) -> Result<Vec<Scope>> {
        let id = |scope: &Scope| asset_id(&subscription.source, &scope.schema, &scope.table);
        let unknown = |wanted: &str| {
            let asked: Vec<String> = subscription.asked.iter().map(id).collect();
            Error::not_found(format!("{wanted} was not asked for in {}", subscription.id))
                .hint(format!("asked for is {}", asked.join(" and ")))
        };
        let asked = |wanted: &str| subscription.asked.iter().find(|scope| id(scope) == wanted);
        let mut part = Vec::new();
        for wanted in &self.tables {
            part.push(asked(wanted).ok_or_else(|| unknown(wanted))?.clone());
        }
        if self.tables.is_empty() {
            part = of.to_vec();
        }
        for named in &self.columns {
            let (wanted, mut columns) = read_columns(named)?;
            asked(&wanted).ok_or_else(|| unknown(&wanted))?;
            let scope = part.iter_mut().find(|scope| id(scope) == wanted);
            let scope = scope.ok_or_else(|| {
                Error::invalid(format!("columns of {wanted} are named, and the table itself is left out"))
                    .hint("name it among --tables, too")
            })?;
            columns.sort();
            columns.dedup();
            scope.columns = Some(columns);
        }
        Ok(part)
    }
}
