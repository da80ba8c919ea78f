//! Sources: who may bring a database in, and how it goes out of use.

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

use super::ending::{AT_ONCE, over};
use super::estate::{is_free, is_in_use, is_name};
use super::{Caller, Share, is_member};
use crate::register::{
    Asset, By, Event, Membership, Project, Register, Source, SourceState, Subscription, SubscriptionState, Write,
};
use crate::secrets::policy::Place;

impl Share {
    /// Whether the caller may bring in this source, as things are.
    ///
    /// Errors: those of [`Share::add_source`].
    pub async fn may_add_source(&self, caller: &Caller, source: &Source) -> Result<()> {
        let act = caller.act("source add", Some(&source.owner), None);
        let checked = addable(&self.register, caller, source).await;
        self.or_noted::<Project, _>(&act, &source.owner, checked).await
    }

    /// Brings in a source of the project that it names.
    ///
    /// Errors: forbidden, but for an owner of the project; invalid, for a name that is none; conflict, if there is one of that
    /// name.
    pub async fn add_source(&self, caller: &Caller, source: &Source) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("source add", Some(&source.owner), None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                addable(register, caller, source).await?;
                Ok((vec![Write::create(source)?], ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Project, _>(&act, &source.owner, decided.await).await?.0)
    }

    /// The source, for whoever may use its administrator's secret: an owner of its project.
    ///
    /// Errors: not found; forbidden, which is an event under `verb`; conflict, if it is retired.
    pub async fn use_source(&self, caller: &Caller, id: &str, verb: &str) -> Result<Source> {
        let act = caller.act(verb, None, None);
        let used = used(&self.register, caller, id).await;
        self.or_noted::<Source, _>(&act, id, used).await
    }

    /// The source, for a member of its project.
    ///
    /// Errors: not found; forbidden.
    pub async fn see_source(&self, caller: &Caller, id: &str) -> Result<Source> {
        let source = self.register.get::<Source>(id).await?.record;
        let owner = self.register.get::<Project>(&source.owner).await?.record;
        is_member(&owner, &caller.actor, Membership::Member)?;
        Ok(source)
    }

    /// The source, for an owner of its project, whether it is in use or not.
    ///
    /// Errors: not found; forbidden, which is an event under `verb`.
    pub async fn own_source(&self, caller: &Caller, id: &str, verb: &str) -> Result<Source> {
        let act = caller.act(verb, None, None);
        let owned = async {
            let source = self.register.get::<Source>(id).await?.record;
            let owner = self.register.get::<Project>(&source.owner).await?.record;
            is_member(&owner, &caller.actor, Membership::Owner)?;
            Ok(source)
        };
        let owned = owned.await;
        self.or_noted::<Source, _>(&act, id, owned).await
    }

    /// Remembers whether a source has answered. Nothing is written if that was known.
    pub async fn tested(&self, caller: &Caller, id: &str, answers: bool) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("source test", None, None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                used(register, caller, id).await?;
                let read = register.get::<Source>(id).await?;
                let state = if answers { SourceState::Ready } else { SourceState::Failing };
                let made = Source { state, ..read.record.clone() };
                let is_new = made != read.record;
                Ok((if is_new { vec![Write::update(&read, &made)?] } else { Vec::new() }, ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Source, _>(&act, id, decided.await).await?.0)
    }

    /// Has a source ruled by secret `to` from now on in place of `from`: the same user's, with another password.
    ///
    /// Errors: forbidden, but for an owner of its project; conflict, if another took its place meanwhile, or the secret is elsewhere
    /// than the one before: the secrets of grants lie beside it.
    pub async fn rotate_administrator(&self, caller: &Caller, id: &str, from: &str, to: &str) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("source rotate-admin", None, None), &self.register);
        let decided = register.decide(&act, || {
            let making = async move {
                used(register, caller, id).await?;
                let read = register.get::<Source>(id).await?;
                if read.record.administrator != from {
                    let told = format!("source {id} has another administrator's secret by now");
                    return Err(Error::new(ErrorKind::Conflict, told).hint("look at it again: glaux source show"));
                }
                if Place::of(from) != Place::of(to) {
                    let told =
                        format!("secret {to:?} is not where {from:?} is, and the secrets of grants lie beside it");
                    return Err(Error::new(ErrorKind::Conflict, told).hint("keep it in the same account and region"));
                }
                let made = Source { administrator: to.to_owned(), state: SourceState::Ready, ..read.record.clone() };
                let is_new = made != read.record;
                Ok((if is_new { vec![Write::update(&read, &made)?] } else { Vec::new() }, ()))
            };
            making.boxed()
        });
        Ok(self.or_noted::<Source, _>(&act, id, decided.await).await?.0)
    }

    /// Begins to take a source out of use: what is granted of it ends, what is asked for is closed, and nothing of it is
    /// published any more.
    ///
    /// Errors: forbidden, but for an owner of its project.
    pub async fn retire(&self, caller: &Caller, id: &str) -> Result<Vec<Event>> {
        let (act, register) = (caller.act("source retire", None, None), &self.register);
        let mut all = Vec::new();
        loop {
            let decided = register.decide(&act, || retiring(register, caller, id).boxed()).await;
            let (events, ()) = self.or_noted::<Source, _>(&act, id, decided).await?;
            if events.is_empty() {
                return Ok(all);
            }
            all.extend(events);
        }
    }
}

async fn addable(register: &Register, caller: &Caller, source: &Source) -> Result<()> {
    is_name("source", &source.id)?;
    let owner = register.get::<Project>(&source.owner).await?.record;
    is_member(&owner, &caller.actor, Membership::Owner)?;
    is_in_use(&owner)?;
    is_free::<Source>(register, &source.id).await
}

async fn used(register: &Register, caller: &Caller, id: &str) -> Result<Source> {
    let source = register.get::<Source>(id).await?.record;
    let owner = register.get::<Project>(&source.owner).await?.record;
    is_member(&owner, &caller.actor, Membership::Owner)?;
    if source.state == SourceState::Retired {
        return Err(Error::new(ErrorKind::Conflict, format!("source {id} is retired")).hint("add it under a new name"));
    }
    Ok(source)
}

async fn retiring(register: &Register, caller: &Caller, id: &str) -> Result<(Vec<Write>, ())> {
    let read = register.get::<Source>(id).await?;
    let owner = register.get::<Project>(&read.record.owner).await?.record;
    is_member(&owner, &caller.actor, Membership::Owner)?;
    let mut writes = Vec::new();
    if read.record.state != SourceState::Retired {
        writes.push(Write::update(&read, &Source { state: SourceState::Retired, ..read.record.clone() })?);
    }
    // Whoever owns what is read of it: some of its assets may have been handed to other projects.
    for read in register.list::<Subscription>(&By::Kind).await? {
        let is_open = read.record.is_live() || read.record.state == SubscriptionState::Requested;
        if read.record.source == id && is_open {
            writes.push(Write::update(&read, &over(&read.record, "source retired"))?);
        }
    }
    for read in register.list::<Asset>(&By::Kind).await? {
        if read.record.source == id && read.record.published {
            writes.push(Write::update(&read, &Asset { published: false, ..read.record.clone() })?);
        }
    }
    writes.truncate(AT_ONCE);
    Ok((writes, ()))
}
