//! Kinds of failure, as the outside sees them: Athena's error types and exit codes.

pub use connector_core::{Error, ErrorKind, Result};

/// The `errorType` Athena is given for a kind; names of AWS's own list (protocol reference 6.1), so that users know them.
pub fn athena_error_type(kind: ErrorKind) -> &'static str {
    match kind {
        // Athena slows down on exactly this name; anything else fails the query at once.
        ErrorKind::Throttled => "com.amazonaws.athena.connector.lambda.exceptions.FederationThrottleException",
        ErrorKind::Unavailable | ErrorKind::Internal | ErrorKind::Conflict => "InternalServiceException",
        ErrorKind::TimedOut => "OperationTimeoutException",
        ErrorKind::Unauthenticated => "InvalidCredentialsException",
        ErrorKind::Forbidden => "AccessDeniedException",
        ErrorKind::NotFound => "EntityNotFoundException",
        ErrorKind::Unsupported => "OperationNotSupportedException",
        ErrorKind::Invalid | ErrorKind::TooLarge => "InvalidInputException",
        ErrorKind::Corrupt => "InvalidResponseException",
    }
}

/// The exit code of the CLI for a kind: 2 usage, 3 refused, 4 not found, 5 conflict, 6 source unreachable, 1 the rest.
pub fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Invalid => 2,
        ErrorKind::Forbidden => 3,
        ErrorKind::NotFound => 4,
        ErrorKind::Conflict => 5,
        ErrorKind::Unavailable | ErrorKind::TimedOut | ErrorKind::Unauthenticated | ErrorKind::Throttled => 6,
        ErrorKind::Unsupported | ErrorKind::Corrupt | ErrorKind::TooLarge | ErrorKind::Internal => 1,
    }
}
