//! The queries of the demo, and what is told of each: what the source was asked, what came over the wire, the first rows.

use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::Result;
use futures::StreamExt;

use crate::cli::cell;
use crate::cli::explain::way;
use crate::cli::output::{Done, Output};
use crate::cli::progress::{counted, size, time};
use crate::cli::rows::{Format, Rows, listing};
use crate::cli::session::{Session, Told};
use crate::cli::statement::Statements;
use crate::local::{Report, ScanReport, athena_type};

/// The queries, each with its title as a comment in front; the last one is shown a line for each column.
const TOUR: &str = include_str!("tour.sql");
/// The query over two catalogs, which it calls FIRST and SECOND.
const JOINED: &str = include_str!("joined.sql");

/// Rows shown of each answer.
const SHOWN: usize = 5;

/// What a query gave, as far as it is shown.
struct Outcome {
    schema: SchemaRef,
    first: Vec<RecordBatch>,
    rows: u64,
    report: Report,
    took: Duration,
}

/// Runs the one that joins tables of two catalogs.
pub async fn joined(session: &Session, first: &str, second: &str, output: &mut Output) -> Done {
    for (title, sql) in stops(&JOINED.replace("FIRST", first).replace("SECOND", second)) {
        output.data(&format!("{title}\n\n{}\n", indented(&sql)))?;
        output.flush()?;
        let outcome = ask(session, &sql).await?;
        let named = |scan: &ScanReport| format!("{}.{}", scan.catalog, scan.table);
        output.data(&(told(&outcome, named) + &first_rows(&outcome)))?;
    }
    output.flush()
}

/// Runs all of one catalog.
pub async fn run(session: &Session, output: &mut Output) -> Done {
    let stops = stops(TOUR);
    for (index, (title, sql)) in stops.iter().enumerate() {
        output.data(&format!("{}. {title}\n\n{}\n", index + 1, indented(sql)))?;
        output.flush()?;
        let outcome = ask(session, sql).await?;
        output.data(&if index + 1 < stops.len() {
            told(&outcome, |scan| scan.table.clone()) + &first_rows(&outcome)
        } else {
            types(&outcome)?
        })?;
        output.flush()?;
    }
    Ok(())
}

/// Titles and statements.
fn stops(text: &str) -> Vec<(String, String)> {
    let mut statements = Statements::default();
    statements.push(text);
    let titled = |text: String| {
        let (title, sql) = text.split_once('\n')?;
        Some((title.trim_start_matches("-- ").to_owned(), sql.to_owned()))
    };
    std::iter::from_fn(|| statements.next_ended()).filter_map(titled).collect()
}

/// A row of ordinary values and one of edges, a line for each type.
fn types(outcome: &Outcome) -> Result<String> {
    let mut text = String::new();
    let turned = turned(outcome)?;
    let mut rows = Rows::new(Format::Table, turned.schema(), &mut text);
    rows.push(&turned, &mut text);
    rows.finish(&mut text);
    Ok(result(outcome) + &indented(&text) + "\n")
}

async fn ask(session: &Session, sql: &str) -> Result<Outcome> {
    let started = Instant::now();
    let mut answer = session.athena.sql(sql).await?;
    let (mut rows, mut first, mut wanted) = (0_u64, Vec::new(), SHOWN);
    while let Some(batch) = answer.batches.next().await {
        let batch = batch?;
        rows += u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        let part = batch.slice(0, wanted.min(batch.num_rows()));
        wanted -= part.num_rows();
        first.push(part);
    }
    let report = answer.progress.report();
    Ok(Outcome { schema: answer.schema, first, rows, report, took: started.elapsed() })
}

/// What each source was asked and sent, under the name that is given to it.
fn told(outcome: &Outcome, named: impl Fn(&ScanReport) -> String) -> String {
    let mut text = String::new();
    for scan in &outcome.report.scans {
        text.extend(["   ", &named(scan), "\n"]);
        for (about, what) in of_scan(scan) {
            text += &wrapped(about, &what);
        }
    }
    text + &result(outcome)
}

fn result(outcome: &Outcome) -> String {
    let all = |count: fn(&ScanReport) -> u64| outcome.report.scans.iter().map(count).sum::<u64>();
    let received = all(|scan| scan.bytes_received);
    let all = ScanReport { spilled_blocks: all(|scan| scan.spilled_blocks), ..ScanReport::default() };
    let (rows, took) = (counted(outcome.rows), time(outcome.took));
    format!("   result: {rows} in {took}; {} over the wire, {}\n\n", size(received), way(&all))
}

fn of_scan(scan: &ScanReport) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(told) = Told::of(scan) {
        lines.push(("is asked", told.sql.to_owned()));
        lines.extend(told.kept.iter().map(|condition| ("function checks", (*condition).to_owned())));
    }
    lines.extend(scan.evaluated.iter().map(|condition| ("athena checks", condition.clone())));
    let rows = if scan.rows == scan.rows_kept {
        counted(scan.rows)
    } else {
        format!("{}, of which {} pass", counted(scan.rows), scan.rows_kept)
    };
    lines.push(("sends", format!("{rows}, {}", size(scan.bytes_received))));
    lines
}

/// Where a line ends at the latest, if it has a blank to end at.
const LINE: usize = 118;

/// A fact with its name in front, over as many lines as it takes.
fn wrapped(about: &str, what: &str) -> String {
    let mut text = format!("     {about:<15}");
    let mut at = text.len();
    for word in what.split(' ') {
        if at + 1 + word.len() > LINE && at > 20 {
            text.push_str("\n                    ");
            at = 20;
        }
        text.push(' ');
        text.push_str(word);
        at += 1 + word.len();
    }
    text + "\n"
}

fn first_rows(outcome: &Outcome) -> String {
    let mut text = String::new();
    let mut rows = Rows::new(Format::Table, outcome.schema.clone(), &mut text);
    outcome.first.iter().for_each(|batch| rows.push(batch, &mut text));
    let shown = rows.finish(&mut text);
    if shown < outcome.rows {
        text.extend(["… and ", &counted(outcome.rows - shown), " more\n"]);
    }
    indented(&text) + "\n"
}

/// Longer values are cut, since the point is their type.
const WIDEST: usize = 36;

/// A line for each column: name, type, and its value in each row.
fn turned(outcome: &Outcome) -> Result<RecordBatch> {
    let value = |batch: &RecordBatch, column: usize, row: usize| {
        let column = batch.columns().get(column)?;
        let mut text = String::new();
        (!column.is_null(row)).then(|| cell::text(column, row, &mut text))?;
        let cut: String = text.chars().take(WIDEST).collect();
        Some(if cut.len() < text.len() { cut + "…" } else { cut })
    };
    let fields = outcome.schema.fields().iter().enumerate();
    let lines = fields.map(|(index, field)| {
        let mut line = vec![Some(field.name().clone()), Some(athena_type(field.data_type()))];
        for batch in &outcome.first {
            line.extend((0..batch.num_rows()).map(|row| value(batch, index, row)));
        }
        line
    });
    listing(&["column", "type", "row 1", "row 2"], &lines.collect::<Vec<_>>())
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["   ", line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stop_has_a_title_and_a_statement() {
        let mut stops = stops(TOUR);
        assert_eq!(stops.len(), 6);
        stops.extend(super::stops(JOINED));
        assert_eq!(stops.len(), 7);
        for (title, sql) in stops {
            assert!(!title.is_empty() && !title.contains("--"), "{title}");
            assert!(sql.starts_with("SELECT ") && !sql.contains("--"), "{sql}");
        }
    }
}
