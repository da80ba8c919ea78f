//! The register of governance: who shares what with whom, and everything that was ever done about it.
//!
//! A record has a kind, an id and a version. It changes only together with the event that says so, in one transaction, and only
//! if it is still what its writer has read; nothing is ever deleted, for a record that is over says so itself. Events are a
//! chain, each holding the hash of the one before, so what was taken out or altered behind our back shows.
//!
//! Not here: who may decide what (`share`), and what follows at a database (`grants`).

mod catalogued;
mod dynamo;
mod event;
mod hooked;
mod origin;
mod records;
mod rehearsal;
mod sqlite;
mod store;
#[cfg(test)]
#[cfg(feature = "local")]
pub(crate) mod suite;
mod time;

use std::sync::Arc;

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;
use futures::future::BoxFuture;

pub use self::catalogued::{Catalogued, CataloguedState, Entity};
pub use self::dynamo::Dynamo;
pub use self::event::{Act, Event, Fault, hash, hash_of};
pub use self::hooked::{Bound, Hooked, HookedState, Tagged};
pub use self::origin::{Origin, Report, Status, Told};
pub use self::records::{
    Account, Announced, Asset, AssetState, Column, Decision, Environment, EnvironmentState, Grant, GrantState, Lease,
    Membership, Observed, Place, Project, ProjectState, Record, Scope, Source, SourceState, Subscription,
    SubscriptionState, Verdict, state_name,
};
pub use self::sqlite::Sqlite;
pub use self::store::{By, Head, Item, Key, Page, Store};
pub use self::time::{Clock, SystemClock, Time, pause};

/// How often a write is tried when others write at the same time; each loser has let a winner pass.
const TRIES: usize = 50;
/// Items asked of a store at once.
const PAGE: usize = 100;
/// A record may be this large, in bytes of JSON: a DynamoDB item ends at 400 KB, keys and all.
const LARGEST: usize = 350_000;

/// The records over one store.
#[derive(Clone)]
pub struct Register {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<R> {
    /// What it holds.
    pub record: R,
    /// Grows by one with every write.
    pub version: u64,
}

/// A record to be written, if nobody has written it since.
#[derive(Clone)]
pub struct Write {
    item: Item,
    changes: bool,
}

impl Write {
    /// A record that must not be there yet.
    pub fn create<R: Record>(record: &R) -> Result<Self> {
        Self::of(record, 1)
    }

    /// What is made of a record that was read.
    pub fn update<R: Record>(read: &Versioned<R>, record: &R) -> Result<Self> {
        if read.record.id() != record.id() {
            return Err(Error::internal(format!("{} {} was to become {}", R::KIND, read.record.id(), record.id())));
        }
        Self::of(record, read.version + 1)
    }

    /// A record that stays as it was read, and to which something was done all the same: an attempt, say.
    pub fn note<R: Record>(read: &Versioned<R>) -> Result<Self> {
        Ok(Self { changes: false, ..Self::of(&read.record, read.version)? })
    }

    fn of<R: Record>(record: &R, version: u64) -> Result<Self> {
        let key = Key::of::<R>(record.id());
        let body = serde_json::to_string(record)
            .map_err(|error| Error::internal(format!("writing {key} as JSON")).with_source(error))?;
        if body.len() > LARGEST {
            return Err(Error::new(ErrorKind::TooLarge, format!("{key} has {} bytes of {LARGEST}", body.len()))
                .hint("name fewer tables in one record"));
        }
        Ok(Self { item: Item { key, version, found_by: record.found_by(), body }, changes: true })
    }
}

impl Register {
    /// The records in `store`, with times by `clock`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The register as it is, through which writes are seen and by which none is kept.
    #[must_use]
    pub fn rehearsal(&self) -> Self {
        Self::new(Arc::new(rehearsal::Rehearsal::over(self.store.clone())), self.clock.clone())
    }

    /// What the clock says.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The record of this id, if there is one.
    pub async fn find<R: Record>(&self, id: &str) -> Result<Option<Versioned<R>>> {
        self.store.get(&Key::of::<R>(id)).await?.as_ref().map(parsed).transpose()
    }

    /// The record of this id.
    ///
    /// Errors: not found.
    pub async fn get<R: Record>(&self, id: &str) -> Result<Versioned<R>> {
        let found = self.find(id).await?;
        found.ok_or_else(|| Error::not_found(format!("there is no {} {id:?}", R::KIND)))
    }

    /// All records of a kind that are found so, however many pages they are, in order of state and id, or of what is due.
    pub async fn list<R: Record>(&self, by: &By) -> Result<Vec<Versioned<R>>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let Page { items, next } = self.store.list(R::KIND, by, after, PAGE).await?;
            all.extend(items.iter().map(parsed).collect::<Result<Vec<_>>>()?);
            match next {
                None => return Ok(all),
                next => after = next,
            }
        }
    }

    /// Writes records and what was done to them, or nothing at all; one event a record, in their order.
    ///
    /// Errors: conflict, if one of them was written since it was read.
    pub async fn write(&self, act: &Act, writes: &[Write]) -> Result<Vec<Event>> {
        let (events, ()) = self.decide(act, || async { Ok((writes.to_vec(), ())) }.boxed()).await?;
        Ok(events)
    }

    /// Writes what `decide` makes of the register as it is; if somebody wrote anything meanwhile, it decides anew. So what it has
    /// seen still holds when its writes are done, whichever records it has looked at.
    ///
    /// Errors: those of `decide`; throttled, if others never stop writing.
    pub async fn decide<'d, T>(
        &self,
        act: &Act,
        decide: impl Fn() -> BoxFuture<'d, Result<(Vec<Write>, T)>>,
    ) -> Result<(Vec<Event>, T)> {
        for _ in 0..TRIES {
            let head = self.store.head().await?;
            let made = async {
                let (writes, decided) = decide().await?;
                let events = self.events_of(act, &writes, &head).await?;
                Ok((writes, decided, events))
            };
            let (writes, decided, events) = match made.await {
                Ok(made) => made,
                // What it was refused for may have come from before somebody's write and from behind it.
                Err(error) => match self.store.head().await {
                    Ok(now) if now != head => continue,
                    _ => return Err(error),
                },
            };
            let items: Vec<Item> = writes.into_iter().filter(|write| write.changes).map(|write| write.item).collect();
            if self.store.write(&items, &events, &head).await? {
                return Ok((events, decided));
            }
        }
        Err(Error::new(ErrorKind::Throttled, format!("{}: too many others write the register", act.verb))
            .hint("try again in a moment"))
    }

    async fn events_of(&self, act: &Act, writes: &[Write], head: &Head) -> Result<Vec<Event>> {
        let (mut events, mut head, at) = (Vec::with_capacity(writes.len()), head.clone(), self.now());
        for Write { item, changes } in writes {
            let before = self.store.get(&item.key).await?;
            if before.as_ref().map_or(0, |before| before.version) + u64::from(*changes) != item.version {
                return Err(stale(&item.key));
            }
            let event = Event::follow(&head, act, at, before.as_ref(), item);
            head = event.head();
            events.push(event);
        }
        Ok(events)
    }

    /// The events of a record, the first first.
    pub async fn history<R: Record>(&self, id: &str) -> Result<Vec<Event>> {
        self.events(Some(&Key::of::<R>(id))).await
    }

    /// All events, or those of one record, in order.
    pub async fn events(&self, of: Option<&Key>) -> Result<Vec<Event>> {
        self.events_after(of, 0).await
    }

    /// The same, behind event `first`.
    pub async fn events_after(&self, of: Option<&Key>, first: u64) -> Result<Vec<Event>> {
        let mut all: Vec<Event> = Vec::new();
        loop {
            let after = all.last().map_or(first, |event| event.number);
            let page = self.store.events(of, after, PAGE).await?;
            let is_last = page.len() < PAGE;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// How many things were ever done in it.
    pub async fn length(&self) -> Result<u64> {
        Ok(self.store.head().await?.number)
    }

    /// What tells this register from every other: the hash of the first thing that was ever done in it, if there was any.
    pub async fn origin(&self) -> Result<Option<String>> {
        Ok(self.store.events(None, 0, 1).await?.into_iter().next().map(|event| event.hash))
    }

    /// Walks the chain from its beginning, and compares every record with what its last event says of it.
    pub async fn verify(&self) -> Result<Vec<Fault>> {
        let (events, head) = (self.events(None).await?, self.store.head().await?);
        let mut faults = event::broken_links(&events, &head);
        for (key, told) in event::last_of_each(&events) {
            let found = self.store.get(&key).await?.map(|item| event::hash(&item.body));
            if found.as_deref() != Some(told) {
                faults.push(Fault::Record { key });
            }
        }
        let known: std::collections::BTreeSet<&Key> = events.iter().map(|event| &event.record).collect();
        for kind in records::KINDS {
            let mut after = None;
            loop {
                let Page { items, next } = self.store.list(kind, &By::Kind, after, PAGE).await?;
                let untold = items.into_iter().map(|item| item.key).filter(|key| !known.contains(key));
                faults.extend(untold.map(|key| Fault::Record { key }));
                match next {
                    None => break,
                    next => after = next,
                }
            }
        }
        Ok(faults)
    }
}

fn stale(key: &Key) -> Error {
    Error::new(ErrorKind::Conflict, format!("{key} has changed since it was read"))
        .hint("look at it again, then repeat")
}

fn parsed<R: Record>(item: &Item) -> Result<Versioned<R>> {
    let record = serde_json::from_str(&item.body).map_err(|error| {
        Error::new(ErrorKind::Corrupt, format!("{} in the register is none that this version knows", item.key))
            .with_source(error)
    })?;
    Ok(Versioned { record, version: item.version })
}
