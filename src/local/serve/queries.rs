//! Queries under way: a task reads each, one batch ahead of its client, and says in the end what came of it.
//!
//! Whoever ends a query drops what it reads, and that stops it at its source: the client that goes away or asks to cancel, and the
//! server that stops.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_flight::error::FlightError;
use connector_core::{Error, Result};
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use tokio::sync::{mpsc, oneshot};
use tonic::Status;

use super::super::query::{Progress, Query, locked};
use super::super::report::ScanReport;
use super::metrics::{Metrics, add, kind_word};
use super::status::status;

/// Batches that wait for a client: with the one being sent and the one being read, three are in memory.
const AHEAD: usize = 1;

/// The queries of a server that send rows.
pub(super) struct Queries {
    metrics: Arc<Metrics>,
    running: Mutex<HashMap<String, oneshot::Sender<&'static str>>>,
}

/// What a client is sent. A channel that closes without an end is a failure, so that no part can pass for the whole.
enum Step {
    Batch(RecordBatch),
    Failed(Status),
    End,
}

/// How a query ended.
enum End {
    Done,
    Gone,
    Cancelled(&'static str),
    Failed(Error),
}

impl Queries {
    pub fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { metrics, running: Mutex::default() })
    }

    /// The rows of a query, which runs from now on until it is done, cancelled, or its rows are dropped.
    pub fn rows(
        self: &Arc<Self>,
        handle: String,
        query: Query,
    ) -> BoxStream<'static, Result<RecordBatch, FlightError>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let (cancel, cancelled) = oneshot::channel();
        let running = Running::begin(self.clone(), handle, cancel);
        tokio::spawn(async move {
            let (started, progress) = (Instant::now(), query.progress.clone());
            let mut rows = 0;
            let end = pump(query.batches, &sender, cancelled, &mut rows).await;
            running.queries.tell(&progress, rows, &end, started);
            let last = match end {
                End::Done => Step::End,
                End::Gone => return,
                End::Cancelled(reason) => Step::Failed(Status::cancelled(reason)),
                End::Failed(error) => Step::Failed(status(&error)),
            };
            // A client that is gone by now misses nothing.
            let _ = sender.send(last).await;
        });
        stream::unfold(Some(receiver), next).boxed()
    }

    /// Cancels the query whose handle stands in a client's message, and says whether there is one.
    ///
    /// A handle is 122 random bits, so it stands only where it is meant, however the message wraps it.
    pub fn cancel(&self, message: &[u8]) -> bool {
        let mut running = locked(&self.running);
        let named = running.keys().find(|handle| holds(message, handle)).cloned();
        named
            .and_then(|handle| running.remove(&handle))
            .is_some_and(|cancel| cancel.send("the query was cancelled").is_ok())
    }

    /// Ends every query.
    pub fn cancel_all(&self, reason: &'static str) {
        for (_, cancel) in locked(&self.running).drain() {
            // One that ended meanwhile needs no telling.
            let _ = cancel.send(reason);
        }
    }

    fn tell(&self, progress: &Progress, rows: u64, end: &End, started: Instant) {
        let report = progress.report();
        let sum = |of: fn(&ScanReport) -> u64| report.scans.iter().map(of).sum::<u64>();
        let count = |of: fn(&ScanReport) -> usize| report.scans.iter().map(of).sum::<usize>();
        let (bytes, splits) = (sum(|scan| scan.bytes_received), sum(|scan| scan.splits_read));
        let (outcome, error) = match end {
            End::Done => ("done", String::new()),
            End::Gone => ("client gone", String::new()),
            End::Cancelled(reason) => ("cancelled", (*reason).to_owned()),
            End::Failed(error) => (kind_word(error.kind()), error.to_string()),
        };
        add(&self.metrics.rows, rows);
        add(&self.metrics.bytes, bytes);
        add(&self.metrics.splits, splits);
        match end {
            End::Done => {}
            End::Gone | End::Cancelled(_) => add(&self.metrics.cancelled, 1),
            End::Failed(error) => self.metrics.failed(error.kind()),
        }
        // Conditions are counted and not shown: they hold values.
        tracing::info!(
            query = report.query_id,
            outcome,
            error,
            rows,
            source_rows = sum(|scan| scan.rows),
            bytes,
            splits,
            pushed = count(|scan| scan.asked.len()),
            kept = count(|scan| scan.evaluated.len()) + report.engine_filters.len(),
            milliseconds = started.elapsed().as_millis(),
            "query"
        );
        report.notes.iter().for_each(|note| tracing::warn!(query = report.query_id, note, "query"));
    }
}

/// Reads until an end; what is read is dropped before this returns, and with it what goes on at the source.
async fn pump(
    mut batches: BoxStream<'static, Result<RecordBatch>>,
    client: &mpsc::Sender<Step>,
    mut cancelled: oneshot::Receiver<&'static str>,
    rows: &mut u64,
) -> End {
    let stopped =
        |reason: Result<&'static str, oneshot::error::RecvError>| End::Cancelled(reason.unwrap_or("the server stops"));
    loop {
        let batch = tokio::select! {
            biased;
            reason = &mut cancelled => return stopped(reason),
            () = client.closed() => return End::Gone,
            batch = batches.next() => match batch {
                Some(Ok(batch)) => batch,
                Some(Err(error)) => return End::Failed(error),
                None => return End::Done,
            },
        };
        let count = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        tokio::select! {
            biased;
            reason = &mut cancelled => return stopped(reason),
            sent = client.send(Step::Batch(batch)) => match sent {
                Ok(()) => *rows += count,
                Err(_) => return End::Gone,
            },
        }
    }
}

type Rows = Option<mpsc::Receiver<Step>>;

async fn next(rows: Rows) -> Option<(Result<RecordBatch, FlightError>, Rows)> {
    let mut steps = rows?;
    match steps.recv().await {
        Some(Step::Batch(batch)) => Some((Ok(batch), Some(steps))),
        Some(Step::Failed(status)) => Some((Err(status.into()), None)),
        Some(Step::End) => None,
        None => Some((Err(Status::internal("the query broke off; the server's log may say why").into()), None)),
    }
}

/// Whether a handle stands in a message.
pub(super) fn holds(message: &[u8], handle: &str) -> bool {
    message.windows(handle.len()).any(|part| part == handle.as_bytes())
}

/// A query in the list of those that run, however it ends.
struct Running {
    queries: Arc<Queries>,
    handle: String,
}

impl Running {
    fn begin(queries: Arc<Queries>, handle: String, cancel: oneshot::Sender<&'static str>) -> Self {
        locked(&queries.running).insert(handle.clone(), cancel);
        add(&queries.metrics.active, 1);
        Self { queries, handle }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        locked(&self.queries.running).remove(&self.handle);
        self.queries.metrics.active.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rows_that_end_without_an_end_are_a_failure() {
        let (sender, receiver) = mpsc::channel(1);
        drop(sender);
        let (last, rest) = next(Some(receiver)).await.unwrap();
        assert!(last.is_err() && rest.is_none());
        let (sender, receiver) = mpsc::channel(1);
        sender.send(Step::End).await.unwrap();
        assert!(next(Some(receiver)).await.is_none());
    }
}
