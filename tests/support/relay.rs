//! A network in between that can be made to forget its connections, as firewalls and NAT gateways do: nothing is answered any
//! more, and nothing is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Stands between a client and the server; dropped, it closes all connections.
pub struct Relay {
    /// Where clients connect to instead.
    pub port: u16,
    accepted: Arc<AtomicUsize>,
    turns: Arc<AtomicUsize>,
    forgotten: watch::Sender<usize>,
    _tasks: JoinSet<()>,
}

impl Relay {
    /// A relay to `host:port`.
    pub async fn to(server: String) -> Self {
        Self::at(0, server).await
    }

    /// A relay at a port where there was one before.
    pub async fn at(port: u16, server: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (accepted, turns) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (forgotten, watched) = watch::channel(0);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, server, Arc::clone(&accepted), Arc::clone(&turns), watched));
        Self { port, accepted, turns, forgotten, _tasks: tasks }
    }

    /// How many connections there were.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// How often a client has spoken after the server had: round trips, as long as nobody speaks unasked.
    pub fn turns(&self) -> usize {
        self.turns.load(Ordering::SeqCst)
    }

    /// Forgets every connection there is; new ones are served.
    pub fn forget(&self) {
        self.forgotten.send_replace(self.accepted());
    }
}

async fn accept(
    listener: TcpListener,
    server: String,
    accepted: Arc<AtomicUsize>,
    turns: Arc<AtomicUsize>,
    forgotten: watch::Receiver<usize>,
) {
    let mut pumps = JoinSet::new();
    loop {
        let client = listener.accept().await.unwrap().0;
        let number = accepted.fetch_add(1, Ordering::SeqCst) + 1;
        let server = TcpStream::connect(&server).await.unwrap();
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let (turns, heard) = (Arc::clone(&turns), Arc::new(AtomicBool::new(true)));
        let server_is_heard = Arc::clone(&heard);
        let spoken = move || {
            turns.fetch_add(usize::from(heard.swap(false, Ordering::SeqCst)), Ordering::SeqCst);
        };
        let heard = move || server_is_heard.store(true, Ordering::SeqCst);
        pumps.spawn(pump(from_client, to_server, number, forgotten.clone(), spoken));
        pumps.spawn(pump(from_server, to_client, number, forgotten.clone(), heard));
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    mut forgotten: watch::Receiver<usize>,
    passing: impl Fn(),
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let read = tokio::select! {
            biased;
            () = reaches(&mut forgotten, number) => 0,
            read = from.read(&mut buffer) => read.unwrap_or(0),
        };
        if *forgotten.borrow() >= number {
            // Neither answered nor closed, until the relay goes.
            return std::future::pending().await;
        }
        passing();
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

async fn reaches(forgotten: &mut watch::Receiver<usize>, number: usize) {
    if forgotten.wait_for(|forgotten| *forgotten >= number).await.is_err() {
        // The relay goes, and its tasks with it.
        std::future::pending::<()>().await;
    }
}
