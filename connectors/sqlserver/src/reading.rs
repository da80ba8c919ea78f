//! An answer on its way: rows from the wire, decoded as they come, handed on as batches.
//!
//! Nothing is read ahead of what is asked for, beyond one batch and what the sockets hold. An answer that is let go before its
//! end takes the driver's client along, which closes the socket, so that the server stops.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow_array::RecordBatch;
use connector_core::{BatchLimits, BatchStream, Error, Result, Statement};
use futures::channel::mpsc::{Receiver, Sender, channel};
use futures::sink::SinkExt;
use futures::stream::{Stream, StreamExt, TryStreamExt};
use tiberius::{QueryItem, ToSql};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use crate::bind::{self, Parameter};
use crate::connect::{Client, within};
use crate::decode::RowDecoder;
use crate::error;
use crate::session::{Awaited, Session};

/// Starts a statement and gives its answer.
pub(crate) async fn start<'a>(
    session: &'a mut Session,
    statement: &'a Statement,
    limits: BatchLimits,
    max_cell_bytes: usize,
) -> Result<BatchStream<'a>> {
    let values = bind::parameters(&statement.binds)?;
    let decoder = RowDecoder::new(&statement.columns, limits, max_cell_bytes)?;
    let limit = session.query_timeout();
    let client = session.take(Awaited::Rows)?;
    let (events, received) = channel(0);
    let work = Box::pin(work(client, &statement.sql, values, limit, decoder, events));
    let mut answer = Answer { home: session.home(), work: Some(work), received, failure: None };
    match poll_fn(|cx| answer.poll_event(cx)).await {
        Some(Ok(Event::Begun)) => Ok(answer.boxed()),
        Some(Ok(Event::Batch(_))) | None => Err(Error::internal("an answer did not begin with its beginning")),
        Some(Err(error)) => Err(error),
    }
}

/// What the work tells.
enum Event {
    /// The server has taken the statement and describes its columns.
    Begun,
    Batch(RecordBatch),
}

/// The client, if it can be used again, and how the work ended.
type Outcome = (Option<Client>, Result<()>);

struct Answer<'a> {
    home: &'a mut Option<Client>,
    work: Option<Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>>,
    received: Receiver<Event>,
    failure: Option<Error>,
}

impl Answer<'_> {
    /// The next event: what has been told comes before how it ended.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Event>>> {
        loop {
            if let Poll::Ready(Some(event)) = self.received.poll_next_unpin(cx) {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(work) = &mut self.work else { return Poll::Ready(self.failure.take().map(Err)) };
            match work.as_mut().poll(cx) {
                Poll::Ready((client, outcome)) => {
                    self.work = None;
                    *self.home = client;
                    self.failure = outcome.err();
                }
                // It may have told something before it had to wait.
                Poll::Pending => {
                    let told = self.received.poll_next_unpin(cx);
                    return if let Poll::Ready(Some(event)) = told {
                        Poll::Ready(Some(Ok(event)))
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
    }
}

impl Stream for Answer<'_> {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx).map(|event| {
            event.map(|event| match event? {
                Event::Batch(batch) => Ok(batch),
                Event::Begun => Err(Error::internal("an answer began twice")),
            })
        })
    }
}

/// Runs the statement to the end of its answer with a client of its own.
async fn work(
    mut client: Client,
    sql: &str,
    values: Vec<Parameter>,
    limit: Option<Duration>,
    decoder: RowDecoder,
    events: Sender<Event>,
) -> Outcome {
    // The driver logs what the server says, which may hold data.
    let pumped = pump(&mut client, sql, &values, limit, decoder, events).with_subscriber(NoSubscriber::default()).await;
    match pumped {
        Ok(()) => (Some(client), Ok(())),
        Err(Stop::Driver(error)) => {
            let again = error::leaves_session_whole(&error).then_some(client);
            (again, Err(error::from_driver(&error)))
        }
        Err(Stop::Ours(error)) => (None, Err(error)),
    }
}

/// Why the answer was not read to its end.
enum Stop {
    Driver(tiberius::error::Error),
    Ours(Error),
}

async fn pump(
    client: &mut Client,
    sql: &str,
    values: &[Parameter],
    limit: Option<Duration>,
    mut decoder: RowDecoder,
    mut events: Sender<Event>,
) -> Result<(), Stop> {
    let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
    let begun = within(limit, client.query(sql, &values)).await;
    let mut rows = begun.ok_or_else(|| Stop::Ours(error::no_beginning()))?.map_err(Stop::Driver)?;
    tell(&mut events, Event::Begun).await?;
    while let Some(item) = rows.try_next().await.map_err(Stop::Driver)? {
        let QueryItem::Row(row) = item else { continue };
        decoder.push(&row).map_err(Stop::Ours)?;
        if decoder.is_full() {
            hand_on(&mut decoder, &mut events).await?;
        }
    }
    hand_on(&mut decoder, &mut events).await
}

async fn hand_on(decoder: &mut RowDecoder, events: &mut Sender<Event>) -> Result<(), Stop> {
    match decoder.take().map_err(Stop::Ours)? {
        Some(batch) => tell(events, Event::Batch(batch)).await,
        None => Ok(()),
    }
}

/// Waits until what is told has been taken, so that nothing is read ahead.
async fn tell(events: &mut Sender<Event>, event: Event) -> Result<(), Stop> {
    let told = events.send(event).await;
    told.map_err(|_| Stop::Ours(Error::internal("an answer was read that nobody waits for")))
}
