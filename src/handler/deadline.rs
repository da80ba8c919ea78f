//! When a request must have been answered, and what is said of a read that will not have been.
//!
//! A deadline belongs to the task that answers, as its log lines do, so that whatever opens a session on the way knows it.

use std::time::{Duration, Instant};

use connector_core::{Error, ErrorKind};

tokio::task_local! {
    /// The deadline of the request that this task answers.
    static CURRENT: Deadline;
}

/// From when to when there is time for a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    start: Instant,
    end: Option<Instant>,
}

/// What is kept of the time to stop a read at its source, to find out why it was slow, and to say so.
const MARGIN: Duration = Duration::from_secs(10);

impl Deadline {
    /// From now to `end`. One that has passed is none: an emulator of Lambda hands such out.
    pub(super) fn until(end: Option<Instant>) -> Self {
        let start = Instant::now();
        Self { start, end: end.filter(|end| *end > start) }
    }

    /// That of the current request; without one, none.
    pub(super) fn current() -> Self {
        CURRENT.try_with(|deadline| *deadline).unwrap_or_else(|_| Self::until(None))
    }

    /// Does some work that knows of this deadline.
    pub(super) async fn govern<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// A sixth of a short time is kept too: of the three seconds that a function has by default, a half.
    fn margin(&self) -> Duration {
        let whole = self.end.map_or(MARGIN, |end| end.saturating_duration_since(self.start));
        MARGIN.min(whole / 6)
    }

    /// When there is `left` of the margin left.
    fn before(&self, left: Duration) -> Option<Instant> {
        self.end?.checked_sub(left)
    }

    /// Waits until a read has to be given up.
    pub(super) async fn nears(&self) {
        wait_until(self.before(self.margin())).await;
    }

    /// Waits until nothing is begun any more, since it would be given up at once. What is begun only because a read was given up has
    /// half of what is left then.
    pub(super) async fn is_late(&self) {
        let nears = self.before(self.margin()).filter(|end| *end > Instant::now());
        wait_until(nears.or_else(|| self.before(self.margin() / 2))).await;
    }

    /// Waits until anything has to be answered, whatever was meant to be found out.
    pub(super) async fn is_here(&self) {
        wait_until(self.before(self.margin() / 3)).await;
    }

    /// How long a statement may run at the source: longer than we would let it, and shorter than we may live.
    pub(super) fn statement_limit(&self) -> Option<Duration> {
        let limit = self.before(self.margin() / 2)?.saturating_duration_since(Instant::now());
        Some(limit.max(Duration::from_millis(1)))
    }

    /// How long finding out may take once a read is given up.
    pub(super) fn afterwards(&self) -> Duration {
        self.margin() / 3
    }
}

async fn wait_until(end: Option<Instant>) {
    match end {
        None => std::future::pending().await,
        Some(end) => tokio::time::sleep_until(end.into()).await,
    }
}

/// What is said of a request that had no time left.
pub(super) fn too_late() -> Error {
    Error::new(ErrorKind::TimedOut, "there was no answer before the function's time was over")
        .hint("raise the function's timeout, or see what the source is waiting for")
}

/// How far a read had come when it was given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    /// Rows that had arrived.
    pub(super) rows: u64,
    /// How long that took.
    pub(super) took: Duration,
    /// How many rows the source expects in all.
    pub(super) expected: Option<u64>,
}

impl Reached {
    /// What is said of a read that would not have ended in time.
    pub(super) fn error(&self) -> Error {
        let millis = self.took.as_millis().max(1);
        let time = format!("{}.{} s", millis / 1000, millis % 1000 / 100);
        if self.rows == 0 {
            let message = format!("the function's time ran out after {time}, before the first batch of rows was full");
            return Error::new(ErrorKind::TimedOut, message)
                .hint("raise the function's timeout; more splits help only if the source then has less to do before it answers");
        }
        let rate = u128::from(self.rows) * 1000 / millis;
        let mut message = format!("the function's time ran out after {} rows in {time}, {rate} a second", self.rows);
        match self.splits() {
            Some((expected, splits)) => {
                message += &format!(
                    "; the source expects {expected} rows here, and {splits} splits in place of this one would have ended \
                     in time"
                );
            }
            None => message += "; how many rows were left is not known",
        }
        Error::new(ErrorKind::TimedOut, message)
            .hint("raise the function's timeout or the number of splits (max_splits), or ask for less")
    }

    /// How many rows are expected, and into how many splits they would have to be cut; none if the source has expected fewer
    /// than have come.
    fn splits(&self) -> Option<(u64, u64)> {
        let expected = self.expected.filter(|expected| *expected > self.rows)?;
        // Splits are not all alike, so each is given a fifth less than it could have read.
        let each = (self.rows / 5 * 4).max(1);
        Some((expected, expected.div_ceil(each)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_stops_later_than_we_do_and_earlier_than_our_end() {
        for seconds in [3, 60, 900] {
            let whole = Duration::from_secs(seconds);
            let deadline = Deadline::until(Some(Instant::now() + whole));
            let (ours, end) = (deadline.before(deadline.margin()).unwrap(), deadline.end.unwrap());
            let theirs = Instant::now() + deadline.statement_limit().unwrap();
            assert!(ours < theirs && theirs < end, "{seconds} s");
            assert!(ours > deadline.start + whole / 2, "{seconds} s");
        }
        assert_eq!(Deadline::until(None).statement_limit(), None);
        assert_eq!(Deadline::until(Instant::now().checked_sub(Duration::from_secs(1))).statement_limit(), None);
    }

    #[test]
    fn what_is_told_of_a_slow_read_is_what_would_have_helped() {
        let reached = Reached { rows: 1_000, took: Duration::from_millis(12_340), expected: Some(10_000) };
        let told = reached.error().to_string();
        assert!(told.contains("1000 rows in 12.3 s, 81 a second"), "{told}");
        assert!(told.contains("10000 rows here, and 13 splits"), "{told}");
        for expected in [None, Some(900)] {
            let told = Reached { expected, ..reached }.error().to_string();
            assert!(told.contains("not known") && !told.contains("splits in place"), "{told}");
        }
        let told = Reached { rows: 0, ..reached }.error().to_string();
        assert!(told.contains("before the first batch") && !told.contains("splits in place"), "{told}");
    }
}
