//! What was done, as a chain that shows what is missing from it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::store::{Head, Item, Key};
use super::time::Time;

/// What somebody does: the part of an event that is not about the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who does it: the STS identity on AWS, the operating system's user locally (D21).
    pub actor: String,
    /// For which project, if not for the actor's own sake.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub on_behalf_of: Option<String>,
    /// What is done.
    pub verb: String,
    /// Why, in the actor's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What asked for it: a command, a request, an execution.
    pub request: String,
}

/// One thing that was done to one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Counted from 1, without a gap.
    pub number: u64,
    /// When.
    pub at: Time,
    /// Who, what and why.
    #[serde(flatten)]
    pub act: Act,
    /// To which record.
    pub record: Key,
    /// The record's version from now on.
    pub version: u64,
    /// Hash of what the record was; none if it is new.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<String>,
    /// Hash of what the record is.
    pub after: String,
    /// Hash of the event before; of nothing before the first.
    pub previous: String,
    /// Hash of all of the above.
    pub hash: String,
}

impl Event {
    /// What `act` does to a record, behind the chain's end.
    pub(super) fn follow(head: &Head, act: &Act, at: Time, before: Option<&Item>, after: &Item) -> Self {
        let mut event = Self {
            number: head.number + 1,
            at,
            act: act.clone(),
            record: after.key.clone(),
            version: after.version,
            before: before.map(|item| hash(&item.body)),
            after: hash(&after.body),
            previous: head.hash.clone(),
            hash: String::new(),
        };
        event.hash = event.computed();
        event
    }

    /// Where the chain ends if this is its last.
    pub(super) fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash.clone() }
    }

    fn computed(&self) -> String {
        let open = Self { hash: String::new(), ..self.clone() };
        hash(&serde_json::to_string(&open).unwrap_or_default())
    }
}

/// SHA-256 of several texts, with a length in front of each, so that no two lists are one text.
pub fn hash_of(parts: &[&str]) -> String {
    hash(&parts.iter().map(|part| format!("{} {part}", part.len())).collect::<String>())
}

/// SHA-256 in hexadecimal.
pub fn hash(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What [`Register::verify`](super::Register::verify) finds wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An event that does not follow from the one before it, or is not what it was; or, one behind the last, the end is cut off.
    Event {
        /// The number it has, or should have.
        number: u64,
    },
    /// A record that is not what its last event says.
    Record {
        /// Which.
        key: Key,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { number } => write!(f, "event {number} is missing or not what was written"),
            Self::Record { key } => write!(f, "{key} is not what its last event says"),
        }
    }
}

/// Events that are missing or were altered.
pub(super) fn broken_links(events: &[Event], end: &Head) -> Vec<Fault> {
    let (mut faults, mut head) = (Vec::new(), Head::default());
    for event in events {
        if event.number != head.number + 1 || event.previous != head.hash || event.hash != event.computed() {
            faults.push(Fault::Event { number: event.number });
        }
        head = event.head();
    }
    if head != *end {
        faults.push(Fault::Event { number: head.number + 1 });
    }
    faults
}

/// The hash that every record has by its last event.
pub(super) fn last_of_each(events: &[Event]) -> BTreeMap<Key, &str> {
    events.iter().map(|event| (event.record.clone(), event.after.as_str())).collect()
}
