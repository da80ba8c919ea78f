//! What a person wants to know of a catalog before relying on it. Not a request of Athena's: the CLI asks.

use connector_core::{Capabilities, Health, Result};

use super::Handler;
use crate::protocol::Identity;

/// A catalog that was reached.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its engine.
    pub engine: String,
    /// The state of its source.
    pub health: Health,
    /// What Athena is promised of it.
    pub capabilities: Capabilities,
    /// Schemas that hold something readable.
    pub schemas: usize,
    /// Tables that are readable, views and the like included.
    pub tables: usize,
    /// Names that could not be listed, each a sentence.
    pub findings: Vec<String>,
}

impl Handler {
    /// Looks whether the bucket for large results is there and ours to use.
    pub async fn check_spill(&self) -> Result<()> {
        self.store.verify(&Identity::default()).await
    }

    /// Logs in to a catalog's source and looks around as far as its user may.
    ///
    /// Errors: those of logging in, and of listing schemas.
    pub async fn check(&self, catalog: &str) -> Result<Checked> {
        let asked = self.asked_by_owner(catalog, "check").await?;
        let mut session = self.session(&asked).await?;
        let connection = session.connection();
        let health = connection.health().await?;
        let capabilities = connection.capabilities();
        let schemas = connection.schemas().await?;
        let (mut tables, mut findings) = (0, Vec::new());
        for schema in &schemas {
            match connection.tables(schema, None, None).await {
                Ok(found) => tables += found.len(),
                Err(error) => findings.push(error.to_string()),
            }
        }
        session.give_back();
        let engine = asked.catalog().engine.clone();
        Ok(Checked { engine, health, capabilities, schemas: schemas.len(), tables, findings })
    }
}
