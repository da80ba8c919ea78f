//! How AWS Glue knows the engine.

use connector_core::GlueForm;

/// Its schemas are its databases.
pub(crate) static GLUE: GlueForm = GlueForm {
    has_databases: false,
    in_clear: &[
        "sslmode=disabled",
        "sslmode=disable",
        "sslmode=preferred",
        "usessl=false",
        "verifyservercertificate=false",
    ],
    ..GlueForm::of("MYSQL", "mysql", "jdbc:mysql://")
};
