//! What the server and the way to it report, sorted by what the caller can do about it.
//!
//! A server's text is shown only for errors whose texts name objects, users and limits; texts of the others may quote data
//! and are left out.

use std::io;

use connector_core::{Error, ErrorKind};

use crate::packet::Refusal;

use ErrorKind::{Conflict, Corrupt, Forbidden, Internal, Invalid, NotFound, Throttled, TimedOut, TooLarge};
use ErrorKind::{Unauthenticated, Unavailable, Unsupported};

/// Whether a text names only objects, users and limits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Shown,
    Hidden,
}

use Text::{Hidden, Shown};

const AGAIN: &str = "run the query again";
const CHANGED: &str = "the table may have changed since the query was planned: run it again";
const GRANT: &str = "grant SELECT on it to the catalog's user";
const PASSWORD: &str = "the user or its password is wrong: update the secret; a user that must come over TLS, or from another \
     host, is refused like this too";
const DATABASE: &str = "check the database in the connection URL or in the secret";
const VIEW: &str = "a value computed by the query, or by a view that it reads, does not fit its type";

/// Error numbers to kind, what of the text is shown, and hint. Numbers above 1900 differ between the vendors.
const CODES: &[(u16, ErrorKind, Text, &str)] = &[
    (1020, Conflict, Hidden, AGAIN),
    (1021, Unavailable, Hidden, "the server's disk is full; its log says where"),
    (1028, Unavailable, Hidden, "the server could not sort; its log says why"),
    (1037, Unavailable, Hidden, "the server is short of memory; run the query again later"),
    (1038, TooLarge, Shown, "the server's sort_buffer_size is too small for this order"),
    (
        1040,
        Throttled,
        Shown,
        "the server has no free connection: raise max_connections or lower the query's concurrency",
    ),
    (1041, Unavailable, Hidden, "the server is short of memory; run the query again later"),
    (1044, Forbidden, Shown, "grant the user a right on that database"),
    (1045, Unauthenticated, Shown, PASSWORD),
    (1046, Invalid, Shown, DATABASE),
    (1049, NotFound, Shown, DATABASE),
    (1053, Unavailable, Shown, "the server is stopping; run the query again shortly"),
    (1054, Conflict, Shown, CHANGED),
    (1105, Unavailable, Hidden, "the server's log says why"),
    (1114, Unavailable, Hidden, "a temporary table at the server is full; its log says which"),
    (1129, Forbidden, Shown, "after too many failed attempts: FLUSH HOSTS at the server"),
    (1130, Forbidden, Shown, "create the user for the host that the function comes from"),
    (1133, Conflict, Shown, ""),
    (1141, Conflict, Shown, ""),
    (1142, Forbidden, Shown, GRANT),
    (1143, Forbidden, Shown, GRANT),
    (1146, NotFound, Shown, "the table may have been dropped since the query was planned"),
    (1147, Conflict, Shown, "the right was taken by somebody else meanwhile"),
    (1153, TooLarge, Shown, "the query is longer than the server's max_allowed_packet"),
    (1156, Unavailable, Hidden, AGAIN),
    (1158, Unavailable, Hidden, AGAIN),
    (1159, Unavailable, Hidden, AGAIN),
    (1160, Unavailable, Hidden, AGAIN),
    (1161, Unavailable, Hidden, AGAIN),
    (1104, TooLarge, Hidden, "the server's max_join_size was exceeded"),
    (1203, Throttled, Shown, "the user has too many connections: raise its limit or lower the query's concurrency"),
    (1205, TimedOut, Shown, "the table is locked; run the query again later"),
    (1213, Conflict, Hidden, AGAIN),
    (1226, Throttled, Shown, "raise the user's limit at the server or lower the query's concurrency"),
    (1227, Forbidden, Shown, ""),
    (1242, Invalid, Hidden, "a view that the query reads expects one row and finds several"),
    (1251, Unsupported, Shown, "let the user log in with caching_sha2_password or mysql_native_password"),
    (1264, Invalid, Hidden, VIEW),
    (1267, Unsupported, Shown, "texts of two character sets are compared by a view"),
    (1290, Forbidden, Shown, ""),
    (1269, Conflict, Shown, ""),
    (1292, Corrupt, Hidden, "a value of the table or of a view's expression is outside its type"),
    (1305, Conflict, Shown, "a function that a view reads through was dropped"),
    (1317, TimedOut, Shown, "the statement was cancelled at the server, by its time limit or by an administrator"),
    (1345, Forbidden, Hidden, GRANT),
    (1356, Conflict, Shown, "the view reads something that was dropped, or that its definer may not read"),
    (1365, Invalid, Hidden, "the query, or a view that it reads, divides by zero"),
    (1366, Corrupt, Hidden, "a value of the table or of a view's expression is outside its type"),
    (1370, Forbidden, Shown, "grant EXECUTE on it to the catalog's user"),
    (1390, TooLarge, Shown, "the query compares with more values than the server takes"),
    (1396, Conflict, Shown, ""),
    (1410, Conflict, Shown, ""),
    (1436, TooLarge, Hidden, "the query has more parts than the server takes"),
    (1449, Conflict, Shown, "the view's definer was dropped"),
    (1461, TooLarge, Shown, "the server has no room for another statement: raise max_prepared_stmt_count"),
    (1615, Conflict, Hidden, AGAIN),
    (1644, Invalid, Hidden, "a function that the query reads through raised an error"),
    (1690, Invalid, Hidden, VIEW),
    (1698, Forbidden, Shown, ""),
    (1792, Forbidden, Shown, "sessions are read-only; something that the query reads through tries to write"),
    (1819, Invalid, Shown, ""),
    (1820, Unauthenticated, Shown, "the user must be given a new password: update the secret"),
    (1862, Unauthenticated, Shown, "the user's password has expired: update the secret"),
    (1927, Unavailable, Shown, "the server ended the session; run the query again"),
    (1969, TimedOut, Shown, "the statement took longer than queryTimeout, or than the server allows"),
    (2013, Unavailable, Hidden, AGAIN),
    (3024, TimedOut, Shown, "the statement took longer than queryTimeout, or than the server allows"),
    (3118, Forbidden, Shown, "the user is locked"),
    (3159, Forbidden, Shown, "the server insists on TLS: leave sslMode out"),
    (3955, Forbidden, Shown, "the user is locked for some days after too many failed attempts"),
    (4031, Unavailable, Shown, "the server ended the session, which was idle; run the query again"),
    (4006, Conflict, Shown, ""),
    (4151, Forbidden, Shown, "the user is locked"),
];

fn sorted(code: u16) -> (ErrorKind, Text, &'static str) {
    let known = CODES.iter().find(|(known, ..)| *known == code);
    known.map_or((Unavailable, Hidden, "the server's log says why"), |(_, kind, text, hint)| (*kind, *text, *hint))
}

/// An error that the server sent.
pub(crate) fn from_server(refusal: &Refusal) -> Error {
    let (kind, shown, hint) = match sorted(refusal.code) {
        // Syntax that the server does not take is a defect of ours, unless a view is behind it.
        _ if refusal.code == 1064 => (Internal, Hidden, "the server's log says why"),
        sorted => sorted,
    };
    let text = match shown {
        Shown => first_line(&refusal.text),
        Hidden => "the statement failed at the server".to_owned(),
    };
    let state = first_line(&refusal.state);
    with_hint(Error::new(kind, format!("{text} (error {}, SQLSTATE {state})", refusal.code)), hint)
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
    Error::corrupt(format!("the server's answer does not follow the protocol: {what}"))
        .hint("check that host and port lead to a MySQL or MariaDB server")
}

/// A server without TLS where TLS is wanted.
pub(crate) fn no_tls(ssl_mode: &str) -> Error {
    Error::new(Invalid, "the server does not offer TLS").hint(format!(
        "sslMode={ssl_mode} wants it: switch TLS on at the server, or write sslMode=DISABLED if the way there is safe"
    ))
}

/// A failure of the handshake.
pub(crate) fn tls(error: &io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(tls) => crate::tls::failure(tls),
        None => Error::new(Unavailable, "the TLS handshake was cut off")
            .hint("check that host and port lead to a MySQL or MariaDB server that offers TLS"),
    }
}

/// A way that broke.
pub(crate) fn lost(error: &io::Error) -> Error {
    if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) {
        return tls(error);
    }
    Error::new(Unavailable, "the connection to the server was lost")
        .hint("the server or something between ended it; run the query again")
}

/// A session used in a way that is a defect of ours.
pub(crate) fn broken_session() -> Error {
    Error::new(Internal, "the session was used after it had broken, or while an answer was still coming")
}

/// A limit of ours that ends a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A value is larger than is read at all.
    Cell { bytes: u64, limit: usize },
    /// A packet that holds no row is absurdly large.
    Packet,
    /// A row's length does not fit the values in it.
    Framing,
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
            Self::Packet => no_protocol("a packet without a row is absurdly large"),
            Self::Framing => Error::corrupt("a row in the server's answer is longer or shorter than the values in it"),
            Self::Silence => Error::new(TimedOut, "the server was silent for longer than socketTimeout allows")
                .hint("raise socketTimeout in the connection URL if the query may take longer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16) -> Refusal {
        Refusal { code, state: "HY000".into(), text: "Something about 's3cret'\nand more".into() }
    }

    #[test]
    fn numbers_are_sorted_by_what_can_be_done() {
        for (code, kind) in [
            (1045, Unauthenticated),
            (1049, NotFound),
            (1142, Forbidden),
            (1143, Forbidden),
            (1040, Throttled),
            (1205, TimedOut),
            (3024, TimedOut),
            (1969, TimedOut),
            (1317, TimedOut),
            (1146, NotFound),
            (1054, Conflict),
            (1690, Invalid),
            (1792, Forbidden),
            (1064, Internal),
            (9999, Unavailable),
        ] {
            assert_eq!(from_server(&refusal(code)).kind(), kind, "{code}");
        }
    }

    #[test]
    fn texts_that_may_hold_data_are_not_shown_and_none_beyond_its_first_line() {
        for code in [1292, 1264, 1690, 1366, 1644, 9999] {
            let error = from_server(&refusal(code));
            assert!(
                !format!("{error:?}").contains("s3cret") && error.to_string().contains(&code.to_string()),
                "{error}"
            );
        }
        let shown = from_server(&refusal(1146)).to_string();
        assert!(shown.contains("s3cret") && !shown.contains("and more"), "{shown}");
    }

    #[test]
    fn a_servers_text_is_cut_and_moves_no_cursor() {
        let text = format!("\u{1b}[2J{}", "x".repeat(1 << 20));
        let shown = from_server(&Refusal { code: 1146, state: "\u{1b}[1m".into(), text }).to_string();
        assert!(shown.starts_with("[2Jxxx") && shown.len() < 600 && !shown.contains('\u{1b}'), "{shown:.700}");
    }

    #[test]
    fn every_number_stands_once() {
        let mut codes: Vec<u16> = CODES.iter().map(|(code, ..)| *code).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
