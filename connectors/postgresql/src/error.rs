//! What the driver and the server report, sorted by what the caller can do about it.
//!
//! A server's text is shown only for the classes of SQLSTATE whose texts name objects and rights, and only if the server itself
//! wrote it: a function beneath a view may raise any text under any SQLSTATE. Texts that may quote data are left out together
//! with every detail.

use std::error::Error as StdError;
use std::io;

use connector_core::{Error, ErrorKind};
use tokio_postgres::error::{DbError, ErrorPosition};

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
fn from_server(error: &DbError) -> Error {
    let state = error.code().code();
    let (kind, hint) = sorted(state);
    let text = spoken(error).unwrap_or("the statement failed at the server");
    with_hint(Error::new(kind, format!("{text} (SQLSTATE {state})")), hint)
}

/// The server's text, if it can hold no data. Functions of every language, and foreign servers, leave word of themselves where
/// an error passes: a context, or a statement that was not ours.
fn spoken(error: &DbError) -> Option<&str> {
    let state = error.code().code();
    let ours = error.where_().is_none() && !matches!(error.position(), Some(ErrorPosition::Internal { .. }));
    (ours && SPOKEN.iter().any(|class| state.starts_with(class))).then(|| first_line(error.message()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn with_hint(error: Error, hint: &str) -> Error {
    if hint.is_empty() { error } else { error.hint(hint) }
}

/// An error of the driver on an open session.
pub(crate) fn from_driver(error: &tokio_postgres::Error) -> Error {
    if let Some(sent) = error.as_db_error() {
        return from_server(sent);
    }
    if let Some(ours) = inner::<Limit>(error) {
        return ours.error();
    }
    if let Some(bind) = inner::<Unbindable>(error) {
        return Error::invalid(format!("a value to compare with {}", bind.0));
    }
    if let Some(tls) = inner::<rustls::Error>(error) {
        return crate::tls::failure(tls);
    }
    if error.is_closed() || error.to_string() == "error communicating with the server" {
        return Error::new(Unavailable, "the connection to the server was lost")
            .hint("the server or something between ended it; run the query again");
    }
    Error::new(Corrupt, format!("the server's answer does not follow the protocol: {error}"))
        .hint("check that host and port lead to a PostgreSQL server")
}

/// A failure of logging in, told apart further than on an open session.
pub(crate) fn from_login(error: &tokio_postgres::Error, ssl_mode: &str) -> Error {
    if let Some(sent) = error.as_db_error() {
        return refused_login(sent);
    }
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    match error.to_string().as_str() {
        "error performing TLS handshake" if cause == "server does not support TLS" => {
            Error::new(Invalid, "the server does not offer TLS").hint(format!(
                "sslmode={ssl_mode} wants it: switch TLS on at the server, or write sslmode=disable if the way there is safe"
            ))
        }
        "error performing TLS handshake" => match inner::<rustls::Error>(error) {
            Some(tls) => crate::tls::failure(tls),
            None => Error::new(Unavailable, "the TLS handshake was cut off")
                .hint("check that host and port lead to a PostgreSQL server that offers TLS"),
        },
        "authentication error" if cause.starts_with("unsupported") => {
            Error::new(Unsupported, format!("the server asks for an {cause}"))
                .hint("let the user log in with scram-sha-256, md5 or password in pg_hba.conf")
        }
        "authentication error" => Error::new(Unauthenticated, format!("logging in failed: {cause}"))
            .hint("the user or its password is wrong, or the server is not the one it should be"),
        _ => from_driver(error),
    }
}

fn refused_login(sent: &DbError) -> Error {
    let (state, text) = (sent.code().code(), spoken(sent).unwrap_or("the login failed at the server"));
    // The words around it are translated, the file's name never is.
    if state == "28000" && text.contains("pg_hba.conf") {
        return Error::new(Forbidden, format!("the server does not let this user in from here: {text}"))
            .hint("pg_hba.conf decides by address, user, database and TLS; a server that insists on TLS needs sslmode=verify-full");
    }
    let error = from_server(sent);
    match state {
        "28000" => error.hint("the user may not log in, or must show a client certificate (sslcert, sslkey)"),
        "42501" => Error::new(Forbidden, format!("{text} (SQLSTATE 42501)")).hint("GRANT CONNECT ON DATABASE … TO …"),
        _ => error,
    }
}

/// A failure before the server was spoken to.
pub(crate) fn unreachable(place: &str, error: &io::Error) -> Error {
    let (what, hint) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            ("nothing listens there", "check host and port, and that the server is up and accepts TCP connections")
        }
        io::ErrorKind::TimedOut => (
            "there was no answer in time",
            "check that the function's subnet has a route there and that the database's security group lets it in",
        ),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            ("there is no route", "check the function's subnets and their route tables")
        }
        _ => ("the connection failed", "check host, port, routes and security groups"),
    };
    Error::new(Unavailable, format!("cannot reach {place}: {what}")).hint(hint)
}

/// A host name that leads nowhere.
pub(crate) fn unknown_host(place: &str) -> Error {
    Error::new(Unavailable, format!("cannot reach {place}: the host's name does not resolve"))
        .hint("check the host's spelling, and that the function's VPC resolves names (private zones, DNS support)")
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

/// A limit of ours that ended the connection from beneath the driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A value is larger than is read at all.
    Cell { bytes: u64, limit: usize },
    /// A message that holds no rows is absurdly large.
    Message { bytes: u64 },
    /// A row's length does not fit the values in it.
    Framing,
    /// A column has a type that is not one of the server's own.
    UnknownType,
    /// The server was silent for longer than `socketTimeout`.
    Silence,
}

impl Limit {
    fn error(&self) -> Error {
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
            Self::UnknownType => Error::new(Conflict, "a column has another type than it was described with")
                .hint("the table may have changed since the query was planned: run it again"),
            Self::Silence => Error::new(TimedOut, "the server was silent for longer than socketTimeout allows")
                .hint("raise socketTimeout in the connection URL if the query may take longer"),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.error())
    }
}

impl StdError for Limit {}

impl From<Limit> for io::Error {
    fn from(limit: Limit) -> Self {
        io::Error::other(limit)
    }
}

/// A driver used in a way that is a defect of ours.
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
        let limit = Limit::Cell { bytes: 9, limit: 5 };
        let io: io::Error = limit.clone().into();
        assert_eq!(inner::<Limit>(&io), Some(&limit));
        assert_eq!(limit.error().kind(), TooLarge);
        assert!(limit.to_string().contains("limit of 5"));
    }
}
