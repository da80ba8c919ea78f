//! `glaux check`: for every catalog whether it is reached, as whom, how protected, how much is readable and what is pushed down.
//!
//! Each catalog is looked at by itself, so that one with a wrong setting does not hide the others.

use std::path::Path;

use connector_core::Result;
use futures::future::join_all;

use super::output::{Done, Output};
use super::rows::listing;
use super::{CheckArguments, session};
use crate::config::{Aws, Catalogs, Config};
use crate::error::exit_code;
use crate::handler::{Handler, failed, finding};
use crate::local::check::check as check_itself;
use crate::local::invoke::Http;
use crate::protocol::{Finding, Standing};

const COLUMNS: [&str; 4] = ["catalog", "state", "about", "finding"];

/// Checks what is asked for, else everything there is, prints a row for each finding, and returns the exit code.
pub async fn run(asked: CheckArguments, file: Option<&Path>, output: &mut Output) -> Done<u8> {
    let findings = match &asked.function {
        Some(function) => remote(function, &asked, output).await?,
        None => here(asked.catalogs, &session::settings(file).await?).await?,
    };
    let rows: Vec<_> = findings.iter().map(row).collect();
    output.whole(asked.output, &listing(&COLUMNS, &rows)?)?;
    Ok(findings.iter().find_map(code).unwrap_or_default())
}

/// What a function finds where it runs.
async fn remote(function: &str, asked: &CheckArguments, output: &mut Output) -> Result<Vec<Finding>> {
    let invoke = match &asked.endpoint {
        Some(endpoint) => Http::at(endpoint, function),
        None => Http::new(Aws::lazy().sdk().await, function),
    };
    output.status(&format!("function {function} checks itself"));
    let found = check_itself(&invoke, asked.catalogs.clone()).await;
    output.clear_status();
    let found = found.map_err(|error| error.context(format!("having function {function:?} check itself")))?;
    let version = finding("", Standing::Ok, "version", &found.version);
    Ok(std::iter::once(version).chain(found.findings).collect())
}

async fn here(catalogs: Vec<String>, config: &Config) -> Result<Vec<Finding>> {
    let names = if catalogs.is_empty() { session::catalogs(config)? } else { catalogs };
    let mut findings: Vec<Finding> =
        join_all(names.into_iter().map(|name| check(name, config))).await.into_iter().flatten().collect();
    findings.extend(spill(config).await);
    Ok(findings)
}

async fn check(name: String, config: &Config) -> Vec<Finding> {
    let configured = config.catalogs.configured(&name).cloned();
    let engine = |engine: &str| finding(&name, Standing::Ok, "engine", engine);
    let known: Option<Finding> = configured.as_ref().map(|catalog| engine(&catalog.engine));
    let looked = async {
        let catalogs = match (configured, config.catalogs.granted()) {
            (Some(catalog), _) => Catalogs::new(vec![catalog], None)?,
            (None, Some(granted)) => Catalogs::only_granted(granted.clone()),
            (None, None) => return Err(config.catalogs.unknown(&name)),
        };
        Handler::new(Config { catalogs, ..config.clone() })?.check(&name).await
    };
    match Box::pin(looked).await {
        Ok(checked) => {
            let known = known.unwrap_or_else(|| engine(&checked.engine));
            std::iter::once(known).chain(checked.findings(&name)).collect()
        }
        Err(error) => known.into_iter().chain([failed(&name, "connection", &error)]).collect(),
    }
}

/// What is not about a catalog: the bucket for large results, and settings without effect.
async fn spill(config: &Config) -> Vec<Finding> {
    let about = |standing, text: &str| finding("", standing, "spill", text);
    let mut findings = vec![match &config.spill.bucket {
        None => about(
            Standing::Warning,
            "no bucket is set: a Lambda needs one, and here a private one is made for each command",
        ),
        Some(bucket) => match reached(config).await {
            Ok(()) => about(Standing::Ok, &format!("bucket {bucket} is there and ours to use")),
            Err(error) => failed("", "spill", &error),
        },
    }];
    findings.extend(config.notes.iter().map(|note| finding("", Standing::Warning, "settings", note)));
    findings
}

async fn reached(config: &Config) -> Result<()> {
    Handler::new(config.clone())?.check_spill().await
}

fn row(finding: &Finding) -> Vec<Option<String>> {
    let name = (!finding.catalog.is_empty()).then(|| finding.catalog.clone());
    vec![name, Some(finding.standing.word().to_owned()), Some(finding.about.clone()), Some(finding.text.clone())]
}

/// The exit code that this alone would mean, if it went wrong.
fn code(finding: &Finding) -> Option<u8> {
    match finding.standing {
        Standing::Failed(kind) => Some(exit_code(kind)).filter(|code| *code != 0),
        _ => None,
    }
}
