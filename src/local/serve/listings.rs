//! What there is, as Flight SQL lists it: catalogs, schemas, tables. Asked over the wire, as Athena asks it.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_flight::sql::metadata::GetTablesBuilder;
use arrow_flight::sql::{CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use connector_core::{Error, ErrorKind, Result};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::super::LocalAthena;
use super::super::types::athena_type;
use super::status::encoding;

/// The only type of table: the protocol does not tell a view from one.
const TABLE: &str = "TABLE";

/// Questions about schemas and tables that are under way at once.
const AT_ONCE: usize = 8;

pub(super) fn catalogs(athena: &LocalAthena, command: CommandGetCatalogs) -> Result<RecordBatch> {
    let mut listing = command.into_builder();
    athena.catalogs().into_iter().for_each(|catalog| listing.append(catalog));
    listing.build().map_err(encoding)
}

pub(super) fn table_types(command: CommandGetTableTypes) -> Result<RecordBatch> {
    let mut listing = command.into_builder();
    listing.append(TABLE);
    listing.build().map_err(encoding)
}

pub(super) async fn schemas(athena: &LocalAthena, command: CommandGetDbSchemas) -> Result<RecordBatch> {
    let catalogs = athena.catalogs().into_iter();
    let wanted = catalogs.filter(|name| command.catalog.as_ref().is_none_or(|wanted| wanted == name));
    let wanted: Vec<String> = wanted.collect();
    let mut listing = command.into_builder();
    for catalog in wanted {
        athena.schemas(&catalog).await?.into_iter().for_each(|schema| listing.append(&catalog, schema));
    }
    listing.build().map_err(encoding)
}

pub(super) async fn tables(athena: &LocalAthena, command: CommandGetTables) -> Result<RecordBatch> {
    let names = names(athena, &command).await?;
    if !command.include_schema {
        return Ok(names);
    }
    let described = rows(&names).into_iter().map(|names| {
        let told = async move {
            let schema = described(athena, &names).await?;
            Ok::<_, Error>((names, schema))
        };
        told.boxed()
    });
    let described: Vec<(Vec<String>, SchemaRef)> =
        stream::iter(described.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
    let mut listing = command.into_builder();
    for (names, schema) in described {
        if let [catalog, db_schema, table, ..] = names.as_slice() {
            listing.append(catalog, db_schema, table, TABLE, &schema).map_err(encoding)?;
        }
    }
    listing.build().map_err(encoding)
}

/// The tables that a command asks for, without their columns.
async fn names(athena: &LocalAthena, command: &CommandGetTables) -> Result<RecordBatch> {
    let CommandGetTables { catalog, db_schema_filter_pattern, table_name_filter_pattern, table_types, .. } =
        command.clone();
    let within =
        CommandGetDbSchemas { catalog: catalog.clone(), db_schema_filter_pattern: db_schema_filter_pattern.clone() };
    let is_asked = table_types.is_empty() || table_types.iter().any(|name| name == TABLE);
    let mut listing =
        GetTablesBuilder::new(catalog, db_schema_filter_pattern, table_name_filter_pattern, table_types, false);
    let places = if is_asked { rows(&schemas(athena, within).await?) } else { Vec::new() };
    let told = places.into_iter().map(|place| {
        let told = async move {
            let tables = match place.as_slice() {
                [catalog, schema] => athena.tables(catalog, schema).await?,
                _ => Vec::new(),
            };
            Ok::<_, Error>((place, tables))
        };
        told.boxed()
    });
    let told: Vec<(Vec<String>, Vec<String>)> =
        stream::iter(told.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
    for (place, tables) in told {
        for table in tables {
            listing.append(&place[0], &place[1], table, TABLE, &Schema::empty()).map_err(encoding)?;
        }
    }
    listing.build().map_err(encoding)
}

/// The rows of a listing, all of whose columns are text.
fn rows(listing: &RecordBatch) -> Vec<Vec<String>> {
    let cell = |column: usize, row: usize| listing.column(column).as_string::<i32>().value(row).to_owned();
    (0..listing.num_rows()).map(|row| (0..listing.num_columns()).map(|column| cell(column, row)).collect()).collect()
}

/// A table's columns; none of one that cannot be described or was dropped meanwhile, which must not hide all others.
async fn described(athena: &LocalAthena, names: &[String]) -> Result<SchemaRef> {
    let names = names.get(..3).unwrap_or_default();
    match athena.table_schema(names).await {
        Ok(schema) => Ok(shown(&schema)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Invalid | ErrorKind::Unsupported) => {
            tracing::warn!(table = names.join("."), %error, "a table is listed without columns");
            Ok(Schema::empty().into())
        }
        Err(error) => Err(error),
    }
}

/// Columns with what JDBC's metadata says of them beside their types; the keys are those of Flight SQL's specification.
fn shown(schema: &Schema) -> SchemaRef {
    let comments = schema.metadata();
    let field = |field: &Field| {
        let key = |name: &str| format!("ARROW:FLIGHT:SQL:{name}");
        let mut told = HashMap::from([(key("TYPE_NAME"), athena_type(field.data_type()))]);
        if let DataType::Decimal128(precision, scale) = field.data_type() {
            told.extend([(key("PRECISION"), precision.to_string()), (key("SCALE"), scale.to_string())]);
        }
        told.extend(comments.get(field.name()).map(|comment| (key("REMARKS"), comment.clone())));
        field.clone().with_metadata(told)
    };
    Schema::new(schema.fields().iter().map(|each| field(each)).collect::<Vec<_>>()).into()
}
