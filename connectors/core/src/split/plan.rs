//! Where a scan is cut.

use futures::TryStreamExt;

use super::Split;
use super::key::{Hull, Key, KeyRange, evenly, hull, numbered, ranges, spread};
use crate::{BatchLimits, Connection, Dialect, Error, Result, Scan, Value, sql};

/// A limit up to which one slice is enough, if nothing has to be searched for its rows.
const FEW_ROWS: u64 = 10_000;

/// How many slices there may be, and how large one should be.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// At most so many slices.
    pub most: usize,
    /// About so many bytes of the source in each.
    pub bytes: u64,
}

/// Cuts a scan along a key of its table, or, if it is of a query, along the column that was named with it; what cannot be cut
/// is one slice.
///
/// Errors: invalid, if the query has no such column or one that is not cut along; those of asking the source.
pub async fn plan(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    scan: &Scan,
    sizes: Sizes,
) -> Result<Vec<Split>> {
    let is_short =
        scan.limit.is_some_and(|limit| limit <= FEW_ROWS) && scan.domains.is_empty() && scan.filters.is_empty();
    if sizes.most <= 1 || is_short {
        return Ok(vec![Split::Whole]);
    }
    let key = match &scan.query {
        Some(query) => query.split_by().map(|column| named(scan, column)).transpose()?,
        None => connection.key(&scan.table).await?,
    };
    let Some(key) = key.filter(|key| sizes.parts(key.bytes.into()) > 1) else { return Ok(vec![Split::Whole]) };
    let domain = scan.domains.get(&key.column);
    let hull = domain.map_or((None, None), hull);
    let mut cuts = if key.quantiles.is_empty() {
        let bounds = bounds(connection, dialect, scan, &key).await?;
        bounds.map_or_else(Vec::new, |bounds| cuts_between(&key, bounds, hull, sizes))
    } else {
        cuts_among(&key, hull, sizes)
    };
    cuts.retain(|cut| dialect.binds(cut));
    let ranges = ranges(&key.column, key.nullable, cuts).into_iter();
    let splits = ranges.filter(|range| domain.is_none_or(|domain| range.may_pass(domain))).map(KeyRange::into_split);
    let splits: Vec<Split> = splits.collect();
    Ok(if splits.is_empty() { vec![Split::Whole] } else { splits })
}

impl Sizes {
    fn parts(self, bytes: u128) -> usize {
        usize::try_from(bytes.div_ceil(self.bytes.max(1).into())).unwrap_or(usize::MAX).clamp(1, self.most)
    }
}

/// Cuts that lie evenly between the bounds as far as they are asked for, and so many as that part of the table wants.
fn cuts_between(key: &Key, (least, largest): (Value, Value), (low, high): Hull, sizes: Sizes) -> Vec<Value> {
    let (Some(start), Some(end)) = (numbered(&least), numbered(&largest)) else { return Vec::new() };
    let (from, to) = (low.map_or(start, |low| low.max(start)), high.map_or(end, |high| high.min(end)));
    let width = |from: i128, to: i128| if to < from { 0 } else { to.abs_diff(from) };
    let parts = sizes.parts(share(key.bytes.into(), width(from, to), width(start, end)));
    evenly(from, to, parts, &least)
}

/// Cuts that are quantiles as far as they are asked for, and so many as that part of the table wants.
fn cuts_among(key: &Key, (low, high): Hull, sizes: Sizes) -> Vec<Value> {
    let is_asked_for = |value: &&Value| {
        numbered(value).is_none_or(|value| low.is_none_or(|low| value > low) && high.is_none_or(|high| value <= high))
    };
    let inside: Vec<Value> = key.quantiles.iter().filter(is_asked_for).cloned().collect();
    let of = |count: usize| u128::try_from(count).unwrap_or(u128::MAX).saturating_add(1);
    spread(&inside, sizes.parts(share(key.bytes.into(), of(inside.len()), of(key.quantiles.len()))))
}

/// So much of `bytes` as `part` is of `whole`.
fn share(bytes: u128, part: u128, whole: u128) -> u128 {
    // Exact enough, and never beyond what fits: the widest decimals are further apart than bytes can be multiplied with.
    match bytes.checked_mul(part) {
        Some(product) => product / whole.max(1),
        None => bytes / (whole / part.max(1)).max(1),
    }
}

/// A key that somebody has named; nothing is known about it.
fn named(scan: &Scan, name: &str) -> Result<Key> {
    let Some(column) = scan.column(name) else {
        return Err(Error::invalid(format!("the query is to be cut along {name:?}, which is no column of it"))
            .hint("name a column of its answer, in lower case"));
    };
    if !sql::can_be_bounded(column) {
        let data_type = &column.mapping.data_type;
        return Err(Error::invalid(format!("the query is to be cut along {name:?}, which is {data_type}"))
            .hint("name a column of whole numbers, decimals, dates or times"));
    }
    Ok(Key { column: name.to_owned(), nullable: true, bytes: u64::MAX, quantiles: Vec::new() })
}

/// The least and the largest value of the key, if it has any.
async fn bounds(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    scan: &Scan,
    key: &Key,
) -> Result<Option<(Value, Value)>> {
    let statement = sql::bounds(scan, &key.column, dialect)?;
    let asked = format!("asking for the least and the largest {:?}", key.column);
    let reading = async {
        let stream = connection.read(scan, &statement, BatchLimits::default()).await?;
        stream.try_collect::<Vec<_>>().await
    };
    let batches = reading.await.map_err(|error| error.context(asked))?;
    let Some(batch) = batches.first().filter(|batch| batch.num_rows() == 1 && batch.num_columns() == 2) else {
        return Ok(None);
    };
    Ok(Value::at(batch.column(0), 0).zip(Value::at(batch.column(1), 0)))
}
