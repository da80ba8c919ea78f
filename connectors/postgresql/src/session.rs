//! A driver's client and its wire, moved along by whoever waits for an answer.
//!
//! The driver wants its wire polled in a task of its own. Here the waiting side polls both, so that an answer wakes one task
//! and not two, nothing runs while nothing is asked, and dropping a session closes its socket at once. Not here: what is
//! asked.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use connector_core::{Error, Result, Silence};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use crate::connect::{Canceller, within};
use crate::error;
use crate::guard::Asked;

/// The wire: resolves when the connection ends.
pub(crate) type Driver = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

/// The wire of a session, and how it ended.
pub(crate) struct Link {
    driver: Option<Driver>,
    ended: Option<tokio_postgres::Error>,
}

/// A logged-in session.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) link: Link,
    /// An answer has begun and not been read to its end.
    pub(crate) busy: bool,
    pub(crate) canceller: Canceller,
    /// A cancel on its way.
    pub(crate) cancelling: Option<JoinHandle<()>>,
    /// Tells the guard beneath that something is asked, and how long the server may be silent about it.
    pub(crate) asked: watch::Sender<Asked>,
    pub(crate) silence: Silence,
}

/// What is waited for.
#[derive(Clone, Copy)]
pub(crate) enum Awaited {
    /// Rows of a table, which a view may take its time for.
    Rows,
    /// What a statement's columns would be, for which the driver looks types up.
    Description,
    /// Anything else.
    Answer,
}

impl Link {
    pub(crate) fn new(driver: Driver) -> Self {
        Self { driver: Some(driver), ended: None }
    }

    /// Polls `step`, and the wire for as long as `step` has to wait for it; nothing if it would wait for ever.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Option<T>> {
        if let Poll::Ready(done) = step(cx) {
            return Poll::Ready(Some(done));
        }
        let Some(driver) = self.driver.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(end) = driver.as_mut().poll(cx) {
            self.driver = None;
            self.ended = end.err();
        }
        // The wire may have handed something over before it had to wait or ended.
        match step(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.driver.is_none() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }

    /// What an error means; one that only says that the connection is closed is explained by how it ended.
    pub(crate) fn explain(&mut self, error: &tokio_postgres::Error) -> Error {
        match self.ended.take().filter(|_| error.is_closed()) {
            Some(end) => error::from_driver(&end),
            None => error::from_driver(error),
        }
    }

    /// Whether the connection has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.driver.is_none()
    }

    async fn drive<T>(&mut self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
        let mut work = pin!(work);
        match poll_fn(|cx| self.poll(cx, |cx| work.as_mut().poll(cx))).await {
            Some(Ok(done)) => Ok(done),
            Some(Err(error)) => Err(self.explain(&error)),
            None => Err(error::broken_session()),
        }
    }
}

/// How often a cancel is sent, and how long each may take to show. One that arrives before its statement does nothing.
const CANCELS: usize = 4;
const SHOWS: Duration = Duration::from_millis(400);

impl Session {
    /// Asks the server to stop what has begun, in the background.
    pub(crate) fn cancel(&mut self) {
        if self.cancelling.is_none() {
            self.cancelling = self.canceller.fire();
        }
    }

    /// Cancels what was not read to its end until the server is idle.
    pub(crate) async fn stop(&mut self) {
        for _ in 0..CANCELS {
            if self.busy {
                self.cancel();
            }
            let Some(cancelling) = self.cancelling.take() else { return };
            // Its own limit is within it.
            cancelling.await.unwrap_or(());
            // What the driver still holds of the old answer goes to nobody, and this is answered behind it.
            if within(Some(SHOWS), self.link.drive(self.client.batch_execute(""))).await.is_some() {
                return;
            }
        }
    }

    /// Marks the session as busy until the caller has read the whole answer.
    pub(crate) fn begin(&mut self, awaited: Awaited) -> Result<()> {
        if self.busy || self.link.driver.is_none() {
            return Err(error::broken_session());
        }
        self.busy = true;
        let silence = match awaited {
            Awaited::Rows => self.silence.rows,
            Awaited::Answer | Awaited::Description => self.silence.answer,
        };
        self.asked.send_replace(Asked { silence, looks_up: matches!(awaited, Awaited::Description) });
        Ok(())
    }

    /// Runs an exchange to its end.
    pub(crate) async fn run<'s, T, F>(&'s mut self, awaited: Awaited, work: impl FnOnce(&'s Client) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>>,
    {
        self.begin(awaited)?;
        let done = self.link.drive(work(&self.client)).await;
        self.busy = false;
        done
    }

    /// Asks with bound values, in one round trip and with binary results.
    pub(crate) async fn query(&mut self, sql: &str, values: &[(&(dyn ToSql + Sync), Type)]) -> Result<Vec<Row>> {
        self.run(Awaited::Answer, |client| client.query_typed(sql, values)).await
    }
}

/// A value of a row of metadata.
pub(crate) fn get<'r, T: tokio_postgres::types::FromSql<'r>>(row: &'r Row, name: &str) -> Result<T> {
    row.try_get(name).map_err(|error| Error::internal(format!("metadata column {name}: {error}")))
}
