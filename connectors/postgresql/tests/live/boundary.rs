//! The ends of every type: what another's client prints, and what the server itself finds.
//!
//! The lists are the table of the README too.

use connector_core::testing::boundary::{Type, differences, tables};
use connector_core::testing::readme;
use connector_postgresql::CONNECTOR;
use tokio_postgres::SimpleQueryMessage;

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
async fn types_shown_as_text_are_read_and_found_at_their_ends() {
    all(&ends::as_text(), "ends_as_text").await;
}

#[tokio::test]
async fn lists_are_read_at_their_ends() {
    all(&ends::lists(), "ends_lists").await;
}

#[test]
fn the_readme_has_a_row_for_every_type() {
    readme::has_a_row_for_every_type(env!("CARGO_MANIFEST_DIR"), &ends::all());
}

async fn all(types: &[Type], schema: &str) {
    let Some(server) = support::server() else { return };
    server.run(ends::EXTENSIONS).await;
    let types: Vec<&Type> = types.iter().collect();
    server.schema(schema, &format!("{}; {}", ends::MADE, tables(schema, &types))).await;
    let mut connection = server.connect().await;
    let client = server.admin(&server.database).await;
    client.batch_execute(&format!("SET search_path = {schema}, public; SET timezone = 'UTC'")).await.unwrap();
    let ask = async |sql: String| {
        let answer = client.simple_query(&sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
        let rows = answer.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
            _ => None,
        });
        rows.collect()
    };
    let told = differences(connection.as_mut(), CONNECTOR.dialect(), schema, &types, ask).await;
    assert!(told.is_empty(), "{} differences\n{}", told.len(), told.join("\n"));
}
