//! From a furnished directory to a server that listens: within a time limit, on a port that is free, with its log where it fails.

use std::future::Future;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind, Result};

use super::keeper::{Answers, Keeper, Kept};
use super::place::io;

/// From the first file to the first connection; a start took 3 to 50 s on a machine whose disk was busy.
const LIMIT: Duration = Duration::from_mins(1);

/// Another process may take the port between our look and the server's bind.
const PORTS_TRIED: usize = 5;

/// A server that listens. Dropping it stops the server and removes its files.
#[derive(Debug)]
pub struct Running {
    /// Its port, on 127.0.0.1 only.
    pub port: u16,
    /// Its directory.
    pub dir: PathBuf,
    keeper: Keeper,
}

impl Running {
    /// Stops the server and says so if something is left.
    pub async fn stop(mut self) -> Result<()> {
        let stopping = tokio::task::spawn_blocking(move || self.keeper.stop());
        stopping.await.map_err(|error| Error::internal("stopping was given up").with_source(error))?
    }
}

/// Gives up a start that takes too long.
pub async fn within_limit<T>(start: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Err(Error::new(ErrorKind::TimedOut, format!("not ready after {} s", LIMIT.as_secs())));
    tokio::time::timeout(LIMIT, start).await.unwrap_or_else(late)
}

/// Starts what is kept, on the port `wished` for if it is free.
pub async fn start(kept: Kept, wished: Option<u16>) -> Result<Running> {
    let dir = kept.dir.path().to_owned();
    let (mut keeper, mut answers) = Keeper::start(kept)?;
    let with_log = |error: Error| match log_tail(&dir) {
        Some(tail) => Error::new(error.kind(), format!("{error}; {tail}")),
        None => error,
    };
    answers.expect("made").await.map_err(with_log)?;
    let port = open(&mut keeper, &mut answers, wished).await.map_err(with_log)?;
    Ok(Running { port, dir, keeper })
}

async fn open(keeper: &mut Keeper, answers: &mut Answers, mut wished: Option<u16>) -> Result<u16> {
    let start = Instant::now();
    let mut tried = 0;
    loop {
        tried += 1;
        let port = wished.take().map_or_else(free_port, Ok)?;
        keeper.ask(port)?;
        match answers.expect("started").await {
            Ok(()) => return Ok(port),
            Err(error) if tried == PORTS_TRIED || start.elapsed() > LIMIT / 2 => return Err(error),
            Err(_) => {}
        }
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| io("looking for a port on", Path::new("127.0.0.1"), error))
}

/// The last lines of the server's log.
fn log_tail(dir: &Path) -> Option<String> {
    let log = std::fs::read(dir.join("log")).ok()?;
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().rev().take(12).collect();
    let tail: Vec<&str> = lines.into_iter().rev().collect();
    (!tail.is_empty()).then(|| format!("its log ends with:\n{}", tail.join("\n")))
}
