//! Where the secrets of grants are kept: by generation, so that a password is kept before a database is told of it, and in
//! force only once it has been tried.
//!
//! Everything may be repeated, and what is absent counts as done. Not here: what is in a secret (`grants`), who reads it for a
//! query ([`Secrets`](super::Secrets)), and what policies say ([`policy`](super::policy)).

mod copies;
mod folder;
mod manager;

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result, Secret};

pub use copies::Copies;
pub use folder::Folder;
pub use manager::{Manager, ManagerSettings};

/// Keeps secrets for others to read.
#[async_trait]
pub trait Keeper: Send + Sync {
    /// Keeps `text` as this generation of secret `name`, not in force yet (AWS puts the very first in force all the same). One that
    /// is kept already stays as it is; a secret that is being deleted is there again.
    ///
    /// Errors: conflict, if the generation is kept with another text, which [`read`](Keeper::read) tells, or is not and one after it
    /// is.
    async fn propose(&self, name: &str, generation: u64, text: &Secret) -> Result<()>;

    /// What this generation says, if it is kept.
    async fn read(&self, name: &str, generation: u64) -> Result<Option<Secret>>;

    /// Puts this generation in force, in place of the one before.
    ///
    /// Errors: not found, if it is not kept; conflict, if one after it is in force.
    async fn promote(&self, name: &str, generation: u64) -> Result<()>;

    /// Lets `reader`, and nobody else but who keeps it, read what is in force. The name of a role on AWS; nothing where files are
    /// kept, whose owner reads them.
    ///
    /// Errors: not found, if the secret is not kept; invalid, if `reader` is no role.
    async fn open_to(&self, name: &str, reader: Option<&str>) -> Result<()>;

    /// Deletes the secret, which can be taken back for a while.
    async fn discard(&self, name: &str) -> Result<()>;

    /// Whether the secret is there, and not being deleted.
    async fn is_kept(&self, name: &str) -> Result<bool>;
}

fn kept_otherwise(generation: u64) -> Error {
    Error::new(ErrorKind::Conflict, format!("generation {generation} is kept with another text"))
        .hint("read what is kept and use that, or propose the next generation")
}

fn not_kept(generation: u64) -> Error {
    Error::not_found(format!("generation {generation} is not kept")).hint("propose it first")
}

/// Fails if `last`, of which `what` is said, came after `generation`: whoever brings that has slept over a rotation.
fn comes_after(last: Option<u64>, what: &str, generation: u64) -> Result<()> {
    match last {
        Some(last) if last > generation => {
            Err(Error::new(ErrorKind::Conflict, format!("generation {last} is {what}, which came after {generation}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
