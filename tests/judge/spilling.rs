//! Spilled blocks, both ways: the SDK's reader opens ours, and ours opens what the SDK's spiller wrote.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use connector_core::TableName;
use futures::TryStreamExt;
use glaux::config::SpillConfig;
use glaux::local::s3::S3Server;
use glaux::protocol::{
    Constraints, EncryptionKey, Identity, ReadRecordsRequest, RemoteReadRecordsResponse, Response, Split, Version,
};
use glaux::spill::{Outcome, Spiller, Store, read};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cells::{rows, schema};
use super::random::Chance;
use super::same::assert_same;
use super::{ask, present};

/// A folder that is an S3 to us and a folder to the judge.
pub struct Place {
    pub server: S3Server,
    pub folder: TempDir,
}

impl Place {
    /// With the bucket `spill`.
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let server = S3Server::start(folder.path()).await.unwrap();
        server.create_bucket("spill").unwrap();
        Self { server, folder }
    }

    fn store(&self) -> Store {
        Store::new(&SpillConfig { bucket: Some("spill".into()), aws: self.server.aws(), ..SpillConfig::default() })
    }

    /// The objects that an answer names, as the SDK's reader reads them; fails the test if it finds fault with them.
    pub fn objects(&self, what: &str, version: u8, response: &str) -> Vec<Value> {
        let question =
            json!({ "op": "readSpill", "version": version, "response": response, "root": self.folder.path() });
        let answer = ask(&question).unwrap();
        assert_eq!(answer["ok"], true, "{what}: {}", answer["error"]);
        assert_eq!(answer["findings"], json!([]), "{what}");
        answer["objects"].as_array().unwrap().clone()
    }
}

/// The rows of objects, one after the other.
pub fn rows_of(objects: &[Value]) -> Value {
    objects.iter().flat_map(|object| object["rows"].as_array().unwrap().clone()).collect()
}

async fn spill(store: &Store, request: &ReadRecordsRequest, batches: &[RecordBatch]) -> RemoteReadRecordsResponse {
    let mut spiller = Spiller::new(store, request).unwrap();
    for batch in batches {
        spiller.push(batch.clone()).await.unwrap();
    }
    let Outcome::Remote(remote_blocks) = spiller.finish().await.unwrap() else { panic!("nothing was to be inline") };
    RemoteReadRecordsResponse {
        catalog: request.catalog.clone(),
        schema: request.schema.clone(),
        remote_blocks,
        encryption_key: request.split.encryption_key.clone(),
    }
}

fn request(place: &Place, schema: Arc<Schema>, key: Option<EncryptionKey>, max_block_size: u64) -> ReadRecordsRequest {
    let identity = Identity::default();
    let spill_location = Some(place.store().location(&identity, "query-1").unwrap());
    ReadRecordsRequest {
        identity,
        query_id: "query-1".into(),
        catalog: "pg".into(),
        table: TableName::new("s", "t"),
        schema,
        split: Split { spill_location, encryption_key: key, ..Split::default() },
        constraints: Constraints::default(),
        max_block_size,
        max_inline_block_size: 0,
    }
}

#[tokio::test]
async fn what_we_spill_aws_reads_to_the_same_rows() {
    if !present() {
        return;
    }
    let place = Place::new().await;
    let store = place.store();
    let (mut sets, mut objects, mut read) = (0, 0, 0);
    for seed in 1..=24_u64 {
        let mut chance = Chance::new(seed);
        let key = match seed % 3 {
            0 => None,
            third => Some(EncryptionKey::new(chance.bytes(if third == 1 { 16 } else { 32 }), chance.bytes(12))),
        };
        let schema = chance.schema(1, 12, 3);
        let batches: Vec<RecordBatch> = (0..8)
            .map(|_| {
                let rows = chance.below(60);
                chance.batch(&schema, rows)
            })
            .collect();
        let request = request(&place, schema, key, chance.pick(&[40_000, 400_000]));
        let what = format!("spilled with seed {seed}");
        let answer = spill(&store, &request, &batches).await;
        let version = Version::ALL[usize::try_from(seed).unwrap() % 5];
        let text = String::from_utf8(Response::RemoteReadRecords(answer).encode(version).unwrap()).unwrap();
        let found = place.objects(&what, version.number(), &text);
        let meant: Value = batches.iter().flat_map(rows).collect();
        assert_same(&what, &rows_of(&found), &meant);
        (sets, objects, read) = (sets + 1, objects + found.len(), read + meant.as_array().unwrap().len());
    }
    assert!(objects > sets, "only {objects} objects: no block was ever full");
    println!("{sets} spilled results of ours (no key, 128 and 256 bits), {objects} objects, {read} rows, read by AWS");
}

#[tokio::test]
async fn rows_without_columns_and_no_rows_at_all_are_spilled_so_that_aws_counts_them() {
    if !present() {
        return;
    }
    let place = Place::new().await;
    let none = Arc::new(Schema::empty());
    let options = RecordBatchOptions::new().with_row_count(Some(41));
    let counted = RecordBatch::try_new_with_options(none.clone(), vec![], &options).unwrap();
    for (batches, expected) in [(vec![counted.clone(), counted], vec![json!(82)]), (Vec::new(), Vec::new())] {
        let key = Chance::new(1).key();
        let answer = spill(&place.store(), &request(&place, none.clone(), Some(key), 1_000), &batches).await;
        let text = Response::RemoteReadRecords(answer).encode(Version::default()).unwrap();
        let found = place.objects("nothing", 5, &String::from_utf8(text).unwrap());
        assert_eq!(found.iter().map(|object| object["rowCount"].clone()).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn what_aws_spills_we_read_to_the_same_rows() {
    if !present() {
        return;
    }
    let place = Place::new().await;
    let store = place.store();
    let (mut objects, mut read_rows) = (0, 0);
    for seed in 1..=16 {
        let question = json!({ "op": "writeSpill", "seed": seed, "root": place.folder.path(), "bucket": "spill",
            "prefix": format!("theirs/{seed}"), "encrypted": seed % 4 != 0, "maxBlockSize": 4_000, "rows": 60 });
        let written = ask(&question).unwrap();
        assert_eq!(written["ok"], true, "{written}");
        let text = written["response"].as_str().unwrap();
        let Response::RemoteReadRecords(answer) = Response::decode(text.as_bytes()).unwrap() else { panic!("{text}") };
        let blocks: Vec<RecordBatch> = read(&store, &answer).try_collect().await.unwrap();
        let theirs = written["objects"].as_array().unwrap();
        assert_eq!(blocks.len(), theirs.len(), "seed {seed}");
        for (number, (block, object)) in blocks.iter().zip(theirs).enumerate() {
            assert_eq!(schema(block.schema_ref()), schema(&answer.schema));
            assert_same(&format!("object {number} of seed {seed}"), &object["rows"], &rows(block).into());
            read_rows += block.num_rows();
        }
        objects += blocks.len();
    }
    assert_eq!(read_rows, 16 * 60);
    println!("16 spilled results of AWS's, {objects} objects, {read_rows} rows, read by us");
}
