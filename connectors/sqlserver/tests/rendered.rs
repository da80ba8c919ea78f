//! What the server is asked, as text: the scans of every kind that all engines render, to be reviewed side by side, over a
//! table that the connector itself has described.
//!
//! `GOLDEN=write cargo test -p connector-sqlserver --test rendered` writes `rendered.sql` anew.
#![allow(clippy::unwrap_used)]

#[path = "support/tds.rs"]
mod tds;

use connector_core::testing::scans::{ODD, assert_reviewed};
use connector_core::{Credential, Secret, Settings, Table, TableName};
use connector_sqlserver::CONNECTOR;
use tds::{Asked, Described, Reply, Server};

fn catalog() -> Vec<u8> {
    let decimal = |name| Described { precision: 10, scale: 2, ..Described::new(name, "decimal") };
    let text = |name, type_name| {
        let collation = Some(("Latin1_General_CI_AS", 1252));
        Described { collation, ..Described::new(name, type_name) }
    };
    let scaled = |name, type_name| Described { scale: 7, ..Described::new(name, type_name) };
    let columns = [
        Described::new("Id", "int"),
        Described::new(ODD, "bigint"),
        decimal("Price"),
        Described::new("Flag", "bit"),
        text("Text", "nvarchar"),
        text("Page", "varchar"),
        text("Code", "char"),
        Described { collation: Some(("Japanese_CI_AS", 932)), ..Described::new("Foreign", "varchar") },
        text("Cast", "xml"),
        Described::new("Uuid", "uniqueidentifier"),
        Described::new("Bytes", "varbinary"),
        Described::new("Day", "date"),
        scaled("Time", "datetime2"),
        Described::new("Ticks", "datetime"),
        scaled("Zoned", "datetimeoffset"),
        scaled("Clock", "time"),
        Described::new("Money", "money"),
        Described::new("Double", "float"),
    ];
    tds::described("Sales", "order [lines]", &columns)
}

async fn table() -> Table {
    let server = Server::start(|asked| match asked {
        Asked::Statement(sql) if sql.contains("sys.columns") => Reply::Answer(catalog()),
        other => tds::hospitable(other),
    });
    let endpoint = CONNECTOR.endpoint(&server.url("")).unwrap();
    let credential = Credential { user: "u".into(), password: Secret::new("hunter2") };
    let mut connection = CONNECTOR.connect(&endpoint, &credential, &Settings::default()).await.unwrap();
    connection.table(&TableName::new("sales", "ORDER [LINES]")).await.unwrap()
}

#[tokio::test]
async fn statements_are_those_that_were_reviewed() {
    assert_reviewed(env!("CARGO_MANIFEST_DIR"), &table().await, CONNECTOR.dialect());
}
