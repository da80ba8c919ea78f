//! One environment's access to one source, made what the living subscriptions say: its user there, its rights, its secret.
//!
//! Nothing is granted by an order: what is desired is derived from the subscriptions, what is there is looked at, and the difference
//! is applied, whatever made it: an approval, an end, a rotation, a crash, somebody else's hand. [`Step::ALL`] is the one list of
//! what is done, for a state machine and for [`Grants::reconcile`] alike; between two steps nothing is remembered but the
//! register, the keeper of secrets and the source itself, so each may be repeated, and the next may be another process's. Only
//! what a [`Survey`] has seen is handed on, to the plan, since whoever reaches a source writes no register.
//!
//! The order is what makes a crash harmless: a password is kept before the source is told of it, tried before it is in force, and
//! in force before anybody is told to use it. Not here: who decides what is granted (`share`), how users are spelled
//! ([`connector_core::Users`]), how secrets are kept (`secrets`).

mod applying;
mod assuming;
mod athena;
mod bus;
#[cfg(feature = "workflow")]
mod catalogue;
mod copying;
mod custom;
mod desired;
mod function;
#[cfg(feature = "workflow")]
mod glue;
#[cfg(feature = "workflow")]
mod grounds;
mod hooks;
mod intake;
mod looking;
mod machine;
mod mapped;
mod planning;
#[cfg(feature = "workflow")]
mod portal;
mod publishing;
mod recording;
mod reporting;
mod runner;
mod source;
mod step;
mod surveying;

use std::sync::Arc;
use std::time::Duration;

use connector_core::{Error, ErrorKind, Result};
use futures::FutureExt;

pub use self::athena::Athena;
pub use self::bus::{Added, Bus, Changed, Closed, Expiring, News, Waiting};
pub use self::function::Function;
#[cfg(feature = "workflow")]
pub use self::grounds::Roles;
pub use self::hooks::{Grounds, Ways};
pub use self::machine::KEEPER;
#[cfg(feature = "workflow")]
pub use self::portal::DataZone;
pub use self::runner::{Reconciled, is_transient};
pub use self::source::user_of;
pub use self::step::{Step, Task};
pub use self::surveying::Survey;
use crate::config::SecretsConfig;
use crate::register::{Act, Grant, GrantState, Lease, Register, Source, Time, Write};
use crate::secrets::{Keeper, Names, Redactor};
use crate::share::Share;
use crate::share::datazone::Portal;

/// What was read or done, if what it is about is there.
fn there<T>(done: Result<T>) -> Result<Option<T>> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

/// How long things may take, and how often they are looked at.
#[derive(Clone, Debug)]
pub struct Timing {
    /// How long a step may take before another worker may believe that its worker is gone.
    pub lease: Duration,
    /// How long the user of the generation before stays after a rotation: longer than a query runs and a secret is remembered.
    pub grace: Duration,
    /// How often a grant that should not have changed is looked at.
    pub check_every: Duration,
    /// How long sessions that were told to end may take.
    pub patience: Duration,
    /// The first pause between two walks; each further one is twice as long.
    pub pause: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(5),
            // A Lambda reads for a quarter of an hour at most, and remembers a secret for a minute.
            grace: Duration::from_mins(20),
            check_every: Duration::from_hours(1),
            patience: Duration::from_mins(1),
            pause: Duration::from_millis(100),
        }
    }
}

/// What grants are made with.
#[derive(Clone)]
pub struct Grants {
    register: Register,
    keeper: Arc<dyn Keeper>,
    /// Where the keeper's secrets are read by whoever queries, and those of administrators by us.
    secrets: SecretsConfig,
    /// Where administrators' secrets are that the keeper does not keep.
    elsewhere: SecretsConfig,
    names: Names,
    /// What tells this register's users from those of another at the same source.
    domain: String,
    timing: Timing,
    /// Who is told how far it is, where it was asked for.
    portal: Option<Arc<dyn Portal>>,
    /// Where whoever queries finds what is granted, on AWS.
    athena: Option<Athena>,
    /// The accounts whose secrets are read as copies in our own.
    copied_from: Vec<String>,
}

impl Grants {
    /// Grants of the register `domain`, whose secrets `keeper` keeps and `secrets` reads.
    pub fn new(
        register: Register,
        keeper: Arc<dyn Keeper>,
        secrets: SecretsConfig,
        names: Names,
        domain: &str,
        timing: Timing,
    ) -> Self {
        let (elsewhere, domain, copied_from) = (secrets.clone(), domain.into(), Vec::new());
        let (portal, athena) = (None, None);
        Self { register, keeper, secrets, elsewhere, names, domain, timing, portal, athena, copied_from }
    }

    /// The same, which tells whoever asked in DataZone.
    #[must_use]
    pub fn with_portal(self, portal: Arc<dyn Portal>) -> Self {
        Self { portal: Some(portal), ..self }
    }

    /// The same, with what is granted listed in Athena.
    #[must_use]
    pub fn listed_in(self, athena: Athena) -> Self {
        Self { athena: Some(athena), ..self }
    }

    /// The same, which reads copies in its own account of what these accounts keep.
    #[must_use]
    pub fn reading_copies_of(self, accounts: Vec<String>) -> Self {
        Self { copied_from: accounts, ..self }
    }

    /// The same, with administrators' secrets that the keeper does not keep read elsewhere.
    #[must_use]
    pub fn with_administrators(self, elsewhere: SecretsConfig) -> Self {
        Self { elsewhere, ..self }
    }

    /// The user that an environment has at a source in a generation; each has the other of two.
    pub fn user(&self, grant: &Grant, generation: u64) -> String {
        source::user(&self.domain, &grant.environment, &grant.source, generation)
    }

    /// Does one step of a task; what the survey of its walk has seen is for the plan.
    ///
    /// Errors: conflict, if somebody else has taken the task over; those of the step.
    pub async fn step(&self, step: Step, task: &Task, survey: Option<&Survey>) -> Result<Option<Survey>> {
        let done = match step {
            Step::Intake => self.intake(task).await,
            Step::Lease => self.lease(task).await,
            Step::Survey => return self.told(step, task, self.survey(task).await).await.map(Some),
            Step::Plan => self.plan(task, survey).await,
            Step::Apply => self.apply(task).await,
            Step::Publish => self.publish(task).await,
            Step::Verify => self.verify(task).await,
            Step::Record => self.record(task).await,
            Step::Report => self.report(task).await,
        };
        self.told(step, task, done).await.map(|()| None)
    }

    /// The same, with a failure told as that of the step and without a secret.
    async fn told<T>(&self, step: Step, task: &Task, done: Result<T>) -> Result<T> {
        match done {
            Ok(done) => Ok(done),
            Err(error) => {
                let clean = self.redactor(task).await.clean_error(&error);
                Err(clean.context(format!("{} of grant {}", step.name(), task.grant())))
            }
        }
    }

    /// What takes the passwords that a step may have had in hand out of what others say of it: a server quotes statements.
    async fn redactor(&self, task: &Task) -> Redactor {
        let mut redactor = Redactor::default();
        let (Ok(name), Ok(Some(read))) = (self.secret(task), self.register.find::<Grant>(&task.grant()).await) else {
            return redactor;
        };
        let last = read.record.generation;
        for generation in last.saturating_sub(1)..=last {
            // What cannot be read now could not be read then.
            if let Ok(Some(text)) = self.keeper.read(&name, generation).await {
                redactor.learn(&text);
            }
        }
        redactor
    }

    /// Has a record to work on, and hears of what has ended meanwhile.
    async fn intake(&self, task: &Task) -> Result<()> {
        if let Some(portal) = &self.portal {
            let share = Share::new(self.register.clone());
            let asked = share.ask_after(portal.as_ref(), &task.environment, &task.source, &task.cause).await;
            // What is granted can be looked after without.
            asked.unwrap_or_else(|error| tracing::warn!(grant = task.grant(), "asking DataZone: {error}"));
        }
        let (register, act) = (&self.register, Self::act(task, "grant begin", None));
        let decided = register.decide(&act, || {
            async move {
                let found = register.find::<Grant>(&task.grant()).await?;
                let new = Grant::new(&task.environment, &task.source);
                Ok((if found.is_some() { Vec::new() } else { vec![Write::create(&new)?] }, ()))
            }
            .boxed()
        });
        decided.await.map(|_| ())
    }

    /// Takes the grant for this task alone.
    ///
    /// Errors: throttled, while another holds it.
    async fn lease(&self, task: &Task) -> Result<()> {
        let until = self.register.now().after(self.timing.lease);
        self.write(task, "grant lease", None, |grant, now| {
            if let Some(Lease { holder, until }) = grant.lease.as_ref().filter(|lease| lease.until > now)
                && *holder != task.holder
            {
                let told = format!("grant {} is being worked on by {holder} until {until}", grant.id);
                return Err(Error::new(ErrorKind::Throttled, told).hint("wait until it is done"));
            }
            Ok(Grant { lease: Some(Lease { holder: task.holder.clone(), until }), ..grant.clone() })
        })
        .await
    }

    /// The grant, if this task still holds it.
    async fn held(&self, task: &Task) -> Result<Grant> {
        let grant = self.register.get::<Grant>(&task.grant()).await?.record;
        is_held(&grant, task).map(|()| grant)
    }

    /// Changes the grant, which this task must hold; one that stays as it is is not written.
    async fn change(
        &self,
        task: &Task,
        verb: &str,
        reason: Option<String>,
        make: impl Fn(&Grant, Time) -> Grant + Send + Sync,
    ) -> Result<()> {
        self.write(task, verb, reason, |grant, now| is_held(grant, task).map(|()| make(grant, now))).await
    }

    async fn write(
        &self,
        task: &Task,
        verb: &str,
        reason: Option<String>,
        make: impl Fn(&Grant, Time) -> Result<Grant> + Send + Sync,
    ) -> Result<()> {
        let (register, act, make) = (&self.register, Self::act(task, verb, reason), &make);
        let decided = register.decide(&act, || {
            async move {
                let read = register.get::<Grant>(&task.grant()).await?;
                let new = make(&read.record, register.now())?;
                Ok((if new == read.record { Vec::new() } else { vec![Write::update(&read, &new)?] }, ()))
            }
            .boxed()
        });
        decided.await.map(|_| ())
    }

    fn act(task: &Task, verb: &str, reason: Option<String>) -> Act {
        let (actor, request) = ("glaux".into(), task.cause.clone());
        Act { actor, on_behalf_of: None, verb: verb.into(), reason, request }
    }

    /// The source of a task's grant, as the register has it.
    async fn source(&self, task: &Task) -> Result<source::Opened> {
        self.opened(self.register.get::<Source>(&task.source).await?.record).await
    }

    async fn opened(&self, source: Source) -> Result<source::Opened> {
        let is_ours = self.keeper.is_kept(&source.administrator).await?;
        let administrators = if is_ours { &self.secrets } else { &self.elsewhere };
        source::Opened::new(source, &self.secrets, administrators)
    }

    /// What the grant's secret is called.
    fn secret(&self, task: &Task) -> Result<String> {
        self.names.name(&task.environment, &task.source)
    }
}

fn is_held(grant: &Grant, task: &Task) -> Result<()> {
    match &grant.lease {
        Some(lease) if lease.holder == task.holder => Ok(()),
        _ => Err(Error::new(ErrorKind::Conflict, format!("grant {} was taken over by another worker", grant.id))
            .hint("it goes on there; look at it again")),
    }
}

/// Whether nothing is to be left of it.
fn is_to_go(grant: &Grant) -> bool {
    matches!(grant.state, GrantState::Removing | GrantState::Absent)
}
