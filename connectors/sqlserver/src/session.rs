//! A driver's client that is whole or gone: whoever asks takes it out, and puts it back once the answer is read to its end.
//!
//! Whatever lets go of an answer before, for any reason, drops the client and so closes its socket at once; the driver's own
//! way to cancel loses step with the server. Not here: what is asked.

use std::time::Duration;

use connector_core::{Result, Silence};
use tiberius::{FromSql, Row, ToSql};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use crate::connect::Client;
use crate::error;
use crate::options::Options;
use crate::wire::Patience;

/// A logged-in session.
pub(crate) struct Session {
    client: Option<Client>,
    patience: Patience,
    silence: Silence,
    query_timeout: Option<Duration>,
}

/// What is waited for.
#[derive(Clone, Copy)]
pub(crate) enum Awaited {
    /// Rows of a table, which a view may take its time for.
    Rows,
    /// Anything else.
    Answer,
}

impl Session {
    pub(crate) fn new(client: Client, patience: Patience, options: &Options) -> Self {
        let (silence, query_timeout) = (options.silence, options.query_timeout);
        Self { client: Some(client), patience, silence, query_timeout }
    }

    /// The client, for whoever asks something.
    pub(crate) fn take(&mut self, awaited: Awaited) -> Result<Client> {
        let client = self.client.take().ok_or_else(error::broken_session)?;
        self.patience.set(match awaited {
            Awaited::Rows => self.silence.rows,
            Awaited::Answer => self.silence.answer,
        });
        Ok(client)
    }

    /// Where the client belongs.
    pub(crate) fn home(&mut self) -> &mut Option<Client> {
        &mut self.client
    }

    /// How long a statement may take until its answer begins.
    pub(crate) fn query_timeout(&self) -> Option<Duration> {
        self.query_timeout
    }

    /// Asks with bound values, and gives all rows of the answer.
    pub(crate) async fn query(&mut self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Row>> {
        let mut client = self.take(Awaited::Answer)?;
        let asked = async { client.query(sql, values).await?.into_first_result().await };
        let answered = asked.with_subscriber(NoSubscriber::default()).await;
        self.settle(client, answered)
    }

    /// Runs statements that give no rows.
    pub(crate) async fn run(&mut self, awaited: Awaited, sql: &str) -> Result<()> {
        let mut client = self.take(awaited)?;
        let asked = async { client.simple_query(sql).await?.into_results().await };
        let answered = asked.with_subscriber(NoSubscriber::default()).await;
        self.settle(client, answered).map(|_| ())
    }

    fn settle<T>(&mut self, client: Client, answered: tiberius::Result<T>) -> Result<T> {
        if answered.as_ref().err().is_none_or(error::leaves_session_whole) {
            self.client = Some(client);
        }
        answered.map_err(|error| error::from_driver(&error))
    }
}

/// A value of a row of metadata; NULL is an error.
pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r Row, name: &'static str) -> Result<T> {
    maybe(row, name)?.ok_or_else(|| error::metadata(name, "is NULL"))
}

/// A value of a row of metadata that may be NULL.
pub(crate) fn maybe<'r, T: FromSql<'r>>(row: &'r Row, name: &'static str) -> Result<Option<T>> {
    row.try_get(name).map_err(|_| error::metadata(name, "is of an unexpected type"))
}
