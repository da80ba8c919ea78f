//! How AWS Glue knows the engine.

use connector_core::GlueForm;

pub(crate) static GLUE: GlueForm = GlueForm {
    in_clear: &["sslmode=disable", "sslmode=allow", "sslmode=prefer", "ssl=false"],
    ..GlueForm::of("POSTGRESQL", "postgresql", "jdbc:postgresql://")
};
