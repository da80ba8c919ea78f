//! What a login without rights sees: only what it may select.

use connector_core::{ErrorKind, TableName};

use crate::support;

#[tokio::test]
async fn only_what_may_be_selected_is_there() {
    let Some(server) = support::server() else { return };
    let login = format!(
        "IF SUSER_ID(N'glaux_reader') IS NULL CREATE LOGIN glaux_reader WITH PASSWORD = N'{}', CHECK_POLICY = OFF",
        support::PASSWORD
    );
    server
        .schema(
            "rights",
            &[
                &login,
                "IF USER_ID(N'glaux_reader') IS NULL CREATE USER glaux_reader FOR LOGIN glaux_reader",
                "CREATE TABLE rights.whole (id int, [Name] nvarchar(10))",
                "CREATE TABLE rights.part (id int, secret nvarchar(10))",
                "CREATE TABLE rights.hidden (id int)",
                "EXEC sp_addextendedproperty N'MS_Description', N'all of it', N'SCHEMA', N'rights', N'TABLE', N'whole'",
                "GRANT SELECT ON rights.whole TO glaux_reader; GRANT SELECT ON rights.part (id) TO glaux_reader",
            ],
        )
        .await;
    let mut connection = server.connect_as("glaux_reader", support::PASSWORD).await;
    let names: Vec<String> =
        connection.tables("rights", None, None).await.unwrap().into_iter().map(|relation| relation.name).collect();
    let admin = server.admin().await;
    // Babelfish's sys.objects has only what the user has a right to as a whole; SQL Server's has what any right is held on.
    if admin.leaves_out("a table of which single columns are granted") {
        assert_eq!(names, ["whole"]);
    } else {
        assert_eq!(names, ["part", "whole"]);
        let part = support::table(connection.as_mut(), "RIGHTS", "part").await;
        assert_eq!(part.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id"]);
    }
    let whole = support::table(connection.as_mut(), "rights", "WHOLE").await;
    assert_eq!(whole.comment.as_deref(), Some("all of it"));
    if !admin.leaves_out("the case of columns' names, which its sys.columns folds") {
        assert_eq!(whole.columns[1].remote_name, "Name");
    }
    let hidden = connection.table(&TableName::new("rights", "hidden")).await.unwrap_err();
    assert_eq!(hidden.kind(), ErrorKind::NotFound, "{hidden}");
    assert!(!connection.health().await.unwrap().version.is_empty());
}
