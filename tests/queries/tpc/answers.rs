//! Queries with the rows that they must give.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use glaux::local::LocalAthena;
use glaux::local::invoke::Invoke;

use crate::support::sources::Sources;
use crate::support::tpch::{self, Row};

/// The queries whose rows are not the expected ones, over every catalog.
pub async fn differing(
    sources: &Sources,
    function: &Arc<dyn Invoke>,
    transport: &str,
    queries: BTreeMap<usize, &Query>,
) -> Vec<String> {
    let mut failed = Vec::new();
    for (number, query) in queries {
        for (catalog, _) in &sources.catalogs {
            let start = Instant::now();
            let answer = rows(&sources.athena(function, catalog, |_| ()), &query.text).await;
            let place = format!("{transport} {catalog} q{number:02}");
            println!("{place}: {} rows, {:?}", query.expected.len(), start.elapsed());
            if let Some(difference) = query.differs(&answer) {
                println!("  {difference}");
                failed.push(place);
            }
        }
    }
    failed
}

/// A statement, and what it must give.
pub struct Query {
    pub text: String,
    pub expected: Vec<Row>,
    /// Whether its order says where every row stands.
    pub ordered: bool,
}

impl Query {
    /// What is wrong with an answer, if anything is.
    pub fn differs(&self, answer: &Result<Vec<Row>, connector_core::Error>) -> Option<String> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{error} {}", error.hint_text().unwrap_or_default())),
        };
        let same = if self.ordered { same_rows } else { same_bag };
        let same = same(answer, &self.expected);
        let unlike = || self.expected.iter().zip(answer).find(|(left, right)| !same_row(left, right));
        (!same).then(|| format!("{} rows for {}, first {:?}", answer.len(), self.expected.len(), unlike()))
    }
}

pub async fn rows(athena: &LocalAthena, query: &str) -> Result<Vec<Row>, connector_core::Error> {
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    let mut batches = athena.sql(query).await?.batches;
    while let Some(batch) = batches.try_next().await? {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()),
        );
    }
    Ok(rows)
}

fn same_row(left: &Row, right: &Row) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| tpch::same(left, right))
}

pub fn same_rows(answer: &[Row], expected: &[Row]) -> bool {
    answer.len() == expected.len() && answer.iter().zip(expected).all(|(left, right)| same_row(left, right))
}

/// The same rows in any order, each as often.
fn same_bag(answer: &[Row], expected: &[Row]) -> bool {
    let mut left: Vec<&Row> = answer.iter().collect();
    let found = |row: &Row| {
        let place = left.iter().position(|other| same_row(other, row));
        place.map(|place| left.swap_remove(place)).is_some()
    };
    answer.len() == expected.len() && expected.iter().all(found)
}

#[test]
fn a_bag_counts_its_rows() {
    let rows = |cells: &[&str]| -> Vec<Row> { cells.iter().map(|cell| vec![(*cell).to_owned()]).collect() };
    assert!(same_bag(&rows(&["1.50", "a", "a"]), &rows(&["a", "1.5", "a"])));
    assert!(!same_bag(&rows(&["a", "b", "b"]), &rows(&["a", "a", "b"])));
    assert!(!same_bag(&rows(&["a"]), &rows(&["a", "a"])) && !same_rows(&rows(&["a", "b"]), &rows(&["b", "a"])));
}
