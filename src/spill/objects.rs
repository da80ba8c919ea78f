//! S3 as a place for blocks: put one, get one, and see that the bucket is there. Knows nothing of what is in a block.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use connector_core::{Error, ErrorKind, Result};
use tokio::sync::{Mutex, OnceCell};

use crate::config::{Aws, PutHeaders, causes, failure, timeouts};
use crate::protocol::SpillLocation;

/// Athena refuses blocks above 16 MB; what is larger than this was not written by a connector.
const MAX_OBJECT: usize = 256 << 20;

/// A client of S3, made when first used.
pub struct Objects {
    aws: Aws,
    limit: Duration,
    client: OnceCell<Client>,
    verified: Mutex<BTreeSet<String>>,
}

impl Objects {
    /// Objects in the S3 of `aws`; moving one takes no longer than `limit`, attempts included.
    pub fn new(aws: Aws, limit: Duration) -> Self {
        Self { aws, limit, client: OnceCell::new(), verified: Mutex::default() }
    }

    /// Stores an object.
    ///
    /// The body is not hashed for the signature (it is sealed, and S3 checks its CRC), which would cost more than sealing it.
    pub async fn put(&self, at: &SpillLocation, object: Bytes, headers: &PutHeaders) -> Result<()> {
        let headers = headers.clone();
        let request = self.client().await.put_object().bucket(&at.bucket).key(&at.key);
        let sent = request
            .body(ByteStream::from(object))
            .customize()
            .disable_payload_signing()
            .mutate_request(move |request| {
                for (name, value) in &headers.0 {
                    request.headers_mut().insert(name.clone(), value.clone());
                }
            })
            .send()
            .await;
        sent.map(drop).map_err(|error| failure(&format!("writing {}", name(at)), &error))
    }

    /// Fetches an object.
    pub async fn get(&self, at: &SpillLocation) -> Result<Vec<u8>> {
        let fetched = tokio::time::timeout(self.limit, self.fetch(at)).await;
        fetched
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::TimedOut, "it did not arrive within the limit")))
            .map_err(|error| error.context(format!("reading {}", name(at))))
    }

    async fn fetch(&self, at: &SpillLocation) -> Result<Vec<u8>> {
        let request = self.client().await.get_object().bucket(&at.bucket).key(&at.key);
        let mut answer = request.send().await.map_err(|error| failure("asking for it", &error))?;
        let length = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut object = Vec::with_capacity(length.min(MAX_OBJECT));
        while let Some(chunk) = answer.body.next().await {
            let chunk = chunk.map_err(|error| broken_off(&causes(&error)))?;
            object.extend_from_slice(&chunk);
            if object.len() > MAX_OBJECT {
                return Err(Error::new(ErrorKind::TooLarge, format!("it is larger than {MAX_OBJECT} bytes")));
            }
        }
        Ok(object)
    }

    /// Fails unless `bucket` is there and ours to use; asked once, and again after a failure.
    pub async fn verify(&self, bucket: &str) -> Result<()> {
        let mut verified = self.verified.lock().await;
        if verified.contains(bucket) {
            return Ok(());
        }
        let asked = self.client().await.head_bucket().bucket(bucket).send().await;
        asked.map_err(|error| {
            let error = failure(&format!("looking for the spill bucket {bucket:?}"), &error);
            match error.kind() {
                ErrorKind::NotFound | ErrorKind::Forbidden => error.hint(
                    "set \"spill_bucket\" to a bucket of this account, and let the function's role list it and put objects",
                ),
                _ => error,
            }
        })?;
        verified.insert(bucket.to_owned());
        Ok(())
    }

    async fn client(&self) -> &Client {
        self.client
            .get_or_init(|| async {
                let config = Builder::from(self.aws.sdk().await)
                    .timeout_config(timeouts(self.limit))
                    .force_path_style(self.aws.path_style().await);
                Client::from_conf(config.build())
            })
            .await
    }
}

/// S3 tells an object's checksum before its bytes, and the SDK compares at the end.
fn broken_off(told: &str) -> Error {
    if told.contains("checksum") {
        return Error::corrupt("its bytes do not match the checksum it was stored with");
    }
    Error::new(ErrorKind::Unavailable, format!("the transfer broke off: {told}"))
}

fn name(at: &SpillLocation) -> String {
    format!("s3://{}/{}", at.bucket, at.key)
}
