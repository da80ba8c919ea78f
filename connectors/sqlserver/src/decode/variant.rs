//! The text of what is shown as text: texts, times of day, and whatever a `sql_variant` holds.

use std::borrow::Cow;
use std::fmt::Write;

use encoding_rs::Encoding;
use tiberius::ColumnData;
use tiberius::time::DateTime2;

use super::{Fault, scalar};
use crate::time;

/// The text of a cell that is one, or a time of day; NULL is nothing.
pub(super) fn text<'d>(data: &'d ColumnData<'_>) -> Result<Option<Cow<'d, str>>, Fault> {
    match data {
        ColumnData::String(Some(text)) => Ok(Some(Cow::Borrowed(text.as_ref()))),
        ColumnData::Xml(_) | ColumnData::Time(_) => printed(data),
        other => scalar::nothing(other),
    }
}

/// The text of whatever a variant holds.
pub(super) fn printed<'d>(data: &'d ColumnData<'_>) -> Result<Option<Cow<'d, str>>, Fault> {
    Ok(Some(match data {
        ColumnData::String(Some(text)) if may_be_utf8(text) => {
            return Err(Fault::value("a text in a sql_variant that may be in UTF-8, which the driver misreads,"));
        }
        ColumnData::String(Some(text)) => Cow::Borrowed(text.as_ref()),
        ColumnData::Xml(Some(xml)) => Cow::Owned(xml.as_ref().to_string()),
        ColumnData::Time(Some(value)) => Cow::Owned(time::printed(*value).ok_or(BEYOND)?),
        ColumnData::U8(Some(value)) => Cow::Owned(value.to_string()),
        ColumnData::I16(Some(value)) => Cow::Owned(value.to_string()),
        ColumnData::I32(Some(value)) => Cow::Owned(value.to_string()),
        ColumnData::I64(Some(value)) => Cow::Owned(value.to_string()),
        ColumnData::Bit(Some(value)) => Cow::Borrowed(if *value { "1" } else { "0" }),
        ColumnData::F32(Some(value)) => Cow::Owned(value.to_string()),
        ColumnData::F64(Some(value)) => Cow::Owned(number(*value)?),
        ColumnData::Numeric(Some(value)) => Cow::Owned(value.to_string()),
        ColumnData::Guid(Some(value)) => Cow::Owned(value.to_string().to_uppercase()),
        ColumnData::Binary(Some(value)) => Cow::Owned(hexadecimal(value)),
        ColumnData::Date(Some(value)) => Cow::Owned(day(time::days(*value).ok_or(BEYOND)?.into())),
        ColumnData::DateTime2(Some(value)) => Cow::Owned(moment(*value)?),
        ColumnData::DateTimeOffset(Some(value)) => Cow::Owned(format!("{} +00:00", moment(value.datetime2())?)),
        ColumnData::DateTime(Some(value)) => Cow::Owned(of_millis(time::shown_millis(*value))),
        ColumnData::SmallDateTime(Some(value)) => Cow::Owned(of_millis(time::minute_millis(*value))),
        other => return scalar::nothing(other),
    }))
}

/// Whether a text is what the driver makes of UTF-8: it reads a collation that is in UTF-8 as the code page of its language.
/// A column of such a collation is cast by the server, but a variant does not tell what it holds until it is read.
fn may_be_utf8(text: &str) -> bool {
    const PAGES: [&Encoding; 14] = [
        encoding_rs::WINDOWS_1252,
        encoding_rs::WINDOWS_1250,
        encoding_rs::WINDOWS_1251,
        encoding_rs::WINDOWS_1253,
        encoding_rs::WINDOWS_1254,
        encoding_rs::WINDOWS_1255,
        encoding_rs::WINDOWS_1256,
        encoding_rs::WINDOWS_1257,
        encoding_rs::WINDOWS_1258,
        encoding_rs::WINDOWS_874,
        encoding_rs::SHIFT_JIS,
        encoding_rs::EUC_KR,
        encoding_rs::BIG5,
        encoding_rs::GB18030,
    ];
    let is_utf8_in = |page: &&'static Encoding| {
        let (bytes, _, has_unmappable) = page.encode(text);
        !has_unmappable && std::str::from_utf8(&bytes).is_ok()
    };
    !text.is_ascii() && PAGES.iter().any(is_utf8_in)
}

const BEYOND: Fault = Fault::value("a time beyond its day");

/// A float, or money, which the driver hands over as one: beyond fifteen digits the two cannot be told apart, and of the
/// second the last ones may be wrong.
fn number(value: f64) -> Result<String, Fault> {
    const FIFTEEN_DIGITS: f64 = 1e11;
    const LARGEST_MONEY: f64 = 922_337_203_685_478.0;
    let may_be_money = (FIFTEEN_DIGITS..=LARGEST_MONEY).contains(&value.abs());
    if may_be_money {
        Err(Fault::value("a large float or an amount of money in a sql_variant"))
    } else {
        Ok(value.to_string())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + bytes.len() * 2);
    text.push_str("0x");
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02X}");
    }
    text
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
    use tiberius::numeric::Numeric;
    use tiberius::time::{Date, DateTime, DateTimeOffset, SmallDateTime, Time};
    use tiberius::{Uuid, xml::XmlData};

    use super::*;

    fn shown(data: &ColumnData<'_>) -> String {
        printed(data).unwrap().unwrap().into_owned()
    }

    #[test]
    fn whatever_a_variant_holds_is_printed_with_every_digit() {
        let moment = DateTime2::new(Date::new(719_162), Time::new(1, 7));
        for (data, expected) in [
            (ColumnData::String(Some("a ".into())), "a "),
            (ColumnData::Xml(Some(Cow::Owned(XmlData::new("<a/>")))), "<a/>"),
            (ColumnData::U8(Some(255)), "255"),
            (ColumnData::I64(Some(i64::MIN)), "-9223372036854775808"),
            (ColumnData::Bit(Some(true)), "1"),
            (ColumnData::F32(Some(0.1)), "0.1"),
            (ColumnData::F64(Some(0.1)), "0.1"),
            (ColumnData::Numeric(Some(Numeric::new_with_scale(-5, 2))), "-0.05"),
            (ColumnData::Guid(Some(Uuid::from_u128(0xab))), "00000000-0000-0000-0000-0000000000AB"),
            (ColumnData::Binary(Some(vec![0, 0xab].into())), "0x00AB"),
            (ColumnData::Time(Some(Time::new(45_296_120, 3))), "12:34:56.120"),
            (ColumnData::Date(Some(Date::new(0))), "0001-01-01"),
            (ColumnData::Date(Some(Date::new(3_652_058))), "9999-12-31"),
            (ColumnData::DateTime2(Some(moment)), "1970-01-01 00:00:00.0000001"),
            (ColumnData::DateTimeOffset(Some(DateTimeOffset::new(moment, 60))), "1970-01-01 00:00:00.0000001 +00:00"),
            (ColumnData::DateTime(Some(DateTime::new(36_583, 1))), "2000-02-29 00:00:00.003"),
            (ColumnData::SmallDateTime(Some(SmallDateTime::new(0, 61))), "1900-01-01 01:01:00.000"),
        ] {
            assert_eq!(shown(&data), expected);
        }
        assert_eq!(printed(&ColumnData::I32(None)), Ok(None));
        assert_eq!(text(&ColumnData::I32(Some(1))), Err(Fault::OtherType));
        assert_eq!(printed(&ColumnData::Time(None)), Ok(None));
    }

    #[test]
    fn a_text_that_may_be_misread_utf8_is_a_fault_and_only_in_a_variant() {
        for utf8 in ["é", "€", "日本", "Ж", "ก"] {
            let misread = encoding_rs::WINDOWS_1252.decode_without_bom_handling(utf8.as_bytes()).0.into_owned();
            let data = ColumnData::String(Some(misread.clone().into()));
            assert!(printed(&data).is_err(), "{misread}");
            assert_eq!(text(&data).unwrap().as_deref(), Some(misread.as_str()));
        }
        for right in ["", "a", "é", "café", "ÀÉ€", "日本語", "Привет", "😀"] {
            assert_eq!(shown(&ColumnData::String(Some(right.into()))), right);
        }
    }

    #[test]
    fn an_amount_whose_last_digits_the_driver_may_have_lost_is_a_fault() {
        assert!(printed(&ColumnData::F64(Some(922_337_203_685_477.6))).is_err());
        assert_eq!(shown(&ColumnData::F64(Some(-99_999_999_999.25))), "-99999999999.25");
        assert_eq!(shown(&ColumnData::F64(Some(1e300))), format!("1{}", "0".repeat(300)));
    }
}
