//! AWS's own settings, loaded once when first needed, and the failures of its services sorted.
//!
//! Region, endpoints and the credential chain are what AWS's SDK makes of its own variables and files. A request that needs no
//! AWS service, like Ping, never pays for it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use connector_core::{Error, ErrorKind};
use tokio::sync::OnceCell;

/// How to reach AWS; a clone shares what was loaded.
#[derive(Clone)]
pub struct Aws(Arc<OnceCell<Loaded>>);

struct Loaded {
    sdk: SdkConfig,
    path_style: bool,
}

/// A call other than an object's transfer takes no longer than this, attempts included.
const LIMIT: Duration = Duration::from_secs(15);

impl Aws {
    /// The deployment's own AWS, loaded when first used.
    pub fn lazy() -> Self {
        Self(Arc::new(OnceCell::new()))
    }

    /// An AWS that is already described.
    pub fn of(sdk: SdkConfig) -> Self {
        let path_style = sdk.endpoint_url().is_some();
        Self(Arc::new(OnceCell::new_with(Some(Loaded { sdk, path_style }))))
    }

    /// One endpoint that stands in for every service, with a fixed credential.
    pub fn at(endpoint: &str, access_key: &str, secret_key: &str) -> Self {
        let credentials = Credentials::new(access_key, secret_key, None, None, "fixed");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
            .timeout_config(timeouts(LIMIT))
            .build();
        Self::of(sdk)
    }

    /// What the clients of AWS's services are made of.
    pub async fn sdk(&self) -> &SdkConfig {
        &self.loaded().await.sdk
    }

    /// Whether S3 is reached by paths instead of by host names: whenever it is not AWS's own.
    pub async fn path_style(&self) -> bool {
        self.loaded().await.path_style
    }

    async fn loaded(&self) -> &Loaded {
        self.0
            .get_or_init(|| async {
                let sdk = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts(LIMIT)).load().await;
                // The SDK knows the endpoint of one service only inside that service's client.
                let own = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some_and(|url| !url.is_empty());
                let path_style = own || sdk.endpoint_url().is_some();
                Loaded { sdk, path_style }
            })
            .await
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("loaded", &self.0.initialized()).finish()
    }
}

/// Limits for a call that may take `limit` in all: an attempt that gets no answer leaves time for another.
pub(crate) fn timeouts(limit: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3).min(limit / 3))
        .operation_attempt_timeout(limit / 2)
        .operation_timeout(limit)
        .build()
}

/// Sorts a failure of an AWS service; `doing` is what it was asked.
///
/// The SDK's error is not kept as the source: its debug form shows raw answers, and an answer may hold a secret.
pub fn failure<E>(doing: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error {
        SdkError::ServiceError(told) => {
            service_failure(told.err().code(), told.err().message(), told.raw().status().as_u16()).context(doing)
        }
        SdkError::TimeoutError(_) => timed_out(doing),
        SdkError::DispatchFailure(broken) if broken.is_timeout() => timed_out(doing),
        SdkError::DispatchFailure(_) => unreachable(&causes(error)).context(doing),
        SdkError::ResponseError(_) => {
            Error::new(ErrorKind::Unavailable, "the answer broke off or is none").context(doing)
        }
        SdkError::ConstructionFailure(_) => unsent(&causes(error)).context(doing),
        _ => Error::internal("AWS's SDK failed in a way unknown here").context(doing),
    }
}

fn timed_out(doing: &str) -> Error {
    Error::new(ErrorKind::TimedOut, "no answer within the limit")
        .context(doing)
        .hint("a function inside a VPC needs a route or an endpoint to this service")
}

fn unreachable(told: &str) -> Error {
    // The credential chain fails inside the dispatch, before anything is sent.
    if told.contains("credential") {
        return Error::new(ErrorKind::Unauthenticated, format!("no AWS credential was found: {told}"))
            .hint("give the function a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    Error::new(ErrorKind::Unavailable, format!("it cannot be reached: {told}"))
        .hint("a function inside a VPC needs a route or an endpoint to this service")
}

fn unsent(told: &str) -> Error {
    if told.to_ascii_lowercase().contains("region") {
        return Error::invalid("no AWS region is set").hint("set AWS_REGION");
    }
    Error::invalid(format!("the request could not be made: {told}"))
}

fn service_failure(code: Option<&str>, message: Option<&str>, status: u16) -> Error {
    let code = code.unwrap_or_default();
    let kind = kind_of(code, status);
    let told = match (code, message.unwrap_or_default()) {
        ("", "") => format!("status {status}"),
        ("", message) => format!("status {status}: {message}"),
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {message}"),
    };
    Error::new(kind, told)
}

fn kind_of(code: &str, status: u16) -> ErrorKind {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "LimitExceededException"
        | "ProvisionedThroughputExceededException"
        | "KMSThrottlingException" => ErrorKind::Throttled,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidSignatureException" => ErrorKind::Unauthenticated,
        // Secrets Manager says so when the role may not use the key the secret is under.
        "AccessDeniedException" | "AccessDenied" | "AllAccessDisabled" | "DecryptionFailure" => ErrorKind::Forbidden,
        "ResourceNotFoundException"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NotFound"
        | "NotFoundException"
        | "EntityNotFoundException" => ErrorKind::NotFound,
        "RequestTimeout" => ErrorKind::TimedOut,
        "EntityTooLarge" | "ItemCollectionSizeLimitExceededException" => ErrorKind::TooLarge,
        _ => match status {
            401 => ErrorKind::Unauthenticated,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            408 | 504 => ErrorKind::TimedOut,
            429 => ErrorKind::Throttled,
            500.. => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        },
    }
}

/// Every cause in its short form; the short forms of the SDK's and the network's errors hold no request and no answer.
pub(crate) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut told = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push(error.to_string());
        cause = error.source();
    }
    told.dedup();
    told.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_decides_before_the_status() {
        assert_eq!(kind_of("ThrottlingException", 400), ErrorKind::Throttled);
        assert_eq!(kind_of("ExpiredToken", 400), ErrorKind::Unauthenticated);
        assert_eq!(kind_of("SlowDown", 503), ErrorKind::Throttled);
        assert_eq!(kind_of("ResourceNotFoundException", 400), ErrorKind::NotFound);
        assert_eq!(kind_of("", 403), ErrorKind::Forbidden);
        assert_eq!(kind_of("InternalServiceError", 500), ErrorKind::Unavailable);
        assert_eq!(kind_of("Strange", 418), ErrorKind::Invalid);
    }

    #[tokio::test]
    async fn an_endpoint_of_its_own_is_reached_by_paths() {
        assert!(Aws::at("http://127.0.0.1:1", "a", "b").path_style().await);
        assert!(!format!("{:?}", Aws::at("http://127.0.0.1:1", "a", "hunter2")).contains("hunter2"));
    }
}
