//! Times finer than Athena's, found by what is shown of them.

use connector_core::TableName;
use connector_core::testing::moments::Fine;
use connector_oracle::CONNECTOR;

use crate::support;

#[tokio::test]
async fn times_are_found_by_the_millisecond_that_is_shown() {
    let Some(server) = support::server() else { return };
    let plain = |written: &str| format!("TIMESTAMP '{written}'");
    let zoned = |written: &str| format!("TIMESTAMP '{written} +00:00'");
    let types = [
        Fine { name: "TIMESTAMP(9)", digits: 9, first: i64::MIN, literal: &plain },
        Fine { name: "TIMESTAMP(9) WITH TIME ZONE", digits: 9, first: i64::MIN, literal: &zoned },
        Fine { name: "TIMESTAMP(9) WITH LOCAL TIME ZONE", digits: 9, first: i64::MIN, literal: &zoned },
    ];
    let tables: Vec<String> = (0..types.len()).map(|number| format!("t{number}")).collect();
    let made = types.iter().zip(&tables).flat_map(|(fine, table)| fine.statements(&format!("glaux_moments.{table}")));
    let made: Vec<String> = made.collect();
    server.schema("glaux_moments", &made.iter().map(String::as_str).collect::<Vec<_>>());
    let mut connection = server.connect().await;
    for (fine, table) in types.iter().zip(&tables) {
        let table = TableName::new("glaux_moments", table);
        fine.are_found_by_what_is_shown(connection.as_mut(), CONNECTOR.dialect(), &table).await;
    }
}
