//! Where a scan is cut.

use super::Split;
use super::asked::{Asked, may_pass};
use super::histogram::{Cut, Histogram, share};
use super::key::{Key, KeyRange, Place, evenly, numbered, of_number, ranges};
use super::probe::Probe;
use super::sizes::Sizes;
use crate::sql::probe::Along;
use crate::{Column, Connection, Dialect, Error, ReadAs, Result, Scan, Value, sql};

/// A limit up to which one slice is enough, if nothing has to be searched for its rows.
const FEW_ROWS: u64 = 10_000;

/// How many times more than it expects a server is taken to have to look at, up to the quarter of a table: it is little that is
/// estimated wrong by much, and rows that an index leads to cost more than those that are read in a row.
const CAUTION: u128 = 4;

/// A table of more partitions is cut by its statistics, or evenly between its ends: each look into its index is one into all of theirs,
/// and so is each plan.
const MOST_PARTITIONS: u64 = 64;

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
    let Some(key) = key else { return Ok(vec![Split::Whole]) };
    let sizes = sizes.of_table(scan.named_column().is_none().then_some(key.bytes));
    if sizes.parts(key.bytes.into()) <= 1 {
        return Ok(vec![Split::Whole]);
    }
    let columns: Vec<&Column> = key.columns.iter().map_while(|name| scan.column(name)).collect();
    if columns.is_empty() {
        return Ok(vec![Split::Whole]);
    }
    let wanted = |column: &&Column| {
        let data_type = &column.mapping.data_type;
        // What stands for a value that is missing has a place among the others.
        Asked::of(scan.domains.get(&column.name), data_type, dialect.first(data_type).is_some())
    };
    let asked: Vec<Asked> = columns.iter().map(wanted).collect();
    let mut cutting =
        Cutting { connection: &mut *connection, dialect, scan, key: &key, columns: &columns, asked: &asked, sizes };
    let mut places = cutting.places().await?;
    places.retain(|place| {
        travels(place) && place.iter().zip(&columns).all(|(value, column)| binds(dialect, column, value))
    });
    let places = connection.places(scan, places).await?;
    let mut ranges = ranges(&key.columns, key.nullable, places);
    ranges.retain(|range| may_pass(&asked, range));
    if ranges.len() > 1 && scan.query.is_none() {
        let moment = connection.moment(&scan.table).await?;
        ranges.iter_mut().for_each(|range| range.moment = moment);
    }
    let splits: Vec<Split> = ranges.into_iter().map(KeyRange::into_split).collect();
    Ok(if splits.is_empty() { vec![Split::Whole] } else { splits })
}

/// Whether the source has this value of a key.
fn binds(dialect: &dyn Dialect, column: &Column, value: &Value) -> bool {
    match column.mapping.read_as {
        ReadAs::Printed { own, .. } | ReadAs::Decoded { own } => dialect.prints(own, value),
        _ => dialect.binds(value),
    }
}

/// Whether a place may travel with every split: thousands of them are one answer of a Lambda.
fn travels(place: &[Value]) -> bool {
    const LONGEST: usize = 400;
    let length = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    place.iter().map(length).sum::<usize>() <= LONGEST
}

/// A scan with its key, on the way to where it is cut.
struct Cutting<'c> {
    connection: &'c mut dyn Connection,
    dialect: &'c dyn Dialect,
    scan: &'c Scan,
    key: &'c Key,
    /// Those of the key that the scan's table has.
    columns: &'c [&'c Column],
    /// What is asked for of each of them.
    asked: &'c [Asked],
    sizes: Sizes,
}

impl Cutting<'_> {
    /// Where to cut, in the source's order.
    async fn places(&mut self) -> Result<Vec<Place>> {
        let cuts = self.cuts().await?;
        Ok(self.deepened(&[], cuts).await)
    }

    /// Cuts of the column behind a place as places, with those among the rows of one value that has too many.
    async fn deepened(&mut self, before: &[Value], mut cuts: Vec<Cut>) -> Vec<Place> {
        // Whatever statistics say; what is no number stays as the source has put it.
        if cuts.iter().all(|cut| numbered(&cut.value).is_some()) {
            cuts.sort_by_key(|cut| numbered(&cut.value));
        }
        cuts.dedup_by(|next, cut| next.value == cut.value);
        let mut places = Vec::with_capacity(cuts.len());
        for Cut { value, is_least, inside } in cuts {
            let place = [before, &[value]].concat();
            // Of the places among the rows of a value one is before all of them, unless nothing lies there.
            let parts = inside + usize::from(is_least);
            let within = if parts > 1 { self.within(&place, parts).await } else { Vec::new() };
            let behind = Box::pin(self.deepened(&place, within)).await;
            places.extend((!is_least).then_some(place).into_iter().chain(behind));
        }
        places
    }

    /// Cuts along the first column.
    async fn cuts(&mut self) -> Result<Vec<Cut>> {
        if !self.key.histogram.is_empty() {
            return Ok(self.among_known().await);
        }
        // Estimated first, because it may spare the other questions.
        let expected = self.expected().await;
        if self.sizes.parts(expected) <= 1 {
            return Ok(Vec::new());
        }
        let Some((least, largest)) = self.bounds(&[]).await? else { return Ok(Vec::new()) };
        let (low, high, share) = self.wanted(0, least, largest, self.key.bytes.into());
        // Of few values of the first column each may have any share of the rows.
        let wide = self.sizes.parts(expected);
        let width = numbered(&low).zip(numbered(&high)).map(|(low, high)| high.abs_diff(low));
        let is_narrow =
            self.columns.len() > 1 && width.is_some_and(|width| width < u128::try_from(wide).unwrap_or(u128::MAX));
        let parts = if is_narrow { wide } else { self.sizes.parts(share.min(expected)) };
        Ok(if parts > 1 { self.between(&[], low, high, parts).await } else { Vec::new() })
    }

    /// At most `parts - 1` cuts of the column behind a place; none where there is none or the source cannot say.
    async fn within(&mut self, place: &[Value], parts: usize) -> Vec<Cut> {
        if self.columns.len() <= place.len() {
            return Vec::new();
        }
        let Ok(Some((least, largest))) = self.bounds(place).await else { return Vec::new() };
        let (low, high, part) = self.wanted(place.len(), least, largest, u128::try_from(parts).unwrap_or(1));
        let parts = usize::try_from(part).unwrap_or(parts);
        if parts > 1 { self.between(place, low, high, parts).await } else { Vec::new() }
    }

    /// At most `parts - 1` cuts of a column between two of its values, as the source expects its rows to lie, else evenly.
    async fn between(&mut self, place: &[Value], low: Value, high: Value, parts: usize) -> Vec<Cut> {
        let is_open = self.asked.get(place.len()).is_none_or(|asked| asked.hull().1.is_none());
        let mut probe = Probe {
            connection: &mut *self.connection,
            dialect: self.dialect,
            scan: self.scan,
            columns: &self.key.columns,
            within: place,
            is_open,
        };
        // A query has no index to look into, and a column that was named may have none: each look would read the whole table.
        if self.scan.named_column().is_none()
            && self.key.partitions <= MOST_PARTITIONS
            && let Ok(Some(cuts)) = probe.cuts(low.clone(), high.clone(), parts).await
        {
            return cuts;
        }
        let ends = numbered(&low).zip(numbered(&high));
        let cuts = ends.map_or_else(Vec::new, |(from, to)| evenly(from, to, parts, &low));
        cuts.into_iter().map(|value| Cut { value, is_least: false, inside: 0 }).collect()
    }

    /// Cuts by the source's statistics, so many as the part of the table that is asked for wants.
    async fn among_known(&mut self) -> Vec<Cut> {
        let histogram = Histogram::of(&self.key.histogram);
        let (low, high) = self.asked.first().map_or((None, None), Asked::hull);
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

    /// What is wanted of the key's column at this depth, and how much of `all` that is.
    fn wanted(&self, depth: usize, least: Value, largest: Value, all: u128) -> (Value, Value, u128) {
        let (Some(start), Some(end)) = (numbered(&least), numbered(&largest)) else { return (least, largest, all) };
        let (low, high) = self.asked.get(depth).map_or((None, None), Asked::hull);
        let (from, to) = (low.map_or(start, |low| low.max(start)), high.map_or(end, |high| high.min(end)));
        let width = |from: i128, to: i128| if to < from { 0 } else { to.abs_diff(from).saturating_add(1) };
        let part = share(all, width(from, to), width(start, end));
        let value = |number| of_number(number, &least);
        match value(from).zip(value(to)) {
            Some((low, high)) => (low, high, part),
            None => (least, largest, all),
        }
    }

    /// The least and the largest value of the column behind this place, if there is any.
    async fn bounds(&mut self, place: &[Value]) -> Result<Option<(Value, Value)>> {
        let Some(along) = Along::behind(place, &self.key.columns) else { return Ok(None) };
        let Some(statement) = sql::probe::bounds(self.scan, along, self.dialect)? else { return Ok(None) };
        let batches = match self.connection.probe(self.scan, &statement).await {
            Ok(batches) => batches,
            // What there is against a column that was named is told of, and along a key of ours nobody has to cut.
            Err(error) if self.scan.named_column().is_some() => {
                return Err(
                    error.context(format!("asking for the least and the largest {:?}", self.key.columns.join(", ")))
                );
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
    Ok(Key {
        columns: vec![name.to_owned()],
        nullable: true,
        bytes: u64::MAX,
        effort: 0,
        partitions: 1,
        histogram: Vec::new(),
    })
}
