//! Times finer than Athena's, found by what is shown of them.

use connector_core::TableName;
use connector_core::testing::moments::Fine;
use connector_sqlserver::CONNECTOR;

use crate::support;

#[tokio::test]
async fn times_are_found_by_the_millisecond_that_is_shown() {
    let Some(server) = support::server() else { return };
    let types = [
        Fine { name: "datetime2(7)", digits: 7, first: i64::MIN, literal: &|written| format!("'{written}'") },
        Fine {
            name: "datetimeoffset(7)",
            digits: 7,
            first: i64::MIN,
            literal: &|written| format!("'{written} +00:00'"),
        },
    ];
    let tables: Vec<String> = (0..types.len()).map(|number| format!("t{number}")).collect();
    let made = types.iter().zip(&tables).flat_map(|(fine, table)| fine.statements(&format!("moments.{table}")));
    let made: Vec<String> = made.collect();
    server.schema("moments", &made.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut connection = server.connect().await;
    for (fine, table) in types.iter().zip(&tables) {
        let table = TableName::new("moments", table);
        fine.are_found_by_what_is_shown(connection.as_mut(), CONNECTOR.dialect(), &table).await;
    }
}
