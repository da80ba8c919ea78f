//! Bitmaps made by simple loops over slices, and three-valued logic on them.
//!
//! Not here: what is compared; a caller brings the closure.

use std::borrow::Cow;

use arrow_array::BooleanArray;
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};

const WORD: usize = 64;

/// One side of a vectorised operation: a value per row, or one for all.
pub(super) enum Lanes<'a, T: Copy> {
    /// A value per row.
    Many(Cow<'a, [T]>),
    /// The same value for every row.
    One(T),
}

/// The bit of `test` for every value. A word at a time, so that the compiler can vectorise the inner loop.
pub(super) fn pack<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> BooleanBuffer {
    let words = values.chunks(WORD).map(|chunk| word(chunk.iter().map(|value| test(*value))));
    bitmap(words.collect(), values.len())
}

/// The bit of `test` for every row of two sides.
pub(super) fn pack_two<T: Copy, U: Copy>(
    left: &Lanes<'_, T>,
    right: &Lanes<'_, U>,
    rows: usize,
    test: impl Fn(T, U) -> bool,
) -> BooleanBuffer {
    match (left, right) {
        (Lanes::Many(left), Lanes::One(right)) => pack(left, |left| test(left, *right)),
        (Lanes::One(left), Lanes::Many(right)) => pack(right, |right| test(*left, right)),
        (Lanes::One(left), Lanes::One(right)) => constant(test(*left, *right), rows),
        (Lanes::Many(left), Lanes::Many(right)) => {
            let chunks = left.chunks(WORD).zip(right.chunks(WORD));
            let words =
                chunks.map(|(left, right)| word(left.iter().zip(right).map(|(left, right)| test(*left, *right))));
            bitmap(words.collect(), rows)
        }
    }
}

/// The same bit for every row.
pub(super) fn constant(bit: bool, rows: usize) -> BooleanBuffer {
    if bit { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }
}

fn word(bits: impl Iterator<Item = bool>) -> u64 {
    bits.enumerate().fold(0, |word, (position, bit)| word | (u64::from(bit) << position))
}

// Arrow's bitmaps count bits from the low end of each byte, bytes in order: a little-endian word.
fn bitmap(mut words: Vec<u64>, rows: usize) -> BooleanBuffer {
    for word in &mut words {
        *word = word.to_le();
    }
    BooleanBuffer::new(Buffer::from_vec(words), 0, rows)
}

/// A column of TRUE, FALSE and NULL: a row is NULL where neither bit is set, and both are never set.
pub(super) struct Truth {
    /// TRUE.
    pub yes: BooleanBuffer,
    /// FALSE.
    pub no: BooleanBuffer,
}

impl Truth {
    /// The same for every row.
    pub fn constant(value: Option<bool>, rows: usize) -> Self {
        Self { yes: constant(value == Some(true), rows), no: constant(value == Some(false), rows) }
    }

    /// Values that count where `nulls` says so.
    pub fn new(values: BooleanBuffer, nulls: Option<&NullBuffer>) -> Self {
        match nulls {
            Some(nulls) => Self { yes: &values & nulls.inner(), no: &!&values & nulls.inner() },
            None => Self { no: !&values, yes: values },
        }
    }

    /// Trino docs, Logical operators: FALSE wins over NULL, NULL over TRUE.
    pub fn and(&self, other: &Self) -> Self {
        Self { yes: &self.yes & &other.yes, no: &self.no | &other.no }
    }

    /// Trino docs, Logical operators: TRUE wins over NULL, NULL over FALSE.
    pub fn or(&self, other: &Self) -> Self {
        Self { yes: &self.yes | &other.yes, no: &self.no & &other.no }
    }

    /// Trino docs, Logical operators: NOT NULL is NULL.
    pub fn not(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }

    /// As an Arrow column.
    pub fn into_array(self) -> BooleanArray {
        let nulls = NullBuffer::new(&self.yes | &self.no);
        BooleanArray::new(self.yes, Some(nulls).filter(|nulls| nulls.null_count() > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Option<bool>; 3] = [Some(true), Some(false), None];

    fn one(truth: Truth) -> Option<bool> {
        truth.into_array().iter().next().unwrap()
    }

    #[test]
    fn a_bit_stands_for_its_row_at_every_length() {
        for rows in [0, 1, 7, 63, 64, 65, 128, 1000] {
            let values: Vec<usize> = (0..rows).collect();
            let bits = pack(&values, |value| value % 3 == 1);
            assert_eq!(bits.iter().collect::<Vec<_>>(), values.iter().map(|v| v % 3 == 1).collect::<Vec<_>>());
            let sides = (Lanes::Many(Cow::Borrowed(&values[..])), Lanes::Many(Cow::Borrowed(&values[..])));
            assert_eq!(pack_two(&sides.0, &sides.1, rows, |left, right| left == right).count_set_bits(), rows);
        }
    }

    #[test]
    fn logic_is_three_valued() {
        for left in ALL {
            for right in ALL {
                let sides = (Truth::constant(left, 1), Truth::constant(right, 1));
                let and = if left == Some(false) || right == Some(false) { Some(false) } else { left.and(right) };
                let or =
                    if left == Some(true) || right == Some(true) { Some(true) } else { left.and(right).map(|_| false) };
                assert_eq!(one(sides.0.and(&sides.1)), and, "{left:?} AND {right:?}");
                assert_eq!(one(sides.0.or(&sides.1)), or, "{left:?} OR {right:?}");
            }
            assert_eq!(one(Truth::constant(left, 1).not()), left.map(|value| !value));
        }
    }
}
