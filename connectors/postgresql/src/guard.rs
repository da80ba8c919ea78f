//! A stream that follows the server's messages as they pass and breaks before a value is larger than is read at all.
//!
//! The driver buffers a whole row before it hands it on, so a limit above it comes too late. The guard sits directly beneath
//! the driver, inside TLS, and keeps a few bytes of state; messages within the limit are skipped over in one step. It also
//! keeps `socketTimeout`, since only it knows when the server is silent. Not here: what is inside the messages.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::error::Limit;

/// What is guarded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The largest value, in bytes on the wire.
    pub(crate) cell: usize,
    /// How long the server may be silent.
    pub(crate) silence: Option<Duration>,
}

/// A stream whose incoming bytes are watched.
pub(crate) struct Guard<S> {
    inner: S,
    follower: Option<Follower>,
    silence: Option<Duration>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> Guard<S> {
    /// Watches a stream; `unframed` bytes come before the first message.
    pub(crate) fn new(inner: S, limits: Limits, unframed: u64) -> Self {
        let follower = Follower::new(limits.cell, unframed);
        Self { inner, follower: Some(follower), silence: limits.silence, alarm: None }
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(silence) = self.silence else { return Ok(()) };
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
                let verdict = this.follower.as_mut().map_or(Ok(()), |follower| follower.follow(arrived));
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
        stream.silence = None;
        let limits = self.limits;
        let handshake = self.tls.connect(stream);
        Box::pin(async move { Ok(Guard::new(handshake.await?, limits, 0)) })
    }
}

const HEADER: usize = 5;
const DATA_ROW: u8 = b'D';
/// A message without rows may be this large whatever the limit: errors, descriptions of many columns.
const OTHER_MESSAGE: u64 = 16 << 20;

/// Where in the sequence of messages the stream is, byte by byte.
#[derive(Debug)]
struct Follower {
    limit: usize,
    state: State,
    /// Bytes of a number that has not arrived whole, and how many there are.
    partial: [u8; HEADER],
    have: usize,
}

#[derive(Debug)]
enum State {
    /// Bytes that need no look, then a header.
    Skip(u64),
    /// A message's type and length.
    Header,
    /// The number of values in a row that is larger than the limit, `rest` bytes from its end.
    Count { rest: u64 },
    /// The length of the next of `left` values.
    Length { left: u16, rest: u64 },
    /// A value within the limit, then `left` more.
    Cell { left: u16, bytes: u64, rest: u64 },
}

impl Follower {
    fn new(limit: usize, unframed: u64) -> Self {
        Self { limit, state: State::Skip(unframed), partial: [0; HEADER], have: 0 }
    }

    fn follow(&mut self, mut bytes: &[u8]) -> Result<(), Limit> {
        while !bytes.is_empty() || matches!(self.state, State::Skip(0) | State::Cell { bytes: 0, .. }) {
            self.state = match self.state {
                State::Skip(0) => State::Header,
                State::Skip(left) => State::Skip(left - take(&mut bytes, left)),
                State::Header => match self.collect::<HEADER>(&mut bytes) {
                    Some([kind, length @ ..]) => self.message(kind, u64::from(u32::from_be_bytes(length)))?,
                    None => return Ok(()),
                },
                State::Count { rest } => match self.collect::<2>(&mut bytes) {
                    Some(count) => next_cell(u16::from_be_bytes(count), minus(rest, 2)?),
                    None => return Ok(()),
                },
                State::Length { left, rest } => match self.collect::<4>(&mut bytes) {
                    Some(length) => self.cell(left, i32::from_be_bytes(length), minus(rest, 4)?)?,
                    None => return Ok(()),
                },
                State::Cell { left, bytes: 0, rest } => next_cell(left, rest),
                State::Cell { left, bytes: length, rest } => {
                    let taken = take(&mut bytes, length);
                    State::Cell { left, bytes: length - taken, rest: minus(rest, taken)? }
                }
            };
        }
        Ok(())
    }

    /// A message was announced: the usual one is skipped, a row that may hold too large a value is looked into.
    fn message(&self, kind: u8, length: u64) -> Result<State, Limit> {
        let rest = minus(length, 4)?;
        match kind {
            DATA_ROW if usize::try_from(rest).map_or(true, |rest| rest > self.limit) => Ok(State::Count { rest }),
            DATA_ROW => Ok(State::Skip(rest)),
            _ if rest > OTHER_MESSAGE => Err(Limit::Message { bytes: rest }),
            _ => Ok(State::Skip(rest)),
        }
    }

    /// A value was announced; −1 is NULL.
    fn cell(&self, left: u16, length: i32, rest: u64) -> Result<State, Limit> {
        let left = left.saturating_sub(1);
        match u64::try_from(length) {
            Err(_) => Ok(next_cell(left, rest)),
            Ok(bytes) if usize::try_from(bytes).map_or(true, |bytes| bytes > self.limit) => {
                Err(Limit::Cell { bytes, limit: self.limit })
            }
            Ok(bytes) => Ok(State::Cell { left, bytes, rest }),
        }
    }

    /// The next `N` bytes once they are there, across any cut.
    fn collect<const N: usize>(&mut self, bytes: &mut &[u8]) -> Option<[u8; N]> {
        while self.have < N {
            let (first, rest) = bytes.split_first()?;
            *self.partial.get_mut(self.have)? = *first;
            self.have += 1;
            *bytes = rest;
        }
        self.have = 0;
        self.partial.first_chunk::<N>().copied()
    }
}

fn next_cell(left: u16, rest: u64) -> State {
    if left == 0 { State::Skip(rest) } else { State::Length { left, rest } }
}

/// What remains of a row, which must not end inside one of its values.
fn minus(rest: u64, taken: u64) -> Result<u64, Limit> {
    rest.checked_sub(taken).ok_or(Limit::Framing)
}

/// Drops up to `most` bytes and tells how many there were.
fn take(bytes: &mut &[u8], most: u64) -> u64 {
    let count = usize::try_from(most).map_or(bytes.len(), |most| most.min(bytes.len()));
    *bytes = bytes.get(count..).unwrap_or_default();
    u64::try_from(count).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use tokio::io::AsyncReadExt;

    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind][..], &length.to_be_bytes(), body].concat()
    }

    fn row(cells: &[Option<usize>]) -> Vec<u8> {
        let mut body = u16::try_from(cells.len()).unwrap().to_be_bytes().to_vec();
        for cell in cells {
            match cell {
                None => body.extend((-1i32).to_be_bytes()),
                Some(length) => {
                    body.extend(i32::try_from(*length).unwrap().to_be_bytes());
                    body.extend(vec![b'D'; *length]);
                }
            }
        }
        message(DATA_ROW, &body)
    }

    fn follow(limit: usize, stream: &[u8], mut piece: impl FnMut() -> usize) -> Result<(), Limit> {
        let mut follower = Follower::new(limit, 1);
        let mut rest = stream;
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(piece().clamp(1, rest.len()));
            follower.follow(head)?;
            rest = tail;
        }
        Ok(())
    }

    #[test]
    fn a_value_at_the_limit_passes_and_one_above_it_does_not() {
        let stream =
            |length| [b"S".to_vec(), message(b'Z', b"I"), row(&[None, Some(0), Some(length), Some(3)])].concat();
        assert_eq!(follow(100, &stream(100), || usize::MAX), Ok(()));
        assert_eq!(follow(100, &stream(101), || usize::MAX), Err(Limit::Cell { bytes: 101, limit: 100 }));
    }

    #[test]
    fn a_large_value_is_refused_at_its_length_before_its_bytes_come() {
        let stream = [b"S".to_vec(), row(&[Some(1), Some(5000)])].concat();
        let first_byte_of_the_value = 1 + 5 + 2 + 4 + 1 + 4;
        assert!(follow(100, &stream[..first_byte_of_the_value], || 1).is_err());
        assert!(follow(100, &stream[..first_byte_of_the_value - 1], || 1).is_ok());
    }

    #[test]
    fn a_row_that_lies_about_its_length_and_a_giant_message_are_refused() {
        let mut lying = row(&[Some(200), Some(200)]);
        lying[4] -= 100;
        assert_eq!(follow(250, &[b"S".to_vec(), lying].concat(), || usize::MAX), Err(Limit::Framing));
        let giant = [b"S".as_slice(), b"N", &0x7fff_ffff_u32.to_be_bytes()].concat();
        assert!(matches!(follow(250, &giant, || 1), Err(Limit::Message { .. })));
    }

    #[test]
    fn cuts_change_no_verdict() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..300 {
            let mut stream = b"N".to_vec();
            let mut largest = 0;
            for _ in 0..random.random_range(1..6) {
                let cells: Vec<Option<usize>> = (0..random.random_range(0..5))
                    .map(|_| random.random_bool(0.8).then(|| random.random_range(0..120)))
                    .collect();
                largest = cells.iter().flatten().copied().chain([largest]).max().unwrap();
                stream.extend(row(&cells));
                stream.extend(message(b'C', &vec![b'D'; random.random_range(0..60)]));
            }
            let whole = follow(60, &stream, || usize::MAX);
            assert_eq!(whole.is_ok(), largest <= 60);
            let most = random.random_range(1..20);
            assert_eq!(follow(60, &stream, || random.random_range(1..=most)), whole);
        }
    }

    #[tokio::test]
    async fn silence_ends_a_read_and_bytes_do_not() {
        let limits = Limits { cell: 10, silence: Some(Duration::from_millis(20)) };
        let (mut server, client) = tokio::io::duplex(64);
        let mut guard = Guard::new(client, limits, 0);
        tokio::io::AsyncWriteExt::write_all(&mut server, &message(b'Z', b"I")).await.unwrap();
        let mut bytes = [0; 6];
        guard.read_exact(&mut bytes).await.unwrap();
        let error = guard.read_u8().await.unwrap_err();
        assert!(error.to_string().contains("socketTimeout"), "{error}");
    }
}
