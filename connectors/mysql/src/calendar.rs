//! Days and dates of the proleptic Gregorian calendar, which the server keeps and Athena too.

/// The first day that is compared at the source: earlier ones have a year that it writes with zeros.
pub(crate) const FIRST_DAY: i64 = -719_162;
/// The last day that the server has, 9999-12-31.
pub(crate) const LAST_DAY: i64 = 2_932_896;
/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;

/// Days from 1970-01-01; nothing for a day that the calendar does not have.
pub(crate) fn days(year: u16, month: u8, day: u8) -> Option<i32> {
    if !(1..=12).contains(&month) || !(1..=length(year, month)).contains(&day) {
        return None;
    }
    let (year, month, day) = (i32::from(year), i32::from(month), i32::from(day));
    // Years begin in March, so that the odd day is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn length(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day since 1970-01-01.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_reads_back_as_itself() {
        for day in FIRST_DAY - 400..=LAST_DAY {
            let (year, month, of_month) = date(day);
            if let Ok(year) = u16::try_from(year) {
                let back = days(year, u8::try_from(month).unwrap(), u8::try_from(of_month).unwrap());
                assert_eq!(back.map(i64::from), Some(day), "{year}-{month}-{of_month}");
            }
        }
        assert_eq!((date(FIRST_DAY), date(0), date(LAST_DAY)), ((1, 1, 1), (1970, 1, 1), (9999, 12, 31)));
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for (year, month, day) in
            [(2020, 0, 1), (2020, 1, 0), (2021, 2, 29), (1900, 2, 29), (2020, 13, 1), (2020, 4, 31)]
        {
            assert_eq!(days(year, month, day), None);
        }
        assert!(days(2000, 2, 29).is_some() && days(0, 2, 29).is_some());
    }
}
