//! Messages over a socket: cut into packets when they are sent, joined when they arrive, limited in size and silence.
//!
//! What has arrived of a message lies in one piece in a buffer that is used again: the headers between packets are closed up in
//! place, so that whoever reads sees no packets. Not here: what a message says (`packet.rs`, `token.rs`), and TLS (`tls.rs`).

use std::io;
use std::time::Duration;

use connector_socket::{Duplex, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::Failure;

/// The kinds of packet.
pub(crate) const BATCH: u8 = 0x01;
pub(crate) const RPC: u8 = 0x03;
pub(crate) const REPLY: u8 = 0x04;
pub(crate) const ATTENTION: u8 = 0x06;
pub(crate) const LOGIN: u8 = 0x10;
pub(crate) const PRELOGIN: u8 = 0x12;

/// What the buffer begins with, and is read from the socket in one go at most: smaller pieces cost more than decoding.
pub(crate) const READ_BYTES: usize = 128 << 10;
/// What is read in one go at least.
const ROOM: usize = 16 << 10;
/// What may be asked to lie in one piece: the description of columns; no row's value that is larger does.
const LARGEST: usize = 16 << 20;
pub(crate) const HEADER: usize = 8;
/// The packets of a login; larger ones are agreed upon there.
pub(crate) const FIRST_PACKETS: usize = 4096;

/// A connection, as messages.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    buffer: Vec<u8>,
    /// Of the message, what is to be read lies in `start..joined`; behind it, `raw..end` is as it came from the socket.
    start: usize,
    joined: usize,
    raw: usize,
    end: usize,
    /// How much of the packet is still to come, and whether it is the message's last.
    left: usize,
    is_last: bool,
    silence: Option<Duration>,
    packet_bytes: usize,
}

impl Wire {
    /// Messages over `stream`, whose other end may be silent for `silence` while something is due.
    pub(crate) fn new(stream: Box<dyn Duplex>, silence: Option<Duration>) -> Self {
        let buffer = vec![0; READ_BYTES];
        let (start, joined, raw, end, left) = (0, 0, 0, 0, 0);
        Self { stream, buffer, start, joined, raw, end, left, is_last: true, silence, packet_bytes: FIRST_PACKETS }
    }

    /// The stream beneath, to be wrapped; nothing if more has arrived than was asked for, which somebody may have slipped in.
    pub(crate) fn into_stream(self) -> Option<Box<dyn Duplex>> {
        (self.is_over() && self.raw == self.end).then_some(self.stream)
    }

    /// From now on the server may be silent for this long.
    pub(crate) fn allow_silence(&mut self, silence: Option<Duration>) {
        self.silence = silence;
    }

    /// From now on messages are sent in packets of this size, headers included.
    pub(crate) fn cut_into(&mut self, packet_bytes: usize) {
        self.packet_bytes = packet_bytes.clamp(512, 32_767);
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, kind: u8, payload: &[u8]) -> Result<(), Failure> {
        let framed = framed(kind, payload, self.packet_bytes);
        let sending = async {
            self.stream.write_all(&framed).await?;
            self.stream.flush().await
        };
        within(self.silence, sending).await.ok_or(Failure::Silent)?.map_err(|error| Failure::lost(&error))
    }

    /// Expects an answer. Nothing of it may be there before it was asked for: somebody may have slipped it in.
    pub(crate) fn expect(&mut self) -> Result<(), Failure> {
        if !self.is_over() || self.raw < self.end {
            return Err(Failure::Protocol("more was sent than was asked for"));
        }
        (self.start, self.joined, self.raw, self.end, self.is_last) = (0, 0, 0, 0, false);
        if self.buffer.len() > READ_BYTES {
            self.buffer = vec![0; READ_BYTES];
        }
        Ok(())
    }

    /// What has arrived of the message and has not been read.
    #[inline]
    pub(crate) fn arrived(&self) -> &[u8] {
        self.buffer.get(self.start..self.joined).unwrap_or_default()
    }

    /// Counts so much of it as read.
    #[inline]
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.joined);
    }

    /// Whether the message has been read to its end.
    pub(crate) fn is_over(&self) -> bool {
        self.has_all() && self.start == self.joined
    }

    /// Whether nothing more belongs to the message than what has arrived.
    pub(crate) fn has_all(&self) -> bool {
        self.is_last && self.left == 0
    }

    /// Waits until more of the message has arrived; tells whether there is more, or it has been read to its end.
    ///
    /// Errors: a message that is over while something of it has not been read, which must have been cut short.
    pub(crate) async fn more(&mut self) -> Result<bool, Failure> {
        let had = self.joined - self.start;
        loop {
            self.join()?;
            if self.joined - self.start > had {
                return Ok(true);
            }
            if self.has_all() {
                return if had == 0 { Ok(false) } else { Err(Failure::Protocol("an answer is cut short")) };
            }
            self.read().await?;
        }
    }

    /// Waits for the rest of the message, which is short.
    pub(crate) async fn whole(&mut self) -> Result<&[u8], Failure> {
        loop {
            self.join()?;
            if self.has_all() {
                return Ok(self.arrived());
            }
            self.read().await?;
        }
    }

    /// Closes up what the socket gave: moves payloads over the headers in front of them.
    fn join(&mut self) -> Result<(), Failure> {
        loop {
            if self.left == 0 {
                if self.is_last {
                    return Ok(());
                }
                let unread = self.buffer.get(self.raw..self.end).unwrap_or_default();
                let Some(header) = unread.first_chunk::<HEADER>() else { return Ok(()) };
                (self.left, self.is_last) = opened(*header)?;
                self.raw += HEADER;
            }
            let ready = self.left.min(self.end - self.raw);
            if self.raw != self.joined {
                self.buffer.copy_within(self.raw..self.raw + ready, self.joined);
            }
            self.raw += ready;
            self.joined += ready;
            self.left -= ready;
            if self.left > 0 {
                return Ok(());
            }
        }
    }

    async fn read(&mut self) -> Result<(), Failure> {
        self.make_room()?;
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let read = within(self.silence, self.stream.read(room)).await.ok_or(Failure::Silent)?;
        match read.map_err(|error| Failure::lost(&error))? {
            0 => Err(Failure::lost(&io::ErrorKind::UnexpectedEof.into())),
            bytes => {
                self.end += bytes;
                Ok(())
            }
        }
    }

    fn make_room(&mut self) -> Result<(), Failure> {
        if self.start == self.joined {
            (self.start, self.joined) = (0, 0);
        }
        if self.raw == self.end {
            // What comes next needs no moving, unless a header is in front of it.
            (self.raw, self.end) = (self.joined, self.joined);
        }
        if self.buffer.len() - self.end >= ROOM {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.joined, 0);
        (self.start, self.joined) = (0, self.joined - self.start);
        self.buffer.copy_within(self.raw..self.end, self.joined);
        (self.raw, self.end) = (self.joined, self.joined + self.end - self.raw);
        if self.buffer.len() - self.end >= ROOM {
            return Ok(());
        }
        if self.buffer.len() >= LARGEST {
            return Err(Failure::Protocol("a message without rows is absurdly large"));
        }
        self.buffer.resize(self.buffer.len() * 2, 0);
        Ok(())
    }
}

/// What a header says: how much follows it, and whether it is the message's last packet.
fn opened([kind, status, high, low, ..]: [u8; HEADER]) -> Result<(usize, bool), Failure> {
    const LAST: u8 = 1;
    let length = usize::from(u16::from_be_bytes([high, low]));
    match length.checked_sub(HEADER) {
        Some(payload) if kind == REPLY => Ok((payload, status & LAST != 0)),
        _ => Err(Failure::Protocol("a packet is none of an answer")),
    }
}

/// A message in packets of at most so many bytes, headers included.
pub(crate) fn framed(kind: u8, payload: &[u8], packet_bytes: usize) -> Vec<u8> {
    let most = packet_bytes.clamp(HEADER + 1, usize::from(u16::MAX)) - HEADER;
    let mut out = Vec::with_capacity(payload.len() + (payload.len() / most + 1) * HEADER);
    let mut number = 1_u8;
    let mut rest = payload;
    loop {
        let (chunk, behind) = rest.split_at(most.min(rest.len()));
        let [high, low] = u16::try_from(chunk.len() + HEADER).unwrap_or(u16::MAX).to_be_bytes();
        out.extend([kind, u8::from(behind.is_empty()), high, low, 0, 0, number, 0]);
        out.extend_from_slice(chunk);
        number = number.wrapping_add(1);
        if behind.is_empty() {
            return out;
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use tokio::io::duplex;

    use super::*;

    fn wire(stream: tokio::io::DuplexStream) -> Wire {
        Wire::new(Box::new(stream), Some(Duration::from_secs(20)))
    }

    /// An answer in packets of random sizes, some of them empty.
    fn cut(payload: &[u8], random: &mut StdRng) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = payload;
        loop {
            let most = [0, 1, 7, 4088, 32_759][random.random_range(0..5)].min(rest.len());
            let (chunk, behind) = rest.split_at(random.random_range(0..=most));
            let packet = framed(REPLY, chunk, 40_000);
            let start = out.len();
            out.extend(packet);
            out[start + 1] = u8::from(behind.is_empty());
            if behind.is_empty() {
                return out;
            }
            rest = behind;
        }
    }

    #[tokio::test]
    async fn an_answer_arrives_in_one_piece_however_it_is_cut() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for round in 0..60 {
            let (room, largest) = [(1, 300), (7, 5_000), (30_000, 400_000)][round % 3];
            let (mut near, far) = duplex(room);
            let size = random.random_range(0..largest);
            let payload: Vec<u8> = (0..size).map(|_| random.random()).collect();
            let sent = cut(&payload, &mut random);
            let sending = tokio::spawn(async move {
                near.write_all(&sent).await.unwrap();
                near
            });
            let mut receiver = wire(far);
            receiver.expect().unwrap();
            let mut read = Vec::new();
            // Some is left each time, as by whoever waits for the rest of a value.
            while read.len() < payload.len() {
                let arrived = receiver.arrived();
                let taken = random.random_range(0..=arrived.len());
                read.extend_from_slice(&arrived[..taken]);
                receiver.consume(taken);
                if read.len() + receiver.arrived().len() < payload.len() {
                    receiver.more().await.unwrap();
                }
            }
            assert!(read == payload && receiver.whole().await.unwrap().is_empty(), "{size} bytes");
            assert!(receiver.is_over() && receiver.buffer.len() < 2 * READ_BYTES + ROOM);
            assert!(!receiver.more().await.unwrap(), "nothing follows");
            drop(sending.await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_message_is_sent_in_packets_that_are_counted_and_end() {
        let sizes = |payload: usize| {
            let mut rest = &framed(BATCH, &vec![7; payload], 108)[..];
            let mut sizes = Vec::new();
            while let Some((header, behind)) = rest.split_first_chunk::<HEADER>() {
                let length = usize::from(u16::from_be_bytes([header[2], header[3]])) - HEADER;
                sizes.push((length, header[1], header[6]));
                rest = &behind[length..];
            }
            sizes
        };
        assert_eq!(sizes(0), [(0, 1, 1)]);
        assert_eq!(sizes(100), [(100, 1, 1)]);
        assert_eq!(sizes(101), [(100, 0, 1), (1, 1, 2)]);
        assert_eq!(sizes(30_000).last(), Some(&(100, 1, 44)), "the count goes round");
    }

    #[tokio::test]
    async fn silence_a_closed_end_and_what_is_no_answer_are_told_apart() {
        let (mut near, far) = duplex(64);
        let mut quiet = Wire::new(Box::new(far), Some(Duration::from_millis(5)));
        quiet.expect().unwrap();
        assert!(matches!(quiet.more().await, Err(Failure::Silent)));
        near.write_all(b"HTTP/1.1 400 Bad Request").await.unwrap();
        assert!(matches!(quiet.more().await, Err(Failure::Protocol(_))));
        for header in [[REPLY, 1, 0, 7, 0, 0, 1, 0], [REPLY, 1, 0, 0, 0, 0, 1, 0], [PRELOGIN, 1, 0, 9, 0, 0, 1, 0]] {
            let (mut near, far) = duplex(64);
            near.write_all(&header).await.unwrap();
            let mut wire = wire(far);
            wire.expect().unwrap();
            assert!(matches!(wire.more().await, Err(Failure::Protocol(_))), "{header:?}");
        }
        let (near, far) = duplex(64);
        drop(near);
        let mut wire = wire(far);
        wire.expect().unwrap();
        assert!(matches!(wire.more().await, Err(Failure::Lost)));
    }

    #[tokio::test]
    async fn what_was_slipped_in_behind_an_answer_is_noticed() {
        let (mut near, far) = duplex(64);
        near.write_all(&[framed(REPLY, &[10], 4096), framed(REPLY, &[11], 4096)].concat()).await.unwrap();
        let mut receiver = wire(far);
        receiver.expect().unwrap();
        assert_eq!(receiver.whole().await.unwrap(), [10]);
        receiver.consume(1);
        assert!(receiver.expect().is_err());
    }

    #[tokio::test]
    async fn what_must_lie_in_one_piece_is_bounded() {
        let (mut near, far) = duplex(1 << 20);
        let endless = tokio::spawn(async move {
            let mut packet = framed(REPLY, &vec![0; 30_000], 32_000);
            packet[1] = 0;
            while near.write_all(&packet).await.is_ok() {}
        });
        let mut receiver = wire(far);
        receiver.expect().unwrap();
        assert!(matches!(receiver.whole().await, Err(Failure::Protocol(_))));
        assert!(receiver.buffer.len() <= LARGEST);
        drop(receiver);
        endless.await.unwrap();
    }
}
