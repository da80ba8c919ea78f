//! What a server is told about users that read for somebody, as text.
//!
//! `GOLDEN=write cargo test -p connector-oracle --test users` writes `users.sql` anew.
#![allow(clippy::unwrap_used)]

use connector_core::testing::statements::{SCHEMA, Server, USER, assert_reviewed, rows};
use connector_oracle::CONNECTOR;

type Told<'t> = &'t [&'t str];

const OPEN: Told<'_> = &["user", "OPEN", "PASSWORD"];
const LOCKED: Told<'_> = &["user", "EXPIRED(GRACE) & LOCKED", "PASSWORD"];
const ENTERS: Told<'_> = &["system", "CREATE SESSION", "NO"];
const READS: Told<'_> = &["object", "READ", SCHEMA, "plain", "NO", "", "", ""];
const SELECTS: Told<'_> = &["object", "SELECT", SCHEMA, "plain", "NO", "", "", ""];

const DRIFT: &[Told<'_>] = &[
    &["user", "OPEN & IN ROLLOVER", "PASSWORD"],
    &["system", "CREATE SESSION", "YES"],
    &["system", "SELECT ANY TABLE", "NO"],
    &["role", "DBA"],
    &["object", "READ", SCHEMA, "plain", "YES", "", "", ""],
    &["object", "SELECT", SCHEMA, "order", "NO", "", "", ""],
    &["object", "READ", SCHEMA, "other", "NO", "BOB", "", ""],
    &["object", "REFERENCES", SCHEMA, "order", "NO", "", "", ""],
    &["object", "UPDATE", SCHEMA, "order", "NO", "", "", ""],
    &["object", "UPDATE", SCHEMA, "order", "", ""],
    &["object", "READ", "SYS", "DIR", "NO", "", "DIRECTORY", ""],
    &["object", "INHERIT PRIVILEGES", "SYS", "BOB", "NO", "", "", "BOB"],
    &["object", "EXECUTE", "A", "J", "NO", "", "JAVA SOURCE", ""],
    &["proxy", "BOB"],
    &["client", "ALICE"],
    &["owns", "TABLE", "2"],
    &["file", "X"],
    &["schema", "SELECT ANY TABLE", SCHEMA],
];

#[test]
fn statements_are_those_that_were_reviewed() {
    let users = |version, rds| CONNECTOR.access().unwrap().users(&rows(&[&[version, rds]])).unwrap();
    let server = |name, users| Server {
        name,
        users,
        settled: &[OPEN, ENTERS, READS],
        locked: &[LOCKED, ENTERS, READS],
        drifted: DRIFT,
        session: "77,5,@1",
    };
    let servers = [
        server("Oracle 23", users("23.0.0.0.0", "0")),
        server("Amazon RDS", users("19.0.0.0.0", "1")),
        Server {
            settled: &[OPEN, ENTERS, SELECTS],
            locked: &[LOCKED, ENTERS, SELECTS],
            ..server("Oracle 12.1.0.1", users("12.1.0.1.0", "0"))
        },
    ];
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &servers);
}

#[test]
fn a_user_whose_password_is_past_its_end_is_not_let_in() {
    let users = CONNECTOR.access().unwrap().users(&rows(&[&["19.0.0.0.0", "0"]])).unwrap();
    for (status, is_open) in [
        ("OPEN", true),
        ("EXPIRED(GRACE)", true),
        ("OPEN & IN ROLLOVER", true),
        ("EXPIRED", false),
        ("LOCKED", false),
        ("LOCKED(TIMED)", false),
        ("EXPIRED & LOCKED(TIMED)", false),
        ("EXPIRED & IN ROLLOVER", false),
    ] {
        let told: [Told<'_>; 2] = [&["user", status, "PASSWORD"], ENTERS];
        assert_eq!(users.seen(USER, &[rows(&told)]).unwrap().is_open, is_open, "{status}");
    }
    assert!(!users.seen(USER, &[rows(&[OPEN])]).unwrap().is_open, "it may not enter");
    assert!(users.seen(USER, &[rows(&[OPEN, &["role", "CONNECT"]])]).unwrap().is_open, "it may enter by its role");
}
