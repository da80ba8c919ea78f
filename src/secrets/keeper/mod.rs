//! Where the secrets of grants are kept: by generation, so that a password is kept before a database is told of it, and in
//! force only once it has been tried.
//!
//! Everything may be repeated, and what is absent counts as done. Not here: what is in a secret (`grants`) and who reads it for a
//! query ([`Secrets`](super::Secrets)).

use async_trait::async_trait;
use connector_core::{Result, Secret};

/// Keeps secrets for others to read.
#[async_trait]
pub trait Keeper: Send + Sync {
    /// Keeps `text` as this generation of secret `name`, not in force yet. One that is kept already stays as it is; a secret that
    /// is being deleted is there again.
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()>;

    /// What this generation says, if it is kept.
    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>>;

    /// Puts this generation in force, in place of the one before.
    ///
    /// Errors: not found, if it is not kept.
    async fn promote(&self, name: &str, generation: u64) -> Result<()>;

    /// Lets `reader`, and nobody else but who keeps it, read what is in force. The name of a role on AWS; nothing where files are
    /// kept, whose owner reads them.
    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()>;

    /// Deletes the secret, which can be taken back for a while.
    async fn discard(&self, name: &str) -> Result<()>;

    /// Whether the secret is there, and not being deleted.
    async fn is_kept(&self, name: &str) -> Result<bool>;
}
