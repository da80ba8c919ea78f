//! The ends of every type, on both servers: what another's client prints, and what the server itself finds.
//!
//! The lists below are the table of the README too.

use connector_core::TableName;
use connector_core::testing::boundary::{Type, differences, markdown, with_table};
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
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let expected = with_table(&readme, &markdown(&ends::all()));
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        std::fs::write(path, &expected).unwrap();
    } else {
        assert!(readme == expected, "GOLDEN=write writes the table of types anew");
    }
}

async fn all(types: &[Type], schema: &str) {
    let mut told = Vec::new();
    for server in support::servers() {
        let here = if server.is_mariadb() { "mariadb" } else { "mysql" };
        let types: Vec<&Type> = types.iter().filter(|tried| tried.only.is_none_or(|only| only == here)).collect();
        let tables: Vec<String> =
            types.iter().enumerate().map(|(number, tried)| tried.table(&format!("t{number}"))).collect();
        server.schema(schema, &tables.join("; ")).await;
        let mut connection = server.connect().await;
        let mut client = server.admin().await;
        client.query_drop("SET time_zone = '+00:00', sql_mode = '', sql_select_limit = 1000").await.unwrap();
        for (number, tried) in types.into_iter().enumerate() {
            let ask = async |sql: String| client.query(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
            let seen = tried.seen(&format!("{schema}.t{number}"), ask).await;
            let table = connection.table(&TableName::new(schema, format!("t{number}"))).await.unwrap();
            let lines = differences(connection.as_mut(), CONNECTOR.dialect(), &table, tried, &seen).await;
            told.extend(lines.into_iter().map(|line| format!("{here}: {line}")));
        }
        client.disconnect().await.unwrap();
    }
    assert!(told.is_empty(), "{} differences\n{}", told.len(), told.join("\n"));
}
