//! What CloudFormation is asked: what there is, what would change, to make it so, to delete it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::Builder;
use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::config::timeout::TimeoutConfig;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeSetStatus, ChangeSetType, Parameter, ResourceChange, Stack as Described,
};
use connector_core::{Error, ErrorKind, Result};
use uuid::Uuid;

use super::template::Kind;
use crate::config::{Aws, failure};

/// How often CloudFormation is asked how far it is; it allows few such calls.
pub(super) const PAUSE: Duration = Duration::from_secs(2);
/// A stand-in makes the whole stack before it answers, and would do so again for a call that is repeated.
const LIMIT: Duration = Duration::from_mins(2);
/// A change set takes seconds; with SAM's transform up to a minute.
const PATIENCE: Duration = Duration::from_mins(10);

/// The stacks of an account and region.
#[derive(Clone)]
pub struct Stacks {
    pub(super) client: Client,
}

/// A stack as it is.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// Its ARN, which goes on meaning it when it is deleted.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How far it is, in CloudFormation's word.
    pub status: String,
    /// What it was given, and what held in place of what it was not.
    pub parameters: BTreeMap<String, String>,
    /// What it says of itself.
    pub outputs: BTreeMap<String, String>,
    /// Whether CloudFormation was told not to delete it.
    pub is_protected: bool,
}

/// What a stack is to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// This.
    Value(String),
    /// What it has.
    Previous,
}

/// What would change.
#[derive(Clone, Debug)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// The stack's.
    pub stack: String,
    /// By resource; none, if nothing would.
    pub changes: Vec<Changed>,
    /// Whether the stack is there for the sake of this alone.
    is_first: bool,
}

/// What would become of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What would be done.
    pub action: String,
    /// Its name in the template.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Whether another would take its place, if that is told.
    pub replacement: Option<String>,
}

/// Something that a stack has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the template.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// What it is called.
    pub physical: String,
}

impl Stack {
    /// Of which template it is; none, if of none of ours.
    pub fn kind(&self) -> Option<Kind> {
        Kind::of(&self.parameters)
    }

    /// Whether nothing of it is there: it was never made, or taken back when it was first made.
    pub fn is_empty(&self) -> bool {
        ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"].contains(&self.status.as_str())
    }

    /// Whether CloudFormation is at it.
    pub fn is_busy(&self) -> bool {
        is_busy(&self.status)
    }

    /// A parameter, if it is given and not empty.
    pub fn said(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Errors: conflict, unless it can be changed as it is.
    fn is_changeable(&self) -> Result<()> {
        let stack = &self.name;
        let hint = match self.status.as_str() {
            _ if self.is_busy() => format!("follow it, and ask again: glaux deploy follow --stack {stack}"),
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => {
                format!("what was left of it has to go first: glaux deploy destroy --stack {stack}")
            }
            "UPDATE_ROLLBACK_FAILED" => {
                format!("mend what it says, then: aws cloudformation continue-update-rollback --stack-name {stack}")
            }
            _ => return Ok(()),
        };
        let told = format!("stack {stack} is in state {}, in which it takes no change", self.status);
        Err(Error::new(ErrorKind::Conflict, told).hint(hint))
    }
}

pub(super) fn is_busy(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"
}

impl Stacks {
    /// Those that `aws` leads to.
    pub async fn new(aws: &Aws) -> Self {
        let limits = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(LIMIT)
            .operation_timeout(LIMIT);
        Self { client: Client::from_conf(Builder::from(aws.sdk().await).timeout_config(limits.build()).build()) }
    }

    /// The stack of a name or an ARN, if there is one.
    pub async fn find(&self, name: &str) -> Result<Option<Stack>> {
        match self.client.describe_stacks().stack_name(name).send().await {
            Ok(told) => Ok(told.stacks().first().map(Stack::of)),
            // AWS has no code of its own for it.
            Err(error) if says(&error, "does not exist") => Ok(None),
            Err(error) => Err(failure(&format!("looking at stack {name}"), &error)),
        }
    }

    /// The stack of a name.
    ///
    /// Errors: not found.
    pub async fn get(&self, name: &str) -> Result<Stack> {
        self.find(name).await?.ok_or_else(|| {
            Error::not_found(format!("there is no stack {name}"))
                .hint("see which there are: aws cloudformation list-stacks; another region or account has others")
        })
    }

    /// All that are there.
    pub async fn all(&self) -> Result<Vec<Stack>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let told = self.client.describe_stacks().set_next_token(next).send().await;
            let told = told.map_err(|error| failure("looking at all stacks", &error))?;
            all.extend(told.stacks().iter().map(Stack::of));
            next = told.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// Has CloudFormation work out what would change, in a change set; none, if nothing would.
    ///
    /// Errors: conflict, if the stack is in no state to be changed; CloudFormation's own.
    pub async fn propose(
        &self,
        name: &str,
        there: Option<&Stack>,
        kind: Kind,
        given: &BTreeMap<String, Given>,
    ) -> Result<Option<ChangeSet>> {
        there.map_or(Ok(()), Stack::is_changeable)?;
        let is_new = there.is_none_or(|stack| stack.status == "REVIEW_IN_PROGRESS");
        let parameters = given.iter().map(|(name, given)| parameter(name, given)).collect();
        let asked = self
            .client
            .create_change_set()
            .stack_name(name)
            .change_set_name(format!("glaux-{}", Uuid::new_v4().simple()))
            .change_set_type(if is_new { ChangeSetType::Create } else { ChangeSetType::Update })
            .template_body(kind.body())
            .set_parameters(Some(parameters))
            .capabilities(Capability::CapabilityNamedIam)
            .send()
            .await;
        let made = match asked {
            Ok(made) => made,
            Err(error) if says(&error, UNCHANGED[1]) => return Ok(None),
            Err(error) => return Err(failure(&format!("asking what would change in stack {name}"), &error)),
        };
        let (id, stack) = (made.id.unwrap_or_default(), made.stack_id.unwrap_or_default());
        let set = ChangeSet { id, stack, changes: Vec::new(), is_first: there.is_none() };
        match self.awaited(&set).await {
            Ok(changes) => Ok(Some(ChangeSet { changes, ..set })),
            Err(Unready::Unchanged) => self.withdraw(&set).await.map(|()| None),
            Err(Unready::Failed(error)) => {
                // The reason is what counts.
                let _ = self.withdraw(&set).await;
                Err(error.context(format!("asking what would change in stack {name}")))
            }
        }
    }

    /// Waits until a change set is ready, and reads it.
    async fn awaited(&self, set: &ChangeSet) -> Result<Vec<Changed>, Unready> {
        let began = Instant::now();
        loop {
            let (status, reason, changes) = self.described(set).await?;
            match status {
                ChangeSetStatus::CreateComplete => return Ok(changes),
                ChangeSetStatus::Failed if UNCHANGED.iter().any(|text| reason.contains(text)) => {
                    return Err(Unready::Unchanged);
                }
                ChangeSetStatus::Failed => return Err(Error::invalid(reason).into()),
                _ if began.elapsed() > PATIENCE => {
                    return Err(Error::new(ErrorKind::TimedOut, "the change set does not become ready").into());
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn described(&self, set: &ChangeSet) -> Result<(ChangeSetStatus, String, Vec<Changed>)> {
        let (mut changes, mut next) = (Vec::new(), None);
        loop {
            let asked = self.client.describe_change_set().stack_name(&set.stack).change_set_name(&set.id);
            let told = asked.set_next_token(next).send().await;
            let told = told.map_err(|error| failure("reading the change set", &error))?;
            changes.extend(told.changes().iter().filter_map(Change::resource_change).map(Changed::of));
            next = told.next_token().map(str::to_owned);
            if next.is_none() {
                let status = told.status.unwrap_or(ChangeSetStatus::CreateInProgress);
                return Ok((status, told.status_reason.unwrap_or_default(), changes));
            }
        }
    }

    /// Takes a change set back, and the stack that was there for its sake alone.
    pub async fn withdraw(&self, set: &ChangeSet) -> Result<()> {
        if set.is_first {
            return self.delete(&set.stack).await;
        }
        let asked = self.client.delete_change_set().stack_name(&set.stack).change_set_name(&set.id);
        asked.send().await.map_err(|error| failure("deleting the change set", &error))?;
        Ok(())
    }

    /// Begins to make it so.
    pub async fn execute(&self, set: &ChangeSet) -> Result<()> {
        let asked = self.client.execute_change_set().stack_name(&set.stack).change_set_name(&set.id);
        let asked = asked.client_request_token(Uuid::new_v4().to_string());
        asked.send().await.map_err(|error| failure("executing the change set", &error))?;
        Ok(())
    }

    /// Begins to delete a stack, by its ARN.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let asked = self.client.delete_stack().stack_name(id).client_request_token(Uuid::new_v4().to_string());
        asked.send().await.map_err(|error| failure("deleting the stack", &error))?;
        Ok(())
    }

    /// What a stack has made.
    pub async fn resources(&self, id: &str) -> Result<Vec<Resource>> {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let told = self.client.list_stack_resources().stack_name(id).set_next_token(next).send().await;
            let told = told.map_err(|error| failure("listing what the stack has made", &error))?;
            all.extend(told.stack_resource_summaries().iter().map(|one| {
                let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                let (name, kind) = (text(one.logical_resource_id()), text(one.resource_type()));
                Resource { name, kind, physical: text(one.physical_resource_id()) }
            }));
            next = told.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(all);
            }
        }
    }
}

/// What CloudFormation says where nothing would change, as the reason of a change set that fails or of a call that does.
const UNCHANGED: [&str; 2] = ["didn't contain changes", "No updates are to be performed"];

/// Why a change set is not there.
enum Unready {
    Unchanged,
    Failed(Error),
}

impl From<Error> for Unready {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn says<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, text: &str) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::message).is_some_and(|told| told.contains(text))
}

fn parameter(name: &str, given: &Given) -> Parameter {
    let parameter = Parameter::builder().parameter_key(name);
    match given {
        Given::Value(value) => parameter.parameter_value(value),
        Given::Previous => parameter.use_previous_value(true),
    }
    .build()
}

impl Stack {
    fn of(told: &Described) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let parameters = told.parameters().iter().map(|one| (text(one.parameter_key()), text(one.parameter_value())));
        let outputs = told.outputs().iter().map(|one| (text(one.output_key()), text(one.output_value())));
        Self {
            id: text(told.stack_id()),
            name: text(told.stack_name()),
            status: told.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            parameters: parameters.collect(),
            outputs: outputs.collect(),
            is_protected: told.enable_termination_protection().unwrap_or_default(),
        }
    }
}

impl Changed {
    fn of(told: &ResourceChange) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            action: told.action().map(|action| action.as_str().to_lowercase()).unwrap_or_default(),
            name: text(told.logical_resource_id()),
            kind: text(told.resource_type()),
            replacement: told.replacement().map(|told| told.as_str().to_lowercase()),
        }
    }
}
