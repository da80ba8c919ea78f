//! What the server is asked, as text: the scans of every kind that all engines render, to be reviewed side by side.
//!
//! `GOLDEN=write cargo test -p connector-postgresql --test rendered` writes `rendered.sql` anew.

use arrow_schema::DataType;
use connector_core::testing::scans::{ODD, assert_reviewed};
use connector_core::{Column, ColumnMapping, Pushdown, ReadAs, Table, TableName};
use connector_postgresql::CONNECTOR;

fn column(remote_name: &str, data_type: DataType, read_as: ReadAs, pushdown: Pushdown) -> Column {
    let bind_as = (remote_name == "Zoned").then_some("pg_catalog.timestamptz");
    let mapping = ColumnMapping { data_type, read_as, bind_as, pushdown };
    Column {
        name: remote_name.to_lowercase(),
        remote_name: remote_name.into(),
        comment: None,
        announced: None,
        mapping,
    }
}

fn table() -> Table {
    use ReadAs::{Cast, Plain};
    let uuid = ReadAs::Printed { own: "pg_catalog.uuid", cast: "pg_catalog.text" };
    let columns = vec![
        column("Id", DataType::Int32, Plain, Pushdown::Full),
        column(ODD, DataType::Int64, Plain, Pushdown::Full),
        column("Price", DataType::Decimal128(10, 2), Plain, Pushdown::Full),
        column("Flag", DataType::Boolean, Plain, Pushdown::Full),
        column("Text", DataType::Utf8, Plain, Pushdown::CollatedOrder),
        column("Cast", DataType::Utf8, Cast("pg_catalog.text"), Pushdown::Collated),
        column("Uuid", DataType::Utf8, uuid, Pushdown::Collated),
        column("Host", DataType::Utf8, ReadAs::Call("pg_catalog.abbrev"), Pushdown::Collated),
        column("Bytes", DataType::Binary, Plain, Pushdown::Full),
        column("Day", DataType::Date32, Plain, Pushdown::Full),
        column("Time", DataType::Date64, Plain, Pushdown::Millis),
        column("Zoned", DataType::Date64, Plain, Pushdown::Millis),
        column("Double", DataType::Float64, Plain, Pushdown::Superset),
        column("List", DataType::new_list(DataType::Int32, true), Plain, Pushdown::NullsOnly),
    ];
    Table { name: TableName::new("Sales", "order \"lines\""), columns, comment: None }
}

#[test]
fn statements_are_those_that_were_reviewed() {
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &table(), CONNECTOR.dialect());
}
