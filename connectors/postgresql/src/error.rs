//! What the server reports and what breaks on the way to it, sorted by what the caller can do about it.
//!
//! A server's text is shown only for the classes of SQLSTATE whose texts name objects and rights, and only if the server itself
//! wrote it: a function beneath a view may raise any text under any SQLSTATE. Texts that may quote data are left out together
//! with every detail.

use std::error::Error as StdError;
use std::fmt::Display;
use std::io;

use connector_core::{Error, ErrorKind};

use crate::message::Refusal;

use ErrorKind::{Conflict, Corrupt, Forbidden, Internal, Invalid, NotFound, Throttled, TimedOut, TooLarge};
use ErrorKind::{Unauthenticated, Unavailable, Unsupported};

/// SQLSTATE, or its class alone, to kind and hint; the longest match decides.
const STATES: &[(&str, ErrorKind, &str)] = &[
    ("08", Unavailable, "check that the server is up and reachable, then run the query again"),
    ("0A", Unsupported, ""),
    ("22", Corrupt, "a value of the table or of a view's expression is outside its type"),
    ("22003", Invalid, "a number computed by the query, or by a view that it reads, does not fit its type"),
    ("22012", Invalid, "the query, or a view that it reads, divides by zero"),
    ("22P05", Invalid, "the text compared with cannot be written in the database's encoding"),
    ("23", Corrupt, ""),
    ("25001", Forbidden, "sessions are read-only, and what is read cannot make them otherwise"),
    ("25006", Forbidden, "sessions are read-only; something that the query reads through tries to write"),
    ("25P03", TimedOut, ""),
    ("28", Unauthenticated, ""),
    ("28P01", Unauthenticated, "the user or its password is wrong: update the secret"),
    ("2D", Forbidden, "a function that the query reads through tries to end its transaction"),
    ("3D000", NotFound, "check the database in the connection URL or in the secret"),
    ("40", Conflict, "run the query again"),
    ("42501", Forbidden, "grant SELECT on it to the catalog's user, and USAGE on its schema"),
    (
        "42P01",
        NotFound,
        "the table may have been dropped since the query was planned; what a view's functions look up without \
     a schema is found only with currentSchema in the connection URL",
    ),
    (
        "42883",
        Conflict,
        "what a view's functions call without a schema is found only with currentSchema in the connection URL",
    ),
    ("42703", Conflict, "the table may have changed since the query was planned: run it again"),
    ("42", Conflict, "the table may have changed since the query was planned: run it again"),
    ("53", Unavailable, "the server is short of resources; run the query again later"),
    ("53300", Throttled, "the server has no free connection: raise max_connections or lower the query's concurrency"),
    ("53400", TooLarge, "a limit configured at the server was exceeded"),
    ("54", TooLarge, "the query has more parts than the server takes"),
    ("55P03", TimedOut, "the table is locked; run the query again later"),
    ("55", Unavailable, "run the query again"),
    ("57014", TimedOut, "the statement was cancelled at the server, by its time limit or by an administrator"),
    ("57P03", Unavailable, "the server is starting, stopping or recovering; run the query again shortly"),
    ("57", Unavailable, "the server ended the session; run the query again"),
    ("58", Unavailable, "the server failed; its log says why"),
    ("72000", Conflict, "run the query again"),
    ("HV", Unavailable, "a foreign server that the table stands for failed; the server's log says how"),
    ("P0", Invalid, "a function that the query reads through raised an error; the server's log says which"),
    ("XX", Corrupt, "the server reports a defect or damaged data; its log says why"),
];

/// Classes whose texts name objects, rights and limits, never values.
const SPOKEN: &[&str] = &["08", "0A", "25", "28", "3D", "40", "42", "53", "54", "55", "57"];

fn sorted(state: &str) -> (ErrorKind, &'static str) {
    STATES
        .iter()
        .filter(|(prefix, ..)| state.starts_with(prefix))
        .max_by_key(|(prefix, ..)| prefix.len())
        .map_or((Unavailable, "the server's log says why"), |(_, kind, hint)| (*kind, *hint))
}

/// An error that the server sent.
pub(crate) fn from_server(refusal: &Refusal) -> Error {
    let state = first_line(&refusal.state);
    let (kind, hint) = sorted(&state);
    let text = spoken(refusal).unwrap_or_else(|| "the statement failed at the server".to_owned());
    with_hint(Error::new(kind, format!("{text} (SQLSTATE {state})")), hint)
}

/// The server's text, if it can hold no data. Functions of every language, and foreign servers, leave word of themselves where
/// an error passes: a context, or a statement that was not ours.
fn spoken(refusal: &Refusal) -> Option<String> {
    let names_objects = SPOKEN.iter().any(|class| refusal.state.starts_with(class));
    (names_objects && !refusal.has_context).then(|| first_line(&refusal.text))
}

/// As much of a server's text as a message has room for, without anything that a terminal or a log would act on.
fn first_line(text: &str) -> String {
    const LONGEST: usize = 500;
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

fn with_hint(error: Error, hint: &str) -> Error {
    if hint.is_empty() { error } else { error.hint(hint) }
}

/// An answer that is none.
pub(crate) fn no_protocol(what: &str) -> Error {
    Error::new(Corrupt, format!("the server's answer does not follow the protocol: {what}"))
        .hint("check that host and port lead to a PostgreSQL server")
}

/// A way that broke.
pub(crate) fn lost(error: &io::Error) -> Error {
    match inner::<rustls::Error>(error) {
        Some(tls) => crate::tls::failure(tls),
        None => Error::new(Unavailable, "the connection to the server was lost")
            .hint("the server or something between ended it; run the query again"),
    }
}

/// A value that cannot be sent.
pub(crate) fn unbindable(cause: Option<&Unbindable>) -> Error {
    Error::invalid(format!("a value to compare with {}", cause.map_or("cannot be sent", |cause| cause.0)))
}

/// A server without TLS where TLS is wanted.
pub(crate) fn no_tls(ssl_mode: &str) -> Error {
    Error::new(Invalid, "the server does not offer TLS").hint(format!(
        "sslmode={ssl_mode} wants it: switch TLS on at the server, or write sslmode=disable if the way there is safe"
    ))
}

/// A failure of the handshake.
pub(crate) fn tls(error: &io::Error) -> Error {
    match inner::<rustls::Error>(error) {
        Some(tls) => crate::tls::failure(tls),
        None => Error::new(Unavailable, "the TLS handshake was cut off")
            .hint("check that host and port lead to a PostgreSQL server that offers TLS"),
    }
}

/// A way to log in that the server asks for and that there is none of here.
pub(crate) fn unsupported_login(what: &str) -> Error {
    Error::new(Unsupported, format!("the server asks for an unsupported {what}"))
        .hint("let the user log in with scram-sha-256, md5 or password in pg_hba.conf")
}

/// A log-in that failed on our side.
pub(crate) fn failed_login(cause: impl Display) -> Error {
    Error::new(Unauthenticated, format!("logging in failed: {cause}"))
        .hint("the user or its password is wrong, or the server is not the one it should be")
}

/// A log-in that the server refused, told apart further than on an open session.
pub(crate) fn refused_login(refusal: &Refusal) -> Error {
    let text = spoken(refusal).unwrap_or_else(|| "the login failed at the server".to_owned());
    let state = refusal.state.as_str();
    // The words around it are translated, the file's name never is.
    if state == "28000" && text.contains("pg_hba.conf") {
        return Error::new(Forbidden, format!("the server does not let this user in from here: {text}"))
            .hint("pg_hba.conf decides by address, user, database and TLS; a server that insists on TLS needs sslmode=verify-full");
    }
    let error = from_server(refusal);
    match state {
        "28000" => error.hint("the user may not log in, or must show a client certificate (sslcert, sslkey)"),
        "42501" => Error::new(Forbidden, format!("{text} (SQLSTATE 42501)")).hint("GRANT CONNECT ON DATABASE … TO …"),
        _ => error,
    }
}

/// Finds a cause of type `E`, also inside an I/O error, which does not show its own payload as a source.
fn inner<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        let payload = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = payload.and_then(|payload| payload.downcast_ref::<E>()) {
            return Some(found);
        }
        next = current.source();
    }
    None
}

/// A value that cannot be sent; the text completes "a value to compare with …".
#[derive(Debug)]
pub(crate) struct Unbindable(pub(crate) &'static str);

impl std::fmt::Display for Unbindable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Unbindable {}

/// A limit of ours that ends a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A value is larger than is read at all.
    Cell { bytes: u64, limit: usize },
    /// A message that holds no rows is absurdly large.
    Message { bytes: u64 },
    /// A row's length does not fit the values in it.
    Framing,
    /// An answer that is held as a whole, about tables, is absurdly large.
    Metadata,
    /// The server was silent for longer than `socketTimeout`.
    Silence,
}

impl Limit {
    pub(crate) fn error(&self) -> Error {
        match self {
            Self::Cell { bytes, limit } => {
                Error::new(TooLarge, format!("a value of {bytes} bytes is larger than the limit of {limit} bytes"))
                    .hint("leave its column out of the query, or raise the largest value that is read")
            }
            Self::Message { bytes } => {
                Error::corrupt(format!("the server announced a message of {bytes} bytes that holds no row"))
                    .hint("check that host and port lead to a PostgreSQL server")
            }
            Self::Framing => Error::corrupt("a row in the server's answer is longer or shorter than the values in it"),
            Self::Metadata => Error::new(TooLarge, "the server's catalog answers with more than 64 MiB")
                .hint("let the user see fewer schemas and tables"),
            Self::Silence => Error::new(TimedOut, "the server was silent for longer than socketTimeout allows")
                .hint("raise socketTimeout in the connection URL if the query may take longer"),
        }
    }
}

/// A session used in a way that is a defect of ours.
pub(crate) fn broken_session() -> Error {
    Error::new(Internal, "the session was used after it had broken, or while an answer was still coming")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_state_decides() {
        for (state, kind) in [
            ("28P01", Unauthenticated),
            ("28000", Unauthenticated),
            ("42501", Forbidden),
            ("42P01", NotFound),
            ("42883", Conflict),
            ("57014", TimedOut),
            ("57P01", Unavailable),
            ("53300", Throttled),
            ("53200", Unavailable),
            ("22P02", Corrupt),
            ("40P01", Conflict),
            ("08006", Unavailable),
            ("P0001", Invalid),
            ("ZZZZZ", Unavailable),
        ] {
            assert_eq!(sorted(state).0, kind, "{state}");
        }
    }

    #[test]
    fn a_cause_is_found_inside_an_io_error() {
        let io = io::Error::other(rustls::Error::HandshakeNotComplete);
        assert_eq!(inner::<rustls::Error>(&io), Some(&rustls::Error::HandshakeNotComplete));
        assert!(!lost(&io).to_string().contains("was lost"));
    }

    fn refusal(state: &str, has_context: bool) -> Refusal {
        Refusal { state: state.into(), text: "\u{1b}[2Jabout \"s3cret\"\nand more".into(), has_context }
    }

    #[test]
    fn texts_that_may_hold_data_are_not_shown_and_none_beyond_its_first_line() {
        for (state, has_context, shown) in [
            ("42P01", false, true),
            ("42P01", true, false),
            ("22P02", false, false),
            ("P0001", false, false),
            ("", false, false),
        ] {
            for error in [from_server(&refusal(state, has_context)), refused_login(&refusal(state, has_context))] {
                let told = format!("{error} {error:?}");
                assert_eq!(told.contains("s3cret"), shown, "{told}");
                assert!(!told.contains("and more") && !told.contains('\u{1b}'), "{told}");
            }
        }
    }
}
