//! What a user without rights sees: only what it may select.

use connector_core::{ErrorKind, TableName};

use crate::support;

#[tokio::test]
async fn only_what_may_be_selected_is_there() {
    let Some(server) = support::server() else { return };
    server.schema("glaux_reader", &[]);
    server.schema(
        "glaux_rights",
        &[
            "CREATE TABLE glaux_rights.whole (id NUMBER(9), \"Name\" VARCHAR2(10))",
            "CREATE TABLE glaux_rights.filled (id NUMBER(9))",
            "CREATE TABLE glaux_rights.hidden (id NUMBER(9))",
            "CREATE VIEW glaux_rights.seen AS SELECT id FROM glaux_rights.hidden",
            "CREATE SYNONYM glaux_rights.named FOR glaux_rights.whole",
            "COMMENT ON TABLE glaux_rights.whole IS 'all of it'",
            "COMMENT ON COLUMN glaux_rights.whole.id IS 'the key'",
            "?DROP ROLE glaux_role",
            "CREATE ROLE glaux_role",
            "GRANT SELECT ON glaux_rights.whole TO glaux_reader",
            "GRANT INSERT ON glaux_rights.filled TO glaux_reader",
            "GRANT SELECT ON glaux_rights.seen TO glaux_role",
            "GRANT glaux_role TO glaux_reader",
        ],
    );
    let mut connection = server.connect_as("glaux_reader", support::PASSWORD).await;
    assert!(connection.schemas().await.unwrap().contains(&"GLAUX_RIGHTS".to_owned()));
    let names: Vec<String> = connection
        .tables("glaux_rights", None, None)
        .await
        .unwrap()
        .into_iter()
        .map(|relation| relation.name)
        .collect();
    assert_eq!(names, ["NAMED", "SEEN", "WHOLE"]);
    let whole = support::table(connection.as_mut(), "glaux_rights", "whole").await;
    assert_eq!((whole.comment.as_deref(), whole.columns[0].comment.as_deref()), (Some("all of it"), Some("the key")));
    assert_eq!(whole.columns[1].remote_name, "Name");
    let named = support::table(connection.as_mut(), "GLAUX_RIGHTS", "Named").await;
    assert_eq!(support::read(connection.as_mut(), &support::scan(&named)).await.num_rows(), 0);
    for missing in ["hidden", "filled", "nothing"] {
        let error = connection.table(&TableName::new("glaux_rights", missing)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{missing}: {error}");
    }
    assert!(!connection.health().await.unwrap().version.is_empty());
}
