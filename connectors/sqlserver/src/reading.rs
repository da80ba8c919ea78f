//! An answer on its way: rows from the wire, decoded as they come, handed on as batches.
//!
//! Nothing is read ahead of what is asked for, beyond what the sockets hold. An answer that is let go before its end stops the
//! statement at the server, and its session is not used again.

use arrow_array::RecordBatch;
use connector_core::{BatchLimits, BatchStream, Result, Statement};
use futures::stream::{self, StreamExt};

use crate::bind;
use crate::decode::RowDecoder;
use crate::error::Failure;
use crate::follower::Follower;
use crate::session::{Session, Stand, Unfinished};
use crate::token::Described;

/// Starts a statement and gives its answer.
pub(crate) async fn start<'a>(
    session: &'a mut Session,
    statement: &'a Statement,
    limits: BatchLimits,
    max_cell_bytes: usize,
) -> Result<BatchStream<'a>> {
    let values = bind::parameters(&statement.binds)?;
    let unfinished = Unfinished(session);
    let columns = unfinished.0.begin(&statement.sql, &values).await?;
    let wire: Vec<Described> = columns.iter().map(|column| column.described).collect();
    let decoder = RowDecoder::new(&statement.columns, &wire, limits, max_cell_bytes)?;
    let follower = Follower::new(wire, max_cell_bytes);
    let answer = Answer { unfinished, follower, decoder };
    let batches =
        stream::try_unfold(answer, |mut answer| async { Ok(answer.next().await?.map(|batch| (batch, answer))) });
    Ok(batches.boxed())
}

struct Answer<'a> {
    unfinished: Unfinished<'a>,
    follower: Follower,
    decoder: RowDecoder,
}

impl Answer<'_> {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        if self.unfinished.0.is_busy() {
            match self.unfinished.0.rows(&mut self.follower, &mut self.decoder).await? {
                Stand::Full | Stand::End => {}
                Stand::Described(_) => return Err(Failure::Protocol("there is more than one set of rows").into()),
            }
        }
        self.decoder.take()
    }
}
