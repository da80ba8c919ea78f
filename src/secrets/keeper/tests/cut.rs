//! A way to a server that breaks off after so many requests, as a process that dies does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_secretsmanager::config::retry::RetryConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::config::Aws;

/// Whether the request after the last that is answered still arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    NeverArrives,
    IsDoneUnanswered,
}

/// What AWS's SDK takes for a service; without a second attempt of its own, which would hide the break.
pub struct Cut {
    pub aws: Aws,
    _serving: JoinSet<()>,
}

impl Cut {
    /// A way to `server`, an address of HTTP, for `requests` of them.
    pub async fn after(requests: usize, last: Last, server: &str) -> Self {
        let gate = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", gate.local_addr().unwrap());
        let (server, left) = (server.trim_start_matches("http://").to_owned(), Arc::new(AtomicUsize::new(requests)));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut passing = JoinSet::new();
            loop {
                let client = gate.accept().await.unwrap().0;
                passing.spawn(pass(client, server.clone(), left.clone(), last));
            }
        });
        let sdk = Aws::at(&endpoint, "key", "secret").sdk().await.to_builder().retry_config(RetryConfig::disabled());
        Self { aws: Aws::of(sdk.build()), _serving: serving }
    }
}

async fn pass(mut client: TcpStream, server: String, left: Arc<AtomicUsize>, last: Last) -> Option<()> {
    let mut server = TcpStream::connect(server).await.unwrap();
    loop {
        let request = message(&mut client).await?;
        let is_answered = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if !is_answered && last == Last::NeverArrives {
            return None;
        }
        server.write_all(&request).await.unwrap();
        let answer = message(&mut server).await?;
        if !is_answered {
            return None;
        }
        client.write_all(&answer).await.ok()?;
    }
}

/// A request or an answer, whole.
async fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let whole = end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
            let there = bytes.len();
            bytes.resize(whole, 0);
            from.read_exact(&mut bytes[there..]).await.ok()?;
            return Some(bytes);
        }
        if from.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
