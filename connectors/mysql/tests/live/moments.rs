//! Times finer than Athena's, found by what is shown of them, on both servers.

use connector_core::TableName;
use connector_core::testing::moments::Fine;
use connector_mysql::CONNECTOR;

use crate::support;

#[tokio::test]
async fn times_are_found_by_the_millisecond_that_is_shown() {
    let literal = |written: &str| format!("'{written}'");
    let types = [
        Fine { name: "datetime(6)", digits: 6, first: i64::MIN, literal: &literal },
        // It begins with the first second of 1970.
        Fine { name: "timestamp(6)", digits: 6, first: 1_000, literal: &literal },
    ];
    for server in support::servers() {
        let made = types.iter().enumerate().flat_map(|(number, fine)| fine.statements(&format!("t{number}")));
        server.schema("moments", &made.collect::<Vec<_>>().join("; ")).await;
        let mut connection = server.connect().await;
        for (number, fine) in types.iter().enumerate() {
            let table = TableName::new("moments", format!("t{number}"));
            fine.are_found_by_what_is_shown(connection.as_mut(), CONNECTOR.dialect(), &table).await;
        }
    }
}
