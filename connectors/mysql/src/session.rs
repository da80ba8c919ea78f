//! A logged-in session: one exchange at a time, and none after one that broke off.
//!
//! Not here: what is asked (`connection.rs`, `catalog`, `reading.rs`), and what a row's bytes mean (`decode`).

use connector_core::{Bind, Error, ErrorKind, Result, Silence, mark};
use tokio::task::JoinHandle;

use crate::bind;
use crate::connect::Canceller;
use crate::connection::ABOUT;
use crate::decode;
use crate::error;
use crate::follower::Follower;
use crate::packet::{self, Described, Prepared, Refusal, Rest, Told};
use crate::wire::Wire;

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
    pub(crate) server: Server,
    /// An answer has begun and not been read to its end.
    busy: bool,
    canceller: Canceller,
    /// A cancel on its way.
    cancelling: Option<JoinHandle<()>>,
    /// Which server it is, unless something stands between it and us that gives sessions other numbers.
    place: Option<String>,
    silence: Silence,
    max_cell_bytes: usize,
    /// A statement that the server may forget.
    spent: Option<u32>,
    /// What stands in front of every statement that reads.
    mark: String,
}

/// What a row of metadata holds.
pub(crate) type Row = Vec<Option<String>>;

/// An answer that is held as a whole may take this much: some hundred thousand names.
const METADATA_BYTES: usize = 64 << 20;

impl Session {
    pub(crate) fn new(
        wire: Wire,
        version: &str,
        canceller: Canceller,
        silence: Silence,
        max_cell_bytes: usize,
    ) -> Self {
        let server = Server::of(version);
        let mark = String::new();
        let (cancelling, place, spent) = (None, None, None);
        Self { wire, server, busy: false, canceller, cancelling, place, silence, max_cell_bytes, spent, mark }
    }

    /// Notes which server this is, so that the session can be ended from another one, and tells the largest value that an
    /// expression there may have.
    pub(crate) async fn recognise(&mut self) -> Result<u64> {
        let found = self.query(ABOUT, &[]).await?.into_iter().next().and_then(|row| <[_; 3]>::try_from(row).ok());
        let [place, id, largest] = found.unwrap_or_default();
        let is_direct = id.and_then(|id| id.parse().ok()) == Some(self.canceller.id());
        self.place = place.filter(|_| is_direct);
        Ok(largest.and_then(|largest| largest.parse().ok()).unwrap_or_default())
    }

    /// Ends another session of the server at `place`; at any other server that number may be anybody's.
    pub(crate) async fn end(&mut self, id: u32, place: &str) -> Result<()> {
        self.recognise().await?;
        if self.place.as_deref() == Some(place) {
            self.run(&format!("KILL {id}")).await?;
        }
        Ok(())
    }

    /// Names whoever asks, where the server shows what runs: it knows no name of a session that could change.
    pub(crate) fn name(&mut self, name: &str) {
        self.mark = mark(name);
    }

    /// Has the server end this session, unless its number may be another's.
    pub(crate) fn kill(&mut self) {
        if let (None, Some(place)) = (&self.cancelling, &self.place) {
            self.cancelling = self.canceller.fire(place);
        }
    }

    /// Ends the session if an answer was not read to its end, and waits until the server has been told.
    pub(crate) async fn stop(&mut self) {
        if self.busy {
            self.kill();
        }
        if let Some(cancelling) = self.cancelling.take() {
            // Its own limit is within it.
            cancelling.await.unwrap_or(());
        }
    }

    /// Whether an answer has begun and not been read to its end.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Runs a statement without an answer of rows.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<()> {
        self.start(Awaited::Answer).await?;
        self.wire.command(&[&[packet::QUERY], sql.as_bytes()].concat()).await?;
        self.done().await
    }

    /// Runs a statement that may take as long as a table's rows, and drops those that it answers with.
    pub(crate) async fn execute(&mut self, sql: &str) -> Result<()> {
        self.start(Awaited::Rows).await?;
        self.wire.command(&[&[packet::QUERY], sql.as_bytes()].concat()).await?;
        let answer = self.answer().await?;
        let columns = match answer.first() {
            Some(&packet::OK) => {
                self.busy = false;
                return Ok(());
            }
            Some(&packet::LOCAL_INFILE) => return Err(no_files()),
            _ => Rest(answer).number().ok_or_else(|| error::no_protocol("there are no columns"))?,
        };
        for _ in 0..columns {
            self.answer().await?;
        }
        while !packet::is_end(self.answer().await?) {}
        self.busy = false;
        Ok(())
    }

    /// Makes the session as after logging in.
    pub(crate) async fn reset(&mut self) -> Result<()> {
        self.start(Awaited::Answer).await?;
        self.wire.command(&[packet::RESET]).await?;
        self.done().await
    }

    /// Asks for rows of text, few enough to be held.
    pub(crate) async fn query(&mut self, sql: &str, binds: &[Bind]) -> Result<Vec<Row>> {
        let text = |cell: Vec<u8>| String::from_utf8_lossy(&cell).into_owned();
        let rows = self.cells(sql, binds).await?;
        Ok(rows.into_iter().map(|row| row.into_iter().map(|cell| cell.map(text)).collect()).collect())
    }

    /// Asks for rows, few enough to be held, whose values are bytes as they come.
    pub(crate) async fn cells(&mut self, sql: &str, binds: &[Bind]) -> Result<Vec<Vec<Option<Vec<u8>>>>> {
        let described = self.begin(Awaited::Answer, sql, binds).await?;
        let mut follower = Follower::new(&described, self.max_cell_bytes)?;
        let mut rows = Vec::new();
        let mut held = 0;
        while let Some(row) = self.row(&mut follower).await? {
            held += row.len() + (described.len() + 1) * size_of::<Row>();
            if held > METADATA_BYTES {
                return Err(too_much_metadata());
            }
            let cells = decode::cells_of(row, &described);
            let owned = cells.map(|cell| cell.map(|cell| cell.map(<[u8]>::to_vec)));
            rows.push(owned.collect::<Result<_, _>>().map_err(|_| error::Limit::Framing.error())?);
        }
        Ok(rows)
    }

    /// Has the server prepare a statement that takes no values, and tells what its columns would be; it is not run.
    pub(crate) async fn describe(&mut self, sql: &str) -> Result<Vec<Told>> {
        self.start(Awaited::Answer).await?;
        let prepared = self.prepare(sql).await?;
        for _ in 0..prepared.parameters {
            self.answer().await?;
        }
        let mut told = Vec::new();
        for _ in 0..prepared.columns {
            let column = Told::parse(self.answer().await?);
            told.push(column.ok_or_else(|| error::no_protocol("a column is not described"))?);
        }
        self.busy = false;
        if prepared.parameters > 0 {
            return Err(Error::invalid("the query has parameters").hint("write their values into it"));
        }
        Ok(told)
    }

    async fn prepare(&mut self, sql: &str) -> Result<Prepared> {
        self.wire.command(&[&[packet::PREPARE], self.mark.as_bytes(), sql.as_bytes()].concat()).await?;
        let answer = self.answer().await?;
        let prepared = Prepared::parse(answer).ok_or_else(|| error::no_protocol("a statement is not prepared"))?;
        self.spent = Some(prepared.id);
        Ok(prepared)
    }

    /// Starts a statement and tells what its columns are; its rows are due next.
    pub(crate) async fn begin(&mut self, awaited: Awaited, sql: &str, binds: &[Bind]) -> Result<Vec<Described>> {
        self.start(awaited).await?;
        let prepared = self.prepare(sql).await?;
        for _ in 0..u32::from(prepared.parameters) + u32::from(prepared.columns) {
            self.answer().await?;
        }
        if usize::from(prepared.parameters) != binds.len() {
            return Err(Error::internal("the statement has another number of parameters than values"));
        }
        self.wire.command(&bind::execution(prepared.id, binds)?).await?;
        let answer = self.answer().await?;
        let count = match answer.first() {
            None | Some(&packet::OK) => return Err(error::no_protocol("there are no columns")),
            Some(&packet::LOCAL_INFILE) => return Err(no_files()),
            Some(_) => Rest(answer).number().ok_or_else(|| error::no_protocol("there are no columns"))?,
        };
        // As many as a prepared statement can have; more would be held before the first row.
        let count = u16::try_from(count).map_err(|_| error::no_protocol("there are too many columns"))?;
        let mut described = Vec::new();
        for _ in 0..count {
            let column = Described::parse(self.answer().await?);
            described.push(column.ok_or_else(|| error::no_protocol("a column is not described"))?);
        }
        Ok(described)
    }

    /// Rows of the answer that has begun that have arrived, no more than `most` and up to the first that `takes` does not want, by
    /// its length, or that is no plain row; as [`Wire::rows`] gives them.
    pub(crate) fn rows(&mut self, most: usize, mut takes: impl FnMut(usize) -> bool) -> Vec<(&[u8], usize)> {
        let limit = self.max_cell_bytes;
        self.wire.rows(most, |row| row.first() == Some(&packet::OK) && row.len() <= limit && takes(row.len()))
    }

    /// The next row of the answer that has begun, or nothing behind the last one.
    pub(crate) async fn row(&mut self, follower: &mut Follower) -> Result<Option<&[u8]>> {
        follower.restart();
        self.wire.receive(|arrived| follower.follow(arrived)).await?;
        let packet = self.wire.received();
        match packet.first() {
            Some(&packet::OK) => {}
            Some(&packet::END) if packet::is_end(packet) => {
                self.busy = false;
                return Ok(None);
            }
            Some(&packet::ERROR) => return Err(self.refused()),
            _ => return Err(error::no_protocol("a row begins with something else")),
        }
        if packet.len() > self.max_cell_bytes {
            follower.restart();
            follower.follow(packet).map_err(|limit| limit.error())?;
        }
        Ok(Some(self.wire.received()))
    }

    /// Marks the session as busy until the caller has read the whole answer.
    async fn start(&mut self, awaited: Awaited) -> Result<()> {
        if self.busy {
            return Err(error::broken_session());
        }
        self.busy = true;
        self.wire.allow_silence(match awaited {
            Awaited::Rows => self.silence.rows,
            Awaited::Answer => self.silence.answer,
        });
        if let Some(id) = self.spent.take() {
            // Nothing answers this.
            self.wire.command(&[&[packet::CLOSE], id.to_le_bytes().as_slice()].concat()).await?;
        }
        Ok(())
    }

    /// The first packet of an answer; an error of the server ends it and leaves the session in order.
    async fn answer(&mut self) -> Result<&[u8]> {
        if self.wire.packet().await?.first() == Some(&packet::ERROR) {
            return Err(self.refused());
        }
        Ok(self.wire.received())
    }

    async fn done(&mut self) -> Result<()> {
        match self.answer().await?.first() {
            Some(&packet::OK) => {
                self.busy = false;
                Ok(())
            }
            Some(&packet::LOCAL_INFILE) => Err(no_files()),
            _ => Err(error::no_protocol("a statement is answered with something else")),
        }
    }

    fn refused(&mut self) -> Error {
        match Refusal::parse(self.wire.received()) {
            Some(refusal) => {
                self.busy = false;
                error::from_server(&refusal)
            }
            None => error::no_protocol("an error is cut short"),
        }
    }
}

fn too_much_metadata() -> Error {
    let told = format!("the server's catalog answers with more than {} MiB", METADATA_BYTES >> 20);
    Error::new(ErrorKind::TooLarge, told).hint("let the user see fewer schemas and tables")
}

fn no_files() -> Error {
    Error::new(ErrorKind::Forbidden, "the server asks for a file of ours, which no server is given")
        .hint("check that host and port lead to the server that they should")
}

/// Which server it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) is_mariadb: bool,
    pub(crate) version: (u32, u32, u32),
}

impl Server {
    /// What a greeting says; MariaDB puts an old version of MySQL in front of its own.
    pub(crate) fn of(version: &str) -> Self {
        let is_mariadb = version.to_ascii_lowercase().contains("mariadb");
        let own = version.strip_prefix("5.5.5-").filter(|_| is_mariadb).unwrap_or(version);
        let mut numbers =
            own.split(|character: char| !character.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self { is_mariadb, version: (next(), next(), next()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_apart_by_their_greeting() {
        for (greeting, is_mariadb, version) in [
            ("5.5.5-10.11.19-MariaDB-0+deb12u1", true, (10, 11, 19)),
            ("11.4.5-MariaDB", true, (11, 4, 5)),
            ("9.7.4-2", false, (9, 7, 4)),
            ("8.0.35", false, (8, 0, 35)),
            ("8.0.mysql_aurora.3.04.0", false, (8, 0, 0)),
            ("", false, (0, 0, 0)),
        ] {
            assert_eq!(Server::of(greeting), Server { is_mariadb, version }, "{greeting}");
        }
    }
}
