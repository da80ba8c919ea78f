//! What the driver and the server report, sorted by what the caller can do about it.
//!
//! A server's text is shown only for the numbers whose texts name objects and rights, and only if it does not come out of a
//! module of the source's own. Texts that may quote data (conversions quote the very value) are left out.

use std::io;

use connector_core::{Error, ErrorKind};
use tiberius::AuthMethod;
use tiberius::error::{Error as Driver, TokenError};

use crate::options::Encrypt;
use crate::tls;
use crate::wire::SILENCE;

use ErrorKind::{Conflict, Corrupt, Forbidden, Internal, Invalid, NotFound, Throttled, TimedOut, TooLarge};
use ErrorKind::{Unauthenticated, Unavailable, Unsupported};

/// What a number means.
struct Meaning {
    numbers: &'static [u32],
    kind: ErrorKind,
    /// Whether its text names objects, rights and limits, never values.
    is_spoken: bool,
    hint: &'static str,
}

const fn spoken(numbers: &'static [u32], kind: ErrorKind, hint: &'static str) -> Meaning {
    Meaning { numbers, kind, is_spoken: true, hint }
}

const fn silent(numbers: &'static [u32], kind: ErrorKind, hint: &'static str) -> Meaning {
    Meaning { numbers, kind, is_spoken: false, hint }
}

const DATABASE: &str = "check the database in the connection URL or in the secret, and that the user may connect to it";
const AGAIN: &str = "run the query again";
const CHANGED: &str = "the table may have changed since the query was planned: run it again";
const VALUE: &str = "a value of the table or of a view's expression is outside its type";

const MEANINGS: &[Meaning] = &[
    spoken(&[18456], Unauthenticated, "the user or its password is wrong: update the secret"),
    spoken(&[18452], Unauthenticated, "log in with a SQL login; Windows logins are not offered"),
    spoken(
        &[18470, 18486, 18487, 18488, 18463, 18464, 18465, 18466, 18467, 18468],
        Unauthenticated,
        "the login is locked, disabled, or must change its password at the server",
    ),
    spoken(&[4060, 4062, 4063, 4064, 911], NotFound, DATABASE),
    spoken(
        &[40532, 40615, 40914, 40915, 47073],
        Forbidden,
        "let the function's address or subnet in at the server's firewall",
    ),
    spoken(
        &[229, 230, 262, 297, 300, 371, 916, 10011, 15247, 15562],
        Forbidden,
        "grant SELECT on it to the catalog's user",
    ),
    spoken(&[208], NotFound, "the table may have been dropped since the query was planned"),
    spoken(&[207, 209, 213, 4104, 4413, 4502, 4512, 4121], Conflict, CHANGED),
    spoken(&[1205, 3960, 3961, 3966, 41302, 41305, 41325], Conflict, AGAIN),
    spoken(&[1222], TimedOut, "the table is locked; run the query again later, or raise lockTimeout"),
    spoken(
        &[976, 978, 979, 982, 983],
        Unavailable,
        "the replica takes reading sessions only, or none: try applicationIntent=ReadOnly, or name another endpoint",
    ),
    spoken(
        &[40613, 40197, 40143, 40166, 40540, 4221, 615, 942, 945, 952, 988, 35206, 6005, 17142, 17188],
        Unavailable,
        "the database is starting, stopping or moving; run the query again shortly",
    ),
    spoken(
        &[701, 802, 1101, 1105, 1204, 8628, 8645, 8651, 8902, 9002],
        Unavailable,
        "the server is short of memory, locks or space; run the query again later",
    ),
    spoken(
        &[10928, 10929, 10936, 17809, 40501, 40550, 40551, 40552, 40553, 40544, 49918, 49919, 49920],
        Throttled,
        "the server limits sessions or resources: run the query again later, lower its concurrency, or give it more",
    ),
    spoken(
        &[191, 1702, 8003, 8618, 8621, 8623, 8631, 8632],
        TooLarge,
        "the query has more parts than the server takes",
    ),
    spoken(&[529, 402, 403, 306], Unsupported, "a view over the table can cast the column to a type that can be read"),
    spoken(&[3952, 3958], Invalid, "the database does not allow snapshots"),
    silent(
        &[220, 232, 235, 241, 242, 244, 245, 248, 293, 295, 296, 517, 535, 8114, 8115, 8152, 8169, 2628, 9420, 13609],
        Corrupt,
        VALUE,
    ),
    silent(&[8134], Invalid, "the query, or a view that it reads, divides by zero"),
    silent(
        &[512, 6522, 50000],
        Invalid,
        "a view or function that the query reads through failed; the server says which",
    ),
    silent(
        &[7202, 7303, 7320, 7330, 7391, 7399, 7416, 7437, 46518, 46525, 46530, 46823, 46835],
        Unavailable,
        "a remote source that the table stands for failed; the server's log says how",
    ),
    silent(&[601, 605, 823, 824, 825], Corrupt, "the server reports damaged data; its log says where"),
    silent(&[102, 105, 156, 468, 8144, 8178], Internal, ""),
];

/// Kind and hint of an error of the server, and whether its text is shown; its class decides where its number says nothing.
fn sorted(number: u32, class: u8) -> (ErrorKind, bool, &'static str) {
    if let Some(meaning) = MEANINGS.iter().find(|meaning| meaning.numbers.contains(&number)) {
        return (meaning.kind, meaning.is_spoken, meaning.hint);
    }
    match class {
        13 => (Conflict, false, AGAIN),
        14 => (Forbidden, false, "the server's documentation says what the number means"),
        11..=16 => (Invalid, false, "the server's documentation says what the number means"),
        _ => (Unavailable, false, "the server's log says why"),
    }
}

/// What to do when a server does not let an application of Entra ID in.
const UNKNOWN_APPLICATION: &str = "the server does not know the application: CREATE USER [its name] FROM EXTERNAL PROVIDER in \
     the database, and grant it SELECT";

/// An error that the server sent.
fn from_server(error: &TokenError) -> Error {
    let (kind, is_spoken, hint) = sorted(error.code(), error.class());
    let ours = error.procedure().is_empty();
    let text = if is_spoken && ours { first_line(error.message()) } else { "the statement failed at the server" };
    let told = Error::new(kind, format!("{text} (error {}, state {})", error.code(), error.state()));
    if hint.is_empty() { told } else { told.hint(hint) }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Whether a session may go on after the error: the server sent it, the answer is over, and the server did not hang up.
pub(crate) fn leaves_session_whole(error: &Driver) -> bool {
    const FATAL: u8 = 20;
    matches!(error, Driver::Server(sent) if sent.class() < FATAL)
}

/// An error of the driver on an open session.
pub(crate) fn from_driver(error: &Driver) -> Error {
    match error {
        Driver::Server(sent) => from_server(sent),
        Driver::Io { kind, message } => from_io(*kind, message),
        Driver::Tls(told) => tls::failure(told),
        Driver::Encoding(_) | Driver::Utf8 | Driver::Utf16 => undecodable(),
        // The driver's own word for half a surrogate pair.
        Driver::Protocol(told) if told.contains("UTF-16") => undecodable(),
        Driver::Routing { .. } => Error::new(Unavailable, "the server sends us on from server to server")
            .hint("name the server itself in the connection URL"),
        _ => Error::new(Corrupt, "the server's answer does not follow the protocol")
            .hint("check that host and port lead to a SQL Server"),
    }
}

fn undecodable() -> Error {
    Error::corrupt("a text is not in the encoding that its column claims, or a large one was cut inside a character")
        .hint("leave its column out of the query, or cast it in a view at the source")
}

fn from_io(kind: io::ErrorKind, message: &str) -> Error {
    if message.contains(SILENCE) {
        return Error::new(TimedOut, format!("the server was {SILENCE}"))
            .hint("raise socketTimeout in the connection URL if the query may take longer");
    }
    if kind == io::ErrorKind::InvalidData && message.contains("alert") {
        return tls::failure(message);
    }
    Error::new(Unavailable, "the connection to the server was lost")
        .hint("the server or something between ended it; run the query again")
}

/// A failure of logging in, told apart further than on an open session.
pub(crate) fn from_login(error: &Driver, encrypt: Encrypt, shown: &AuthMethod) -> Error {
    match error {
        Driver::Server(sent) if sent.code() == 18456 && matches!(shown, AuthMethod::AADToken(_)) => {
            let told = format!("the server refused the application's token (error 18456, state {})", sent.state());
            Error::new(Unauthenticated, told).hint(UNKNOWN_APPLICATION)
        }
        Driver::Protocol(told) if told.contains("INSTOPT") => {
            Error::new(Unavailable, "another instance listens at the port that SQL Server Browser told")
                .hint("run the query again, or give the port of the instance in the connection URL: host:port")
        }
        Driver::Protocol(told) if told.contains("does not allow the requested encryption level") => {
            Error::new(Invalid, "the server does not offer TLS").hint(format!(
                "encrypt={} wants it: switch it on at the server; nothing was sent to it",
                encrypt.as_str()
            ))
        }
        Driver::Io { kind, message } if *kind != io::ErrorKind::InvalidData && !message.contains(SILENCE) => {
            Error::new(Unavailable, "the server ended the connection during the login").hint(match encrypt {
                Encrypt::Strict => "encrypt=strict needs SQL Server 2022 with strict encryption; older ones take encrypt=true",
                _ => "check that host and port lead to a SQL Server; one that insists on strict encryption needs encrypt=strict",
            })
        }
        Driver::Io { kind: io::ErrorKind::InvalidData, message } => tls::failure(message),
        _ => from_driver(error),
    }
}

/// A token that could be read on its way.
pub(crate) fn token_in_clear() -> Error {
    Error::invalid(
        "an application of Entra ID logs in over an encrypted session only, but the connection URL says encrypt=false",
    )
    .hint("leave encrypt out of the connection URL, or write encrypt=strict")
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

/// A statement that did not begin to answer.
pub(crate) fn no_beginning() -> Error {
    Error::new(TimedOut, "the statement did not begin to answer within queryTimeout")
        .hint("raise queryTimeout in the connection URL if the query may take longer")
}

/// A row of metadata that is not as it was asked for.
pub(crate) fn metadata(name: &str, what: &str) -> Error {
    Error::internal(format!("metadata column {name} {what}"))
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
    fn the_number_decides_and_then_the_class() {
        for (number, class, kind) in [
            (18456, 14, Unauthenticated),
            (4060, 11, NotFound),
            (229, 14, Forbidden),
            (208, 16, NotFound),
            (207, 16, Conflict),
            (1205, 13, Conflict),
            (1222, 16, TimedOut),
            (40613, 17, Unavailable),
            (40501, 20, Throttled),
            (49918, 16, Throttled),
            (10928, 20, Throttled),
            (40615, 14, Forbidden),
            (245, 16, Corrupt),
            (99_999, 13, Conflict),
            (99_999, 14, Forbidden),
            (99_999, 16, Invalid),
            (99_999, 17, Unavailable),
        ] {
            assert_eq!(sorted(number, class).0, kind, "{number}");
        }
    }

    #[test]
    fn what_may_quote_a_value_is_never_shown() {
        for number in [245, 241, 8114, 2628, 50000, 6522, 8115, 99_999] {
            assert!(!sorted(number, 16).1, "{number}");
        }
    }

    #[test]
    fn causes_are_told_apart() {
        let io = |kind, message: &str| Driver::Io { kind, message: message.into() };
        for (error, kind, named) in [
            (io(io::ErrorKind::TimedOut, SILENCE), TimedOut, "socketTimeout"),
            (io(io::ErrorKind::TimedOut, "os error 110"), Unavailable, "lost"),
            (io(io::ErrorKind::InvalidData, "received fatal alert: handshake_failure"), Invalid, "refused"),
            (Driver::Protocol("nvarchar: invalid UTF-16 sequence".into()), Corrupt, "encoding"),
            (Driver::Encoding("invalid sequence".into()), Corrupt, "encoding"),
            (Driver::Protocol("invalid token type 7".into()), Corrupt, "protocol"),
        ] {
            let told = from_driver(&error);
            assert_eq!(told.kind(), kind, "{error}");
            assert!(told.to_string().contains(named), "{told}");
            assert!(!leaves_session_whole(&error));
        }
        let no_tls = Driver::Protocol("Server does not allow the requested encryption level.".into());
        assert!(from_login(&no_tls, Encrypt::Mandatory, &AuthMethod::None).to_string().contains("does not offer TLS"));
    }
}
