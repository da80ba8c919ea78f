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
use crate::local::{Report, ScanReport, athena_type};

/// A query worth looking at.
struct Stop {
    title: &'static str,
    sql: &'static str,
}

/// Rows shown of each answer.
const SHOWN: usize = 5;

const STOPS: [Stop; 5] = [
    Stop {
        title: "A filter goes to the source, as bound parameters; its rows do not all come here",
        sql: "SELECT id, status, ordered_at, note\n\
              FROM shop.orders\n\
              WHERE customer_id = 151 AND status IN ('paid', 'shipped') AND note LIKE 'Gift%'",
    },
    Stop {
        title: "A join over two schemas: each side is asked for its own part",
        sql: "SELECT c.name, c.country, t.subject, t.opened_at\n\
              FROM crm.tickets AS t JOIN shop.customers AS c ON c.id = t.customer_id\n\
              WHERE c.country = 'DE' AND t.closed_at IS NULL\n\
              ORDER BY t.opened_at LIMIT 5",
    },
    Stop {
        title: "An aggregate: only the columns it needs travel",
        sql: "SELECT o.status, count(*) AS items, sum(i.quantity * i.price) AS total\n\
              FROM shop.orders AS o JOIN shop.order_items AS i ON i.order_id = o.id\n\
              GROUP BY o.status ORDER BY total DESC",
    },
    Stop {
        title: "Athena has milliseconds, PostgreSQL microseconds: = means the whole millisecond, and finds the row",
        sql: "SELECT id, happened_at, kind\n\
              FROM shop.events\n\
              WHERE happened_at = TIMESTAMP '2024-01-01 00:20:34.124'",
    },
    Stop {
        title: "Too large for one answer: it comes through S3, in encrypted blocks",
        sql: "SELECT id, happened_at, customer_id, amount, substr(payload, 1, 16) AS begins\n\
              FROM shop.events\n\
              WHERE kind = 'buy'",
    },
];

const TYPES: &str = "SELECT * FROM shop.every_type WHERE id <= 2 ORDER BY id";

/// What a query gave, as far as it is shown.
struct Outcome {
    schema: SchemaRef,
    first: Vec<RecordBatch>,
    rows: u64,
    report: Report,
    took: Duration,
}

/// Runs all of them.
pub async fn run(session: &Session, output: &mut Output) -> Done {
    for (index, stop) in STOPS.iter().enumerate() {
        output.data(&format!("{}. {}\n\n{}\n", index + 1, stop.title, indented(stop.sql)))?;
        output.flush()?;
        let outcome = ask(session, stop.sql).await?;
        output.data(&told(&outcome))?;
        output.data(&first_rows(&outcome))?;
        output.flush()?;
    }
    types(session, output).await
}

/// Shows a row of ordinary values and one of edges, a line for each type.
async fn types(session: &Session, output: &mut Output) -> Done {
    output.data(&format!(
        "And one column of each type, a row of ordinary values and a row of edges\n\n{}\n",
        indented(TYPES)
    ))?;
    output.flush()?;
    let outcome = ask(session, TYPES).await?;
    output.data(&result(&outcome))?;
    let mut text = String::new();
    let turned = turned(&outcome)?;
    let mut rows = Rows::new(Format::Table, turned.schema(), &mut text);
    rows.push(&turned, &mut text);
    rows.finish(&mut text);
    output.data(&(indented(&text) + "\n"))
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

fn told(outcome: &Outcome) -> String {
    let mut text = String::new();
    for scan in &outcome.report.scans {
        text.extend(["   ", &scan.table, "\n"]);
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
