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
    let unfinished = Unfinished(session);
    let session = &mut *unfinished.0;
    let rows = session.run(Awaited::Rows, |client| client.query_typed_raw(&statement.sql, parameters)).await;
    let rows = rows.inspect_err(|_| {
        if session.link.has_ended() {
            session.cancel();
        }
    });
    let rows = Box::pin(rows?);
    session.begin(Awaited::Rows)?;
    let answer = Answer { unfinished, rows, described: &statement.columns, limits, decoder: None };
    let batches =
        stream::try_unfold(answer, |mut answer| async { Ok(answer.next().await?.map(|batch| (batch, answer))) });
    Ok(batches.boxed())
}

/// A session whose answer may not be read to its end; if it is not, the server is told to stop. A server tells nothing of an
/// answer before its first row, so a statement may run for long before there is a stream to let go.
struct Unfinished<'a>(&'a mut Session);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.0.busy {
            self.0.cancel();
        }
    }
}

struct Answer<'a> {
    unfinished: Unfinished<'a>,
    rows: Pin<Box<RowStream>>,
    described: &'a [Column],
    limits: BatchLimits,
    decoder: Option<RowDecoder>,
}

impl Answer<'_> {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        while self.unfinished.0.busy {
            let (link, rows) = (&mut self.unfinished.0.link, &mut self.rows);
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
                Some(None) => self.unfinished.0.busy = false,
                None => return Err(error::broken_session()),
            }
        }
        self.decoder.as_mut().map_or(Ok(None), RowDecoder::take)
    }

    /// An error that the server sent ends the answer and leaves the session in order; any other breaks it.
    fn explain(&mut self, error: &tokio_postgres::Error) -> Error {
        if error.as_db_error().is_some() {
            self.unfinished.0.busy = false;
        }
        self.unfinished.0.link.explain(error)
    }
}
