//! What a request cost, counted where it is spent, and told once when it is answered.
//!
//! It is told as one event of the log. Where metrics are asked for, [`Embedded`] writes the same as a line of `CloudWatch`'s embedded
//! metric format, which Lambda's log carries there: no call of an API, and nothing to wait for.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use connector_core::{ErrorKind, Result};
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// What the event is found by.
const TARGET: &str = "glaux::measured";

tokio::task_local! {
    /// What the request costs that this task answers.
    static CURRENT: Arc<Measured>;
}

/// A request's costs so far.
#[derive(Debug)]
pub(super) struct Measured {
    start: Instant,
    kind: OnceLock<&'static str>,
    catalog: OnceLock<String>,
    rows_read: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
    splits: AtomicU64,
    spilled: AtomicU64,
    logins_again: AtomicU64,
    waited: AtomicU64,
}

/// A count.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    /// Rows that the source sent.
    RowsRead,
    /// Rows of the answer.
    Rows,
    /// Bytes of the rows of the answer, in memory.
    Bytes,
    /// Splits that were planned.
    Splits,
    /// Objects that were stored.
    Spilled,
    /// Logins that were tried again with a secret read anew.
    LoginsAgain,
}

impl Measured {
    /// From now on.
    pub(super) fn start() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            kind: OnceLock::new(),
            catalog: OnceLock::new(),
            rows_read: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            splits: AtomicU64::new(0),
            spilled: AtomicU64::new(0),
            logins_again: AtomicU64::new(0),
            waited: AtomicU64::new(0),
        })
    }

    /// Does some work whose costs count here, and tells them.
    pub(super) async fn over<T>(self: Arc<Self>, work: impl Future<Output = Result<T>>) -> Result<T> {
        let done = CURRENT.scope(self.clone(), work).await;
        self.tell(done.as_ref().err().map(connector_core::Error::kind));
        done
    }

    fn counter(&self, count: Count) -> &AtomicU64 {
        match count {
            Count::RowsRead => &self.rows_read,
            Count::Rows => &self.rows,
            Count::Bytes => &self.bytes,
            Count::Splits => &self.splits,
            Count::Spilled => &self.spilled,
            Count::LoginsAgain => &self.logins_again,
        }
    }

    fn tell(&self, failed: Option<ErrorKind>) {
        let count = |count| self.counter(count).load(Ordering::Relaxed);
        tracing::info!(
            target: TARGET,
            request = self.kind.get().copied().unwrap_or("none"),
            // Only one that is known: names that somebody makes up would each be a metric of its own.
            catalog = self.catalog.get().map_or("unknown", String::as_str),
            error = failed.map_or("", ErrorKind::as_str),
            errors = u64::from(failed.is_some()),
            millis = millis(self.start.elapsed()),
            waited_millis = self.waited.load(Ordering::Relaxed) / 1000,
            rows_read = count(Count::RowsRead),
            rows = count(Count::Rows),
            bytes = count(Count::Bytes),
            splits = count(Count::Splits),
            spilled_objects = count(Count::Spilled),
            logins_again = count(Count::LoginsAgain),
            "answered"
        );
    }
}

/// What the request is.
pub(super) fn is(kind: &'static str) {
    let _ = CURRENT.try_with(|measured| measured.kind.set(kind));
}

/// Which catalog it is about, once that is known to be there.
pub(super) fn of_catalog(name: &str) {
    let _ = CURRENT.try_with(|measured| measured.catalog.set(name.to_owned()));
}

/// Counts something.
pub(super) fn add(count: Count, more: usize) {
    let more = u64::try_from(more).unwrap_or(u64::MAX);
    let _ = CURRENT.try_with(|measured| measured.counter(count).fetch_add(more, Ordering::Relaxed));
}

/// Waits for the source, which counts.
pub(super) async fn waiting<T>(work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let done = work.await;
    let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    let _ = CURRENT.try_with(|measured| measured.waited.fetch_add(took, Ordering::Relaxed));
    done
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A metric: the event's field, its name in `CloudWatch`, and its unit there.
const METRICS: [(&str, &str, &str); 9] = [
    ("millis", "Duration", "Milliseconds"),
    ("waited_millis", "SourceWait", "Milliseconds"),
    ("errors", "Errors", "Count"),
    ("rows_read", "RowsRead", "Count"),
    ("rows", "Rows", "Count"),
    ("bytes", "Bytes", "Bytes"),
    ("splits", "Splits", "Count"),
    ("spilled_objects", "SpilledObjects", "Count"),
    ("logins_again", "LoginsAgain", "Count"),
];

/// Shows the event as embedded metrics, for each catalog and kind of request.
pub struct Embedded {
    namespace: String,
}

impl Embedded {
    /// Into a namespace of `CloudWatch`.
    pub fn new(namespace: &str) -> Self {
        Self { namespace: namespace.to_owned() }
    }

    /// What goes through to it, and nothing else.
    pub fn filter() -> Targets {
        Targets::new().with_target(TARGET, Level::INFO)
    }

    fn line(&self, mut fields: Map<String, Value>) -> Value {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut described = Vec::new();
        for (field, name, unit) in METRICS {
            // Of what a request has nothing to do with, there is no zero: it would be counted into averages.
            let Some(value) = fields.remove(field) else { continue };
            if value != 0 || matches!(name, "Duration" | "Errors") {
                described.push(json!({ "Name": name, "Unit": unit }));
                fields.insert(name.to_owned(), value);
            }
        }
        let metrics = json!({
            "Namespace": self.namespace,
            "Dimensions": [["catalog", "request"]],
            "Metrics": described,
        });
        fields.insert("_aws".into(), json!({ "Timestamp": millis(now), "CloudWatchMetrics": [metrics] }));
        Value::Object(fields)
    }
}

impl<S, N> FormatEvent<S, N> for Embedded
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        writeln!(out, "{}", self.line(fields.0))
    }
}

/// The fields of an event.
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if !value.is_empty() {
            self.0.insert(field.name().into(), value.into());
        }
    }

    /// The message, which says nothing.
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use connector_core::Error;
    use tracing_subscriber::layer::{Layer, SubscriberExt};

    use super::*;

    /// What was written, to be read by the test.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_request_is_told_once_with_what_it_cost() {
        let (written, embedded) = (Written::default(), Embedded::new("Glaux"));
        let out = written.clone();
        let layer = tracing_subscriber::fmt::layer().event_format(embedded).with_writer(move || out.clone());
        let telling = tracing::subscriber::set_default(
            tracing_subscriber::registry().with(layer.with_filter(Embedded::filter())),
        );
        let good = Measured::start().over(async {
            is("ReadRecordsRequest");
            of_catalog("shop");
            add(Count::RowsRead, 7);
            add(Count::Rows, 2);
            add(Count::Rows, 3);
            Ok(waiting(async { 1 }).await)
        });
        assert_eq!(good.await.unwrap(), 1);
        let bad = Measured::start().over(async { Err::<(), _>(Error::invalid("hunter2")) });
        bad.await.unwrap_err();
        tracing::info!("something else");
        add(Count::Rows, 1);
        drop(telling);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [good, bad] = &lines[..] else { panic!("{text}") };
        assert_eq!((&good["catalog"], &good["request"]), (&json!("shop"), &json!("ReadRecordsRequest")));
        assert_eq!((&good["RowsRead"], &good["Rows"], &good["Errors"]), (&json!(7), &json!(5), &json!(0)));
        assert_eq!((&good["error"], &good["SpilledObjects"]), (&Value::Null, &Value::Null));
        assert_eq!((&bad["catalog"], &bad["error"], &bad["Errors"]), (&json!("unknown"), &json!("invalid"), &json!(1)));
        assert!(!text.contains("hunter2"), "{text}");
        for line in &lines {
            let told = &line["_aws"]["CloudWatchMetrics"][0];
            assert_eq!((&told["Namespace"], &told["Dimensions"]), (&json!("Glaux"), &json!([["catalog", "request"]])));
            for metric in told["Metrics"].as_array().unwrap() {
                assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
            }
        }
    }
}
