//! What hangs on a deployment that is to go: what is granted by it, and how that ends first. The acts are those of `glaux env` and
//! `glaux sub`, done by whoever has the deployment deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use connector_core::{Error, Result};

use super::Common;
use super::desk::{Desk, Row, some, state};
use super::follow::Pair;
use crate::cli::output::{Done, Failure, Output};
use crate::register::{
    By, Environment, EnvironmentState, Event, Grant, GrantState, Place as Where, Source, Subscription,
    SubscriptionState,
};
use crate::secrets::policy::Place;
use crate::share::Share;

/// How often what is waited for is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// How much hangs on a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All that is granted.
    Everything,
    /// What is granted to an environment of this account.
    Environment {
        /// Its name in the register.
        name: String,
        /// Where its deployment is.
        account: String,
    },
    /// What is granted of sources of an account.
    Account(String),
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("in the register"),
            Self::Environment { name, .. } => write!(f, "to environment {name}"),
            Self::Account(account) => write!(f, "of sources in account {account}"),
        }
    }
}

/// Something that is granted, or not quite gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hanging {
    pair: Pair,
    /// None, where only what it left is still there.
    subscription: Option<String>,
    is_live: bool,
    row: Row,
}

/// A deployment that is to go.
pub struct Leaving<'o> {
    desk: Desk<'o>,
    reach: Reach,
}

impl<'o> Leaving<'o> {
    /// Opens the register that knows what is granted.
    pub async fn open(store: String, reach: Reach, command: &str, output: &'o mut Output) -> Result<Self> {
        let common = Common { store: Some(store), ..Common::default() };
        Ok(Self { desk: Desk::open(common, command, output).await?, reach })
    }

    /// Errors: not found, if the register has never heard of what it is asked about, so that it is likely another one's.
    pub async fn is_known(&self, store: &str) -> Result<()> {
        let Reach::Environment { name, .. } = &self.reach else { return Ok(()) };
        match self.desk.register.find::<Environment>(name).await? {
            Some(_) => Ok(()),
            None => Err(Error::not_found(format!("register {store} knows no environment {name}"))
                .hint("name the register that governs it with --store aws:TABLE")),
        }
    }

    /// What hangs on it, by grant.
    pub async fn hanging(&self) -> Result<Vec<Hanging>> {
        let register = &self.desk.register;
        if self.is_elsewhere().await? {
            return Ok(Vec::new());
        }
        let accounts = self.accounts().await?;
        let is_meant = |environment: &str, source: &str| match &self.reach {
            Reach::Everything => true,
            Reach::Environment { name, .. } => name == environment,
            // Of a source that is nowhere known nothing is said to be elsewhere.
            Reach::Account(account) => accounts.get(source).is_none_or(|of| of == account),
        };
        let mut all: Vec<Hanging> = Vec::new();
        for read in register.list::<Subscription>(&By::Kind).await? {
            let it = read.record;
            let is_there = it.is_live() || it.state == SubscriptionState::Ending;
            if is_there && is_meant(&it.environment, &it.source) {
                all.push(Hanging::of(&it));
            }
        }
        for read in register.list::<Grant>(&By::Kind).await? {
            let grant = read.record;
            let is_new = !all.iter().any(|one| one.pair.0 == grant.environment && one.pair.1 == grant.source);
            if is_new && grant.state != GrantState::Absent && is_meant(&grant.environment, &grant.source) {
                all.push(Hanging::left_of(&grant));
            }
        }
        all.sort_by(|one, other| one.row.cmp(&other.row));
        Ok(all)
    }

    /// Whether the environment is one of another account, so that a deployment of its name here is not it.
    async fn is_elsewhere(&self) -> Result<bool> {
        let Reach::Environment { name, account } = &self.reach else { return Ok(false) };
        let found = self.desk.register.find::<Environment>(name).await?.map(|read| read.record.place);
        Ok(matches!(found, Some(Where::Aws(there)) if there.account != *account))
    }

    /// In which account each source is whose secrets are on AWS.
    async fn accounts(&self) -> Result<BTreeMap<String, String>> {
        let sources = self.desk.register.list::<Source>(&By::Kind).await?;
        let account = |source: Source| {
            let place = match self.desk.cloud() {
                Some(cloud) => Some(cloud.place_of(&source)),
                None => Place::of(&source.administrator),
            };
            place.map(|place| (source.id, place.account().to_owned()))
        };
        Ok(sources.into_iter().filter_map(|read| account(read.record)).collect())
    }

    /// Lists it.
    pub fn show(&mut self, hanging: &[Hanging]) -> Done {
        let rows: Vec<Row> = hanging.iter().map(|one| one.row.clone()).collect();
        self.desk.list(&["grant", "subscription", "state", "consumer", "owner"], &rows)
    }

    /// Says what went wrong.
    pub fn fault(&mut self, text: &str) {
        self.desk.output.fault(text);
    }

    /// Says something.
    pub fn note(&mut self, text: &str) {
        self.desk.output.note(text);
    }

    /// What ending it means.
    pub fn would(&self) -> String {
        match &self.reach {
            Reach::Environment { name, .. } => {
                format!("End all of it and take environment {name} out of use for good?")
            }
            _ => "End all of it?".to_owned(),
        }
    }

    /// Tries the acts on a rehearsal of the register, so that nothing is ended where not all may be.
    pub async fn may_end(&self, hanging: &[Hanging], stack: &str) -> Result<()> {
        let share = Share::new(self.desk.register.rehearsal());
        self.acts(&share, hanging, stack).await.map(drop)
    }

    /// Ends it, tells what was written, and has it done at the databases.
    pub async fn end(&mut self, hanging: &[Hanging], stack: &str) -> Done {
        let events = self.acts(&self.desk.share, hanging, stack).await?;
        if !events.is_empty() {
            self.desk.wrote(&events)?;
        }
        let pairs: BTreeSet<Pair> = hanging.iter().map(|one| one.pair.clone()).collect();
        if self.desk.cloud().is_none() {
            return self.desk.reconcile(&pairs).await;
        }
        match self.desk.tell_workflow(&pairs, &events).await {
            // Its clock finds what it was not told of.
            Err(Failure::Partly) => Ok(()),
            told => told.map(drop),
        }
    }

    async fn acts(&self, share: &Share, hanging: &[Hanging], stack: &str) -> Result<Vec<Event>> {
        let (caller, register) = (&self.desk.caller, &self.desk.register);
        if let Reach::Environment { name, .. } = &self.reach {
            let found = register.find::<Environment>(name).await?;
            let is_active = found.is_some_and(|read| read.record.state == EnvironmentState::Active);
            return if is_active { share.close(caller, name).await } else { Ok(Vec::new()) };
        }
        let reason = format!("stack {stack} is deleted");
        let mut events = Vec::new();
        for id in hanging.iter().filter(|one| one.is_live).filter_map(|one| one.subscription.as_deref()) {
            events.extend(share.revoke(caller, id, &reason).await?.events);
        }
        Ok(events)
    }

    /// Waits until all of it has ended, at most so long; what has not.
    pub async fn ended(&mut self, patience: Duration) -> Result<Vec<Hanging>> {
        let began = Instant::now();
        loop {
            let left = self.hanging().await?;
            if left.is_empty() || began.elapsed() >= patience {
                self.desk.output.clear_status();
                return Ok(left);
            }
            self.desk.output.status(&format!("waiting for {} to end", left.len()));
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Hanging {
    fn of(it: &Subscription) -> Self {
        let grant = Grant::id_of(&it.environment, &it.source);
        Self {
            pair: (it.environment.clone(), it.source.clone()),
            subscription: Some(it.id.clone()),
            is_live: it.is_live(),
            row: vec![some(grant), some(&it.id), state(it), some(&it.consumer), some(&it.owner)],
        }
    }

    fn left_of(grant: &Grant) -> Self {
        Self {
            pair: (grant.environment.clone(), grant.source.clone()),
            subscription: None,
            is_live: false,
            row: vec![some(&grant.id), None, state(grant), None, None],
        }
    }
}
