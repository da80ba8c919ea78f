//! The federation Lambda: one handler, built once, served by the Lambda runtime.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use glaux::config::Config;
use glaux::error::{Error, athena_error_type};
use glaux::handler::{Embedded, Handler, hide_panic_texts, settle};
use glaux::spill::gather_randomness;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    hide_panic_texts();
    gather_randomness();
    let config = Config::from_process_env().await.map_err(|error| shown(&error))?;
    // At trace the runtime logs every request as it comes, and requests hold keys and credentials.
    let level = config.log_level.min(LevelFilter::DEBUG);
    let log = tracing_subscriber::fmt::layer().json().with_ansi(false).with_filter(level);
    let metrics = config.metrics.as_deref().map(|namespace| {
        tracing_subscriber::fmt::layer().event_format(Embedded::new(namespace)).with_filter(Embedded::filter())
    });
    tracing_subscriber::registry().with(log).with(metrics).init();
    config.notes.iter().for_each(|note| tracing::warn!("{note}"));
    let handler = Arc::new(Handler::new(config).map_err(|error| shown(&error))?);
    let serve = |event: LambdaEvent<Box<RawValue>>| {
        let handler = handler.clone();
        async move {
            let end = at(event.context.deadline());
            let answer = answer(&handler, &event.payload, end).await;
            // Once there is an answer, Lambda may freeze the process until the next request.
            settle(end.saturating_duration_since(Instant::now()).min(STOP * 2) / 2).await;
            answer
        }
    };
    lambda_runtime::run(service_fn(serve)).await
}

/// How long a source is waited for that was told to stop a statement.
const STOP: Duration = Duration::from_secs(2);

/// A moment of the system's clock by the one that is never set.
fn at(moment: SystemTime) -> Instant {
    Instant::now() + moment.duration_since(SystemTime::now()).unwrap_or_default()
}

/// Bytes in, bytes out: the runtime neither parses the request nor builds the response anew.
async fn answer(handler: &Handler, request: &RawValue, end: Instant) -> Result<Box<RawValue>, Diagnostic> {
    let answered = handler.handle_until(request.get().as_bytes(), Some(end)).await;
    let response = answered.map_err(|error| diagnostic(&error))?;
    let text = String::from_utf8(response).map_err(|_| internal("a response that is not UTF-8"))?;
    RawValue::from_string(text).map_err(|_| internal("a response that is not JSON"))
}

fn diagnostic(error: &Error) -> Diagnostic {
    Diagnostic { error_type: athena_error_type(error.kind()).into(), error_message: message(error) }
}

fn internal(message: &str) -> Diagnostic {
    diagnostic(&Error::internal(message))
}

fn message(error: &Error) -> String {
    match error.hint_text() {
        Some(hint) => format!("{error} (hint: {hint})"),
        None => error.to_string(),
    }
}

/// A setting that stops the function from starting: its name and what to do are what the log must show.
fn shown(error: &Error) -> lambda_runtime::Error {
    message(error).into()
}
