//! The way back, as Athena goes it: fetch the objects of an answer, open each, read one batch from it.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use connector_core::{Error, Result};
use futures::stream::{self, Stream, StreamExt};

use super::Store;
use super::cipher::SplitKey;
use crate::protocol::{EncryptionKey, RemoteReadRecordsResponse, ipc};

/// Objects fetched ahead of the one being read.
const AHEAD: usize = 2;

/// The blocks that `answer` names, in its order.
///
/// Errors: those of [`open`], and those of fetching; each names its object.
pub fn read<'a>(
    store: &'a Store,
    answer: &'a RemoteReadRecordsResponse,
) -> impl Stream<Item = Result<RecordBatch>> + 'a {
    let blocks = stream::iter(&answer.remote_blocks).map(move |at| async move {
        let object = store.objects.get(at).await?;
        let (key, schema) = (answer.encryption_key.clone(), answer.schema.clone());
        let opened = tokio::task::spawn_blocking(move || open(object, key.as_ref(), schema)).await;
        opened
            .unwrap_or_else(|error| Err(Error::internal("opening it stopped halfway").with_source(error)))
            .map_err(|error| error.context(format!("reading s3://{}/{}", at.bucket, at.key)))
    });
    blocks.buffered(AHEAD)
}

/// Reads one object.
///
/// Errors: corrupt, if it was not written with this key or holds no single batch of this schema.
pub fn open(mut object: Vec<u8>, key: Option<&EncryptionKey>, schema: SchemaRef) -> Result<RecordBatch> {
    if let Some(key) = key {
        SplitKey::new(key)?.open(&mut object)?;
    }
    // In a message no bytes are no rows, but an object without a block is one that lost it.
    if object.is_empty() {
        return Err(Error::corrupt("the object is empty"));
    }
    ipc::decode_batch(&object, schema)
}
