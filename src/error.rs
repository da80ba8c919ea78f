//! Kinds of failure, as the outside sees them: Athena's error types and exit codes.

pub use connector_core::{Error, ErrorKind, Result};

/// The `errorType` that tells each kind: names of AWS's own list (protocol reference 6.1) where it has one, so that users know
/// them. Beside a message it is all that Lambda carries of a failure, so each kind has its own.
const ERROR_TYPES: [(ErrorKind, &str); 12] = [
    // Athena slows down on exactly this name; anything else fails the query at once.
    (ErrorKind::Throttled, "com.amazonaws.athena.connector.lambda.exceptions.FederationThrottleException"),
    (ErrorKind::Unavailable, "InternalServiceException"),
    (ErrorKind::TimedOut, "OperationTimeoutException"),
    (ErrorKind::Unauthenticated, "InvalidCredentialsException"),
    (ErrorKind::Forbidden, "AccessDeniedException"),
    (ErrorKind::NotFound, "EntityNotFoundException"),
    (ErrorKind::Unsupported, "OperationNotSupportedException"),
    (ErrorKind::Invalid, "InvalidInputException"),
    (ErrorKind::Corrupt, "InvalidResponseException"),
    (ErrorKind::Conflict, "ConflictException"),
    (ErrorKind::TooLarge, "ResultTooLargeException"),
    (ErrorKind::Internal, "InternalErrorException"),
];

/// The `errorType` Athena is given for a kind.
pub fn athena_error_type(kind: ErrorKind) -> &'static str {
    ERROR_TYPES.iter().find(|(known, _)| *known == kind).map_or("InternalErrorException", |(_, name)| name)
}

/// The kind behind an `errorType`, of which only what stands behind the last dot or dollar sign counts; none if it is not ours.
pub fn error_kind(error_type: &str) -> Option<ErrorKind> {
    let bare = |name: &str| name.rsplit(['.', '$']).next().unwrap_or_default().to_owned();
    ERROR_TYPES.iter().find(|(_, name)| bare(name) == bare(error_type)).map(|(kind, _)| *kind)
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
