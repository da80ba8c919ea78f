//! What a source has, by its own catalogue.

use connector_core::{Connection, Error, Result, Table, TableName};

use super::words::is_like;
use crate::cli::output::Output;
use crate::local::athena_type;
use crate::mapping::comment;
use crate::register::Column;
use crate::share::Found;

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// In this schema only, in the source's spelling.
    pub schema: Option<String>,
    /// At tables of such names only.
    pub table: Option<String>,
}

/// What was found, and what could not be looked at.
#[derive(Debug, Default)]
pub struct Looked {
    /// Tables and views.
    pub found: Vec<Found>,
    /// The same, as the source's catalogue has them.
    pub tables: Vec<Table>,
    /// Those that are there and cannot be described, or schemas that cannot be listed.
    pub failed: Vec<(TableName, Error)>,
}

impl Scope {
    /// Whether a table of that name is looked at.
    pub fn has(&self, name: &TableName) -> bool {
        self.has_schema(&name.schema) && self.table.as_ref().is_none_or(|pattern| is_like(&name.table, pattern))
    }

    fn has_schema(&self, schema: &str) -> bool {
        self.schema.as_ref().is_none_or(|wanted| wanted == schema)
    }
}

/// Looks at everything that is in `scope`.
///
/// Errors: not found, if the schema that was named is not there; those of listing schemas.
pub async fn look(connection: &mut dyn Connection, scope: &Scope, output: &mut Output) -> Result<Looked> {
    let (schemas, mut looked) = (connection.schemas().await?, Looked::default());
    if let Some(wanted) = scope.schema.as_ref().filter(|wanted| !schemas.contains(wanted)) {
        return Err(Error::not_found(format!("the source has no schema {wanted:?} that its administrator may read"))
            .hint(format!("it has {schemas:?}")));
    }
    for schema in schemas.into_iter().filter(|schema| scope.has_schema(schema)) {
        let tables = match connection.tables(&schema, None, None).await {
            Ok(tables) => tables,
            Err(error) => {
                looked.failed.push((TableName::new(schema, ""), error));
                continue;
            }
        };
        for name in tables.into_iter().map(|table| TableName::new(&schema, table.name)).filter(|name| scope.has(name)) {
            output.status(&format!("looking at {name}"));
            match connection.table(&name).await {
                Ok(table) => {
                    looked.found.push(Found { columns: columns(&table), name });
                    looked.tables.push(table);
                }
                Err(error) => looked.failed.push((name, error)),
            }
        }
    }
    output.clear_status();
    Ok(looked)
}

fn columns(table: &Table) -> Vec<Column> {
    let column = |column: &connector_core::Column| Column {
        name: column.remote_name.clone(),
        data_type: athena_type(&column.mapping.data_type),
        comment: column.comment.as_deref().and_then(comment),
    };
    table.columns.iter().map(column).collect()
}
