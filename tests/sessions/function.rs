//! The same of whole processes: the Lambda's and the command line's.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use glaux::protocol::{LambdaError, Response, Version};

use crate::athena::Athena;
use crate::left;
use crate::source::{Source, handler, read_request};
use crate::support::lambda::{Lambda, Options};
use crate::support::{eventually, mysql};

async fn lambda(source: &Source, timeout: Duration, env: &[(&str, &str)]) -> Lambda {
    let mut options = Options::new(env!("CARGO_BIN_EXE_glaux-lambda"));
    options.env = source.environment();
    options.env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    options.timeout = timeout;
    Lambda::start(options).await
}

async fn request(source: &Source, table: &str) -> Vec<u8> {
    let handler = handler(source, |_| {});
    let request = read_request(&handler, table, "q-function").await;
    request.encode(Version::default()).unwrap()
}

fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

#[tokio::test]
async fn a_lambda_answers_before_it_would_be_ended_and_leaves_no_session() {
    for source in Source::all().await {
        let lambda = lambda(&source, Duration::from_secs(5), &[]).await;
        let answer = lambda.invoke(request(&source, "asleep").await).await;
        let error = LambdaError::decode(&answer.payload);
        assert_eq!(error.error_type, "OperationTimeoutException", "{}: {error:?}", source.name());
        assert!(error.error_message.contains("before the first"), "{}: {error:?}", source.name());
        // Its process may have been frozen with its answer, so by then the source has been told.
        signal("-STOP", lambda.processes()[0].id);
        left(&source, "a frozen function whose time was over", Instant::now()).await;
        assert_eq!(lambda.processes()[0].ended, None);
        signal("-KILL", lambda.processes()[0].id);
        lambda.stop().await;
    }
}

#[tokio::test]
async fn a_lambda_asks_its_own_athena() {
    let Some(source) = Source::postgres().await else { return };
    let athena = Athena::start().await;
    athena.end("q-function", "CANCELLED");
    let lambda = lambda(&source, Duration::from_mins(1), &[("AWS_ENDPOINT_URL_ATHENA", &athena.url())]).await;
    let answer = lambda.invoke(request(&source, "asleep").await).await;
    let error = LambdaError::decode(&answer.payload);
    assert_eq!((error.error_type.as_str(), athena.calls()), ("ConflictException", 1), "{error:?} {}", lambda.logs());
    lambda.stop().await;
}

/// Adds a view of how many milliseconds the source lets a statement of the session that reads it run.
async fn add_allowed(source: &Source) {
    let of_mysql = |limit: &str| {
        vec![
            format!("CREATE FUNCTION app.allowance() RETURNS bigint NO SQL RETURN {limit}"),
            "CREATE VIEW app.allowed AS SELECT app.allowance() AS ms".to_owned(),
            "GRANT EXECUTE ON app.* TO READER".to_owned(),
        ]
    };
    let statements = match source.name() {
        "PostgreSQL" => vec![
            "CREATE VIEW app.allowed AS SELECT setting::bigint AS ms FROM pg_settings WHERE name = 'statement_timeout'"
                .to_owned(),
            "GRANT SELECT ON app.allowed TO READER".to_owned(),
        ],
        "MariaDB" => of_mysql("@@max_statement_time * 1000"),
        _ => of_mysql("@@max_execution_time"),
    };
    for statement in statements {
        source.execute(&statement).await;
    }
}

/// What the source itself ends is ended though nobody is left to ask for it.
#[tokio::test]
async fn a_lambda_that_is_killed_leaves_no_statement_that_outlives_its_time() {
    for source in Source::all().await {
        add_allowed(&source).await;
        let lambda = lambda(&source, Duration::from_secs(8), &[]).await;
        let answer = lambda.invoke(request(&source, "allowed").await).await;
        let Ok(Response::ReadRecords(answer)) = Response::decode(&answer.payload) else { panic!("{}", lambda.logs()) };
        let allowed = answer.records.column(0).as_primitive::<Int64Type>().value(0);
        assert!((1..=8_000).contains(&allowed), "{}: {allowed} ms at the source", source.name());
        let payload = request(&source, "busy").await;
        let killing = async {
            source.until_read("busy").await;
            // Nothing in the process has a chance to tell anybody.
            signal("-KILL", lambda.processes()[0].id);
            let since = Instant::now();
            source.wait("the end of the read", async || source.reads_of("busy").await == 0).await;
            println!("{}, a killed function: {} ms", source.name(), since.elapsed().as_millis());
        };
        tokio::join!(lambda.invoke(payload), killing);
        lambda.stop().await;
    }
}

/// `glaux sql` over a source.
fn command_line(source: &Source, statement: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glaux"));
    command.args(["sql", "-o", "csv", statement]).env_clear().env("source_connection_string", &source.setting);
    command.envs(mysql::search_path().map(|path| ("PATH", path)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[tokio::test]
async fn a_command_that_is_interrupted_leaves_no_session() {
    for source in Source::all().await {
        for (name, table, code) in [("-INT", "asleep", 130), ("-TERM", "busy", 143)] {
            let mut child = command_line(&source, &format!("select * from source.app.{table}"));
            source.until_read(table).await;
            signal(name, child.id());
            let since = Instant::now();
            let mut ended = None;
            eventually("the command ends", || {
                ended = child.try_wait().unwrap();
                ended.is_some()
            })
            .await;
            left(&source, &format!("a command stopped by {name}"), since).await;
            assert_eq!(ended.and_then(|status| status.code()), Some(code));
        }
    }
}
