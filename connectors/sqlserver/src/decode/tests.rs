//! Every type through the whole way from a cell's bytes to an Arrow array, against slow versions of the same.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use connector_core::{ColumnMapping, ErrorKind, Pushdown, ReadAs};
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use super::*;
use crate::collation::Collation;

mod shown;

fn column(data_type: &DataType) -> Column {
    let mapping =
        ColumnMapping { data_type: data_type.clone(), read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full };
    Column { name: "c".into(), remote_name: "C".into(), comment: None, announced: None, mapping }
}

fn wire(kind: u8, length: u32, scale: u8) -> Described {
    // SQL_Latin1_General_CP1_CI_AS
    Described { kind, length, scale, collation: Collation::new([0x09, 0x04, 0xd0, 0x00, 0x34]) }
}

fn decoder(wire: Described, data_type: &DataType, rows: usize, most: usize) -> Result<RowDecoder> {
    RowDecoder::new(&[column(data_type)], &[wire], BatchLimits { rows, bytes: 1 << 30 }, most)
}

/// A way of adding rows of one cell.
type Adding = fn(&mut RowDecoder, &[Option<&[u8]>]) -> Result<()>;

/// Adds cells that arrive one behind the other, in rows that are taken together.
fn together(decoder: &mut RowDecoder, cells: &[Option<&[u8]>]) -> Result<()> {
    cells.chunks(RUN).try_for_each(|run| {
        let (mut arrived, mut places) = (Vec::new(), Vec::new());
        for cell in run {
            places.push(cell.map_or(Place::NULL, |cell| Place::new(arrived.len(), cell.len())));
            arrived.extend_from_slice(cell.unwrap_or_default());
        }
        decoder.rows(&arrived, &places, 1)
    })
}

/// An array of cells, which is the same whether they come one by one or together; so is what is wrong with one.
fn decoded(wire: Described, data_type: &DataType, cells: &[Option<&[u8]>]) -> Result<ArrayRef> {
    let array = |add: Adding| {
        let mut decoder = decoder(wire, data_type, usize::MAX, 1 << 20)?;
        add(&mut decoder, cells)?;
        Ok(ArrayRef::clone(decoder.take()?.unwrap().column(0)))
    };
    let single = array(|decoder, cells| {
        cells.iter().try_for_each(|cell| {
            decoder.cell(0, *cell)?;
            decoder.end_row();
            Ok(())
        })
    });
    match (&single, array(together)) {
        (Ok(single), Ok(together)) => assert_eq!(single, &together),
        (single, together) => {
            let told = [single, &together].map(|read| read.as_ref().err().map(Error::to_string));
            assert_eq!(told[0], told[1]);
        }
    }
    single
}

fn one(wire: Described, data_type: &DataType, cell: &[u8]) -> Result<ArrayRef> {
    decoded(wire, data_type, &[Some(cell)])
}

fn bytes(length: usize, random: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes
}

fn seeded() -> StdRng {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

/// A number of any bytes in decimal digits, by long multiplication.
fn digits(magnitude: &[u8]) -> String {
    let mut digits = vec![0_u32];
    for byte in magnitude.iter().rev() {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = *digit * 256 + carry;
            (*digit, carry) = (value % 10, value / 10);
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from_digit(*digit, 10).unwrap()).collect()
}

/// A decimal's digits at another scale, if it has none beyond it and not too many.
fn rescaled(digits: &str, from: usize, to: usize, precision: usize) -> Option<String> {
    const MOST: usize = 38;
    let mut digits = Some(digits.to_owned()).filter(|digits| digits.trim_start_matches('0').len() <= MOST)?;
    for _ in from..to {
        digits.push('0');
    }
    for _ in to..from {
        if digits.pop().is_some_and(|digit| digit != '0') {
            return None;
        }
    }
    let digits = digits.trim_start_matches('0').to_owned();
    (digits.len() <= precision).then_some(if digits.is_empty() { "0".into() } else { digits })
}

#[test]
fn decimals_are_those_of_long_multiplication() {
    let mut random = seeded();
    for _ in 0..4_000 {
        let length = [4, 8, 12, 16][random.random_range(0..4)];
        let mut magnitude = bytes(length, &mut random);
        // Small ones and such as end in zeros, too.
        let kept = random.random_range(0..=length);
        magnitude[kept..].fill(0);
        let (precision, own) = (random.random_range(1..=38_u8), random.random_range(0..=38_u8));
        let scale = random.random_range(0..=precision);
        let sign = random.random_range(0..2_u8);
        let expected = rescaled(&digits(&magnitude), own.into(), scale.into(), precision.into());
        let expected = expected.map(|digits| {
            let value: i128 = digits.parse().unwrap();
            if sign == 0 { -value } else { value }
        });
        let data_type = DataType::Decimal128(precision, i8::try_from(scale).unwrap());
        let cell = [&[sign], &magnitude[..]].concat();
        let read = one(wire(kind::NUMERIC, 17, own), &data_type, &cell);
        let read = read.ok().map(|array| array.as_primitive::<Decimal128Type>().value(0));
        assert_eq!(read, expected, "{cell:?} of scale {own} as {data_type}");
    }
}

#[test]
fn decimals_at_the_limits_of_their_types_fit_or_do_not() {
    for precision in 1..=38_u8 {
        let limit = 10_u128.pow(precision.into());
        for (value, own, scale) in (0..=3)
            .flat_map(|off| {
                [limit - 1, limit, limit + 1, (limit / 10).max(1) - 1, limit / 10].map(|value| (value, off))
            })
            .flat_map(|(value, off)| [(value, 0, off), (value, off, 0), (value, off, off), (value, 38, 38 - off)])
            .filter(|(_, _, scale)| *scale <= precision)
        {
            let data_type = DataType::Decimal128(precision, i8::try_from(scale).unwrap());
            let expected = rescaled(&value.to_string(), own.into(), scale.into(), precision.into());
            let expected: Option<i128> = expected.map(|digits| digits.parse().unwrap());
            let magnitude = value.to_le_bytes();
            // In every length that holds it.
            for length in [4, 8, 12, 16].into_iter().filter(|length| magnitude[*length..].iter().all(|byte| *byte == 0))
            {
                for (sign, expected) in [(1, expected), (0, expected.map(|value| -value))] {
                    let cell = [&[sign], &magnitude[..length]].concat();
                    let read = one(wire(kind::DECIMAL, 17, own), &data_type, &cell);
                    let read = read.ok().map(|array| array.as_primitive::<Decimal128Type>().value(0));
                    assert_eq!(read, expected, "{cell:?} of scale {own} as {data_type}");
                }
            }
        }
    }
}

#[test]
fn money_is_exact_or_a_fault_at_any_scale() {
    let mut random = seeded();
    for _ in 0..2_000 {
        let number: i64 = random.random::<i64>() >> random.random_range(0..64);
        let number = if random.random() { number / 10_000 * 10_000 } else { number };
        let (precision, scale) = [(19, 4), (38, 10), (19, 2), (10, 0), (5, 5)][random.random_range(0..5)];
        let expected = rescaled(&number.unsigned_abs().to_string(), 4, scale, precision);
        let expected = expected.map(|digits| digits.parse::<i128>().unwrap() * i128::from(number.signum()));
        let data_type = DataType::Decimal128(u8::try_from(precision).unwrap(), i8::try_from(scale).unwrap());
        let value = |read: Result<ArrayRef>| read.ok().map(|array| array.as_primitive::<Decimal128Type>().value(0));
        let bytes = number.to_le_bytes();
        let cell = [&bytes[4..], &bytes[..4]].concat();
        assert_eq!(value(one(wire(kind::MONEY, 0, 0), &data_type, &cell)), expected, "{number} as {data_type}");
        if let Ok(small) = i32::try_from(number) {
            let read = one(wire(kind::MONEY_N, 4, 0), &data_type, &small.to_le_bytes());
            assert_eq!(value(read), expected, "{number} as {data_type}");
        }
    }
}

#[test]
fn money_is_exact() {
    let mut random = seeded();
    for _ in 0..2_000 {
        let cell = bytes(8, &mut random);
        let (high, low) = (&cell[..4], &cell[4..]);
        let expected = i64::from_le_bytes([low, high].concat().try_into().unwrap());
        let read = one(wire(kind::MONEY_N, 8, 0), &DataType::Decimal128(19, 4), &cell).unwrap();
        assert_eq!(read.as_primitive::<Decimal128Type>().value(0), expected.into());
        let small = i32::from_le_bytes(cell[..4].try_into().unwrap());
        let read = one(wire(kind::MONEY4, 0, 0), &DataType::Decimal128(10, 4), &cell[..4]).unwrap();
        assert_eq!(read.as_primitive::<Decimal128Type>().value(0), small.into());
    }
}

/// A text with much or little beyond ASCII, and sometimes none.
fn any_text(random: &mut StdRng, alphabet: &[char]) -> String {
    let plain = random.random_range(0..=10);
    let length = random.random_range(0..60);
    let pick = |random: &mut StdRng| alphabet[random.random_range(0..alphabet.len())];
    (0..length)
        .map(
            |_| {
                if random.random_range(0..10) < plain {
                    char::from(random.random_range(0..128_u8))
                } else {
                    pick(random)
                }
            },
        )
        .collect()
}

#[test]
fn texts_of_two_bytes_are_those_of_the_standard_library() {
    let mut random = seeded();
    let alphabet: Vec<char> =
        "éß\u{7f}\u{80}\u{7ff}\u{800}€日本語\u{d7ff}\u{e000}\u{ffff}😀\u{10000}\u{10ffff}".chars().collect();
    let mut cells = Vec::new();
    let mut texts = Vec::new();
    for _ in 0..5_000 {
        let text = any_text(&mut random, &alphabet);
        cells.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        texts.push(text);
    }
    let cells: Vec<_> = cells.iter().map(|cell| Some(cell.as_slice())).collect();
    let read = decoded(wire(kind::NVARCHAR, 8000, 0), &DataType::Utf8, &cells).unwrap();
    assert!(read.as_string::<i32>().iter().flatten().eq(texts.iter().map(String::as_str)));
    // Noise is a text exactly where the standard library says so.
    for _ in 0..4_000 {
        let length = random.random_range(0..12);
        let mut cell = bytes(length, &mut random);
        // Many surrogates.
        cell.iter_mut()
            .skip(1)
            .step_by(2)
            .for_each(|byte| *byte = [0xd8, 0xdc, 0xdb, 0xdf, 0, 5][usize::from(*byte % 6)]);
        let (pairs, odd) = cell.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        let expected = String::from_utf16(&units).ok().filter(|_| odd.is_empty());
        let read = one(wire(kind::NCHAR, 8000, 0), &DataType::Utf8, &cell).ok();
        assert_eq!(read.map(|array| array.as_string::<i32>().value(0).to_owned()), expected, "{cell:?}");
    }
}

#[test]
fn texts_in_a_code_page_are_those_of_its_table() {
    let mut random = seeded();
    for (sort, page) in [
        (52, encoding_rs::WINDOWS_1252),
        (80, encoding_rs::WINDOWS_1250),
        (104, encoding_rs::WINDOWS_1251),
        (124, encoding_rs::WINDOWS_1253),
        (128, encoding_rs::WINDOWS_1254),
        (136, encoding_rs::WINDOWS_1255),
        (144, encoding_rs::WINDOWS_1256),
        (152, encoding_rs::WINDOWS_1257),
        (192, encoding_rs::SHIFT_JIS),
        (194, encoding_rs::EUC_KR),
        (196, encoding_rs::BIG5),
        (198, encoding_rs::GBK),
        (204, encoding_rs::WINDOWS_874),
    ] {
        let wire =
            Described { collation: Collation::new([0x09, 0x04, 0xd0, 0x00, sort]), ..wire(kind::VARCHAR, 8000, 0) };
        for _ in 0..1_000 {
            let length = random.random_range(0..20);
            let cell = bytes(length, &mut random);
            let expected = page.decode_without_bom_handling_and_without_replacement(&cell);
            let read = one(wire, &DataType::Utf8, &cell).ok();
            let read = read.as_ref().map(|array| array.as_string::<i32>().value(0));
            assert_eq!(read, expected.as_deref(), "{cell:?}");
        }
    }
}

#[test]
fn texts_of_a_code_page_and_of_utf8_are_read_whole() {
    let mut random = seeded();
    // Few random bytes are characters of more than one; what a page has encoded always is.
    for (sort, page, alphabet) in [
        (52, encoding_rs::WINDOWS_1252, "é€ÿ"),
        (104, encoding_rs::WINDOWS_1251, "Жя№"),
        (192, encoding_rs::SHIFT_JIS, "日本ｱ語"),
        (194, encoding_rs::EUC_KR, "한국어"),
        (196, encoding_rs::BIG5, "中文字"),
        (198, encoding_rs::GBK, "中文汉"),
    ] {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let texts: Vec<String> = (0..500).map(|_| any_text(&mut random, &alphabet)).collect();
        let encoded: Vec<_> = texts.iter().map(|text| page.encode(text).0.into_owned()).collect();
        let cells: Vec<_> = encoded.iter().map(|cell| Some(cell.as_slice())).collect();
        let wire = Described { collation: Collation::new([0x09, 0x04, 0xd0, 0x00, sort]), ..wire(kind::CHAR, 8000, 0) };
        let read = decoded(wire, &DataType::Utf8, &cells).unwrap();
        assert!(read.as_string::<i32>().iter().flatten().eq(texts.iter().map(String::as_str)), "{sort}");
    }
    let utf8 = Described { collation: Collation::new([0x09, 0x04, 0xd0, 0x24, 0]), ..wire(kind::VARCHAR, 8000, 0) };
    for _ in 0..2_000 {
        let mut cell = any_text(&mut random, &['é', '日', '😀']).into_bytes();
        if random.random() {
            cell.truncate(random.random_range(0..=cell.len()));
        }
        let expected = std::str::from_utf8(&cell).ok();
        let read = one(utf8, &DataType::Utf8, &cell).ok();
        assert_eq!(read.as_ref().map(|array| array.as_string::<i32>().value(0)), expected, "{cell:?}");
    }
}

/// The milliseconds of a moment, in numbers that hold all of its digits.
fn slow_millis(increments: &[u8], scale: u32, days: &[u8]) -> Option<i64> {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_i128, |number, byte| number * 256 + i128::from(*byte));
    let picos = number(increments) * 10_i128.pow(12 - scale);
    let day = 86_400 * 10_i128.pow(12);
    let since = (number(days) - 719_162) * day + picos;
    (picos < day).then(|| i64::try_from(since.div_euclid(10_i128.pow(9))).unwrap())
}

#[test]
fn moments_are_those_of_slow_arithmetic() {
    let mut random = seeded();
    for _ in 0..4_000 {
        let scale = random.random_range(0..=7_u8);
        let width = [3, 3, 3, 4, 4, 5, 5, 5][usize::from(scale)];
        let mut time = bytes(width, &mut random);
        if random.random() {
            time[width - 1] %= 8;
        }
        let days = bytes(3, &mut random);
        let expected = slow_millis(&time, scale.into(), &days);
        let cell = [&time[..], &days].concat();
        let read = one(wire(kind::DATETIME2, 0, scale), &DataType::Date64, &cell).ok();
        assert_eq!(read.map(|array| array.as_primitive::<Date64Type>().value(0)), expected, "{cell:?}");
        let zoned = [&cell[..], &[1, 2]].concat();
        let data_type = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        let read = one(wire(kind::DATETIMEOFFSET, 0, scale), &data_type, &zoned).ok();
        let packed = read.map(|array| array.as_primitive::<TimestampMillisecondType>().value(0));
        assert_eq!(packed, expected.map(|millis| millis << 12), "{zoned:?}");
    }
}

#[test]
fn the_older_moments_and_dates_are_those_of_slow_arithmetic() {
    let mut random = seeded();
    let zoned = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    // Either has the same milliseconds, one of them packed above its zone.
    let both = |wire: Described, cell: &[u8]| {
        let millis = one(wire, &DataType::Date64, cell).ok().map(|array| array.as_primitive::<Date64Type>().value(0));
        let packed = one(wire, &zoned, cell).ok();
        let packed = packed.map(|array| array.as_primitive::<TimestampMillisecondType>().value(0));
        assert_eq!(packed, millis.map(|millis| millis * 4096), "{cell:?}");
        millis
    };
    // A day that no server has, and that does not fit above a zone.
    let far = [i32::MAX.to_le_bytes(), [0; 4]].concat();
    assert!(one(wire(kind::DATETIME, 0, 0), &zoned, &far).is_err());
    for _ in 0..3_000 {
        // From 1753 to 9999; a day has 25,920,000 ticks, of which three are ten milliseconds, shown to end in 0, 3 and 7.
        let (days, ticks) = (random.random_range(-53_690..=2_958_463_i32), random.random_range(0..26_000_000_u32));
        let shown = i64::from(ticks / 3) * 10 + [0, 3, 7][usize::try_from(ticks % 3).unwrap()];
        let expected = (ticks < 25_920_000).then_some((i64::from(days) - 25_567) * 86_400_000 + shown);
        let cell = [i32::to_le_bytes(days), ticks.to_le_bytes()].concat();
        assert_eq!(both(wire(kind::DATETIME, 0, 0), &cell), expected, "{cell:?}");
        assert_eq!(both(wire(kind::DATETIME_N, 8, 0), &cell), expected, "{cell:?}");
        let (days, minutes) = (random.random::<u16>(), random.random_range(0..1500_u16));
        let expected = (minutes < 1440).then_some(((i64::from(days) - 25_567) * 1440 + i64::from(minutes)) * 60_000);
        let cell = [days.to_le_bytes(), minutes.to_le_bytes()].concat();
        assert_eq!(both(wire(kind::DATETIME4, 0, 0), &cell), expected, "{cell:?}");
        assert_eq!(both(wire(kind::DATETIME_N, 4, 0), &cell), expected, "{cell:?}");
        // From 0001 to 9999 and a little beyond.
        let days = random.random_range(0..4_000_000_u32);
        let cell = &days.to_le_bytes()[..3];
        let read = one(wire(kind::DATE, 0, 0), &DataType::Date32, cell).ok();
        let expected = (days <= 3_652_058).then(|| i32::try_from(days).unwrap() - 719_162);
        assert_eq!(read.map(|array| array.as_primitive::<Date32Type>().value(0)), expected, "{days}");
    }
}

#[test]
fn numbers_are_their_bytes() {
    let mut random = seeded();
    let number = |bytes: &[u8]| {
        let wide = bytes.iter().rev().fold(0_i128, |number, byte| number * 256 + i128::from(*byte));
        if bytes.last().is_some_and(|byte| *byte > 127) { wide - (1_i128 << (bytes.len() * 8)) } else { wide }
    };
    for _ in 0..500 {
        let cell = bytes(8, &mut random);
        let int = |wire, data_type: &DataType, length: usize| one(wire, data_type, &cell[..length]).unwrap();
        let read = int(wire(kind::INT2, 0, 0), &DataType::Int16, 2);
        assert_eq!(i128::from(read.as_primitive::<Int16Type>().value(0)), number(&cell[..2]));
        let read = int(wire(kind::INT_N, 1, 0), &DataType::Int16, 1);
        assert_eq!(i128::from(read.as_primitive::<Int16Type>().value(0)), i128::from(cell[0]));
        let read = int(wire(kind::INT_N, 4, 0), &DataType::Int32, 4);
        assert_eq!(i128::from(read.as_primitive::<Int32Type>().value(0)), number(&cell[..4]));
        let read = int(wire(kind::INT8, 0, 0), &DataType::Int64, 8);
        assert_eq!(i128::from(read.as_primitive::<Int64Type>().value(0)), number(&cell));
        let read = int(wire(kind::FLOAT_N, 8, 0), &DataType::Float64, 8);
        assert_eq!(read.as_primitive::<Float64Type>().value(0).to_le_bytes(), cell[..]);
        let read = int(wire(kind::FLOAT4, 0, 0), &DataType::Float32, 4);
        assert_eq!(read.as_primitive::<Float32Type>().value(0).to_le_bytes(), cell[..4]);
        let read = int(wire(kind::BIT, 0, 0), &DataType::Boolean, 1);
        assert_eq!(read.as_boolean().value(0), cell[0] != 0);
    }
}

#[test]
fn noise_in_a_variant_is_a_text_or_a_fault() {
    let mut random = seeded();
    let held = [0x24, 0x26, 0x28, 0x29, 0x2a, 0x2b, 0x30, 0x38, 0x3c, 0x3d, 0x3e, 0x6a, 0x6c, 0x7a, 0xa5, 0xa7, 0xe7];
    for _ in 0..4_000 {
        let (about, length) = (random.random_range(0..9_u8), random.random_range(0..24));
        let opening = [held[random.random_range(0..held.len())], about];
        let cell = [&opening[..], &bytes(length, &mut random)].concat();
        let _ = one(wire(kind::VARIANT, 8016, 0), &DataType::Utf8, &cell);
    }
}

#[test]
fn null_is_null_in_every_type_and_a_column_of_no_type_is_all_null() {
    let zoned = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    for (described, data_type) in [
        (wire(kind::BIT_N, 1, 0), DataType::Boolean),
        (wire(kind::INT_N, 2, 0), DataType::Int16),
        (wire(kind::FLOAT_N, 4, 0), DataType::Float32),
        (wire(kind::DECIMAL, 9, 2), DataType::Decimal128(10, 2)),
        (wire(kind::DATE, 0, 0), DataType::Date32),
        (wire(kind::DATETIME_N, 4, 0), DataType::Date64),
        (wire(kind::DATETIMEOFFSET, 0, 7), zoned),
        (wire(kind::NTEXT, 0, 0), DataType::Utf8),
        (wire(kind::CLR, 0xffff, 0), DataType::Binary),
    ] {
        for wire in [described, wire(kind::NULL, 0, 0)] {
            let read = decoded(wire, &data_type, &[None, None]).unwrap();
            assert_eq!((read.len(), read.null_count(), read.data_type()), (2, 2, &data_type));
        }
    }
}

#[test]
fn rows_become_batches_within_their_limits() {
    let mut decoder = decoder(wire(kind::INT_N, 4, 0), &DataType::Int32, 2, 8).unwrap();
    assert!(decoder.take().unwrap().is_none());
    decoder.cell(0, Some(&[7, 0, 0, 0])).unwrap();
    decoder.end_row();
    assert!(!decoder.is_full());
    decoder.cell(0, None).unwrap();
    decoder.end_row();
    assert!(decoder.is_full());
    let batch = decoder.take().unwrap().unwrap();
    assert_eq!((batch.num_rows(), batch.column(0).null_count()), (2, 1));
    assert!(decoder.take().unwrap().is_none());
}

#[test]
fn rows_of_no_columns_are_counted() {
    let one = wire(kind::INT4, 0, 0);
    let mut decoder = RowDecoder::new(&[], &[one], BatchLimits::default(), 8).unwrap();
    decoder.cell(0, Some(&[1, 0, 0, 0])).unwrap();
    decoder.end_row();
    assert_eq!(decoder.take().unwrap().unwrap().num_rows(), 1);
    let other = RowDecoder::new(&[], &[one, one], BatchLimits::default(), 8);
    assert_eq!(other.err().unwrap().kind(), ErrorKind::Internal);
}

#[test]
fn a_fault_names_column_row_and_class_and_never_the_value() {
    let text = wire(kind::VARCHAR, 8000, 0);
    let mut decoder = decoder(text, &DataType::Utf8, 10, 8).unwrap();
    decoder.cell(0, Some(b"ok")).unwrap();
    decoder.end_row();
    let large = decoder.cell(0, Some(b"hunter2 hunter2")).unwrap_err();
    assert_eq!(large.kind(), ErrorKind::TooLarge);
    assert!(large.to_string().contains("\"c\", row 2") && !large.to_string().contains("hunter2"), "{large}");
}

#[test]
fn a_cell_is_refused_above_the_limit_and_not_at_it() {
    for (kind, data_type) in [(kind::VARBINARY, DataType::Binary), (kind::VARCHAR, DataType::Utf8)] {
        let read = |bytes| {
            decoder(wire(kind, 8000, 0), &data_type, 10, 8).unwrap().cell(0, Some(vec![b'a'; bytes].as_slice()))
        };
        read(8).unwrap();
        assert_eq!(read(9).unwrap_err().kind(), ErrorKind::TooLarge);
    }
    // What the server cut is too large before it is no text: half a character stands at its end.
    let cut: Vec<u8> = [&[0x61, 0][..]; 8].concat().into_iter().chain([0x3d, 0xd8]).collect();
    let error = decoder(wire(kind::NVARCHAR, 0xffff, 0), &DataType::Utf8, 10, 8).unwrap().cell(0, Some(cut.as_slice()));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn what_was_described_otherwise_is_a_conflict() {
    for (wire, data_type) in [
        (wire(kind::NVARCHAR, 8000, 0), DataType::Int32),
        (wire(kind::INT_N, 8, 0), DataType::Int32),
        (wire(kind::INT_N, 4, 0), DataType::Utf8),
        (wire(kind::FLOAT_N, 4, 0), DataType::Float64),
        (wire(kind::VARBINARY, 8000, 0), DataType::Utf8),
        (wire(kind::GUID, 16, 0), DataType::Utf8),
        (wire(kind::DATE, 0, 0), DataType::Date64),
        (wire(kind::DATETIME2, 0, 9), DataType::Date64),
        // Code page 850 is read by the server, and none of ours.
        (Described { collation: Collation::new([9, 4, 0xd0, 0, 42]), ..wire(kind::VARCHAR, 8000, 0) }, DataType::Utf8),
    ] {
        let error = decoder(wire, &data_type, 1, 1).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    }
}
