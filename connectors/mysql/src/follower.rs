//! Where in a row that is still arriving a value begins that is larger than is read at all.
//!
//! A row within the limit is never looked at here; of a larger one, only lengths are. Not here: what values mean (`decode`).

use connector_core::{Error, ErrorKind, Result};

use crate::error::Limit;
use crate::packet::{Described, Rest};

/// Bits in front of the first column's in the row's list of NULLs.
const UNUSED_BITS: usize = 2;

/// How a value of a type lies in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// In so many bytes.
    Fixed(usize),
    /// Behind its length.
    Counted,
}

/// The width of a column's values; nothing for a type that the protocol does not name.
pub(crate) fn width(kind: u8) -> Option<Width> {
    use crate::decode::kind;
    Some(match kind {
        kind::NULL => Width::Fixed(0),
        kind::TINY => Width::Fixed(1),
        kind::SHORT | kind::YEAR => Width::Fixed(2),
        kind::LONG | kind::INT24 | kind::FLOAT => Width::Fixed(4),
        kind::LONGLONG | kind::DOUBLE => Width::Fixed(8),
        // Times are behind a length of one byte, which is a length like the others.
        kind::TIMESTAMP
        | kind::DATE
        | kind::TIME
        | kind::DATETIME
        | kind::DECIMAL
        | kind::NEWDECIMAL
        | kind::VARCHAR
        | kind::BIT
        | kind::VECTOR
        | kind::JSON
        | kind::ENUM..=kind::GEOMETRY => Width::Counted,
        _ => return None,
    })
}

/// Where the first value of a row of `columns` begins.
pub(crate) fn first_value(columns: usize) -> usize {
    1 + (columns + UNUSED_BITS).div_ceil(8)
}

/// Whether a column of a row is NULL.
pub(crate) fn is_null(row: &[u8], column: usize) -> bool {
    let bit = column + UNUSED_BITS;
    row.get(1 + bit / 8).is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
}

/// The place reached in a row.
#[derive(Debug)]
pub(crate) struct Follower {
    widths: Vec<Width>,
    limit: usize,
    column: usize,
    at: usize,
}

impl Follower {
    /// Errors: unsupported, for a type that the protocol does not name.
    pub(crate) fn new(described: &[Described], limit: usize) -> Result<Self> {
        let widths = described.iter().map(|column| {
            width(column.kind).ok_or_else(|| {
                Error::new(
                    ErrorKind::Unsupported,
                    format!("a column has type number {}, which is unknown", column.kind),
                )
                .hint("leave the column out of the query, or cast it in a view")
            })
        });
        let mut follower = Self { widths: widths.collect::<Result<_>>()?, limit, column: 0, at: 0 };
        follower.restart();
        Ok(follower)
    }

    /// Begins with another row.
    pub(crate) fn restart(&mut self) {
        (self.column, self.at) = (0, first_value(self.widths.len()));
    }

    /// Looks at what has arrived of a row, all of it from its beginning.
    pub(crate) fn follow(&mut self, arrived: &[u8]) -> Result<(), Limit> {
        if arrived.first() != Some(&crate::packet::OK) {
            // An error among rows; nothing else begins so.
            return if arrived.len() > self.limit.max(crate::wire::LONGEST) { Err(Limit::Packet) } else { Ok(()) };
        }
        while let (Some(width), Some(rest)) = (self.widths.get(self.column), arrived.get(self.at..)) {
            let bytes = match width {
                _ if is_null(arrived, self.column) => 0,
                Width::Fixed(bytes) => *bytes,
                Width::Counted => match self.counted(rest)? {
                    Some(bytes) => bytes,
                    None => return Ok(()),
                },
            };
            self.at = self.at.saturating_add(bytes);
            self.column += 1;
        }
        // Behind the last value nothing is due, and it would be kept without limit.
        let is_over = self.column == self.widths.len() && arrived.len() > self.at;
        if is_over { Err(Limit::Framing) } else { Ok(()) }
    }

    /// The bytes of a value and its length; nothing while the length has not arrived.
    fn counted(&self, rest: &[u8]) -> Result<Option<usize>, Limit> {
        const LONGEST_LENGTH: usize = 9;
        let mut behind = Rest(rest);
        let Some(bytes) = behind.number() else {
            return if rest.len() < LONGEST_LENGTH { Ok(None) } else { Err(Limit::Framing) };
        };
        match usize::try_from(bytes) {
            Ok(length) if length <= self.limit => Ok(Some(rest.len() - behind.0.len() + length)),
            _ => Err(Limit::Cell { bytes, limit: self.limit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;
    use crate::decode::kind;
    use crate::packet::put_counted;

    fn columns(kinds: &[u8]) -> Vec<Described> {
        kinds.iter().map(|kind| Described { kind: *kind, unsigned: false, binary: false }).collect()
    }

    fn row(cells: &[Option<usize>]) -> Vec<u8> {
        let mut row = vec![0; first_value(cells.len())];
        for (column, cell) in cells.iter().enumerate() {
            match cell {
                None => row[1 + (column + 2) / 8] |= 1 << ((column + 2) % 8),
                Some(length) => put_counted(&vec![7; *length], &mut row),
            }
        }
        row
    }

    fn follow(kinds: &[u8], limit: usize, row: &[u8], mut piece: impl FnMut() -> usize) -> Result<(), Limit> {
        let mut follower = Follower::new(&columns(kinds), limit).unwrap();
        let mut arrived = 0;
        while arrived < row.len() {
            arrived = (arrived + piece().max(1)).min(row.len());
            follower.follow(&row[..arrived])?;
        }
        Ok(())
    }

    #[test]
    fn a_value_at_the_limit_passes_and_one_above_it_is_refused_at_its_length() {
        let kinds = [kind::VAR_STRING; 4];
        let of = |length| row(&[None, Some(0), Some(length), Some(3)]);
        assert_eq!(follow(&kinds, 1000, &of(1000), || usize::MAX), Ok(()));
        let refused = Err(Limit::Cell { bytes: 1001, limit: 1000 });
        assert_eq!(follow(&kinds, 1000, &of(1001), || usize::MAX), refused);
        let length_is_there = first_value(4) + 1 + 9;
        assert_eq!(follow(&kinds, 1000, &of(1001)[..length_is_there], || 1), refused);
        assert_eq!(follow(&kinds, 1000, &of(1001)[..length_is_there - 1], || 1), Ok(()));
    }

    #[test]
    fn cuts_change_no_verdict() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..500 {
            let cells: Vec<Option<usize>> = (0..random.random_range(1..20))
                .map(|_| random.random_bool(0.8).then(|| random.random_range(0..320)))
                .collect();
            let kinds = vec![kind::BLOB; cells.len()];
            let row = row(&cells);
            let whole = follow(&kinds, 300, &row, || usize::MAX);
            assert_eq!(whole.is_ok(), cells.iter().flatten().all(|length| *length <= 300));
            assert_eq!(follow(&kinds, 300, &row, || random.random_range(1..9)), whole);
        }
    }

    #[test]
    fn what_comes_behind_the_last_value_is_refused_as_it_comes() {
        let row = row(&[Some(3), None]);
        assert_eq!(follow(&[kind::BLOB; 2], 1000, &row, || 1), Ok(()));
        assert_eq!(follow(&[kind::BLOB; 2], 1000, &[row, vec![0]].concat(), || 1), Err(Limit::Framing));
    }

    #[test]
    fn a_type_without_a_name_is_refused() {
        assert_eq!(Follower::new(&columns(&[200]), 9).unwrap_err().kind(), ErrorKind::Unsupported);
    }
}
