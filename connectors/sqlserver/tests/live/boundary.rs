//! The ends of every type: what the server prints, and what it finds.
//!
//! The lists are the table of the README too.

use connector_core::testing::boundary::{Type, differences, tables};
use connector_core::testing::readme;
use connector_sqlserver::CONNECTOR;

use crate::ends;
use crate::support;

#[tokio::test]
async fn numbers_are_read_and_found_at_their_ends() {
    all(&ends::numbers(), "ends_numbers").await;
}

#[tokio::test]
async fn times_are_read_and_found_at_their_ends() {
    all(&ends::times(), "ends_times").await;
}

#[tokio::test]
async fn texts_are_read_and_found_at_their_ends() {
    all(&ends::texts(), "ends_texts").await;
}

#[tokio::test]
async fn bytes_are_read_and_found_at_their_ends() {
    all(&ends::bytes(), "ends_bytes").await;
}

#[test]
fn the_readme_has_a_row_for_every_type() {
    readme::has_a_row_for_every_type(env!("CARGO_MANIFEST_DIR"), &ends::all());
}

async fn all(types: &[Type], schema: &str) {
    let Some(server) = support::server() else { return };
    server.schema(schema, &[]).await;
    let mut admin = server.admin().await;
    let mut here = Vec::new();
    for tried in types {
        let Some(values) = admin.takes(tried.name, &tried.values).await else { continue };
        here.push(Type { values, ..tried.clone() });
    }
    let here: Vec<&Type> = here.iter().collect();
    admin.run(&[&tables(schema, &here)]).await;
    let mut connection = server.connect().await;
    let ask = async |sql: String| admin.ask(&sql).await.into_iter().map(|mut row| row.remove(0)).collect();
    let told = differences(connection.as_mut(), CONNECTOR.dialect(), schema, &here, ask).await;
    assert!(told.is_empty(), "{} differences\n{}", told.len(), told.join("\n"));
}
