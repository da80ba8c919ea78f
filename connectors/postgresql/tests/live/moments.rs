//! Times finer than Athena's, found by what is shown of them.

use connector_core::TableName;
use connector_core::testing::moments::Fine;
use connector_postgresql::CONNECTOR;

use crate::support;

#[tokio::test]
async fn times_are_found_by_the_millisecond_that_is_shown() {
    let Some(server) = support::server() else { return };
    let types = [
        Fine { name: "timestamp", digits: 6, first: i64::MIN, literal: &|written| format!("'{written}'") },
        Fine { name: "timestamptz", digits: 6, first: i64::MIN, literal: &|written| format!("'{written}+00'") },
    ];
    let made = types.iter().enumerate().flat_map(|(number, fine)| fine.statements(&format!("t{number}")));
    server.schema("moments", &made.collect::<Vec<_>>().join("; ")).await;
    let mut connection = server.connect().await;
    for (number, fine) in types.iter().enumerate() {
        let table = TableName::new("moments", format!("t{number}"));
        fine.are_found_by_what_is_shown(connection.as_mut(), CONNECTOR.dialect(), &table).await;
    }
}
