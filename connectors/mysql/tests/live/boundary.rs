//! The ends of every type, on both servers: what another's client prints, and what the server itself finds.
//!
//! The lists below are the table of the README too.

use connector_core::testing::boundary::{Type, differences, tables};
use connector_core::testing::readme;
use connector_mysql::CONNECTOR;
use mysql_async::prelude::Queryable;

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
    let mut told = Vec::new();
    for server in support::servers() {
        let here = if server.is_mariadb() { "mariadb" } else { "mysql" };
        let types: Vec<&Type> = types.iter().filter(|tried| tried.only.is_none_or(|only| only == here)).collect();
        server.schema(schema, &tables(schema, &types)).await;
        let mut connection = server.connect().await;
        let mut client = server.admin().await;
        client.query_drop("SET time_zone = '+00:00', sql_mode = '', sql_select_limit = 1000").await.unwrap();
        let ask = async |sql: String| client.query(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        let lines = differences(connection.as_mut(), CONNECTOR.dialect(), schema, &types, ask).await;
        told.extend(lines.into_iter().map(|line| format!("{here}: {line}")));
        client.disconnect().await.unwrap();
    }
    assert!(told.is_empty(), "{} differences\n{}", told.len(), told.join("\n"));
}
