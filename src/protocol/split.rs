//! Splits as they travel, the keys and places of their spilled blocks, and the pair of messages that plans them.

use std::collections::BTreeMap;
use std::fmt;

use arrow_array::RecordBatch;
use connector_core::TableName;

use super::{Constraints, Identity};

/// Asks for the splits of some partitions.
#[derive(Clone, Debug, PartialEq)]
pub struct GetSplitsRequest {
    /// Who asks.
    pub identity: Identity,
    /// Athena's id of the query.
    pub query_id: String,
    /// The catalog, echoed and never parsed.
    pub catalog: String,
    /// The table.
    pub table: TableName,
    /// One row a partition, as the layout gave them.
    pub partitions: RecordBatch,
    /// Names of the columns that partition the table; a set.
    pub partition_columns: Vec<String>,
    /// What is wanted.
    pub constraints: Constraints,
    /// Where to go on, from the answer before.
    pub continuation_token: Option<String>,
}

/// A page of splits.
#[derive(Clone, Debug, PartialEq)]
pub struct GetSplitsResponse {
    /// The catalog.
    pub catalog: String,
    /// The splits; Athena takes equal ones for one.
    pub splits: Vec<Split>,
    /// Where the next page goes on; none on the last.
    pub continuation_token: Option<String>,
}

/// An independently readable slice of a scan, as it travels through Athena and back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Where blocks of this split are spilled: a prefix.
    pub spill_location: Option<SpillLocation>,
    /// What they are encrypted with; none means in clear.
    pub encryption_key: Option<EncryptionKey>,
    /// Everything the reader needs.
    pub properties: BTreeMap<String, String>,
}

/// A place in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpillLocation {
    /// Bucket.
    pub bucket: String,
    /// Key of an object, or a prefix.
    pub key: String,
    /// Whether the key is a prefix.
    pub directory: bool,
}

/// Key and nonce of spilled blocks; cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionKey {
    key: Vec<u8>,
    nonce: Vec<u8>,
}

impl EncryptionKey {
    /// A key from its two parts; their lengths are the cipher's business.
    pub fn new(key: Vec<u8>, nonce: Vec<u8>) -> Self {
        Self { key, nonce }
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    pub(crate) fn nonce(&self) -> &[u8] {
        &self.nonce
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey(hidden)")
    }
}
