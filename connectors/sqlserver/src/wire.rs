//! The socket beneath the driver, which breaks when the server is silent for too long while something is awaited.
//!
//! The driver reads and writes only while something is asked, so that silence between requests is none of ours. Not here: how
//! the socket is opened (`connect.rs`).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// What the error of a silent server says; the driver hands on its text only.
pub(crate) const SILENCE: &str = "silent for longer than socketTimeout allows";

/// The driver and TLS read a few kilobytes at a time; the socket is read in larger pieces.
const READ_BYTES: usize = 128 << 10;

/// How long the server may be silent, in milliseconds; 0 is no limit. Shared by a session and its wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patience(Arc<AtomicU64>);

impl Patience {
    /// Sets the limit for what is asked next.
    pub(crate) fn set(&self, limit: Option<Duration>) {
        let millis = limit.map_or(0, |limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX).max(1));
        self.0.store(millis, Ordering::Relaxed);
    }

    fn get(&self) -> Option<Duration> {
        Some(self.0.load(Ordering::Relaxed)).filter(|millis| *millis > 0).map(Duration::from_millis)
    }
}

/// A socket with an alarm.
pub(crate) struct Wire<S = TcpStream> {
    inner: BufReader<S>,
    patience: Patience,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead> Wire<S> {
    pub(crate) fn new(stream: S, patience: Patience) -> Self {
        Self { inner: BufReader::with_capacity(READ_BYTES, stream), patience, alarm: None }
    }
}

impl<S> Wire<S> {
    /// Passes on what is ready; else lets the alarm run, which was wound up when the waiting began.
    fn patiently<T>(&mut self, outcome: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.alarm = None;
            return outcome;
        }
        let Some(limit) = self.patience.get() else { return Poll::Pending };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(alarm.as_mut().poll(cx));
        self.alarm = None;
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, SILENCE)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        self.patiently(read, cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.patiently(written, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.patiently(flushed, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_breaks_the_wire_and_a_byte_winds_the_alarm_up_again() {
        let patience = Patience::default();
        patience.set(Some(Duration::from_secs(5)));
        let (client, mut server) = duplex(64);
        let mut wire = Wire::new(client, patience.clone());
        server.write_all(b"a").await.unwrap();
        assert_eq!(wire.read_u8().await.unwrap(), b'a');
        let began = tokio::time::Instant::now();
        let error = wire.read_u8().await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed()), (io::ErrorKind::TimedOut, Duration::from_secs(5)));
        assert!(error.to_string().contains("socketTimeout"));
        patience.set(None);
        assert!(futures::poll!(Box::pin(wire.read_u8())).is_pending());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_takes_nothing_is_silent_too() {
        let patience = Patience::default();
        patience.set(Some(Duration::from_secs(1)));
        let (client, _server) = duplex(1);
        let mut wire = Wire::new(client, patience);
        assert_eq!(wire.write_all(b"ab").await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
