//! A driver's connection on its thread, whole or gone: whoever asks has it until the answer is there to its end.
//!
//! Whatever lets go of an answer before leaves the session unusable; its thread closes the connection as soon as the driver
//! comes back from the server. Not here: what is asked.

use std::sync::Arc;
use std::time::Duration;

use connector_core::{Error, Result, Silence};
use futures::channel::oneshot;
use oracledb::ToDbValue;

use crate::bind::Parameter;
use crate::error;
use crate::thread::{Fate, Kept, Task, Worker, without_unwinding};

/// A logged-in session.
pub(crate) struct Session {
    worker: Worker<oracledb::Connection>,
    is_whole: bool,
    silence: Silence,
    time_limit: Option<Duration>,
    version: String,
    major: usize,
    release: usize,
}

/// A column of a query that was parsed and not run.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) label: String,
    pub(crate) type_name: String,
    pub(crate) precision: i16,
    pub(crate) scale: i16,
}

impl Told {
    fn of(metadata: &oracledb::Metadata) -> Self {
        Self {
            label: metadata.name().to_owned(),
            type_name: metadata.data_type(),
            precision: metadata.precision().into(),
            scale: metadata.scale().into(),
        }
    }
}

/// A row of metadata; a number is its digits.
pub(crate) type Row = Vec<Option<String>>;

impl Session {
    /// Logs in on a thread of its own; `log_in` runs there.
    pub(crate) async fn open(
        log_in: impl FnOnce() -> Result<oracledb::Connection> + Send + 'static,
        silence: Silence,
    ) -> Result<Self> {
        let worker = Worker::start()?;
        let (sender, receiver) = oneshot::channel();
        worker.give(Box::new(move |home: &mut Option<oracledb::Connection>| {
            let entered = log_in().and_then(|connection| {
                let version = connection.version().map_err(|error| error::from_driver(&error))?;
                *home = Some(connection);
                Ok(version)
            });
            // Nobody waits any more if it took too long.
            sender.send(entered).unwrap_or(());
        }))?;
        let version = worker.fate().or(receiver).await??;
        let (major, release) = (version.0, version.1);
        Ok(Self { worker, is_whole: true, silence, time_limit: None, version: version.to_string(), major, release })
    }

    /// The server's version, as it says itself.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether the server is of this version or a later one.
    pub(crate) fn is_at_least(&self, major: usize, release: usize) -> bool {
        (self.major, self.release) >= (major, release)
    }

    /// From now on no call waits for longer than this. The driver interrupts one that does; nothing else can, because it is
    /// the session's own thread that waits.
    pub(crate) fn limit(&mut self, time_limit: Option<Duration>) {
        self.time_limit = time_limit;
    }

    /// How long the server may be silent.
    pub(crate) fn silence(&self) -> Silence {
        let shorter = |silence: Option<Duration>| silence.into_iter().chain(self.time_limit).min();
        Silence { rows: shorter(self.silence.rows), answer: shorter(self.silence.answer) }
    }

    /// Gives the connection something to do, which leaves the session unusable until [`Session::settle`].
    pub(crate) fn begin(&mut self, task: Task<oracledb::Connection>) -> Result<Arc<Fate>> {
        if !std::mem::take(&mut self.is_whole) {
            return Err(error::broken_session());
        }
        self.worker.give(task)?;
        Ok(self.worker.fate())
    }

    /// Says whether the session may be used again.
    pub(crate) fn settle(&mut self, is_whole: bool) {
        self.is_whole = is_whole;
    }

    /// Asks the driver for something that is no table's rows.
    pub(crate) async fn ask<R: Send + 'static>(
        &mut self,
        work: impl FnOnce(&oracledb::Connection) -> Result<R, oracledb::Error> + Send + 'static,
    ) -> Result<R> {
        let (sender, receiver) = oneshot::channel();
        let silence = self.silence().answer;
        let fate = self.begin(Box::new(move |home| {
            let Some(connection) = home.as_ref() else { return };
            let done = connection.set_call_timeout(silence).and_then(|()| work(connection));
            let is_whole = done.as_ref().err().is_none_or(error::leaves_session_whole);
            sender.send((is_whole, done.map_err(|error| error::from_driver(&error)))).unwrap_or(());
            if !is_whole {
                *home = None;
            }
        }))?;
        let (is_whole, done) = fate.or(receiver).await?;
        self.settle(is_whole);
        done
    }

    /// Asks with bound values, and gives all rows of the answer.
    pub(crate) async fn query(&mut self, sql: String, values: Vec<Parameter>) -> Result<Vec<Row>> {
        self.ask(move |connection| rows(connection, &sql, &values, 1000)?.map(|row| texts(&row?)).collect()).await
    }

    /// Has the server parse a query, and tells what its columns would be; it is not run.
    pub(crate) async fn describe(&mut self, sql: String) -> Result<Vec<Told>> {
        let told = self.ask(move |connection| {
            let mut statement = connection.statement(&sql)?.exclude_from_cache().build()?;
            if !statement.is_query() || !statement.bind_names().is_empty() {
                return Ok(None);
            }
            without_unwinding(|| statement.ensure_fully_parsed())?;
            Ok(Some(statement.out_metadata().iter().map(Told::of).collect()))
        });
        told.await?.ok_or_else(|| {
            Error::invalid("the text is no query, or it has parameters")
                .hint("write one query with all its values in it")
        })
    }

    /// Runs statements that give no rows.
    pub(crate) async fn run(&mut self, statements: Vec<String>) -> Result<()> {
        self.ask(move |connection| {
            statements
                .iter()
                .try_for_each(|sql| connection.statement(sql)?.exclude_from_cache().build()?.execute(&[]).map(|_| ()))
        })
        .await
    }

    /// Runs a statement that changes something, and lets the change stay. It may take as long as a table's rows.
    pub(crate) async fn change(&mut self, sql: String) -> Result<()> {
        let silence = self.silence().rows;
        self.ask(move |connection| {
            connection.set_call_timeout(silence)?;
            connection.statement(&sql)?.exclude_from_cache().build()?.execute(&[])?;
            connection.commit()
        })
        .await
    }
}

/// Starts a query, whose rows come so many at a time. None comes along with the beginning, where the driver may not panic: what
/// it makes of values is left to the iterator.
pub(crate) fn rows(
    connection: &oracledb::Connection,
    sql: &str,
    values: &[Parameter],
    at_once: u32,
) -> Result<Kept<oracledb::Cursor>, oracledb::Error> {
    let values: Vec<&dyn ToDbValue> = values.iter().map(Parameter::value).collect();
    let statement = connection.statement(sql)?.exclude_from_cache().prefetch_rows(0).fetch_array_size(at_once);
    let statement = statement.build()?;
    without_unwinding(|| statement.query(&values)).map(Kept::new)
}

fn texts(row: &oracledb::Row) -> Result<Row, oracledb::Error> {
    (0..row.columns().len()).map(|column| row.get::<Option<String>>(column)).collect()
}
