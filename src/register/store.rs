//! What a store of records must do; two of them do it, and one suite holds both to it.

use std::fmt;

use async_trait::async_trait;
use connector_core::Result;
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::records::{FoundBy, Record};
use super::time::Time;

/// A record's kind and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// One of the kinds of [`Record`].
    pub kind: String,
    /// Unique in its kind.
    pub id: String,
}

impl Key {
    /// Of a record.
    pub fn of<R: Record>(id: &str) -> Self {
        Self { kind: R::KIND.into(), id: id.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = connector_core::Error;

    fn try_from(text: String) -> Result<Self> {
        let parts = text.split_once(' ').map(|(kind, id)| Self { kind: kind.into(), id: id.into() });
        parts.ok_or_else(|| connector_core::Error::invalid(format!("{text:?} names no record")))
    }
}

/// A record as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub key: Key,
    /// Counted from 1.
    pub version: u64,
    /// What lists find it by.
    pub found_by: FoundBy,
    /// JSON.
    pub body: String,
}

/// Where the chain of events ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The last event's number, 0 before the first.
    pub number: u64,
    /// The last event's hash.
    pub hash: String,
}

/// Which records of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// All of them.
    Kind,
    /// Those in this state.
    State(String),
    /// Those that belong to this project, as owner of what is shared.
    Owner(String),
    /// Those that belong to this project, as consumer.
    Consumer(String),
    /// Those for which something is due by then, the most urgent first.
    Due(Time),
}

/// Some records, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In order.
    pub items: Vec<Item>,
    /// To be given back for the next page; none behind the last.
    pub next: Option<String>,
}

/// Keeps records and events.
#[async_trait]
pub trait Store: Send + Sync {
    /// The record of this key, as it was last written by anyone.
    async fn get(&self, key: &Key) -> Result<Option<Item>>;

    /// Where the chain of events ends.
    async fn head(&self) -> Result<Head>;

    /// Writes records and events, unless the chain no longer ends at `head`: then nothing, and it says false. Since every write
    /// makes the chain longer, no record has changed either as long as it still ends there.
    async fn write(&self, items: &[Item], events: &[Event], head: &Head) -> Result<bool>;

    /// Up to `most` records of a kind behind `after`, in one order that stays.
    async fn list(&self, kind: &str, by: &By, after: Option<String>, most: usize) -> Result<Page>;

    /// Up to `most` events behind number `after`, of all records or of one.
    async fn events(&self, of: Option<&Key>, after: u64, most: usize) -> Result<Vec<Event>>;
}
