//! What the server is asked, as text: the scans of every kind that all engines render, to be reviewed side by side.
//!
//! `GOLDEN=write cargo test -p connector-mysql --test rendered` writes `rendered.sql` anew.

use arrow_schema::DataType;
use connector_core::testing::scans::{ODD, assert_reviewed};
use connector_core::{Column, ColumnMapping, Pushdown, ReadAs, Table, TableName};
use connector_mysql::CONNECTOR;

fn column(remote_name: &str, data_type: DataType, read_as: ReadAs, pushdown: Pushdown) -> Column {
    let bind_as = (remote_name == "Zoned").then_some("DATETIME(3)");
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
    let columns = vec![
        column("Id", DataType::Int32, Plain, Pushdown::Full),
        column(ODD, DataType::Int64, Plain, Pushdown::Full),
        column("Price", DataType::Decimal128(10, 2), Plain, Pushdown::Full),
        column("Flag", DataType::Boolean, Plain, Pushdown::Full),
        column("Text", DataType::Utf8, Plain, Pushdown::Collated),
        column("Cast", DataType::Utf8, Cast("CHAR CHARACTER SET utf8mb4"), Pushdown::Collated),
        column("Bytes", DataType::Binary, Plain, Pushdown::Full),
        column("Day", DataType::Date32, Plain, Pushdown::Full),
        column("Time", DataType::Date64, Plain, Pushdown::Millis),
        column("Zoned", DataType::Date64, Plain, Pushdown::Millis),
        column("Double", DataType::Float64, Plain, Pushdown::Superset),
    ];
    Table { name: TableName::new("Sales", "order `lines`"), columns, comment: None }
}

#[test]
fn statements_are_those_that_were_reviewed() {
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &table(), CONNECTOR.dialect());
}
