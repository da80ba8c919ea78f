//! A stream that follows the server's messages as they pass and breaks before a value is larger than is read at all.
//!
//! The driver buffers a whole row before it hands it on, so a limit above it comes too late. The guard sits directly beneath
//! the driver, inside TLS. It also keeps `socketTimeout`, since only it knows when the server is silent. Not here: how messages
//! are followed (`follower.rs`).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::Sleep;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::error::Limit;
use crate::follower::Follower;

/// What is guarded.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// The largest value, in bytes on the wire.
    pub(crate) cell: usize,
    /// What is asked of the server; told anew every time.
    pub(crate) asked: watch::Receiver<Asked>,
}

/// What the guard must know of what is asked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// How long the server may be silent about it.
    pub(crate) silence: Option<Duration>,
    /// Whether the driver may look up types that it does not know.
    pub(crate) looks_up: bool,
}

/// A stream whose incoming bytes are watched.
pub(crate) struct Guard<S> {
    inner: S,
    follower: Option<Follower>,
    asked: Option<watch::Receiver<Asked>>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> Guard<S> {
    /// Watches a stream; `unframed` bytes come before the first message.
    pub(crate) fn new(inner: S, limits: Limits, unframed: u64) -> Self {
        let follower = Follower::new(limits.cell, unframed);
        Self { inner, follower: Some(follower), asked: Some(limits.asked), alarm: None }
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(told) = &mut self.asked else { return Ok(()) };
        // Between two questions nothing was due, however long that was.
        if told.has_changed().unwrap_or(false) {
            self.alarm = None;
        }
        let Some(silence) = told.borrow_and_update().silence else { return Ok(()) };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
        match alarm.as_mut().poll(cx) {
            Poll::Ready(()) => Err(Limit::Silence.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        match Pin::new(&mut this.inner).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                this.alarm = None;
                let arrived = buf.filled().get(before..).unwrap_or_default();
                let looks_up = this.asked.as_ref().is_some_and(|asked| asked.borrow().looks_up);
                let verdict = this.follower.as_mut().map_or(Ok(()), |follower| {
                    follower.let_look_up(looks_up);
                    follower.follow(arrived)
                });
                Poll::Ready(verdict.map_err(io::Error::from))
            }
            Poll::Pending => match this.poll_alarm(cx) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Guard<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

/// Puts the guard inside TLS: what it wraps is no longer watched in its encrypted form.
pub(crate) struct GuardInside<T> {
    pub(crate) tls: T,
    pub(crate) limits: Limits,
}

impl<S, T> TlsConnect<Guard<S>> for GuardInside<T>
where
    T: TlsConnect<Guard<S>>,
    T::Future: Send + 'static,
{
    type Stream = Guard<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Self::Error>> + Send>>;

    fn connect(self, mut stream: Guard<S>) -> Self::Future {
        stream.follower = None;
        stream.asked = None;
        let limits = self.limits;
        let handshake = self.tls.connect(stream);
        Box::pin(async move { Ok(Guard::new(handshake.await?, limits, 0)) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn silence_ends_a_read_and_bytes_do_not() {
        let for_long = |silence| Asked { silence: Some(silence), looks_up: false };
        let (ask, asked) = watch::channel(for_long(Duration::from_millis(20)));
        let limits = Limits { cell: 10, asked };
        let (mut server, client) = tokio::io::duplex(64);
        let mut guard = Guard::new(client, limits, 0);
        server.write_all(b"Z\0\0\0\x05I").await.unwrap();
        let mut bytes = [0; 6];
        guard.read_exact(&mut bytes).await.unwrap();
        let error = guard.read_u8().await.unwrap_err();
        assert!(error.to_string().contains("socketTimeout"), "{error}");
        // That alarm has gone off; asking again winds it up.
        ask.send_replace(for_long(Duration::from_hours(1)));
        assert!(futures::poll!(Box::pin(guard.read_u8())).is_pending());
        server.write_all(b"Z").await.unwrap();
        assert_eq!(guard.read_u8().await.unwrap(), b'Z');
    }
}
