//! One error for the whole workspace, sorted by what the caller can do about it.

use std::error::Error as StdError;
use std::fmt;

/// `Result` with the workspace's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about a failure; never which line failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The other side cannot be reached now; trying again may help.
    Unavailable,
    /// The other side asks for fewer requests; trying again later helps.
    Throttled,
    /// A stated limit of time ran out; trying again may help.
    TimedOut,
    /// The credential was refused; a fresh one may help.
    Unauthenticated,
    /// The credential is good but has no right to this.
    Forbidden,
    /// What was named does not exist.
    NotFound,
    /// Understood, and deliberately not done.
    Unsupported,
    /// The request or a setting is wrong; changing it helps.
    Invalid,
    /// The thing changed since it was looked at; starting over helps.
    Conflict,
    /// Data that does not keep its own promise: a value outside its type, a broken message.
    Corrupt,
    /// More than a stated limit allows.
    TooLarge,
    /// A defect of ours.
    Internal,
}

impl ErrorKind {
    /// The kind in one lower-case word, as messages and logs show it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed out",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not found",
            Self::Unsupported => "unsupported",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Corrupt => "corrupt",
            Self::TooLarge => "too large",
            Self::Internal => "internal",
        }
    }
}

/// A failure: its kind, what was being done to what, and what the reader can do next.
///
/// Messages never hold a secret; whoever makes one from a driver's text is in charge of that.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    contexts: Vec<String>,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A failure of `kind`, told in lower case and without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), contexts: Vec::new(), hint: None, source: None }))
    }

    /// A wrong request or setting.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Something named that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Something understood and deliberately not done.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Data that does not keep its own promise.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
    }

    /// A defect of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Says what was being done when it failed; the outermost is shown first.
    #[must_use]
    pub fn context(mut self, doing: impl Into<String>) -> Self {
        self.0.contexts.push(doing.into());
        self
    }

    /// Says what the reader can do next; an inner hint is nearer to the cause and stays.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Keeps the cause for logs; its text is not part of the message.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Takes the hint off, where it means another doing than the reader's.
    #[must_use]
    pub fn without_hint(mut self) -> Self {
        self.0.hint = None;
        self
    }

    /// The hint, if there is one.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unavailable | ErrorKind::Throttled | ErrorKind::TimedOut)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for context in self.0.contexts.iter().rev() {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_context_is_shown_first_and_the_innermost_hint_wins() {
        let error = Error::not_found("no such table")
            .hint("check the name")
            .context("describing \"sales\".\"orders\"")
            .context("answering GetTable for catalog pg")
            .hint("never shown");
        assert_eq!(
            error.to_string(),
            "answering GetTable for catalog pg: describing \"sales\".\"orders\": no such table"
        );
        assert_eq!(error.hint_text(), Some("check the name"));
        assert!(!error.is_retryable());
    }
}
