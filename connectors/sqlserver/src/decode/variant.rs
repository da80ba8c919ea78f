//! The text of what is shown as text without being one: times of day, and whatever a `sql_variant` holds.

use std::fmt::{Display, Write};

use super::{Fault, scalar, text};
use crate::bind::written;
use crate::collation::Collation;
use crate::packet::Rest;
use crate::time::{self, DateTime2};
use crate::token::kind;
use scalar::BEYOND;

/// Adds a time of day, with as many digits as its type has.
pub(super) fn put_time(scale: u8, cell: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    put(out, time::printed(scalar::time_of_day(scale, cell)?).ok_or(BEYOND)?)
}

/// Adds the text of whatever a variant holds: its type and what that has to be told, then the value.
pub(super) fn put_variant(cell: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut rest = Rest(cell);
    let [held, length] = rest.array().ok_or(Fault::Malformed)?;
    let about = rest.take(length.into()).ok_or(Fault::Malformed)?;
    put_held(held, about, rest.0, out)
}

fn put_held(held: u8, about: &[u8], value: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let scale = || about.last().copied().ok_or(Fault::Malformed);
    match held {
        kind::NVARCHAR | kind::NCHAR => text::utf16(value, out),
        kind::VARCHAR | kind::CHAR => {
            let collation = about.first_chunk().copied().ok_or(Fault::Malformed)?;
            let unknown = Fault::value("a text in a sql_variant whose code page cannot be read");
            text::decoded(Collation::new(collation).charset().ok_or(unknown)?, value, out)
        }
        kind::BIT | kind::BIT_N => put(out, u8::from(scalar::truth(value)?)),
        kind::INT1 | kind::INT2 | kind::INT4 | kind::INT8 | kind::INT_N => put(out, whole(value, held)?),
        kind::FLOAT4 | kind::FLOAT_N if value.len() == 4 => put(out, scalar::float32(value)?),
        kind::FLOAT8 | kind::FLOAT_N => put(out, scalar::float64(value)?),
        kind::MONEY4 | kind::MONEY_N if value.len() == 4 => put_decimal(scalar::smallmoney(value)?.into(), 4, out),
        kind::MONEY | kind::MONEY_N => put_decimal(scalar::money(value)?.into(), 4, out),
        kind::DECIMAL | kind::NUMERIC => put_decimal(scalar::unscaled(value)?, scale()?, out),
        kind::GUID => put_guid(value, out),
        kind::VARBINARY | kind::BINARY => put_hexadecimal(value, out),
        kind::DATE => put(out, day(scalar::date(value)?.into())),
        kind::TIME => put_time(scale()?, value, out),
        kind::DATETIME2 => put(out, moment(moments(scale()?, false)?.moment(value)?)?),
        kind::DATETIMEOFFSET => {
            let shown = moment(moments(scale()?, true)?.moment(value)?)?;
            put(out, format_args!("{shown} +00:00"))
        }
        kind::DATETIME4 | kind::DATETIME_N if value.len() == 4 => put(out, of_millis(scalar::minutes(value)?)),
        kind::DATETIME | kind::DATETIME_N => put(out, of_millis(scalar::ticks(value)?)),
        _ => Err(Fault::value("a value of a type that is not known in a sql_variant")),
    }
}

fn put(out: &mut Vec<u8>, shown: impl Display) -> Result<(), Fault> {
    struct Utf8<'a>(&'a mut Vec<u8>);
    impl Write for Utf8<'_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    write!(Utf8(out), "{shown}").map_err(|_| Fault::Malformed)
}

/// A whole number of any width; the smallest has no sign.
fn whole(value: &[u8], held: u8) -> Result<i64, Fault> {
    match (value.len(), held) {
        (1, kind::INT1 | kind::INT_N) => scalar::uint8(value).map(Into::into),
        (2, kind::INT2 | kind::INT_N) => scalar::int16(value).map(Into::into),
        (4, kind::INT4 | kind::INT_N) => scalar::int32(value).map(Into::into),
        (8, kind::INT8 | kind::INT_N) => scalar::int64(value),
        _ => Err(Fault::Malformed),
    }
}

fn put_decimal(unscaled: i128, scale: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
    let scale = i8::try_from(scale).map_err(|_| Fault::Malformed)?;
    put(out, written(unscaled, scale).ok_or(Fault::Malformed)?)
}

/// A uuid as the server prints it; its first three numbers have their lowest byte first.
fn put_guid(value: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut rest = Rest(value);
    let first = rest.u32().ok_or(Fault::Malformed)?;
    let (second, third) = rest.u16().zip(rest.u16()).ok_or(Fault::Malformed)?;
    let last: [u8; 8] = rest.0.try_into().map_err(|_| Fault::Malformed)?;
    put(out, format_args!("{first:08X}-{second:04X}-{third:04X}-"))?;
    for (index, byte) in last.iter().enumerate() {
        put(out, format_args!("{}{byte:02X}", if index == 2 { "-" } else { "" }))?;
    }
    Ok(())
}

fn put_hexadecimal(value: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    put(out, "0x")?;
    value.iter().try_for_each(|byte| put(out, format_args!("{byte:02X}")))
}

fn moments(scale: u8, has_zone: bool) -> Result<scalar::Moments, Fault> {
    scalar::Moments::new(scale, has_zone).ok_or(Fault::Malformed)
}

fn moment(value: DateTime2) -> Result<String, Fault> {
    let date = time::days(value.date()).ok_or(BEYOND)?;
    Ok(format!("{} {}", day(date.into()), time::printed(value.time()).ok_or(BEYOND)?))
}

fn of_millis(millis: i64) -> String {
    const DAY: i64 = 86_400_000;
    let (days, of_day) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let seconds = of_day / 1000;
    format!("{} {:02}:{:02}:{:02}.{:03}", day(days), seconds / 3600, seconds / 60 % 60, seconds % 60, of_day % 1000)
}

/// A day since 1970-01-01 in the calendar, counted from the first of March so that leap days come last.
fn day(days: i64) -> String {
    let since = days + 719_468;
    let (era, of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(held: u8, about: &[u8], value: &[u8]) -> Result<String, Fault> {
        let mut out = Vec::new();
        let cell = [&[held, u8::try_from(about.len()).unwrap()], about, value].concat();
        put_variant(&cell, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    const LATIN1: [u8; 7] = [0x09, 0x04, 0xd0, 0x00, 0x34, 0x40, 0x1f];
    const UTF8: [u8; 7] = [0x09, 0x04, 0xd0, 0x24, 0x00, 0x40, 0x1f];
    const CP850: [u8; 7] = [0x09, 0x04, 0xd0, 0x00, 42, 0x40, 0x1f];

    #[test]
    fn whatever_a_variant_holds_is_printed_with_every_digit() {
        let moment = [1, 0, 0, 0, 0, 0x3a, 0xf9, 0x0a];
        let zoned = [&moment[..], &[60, 0]].concat();
        let bytes: Vec<u8> = (0..16).collect();
        for (held, about, value, expected) in [
            (kind::NVARCHAR, &LATIN1[..], &b"a\0 \0"[..], "a "),
            (kind::VARCHAR, &LATIN1, b"caf\xe9 \x80", "café €"),
            (kind::CHAR, &UTF8, "Ã©日".as_bytes(), "Ã©日"),
            (kind::INT1, &[], &[255], "255"),
            (kind::INT2, &[], &[0, 0x80], "-32768"),
            (kind::INT8, &[], &i64::MIN.to_le_bytes(), "-9223372036854775808"),
            (kind::BIT, &[], &[1], "1"),
            (kind::FLOAT4, &[], &0.1_f32.to_le_bytes(), "0.1"),
            (kind::FLOAT8, &[], &0.1_f64.to_le_bytes(), "0.1"),
            (kind::FLOAT8, &[], &922_337_203_685_477.6_f64.to_le_bytes(), "922337203685477.6"),
            (kind::MONEY, &[], &[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff], "922337203685477.5807"),
            (kind::MONEY4, &[], &(-1_i32).to_le_bytes(), "-0.0001"),
            (kind::DECIMAL, &[5, 2], &[0, 5, 0, 0, 0], "-0.05"),
            (kind::GUID, &[], &bytes, "03020100-0504-0706-0809-0A0B0C0D0E0F"),
            (kind::VARBINARY, &[4, 0], &[0, 0xab], "0x00AB"),
            (kind::TIME, &[3], &[0xf8, 0x29, 0xb3, 0x02], "12:34:56.120"),
            (kind::DATE, &[], &[0; 3], "0001-01-01"),
            (kind::DATE, &[], &[0xda, 0xb9, 0x37], "9999-12-31"),
            (kind::DATETIME2, &[7], &moment, "1970-01-01 00:00:00.0000001"),
            (kind::DATETIMEOFFSET, &[7], &zoned, "1970-01-01 00:00:00.0000001 +00:00"),
            (kind::DATETIME, &[], &[0xe7, 0x8e, 0, 0, 1, 0, 0, 0], "2000-02-29 00:00:00.003"),
            (kind::DATETIME4, &[], &[0, 0, 61, 0], "1900-01-01 01:01:00.000"),
        ] {
            assert_eq!(shown(held, about, value).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_fault_and_no_guess() {
        assert!(matches!(shown(kind::VARCHAR, &CP850, b"\x82"), Err(Fault::Value(_))));
        assert!(matches!(shown(kind::VARCHAR, &UTF8, b"\xff"), Err(Fault::Value(_))));
        assert!(matches!(shown(kind::XML, &[], b""), Err(Fault::Value(_))));
        for (held, about, value) in [
            (kind::INT4, &[][..], &[1, 2, 3][..]),
            (kind::DECIMAL, &[], &[1, 2]),
            (kind::TIME, &[9], &[0; 5]),
            (kind::VARCHAR, &[1], b"a"),
        ] {
            assert_eq!(shown(held, about, value), Err(Fault::Malformed));
        }
        assert_eq!(put_variant(&[kind::INT4], &mut Vec::new()), Err(Fault::Malformed));
        assert_eq!(put_variant(&[kind::DECIMAL, 2, 5], &mut Vec::new()), Err(Fault::Malformed));
    }
}
