//! The small Lambda of the tests: what a function and its caller may rely on in it.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, SystemTime};

use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::primitives::Blob;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use support::lambda::{Lambda, Options, PAYLOAD_LIMIT};
use support::{eventually, runs};

/// Set for the child only: how it begins.
const BEGIN: &str = "GLAUX_TEST_FUNCTION";

/// This test binary again, as a Lambda function.
fn function(begin: &str) -> Options {
    let mut options = Options::new(std::env::current_exe().unwrap());
    options.args = ["--exact", "the_function_of_other_tests", "--ignored", "--nocapture"].map(str::to_owned).to_vec();
    options.env = vec![(BEGIN.to_owned(), begin.to_owned())];
    options
}

#[tokio::test]
#[ignore = "started by other tests as a process of its own"]
async fn the_function_of_other_tests() {
    match std::env::var(BEGIN).as_deref() {
        Ok("exit") => std::process::exit(4),
        Ok(_) => lambda_runtime::run(service_fn(act)).await.unwrap(),
        Err(_) => {}
    }
}

async fn act(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (payload, context) = event.into_parts();
    match payload["do"].as_str() {
        Some("fail") => Err("as asked".into()),
        Some("exit") => std::process::exit(3),
        Some("hang") => std::future::pending().await,
        Some("fill") => Ok("x".repeat(usize::try_from(payload["bytes"].as_u64().unwrap()).unwrap()).into()),
        Some("touch") => {
            let touched = vec![1_u8; 64 << 20];
            Ok(touched.iter().map(|byte| u64::from(*byte)).sum::<u64>().into())
        }
        Some("meet") => {
            let place = std::path::Path::new(payload["place"].as_str().unwrap());
            std::fs::write(place.join(std::process::id().to_string()), "")?;
            let guests = || u64::try_from(std::fs::read_dir(place).unwrap().count()).unwrap();
            eventually("all guests are there", || Some(guests()) == payload["guests"].as_u64()).await;
            Ok(guests().into())
        }
        Some("tell") => Ok(json!({
            "process": std::process::id(), "deadline": context.deadline, "request": context.request_id,
            "arn": context.invoked_function_arn, "name": context.env_config.function_name, "home": std::env::var("HOME").ok(),
        })),
        _ => Ok(payload),
    }
}

async fn tell(lambda: &Lambda) -> Value {
    let answer = lambda.invoke(r#"{"do": "tell"}"#).await;
    assert_eq!(answer.function_error, None, "{:?}", answer.payload);
    answer.json()
}

#[tokio::test]
async fn a_function_gets_its_payload_a_deadline_and_no_environment_of_ours() {
    let mut options = function("run");
    options.timeout = Duration::from_secs(1000);
    let lambda = Lambda::start(options).await;
    assert_eq!(lambda.invoke(r#"{"a": [1, "ü"]}"#).await.json(), json!({"a": [1, "ü"]}));
    let told = tell(&lambda).await;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let left = told["deadline"].as_u64().unwrap() / 1000 - now;
    assert!((900..=1000).contains(&left), "{left} s left");
    assert_eq!((&told["name"], &told["home"]), (&json!("glaux"), &Value::Null));
    assert!(told["arn"].as_str().unwrap().ends_with(":function:glaux"), "{told}");
}

#[tokio::test]
async fn an_error_of_the_function_is_its_answer_and_the_process_goes_on() {
    let lambda = Lambda::start(function("run")).await;
    let before = tell(&lambda).await["process"].clone();
    let answer = lambda.invoke(r#"{"do": "fail"}"#).await;
    assert_eq!((answer.function_error, &answer.json()["errorMessage"]), (Some("Unhandled"), &json!("as asked")));
    assert_eq!(tell(&lambda).await["process"], before);
}

#[tokio::test]
async fn a_process_that_dies_is_answered_for_and_replaced() {
    let lambda = Lambda::start(function("run")).await;
    let answer = lambda.invoke(r#"{"do": "exit"}"#).await;
    assert_eq!(answer.json()["errorType"], "Runtime.ExitError");
    assert!(answer.json()["errorMessage"].as_str().unwrap().ends_with("exit status: 3"), "{:?}", answer.payload);
    assert_eq!(tell(&lambda).await["process"], lambda.processes()[1].id);
    assert_eq!(lambda.processes()[0].ended.as_deref(), Some("exit status: 3"));
}

#[tokio::test]
async fn a_process_that_cannot_start_answers_with_that_and_is_not_started_over_and_over() {
    let lambda = Lambda::start(function("exit")).await;
    for invocation in 1..=3 {
        let answer = lambda.invoke("{}").await;
        assert!(answer.json()["errorMessage"].as_str().unwrap().ends_with("exit status: 4"), "{:?}", answer.payload);
        assert!(lambda.processes().len() <= invocation + 1, "{}", lambda.processes().len());
    }
}

#[tokio::test]
async fn a_late_function_is_ended_and_the_next_request_works() {
    let mut options = function("run");
    options.timeout = Duration::from_secs(2);
    let lambda = Lambda::start(options).await;
    let answer = lambda.invoke(r#"{"do": "hang"}"#).await;
    assert_eq!(answer.json()["errorType"], "Sandbox.Timedout");
    assert!(answer.json()["errorMessage"].as_str().unwrap().ends_with("Task timed out after 2.00 seconds"));
    assert_eq!(tell(&lambda).await["process"], lambda.processes()[1].id);
    assert!(!runs(lambda.processes()[0].id));
}

#[tokio::test]
async fn an_answer_may_have_as_many_bytes_as_lambda_carries_and_not_one_more() {
    let lambda = Lambda::start(function("run")).await;
    // Two of the bytes are JSON's quotes.
    let fill = |bytes: usize| json!({"do": "fill", "bytes": bytes - 2}).to_string();
    let answer = lambda.invoke(fill(PAYLOAD_LIMIT)).await;
    assert_eq!((answer.function_error, answer.payload.len()), (None, PAYLOAD_LIMIT));
    let answer = lambda.invoke(fill(PAYLOAD_LIMIT + 1)).await;
    assert_eq!(answer.json()["errorType"], "Function.ResponseSizeTooLarge");
    tell(&lambda).await;
}

#[tokio::test]
async fn as_many_requests_run_at_once_as_there_are_processes() {
    let mut options = function("run");
    options.processes = 3;
    let lambda = Lambda::start(options).await;
    let place = tempfile::tempdir().unwrap();
    // Each waits for the other two: with fewer at once none would ever be answered.
    let meet = || lambda.invoke(json!({"do": "meet", "place": place.path(), "guests": 3}).to_string());
    let answers = tokio::join!(meet(), meet(), meet());
    for answer in [answers.0, answers.1, answers.2] {
        assert_eq!(answer.json(), 3);
    }
    assert!(lambda.processes().iter().all(|process| process.answers == 1));
}

#[tokio::test]
async fn cold_start_and_peak_memory_are_measured_for_each_process() {
    let lambda = Lambda::start(function("run")).await;
    let answer = lambda.invoke(r#"{"do": "touch"}"#).await;
    assert_eq!(answer.json(), 64 << 20);
    let process = &lambda.processes()[0];
    assert!(process.init.is_some_and(|init| !init.is_zero()));
    assert_eq!(process.answers, 1);
    if cfg!(target_os = "linux") {
        assert!(process.peak_memory.unwrap() > 64 << 20, "{process:?}");
    }
}

#[tokio::test]
async fn a_dropped_lambda_kills_its_processes_and_a_stopped_one_has_none_left() {
    let mut options = function("run");
    options.processes = 2;
    let first = Lambda::start(options.clone()).await;
    let ids: Vec<u32> = first.processes().iter().map(|process| process.id).collect();
    assert!(ids.iter().all(|id| runs(*id)));
    drop(first);
    eventually("the processes end", || ids.iter().all(|id| !runs(*id))).await;

    let second = Lambda::start(options).await;
    let ids: Vec<u32> = second.processes().iter().map(|process| process.id).collect();
    second.stop().await;
    assert!(ids.iter().all(|id| !runs(*id)));
}

#[tokio::test]
async fn what_a_process_prints_is_kept() {
    let lambda = Lambda::start(function("run")).await;
    tell(&lambda).await;
    eventually("the test harness of the child says hello", || lambda.logs().contains("running 1 test")).await;
}

#[tokio::test]
async fn awss_own_client_invokes_it_and_understands_its_errors() {
    let lambda = Lambda::start(function("run")).await;
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(lambda.endpoint())
        .build();
    let client = aws_sdk_lambda::Client::from_conf(config);
    let invoke = |name: &str, payload: &[u8]| client.invoke().function_name(name).payload(Blob::new(payload)).send();

    for name in ["glaux", "glaux:$LATEST", "arn:aws:lambda:us-east-1:123456789012:function:glaux"] {
        let answer = invoke(name, br#"{"a": 1}"#).await.unwrap();
        assert_eq!((answer.status_code(), answer.function_error()), (200, None));
        assert_eq!(answer.payload().unwrap().as_ref(), br#"{"a":1}"#);
    }
    let answer = invoke("glaux", br#"{"do": "fail"}"#).await.unwrap();
    assert_eq!((answer.status_code(), answer.function_error()), (200, Some("Unhandled")));

    let error = invoke("nobody", b"{}").await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    let error = invoke("glaux", b"{").await.unwrap_err().into_service_error();
    assert!(error.is_invalid_request_content_exception(), "{error:?}");
    let large = format!("\"{}\"", "x".repeat(PAYLOAD_LIMIT));
    let error = invoke("glaux", large.as_bytes()).await.unwrap_err().into_service_error();
    assert!(error.is_request_too_large_exception(), "{:?}", error.message());
}
