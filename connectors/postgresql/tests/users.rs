//! What a server is told about users that read for somebody, as text.
//!
//! `GOLDEN=write cargo test -p connector-postgresql --test users` writes `users.sql` anew.
#![allow(clippy::unwrap_used)]

use connector_core::testing::statements::{SCHEMA, Server, USER, assert_reviewed, rows};
use connector_postgresql::CONNECTOR;

type Told<'t> = &'t [&'t str];

const OPEN: Told<'_> = &["user", "true", "", "", ""];
const LOCKED: Told<'_> = &["user", "false", "", "", ""];
const ENTERS: Told<'_> = &["schema", SCHEMA, "USAGE", "false", ""];
const READS: Told<'_> = &["table", SCHEMA, "plain", "SELECT", "false"];

const DRIFT: &[Told<'_>] = &[
    OPEN,
    &["attribute", "CREATEROLE", "", "", ""],
    &["attribute", "SUPERUSER", "", "", ""],
    &["column SELECT", SCHEMA, "order", "a\"b", ""],
    &["column UPDATE WITH GRANT OPTION", SCHEMA, "order", "c]d", ""],
    &["database", "the \"db\"", "CONNECT", "false", ""],
    &["database", "the \"db\"", "CREATE", "false", ""],
    &["elsewhere", "other'db", "", "", ""],
    &["member", "rds_iam", "", "", ""],
    &["member", "some \"role\"", "", "", ""],
    &["other", "pg_proc", "1", "", ""],
    &["owns", "pg_class", "2", "", ""],
    &["schema", SCHEMA, "CREATE", "false", ""],
    &["schema", SCHEMA, "USAGE", "true", ""],
    &["sequence", SCHEMA, "numbers", "USAGE", "false"],
    &["table", SCHEMA, "order", "UPDATE", "false"],
    &["table", SCHEMA, "plain", "SELECT", "true"],
];

#[test]
fn statements_are_those_that_were_reviewed() {
    let access = CONNECTOR.access().unwrap();
    let server = Server {
        name: "PostgreSQL",
        users: access.users(&rows(&[&["1"]])).unwrap(),
        settled: &[OPEN, ENTERS, READS],
        locked: &[LOCKED, ENTERS, READS],
        drifted: DRIFT,
        session: "77",
    };
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &[server]);
}

#[test]
fn what_is_held_of_no_known_kind_is_an_error() {
    let users = CONNECTOR.access().unwrap().users(&rows(&[&["1"]])).unwrap();
    let told: [Told<'_>; 2] = [&["parameter", "work_mem", "SET", "", ""], &["user", "true"]];
    for row in told {
        assert!(users.seen(USER, &[rows(&[row])]).is_err(), "{row:?}");
    }
}
