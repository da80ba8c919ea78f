//! `glaux audit`: everything that was done, and whether all of it is still there.

use clap::{Args, Subcommand};
use connector_core::{Error, Result};

use super::desk::{Desk, Row, some};
use crate::cli::output::Done;
use crate::error::exit_code;
use crate::register::{Event, Fault, Time};

/// What may be asked.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Events, in the order in which they were written
    List(Narrowed),
    /// Walk the chain of events from its beginning, and compare each record with what its last event says
    Verify,
    /// Events whole, one JSON object a line with both hashes, to be kept and checked elsewhere
    Export(Narrowed),
}

#[derive(Args, Debug)]
pub struct Narrowed {
    /// Of this record: an id, or a kind and an id
    #[arg(long, value_name = "RECORD")]
    record: Option<String>,
    /// By this actor
    #[arg(long, value_name = "ACTOR")]
    by: Option<String>,
    /// From this moment on: 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this moment
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// Runs a verb.
pub async fn run(verb: Verb, mut desk: Desk<'_>) -> Done<u8> {
    match verb {
        Verb::List(narrowed) => {
            let rows: Vec<Row> = events(&desk, &narrowed).await?.iter().map(row).collect();
            let names =
                ["event", "at", "actor", "verb", "record", "id", "version", "reason", "on_behalf_of", "request"];
            desk.list(&names, &rows)?;
        }
        Verb::Export(narrowed) => {
            for event in events(&desk, &narrowed).await? {
                let line = serde_json::to_string(&event);
                let line = line.map_err(|error| Error::internal("writing an event as JSON").with_source(error))?;
                desk.output.data(&(line + "\n"))?;
            }
        }
        Verb::Verify => return verify(&mut desk).await,
    }
    Ok(0)
}

async fn events(desk: &Desk<'_>, narrowed: &Narrowed) -> Result<Vec<Event>> {
    let moment = |text: &Option<String>| text.as_deref().map(str::parse::<Time>).transpose();
    let (since, until) = (moment(&narrowed.since)?, moment(&narrowed.until)?);
    let is_meant = |event: &Event| {
        let is_of = |record: &String| event.record.id == *record || event.record.to_string() == *record;
        narrowed.record.as_ref().is_none_or(is_of)
            && narrowed.by.as_ref().is_none_or(|actor| event.act.actor == *actor)
            && since.is_none_or(|since| event.at >= since)
            && until.is_none_or(|until| event.at < until)
    };
    Ok(desk.register.events(None).await?.into_iter().filter(is_meant).collect())
}

fn row(event: &Event) -> Row {
    vec![
        some(event.number.to_string()),
        some(event.at.to_string()),
        some(&event.act.actor),
        some(&event.act.verb),
        some(&event.record.kind),
        some(&event.record.id),
        some(event.version.to_string()),
        event.act.reason.clone(),
        event.act.on_behalf_of.clone(),
        some(&event.act.request),
    ]
}

async fn verify(desk: &mut Desk<'_>) -> Done<u8> {
    let faults = desk.register.verify().await?;
    let events = desk.register.events(None).await?.len();
    let rows: Vec<Row> = faults.iter().map(faulty).collect();
    desk.list(&["record", "fault"], &rows)?;
    if faults.is_empty() {
        desk.output.note(&format!("{events} events, and each record is what its last event says"));
        return Ok(0);
    }
    desk.output.note("the register was changed by something else than Glaux: take it back from a copy that is whole");
    Ok(exit_code(connector_core::ErrorKind::Corrupt))
}

fn faulty(fault: &Fault) -> Row {
    let record = match fault {
        Fault::Event { number } => format!("event {number}"),
        Fault::Record { key } => key.to_string(),
    };
    vec![some(record), some(fault.to_string())]
}
