//! Packets over a socket: framed, counted and limited in size and silence.
//!
//! A packet that fits the buffer is looked at in place. A larger one is gathered piece by piece, and whoever waits for it may
//! refuse it before it has arrived. Not here: what a packet means (`packet.rs`), and TLS (`tls.rs`).

use std::io;
use std::time::Duration;

use connector_core::Result;
use connector_socket::{Duplex, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::{self, Limit};

/// The payload of a packet that another one continues.
pub(crate) const LONGEST: usize = 0xff_ffff;
/// What is read from the socket in one go at most, and the largest packet looked at in place.
pub(crate) const READ_BYTES: usize = 128 << 10;
/// A packet without rows may be this large: errors, descriptions of columns.
const OTHER_PACKET: usize = 16 << 20;
/// Room for a large row that is kept for the next one.
const KEPT: usize = 4 << 20;
const HEADER: usize = 4;

/// A connection, as packets.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    large: Vec<u8>,
    received: Received,
    sequence: u8,
    silence: Option<Duration>,
}

/// Where the last packet is.
#[derive(Clone, Copy)]
enum Received {
    Nothing,
    InPlace { start: usize, length: usize },
    Large,
}

impl Wire {
    /// Packets over `stream`, whose other end may be silent for `silence` while something is due.
    pub(crate) fn new(stream: Box<dyn Duplex>, silence: Option<Duration>) -> Self {
        let buffer = vec![0; READ_BYTES];
        let received = Received::Nothing;
        Self { stream, buffer, start: 0, end: 0, large: Vec::new(), received, sequence: 0, silence }
    }

    /// The stream beneath, to be wrapped; nothing if more has arrived than was asked for, which somebody may have slipped in.
    pub(crate) fn into_stream(self) -> Option<Box<dyn Duplex>> {
        (self.start == self.end).then_some(self.stream)
    }

    /// Goes on counting where another wire has stopped.
    pub(crate) fn counting_from(mut self, sequence: u8) -> Self {
        self.sequence = sequence;
        self
    }

    /// The number of the next packet.
    pub(crate) fn sequence(&self) -> u8 {
        self.sequence
    }

    /// From now on the server may be silent for this long.
    pub(crate) fn allow_silence(&mut self, silence: Option<Duration>) {
        self.silence = silence;
    }

    /// Sends a command, which begins a new count.
    pub(crate) async fn command(&mut self, payload: &[u8]) -> Result<()> {
        self.sequence = 0;
        self.send(payload).await
    }

    /// Sends a packet, in as many as it takes.
    pub(crate) async fn send(&mut self, payload: &[u8]) -> Result<()> {
        let mut framed = Vec::with_capacity(payload.len() + HEADER);
        for chunk in payload.chunks(LONGEST) {
            self.frame(chunk, &mut framed);
        }
        // A full packet is continued, if only by an empty one.
        if payload.len().is_multiple_of(LONGEST) {
            self.frame(&[], &mut framed);
        }
        let sending = async {
            self.stream.write_all(&framed).await?;
            self.stream.flush().await
        };
        within(self.silence, sending).await.ok_or_else(|| Limit::Silence.error())?.map_err(|error| error::lost(&error))
    }

    fn frame(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let [a, b, c, _] = u32::try_from(chunk.len()).unwrap_or(0).to_le_bytes();
        out.extend([a, b, c, self.sequence]);
        out.extend_from_slice(chunk);
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// The next packet that is no row.
    pub(crate) async fn packet(&mut self) -> Result<&[u8]> {
        self.receive(|arrived| if arrived.len() > OTHER_PACKET { Err(Limit::Packet) } else { Ok(()) }).await?;
        Ok(self.received())
    }

    /// The packet that was received last.
    pub(crate) fn received(&self) -> &[u8] {
        match self.received {
            Received::Nothing => &[],
            Received::InPlace { start, length } => self.buffer.get(start..start + length).unwrap_or_default(),
            Received::Large => &self.large,
        }
    }

    /// Receives a packet, unless `refuse` objects to what has arrived of one that is too large for the buffer.
    pub(crate) async fn receive(&mut self, mut refuse: impl FnMut(&[u8]) -> Result<(), Limit>) -> Result<()> {
        self.received = Received::Nothing;
        let mut length = self.header().await?;
        if length <= READ_BYTES {
            self.fill(length).await?;
            self.received = Received::InPlace { start: self.start, length };
            self.start += length;
            return Ok(());
        }
        self.large.clear();
        self.large.shrink_to(KEPT);
        loop {
            let mut left = length;
            while left > 0 {
                left -= self.gather(left).await?;
                refuse(&self.large).map_err(|limit| limit.error())?;
            }
            if length < LONGEST {
                self.received = Received::Large;
                return Ok(());
            }
            length = self.header().await?;
        }
    }

    /// The rows that are next and have arrived whole, up to the first packet that `takes` does not want: each with all that has arrived
    /// behind it, and its length.
    pub(crate) fn rows(&mut self, most: usize, mut takes: impl FnMut(&[u8]) -> bool) -> Vec<(&[u8], usize)> {
        let mut rows = Vec::with_capacity(most);
        while rows.len() < most {
            let here = self.buffer.get(self.start..self.end).unwrap_or_default();
            let Some(([a, b, c, sequence], rest)) = here.split_first_chunk::<HEADER>() else { break };
            let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, 0])).unwrap_or(LONGEST);
            match rest.get(..length) {
                Some(row) if *sequence == self.sequence && length < LONGEST && takes(row) => rows.push((rest, length)),
                _ => break,
            }
            self.start += HEADER + length;
            self.sequence = self.sequence.wrapping_add(1);
        }
        rows
    }

    /// Moves up to `most` bytes to the large packet, waiting for one at least.
    async fn gather(&mut self, most: usize) -> Result<usize> {
        if self.start == self.end {
            self.fill(1).await?;
        }
        let taken = most.min(self.end - self.start);
        let piece = self.buffer.get(self.start..self.start + taken).unwrap_or_default();
        self.large.extend_from_slice(piece);
        self.start += taken;
        Ok(taken)
    }

    async fn header(&mut self) -> Result<usize> {
        self.fill(HEADER).await?;
        let header = self.buffer.get(self.start..).and_then(<[u8]>::first_chunk::<HEADER>);
        let [a, b, c, sequence] = *header.unwrap_or(&[0; HEADER]);
        self.start += HEADER;
        if sequence != self.sequence {
            return Err(error::no_protocol("a packet is out of order"));
        }
        self.sequence = self.sequence.wrapping_add(1);
        let length = u32::from_le_bytes([a, b, c, 0]);
        usize::try_from(length).map_err(|_| error::no_protocol("a packet is too large"))
    }

    /// Waits until `need` bytes have arrived, which the buffer must be able to hold.
    async fn fill(&mut self, need: usize) -> Result<()> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.buffer.len() - self.start < need {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        while self.end - self.start < need {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            let read = within(self.silence, self.stream.read(room)).await.ok_or_else(|| Limit::Silence.error())?;
            match read.map_err(|error| error::lost(&error))? {
                0 => return Err(error::lost(&io::ErrorKind::UnexpectedEof.into())),
                bytes => self.end += bytes,
            }
        }
        Ok(())
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

    #[tokio::test]
    async fn packets_of_every_size_arrive_as_they_were_sent() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let (near, far) = duplex(100_000);
        let (mut sender, mut receiver) = (wire(near), wire(far));
        let sizes = [0, 1, 3, READ_BYTES - 4, READ_BYTES, READ_BYTES + 1, LONGEST - 1, LONGEST, LONGEST + 1];
        let odd = (0..20).map(|_| random.random_range(0..300_000));
        for size in sizes.into_iter().chain(odd) {
            let payload: Vec<u8> = (0..size).map(|index| u8::try_from(index % 251).unwrap()).collect();
            let sending = sender.send(&payload);
            let (sent, arrived) = futures::join!(sending, receiver.receive(|_| Ok(())));
            sent.and(arrived).unwrap();
            assert!(receiver.received() == payload, "{size} bytes");
        }
    }

    #[tokio::test]
    async fn rows_that_have_arrived_are_taken_together_and_the_others_one_by_one() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let (near, far) = duplex(100_000);
        let (mut sender, mut receiver) = (wire(near), wire(far));
        let sent: Vec<Vec<u8>> = (0..2_000)
            .map(|index| {
                let most = if index % 50 == 0 { 2 * READ_BYTES } else { 300 };
                (0..random.random_range(1..most)).map(|_| random.random_range(0..4)).collect()
            })
            .collect();
        let packets = sent.clone();
        let sending = tokio::spawn(async move {
            for packet in &packets {
                sender.send(packet).await.unwrap();
            }
            sender
        });
        let (mut taken, mut together) = (Vec::new(), 0);
        while taken.len() < sent.len() {
            let most = random.random_range(1..9);
            // None that begins with 3 is wanted.
            let rows: Vec<Vec<u8>> = receiver
                .rows(most, |row| row[0] != 3)
                .into_iter()
                .map(|(row, length)| row[..length].to_vec())
                .collect();
            assert!(rows.len() <= most && rows.iter().all(|row| row[0] != 3));
            together += rows.len();
            if rows.is_empty() {
                receiver.receive(|_| Ok(())).await.unwrap();
                taken.push(receiver.received().to_vec());
            }
            taken.extend(rows);
        }
        assert!(taken == sent && together > sent.len() / 4, "{together}");
        drop(sending.await.unwrap());
    }

    #[tokio::test]
    async fn a_row_out_of_order_is_not_taken_with_others() {
        let (mut near, far) = duplex(64);
        let mut receiver = wire(far);
        near.write_all(&[1, 0, 0, 0, 7, 1, 0, 0, 2, 8]).await.unwrap();
        receiver.fill(10).await.unwrap();
        assert_eq!(receiver.rows(9, |_| true), [(&[7, 1, 0, 0, 2, 8][..], 1)]);
        assert_eq!(receiver.packet().await.unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[tokio::test]
    async fn a_large_packet_can_be_refused_long_before_its_end() {
        let (near, far) = duplex(1 << 20);
        let mut sender = wire(near);
        let sent = tokio::spawn(async move { sender.send(&vec![7; 2 << 20]).await });
        let mut receiver = wire(far);
        let refused = receiver.receive(|arrived| {
            if arrived.len() > 1000 { Err(Limit::Cell { bytes: 2 << 20, limit: 1000 }) } else { Ok(()) }
        });
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::TooLarge);
        drop(receiver);
        assert!(sent.await.unwrap().is_err());
    }

    #[tokio::test]
    async fn silence_a_closed_end_and_a_packet_out_of_order_are_told_apart() {
        let (mut near, far) = duplex(64);
        let mut quiet = Wire::new(Box::new(far), Some(Duration::from_millis(5)));
        assert_eq!(quiet.packet().await.unwrap_err().kind(), ErrorKind::TimedOut);
        near.write_all(&[1, 0, 0, 9, 0]).await.unwrap();
        assert_eq!(quiet.packet().await.unwrap_err().kind(), ErrorKind::Corrupt);
        drop(near);
        let (near, far) = duplex(64);
        drop(near);
        assert_eq!(wire(far).packet().await.unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn what_was_slipped_in_before_tls_is_noticed() {
        let (mut near, far) = duplex(64);
        near.write_all(&[1, 0, 0, 0, 10, 1, 0]).await.unwrap();
        let mut receiver = wire(far);
        assert_eq!(receiver.packet().await.unwrap(), [10]);
        assert!(receiver.into_stream().is_none());
    }
}
