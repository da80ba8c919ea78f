//! Where a scan is cut.

use super::Split;
use super::asked::{Asked, Hull};
use super::histogram::{Histogram, share};
use super::key::{Key, KeyRange, evenly, in_order, numbered, of_number, ranges};
use super::probe::Probe;
use crate::{ColumnMapping, Connection, Dialect, Error, ReadAs, Result, Scan, Value, sql};

/// A limit up to which one slice is enough, if nothing has to be searched for its rows.
const FEW_ROWS: u64 = 10_000;

/// How many times more than it expects a server is taken to have to look at, up to the quarter of a table: it is little that is
/// estimated wrong by much, and rows that an index leads to cost more than those that are read in a row.
const CAUTION: u128 = 4;

/// How many slices there may be, and how large one should be.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// At most so many slices.
    pub most: usize,
    /// About so many bytes of the source in each.
    pub bytes: u64,
}

/// Cuts a scan along the column that was named for its table or query, else along a key of its table; what cannot be cut is one
/// slice.
///
/// Errors: invalid, if there is no such column or one that is not cut along; those of asking the source.
pub async fn plan(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    scan: &Scan,
    sizes: Sizes,
) -> Result<Vec<Split>> {
    let is_short =
        scan.limit.is_some_and(|limit| limit <= FEW_ROWS) && scan.domains.is_empty() && scan.filters.is_empty();
    if sizes.most <= 1 || is_short {
        return Ok(vec![Split::Whole]);
    }
    let key = match (scan.named_column(), &scan.query) {
        (Some(column), _) => Some(named(scan, column)?),
        (None, Some(_)) => None,
        (None, None) => connection.key(&scan.table).await?,
    };
    let Some(key) = key.filter(|key| sizes.parts(key.bytes.into()) > 1) else { return Ok(vec![Split::Whole]) };
    let Some(column) = scan.column(&key.column) else { return Ok(vec![Split::Whole]) };
    let asked = Asked::of(scan.domains.get(&key.column), &column.mapping.data_type);
    let mut cutting = Cutting { connection, dialect, scan, key: &key, hull: asked.hull(), sizes };
    let mut cuts = in_order(cutting.cuts().await?);
    cuts.retain(|cut| travels(cut) && binds(dialect, &column.mapping, cut));
    let ranges = ranges(&key.column, key.nullable, cuts).into_iter();
    let splits: Vec<Split> = ranges.filter(|range| asked.may_pass(range)).map(KeyRange::into_split).collect();
    Ok(if splits.is_empty() { vec![Split::Whole] } else { splits })
}

/// Whether the source has this value of a key.
fn binds(dialect: &dyn Dialect, mapping: &ColumnMapping, cut: &Value) -> bool {
    match mapping.read_as {
        ReadAs::Printed { own, .. } | ReadAs::Decoded { own } => dialect.prints(own, cut),
        _ => dialect.binds(cut),
    }
}

/// Whether a cut may travel with every split: thousands of them are one answer of a Lambda.
fn travels(cut: &Value) -> bool {
    const LONGEST: usize = 400;
    match cut {
        Value::Text(text) => text.len() <= LONGEST,
        Value::Bytes(bytes) => bytes.len() <= LONGEST,
        _ => true,
    }
}

impl Sizes {
    fn parts(self, bytes: u128) -> usize {
        usize::try_from(bytes.div_ceil(self.bytes.max(1).into())).unwrap_or(usize::MAX).clamp(1, self.most)
    }
}

/// A scan with its key, on the way to where it is cut.
struct Cutting<'c> {
    connection: &'c mut dyn Connection,
    dialect: &'c dyn Dialect,
    scan: &'c Scan,
    key: &'c Key,
    hull: Hull,
    sizes: Sizes,
}

impl Cutting<'_> {
    async fn cuts(&mut self) -> Result<Vec<Value>> {
        if self.key.histogram.len() > 1 {
            return Ok(self.among_known().await);
        }
        // Estimated first, because it may spare the other questions.
        let expected = self.expected().await;
        if self.sizes.parts(expected) <= 1 {
            return Ok(Vec::new());
        }
        let Some((least, largest)) = self.bounds().await? else { return Ok(Vec::new()) };
        let (low, high, share) = self.wanted(least, largest);
        let parts = self.sizes.parts(share.min(expected));
        if parts <= 1 {
            return Ok(Vec::new());
        }
        let is_open = self.hull.1.is_none();
        let mut probe = Probe {
            connection: &mut *self.connection,
            dialect: self.dialect,
            scan: self.scan,
            column: &self.key.column,
            is_open,
        };
        // A query has no index to look into, and a column that was named may have none: each look would read the whole table.
        if self.scan.named_column().is_none()
            && let Ok(Some(cuts)) = probe.cuts(low.clone(), high.clone(), parts).await
        {
            return Ok(cuts);
        }
        let ends = numbered(&low).zip(numbered(&high));
        Ok(ends.map_or_else(Vec::new, |(from, to)| evenly(from, to, parts, &low)))
    }

    /// Cuts by the source's statistics, so many as the part of the table that is asked for wants.
    async fn among_known(&mut self) -> Vec<Value> {
        let histogram = Histogram::of(&self.key.histogram);
        let (low, high) = self.hull;
        let from = low.map_or(0, |low| histogram.below(low));
        let to = high.map_or(histogram.all(), |high| histogram.below(high.saturating_add(1)));
        let part = share(self.key.bytes.into(), to.saturating_sub(from), histogram.all());
        if self.sizes.parts(part) <= 1 {
            return Vec::new();
        }
        let expected = self.expected().await;
        histogram.cuts(from, to, self.sizes.parts(part.min(expected)))
    }

    /// About how many bytes have to be looked at for what is asked, at most; where the server cannot say, all of them.
    async fn expected(&mut self) -> u128 {
        let all = u128::from(self.key.bytes);
        let has_conditions = !self.scan.domains.is_empty() || !self.scan.filters.is_empty();
        if self.key.effort == 0 || !has_conditions {
            return all;
        }
        // A limit lets a server hope to find its rows soon.
        let scan = Scan { limit: None, order: Vec::new(), ..self.scan.clone() };
        // What cannot be rendered is told of when rows are read.
        let Ok(rendered) = sql::render(&scan, self.dialect) else { return all };
        match self.connection.estimate(&rendered.statement).await {
            Ok(Some(estimate)) => {
                let effort = estimate.effort.min(self.key.effort);
                let part = share(all, effort.into(), self.key.effort.into());
                part.max(part.saturating_mul(CAUTION).min(all / CAUTION))
            }
            Ok(None) | Err(_) => all,
        }
    }

    /// What of the key is wanted, and about how many bytes that is.
    fn wanted(&self, least: Value, largest: Value) -> (Value, Value, u128) {
        let bytes = u128::from(self.key.bytes);
        let (Some(start), Some(end)) = (numbered(&least), numbered(&largest)) else { return (least, largest, bytes) };
        let (low, high) = self.hull;
        let (from, to) = (low.map_or(start, |low| low.max(start)), high.map_or(end, |high| high.min(end)));
        let width = |from: i128, to: i128| if to < from { 0 } else { to.abs_diff(from) };
        let part = share(bytes, width(from, to), width(start, end));
        let value = |number| of_number(number, &least);
        match value(from).zip(value(to)) {
            Some((low, high)) => (low, high, part),
            None => (least, largest, bytes),
        }
    }

    /// The least and the largest value of the key, if it has any.
    async fn bounds(&mut self) -> Result<Option<(Value, Value)>> {
        let statement = sql::probe::bounds(self.scan, &self.key.column, self.dialect)?;
        let batches = match self.connection.probe(self.scan, &statement).await {
            Ok(batches) => batches,
            // What there is against a column that was named is told of, and along a key of ours nobody has to cut.
            Err(error) if self.scan.named_column().is_some() => {
                return Err(error.context(format!("asking for the least and the largest {:?}", self.key.column)));
            }
            Err(_) => return Ok(None),
        };
        let Some(batch) = batches.first().filter(|batch| batch.num_rows() == 1 && batch.num_columns() == 2) else {
            return Ok(None);
        };
        // A date with a zero in it may come first; where the calendar begins is as good.
        let least = Value::at(batch.column(0), 0).or_else(|| self.dialect.first(batch.column(0).data_type()));
        Ok(least.zip(Value::at(batch.column(1), 0)))
    }
}

/// A key that somebody has named; nothing is known about it.
fn named(scan: &Scan, name: &str) -> Result<Key> {
    let (what, hint) = match &scan.query {
        Some(_) => ("the query".to_owned(), "name a column of its answer, in lower case"),
        None => (format!("table {}", scan.table.name), "name one of its columns that may be read, in lower case"),
    };
    let Some(column) = scan.column(name) else {
        return Err(Error::invalid(format!("{what} is to be cut along {name:?}, which is no column of it")).hint(hint));
    };
    if !sql::can_be_bounded(column) {
        let data_type = &column.mapping.data_type;
        return Err(Error::invalid(format!("{what} is to be cut along {name:?}, which is {data_type}"))
            .hint("name a column of whole numbers, decimals, dates or times"));
    }
    Ok(Key { column: name.to_owned(), nullable: true, bytes: u64::MAX, effort: 0, histogram: Vec::new() })
}
