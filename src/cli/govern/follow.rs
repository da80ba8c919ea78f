//! What follows at the databases of what was written in the register.

use std::collections::BTreeSet;
use std::time::Instant;

use connector_core::Result;

use super::desk::Desk;
use crate::cli::output::{Done, Failure, told};
use crate::cli::progress::time;
use crate::config::secrets_of_process;
use crate::grants::{Grants, Timing};
use crate::register::{Environment, Event, Grant, GrantState, Record, Register, Subscription};
use crate::secrets::Names;

/// What the names of grants' secrets begin with.
pub const PREFIX: &str = "glaux";

/// An environment and a source.
pub type Pair = (String, String);

impl Desk<'_> {
    /// Grants over the register, which may be a rehearsal of it.
    pub async fn grants(&self) -> Result<Grants> {
        if let Some(cloud) = self.cloud() {
            let (register, keeper, secrets) = (self.register.clone(), self.shared_keeper(), self.secrets().clone());
            let (names, domain) = (cloud.names()?, cloud.deployment.domain()?);
            return Ok(Grants::new(register, keeper, secrets, names, domain, Timing::default()));
        }
        let domain = self.register.origin().await?.unwrap_or_default();
        let (register, keeper, secrets) = (self.register.clone(), self.shared_keeper(), self.secrets().clone());
        let grants = Grants::new(register, keeper, secrets, Names::new(PREFIX)?, &domain, Timing::default());
        Ok(grants.with_administrators(secrets_of_process()?))
    }

    /// Makes the databases what the register says by now; in a dry run tells what would be run there.
    pub(super) async fn follow(&mut self, events: &[Event]) -> Done {
        let pairs = affected(&self.register, events).await?;
        Box::pin(self.carry_out(&pairs, events)).await
    }

    /// The same for these grants; `events` may be none, for what is asked for again.
    pub(super) async fn carry_out(&mut self, pairs: &BTreeSet<Pair>, events: &[Event]) -> Done {
        match (self.common.dry_run, self.cloud().is_some()) {
            (true, true) => self.preview_on_aws(pairs).await,
            (true, false) => self.preview(pairs).await,
            (false, true) => self.hand_over(pairs, events).await,
            (false, false) => self.reconcile(pairs).await,
        }
    }

    /// Makes these grants what they should be, and tells how each went.
    ///
    /// Errors: partly, if one did not go well; it is tried again by whoever looks next.
    pub(super) async fn reconcile(&mut self, pairs: &BTreeSet<Pair>) -> Done {
        let (grants, mut failed) = (self.grants().await?, false);
        for (environment, source) in pairs {
            let began = Instant::now();
            self.output.status(&format!("working on grant {}", Grant::id_of(environment, source)));
            match grants.reconcile(environment, source, &self.caller.request).await {
                Ok(grant) => {
                    let line = format!("{} ({})", describe(&grant), time(began.elapsed()));
                    self.output.note(&line);
                }
                Err(error) => {
                    failed = true;
                    let id = Grant::id_of(environment, source);
                    self.output.fault(&format!("grant {id} is not what it should be yet\n{}", told(&error)));
                    self.output.note("it is tried again by glaux worker, or now by glaux grant repair");
                }
            }
        }
        if failed { Err(Failure::Partly) } else { Ok(()) }
    }

    async fn preview(&mut self, pairs: &BTreeSet<Pair>) -> Done {
        let grants = self.grants().await?;
        for (environment, source) in pairs {
            let statements = grants.preview(environment, source).await?;
            for statement in statements {
                self.output.note(&format!("would be run at {source}: {statement}"));
            }
        }
        Ok(())
    }
}

/// How a grant is, in a line.
pub fn describe(grant: &Grant) -> String {
    let state = grant.found_by().state;
    let mut line = match grant.state {
        GrantState::Present => {
            format!("grant {} is {state}: {} readable, tried", grant.id, tables(grant.desired.len()))
        }
        GrantState::Absent => format!("grant {} is {state}: nothing is left at {}", grant.id, grant.source),
        _ => format!("grant {} is {state}", grant.id),
    };
    if let Some(error) = &grant.error {
        line += &format!("; {error}");
    }
    line
}

fn tables(count: usize) -> String {
    format!("{count} table{}", if count == 1 { "" } else { "s" })
}

/// Environments and sources that events are about.
async fn affected(register: &Register, events: &[Event]) -> Result<BTreeSet<Pair>> {
    let mut pairs = BTreeSet::new();
    for event in events {
        let id = &event.record.id;
        match event.record.kind.as_str() {
            Subscription::KIND => {
                let one = register.get::<Subscription>(id).await?.record;
                // Of one that was never granted there is nothing at the source.
                if !one.granted.is_empty() {
                    pairs.insert((one.environment, one.source));
                }
            }
            Environment::KIND => {
                let grants = register.list::<Grant>(&crate::register::By::Kind).await?;
                let of_environment = grants.into_iter().map(|read| read.record).filter(|one| one.environment == *id);
                pairs.extend(of_environment.map(|one| (one.environment, one.source)));
            }
            Grant::KIND => {
                let one = register.get::<Grant>(id).await?.record;
                pairs.insert((one.environment, one.source));
            }
            _ => {}
        }
    }
    Ok(pairs)
}
