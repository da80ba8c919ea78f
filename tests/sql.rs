//! SQL from outside, one file a subject (`tests/sql/*.slt`): the same answers in process and from a pool of Lambdas, whether
//! sources are asked to filter or not, inline or spilled.
//!
//! The expected rows are PostgreSQL's own, or what Athena means where the two differ; a file says where.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use arrow_schema::{DataType, SchemaRef};
use futures::TryStreamExt;
use glaux::local::LocalAthena;
use support::slt::{self, Case};
use support::stage::{self, DEMO, PASSWORD, Row, Stage};

/// What the demo shop lacks: odd names, and what the role must not read.
const SETUP: &str = include_str!("sql/setup.sql");

fn files() -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "slt"));
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), slt::read(&text))
    };
    paths.iter().map(|path| read(path)).collect()
}

/// What a way of asking came to.
#[derive(Default)]
struct Tally {
    cases: usize,
    spilled: u64,
    slow: Vec<(Duration, String)>,
    failed: Vec<String>,
}

async fn check(way: &str, athena: &LocalAthena, files: &[(String, Vec<Case>)]) -> Tally {
    let mut tally = Tally::default();
    for (file, cases) in files {
        for case in cases {
            let start = Instant::now();
            let answer = answer(athena, &case.sql, &mut tally.spilled).await;
            tally.cases += 1;
            tally.slow.push((start.elapsed(), format!("{file}.slt:{}", case.line)));
            if let Some(difference) = case.expected.differs(&answer) {
                tally.failed.push(format!("{way}: {file}.slt:{}: {}\n{difference}", case.line, case.sql));
            }
        }
    }
    tally.slow.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    tally.slow.truncate(5);
    let Tally { cases, spilled, slow, failed } = &tally;
    println!("{way}: {cases} queries, {spilled} spilled blocks, {} wrong, slowest {slow:?}", failed.len());
    tally
}

async fn answer(athena: &LocalAthena, sql: &str, spilled: &mut u64) -> Result<(Vec<Row>, String), String> {
    let told = |error: connector_core::Error| {
        let told = format!("{:?}: {error}; {}", error.kind(), error.hint_text().unwrap_or_default());
        assert!(!format!("{told}{error:?}").contains(PASSWORD), "{told}");
        told
    };
    let query = athena.sql(sql).await.map_err(told)?;
    let (types, progress) = (types(&query.schema), query.progress.clone());
    let batches: Vec<_> = query.batches.try_collect().await.map_err(told)?;
    *spilled += progress.report().scans.iter().map(|scan| scan.spilled_blocks).sum::<u64>();
    Ok((batches.iter().flat_map(stage::rows).collect(), types))
}

fn types(schema: &SchemaRef) -> String {
    let letter = |data_type: &DataType| match data_type {
        data_type if data_type.is_integer() => 'I',
        data_type if data_type.is_numeric() => 'R',
        _ => 'T',
    };
    schema.fields().iter().map(|field| letter(field.data_type())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_has_its_answer_whichever_way_it_is_asked() {
    let Some(stage) = Stage::open(&(DEMO.to_owned() + SETUP)).await else { return };
    let in_process = stage.in_process();
    let (lambda, over_http) = stage.pool(env!("CARGO_BIN_EXE_glaux-lambda")).await;
    let athena = |function, pushdown| stage.athena(function, |options| options.pushdown = pushdown);
    let tiny =
        stage.athena(&in_process, |options| (options.max_block_size, options.max_inline_block_size) = (20_000, 0));
    let [a, b, c, d] = [(&in_process, true), (&in_process, false), (&over_http, true), (&over_http, false)]
        .map(|(function, pushdown)| athena(function, pushdown));
    let files = files();
    let tallies = tokio::join!(
        check("in process, pushdown", &a, &files),
        check("in process, no pushdown", &b, &files),
        check("over HTTP, pushdown", &c, &files),
        check("over HTTP, no pushdown", &d, &files),
        check("tiny blocks", &tiny, &files),
    );
    lambda.stop().await;
    assert!(tallies.4.spilled > 100, "{} blocks were spilled", tallies.4.spilled);
    let failed = [tallies.0, tallies.1, tallies.2, tallies.3, tallies.4].map(|tally| tally.failed).concat();
    assert!(failed.is_empty(), "{} wrong answers\n\n{}", failed.len(), failed.join("\n\n"));
}
