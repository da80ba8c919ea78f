//! `glaux sql`: statements from the command line, from stdin or from a shell, and their results.

use std::path::Path;

use futures::StreamExt;
use tokio::time::{MissedTickBehavior, interval};

use super::SqlArguments;
use super::input::Input;
use super::output::{Done, Output};
use super::progress::{Clock, Figures, PACE, counted, time};
use super::rows::{Format, Rows};
use super::session::{Defaults, Session};
use super::{explain, shell, statement};
use crate::config::history_file;
use crate::local::{Progress, Query};

/// Shown below the help of the command.
pub const HELP: &str = "\
Names are [catalog.]schema.table. EXPLAIN SELECT … shows what the sources would be asked, EXPLAIN ANALYZE SELECT … also what
came of it.
Exit codes: 0 done, 2 usage or a wrong setting, 3 refused, 4 not found, 5 changed meanwhile, 6 source unreachable, 1 other.";

/// How results are shown.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// In which format.
    pub format: Format,
    /// Whether to say how long it took, in every format.
    pub timing: bool,
}

/// Runs the command.
pub async fn run(arguments: SqlArguments, file: Option<&Path>, output: &mut Output) -> Done {
    let defaults = Defaults { catalog: arguments.catalog, schema: arguments.schema };
    let session = match &arguments.function {
        Some(function) => Session::remote(function, arguments.endpoint.as_deref(), defaults).await?,
        None => Session::open(super::session::settings(file).await?, defaults).await?,
    };
    let input = match arguments.statement.as_deref() {
        None => Input::open(history_file())?,
        Some("-") => Input::Pipe,
        Some(text) => Input::given(text),
    };
    let options = Options { format: arguments.output, timing: false };
    shell::run(&session, input, options, output).await
}

/// Runs one statement and shows what it gives.
pub async fn execute(session: &Session, text: &str, options: &Options, output: &mut Output) -> Done {
    let clock = Clock::start();
    if let Some(explained) = statement::behind("explain", text) {
        return explain(session, explained, options, output).await;
    }
    let answer = session.athena.sql(text).await?;
    let progress = answer.progress.clone();
    let rows = show(answer, clock, options, output).await?;
    progress.report().notes.iter().for_each(|note| output.note(&format!("warning: {note}")));
    if options.timing || options.format == Format::Table {
        output.note(&format!("{} in {}", counted(rows), time(clock.elapsed())));
    }
    Ok(())
}

/// `EXPLAIN` says what would be asked; `EXPLAIN ANALYZE` asks it, throws the rows away, and says what came.
async fn explain(session: &Session, text: &str, options: &Options, output: &mut Output) -> Done {
    match statement::behind("analyze", text) {
        Some(text) => {
            let mut answer = session.athena.sql(text).await?;
            while let Some(batch) = answer.batches.next().await {
                batch?;
            }
            explain::show_done(&answer.progress.report(), options.format, output)?;
        }
        None => explain::show(&session.athena.explain(text).await?, options.format, output)?,
    }
    output.flush()
}

/// Writes batches as they come; says how far it is while none comes.
async fn show(mut answer: Query, clock: Clock, options: &Options, output: &mut Output) -> Done<u64> {
    let mut text = String::new();
    let mut rows = Rows::new(options.format, answer.schema.clone(), &mut text);
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            batch = answer.batches.next() => match batch {
                Some(batch) => {
                    rows.push(&batch?, &mut text);
                    output.data(&text)?;
                    text.clear();
                }
                None => break,
            },
            _ = pace.tick() => {
                output.flush()?;
                if let Some(status) = clock.status(&figures(&answer.progress)) {
                    output.status(&status);
                }
            }
        }
    }
    let count = rows.finish(&mut text);
    output.data(&text)?;
    output.clear_status();
    output.flush()?;
    Ok(count)
}

fn figures(progress: &Progress) -> Figures {
    let report = progress.report();
    report.scans.iter().fold(Figures::default(), |all, scan| Figures {
        rows: all.rows + scan.rows,
        bytes: all.bytes + scan.bytes_received,
        done: all.done + scan.splits_read,
        splits: all.splits + scan.splits,
    })
}
