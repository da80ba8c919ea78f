//! What a server is told about users that read for somebody, as text.
//!
//! `GOLDEN=write cargo test -p connector-sqlserver --test users` writes `users.sql` anew.
#![allow(clippy::unwrap_used)]

use connector_core::User;
use connector_core::testing::statements::{SCHEMA, Server, USER, assert_reviewed, rows};
use connector_sqlserver::CONNECTOR;

type Told<'t> = &'t [&'t str];

const LOGIN: Told<'_> = &["login", "S", "0"];
const DISABLED: Told<'_> = &["login", "S", "1"];
const ENTERS: Told<'_> = &["server right", "CONNECT SQL", "G", "SERVER", "", "", ""];
const OF_LOGIN: Told<'_> = &["user", USER, "S", "1", "1"];
const BY_ITSELF: Told<'_> = &["user", USER, "S", "2", "1"];
const CONNECTS: Told<'_> = &["right", "DATABASE", "G", "CONNECT", "", "", "", "", ""];
const DENIED: Told<'_> = &["right", "DATABASE", "D", "CONNECT", "", "", "", "", ""];
const READS: Told<'_> = &["right", "OBJECT_OR_COLUMN", "G", "SELECT", SCHEMA, "plain", "", "", ""];

const DRIFT_OF_SERVER: &[Told<'_>] = &[
    &["server role", "sys]admin"],
    &["server right", "VIEW SERVER STATE", "W", "SERVER", "", "", ""],
    &["server right", "CONNECT", "D", "ENDPOINT", "end'point", "", ""],
    &["server right", "IMPERSONATE", "G", "SERVER_PRINCIPAL", "", "sa", "S"],
    &["server right", "ALTER", "G", "SERVER_PRINCIPAL", "", "some role", "R"],
    &["server right", "CONTROL", "G", "AVAILABILITY_GROUP", "", "", ""],
    &["owns", "DATABASE", "theirs"],
    &["owns", "ENDPOINT", "theirs"],
    &["elsewhere", "other'db"],
];

const DRIFT: &[Told<'_>] = &[
    &["role", "db_owner"],
    &["right", "OBJECT_OR_COLUMN", "W", "SELECT", SCHEMA, "plain", "", "", ""],
    &["right", "OBJECT_OR_COLUMN", "R", "SELECT", SCHEMA, "plain", "a", "", ""],
    &["right", "OBJECT_OR_COLUMN", "G", "SELECT", SCHEMA, "plain", "b", "", ""],
    &["right", "OBJECT_OR_COLUMN", "D", "SELECT", SCHEMA, "order", "", "", ""],
    &["right", "OBJECT_OR_COLUMN", "G", "SELECT", SCHEMA, "order", "", "", "gra]ntor"],
    &["right", "OBJECT_OR_COLUMN", "G", "UPDATE", SCHEMA, "order", "c]d", "", ""],
    &["right", "DATABASE", "G", "SELECT", "", "", "", "", ""],
    &["right", "SCHEMA", "W", "INSERT", SCHEMA, "", "", "", ""],
    &["right", "DATABASE_PRINCIPAL", "G", "IMPERSONATE", "", "dbo", "", "S", ""],
    &["right", "DATABASE_PRINCIPAL", "G", "ALTER", "", "r", "", "R", ""],
    &["right", "TYPE", "G", "EXECUTE", "dbo", "kind", "", "", ""],
    &["right", "CERTIFICATE", "G", "CONTROL", "", "", "", "", ""],
    &["right", "DATABASE", "G", "drop table x", "", "", "", "", ""],
    &["owns", "SCHEMA", "their]s"],
    &["owns", "OBJECT", "dbo", "their table"],
    &["owns", "ROLE", "their role"],
];

fn facts(edition: &'static str, rds: &'static str) -> Vec<Vec<Option<String>>> {
    rows(&[&[edition, "", rds, "1", "1", "1", "1", "1", "3"]])
}

#[test]
fn statements_are_those_that_were_reviewed() {
    let users = |edition, rds| CONNECTOR.access().unwrap().users(&facts(edition, rds)).unwrap();
    let drifted = [&[LOGIN, ENTERS, OF_LOGIN, CONNECTS], DRIFT_OF_SERVER, DRIFT].concat();
    let server = |name, users, drifted| Server {
        name,
        users,
        settled: &[LOGIN, ENTERS, OF_LOGIN, CONNECTS, READS],
        locked: &[DISABLED, ENTERS, OF_LOGIN, DENIED, READS],
        drifted,
        session: "77",
    };
    let on_azure = [&[BY_ITSELF, CONNECTS], DRIFT].concat();
    let azure = Server {
        settled: &[BY_ITSELF, CONNECTS, READS],
        locked: &[BY_ITSELF, DENIED, READS],
        ..server("Azure SQL Database", users("5", ""), &on_azure)
    };
    let servers =
        [server("SQL Server", users("3", ""), &drifted), server("Amazon RDS", users("3", "5"), &drifted), azure];
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &servers);
}

#[test]
fn a_user_that_is_not_its_logins_is_made_anew() {
    let users = CONNECTOR.access().unwrap().users(&facts("2", "")).unwrap();
    let user = User { name: USER, ends: None, about: "" };
    let orphans: [(Told<'_>, bool); 5] = [
        (&["user", USER, "S", "1", "0"], false),
        (&["user", USER, "S", "0", "0"], false),
        // Whoever comes in must be seen as let in, or nobody would lock it out.
        (&["user", USER, "S", "2", "0"], true),
        (&["user", USER, "E", "4", "0"], true),
        (&["user", "other", "S", "1", "1"], true),
    ];
    for (orphan, is_open) in orphans {
        let seen = users.seen(USER, &[rows(&[LOGIN, ENTERS, orphan, CONNECTS, READS])]).unwrap();
        assert!(!seen.is_settled(&seen.rights), "{orphan:?}");
        assert_eq!(seen.is_open, is_open, "{orphan:?}");
        let statements = users.admit(&user, &seen, None).unwrap();
        assert!(statements[0].expose().contains("DROP USER") && statements[1].expose().starts_with("CREATE USER"));
        let settling = users.settle(USER, &seen, &[]).unwrap();
        let is_dropped = settling.iter().any(|statement| statement.contains("DROP USER"));
        assert!(is_dropped == is_open && (!is_dropped || settling.len() == 1), "what is dropped has no rights to take");
    }
}

#[test]
fn a_login_that_comes_in_anywhere_is_seen_as_let_in() {
    let users = CONNECTOR.access().unwrap().users(&facts("2", "")).unwrap();
    let ways: [Told<'_>; 3] = [&["elsewhere", "other"], &["owns", "DATABASE", "other"], &["server role", "sysadmin"]];
    for way in ways {
        assert!(users.seen(USER, &[rows(&[LOGIN, way])]).unwrap().is_open, "{way:?}");
        assert!(!users.seen(USER, &[rows(&[DISABLED, ENTERS, way])]).unwrap().is_open, "{way:?}");
    }
    assert!(!users.seen(USER, &[rows(&[LOGIN, OF_LOGIN, CONNECTS])]).unwrap().is_open, "it may not enter the server");
}
