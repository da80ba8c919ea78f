//! Rights to read, and what lies between two sets of them.

use std::collections::{BTreeMap, BTreeSet};

/// The right to read a table, or some columns of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// In the source's spelling.
    pub schema: String,
    /// In the source's spelling.
    pub table: String,
    /// These only; all, also those to come, if none is named.
    pub columns: Option<Vec<String>>,
}

impl Right {
    /// To read all of a table.
    pub fn whole(schema: impl Into<String>, table: impl Into<String>) -> Self {
        Self { schema: schema.into(), table: table.into(), columns: None }
    }

    /// To read one column of a table, or all of it.
    pub fn part(schema: impl Into<String>, table: impl Into<String>, column: Option<String>) -> Self {
        Self { columns: column.map(|column| vec![column]), ..Self::whole(schema, table) }
    }
}

/// One table's rights: to the whole of it, and to columns besides.
#[derive(Default)]
struct Table<'r> {
    whole: bool,
    columns: BTreeSet<&'r str>,
}

fn by_table(rights: &[Right]) -> BTreeMap<(&str, &str), Table<'_>> {
    let mut tables: BTreeMap<(&str, &str), Table<'_>> = BTreeMap::new();
    for Right { schema, table, columns } in rights {
        let entry = tables.entry((schema, table)).or_default();
        match columns {
            None => entry.whole = true,
            Some(columns) => entry.columns.extend(columns.iter().map(String::as_str)),
        }
    }
    tables
}

/// The same rights, one for each table and its columns together, in order; a column of a table that is granted whole adds nothing.
pub fn united(rights: &[Right]) -> Vec<Right> {
    let unite = |((schema, table), held): ((&str, &str), Table<'_>)| {
        let columns = (!held.whole).then(|| held.columns.iter().map(ToString::to_string).collect());
        Right { columns, ..Right::whole(schema, table) }
    };
    by_table(rights).into_iter().map(unite).collect()
}

/// What of `wanted` is to be given to whoever holds `held`, and what is to be taken; each has a table at most once whole and once
/// by columns. A column right beside a right to the whole table is one more than wanted, for it outlives the other.
pub fn difference(held: &[Right], wanted: &[Right]) -> (Vec<Right>, Vec<Right>) {
    let wanted = united(wanted);
    (less(&wanted, held), less(held, &wanted))
}

fn less(more: &[Right], other: &[Right]) -> Vec<Right> {
    let (more, other, none) = (by_table(more), by_table(other), Table::default());
    let mut rest = Vec::new();
    for ((schema, table), has) in more {
        let beside = other.get(&(schema, table)).unwrap_or(&none);
        if has.whole && !beside.whole {
            rest.push(Right::whole(schema, table));
        }
        let columns: Vec<String> = has.columns.difference(&beside.columns).map(ToString::to_string).collect();
        if !columns.is_empty() {
            rest.push(Right { columns: Some(columns), ..Right::whole(schema, table) });
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rights<'r> = &'r [Right];

    fn columns(table: &str, columns: &[&str]) -> Right {
        Right { columns: Some(columns.iter().map(ToString::to_string).collect()), ..Right::whole("s", table) }
    }

    #[test]
    fn rights_to_one_table_are_one_right() {
        let rights = [columns("b", &["y"]), Right::whole("s", "a"), columns("b", &["x", "y"]), columns("a", &["z"])];
        assert_eq!(united(&rights), [Right::whole("s", "a"), columns("b", &["x", "y"])]);
    }

    #[test]
    fn what_is_given_and_taken_leads_from_the_one_to_the_other() {
        let whole = Right::whole("s", "t");
        let cases: [(Rights<'_>, Rights<'_>, Rights<'_>, Rights<'_>); 6] = [
            (&[], std::slice::from_ref(&whole), std::slice::from_ref(&whole), &[]),
            (std::slice::from_ref(&whole), &[], &[], std::slice::from_ref(&whole)),
            (
                std::slice::from_ref(&whole),
                &[columns("t", &["a"])],
                &[columns("t", &["a"])],
                std::slice::from_ref(&whole),
            ),
            (
                &[columns("t", &["a"]), columns("t", &["b"])],
                &[columns("t", &["b", "c"])],
                &[columns("t", &["c"])],
                &[columns("t", &["a"])],
            ),
            (&[whole.clone(), columns("t", &["a"])], std::slice::from_ref(&whole), &[], &[columns("t", &["a"])]),
            (&[columns("t", &["a"])], &[columns("t", &["a"])], &[], &[]),
        ];
        for (held, wanted, give, take) in cases {
            assert_eq!(difference(held, wanted), (give.to_vec(), take.to_vec()), "{held:?} {wanted:?}");
        }
    }
}
