//! Names: which catalog and table a reference means, and the tables of one query as DataFusion looks them up.
//!
//! Every query asks anew, as Athena does; only versions and capabilities are kept. `information_schema` is made here, of
//! listings, with the columns that Trino's has.

use std::collections::BTreeMap;
use std::sync::Arc;

use connector_core::{Error, ErrorKind, Result, TableName};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    TableProvider,
};
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::engine::failure;
use super::query::{QueryContext, locked};
use super::refusal::nearest;
use super::table::AthenaTable;
use super::types::athena_type;
use super::wire::Wire;

/// Questions about tables that are under way at once.
const AT_ONCE: usize = 8;

const INFORMATION_SCHEMA: &str = "information_schema";

/// The catalogs of a session.
pub(super) struct Catalogs {
    pub wires: BTreeMap<String, Arc<Wire>>,
    pub catalog: Option<String>,
    pub schema: Option<String>,
}

/// A column, as a person is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDescription {
    /// Its name.
    pub name: String,
    /// Its type in Athena's words.
    pub data_type: String,
    /// The source's comment.
    pub comment: Option<String>,
    /// Whether it partitions the table.
    pub is_partition: bool,
}

impl Catalogs {
    /// The catalog of a name, or the default one.
    pub fn wire(&self, name: Option<&str>) -> Result<&Arc<Wire>> {
        let name = name.or(self.catalog.as_deref()).ok_or_else(|| {
            Error::invalid("no catalog is named, and there is no default")
                .hint(format!("write one of {}", self.known()))
        })?;
        self.wires.get(name).ok_or_else(|| {
            Error::not_found(format!("there is no catalog {name:?}")).hint(format!("there are {}", self.known()))
        })
    }

    fn known(&self) -> String {
        self.wires.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// The schema of a name, or the default one.
    pub fn schema<'n>(&'n self, name: Option<&'n str>) -> Result<&'n str> {
        name.or(self.schema.as_deref())
            .ok_or_else(|| Error::invalid("no schema is named, and there is no default").hint("write schema.table"))
    }

    /// The catalog and the table of a name of one to three parts.
    pub fn table(&self, parts: &[String]) -> Result<(&Arc<Wire>, TableName)> {
        let (catalog, schema, table) = match parts {
            [table] => (None, None, table),
            [schema, table] => (None, Some(schema.as_str()), table),
            [catalog, schema, table] => (Some(catalog.as_str()), Some(schema.as_str()), table),
            _ => return Err(Error::invalid("a table has a name of one to three parts")),
        };
        Ok((self.wire(catalog)?, TableName::new(self.schema(schema)?, table)))
    }

    /// The columns of a table.
    pub async fn describe(&self, query_id: &str, parts: &[String]) -> Result<Vec<ColumnDescription>> {
        let (wire, table) = self.table(parts)?;
        let told = wire.table(query_id, table).await?;
        let describe = |field: &Arc<datafusion::arrow::datatypes::Field>| ColumnDescription {
            name: field.name().clone(),
            data_type: athena_type(field.data_type()),
            comment: told.schema.metadata().get(field.name()).cloned(),
            is_partition: told.partition_columns.contains(field.name()),
        };
        Ok(told.schema.fields().iter().map(describe).collect())
    }

    /// The tables that a statement refers to, looked up.
    pub async fn resolve(
        &self,
        references: Vec<TableReference>,
        query: &Arc<QueryContext>,
    ) -> Result<Arc<dyn CatalogProviderList>> {
        let list = Arc::new(MemoryCatalogProviderList::new());
        let tables = stream::iter(references).map(|reference| self.find(reference, query).boxed());
        let tables: Vec<Found> = tables.buffered(AT_ONCE).try_collect().await?;
        for found in tables {
            let catalog = list.catalog(&found.catalog).unwrap_or_else(|| {
                let new: Arc<dyn CatalogProvider> = Arc::new(MemoryCatalogProvider::new());
                list.register_catalog(found.catalog.clone(), new.clone());
                new
            });
            let schema = if let Some(schema) = catalog.schema(&found.table.schema) {
                schema
            } else {
                let new = Arc::new(MemorySchemaProvider::new());
                catalog.register_schema(&found.table.schema, new.clone()).map_err(failure)?;
                new
            };
            if !schema.table_exist(&found.table.table) {
                schema.register_table(found.table.table, found.provider).map_err(failure)?;
            }
        }
        Ok(list)
    }

    async fn find(&self, reference: TableReference, query: &Arc<QueryContext>) -> Result<Found> {
        let parts: Vec<String> = [reference.catalog(), reference.schema(), Some(reference.table())]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect();
        let (wire, table) = self.table(&parts)?;
        if let Some(call) = query.calls.get(&table.table) {
            let (function, arguments) = (TableName::new(&table.schema, &call.function), call.arguments.clone());
            let provider = AthenaTable::find(wire.clone(), query.clone(), function, arguments).await?;
            return Ok(Found { catalog: wire.catalog().to_owned(), table, provider });
        }
        let provider: Arc<dyn TableProvider> = match table.schema.as_str() {
            INFORMATION_SCHEMA => Arc::new(information(wire, &table.table, query).await?),
            _ => match AthenaTable::find(wire.clone(), query.clone(), table.clone(), BTreeMap::new()).await {
                Ok(found) => found,
                Err(error) => return Err(with_nearest(error, wire, &table, &query.id).await),
            },
        };
        Ok(Found { catalog: wire.catalog().to_owned(), table, provider })
    }
}

/// A failure to find a table, with the name that was perhaps meant; a listing that fails, too, suggests none.
async fn with_nearest(error: Error, wire: &Wire, table: &TableName, query_id: &str) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    let schemas = wire.schemas(query_id).await.unwrap_or_default();
    let (wanted, names) = if schemas.contains(&table.schema) {
        (&table.table, wire.tables(query_id, &table.schema).await.unwrap_or_default())
    } else {
        (&table.schema, schemas)
    };
    match nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => Error::not_found(error.to_string()).hint(format!("did you mean {near:?}?")).with_source(error),
        None => error,
    }
}

struct Found {
    catalog: String,
    table: TableName,
    provider: Arc<dyn TableProvider>,
}

async fn information(wire: &Arc<Wire>, table: &str, query: &QueryContext) -> Result<MemTable> {
    let batch = match table {
        "schemata" => schemata(wire, &query.id).await?,
        "tables" => tables(wire, &query.id).await?,
        "columns" => columns(wire, query).await?,
        _ => {
            return Err(Error::not_found(format!("information_schema has no table {table:?}"))
                .hint("there are schemata, tables and columns"));
        }
    };
    MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(failure)
}

async fn schemata(wire: &Arc<Wire>, query_id: &str) -> Result<RecordBatch> {
    let schemas = wire.schemas(query_id).await?;
    let catalogs = schemas.iter().map(|_| wire.catalog());
    batch(vec![("catalog_name", texts(catalogs)), ("schema_name", texts(schemas.iter().map(String::as_str)))])
}

async fn all_tables(wire: &Arc<Wire>, query_id: &str) -> Result<Vec<TableName>> {
    let mut tables = Vec::new();
    for schema in wire.schemas(query_id).await? {
        let names = wire.tables(query_id, &schema).await?;
        tables.extend(names.into_iter().map(|table| TableName::new(&schema, table)));
    }
    Ok(tables)
}

async fn tables(wire: &Arc<Wire>, query_id: &str) -> Result<RecordBatch> {
    let tables = all_tables(wire, query_id).await?;
    batch(vec![
        ("table_catalog", texts(tables.iter().map(|_| wire.catalog()))),
        ("table_schema", texts(tables.iter().map(|table| table.schema.as_str()))),
        ("table_name", texts(tables.iter().map(|table| table.table.as_str()))),
        // The protocol does not tell a view from a table.
        ("table_type", texts(tables.iter().map(|_| "BASE TABLE"))),
    ])
}

/// One table that cannot be described, or was dropped since it was listed, does not hide the columns of all others.
fn described<T>(told: Result<T>) -> Result<Option<T>> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Invalid | ErrorKind::Unsupported) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn columns(wire: &Arc<Wire>, query: &QueryContext) -> Result<RecordBatch> {
    let tables = all_tables(wire, &query.id).await?;
    let told = tables.iter().map(|table| async { described(wire.table(&query.id, table.clone()).await) }.boxed());
    let told: Vec<_> = stream::iter(told.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
    let left_out = tables.iter().zip(&told).filter(|(_, told)| told.is_none()).map(|(table, _)| table);
    locked(&query.notes).extend(left_out.map(|table| {
        let catalog = wire.catalog();
        format!("{catalog}.information_schema.columns leaves out table {table}, which cannot be described; DESCRIBE says why")
    }));
    let told: Vec<_> = told.into_iter().flatten().collect();
    let rows: Vec<(&TableName, i64, &str, String)> = told
        .iter()
        .flat_map(|told| {
            let fields = (1..).zip(told.schema.fields());
            fields.map(|(at, field)| (&told.table, at, field.name().as_str(), athena_type(field.data_type())))
        })
        .collect();
    batch(vec![
        ("table_catalog", texts(rows.iter().map(|_| wire.catalog()))),
        ("table_schema", texts(rows.iter().map(|row| row.0.schema.as_str()))),
        ("table_name", texts(rows.iter().map(|row| row.0.table.as_str()))),
        ("column_name", texts(rows.iter().map(|row| row.2))),
        ("ordinal_position", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)))),
        ("column_default", Arc::new(StringArray::new_null(rows.len()))),
        ("is_nullable", texts(rows.iter().map(|_| "YES"))),
        ("data_type", texts(rows.iter().map(|row| row.3.as_str()))),
    ])
}

pub(super) fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(texts))
}

pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .map_err(|error| Error::internal("making a listing").with_source(error))
}
