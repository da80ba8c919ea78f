//! What CloudFormation tells of a stack while it works on it, and how that ends.

use std::collections::BTreeSet;

use aws_sdk_cloudformation::primitives::DateTimeFormat;
use aws_sdk_cloudformation::types::StackEvent;
use connector_core::{Error, Result};

use super::stack::{PAUSE, Stacks, is_busy};
use crate::config::failure;

/// A failure that passes is looked past so often in a row: the stack goes on whoever looks.
const PATIENCE: usize = 5;

/// The state of a stack that is no more.
const GONE: &str = "DELETE_COMPLETE";

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    id: String,
    /// When, as hours, minutes and seconds in UTC.
    pub time: String,
    /// What became of it, in CloudFormation's word.
    pub status: String,
    /// The resource's name in the template, or the stack's.
    pub name: String,
    /// What it is called.
    pub physical: String,
    /// Its type.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Whether it is of the stack itself.
    is_whole: bool,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The stack's state.
    pub status: String,
    /// The first thing that went wrong, where something did.
    pub cause: Option<Event>,
    /// What was left where it is when the stack was deleted.
    pub kept: Vec<Event>,
}

impl Ending {
    /// Whether it is what was wanted.
    pub fn is_good(&self) -> bool {
        ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"].contains(&self.status.as_str())
    }

    /// What became of the stack, in words.
    pub fn told(&self, name: &str) -> String {
        match self.status.as_str() {
            "CREATE_COMPLETE" => format!("stack {name} is made"),
            "UPDATE_COMPLETE" => format!("stack {name} is changed"),
            "DELETE_COMPLETE" => format!("stack {name} is deleted"),
            "ROLLBACK_COMPLETE" => format!("stack {name} was not made; what there was of it was deleted again"),
            "UPDATE_ROLLBACK_COMPLETE" => format!("stack {name} was not changed; it is again as it was"),
            status => format!("stack {name} is left in state {status}"),
        }
    }
}

/// Reads the events of a stack as they come.
pub struct Follower<'s> {
    stacks: &'s Stacks,
    id: String,
    seen: BTreeSet<String>,
}

impl<'s> Follower<'s> {
    /// Of a stack, by its ARN, from now on.
    pub async fn new(stacks: &'s Stacks, id: &str) -> Result<Self> {
        let mut follower = Self { stacks, id: id.to_owned(), seen: BTreeSet::new() };
        follower.news().await?;
        Ok(follower)
    }

    /// Of what is going on with a stack, from its beginning.
    pub async fn from_beginning(stacks: &'s Stacks, id: &str) -> Result<Self> {
        let mut follower = Self::new(stacks, id).await?;
        let mut all = Self { stacks, id: id.to_owned(), seen: BTreeSet::new() }.news().await?;
        while let Some(event) = all.pop() {
            follower.seen.remove(&event.id);
            if event.is_whole
                && ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"].contains(&event.status.as_str())
            {
                break;
            }
        }
        Ok(follower)
    }

    /// Tells each event until CloudFormation is done with the stack.
    pub async fn follow(&mut self, told: &mut (dyn FnMut(&Event) + Send)) -> Result<Ending> {
        let (mut cause, mut kept, mut failures) = (None, Vec::new(), 0);
        loop {
            let news = match self.news().await {
                Err(error) if error.is_retryable() && failures < PATIENCE => {
                    failures += 1;
                    Vec::new()
                }
                news => {
                    failures = 0;
                    news?
                }
            };
            for event in news {
                told(&event);
                if event.is_whole && !is_busy(&event.status) && event.status != "REVIEW_IN_PROGRESS" {
                    let whole = (!event.reason.is_empty()).then(|| event.clone());
                    return Ok(Ending { status: event.status, cause: cause.or(whole), kept });
                }
                if event.is_cause() {
                    cause = cause.or(Some(event));
                } else if event.status == "DELETE_SKIPPED" {
                    kept.push(event);
                }
            }
            if self.is_gone().await {
                return Ok(Ending { status: GONE.into(), cause: None, kept });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether the stack is deleted, whatever events say of it.
    async fn is_gone(&self) -> bool {
        let found = self.stacks.find(&self.id).await;
        found.is_ok_and(|stack| stack.is_none_or(|stack| stack.status == GONE))
    }

    /// What is new, the oldest first.
    async fn news(&mut self) -> Result<Vec<Event>> {
        let (mut news, mut next) = (Vec::new(), None);
        loop {
            let asked = self.stacks.client.describe_stack_events().stack_name(&self.id).set_next_token(next);
            let told = asked.send().await;
            let told = told.map_err(|error| failure("reading the stack's events", &error))?;
            let count = news.len();
            for event in told.stack_events().iter().map(Event::of) {
                if self.seen.insert(event.id.clone()) {
                    news.push(event);
                }
            }
            next = told.next_token().map(str::to_owned);
            // The newest come first, so that behind a page with nothing new there is nothing new.
            if next.is_none() || news.len() == count {
                news.reverse();
                return Ok(news);
            }
        }
    }
}

impl Event {
    fn of(told: &StackEvent) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let time = told.timestamp().and_then(|time| time.fmt(DateTimeFormat::DateTime).ok()).unwrap_or_default();
        Self {
            id: text(told.event_id()),
            time: time.get(11..19).unwrap_or_default().to_owned(),
            status: told.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            name: text(told.logical_resource_id()),
            physical: text(told.physical_resource_id()),
            kind: text(told.resource_type()),
            reason: text(told.resource_status_reason()),
            is_whole: told.physical_resource_id() == told.stack_id(),
        }
    }

    /// Whether it went wrong by itself, and not because something else had.
    fn is_cause(&self) -> bool {
        self.status.ends_with("_FAILED") && !self.is_whole && !self.reason.contains("cancelled")
    }

    /// In a line.
    pub fn line(&self) -> String {
        let mut line = format!("{} {} {} {}", self.time, self.status, self.name, self.kind);
        if !self.reason.is_empty() {
            line += &format!(": {}", self.reason);
        }
        line
    }

    /// What went wrong, as an error.
    pub fn error(&self) -> Error {
        Error::invalid(format!("{} ({}): {}", self.name, self.kind, self.reason))
    }
}
