//! What the server is asked, as text: the scans of every kind that all engines render, to be reviewed side by side.
//!
//! `GOLDEN=write cargo test -p connector-oracle rendered` writes `tests/rendered.sql` anew. No server can be had, and none is
//! needed to say what a column's type in the catalog makes of it, so this stands inside the crate.

use std::path::Path;

use connector_core::testing::scans::{ODD, golden};
use connector_core::{Column, Settings, Table, TableName};

use crate::dialect::OracleSql;
use crate::types::{Charset, RemoteType, mapping};

fn column(name: &str, own: &str, precision: Option<i16>, scale: Option<i16>) -> Column {
    let remote = RemoteType {
        name: own.into(),
        is_built_in: true,
        precision,
        scale,
        is_national: own.starts_with('N') && own != "NUMBER",
        has_collation: name == "FOLDED",
    };
    let mapping = mapping(&remote, Charset::Utf8, &Settings::default());
    Column { name: name.to_lowercase(), remote_name: name.into(), comment: None, mapping }
}

fn table() -> Table {
    let columns = vec![
        column("ID", "NUMBER", Some(9), Some(0)),
        Column { name: ODD.into(), ..column("Odd \"name\" `of` [a] 'column'", "NUMBER", Some(18), Some(0)) },
        column("PRICE", "NUMBER", Some(10), Some(2)),
        column("FLAG", "BOOLEAN", None, None),
        column("TEXT", "VARCHAR2", None, None),
        column("NATIONAL", "NVARCHAR2", None, None),
        column("FOLDED", "VARCHAR2", None, None),
        column("CAST", "INTERVAL DAY TO SECOND", None, None),
        column("BYTES", "RAW", None, None),
        column("DAY", "DATE", None, None),
        column("TIME", "TIMESTAMP", None, Some(9)),
        column("ZONED", "TIMESTAMP WITH TIME ZONE", None, Some(6)),
        column("DOUBLE", "BINARY_DOUBLE", None, None),
        column("FLOAT", "FLOAT", Some(126), None),
        column("BARE", "NUMBER", None, None),
        column("LARGE", "CLOB", None, None),
        column("XML", "XMLTYPE", None, None),
    ];
    Table { name: TableName::new("SALES", "order \"lines\""), columns, comment: None }
}

#[test]
fn statements_are_those_that_were_reviewed() {
    let rendered = golden(&table(), &OracleSql);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rendered.sql");
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&path, &rendered).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (line, (ours, theirs)) in rendered.lines().zip(golden.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {}", line + 1);
    }
    assert_eq!(rendered, golden);
}
