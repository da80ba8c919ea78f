use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use super::*;
use crate::packet::put_text;

fn short_text(text: &str) -> Vec<u8> {
    let mut out = vec![u8::try_from(text.encode_utf16().count()).unwrap()];
    put_text(text, &mut out);
    out
}

fn long_text(text: &str) -> Vec<u8> {
    let mut out = u16::try_from(text.encode_utf16().count()).unwrap().to_le_bytes().to_vec();
    put_text(text, &mut out);
    out
}

fn behind_length(token: u8, body: &[u8]) -> Vec<u8> {
    [&[token], &u16::try_from(body.len()).unwrap().to_le_bytes()[..], body].concat()
}

fn refused() -> Vec<u8> {
    let number = 208_u32.to_le_bytes();
    let body = [&number[..], &[3, 16], &long_text("No 'é'"), &short_text("host"), &short_text("view"), &[7, 0, 0, 0]];
    behind_length(first::ERROR, &body.concat())
}

fn changed(kind: u8, new: &[u8], old: &[u8]) -> Vec<u8> {
    behind_length(first::CHANGE, &[&[kind], new, old].concat())
}

const LATIN1: [u8; 5] = [0x09, 0x04, 0xd0, 0x00, 0x34];

/// What is told of a column's type, and how its values are found.
type Expected = (u8, u32, u8, Framing);

/// A column of every type, as MS-TDS 2.2.7.4 and 2.2.5.6 have them.
fn every_column() -> (Vec<u8>, Vec<Expected>) {
    use Framing::{Counted, Fixed, Long, Pieces, Pointed, Short};
    let text = |kind: u8, length: u16| [&[kind], &length.to_le_bytes()[..], &LATIN1].concat();
    let table = [&[2][..], &long_text("dbo"), &long_text("t")].concat();
    let clr =
        [short_text("d"), short_text("sys"), short_text("hierarchyid"), long_text("Microsoft, Version=11")].concat();
    let schema = [&[1][..], &short_text("d"), &short_text("dbo"), &long_text("schemas")].concat();
    let types: Vec<(Vec<u8>, u32, u8, Framing)> = vec![
        (vec![kind::NULL], 0, 0, Fixed(0)),
        (vec![kind::INT1], 0, 0, Fixed(1)),
        (vec![kind::BIT], 0, 0, Fixed(1)),
        (vec![kind::INT2], 0, 0, Fixed(2)),
        (vec![kind::INT4], 0, 0, Fixed(4)),
        (vec![kind::DATETIME4], 0, 0, Fixed(4)),
        (vec![kind::FLOAT4], 0, 0, Fixed(4)),
        (vec![kind::MONEY], 0, 0, Fixed(8)),
        (vec![kind::DATETIME], 0, 0, Fixed(8)),
        (vec![kind::FLOAT8], 0, 0, Fixed(8)),
        (vec![kind::MONEY4], 0, 0, Fixed(4)),
        (vec![kind::INT8], 0, 0, Fixed(8)),
        (vec![kind::GUID, 16], 16, 0, Short),
        (vec![kind::INT_N, 2], 2, 0, Short),
        (vec![kind::DATE], 0, 0, Short),
        (vec![kind::TIME, 3], 0, 3, Short),
        (vec![kind::DATETIME2, 7], 0, 7, Short),
        (vec![kind::DATETIMEOFFSET, 0], 0, 0, Short),
        (vec![kind::BIT_N, 1], 1, 0, Short),
        (vec![kind::DECIMAL, 17, 38, 10], 17, 10, Short),
        (vec![kind::NUMERIC, 5, 9, 2], 5, 2, Short),
        (vec![kind::FLOAT_N, 8], 8, 0, Short),
        (vec![kind::MONEY_N, 8], 8, 0, Short),
        (vec![kind::DATETIME_N, 8], 8, 0, Short),
        (vec![kind::VARBINARY, 0x40, 0x1f], 8000, 0, Counted),
        (vec![kind::VARBINARY, 0xff, 0xff], 0xffff, 0, Pieces),
        (text(kind::VARCHAR, 30), 30, 0, Counted),
        (text(kind::VARCHAR, 0xffff), 0xffff, 0, Pieces),
        (vec![kind::BINARY, 8, 0], 8, 0, Counted),
        (text(kind::CHAR, 10), 10, 0, Counted),
        (text(kind::NVARCHAR, 8000), 8000, 0, Counted),
        (text(kind::NVARCHAR, 0xffff), 0xffff, 0, Pieces),
        (text(kind::NCHAR, 20), 20, 0, Counted),
        ([&[kind::CLR, 0xff, 0xff][..], &clr].concat(), 0xffff, 0, Pieces),
        (vec![kind::XML, 0], 0, 0, Pieces),
        ([&[kind::XML][..], &schema].concat(), 0, 0, Pieces),
        ([&[kind::IMAGE, 0xff, 0xff, 0xff, 0x7f][..], &table].concat(), 0x7fff_ffff, 0, Pointed),
        ([&[kind::TEXT, 0xff, 0xff, 0xff, 0x7f][..], &LATIN1, &table].concat(), 0x7fff_ffff, 0, Pointed),
        ([&[kind::NTEXT, 0xfe, 0xff, 0xff, 0x7f][..], &LATIN1, &table].concat(), 0x7fff_fffe, 0, Pointed),
        (vec![kind::VARIANT, 0x51, 0x1f, 0, 0], 8017, 0, Long),
    ];
    let mut sent = vec![first::COLUMNS];
    sent.extend(u16::try_from(types.len()).unwrap().to_le_bytes());
    let mut expected = Vec::new();
    for (index, (info, length, scale, framing)) in types.into_iter().enumerate() {
        sent.extend([0, 0, 0, 0, 9, 0]);
        sent.extend(&info);
        sent.extend(short_text(&format!("c{index}")));
        expected.push((info[0], length, scale, framing));
    }
    (sent, expected)
}

fn told(sent: &[u8]) -> Told {
    let (told, length) = next(sent).unwrap().unwrap();
    assert_eq!(length, sent.len());
    told
}

#[test]
fn columns_of_every_type_are_understood() {
    let (sent, expected) = every_column();
    let Told::Columns(columns) = told(&sent) else { panic!("no columns") };
    assert_eq!(columns.len(), expected.len());
    for (index, (column, expected)) in columns.iter().zip(expected).enumerate() {
        let wire = column.described;
        assert_eq!((wire.kind, wire.length, wire.scale, wire.framing()), expected);
        assert_eq!(column.name, format!("c{index}"));
    }
    let text = columns.iter().find(|column| column.described.kind == kind::TEXT).unwrap();
    assert_eq!(text.described.collation, Collation::new(LATIN1));
    assert_eq!(told(&[first::COLUMNS, 0xff, 0xff]), Told::Columns(Vec::new()));
    // A type that TDS 7.4 does not have, and one that has been gone since TDS 7.
    for kind in [0xf5, 0x27, 0xf3] {
        assert!(next(&[first::COLUMNS, 1, 0, 0, 0, 0, 0, 0, 0, kind, 0, 0, 0, 0]).is_err(), "{kind:#x}");
    }
}

#[test]
fn errors_and_changes_are_understood() {
    let Told::Refused(refusal) = told(&refused()) else { panic!("no error") };
    assert_eq!((refusal.number, refusal.state, refusal.class), (208, 3, 16));
    assert_eq!((refusal.text.as_str(), refusal.procedure.as_str()), ("No 'é'", "view"));
    let place = [&[0][..], &1433_u16.to_le_bytes(), &long_text("next")].concat();
    let place = [&u16::try_from(place.len()).unwrap().to_le_bytes()[..], &place].concat();
    let transaction = [1, 2, 3, 4, 5, 6, 7, 8];
    for (sent, expected) in [
        (changed(4, &short_text("16000"), &short_text("4096")), Told::Packets(16_000)),
        (changed(8, &[&[8][..], &transaction].concat(), &[0]), Told::Transaction(transaction)),
        (changed(9, &[0], &[&[8][..], &transaction].concat()), Told::Transaction([0; 8])),
        (changed(10, &[0], &[&[8][..], &transaction].concat()), Told::Transaction([0; 8])),
        (changed(20, &place, &[0, 0]), Told::SentOn { host: "next".into(), port: 1433 }),
        (changed(1, &short_text("d"), &short_text("master")), Told::Other),
        ([&[first::DONE][..], &[0x20, 0], &[0; 10]].concat(), Told::Done),
        (vec![first::RETURN_STATUS, 0, 0, 0, 0], Told::Other),
        (behind_length(first::INFO, &[1, 2, 3]), Told::Other),
        (behind_length(first::LOGIN, &[1]), Told::LetIn),
        (vec![first::EXTENSIONS, 2, 1, 0, 0, 0, 7, 0xff], Told::Other),
        (vec![first::SESSION_STATE, 2, 0, 0, 0, 7, 7], Told::Other),
    ] {
        assert_eq!(told(&sent), expected);
    }
    for odd in
        [changed(4, &short_text("many"), &[0]), changed(8, &[3, 1, 2, 3], &[0]), behind_length(first::ERROR, &[1])]
    {
        assert!(next(&odd).is_err(), "{odd:?}");
    }
    assert!(next(&[0x77]).is_err(), "an unknown token");
}

#[test]
fn a_token_that_has_not_arrived_is_waited_for() {
    for sent in [every_column().0, refused(), vec![first::EXTENSIONS, 2, 1, 0, 0, 0, 7, 0xff]] {
        for length in 0..sent.len() {
            assert_eq!(next(&sent[..length]), Ok(None), "{length} of {sent:?}");
        }
    }
}

#[test]
fn noise_is_never_a_panic() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let whole = [every_column().0, refused()];
    for _ in 0..20_000 {
        let mut sent = whole[random.random_range(0..whole.len())].clone();
        for _ in 0..random.random_range(1..4) {
            let place = random.random_range(0..sent.len());
            sent[place] = random.random();
        }
        let _ = next(&sent);
        let mut noise = vec![0; random.random_range(0..40)];
        random.fill_bytes(&mut noise);
        let _ = next(&noise);
    }
}
