//! The records, as far as requests and grants need them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::catalogued::Catalogued;
use super::hooked::Hooked;
use super::origin::Origin;
use super::time::Time;

/// Something that the register keeps.
pub trait Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What such records are called.
    const KIND: &'static str;

    /// Unique among them, and for good.
    fn id(&self) -> &str;

    /// What lists find it by.
    fn found_by(&self) -> FoundBy;
}

/// All kinds.
pub(super) const KINDS: [&str; 8] = [
    Project::KIND,
    Environment::KIND,
    Source::KIND,
    Asset::KIND,
    Subscription::KIND,
    Grant::KIND,
    Catalogued::KIND,
    Hooked::KIND,
];

/// What lists find a record by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundBy {
    /// The project that owns what is shared.
    pub owner: Option<String>,
    /// The project that reads it.
    pub consumer: Option<String>,
    /// The record's state.
    pub state: String,
    /// When something is to be done about it.
    pub due: Option<Time>,
}

/// A state as it is written in JSON, which is how lists name it too.
pub fn state_name<S: Serialize>(state: &S) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// People who own sources, or read what others own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Its name.
    pub id: String,
    /// Who may act for it, by the actor's identity.
    pub members: BTreeMap<String, Membership>,
    /// Whether it is in use.
    pub state: ProjectState,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// Decides on requests, too.
    Owner,
    /// Asks.
    Member,
}

/// Whether a project is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    /// It is.
    Active,
    /// It is not; nothing new begins.
    Archived,
}

impl Record for Project {
    const KIND: &'static str = "project";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { owner: Some(self.id.clone()), state: state_name(&self.state), ..FoundBy::default() }
    }
}

/// A deployment that reads: one function, one role, its own secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub id: String,
    /// Whose it is.
    pub project: String,
    /// Where it runs.
    pub place: Place,
    /// Whether it runs.
    pub state: EnvironmentState,
}

/// Where an environment runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On this machine.
    Local,
    /// On AWS.
    Aws(Account),
}

/// Where on AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// The role that the workflow assumes there.
    pub role: String,
    /// The one role that may read the environment's secrets.
    pub consumer_role: String,
}

/// Whether an environment runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentState {
    /// It may be granted something.
    Active,
    /// Everything granted is being taken away.
    Leaving,
    /// Nothing is left.
    Gone,
}

impl Record for Environment {
    const KIND: &'static str = "environment";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { consumer: Some(self.project.clone()), state: state_name(&self.state), ..FoundBy::default() }
    }
}

/// A database that somebody owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name.
    pub id: String,
    /// The project that owns it.
    pub owner: String,
    /// The engine, as a connection string names it.
    pub engine: String,
    /// The URL, without a user or a password.
    pub url: String,
    /// The name of the secret that may make users there.
    pub administrator: String,
    /// Whether it answers.
    pub state: SourceState,
}

/// Whether a source answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// Nobody has tried.
    New,
    /// It did when last asked.
    Ready,
    /// It did not.
    Failing,
    /// It is out of use.
    Retired,
}

impl Record for Source {
    const KIND: &'static str = "source";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { owner: Some(self.owner.clone()), state: state_name(&self.state), ..FoundBy::default() }
    }
}

/// A table or view that may be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Source, schema and table.
    pub id: String,
    /// Where it is.
    pub source: String,
    /// The project that owns it.
    pub owner: String,
    /// In the source's spelling.
    pub schema: String,
    /// In the source's spelling.
    pub table: String,
    /// As last seen.
    pub columns: Vec<Column>,
    /// What its owner says of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
    /// Whether others may see and ask for it.
    pub published: bool,
    /// Whether it is there.
    pub state: AssetState,
}

/// A column as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// In the source's spelling.
    pub name: String,
    /// Its type for Athena.
    pub data_type: String,
    /// What the source says of it, in one line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comment: Option<String>,
}

/// Whether an asset is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetState {
    /// It is.
    Present,
    /// It was not when last looked for.
    Missing,
}

impl Record for Asset {
    const KIND: &'static str = "asset";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { owner: Some(self.owner.clone()), state: state_name(&self.state), ..FoundBy::default() }
    }
}

/// A request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Made once.
    pub id: String,
    /// The project that owns what was asked for.
    pub owner: String,
    /// The source of all of it.
    pub source: String,
    /// The project that asks.
    pub consumer: String,
    /// Where it will be read.
    pub environment: String,
    /// Who asked.
    pub requester: String,
    /// What for.
    pub purpose: String,
    /// What was asked for.
    pub asked: Vec<Scope>,
    /// Until when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked_until: Option<Time>,
    /// When it ends undecided.
    pub lapses: Time,
    /// What was decided, in order.
    pub decisions: Vec<Decision>,
    /// What is granted; part of what was asked for.
    pub granted: Vec<Scope>,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends: Option<Time>,
    /// How far it is.
    pub state: SubscriptionState,
    /// Why it ends or has ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The one before it, of the same tables for the same environment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<String>,
    /// Where else it was asked for, and what that place has been told of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<Origin>,
    /// What was announced last of its end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub announced: Option<Announced>,
}

/// That an end is near, as somebody was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// The end: of another one nothing is announced yet.
    pub ends: Time,
    /// How near it was: nearer than this, in hours.
    pub within_hours: u64,
}

/// A table, or some columns of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// In the source's spelling.
    pub schema: String,
    /// In the source's spelling.
    pub table: String,
    /// These only; all, also those to come, if none is named.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub columns: Option<Vec<String>>,
}

impl Scope {
    /// Whether all of it is in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        let is_same = self.schema == other.schema && self.table == other.table;
        let has_columns = match (&self.columns, &other.columns) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => own.iter().all(|column| others.contains(column)),
        };
        is_same && has_columns
    }
}

/// What somebody decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Who.
    pub by: String,
    /// When.
    pub at: Time,
    /// What.
    pub verdict: Verdict,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes, perhaps to less than was asked for.
    Approved,
    /// No.
    Denied,
}

impl Subscription {
    /// Whether it gives access, or is about to.
    pub fn is_live(&self) -> bool {
        matches!(self.state, SubscriptionState::Approved | SubscriptionState::Active)
    }

    /// Whether it is not over.
    pub fn is_open(&self) -> bool {
        self.state != SubscriptionState::Closed
    }
}

/// How far a subscription is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    /// Nobody has decided.
    Requested,
    /// Decided, and not yet granted at the source.
    Approved,
    /// It can be read.
    Active,
    /// It is being taken away.
    Ending,
    /// Nothing is left of it.
    Closed,
}

impl Record for Subscription {
    const KIND: &'static str = "subscription";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy {
            owner: Some(self.owner.clone()),
            consumer: Some(self.consumer.clone()),
            state: state_name(&self.state),
            due: match self.state {
                SubscriptionState::Requested => Some(self.lapses),
                SubscriptionState::Approved | SubscriptionState::Active => self.ends,
                SubscriptionState::Ending | SubscriptionState::Closed => None,
            },
        }
    }
}

/// One environment's access to one source: its user there, its secret, and how far both are what they should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Environment and source: [`Grant::id_of`].
    pub id: String,
    /// Where the user is.
    pub source: String,
    /// Who reads.
    pub environment: String,
    /// Counts the passwords, each of which belongs to the other of two users; none yet, if it is 0.
    pub generation: u64,
    /// The generation that is asked for: a later one than there is asks for a rotation.
    pub wanted: u64,
    /// Whether a log-in with this generation has been tried, by whoever reads.
    pub verified: bool,
    /// What may be read by the subscriptions that live.
    pub desired: Vec<Scope>,
    /// What they name besides and the source does not have.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub missing: Vec<Scope>,
    /// When the user may no longer log in, if the last of them ends.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends: Option<Time>,
    /// Until when the user of the generation before may stay, for what it has begun to read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retires: Option<Time>,
    /// What could be read when last looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub observed: Option<Observed>,
    /// What somebody else had changed at the source when last looked at, each in words; mended since.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub drift: Vec<String>,
    /// What went wrong last, without a secret.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// How often in a row.
    pub failures: u32,
    /// How often in a row whoever asked in DataZone could not be told how far it is.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub untold: u32,
    /// How far it is.
    pub state: GrantState,
    /// When it is to be looked at again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub look_again: Option<Time>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lease: Option<Lease>,
}

/// The right to work on a grant, alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Who.
    pub holder: String,
    /// Until when, if nothing is heard of them.
    pub until: Time,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Grant {
    /// The id of an environment's access to a source.
    pub fn id_of(environment: &str, source: &str) -> String {
        format!("{environment}/{source}")
    }

    /// Nothing yet.
    pub fn new(environment: &str, source: &str) -> Self {
        Self {
            id: Self::id_of(environment, source),
            source: source.into(),
            environment: environment.into(),
            generation: 0,
            wanted: 1,
            verified: false,
            desired: Vec::new(),
            missing: Vec::new(),
            ends: None,
            retires: None,
            observed: None,
            drift: Vec::new(),
            error: None,
            failures: 0,
            untold: 0,
            state: GrantState::Absent,
            look_again: None,
            lease: None,
        }
    }
}

/// What a user could read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// When it was looked at.
    pub at: Time,
    /// What was found.
    pub scopes: Vec<Scope>,
}

/// How far a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// Nothing is at the source.
    Absent,
    /// Being made what it should be.
    Applying,
    /// What it should be.
    Present,
    /// Changed at the source by somebody else, and being mended.
    Drifted,
    /// Being taken away.
    Removing,
}

impl Record for Grant {
    const KIND: &'static str = "grant";

    fn id(&self) -> &str {
        &self.id
    }

    fn found_by(&self) -> FoundBy {
        FoundBy { state: state_name(&self.state), due: self.look_again, ..FoundBy::default() }
    }
}
