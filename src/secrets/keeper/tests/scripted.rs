//! What AWS does and moto does not, answered by a script: each call that is expected, and what it is told.

use std::collections::VecDeque;
use std::sync::Mutex;

use connector_core::{ErrorKind, Secret};
use serde_json::{Value, json};

use super::super::Keeper;
use super::super::manager::state::token;
use super::aws::{Answer, Service};
use super::manager::manager;

const NAME: &str = "glaux/sales/grants/env-a/shop";

type Line = (&'static str, Result<Value, &'static str>);

/// A service that is asked exactly this, in this order.
async fn service(script: impl IntoIterator<Item = Line>) -> Service {
    let script = Mutex::new(script.into_iter().collect::<VecDeque<_>>());
    Service::start(move |asked| {
        let action = asked.headers["x-amz-target"].to_str().unwrap().trim_start_matches("secretsmanager.").to_owned();
        match script.lock().unwrap().pop_front() {
            Some((expected, Ok(answer))) if expected == action => Answer::Say(200, answer.to_string()),
            // Whoever answers may repeat what it was told.
            Some((expected, Err(code))) if expected == action => {
                let told = String::from_utf8_lossy(&asked.body);
                Answer::Say(400, json!({"__type": code, "Message": format!("refused: {told}")}).to_string())
            }
            other => {
                Answer::Say(400, json!({"__type": "Unexpected", "Message": format!("{action}: {other:?}")}).to_string())
            }
        }
    })
    .await
}

fn described(versions: &[(u64, &str)]) -> Value {
    let stages = |stages: &str| stages.split(' ').map(Into::into).collect::<Vec<String>>();
    let versions = versions.iter().map(|(generation, labels)| (token(NAME, *generation), json!(stages(labels))));
    json!({"Name": NAME, "VersionIdsToStages": versions.collect::<serde_json::Map<_, _>>()})
}

fn deleted() -> Value {
    json!({"Name": NAME, "DeletedDate": 1_700_000_000})
}

fn done() -> Value {
    json!({"Name": NAME})
}

#[tokio::test]
async fn a_name_that_is_being_deleted_is_taken_back_whatever_the_service_calls_it() {
    for code in ["InvalidRequestException", "ResourceExistsException"] {
        let service = service([
            ("DescribeSecret", Err("ResourceNotFoundException")),
            ("CreateSecret", Err(code)),
            ("DescribeSecret", Ok(deleted())),
            ("RestoreSecret", Ok(done())),
            ("DescribeSecret", Ok(described(&[(1, "AWSCURRENT")]))),
            ("PutSecretValue", Ok(done())),
        ])
        .await;
        manager(&service.aws()).propose(NAME, 2, &Secret::new("two")).await.unwrap();
        let put: Value = serde_json::from_slice(&service.asked().last().unwrap().body).unwrap();
        let expected = json!({"SecretId": NAME, "ClientRequestToken": token(NAME, 2), "SecretString": "two", "VersionStages": ["AWSPENDING"]});
        assert_eq!(put, expected);
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_made_is_not_tried_for_ever() {
    let absent = ("DescribeSecret", Err("ResourceNotFoundException"));
    let wrong = ("CreateSecret", Err("InvalidRequestException"));
    let attempts = (0..3).flat_map(|_| [absent.clone(), wrong.clone()]);
    let service = service(attempts).await;
    let error = manager(&service.aws()).propose(NAME, 1, &Secret::new("hunter2")).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("making it"), "{error}");
    assert_eq!(service.count(), 6);
}

#[tokio::test]
async fn two_texts_that_meet_in_the_service_are_told_apart_and_neither_is_told() {
    let service = service([
        ("DescribeSecret", Ok(described(&[]))),
        ("PutSecretValue", Err("ResourceExistsException")),
        ("DescribeSecret", Ok(described(&[]))),
        ("PutSecretValue", Err("InvalidRequestException")),
        ("DescribeSecret", Ok(described(&[]))),
        ("PutSecretValue", Err("ResourceNotFoundException")),
    ])
    .await;
    let manager = manager(&service.aws());
    for kind in [ErrorKind::Conflict, ErrorKind::Invalid, ErrorKind::Unavailable] {
        let error = manager.propose(NAME, 1, &Secret::new("hunter2")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2") && error.to_string().contains(NAME), "{error:?}");
    }
}

#[tokio::test]
async fn a_label_that_another_has_moved_is_looked_for_again() {
    let service = service([
        ("DescribeSecret", Ok(described(&[(1, "AWSCURRENT"), (2, "AWSPENDING")]))),
        ("UpdateSecretVersionStage", Err("InvalidParameterException")),
        ("DescribeSecret", Ok(described(&[(1, "AWSPREVIOUS"), (2, "AWSCURRENT AWSPENDING")]))),
        ("UpdateSecretVersionStage", Ok(done())),
    ])
    .await;
    manager(&service.aws()).promote(NAME, 2).await.unwrap();
    let asked: Vec<Value> = service.asked().iter().map(|asked| serde_json::from_slice(&asked.body).unwrap()).collect();
    let (one, two) = (token(NAME, 1), token(NAME, 2));
    let moved =
        json!({"SecretId": NAME, "VersionStage": "AWSCURRENT", "RemoveFromVersionId": one, "MoveToVersionId": two});
    assert_eq!(asked[1], moved);
    assert_eq!(asked[3], json!({"SecretId": NAME, "VersionStage": "AWSPENDING", "RemoveFromVersionId": two}));
}

#[tokio::test]
async fn what_is_not_an_answer_to_the_question_stays_an_error() {
    let denied = "AccessDeniedException";
    let service = service([
        ("DescribeSecret", Err(denied)),
        ("DescribeSecret", Err("ResourceNotFoundException")),
        ("CreateSecret", Err(denied)),
        ("GetSecretValue", Err(denied)),
        ("DeleteSecret", Err(denied)),
        ("DeleteSecret", Err("InvalidRequestException")),
        ("DescribeSecret", Ok(described(&[]))),
        ("GetSecretValue", Err("InvalidRequestException")),
        ("DescribeSecret", Ok(described(&[]))),
    ])
    .await;
    let (manager, text) = (manager(&service.aws()), Secret::new("hunter2"));
    let kinds = [
        manager.is_kept(NAME).await.unwrap_err().kind(),
        manager.propose(NAME, 1, &text).await.unwrap_err().kind(),
        manager.read(NAME, 1).await.unwrap_err().kind(),
        manager.discard(NAME).await.unwrap_err().kind(),
        // Of one that is not being deleted the service has something else to say.
        manager.discard(NAME).await.unwrap_err().kind(),
        manager.read(NAME, 1).await.unwrap_err().kind(),
    ];
    let (forbidden, invalid) = (ErrorKind::Forbidden, ErrorKind::Invalid);
    assert_eq!(kinds, [forbidden, forbidden, forbidden, forbidden, invalid, invalid]);
    assert_eq!(service.count(), 9);
}
