//! What servers are told about users that read for somebody, as text: one list of cases for every engine, to be reviewed side by side.

use std::fmt::Write;
use std::path::Path;

use crate::{Right, Row, Secret, Seen, User, Users};

/// A user's name with every quote there is.
pub const USER: &str = "o'dd \"u\" of `x` [y]\\";
/// A schema's name with every quote there is.
pub const SCHEMA: &str = "s'\"`[]\\";

/// A kind of server, and what it may tell of [`USER`].
pub struct Server<'s> {
    /// What sets it apart.
    pub name: &'s str,
    /// How users are spelled there.
    pub users: Box<dyn Users>,
    /// Told of the user when it is let in and reads the whole of `plain` in [`SCHEMA`].
    pub settled: &'s [&'s [&'s str]],
    /// Told of it when it is locked, and else the same.
    pub locked: &'s [&'s [&'s str]],
    /// Told of it when it holds whatever somebody may have given it.
    pub drifted: &'s [&'s [&'s str]],
    /// A session as the server tells it.
    pub session: &'s str,
}

/// Rows as a server answers them; an empty text stands for NULL.
pub fn rows(told: &[&[&str]]) -> Vec<Row> {
    let cell = |cell: &&str| (!cell.is_empty()).then(|| (*cell).to_owned());
    told.iter().map(|row| row.iter().map(cell).collect()).collect()
}

/// Holds what every server is told against what was reviewed, `tests/users.sql` of a crate at `root`; `GOLDEN=write` writes it anew.
pub fn assert_reviewed(root: &str, servers: &[Server<'_>]) {
    let mut golden = String::from("-- Written by a test. Random digits are left out.\n");
    for server in servers {
        for (case, told) in cases(server) {
            write!(golden, "\n-- {}: {case}\n{told}", server.name).expect("writing to a string");
        }
    }
    super::scans::assert_same(&Path::new(root).join("tests/users.sql"), &golden);
}

fn cases(server: &Server<'_>) -> Vec<(&'static str, String)> {
    let users = server.users.as_ref();
    let seen = |told| users.seen(USER, &[rows(told)]).expect("an answer of the server");
    let (nobody, settled) = (Seen::default(), seen(server.settled));
    let (locked, drifted) = (seen(server.locked), seen(server.drifted));
    let plain = Right::whole(SCHEMA, "plain");
    assert!(settled.is_settled(std::slice::from_ref(&plain)), "{settled:?}");
    assert!(!locked.is_open && !drifted.is_settled(std::slice::from_ref(&plain)), "{locked:?} {drifted:?}");
    let columns = |table: &str, columns: &[&str]| Right {
        columns: Some(columns.iter().map(ToString::to_string).collect()),
        ..Right::whole(SCHEMA, table)
    };
    let some = [plain.clone(), Right::whole(SCHEMA, "order")];
    let parts = [columns("plain", &["a,b", "c]\"`d"]), Right::whole(SCHEMA, "order")];
    let admitted = |seen: &Seen, password: Option<&str>| {
        let user = User { name: USER, ends: None, about: "it's somebody" };
        let password = password.map(Secret::new);
        let statements = users.admit(&user, seen, password.as_ref()).expect("a password that a statement can hold");
        listed(statements.iter().map(|statement| masked(statement.expose())))
    };
    let settling = |seen: &Seen, rights: &[Right]| match users.settle(USER, seen, rights) {
        Ok(statements) => listed(statements),
        Err(error) => format!("-- declined: {error}\n"),
    };
    let beyond = drifted.beyond.iter().map(|beyond| {
        let by_whom = if beyond.undo.is_empty() { " (a person's to take)" } else { "" };
        format!("-- {}{by_whom}\n", beyond.what)
    });
    vec![
        ("what is asked about a user", listed(users.look(USER))),
        ("one that is not there is let in", admitted(&nobody, Some("Pass-1_word"))),
        ("the same, and nobody knows its password", admitted(&nobody, None)),
        ("another password", admitted(&settled, Some("Pass-2_word"))),
        ("one that is let in already", admitted(&settled, None)),
        ("one that is locked is let in", admitted(&locked, None)),
        ("first rights", settling(&Seen { rights: Vec::new(), ..settled.clone() }, &some)),
        ("another table", settling(&settled, &some)),
        ("the same rights", settling(&settled, std::slice::from_ref(&plain))),
        ("columns in place of the whole", settling(&settled, &parts)),
        ("no right any more", settling(&settled, &[])),
        ("what it holds beyond", beyond.collect()),
        ("only its rights are left of that", settling(&drifted, &some)),
        ("nobody is let in any more", listed(users.lock(USER))),
        ("its sessions", listed([users.sessions(USER)])),
        ("one of them is ended", listed([users.end(USER, server.session)])),
        ("what it holds in another database", listed(users.sweep(USER))),
        ("it is removed", listed(users.remove(USER, &settled).expect("it owns nothing"))),
        ("one that is not there is removed", listed(users.remove(USER, &nobody).expect("it owns nothing"))),
    ]
}

fn listed(statements: impl IntoIterator<Item = String>) -> String {
    let ended = |statement: String| if statement.ends_with(';') { statement + "\n" } else { statement + ";\n" };
    let listed: String = statements.into_iter().map(ended).collect();
    if listed.is_empty() { "-- nothing\n".into() } else { listed }
}

/// Without the digits that are others each time, in hexadecimal or in base 64.
fn masked(statement: &str) -> String {
    let hexadecimal = |sign: char| sign.is_ascii_hexdigit();
    let base_64 = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '+' | '/' | '=');
    without_long(&without_long(statement, hexadecimal), base_64)
}

fn without_long(text: &str, is_digit: impl Fn(char) -> bool) -> String {
    const RANDOM: usize = 24;
    let (mut masked, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(&is_digit) {
        let (before, after) = rest.split_at(at);
        let (digits, after) = after.split_at(after.find(|sign| !is_digit(sign)).unwrap_or(after.len()));
        masked.push_str(before);
        masked.push_str(if digits.len() < RANDOM { digits } else { "…" });
        rest = after;
    }
    masked + rest
}
