//! What the server and the way to it report, sorted by what the caller can do about it.
//!
//! A server's text is shown only for the numbers whose texts name objects and rights, and only if it does not come out of a
//! module of the source's own. Texts that may quote data (conversions quote the very value) are left out.

use std::io;

use connector_core::{Error, ErrorKind};

use crate::options::Encrypt;
use crate::packet::Shown;
use crate::tls;
use crate::token::{Odd, Refusal};

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
    spoken(&[15151, 4701], NotFound, "it may have been dropped meanwhile, or the administrator may not see it"),
    spoken(
        &[15023, 15025, 15063, 15138, 15141, 15173, 15174, 15284, 15434],
        Conflict,
        "what holds the user there must go or be somebody else's first",
    ),
    spoken(&[15118, 15116, 15117], Invalid, "the server's rules for passwords refuse it"),
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

/// Why an exchange with the server failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server said so.
    Refused(Refusal),
    /// The way there broke.
    Lost,
    /// The server said nothing for too long.
    Silent,
    /// What the server said is none of its protocol.
    Protocol(&'static str),
    /// TLS failed, as its library tells.
    Tls(String),
    /// The server has no TLS, and it is wanted.
    NoTls,
    /// Another instance than the one that is meant.
    OtherInstance,
    /// A matter of ours.
    Ours(Error),
}

impl Failure {
    /// A way that broke, by what the socket or TLS tells.
    pub(crate) fn lost(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(tls) => Self::Tls(tls.to_string()),
            None => Self::Lost,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<Odd> for Failure {
    fn from(Odd(what): Odd) -> Self {
        Self::Protocol(what)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => from_server(&refusal),
            Failure::Lost => Error::new(Unavailable, "the connection to the server was lost")
                .hint("the server or something between ended it; run the query again"),
            Failure::Silent => Error::new(TimedOut, "the server was silent for longer than socketTimeout allows")
                .hint("raise socketTimeout in the connection URL if the query may take longer"),
            Failure::Protocol(what) => {
                Error::new(Corrupt, format!("the server's answer does not follow the protocol: {what}"))
                    .hint("check that host and port lead to a SQL Server")
            }
            Failure::Tls(told) => tls::failure(&told),
            Failure::NoTls => Error::new(Invalid, "the server does not offer TLS"),
            Failure::OtherInstance => {
                Error::new(Unavailable, "another instance listens at the port that SQL Server Browser told")
                    .hint("run the query again, or give the port of the instance in the connection URL: host:port")
            }
            Failure::Ours(error) => error,
        }
    }
}

/// An error that the server sent.
fn from_server(refusal: &Refusal) -> Error {
    let (kind, is_spoken, hint) = sorted(refusal.number, refusal.class);
    let ours = refusal.procedure.is_empty();
    let text =
        if is_spoken && ours { first_line(&refusal.text) } else { "the statement failed at the server".to_owned() };
    let told = Error::new(kind, format!("{text} (error {}, state {})", refusal.number, refusal.state));
    if hint.is_empty() { told } else { told.hint(hint) }
}

/// As much of a server's text as a message has room for, without anything that a terminal or a log would act on.
fn first_line(text: &str) -> String {
    const LONGEST: usize = 500;
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

/// A failure of logging in, told apart further than on an open session.
pub(crate) fn from_login(failure: Failure, encrypt: Encrypt, shown: Shown<'_>) -> Error {
    match failure {
        Failure::Refused(refusal) if refusal.number == 18456 && matches!(shown, Shown::Token(_)) => {
            let told = format!("the server refused the application's token (error 18456, state {})", refusal.state);
            Error::new(Unauthenticated, told).hint(UNKNOWN_APPLICATION)
        }
        Failure::NoTls => Error::from(failure).hint(format!(
            "encrypt={} wants it: switch it on at the server; nothing was sent to it",
            encrypt.as_str()
        )),
        Failure::Lost => {
            Error::new(Unavailable, "the server ended the connection during the login").hint(match encrypt {
                Encrypt::Strict => "encrypt=strict needs SQL Server 2022 with strict encryption; older ones take encrypt=true",
                _ => "check that host and port lead to a SQL Server; one that insists on strict encryption needs encrypt=strict",
            })
        }
        other => other.into(),
    }
}

/// A login that is sent on a second time.
pub(crate) fn sent_on_again() -> Error {
    Error::new(Unavailable, "the server sends us on from server to server")
        .hint("name the server itself in the connection URL")
}

/// A token that could be read on its way.
pub(crate) fn token_in_clear() -> Error {
    Error::invalid(
        "an application of Entra ID logs in over an encrypted session only, but the connection URL says encrypt=false",
    )
    .hint("leave encrypt out of the connection URL, or write encrypt=strict")
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
        for (failure, kind, named) in [
            (Failure::Silent, TimedOut, "socketTimeout"),
            (Failure::Lost, Unavailable, "lost"),
            (Failure::Tls("received fatal alert: handshake_failure".into()), Invalid, "refused"),
            (Failure::Protocol("an answer is cut short"), Corrupt, "protocol"),
        ] {
            let told = Error::from(failure);
            assert_eq!(told.kind(), kind, "{told}");
            assert!(told.to_string().contains(named), "{told}");
        }
        let told = from_login(Failure::NoTls, Encrypt::Mandatory, Shown::Token(""));
        assert!(told.to_string().contains("does not offer TLS") && told.hint_text().unwrap().contains("encrypt=true"));
        let inner = rustls::Error::General("odd".into());
        assert!(matches!(Failure::lost(&io::Error::new(io::ErrorKind::InvalidData, inner)), Failure::Tls(_)));
    }

    #[test]
    fn a_servers_text_is_cut_and_moves_no_cursor() {
        let text = format!("\u{1b}[2J{}\nmore", "x".repeat(1 << 20));
        let refusal = Refusal { number: 208, state: 1, class: 16, text, procedure: String::new() };
        let shown = from_server(&refusal).to_string();
        assert!(shown.starts_with("[2Jxxx") && shown.len() < 600 && !shown.contains('\u{1b}'), "{shown:.700}");
        let module = Refusal { procedure: "their_view".into(), text: "secret".into(), ..refusal };
        assert!(!from_server(&module).to_string().contains("secret"));
    }
}
