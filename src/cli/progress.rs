//! How far a query is, in words; and numbers as people read them. Pure but for the clock.

use std::time::{Duration, Instant};

/// What is known of a running query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rows that arrived from the sources.
    pub rows: u64,
    /// Bytes that arrived from them, as they travelled.
    pub bytes: u64,
    /// Splits that are read.
    pub done: u64,
    /// Splits there are, as far as it is known.
    pub splits: u64,
}

/// Nobody needs to be told about something shorter than this.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is told.
pub const PACE: Duration = Duration::from_millis(250);

/// The time since a query began.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has been.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// What to show now, if it is time to show something.
    pub fn status(self, figures: &Figures) -> Option<String> {
        (self.elapsed() >= PATIENCE).then(|| status(figures, self.elapsed()))
    }
}

fn status(figures: &Figures, elapsed: Duration) -> String {
    let Figures { rows, bytes, done, splits } = figures;
    format!("{} rows, {}, {done}/{splits} splits, {}", grouped(*rows), size(*bytes), time(elapsed))
}

/// `1 row`, `2 rows`.
pub fn counted(rows: u64) -> String {
    format!("{} row{}", grouped(rows), if rows == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in decimal units, rounded down to a tenth.
pub fn size(bytes: u64) -> String {
    for (unit, name) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")] {
        if bytes >= unit {
            return format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
        }
    }
    format!("{bytes} B")
}

/// A span of time, as exact as it is interesting.
pub fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0 => format!("{} ms", elapsed.as_millis()),
        1..=99 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 999, 1000, 96_150_000, 2_000_000_000].map(size),
            ["0 B", "999 B", "1.0 kB", "96.1 MB", "2.0 GB"]
        );
        assert_eq!((counted(1), counted(0), counted(2000)), ("1 row".into(), "0 rows".into(), "2,000 rows".into()));
        assert_eq!(size(u64::MAX), "18446744073.7 GB");
    }

    #[test]
    fn times_are_as_exact_as_they_are_interesting() {
        let times = [Duration::from_millis(12), Duration::from_millis(1260), Duration::from_secs(754)];
        assert_eq!(times.map(time), ["12 ms", "1.3 s", "12 min 34 s"]);
    }

    #[test]
    fn a_status_says_rows_bytes_splits_and_time() {
        let figures = Figures { rows: 1_200_000, bytes: 345_600_000, done: 3, splits: 12 };
        assert_eq!(status(&figures, Duration::from_millis(4200)), "1,200,000 rows, 345.6 MB, 3/12 splits, 4.2 s");
        assert_eq!(Clock::start().status(&figures), None, "nothing in the first second");
    }
}
