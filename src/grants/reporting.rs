//! Whoever asked in DataZone is told how far it is.
//!
//! What is to be told follows from the register at any time, and what was told is kept there; so what is owed is never lost, and
//! the same is not told twice. That it cannot be told changes nothing of what is granted: it is told later.

use connector_core::{ErrorKind, Result};
use futures::FutureExt;

use super::{Grants, Task};
use crate::register::{
    Grant, Origin, Register, Report, Status, Subscription, SubscriptionState, Time, Told, Versioned, Write, pause,
};

/// How often one walk tells one grant, if its subscription changes at that moment.
const TIMES: usize = 3;

impl Grants {
    /// Tells what is owed. What cannot be told now is told with the next walk, for which a time is set.
    pub(super) async fn report(&self, task: &Task) -> Result<()> {
        let error = match self.register.find::<Grant>(&task.grant()).await? {
            Some(read) if self.portal.is_some() => read.record.error,
            _ => return Ok(()),
        };
        let owed = self.owed(task, error.as_deref()).await?;
        let mut failed = None;
        for (id, grant) in &owed {
            if let Err(error) = self.tell(task, id, grant, error.as_deref()).await {
                tracing::warn!(subscription = id, grant, "it cannot be told how far it is: {error}");
                failed = Some(error.to_string());
            }
        }
        if owed.is_empty() {
            return Ok(());
        }
        let is_told = failed.is_none();
        self.write(task, "grant report", failed, |grant, now| {
            let untold = if is_told { 0 } else { grant.untold + 1 };
            let mut reported = Grant { untold, ..grant.clone() };
            // Whoever works on it, or has failed at it, sets its time.
            if grant.lease.is_none() && grant.failures == 0 {
                reported.look_again = self.look_again(&reported, !is_told, now);
            }
            Ok(reported)
        })
        .await
    }

    /// Tells those who have not been told that it has begun. It is no matter if that cannot be told.
    pub(super) async fn report_begun(&self, environment: &str, source: &str) {
        let task = Task::looking(environment, source);
        let telling = async {
            for (id, grant) in self.owed(&task, None).await? {
                self.tell_if(&task, &id, &grant, None, &|before, next| {
                    before.is_none_or(|before| before.status.is_of_end() != next.status.is_of_end())
                })
                .await?;
            }
            Ok::<(), connector_core::Error>(())
        };
        if let Err(error) = telling.await {
            tracing::warn!(environment, source, "it cannot be told that it has begun: {error}");
        }
    }

    /// Which grants of which subscriptions have not been told what is so.
    async fn owed(&self, task: &Task, error: Option<&str>) -> Result<Vec<(String, String)>> {
        let wanted = self.wanted(task).await?;
        let owed = |read: &Versioned<Subscription>| -> Vec<(String, String)> {
            let owed = reports(&read.record).filter(|report| next(&read.record, report, error) != report.told);
            owed.map(|report| (read.record.id.clone(), report.grant.clone())).collect()
        };
        Ok(wanted.subscriptions.iter().flat_map(owed).collect())
    }

    async fn tell(&self, task: &Task, id: &str, grant: &str, error: Option<&str>) -> Result<()> {
        self.tell_if(task, id, grant, error, &|_, _| true).await
    }

    /// Tells a grant what is so, and again if that has changed meanwhile.
    async fn tell_if(
        &self,
        task: &Task,
        id: &str,
        grant: &str,
        error: Option<&str>,
        is_news: &(dyn Fn(Option<&Told>, &Told) -> bool + Sync),
    ) -> Result<()> {
        let Some(portal) = &self.portal else { return Ok(()) };
        for _ in 0..TIMES {
            let subscription = self.register.get::<Subscription>(id).await?.record;
            let Some(report) = reports(&subscription).find(|report| report.grant == grant) else { return Ok(()) };
            let told = match next(&subscription, report, error) {
                Some(told) if Some(&told) != report.told.as_ref() && is_news(report.told.as_ref(), &told) => told,
                _ => return Ok(()),
            };
            let refused = match portal.tell(grant, &report.asset, &told).await {
                Ok(()) => None,
                // It will not be heard later either.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Invalid) => {
                    Some(error.to_string())
                }
                Err(error) => return Err(error),
            };
            self.note_told(task, id, grant, &told, refused).await?;
        }
        Ok(())
    }

    async fn note_told(&self, task: &Task, id: &str, grant: &str, told: &Told, refused: Option<String>) -> Result<()> {
        let verb = if refused.is_some() { "sub report refused" } else { "sub report" };
        let (register, act) = (&self.register, Self::act(task, verb, refused));
        let decided = register.decide(&act, || noting(register, id, grant, told).boxed());
        decided.await.map(|_| ())
    }

    /// Whether somebody is still to be told what is so from now on.
    pub(super) fn owes<'s>(&self, mut all: impl Iterator<Item = &'s Subscription>, error: Option<&str>) -> bool {
        let owes = |one: &Subscription| reports(one).any(|report| next(one, report, error) != report.told);
        self.portal.is_some() && all.any(owes)
    }

    /// When a grant at rest is to be looked at: earlier, if somebody is still to be told.
    pub(super) fn look_again(&self, grant: &Grant, owes: bool, now: Time) -> Option<Time> {
        let rests = self.rests_until(grant, now);
        let tells = owes.then(|| now.after(pause(grant.untold.saturating_sub(1))));
        [rests, tells].into_iter().flatten().min()
    }
}

async fn noting(register: &Register, id: &str, grant: &str, told: &Told) -> Result<(Vec<Write>, ())> {
    let read = register.get::<Subscription>(id).await?;
    let mut noted = read.record.clone();
    let reports = noted.origin.iter_mut().flat_map(|Origin { reports, .. }| reports);
    reports.filter(|report| report.grant == grant).for_each(|report| report.told = Some(told.clone()));
    Ok((vec![Write::update(&read, &noted)?], ()))
}

fn reports(subscription: &Subscription) -> impl Iterator<Item = &Report> {
    subscription.origin.iter().flat_map(|origin| &origin.reports)
}

/// What a grant is to be told of its subscription, of which the last walk went wrong by `error`.
fn next(subscription: &Subscription, report: &Report, error: Option<&str>) -> Option<Told> {
    use SubscriptionState::{Active, Approved, Closed, Ending, Requested};
    let was_granted =
        report.told.as_ref().is_some_and(|told| told.status == Status::Granted || told.status.is_of_end());
    let (status, cause) = match subscription.state {
        Requested => return None,
        // Others of the same subscription are still there.
        Approved | Active if report.is_over => (Status::Revoked, None),
        Approved if error.is_some() => (Status::GrantFailed, error.map(Into::into)),
        Approved => (Status::GrantInProgress, None),
        Active => (Status::Granted, None),
        // It ended here before it was granted.
        Ending | Closed if !report.is_over && !was_granted => {
            let reason = subscription.reason.as_deref().unwrap_or("ended");
            (Status::GrantFailed, Some(format!("subscription {} is over: {reason}", subscription.id)))
        }
        Ending if error.is_some() => (Status::RevokeFailed, error.map(Into::into)),
        Ending => (Status::RevokeInProgress, None),
        Closed => (Status::Revoked, None),
    };
    Some(Told { status, cause })
}
