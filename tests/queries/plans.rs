//! Aggregates that a source is asked for by a plan: the same rows as when they are put together above it, of PostgreSQL, MariaDB
//! and MySQL; and what is answered over the wire when plans lie, say too much or are not wanted.

mod named;
mod random;
mod wire;

use crate::support::sources::Sources;
use crate::support::stage::{self, Row};
use connector_core::ErrorKind;
use glaux::local::{LocalAthena, Report};

/// The function, asked with plans and without.
struct Both {
    plans: LocalAthena,
    rows: LocalAthena,
    _sources: Sources,
}

impl Both {
    async fn new(url: String, schema: &'static str) -> Self {
        let mut sources = Sources::new(schema).await;
        sources.add("source", url);
        sources.set("glaux_query_plans", "true");
        sources.set("glaux_serde_version", "6");
        let function = sources.in_process();
        let plans = sources.athena(&function, "source", |options| options.query_plans = true);
        let rows = sources.athena(&function, "source", |_| ());
        Self { plans, rows, _sources: sources }
    }
}

/// What a question came to: rows in order of their text, or that it failed, and whether a source followed a plan for it.
#[derive(Debug)]
struct Answer {
    rows: Option<Vec<Row>>,
    by_plan: bool,
    failure: String,
}

async fn answer(athena: &LocalAthena, sql: &str) -> Answer {
    match stage::run(athena, sql).await {
        Ok((mut rows, report)) => {
            // −0 is 0, and which of the two is the smallest nobody says.
            let zero = |cell: &mut Option<String>| {
                if cell.as_deref() == Some("-0.0") {
                    *cell = Some("0.0".into());
                }
            };
            rows.iter_mut().flatten().for_each(zero);
            rows.sort();
            Answer { rows: Some(rows), by_plan: by_plan(&report), failure: String::new() }
        }
        Err(error) => {
            // What a source cannot do is done above it, so a question fails for what its rows are.
            let known = [ErrorKind::Invalid, ErrorKind::Corrupt];
            assert!(known.contains(&error.kind()), "{sql}: {:?} {error}", error.kind());
            Answer { rows: None, by_plan: false, failure: error.to_string() }
        }
    }
}

fn by_plan(report: &Report) -> bool {
    report.scans.iter().any(|scan| scan.asked == ["a plan"] && scan.splits_read > 0)
}
