//! What DataZone's catalogue has of an asset.

use serde::{Deserialize, Serialize};

use super::records::{FoundBy, Record, state_name};
use super::time::Time;

/// How far an asset is in DataZone's catalogue; DataZone itself is told and asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogued {
    /// The asset's id here.
    pub id: String,
    /// The project that owns it, here and there.
    pub owner: String,
    /// A hash of what it says there, or is about to.
    pub says: String,
    /// Counts what it was to say, so that each is asked for once, however often that is tried.
    pub generation: u64,
    /// What it is there, once that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entity: Option<Entity>,
    /// How far it is.
    pub state: CataloguedState,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// How often in a row.
    pub failures: u32,
    /// Not to be tried before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub look_again: Option<Time>,
}

/// An asset as DataZone knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Its id there.
    pub id: String,
    /// The revision that says what it is to say.
    pub revision: String,
}

/// How far an asset is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CataloguedState {
    /// Being made, or being made to say something else.
    Making,
    /// It says what it should, and is not listed so yet.
    Made,
    /// Anybody there finds it.
    Listed,
    /// Being taken out of the catalogue.
    Leaving,
    /// Nobody finds it, and it is still there.
    Unlisted,
    /// Nothing is there.
    Gone,
}

impl Record for Catalogued {
    const KIND: &'static str = "catalogued";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { owner: Some(self.owner.clone()), state: state_name(&self.state), ..FoundBy::default() }
    }
}
