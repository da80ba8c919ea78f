//! Rows of both functions as multisets: of a sample, and of what conditions let pass of it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use connector_core::{Error, Expr, Result, eval};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::conditions::{conditions, key};
use super::side::{Found, Side};
use super::{About, Comparison, Extent};
use crate::local::shown;
use crate::local::types::{local_batch, local_schema};
use crate::protocol::GetTableResponse;

/// Values by which rows of a large table are told apart.
const KEYS: usize = 100;

/// Rows that may come for a sample's keys, as a multiple of the sample.
const SURPLUS: usize = 20;

/// How often each row is there.
type Rows = BTreeMap<String, usize>;

/// What both have of a table, and the condition that makes it so.
#[derive(Default)]
struct Sample {
    condition: Option<Expr>,
    key: Option<String>,
    old: Found,
    new: Found,
    most: usize,
}

impl Comparison {
    /// Compares the rows of a table, in the columns that are alike.
    pub(super) async fn rows(
        &mut self,
        old: &Side,
        new: &Side,
        tables: (&GetTableResponse, &GetTableResponse),
        columns: &[String],
        extent: &Extent,
    ) {
        let place = tables.0.table.to_string();
        let Some(sample) = self.sampled(old, new, tables, columns, extent.sample).await else { return };
        self.rows += sample.old.rows();
        let both = rows(&sample.old).and_then(|of_old| Ok((of_old, rows(&sample.new)?)));
        let Some((of_old, of_new)) = self.done(&place, "its rows", both) else { return };
        let what = if sample.condition.is_some() { "a sample" } else { "all" };
        self.unlike(&place, About::Rows, what.into(), &of_old, &of_new);
        let Some(schema) = sample.old.batches.first().map(RecordBatch::schema) else { return };
        for asked in conditions(&schema, &sample.old.batches, sample.key.as_deref(), extent.conditions) {
            let filters: Vec<Expr> = sample.condition.iter().cloned().chain([asked.clone()]).collect();
            let (from_old, from_new) = futures::join!(
                old.rows(tables.0, columns, &filters, sample.most),
                new.rows(tables.1, columns, &filters, sample.most)
            );
            let what = shown::expr(&asked);
            let Some((from_old, from_new)) = self.answered(&place, &what, from_old, from_new) else { continue };
            self.conditions += 1;
            let agreed = |from: &Found, of: &Found| {
                let from = rows(from)?;
                let agrees = from == passing(of, &asked)?;
                Ok((from, agrees))
            };
            let both = agreed(&from_old, &sample.old).and_then(|old| Ok((old, agreed(&from_new, &sample.new)?)));
            let Some(((from_old, by_old), (from_new, by_new))) = self.done(&place, &what, both) else { continue };
            let verdict = [("old", by_old), ("new", by_new)];
            let at_odds: Vec<&str> = verdict.iter().filter(|(_, agrees)| !agrees).map(|(side, _)| *side).collect();
            let what = match at_odds[..] {
                [] => what,
                _ => format!("{what} ({}: not the rows of its own sample)", at_odds.join(" and ")),
            };
            self.unlike(&place, About::Condition, what, &from_old, &from_new);
        }
    }

    /// What could be done; what could not is a note.
    fn done<T>(&mut self, place: &str, what: &str, outcome: Result<T>) -> Option<T> {
        outcome.map_err(|error| self.notes.push(format!("{place}: {what} is not compared: {error}"))).ok()
    }

    /// What both have of a table: all of it, or the rows with some keys of the first rows of one of them.
    async fn sampled(
        &mut self,
        old: &Side,
        new: &Side,
        tables: (&GetTableResponse, &GetTableResponse),
        columns: &[String],
        most: usize,
    ) -> Option<Sample> {
        let place = tables.0.table.to_string();
        // Whoever stops at a limit by itself is asked first: from the other a large table would come whole.
        let new_first = new.limits().await.unwrap_or(false) || !old.limits().await.unwrap_or(false);
        let (first, table) = if new_first { (new, tables.1) } else { (old, tables.0) };
        let mut sample = Sample { most, ..Sample::default() };
        if let Ok(taken) = first.rows(table, columns, &[], most).await
            && taken.more
        {
            let schema = taken.batches.first().map(RecordBatch::schema);
            let Some((condition, key)) = schema.and_then(|schema| key(&schema, &taken.batches, KEYS)) else {
                self.notes.push(format!("{place}: no column tells its rows apart, so they are not compared"));
                return None;
            };
            (sample.condition, sample.key, sample.most) = (Some(condition), Some(key), most.saturating_mul(SURPLUS));
        }
        let filters: Vec<Expr> = sample.condition.iter().cloned().collect();
        let (of_old, of_new) = futures::join!(
            old.rows(tables.0, columns, &filters, sample.most),
            new.rows(tables.1, columns, &filters, sample.most)
        );
        (sample.old, sample.new) = self.answered(&place, "its rows", of_old, of_new)?;
        if sample.old.more != sample.new.more {
            let told = |found: &Found| format!("{}{} rows", if found.more { "more than " } else { "" }, found.rows());
            self.differ(&place, About::Rows, "how many".into(), told(&sample.old), told(&sample.new));
            return None;
        }
        if sample.old.more {
            self.notes.push(format!("{place}: more rows have the sample's keys than are compared"));
            return None;
        }
        Some(sample)
    }

    /// Tells of rows that only one has.
    fn unlike(&mut self, place: &str, about: About, what: String, old: &Rows, new: &Rows) {
        if old == new {
            return;
        }
        let told = |own: &Rows, other: &Rows| {
            let only = own.iter().filter(|(row, count)| other.get(*row) != Some(count)).map(|(row, _)| row.as_str());
            let total: usize = own.values().sum();
            let shown: Vec<&str> = only.take(2).collect();
            match shown[..] {
                [] => format!("{total} rows"),
                _ => format!("{total} rows, alone or more often here: {}", shown.join("; ")),
            }
        };
        self.differ(place, about, what, told(old, new), told(new, old));
    }
}

/// The rows of a sample that pass a condition.
fn passing(sample: &Found, condition: &Expr) -> Result<Rows> {
    let filtered = sample.batches.iter().map(|batch| eval::filter(batch, &[], std::slice::from_ref(condition)));
    rows(&Found { batches: filtered.collect::<Result<_>>()?, more: false })
}

fn rows(found: &Found) -> Result<Rows> {
    let mut rows = Rows::new();
    for batch in &found.batches {
        let local = local_batch(batch, &local_schema(&batch.schema()))?;
        let options = FormatOptions::default().with_null("NULL");
        let shown = local.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
        let shown = shown.collect::<Result<Vec<_>, _>>();
        let shown = shown.map_err(|error| Error::internal("writing rows as text").with_source(error))?;
        for row in 0..local.num_rows() {
            let cells = local.columns().iter().zip(&shown).map(|(column, shown)| {
                let text = shown.value(row).to_string();
                // What is text is told from NULL, and from what stands beside it.
                let is_text = *column.data_type() == DataType::Utf8 && column.is_valid(row);
                short(if is_text { format!("{text:?}") } else { text })
            });
            *rows.entry(cells.collect::<Vec<_>>().join(", ")).or_default() += 1;
        }
    }
    Ok(rows)
}

/// A cell of bounded length that differs from another's still.
fn short(text: String) -> String {
    const MOST: usize = 200;
    if text.len() <= MOST {
        return text;
    }
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let beginning: String = text.chars().take(40).collect();
    format!("{beginning}… ({} bytes, {:016x})", text.len(), hasher.finish())
}
