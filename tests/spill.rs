//! Rows spilled to a real S3 and read back, and what AWS's own SDK has spilled read to its rows.
#![allow(clippy::unwrap_used)]

#[path = "support/rows.rs"]
mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use connector_core::{ErrorKind, TableName, block_size};
use futures::TryStreamExt;
use glaux::config::{Encryption, SpillConfig};
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, EncryptionKey, Identity, ReadRecordsRequest, RemoteReadRecordsResponse, Response, SpillLocation, Split,
};
use glaux::spill::{Outcome, Spiller, Store, open, read};
use serde_json::Value;

/// A store over an S3 of its own.
struct Place {
    store: Store,
    server: S3Server,
    directory: tempfile::TempDir,
}

impl Place {
    async fn new(change: impl FnOnce(&mut SpillConfig)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = S3Server::start(directory.path()).await.unwrap();
        server.create_bucket("spill").unwrap();
        let mut config = SpillConfig { bucket: Some("spill".into()), aws: server.aws(), ..SpillConfig::default() };
        change(&mut config);
        Self { store: Store::new(&config), server, directory }
    }

    /// A request for a split of this store, as `GetSplits` would have made it.
    async fn request(&self, schema: SchemaRef, max_block: u64, max_inline: u64) -> ReadRecordsRequest {
        let identity = Identity::default();
        let split = Split {
            spill_location: Some(self.store.location(&identity, "query-1").unwrap()),
            encryption_key: self.store.new_key().await.unwrap(),
            properties: BTreeMap::new(),
        };
        ReadRecordsRequest {
            identity,
            query_id: "query-1".into(),
            catalog: "pg".into(),
            table: TableName::new("s", "t"),
            schema,
            split,
            constraints: Constraints::default(),
            max_block_size: max_block,
            max_inline_block_size: max_inline,
        }
    }

    async fn write(&self, request: &ReadRecordsRequest, batches: &[RecordBatch]) -> Outcome {
        let mut spiller = Spiller::new(&self.store, request).unwrap();
        for batch in batches {
            spiller.push(batch.clone()).await.unwrap();
        }
        spiller.finish().await.unwrap()
    }

    async fn read(&self, request: &ReadRecordsRequest, remote_blocks: Vec<SpillLocation>) -> Vec<RecordBatch> {
        let encryption_key = request.split.encryption_key.clone();
        let answer = RemoteReadRecordsResponse {
            catalog: "pg".into(),
            schema: request.schema.clone(),
            remote_blocks,
            encryption_key,
        };
        read(&self.store, &answer).try_collect().await.unwrap()
    }

    fn object(&self, at: &SpillLocation) -> Vec<u8> {
        std::fs::read(self.directory.path().join(&at.bucket).join(&at.key)).unwrap()
    }
}

fn remote(outcome: Outcome) -> Vec<SpillLocation> {
    match outcome {
        Outcome::Remote(blocks) => blocks,
        Outcome::Inline(batch) => panic!("{} rows came inline", batch.num_rows()),
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true), Field::new("name", DataType::Utf8, true)]))
}

fn batch(ids: std::ops::Range<i64>) -> RecordBatch {
    let names: ArrayRef =
        Arc::new(ids.clone().map(|id| (id % 7 != 0).then(|| format!("name {id}"))).collect::<StringArray>());
    RecordBatch::try_new(schema(), vec![Arc::new(Int64Array::from_iter_values(ids)), names]).unwrap()
}

fn joined(batches: &[RecordBatch]) -> RecordBatch {
    concat_batches(&batches[0].schema(), batches).unwrap()
}

#[tokio::test]
async fn few_rows_come_inline_and_s3_is_never_asked() {
    let place = Place::new(|config| config.aws = glaux::config::Aws::at("http://127.0.0.1:1", "k", "s")).await;
    let request = place.request(schema(), 16_000_000, 5_000_000).await;
    let outcome = place.write(&request, &[batch(0..3), batch(3..10)]).await;
    assert_eq!(outcome, Outcome::Inline(batch(0..10)));
    assert_eq!(place.write(&request, &[]).await, Outcome::Inline(RecordBatch::new_empty(schema())));
}

#[tokio::test]
async fn many_rows_are_spilled_in_numbered_blocks_and_read_back_the_same() {
    for encryption in [Encryption::Local, Encryption::Off] {
        let place = Place::new(|config| config.encryption = encryption.clone()).await;
        let request = place.request(schema(), 2_000, 1_000_000).await;
        let sent: Vec<RecordBatch> = (0..50).map(|n| batch(n * 20..n * 20 + 20)).collect();
        let blocks = remote(place.write(&request, &sent).await);
        let directory = request.split.spill_location.clone().unwrap();
        for (number, block) in blocks.iter().enumerate() {
            assert_eq!(block.key, format!("{}.{number}", directory.key));
            assert!(block.bucket == "spill" && !block.directory);
        }
        let read = place.read(&request, blocks.clone()).await;
        assert!(blocks.len() > 10 && read.iter().all(|block| block_size(block) <= 2_000));
        assert_eq!(joined(&read), joined(&sent));
    }
}

#[tokio::test]
async fn an_object_is_one_legacy_batch_and_sealed_it_is_sixteen_bytes_longer() {
    let sealed = Place::new(|_| ()).await;
    let request = sealed.request(schema(), 100_000, 0).await;
    let blocks = remote(sealed.write(&request, &[batch(0..50)]).await);
    let in_clear = Place::new(|config| config.encryption = Encryption::Off).await;
    let clear_request = in_clear.request(schema(), 100_000, 0).await;
    let clear = in_clear.object(&remote(in_clear.write(&clear_request, &[batch(0..50)]).await)[0]);
    // The length of the metadata comes first and not a continuation word; Message.version is V4, written as 3.
    let length = usize::try_from(u32::from_le_bytes(clear[..4].try_into().unwrap())).unwrap();
    assert!((4 + length).is_multiple_of(8) && length < 1000, "{length}");
    let object = sealed.object(&blocks[0]);
    assert_eq!((blocks.len(), object.len()), (1, clear.len() + 16));
    assert_ne!(object[..clear.len()], clear[..]);
    let key = request.split.encryption_key.as_ref();
    assert_eq!(open(object, key, schema()).unwrap(), batch(0..50));
    assert_eq!(open(clear, None, schema()).unwrap(), batch(0..50));
}

#[tokio::test]
async fn the_inline_limit_is_where_spilling_begins() {
    let place = Place::new(|_| ()).await;
    let rows = batch(0..100);
    let size = u64::try_from(block_size(&rows)).unwrap();
    let above = place.request(schema(), 16_000_000, size + 1).await;
    assert_eq!(place.write(&above, std::slice::from_ref(&rows)).await, Outcome::Inline(rows.clone()));
    let at = place.request(schema(), 16_000_000, size).await;
    assert_eq!(remote(place.write(&at, std::slice::from_ref(&rows)).await).len(), 1);
    let none = place.request(schema(), 16_000_000, 0).await;
    assert_eq!(remote(place.write(&none, &[]).await), []);
}

#[tokio::test]
async fn what_would_not_fit_lambdas_answer_is_spilled_whatever_the_request_allows() {
    let place = Place::new(|_| ()).await;
    let text = |bytes: usize| {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(bytes)]));
        RecordBatch::try_from_iter_with_nullable([("t", texts, true)]).unwrap()
    };
    for (bytes, inline) in [(4_200_000, true), (4_300_000, false), (9_000_000, false)] {
        let batch = text(bytes);
        let request = place.request(batch.schema(), 16_000_000, 16_000_000).await;
        let outcome = place.write(&request, &[batch]).await;
        assert_eq!(matches!(outcome, Outcome::Inline(_)), inline, "{bytes}");
    }
    // The schema takes room too (long names), and so does the framing of each column (many).
    for (columns, name, rows) in [(50, 10_000, 10_400), (4_000, 8, 125)] {
        let names = (0..columns).map(|n| format!("{n:0>name$}"));
        let columns = names.map(|name| (name, Arc::new(Int64Array::from(vec![1; rows])) as ArrayRef, true));
        let wide = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let request = place.request(wide.schema(), 16_000_000, 16_000_000).await;
        assert!(block_size(&wide) < 4_300_000);
        let blocks = remote(place.write(&request, std::slice::from_ref(&wide)).await);
        assert_eq!(joined(&place.read(&request, blocks).await), wide);
    }
}

#[tokio::test]
async fn the_smaller_of_both_block_limits_counts() {
    let place = Place::new(|config| config.max_block_size = Some(1_000)).await;
    let request = place.request(schema(), 16_000_000, 1_000_000).await;
    let blocks = remote(place.write(&request, &[batch(0..200)]).await);
    assert!(place.read(&request, blocks).await.iter().all(|block| block_size(block) <= 1_000));
    let place = Place::new(|config| config.max_block_size = Some(1_000_000)).await;
    let request = place.request(schema(), 1_000, 1_000_000).await;
    assert_eq!(Spiller::new(&place.store, &request).unwrap().batch_limits().bytes, 872);
    let zero = place.request(schema(), 0, 0).await;
    assert_eq!(Spiller::new(&place.store, &zero).err().unwrap().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn rows_without_columns_are_spilled_and_counted() {
    let place = Place::new(|_| ()).await;
    let nothing: SchemaRef = Arc::new(Schema::empty());
    let options = RecordBatchOptions::new().with_row_count(Some(41));
    let rows = RecordBatch::try_new_with_options(nothing.clone(), vec![], &options).unwrap();
    let inline = place.request(nothing.clone(), 16_000_000, 1).await;
    assert_eq!(place.write(&inline, &[rows.clone(), rows.clone()]).await, {
        let options = RecordBatchOptions::new().with_row_count(Some(82));
        Outcome::Inline(RecordBatch::try_new_with_options(nothing.clone(), vec![], &options).unwrap())
    });
    let request = place.request(nothing, 16_000_000, 0).await;
    let blocks = remote(place.write(&request, &[rows.clone(), rows]).await);
    assert_eq!(place.read(&request, blocks).await[0].num_rows(), 82);
}

#[tokio::test]
async fn a_row_that_no_block_holds_fails_and_says_which() {
    let place = Place::new(|_| ()).await;
    let request = place.request(schema(), 500, 1_000).await;
    let mut spiller = Spiller::new(&place.store, &request).unwrap();
    spiller.push(batch(0..40)).await.unwrap();
    let long: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(600)]));
    let row = RecordBatch::try_new(schema(), vec![Arc::new(Int64Array::from(vec![1])), long]).unwrap();
    let error = spiller.push(row).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("row 41 of the split"), "{error}");
}

#[tokio::test]
async fn a_missing_a_touched_and_a_foreign_object_are_told_apart() {
    let place = Place::new(|_| ()).await;
    let request = place.request(schema(), 16_000_000, 0).await;
    let blocks = remote(place.write(&request, &[batch(0..9)]).await);
    let path = place.directory.path().join("spill").join(&blocks[0].key);
    let answer = |remote_blocks: Vec<SpillLocation>, encryption_key: Option<EncryptionKey>| RemoteReadRecordsResponse {
        catalog: "pg".into(),
        schema: schema(),
        remote_blocks,
        encryption_key,
    };
    let fail = async |answer: RemoteReadRecordsResponse| {
        read(&place.store, &answer).try_collect::<Vec<_>>().await.unwrap_err()
    };
    let gone = SpillLocation { key: format!("{}9", blocks[0].key), ..blocks[0].clone() };
    let error = fail(answer(vec![gone.clone()], request.split.encryption_key.clone())).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains(&gone.key), "{error}");
    let other = fail(answer(blocks.clone(), place.store.new_key().await.unwrap())).await;
    assert_eq!(other.kind(), ErrorKind::Corrupt);
    let mut object = std::fs::read(&path).unwrap();
    object[40] ^= 1;
    for broken in [object.clone(), object[..100].to_vec(), Vec::new()] {
        std::fs::write(&path, broken).unwrap();
        let error = fail(answer(blocks.clone(), request.split.encryption_key.clone())).await;
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains(&blocks[0].key), "{error}");
    }
    std::fs::write(&path, b"").unwrap();
    assert_eq!(fail(answer(blocks, None)).await.kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn the_bucket_is_looked_for_until_it_is_found_and_then_believed() {
    let place = Place::new(|config| config.bucket = Some("later".into())).await;
    let error = place.store.verify(&Identity::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("later") && error.hint_text().unwrap().contains("spill_bucket"), "{error}");
    place.server.create_bucket("later").unwrap();
    place.store.verify(&Identity::default()).await.unwrap();
    std::fs::remove_dir(place.directory.path().join("later")).unwrap();
    place.store.verify(&Identity::default()).await.unwrap();
    let own = Identity { config_options: [("spill_bucket".into(), "spill".into())].into(), ..Identity::default() };
    place.store.verify(&own).await.unwrap();
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/protocol/spill")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

#[tokio::test]
async fn what_awss_sdk_has_spilled_is_read_to_its_rows() {
    let place = Place::new(|_| ()).await;
    copy(&recorded().join("objects"), place.directory.path());
    for (name, objects, count) in
        [("aes128", 1, 1), ("aes256", 1, 3), ("plain", 1, 2), ("rolled", 3, 40), ("none", 0, 0)]
    {
        let message = std::fs::read(recorded().join(format!("{name}.json"))).unwrap();
        let Response::RemoteReadRecords(answer) = Response::decode(&message).unwrap() else { panic!("{name}") };
        let blocks: Vec<RecordBatch> = read(&place.store, &answer).try_collect().await.unwrap();
        assert_eq!(blocks.len(), objects, "{name}");
        let text = std::fs::read_to_string(recorded().join(format!("{name}.rows.json"))).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        let expected: Vec<Value> = expected["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|b| b["rows"].as_array().unwrap())
            .cloned()
            .collect();
        let found: Vec<Value> = blocks.iter().flat_map(rows::rows).collect();
        assert_eq!((found.len(), expected.len()), (count, count), "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            same(name, found, expected);
        }
    }
}

/// The recorded zoned timestamps say in three ways what `packed` says in one.
fn same(name: &str, found: &Value, expected: &Value) {
    for (column, found) in found.as_object().unwrap() {
        let expected = match &expected[column] {
            Value::Object(zoned) if zoned.contains_key("packed") => &zoned["packed"],
            value => value,
        };
        let found = found.get("packed").unwrap_or(found);
        assert!(alike(found, expected), "{name}: {column}: {found} is not {expected}");
    }
}

/// The JSON reader may miss the last bit of a float.
fn alike(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) if expected.is_f64() => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            (found - expected).abs() <= expected.abs() * 1e-15
        }
        _ => found == expected,
    }
}
