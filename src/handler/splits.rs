//! Which partitions and which splits a read is made of.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arrow_array::{Int32Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use connector_core::split::Sizes;
use connector_core::{Error, ErrorKind, Query, Result, Scan, Split as Slice, Table, TableName, apart};
use futures::{StreamExt, TryStreamExt, stream};

use super::caller::Asked;
use super::measured::{self, Count};
use super::{Handler, plan};
use crate::protocol::{
    Constraints, GetSplitsRequest, GetSplitsResponse, GetTableLayoutRequest, GetTableLayoutResponse, Split,
};

/// Splits a page may hold: at about a kilobyte each, far below the 6 MB of a Lambda's answer.
const SPLITS_PER_PAGE: usize = 2_000;

/// Keys asked of KMS at once: a page of splits would take a minute one by one, and KMS counts requests per second.
const KEYS_AT_ONCE: usize = 16;

impl Handler {
    /// One partition, or none when the constraints can hold for no row.
    pub(super) async fn get_table_layout(&self, request: GetTableLayoutRequest) -> Result<GetTableLayoutResponse> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        asked.query(&request.table, &request.constraints.passthrough)?;
        let none = request.constraints.summary.values().any(connector_core::Domain::is_none);
        // Of no rows there is still one group.
        let empty = none && !plan::reshapes(&request.constraints);
        Ok(GetTableLayoutResponse { catalog: request.catalog, table: request.table, partitions: partitions(!empty)? })
    }

    pub(super) async fn get_splits(&self, request: GetSplitsRequest) -> Result<GetSplitsResponse> {
        let asked = self.asked(&request.catalog, &request.identity, &request.query_id).await?;
        let query = asked.query(&request.table, &request.constraints.passthrough)?;
        self.store.verify(&request.identity).await?;
        let mut slices =
            if request.partitions.num_rows() == 0 { Vec::new() } else { self.slices(&asked, &request, query).await? };
        let start = position(request.continuation_token.as_deref(), &mut slices)?;
        let end = start.saturating_add(SPLITS_PER_PAGE).min(slices.len());
        let page = slices.get(start..end).unwrap_or_default();
        let splits: Vec<_> = page.iter().map(|slice| self.split(slice, &request)).collect();
        let splits = stream::iter(splits).buffered(KEYS_AT_ONCE).try_collect().await?;
        measured::add(Count::Splits, page.len());
        let continuation_token = (end < slices.len()).then(|| token(end, &slices));
        Ok(GetSplitsResponse { catalog: request.catalog, splits, continuation_token })
    }

    /// A slice with a place and a key of its own.
    async fn split(&self, slice: &Slice, request: &GetSplitsRequest) -> Result<Split> {
        Ok(Split {
            spill_location: Some(self.store.location(&request.identity, &request.query_id)?),
            encryption_key: self.store.new_key().await?,
            properties: slice.properties(),
        })
    }

    async fn slices(&self, asked: &Asked, request: &GetSplitsRequest, query: Option<Query>) -> Result<Vec<Slice>> {
        // Nothing is known about a query that would cut it, so unless somebody has named a column nothing is asked.
        if query.as_ref().is_some_and(|query| query.split_by().is_none()) {
            return Ok(vec![Slice::Whole]);
        }
        let settings = &asked.catalog().settings;
        let sizes = Sizes::of(settings);
        let (mut session, table) = self.found(asked, &request.table, query.as_ref()).await?;
        let (mut scan, _) = apart(scan(table, query, Vec::new(), &request.constraints));
        scan.split_by = asked.split_by(&request.table);
        let slices = if asked.is_one_piece(&request.table, &scan.table, &request.constraints) {
            Ok(vec![Slice::Whole])
        } else {
            session.connection().splits(&scan, sizes).await
        };
        let slices = slices.map_err(|error| error.context(format!("cutting {} into splits", scan.table.name)))?;
        // One that ran a user's own words is closed.
        if scan.query.is_none() {
            session.give_back();
        }
        Ok(slices)
    }
}

impl Asked {
    /// The column along which the catalog's owner has this table of the source cut, if one was named.
    fn split_by(&self, table: &TableName) -> Option<String> {
        let lower = TableName::new(table.schema.to_lowercase(), table.table.to_lowercase());
        self.catalog().settings.split_by.get(&lower).cloned()
    }
}

/// The read that a request describes, of the whole table or query.
pub(super) fn scan(table: Table, query: Option<Query>, projection: Vec<String>, constraints: &Constraints) -> Scan {
    Scan {
        query,
        domains: constraints.summary.clone(),
        filters: constraints.expressions.clone(),
        order: constraints.order_by.clone(),
        limit: constraints.limit,
        ..Scan::new(table, projection)
    }
}

/// Where the next page starts, in which plan, and of which moment of the source: the plan is made anew for every page, and neither
/// places in two plans nor rows of two moments must mix.
fn token(start: usize, plan: &[Slice]) -> String {
    let of = moment(plan).map(|moment| format!("-{moment}")).unwrap_or_default();
    format!("{start}-{:016x}{of}", fingerprint(plan))
}

/// The moment at which the splits of a plan are read, where they have one.
fn moment(plan: &[Slice]) -> Option<u64> {
    plan.iter().find_map(|slice| if let Slice::Range(range) = slice { range.moment } else { None })
}

/// The same for the same splits in every instance of one build, whatever their moment.
fn fingerprint(plan: &[Slice]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for slice in plan {
        let mut slice = slice.clone();
        set_moment(None, std::slice::from_mut(&mut slice));
        slice.properties().hash(&mut hasher);
    }
    hasher.finish()
}

/// Has the splits of a plan read at a moment.
fn set_moment(moment: Option<u64>, plan: &mut [Slice]) {
    for slice in plan {
        if let Slice::Range(range) = slice {
            range.moment = moment;
        }
    }
}

/// Where a page starts; its splits are read at the moment of the first page's.
///
/// Errors: invalid, for a token that is none of ours; conflict, if the plan is not the one the token was made for.
fn position(token: Option<&str>, plan: &mut [Slice]) -> Result<usize> {
    let Some(token) = token else { return Ok(0) };
    let read = || {
        let (start, rest) = token.split_once('-')?;
        let (print, moment) = rest.split_once('-').map_or((rest, None), |(print, moment)| (print, Some(moment)));
        Some((start.parse::<usize>().ok()?, print, moment.map(str::parse::<u64>).transpose().ok()?))
    };
    let (start, print, moment) = read()
        .ok_or_else(|| Error::invalid("the continuation token is none of ours").hint("pass it back as it came"))?;
    if start > plan.len() || print != format!("{:016x}", fingerprint(plan)) {
        let changed = Error::new(ErrorKind::Conflict, "the table's splits changed while they were listed");
        return Err(changed.hint("run the query again"));
    }
    set_moment(moment, plan);
    Ok(start)
}

/// The block of one dummy partition that the protocol wants of an unpartitioned table; no row means nothing to read.
fn partitions(any: bool) -> Result<RecordBatch> {
    let schema = Arc::new(Schema::new(vec![Field::new("partitionId", DataType::Int32, true)]));
    let column = Int32Array::from_iter_values(any.then_some(1));
    RecordBatch::try_new(schema, vec![Arc::new(column)])
        .map_err(|error| Error::internal("making the partition block").with_source(error))
}

#[cfg(test)]
mod tests {
    use connector_core::KeyRange;

    use super::*;

    fn plan(names: &[&str]) -> Vec<Slice> {
        let range = |name: &&str| KeyRange {
            columns: vec![(*name).to_owned()],
            from: Vec::new(),
            below: Vec::new(),
            nulls: false,
            moment: None,
        };
        names.iter().map(|name| Slice::Range(range(name))).collect()
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let mut plan = plan(&["a", "b", "c"]);
        assert_eq!(position(None, &mut plan).unwrap(), 0);
        for start in [2, 3] {
            assert_eq!(position(Some(&token(start, &plan)), &mut plan).unwrap(), start);
        }
    }

    #[test]
    fn every_page_is_of_the_moment_of_the_first() {
        let (mut first, mut second) = (plan(&["a", "b"]), plan(&["a", "b"]));
        set_moment(Some(7), &mut first);
        set_moment(Some(9), &mut second);
        assert_eq!(position(Some(&token(1, &first)), &mut second).unwrap(), 1);
        assert_eq!(second, first);
        set_moment(Some(9), &mut second);
        assert_eq!(position(None, &mut second).unwrap(), 0);
        assert_eq!(moment(&second), Some(9));
    }

    #[test]
    fn a_plan_that_has_changed_is_never_mixed_with_the_new_one() {
        let old = token(2, &plan(&["a", "b", "c"]));
        for new in [&["a", "b", "x"][..], &["a", "b"], &["a", "b", "c", "d"], &["b", "a", "c"], &["a"]] {
            assert_eq!(position(Some(&old), &mut plan(new)).unwrap_err().kind(), ErrorKind::Conflict, "{new:?}");
        }
    }

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        for token in ["", "2", "x-0", "-1-0", "99999999999999999999-0", "1-0-x", "1-0-"] {
            assert_eq!(position(Some(token), &mut plan(&["a"])).unwrap_err().kind(), ErrorKind::Invalid, "{token:?}");
        }
    }
}
