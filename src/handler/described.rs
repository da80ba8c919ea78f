//! What a session was told about tables, kept for seconds: Athena asks for a table several times while it plans one query.
//!
//! It belongs to the session that was told it, so another log-in's rights are never seen in it, and it ends with the session.
//! Only Athena's GetTable is answered from it. A read is always told afresh, since what a column was a moment ago may
//! decide which rows a condition takes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use connector_core::{Table, TableName};

/// Long enough for the planning of one query, short enough for somebody who alters a table and looks.
pub(super) const LIFETIME: Duration = Duration::from_secs(5);

/// Tables remembered at once; a listing of thousands is asked table by table.
const MOST: usize = 64;

#[derive(Default)]
pub(super) struct Described {
    tables: HashMap<TableName, (Instant, Table)>,
}

impl Described {
    /// When, less than [`LIFETIME`] before `now`, and as what the table was described.
    pub(super) fn get(&self, name: &TableName, now: Instant) -> Option<&(Instant, Table)> {
        self.tables.get(name).filter(|(told, _)| is_young(*told, now))
    }

    pub(super) fn put(&mut self, name: &TableName, table: &Table, now: Instant) {
        self.tables.retain(|_, (told, _)| is_young(*told, now));
        if self.tables.len() < MOST || self.tables.contains_key(name) {
            self.tables.insert(name.clone(), (now, table.clone()));
        }
    }
}

fn is_young(told: Instant, now: Instant) -> bool {
    now.saturating_duration_since(told) < LIFETIME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_tables_are_not_remembered_at_once_but_one_that_is_is_remembered_as_last_told() {
        let (mut described, now) = (Described::default(), Instant::now());
        let named = |number: usize| TableName::new("shop", number.to_string());
        let table = |comment: &str| Table { name: named(0), columns: Vec::new(), comment: Some(comment.to_owned()) };
        for number in 0..=MOST {
            described.put(&named(number), &table("first"), now);
        }
        described.put(&named(0), &table("again"), now);
        let comment = |number| described.get(&named(number), now).and_then(|(_, table)| table.comment.clone());
        assert_eq!((comment(0), comment(1), comment(MOST)), (Some("again".into()), Some("first".into()), None));
        assert!(described.get(&named(0), now + LIFETIME).is_none());
    }
}
