//! An answer on its way: rows from the wire, decoded as they come, handed on as batches.
//!
//! Nothing is read ahead of what is asked for, beyond what the sockets hold. An answer that is let go before its end stops the
//! statement at the server, and its session is not used again.

use std::future::poll_fn;
use std::pin::Pin;

use arrow_array::RecordBatch;
use connector_core::{BatchLimits, BatchStream, Column, Error, Result, Statement};
use futures::stream::{self, Stream, StreamExt};
use tokio_postgres::RowStream;

use crate::bind;
use crate::decode::RowDecoder;
use crate::error;
use crate::session::{Awaited, Session};

/// Starts a statement and gives its answer.
pub(crate) async fn start<'a>(
    session: &'a mut Session,
    statement: &'a Statement,
    limits: BatchLimits,
) -> Result<BatchStream<'a>> {
    let parameters = bind::parameters(&statement.binds)?;
    let rows = session.run(Awaited::Rows, |client| client.query_typed_raw(&statement.sql, parameters)).await;
    let rows = rows.inspect_err(|_| {
        if session.link.has_ended() {
            session.canceller.fire();
        }
    });
    let rows = Box::pin(rows?);
    session.begin(Awaited::Rows)?;
    let answer = Answer { session, rows, described: &statement.columns, limits, decoder: None, finished: false };
    let batches =
        stream::try_unfold(answer, |mut answer| async { Ok(answer.next().await?.map(|batch| (batch, answer))) });
    Ok(batches.boxed())
}

struct Answer<'a> {
    session: &'a mut Session,
    rows: Pin<Box<RowStream>>,
    described: &'a [Column],
    limits: BatchLimits,
    decoder: Option<RowDecoder>,
    finished: bool,
}

impl Answer<'_> {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        while !self.finished {
            let (link, rows) = (&mut self.session.link, &mut self.rows);
            match poll_fn(|cx| link.poll(cx, |cx| rows.as_mut().poll_next(cx))).await {
                Some(Some(Ok(row))) => {
                    let decoder = match &mut self.decoder {
                        Some(decoder) => decoder,
                        none => none.insert(RowDecoder::new(self.described, &row, self.limits)?),
                    };
                    decoder.push(&row)?;
                    if decoder.is_full() {
                        return decoder.take();
                    }
                }
                Some(Some(Err(error))) => return Err(self.explain(&error)),
                Some(None) => {
                    self.finished = true;
                    self.session.busy = false;
                }
                None => return Err(error::broken_session()),
            }
        }
        self.decoder.as_mut().map_or(Ok(None), RowDecoder::take)
    }

    /// An error that the server sent ends the answer and leaves the session in order; any other breaks it.
    fn explain(&mut self, error: &tokio_postgres::Error) -> Error {
        if error.as_db_error().is_some() {
            self.finished = true;
            self.session.busy = false;
        }
        self.session.link.explain(error)
    }
}

impl Drop for Answer<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.session.canceller.fire();
        }
    }
}
