//! Moments, and where they come from.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;
use connector_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// A moment in UTC, in whole milliseconds since 1970; written as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(i64);

impl Time {
    /// So many milliseconds after 1970 began.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 began.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// So much later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        match moment.ok().and_then(|moment| moment.format(&Rfc3339).ok()) {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} ms", self.0),
        }
    }
}

impl FromStr for Time {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| Error::invalid(format!("{text:?} is no time")).hint("write it as 2030-01-31T12:00:00Z"))?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000))
            .map(Self)
            .map_err(|_| Error::invalid(format!("{text:?} is too far away")))
    }
}

impl TryFrom<String> for Time {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.to_string()
    }
}

/// The first pause after a failure; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause, as a number of doublings.
const LONGEST: u32 = 7;

/// How long is waited after so many failures in a row and one more.
pub fn pause(failures: u32) -> Duration {
    PAUSE * 2_u32.pow(failures.min(LONGEST))
}

/// What says which moment it is.
pub trait Clock: Send + Sync {
    /// The moment.
    fn now(&self) -> Time;
}

/// The machine's own clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time::default().after(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_was_written() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_824_000_123, "2026-11-28T00:00:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Time(millis).to_string(), text);
            assert_eq!(text.parse::<Time>().unwrap(), Time(millis));
        }
        assert_eq!("2026-11-28T01:00:00.1239+01:00".parse::<Time>().unwrap(), Time(1_795_824_000_123));
        for odd in ["", "tomorrow", "2026-11-28", "2026-13-01T00:00:00Z"] {
            assert!(odd.parse::<Time>().is_err(), "{odd}");
        }
    }
}
