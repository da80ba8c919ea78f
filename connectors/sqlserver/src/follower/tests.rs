use std::ops::Range;

use connector_core::ErrorKind;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use super::*;
use crate::token::kind;

type Cells = Vec<Option<Vec<u8>>>;

/// Keeps the values of rows.
#[derive(Default)]
struct Kept {
    row: Cells,
    rows: Vec<Cells>,
    /// How many rows it wants at a time, if not all.
    most: Option<usize>,
    /// How many rows it takes together, and how many it has so taken.
    room: usize,
    together: usize,
}

impl Sink for Kept {
    fn room(&self) -> Room {
        let wanted = self.most.map(|most| most - self.rows.len() % most);
        Room::new(wanted.map_or(self.room, |wanted| wanted.min(self.room)), 4000)
    }

    fn rows(&mut self, arrived: &[u8], cells: &[Place], width: usize) -> Result<()> {
        assert!(self.row.is_empty() && cells.len().is_multiple_of(width) && cells.len() / width <= self.room);
        self.together += cells.len() / width;
        let cell = |place: &Place| place.find(arrived).unwrap().map(|found| found.cell.to_vec());
        self.rows.extend(cells.chunks(width).map(|row| row.iter().map(cell).collect()));
        Ok(())
    }

    fn cell(&mut self, column: usize, cell: Option<&[u8]>) -> Result<()> {
        assert_eq!(column, self.row.len(), "in order");
        self.row.push(cell.map(<[u8]>::to_vec));
        Ok(())
    }

    fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    fn is_full(&self) -> bool {
        self.most.is_some_and(|most| self.rows.len().is_multiple_of(most))
    }

    fn fault(&self, column: usize, fault: &Fault) -> Error {
        let kind = if matches!(fault, Fault::Cell(_)) { ErrorKind::TooLarge } else { ErrorKind::Corrupt };
        Error::new(kind, format!("column {column}: {fault:?}"))
    }
}

fn described(kind: u8, length: u32) -> Described {
    Described { kind, length, ..Described::default() }
}

/// A type of every framing, and how long its values may be here.
fn types() -> Vec<(Described, Range<usize>)> {
    vec![
        (described(kind::INT4, 0), 4..5),
        (described(kind::BIT, 0), 1..2),
        (described(kind::INT_N, 8), 8..9),
        (described(kind::DECIMAL, 17), 5..18),
        (described(kind::NVARCHAR, 8000), 0..300),
        (described(kind::VARCHAR, 8000), 0..300),
        (described(kind::VARBINARY, 0xffff), 0..2000),
        (described(kind::XML, 0), 0..100),
        (described(kind::CLR, 0xffff), 0..100),
        (described(kind::IMAGE, 1 << 30), 0..2000),
        (described(kind::VARIANT, 8016), 2..200),
    ]
}

fn bytes(length: usize, random: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes
}

fn long(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

/// A value as it stands on the wire.
fn encoded(framing: Framing, cell: Option<&[u8]>, random: &mut StdRng) -> Vec<u8> {
    let Some(cell) = cell else {
        return match framing {
            Framing::Fixed(_) => Vec::new(),
            Framing::Short | Framing::Pointed => vec![0],
            Framing::Counted => vec![0xff; 2],
            Framing::Long => vec![0; 4],
            Framing::Pieces => vec![0xff; 8],
        };
    };
    match framing {
        Framing::Fixed(_) => cell.to_vec(),
        Framing::Short => [&[u8::try_from(cell.len()).unwrap()], cell].concat(),
        Framing::Counted => [&u16::try_from(cell.len()).unwrap().to_le_bytes(), cell].concat(),
        Framing::Long => [&long(cell.len()), cell].concat(),
        Framing::Pointed => [&[16][..], &[7; 24], &long(cell.len()), cell].concat(),
        Framing::Pieces => {
            let told = if random.random() { u64::try_from(cell.len()).unwrap() } else { u64::MAX - 1 };
            let mut out = told.to_le_bytes().to_vec();
            let mut rest = cell;
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(random.random_range(1..=rest.len()));
                out.extend(long(piece.len()));
                out.extend(piece);
                rest = behind;
            }
            out.extend([0; 4]);
            out
        }
    }
}

/// Appends a row as it stands on the wire: NULLs are told in front of it, or where the values are.
fn put_row(
    columns: &[(Described, Range<usize>)],
    row: &[Option<Vec<u8>>],
    with_nulls: bool,
    random: &mut StdRng,
    sent: &mut Vec<u8>,
) {
    if with_nulls {
        let mut nulls = vec![0; row.len().div_ceil(8)];
        row.iter().enumerate().for_each(|(at, cell)| nulls[at / 8] |= u8::from(cell.is_none()) << (at % 8));
        sent.push(first::ROW_WITH_NULLS);
        sent.extend(nulls);
    } else {
        sent.push(first::ROW);
    }
    for ((described, _), cell) in columns.iter().zip(row) {
        if !(with_nulls && cell.is_none()) {
            sent.extend(encoded(described.framing(), cell.as_deref(), random));
        }
    }
}

/// Rows, and the same as they stand on the wire.
fn rows(count: usize, random: &mut StdRng) -> (Vec<Described>, Vec<Cells>, Vec<u8>) {
    let all = types();
    let width: usize = random.random_range(1..20);
    let columns: Vec<_> = (0..width).map(|_| all[random.random_range(0..all.len())].clone()).collect();
    let (mut rows, mut sent) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let with_nulls = random.random();
        let row: Cells = columns
            .iter()
            .map(|(described, lengths)| {
                let may_be_null = with_nulls || !matches!(described.framing(), Framing::Fixed(_));
                let is_null = may_be_null && random.random_range(0..4) == 0;
                (!is_null).then(|| bytes(random.random_range(lengths.clone()), random))
            })
            .collect();
        put_row(&columns, &row, with_nulls, random, &mut sent);
        rows.push(row);
    }
    (columns.into_iter().map(|(described, _)| described).collect(), rows, sent)
}

/// Follows what arrives up to each of the cuts, as a wire would have it arrive.
fn followed(columns: &[Described], sent: &[u8], cuts: &[usize], kept: &mut Kept) -> Result<Step> {
    let mut follower = Follower::new(columns.iter().copied(), 1 << 20);
    let mut start = 0;
    let mut step = Step::More;
    for end in cuts.iter().copied().chain([sent.len()]) {
        loop {
            let (read, stopped) = follower.follow(&sent[start..end], kept)?;
            start += read;
            step = stopped;
            if step != Step::Full {
                break;
            }
        }
    }
    assert!(start == sent.len() || step == Step::Token);
    assert_eq!(follower.is_within(), !kept.row.is_empty() && step == Step::More);
    Ok(step)
}

#[test]
fn rows_of_every_framing_are_found_whatever_has_arrived_of_them() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (mut all, mut together) = (0, 0);
    for round in 0..300 {
        let count = random.random_range(0..20);
        let (columns, rows, mut sent) = rows(count, &mut random);
        sent.push(first::DONE);
        let mut cuts: Vec<usize> = (0..round % 7).map(|_| random.random_range(0..sent.len())).collect();
        cuts.sort_unstable();
        let most = random.random::<bool>().then_some(3);
        let mut kept = Kept { most, room: random.random_range(0..9), ..Kept::default() };
        assert_eq!(followed(&columns, &sent, &cuts, &mut kept).unwrap(), Step::Token);
        assert!(kept.rows == rows, "round {round}");
        (all, together) = (all + rows.len(), together + kept.together);
    }
    // Most rows have a value in pieces.
    assert!((all / 20..all).contains(&together), "{together} of {all} rows were taken together");
}

#[test]
fn the_row_of_the_protocols_own_example_is_found() {
    // MS-TDS 4.7: a varchar(3) that is "foo", and the end.
    let sent = [0xd1, 3, 0, 0x66, 0x6f, 0x6f, 0xfd, 0x10, 0, 0xc1, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    let uncut: &[usize] = &[];
    for (room, cuts, together) in [(0, uncut, 0), (1, uncut, 1), (1, &[2], 0)] {
        let mut kept = Kept { room, ..Kept::default() };
        assert_eq!(followed(&[described(kind::VARCHAR, 3)], &sent, cuts, &mut kept).unwrap(), Step::Token);
        assert_eq!((kept.rows, kept.together), (vec![vec![Some(b"foo".to_vec())]], together));
    }
}

/// Types whose lengths are expected to be the last ones.
fn expected_types() -> Vec<(Described, Range<usize>)> {
    vec![
        (described(kind::INT4, 0), 4..5),
        (described(kind::INT_N, 8), 8..9),
        (described(kind::DECIMAL, 17), 5..18),
        (described(kind::NVARCHAR, 8000), 0..9),
        (described(kind::VARCHAR, 8000), 0..400),
        (described(kind::BINARY, 8000), 0..3),
    ]
}

#[test]
fn lengths_that_stay_and_change_now_and_then_are_never_the_last_ones_by_mistake() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (mut all, mut together) = (0, 0);
    for round in 0..300 {
        let types = expected_types();
        let width: usize = random.random_range(1..12);
        let columns: Vec<_> = (0..width).map(|_| types[random.random_range(0..types.len())].clone()).collect();
        let mut lengths: Vec<usize> = columns.iter().map(|(_, range)| random.random_range(range.clone())).collect();
        let mut is_null = vec![false; width];
        let (mut rows, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..random.random_range(1..120) {
            let with_nulls = random.random_bool(0.3);
            for (column, (described, range)) in columns.iter().enumerate() {
                if random.random_bool(0.03) {
                    lengths[column] = random.random_range(range.clone());
                }
                // One NULL among values, or several, behind which the length may be what it was before them.
                if random.random_bool(if is_null[column] { 0.6 } else { 0.05 }) {
                    is_null[column] = !is_null[column];
                }
                is_null[column] &= with_nulls || !matches!(described.framing(), Framing::Fixed(_));
            }
            let cell = |(length, is_null): (&usize, &bool)| (!*is_null).then(|| bytes(*length, &mut random));
            let row: Cells = lengths.iter().zip(&is_null).map(cell).collect();
            put_row(&columns, &row, with_nulls, &mut random, &mut sent);
            rows.push(row);
        }
        sent.push(first::DONE);
        let mut cuts: Vec<usize> = (0..round % 12).map(|_| random.random_range(0..sent.len())).collect();
        cuts.sort_unstable();
        let described: Vec<Described> = columns.iter().map(|(described, _)| *described).collect();
        let mut kept = Kept { room: [0, 1, 7, 64][random.random_range(0..4)], ..Kept::default() };
        assert_eq!(followed(&described, &sent, &cuts, &mut kept).unwrap(), Step::Token);
        assert!(kept.rows == rows, "round {round}: {described:?}, cut at {cuts:?}");
        (all, together) = (all + rows.len(), together + kept.together);
    }
    // Those that are cut are found value by value, by what was told of the same columns.
    assert!((all / 4..all).contains(&together), "{together} of {all} rows were taken together");
}

#[test]
fn a_value_of_the_same_length_behind_a_null_and_a_null_behind_nothing_are_what_they_are() {
    let columns = [described(kind::INT_N, 8), described(kind::NVARCHAR, 8000)];
    let row = |number: &[u8], text: &[u8]| [&[first::ROW][..], number, text].concat();
    let (eight, null, two) = ([8, 1, 2, 3, 4, 5, 6, 7, 8], [0], [2, 0, b'a', 0]);
    let sent = [
        // What is told first is what a column that was never looked at would be taken for.
        row(&null, &[0, 0]),
        row(&null, &[0xff, 0xff]),
        row(&eight, &two),
        row(&null, &[0xff, 0xff]),
        row(&eight, &two),
        // The same NULLs, told in front.
        vec![first::ROW_WITH_NULLS, 0b11],
        row(&eight, &two),
        row(&eight, &[0, 0]),
        row(&null, &two),
        vec![first::DONE],
    ];
    let (number, text) = (Some(vec![1, 2, 3, 4, 5, 6, 7, 8]), Some(vec![b'a', 0]));
    let empty = Some(Vec::new());
    let expected = [
        [None, empty.clone()],
        [None, None],
        [number.clone(), text.clone()],
        [None, None],
        [number.clone(), text.clone()],
        [None, None],
        [number.clone(), text.clone()],
        [number, empty],
        [None, text],
    ];
    let sent = sent.concat();
    for cut in 0..sent.len() {
        for room in [0, 2, 64] {
            let mut kept = Kept { room, ..Kept::default() };
            assert_eq!(followed(&columns, &sent, &[cut], &mut kept).unwrap(), Step::Token);
            assert_eq!(kept.rows, expected, "cut at {cut}");
        }
    }
}

#[test]
fn rows_may_be_cut_at_every_byte() {
    let mut random = StdRng::seed_from_u64(7);
    let (columns, rows, mut sent) = rows(3, &mut random);
    sent.push(first::DONE);
    for cut in 0..sent.len() {
        let mut kept = Kept { room: cut % 3, ..Kept::default() };
        assert_eq!(followed(&columns, &sent, &[cut], &mut kept).unwrap(), Step::Token);
        assert!(kept.rows == rows, "cut at {cut}");
    }
    let every: Vec<usize> = (0..sent.len()).collect();
    let mut kept = Kept::default();
    followed(&columns, &sent, &every, &mut kept).unwrap();
    assert!(kept.rows == rows, "byte by byte");
}

#[test]
fn a_value_in_endless_pieces_is_refused_at_the_limit_and_not_gathered() {
    let columns = [described(kind::NVARCHAR, 0xffff)];
    let mut follower = Follower::new(columns, 1000);
    let head = [&[first::ROW][..], &(u64::MAX - 1).to_le_bytes()].concat();
    let (read, step) = follower.follow(&head, &mut Kept::default()).unwrap();
    assert_eq!((read, step), (head.len(), Step::More));
    let piece = [&long(100)[..], &[7; 100]].concat();
    let failed =
        (0..100).find_map(|times| follower.follow(&piece, &mut Kept::default()).err().map(|error| (times, error)));
    let (times, error) = failed.unwrap();
    assert_eq!((times, error.kind()), (20, ErrorKind::TooLarge), "{error}");
    // A single one that says that it is larger than any memory is no different.
    let mut follower = Follower::new(columns, 1000);
    let huge = [&head[..], &[0xff; 4], &[7; 3000]].concat();
    let error = follower.follow(&huge, &mut Kept::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(follower.gathered.capacity() < 10_000);
}

#[test]
fn pieces_that_are_not_what_was_told_and_absurd_lengths_are_malformed() {
    let told = |total: u64, piece: &[u8]| {
        let length = long(piece.len());
        [&[first::ROW][..], &total.to_le_bytes(), &length, piece, &[0; 4]].concat()
    };
    let row = |kind, sent: &[u8]| {
        let read = |cuts: &[usize]| {
            let mut kept = Kept { room: 1, ..Kept::default() };
            followed(&[described(kind, 0xffff)], sent, cuts, &mut kept).map(|_| kept.rows)
        };
        let (cut, whole) = (read(&[12]), read(&[]));
        assert_eq!(cut.as_ref().ok(), whole.as_ref().ok());
        cut
    };
    assert_eq!(row(kind::XML, &told(3, b"abc")).unwrap(), [[Some(b"abc".to_vec())]]);
    for total in [0, 2, 4, 1 << 40] {
        assert_eq!(row(kind::XML, &told(total, b"abc")).unwrap_err().kind(), ErrorKind::Corrupt, "{total}");
    }
    let variant = [&[first::ROW][..], &long(70_000), &[0; 100]].concat();
    assert_eq!(row(kind::VARIANT, &variant).unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn noise_is_never_a_panic() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..2000 {
        let columns: Vec<Described> = types().into_iter().map(|(described, _)| described).collect();
        let mut follower = Follower::new(columns, 1000);
        let length = random.random_range(0..600);
        let noise =
            [&[[first::ROW, first::ROW_WITH_NULLS][random.random_range(0..2)]], &bytes(length, &mut random)[..]];
        let mut kept = Kept { room: random.random_range(0..3), ..Kept::default() };
        let _ = follower.follow(&noise.concat(), &mut kept);
    }
}
