//! An answer on its way: rows from the driver, decoded on its thread as they come, handed on as batches.
//!
//! Nothing is read ahead of what is asked for, beyond one batch and one fetch of the driver's. An answer that is let go before
//! its end leaves the session unusable; its thread closes the connection when the driver next comes back. Not here: the thread.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::bind::{self, Parameter};
use crate::decode::RowDecoder;
use crate::error;
use crate::session::{self, Session};
use crate::thread::Fate;
use crate::types::UNREADABLE;
use arrow_array::RecordBatch;
use connector_core::{BatchLimits, BatchStream, Column, Error, Result, Scan, Statement};
use futures::channel::mpsc::{Receiver, Sender, channel};
use futures::executor::block_on;
use futures::sink::SinkExt;
use futures::stream::{Stream, StreamExt};

/// Starts a statement and gives its answer.
pub(crate) async fn start<'a>(
    session: &'a mut Session,
    scan: &Scan,
    statement: &Statement,
    limits: BatchLimits,
    max_cell_bytes: usize,
) -> Result<BatchStream<'a>> {
    check_names(scan)?;
    check_readable(&statement.columns)?;
    let work = Work {
        sql: statement.sql.clone(),
        values: bind::parameters(&statement.binds)?,
        rows: rows_at_once(&statement.columns, max_cell_bytes),
        columns: statement.columns.clone(),
        limits,
        max_cell_bytes,
    };
    let silence = session.silence().rows;
    let (mut events, received) = channel(0);
    let fate = session.begin(Box::new(move |home| {
        let Some(connection) = home.as_ref() else { return };
        let timed = connection.set_call_timeout(silence).map_err(Stop::Driver);
        let stop = timed.and_then(|()| work.pump(connection, &mut events)).err();
        let is_whole = match &stop {
            None => true,
            Some(Stop::Driver(error)) => error::leaves_session_whole(error),
            Some(Stop::Ours(_)) => false,
        };
        let failure = stop.map(|stop| match stop {
            Stop::Driver(error) => error::from_driver(&error),
            Stop::Ours(error) => error,
        });
        tell(&mut events, Event::Ended { is_whole, failure }).unwrap_or(());
        if !is_whole {
            *home = None;
        }
    }))?;
    let mut answer = Answer { session, received, fate, has_ended: false };
    match poll_fn(|cx| answer.poll_event(cx)).await {
        Some(Ok(Event::Begun)) => Ok(answer.boxed()),
        Some(Ok(_)) | None => Err(Error::internal("an answer did not begin with its beginning")),
        Some(Err(error)) => Err(error),
    }
}

/// The server has no name with a quote or a zero byte in it. To write one all the same would name something else: a quote ends
/// a name, and what stands behind it may be a second one for the same.
fn check_names(scan: &Scan) -> Result<()> {
    let columns = scan.table.columns.iter().map(|column| &column.remote_name);
    let names = [&scan.table.name.schema, &scan.table.name.table].into_iter().chain(columns);
    match names.into_iter().find(|name| name.contains(['"', '\0']) || name.is_empty()) {
        None => Ok(()),
        Some(name) => Err(Error::not_found(format!("{name:?} is not a name that Oracle can have"))
            .hint("the table may have changed since the query was planned: run it again")),
    }
}

fn check_readable(columns: &[Column]) -> Result<()> {
    match columns.iter().find(|column| column.mapping.bind_as == Some(UNREADABLE)) {
        None => Ok(()),
        Some(column) => Err(Error::unsupported(format!("column {:?} has a type that is not read", column.name)).hint(
            "leave it out of the query, or make a view that casts it: BFILE, objects, collections and types of others are not read",
        )),
    }
}

/// How many rows the driver fetches at once; it holds all of them. Large values are as many as the largest cell allows in
/// 64 MiB, since the driver gathers each before it can be refused; others as many as 20,000 cells are.
fn rows_at_once(columns: &[Column], max_cell_bytes: usize) -> u32 {
    const MOST: usize = 1000;
    const CELLS: usize = 20_000;
    const LARGE: usize = 64 << 20;
    let is_large = |column: &Column| column.mapping.pushdown == connector_core::Pushdown::Nothing;
    let large = columns.iter().filter(|column| is_large(column)).count();
    let by_size = LARGE.checked_div(large.saturating_mul(max_cell_bytes)).unwrap_or(MOST);
    let rows = by_size.min(CELLS / columns.len().max(1)).clamp(1, MOST);
    u32::try_from(rows).unwrap_or(1)
}

/// What the thread tells.
enum Event {
    /// The server has taken the statement and describes its columns.
    Begun,
    Batch(RecordBatch),
    Ended {
        is_whole: bool,
        failure: Option<Error>,
    },
}

struct Answer<'a> {
    session: &'a mut Session,
    received: Receiver<Event>,
    fate: Arc<Fate>,
    has_ended: bool,
}

impl Answer<'_> {
    /// The next event; the last is none, or how it failed.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Event>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let told = match self.received.poll_next_unpin(cx) {
            Poll::Ready(told) => told,
            Poll::Pending => match self.fate.poll(cx) {
                Poll::Ready(error) => Some(Event::Ended { is_whole: false, failure: Some(error) }),
                Poll::Pending => return Poll::Pending,
            },
        };
        let broken = || Event::Ended { is_whole: false, failure: Some(self.fate.of_silence()) };
        Poll::Ready(match told.unwrap_or_else(broken) {
            Event::Ended { is_whole, failure } => {
                self.has_ended = true;
                self.session.settle(is_whole);
                failure.map(Err)
            }
            event => Some(Ok(event)),
        })
    }
}

impl Stream for Answer<'_> {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx).map(|event| {
            event.map(|event| match event? {
                Event::Batch(batch) => Ok(batch),
                Event::Begun | Event::Ended { .. } => Err(Error::internal("an answer began twice")),
            })
        })
    }
}

/// Why the answer was not read to its end.
enum Stop {
    Driver(oracledb::Error),
    Ours(Error),
}

/// A statement, and what becomes of its rows.
struct Work {
    sql: String,
    values: Vec<Parameter>,
    rows: u32,
    columns: Vec<Column>,
    limits: BatchLimits,
    max_cell_bytes: usize,
}

impl Work {
    /// Runs the statement to the end of its answer.
    fn pump(&self, connection: &oracledb::Connection, events: &mut Sender<Event>) -> Result<(), Stop> {
        let mut cursor = session::rows(connection, &self.sql, &self.values, self.rows).map_err(Stop::Driver)?;
        let wire = cursor.get().map(|cursor| cursor.columns()).unwrap_or_default();
        let mut decoder = RowDecoder::new(&self.columns, wire, self.limits, self.max_cell_bytes).map_err(Stop::Ours)?;
        tell(events, Event::Begun)?;
        for row in to_the_end(cursor) {
            decoder.push(row.map_err(Stop::Driver)?).map_err(Stop::Ours)?;
            if decoder.is_full() {
                hand_on(&mut decoder, events)?;
            }
        }
        hand_on(&mut decoder, events)
    }
}

/// The driver's iterator says that it has ended when a fetch brings nothing, be it the last one or not; the second time it has.
fn to_the_end<T>(mut rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    std::iter::from_fn(move || rows.next().or_else(|| rows.next()))
}

fn hand_on(decoder: &mut RowDecoder, events: &mut Sender<Event>) -> Result<(), Stop> {
    match decoder.take().map_err(Stop::Ours)? {
        Some(batch) => tell(events, Event::Batch(batch)),
        None => Ok(()),
    }
}

/// Waits until there is room for what is told, so that nothing is read ahead.
fn tell(events: &mut Sender<Event>, event: Event) -> Result<(), Stop> {
    block_on(events.send(event)).map_err(|_| Stop::Ours(Error::internal("an answer was read that nobody waits for")))
}

#[cfg(test)]
mod tests {
    use connector_core::{ErrorKind, Settings, Table, TableName};

    use super::*;
    use crate::types::{Charset, RemoteType, mapping};

    fn column(name: &str, own: &str) -> Column {
        let remote = RemoteType { name: own.into(), is_built_in: true, ..RemoteType::default() };
        let mapping = mapping(&remote, Charset::Utf8, &Settings::default());
        Column { name: name.to_lowercase(), remote_name: name.into(), comment: None, announced: None, mapping }
    }

    #[test]
    fn a_name_that_would_end_early_is_never_sent() {
        let scan = |schema: &str, table: &str, name: &str| {
            let table =
                Table { name: TableName::new(schema, table), columns: vec![column(name, "DATE")], comment: None };
            Scan::new(table, Vec::new())
        };
        assert!(check_names(&scan("S", "a ' ` [ ] ; --", "é")).is_ok());
        for (schema, table, name) in [("S\"", "T", "C"), ("S", "T\" \"U", "C"), ("S", "T", "C\0"), ("S", "T", "")] {
            assert_eq!(check_names(&scan(schema, table, name)).unwrap_err().kind(), ErrorKind::NotFound);
        }
    }

    #[test]
    fn what_nothing_reads_is_refused_by_name() {
        let error = check_readable(&[column("ID", "NUMBER"), column("FILE", "BFILE")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("\"file\""));
        assert!(check_readable(&[column("ID", "NUMBER")]).is_ok());
    }

    #[test]
    fn large_values_come_one_by_one_unless_the_largest_is_small() {
        let (small, large) = (column("A", "NUMBER"), column("L", "CLOB"));
        assert_eq!(rows_at_once(std::slice::from_ref(&small), 64 << 20), 1000);
        assert_eq!(rows_at_once(&[], 64 << 20), 1000);
        assert_eq!(rows_at_once(&vec![small.clone(); 100], 64 << 20), 200);
        assert_eq!(rows_at_once(&[small.clone(), large.clone()], 64 << 20), 1);
        assert_eq!(rows_at_once(&[small, large], 1 << 20), 64);
    }

    #[test]
    fn a_fetch_that_brings_nothing_is_not_taken_for_the_end() {
        let mut fetched = [Some(1), None, Some(2), Some(3), None, None, Some(9)].into_iter();
        let rows = std::iter::from_fn(move || fetched.next().flatten());
        assert_eq!(to_the_end(rows).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
