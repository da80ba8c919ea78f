//! Cuts of a key between which about equally many rows lie, found without reading them.
//!
//! The server is asked how many rows it expects in ranges of the key, many ranges at once, and ranges with too many are cut
//! again: at values in between that are guessed, or rather at those next to the guesses that exist, so that gaps of any size are
//! skipped. Each look is one seek of the index. What the source orders in its own way (text) is put in order by the source.
//!
//! All of it is a hint: whatever fails here, and however wrong an estimate is, slices have other sizes and the same rows.

use super::between::between;
use super::histogram::{Cut, Histogram, Step};
use super::key::{KeyRange, in_order, numbered, ranges};
use crate::sql::probe::{self, Along};
use crate::{Connection, Dialect, Result, Scan, Value};

/// How often ranges are cut again. Two clusters anywhere in 64 bits are found in two rounds.
const ROUNDS: usize = 4;
/// Values that are guessed in one round; about twice as many ranges are estimated then.
const GUESSES: usize = 64;

/// Where a key is looked into.
pub(super) struct Probe<'p> {
    pub(super) connection: &'p mut dyn Connection,
    pub(super) dialect: &'p dyn Dialect,
    pub(super) scan: &'p Scan,
    pub(super) columns: &'p [String],
    /// The place behind which the column stands that is cut.
    pub(super) within: &'p [Value],
    /// Whether rows above the largest value are wanted.
    pub(super) is_open: bool,
}

impl Probe<'_> {
    /// Cuts between two values of the column, for at most so many parts; none, if even ones are as good: the server does not say how
    /// many rows it expects, or expects as many everywhere.
    pub(super) async fn cuts(&mut self, low: Value, high: Value, parts: usize) -> Result<Option<Vec<Cut>>> {
        let first = between(&low, &high, GUESSES.min(parts.saturating_mul(4)), &[]);
        let is_number = numbered(&low).is_some();
        let ends = vec![low, high];
        // Between numbers any cut will do until it is known that rows lie unevenly.
        let mut edges = if is_number { in_order([ends, first].concat()) } else { self.looked_up(ends, first).await? };
        let mut best: Option<Estimated> = None;
        for round in 0..=ROUNDS {
            if best.as_ref().is_some_and(|best| edges.iter().all(|edge| best.edges.contains(edge))) {
                break;
            }
            let Some(estimated) = self.estimated(edges).await? else { break };
            let (kept, guesses) = (estimated.thinned(parts), estimated.guesses(parts));
            let is_even = estimated.is_even();
            best = Some(estimated);
            if guesses.is_empty() || is_even || round == ROUNDS {
                break;
            }
            edges = self.looked_up(kept, guesses).await?;
        }
        let Some(best) = best else { return Ok(None) };
        let alike = self.alike(&best, parts).await?;
        if is_number && best.is_even() && alike.iter().all(|rows| *rows == 0) {
            return Ok(None);
        }
        let steps = best.steps(&alike);
        let histogram = Histogram::of(&steps);
        Ok(Some(histogram.cuts(0, histogram.all(), parts)))
    }

    /// How many rows have the value at which a range with too many rows begins, where the key has a column behind that may part
    /// them; 0 of all others.
    async fn alike(&mut self, best: &Estimated, parts: usize) -> Result<Vec<u64>> {
        let mut alike = vec![0; best.edges.len()];
        let (mut places, mut selects) = (Vec::new(), Vec::new());
        for (index, edge) in best.heavy(parts) {
            let within = [self.within, std::slice::from_ref(edge)].concat();
            let Some(along) = Along::behind(&within, self.columns) else { break };
            if let Some(select) = probe::selects(self.scan, along, &[KeyRange::everything()], self.dialect)? {
                selects.extend(select);
                places.push(index);
            }
        }
        if !selects.is_empty() {
            let rows = self.connection.estimates(&selects).await?;
            if rows.len() != places.len() {
                return Ok(alike);
            }
            places
                .into_iter()
                .zip(rows)
                .for_each(|(index, rows)| alike.get_mut(index).into_iter().for_each(|of| *of = rows));
        }
        Ok(alike)
    }

    /// These values together with those of the key that are next to guesses, in the source's order.
    async fn looked_up(&mut self, known: Vec<Value>, guesses: Vec<Value>) -> Result<Vec<Value>> {
        let is_number = known.first().is_some_and(|value| numbered(value).is_some());
        // Two texts that differ may be one value to the source: only it can tell that a value is not there twice.
        if guesses.is_empty() && is_number {
            return Ok(known);
        }
        // What numbers are known need not be put in order by the source.
        let values = (if is_number { &[][..] } else { &known[..] }, &guesses[..]);
        let Some(along) = self.along() else { return Ok(known) };
        let Some(statement) = probe::neighbours(self.scan, along, values, self.dialect)? else { return Ok(known) };
        let mut found = Vec::new();
        for batch in self.connection.probe(self.scan, &statement).await? {
            found.extend((0..batch.num_rows()).filter_map(|row| Value::at(batch.column(0), row)));
        }
        found.retain(|value| self.dialect.binds(value));
        if is_number {
            return Ok(in_order([known, found].concat()));
        }
        found.dedup();
        Ok(found)
    }

    /// How many rows the server expects between neighbouring edges, and behind the last one.
    async fn estimated(&mut self, edges: Vec<Value>) -> Result<Option<Estimated>> {
        let cuts = edges.get(1..).unwrap_or_default().to_vec();
        let Some(along) = self.along() else { return Ok(None) };
        let cuts = cuts.into_iter().map(|cut| vec![cut]).collect();
        let mut ranges = ranges(&[], false, cuts);
        if !self.is_open {
            ranges.pop();
        }
        if let Some(first) = ranges.first_mut() {
            first.from = edges.first().cloned().into_iter().collect();
        }
        if ranges.is_empty() {
            return Ok(None);
        }
        let Some(selects) = probe::selects(self.scan, along, &ranges, self.dialect)? else { return Ok(None) };
        let rows = self.connection.estimates(&selects).await?;
        Ok((rows.len() == ranges.len()).then_some(Estimated { edges, rows }))
    }

    /// The column that is cut, among the rows that have the values before it.
    fn along(&self) -> Option<Along<'_>> {
        Along::behind(self.within, self.columns)
    }
}

/// Whether there are about as many rows between two numbers as there are numbers: even cuts are the best ones then.
fn is_full(low: &Value, high: &Value, rows: u128) -> bool {
    let ends = numbered(low).zip(numbered(high));
    ends.is_some_and(|(low, high)| high.abs_diff(low) <= rows.saturating_mul(2))
}

/// Edges of ranges, and how many rows are expected from each one to the next.
struct Estimated {
    edges: Vec<Value>,
    rows: Vec<u64>,
}

impl Estimated {
    fn total(&self) -> u128 {
        self.rows.iter().copied().map(u128::from).sum()
    }

    /// Whether as many rows are expected in every range: rows lie evenly, or the server has no statistics and would expect as many in
    /// any part of one.
    fn is_even(&self) -> bool {
        const ENOUGH: usize = 8;
        let rows = self.rows.get(..self.edges.len().saturating_sub(1)).unwrap_or_default();
        rows.len() >= ENOUGH && rows.windows(2).all(|two| two.first() == two.last())
    }

    /// How many rows a slice should have.
    fn wanted(&self, parts: usize) -> u128 {
        (self.total() / u128::try_from(parts).unwrap_or(1).max(1)).max(1)
    }

    /// Where ranges begin that have more rows than a slice should have.
    fn heavy(&self, parts: usize) -> impl Iterator<Item = (usize, &Value)> {
        let wanted = self.wanted(parts);
        let is_heavy = move |rows: &u64| u128::from(*rows) > wanted;
        let heavy = self.edges.iter().zip(&self.rows).enumerate();
        heavy.filter(move |(_, (_, rows))| is_heavy(rows)).map(|(index, (edge, _))| (index, edge))
    }

    /// Values to look for next, inside the ranges that have too many rows.
    fn guesses(&self, parts: usize) -> Vec<Value> {
        let ends = |(index, low)| Some((low, self.edges.get(index + 1)?, u128::from(*self.rows.get(index)?)));
        let mut heavy: Vec<_> = self.heavy(parts).filter_map(ends).collect();
        heavy.retain(|(low, high, rows)| !is_full(low, high, *rows));
        let each = (GUESSES / heavy.len().max(1)).max(1);
        let wanted = self.wanted(parts);
        let inside = heavy.iter().flat_map(|(low, high, rows)| {
            let times = usize::try_from(rows.div_ceil(wanted)).unwrap_or(usize::MAX);
            between(low, high, times.saturating_mul(4).min(each), &self.edges)
        });
        inside.take(GUESSES).collect()
    }

    /// The edges without those between ranges that have so few rows that they may be one.
    fn thinned(&self, parts: usize) -> Vec<Value> {
        let most = u128::try_from(GUESSES).unwrap_or(1);
        let few = (self.wanted(parts) / 4).max(self.total() / most);
        let mut kept: Vec<Value> = Vec::new();
        let mut so_far = 0;
        for (index, edge) in self.edges.iter().enumerate() {
            let rows = self.rows.get(index).copied().map_or(0, u128::from);
            so_far += rows;
            let is_end = index == 0 || index + 1 == self.edges.len();
            if is_end || so_far > few {
                kept.push(edge.clone());
                so_far = rows;
            }
        }
        kept
    }

    /// How rows lie along the edges; so many of them have an edge's own value.
    fn steps(&self, alike: &[u64]) -> Vec<Step> {
        let mut before = 0;
        let rows = self.rows.iter().copied().chain([0]);
        let steps = self.edges.iter().zip(rows).zip(alike).map(|((value, behind), alike)| {
            let rows = std::mem::replace(&mut before, behind.saturating_sub(*alike));
            Step { value: value.clone(), rows, equal: *alike }
        });
        steps.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimated(edges: &[i64], rows: &[u64]) -> Estimated {
        Estimated { edges: edges.iter().copied().map(Value::Int).collect(), rows: rows.to_vec() }
    }

    fn cuts(estimated: &Estimated, parts: usize) -> Vec<Value> {
        let steps = estimated.steps(&vec![0; estimated.edges.len()]);
        let histogram = Histogram::of(&steps);
        histogram.cuts(0, histogram.all(), parts).into_iter().map(|cut| cut.value).collect()
    }

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Int).collect()
    }

    #[test]
    fn cuts_are_where_the_rows_are() {
        let even = estimated(&[0, 10, 20, 30, 40], &[5, 5, 5, 5, 0]);
        assert_eq!(cuts(&even, 4), ints(&[10, 20, 30]));
        assert_eq!(cuts(&even, 2), ints(&[20]));
        let skewed = estimated(&[0, 100, 1_000_000_000, 1_000_000_100], &[50, 0, 50, 0]);
        assert_eq!(cuts(&skewed, 4), ints(&[50, 1_000_000_000, 1_000_000_050]));
        let one_value = estimated(&[7, 8], &[0, 90]);
        assert_eq!(cuts(&one_value, 4), [], "what cannot be parted is not");
        assert_eq!(cuts(&estimated(&[0, 1 << 40], &[1_000_000, 0]), 1_000).len(), 999);
    }

    #[test]
    fn as_many_rows_everywhere_are_even_however_many_lie_behind() {
        let edges: Vec<i64> = (0..10).collect();
        assert!(estimated(&edges, &[7; 9]).is_even() && estimated(&edges, &[7, 7, 7, 7, 7, 7, 7, 7, 7, 900]).is_even());
        assert!(!estimated(&edges, &[7, 7, 7, 7, 7, 7, 7, 7, 8]).is_even());
        assert!(!estimated(&[0, 1, 2], &[7, 7]).is_even(), "of so few ranges nothing follows");
    }

    #[test]
    fn ranges_with_too_many_rows_are_looked_into_and_those_with_few_forgotten() {
        let uneven = estimated(&[0, 10, 20, 30, 40, 900], &[1, 1, 1, 1, 96, 0]);
        assert_eq!(uneven.thinned(4), ints(&[0, 40, 900]));
        let guesses = uneven.guesses(4);
        assert!(
            !guesses.is_empty() && guesses.iter().all(|guess| (41..900).any(|inside| *guess == Value::Int(inside)))
        );
        assert_eq!(estimated(&[0, 10, 100], &[5, 95, 0]).guesses(4), [], "there is a row for nearly each number");
        assert_eq!(estimated(&[0, 10, 20], &[5, 5, 0]).guesses(2), []);
        let many = estimated(&(0..1_000).collect::<Vec<_>>(), &[1; 1_000]);
        assert!(many.thinned(900).len() <= 2 * GUESSES + 2, "{}", many.thinned(900).len());
    }
}
