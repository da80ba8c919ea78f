//! Splits as they travel, the keys and places of their spilled blocks, and the pair of messages that plans them.

use std::collections::BTreeMap;
use std::fmt;

use arrow_array::RecordBatch;
use connector_core::{Error, Result, TableName};

use super::block::{read_block, write_block};
use super::head::{read_head, read_table, write_head, write_table};
use super::json::{Cursor, Object, Writer};

use super::{Constraints, Identity, Version};

/// The only kind of place there is.
const S3: &str = "S3SpillLocation";

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

impl GetSplitsRequest {
    pub(super) fn read(request: &Object<'_, '_>) -> Result<Self> {
        let (identity, query_id, catalog) = read_head(request)?;
        Ok(Self {
            identity,
            query_id,
            catalog,
            table: read_table(request)?,
            partitions: request.field("partitions", read_block)?,
            partition_columns: request.texts("partitionColumns")?,
            constraints: Constraints::read(request)?,
            continuation_token: request.optional_text("continuationToken")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer, version: Version) -> Result<()> {
        write_head(writer, &self.identity, &self.query_id, &self.catalog)?;
        write_table(writer, &self.table)?;
        write_block(writer.name("partitions")?, &self.partitions, version.framing())?;
        writer.name("partitionColumns")?.texts(&self.partition_columns)?;
        self.constraints.write(writer, version)?;
        writer.name("continuationToken")?.optional_text(self.continuation_token.as_deref())
    }
}

impl GetSplitsResponse {
    pub(super) fn read(response: &Object<'_, '_>) -> Result<Self> {
        Ok(Self {
            catalog: response.text("catalogName")?,
            splits: response.field("splits", |cursor| cursor.items(Split::read))?,
            continuation_token: response.optional_text("continuationToken")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.name("catalogName")?.text(&self.catalog)?;
        writer.name("splits")?.array(&self.splits, |writer, split| split.write(writer))?;
        writer.name("continuationToken")?.optional_text(self.continuation_token.as_deref())
    }
}

impl Split {
    pub(super) fn read(cursor: Cursor<'_, '_>) -> Result<Self> {
        let split = cursor.object()?;
        Ok(Self {
            spill_location: split.nullable("spillLocation", SpillLocation::read)?,
            encryption_key: split.nullable("encryptionKey", EncryptionKey::read)?,
            properties: split
                .field("properties", |cursor| cursor.entries(|value| value.text().map(std::borrow::Cow::into_owned)))?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.object(|writer| {
            writer.name("spillLocation")?;
            match &self.spill_location {
                Some(location) => location.write(writer)?,
                None => writer.null()?,
            }
            write_key(writer, self.encryption_key.as_ref())?;
            writer.name("properties")?.text_map(&self.properties)
        })
    }
}

impl SpillLocation {
    pub(super) fn read(cursor: Cursor<'_, '_>) -> Result<Self> {
        let location = cursor.object()?;
        if location.text("@type")? != S3 {
            return Err(cursor.locate(Error::unsupported("blocks are spilled to another place than S3")));
        }
        Ok(Self {
            bucket: location.text_or_null("bucket")?,
            key: location.text_or_null("key")?,
            directory: location.boolean("directory")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.object(|writer| {
            writer.name("@type")?.text(S3)?;
            writer.name("bucket")?.text(&self.bucket)?;
            writer.name("key")?.text(&self.key)?;
            writer.name("directory")?.boolean(self.directory)
        })
    }
}

impl EncryptionKey {
    pub(super) fn read(cursor: Cursor<'_, '_>) -> Result<Self> {
        let key = cursor.object()?;
        Ok(Self { key: key.bytes("key")?, nonce: key.bytes("nonce")? })
    }
}

/// Writes the field `encryptionKey`, which is there even if there is no key.
pub(super) fn write_key(writer: &mut Writer, key: Option<&EncryptionKey>) -> Result<()> {
    writer.name("encryptionKey")?;
    let Some(key) = key else { return writer.null() };
    writer.object(|writer| {
        writer.name("key")?.bytes(key.key())?;
        writer.name("nonce")?.bytes(key.nonce())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_be_printed() {
        let split = Split { encryption_key: Some(EncryptionKey::new(vec![99; 32], vec![7; 12])), ..Split::default() };
        let shown = format!("{split:?}");
        assert!(shown.contains("hidden") && !shown.contains("99"));
    }
}
