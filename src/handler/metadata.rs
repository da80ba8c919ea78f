//! Ping, capabilities, schemas, tables, and what a table looks like.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};
use connector_core::{Capabilities, Column, Query, Relation, Result, Table, TableName};

use super::Handler;
use super::caller::Asked;
use crate::protocol::{
    CapabilitySubType, GetDataSourceCapabilitiesRequest, GetDataSourceCapabilitiesResponse, GetTableRequest,
    GetTableResponse, ListSchemasRequest, ListSchemasResponse, ListTablesRequest, ListTablesResponse, PingRequest,
    PingResponse,
};

impl Handler {
    /// Says that we are here; never fails because a source is down, and never waits for one.
    pub(super) fn ping(&self, request: PingRequest) -> PingResponse {
        PingResponse {
            catalog: request.catalog,
            query_id: request.query_id,
            source_type: "glaux".into(),
            capabilities: PingResponse::CAPABILITIES,
            serde_version: u32::from(self.version.number()),
        }
    }

    pub(super) async fn capabilities(
        &self,
        request: GetDataSourceCapabilitiesRequest,
    ) -> Result<GetDataSourceCapabilitiesResponse> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let mut session = self.session(&asked).await?;
        let mut capabilities = advertised(&session.connection().capabilities());
        session.give_back();
        capabilities.extend(asked.offered());
        Ok(GetDataSourceCapabilitiesResponse { catalog: request.catalog, capabilities })
    }

    pub(super) async fn list_schemas(&self, request: ListSchemasRequest) -> Result<ListSchemasResponse> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let mut session = self.session(&asked).await?;
        let schemas = session.connection().schemas().await?;
        session.give_back();
        let schemas = schemas.iter().map(|name| name.to_lowercase());
        let schemas: BTreeSet<String> = schemas.chain(asked.source.view_schemas()).collect();
        Ok(ListSchemasResponse { catalog: request.catalog, schemas: schemas.into_iter().collect() })
    }

    /// A page of tables. The token is the last name of the page in the source's spelling, so that tables created or dropped
    /// in between shift nothing.
    pub(super) async fn list_tables(&self, request: ListTablesRequest) -> Result<ListTablesResponse> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let page = request.page_size.map(|size| usize::try_from(size.max(1)).unwrap_or(usize::MAX));
        let one_more = page.map(|size| size.saturating_add(1));
        let after = request.next_token.as_deref();
        let mut tables = if let Some(views) = asked.source.views_of(&request.schema) {
            page_of(&views, after, one_more)
        } else {
            let mut session = self.session(&asked).await?;
            let tables = session.connection().tables(&request.schema, after, one_more).await?;
            session.give_back();
            tables
        };
        let more = page.is_some_and(|size| tables.len() > size);
        tables.truncate(page.unwrap_or(usize::MAX));
        let next_token = tables.last().filter(|_| more).map(|table| table.name.clone());
        let schema = request.schema.to_lowercase();
        let mut names: Vec<TableName> =
            tables.iter().map(|table| TableName::new(&schema, table.name.to_lowercase())).collect();
        // Two names that differ only in case are one to Athena.
        names.sort();
        names.dedup();
        Ok(ListTablesResponse { catalog: request.catalog, tables: names, next_token })
    }

    pub(super) async fn get_table(&self, request: GetTableRequest) -> Result<GetTableResponse> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let query = asked.query(&request.table, &request.passthrough)?;
        let known = if query.is_none() { self.described(&asked, &request.table) } else { None };
        let table = match known {
            Some(table) => table,
            None => self.described_now(&asked, &request.table, query.as_ref()).await?,
        };
        Ok(GetTableResponse {
            catalog: request.catalog,
            table: request.table,
            schema: athena_schema(&table),
            partition_columns: Vec::new(),
        })
    }

    async fn described_now(&self, asked: &Asked, table: &TableName, query: Option<&Query>) -> Result<Table> {
        let (session, table) = self.found(asked, table, query).await?;
        session.give_back();
        Ok(table)
    }
}

/// Up to `limit` views behind `after`.
fn page_of(views: &BTreeSet<&str>, after: Option<&str>, limit: Option<usize>) -> Vec<Relation> {
    let behind = views.iter().filter(|name| after.is_none_or(|after| **name > after));
    behind.take(limit.unwrap_or(usize::MAX)).map(|name| Relation { name: (*name).to_owned() }).collect()
}

/// A table's columns as Athena sees them; metadata under a column's name is shown as its comment.
fn athena_schema(table: &Table) -> SchemaRef {
    let comments = table.columns.iter().filter_map(|column| Some((column.name.clone(), column.comment.clone()?)));
    let metadata: HashMap<String, String> = comments.collect();
    let field = |column: &Column| Field::new(&column.name, column.announced_type().clone(), true);
    let fields: Vec<_> = table.columns.iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, metadata))
}

/// A source's capabilities in Athena's words.
fn advertised(capabilities: &Capabilities) -> BTreeMap<String, Vec<CapabilitySubType>> {
    let plain = |sub_type: &str| CapabilitySubType { sub_type: sub_type.into(), properties: Vec::new() };
    let mut advertised = BTreeMap::new();
    // Every kind of value set is applied: at the source, or by the evaluator before a row leaves.
    let filters = ["sorted_range_set", "equatable_range_set", "all_or_none_value_set", "nullable_comparison"];
    advertised.insert("supports_filter_pushdown".into(), filters.into_iter().map(plain).collect());
    if !capabilities.functions.is_empty() {
        let properties = capabilities.functions.iter().map(|function| function.wire_name().to_owned()).collect();
        let functions = CapabilitySubType { sub_type: "supported_function_expression_types".into(), properties };
        advertised.insert("supports_complex_expression_pushdown".into(), vec![functions]);
    }
    if capabilities.limit {
        advertised.insert("supports_limit_pushdown".into(), vec![plain("integer_constant")]);
    }
    if capabilities.top_n {
        advertised.insert("supports_top_n_pushdown".into(), vec![plain("SUPPORTS_ORDER_BY")]);
    }
    advertised
}
