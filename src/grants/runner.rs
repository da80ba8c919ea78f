//! Walks the steps on this machine, as a state machine would on AWS, and looks after what is due.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind, Result};
use uuid::Uuid;

use super::{Grants, Step, Task};
use crate::register::{By, Grant, Subscription, SubscriptionState, state_name};
use crate::share::{AHEAD, Caller, Share};

/// How often a walk is begun for one call, waiting for others left out.
pub(super) const WALKS: usize = 6;
/// Pauses grow no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a look after everything has done.
#[derive(Debug, Default)]
pub struct Reconciled {
    /// What was ended by the clock.
    pub ended: Vec<Subscription>,
    /// What ends soon, each told once for each time ahead.
    pub announced: Vec<Subscription>,
    /// Grants by id, as they are now or why they are not.
    pub grants: Vec<(String, Result<Grant>)>,
}

impl Grants {
    /// Makes an environment's access to a source what it should be, and waits for whoever else is at it.
    ///
    /// Errors: those of the steps, after some tries where trying again helps; the register keeps the last.
    pub async fn reconcile(&self, environment: &str, source: &str, cause: &str) -> Result<Grant> {
        let holder = format!("worker-{}", Uuid::new_v4().simple());
        let task = Task { environment: environment.into(), source: source.into(), holder, cause: cause.into() };
        let (mut walks, mut pause, started) = (0, self.timing.pause, Instant::now());
        while let Err((step, error)) = self.walk(&task).await {
            // Another is at it, and may be for as long as its lease.
            let is_busy = step == Step::Lease && error.kind() == ErrorKind::Throttled;
            walks += usize::from(!is_busy);
            let waits = if is_busy { started.elapsed() < 2 * self.timing.lease } else { is_transient(error.kind()) };
            if !waits || walks == WALKS {
                // Whoever has taken it over tells of it, too.
                self.fail(&task, &error).await.unwrap_or(());
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
        Ok(self.register.get::<Grant>(&task.grant()).await?.record)
    }

    async fn walk(&self, task: &Task) -> Result<(), (Step, Error)> {
        let mut survey = None;
        for step in Step::ALL {
            let seen = self.step(step, task, survey.as_ref()).await.map_err(|error| (step, error))?;
            survey = seen.or(survey);
        }
        Ok(())
    }

    /// Ends what is due, and makes everything what it should be that is not, or was not looked at for long.
    pub async fn look_after(&self, cause: &str) -> Result<Reconciled> {
        let (share, clock) = (Share::new(self.register.clone()), Caller::clock(cause));
        let ended = share.expire(&clock).await?;
        let announced = share.announce(&clock, &share.nearing(&AHEAD).await?).await?;
        let mut done = Reconciled { ended, announced, grants: Vec::new() };
        for (environment, source) in self.due().await? {
            let grant = self.reconcile(&environment, &source, cause).await;
            done.grants.push((Grant::id_of(&environment, &source), grant));
        }
        Ok(done)
    }

    /// Environments and sources that want to be looked at.
    pub(super) async fn due(&self) -> Result<BTreeSet<(String, String)>> {
        let now = self.register.now();
        let grants = self.register.list::<Grant>(&By::Due(now)).await?;
        let mut due: BTreeSet<(String, String)> =
            grants.into_iter().map(|read| (read.record.environment, read.record.source)).collect();
        for state in [SubscriptionState::Approved, SubscriptionState::Ending] {
            for read in self.register.list::<Subscription>(&By::State(state_name(&state))).await? {
                let id = Grant::id_of(&read.record.environment, &read.record.source);
                let grant = self.register.find::<Grant>(&id).await?;
                // What has gone wrong is tried again at a time of its own.
                let waits = |grant: Grant| grant.error.is_some() && grant.look_again.is_some_and(|time| time > now);
                if !grant.is_some_and(|grant| waits(grant.record)) {
                    due.insert((read.record.environment, read.record.source));
                }
            }
        }
        Ok(due)
    }
}

/// Whether the same may succeed where it did not.
pub fn is_transient(kind: ErrorKind) -> bool {
    use ErrorKind::{Conflict, Throttled, TimedOut, Unavailable};
    matches!(kind, Unavailable | Throttled | TimedOut | Conflict)
}
