//! Which partitions and which splits a read is made of.

use std::sync::Arc;

use arrow_array::{Int32Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use connector_core::{Error, Result, Scan, Table};

use super::Handler;
use super::metadata::refuse_passthrough;
use crate::protocol::{
    Constraints, GetSplitsRequest, GetSplitsResponse, GetTableLayoutRequest, GetTableLayoutResponse, Split,
};

/// Splits a page may hold: at about a kilobyte each, far below the 6 MB of a Lambda's answer.
const SPLITS_PER_PAGE: usize = 2_000;

impl Handler {
    /// One partition, or none when the constraints can hold for no row.
    pub(super) fn get_table_layout(&self, request: GetTableLayoutRequest) -> Result<GetTableLayoutResponse> {
        self.source(&request.catalog)?;
        refuse_passthrough(&request.constraints.passthrough)?;
        let empty = request.constraints.summary.values().any(connector_core::Domain::is_none);
        Ok(GetTableLayoutResponse { catalog: request.catalog, table: request.table, partitions: partitions(!empty)? })
    }

    pub(super) async fn get_splits(&self, request: GetSplitsRequest) -> Result<GetSplitsResponse> {
        refuse_passthrough(&request.constraints.passthrough)?;
        self.store.verify(&request.identity).await?;
        let slices = match request.partitions.num_rows() {
            0 => Vec::new(),
            _ => self.slices(&request).await?,
        };
        let start = position(request.continuation_token.as_deref(), slices.len())?;
        let end = start.saturating_add(SPLITS_PER_PAGE).min(slices.len());
        let mut splits = Vec::with_capacity(end - start);
        for slice in slices.get(start..end).unwrap_or_default() {
            splits.push(Split {
                spill_location: Some(self.store.location(&request.identity, &request.query_id)?),
                encryption_key: self.store.new_key().await?,
                properties: slice.properties().clone(),
            });
        }
        let continuation_token = (end < slices.len()).then(|| end.to_string());
        Ok(GetSplitsResponse { catalog: request.catalog, splits, continuation_token })
    }

    async fn slices(&self, request: &GetSplitsRequest) -> Result<Vec<connector_core::Split>> {
        let mut session = self.session(&request.catalog, &request.query_id).await?;
        let table = session.connection().table(&request.table).await?;
        let scan = scan(table, Vec::new(), &request.constraints);
        let slices = session.connection().splits(&scan, self.config.max_splits).await?;
        session.give_back();
        Ok(slices)
    }
}

/// The read that a request describes, of the whole table.
pub(super) fn scan(table: Table, projection: Vec<String>, constraints: &Constraints) -> Scan {
    Scan {
        domains: constraints.summary.clone(),
        filters: constraints.expressions.clone(),
        order: constraints.order_by.clone(),
        limit: constraints.limit,
        ..Scan::new(table, projection)
    }
}

/// Where a page starts. A plan that has shrunk below the token has changed while it was being fetched.
fn position(token: Option<&str>, count: usize) -> Result<usize> {
    let Some(token) = token else { return Ok(0) };
    let start: usize = token
        .parse()
        .map_err(|_| Error::invalid("the continuation token is none of ours").hint("pass it back as it came"))?;
    if start > count {
        return Err(Error::new(
            connector_core::ErrorKind::Conflict,
            "the table's splits changed while they were listed",
        )
        .hint("run the query again"));
    }
    Ok(start)
}

/// The block of one dummy partition that the protocol wants of an unpartitioned table; no row means nothing to read.
fn partitions(any: bool) -> Result<RecordBatch> {
    let schema = Arc::new(Schema::new(vec![Field::new("partitionId", DataType::Int32, true)]));
    let column = Int32Array::from_iter_values(any.then_some(1));
    RecordBatch::try_new(schema, vec![Arc::new(column)])
        .map_err(|error| Error::internal("making the partition block").with_source(error))
}
