//! The workflow's function on AWS: one step of the state machine per invocation, a batch of a queue whose events start it,
//! or a resource that CloudFormation asks for.
//!
//! The same program is deployed as each of three sides, and does what its own side may and nothing else. What it needs is made
//! when first used: a function that is asked for a step of the register has no reason to know Secrets Manager.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_trait::async_trait;
use connector_core::{Error, ErrorKind, Result, Secret};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::copying::Copying;
use super::intake::Event;
use super::machine::{Failure, Walk};
use super::mapped::PATIENCE;
use super::{Athena, Grants, Step, Survey, Task, Timing, Ways};
use crate::config::{Deployed, SecretsConfig, Side, WorkflowConfig};
use crate::register::{Dynamo, Register, SystemClock};
use crate::secrets::keeper::{Manager, ManagerSettings};
use crate::secrets::{Keeper, Names};
use crate::share::datazone::Portal;

/// What the machine asks once a step has failed for good; no step of a walk.
const FAIL: &str = "Fail";

/// What an invocation is answered by.
pub struct Function {
    pub(super) config: WorkflowConfig,
    grants: OnceCell<Grants>,
    pub(super) machine: OnceCell<aws_sdk_sfn::Client>,
    pub(super) portal: Option<Arc<dyn Portal>>,
    /// Where environments are, as far as hooks reach.
    pub(super) ways: Option<Arc<dyn Ways>>,
    /// How long the register was when DataZone's catalogue lacked nothing.
    pub(super) catalogued: AtomicU64,
    pub(super) patience: Duration,
    pub(super) stand_in: Option<String>,
}

/// What the state machine asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    step: String,
    task: Task,
    #[serde(default)]
    error: Option<Failure>,
    #[serde(default)]
    walk: usize,
    #[serde(default)]
    survey: Option<Survey>,
}

impl Function {
    /// As it is deployed; nothing is reached yet.
    ///
    /// Errors: invalid, for a prefix or a role that is none.
    pub fn new(config: WorkflowConfig) -> Result<Self> {
        original(&config, &Names::new(&config.prefix)?)?;
        athena(&config)?;
        Ok(Self {
            config,
            grants: OnceCell::new(),
            machine: OnceCell::new(),
            portal: None,
            ways: None,
            catalogued: AtomicU64::new(u64::MAX),
            patience: PATIENCE,
            stand_in: None,
        })
    }

    /// The same, which hears of what is decided in DataZone.
    #[must_use]
    pub fn with_portal(self, portal: Arc<dyn Portal>) -> Self {
        Self { portal: Some(portal), ..self }
    }

    /// The same, which reaches into the accounts of environments where hooks are asked for.
    #[must_use]
    pub fn with_ways(self, ways: Arc<dyn Ways>) -> Self {
        Self { ways: Some(ways), ..self }
    }

    /// The same, which gives up making a resource after this long.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, which also answers at URLs that begin with this: of what stands in for CloudFormation.
    #[must_use]
    pub fn answers_at(self, stand_in: &str) -> Self {
        Self { stand_in: Some(stand_in.into()), ..self }
    }

    /// Does what an invocation asks for: bytes in, bytes out.
    ///
    /// Errors: invalid, for an event of no known form; forbidden, for what another side may; those of the step.
    pub async fn handle(&self, event: &[u8]) -> Result<Vec<u8>> {
        // Boxed, since what a step awaits is deeper than a compiler likes to look.
        let answering = AssertUnwindSafe(self.answer(event).boxed()).catch_unwind();
        // A panic's text may hold anything.
        let answer = answering.await.unwrap_or_else(|_| Err(Error::internal("the function panicked")))?;
        serde_json::to_vec(&answer).map_err(|error| Error::internal("writing an answer as JSON").with_source(error))
    }

    async fn answer(&self, event: &[u8]) -> Result<Value> {
        let event: Value =
            serde_json::from_slice(event).map_err(|error| Error::invalid(format!("the event is no JSON: {error}")))?;
        if let Some(records) = event.get("Records") {
            self.may(Side::Governance, "a batch of events")?;
            return self.batch(records).await;
        }
        if event.get("ResponseURL").is_some() {
            return self.resource(&event).await;
        }
        // What EventBridge or its scheduler bring without a queue in between.
        if event.get("detail-type").is_some() {
            self.may(Side::Governance, "an event")?;
            let event = Event::deserialize(event)
                .map_err(|error| Error::invalid(format!("an event that is none of EventBridge: {error}")))?;
            return self.take_event(&event).await.map(|()| Value::Null);
        }
        let asked: Asked = serde_json::from_value(event).map_err(|error| {
            Error::invalid(format!(
                "the event is neither a step, nor an event, nor a batch of a queue, nor a resource: {error}"
            ))
        })?;
        match asked.step.as_str() {
            FAIL => self.fail(&asked.task, asked.error.as_ref(), asked.walk).await,
            name => answered(&self.step(name, &asked.task, asked.survey.as_ref()).await?),
        }
    }

    async fn step(&self, name: &str, task: &Task, survey: Option<&Survey>) -> Result<Option<Survey>> {
        let step = Step::named(name).ok_or_else(|| Error::invalid(format!("there is no step {name:?}")))?;
        self.may(step.side(), &format!("step {name}"))?;
        if let Deployed::Consumer { environment, .. } = &self.config.deployed
            && *environment != task.environment
        {
            let told = format!("step {name} of environment {}: this function is of {environment}", task.environment);
            return Err(Error::new(ErrorKind::Forbidden, told));
        }
        self.grants().await?.step(step, task, survey).await
    }

    /// Whether the walk begins anew; if not, what went wrong is written down.
    async fn fail(&self, task: &Task, failure: Option<&Failure>, number: usize) -> Result<Value> {
        self.may(Side::Governance, "a failure")?;
        let failure = failure.ok_or_else(|| Error::invalid("the event does not say what failed"))?;
        let walk = Walk::after(number, failure);
        if !walk.is_again() {
            match self.grants().await?.fail(task, &failure.error()).await {
                // Whoever has taken it over tells of it, too; and what has no record yet has nothing to tell by.
                Err(error) if !matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound) => return Err(error),
                _ => {}
            }
        }
        answered(&walk)
    }

    pub(super) fn may(&self, side: Side, what: &str) -> Result<()> {
        let own = self.config.deployed.side();
        if own == side {
            return Ok(());
        }
        let told = format!("{what} is for the {} side, and this function is of the {} side", side.name(), own.name());
        Err(Error::new(ErrorKind::Forbidden, told).hint("compare the state machine with how this function is deployed"))
    }

    pub(super) async fn grants(&self) -> Result<&Grants> {
        self.grants.get_or_try_init(|| self.opened()).await
    }

    async fn opened(&self) -> Result<Grants> {
        let WorkflowConfig { table, domain, prefix, aws, .. } = &self.config;
        let store = Dynamo::open(aws, table).await?;
        let register = Register::new(Arc::new(store), Arc::new(SystemClock));
        let names = Names::new(prefix)?;
        let secrets = SecretsConfig { aws: aws.clone(), ..SecretsConfig::default() };
        let keeper = keeper(&self.config, &names, &register)?;
        let grants = Grants::new(register, keeper, secrets, names, domain, Timing::default());
        let grants = match &self.config.deployed {
            Deployed::Consumer { copied_from, .. } => grants.reading_copies_of(copied_from.clone()),
            _ => grants,
        };
        let grants = match &self.portal {
            Some(portal) => grants.with_portal(portal.clone()),
            None => grants,
        };
        Ok(match athena(&self.config)? {
            Some(athena) => grants.listed_in(athena),
            None => grants,
        })
    }

    /// Each message of a queue for itself: those that fail come again, and the others do not.
    async fn batch(&self, records: &Value) -> Result<Value> {
        let records: Vec<Message> = serde_json::from_value(records.clone())
            .map_err(|error| Error::invalid(format!("the records are none of a queue: {error}")))?;
        let mut failures = Vec::new();
        for Message { message_id, body } in &records {
            if let Err(error) = self.take(body).await {
                tracing::error!(id = message_id, "{error}");
                failures.push(json!({"itemIdentifier": message_id}));
            }
        }
        Ok(json!({"batchItemFailures": failures}))
    }
}

fn answered(answer: &impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(|error| Error::internal("writing an answer as JSON").with_source(error))
}

/// A message of SQS.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    body: String,
}

fn keeper(config: &WorkflowConfig, names: &Names, register: &Register) -> Result<Arc<dyn Keeper>> {
    let Some((manager, settings)) = original(config, names)? else { return Ok(Arc::new(Nobody)) };
    let original: Arc<dyn Keeper> = Arc::new(manager);
    match &config.deployed {
        Deployed::Producer { copied_to, .. } if !copied_to.is_empty() => {
            let (register, accounts) = (register.clone(), copied_to.clone());
            let (aws, domain) = (config.aws.clone(), config.domain.clone());
            Ok(Arc::new(Copying { register, original, settings, accounts, aws, domain }))
        }
        _ => Ok(original),
    }
}

/// What keeps secrets beside their sources, and how.
fn original(config: &WorkflowConfig, names: &Names) -> Result<Option<(Manager, ManagerSettings)>> {
    let Deployed::Producer { role, key, window_days, .. } = &config.deployed else { return Ok(None) };
    let settings = ManagerSettings {
        names: names.clone(),
        keeper: role.parse()?,
        key: key.clone(),
        tags: Vec::new(),
        window_days: *window_days,
    };
    Ok(Some((Manager::new(&config.aws, settings.clone())?, settings)))
}

fn athena(config: &WorkflowConfig) -> Result<Option<Athena>> {
    match &config.deployed {
        Deployed::Consumer { environment, function: Some(function), is_qualified, .. } => {
            Athena::new(&config.aws, environment, function, *is_qualified).map(Some)
        }
        _ => Ok(None),
    }
}

/// Keeps no secrets, on a side that must not.
struct Nobody;

fn refused<T>(name: &str) -> Result<T> {
    Err(Error::new(ErrorKind::Forbidden, format!("secret {name:?} is kept by the producer side alone")))
}

#[async_trait]
impl Keeper for Nobody {
    async fn propose(&self, name: &str, _generation: u64, _text: &Secret) -> Result<()> {
        refused(name)
    }

    async fn read(&self, name: &str, _generation: u64) -> Result<Option<Secret>> {
        refused(name)
    }

    async fn promote(&self, name: &str, _generation: u64) -> Result<()> {
        refused(name)
    }

    async fn open_to(&self, name: &str, _reader: Option<&str>) -> Result<()> {
        refused(name)
    }

    async fn discard(&self, name: &str) -> Result<()> {
        refused(name)
    }

    async fn is_kept(&self, _name: &str) -> Result<bool> {
        Ok(false)
    }
}
