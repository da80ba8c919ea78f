//! Where a stream of the server's messages is, byte by byte and in whatever pieces it comes: what is too large is known before it
//! has arrived. A few bytes of state; messages within the limit are skipped over in one step.

use tokio_postgres::types::Type;

use crate::error::Limit;

const HEADER: usize = 5;
/// A column's description behind its name; its type's identifier lies in the middle.
const FIELD: usize = 18;
const DATA_ROW: u8 = b'D';
const ROW_DESCRIPTION: u8 = b'T';
/// A message without rows may be this large whatever the limit: errors, descriptions of many columns.
const OTHER_MESSAGE: u64 = 16 << 20;

/// Where in the sequence of messages the stream is, byte by byte.
#[derive(Debug)]
pub(crate) struct Follower {
    limit: usize,
    /// Whether the driver may look up types that it does not know.
    looks_up: bool,
    state: State,
    /// Bytes of a number that has not arrived whole, and how many there are.
    partial: [u8; FIELD],
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
    /// The number of columns in the description of rows.
    Columns { rest: u64 },
    /// The name of the next of `left` columns, which ends with a zero byte.
    Name { left: u16, rest: u64 },
    /// What follows the name.
    Field { left: u16, rest: u64 },
}

impl Follower {
    /// A follower of messages behind `unframed` bytes of something else.
    pub(crate) fn new(limit: usize, unframed: u64) -> Self {
        Self { limit, looks_up: false, state: State::Skip(unframed), partial: [0; FIELD], have: 0 }
    }

    /// Says whether the driver may look types up in what is asked now.
    pub(crate) fn let_look_up(&mut self, looks_up: bool) {
        self.looks_up = looks_up;
    }

    /// Looks at what has arrived.
    pub(crate) fn follow(&mut self, mut bytes: &[u8]) -> Result<(), Limit> {
        while !bytes.is_empty() || matches!(self.state, State::Skip(0) | State::Cell { bytes: 0, .. }) {
            match self.step(&mut bytes)? {
                Some(state) => self.state = state,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// The state behind the next piece; nothing while that has not arrived whole.
    fn step(&mut self, bytes: &mut &[u8]) -> Result<Option<State>, Limit> {
        Ok(Some(match self.state {
            State::Skip(0) => State::Header,
            State::Skip(left) => State::Skip(left - take(bytes, left)),
            State::Header => match self.collect::<HEADER>(bytes) {
                Some([kind, length @ ..]) => self.message(kind, u64::from(u32::from_be_bytes(length)))?,
                None => return Ok(None),
            },
            State::Count { rest } => match self.collect::<2>(bytes) {
                Some(count) => next_cell(u16::from_be_bytes(count), minus(rest, 2)?),
                None => return Ok(None),
            },
            State::Length { left, rest } => match self.collect::<4>(bytes) {
                Some(length) => self.cell(left, i32::from_be_bytes(length), minus(rest, 4)?)?,
                None => return Ok(None),
            },
            State::Cell { left, bytes: 0, rest } => next_cell(left, rest),
            State::Cell { left, bytes: length, rest } => {
                let taken = take(bytes, length);
                State::Cell { left, bytes: length - taken, rest: minus(rest, taken)? }
            }
            State::Columns { rest } => match self.collect::<2>(bytes) {
                Some(count) => next_name(u16::from_be_bytes(count), minus(rest, 2)?),
                None => return Ok(None),
            },
            State::Name { left, rest } => name(bytes, left, rest)?,
            State::Field { left, rest } => match self.collect::<FIELD>(bytes) {
                Some(field) => self.column(&field, left, minus(rest, 18)?)?,
                None => return Ok(None),
            },
        }))
    }

    /// A message was announced: the usual one is skipped, a row that may hold too large a value is looked into.
    fn message(&self, kind: u8, length: u64) -> Result<State, Limit> {
        let rest = minus(length, 4)?;
        match kind {
            DATA_ROW if usize::try_from(rest).map_or(true, |rest| rest > self.limit) => Ok(State::Count { rest }),
            DATA_ROW => Ok(State::Skip(rest)),
            ROW_DESCRIPTION if rest <= OTHER_MESSAGE => Ok(State::Columns { rest }),
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

    /// The driver asks the server about a type it does not know. Behind rows it does so while nobody reads them: both would wait for
    /// ever. No column that is read has such a type, unless it was altered since it was described.
    fn column(&self, field: &[u8; FIELD], left: u16, rest: u64) -> Result<State, Limit> {
        let [_, _, _, _, _, _, oid @ .., _, _, _, _, _, _, _, _] = *field;
        match Type::from_oid(u32::from_be_bytes(oid)) {
            None if !self.looks_up => Err(Limit::UnknownType),
            _ => Ok(next_name(left.saturating_sub(1), rest)),
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

fn next_name(left: u16, rest: u64) -> State {
    if left == 0 { State::Skip(rest) } else { State::Name { left, rest } }
}

fn name(bytes: &mut &[u8], left: u16, rest: u64) -> Result<State, Limit> {
    let end = bytes.iter().position(|byte| *byte == 0);
    let taken = take(bytes, end.map_or(u64::MAX, |end| u64::try_from(end + 1).unwrap_or(u64::MAX)));
    let rest = minus(rest, taken)?;
    Ok(if end.is_some() { State::Field { left, rest } } else { State::Name { left, rest } })
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

    fn description(columns: &[(&str, u32)]) -> Vec<u8> {
        let mut body = u16::try_from(columns.len()).unwrap().to_be_bytes().to_vec();
        for (name, oid) in columns {
            body.extend([name.as_bytes(), &[0; 7], &oid.to_be_bytes(), &[0xff; 8]].concat());
        }
        message(ROW_DESCRIPTION, &body)
    }

    #[test]
    fn types_that_the_driver_knows_pass_and_others_do_not() {
        for (oid, known) in [(25, true), (16_999, false)] {
            let described = description(&[("id", 23), ("", 1007), ("naïve", oid), ("last", 25)]);
            let stream = [b"S".to_vec(), described, message(b'Z', b"I"), row(&[Some(3)])].concat();
            for piece in [1, 2, 7, usize::MAX] {
                assert_eq!(follow(100, &stream, || piece).is_ok(), known, "{oid} in pieces of {piece}");
            }
        }
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
}
