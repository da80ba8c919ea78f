//! Dates and times of the server's calendar, both ways. Not here: which column has which type.
//!
//! The server counts by the Julian calendar up to 1582-10-04 and by the Gregorian one from 1582-10-15 on, and has no year 0. A
//! date is shown under the name that the server gives it, so that order and equality are those of the server.

use oracledb::OracleTimestamp;

const DAY: i64 = 86_400_000;
const SECOND: i64 = 1000;

/// Milliseconds since 1970-01-01 under the same name of the day, floored (D4); nothing if Athena has no such day.
pub(crate) fn millis(moment: &OracleTimestamp) -> Option<i64> {
    // Before the year 1 comes the year 1 before Christ, which Athena calls 0.
    let year = match i64::from(moment.year()) {
        0 => return None,
        year if year < 0 => year + 1,
        year => year,
    };
    let days = days(year, moment.month().into(), moment.day().into())?;
    let (hour, minute, second) = (moment.hour(), moment.minute(), moment.second());
    if hour > 23 || minute > 59 || second > 59 || moment.nanoseconds() > 999_999_999 {
        return None;
    }
    let seconds = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
    Some(days * DAY + seconds * SECOND + i64::from(moment.nanoseconds()) / 1_000_000)
}

/// The moment of a millisecond since 1970-01-01, if the server has it under this name and Athena and we mean the same by it.
pub(crate) fn moment(millis: i64) -> Option<OracleTimestamp> {
    let (year, month, day) = civil(millis.div_euclid(DAY));
    // Days that were left out, and years whose names differ.
    let exists = (1..=9999).contains(&year) && !((1582, 10, 5)..=(1582, 10, 14)).contains(&(year, month, day));
    if !exists {
        return None;
    }
    let of_day = millis.rem_euclid(DAY);
    let seconds = of_day / SECOND;
    let small = |number: i64| u8::try_from(number).ok();
    let nanos = u32::try_from(of_day % SECOND * 1_000_000).ok()?;
    Some(OracleTimestamp::new_timestamp(
        i16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(seconds / 3600)?,
        small(seconds / 60 % 60)?,
        small(seconds % 60)?,
        nanos,
    ))
}

/// The first whole second at or behind a millisecond. A `DATE` has no other moments, so that a lower and an upper bound at a
/// millisecond both stand there.
pub(crate) fn first_second(millis: i64) -> Option<OracleTimestamp> {
    moment(millis.checked_add(SECOND - 1)?.div_euclid(SECOND).checked_mul(SECOND)?)
}

/// Days since 1970-01-01 of a day of the Gregorian calendar, carried on backwards; nothing if it has no such day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March end with their leap day; 400 of them have 146,097 days.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: i64 = -62_135_596_800_000;
    const MAX: i64 = 253_402_300_799_999;

    fn at(year: i16, month: u8, day: u8, nanos: u32) -> Option<i64> {
        millis(&OracleTimestamp::new_timestamp(year, month, day, 23, 59, 59, nanos))
    }

    #[test]
    fn the_epoch_and_the_ends_of_the_calendar_are_where_they_belong() {
        assert_eq!(millis(&OracleTimestamp::new_date(1970, 1, 1)), Some(0));
        assert_eq!(millis(&OracleTimestamp::new_date(1, 1, 1)), Some(MIN));
        assert_eq!(at(9999, 12, 31, 999_999_999), Some(MAX));
        assert_eq!(millis(&OracleTimestamp::new_date(2000, 2, 29)), Some(951_782_400_000));
        assert_eq!(millis(&OracleTimestamp::new_date(-1, 12, 31)), Some(MIN - DAY));
        assert!(millis(&OracleTimestamp::new_date(-4712, 1, 1)).is_some());
    }

    #[test]
    fn finer_times_are_floored_also_before_the_epoch() {
        assert_eq!(at(1969, 12, 31, 999_999_999), Some(-1));
        assert_eq!(at(1969, 12, 31, 1), Some(-1000));
    }

    #[test]
    fn what_is_no_day_or_time_of_athenas_is_nothing() {
        // The last is a leap day of the Julian calendar only.
        for (year, month, day) in [(0, 1, 1), (2021, 2, 29), (2020, 13, 1), (2020, 0, 1), (2020, 4, 31), (1500, 2, 29)]
        {
            assert_eq!(millis(&OracleTimestamp::new_date(year, month, day)), None, "{year}-{month}-{day}");
        }
        for (hour, minute, second, nanos) in [(24, 0, 0, 0), (0, 60, 0, 0), (0, 0, 60, 0), (0, 0, 0, 1_000_000_000)] {
            assert_eq!(millis(&OracleTimestamp::new_timestamp(2020, 1, 1, hour, minute, second, nanos)), None);
        }
    }

    #[test]
    fn every_moment_comes_back_as_it_went() {
        for day in (MIN / DAY..=MAX / DAY).step_by(97) {
            for rest in [0, 1, DAY - 1] {
                let millis = day * DAY + rest;
                let Some(moment) = moment(millis) else {
                    assert!((-141_437..=-141_428).contains(&day), "{day}");
                    continue;
                };
                assert_eq!(super::millis(&moment), Some(millis));
            }
        }
        assert!(moment(MIN - 1).is_none() && moment(MAX + 1).is_none());
        assert!(moment(i64::MIN).is_none() && moment(i64::MAX).is_none());
    }

    #[test]
    fn days_that_the_server_left_out_do_not_exist() {
        let left_out: Vec<i64> = (-141_500..-141_300).filter(|day| moment(day * DAY).is_none()).collect();
        assert_eq!((left_out.len(), left_out[0]), (10, -141_437));
        assert!(first_second(-141_437 * DAY - 1).is_none(), "rounded up into them");
    }

    #[test]
    fn a_bound_of_date_is_a_whole_second() {
        for (millis, second) in [(0, 0), (1, 1), (999, 1), (1000, 1), (-1, 0), (-1000, -1), (-1001, -1)] {
            assert_eq!(first_second(millis), moment(second * 1000), "{millis}");
        }
        assert!(first_second(MAX).is_none() && first_second(i64::MAX).is_none());
    }
}
