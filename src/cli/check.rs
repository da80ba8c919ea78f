//! `glaux check`: for every catalog whether it is reached, as whom, how protected, how much is readable and what is pushed down.
//!
//! Each catalog is looked at by itself, so that one with a wrong setting does not hide the others.

use std::path::Path;

use connector_core::{Capabilities, Error, Result};
use futures::future::join_all;

use super::output::{Done, Output};
use super::rows::listing;
use super::{CheckArguments, session};
use crate::config::{Catalogs, Config};
use crate::error::exit_code;
use crate::handler::{Checked, Handler};

const COLUMNS: [&str; 4] = ["catalog", "state", "about", "finding"];

/// What was found out about one thing.
struct Finding {
    state: State,
    about: &'static str,
    text: String,
}

/// In words, since colour says nothing.
#[derive(Clone, Copy)]
enum State {
    Ok,
    Warning,
    Failure,
}

/// What was found of one catalog, or of what is not a catalog, and the exit code that this alone would mean.
struct Report {
    name: String,
    findings: Vec<Finding>,
    code: u8,
}

/// Checks what is asked for, else everything there is, prints a row for each finding, and returns the exit code.
pub async fn run(asked: CheckArguments, file: Option<&Path>, output: &mut Output) -> Done<u8> {
    let config = session::settings(file).await?;
    let names = if asked.catalogs.is_empty() { session::catalogs(&config)? } else { asked.catalogs };
    let mut reports = join_all(names.into_iter().map(|name| check(name, &config))).await;
    reports.push(spill(&config).await);
    let rows = reports.iter().flat_map(Report::rows).collect::<Vec<_>>();
    output.whole(asked.output, &listing(&COLUMNS, &rows)?)?;
    Ok(reports.iter().map(|report| report.code).find(|code| *code != 0).unwrap_or_default())
}

async fn check(name: String, config: &Config) -> Report {
    let configured = config.catalogs.configured(&name).cloned();
    let mut about: Vec<Finding> = configured.iter().map(|catalog| ok("engine", catalog.engine.clone())).collect();
    let looked = async {
        let catalogs = match (configured, config.catalogs.granted()) {
            (Some(catalog), _) => Catalogs::new(vec![catalog], None)?,
            (None, Some(granted)) => Catalogs::only_granted(granted.clone()),
            (None, None) => return Err(config.catalogs.unknown(&name)),
        };
        Handler::new(Config { catalogs, ..config.clone() })?.check(&name).await
    };
    let code = match Box::pin(looked).await {
        Ok(checked) => {
            if about.is_empty() {
                about.push(ok("engine", checked.engine.clone()));
            }
            about.extend(found(checked));
            0
        }
        Err(error) => {
            about.push(failed("connection", &error));
            exit_code(error.kind())
        }
    };
    Report { name, findings: about, code }
}

fn found(checked: Checked) -> Vec<Finding> {
    let Checked { health, capabilities, schemas, tables, findings, .. } = checked;
    let mut found = vec![ok("server", health.version)];
    // Where nobody logs in there is no way to protect either.
    if !health.user.is_empty() {
        found.push(ok("user", health.user));
        found.push(health.tls.map_or_else(|| warning("tls", "none"), |tls| ok("tls", tls)));
    }
    found.push(match tables {
        0 => warning("tables", "none can be read"),
        _ => ok("tables", counted(tables, schemas)),
    });
    found.extend(pushed_down(&capabilities));
    if !health.consistency.is_empty() {
        found.push(ok("splits", health.consistency.to_owned()));
    }
    found.extend(health.findings.iter().chain(&findings).map(|text| warning("privileges", text)));
    found
}

fn counted(tables: usize, schemas: usize) -> String {
    let many = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("{} in {} can be read", many(tables, "table"), many(schemas, "schema"))
}

/// What Athena is told that it may leave to the source.
fn pushed_down(capabilities: &Capabilities) -> Vec<Finding> {
    let functions: Vec<&str> =
        capabilities.functions.iter().map(|function| function.wire_name().trim_start_matches('$')).collect();
    let said = |yes: bool| if yes { "applied for each split" } else { "left to Athena" };
    vec![
        ok("filters", "ranges, lists, null".to_owned()),
        ok("functions", if functions.is_empty() { "left to Athena".to_owned() } else { functions.join(" ") }),
        ok("limit", said(capabilities.limit).to_owned()),
        ok("top-n", said(capabilities.top_n).to_owned()),
    ]
}

/// What is not about a catalog: the bucket for large results, and settings without effect.
async fn spill(config: &Config) -> Report {
    let mut code = 0;
    let mut findings = Vec::new();
    findings.push(match &config.spill.bucket {
        None => {
            warning("spill", "no bucket is set: a Lambda needs one, and here a private one is made for each command")
        }
        Some(bucket) => match reached(config).await {
            Ok(()) => ok("spill", format!("bucket {bucket} is there and ours to use")),
            Err(error) => {
                code = exit_code(error.kind());
                failed("spill", &error)
            }
        },
    });
    findings.extend(config.notes.iter().map(|note| warning("settings", note)));
    Report { name: String::new(), findings, code }
}

async fn reached(config: &Config) -> Result<()> {
    Handler::new(config.clone())?.check_spill().await
}

impl Report {
    fn rows(&self) -> Vec<Vec<Option<String>>> {
        let state = |state| match state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failure => "FAILED",
        };
        let name = (!self.name.is_empty()).then(|| self.name.clone());
        let row = |finding: &Finding| {
            let (state, about) = (state(finding.state).to_owned(), finding.about.to_owned());
            vec![name.clone(), Some(state), Some(about), Some(finding.text.clone())]
        };
        self.findings.iter().map(row).collect()
    }
}

fn ok(about: &'static str, text: String) -> Finding {
    Finding { state: State::Ok, about, text }
}

fn warning(about: &'static str, text: &str) -> Finding {
    Finding { state: State::Warning, about, text: text.to_owned() }
}

fn failed(about: &'static str, error: &Error) -> Finding {
    let text = match error.hint_text() {
        Some(hint) => format!("{error} (hint: {hint})"),
        None => error.to_string(),
    };
    Finding { state: State::Failure, about, text }
}
