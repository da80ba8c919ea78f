//! Cuts of a key between which about equally many rows lie, found without reading them.
//!
//! The server is asked how many rows it expects in ranges of the key, many ranges at once, and ranges with too many are cut
//! again: at values in between that are guessed, or rather at those next to the guesses that exist, so that gaps of any size are
//! skipped. Each look is one seek of the index. What the source orders in its own way (text) is put in order by the source.
//!
//! All of it is a hint: whatever fails here, and however wrong an estimate is, slices have other sizes and the same rows.

use std::collections::BTreeSet;

use super::between::between;
use super::key::{evenly, in_order, numbered, ranges};
use crate::{Connection, Dialect, Result, Scan, Value, sql};

/// How often ranges are cut again. Two clusters anywhere in 64 bits are found in two rounds.
const ROUNDS: usize = 4;
/// Values that are guessed in one round; about twice as many ranges are estimated then.
const GUESSES: usize = 64;

/// Where a key is looked into.
pub(super) struct Probe<'p> {
    pub(super) connection: &'p mut dyn Connection,
    pub(super) dialect: &'p dyn Dialect,
    pub(super) scan: &'p Scan,
    pub(super) column: &'p str,
    /// Whether rows above the largest value are wanted.
    pub(super) is_open: bool,
}

impl Probe<'_> {
    /// At most `parts - 1` cuts between two values of the key; none, if the server does not say how many rows it expects.
    pub(super) async fn cuts(&mut self, low: Value, high: Value, parts: usize) -> Result<Option<Vec<Value>>> {
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
            best = Some(estimated);
            if guesses.is_empty() || round == ROUNDS {
                break;
            }
            edges = self.looked_up(kept, guesses).await?;
        }
        Ok(best.map(|best| best.cuts(parts)))
    }

    /// These values together with those of the key that are next to guesses, in the source's order.
    async fn looked_up(&mut self, known: Vec<Value>, guesses: Vec<Value>) -> Result<Vec<Value>> {
        if guesses.is_empty() {
            return Ok(known);
        }
        let is_number = known.first().is_some_and(|value| numbered(value).is_some());
        // What numbers are known need not be put in order by the source.
        let values = (if is_number { &[][..] } else { &known[..] }, &guesses[..]);
        let Some(statement) = sql::probe::neighbours(self.scan, self.column, values, self.dialect)? else {
            return Ok(known);
        };
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
        let mut ranges = ranges(self.column, false, cuts);
        if !self.is_open {
            ranges.pop();
        }
        if let Some(first) = ranges.first_mut() {
            first.from = edges.first().cloned();
        }
        if ranges.is_empty() {
            return Ok(None);
        }
        let Some(statement) = sql::probe::selects(self.scan, &ranges, self.dialect)? else { return Ok(None) };
        let rows = self.connection.estimates(&statement).await?;
        Ok((rows.len() == ranges.len()).then_some(Estimated { edges, rows }))
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

    /// How many rows a slice should have.
    fn wanted(&self, parts: usize) -> u128 {
        (self.total() / u128::try_from(parts).unwrap_or(1).max(1)).max(1)
    }

    /// Ranges with more rows than a slice should have: their ends, and their rows.
    fn heavy(&self, parts: usize) -> Vec<(&Value, &Value, u128)> {
        let wanted = self.wanted(parts);
        let ends = self.edges.windows(2).zip(self.rows.iter().copied().map(u128::from));
        let heavy = ends.filter_map(|(ends, rows)| match ends {
            [low, high] if rows > wanted => Some((low, high, rows)),
            _ => None,
        });
        heavy.collect()
    }

    /// Values to look for next, inside the ranges that have too many rows.
    fn guesses(&self, parts: usize) -> Vec<Value> {
        let mut heavy = self.heavy(parts);
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

    /// Of the edges, and of even cuts between numbers where rows are too many, those that part the rows best.
    fn cuts(&self, parts: usize) -> Vec<Value> {
        let (mut points, mut before) = (Vec::new(), 0);
        for (ends, rows) in self.edges.windows(2).zip(&self.rows) {
            let ([low, high], rows) = (ends, u128::from(*rows)) else { continue };
            points.extend(self.inside(low, high, rows, parts).into_iter().map(|(share, cut)| (before + share, cut)));
            before += rows;
            points.push((before, high.clone()));
        }
        let parts = u128::try_from(parts).unwrap_or(u128::MAX);
        points.retain(|(before, _)| (1..self.total()).contains(before));
        let nearest = |part| {
            let wanted = self.total() * part / parts;
            let behind = points.partition_point(|(before, _)| *before < wanted);
            let distance = |place: &usize| points.get(*place).map(|(before, _)| before.abs_diff(wanted));
            [behind, behind.saturating_sub(1)]
                .into_iter()
                .filter(|place| distance(place).is_some())
                .min_by_key(distance)
        };
        // By their places, so that whatever was chosen stands in order.
        let places: BTreeSet<usize> = (1..parts).filter_map(nearest).collect();
        let mut cuts: Vec<Value> = places.into_iter().filter_map(|place| Some(points.get(place)?.1.clone())).collect();
        cuts.dedup();
        cuts
    }

    /// Even cuts of a range of numbers that has more rows than a slice should have, each with how many of them are before it.
    fn inside(&self, low: &Value, high: &Value, rows: u128, parts: usize) -> Vec<(u128, Value)> {
        let wanted = self.wanted(parts);
        let (Some(from), Some(to), true) = (numbered(low), numbered(high), rows > wanted) else { return Vec::new() };
        let pieces = rows.div_ceil(wanted).saturating_mul(4).min(u128::from(u16::MAX));
        let cuts = evenly(from, to, usize::try_from(pieces).unwrap_or(1), low);
        let pieces = u128::try_from(cuts.len()).unwrap_or(0) + 1;
        (1..).zip(cuts).map(|(piece, cut)| (rows * piece / pieces, cut)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimated(edges: &[i64], rows: &[u64]) -> Estimated {
        Estimated { edges: edges.iter().copied().map(Value::Int).collect(), rows: rows.to_vec() }
    }

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().copied().map(Value::Int).collect()
    }

    #[test]
    fn cuts_are_where_the_rows_are() {
        let even = estimated(&[0, 10, 20, 30, 40], &[5, 5, 5, 5, 0]);
        assert_eq!(even.cuts(4), ints(&[10, 20, 30]));
        assert_eq!(even.cuts(2), ints(&[20]));
        let skewed = estimated(&[0, 100, 1_000_000_000, 1_000_000_100], &[50, 0, 50, 0]);
        assert_eq!(skewed.cuts(4), ints(&[50, 100, 1_000_000_050]));
        let one_value = estimated(&[7, 8], &[0, 90]);
        assert_eq!(one_value.cuts(4), [], "what cannot be parted is not");
        assert_eq!(estimated(&[0, 1 << 40], &[1_000_000, 0]).cuts(1_000).len(), 999);
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
