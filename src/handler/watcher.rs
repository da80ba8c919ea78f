//! Whether Athena still wants an answer: one watcher a process, one call for all that is done for a query.
//!
//! Athena tells a function nothing when a query is cancelled or fails, so it is asked: after a second, and then less and less
//! often. Whoever plans or reads waits for the end of its query; of several that do, one asks. When a query is asked about next is kept
//! from one split to the next, so that a thousand short ones ask no more often than a long one: fewer than forty times in half
//! an hour, the longest that Athena gives a query.
//!
//! Not here: what is stopped at the source when the work is dropped (`sessions`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_sdk_athena::Client;
use aws_sdk_athena::config::retry::RetryConfig;
use aws_sdk_athena::types::QueryExecutionState;
use connector_core::{Error, ErrorKind, Result};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::config::{Aws, failure, timeouts};

/// Seconds between two calls, as AWS's own connectors pause; the last goes on for ever.
const PAUSES: [u64; 11] = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 60];

/// How long a call may take. A function without a way to Athena reads all the same.
const CALL: Duration = Duration::from_secs(10);

/// Queries whose pauses are remembered; a process serves few at a time.
const REMEMBERED: usize = 16;

/// Asks Athena about queries, where there is an Athena to ask.
pub(super) struct Watcher {
    athena: Option<Arc<Athena>>,
    queries: Mutex<Vec<(String, Arc<Watched>)>>,
}

struct Athena {
    aws: Aws,
    client: OnceCell<Client>,
    /// It has refused to answer us, whatever the query.
    is_refused: AtomicBool,
    has_complained: AtomicBool,
}

struct Watched {
    /// Whoever holds it is the one that asks.
    schedule: tokio::sync::Mutex<Schedule>,
    known: OnceLock<Known>,
}

/// When Athena is asked next.
struct Schedule {
    next: Instant,
    calls: usize,
}

/// What will not change any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Ended(Ended),
    /// Athena has no such query: somebody else calls this function.
    NotAthenas,
}

/// How a query ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Succeeded,
    Failed,
    Cancelled,
}

impl Ended {
    /// What is answered in place of rows: nobody reads it, and it must not look like an answer.
    fn error(self) -> Error {
        let how = match self {
            Self::Succeeded => "has succeeded without the rest of these rows",
            Self::Failed => "has failed",
            Self::Cancelled => "was cancelled",
        };
        Error::new(ErrorKind::Conflict, format!("the query {how}, so what was done for it was stopped at the source"))
    }
}

impl Schedule {
    fn new() -> Self {
        let mut schedule = Self { next: Instant::now(), calls: 0 };
        schedule.pause();
        schedule
    }

    /// Puts the next call off, by no process's pause exactly as long as another's.
    fn pause(&mut self) {
        let pause = PAUSES.get(self.calls).or(PAUSES.last()).copied().unwrap_or_default();
        self.calls += 1;
        let [random, ..] = uuid::Uuid::new_v4().into_bytes();
        self.next = Instant::now() + Duration::from_millis(pause * (750 + u64::from(random) * 500 / 256));
    }
}

impl Watched {
    fn new() -> Self {
        Self { schedule: tokio::sync::Mutex::new(Schedule::new()), known: OnceLock::new() }
    }
}

impl Watcher {
    pub(super) fn new(aws: Option<Aws>) -> Self {
        let athena = aws.map(|aws| {
            let (is_refused, has_complained) = (AtomicBool::new(false), AtomicBool::new(false));
            Arc::new(Athena { aws, client: OnceCell::new(), is_refused, has_complained })
        });
        Self { athena, queries: Mutex::default() }
    }

    /// The outcome of work for a query; an error as soon as Athena says that the query has ended, and the work is dropped.
    pub(super) async fn while_wanted<T>(&self, query_id: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            outcome = work => outcome,
            ended = self.ended(query_id) => Err(ended.error()),
        }
    }

    /// Waits until Athena says that a query has ended; for ever, if it cannot be asked.
    async fn ended(&self, query_id: &str) -> Ended {
        let Some(athena) = &self.athena else { return std::future::pending().await };
        let watched = self.watched(query_id);
        let mut schedule = watched.schedule.lock().await;
        loop {
            match watched.known.get() {
                Some(Known::Ended(ended)) => return *ended,
                None if !athena.is_refused.load(Ordering::Relaxed) => {}
                Some(Known::NotAthenas) | None => {
                    drop(schedule);
                    return std::future::pending().await;
                }
            }
            tokio::time::sleep_until(schedule.next).await;
            schedule.pause();
            // A task of its own: the read may be over first, and the next one wants to know all the same.
            let asking = athena.clone().ask(query_id.to_owned(), watched.clone());
            let is_throttled = tokio::spawn(asking).await.unwrap_or(false);
            if is_throttled {
                schedule.pause();
            }
        }
    }

    fn watched(&self, query_id: &str) -> Arc<Watched> {
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        let known = queries.iter().position(|(id, _)| id == query_id).map(|at| queries.remove(at));
        let (id, watched) = known.unwrap_or_else(|| (query_id.to_owned(), Arc::new(Watched::new())));
        if queries.len() >= REMEMBERED {
            queries.remove(0);
        }
        queries.push((id, watched.clone()));
        watched
    }
}

impl Athena {
    /// Asks about a query and keeps what will not change; tells whether it is asked too often.
    async fn ask(self: Arc<Self>, query_id: String, watched: Arc<Watched>) -> bool {
        let known = match Box::pin(self.state(&query_id)).await {
            Ok(known) => known,
            Err(error) => match error.kind() {
                ErrorKind::Throttled => return true,
                ErrorKind::Invalid | ErrorKind::NotFound => Some(Known::NotAthenas),
                kind => {
                    let is_refused = matches!(kind, ErrorKind::Forbidden | ErrorKind::Unauthenticated);
                    self.is_refused.fetch_or(is_refused, Ordering::Relaxed);
                    self.complain(&error);
                    None
                }
            },
        };
        if let Some(known) = known {
            watched.known.set(known).unwrap_or(());
        }
        false
    }

    async fn state(&self, query_id: &str) -> Result<Option<Known>> {
        let asked = Box::pin(self.client()).await.get_query_execution().query_execution_id(query_id).send().await;
        let answer = asked.map_err(|error| failure("asking Athena whether the query still runs", &error))?;
        let status = answer.query_execution.and_then(|execution| execution.status);
        Ok(match status.and_then(|status| status.state) {
            Some(QueryExecutionState::Succeeded) => Some(Known::Ended(Ended::Succeeded)),
            Some(QueryExecutionState::Failed) => Some(Known::Ended(Ended::Failed)),
            Some(QueryExecutionState::Cancelled) => Some(Known::Ended(Ended::Cancelled)),
            _ => None,
        })
    }

    async fn client(&self) -> &Client {
        let client = async {
            let config = aws_sdk_athena::config::Builder::from(self.aws.sdk().await)
                // The next pause is the retry.
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts(CALL));
            Client::from_conf(config.build())
        };
        Box::pin(self.client.get_or_init(|| client)).await
    }

    /// Says once that queries are not followed to their end, and what that means.
    fn complain(&self, error: &Error) {
        if !self.has_complained.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %error,
                "whether a query was cancelled cannot be asked, so its reads go on to their end; give the function's role \
                 athena:GetQueryExecution, and in a VPC a way to Athena"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn half_an_hour_of_splits_takes_fewer_than_fifty_calls() {
        let mut schedule = Schedule::new();
        let (mut calls, mut passed) = (0, Duration::ZERO);
        while passed < Duration::from_mins(30) {
            let before = Instant::now();
            schedule.pause();
            passed += schedule.next - before;
            calls += 1;
        }
        assert!((20..50).contains(&calls), "{calls} calls");
    }

    #[tokio::test]
    async fn few_queries_are_remembered_and_the_longest_unused_is_forgotten() {
        let watcher = Watcher::new(None);
        let first = watcher.watched("0");
        for number in 0..REMEMBERED {
            watcher.watched(&number.to_string());
        }
        assert!(Arc::ptr_eq(&first, &watcher.watched("0")), "asked about anew");
        for number in 0..REMEMBERED {
            watcher.watched(&format!("other {number}"));
        }
        assert_eq!(watcher.queries.lock().unwrap().len(), REMEMBERED);
        assert!(!Arc::ptr_eq(&first, &watcher.watched("0")));
    }
}
