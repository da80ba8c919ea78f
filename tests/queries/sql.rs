//! SQL from outside, one file a subject (`tests/sql/*.slt`): the same answers of PostgreSQL, MariaDB, MySQL and `memory`; of
//! PostgreSQL in process and from a pool of Lambdas, whether it is asked to filter or not, inline or spilled.
//!
//! The expected rows are PostgreSQL's own, or what Athena means where the two differ; a file says where, and where a query is
//! not for every engine.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::mysql;
use crate::support::slt::{self, Case};
use crate::support::sources::Sources;
use crate::support::stage::{self, DEMO, PASSWORD, Row, Stage};
use arrow_schema::{DataType, SchemaRef};
use connector_core::testing::suite;
use connector_core::{Credential, Secret, Settings, TableName};
use connector_postgresql::CONNECTOR as POSTGRESQL;
use futures::TryStreamExt;
use glaux::local::LocalAthena;
use mysql_async::prelude::Queryable;

/// What the demo shop lacks: odd names, and what the role must not read.
const SETUP: &str = include_str!("../sql/setup.postgresql.sql");
const MYSQL_DEMO: &str = include_str!("../../schemas/demo/mysql.sql");
const MYSQL_SETUP: &str = include_str!("../sql/setup.mysql.sql");

/// Of PostgreSQL's tables, those that cannot be read to their end.
const FAILING: [&str; 2] = ["divides", "fails"];

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

async fn check(engine: &str, way: &str, athena: &LocalAthena, files: &[(String, Vec<Case>)]) -> Tally {
    let mut tally = Tally::default();
    let begin = Instant::now();
    for (file, cases) in files {
        for case in cases.iter().filter(|case| case.is_for(engine)) {
            let start = Instant::now();
            let answer = answer(athena, &case.sql, &mut tally.spilled).await;
            tally.cases += 1;
            tally.slow.push((start.elapsed(), format!("{file}.slt:{}", case.line)));
            if let Some(difference) = case.expected.differs(&answer) {
                tally.failed.push(format!("{engine}, {way}: {file}.slt:{}: {}\n{difference}", case.line, case.sql));
            }
        }
    }
    tally.slow.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    tally.slow.truncate(5);
    let Tally { cases, spilled, slow, failed } = &tally;
    let (all, wrong) = (files.iter().map(|(_, cases)| cases.len()).sum::<usize>(), failed.len());
    println!(
        "{engine}, {way}: {cases} of {all} queries, {wrong} wrong, {spilled} spilled blocks, {:?}",
        begin.elapsed()
    );
    println!("  slowest {slow:?}");
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

/// Every way to ask the catalog `source`.
async fn every_way(engine: &str, sources: &Sources) -> Vec<String> {
    let (in_process, files) = (sources.in_process(), files());
    let (lambda, over_http) = sources.pool(env!("CARGO_BIN_EXE_glaux-lambda")).await;
    let athena = |function, pushdown| sources.athena(function, "source", |options| options.pushdown = pushdown);
    let tiny = sources.athena(&in_process, "source", |options| {
        (options.max_block_size, options.max_inline_block_size) = (20_000, 0);
    });
    let [a, b, c, d] = [(&in_process, true), (&in_process, false), (&over_http, true), (&over_http, false)]
        .map(|(function, pushdown)| athena(function, pushdown));
    let tallies = tokio::join!(
        check(engine, "in process, pushdown", &a, &files),
        check(engine, "in process, no pushdown", &b, &files),
        check(engine, "over HTTP, pushdown", &c, &files),
        check(engine, "over HTTP, no pushdown", &d, &files),
        check(engine, "tiny blocks", &tiny, &files),
    );
    lambda.stop().await;
    assert!(tallies.4.spilled > 100, "{} blocks were spilled", tallies.4.spilled);
    [tallies.0, tallies.1, tallies.2, tallies.3, tallies.4].map(|tally| tally.failed).concat()
}

/// The way of the first.
async fn one_way(engine: &str, sources: &Sources) -> Vec<String> {
    check(engine, "in process", &sources.athena(&sources.in_process(), "source", |_| ()), &files()).await.failed
}

async fn sources(url: String) -> Sources {
    let mut sources = Sources::new("shop").await;
    sources.add("source", url);
    sources.add("memory", "memory://shop".to_owned());
    sources
}

fn none(failed: &[String]) {
    assert!(failed.is_empty(), "{} wrong answers\n\n{}", failed.len(), failed.join("\n\n"));
}

/// The tables of PostgreSQL as the role sees them, put into memory.
async fn into_memory(stage: &Stage) {
    let role = Credential { user: stage.role(), password: Secret::new(PASSWORD) };
    let endpoint = POSTGRESQL.endpoint(&stage.database.url()).unwrap();
    let mut session = POSTGRESQL.connect(&endpoint, &role, &Settings::default()).await.unwrap();
    let mut tables = Vec::new();
    for schema in session.schemas().await.unwrap() {
        for relation in session.tables(&schema, None, None).await.unwrap() {
            let name = TableName::new(&schema, relation.name);
            let Ok(table) = session.table(&name).await else { continue };
            if !FAILING.contains(&name.table.as_str()) {
                tables.push((name, suite::whole(session.as_mut(), POSTGRESQL.dialect(), &table).await));
            }
        }
    }
    connector_memory::testing::put("copied", tables);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_has_its_answer_of_postgresql_whichever_way_it_is_asked_and_of_memory() {
    let Some(stage) = Stage::open(&(DEMO.to_owned() + SETUP)).await else { return };
    let mut failed = Box::pin(every_way("postgresql", &sources(stage.setting()).await)).await;
    into_memory(&stage).await;
    failed.extend(one_way("memory", &sources("memory://copied".to_owned()).await).await);
    none(&failed);
}

/// Runs scripts in which a statement ends with a semicolon at the end of its line.
async fn load(server: &mysql::Server, scripts: &[&str]) {
    let mut admin = server.admin().await;
    let made = ["shop", "crm", "closed"].map(|name| format!("DROP DATABASE IF EXISTS {name}"));
    let user = ["DROP USER IF EXISTS slt_reader@'%'".to_owned()];
    let statements = scripts.iter().flat_map(|script| script.split(";\n")).map(str::to_owned);
    for statement in made.into_iter().chain(user).chain(statements).filter(|text| !text.trim().is_empty()) {
        admin
            .query_drop(&statement)
            .await
            .unwrap_or_else(|error| panic!("{:?}: {error}\n{statement:.400}", server.kind));
    }
    admin.disconnect().await.unwrap();
}

/// Only on servers that were started here, since databases are dropped.
#[tokio::test(flavor = "multi_thread")]
async fn every_query_has_its_answer_of_mariadb_and_of_mysql() {
    let mut failed = Vec::new();
    for server in mysql::own_servers() {
        load(server, &[MYSQL_DEMO, &MYSQL_SETUP.replace("PASSWORD", PASSWORD)]).await;
        let url = server.url(&format!("{}&user=slt_reader&password={PASSWORD}", server.options()));
        let engine = format!("{:?}", server.kind).to_lowercase();
        failed.extend(one_way(&engine, &sources(format!("mysql://{url}")).await).await);
    }
    none(&failed);
}
