use std::time::Duration;

use connector_core::ErrorKind;
use serde_json::{Value, json};

use super::*;
use crate::config::{Config, SecretReference};
use crate::stand_ins::aws::{Answer, Service};

const NOWHERE: &str = "http://127.0.0.1:1";
const ARN: &str = "arn:aws:secretsmanager:eu-west-1:999999999999:secret:shop/reader-AbCdEf";

/// A connection as Athena's console makes one, which is told to whoever does not want its password.
fn console(kind: &str) -> Value {
    json!({"Connection": {
        "Name": "shop",
        "ConnectionType": kind,
        "ConnectionProperties": {"HOST": "db.example", "PORT": "5432", "DATABASE": "shop", "JDBC_PARAMS": ""},
        "AuthenticationConfiguration": {"AuthenticationType": "BASIC", "SecretArn": ARN},
        "AthenaProperties": {"spill_bucket": "the-bucket", "spill_prefix": "p", "lambda_function_arn": "x"},
        "Status": "READY"}})
}

async fn read(answer: Answer, more: &[(&str, &str)]) -> (Result<Config>, Vec<Value>) {
    let told = std::sync::Mutex::new(Some(answer));
    let service = Service::start(move |_| told.lock().unwrap().take().unwrap_or(Answer::Say(400, "{}".into()))).await;
    let variables = [("glue_connection", " shop "), ("GLUE_ENDPOINT", service.endpoint.as_str())];
    let variables = variables.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    // Where everything else of AWS is, nobody answers.
    let config = Config::from_env_and_glue(variables, &Aws::at(NOWHERE, "key", "secret")).await;
    let asked = service.asked();
    (config, asked.iter().map(|asked| serde_json::from_slice(&asked.body).unwrap()).collect())
}

#[tokio::test]
async fn a_connection_is_asked_for_without_its_password_and_its_type_is_its_engine() {
    for (kind, url) in [
        ("POSTGRESQL", "jdbc:postgresql://db.example:5432/shop"),
        ("MYSQL", "jdbc:mysql://db.example:5432/shop"),
        ("SQLSERVER", "jdbc:sqlserver://db.example:5432;databaseName=shop"),
        ("ORACLE", "jdbc:oracle:thin:@//db.example:5432/shop"),
    ] {
        let (config, asked) = read(Answer::Say(200, console(kind).to_string()), &[]).await;
        assert_eq!(asked, [json!({"Name": "shop", "HidePassword": true})]);
        let config = config.unwrap();
        let catalog = config.catalogs.get("any").unwrap();
        assert_eq!((catalog.url.as_str(), &catalog.secret), (url, &SecretReference::Name(ARN.into())));
        crate::connectors::find(&catalog.engine).unwrap().endpoint(&catalog.url).unwrap();
        assert_eq!((config.spill.bucket.as_deref(), config.spill.prefix.as_str()), (Some("the-bucket"), "p"));
        assert!(config.notes.is_empty(), "{:?}", config.notes);
    }
}

#[tokio::test]
async fn variables_go_before_the_connection_and_blank_ones_do_not() {
    let more = [("spill_bucket", "own"), ("secret_name", "own/reader"), ("spill_prefix", " "), ("kms_key_id", "")];
    let (config, _) = read(Answer::Say(200, console("MYSQL").to_string()), &more).await;
    let config = config.unwrap();
    assert_eq!((config.spill.bucket.as_deref(), config.spill.prefix.as_str()), (Some("own"), "p"));
    assert_eq!(config.catalogs.get("any").unwrap().secret, SecretReference::Name("own/reader".into()));
    // One of which a connection would not be taken.
    let (config, _) = read(Answer::Say(200, console("SNOWFLAKE").to_string()), &[("default", "memory://shop")]).await;
    assert_eq!(config.unwrap().catalogs.get("any").unwrap().engine, "memory");
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_is_fatal_and_named() {
    let not_there = json!({"__type": "EntityNotFoundException", "Message": "no"});
    let denied = json!({"__type": "AccessDeniedException", "Message": "not you"});
    for (answer, kind) in [
        (Answer::Say(400, not_there.to_string()), ErrorKind::NotFound),
        (Answer::Say(400, denied.to_string()), ErrorKind::Forbidden),
        (Answer::Say(200, "{}".into()), ErrorKind::NotFound),
        (Answer::Say(200, console("SNOWFLAKE").to_string()), ErrorKind::Unsupported),
    ] {
        let error = read(answer, &[]).await.0.unwrap_err();
        assert!(error.kind() == kind && error.to_string().contains("connection \"shop\" of Glue"), "{error}");
    }
    assert!(LIMIT < Duration::from_secs(10), "a function has ten seconds to start");
}
