//! Days and ticks of the server's calendars, both ways. Not here: which column has which type.

/// A day, counted from 0001-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date(u32);

/// A time of day, in units of so many digits behind the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    increments: u64,
    scale: u8,
}

/// A moment; where the type has a zone, it is in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime2 {
    date: Date,
    time: Time,
}

/// A moment of `datetime`: days from 1900-01-01, and ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime {
    days: i32,
    ticks: u32,
}

/// A moment of `smalldatetime`: days from 1900-01-01, and minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SmallDateTime {
    days: u16,
    minutes: u16,
}

impl Date {
    pub(crate) fn new(days: u32) -> Self {
        Self(days)
    }

    pub(crate) fn days(self) -> u32 {
        self.0
    }
}

impl Time {
    pub(crate) fn new(increments: u64, scale: u8) -> Self {
        Self { increments, scale }
    }

    pub(crate) fn increments(self) -> u64 {
        self.increments
    }

    pub(crate) fn scale(self) -> u8 {
        self.scale
    }
}

impl DateTime2 {
    pub(crate) fn new(date: Date, time: Time) -> Self {
        Self { date, time }
    }

    pub(crate) fn date(self) -> Date {
        self.date
    }

    pub(crate) fn time(self) -> Time {
        self.time
    }
}

impl DateTime {
    pub(crate) fn new(days: i32, ticks: u32) -> Self {
        Self { days, ticks }
    }

    pub(crate) fn days(self) -> i32 {
        self.days
    }

    pub(crate) fn ticks(self) -> u32 {
        self.ticks
    }

    pub(crate) fn is_within_its_day(self) -> bool {
        i64::from(self.ticks) < DAY_TICKS
    }
}

impl SmallDateTime {
    pub(crate) fn new(days: u16, minutes: u16) -> Self {
        Self { days, minutes }
    }

    pub(crate) fn is_within_its_day(self) -> bool {
        self.minutes < 24 * 60
    }
}

/// Days from 0001-01-01, where `date` begins, to 1970-01-01.
const YEAR_1: i64 = 719_162;
/// Days from 1900-01-01, where `datetime` begins, to 1970-01-01.
const YEAR_1900: i64 = 25_567;
/// 1753-01-01, the first day of `datetime`, and the last day of all, from 1970-01-01.
const FIRST_OF_DATETIME: i64 = -79_257;
const LAST: i64 = 2_932_896;
const DAY: i64 = 86_400_000;
/// A day's ticks of `datetime`, of which 300 are a second.
const DAY_TICKS: i64 = 25_920_000;

/// Days since 1970-01-01.
pub(crate) fn days(date: Date) -> Option<i32> {
    i32::try_from(i64::from(date.0) - YEAR_1).ok()
}

/// The date of a day since 1970-01-01, if the server has it.
pub(crate) fn date(days: i32) -> Option<Date> {
    let days = i64::from(days);
    (-YEAR_1..=LAST).contains(&days).then(|| u32::try_from(days + YEAR_1).ok().map(Date::new))?
}

/// Milliseconds since 1970-01-01, floored (D4).
pub(crate) fn millis(moment: DateTime2) -> Option<i64> {
    let day = i64::from(moment.date.0) - YEAR_1;
    Some(day * DAY + nanos(moment.time)? / 1_000_000)
}

/// The millisecond that the server itself shows: of three ticks the first ends in 0, the second in 3, the third in 7.
pub(crate) fn shown_millis(moment: DateTime) -> i64 {
    let ticks = i64::from(moment.ticks);
    (i64::from(moment.days) - YEAR_1900) * DAY + (ticks * 20 + 3) / 6
}

/// A `smalldatetime`, which counts days and minutes.
pub(crate) fn minute_millis(moment: SmallDateTime) -> i64 {
    (i64::from(moment.days) - YEAR_1900) * DAY + i64::from(moment.minutes) * 60_000
}

/// The moment of a millisecond since 1970-01-01, if the server has it.
pub(crate) fn moment(millis: i64) -> Option<DateTime2> {
    let date = date(i32::try_from(millis.div_euclid(DAY)).ok()?)?;
    let time = u64::try_from(millis.rem_euclid(DAY)).ok()?;
    Some(DateTime2::new(date, Time::new(time, 3)))
}

/// The first tick of `datetime` that is shown as this millisecond or a later one. A lower and an upper bound at a millisecond
/// both stand there, whatever the compatibility level makes of a tick in a comparison with another type. What lies before the
/// first day of the type stands at its beginning; the last milliseconds of the last day have no tick.
pub(crate) fn first_tick(millis: i64) -> Option<DateTime> {
    let day = millis.div_euclid(DAY).max(FIRST_OF_DATETIME);
    let of_day = if day > millis.div_euclid(DAY) { 0 } else { millis.rem_euclid(DAY) };
    // Shown is the millisecond nearest to 10/3 of the tick.
    let tick = (of_day * 6 - 3 + 19).div_euclid(20).max(0);
    let (day, tick) = if tick < DAY_TICKS { (day, tick) } else { (day + 1, 0) };
    let exists = day <= LAST;
    exists.then(|| Some(DateTime::new(i32::try_from(day + YEAR_1900).ok()?, u32::try_from(tick).ok()?)))?
}

/// A time of day as the server prints it, with as many digits as its type has.
pub(crate) fn printed(time: Time) -> Option<String> {
    let nanos = nanos(time)?;
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let digits = format!("{fraction:09}");
    match usize::from(time.scale) {
        0 => Some(clock),
        scale => Some(format!("{clock}.{}", digits.get(..scale)?)),
    }
}

/// Nanoseconds of a time of day; nothing if it is none.
fn nanos(time: Time) -> Option<i64> {
    const UNITS: [i64; 8] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100];
    let unit = UNITS.get(usize::from(time.scale))?;
    let nanos = i64::try_from(time.increments).ok()?.checked_mul(*unit)?;
    (nanos < DAY * 1_000_000).then_some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: i64 = -62_135_596_800_000;
    const MAX: i64 = 253_402_300_799_999;

    #[test]
    fn the_epochs_meet_and_the_calendars_end_where_the_servers_do() {
        assert_eq!(days(Date::new(719_162)), Some(0));
        assert_eq!((date(-719_162), date(-719_163)), (Some(Date::new(0)), None));
        assert_eq!((date(2_932_896).map(Date::days), date(2_932_897)), (Some(3_652_058), None));
        assert_eq!(millis(moment(MIN).unwrap()), Some(MIN));
        assert_eq!(millis(moment(MAX).unwrap()), Some(MAX));
        assert!(moment(MIN - 1).is_none() && moment(MAX + 1).is_none());
    }

    #[test]
    fn finer_times_are_floored_also_before_the_epoch() {
        let at = |day, increments, scale| millis(DateTime2::new(Date::new(day), Time::new(increments, scale)));
        assert_eq!(at(719_162, 1_239_999, 7), Some(123));
        assert_eq!(at(719_161, 863_999_999_999, 7), Some(-1));
        assert_eq!(at(719_162, 86_399, 0), Some(86_399_000));
        assert_eq!(at(719_162, 864_000_000_000, 7), None);
        assert_eq!(at(719_162, 1, 10), None);
    }

    #[test]
    fn ticks_are_shown_in_steps_of_three_three_and_four() {
        let shown: Vec<i64> = (0..7).map(|tick| shown_millis(DateTime::new(25_567, tick))).collect();
        assert_eq!(shown, [0, 3, 7, 10, 13, 17, 20]);
        assert_eq!(shown_millis(DateTime::new(25_567, 25_919_999)), 86_399_997);
        assert_eq!(shown_millis(DateTime::new(-53_690, 0)), FIRST_OF_DATETIME * DAY);
    }

    #[test]
    fn a_bound_of_datetime_parts_the_ticks_where_what_is_shown_is_parted() {
        for millis in 0..2_000 {
            let bound = first_tick(millis).unwrap();
            for tick in 0..610 {
                let is_behind = shown_millis(DateTime::new(25_567, tick)) >= millis;
                assert_eq!(tick >= bound.ticks, is_behind, "{millis} ms, tick {tick}");
            }
        }
        for (millis, day, tick) in [(DAY - 3, 0, 25_919_999), (DAY - 2, 1, 0), (DAY - 1, 1, 0), (-3, -1, 25_919_999)] {
            assert_eq!(first_tick(millis), Some(DateTime::new(25_567 + day, tick)), "{millis}");
        }
        assert_eq!(first_tick(MIN), Some(DateTime::new(-53_690, 0)));
        assert_eq!((first_tick(MAX - 2).is_some(), first_tick(MAX - 1)), (true, None));
    }

    #[test]
    fn minutes_are_minutes() {
        assert_eq!(minute_millis(SmallDateTime::new(0, 0)), -YEAR_1900 * DAY);
        assert_eq!(minute_millis(SmallDateTime::new(65_535, 1439)), (65_535 - YEAR_1900) * DAY + 1439 * 60_000);
    }

    #[test]
    fn a_time_has_the_digits_of_its_type() {
        for (increments, scale, text) in [
            (0, 0, "00:00:00"),
            (863_999_999_999, 7, "23:59:59.9999999"),
            (45_296_120, 3, "12:34:56.120"),
            (1, 7, "00:00:00.0000001"),
        ] {
            assert_eq!(printed(Time::new(increments, scale)).as_deref(), Some(text));
        }
        assert_eq!(printed(Time::new(u64::MAX, 7)), None);
    }
}
