//! The state machine that walks the steps on AWS: what it is started with, and what it asks when a step has failed.
//!
//! `infra/grants.asl.json` is its definition. What it may decide is what Step Functions alone can: to wait, and to give up
//! waiting. Everything else it asks, and the tests below compare the rest with what is written here.

use connector_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::Task;
use super::runner::WALKS;
use crate::error::error_kind;
use crate::register::{Environment, Place as Where, Source, hash_of};
use crate::secrets::policy::Place;

/// What the functions are called in every account; an environment's has its name in place of the side's.
const FUNCTION: &str = "glaux-grants";
/// The role in a producer's account that may be assumed to invoke its function.
const INVOKES: &str = "glaux-grants-invoke";

/// The role of a producer's function, which keeps the secrets of grants, unless another is named.
pub const KEEPER: &str = "glaux-grants-producer";

/// What an execution is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    environment: String,
    source: String,
    cause: String,
    walk: Walk,
    producer: Deployment,
    consumer: Deployment,
}

/// A function, and the role by which it is invoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Deployment {
    function: String,
    role: String,
}

/// How often the steps have been begun, and whether they are once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Walk {
    number: usize,
    again: bool,
}

impl Input {
    /// For one environment and one source. A source that does not say where its administrator's secret is, is beside the machine.
    ///
    /// Errors: unsupported, for an environment that is not on AWS.
    pub fn new(environment: &Environment, source: &Source, cause: &str, machine: &str) -> Result<Self> {
        let Where::Aws(account) = &environment.place else {
            let told = format!("environment {} is on one machine, which no function reaches", environment.id);
            return Err(Error::unsupported(told).hint("reconcile it there"));
        };
        let wrong = |what: &str| Error::invalid(format!("{what:?} is not an ARN that tells a region and an account"));
        let own = Place::of(machine).ok_or_else(|| wrong(machine))?;
        let producer = Place::of(&source.administrator).unwrap_or_else(|| own.clone());
        let consumer = own.elsewhere(&account.region, &account.account)?;
        Ok(Self {
            environment: environment.id.clone(),
            source: source.id.clone(),
            cause: cause.into(),
            walk: Walk { number: 1, again: false },
            producer: Deployment {
                function: producer.function(&format!("{FUNCTION}-producer")),
                role: producer.role(INVOKES),
            },
            consumer: Deployment {
                function: consumer.function(&format!("{FUNCTION}-{}", environment.id)),
                role: account.role.clone(),
            },
        })
    }
}

/// What an execution is called: always the same for the same cause, so that it is walked once however often it is asked for.
pub fn execution_name(domain: &str, task: &Task) -> String {
    hash_of(&[domain, &task.environment, &task.source, &task.cause])
}

/// What Step Functions tells of a step that failed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Failure {
    error: String,
    #[serde(default)]
    cause: String,
}

/// What a function answers in place of a result.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    error_message: String,
}

impl Failure {
    /// As one of our own failures.
    pub fn error(&self) -> Error {
        let told = serde_json::from_str::<Answered>(&self.cause).map(|answered| answered.error_message);
        let kind = match self.error.as_str() {
            "States.Timeout" => ErrorKind::TimedOut,
            error => error_kind(error).unwrap_or(ErrorKind::Internal),
        };
        Error::new(kind, told.unwrap_or_else(|_| format!("{}: {}", self.error, self.cause)))
    }
}

impl Walk {
    /// What follows a failure: once more, where only somebody else's change was in the way. Everything else has been tried again
    /// by the machine itself, if trying again helps.
    pub fn after(number: usize, failure: &Failure) -> Self {
        let again = failure.error().kind() == ErrorKind::Conflict && number < WALKS;
        Self { number: number + 1, again }
    }

    /// Whether the steps are begun once more.
    pub fn is_again(self) -> bool {
        self.again
    }
}

#[cfg(test)]
mod tests;
