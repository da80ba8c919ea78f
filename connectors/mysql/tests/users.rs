//! What a server is told about users that read for somebody, as text.
//!
//! `GOLDEN=write cargo test -p connector-mysql --test users` writes `users.sql` anew.
#![allow(clippy::unwrap_used)]

use connector_core::Users;
use connector_core::testing::statements::{SCHEMA, Server, assert_reviewed, rows};
use connector_mysql::CONNECTOR;

type Told<'t> = &'t [&'t str];

const OPEN: Told<'_> = &["account", "%", "open", "tls", "one"];
const LOCKED: Told<'_> = &["account", "%", "shut", "tls", "one"];
const READS: Told<'_> = &["table", SCHEMA, "plain", "Select", ""];

const DRIFT: &[Told<'_>] = &[
    &["account", "%", "open", "clear", "two"],
    &["account", "10.`%", "open", "tls", "one"],
    &["schema", SCHEMA, "", "", ""],
    &["table", SCHEMA, "plain", "Select,Grant", ""],
    &["table", SCHEMA, "order", "Insert", ""],
    &["column", SCHEMA, "plain", "a`b", "Select"],
    &["column", SCHEMA, "order", "c]d", "Select,Update"],
    &["routine", SCHEMA, "counted", "FUNCTION", "Execute,Alter Routine"],
    &["proxy", "bo`b", "%", "", ""],
    &["role", "some `role`", "%", "", ""],
    &["global", "PROCESS", "", "", ""],
];

fn users(version: &str, has_rds_kill: &str, cipher: &str, wants_plain: &str) -> Box<dyn Users> {
    let facts = rows(&[&[version, "0", has_rds_kill, cipher, wants_plain]]);
    CONNECTOR.access().unwrap().users(&facts).unwrap()
}

#[test]
fn statements_are_those_that_were_reviewed() {
    let server = |name, users| Server {
        name,
        users,
        settled: &[OPEN, READS],
        locked: &[LOCKED, READS],
        drifted: DRIFT,
        session: "77",
    };
    let servers = [
        server("MySQL", users("8.4.3", "0", "TLS_AES_256_GCM_SHA384", "0")),
        server("Amazon RDS", users("8.0.40", "1", "TLS_AES_256_GCM_SHA384", "0")),
        server("MariaDB", users("11.4.5-MariaDB", "0", "TLS_AES_256_GCM_SHA384", "0")),
        server("MariaDB that looks at passwords, without TLS", users("10.11.9-MariaDB", "0", "", "1")),
    ];
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &servers);
}
