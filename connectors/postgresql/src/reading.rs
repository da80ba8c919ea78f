//! An answer on its way: rows from the wire, decoded as they come, handed on as batches.
//!
//! Nothing is read ahead of what is asked for, beyond what the sockets hold. An answer that is let go before its end stops the
//! statement at the server, and its session is not used again.

use arrow_array::RecordBatch;
use connector_core::{BatchLimits, BatchStream, Result, Statement};
use futures::stream::{self, StreamExt};

use crate::bind;
use crate::decode::RowDecoder;
use crate::follower::Follower;
use crate::session::{Arrived, Session};

/// Starts a statement and gives its answer.
pub(crate) async fn start<'a>(
    session: &'a mut Session,
    statement: &'a Statement,
    limits: BatchLimits,
    max_cell_bytes: usize,
) -> Result<BatchStream<'a>> {
    let parameters = bind::parameters(&statement.binds)?;
    let unfinished = Unfinished(session);
    let fields = unfinished.0.begin(&statement.sql, &bind::bound(&parameters)).await?;
    let follower = Follower::new(fields.len(), max_cell_bytes);
    let decoder = RowDecoder::new(&statement.columns, &fields, limits)?;
    let answer = Answer { unfinished, follower, decoder };
    let batches =
        stream::try_unfold(answer, |mut answer| async { Ok(answer.next().await?.map(|batch| (batch, answer))) });
    Ok(batches.boxed())
}

/// A session whose answer may not be read to its end; if it is not, the server is told to stop. A server tells nothing of an
/// answer before its first row, so a statement may run for long before there is a stream to let go.
struct Unfinished<'a>(&'a mut Session);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if self.0.is_busy() {
            self.0.cancel();
        }
    }
}

struct Answer<'a> {
    unfinished: Unfinished<'a>,
    follower: Follower,
    decoder: RowDecoder,
}

impl Answer<'_> {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        let session = &mut *self.unfinished.0;
        while session.is_busy() {
            let mut room = self.decoder.room();
            let rows = session.rows(|length| room.take(length))?;
            if rows.is_empty() {
                // What is no row, or is a large one, or may fill the batch.
                match session.arrived(&mut self.follower)? {
                    Arrived::Row(row) => self.decoder.push(&[(row, row.len())])?,
                    Arrived::Nothing => session.more(&mut self.follower).await?,
                    Arrived::Other(kind) => session.other(kind).await?,
                    Arrived::End => break,
                }
            } else {
                self.decoder.push(&rows)?;
            }
            if self.decoder.is_full() {
                return self.decoder.take();
            }
        }
        self.decoder.take()
    }
}
