//! Where in a row that is still arriving a value begins that is larger than is read at all.
//!
//! A row within the limit is never looked at here; of a larger one, only lengths are. Not here: what values mean (`decode`).

use crate::error::Limit;
use crate::message::Rest;

/// The place reached in a row.
#[derive(Debug)]
pub(crate) struct Follower {
    /// The largest value that is read.
    limit: usize,
    /// How many values a row has.
    columns: usize,
    /// How many of them are still to be looked at.
    left: usize,
    /// Where the length of the next one is.
    next: usize,
}

/// The number of values in front of them.
const COUNT: usize = 2;
const LENGTH: usize = 4;

impl Follower {
    /// A follower of rows of `columns` values up to `limit`.
    pub(crate) fn new(columns: usize, limit: usize) -> Self {
        Self { limit, columns, left: columns, next: COUNT }
    }

    /// Goes to the front of a row.
    pub(crate) fn restart(&mut self) {
        (self.left, self.next) = (self.columns, COUNT);
    }

    /// Looks at a row of which this much has arrived.
    pub(crate) fn follow(&mut self, arrived: &[u8]) -> Result<(), Limit> {
        let count = Rest(arrived).u16();
        if count.is_some_and(|count| usize::from(count) != self.columns) {
            return Err(Limit::Framing);
        }
        while self.left > 0 {
            let Some(length) = Rest(arrived.get(self.next..).unwrap_or_default()).i32() else { return Ok(()) };
            self.next += LENGTH;
            self.left -= 1;
            match usize::try_from(length) {
                Ok(bytes) if bytes > self.limit => {
                    return Err(Limit::Cell { bytes: u64::try_from(bytes).unwrap_or(u64::MAX), limit: self.limit });
                }
                Ok(bytes) => self.next += bytes,
                Err(_) if length == -1 => {}
                Err(_) => return Err(Limit::Framing),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

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
        body
    }

    fn follow(follower: &mut Follower, row: &[u8], mut piece: impl FnMut() -> usize) -> Result<(), Limit> {
        follower.restart();
        let mut arrived = 0;
        while arrived < row.len() {
            arrived = (arrived + piece()).min(row.len());
            follower.follow(&row[..arrived])?;
        }
        Ok(())
    }

    #[test]
    fn a_value_at_the_limit_passes_and_one_above_it_does_not() {
        let mut follower = Follower::new(4, 100);
        let with = |length| row(&[None, Some(0), Some(length), Some(3)]);
        assert_eq!(follow(&mut follower, &with(100), || 1000), Ok(()));
        assert_eq!(follow(&mut follower, &with(101), || 1000), Err(Limit::Cell { bytes: 101, limit: 100 }));
        assert_eq!(follow(&mut follower, &with(100), || 7), Ok(()));
    }

    #[test]
    fn a_large_value_is_refused_at_its_length_before_its_bytes_come() {
        let row = row(&[Some(1), Some(5000)]);
        let first_byte_of_the_value = 2 + 4 + 1 + 4;
        let mut follower = Follower::new(2, 100);
        assert!(follow(&mut follower, &row[..first_byte_of_the_value - 1], || 1).is_ok());
        assert!(follow(&mut follower, &row[..first_byte_of_the_value], || 1).is_err());
    }

    #[test]
    fn a_row_of_other_columns_and_a_negative_length_are_refused() {
        let row = row(&[Some(200), Some(200)]);
        assert_eq!(follow(&mut Follower::new(3, 250), &row, || 3), Err(Limit::Framing));
        assert_eq!(follow(&mut Follower::new(1, 250), b"\0\x01\xff\xff\xff\xfe", || 3), Err(Limit::Framing));
    }

    #[test]
    fn cuts_change_no_verdict() {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..300 {
            let cells: Vec<Option<usize>> = (0..random.random_range(0..5))
                .map(|_| random.random_bool(0.8).then(|| random.random_range(0..120)))
                .collect();
            let mut follower = Follower::new(cells.len(), 60);
            let whole = follow(&mut follower, &row(&cells), || 1000);
            assert_eq!(whole.is_ok(), cells.iter().flatten().all(|length| *length <= 60));
            let most = random.random_range(1..20);
            assert_eq!(follow(&mut follower, &row(&cells), || random.random_range(1..=most)), whole);
        }
    }
}
