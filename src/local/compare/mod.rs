//! Two federation functions over one source, asked the same questions as Athena would ask: what they list, what tables look like,
//! which rows they give, and what conditions let pass.
//!
//! Both are asked through the codec, with what each of them promises, and rows are filtered again here by Athena's rules, since a
//! function may give more than it was asked for. Memory is bounded by the rows of one sample, time by a limit for each table.
//! Not here: how findings are shown.

mod conditions;
mod rows;
mod side;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connector_core::{Error, Result, TableName, same_layout};

use self::side::Side;
use super::Options;
use super::invoke::Invoke;
use super::types::athena_type;
use crate::protocol::GetTableResponse;

/// A function, and what the catalog is called that it is asked for.
pub struct Function {
    /// The catalog.
    pub catalog: String,
    /// The function.
    pub invoke: Arc<dyn Invoke>,
}

/// How much is compared.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Rows of a table; a table of no more is compared whole.
    pub sample: usize,
    /// Which tables, as `schema.table` with stars for anything; all, if there is none.
    pub tables: Vec<String>,
    /// At most so many tables.
    pub limit_tables: usize,
    /// Columns that are left out.
    pub without: BTreeSet<String>,
    /// Conditions asked of a table.
    pub conditions: usize,
    /// How long one table may take.
    pub table_time: Duration,
}

/// Something that the functions do not have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The schema, or the table with its schema.
    pub place: String,
    /// Of what kind it is.
    pub about: About,
    /// What it is about.
    pub what: String,
    /// What the old function has.
    pub old: String,
    /// What the new one has.
    pub new: String,
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A schema that only one has.
    Schema,
    /// A table that only one has.
    Table,
    /// A column that only one has.
    Column,
    /// The type of a column.
    Type,
    /// The order of columns.
    Order,
    /// Rows, of which no condition but the sample's own decides.
    Rows,
    /// Rows that a condition lets pass.
    Condition,
    /// A question that only one answers, or none in time.
    Failure,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Tables that both have and that were looked at.
    pub tables: usize,
    /// Rows of samples, of the old function.
    pub rows: usize,
    /// Conditions that both were asked.
    pub conditions: usize,
    /// All differences.
    pub differences: Vec<Difference>,
    /// What could not be compared, a sentence each.
    pub notes: Vec<String>,
}

impl About {
    /// As a listing says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Column => "column",
            Self::Type => "type",
            Self::Order => "order of columns",
            Self::Rows => "rows",
            Self::Condition => "condition",
            Self::Failure => "failure",
        }
    }
}

/// Compares two functions; `doing` is told what is looked at.
///
/// Errors: those of listing the schemas, without which there is nothing to compare.
pub async fn compare(
    old: Function,
    new: Function,
    options: Options,
    extent: &Extent,
    doing: &mut (dyn FnMut(&str) + Send),
) -> Result<Comparison> {
    let options = Arc::new(options);
    let (old, new) = (Side::new("old", old, &options), Side::new("new", new, &options));
    let mut comparison = Comparison::default();
    doing("listing schemas");
    let (olds, news) = futures::try_join!(old.schemas(), new.schemas())?;
    let wanted = |schemas: Vec<String>| schemas.into_iter().filter(|schema| extent.wants_schema(schema)).collect();
    for schema in comparison.shared("", About::Schema, wanted(olds), wanted(news)) {
        doing(&format!("listing the tables of {schema}"));
        let (olds, news) = futures::join!(old.tables(&schema), new.tables(&schema));
        let Some((olds, news)) = comparison.answered(&schema, "its tables", olds, news) else { continue };
        let wanted = |tables: Vec<String>| tables.into_iter().filter(|table| extent.wants(&schema, table)).collect();
        for table in comparison.shared(&schema, About::Table, wanted(olds), wanted(news)) {
            if comparison.tables == extent.limit_tables {
                comparison.notes.push(format!("only {} tables were compared", extent.limit_tables));
                return Ok(comparison);
            }
            comparison.tables += 1;
            doing(&format!("{schema}.{table}"));
            let name = TableName::new(schema.clone(), table);
            let comparing = Box::pin(comparison.table(&old, &new, &name, extent));
            if tokio::time::timeout(extent.table_time, comparing).await.is_err() {
                let what = format!("not done within {} seconds", extent.table_time.as_secs());
                comparison.differ(&name.to_string(), About::Failure, what, String::new(), String::new());
            }
        }
    }
    Ok(comparison)
}

impl Comparison {
    fn differ(&mut self, place: &str, about: About, what: String, old: String, new: String) {
        self.differences.push(Difference { place: place.to_owned(), about, what, old, new });
    }

    /// The names that both have; those that only one has are differences.
    fn shared(&mut self, place: &str, about: About, olds: Vec<String>, news: Vec<String>) -> Vec<String> {
        let (olds, news): (BTreeSet<_>, BTreeSet<_>) = (olds.into_iter().collect(), news.into_iter().collect());
        for name in olds.symmetric_difference(&news) {
            let there = |names: &BTreeSet<String>| if names.contains(name) { "there" } else { "missing" }.to_owned();
            self.differ(place, about, name.clone(), there(&olds), there(&news));
        }
        olds.intersection(&news).cloned().collect()
    }

    /// What both answer; if only one does, that is a difference, and if none does, a note.
    fn answered<T>(&mut self, place: &str, what: &str, old: Result<T>, new: Result<T>) -> Option<(T, T)> {
        let told = |answer: &Result<T>| answer.as_ref().map_or_else(Error::to_string, |_| "answers".to_owned());
        match (&old, &new) {
            (Ok(_), Ok(_)) => {}
            (Err(error), Err(_)) => self.notes.push(format!("{place}: neither answers {what}: {error}")),
            _ => self.differ(place, About::Failure, what.to_owned(), told(&old), told(&new)),
        }
        old.ok().zip(new.ok())
    }

    async fn table(&mut self, old: &Side, new: &Side, name: &TableName, extent: &Extent) {
        let place = name.to_string();
        let (of_old, of_new) = futures::join!(old.table(name), new.table(name));
        let Some((of_old, of_new)) = self.answered(&place, "its columns", of_old, of_new) else { return };
        let columns = self.columns(&place, &of_old, &of_new, &extent.without);
        if !columns.is_empty() {
            self.rows(old, new, (&of_old, &of_new), &columns, extent).await;
        }
    }

    /// Compares columns, and gives those that both have with one type.
    fn columns(
        &mut self,
        place: &str,
        old: &GetTableResponse,
        new: &GetTableResponse,
        without: &BTreeSet<String>,
    ) -> Vec<String> {
        let types = |table: &GetTableResponse| -> BTreeMap<String, arrow_schema::DataType> {
            let fields = table.schema.fields().iter().filter(|field| !without.contains(field.name()));
            fields.map(|field| (field.name().clone(), field.data_type().clone())).collect()
        };
        let (olds, news) = (types(old), types(new));
        let shared = self.shared(place, About::Column, olds.keys().cloned().collect(), news.keys().cloned().collect());
        let order = |table: &GetTableResponse| -> Vec<String> {
            let names = table.schema.fields().iter().map(|field| field.name().clone());
            names.filter(|name| shared.contains(name)).collect()
        };
        let (of_old, of_new) = (order(old), order(new));
        if of_old != of_new {
            self.differ(place, About::Order, String::new(), of_old.join(", "), of_new.join(", "));
        }
        let (alike, unlike): (Vec<_>, Vec<_>) =
            shared.into_iter().partition(|name| same_layout(&olds[name], &news[name]));
        for name in unlike {
            let (old, new) = (athena_type(&olds[&name]), athena_type(&news[&name]));
            self.differ(place, About::Type, name, old, new);
        }
        alike
    }
}

impl Extent {
    fn wants_schema(&self, schema: &str) -> bool {
        let of = |pattern: &String| matches(pattern.split_once('.').map_or("*", |(schema, _)| schema), schema);
        self.tables.is_empty() || self.tables.iter().any(of)
    }

    fn wants(&self, schema: &str, table: &str) -> bool {
        let whole = format!("{schema}.{table}");
        let of = |pattern: &String| matches(pattern, if pattern.contains('.') { &whole } else { table });
        self.tables.is_empty() || self.tables.iter().any(of)
    }
}

/// Whether a name is what a pattern says, in which a star stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern = pattern.to_lowercase();
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.split_once(part) {
            Some((_, behind)) => left = behind,
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, expected) in [
            ("shop.*", "shop.orders", true),
            ("Shop.Or*s", "shop.orders", true),
            ("*.orders", "shop.orders", true),
            ("*r*r*", "orders", true),
            ("o*o", "o", false),
            ("orders", "order", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_schema_is_looked_at_if_a_table_of_it_may_be_wanted() {
        let tables = vec!["shop.*".to_owned(), "people".to_owned()];
        let mut extent = Extent {
            sample: 1,
            tables: tables.clone(),
            limit_tables: 1,
            without: BTreeSet::new(),
            conditions: 1,
            table_time: Duration::ZERO,
        };
        assert!(extent.wants_schema("any") && extent.wants("any", "people") && !extent.wants("any", "orders"));
        extent.tables.truncate(1);
        assert!(extent.wants_schema("shop") && !extent.wants_schema("any") && extent.wants("shop", "orders"));
    }

    #[test]
    fn what_one_has_and_what_one_answers_is_told() {
        let mut comparison = Comparison::default();
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(comparison.shared("s", About::Table, names(&["a", "b"]), names(&["b", "c"])), ["b"]);
        let told: Vec<_> = comparison.differences.iter().map(|d| (d.what.as_str(), d.old.as_str())).collect();
        assert_eq!(told, [("a", "there"), ("c", "missing")]);
        assert_eq!(comparison.answered("s", "x", Ok(1), Err(Error::internal("no"))), None);
        assert_eq!(comparison.differences[2].new, "no");
        assert_eq!(comparison.answered::<()>("s", "x", Err(Error::internal("no")), Err(Error::internal("no"))), None);
        assert_eq!((comparison.differences.len(), comparison.notes.len()), (3, 1));
    }
}
