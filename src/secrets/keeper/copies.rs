//! A keeper over two places, for accounts in which nobody may read a secret of another: the producer's, which decides, and a copy
//! in the consumer's account, which is read.

use std::sync::Arc;

use async_trait::async_trait;
use connector_core::{Result, Secret};

use super::{Keeper, not_kept};

/// Keeps each secret twice.
pub struct Copies {
    original: Arc<dyn Keeper>,
    copy: Arc<dyn Keeper>,
}

impl Copies {
    /// The producer's place, and the consumer's.
    pub fn new(original: Arc<dyn Keeper>, copy: Arc<dyn Keeper>) -> Self {
        Self { original, copy }
    }
}

#[async_trait]
impl Keeper for Copies {
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()> {
        match self.original.propose(name, generation, text).await {
            Ok(()) => self.copy.propose(name, generation, text).await,
            Err(error) => {
                // Whatever is kept is what both keep.
                if let Some(kept) = self.original.read(name, generation).await? {
                    self.copy.propose(name, generation, &kept).await?;
                }
                Err(error)
            }
        }
    }

    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>> {
        self.original.read(name, generation).await
    }

    /// A copy that is missing, since whoever proposed broke off between the two, is made here.
    async fn promote(&self, name: &str, generation: u64) -> Result<()> {
        let text = self.original.read(name, generation).await?.ok_or_else(|| not_kept(generation))?;
        self.copy.propose(name, generation, &text).await?;
        self.original.promote(name, generation).await?;
        self.copy.promote(name, generation).await
    }

    /// The original is nobody's to read but its keeper's.
    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()> {
        self.original.open_to(name, None).await?;
        self.copy.open_to(name, reader).await
    }

    /// The copy goes first, so that what is left after a crash is what decides.
    async fn discard(&self, name: &str) -> Result<()> {
        self.copy.discard(name).await?;
        self.original.discard(name).await
    }

    /// Whether it is in either place.
    async fn is_kept(&self, name: &str) -> Result<bool> {
        Ok(self.original.is_kept(name).await? || self.copy.is_kept(name).await?)
    }
}
