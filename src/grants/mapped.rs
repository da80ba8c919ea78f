//! A source's tables in AWS Glue as a resource of CloudFormation's, so that a product of Service Catalog's maps them.
//!
//! Whoever launches the product types a source and patterns, and is believed in nothing else: where the source is, of which engine
//! and who its administrator is stands in the register, whose project it must be in the product's own template, and where in Glue
//! its tables go in how this function is deployed.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connector_core::{Error, ErrorKind, Result, TableName};
use futures::FutureExt;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::Function;
use super::custom::Asked;
use crate::config::{Deployed, Side};
use crate::mapping::{Change, Glue, Outcome, Plan, Scope, Target, look, plan, removal, wanted};
use crate::register::{Source, SourceState};
use crate::secrets::policy::{Place, RoleArn};

/// How long it may take: the function stops after five minutes, and has to have answered by then.
pub(super) const PATIENCE: Duration = Duration::from_mins(4);
/// How much is told of what was left out.
const TOLD: usize = 1000;

/// What the product's template says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Said {
    #[serde(rename = "ServiceToken")]
    _function: IgnoredAny,
    #[serde(default, rename = "ServiceTimeout")]
    _timeout: IgnoredAny,
    /// Written into the template by whoever offers it.
    project: String,
    source: String,
    #[serde(default)]
    schema: String,
    #[serde(default)]
    table: String,
    /// Another value has it mapped again.
    #[serde(default, rename = "Again")]
    _again: IgnoredAny,
}

impl Said {
    fn read(properties: &Value) -> Result<Self> {
        Self::deserialize(properties).map_err(|error| Error::invalid(format!("the resource's properties: {error}")))
    }

    fn scope(&self) -> Scope {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        Scope { schema: given(&self.schema), table: given(&self.table) }
    }
}

impl Function {
    /// Does what CloudFormation asks for, and answers it there.
    pub(super) async fn resource(&self, event: &Value) -> Result<Value> {
        let region = self.config.aws.sdk().await.region().map_or("", |region| region.as_ref());
        let (asked, begun) = (Asked::read(event, region, self.stand_in.as_deref())?, AtomicBool::new(false));
        let doing = AssertUnwindSafe(self.made(&asked, &begun).boxed()).catch_unwind();
        let done = match tokio::time::timeout(self.patience, doing).await {
            Ok(Ok(done)) => done,
            // A panic's text may hold anything.
            Ok(Err(_)) => Err(Error::internal("the function panicked")),
            Err(_) => {
                let told = format!("it was not done within {} seconds", self.patience.as_secs());
                Err(Error::new(ErrorKind::TimedOut, told)
                    .hint("name a schema, or a pattern of tables, so that it is less"))
            }
        };
        if let Err(error) = &done {
            tracing::warn!("mapping for CloudFormation: {error}");
        }
        asked.answer(&done, begun.load(Ordering::Relaxed), &self.config.aws).await.map(|()| Value::Null)
    }

    async fn made(&self, asked: &Asked, begun: &AtomicBool) -> Result<Value> {
        if asked.request_type == "Delete" && asked.is_nothing() {
            return Ok(Value::Null);
        }
        self.may(Side::Producer, "a resource of CloudFormation")?;
        match asked.request_type.as_str() {
            "Create" => self.mapped(&Said::read(&asked.properties)?, None, begun).await,
            // What it was may be what another version took.
            "Update" => {
                let before = Said::read(&asked.before).ok();
                self.mapped(&Said::read(&asked.properties)?, before.as_ref(), begun).await
            }
            "Delete" => self.left(&Said::read(&asked.properties)?, None).await.map(|()| Value::Null),
            other => Err(Error::invalid(format!("CloudFormation asks for {other:?}, which is not known here"))),
        }
    }

    /// Maps what is said, and takes out what was said before and is no more.
    async fn mapped(&self, said: &Said, before: Option<&Said>, begun: &AtomicBool) -> Result<Value> {
        let source = self.own(said).await?;
        if source.state == SourceState::Retired {
            return Err(Error::new(ErrorKind::Conflict, format!("source {} is out of use", source.id)));
        }
        let (target, scope) = (self.target(&source)?, said.scope());
        let opened = self.grants().await?.opened(source.clone()).await?;
        let looked = look(opened.reads_as_administrator().await?.as_mut(), &scope, &mut |_| ()).await?;
        let mut todo = wanted(&source, &looked.tables, &target, None)?;
        let glue = Glue::new(&self.config.aws).await;
        let held = glue.held(&source, &target, None).await?;
        let has_looked = |name: &TableName| scope.has(name) && looked.is_known(name);
        todo.refused.extend(
            looked.failed.iter().map(|(name, error)| (name.clone(), Error::new(error.kind(), error.to_string()))),
        );
        let plan = plan(&source, todo, held, &has_looked, true);
        begun.store(true, Ordering::Relaxed);
        whole(glue.apply(&source, &plan, &mut |_| ()).await?)?;
        if let Some(before) = before {
            self.left(before, Some(said)).await?;
        }
        told(&plan, &target)
    }

    /// Takes out of Glue what was said, but for what still is.
    async fn left(&self, said: &Said, still: Option<&Said>) -> Result<()> {
        let source = match self.own(said).await {
            // What is refused was never mapped.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) => return Ok(()),
            source => source?,
        };
        let (target, scope) = (self.target(&source)?, said.scope());
        let kept = still.filter(|still| still.source == said.source).map(Said::scope);
        let glue = Glue::new(&self.config.aws).await;
        let held = glue.held(&source, &target, None).await?;
        let is_left = |name: &TableName| scope.has(name) && !kept.as_ref().is_some_and(|kept| kept.has(name));
        let plan = removal(&source, held, &is_left);
        whole(glue.apply(&source, &plan, &mut |_| ()).await?)
    }

    /// The source, as the register has it.
    ///
    /// Errors: not found, for one that is not of the project; forbidden, for one that is in another account than this function.
    async fn own(&self, said: &Said) -> Result<Source> {
        let found = self.grants().await?.register.find::<Source>(&said.source).await?.map(|read| read.record);
        // Who has which sources is told to nobody else.
        let source = found.filter(|source| source.owner == said.project).ok_or_else(|| {
            Error::not_found(format!("project {} has no source {:?}", said.project, said.source))
                .hint("its owners see which it has: glaux source list")
        })?;
        let told = match (Place::of(&source.administrator), self.account()?) {
            (Some(place), own) if place.account() == own => return Ok(source),
            (Some(place), own) => format!("source {} is in account {}, not in {own}", source.id, place.account()),
            (None, _) => format!("the register does not say in which account source {} is", source.id),
        };
        Err(Error::new(ErrorKind::Forbidden, told).hint("it is mapped where it is: launch the product of that account"))
    }

    fn account(&self) -> Result<String> {
        match &self.config.deployed {
            Deployed::Producer { role, .. } => Ok(role.parse::<RoleArn>()?.account().to_owned()),
            _ => Err(Error::internal("only a producer is in an account with sources")),
        }
    }

    /// One database of Glue's a schema, which is called by the source too, so that no source's is another's.
    fn target(&self, source: &Source) -> Result<Target> {
        match &self.config.deployed {
            Deployed::Producer { maps_below: Some(prefix), .. } => {
                Ok(Target::Prefix(format!("{prefix}{}_", source.id)))
            }
            _ => Err(Error::new(ErrorKind::Forbidden, "this function maps nothing into Glue")
                .hint("give the stack of grants-producer a GlueDatabasePrefix")),
        }
    }
}

/// Errors: the first of those that Glue could not do.
fn whole(outcome: Outcome) -> Result<()> {
    let count = outcome.failed.len();
    match outcome.failed.into_iter().next() {
        None => Ok(()),
        Some((name, error)) if count == 1 => Err(error.context(format!("table {name}"))),
        Some((name, error)) => {
            Err(error.context(format!("{count} tables could not be done, the first of them {name}")))
        }
    }
}

/// What the stack says of itself.
///
/// Errors: the first, if nothing of what is there could be mapped.
fn told(plan: &Plan, target: &Target) -> Result<Value> {
    let written = plan.steps.iter().filter(|step| !matches!(step.change, Change::Gone | Change::Removed));
    let tables = plan.same + written.count();
    let left_out: Vec<String> = plan.refused.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    if let (0, Some(first)) = (tables, left_out.first()) {
        return Err(Error::unsupported(format!("nothing could be mapped; the first: {first}")));
    }
    let mut left_out = left_out.join("; ");
    if left_out.chars().count() > TOLD {
        left_out = left_out.chars().take(TOLD).chain(['…']).collect();
    }
    let (Target::Database(prefix) | Target::Prefix(prefix)) = target;
    let databases = format!("{}*", prefix.to_lowercase());
    Ok(json!({"Tables": tables.to_string(), "Databases": databases, "LeftOut": left_out}))
}
