//! What the living subscriptions say together.

use connector_core::{Right, united};

use crate::register::{Scope, Subscription, Time};

/// What an environment may read at a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desired {
    /// Tables and columns, each table once, in order.
    pub scopes: Vec<Scope>,
    /// When the last of them ends, if all of them end.
    pub ends: Option<Time>,
}

impl Desired {
    /// By these subscriptions, of one environment and one source, whatever else they are.
    pub fn of<'s>(subscriptions: impl IntoIterator<Item = &'s Subscription>) -> Self {
        let live: Vec<&Subscription> = subscriptions.into_iter().filter(|one| one.is_live()).collect();
        let scopes: Vec<Scope> = live.iter().flat_map(|one| one.granted.clone()).collect();
        let ends = live.iter().map(|one| one.ends).collect::<Option<Vec<Time>>>();
        Self { scopes: scopes_of(united(&rights_of(&scopes))), ends: ends.and_then(|ends| ends.into_iter().max()) }
    }

    /// Without what the source does not have.
    pub fn without(self, missing: &[Scope]) -> Self {
        let left = |scope: Scope| -> Option<Scope> {
            let gone = missing.iter().find(|gone| (&gone.schema, &gone.table) == (&scope.schema, &scope.table));
            match (gone.map(|gone| &gone.columns), scope.columns) {
                (None, columns) => Some(Scope { columns, ..scope }),
                (Some(Some(gone)), Some(columns)) => {
                    let columns: Vec<String> = columns.into_iter().filter(|column| !gone.contains(column)).collect();
                    (!columns.is_empty()).then_some(Scope { columns: Some(columns), ..scope })
                }
                // The table itself is gone.
                (Some(_), _) => None,
            }
        };
        Self { scopes: self.scopes.into_iter().filter_map(left).collect(), ends: self.ends }
    }
}

/// As an engine knows them.
pub fn rights_of(scopes: &[Scope]) -> Vec<Right> {
    let right = |scope: &Scope| Right { columns: scope.columns.clone(), ..Right::whole(&scope.schema, &scope.table) };
    scopes.iter().map(right).collect()
}

/// As the register knows them.
pub fn scopes_of(rights: Vec<Right>) -> Vec<Scope> {
    rights.into_iter().map(|Right { schema, table, columns }| Scope { schema, table, columns }).collect()
}
