//! Failures as gRPC tells them.

use arrow_flight::error::FlightError;
use connector_core::{Error, ErrorKind};
use tonic::{Code, Status};

/// The most of a message that travels, in bytes: it goes in a header, where every byte may take three, and 16 KiB hold all headers.
const LONGEST: usize = 4_000;

/// What a client is told of a failure: the message and what to do about it.
pub(super) fn status(error: &Error) -> Status {
    let mut message = match error.hint_text() {
        Some(hint) => format!("{error} (hint: {hint})"),
        None => error.to_string(),
    };
    if message.len() > LONGEST {
        message.truncate(message.floor_char_boundary(LONGEST));
        message.push('…');
    }
    Status::new(code(error.kind()), message)
}

/// The code that stands for a kind. What a source says of *our* log-in is no matter of the client's token.
fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::Invalid => Code::InvalidArgument,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::Forbidden => Code::PermissionDenied,
        ErrorKind::Unauthenticated => Code::FailedPrecondition,
        ErrorKind::Unsupported => Code::Unimplemented,
        ErrorKind::Throttled | ErrorKind::TooLarge => Code::ResourceExhausted,
        ErrorKind::TimedOut => Code::DeadlineExceeded,
        ErrorKind::Conflict => Code::Aborted,
        ErrorKind::Corrupt => Code::DataLoss,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Internal => Code::Internal,
    }
}

/// A failure of Flight's own encoding.
pub(super) fn encoding(error: FlightError) -> Error {
    match error {
        FlightError::Tonic(status) => Error::invalid(status.message().to_owned()),
        other => Error::internal(format!("turning Arrow into Flight's messages or back: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_hint_and_fits_a_header() {
        let told = status(&Error::not_found("there is no catalog \"x\"").hint("there are a, b"));
        assert_eq!((told.code(), told.message()), (Code::NotFound, "there is no catalog \"x\" (hint: there are a, b)"));
        let long = status(&Error::invalid("é".repeat(10_000)));
        assert!(long.message().len() < LONGEST + 4 && long.message().ends_with('…'));
    }
}
