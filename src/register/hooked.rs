//! What was changed about an environment in its own account, so that it can be undone.

use serde::{Deserialize, Serialize};

use super::records::{FoundBy, Record, state_name};
use super::time::Time;

/// What an environment of DataZone's was given besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hooked {
    /// The environment's.
    pub id: String,
    /// Its user role, if that was given another boundary.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Bound>,
    /// The databases of Glue's that were given a tag.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub databases: Vec<Tagged>,
    /// How far it is.
    pub state: HookedState,
    /// What was left as it was, or went wrong last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// How often in a row it went wrong.
    pub failures: u32,
    /// Not to be tried before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub look_again: Option<Time>,
}

/// A role with another boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The role's name.
    pub name: String,
    /// What it was given.
    pub boundary: String,
    /// What it had.
    pub before: String,
}

/// A database with a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tagged {
    /// The database's name.
    pub name: String,
    /// The tag's key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookedState {
    /// Being given.
    Hooking,
    /// Given, as far as nothing of anybody else was there.
    Hooked,
    /// Being undone.
    Unhooking,
    /// Undone, or never there.
    Unhooked,
}

impl Record for Hooked {
    const KIND: &'static str = "hooked";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { state: state_name(&self.state), ..FoundBy::default() }
    }
}

impl Hooked {
    /// Nothing yet.
    pub fn new(environment: &str) -> Self {
        Self {
            id: environment.into(),
            role: None,
            databases: Vec::new(),
            state: HookedState::Hooking,
            error: None,
            failures: 0,
            look_again: None,
        }
    }
}
