//! What a query asks of its sources and what it leaves to do: in the function, and in Athena. Nothing is read for it.

use connector_core::Result;

use super::output::{Done, Output};
use super::progress::{counted, size};
use super::rows::{Format, listing};
use super::session::Told;
use crate::local::{Report, ScanReport};

/// Shows what a query would ask.
pub fn show(report: &Report, format: Format, output: &mut Output) -> Done {
    written(lines(report, false), format, output)
}

/// Shows what a query has asked, and what that gave.
pub fn show_done(report: &Report, format: Format, output: &mut Output) -> Done {
    written(lines(report, true), format, output)
}

fn written(lines: Vec<Line>, format: Format, output: &mut Output) -> Done {
    match format {
        Format::Table => output.data(&text(&lines)),
        Format::Csv | Format::Json => output.whole(format, &rows(lines)?),
    }
}

/// A fact about a scan, or about what Athena does with all of them.
struct Line {
    /// `catalog.schema.table`, or none for Athena.
    scan: Option<String>,
    about: &'static str,
    what: String,
}

fn lines(report: &Report, is_done: bool) -> Vec<Line> {
    let scans = report.scans.iter().flat_map(|scan| of_scan(scan, is_done));
    let engine = |filter: &String| Line { scan: None, about: "filters", what: filter.clone() };
    let plan = report.plan.lines().map(|line| Line { scan: None, about: "plan", what: line.to_owned() });
    scans.chain(report.engine_filters.iter().map(engine)).chain(plan).collect()
}

fn of_scan(scan: &ScanReport, is_done: bool) -> Vec<Line> {
    let name = format!("{}.{}", scan.catalog, scan.table);
    let mut lines = Vec::new();
    let mut line = |about, what: String| lines.push(Line { scan: Some(name.clone()), about, what });
    line("columns", scan.columns.join(", "));
    scan.asked.iter().for_each(|condition| line("pushed", condition.clone()));
    if let Some(limit) = scan.limit {
        line("pushed", format!("LIMIT {limit} for each split"));
    }
    if let Some(told) = Told::of(scan) {
        line("sql", told.sql.to_owned());
        line("binds", told.binds.to_owned());
        told.kept.iter().for_each(|condition| line("function checks", (*condition).to_owned()));
    }
    scan.evaluated.iter().for_each(|condition| line("athena checks", condition.clone()));
    if is_done {
        line("splits", format!("{} of {} read", scan.splits_read, scan.splits));
        line("came", format!("{}, {}, {}", counted(scan.rows), size(scan.bytes_received), way(scan)));
        line("kept", counted(scan.rows_kept));
    } else {
        line("splits", scan.splits.to_string());
    }
    lines.retain(|line| !line.what.is_empty());
    lines
}

/// How the blocks of a scan came.
pub fn way(scan: &ScanReport) -> String {
    match scan.spilled_blocks {
        0 => "inline".to_owned(),
        1 => "in 1 spilled object".to_owned(),
        blocks => format!("in {blocks} spilled objects"),
    }
}

fn rows(lines: Vec<Line>) -> Result<arrow_array::RecordBatch> {
    let rows = lines.into_iter().map(|line| vec![line.scan, Some(line.about.to_owned()), Some(line.what)]);
    listing(&["scan", "about", "what"], &rows.collect::<Vec<_>>())
}

fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut last = None;
    for line in lines {
        let heading = line.scan.as_deref().unwrap_or("athena");
        if last != Some(heading) {
            text.push_str(heading);
            text.push('\n');
            last = Some(heading);
        }
        text.extend([&format!("  {:<15} ", line.about), line.what.as_str(), "\n"]);
    }
    text
}
