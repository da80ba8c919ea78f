//! What is wrong in AWS's connector, by its number in the list of what was found there, asked of a real server. Beside the code
//! are the tests of those that need none: 18–27 and 29. Pass-through (28) is checked above the engines; the others are of other engines.

use arrow_schema::DataType;
use connector_core::{ErrorKind, TableName};

use crate::support::{self, read, scan, shown, table};

#[tokio::test]
async fn defect_21_views_and_synonyms_are_found_whatever_the_case_of_their_names() {
    let Some(server) = support::server() else { return };
    server.schema(
        "glaux_d21",
        &[
            "CREATE TABLE glaux_d21.t (id NUMBER(9))",
            "INSERT INTO glaux_d21.t VALUES (7)",
            "CREATE VIEW glaux_d21.\"Seen\" AS SELECT id FROM glaux_d21.t",
            "CREATE SYNONYM glaux_d21.named FOR glaux_d21.t",
        ],
    );
    let mut connection = server.connect().await;
    for name in ["t", "T", "seen", "SEEN", "Seen", "named", "Named"] {
        let found = table(connection.as_mut(), "glaux_d21", name).await;
        assert_eq!(shown(&read(connection.as_mut(), &scan(&found)).await, "id"), ["7"], "{name}");
    }
}

#[tokio::test]
async fn defect_22_and_23_binary_numbers_keep_their_width_and_numbers_their_digits() {
    let Some(server) = support::server() else { return };
    server.schema(
        "glaux_d22",
        &[
            "CREATE TABLE glaux_d22.t (f FLOAT, d BINARY_DOUBLE, n NUMBER(38))",
            "INSERT INTO glaux_d22.t VALUES (16777217, 16777217.5, -99999999999999999999999999999999999999)",
        ],
    );
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "glaux_d22", "t").await;
    let types: Vec<DataType> = table.columns.iter().map(|column| column.mapping.data_type.clone()).collect();
    assert_eq!(types, [DataType::Float64, DataType::Float64, DataType::Decimal128(38, 0)]);
    let rows = read(connection.as_mut(), &scan(&table)).await;
    let expected = [("f", "16777217"), ("d", "16777217.5"), ("n", "-99999999999999999999999999999999999999")];
    for (column, value) in expected {
        assert_eq!(shown(&rows, column), [value]);
    }
}

#[tokio::test]
async fn defect_24_no_number_is_rounded() {
    let Some(server) = support::server() else { return };
    server.schema(
        "glaux_d24",
        &[
            "CREATE TABLE glaux_d24.t (n NUMBER, d NUMBER(38,10))",
            "INSERT INTO glaux_d24.t VALUES (0.4, 1234567890123456789012345678.0123456789)",
        ],
    );
    let mut connection = server.connect().await;
    let table = table(connection.as_mut(), "glaux_d24", "t").await;
    let rows = read(connection.as_mut(), &scan(&table)).await;
    assert_eq!(shown(&rows, "n"), ["0.4"]);
    assert_eq!(shown(&rows, "d"), ["1234567890123456789012345678.0123456789"]);
}

#[tokio::test]
async fn defect_26_what_is_missing_is_said_to_be_missing() {
    let Some(server) = support::server() else { return };
    server.schema("glaux_d26", &["CREATE TABLE glaux_d26.t (id NUMBER(9))"]);
    let mut connection = server.connect().await;
    for (schema, table) in [("glaux_d26", "u"), ("glaux_d26", "t.id"), ("no_such_schema", "t")] {
        let error = connection.table(&TableName::new(schema, table)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
}
