//! Where in rows that have arrived the values of their columns lie.

use connector_core::decode::{Found, Layout, Malformed};

use crate::follower::{Width, first_value, is_null, width};
use crate::packet::{Described, Rest};

/// A row of which some values have been taken.
#[derive(Clone, Copy, Debug)]
struct Row<'r> {
    /// From its beginning on all that has arrived.
    onwards: &'r [u8],
    length: usize,
    /// Where its next value is.
    at: usize,
}

impl<'r> Row<'r> {
    fn new(onwards: &'r [u8], length: usize, columns: usize) -> Self {
        Self { onwards, length, at: first_value(columns) }
    }

    /// Takes the next value, maybe of a row behind this one, which [`Row::is_at_its_end`] tells afterwards.
    #[inline]
    fn value(&mut self, column: usize, width: Option<Width>) -> Result<Option<Found<'r, [u8]>>, Malformed> {
        if is_null(self.onwards, column) {
            return Ok(None);
        }
        let mut rest = Rest(self.onwards.get(self.at..).ok_or(Malformed)?);
        let length = match width.ok_or(Malformed)? {
            Width::Fixed(bytes) => bytes,
            Width::Counted => rest.number().and_then(|length| usize::try_from(length).ok()).ok_or(Malformed)?,
        };
        let cell = rest.0.get(..length).ok_or(Malformed)?;
        self.at = self.onwards.len() - rest.0.len() + length;
        Ok(Some(Found { cell, onwards: rest.0 }))
    }

    fn is_at_its_end(&self) -> bool {
        self.at == self.length
    }
}

/// The bytes of a row's values, in order; NULL is nothing. A row that is cut, or that goes on behind its last value, is malformed.
pub(crate) fn cells_of<'r>(
    row: &'r [u8],
    described: &[Described],
) -> impl Iterator<Item = Result<Option<&'r [u8]>, Malformed>> {
    let columns = described.len();
    let mut row = Row::new(row, row.len(), columns);
    described.iter().enumerate().map(move |(column, described)| {
        let cell = row.value(column, width(described.kind))?.map(|found| found.cell);
        if column + 1 < columns || row.is_at_its_end() { Ok(cell) } else { Err(Malformed) }
    })
}

/// Rows as they have arrived. Their values are found a column at a time: the place of a row's next value follows from the length of
/// this one, and while the processor waits for that it can look at other rows.
pub(super) struct InRows;

/// Such rows, and what their next value is.
pub(super) struct Rows<'r> {
    arrived: Vec<Row<'r>>,
    described: &'r [Described],
    column: usize,
}

impl<'r> Rows<'r> {
    /// Rows, each of which begins its bytes and is so long.
    pub(super) fn new(rows: &[(&'r [u8], usize)], described: &'r [Described]) -> Self {
        let arrived = rows.iter().map(|(onwards, length)| Row::new(onwards, *length, described.len())).collect();
        Self { arrived, described, column: 0 }
    }
}

impl Layout<[u8]> for InRows {
    type Rows<'r> = Rows<'r>;

    #[inline]
    fn column<'r>(rows: &mut Self::Rows<'r>) -> impl Iterator<Item = Result<Option<Found<'r, [u8]>>, Malformed>> {
        let column = rows.column;
        let width = rows.described.get(column).and_then(|described| width(described.kind));
        rows.column += 1;
        rows.arrived.iter_mut().map(move |row| row.value(column, width))
    }

    fn goes_on(rows: &Self::Rows<'_>) -> Option<usize> {
        rows.arrived.iter().position(|row| !row.is_at_its_end())
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, RngCore, SeedableRng};

    use super::*;
    use crate::decode::kind;

    /// A kind of column, and how many bytes its values have, unless a length is in front of them.
    type Kind = (u8, Option<usize>);
    type Cells = Vec<Option<Vec<u8>>>;

    /// Every kind that the protocol names.
    const KINDS: &[Kind] = &[
        (kind::NULL, Some(0)),
        (kind::TINY, Some(1)),
        (kind::SHORT, Some(2)),
        (kind::YEAR, Some(2)),
        (kind::LONG, Some(4)),
        (kind::INT24, Some(4)),
        (kind::FLOAT, Some(4)),
        (kind::LONGLONG, Some(8)),
        (kind::DOUBLE, Some(8)),
        (kind::TIMESTAMP, None),
        (kind::DATE, None),
        (kind::TIME, None),
        (kind::DATETIME, None),
        (kind::DECIMAL, None),
        (kind::NEWDECIMAL, None),
        (kind::VARCHAR, None),
        (kind::BIT, None),
        (kind::VECTOR, None),
        (kind::JSON, None),
        (kind::ENUM, None),
        // SET.
        (248, None),
        (kind::TINY_BLOB, None),
        // MEDIUM_BLOB and LONG_BLOB.
        (250, None),
        (251, None),
        (kind::BLOB, None),
        (kind::VAR_STRING, None),
        (kind::STRING, None),
        (kind::GEOMETRY, None),
    ];

    fn seeded() -> StdRng {
        let seed: u64 = rand::rng().random();
        println!("seed {seed}");
        StdRng::seed_from_u64(seed)
    }

    fn described(kinds: &[Kind]) -> Vec<Described> {
        kinds.iter().map(|(kind, _)| Described { kind: *kind, unsigned: false, binary: false }).collect()
    }

    /// How many bytes say which of so many columns are NULL.
    fn null_bytes(columns: usize) -> usize {
        (0..columns + 2).step_by(8).count()
    }

    /// A row's values by the words of the protocol, a byte at a time; nothing if it is no row.
    fn slowly(row: &[u8], kinds: &[Kind]) -> Option<Cells> {
        let mut bytes = row.iter().copied();
        let mut take = |count: usize| (0..count).map(|_| bytes.next()).collect::<Option<Vec<u8>>>();
        take(1)?;
        // A bit a column, the lowest first, behind two that mean nothing.
        let bits = take(null_bytes(kinds.len()))?;
        let bits = bits.iter().flat_map(|byte| (0..8).map(move |bit| byte & (1_u8 << bit) != 0)).skip(2);
        let mut cells = Vec::new();
        for ((_, width), is_null) in kinds.iter().zip(bits) {
            if is_null {
                cells.push(None);
                continue;
            }
            let length = if let Some(width) = width {
                *width
            } else {
                let first = take(1)?[0];
                let more = match first {
                    0..=250 => 0,
                    0xfc => 2,
                    0xfd => 3,
                    0xfe => 8,
                    _ => return None,
                };
                let behind = take(more)?.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
                if more == 0 { usize::from(first) } else { usize::try_from(behind).ok()? }
            };
            cells.push(Some(take(length)?));
        }
        take(1).is_none().then_some(cells)
    }

    /// Appends a length in any of the ways that can hold it.
    fn put_length(length: usize, random: &mut StdRng, row: &mut Vec<u8>) {
        let narrowest = [0xfb, 1 << 16, 1 << 24].iter().filter(|beyond| length >= **beyond).count();
        let bytes = u64::try_from(length).unwrap().to_le_bytes();
        match random.random_range(narrowest..4) {
            0 => row.push(bytes[0]),
            1 => row.extend([0xfc, bytes[0], bytes[1]]),
            2 => row.extend([0xfd, bytes[0], bytes[1], bytes[2]]),
            _ => row.extend([&[0xfe][..], &bytes].concat()),
        }
    }

    /// A length of a value of this kind: those that there are, of times; else small ones and such as need more than one byte.
    fn length(kind: u8, random: &mut StdRng) -> usize {
        let lengths: &[usize] = match kind {
            kind::DATE | kind::DATETIME | kind::TIMESTAMP => &[0, 4, 7, 11],
            kind::TIME => &[0, 8, 12],
            _ if random.random_bool(0.001) => &[65_535, 65_536],
            _ if random.random_bool(0.05) => &[250, 251, 252, 253, 254, 255, 256, 300],
            _ => &[0, 1, 2, 3, 5, 8, 13, 40],
        };
        lengths[random.random_range(0..lengths.len())]
    }

    /// A row's values, and the row.
    fn any_row(kinds: &[Kind], random: &mut StdRng) -> (Cells, Vec<u8>) {
        let mut row = vec![0_u8; 1 + null_bytes(kinds.len())];
        let mut cells = Vec::new();
        let nulls = [0.0, 0.2, 0.9][random.random_range(0..3)];
        for (column, (kind, width)) in kinds.iter().enumerate() {
            if random.random_bool(nulls) {
                row[1 + (column + 2) / 8] |= 1 << ((column + 2) % 8);
                cells.push(None);
                continue;
            }
            let mut cell = vec![0_u8; width.unwrap_or_else(|| length(*kind, random))];
            random.fill_bytes(&mut cell);
            if width.is_none() {
                put_length(cell.len(), random, &mut row);
            }
            row.extend_from_slice(&cell);
            cells.push(Some(cell));
        }
        (cells, row)
    }

    fn any_kinds(random: &mut StdRng) -> Vec<Kind> {
        (0..random.random_range(1..24)).map(|_| KINDS[random.random_range(0..KINDS.len())]).collect()
    }

    /// The values of rows that have arrived, each behind its packet's header, taken a column at a time; or the place of a row that
    /// is none.
    fn by_columns(rows: &[Vec<u8>], behind: &[u8], kinds: &[Kind]) -> Result<Vec<Cells>, usize> {
        let (mut arrived, mut starts) = (Vec::new(), Vec::new());
        for row in rows {
            arrived.extend_from_slice(&u32::try_from(row.len()).unwrap().to_le_bytes()[..3]);
            arrived.push(7);
            starts.push(arrived.len());
            arrived.extend_from_slice(row);
        }
        arrived.extend_from_slice(behind);
        let run: Vec<_> = starts.iter().zip(rows).map(|(start, row)| (&arrived[*start..], row.len())).collect();
        let described = described(kinds);
        let mut taken = Rows::new(&run, &described);
        let mut values = vec![Vec::new(); rows.len()];
        for _ in kinds {
            for (place, cell) in InRows::column(&mut taken).enumerate() {
                let found = cell.map_err(|Malformed| place)?;
                assert!(found.as_ref().is_none_or(|found| found.onwards.starts_with(found.cell)));
                values[place].push(found.map(|found| found.cell.to_vec()));
            }
        }
        <InRows as Layout<[u8]>>::goes_on(&taken).map_or(Ok(values), Err)
    }

    /// The values of a single row.
    fn alone(row: &[u8], kinds: &[Kind]) -> Option<Cells> {
        cells_of(row, &described(kinds)).map(|cell| cell.map(|cell| cell.map(<[u8]>::to_vec)).ok()).collect()
    }

    #[test]
    fn rows_of_the_protocols_own_pages_are_taken_apart() {
        // The example of an answer there.
        let text = [(kind::VAR_STRING, None)];
        let row = [0, 0, 6, 0x66, 0x6f, 0x6f, 0x62, 0x61, 0x72];
        assert_eq!(alone(&row, &text), Some(vec![Some(b"foobar".to_vec())]));
        // Its example of each type, with a NULL among them.
        let types = [
            (kind::LONGLONG, Some(8)),
            (kind::STRING, None),
            (kind::BLOB, None),
            (kind::DOUBLE, Some(8)),
            (kind::FLOAT, Some(4)),
            (kind::DATE, None),
            (kind::DATETIME, None),
            (kind::TIME, None),
        ];
        let cells: [Option<&[u8]>; 8] = [
            Some(&[1, 0, 0, 0, 0, 0, 0, 0]),
            Some(&[0x66, 0x6f, 0x6f]),
            None,
            Some(&[0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x24, 0x40]),
            Some(&[0x33, 0x33, 0x23, 0x41]),
            Some(&[0xda, 0x07, 0x0a, 0x11]),
            Some(&[0xda, 0x07, 0x0a, 0x11, 0x13, 0x1b, 0x1e, 1, 0, 0, 0]),
            Some(&[1, 0x78, 0, 0, 0, 0x13, 0x1b, 0x1e, 1, 0, 0, 0]),
        ];
        let row: Vec<u8> = [
            &[0, 0b0001_0000, 0][..],
            &[1, 0, 0, 0, 0, 0, 0, 0],
            &[3, 0x66, 0x6f, 0x6f],
            &[0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x24, 0x40],
            &[0x33, 0x33, 0x23, 0x41],
            &[4, 0xda, 0x07, 0x0a, 0x11],
            &[11, 0xda, 0x07, 0x0a, 0x11, 0x13, 0x1b, 0x1e, 1, 0, 0, 0],
            &[12, 1, 0x78, 0, 0, 0, 0x13, 0x1b, 0x1e, 1, 0, 0, 0],
        ]
        .concat();
        let expected: Cells = cells.iter().map(|cell| cell.map(<[u8]>::to_vec)).collect();
        assert_eq!(alone(&row, &types), Some(expected.clone()));
        assert_eq!(by_columns(&[row.clone(), row], &[], &types), Ok(vec![expected.clone(), expected]));
        // A type that is not named is found where it is NULL only.
        let unknown = [(200, None)];
        assert_eq!((alone(&[0, 0, 0], &unknown), alone(&[0, 4], &unknown)), (None, Some(vec![None])));
    }

    #[test]
    fn random_rows_are_those_that_were_sent_by_either_way() {
        let mut random = seeded();
        for _ in 0..500 {
            let kinds = any_kinds(&mut random);
            let count = random.random_range(0..9);
            let (cells, rows): (Vec<_>, Vec<_>) = (0..count).map(|_| any_row(&kinds, &mut random)).unzip();
            for (cells, row) in cells.iter().zip(&rows) {
                assert_eq!(slowly(row, &kinds).as_ref(), Some(cells), "{row:?} of {kinds:?}");
                assert_eq!(alone(row, &kinds).as_ref(), Some(cells), "{row:?} of {kinds:?}");
            }
            let behind = vec![0xfe_u8; random.random_range(0..3)];
            assert_eq!(by_columns(&rows, &behind, &kinds), Ok(cells), "{rows:?} of {kinds:?}");
        }
    }

    #[test]
    fn a_row_that_is_cut_at_any_byte_is_malformed_at_its_place() {
        let mut random = seeded();
        for _ in 0..20 {
            let kinds: Vec<Kind> = any_kinds(&mut random).into_iter().take(8).collect();
            let whole: Vec<_> = (0..3).map(|_| any_row(&kinds, &mut random).1).collect();
            let place = random.random_range(0..3);
            // The bytes of a long value are all alike.
            let front = 0..whole[place].len().min(400);
            for length in front.chain([whole[place].len() - 1]) {
                let mut rows = whole.clone();
                rows[place].truncate(length);
                assert_eq!((slowly(&rows[place], &kinds), alone(&rows[place], &kinds)), (None, None), "{length}");
                assert_eq!(by_columns(&rows, &[], &kinds), Err(place), "{length} of {:?}", whole[place]);
            }
        }
    }

    /// Does to a row what no server does.
    fn damage(row: &mut Vec<u8>, random: &mut StdRng) {
        let place = random.random_range(0..row.len());
        match random.random_range(0..6) {
            0 => row.truncate(place),
            1 => row.extend_from_slice(&[0, 1, 0xfb][..random.random_range(1..=3)]),
            // What may be a length lies.
            2 | 3 => row[place] = [0xfb, 0xfc, 0xfd, 0xfe, 0xff, 0xfa][random.random_range(0..6)],
            4 => row[place] = row[place].wrapping_add([1, 0xff][random.random_range(0..2)]),
            _ => random.fill_bytes(row),
        }
    }

    #[test]
    fn lengths_that_lie_and_noise_are_what_a_slow_parser_says() {
        let mut random = seeded();
        let (mut good, mut bad) = (0, 0);
        for _ in 0..4_000 {
            let mut kinds = any_kinds(&mut random);
            kinds.truncate(random.random_range(1..=kinds.len()));
            let mut rows: Vec<_> = (0..random.random_range(1..5)).map(|_| any_row(&kinds, &mut random).1).collect();
            for row in &mut rows {
                if random.random_bool(0.4) {
                    damage(row, &mut random);
                }
            }
            let slow: Vec<Option<Cells>> = rows.iter().map(|row| slowly(row, &kinds)).collect();
            for (row, expected) in rows.iter().zip(&slow) {
                assert_eq!(&alone(row, &kinds), expected, "{row:?} of {kinds:?}");
            }
            match (by_columns(&rows, &[0; 4], &kinds), slow.iter().cloned().collect::<Option<Vec<_>>>()) {
                (Ok(values), expected) => {
                    assert_eq!(Some(values), expected, "{rows:?} of {kinds:?}");
                    good += 1;
                }
                (Err(place), expected) => {
                    assert!(expected.is_none() && slow[place].is_none(), "{place} of {rows:?}, {kinds:?}");
                    bad += 1;
                }
            }
        }
        assert!(good > 100 && bad > 100, "{good} runs were whole, {bad} were not");
    }
}
