//! A logged-in session: one exchange at a time, and none after one that broke off.
//!
//! Not here: what is asked (`connection.rs`, `catalog`, `reading.rs`), and what a row's bytes mean (`decode`).

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use connector_core::{Error, Result, Silence};
use connector_socket::within;
use postgres_types::{FromSql, Type};
use tokio::task::JoinHandle;

use crate::connect::Canceller;
use crate::error::{self, Limit, no_protocol};
use crate::follower::Follower;
use crate::message::{self, Bound, Field, Refusal, Rest, kind};
use crate::wire::Wire;

/// An answer that is held as a whole may take this much: some hundred thousand names.
const METADATA_BYTES: usize = 64 << 20;
/// How often a cancel is sent, and how long each may take to show. One that arrives before its statement does nothing.
const CANCELS: usize = 4;
const SHOWS: Duration = Duration::from_millis(400);

/// What is waited for.
#[derive(Clone, Copy)]
pub(crate) enum Awaited {
    /// Rows of a table, which a view may take its time for.
    Rows,
    /// Anything else.
    Answer,
}

/// A live session.
pub(crate) struct Session {
    wire: Wire,
    /// Answers that were asked for and not read to their end.
    due: usize,
    canceller: Canceller,
    /// A cancel on its way.
    cancelling: Option<JoinHandle<()>>,
    /// Whether one was ever sent: it may hit whatever comes next.
    cancelled: bool,
    silence: Silence,
    max_cell_bytes: usize,
    /// What stands in front of every statement that reads. The server plans each anew, so a text of its own costs nothing.
    mark: String,
}

/// A row of metadata.
pub(crate) struct Row {
    fields: Arc<[Field]>,
    body: Box<[u8]>,
}

/// A statement and its values.
pub(crate) type Question<'q> = (&'q str, &'q [Bound<'q>]);

/// All that one question is answered with.
#[derive(Default)]
struct Answer {
    rows: Vec<Row>,
    fields: Arc<[Field]>,
    /// How many values a described statement takes.
    parameters: u16,
    refusal: Option<Refusal>,
}

/// What has arrived of an answer of rows.
pub(crate) enum Arrived<'s> {
    /// A row.
    Row(&'s [u8]),
    /// Something around the rows, of this kind.
    Other(u8),
    /// Nothing; the answer has ended.
    End,
    /// Nothing yet.
    Nothing,
}

impl Session {
    pub(crate) fn new(wire: Wire, canceller: Canceller, silence: Silence, max_cell_bytes: usize) -> Self {
        let mark = String::new();
        Self { wire, due: 0, canceller, cancelling: None, cancelled: false, silence, max_cell_bytes, mark }
    }

    /// Puts a comment in front of what is read from now on.
    pub(crate) fn name(&mut self, mark: String) {
        self.mark = mark;
    }

    /// Asks the server to stop what has begun, in the background.
    pub(crate) fn cancel(&mut self) {
        self.cancelled = true;
        if self.cancelling.is_none() {
            self.cancelling = self.canceller.fire();
        }
    }

    /// Cancels what was not read to its end until the server is idle.
    pub(crate) async fn stop(&mut self) {
        for _ in 0..CANCELS {
            if self.is_busy() {
                self.cancel();
            }
            let Some(cancelling) = self.cancelling.take() else { return };
            // Its own limit is within it.
            cancelling.await.unwrap_or(());
            if within(Some(SHOWS), self.idle()).await.is_some() {
                return;
            }
        }
    }

    /// Waits until nothing is due, or until nothing can come any more.
    async fn idle(&mut self) {
        self.wire.discard();
        while self.due > 0 {
            match self.wire.message(|_| Ok(())).await {
                Ok(kind::READY) => self.due -= 1,
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Whether an answer has begun and not been read to its end.
    pub(crate) fn is_busy(&self) -> bool {
        self.due > 0
    }

    /// Runs statements, and drops what they answer with.
    pub(crate) async fn run(&mut self, awaited: Awaited, sql: &str) -> Result<()> {
        let mut out = BytesMut::new();
        message::statements(sql, &mut out)?;
        self.ask(awaited, &out, 1).await?;
        self.answer(false).await?.into_rows().map(|_| ())
    }

    /// Runs a statement and tells its rows as texts.
    pub(crate) async fn texts(&mut self, sql: &str) -> Result<Vec<connector_core::Row>> {
        let mut out = BytesMut::new();
        message::statements(sql, &mut out)?;
        self.ask(Awaited::Answer, &out, 1).await?;
        let rows = self.answer(true).await?.into_rows()?;
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        Ok(rows.iter().map(|row| (0..row.fields.len()).map(|index| row.cell(index).map(text)).collect()).collect())
    }

    /// Asks with bound values, in one round trip and with binary results, for rows that are few enough to be held.
    pub(crate) async fn query(&mut self, sql: &str, values: &[Bound<'_>]) -> Result<Vec<Row>> {
        let mut out = BytesMut::new();
        message::question(sql, values, &mut out)?;
        self.ask(Awaited::Answer, &out, 1).await?;
        self.answer(true).await?.into_rows()
    }

    /// Asks several questions as [`Session::query`] does, all in one round trip.
    pub(crate) async fn query_each(&mut self, questions: &[Question<'_>]) -> Result<Vec<Vec<Row>>> {
        let mut out = BytesMut::new();
        for (sql, values) in questions {
            message::question(sql, values, &mut out)?;
        }
        self.ask(Awaited::Answer, &out, questions.len()).await?;
        let mut answers = Vec::with_capacity(questions.len());
        for _ in questions {
            answers.push(self.answer(true).await?);
        }
        answers.into_iter().map(Answer::into_rows).collect()
    }

    /// Runs statements and asks questions behind them, all in one round trip. An error of the outer kind is of any but the last
    /// question.
    pub(crate) async fn run_and_query(
        &mut self,
        sql: &str,
        first: Question<'_>,
        last: Option<Question<'_>>,
    ) -> Result<Result<Vec<Row>>> {
        let mut out = BytesMut::new();
        message::statements(sql, &mut out)?;
        message::question(first.0, first.1, &mut out)?;
        if let Some((sql, values)) = last {
            message::question(sql, values, &mut out)?;
        }
        self.ask(Awaited::Answer, &out, 2 + usize::from(last.is_some())).await?;
        let (run, renamed) = (self.answer(false).await?, self.answer(false).await?);
        let told = if last.is_some() { self.answer(true).await? } else { Answer::default() };
        run.into_rows()?;
        renamed.into_rows()?;
        Ok(told.into_rows())
    }

    /// What a statement's columns would be, and how many values it takes; it is not run.
    pub(crate) async fn describe(&mut self, sql: &str) -> Result<(Arc<[Field]>, u16)> {
        let mut out = BytesMut::new();
        message::description(sql, &mut out)?;
        self.ask(Awaited::Answer, &out, 1).await?;
        let answer = self.answer(false).await?;
        match answer.refusal {
            Some(refusal) => Err(error::from_server(&refusal)),
            None => Ok((answer.fields, answer.parameters)),
        }
    }

    /// Starts a statement and tells what its columns are; its rows are due next. A server tells nothing before the first of
    /// them, for which a statement may run for long.
    pub(crate) async fn begin(&mut self, sql: &str, values: &[Bound<'_>]) -> Result<Vec<Field>> {
        let mut out = BytesMut::new();
        message::question(&format!("{}{sql}", self.mark), values, &mut out)?;
        self.ask(Awaited::Rows, &out, 1).await?;
        loop {
            match self.next().await? {
                kind::PARSED | kind::BOUND => {}
                kind::COLUMNS => return fields(&self.wire),
                kind::ERROR => return Err(self.refused().await),
                _ => return Err(no_protocol("there are no columns")),
            }
        }
    }

    /// The rows of the answer that has begun that have arrived, up to the first that `takes` does not want, by its length.
    pub(crate) fn rows(&mut self, mut takes: impl FnMut(usize) -> bool) -> Result<Vec<(&[u8], usize)>> {
        let limit = self.max_cell_bytes;
        self.wire.rows(|length| length <= limit && takes(length))
    }

    /// What has arrived of the answer that has begun.
    #[inline]
    pub(crate) fn arrived(&mut self, follower: &mut Follower) -> Result<Arrived<'_>> {
        match self.wire.arrived()? {
            Some(kind::DATA_ROW) => {
                let row = self.wire.body();
                follower.restart();
                if row.len() > self.max_cell_bytes {
                    follower.follow(row).map_err(|limit| limit.error())?;
                    follower.restart();
                }
                Ok(Arrived::Row(row))
            }
            Some(kind::READY) => {
                self.due = 0;
                Ok(Arrived::End)
            }
            Some(kind) => Ok(Arrived::Other(kind)),
            None => Ok(Arrived::Nothing),
        }
    }

    /// Waits for more of the answer that has begun.
    pub(crate) async fn more(&mut self, follower: &mut Follower) -> Result<()> {
        self.wire.more(|arrived| follower.follow(arrived)).await
    }

    /// Looks at what is around the rows; only an error is of interest there.
    pub(crate) async fn other(&mut self, kind: u8) -> Result<()> {
        match kind {
            kind::ERROR => Err(self.refused().await),
            kind::COMPLETE | kind::NOTICE | kind::NOTIFICATION | kind::PARAMETER => Ok(()),
            _ => Err(no_protocol("among the rows is something else")),
        }
    }

    /// Sends a question that is answered so many times.
    async fn ask(&mut self, awaited: Awaited, out: &[u8], answers: usize) -> Result<()> {
        if self.is_busy() || self.cancelled {
            return Err(error::broken_session());
        }
        self.due = answers;
        self.wire.allow_silence(match awaited {
            Awaited::Rows => self.silence.rows,
            Awaited::Answer => self.silence.answer,
        });
        self.wire.send(out).await
    }

    /// The whole answer to one question; an error of the outer kind breaks the session.
    async fn answer(&mut self, keeps_rows: bool) -> Result<Answer> {
        let mut answer = Answer::default();
        let mut held = 0;
        loop {
            match self.next().await {
                // A server that ends a session says so, and nothing behind it.
                Err(broken) => return Err(answer.refusal.map_or(broken, |refusal| error::from_server(&refusal))),
                Ok(kind::READY) => {
                    self.due -= 1;
                    return Ok(answer);
                }
                Ok(kind::ERROR) => {
                    answer.refusal.get_or_insert(Refusal::parse(self.wire.body()));
                }
                Ok(kind::COLUMNS) => answer.fields = fields(&self.wire)?.into(),
                Ok(kind::PARAMETERS) => answer.parameters = Rest(self.wire.body()).u16().unwrap_or_default(),
                Ok(kind::DATA_ROW) if keeps_rows => {
                    held += self.wire.body().len() + size_of::<Row>();
                    if held > METADATA_BYTES {
                        return Err(Limit::Metadata.error());
                    }
                    answer.rows.push(Row::new(&answer.fields, self.wire.body())?);
                }
                Ok(kind::DATA_ROW | kind::PARSED | kind::BOUND | kind::COMPLETE | kind::EMPTY | kind::NO_DATA) => {}
                Ok(_) => return Err(no_protocol("a statement is answered with something else")),
            }
        }
    }

    /// The kind of the next message but those that a server sends when it likes. Notices are dropped: what a view's functions
    /// have to say may hold data.
    async fn next(&mut self) -> Result<u8> {
        loop {
            let refuse = |arrived: &[u8]| if arrived.len() > METADATA_BYTES { Err(Limit::Metadata) } else { Ok(()) };
            match self.wire.message(refuse).await? {
                kind::NOTICE | kind::NOTIFICATION | kind::PARAMETER => {}
                kind => return Ok(kind),
            }
        }
    }

    /// The error that has just arrived. One that leaves the session in order is followed by the end of the answer.
    async fn refused(&mut self) -> Error {
        let refusal = Refusal::parse(self.wire.body());
        while let Ok(kind) = self.next().await {
            if kind == kind::READY {
                self.due = 0;
                break;
            }
        }
        error::from_server(&refusal)
    }
}

fn fields(wire: &Wire) -> Result<Vec<Field>> {
    message::fields(wire.body()).ok_or_else(|| no_protocol("a column is not described"))
}

impl Answer {
    fn into_rows(self) -> Result<Vec<Row>> {
        match self.refusal {
            Some(refusal) => Err(error::from_server(&refusal)),
            None => Ok(self.rows),
        }
    }
}

impl Row {
    fn new(fields: &Arc<[Field]>, body: &[u8]) -> Result<Self> {
        let is_whole = message::cells(body, fields.len()).all(|cell| cell.is_ok());
        let row = || Self { fields: Arc::clone(fields), body: body.into() };
        is_whole.then(row).ok_or_else(|| Limit::Framing.error())
    }

    fn cell(&self, index: usize) -> Option<&[u8]> {
        message::cells(&self.body, self.fields.len()).nth(index).and_then(Result::ok).flatten()
    }
}

/// A value of a row of metadata.
pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T> {
    let wrong = |what: &str| Error::internal(format!("metadata column {name}: {what}"));
    let index = row.fields.iter().position(|field| field.name == name).ok_or_else(|| wrong("there is none"))?;
    let of = row.fields.get(index).and_then(|field| Type::from_oid(field.oid)).unwrap_or(Type::UNKNOWN);
    if !T::accepts(&of) {
        return Err(wrong(&format!("it is of type {of}")));
    }
    T::from_sql_nullable(&of, row.cell(index)).map_err(|error| wrong(&error.to_string()))
}
