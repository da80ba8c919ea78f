//! Domains as value sets: three kinds are read, and of them the one is written that suits the type.

use std::cmp::Ordering;

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use connector_core::{Bound, Domain, Range, Result, Value, Values};

use super::arrow_type::{read_type, write_type};
use super::value::{ValueWriter, compare, has_values, read_values};
use crate::protocol::Framing;
use crate::protocol::block::{BlockReader, first_serde};
use crate::protocol::json::{Cursor, Object, Shortened, Writer};

/// Reads a value set of any kind.
pub(super) fn read_domain(cursor: Cursor<'_, '_>, blocks: &mut BlockReader) -> Result<Domain> {
    let set = cursor.object()?;
    match set.text("@type")?.as_str() {
        "SortedRangeSet" => read_sorted(&set, blocks),
        "EquatableValueSet" => read_equatable(&set, blocks),
        "AllOrNoneValueSet" => read_all_or_none(&set),
        "sortable" | "equatable" | "allOrNone" => Err(cursor.locate(first_serde())),
        other => Err(cursor.error(format!("\"{}\" is no kind of value set", Shortened(other)))),
    }
}

fn read_sorted(set: &Object<'_, '_>, blocks: &mut BlockReader) -> Result<Domain> {
    let data_type = set.field("type", read_type)?;
    let ranges = set.field("ranges", |cursor| cursor.items(|range| read_range(range, &data_type, blocks)))?;
    let nulls = set.boolean("nullAllowed")?;
    let values = if !ranges.is_empty() && ranges.iter().all(|range| range.single().is_some()) {
        Values::In(ranges.into_iter().filter_map(|range| range.single().cloned()).collect())
    } else if matches!(ranges.as_slice(), [only] if only.is_all()) {
        Values::All
    } else {
        Values::Ranges(ranges)
    };
    Ok(Domain { data_type, values, nulls })
}

fn read_range(cursor: Cursor<'_, '_>, data_type: &DataType, blocks: &mut BlockReader) -> Result<Range> {
    let range = cursor.object()?;
    Ok(Range {
        low: range.field("low", |marker| read_marker(marker, "ABOVE", data_type, blocks))?,
        high: range.field("high", |marker| read_marker(marker, "BELOW", data_type, blocks))?,
    })
}

/// Reads a marker whose bound may be EXACTLY or `outer`, the one that leads out of the range.
fn read_marker(cursor: Cursor<'_, '_>, outer: &str, data_type: &DataType, blocks: &mut BlockReader) -> Result<Bound> {
    let marker = cursor.object()?;
    let bound = marker.text("bound")?;
    let unbounded = marker.boolean("nullValue")?;
    if bound != outer && bound != "EXACTLY" {
        return Err(cursor.error(format!("the bound here is EXACTLY or {outer}")));
    }
    if unbounded {
        return if bound == outer { Ok(Bound::Unbounded) } else { Err(cursor.error("no value is EXACTLY unbounded")) };
    }
    let value = marker.field("valueBlock", |field| {
        let block = blocks.read(field)?;
        let column = only_column(field, &block)?;
        if column.data_type() != data_type {
            return Err(field.error("the block has another type than its value set"));
        }
        match read_values(column).map_err(|error| field.locate(error))?.as_mut_slice() {
            [Some(value)] => Ok(std::mem::replace(value, Value::Bool(false))),
            _ => Err(field.error("a marker needs exactly one value")),
        }
    })?;
    Ok(if bound == outer { Bound::Excluded(value) } else { Bound::Included(value) })
}

/// The literal reading: an empty black list lets everything pass, though some writers mean "only null" by one with nulls.
fn read_equatable(set: &Object<'_, '_>, blocks: &mut BlockReader) -> Result<Domain> {
    let (data_type, list) = set.field("valueBlock", |field| {
        let block = blocks.read(field)?;
        let column = only_column(field, &block)?;
        let values = read_values(column).map_err(|error| field.locate(error))?;
        Ok((column.data_type().clone(), values.into_iter().flatten().collect()))
    })?;
    let wanted = set.boolean("whiteList")?;
    let values = if wanted { Values::In(list) } else { Values::NotIn(list) };
    Ok(Domain { data_type, values, nulls: set.boolean("nullAllowed")? })
}

/// Java writes `all` as "all, and NULL too", so neither stands for "not NULL" as for "nothing"; the former is the safe one.
fn read_all_or_none(set: &Object<'_, '_>) -> Result<Domain> {
    let data_type = set.field("type", read_type)?;
    let all = set.boolean("all")?;
    let nulls = set.boolean("nullAllowed")?;
    let values = if all || !nulls { Values::All } else { Values::Ranges(Vec::new()) };
    Ok(Domain { data_type, values, nulls })
}

/// The column of a value block, by position: its name is Athena's choice.
pub(super) fn only_column<'b>(field: Cursor<'_, '_>, block: &'b RecordBatch) -> Result<&'b dyn Array> {
    match block.columns() {
        [column] => Ok(column.as_ref()),
        _ => Err(field.error("a value block has exactly one column")),
    }
}

/// Writes a domain.
///
/// Every type whose values we know has an order, so that an equatable set is never needed. One without known values, a
/// nested one, can only be told as all or none, and there "nothing" can only be told as "not NULL".
pub(super) fn write_domain(writer: &mut Writer, domain: &Domain, framing: Framing) -> Result<()> {
    writer.object(|writer| {
        if has_values(&domain.data_type) {
            write_sorted(writer, domain, framing)
        } else {
            write_all_or_none(writer, domain)
        }
    })
}

fn write_sorted(writer: &mut Writer, domain: &Domain, framing: Framing) -> Result<()> {
    let values = ValueWriter::new(&domain.data_type, framing)?;
    writer.name("@type")?.text("SortedRangeSet")?;
    write_type(writer.name("type")?, &domain.data_type)?;
    writer.name("ranges")?.array(spans(&domain.values), |writer, span| {
        writer.object(|writer| {
            write_marker(writer.name("low")?, span.low, "ABOVE", &values)?;
            write_marker(writer.name("high")?, span.high, "BELOW", &values)
        })
    })?;
    writer.name("nullAllowed")?.boolean(domain.nulls)
}

fn write_marker(writer: &mut Writer, edge: Option<Edge<'_>>, outer: &str, values: &ValueWriter) -> Result<()> {
    writer.object(|writer| {
        let value = edge.map(|edge| Some(edge.value));
        values.write(writer.name("valueBlock")?, value.as_slice())?;
        let included = edge.is_some_and(|edge| edge.included);
        writer.name("bound")?.text(if included { "EXACTLY" } else { outer })?;
        writer.name("nullValue")?.boolean(edge.is_none())
    })
}

fn write_all_or_none(writer: &mut Writer, domain: &Domain) -> Result<()> {
    writer.name("@type")?.text("AllOrNoneValueSet")?;
    write_type(writer.name("type")?, &domain.data_type)?;
    writer.name("all")?.boolean(domain.is_all())?;
    writer.name("nullAllowed")?.boolean(domain.nulls)
}

/// A range as it is written, none being no end.
#[derive(Clone, Copy)]
struct Span<'d> {
    low: Option<Edge<'d>>,
    high: Option<Edge<'d>>,
}

#[derive(Clone, Copy)]
struct Edge<'d> {
    value: &'d Value,
    included: bool,
}

/// The ranges of a domain in their order, without empty ones, on which AWS's reader throws, and none that touch, which it joins.
fn spans(values: &Values) -> Vec<Span<'_>> {
    match values {
        Values::All => vec![Span { low: None, high: None }],
        Values::Ranges(ranges) => {
            let mut spans: Vec<_> = ranges.iter().map(Span::of).filter(Span::is_possible).collect();
            spans.sort_by(|a, b| compare_lows(a.low, b.low));
            joined(spans)
        }
        Values::In(list) => sorted(list).into_iter().map(Span::single).collect(),
        Values::NotIn(list) => gaps(&sorted(list)),
    }
}

fn joined(spans: Vec<Span<'_>>) -> Vec<Span<'_>> {
    let mut joined: Vec<Span<'_>> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if reaches(last.high, span.low) => {
                if compare_highs(last.high, span.high).is_lt() {
                    last.high = span.high;
                }
            }
            _ => joined.push(span),
        }
    }
    joined
}

fn gaps<'d>(points: &[&'d Value]) -> Vec<Span<'d>> {
    let edges = points.iter().map(|value| Some(Edge { value, included: false }));
    let lows = std::iter::once(None).chain(edges.clone());
    let highs = edges.chain(std::iter::once(None));
    lows.zip(highs).map(|(low, high)| Span { low, high }).collect()
}

fn sorted(list: &[Value]) -> Vec<&Value> {
    let mut values: Vec<&Value> = list.iter().collect();
    values.sort_by(|a, b| compare(a, b));
    values.dedup_by(|a, b| compare(a, b) == Ordering::Equal);
    values
}

impl<'d> Span<'d> {
    fn of(range: &'d Range) -> Self {
        Self { low: edge(&range.low), high: edge(&range.high) }
    }

    fn single(value: &'d Value) -> Self {
        let edge = Some(Edge { value, included: true });
        Self { low: edge, high: edge }
    }

    fn is_possible(&self) -> bool {
        let (Some(low), Some(high)) = (self.low, self.high) else { return true };
        match compare(low.value, high.value) {
            Ordering::Less => true,
            Ordering::Equal => low.included && high.included,
            Ordering::Greater => false,
        }
    }
}

fn edge(bound: &Bound) -> Option<Edge<'_>> {
    match bound {
        Bound::Unbounded => None,
        Bound::Included(value) => Some(Edge { value, included: true }),
        Bound::Excluded(value) => Some(Edge { value, included: false }),
    }
}

fn compare_lows(a: Option<Edge<'_>>, b: Option<Edge<'_>>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => compare(a.value, b.value).then(b.included.cmp(&a.included)),
    }
}

fn compare_highs(a: Option<Edge<'_>>, b: Option<Edge<'_>>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => compare(a.value, b.value).then(a.included.cmp(&b.included)),
    }
}

/// Whether no value lies between a range that ends with `high` and one that starts with `low`.
fn reaches(high: Option<Edge<'_>>, low: Option<Edge<'_>>) -> bool {
    let (Some(high), Some(low)) = (high, low) else { return true };
    match compare(high.value, low.value) {
        Ordering::Less => false,
        Ordering::Equal => high.included || low.included,
        Ordering::Greater => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_overlap_or_touch_are_joined_and_a_single_gap_between_two_stays() {
        let number = |number| Value::Int(number);
        let ranges = Values::Ranges(vec![
            Range { low: Bound::Excluded(number(5)), high: Bound::Included(number(6)) },
            Range { low: Bound::Included(number(3)), high: Bound::Excluded(number(5)) },
            Range { low: Bound::Unbounded, high: Bound::Included(number(1)) },
            Range { low: Bound::Excluded(number(1)), high: Bound::Included(number(3)) },
            Range { low: Bound::Included(number(2)), high: Bound::Included(number(2)) },
        ]);
        let ends: Vec<_> =
            spans(&ranges).iter().map(|span| (span.low.map(|e| e.value), span.high.map(|e| e.value))).collect();
        let (five, six) = (number(5), number(6));
        assert_eq!(ends, [(None, Some(&five)), (Some(&five), Some(&six))]);
    }
}
