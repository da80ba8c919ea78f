//! How a federation function is called: in this process, or over Lambda's Invoke API. Bytes in, bytes out.
//!
//! A function that fails answers with Lambda's error payload on both ways, and one decoding makes an error of it. What the
//! bytes mean is not known here.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use connector_core::{Error, ErrorKind, Result};

use crate::error::{athena_error_type, error_kind};
use crate::handler::Handler;
use crate::protocol::LambdaError;

/// The most that Lambda carries in either direction of a synchronous call (protocol reference 9).
pub const MAX_PAYLOAD: usize = 6_291_456;

/// A federation function: one JSON object in, one out.
#[async_trait]
pub trait Invoke: Send + Sync {
    /// Calls the function.
    ///
    /// Errors: the function's own, its kind from the error type it named; and those of getting there.
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>>;
}

/// A handler in this process, with Lambda's limits and Lambda's way of failing.
pub struct InProcess(pub Arc<Handler>);

#[async_trait]
impl Invoke for InProcess {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        check_size("request", payload.len())?;
        let response = match self.0.handle(&payload).await {
            Ok(response) => response,
            Err(error) => return Err(function_error(&failure_payload(&error)?)),
        };
        check_size("response", response.len())?;
        Ok(response)
    }
}

/// A function behind Lambda's Invoke API: AWS's, or an endpoint that speaks it.
pub struct Http {
    client: Client,
    function: String,
}

impl Http {
    /// A function of AWS by name or ARN, in the region and with the credentials of `config`.
    ///
    /// A call that fails before the function ran is tried twice more, all within [`DEADLINE`].
    pub fn new(config: &aws_config::SdkConfig, function: impl Into<String>) -> Self {
        let config = aws_sdk_lambda::config::Builder::from(config);
        Self { client: Client::from_conf(patient(config).build()), function: function.into() }
    }

    /// A function behind an endpoint of the Invoke API that asks for no credentials.
    pub fn at(endpoint: impl Into<String>, function: impl Into<String>) -> Self {
        Self { client: Client::from_conf(patient(unsigned(endpoint)).build()), function: function.into() }
    }
}

fn unsigned(endpoint: impl Into<String>) -> aws_sdk_lambda::config::Builder {
    aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
}

/// The time for one call, attempts and pauses included: a Lambda runs at most 15 minutes, and ten seconds more take the bytes
/// there and back. A second attempt after the first took all of it would ask a source for the same rows once more, in vain.
const DEADLINE: Duration = Duration::from_secs(15 * 60 + 10);

fn patient(config: aws_sdk_lambda::config::Builder) -> aws_sdk_lambda::config::Builder {
    config
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        // A function that works for minutes sends nothing meanwhile.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(timeouts(DEADLINE))
}

fn timeouts(deadline: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_timeout(deadline).build()
}

#[async_trait]
impl Invoke for Http {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        check_size("request", payload.len())?;
        let call = self.client.invoke().function_name(&self.function).payload(Blob::new(payload));
        let answer = call
            .send()
            .await
            .map_err(|error| unreached(&error).context(format!("invoking function {:?}", self.function)))?;
        let failed = answer.function_error().is_some();
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        if failed {
            return Err(function_error(&payload));
        }
        check_size("response", payload.len())?;
        Ok(payload)
    }
}

/// The payload with which Lambda tells of a handler's failure.
pub(super) fn failure_payload(error: &Error) -> Result<Vec<u8>> {
    let error_message = match error.hint_text() {
        Some(hint) => format!("{error} (hint: {hint})"),
        None => error.to_string(),
    };
    let error_type = athena_error_type(error.kind()).to_owned();
    LambdaError { error_type, error_message, stack_trace: Vec::new() }.encode()
}

/// The error that a function's failure payload tells of.
fn function_error(payload: &[u8]) -> Error {
    let told = LambdaError::decode(payload);
    let kind = kind(&told.error_type, &told.error_message);
    let message =
        if told.error_message.is_empty() { "the function failed and says nothing".into() } else { told.error_message };
    // The handler's own hints travel inside its message.
    match message.strip_suffix(')').and_then(|message| message.rsplit_once(" (hint: ")) {
        Some((message, hint)) => Error::new(kind, message).hint(hint),
        None => Error::new(kind, message),
    }
}

/// The kind behind an error type: of ours, of AWS's connectors, of Lambda itself.
fn kind(error_type: &str, message: &str) -> ErrorKind {
    if let Some(kind) = error_kind(error_type) {
        return kind;
    }
    match error_type.rsplit(['.', '$']).next().unwrap_or_default() {
        "ThrottlingException" => ErrorKind::Throttled,
        "Timedout" => ErrorKind::TimedOut,
        "ResponseSizeTooLarge" => ErrorKind::TooLarge,
        // Lambda names no type of its own when it stops a function that ran too long.
        _ if message.contains("Task timed out") => ErrorKind::TimedOut,
        _ => ErrorKind::Internal,
    }
}

fn unreached(error: &SdkError<InvokeError>) -> Error {
    let code = error.code().unwrap_or_default();
    let kind = match error {
        SdkError::TimeoutError(_) => ErrorKind::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => ErrorKind::TimedOut,
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => ErrorKind::Unavailable,
        _ => match code {
            "TooManyRequestsException" | "ThrottlingException" => ErrorKind::Throttled,
            "ResourceNotFoundException" => ErrorKind::NotFound,
            "AccessDeniedException" => ErrorKind::Forbidden,
            "RequestTooLargeException" => ErrorKind::TooLarge,
            "UnrecognizedClientException" | "ExpiredTokenException" | "InvalidSignatureException" => {
                ErrorKind::Unauthenticated
            }
            _ => ErrorKind::Unavailable,
        },
    };
    let what = match error {
        SdkError::TimeoutError(_) => "no answer within the time that a function may run".to_owned(),
        SdkError::ServiceError(_) => format!("{code}: {}", error.message().unwrap_or("no message")),
        other => DisplayErrorContext(other).to_string(),
    };
    Error::new(kind, what)
}

fn check_size(what: &str, bytes: usize) -> Result<()> {
    if bytes < MAX_PAYLOAD {
        return Ok(());
    }
    let message = format!("the {what} is {bytes} bytes long, and Lambda carries less than {MAX_PAYLOAD}");
    Err(Error::new(ErrorKind::TooLarge, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_KIND: [ErrorKind; 12] = [
        ErrorKind::Unavailable,
        ErrorKind::Throttled,
        ErrorKind::TimedOut,
        ErrorKind::Unauthenticated,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::Unsupported,
        ErrorKind::Invalid,
        ErrorKind::Conflict,
        ErrorKind::Corrupt,
        ErrorKind::TooLarge,
        ErrorKind::Internal,
    ];

    #[test]
    fn a_failure_keeps_kind_message_and_hint_through_the_payload() {
        for kind in EVERY_KIND {
            let error = Error::new(kind, "table \"x\" (view) does not exist").hint("list them (all)");
            let back = function_error(&failure_payload(&error).unwrap());
            assert_eq!(back.kind(), kind);
            assert_eq!(back.to_string(), "table \"x\" (view) does not exist");
            assert_eq!(back.hint_text(), Some("list them (all)"));
        }
    }

    #[tokio::test]
    async fn a_call_that_takes_all_its_time_is_not_made_again() {
        use std::sync::atomic::{AtomicUsize, Ordering};

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let server = tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                kept.push(connection);
            }
        });
        let config =
            patient(unsigned(format!("http://{address}"))).timeout_config(timeouts(Duration::from_millis(300)));
        let http = Http { client: Client::from_conf(config.build()), function: "slow".into() };
        let error = http.invoke(b"{}".to_vec()).await.unwrap_err();
        server.abort();
        assert_eq!((error.kind(), calls.load(Ordering::SeqCst)), (ErrorKind::TimedOut, 1), "{error}");
    }

    #[test]
    fn what_lambda_says_itself_is_sorted_too() {
        assert_eq!(
            kind("Sandbox.Timedout", "RequestId: 1 Error: Task timed out after 3.00 seconds"),
            ErrorKind::TimedOut
        );
        assert_eq!(kind("", "2026-01-01 Task timed out after 3.00 seconds"), ErrorKind::TimedOut);
        assert_eq!(kind("Function.ResponseSizeTooLarge", ""), ErrorKind::TooLarge);
        assert_eq!(kind("Runtime.ExitError", "exit status 1"), ErrorKind::Internal);
        assert!(check_size("response", MAX_PAYLOAD).is_err());
    }
}
