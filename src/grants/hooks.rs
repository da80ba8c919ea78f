//! What an environment of DataZone's is given in its own account, where that is asked for: our boundary on its users' role in place
//! of DataZone's own, and a tag on its databases of Glue's. When the environment goes, both are undone.
//!
//! What was there is written down before it is changed, so that it may stop anywhere; and only what DataZone says to be of that
//! environment, in that account, and what DataZone itself has put there, is ever changed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result};

use super::function::Function;
use super::there;
use crate::config::{Deployed, Hooks};
use crate::register::{
    Account, Act, Bound, By, Environment, EnvironmentState, Hooked, HookedState, Place, Register, Tagged, Versioned,
    Write, pause,
};
use crate::secrets::policy::RoleArn;
use crate::share::Caller;
use crate::share::datazone::Provisioned;

/// What DataZone puts on the role of an environment's users.
const MANAGED: &str = "policy/AmazonDataZoneEnvironmentRolePermissionsBoundary";
/// As DataZone calls such roles, and what the right to bound them is limited to.
const USERS: &str = "datazone_usr_";
/// What DataZone calls what it has provisioned.
const ROLE: &str = "userRoleArn";
const DATABASES: [&str; 2] = ["glueProducerDBName", "glueConsumerDBName"];

/// An environment's account, as far as hooks reach into it.
#[async_trait]
pub trait Grounds: Send + Sync {
    /// The boundary of a role, if it has one.
    ///
    /// Errors: not found, for no such role.
    async fn boundary(&self, role: &str) -> Result<Option<String>>;

    /// Gives a role a boundary in place of the one that it has.
    async fn bind(&self, role: &str, boundary: &str) -> Result<()>;

    /// The tags of a database of Glue's.
    ///
    /// Errors: not found, for no such database.
    async fn tags(&self, database: &str) -> Result<BTreeMap<String, String>>;

    /// Gives it one.
    async fn tag(&self, database: &str, key: &str, value: &str) -> Result<()>;

    /// Takes one from it.
    async fn untag(&self, database: &str, key: &str) -> Result<()>;
}

/// The ways into environments' accounts.
#[async_trait]
pub trait Ways: Send + Sync {
    /// Into the account of one.
    async fn enter(&self, environment: &str, account: &Account) -> Result<Box<dyn Grounds>>;
}

/// What is done about one environment.
struct Hooking<'h> {
    register: &'h Register,
    hooks: &'h Hooks,
    grounds: Box<dyn Grounds>,
    partition: String,
    account: Account,
    request: &'h str,
}

impl Function {
    /// Looks after an environment that was deployed or is about to go. What goes wrong is tried again by the clock.
    pub(super) async fn hook(&self, environment: &str, request: &str) -> Result<()> {
        let Some(hooks) = self.hooks() else { return Ok(()) };
        let register = &self.grants().await?.register;
        let Err(error) = Box::pin(self.hooked(register, hooks, environment, request)).await else { return Ok(()) };
        tracing::error!(environment, "looking after an environment of DataZone's: {error}");
        let (told, now) = (error.to_string(), register.now());
        change(register, environment, &act("hook failed", Some(&told), request), |known| {
            let (error, look_again) = (Some(told.clone()), Some(now.after(pause(known.failures))));
            Hooked { error, failures: known.failures + 1, look_again, ..known }
        })
        .await
    }

    /// Looks after those that came without news of it, and those with which it went wrong.
    pub(super) async fn hook_all(&self, request: &str) -> Result<()> {
        if self.hooks().is_none() {
            return Ok(());
        }
        let register = &self.grants().await?.register;
        let known = register.list::<Hooked>(&By::Kind).await?;
        let known: BTreeMap<String, Hooked> =
            known.into_iter().map(|read| (read.record.id.clone(), read.record)).collect();
        let now = register.now();
        for Versioned { record, .. } in register.list::<Environment>(&By::Kind).await? {
            let is_open = is_open(&record, known.get(&record.id));
            let is_due = known.get(&record.id).and_then(|known| known.look_again).is_none_or(|at| at <= now);
            if is_open && is_due {
                self.hook(&record.id, request).await?;
            }
        }
        Ok(())
    }

    fn hooks(&self) -> Option<&Hooks> {
        match &self.config.deployed {
            Deployed::Governance { hooks, .. } => hooks.as_ref(),
            _ => None,
        }
    }

    async fn hooked(&self, register: &Register, hooks: &Hooks, id: &str, request: &str) -> Result<()> {
        let Some(environment) = register.find::<Environment>(id).await?.map(|read| read.record) else { return Ok(()) };
        let Place::Aws(account) = environment.place else { return Ok(()) };
        let (Some(portal), Some(ways)) = (&self.portal, &self.ways) else {
            return Err(Error::invalid("there is no way into the accounts of environments")
                .hint("deploy the function that was built with \"workflow\""));
        };
        let known = register.find::<Hooked>(id).await?.map(|read| read.record);
        let is_wanted = environment.state == EnvironmentState::Active;
        if !is_wanted && known.is_none_or(|known| known.state == HookedState::Unhooked) {
            return Ok(());
        }
        let partition = account.role.parse::<RoleArn>()?.partition().to_owned();
        let state = if is_wanted { HookedState::Hooking } else { HookedState::Unhooking };
        change(register, id, &act("hook begin", None, request), |known| Hooked { state, ..known }).await?;
        let provisioned = if is_wanted { portal.environment(id).await? } else { None };
        if is_wanted && provisioned.is_none() {
            let why = Some("DataZone has no such environment".to_owned());
            return done(register, id, HookedState::Unhooked, why, request).await;
        }
        let grounds = ways.enter(id, &account).await?;
        let hooking = Hooking { register, hooks, grounds, partition, account, request };
        if let Some(provisioned) = provisioned {
            let left = hooking.give(id, &provisioned).await?;
            return done(register, id, HookedState::Hooked, left, request).await;
        }
        hooking.undo(id).await?;
        done(register, id, HookedState::Unhooked, None, request).await
    }
}

/// Whether something is to be done that no news will bring.
fn is_open(environment: &Environment, known: Option<&Hooked>) -> bool {
    let is_wanted = environment.state == EnvironmentState::Active && matches!(environment.place, Place::Aws(_));
    match known.map(|known| known.state) {
        None => is_wanted,
        Some(HookedState::Hooked) => !is_wanted,
        Some(HookedState::Hooking | HookedState::Unhooking) => true,
        Some(HookedState::Unhooked) => false,
    }
}

impl Hooking<'_> {
    /// Gives it what it lacks, and says what was left as it was.
    async fn give(&self, id: &str, provisioned: &Provisioned) -> Result<Option<String>> {
        let Account { account, region, .. } = &self.account;
        if (&provisioned.account, &provisioned.region) != (account, region) {
            let told = format!("DataZone has environment {id} in {}/{}", provisioned.account, provisioned.region);
            return Err(Error::new(ErrorKind::Forbidden, format!("{told}, and the register in {account}/{region}"))
                .hint("nothing is changed in either; bring the environment in anew"));
        }
        let mut left = Vec::new();
        if let (Some(boundary), Some(arn)) = (&self.hooks.boundary, provisioned.resources.get(ROLE)) {
            left.extend(self.bind(id, boundary, arn).await?);
        }
        if let Some((key, value)) = &self.hooks.tag {
            for database in DATABASES.iter().filter_map(|name| provisioned.resources.get(*name)) {
                left.extend(self.tag(id, database, key, value).await?);
            }
        }
        Ok(Some(left.join("; ")).filter(|left| !left.is_empty()))
    }

    async fn bind(&self, id: &str, boundary: &str, arn: &str) -> Result<Option<String>> {
        let own = format!("arn:{}:iam::{}:role/", self.partition, self.account.account);
        let name = arn.strip_prefix(&own).filter(|name| name.starts_with(USERS) && !name.contains('/'));
        let Some(name) = name else {
            return Ok(Some(format!(
                "role {arn} is none of an environment's users in account {}",
                self.account.account
            )));
        };
        let boundary = format!("arn:{}:iam::{}:policy/{boundary}", self.partition, self.account.account);
        let managed = format!("arn:{}:iam::aws:{MANAGED}", self.partition);
        let before = self.grounds.boundary(name).await?;
        match before {
            Some(there) if there == boundary => Ok(None),
            Some(before) if before == managed => {
                let bound = Bound { name: name.to_owned(), boundary: boundary.clone(), before };
                self.note(id, |known| Hooked { role: Some(bound.clone()), ..known }).await?;
                self.grounds.bind(name, &boundary).await.map(|()| None)
            }
            other => {
                let other = other.unwrap_or_else(|| "none".into());
                Ok(Some(format!("role {name} has a boundary that is not DataZone's, and keeps it: {other}")))
            }
        }
    }

    async fn tag(&self, id: &str, database: &str, key: &str, value: &str) -> Result<Option<String>> {
        match self.grounds.tags(database).await?.get(key) {
            Some(there) if there == value => Ok(None),
            Some(other) => Ok(Some(format!("database {database} has tag {key}, and keeps it: {other}"))),
            None => {
                let [name, key, value] = [database, key, value].map(str::to_owned);
                let tagged = Tagged { name, key, value };
                self.note(id, |mut known| {
                    if !known.databases.contains(&tagged) {
                        known.databases.push(tagged.clone());
                    }
                    known
                })
                .await?;
                self.grounds.tag(database, &tagged.key, &tagged.value).await.map(|()| None)
            }
        }
    }

    /// What was given and is still so; what is no longer there needs nothing.
    async fn undo(&self, id: &str) -> Result<()> {
        let known = self.register.get::<Hooked>(id).await?.record;
        if let Some(Bound { name, boundary, before }) = &known.role
            && there(self.grounds.boundary(name).await)?.flatten().as_ref() == Some(boundary)
        {
            there(self.grounds.bind(name, before).await)?;
        }
        for Tagged { name, key, value } in &known.databases {
            let tags = there(self.grounds.tags(name).await)?.unwrap_or_default();
            if tags.get(key) == Some(value) {
                there(self.grounds.untag(name, key).await)?;
            }
        }
        self.note(id, |known| Hooked { role: None, databases: Vec::new(), ..known }).await
    }

    async fn note(&self, id: &str, make: impl Fn(Hooked) -> Hooked + Send + Sync) -> Result<()> {
        change(self.register, id, &act("hook note", None, self.request), make).await
    }
}

async fn done(register: &Register, id: &str, state: HookedState, left: Option<String>, request: &str) -> Result<()> {
    change(register, id, &act("hook end", left.as_deref(), request), |known| {
        let error = left.clone();
        Hooked { state, error, failures: 0, look_again: None, ..known }
    })
    .await
}

fn act(verb: &str, reason: Option<&str>, request: &str) -> Act {
    Caller::clock(request).act(verb, None, reason)
}

/// Nothing is written, if it is so already.
///
/// Errors: conflict, if somebody else writes it at the same time.
async fn change(register: &Register, id: &str, act: &Act, make: impl Fn(Hooked) -> Hooked + Send + Sync) -> Result<()> {
    let read = register.find::<Hooked>(id).await?;
    let write = match &read {
        Some(read) => {
            let changed = make(read.record.clone());
            if changed == read.record {
                return Ok(());
            }
            Write::update(read, &changed)?
        }
        None => Write::create(&make(Hooked::new(id)))?,
    };
    register.write(act, &[write]).await.map(drop)
}
