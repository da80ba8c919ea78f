//! Where a verb is dealt with: the register it is about, who acts, and how the outcome is told.

use std::sync::Arc;

use connector_core::{Error, Result};

use super::cloud::Cloud;
use super::follow::PREFIX;
use super::near::{self, Named};
use super::{Common, place};
use crate::cli::input;
use crate::cli::output::{Done, Output};
use crate::cli::rows::{Format, listing};
use crate::config::SecretsConfig;
use crate::register::{Event, Project, ProjectState, Record, Register, Source};
use crate::secrets::{Keeper, Names};
use crate::share::{Caller, Share, Sight, actor_of};

/// A row of a listing.
pub type Row = Vec<Option<String>>;

/// What a verb works with.
pub struct Desk<'o> {
    /// The register, or a rehearsal of it.
    pub register: Register,
    /// What may be done with it.
    pub share: Share,
    /// Who does it.
    pub caller: Caller,
    /// What was said for all verbs.
    pub common: Common,
    /// Where things are told.
    pub output: &'o mut Output,
    opened: place::Opened,
}

impl<'o> Desk<'o> {
    /// Opens the register that was named; `command` is what was typed.
    pub async fn open(common: Common, command: &str, output: &'o mut Output) -> Result<Self> {
        Ok(Self::at(place::open(&common, false).await?, common, command, output))
    }

    /// Opens the register that was named, or begins one.
    pub async fn begin(common: Common, command: &str, output: &'o mut Output) -> Result<Self> {
        Ok(Self::at(place::open(&common, true).await?, common, command, output))
    }

    fn at(opened: place::Opened, common: Common, command: &str, output: &'o mut Output) -> Self {
        let register = if common.dry_run { opened.register.rehearsal() } else { opened.register.clone() };
        let caller = Caller { actor: opened.actor.clone(), request: command.to_owned() };
        let share = Share::new(register.clone());
        Self { register, share, caller, common, output, opened }
    }

    /// Where passwords are kept.
    pub fn keeper(&self) -> &dyn Keeper {
        self.opened.keeper.as_ref()
    }

    /// The same, for those who keep it.
    pub fn shared_keeper(&self) -> Arc<dyn Keeper> {
        Arc::clone(&self.opened.keeper)
    }

    /// How kept passwords are read.
    pub fn secrets(&self) -> &SecretsConfig {
        &self.opened.secrets
    }

    /// The deployment around the register, if it is on AWS.
    pub fn cloud(&self) -> Option<&Cloud> {
        self.opened.cloud.as_ref()
    }

    /// What the names of the secrets of grants begin with.
    pub fn prefix(&self) -> Result<&str> {
        self.cloud().map_or(Ok(PREFIX), |cloud| cloud.deployment.prefix())
    }

    /// What whoever reads calls the secret of a grant.
    pub fn secret_of(&self, environment: &str, source: &Source) -> Result<String> {
        match self.cloud() {
            Some(cloud) => Ok(cloud.place_of(source).secret(&cloud.names()?.name(environment, &source.id)?)),
            None => Names::new(PREFIX)?.name(environment, &source.id),
        }
    }

    /// Somebody as events name them, who may be named by an ARN as well.
    pub fn person(&self, named: String) -> Result<String> {
        if self.cloud().is_some() && named.starts_with("arn:") { actor_of(&named) } else { Ok(named) }
    }

    /// Errors: unsupported, of what is for the workflow alone where there is one.
    pub fn is_at_hand(&self, what: &str, instead: &str) -> Result<()> {
        match self.cloud() {
            None => Ok(()),
            Some(_) => Err(Error::unsupported(format!("{what}, which on AWS is not for the command line"))
                .hint(instead.to_owned())),
        }
    }

    /// What the caller may see.
    pub async fn sight(&self) -> Result<Sight> {
        self.share.sight(&self.caller).await
    }

    /// The project meant: the one that is named, or `--as`, or the only one in use that the caller owns.
    pub async fn project(&self, named: Option<String>) -> Result<String> {
        if let Some(project) = named.or_else(|| self.common.project.clone()) {
            return Ok(project);
        }
        let mut owned = Vec::new();
        for id in self.sight().await?.owned() {
            if self.register.get::<Project>(id).await?.record.state == ProjectState::Active {
                owned.push(id.to_owned());
            }
        }
        match owned.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Error::invalid(format!("{} owns no project", self.caller.actor))
                .hint("name one with --project, or add one: glaux project add NAME")),
            several => {
                Err(Error::invalid(format!("{} owns {several:?}", self.caller.actor))
                    .hint("say which with --as PROJECT"))
            }
        }
    }

    /// The outcome; of something that is not there, with what is called nearly so.
    pub async fn found<T>(&self, outcome: Result<T>, named: &[Named<'_>]) -> Result<T> {
        match outcome {
            Err(error) => Err(near::hinted(&self.register, &self.sight().await?, error, named).await?),
            done => done,
        }
    }

    /// Tells what was written.
    pub fn wrote(&mut self, events: &[Event]) -> Done {
        if events.is_empty() {
            self.output.note("nothing to change: it is so already");
            return Ok(());
        }
        let rows: Vec<Row> = events.iter().map(|event| told(event, self.common.dry_run)).collect();
        self.list(&["event", "verb", "record", "id", "version", "actor"], &rows)?;
        if self.common.dry_run {
            self.output.note("a dry run: nothing was written");
        }
        Ok(())
    }

    /// Tells what was written, and does at the databases what follows of it.
    pub async fn wrote_and_follow(&mut self, events: &[Event]) -> Done {
        self.wrote(events)?;
        self.output.flush()?;
        self.follow(events).await
    }

    /// Says that a list leaves out what is of projects that the caller is not in.
    pub fn hidden(&mut self, count: usize) {
        if count > 0 {
            self.output.note(&format!("left out: {count} of projects that {} is not in", self.caller.actor));
        }
    }

    /// Writes a list, all of it, before anything is said about it.
    pub fn list(&mut self, names: &[&str], rows: &[Row]) -> Done {
        self.output.whole(self.common.output, &listing(names, rows)?)?;
        self.output.flush()
    }

    /// Writes one thing: for a reader a line for each field that it has, for a program one row.
    pub fn show(&mut self, fields: &[(&str, Option<String>)]) -> Done {
        if self.common.output == Format::Table {
            let there = fields.iter().filter(|(_, value)| value.is_some());
            let rows: Vec<Row> = there.map(|(name, value)| vec![some(*name), value.clone()]).collect();
            return self.list(&["field", "value"], &rows);
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        self.list(&names, &[fields.iter().map(|(_, value)| value.clone()).collect()])
    }

    /// Asks before access is taken away, unless that was agreed to on the command line.
    ///
    /// Errors: invalid, where it is not agreed to or nobody can be asked.
    pub async fn agreed(&self, question: &str) -> Result<()> {
        if self.common.yes || self.common.dry_run || input::confirm(&format!("{question} [y/N] ")).await? {
            return Ok(());
        }
        Err(Error::invalid(format!("{question} That was not agreed to, so nothing was done"))
            .hint("say --yes, or look with --dry-run at what it would do"))
    }
}

/// A cell.
#[expect(clippy::unnecessary_wraps, reason = "others are empty")]
pub fn some(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}

/// A record's state, in the word that lists find it by.
pub fn state<R: Record>(record: &R) -> Option<String> {
    some(record.found_by().state)
}

/// A number that is not taken yet is not told.
fn told(event: &Event, is_dry: bool) -> Row {
    vec![
        (!is_dry).then(|| event.number.to_string()),
        some(&event.act.verb),
        some(&event.record.kind),
        some(&event.record.id),
        some(event.version.to_string()),
        some(&event.act.actor),
    ]
}
