//! A logged-in session: one exchange at a time, and none after one that broke off.
//!
//! Whatever lets go of an answer before its end has the server told to stop, and closes the socket. Not here: what is asked
//! (`connection.rs`, `catalog`, `reading.rs`), and what a row's bytes mean (`decode`).

use std::time::Duration;

use connector_core::decode::Fault;
use connector_core::{Error, Result, Silence};
use connector_socket::within;
use futures::future::FutureExt;

use crate::bind::Parameter;
use crate::error::{self, Failure};
use crate::follower::{Follower, Sink, Step};
use crate::options::Options;
use crate::packet;
use crate::row::{Row, Rows};
use crate::token::{self, Named, Refusal, Told};
use crate::wire::{self, Wire};

/// A live session.
pub(crate) struct Session {
    /// Nothing once it has broken.
    wire: Option<Wire>,
    /// An answer is due and has not been read to its end.
    busy: bool,
    /// What the server refused the statement for, whose answer is then read to its end.
    refused: Option<Refusal>,
    /// The transaction that the session is in.
    transaction: [u8; 8],
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

/// Where an answer stands.
pub(crate) enum Stand {
    /// The sink is full.
    Full,
    /// Other rows than before follow.
    Described(Vec<Named>),
    /// It is over.
    End,
}

/// Takes rows that nobody wants.
struct Nobody;

impl Sink for Nobody {
    fn cell(&mut self, _: usize, _: Option<&[u8]>) -> Result<()> {
        Ok(())
    }

    fn end_row(&mut self) {}

    fn is_full(&self) -> bool {
        false
    }

    fn fault(&self, _: usize, _: &Fault) -> Error {
        Failure::Protocol("a row is not what its description says").into()
    }
}

/// The largest value among those that nobody wants.
const NOBODYS_CELL: usize = 64 << 20;

impl Session {
    pub(crate) fn new(wire: Wire, options: &Options) -> Self {
        let (silence, query_timeout) = (options.silence, options.query_timeout);
        Self { wire: Some(wire), busy: false, refused: None, transaction: [0; 8], silence, query_timeout }
    }

    /// Asks with bound values, and gives all rows of the first set that the answer has.
    pub(crate) async fn query(&mut self, sql: &str, values: &[Parameter]) -> Result<Vec<Row>> {
        let unfinished = Unfinished(self);
        let session = &mut *unfinished.0;
        let message = packet::execute(sql, values, session.transaction);
        session.ask(Awaited::Answer, wire::RPC, &message).await?;
        let Stand::Described(columns) = session.described().await? else { return Ok(Vec::new()) };
        let mut follower = Follower::new(columns.iter().map(|column| column.described), NOBODYS_CELL);
        let mut rows = Rows::new(columns);
        let stand = session.rows(&mut follower, &mut rows).await?;
        session.skip(stand).await?;
        Ok(rows.finished)
    }

    /// Runs statements whose rows, if there are any, are dropped.
    pub(crate) async fn run(&mut self, awaited: Awaited, sql: &str) -> Result<()> {
        let unfinished = Unfinished(self);
        let session = &mut *unfinished.0;
        let message = packet::batch(sql, session.transaction);
        session.ask(awaited, wire::BATCH, &message).await?;
        let stand = session.described().await?;
        session.skip(stand).await
    }

    /// Starts a statement and tells what its columns are; its rows are due next.
    ///
    /// Errors: timed out, for one that does not begin to answer within `queryTimeout`.
    pub(crate) async fn begin(&mut self, sql: &str, values: &[Parameter]) -> Result<Vec<Named>> {
        let limit = self.query_timeout;
        let beginning = async {
            let message = packet::execute(sql, values, self.transaction);
            self.ask(Awaited::Rows, wire::RPC, &message).await?;
            self.described().await
        };
        match within(limit, beginning).await.ok_or_else(error::no_beginning)?? {
            Stand::Described(columns) => Ok(columns),
            _ => Err(Failure::Protocol("there are no columns").into()),
        }
    }

    /// Hands on rows of the answer that has begun, until the sink is full or there are no more.
    pub(crate) async fn rows(&mut self, follower: &mut Follower, sink: &mut impl Sink) -> Result<Stand> {
        loop {
            let wire = self.wire.as_mut().ok_or_else(error::broken_session)?;
            let (read, step) = if self.refused.is_some() {
                follower.follow(wire.arrived(), &mut Nobody)?
            } else {
                follower.follow(wire.arrived(), sink)?
            };
            wire.consume(read);
            match step {
                Step::Full => return Ok(Stand::Full),
                Step::More if follower.is_within() => {
                    if !self.more().await? {
                        return Err(Failure::Protocol("an answer is cut short").into());
                    }
                }
                Step::More | Step::Token => {
                    if let Some(stand) = self.token().await? {
                        return Ok(stand);
                    }
                }
            }
        }
    }

    /// Whether an answer is due that has not been read to its end.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Has the server stop what it does, and ends the session.
    fn let_go(&mut self) {
        if let Some(mut wire) = self.wire.take() {
            // As far as it can be told at once, with no clock, which a runtime that ends no longer has; the server notices the
            // socket's end in any case.
            wire.allow_silence(None);
            drop(wire.send(wire::ATTENTION, &[]).now_or_never());
        }
    }

    async fn ask(&mut self, awaited: Awaited, kind: u8, message: &[u8]) -> Result<()> {
        if self.busy {
            return Err(error::broken_session());
        }
        let wire = self.wire.as_mut().ok_or_else(error::broken_session)?;
        self.busy = true;
        self.refused = None;
        wire.allow_silence(match awaited {
            Awaited::Rows => self.silence.rows,
            Awaited::Answer => self.silence.answer,
        });
        wire.expect()?;
        wire.send(kind, message).await?;
        Ok(())
    }

    /// Reads on until rows are described, or to the end of an answer that has none or was refused.
    async fn described(&mut self) -> Result<Stand> {
        loop {
            match self.token().await? {
                None => {}
                Some(stand) if self.refused.is_some() => {
                    self.skip(stand).await?;
                    return Ok(Stand::End);
                }
                Some(stand) => return Ok(stand),
            }
        }
    }

    /// Reads on to the answer's end, and drops the rows that follow.
    async fn skip(&mut self, mut stand: Stand) -> Result<()> {
        while let Stand::Described(columns) = stand {
            let mut follower = Follower::new(columns.iter().map(|column| column.described), NOBODYS_CELL);
            stand = self.rows(&mut follower, &mut Nobody).await?;
        }
        Ok(())
    }

    /// Heeds the next token, which is no row; tells where the answer stands if that is for the caller.
    async fn token(&mut self) -> Result<Option<Stand>> {
        let wire = self.wire.as_mut().ok_or_else(error::broken_session)?;
        let Some((told, length)) = token::next(wire.arrived()).map_err(Failure::from)? else {
            return if self.more().await? { Ok(None) } else { self.end().map(|()| Some(Stand::End)) };
        };
        wire.consume(length);
        match told {
            Told::Columns(columns) if columns.is_empty() => {}
            Told::Columns(columns) => return Ok(Some(Stand::Described(columns))),
            Told::Refused(refusal) => {
                // The first of several errors is what the others follow from.
                self.refused.get_or_insert(refusal);
            }
            Told::Packets(bytes) => wire.cut_into(bytes),
            Told::Transaction(transaction) => self.transaction = transaction,
            Told::LetIn | Told::SentOn { .. } | Told::Done | Told::Other => {}
        }
        Ok(None)
    }

    async fn more(&mut self) -> Result<bool> {
        let wire = self.wire.as_mut().ok_or_else(error::broken_session)?;
        match wire.more().await {
            Ok(more) => Ok(more),
            // The server hangs up behind what it said.
            Err(failure) => Err(self.refused.take().map_or(failure, Failure::Refused).into()),
        }
    }

    fn end(&mut self) -> Result<()> {
        const FATAL: u8 = 20;
        self.busy = false;
        let Some(refusal) = self.refused.take() else { return Ok(()) };
        if refusal.class >= FATAL {
            self.wire = None;
        }
        Err(Failure::Refused(refusal).into())
    }
}

/// A session whose answer may not be read to its end; if it is not, the server is told to stop.
pub(crate) struct Unfinished<'a>(pub(crate) &'a mut Session);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.0.busy {
            self.0.let_go();
        }
    }
}
