//! What is shown as text without being one, against slow ways to write the same.

use super::*;

fn shown(wire: Described, cell: &[u8]) -> Option<String> {
    one(wire, &DataType::Utf8, cell).ok().map(|array| array.as_string::<i32>().value(0).to_owned())
}

/// A value in a `sql_variant`, and what has to be told of it.
fn held(kind: u8, about: &[u8], value: &[u8]) -> Option<String> {
    let cell = [&[kind, u8::try_from(about.len()).unwrap()], about, value].concat();
    shown(wire(kind::VARIANT, 8016, 0), &cell)
}

/// A whole number with a point before so many of its digits.
fn pointed(negative: bool, digits: &str, scale: usize) -> String {
    let mut digits: Vec<char> = digits.chars().rev().collect();
    while digits.len() <= scale {
        digits.push('0');
    }
    if scale > 0 {
        digits.insert(scale, '.');
    }
    if negative {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// A day counted from 0001-01-01, one year and one month after the other.
fn slow_day(mut days: u32) -> String {
    let is_leap = |year: u32| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let mut year = 1;
    while days >= 365 + u32::from(is_leap(year)) {
        days -= 365 + u32::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u32::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

/// A time of day of so many units, of which there are as many in a second as the scale says, one part after the other.
fn slow_time(units: u64, scale: u8) -> Option<String> {
    let in_second = 10_u64.pow(scale.into());
    let (seconds, fraction) = (units / in_second, units % in_second);
    let (hours, minutes, seconds) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    let clock = format!("{hours:02}:{minutes:02}:{seconds:02}");
    let places = usize::from(scale);
    let whole = if scale == 0 { clock } else { format!("{clock}.{fraction:0places$}") };
    (hours < 24).then_some(whole)
}

/// A time of day as it stands on the wire, of which some are beyond the day, its scale, and what it is.
fn any_time(random: &mut StdRng) -> (u8, Vec<u8>, Option<String>) {
    let scale = random.random_range(0..=7_u8);
    let units = random.random_range(0..100_000 * 10_u64.pow(scale.into()));
    let width = [3, 3, 3, 4, 4, 5, 5, 5][usize::from(scale)];
    (scale, units.to_le_bytes()[..width].to_vec(), slow_time(units, scale))
}

#[test]
fn times_of_day_of_every_scale_are_written_as_slow_arithmetic_does() {
    let mut random = seeded();
    for _ in 0..4_000 {
        let (scale, cell, expected) = any_time(&mut random);
        assert_eq!(shown(wire(kind::TIME, 0, scale), &cell), expected, "{cell:?} of scale {scale}");
        assert_eq!(held(kind::TIME, &[scale], &cell), expected, "{cell:?} of scale {scale}");
        let other = [&cell[..], &[0]].concat();
        assert_eq!(shown(wire(kind::TIME, 0, scale), &other), None, "{other:?} of scale {scale}");
        assert_eq!(shown(wire(kind::TIME, 0, scale), &cell[1..]), None, "{cell:?} of scale {scale}");
    }
}

#[test]
fn moments_in_a_variant_are_written_as_slow_arithmetic_does() {
    let mut random = seeded();
    for _ in 0..2_000 {
        // The last day is 9999-12-31.
        let days = random.random_range(0..=3_652_058_u32);
        let date = &days.to_le_bytes()[..3];
        let day = slow_day(days);
        assert_eq!(held(kind::DATE, &[], date).as_ref(), Some(&day), "{days}");
        let (scale, time, expected) = any_time(&mut random);
        let expected = expected.map(|time| format!("{day} {time}"));
        let cell = [&time[..], date].concat();
        assert_eq!(held(kind::DATETIME2, &[scale], &cell), expected, "{cell:?} of scale {scale}");
        let zone: i16 = random.random_range(-840..=840);
        let zoned = [&cell[..], &zone.to_le_bytes()].concat();
        let expected = expected.map(|moment| format!("{moment} +00:00"));
        assert_eq!(held(kind::DATETIMEOFFSET, &[scale], &zoned), expected, "{zoned:?} of scale {scale}");

        // 1900-01-01 is day 693,595.
        let ticks = random.random_range(0..26_000_000_u32);
        let millis = u64::from(ticks / 3) * 10 + [0, 3, 7][usize::try_from(ticks % 3).unwrap()];
        let expected = slow_time(millis, 3).map(|time| format!("{day} {time}"));
        let since = i32::try_from(days).unwrap() - 693_595;
        let cell = [since.to_le_bytes(), ticks.to_le_bytes()].concat();
        assert_eq!(held(kind::DATETIME, &[], &cell), expected, "{cell:?}");
        let (since, minutes) = (random.random::<u16>(), random.random_range(0..1500_u16));
        let day = slow_day(u32::from(since) + 693_595);
        let expected = slow_time(u64::from(minutes) * 60_000, 3).map(|time| format!("{day} {time}"));
        let cell = [since.to_le_bytes(), minutes.to_le_bytes()].concat();
        assert_eq!(held(kind::DATETIME4, &[], &cell), expected, "{cell:?}");
    }
}

#[test]
fn numbers_in_a_variant_are_written_with_every_digit() {
    let mut random = seeded();
    for _ in 0..3_000 {
        let cell = bytes(8, &mut random);
        for (kind, width) in [(kind::INT2, 2), (kind::INT4, 4), (kind::INT8, 8), (kind::INT_N, 8)] {
            let value = &cell[..width];
            // What a negative number lacks to the next power of two.
            let negative = value[width - 1] > 127;
            let magnitude: Vec<u8> = if negative {
                let wide = value.iter().rev().fold(0_u128, |number, byte| number * 256 + u128::from(*byte));
                ((1_u128 << (width * 8)) - wide).to_le_bytes().to_vec()
            } else {
                value.to_vec()
            };
            assert_eq!(held(kind, &[], value), Some(pointed(negative, &digits(&magnitude), 0)), "{value:?}");
        }
        assert_eq!(held(kind::INT1, &[], &cell[..1]), Some(cell[0].to_string()));
        assert_eq!(held(kind::BIT, &[], &cell[..1]).as_deref(), Some(if cell[0] == 0 { "0" } else { "1" }));

        let length = [4, 8, 12, 16][random.random_range(0..4)];
        let mut magnitude = bytes(length, &mut random);
        magnitude[random.random_range(0..=length)..].fill(0);
        let (sign, scale) = (random.random_range(0..2_u8), random.random_range(0..=38_u8));
        let value = [&[sign], &magnitude[..]].concat();
        let decimal = digits(&magnitude);
        let is_zero = decimal.chars().all(|digit| digit == '0');
        let expected = (decimal.len() <= 38).then(|| pointed(sign == 0 && !is_zero, &decimal, scale.into()));
        assert_eq!(held(kind::NUMERIC, &[38, scale], &value), expected, "{value:?} of scale {scale}");

        let money = i64::from_le_bytes(cell[..8].try_into().unwrap()) >> random.random_range(0..64);
        let wide = money.to_le_bytes();
        let expected = pointed(money < 0, &money.unsigned_abs().to_string(), 4);
        assert_eq!(held(kind::MONEY, &[], &[&wide[4..], &wide[..4]].concat()), Some(expected), "{money}");
        // A float's text is read back as itself.
        let float = f64::from_le_bytes(cell[..8].try_into().unwrap());
        let read: f64 = held(kind::FLOAT8, &[], &cell).unwrap().parse().unwrap();
        assert!(read.to_bits() == float.to_bits() || (read.is_nan() && float.is_nan()), "{float}");
        let float = f32::from_le_bytes(cell[..4].try_into().unwrap());
        let read: f32 = held(kind::FLOAT4, &[], &cell[..4]).unwrap().parse().unwrap();
        assert!(read.to_bits() == float.to_bits() || (read.is_nan() && float.is_nan()), "{float}");
    }
}

#[test]
fn bytes_and_texts_in_a_variant_are_those_of_the_standard_library() {
    let mut random = seeded();
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let backwards = |bytes: &[u8]| hexadecimal(&bytes.iter().rev().copied().collect::<Vec<u8>>());
    let latin: Vec<char> = "éÿ€ž".chars().collect();
    let any: Vec<char> = "é日😀\u{ffff}".chars().collect();
    for _ in 0..2_000 {
        let length = random.random_range(0..20);
        let value = bytes(length, &mut random);
        assert_eq!(held(kind::VARBINARY, &[20, 0], &value), Some(format!("0x{}", hexadecimal(&value))));
        let guid = bytes(16, &mut random);
        let groups = [backwards(&guid[..4]), backwards(&guid[4..6]), backwards(&guid[6..8]), hexadecimal(&guid[8..10])];
        let expected = format!("{}-{}", groups.join("-"), hexadecimal(&guid[10..]));
        assert_eq!(held(kind::GUID, &[], &guid), Some(expected));
        assert_eq!(held(kind::GUID, &[], &guid[1..]), None);

        let text = any_text(&mut random, &any);
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let about = [0x09, 0x04, 0xd0, 0x00, 0x34, 0x40, 0x1f];
        assert_eq!(held(kind::NVARCHAR, &about, &units), Some(text));
        let text = any_text(&mut random, &latin);
        let (encoded, _, is_odd) = encoding_rs::WINDOWS_1252.encode(&text);
        assert!(!is_odd, "{text}");
        assert_eq!(held(kind::VARCHAR, &about, &encoded).as_ref(), Some(&text));
    }
}
