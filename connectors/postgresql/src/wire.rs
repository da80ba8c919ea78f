//! Messages over a socket: framed, and limited in size and silence.
//!
//! A message that fits the buffer is looked at in place. A larger one is gathered piece by piece, and whoever waits for it may
//! refuse it before it has arrived. A wait may be let go at any time: the next one goes on where it was. Not here: what a
//! message means (`message.rs`), when the socket is read (`connector_socket`), and TLS (`tls.rs`).

use std::io;
use std::time::Duration;

use connector_core::Result;
use connector_core::decode::RUN;
use connector_socket::{Duplex, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::{self, Limit};
use crate::message::kind;

/// What is read from the socket in one go at most; a message of this size, with its header, is looked at in place. Pieces of
/// 64 KiB and of 1 MiB cost the same within what measurements differ by.
pub(crate) const READ_BYTES: usize = 256 << 10;
/// A message without a row may be this large: errors, descriptions of columns.
const OTHER_MESSAGE: usize = 16 << 20;
/// Room for a large row that is kept for the next one.
const KEPT: usize = 4 << 20;
/// Kind and length.
const HEADER: usize = 5;

/// A connection, as messages.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    large: Vec<u8>,
    /// The kind of a large message that has not arrived whole, and how much of it is to come.
    gathering: Option<(u8, usize)>,
    received: Received,
    /// Whether nobody looks at large messages any more.
    discards: bool,
    silence: Option<Duration>,
}

/// Where the last message is.
#[derive(Clone, Copy)]
enum Received {
    Nothing,
    InPlace { start: usize, end: usize },
    Large,
}

impl Wire {
    /// Messages over `stream`, whose other end may be silent for `silence` while something is due.
    pub(crate) fn new(stream: Box<dyn Duplex>, silence: Option<Duration>) -> Self {
        let buffer = vec![0; READ_BYTES];
        let (large, gathering, received) = (Vec::new(), None, Received::Nothing);
        Self { stream, buffer, start: 0, end: 0, large, gathering, received, discards: false, silence }
    }

    /// The stream beneath, to be wrapped; nothing if more has arrived than was asked for, which somebody may have slipped in.
    pub(crate) fn into_stream(self) -> Option<Box<dyn Duplex>> {
        (self.start == self.end).then_some(self.stream)
    }

    /// From now on the server may be silent for this long.
    pub(crate) fn allow_silence(&mut self, silence: Option<Duration>) {
        self.silence = silence;
    }

    /// From now on large messages are dropped as they come, and are empty when they have.
    pub(crate) fn discard(&mut self) {
        self.discards = true;
    }

    /// Sends messages.
    pub(crate) async fn send(&mut self, messages: &[u8]) -> Result<()> {
        let sending = async {
            self.stream.write_all(messages).await?;
            self.stream.flush().await
        };
        within(self.silence, sending).await.ok_or_else(|| Limit::Silence.error())?.map_err(|error| error::lost(&error))
    }

    /// A byte outside of any message.
    pub(crate) async fn byte(&mut self) -> Result<u8> {
        while self.start == self.end {
            self.read().await?;
        }
        let byte = self.buffer.get(self.start).copied();
        self.start += 1;
        byte.ok_or_else(|| error::no_protocol("there is no byte"))
    }

    /// Waits until the server has closed its end.
    pub(crate) async fn closed(mut self) {
        while self.read().await.is_ok() {
            self.start = self.end;
        }
    }

    /// The kind of the next message, if it has arrived whole; [`Wire::body`] has the rest of it.
    #[inline]
    pub(crate) fn arrived(&mut self) -> Result<Option<u8>> {
        if let Some((kind, left)) = self.gathering {
            if left > 0 {
                return Ok(None);
            }
            (self.gathering, self.received) = (None, Received::Large);
            return Ok(Some(kind));
        }
        let Some((kind, length)) = self.header()? else { return Ok(None) };
        let start = self.start + HEADER;
        if self.end - start < length {
            return Ok(None);
        }
        self.start = start + length;
        self.received = Received::InPlace { start, end: self.start };
        Ok(Some(kind))
    }

    /// The rows that are next and have arrived whole, up to the first that `takes` does not want, by its length: each with all that has
    /// arrived behind it, and its length.
    pub(crate) fn rows(&mut self, mut takes: impl FnMut(usize) -> bool) -> Result<Vec<(&[u8], usize)>> {
        if self.gathering.is_some() {
            return Ok(Vec::new());
        }
        let mut rows = Vec::with_capacity(RUN);
        let mut arrived = self.buffer.get(self.start..self.end).unwrap_or_default();
        while let Some((kind::DATA_ROW, length)) = header(arrived)? {
            let Some((row, behind)) = arrived.get(HEADER..).and_then(|row| Some((row, row.get(length..)?))) else {
                break;
            };
            if !takes(length) {
                break;
            }
            rows.push((row, length));
            arrived = behind;
        }
        self.start = self.end - arrived.len();
        Ok(rows)
    }

    /// The message that arrived last.
    #[inline]
    pub(crate) fn body(&self) -> &[u8] {
        match self.received {
            Received::Nothing => &[],
            Received::InPlace { start, end } => self.buffer.get(start..end).unwrap_or_default(),
            Received::Large => &self.large,
        }
    }

    /// The kind of the next message, which is waited for, unless `refuse` objects to what has arrived of a large one.
    pub(crate) async fn message(&mut self, mut refuse: impl FnMut(&[u8]) -> Result<(), Limit>) -> Result<u8> {
        loop {
            if let Some(kind) = self.arrived()? {
                return Ok(kind);
            }
            self.more(&mut refuse).await?;
        }
    }

    /// Waits for more of the next message, unless `refuse` objects to what has arrived of a large one.
    pub(crate) async fn more(&mut self, mut refuse: impl FnMut(&[u8]) -> Result<(), Limit>) -> Result<()> {
        if self.gathering.is_none() {
            match self.header()? {
                Some((kind, length)) if length > self.buffer.len() - HEADER => {
                    self.large.clear();
                    self.large.shrink_to(KEPT);
                    (self.start, self.received) = (self.start + HEADER, Received::Nothing);
                    self.gathering = Some((kind, length));
                }
                _ => return self.read().await,
            }
        }
        if self.start == self.end {
            self.read().await?;
        }
        if let Some((_, left)) = &mut self.gathering {
            let taken = (*left).min(self.end - self.start);
            self.large.extend_from_slice(self.buffer.get(self.start..self.start + taken).unwrap_or_default());
            *left -= taken;
            self.start += taken;
        }
        if self.discards {
            self.large.clear();
        }
        refuse(&self.large).map_err(|limit| limit.error())
    }

    /// Kind and length of the next message.
    #[inline]
    fn header(&self) -> Result<Option<(u8, usize)>> {
        header(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Reads once, as much as has come.
    async fn read(&mut self) -> Result<()> {
        self.received = Received::Nothing;
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let read = within(self.silence, self.stream.read(room)).await.ok_or_else(|| Limit::Silence.error())?;
        match read.map_err(|error| error::lost(&error))? {
            0 => Err(error::lost(&io::ErrorKind::UnexpectedEof.into())),
            bytes => {
                self.end += bytes;
                Ok(())
            }
        }
    }
}

/// Kind and length of the message that begins here.
#[inline]
fn header(here: &[u8]) -> Result<Option<(u8, usize)>> {
    let Some([kind, length @ ..]) = here.first_chunk::<HEADER>() else { return Ok(None) };
    let length = u32::from_be_bytes(*length).checked_sub(4).ok_or_else(|| Limit::Framing.error())?;
    match usize::try_from(length) {
        Ok(length) if length <= OTHER_MESSAGE || *kind == kind::DATA_ROW => Ok(Some((*kind, length))),
        _ => Err(Limit::Message { bytes: length.into() }.error()),
    }
}

#[cfg(test)]
mod tests {
    use connector_core::ErrorKind;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use tokio::io::duplex;

    use super::*;

    fn wire(stream: tokio::io::DuplexStream) -> Wire {
        Wire::new(Box::new(stream), Some(Duration::from_secs(20)))
    }

    fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind], length.as_slice(), body].concat()
    }

    /// What arrives of `stream` in two pieces, by kind and body, and the bytes that are left over.
    async fn in_pieces(stream: &[u8], cut: usize) -> Vec<(u8, Vec<u8>)> {
        let (mut near, far) = duplex(1 << 20);
        let mut receiver = wire(far);
        let mut found = Vec::new();
        for piece in [&stream[..cut], &stream[cut..]] {
            near.write_all(piece).await.unwrap();
            loop {
                match receiver.arrived().unwrap() {
                    Some(kind) => found.push((kind, receiver.body().to_vec())),
                    None if futures::poll!(Box::pin(receiver.more(|_| Ok(())))).is_pending() => break,
                    None => {}
                }
            }
        }
        found
    }

    /// The messages that answer `SELECT 7`, as a server of version 15 sends them.
    const ANSWER: &[u8] =
        b"1\0\0\0\x042\0\0\0\x04T\0\0\0\x1b\0\x01id\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\x01\
        D\0\0\0\x0e\0\x01\0\0\0\x04\0\0\0\x07C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I";

    #[tokio::test]
    async fn messages_are_the_same_wherever_they_are_cut() {
        let whole = in_pieces(ANSWER, 0).await;
        assert_eq!(whole.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), b"12TDCZ");
        assert_eq!((whole[3].1.as_slice(), whole[5].1.as_slice()), (&b"\0\x01\0\0\0\x04\0\0\0\x07"[..], &b"I"[..]));
        for cut in 1..ANSWER.len() {
            assert_eq!(in_pieces(ANSWER, cut).await, whole, "cut behind byte {cut}");
        }
    }

    fn rows(receiver: &mut Wire, takes: impl FnMut(usize) -> bool) -> Vec<Vec<u8>> {
        receiver.rows(takes).unwrap().into_iter().map(|(row, length)| row[..length].to_vec()).collect()
    }

    #[tokio::test]
    async fn rows_are_taken_together_up_to_what_is_wanted_or_has_not_arrived() {
        let row = |byte: u8| framed(kind::DATA_ROW, &vec![byte; byte.into()]);
        let sent = [row(1), row(2), row(3), row(4)].concat();
        let (mut near, far) = duplex(1 << 10);
        let mut receiver = wire(far);
        near.write_all(&sent[..sent.len() - 1]).await.unwrap();
        receiver.more(|_| Ok(())).await.unwrap();
        assert_eq!(rows(&mut receiver, |length| length < 2), [[1]]);
        assert_eq!(rows(&mut receiver, |_| true), [vec![2; 2], vec![3; 3]]);
        near.write_all(&sent[sent.len() - 1..]).await.unwrap();
        near.write_all(&[framed(kind::COMPLETE, &[5]), row(6)].concat()).await.unwrap();
        receiver.more(|_| Ok(())).await.unwrap();
        assert_eq!(rows(&mut receiver, |_| true), [[4; 4]]);
        assert!(rows(&mut receiver, |_| true).is_empty());
        assert_eq!((receiver.arrived().unwrap(), receiver.body()), (Some(kind::COMPLETE), &[5][..]));
        assert_eq!(rows(&mut receiver, |_| true), [[6; 6]]);
    }

    #[tokio::test]
    async fn messages_of_every_size_arrive_as_they_were_sent_even_if_waits_are_let_go() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let (mut near, far) = duplex(100_000);
        let mut receiver = wire(far);
        let sizes = [0, 1, READ_BYTES - HEADER - 1, READ_BYTES - HEADER, READ_BYTES - HEADER + 1, 3 * READ_BYTES];
        let odd = (0..20).map(|_| random.random_range(0..600_000)).collect::<Vec<usize>>();
        let bodies: Vec<Vec<u8>> = sizes
            .into_iter()
            .chain(odd)
            .map(|size| (0..size).map(|index| u8::try_from(index % 251).unwrap()).collect())
            .collect();
        let sent: Vec<u8> = bodies.iter().flat_map(|body| framed(kind::DATA_ROW, body)).collect();
        let sending = tokio::spawn(async move { near.write_all(&sent).await.map(|()| near) });
        for body in &bodies {
            let kind = loop {
                // Polled once and let go, time and again.
                let polled = futures::poll!(Box::pin(receiver.message(|_| Ok(()))));
                match polled {
                    std::task::Poll::Ready(kind) => break kind.unwrap(),
                    std::task::Poll::Pending => tokio::task::yield_now().await,
                }
            };
            assert!(kind == kind::DATA_ROW && receiver.body() == body, "{} bytes", body.len());
        }
        drop(sending.await.unwrap().unwrap());
    }

    #[tokio::test]
    async fn a_large_row_can_be_refused_long_before_its_end() {
        let (mut near, far) = duplex(1 << 20);
        let sent = tokio::spawn(async move { near.write_all(&framed(kind::DATA_ROW, &vec![7; 2 << 20])).await });
        let mut receiver = wire(far);
        let refused = receiver.message(|arrived| {
            if arrived.len() > 1000 { Err(Limit::Cell { bytes: 2 << 20, limit: 1000 }) } else { Ok(()) }
        });
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::TooLarge);
        assert!(receiver.large.len() <= READ_BYTES);
        drop(receiver);
        assert!(sent.await.unwrap().is_err());
    }

    #[tokio::test]
    async fn what_nobody_looks_at_takes_no_room() {
        let (mut near, far) = duplex(1 << 20);
        let sent = [framed(kind::DATA_ROW, &vec![7; 8 << 20]), framed(kind::READY, b"I")].concat();
        let sending = tokio::spawn(async move { near.write_all(&sent).await.map(|()| near) });
        let mut receiver = wire(far);
        receiver.discard();
        assert_eq!(receiver.message(|_| Ok(())).await.unwrap(), kind::DATA_ROW);
        assert!(receiver.large.capacity() <= 4 * READ_BYTES, "{}", receiver.large.capacity());
        assert_eq!(receiver.message(|_| Ok(())).await.unwrap(), kind::READY);
        drop(sending.await.unwrap());
    }

    #[tokio::test]
    async fn a_length_that_none_can_have_is_refused_at_its_header() {
        for (header, told) in [
            (&b"N\x7f\xff\xff\xff"[..], "holds no row"),
            (b"Z\0\0\0\x03", "longer or shorter"),
            (b"D\0\0\0\0", "longer or shorter"),
            (b"HTTP/1.1 400 Bad Request", "holds no row"),
        ] {
            let (mut near, far) = duplex(64);
            near.write_all(header).await.unwrap();
            let error = wire(far).message(|_| Ok(())).await.unwrap_err();
            assert!(error.kind() == ErrorKind::Corrupt && error.to_string().contains(told), "{error}");
        }
    }

    #[tokio::test]
    async fn silence_and_a_closed_end_are_told_apart() {
        let (near, far) = duplex(64);
        let mut quiet = Wire::new(Box::new(far), Some(Duration::from_millis(5)));
        assert_eq!(quiet.message(|_| Ok(())).await.unwrap_err().kind(), ErrorKind::TimedOut);
        drop(near);
        assert_eq!(quiet.message(|_| Ok(())).await.unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn what_was_slipped_in_before_tls_is_noticed() {
        for (sent, clean) in [(&b"S"[..], true), (b"SZ", false)] {
            let (mut near, far) = duplex(64);
            near.write_all(sent).await.unwrap();
            let mut receiver = wire(far);
            assert_eq!(receiver.byte().await.unwrap(), b'S');
            assert_eq!(receiver.into_stream().is_some(), clean);
        }
    }
}
