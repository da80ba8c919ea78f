//! What the driver and the server report, sorted by what the caller can do about it.
//!
//! A server's text is shown only for the numbers whose texts name objects and rights; what may quote data, or comes out of a
//! view's own code, is left out. Not here: what a failure of TLS means (`tls.rs`).

use connector_core::{Error, ErrorKind};
use oracledb::{DbError, ErrorKind as Driver};

use crate::tls;

use ErrorKind::{Conflict, Corrupt, Forbidden, Internal, Invalid, NotFound, Throttled, TimedOut, TooLarge};
use ErrorKind::{Unauthenticated, Unavailable, Unsupported};

/// What a number means.
struct Meaning {
    numbers: &'static [usize],
    kind: ErrorKind,
    /// Whether its text names objects, rights and limits, never values.
    is_spoken: bool,
    hint: &'static str,
}

const fn spoken(numbers: &'static [usize], kind: ErrorKind, hint: &'static str) -> Meaning {
    Meaning { numbers, kind, is_spoken: true, hint }
}

const fn silent(numbers: &'static [usize], kind: ErrorKind, hint: &'static str) -> Meaning {
    Meaning { numbers, kind, is_spoken: false, hint }
}

const AGAIN: &str = "run the query again";
const CHANGED: &str = "the table may have changed since the query was planned: run it again";
const VALUE: &str = "a value of the table or of a view's expression is outside its type";
const LISTENER: &str = "check host, port and service in the connection URL or in the secret";

const MEANINGS: &[Meaning] = &[
    spoken(&[1017], Unauthenticated, "the user or its password is wrong: update the secret"),
    spoken(
        &[28000, 28001, 28003, 28007, 28365, 65162, 1005, 1918, 28009, 988],
        Unauthenticated,
        "the user is locked, or its password has expired or is missing: mend it at the server, and update the secret",
    ),
    spoken(
        &[1920, 1922, 1927, 1940],
        Conflict,
        "the user owns something, has sessions, or was changed meanwhile: look at it again",
    ),
    spoken(&[1045], Forbidden, "grant CREATE SESSION to the catalog's user"),
    spoken(&[12505, 12514, 12521, 12523, 12504], NotFound, LISTENER),
    spoken(&[1031, 1720, 41900, 41901], Forbidden, "grant SELECT or READ on it to the catalog's user"),
    spoken(
        &[942],
        NotFound,
        "the table may have been dropped since the query was planned, or its user may no longer read it",
    ),
    spoken(&[4043, 980, 1775, 2289], NotFound, "what the name stands for does not exist any more"),
    spoken(&[904, 1410, 8103, 1446, 4068, 4061, 4065, 932, 1007], Conflict, CHANGED),
    spoken(
        &[1555, 8180, 22924],
        Conflict,
        "the server no longer has the data of the moment at which reading began: run the query again, or have it keep undo longer",
    ),
    spoken(&[60, 8177, 1466, 8176, 8181], Conflict, AGAIN),
    spoken(&[54, 30006, 4021, 4020, 1013, 51], TimedOut, "the server stopped waiting: run the query again later"),
    spoken(
        &[
            18, 20, 2391, 2392, 2393, 2394, 2395, 2396, 2399, 56720, 12516, 12518, 12519, 12520, 12540, 12526, 12527,
            12528,
        ],
        Throttled,
        "the server limits sessions or resources, or takes none now: run the query again later, or lower its concurrency",
    ),
    spoken(
        &[
            28, 603, 604, 1012, 1033, 1034, 1035, 1089, 1090, 1092, 1109, 3113, 3114, 3135, 12153, 12537, 12547, 12570,
            12571, 12592, 24964, 25408, 25425, 31624, 64307,
        ],
        Unavailable,
        "the database is starting, stopping or moving, or ended the session; run the query again shortly",
    ),
    spoken(
        &[1652, 1653, 1654, 1114, 30036, 4030, 4031, 4036, 12853, 27102],
        Unavailable,
        "the server is short of memory or space; run the query again later",
    ),
    spoken(
        &[376, 1110, 1116, 1157, 1187],
        Unavailable,
        "part of the table's data is offline; the server's log says why",
    ),
    spoken(&[1795, 1745, 1792, 913, 1467, 1489, 22835], TooLarge, "the query has more parts than the server takes"),
    spoken(
        &[997, 902, 22849, 22950, 40478],
        Unsupported,
        "a view over the table can cast the column to a type that can be read",
    ),
    spoken(&[4063, 24344], Invalid, "the view has errors of its own at the source"),
    spoken(
        &[28040, 28041, 3134, 12660, 12650, 17002],
        Unsupported,
        "the server asks for a way to log in that is not offered",
    ),
    spoken(&[1456, 16000], Invalid, "a view or function that the query reads through tries to write"),
    silent(
        &[
            1401, 1426, 1438, 1481, 1722, 1821, 1830, 1839, 1840, 1841, 1843, 1847, 1850, 1851, 1852, 1858, 1861, 1862,
            1878, 6502, 12703, 12713, 12899, 29275, 31011, 40441, 40587,
        ],
        Corrupt,
        VALUE,
    ),
    silent(&[1476], Invalid, "the query, or a view that it reads, divides by zero"),
    silent(
        &[1427, 6503, 6508, 6512, 6550, 1422, 1403, 28112, 28113, 28115],
        Invalid,
        "a view, function or policy that the query reads through failed; the server says which",
    ),
    silent(
        &[2019, 2049, 2063, 2068, 2085, 12154, 12170, 12541, 12543, 12545, 28500, 28511, 28545, 28546, 29913],
        Unavailable,
        "a remote source or file that the table stands for failed; the server's log says how",
    ),
    silent(&[1578, 600, 7445, 26040, 8102], Corrupt, "the server reports damaged data or a defect; its log says where"),
    silent(&[900, 903, 905, 906, 907, 908, 909, 911, 917, 920, 923, 933, 936, 972, 1008, 1036, 1747], Internal, ""),
];

/// Kind and hint of an error of the server, and whether its text is shown.
fn sorted(number: usize) -> (ErrorKind, bool, &'static str) {
    match MEANINGS.iter().find(|meaning| meaning.numbers.contains(&number)) {
        Some(meaning) => (meaning.kind, meaning.is_spoken, meaning.hint),
        // These are raised by a view's own code.
        None if (20_000..21_000).contains(&number) => {
            (Invalid, false, "a view or function that the query reads through failed; the server says which")
        }
        None => (Invalid, false, "the server's documentation says what the number means"),
    }
}

/// An error that the server sent.
fn from_server(error: &DbError) -> Error {
    let (kind, is_spoken, hint) = sorted(error.code());
    let number = format!("ORA-{:05}", error.code());
    let told = if is_spoken { first_line(error.message()) } else { "the statement failed at the server" };
    let text = if told.contains(&number) { told.to_owned() } else { format!("{told} ({number})") };
    let told = Error::new(kind, text);
    if hint.is_empty() { told } else { told.hint(hint) }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Whether a session may go on after the error: the server sent it, the answer is over, and the server did not hang up.
pub(crate) fn leaves_session_whole(error: &oracledb::Error) -> bool {
    matches!(error.kind(), Driver::DbError(sent) if sorted(sent.code()).0 != Unavailable)
}

/// An error of the driver on an open session.
pub(crate) fn from_driver(error: &oracledb::Error) -> Error {
    match error.kind() {
        Driver::DbError(sent) => from_server(sent),
        Driver::CallTimeoutExceeded | Driver::UnableToRecover => {
            Error::new(TimedOut, "the server was silent for longer than oracle.jdbc.ReadTimeout allows")
                .hint("raise oracle.jdbc.ReadTimeout in the connection URL if the query may take longer")
        }
        Driver::DeadConnection | Driver::NotConnected | Driver::LockPoisoned => lost(),
        Driver::StreamOperation | Driver::TlsOperation => tls::failure(&error.to_string()).unwrap_or_else(lost),
        Driver::InvalidEncodedString => Error::corrupt("a text is not in the encoding that its column claims")
            .hint("leave its column out of the query, or convert it in a view at the source"),
        Driver::UnsupportedDbType(_) | Driver::NotImplemented(_) | Driver::UnsupportedObjectMetadataType(_) => {
            Error::unsupported("a column has a type that the driver cannot read")
                .hint("leave it out of the query, or cast it in a view at the source")
        }
        Driver::InvalidOsonEncodedBytes | Driver::UnsupportedOsonNodeType(_) | Driver::UnsupportedOsonVersion(_) => {
            Error::unsupported("a JSON value is of a kind that the driver cannot read")
                .hint("leave it out of the query, or serialize it in a view at the source")
        }
        _ => Error::new(Corrupt, "the server's answer does not follow the protocol, or the driver does not know it")
            .hint("check that host and port lead to an Oracle listener"),
    }
}

fn lost() -> Error {
    Error::new(Unavailable, "the connection to the server was lost")
        .hint("the server or something between ended it; run the query again")
}

/// A failure of reaching the server and logging in, told apart further than on an open session.
pub(crate) fn from_login(error: &oracledb::Error, is_encrypted: bool) -> Error {
    match error.kind() {
        Driver::InvalidServiceName(..) => {
            Error::not_found("the listener does not know the service (ORA-12514)").hint(LISTENER)
        }
        Driver::InvalidSid(..) => Error::not_found("the listener does not know the SID (ORA-12505)")
            .hint("check host, port and SID; a pluggable database is reached by its service: //host:port/service"),
        Driver::ListenerRefusedConnection(.., number) => refused(*number),
        Driver::UnexpectedRefuse(_) => {
            Error::new(Unavailable, "the listener refused the connection and did not say why")
                .hint("the listener's log says why; it may not let this address in")
        }
        Driver::ServerVersionNotSupported => {
            Error::unsupported("the server is older than version 12.1, which is the oldest that is read")
        }
        Driver::NoCredentials => {
            Error::new(Unauthenticated, "the user or the password is empty").hint("check the keys of the secret")
        }
        Driver::StreamOperation | Driver::CallTimeoutExceeded | Driver::TlsOperation => unreachable(error),
        Driver::PemFileOperation
        | Driver::WalletPasswordMissingOrInvalid(..)
        | Driver::WalletPrivateKeyInvalid(_)
        | Driver::WalletUnreadable(_) => Error::invalid("the wallet cannot be used")
            .hint("it must hold PEM certificates, and a private key in PKCS #8 that is not encrypted or none"),
        Driver::DeadConnection => {
            Error::new(Unavailable, "the server ended the connection during the login").hint(if is_encrypted {
                "check that host and port lead to an Oracle listener that speaks TLS"
            } else {
                "check that host and port lead to an Oracle listener; one of TLS needs the protocol tcps"
            })
        }
        _ => from_driver(error),
    }
}

/// A number by which the listener refused us.
fn refused(number: usize) -> Error {
    let (kind, _, hint) = sorted(number);
    let kind = if kind == Invalid { Unavailable } else { kind };
    Error::new(kind, format!("the listener refused the connection (ORA-{number:05})")).hint(hint)
}

/// A failure before the server was spoken to; the driver tells the system's word for it as a text only.
fn unreachable(error: &oracledb::Error) -> Error {
    let told = error.to_string();
    if let Some(failure) = tls::failure(&told) {
        return failure;
    }
    let (what, hint) = match told {
        _ if told.contains("Connection refused") => {
            ("nothing listens there", "check host and port, and that the listener is up")
        }
        _ if told.contains("lookup address") || told.contains("resolve") => (
            "the host's name does not resolve",
            "check the host's spelling, and that the function's VPC resolves names (private zones, DNS support)",
        ),
        _ if told.contains("nreachable") || told.contains("No route") => {
            ("there is no route", "check the function's subnets and their route tables")
        }
        _ if told.contains("timed out") || told.contains("timeout") => (
            "there was no answer in time",
            "check that the function's subnet has a route there and that the database's security group lets it in",
        ),
        _ => ("the connection was lost", "check host, port, routes and security groups"),
    };
    Error::new(Unavailable, format!("the server cannot be reached: {what}")).hint(hint)
}

/// A panic of the driver, at this place of its source.
pub(crate) fn panicked(place: &str) -> Error {
    Error::new(Unsupported, format!("the driver failed on what the server sent ({place})")).hint(
        "the server may insist on native network encryption, which is not offered (give the listener TLS and use tcps), or the \
         driver has a defect; this connection is given up, the next one is a new one",
    )
}

/// A row of metadata that is not as it was asked for.
pub(crate) fn metadata(what: &str) -> Error {
    Error::internal(format!("metadata: {what}"))
}

/// A session used in a way that is a defect of ours.
pub(crate) fn broken_session() -> Error {
    Error::new(Internal, "the session was used after it had broken, or while an answer was still coming")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_number_has_one_meaning() {
        let mut seen = BTreeSet::new();
        for number in MEANINGS.iter().flat_map(|meaning| meaning.numbers) {
            assert!(seen.insert(number), "{number} stands twice");
        }
    }

    #[test]
    fn the_number_decides() {
        for (number, kind) in [
            (1017, Unauthenticated),
            (28001, Unauthenticated),
            (1045, Forbidden),
            (942, NotFound),
            (1031, Forbidden),
            (904, Conflict),
            (1555, Conflict),
            (1466, Conflict),
            (8176, Conflict),
            (8180, Conflict),
            (8181, Conflict),
            (1013, TimedOut),
            (20, Throttled),
            (12519, Throttled),
            (3113, Unavailable),
            (12514, NotFound),
            (1722, Corrupt),
            (1476, Invalid),
            (20_001, Invalid),
            (99_999, Invalid),
        ] {
            assert_eq!(sorted(number).0, kind, "ORA-{number:05}");
        }
    }

    #[test]
    fn defect_27_only_what_fresh_credentials_help_against_is_called_so() {
        let fresh: Vec<usize> = MEANINGS
            .iter()
            .filter(|meaning| meaning.kind == Unauthenticated)
            .flat_map(|meaning| meaning.numbers.iter().copied())
            .collect();
        assert!(fresh.contains(&1017) && fresh.contains(&28001));
        for number in [942, 904, 1031, 1045, 1555, 3113, 12514, 12519, 20_001, 99_999] {
            assert!(!fresh.contains(&number), "{number}");
        }
    }

    #[test]
    fn what_may_quote_a_value_or_code_is_never_shown() {
        for number in [1722, 1858, 6502, 6550, 12899, 20_001, 28112, 99_999] {
            assert!(!sorted(number).1, "{number}");
        }
    }

    #[test]
    fn a_refusal_of_the_listener_keeps_its_meaning() {
        assert_eq!(refused(12514).kind(), NotFound);
        assert_eq!(refused(12519).kind(), Throttled);
        assert_eq!(refused(12564).kind(), Unavailable);
        assert!(refused(12519).to_string().contains("ORA-12519"));
    }
}
