//! Names of tables and columns as Athena spells them, and reads of no column at all.

use arrow_schema::DataType;
use connector_core::{ErrorKind, Value};
use glaux::protocol::Constraints;

use crate::peer_runs::asking::{Peer, equal, text};

#[tokio::test]
async fn n_dup_each_of_two_names_is_read_by_its_own() {
    let script = "CREATE TABLE dup (v text); INSERT INTO dup VALUES ('lower'); CREATE TABLE \"DUP\" (v text); \
         INSERT INTO \"DUP\" VALUES ('upper'); CREATE TABLE \"Two\" (v text); CREATE TABLE \"TWO\" (v text)";
    let Some(peer) = Peer::open(script).await else { return };
    assert_eq!(peer.all("dup", &["v"]).await, ["lower"]);
    assert_eq!(peer.all("DUP", &["v"]).await, ["upper"]);
    let ambiguous = peer.schema("two").await.unwrap_err();
    assert_eq!(ambiguous.kind(), ErrorKind::Invalid);
    assert!(ambiguous.to_string().contains("\"TWO\"") && ambiguous.to_string().contains("\"Two\""), "{ambiguous}");
}

#[tokio::test]
async fn n_dupcol_and_n_nocols_are_named() {
    let script = "CREATE TABLE dupcol (a text, \"A\" text); INSERT INTO dupcol VALUES ('lower', 'UPPER'); CREATE TABLE nocols ()";
    let Some(peer) = Peer::open(script).await else { return };
    let twins = peer.schema("dupcol").await.unwrap_err().to_string();
    assert!(twins.contains("\"a\"") && twins.contains("\"A\""), "{twins}");
    let nothing = peer.schema("nocols").await.unwrap_err();
    assert!(nothing.to_string().contains("no columns"), "{nothing}");
}

#[tokio::test]
async fn n_mixedlower_a_column_is_found_as_athena_spells_it() {
    let script = "CREATE TABLE \"Mixed Case\" (\"Id\" int, \"ÄNDERUNG\" text); INSERT INTO \"Mixed Case\" VALUES (7, 'x'), (8, 'y')";
    let Some(peer) = Peer::open(script).await else { return };
    assert_eq!(peer.all("mixed case", &["id", "änderung"]).await, ["7|x", "8|y"]);
    let seven = equal("id", DataType::Int32, Value::Int(7));
    assert_eq!(peer.read("mixed case", &["änderung"], &seven).await, ["x"]);
    let y = equal("änderung", DataType::Utf8, text("y"));
    assert_eq!(peer.read("Mixed Case", &["id"], &y).await, ["8"]);
}

#[tokio::test]
async fn n_zerocols_rows_without_columns_are_rows() {
    let script = "CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 250) i; CREATE TABLE empty (id int)";
    let Some(peer) = Peer::open(script).await else { return };
    assert_eq!(peer.all("t", &[]).await.len(), 250);
    assert_eq!(peer.all("empty", &[]).await.len(), 0);
    assert_eq!(peer.all("empty", &["id"]).await.len(), 0);
    assert_eq!(peer.read("t", &[], &equal("id", DataType::Int32, Value::Int(9))).await.len(), 1);
    assert_eq!(peer.read("t", &[], &Constraints { limit: Some(31), ..Constraints::default() }).await.len(), 31);
    assert_eq!(peer.read("t", &[], &Constraints { limit: Some(0), ..Constraints::default() }).await.len(), 0);
}

#[tokio::test]
async fn n_missing_a_missing_table_is_missing() {
    let Some(peer) = Peer::open("CREATE TABLE t (id int)").await else { return };
    let missing = peer.schema("no_such_table").await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.to_string().contains("\"no_such_table\""), "{missing}");
}
