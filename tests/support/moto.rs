//! A moto server, which stands in for AWS's services: the `moto_server` on the search path, or the one that `TEST_MOTO` names.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// A server of its own, which ends when dropped.
///
/// It is reached through a gate that lets one request in at a time, because moto's transactions are not kept apart: one that is
/// cancelled puts back the whole table as it was when it began.
pub struct Moto {
    /// Where it is reached, as a URL.
    pub endpoint: String,
    lost: Arc<AtomicUsize>,
    server: Child,
    serving: JoinSet<()>,
}

impl Moto {
    /// Starts one, or says why there is none.
    pub async fn start() -> Result<Self, String> {
        Self::start_behind(None).await
    }

    /// Starts one whose state machines call all services at `port`; at itself, if there is none.
    pub async fn start_behind(port: Option<u16>) -> Result<Self, String> {
        let program = std::env::var_os("TEST_MOTO").map_or_else(|| PathBuf::from("moto_server"), PathBuf::from);
        let told = NamedTempFile::new().unwrap();
        let mut command = Command::new(&program);
        command.args(["-H", "127.0.0.1", "-p", "0"]).stdin(Stdio::null()).stdout(Stdio::null());
        command.envs(port.map(|port| ("MOTO_PORT", port.to_string())));
        let server = command.stderr(told.reopen().unwrap()).spawn();
        let server = server.map_err(|error| format!("{} does not start: {error}", program.display()))?;
        let lost = Arc::new(AtomicUsize::new(0));
        let mut moto = Self { endpoint: String::new(), lost: lost.clone(), server, serving: JoinSet::new() };
        let listening = moto.port(&told).await;
        let gate = TcpListener::bind("127.0.0.1:0").await.unwrap();
        moto.endpoint = format!("http://{}", gate.local_addr().unwrap());
        moto.serving.spawn(serve(gate, listening, lost));
        Ok(moto)
    }

    /// Lets the next so many transactions be done, and their answers be lost.
    pub fn lose_answers(&self, transactions: usize) {
        self.lost.store(transactions, Ordering::SeqCst);
    }

    async fn port(&mut self, told: &NamedTempFile) -> u16 {
        let start = Instant::now();
        loop {
            let text = std::fs::read_to_string(told.path()).unwrap();
            let rest = text.split_once("Running on http://127.0.0.1:").map(|(_, rest)| rest);
            if let Some((port, _)) = rest.and_then(|rest| rest.split_once('\n')) {
                return port.trim().parse().unwrap();
            }
            let ended = self.server.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < Duration::from_mins(1), "moto does not run: {text}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

async fn serve(gate: TcpListener, port: u16, lost: Arc<AtomicUsize>) {
    let (mut passing, one) = (JoinSet::new(), Arc::new(Mutex::new(())));
    loop {
        let client = gate.accept().await.unwrap().0;
        while passing.try_join_next().is_some() {}
        passing.spawn(pass(client, port, lost.clone(), one.clone()));
    }
}

/// Passes requests on, one after the other, each on a connection of its own.
async fn pass(mut client: TcpStream, port: u16, lost: Arc<AtomicUsize>, one: Arc<Mutex<()>>) -> Option<()> {
    loop {
        let request = message(&mut client).await?;
        let answer = {
            let _alone = one.lock().await;
            let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            server.write_all(&request).await.unwrap();
            message(&mut server).await?
        };
        let is_transaction =
            String::from_utf8_lossy(&request[..request.len().min(4096)]).contains("TransactWriteItems");
        let take = |left: usize| left.checked_sub(1);
        if is_transaction && lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
            return None;
        }
        client.write_all(&answer).await.ok()?;
    }
}

/// A request or an answer, whole; none where the connection ends.
pub async fn message(from: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            let there = bytes.len();
            bytes.resize(end + 4 + length, 0);
            from.read_exact(&mut bytes[there..]).await.ok()?;
            return Some(bytes);
        }
        if from.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
