//! What a server counts, in the text format of Prometheus (exposition format 0.0.4).

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use connector_core::ErrorKind;

/// Kinds of failure, as the label `kind` tells them.
const KINDS: [(ErrorKind, &str); 12] = [
    (ErrorKind::Unavailable, "unavailable"),
    (ErrorKind::Throttled, "throttled"),
    (ErrorKind::TimedOut, "timed_out"),
    (ErrorKind::Unauthenticated, "unauthenticated"),
    (ErrorKind::Forbidden, "forbidden"),
    (ErrorKind::NotFound, "not_found"),
    (ErrorKind::Unsupported, "unsupported"),
    (ErrorKind::Invalid, "invalid"),
    (ErrorKind::Conflict, "conflict"),
    (ErrorKind::Corrupt, "corrupt"),
    (ErrorKind::TooLarge, "too_large"),
    (ErrorKind::Internal, "internal"),
];

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Queries that were begun, or failed before they could be.
    pub(super) queries: AtomicU64,
    /// Queries whose client or whose canceller did not want the rest.
    pub(super) cancelled: AtomicU64,
    /// Queries that send rows at this moment.
    pub(super) active: AtomicU64,
    /// Rows sent to clients.
    pub(super) rows: AtomicU64,
    /// Bytes received of functions.
    pub(super) bytes: AtomicU64,
    /// Splits read.
    pub(super) splits: AtomicU64,
    /// Calls of the Invoke API.
    pub(super) invocations: AtomicU64,
    errors: [AtomicU64; KINDS.len()],
}

/// Counts more.
pub(super) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

/// The word for a kind.
pub(super) fn kind_word(kind: ErrorKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("internal", |(_, word)| word)
}

impl Metrics {
    /// Counts a query that failed.
    pub(super) fn failed(&self, kind: ErrorKind) {
        if let Some(at) = KINDS.iter().position(|(known, _)| *known == kind) {
            add(&self.errors[at], 1);
        }
    }

    /// All of it, as it is scraped.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, kind, help, counter) in [
            ("queries_total", "counter", "Queries, failed ones included.", &self.queries),
            ("queries_cancelled_total", "counter", "Queries that were not wanted to their end.", &self.cancelled),
            ("queries_active", "gauge", "Queries that send rows now.", &self.active),
            ("rows_total", "counter", "Rows sent to clients.", &self.rows),
            ("source_bytes_total", "counter", "Bytes received of connectors.", &self.bytes),
            ("splits_total", "counter", "Splits read.", &self.splits),
            ("invocations_total", "counter", "Calls of the Invoke API.", &self.invocations),
        ] {
            head(&mut text, name, kind, help);
            let _ = writeln!(text, "glaux_{name} {}", counter.load(Ordering::Relaxed));
        }
        head(&mut text, "query_errors_total", "counter", "Queries that failed, by kind of failure.");
        for ((_, word), counter) in KINDS.iter().zip(&self.errors) {
            let _ = writeln!(text, "glaux_query_errors_total{{kind=\"{word}\"}} {}", counter.load(Ordering::Relaxed));
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP glaux_{name} {help}\n# TYPE glaux_{name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_has_its_type_and_every_kind_its_own_line() {
        let metrics = Metrics::default();
        metrics.failed(ErrorKind::NotFound);
        add(&metrics.rows, 7);
        let text = metrics.text();
        assert!(text.contains("\n# TYPE glaux_rows_total counter\nglaux_rows_total 7\n"), "{text}");
        assert!(text.contains("glaux_query_errors_total{kind=\"not_found\"} 1\n"));
        assert_eq!(text.matches("glaux_query_errors_total{").count(), KINDS.len());
        assert!(text.ends_with('\n') && KINDS.iter().all(|(kind, word)| kind_word(*kind) == *word));
    }
}
