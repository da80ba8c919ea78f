//! What becomes of a result when S3 or KMS refuses: never a result with rows missing.
#![allow(clippy::unwrap_used)]

#[path = "support/aws.rs"]
mod aws;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Error, ErrorKind, TableName};
use futures::future::join_all;
use glaux::config::{Encryption, PutHeaders, SpillConfig};
use glaux::protocol::{Constraints, Identity, ReadRecordsRequest, SpillLocation, Split};
use glaux::spill::{Outcome, Spiller, Store};
use serde_json::{Value, json};

use aws::{Answer, Asked, Service};

/// Blocks of at most 110 rows, which are 894 bytes: 90 % is aimed at.
const BLOCK: u64 = 1_000;

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true)]))
}

/// A block's worth of rows.
fn rows() -> RecordBatch {
    RecordBatch::try_new(schema(), vec![Arc::new(Int64Array::from_iter_values(0..110))]).unwrap()
}

fn config(service: &Service) -> SpillConfig {
    SpillConfig { bucket: Some("spill".into()), aws: service.aws(), ..SpillConfig::default() }
}

async fn request(store: &Store) -> ReadRecordsRequest {
    let directory = SpillLocation { bucket: "spill".into(), key: "p/q/split".into(), directory: true };
    ReadRecordsRequest {
        identity: Identity::default(),
        query_id: "q".into(),
        catalog: "pg".into(),
        table: TableName::new("s", "t"),
        schema: schema(),
        split: Split {
            spill_location: Some(directory),
            encryption_key: store.new_key().await.unwrap(),
            properties: BTreeMap::default(),
        },
        constraints: Constraints::default(),
        max_block_size: BLOCK,
        max_inline_block_size: 0,
    }
}

/// Writes so many batches, stopping at the first error.
async fn write(config: &SpillConfig, batches: usize) -> Result<Outcome, Error> {
    let store = Store::new(config);
    let mut spiller = Spiller::new(&store, &request(&store).await).unwrap();
    for _ in 0..batches {
        spiller.push(rows()).await?;
    }
    spiller.finish().await
}

/// The number of an object, from its path.
fn number(asked: &Asked) -> usize {
    asked.path.strip_prefix("/spill/p/q/split.").unwrap().parse().unwrap()
}

fn objects(service: &Service) -> BTreeSet<usize> {
    service.asked().iter().filter(|asked| asked.method == Method::PUT).map(number).collect()
}

const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>";
const SLOW: &str = "<Error><Code>SlowDown</Code><Message>fewer, please</Message></Error>";

fn ok() -> Answer {
    Answer::Say(200, String::new())
}

#[tokio::test]
async fn a_block_that_cannot_be_stored_fails_the_request_whichever_it_is() {
    let written = Service::start(|_| ok()).await;
    let Outcome::Remote(blocks) = write(&config(&written), 6).await.unwrap() else { panic!("inline") };
    let last = blocks.len() - 1;
    assert_eq!((objects(&written), last), ((0..=5).collect(), 5));
    // AWS's SDK 2026.24.1 answers as if all were well when it is the last one: rows are missing from the result.
    for refused in [0, 3, last] {
        let service =
            Service::start(move |asked| if number(asked) == refused { Answer::Say(403, DENIED.into()) } else { ok() })
                .await;
        let error = write(&config(&service), 6).await.expect_err(&format!("block {refused}"));
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        let object = format!("s3://spill/p/q/split.{refused}");
        assert!(error.to_string().contains(&object) && error.to_string().contains("not yours"), "{error}");
    }
}

#[tokio::test]
async fn the_only_block_that_cannot_be_stored_fails_the_request() {
    let service = Service::start(|_| Answer::Say(403, DENIED.into())).await;
    let store = Store::new(&config(&service));
    let mut spiller = Spiller::new(&store, &request(&store).await).unwrap();
    spiller.push(rows().slice(0, 10)).await.unwrap();
    assert!(!spiller.spilled());
    assert_eq!(spiller.finish().await.unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(objects(&service), [0].into());
}

#[tokio::test]
async fn after_a_failure_nothing_more_is_stored_and_every_push_says_so() {
    let service = Service::start(|_| Answer::Say(403, DENIED.into())).await;
    let config = SpillConfig { queue_capacity: 1, ..config(&service) };
    let store = Store::new(&config);
    let mut spiller = Spiller::new(&store, &request(&store).await).unwrap();
    let mut failures = 0;
    for _ in 0..50 {
        failures += usize::from(spiller.push(rows()).await.is_err());
    }
    // Two uploaders and one place in the queue had begun before the first answer came.
    assert!(failures > 40 && objects(&service).len() <= 3, "{failures} {:?}", objects(&service));
    assert!(spiller.finish().await.is_err());
    assert!(objects(&service).len() <= 3);
}

#[tokio::test]
async fn a_service_that_never_answers_fails_within_the_limit_and_holds_a_bounded_number_of_blocks() {
    let service = Service::start(|_| Answer::Never).await;
    let limit = Duration::from_millis(600);
    let error = write(&SpillConfig { timeout: limit, queue_capacity: 2, ..config(&service) }, 50).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(objects(&service).len() <= 4, "{:?}", objects(&service));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let aws = glaux::config::Aws::at(&format!("http://{address}"), "key", "secret");
    let error = write(&SpillConfig { aws, ..SpillConfig::default() }, 3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.hint_text().unwrap().contains("VPC"));
}

#[tokio::test]
async fn athena_is_asked_to_slow_down_only_while_it_has_seen_no_block() {
    let all = Service::start(|_| Answer::Say(503, SLOW.into())).await;
    assert_eq!(write(&config(&all), 3).await.unwrap_err().kind(), ErrorKind::Throttled);
    let arrived = Arc::new(AtomicBool::new(false));
    let some = Service::start(move |asked| match number(asked) {
        // The later block is refused once the first has arrived.
        0 => {
            arrived.store(true, Ordering::SeqCst);
            ok()
        }
        _ if arrived.load(Ordering::SeqCst) => Answer::Say(503, SLOW.into()),
        _ => Answer::Say(500, String::new()),
    })
    .await;
    let error = write(&config(&some), 3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("SlowDown"), "{error}");
}

#[tokio::test]
async fn a_short_refusal_is_tried_again_and_no_row_is_lost() {
    let first = AtomicBool::new(true);
    let service =
        Service::start(move |_| if first.swap(false, Ordering::SeqCst) { Answer::Say(503, SLOW.into()) } else { ok() })
            .await;
    let Outcome::Remote(blocks) = write(&config(&service), 6).await.unwrap() else { panic!("inline") };
    assert_eq!((blocks.len(), objects(&service).len()), (6, 6));
}

#[tokio::test]
async fn every_upload_carries_the_configured_headers() {
    let service = Service::start(|_| ok()).await;
    let headers = [("x-amz-server-side-encryption", "aws:kms"), ("x-amz-acl", "bucket-owner-full-control")];
    let put_headers = PutHeaders(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    write(&SpillConfig { put_headers, ..config(&service) }, 3).await.unwrap();
    assert!(service.count() > 2);
    for asked in service.asked() {
        for (name, value) in headers {
            assert_eq!(asked.headers[name], value);
            // Unsigned, S3 would ignore nothing and refuse the request.
            assert!(asked.headers["authorization"].to_str().unwrap().contains(name));
        }
        assert_eq!(asked.headers["content-length"], asked.body.len().to_string());
    }
}

#[tokio::test]
async fn a_split_without_a_place_may_answer_inline_but_not_spill() {
    let service = Service::start(|_| ok()).await;
    let store = Store::new(&config(&service));
    let mut request = request(&store).await;
    request.split.spill_location = None;
    request.max_inline_block_size = 10_000;
    let mut spiller = Spiller::new(&store, &request).unwrap();
    spiller.push(rows().slice(0, 50)).await.unwrap();
    assert_eq!(spiller.finish().await.unwrap(), Outcome::Inline(rows().slice(0, 50)));
    let mut spiller = Spiller::new(&store, &request).unwrap();
    assert_eq!(spiller.push(rows()).await.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_bucket_that_is_not_ours_is_forbidden_and_asked_for_again() {
    let refused = Arc::new(AtomicBool::new(true));
    let switch = refused.clone();
    let service =
        Service::start(move |_| Answer::Say(if switch.load(Ordering::SeqCst) { 403 } else { 200 }, String::new()))
            .await;
    let store = Store::new(&config(&service));
    let anyone = Identity::default();
    let error = store.verify(&anyone).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.hint_text().unwrap().contains("spill_bucket"));
    refused.store(false, Ordering::SeqCst);
    for verified in join_all((0..5).map(|_| store.verify(&anyone))).await {
        verified.unwrap();
    }
    assert_eq!(service.count(), 2);
}

/// A KMS that makes keys of so many bytes.
async fn kms(bytes: usize) -> Service {
    Service::start(move |asked| {
        let request: Value = serde_json::from_slice(&asked.body).unwrap();
        let answer = match asked.headers["x-amz-target"].to_str().unwrap() {
            "TrentService.GenerateDataKey" => {
                assert_eq!((&request["KeyId"], &request["KeySpec"]), (&json!("alias/spill"), &json!("AES_128")));
                json!({"KeyId": "k", "Plaintext": STANDARD.encode(vec![7; bytes]), "CiphertextBlob": "AAAA"})
            }
            "TrentService.GenerateRandom" => {
                assert_eq!(request["NumberOfBytes"], 12);
                json!({"Plaintext": STANDARD.encode([9; 12])})
            }
            other => panic!("{other}"),
        };
        Answer::Say(200, answer.to_string())
    })
    .await
}

#[tokio::test]
async fn with_a_kms_key_every_split_gets_a_data_key_of_it() {
    let service = kms(16).await;
    let config = SpillConfig { encryption: Encryption::Kms("alias/spill".into()), ..config(&service) };
    let store = Store::new(&config);
    assert_eq!(service.count(), 0);
    let key = store.new_key().await.unwrap().unwrap();
    assert_eq!((key.clone(), service.count()), (glaux::protocol::EncryptionKey::new(vec![7; 16], vec![9; 12]), 2));
    store.new_key().await.unwrap();
    assert_eq!(service.count(), 4);
    assert!(!format!("{key:?}").contains('7'));
    let short = kms(15).await;
    let store = Store::new(&SpillConfig { aws: short.aws(), ..config.clone() });
    assert_eq!(store.new_key().await.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn a_kms_key_that_may_not_be_used_is_named() {
    let service =
        Service::start(|_| Answer::Say(400, json!({"__type": "AccessDeniedException", "message": "no"}).to_string()))
            .await;
    let store = Store::new(&SpillConfig { encryption: Encryption::Kms("alias/spill".into()), ..config(&service) });
    let error = store.new_key().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("alias/spill"), "{error}");
}
