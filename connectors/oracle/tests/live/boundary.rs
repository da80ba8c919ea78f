//! The ends of every type: what the server prints, and what it finds.
//!
//! The lists are the table of the README too.

use connector_core::testing::boundary::{Type, differences, statements};
use connector_core::testing::readme;
use connector_oracle::CONNECTOR;

use crate::ends;
use crate::support;

#[tokio::test]
async fn numbers_are_read_and_found_at_their_ends() {
    all(&ends::numbers(), "glaux_ends_numbers").await;
}

#[tokio::test]
async fn times_are_read_and_found_at_their_ends() {
    all(&ends::times(), "glaux_ends_times").await;
}

#[tokio::test]
async fn texts_are_read_and_found_at_their_ends() {
    all(&ends::texts(), "glaux_ends_texts").await;
}

#[tokio::test]
async fn types_shown_as_text_are_read_and_found_at_their_ends() {
    all(&ends::as_text(), "glaux_ends_as_text").await;
}

#[tokio::test]
async fn bytes_are_read_and_found_at_their_ends() {
    all(&ends::bytes(), "glaux_ends_bytes").await;
}

#[test]
fn the_readme_has_a_row_for_every_type() {
    readme::has_a_row_for_every_type(env!("CARGO_MANIFEST_DIR"), &ends::all());
}

/// An empty text is NULL to the server, and would be a second row of NULL.
#[test]
fn no_value_is_written_that_is_null() {
    for tried in ends::all() {
        assert!(!tried.values.iter().any(|value| ["''", "NULL", "UNISTR('')"].contains(value)), "{}", tried.name);
    }
}

const PRINTING: &str = "ALTER SESSION SET NLS_LANGUAGE = 'AMERICAN' NLS_TERRITORY = 'AMERICA' \
     NLS_NUMERIC_CHARACTERS = '.,' NLS_CALENDAR = 'GREGORIAN' TIME_ZONE = '+00:00'";

async fn all(types: &[Type], schema: &str) {
    let Some(server) = support::server() else { return };
    server.schema(schema, &[]);
    let admin = server.admin();
    admin.run(&[PRINTING]);
    let (here, left_out): (Vec<&Type>, Vec<&Type>) =
        types.iter().partition(|tried| tried.only.is_none_or(|only| admin.has(only)));
    for tried in left_out {
        println!("left out: {}", tried.name);
    }
    let made = statements(schema, &here);
    admin.run(&made.iter().map(String::as_str).collect::<Vec<_>>());
    let mut connection = server.connect().await;
    let ask = async |sql: String| admin.ask(&sql);
    let told = differences(connection.as_mut(), CONNECTOR.dialect(), schema, &here, ask).await;
    assert!(told.is_empty(), "{} differences\n{}", told.len(), told.join("\n"));
}
