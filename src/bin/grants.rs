//! The workflow Lambda: a step of a grant, or a batch of events, per invocation.

use std::sync::Arc;

use glaux::config::WorkflowConfig;
use glaux::error::{Error, athena_error_type};
use glaux::grants::Function;
use glaux::handler::hide_panic_texts;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use tracing::level_filters::LevelFilter;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    hide_panic_texts();
    let config = WorkflowConfig::from_process_env().map_err(|error| message(&error))?;
    // At trace the runtime logs every event as it comes.
    let level = config.log_level.min(LevelFilter::DEBUG);
    tracing_subscriber::fmt().json().with_max_level(level).with_ansi(false).init();
    let function = Arc::new(function(config).map_err(|error| message(&error))?);
    let serve = |event: LambdaEvent<Box<RawValue>>| {
        let function = function.clone();
        async move { answer(&function, &event.payload).await }
    };
    lambda_runtime::run(service_fn(serve)).await
}

#[cfg(feature = "workflow")]
fn function(config: WorkflowConfig) -> Result<Function, Error> {
    use glaux::config::Deployed;
    use glaux::grants::{DataZone, Roles};
    let portal = match &config.deployed {
        Deployed::Governance { datazone: Some(domain), .. } => Some(Arc::new(DataZone::new(&config.aws, domain))),
        _ => None,
    };
    let ways = Arc::new(Roles::new(&config.aws, &config.domain));
    let function = Function::new(config)?;
    Ok(match portal {
        Some(portal) => function.with_portal(portal).with_ways(ways),
        None => function,
    })
}

/// Without a client of DataZone's.
#[cfg(not(feature = "workflow"))]
fn function(config: WorkflowConfig) -> Result<Function, Error> {
    Function::new(config)
}

async fn answer(function: &Function, event: &RawValue) -> Result<Box<RawValue>, Diagnostic> {
    let answer = function.handle(event.get().as_bytes()).await.map_err(|error| diagnostic(&error))?;
    let text = String::from_utf8(answer).ok().and_then(|text| RawValue::from_string(text).ok());
    text.ok_or_else(|| diagnostic(&Error::internal("an answer that is not JSON")))
}

/// The state machine decides by the type whether to try again.
fn diagnostic(error: &Error) -> Diagnostic {
    Diagnostic { error_type: athena_error_type(error.kind()).into(), error_message: message(error) }
}

fn message(error: &Error) -> String {
    match error.hint_text() {
        Some(hint) => format!("{error} (hint: {hint})"),
        None => error.to_string(),
    }
}
