//! The reference connector keeps the contract that every engine is held to.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use connector_core::testing::suite;
use connector_core::{Credential, Secret, Settings, TableName};
use connector_memory::CONNECTOR;

#[tokio::test]
async fn the_memory_connector_keeps_the_contract() {
    let endpoint = CONNECTOR.endpoint("shop").unwrap();
    let credential = Credential { user: String::new(), password: Secret::new("") };
    let mut connection = CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await.unwrap();
    suite::all(connection.as_mut(), CONNECTOR.dialect(), "shop").await;
    let orders = TableName::new("shop", "orders");
    suite::a_table_with_a_key_is_cut(connection.as_mut(), CONNECTOR.dialect(), &orders).await;
}
