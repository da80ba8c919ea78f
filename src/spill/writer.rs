//! The rows of one split on their way to Athena: returned inline while they are few, spilled as objects once they are many.

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use connector_core::{BatchLimits, Error, Result, block_size};

use super::Store;
use super::block::Blocks;
use super::cipher::SplitKey;
use super::upload::Uploads;
use crate::protocol::{Framing, ReadRecordsRequest, SpillLocation, ipc};

/// Lambda's answer holds 6,291,456 bytes; in base64 that is three quarters, and the envelope needs some.
const ANSWER: usize = 4_600_000;
/// The rows alone are kept below this, as AWS's connectors are advised to.
const INLINE: usize = 4_300_000;

/// Rows of no width end a batch too.
const ROWS: usize = 1 << 20;
/// The share of a block that is kept free for the row that ends a batch.
const LAST_ROW: usize = 32;

/// Where the rows are.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Here.
    Inline(RecordBatch),
    /// In these objects, in order.
    Remote(Vec<SpillLocation>),
}

/// Takes the batches of one split.
///
/// After an error it is of no more use; objects that are stored already are left to the bucket's lifecycle rule, as are all.
pub struct Spiller {
    schema: SchemaRef,
    max_inline: usize,
    blocks: Blocks,
    uploads: Option<Uploads>,
}

impl Spiller {
    /// Takes the rows that `request` asks for.
    ///
    /// Errors: invalid, for a limit of nothing or a key that is none.
    pub fn new(store: &Store, request: &ReadRecordsRequest) -> Result<Self> {
        let config = &store.config;
        let asked = usize::try_from(request.max_block_size).unwrap_or(usize::MAX);
        let max = asked.min(config.max_block_size.unwrap_or(usize::MAX));
        if max == 0 {
            return Err(Error::invalid("a block may not have a single byte (maxBlockSize is 0)"));
        }
        let key = request.split.encryption_key.as_ref().map(SplitKey::new).transpose()?;
        let uploads = request.split.spill_location.clone().map(|directory| {
            Uploads::new(store.objects.clone(), directory, key, config.put_headers.clone(), config.queue_capacity)
        });
        let max_inline = usize::try_from(request.max_inline_block_size).unwrap_or(usize::MAX);
        let schema = request.schema.clone();
        Ok(Self { blocks: Blocks::new(schema.clone(), max), schema, max_inline, uploads })
    }

    /// How large a batch had best be: a block, with some room for its last row.
    pub fn batch_limits(&self) -> BatchLimits {
        let target = self.blocks.target();
        BatchLimits { rows: ROWS, bytes: target - target / LAST_ROW }
    }

    /// Takes a batch; returns when there is room for the next one.
    ///
    /// Errors: too large, for a row that no block can hold; whatever kept an earlier block from being stored.
    pub async fn push(&mut self, batch: RecordBatch) -> Result<()> {
        self.blocks.push(&batch)?;
        drop(batch);
        while let Some(block) = self.blocks.next_full()? {
            self.uploads()?.start(block).await?;
        }
        Ok(())
    }

    /// Whether rows have left already, so that Athena may have seen some.
    pub fn spilled(&self) -> bool {
        self.uploads.as_ref().is_some_and(Uploads::any)
    }

    /// Waits until every row is where it belongs.
    ///
    /// Errors: the first failure to store a block, whichever block it was.
    pub async fn finish(mut self) -> Result<Outcome> {
        let rest = self.blocks.rest()?;
        if !self.spilled() && self.fits_inline(&rest)? {
            return Ok(Outcome::Inline(rest));
        }
        if rest.num_rows() > 0 {
            self.uploads()?.start(rest).await?;
        }
        match self.uploads {
            Some(uploads) => uploads.finish().await.map(Outcome::Remote),
            None => Ok(Outcome::Remote(Vec::new())),
        }
    }

    fn uploads(&mut self) -> Result<&mut Uploads> {
        self.uploads.as_mut().ok_or_else(|| {
            Error::invalid("the result must be spilled, and its split says not where")
                .hint("let GetSplits give every split a spill location")
        })
    }

    fn fits_inline(&self, rest: &RecordBatch) -> Result<bool> {
        let size = block_size(rest);
        if size >= self.max_inline || size > INLINE {
            return Ok(false);
        }
        let schema = ipc::encode_schema(&self.schema, Framing::Modern)?.len();
        Ok(size + schema + framing(&self.schema) <= ANSWER)
    }
}

/// What a column adds at most: two nodes' and six buffers' worth of metadata, and as much padding.
fn framing(schema: &Schema) -> usize {
    schema.flattened_fields().len() * 256
}
