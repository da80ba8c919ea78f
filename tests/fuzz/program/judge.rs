//! Whether the rows that come are the rows that are wanted.

use std::cmp::Ordering;
use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::{take, take_record_batch};
use connector_core::testing::suite;
use connector_core::{Connection, Direction, Nulls, Result, Scan, SortKey, Split, Table, TableName, Value, eval, sql};

use crate::mutation::Mutation;
use crate::source::Source;

/// A table and all its rows, read without any condition.
pub struct Subject {
    pub source: Source,
    pub table: Table,
    pub all: RecordBatch,
    /// Where the row of an id is.
    places: HashMap<i32, u32>,
}

/// What became of a question.
pub enum Verdict {
    /// The wanted rows came, so many.
    Same(usize),
    /// No answer is wanted: a row's arithmetic fails.
    Fails,
    /// Other rows came, or none.
    Wrong(String),
}

impl Subject {
    /// Describes and reads a table.
    ///
    /// Errors: those of the connection.
    pub async fn open(source: Source, connection: &mut dyn Connection, schema: &str, name: &str) -> Result<Self> {
        let table = connection.table(&TableName::new(schema, name.to_lowercase())).await?;
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        let scan = Scan::new(table.clone(), columns);
        let all = suite::read_rendered(connection, &scan, &sql::render(&scan, source.dialect())?).await?;
        let ids = all.column_by_name("id").unwrap().as_primitive::<Int32Type>();
        let places = (0..).zip(ids.values()).map(|(place, id)| (*id, place)).collect();
        Ok(Self { source, table, all, places })
    }

    /// Asks with everything pushed down that a rule allows, slice by slice.
    pub async fn ask(
        &self,
        connection: &mut dyn Connection,
        scan: &Scan,
        slices: &[Split],
        broken: Option<&Mutation>,
    ) -> Verdict {
        let Ok(wanted) = self.wanted(scan) else { return Verdict::Fails };
        match self.union(connection, scan, slices, broken).await {
            Err(error) => Verdict::Wrong(format!("no answer: {error}")),
            Ok((found, limited)) => self.judge(scan, &wanted, &found, limited),
        }
    }

    /// The rows that pass, by the evaluator.
    ///
    /// Errors: those of the evaluator, which are a row's own.
    pub fn wanted(&self, scan: &Scan) -> Result<BooleanArray> {
        let domains: Vec<_> = scan.domains.clone().into_iter().collect();
        eval::select(&self.all, &domains, &scan.filters)
    }

    /// What comes of all slices, and whether the source was trusted with the limit.
    async fn union(
        &self,
        connection: &mut dyn Connection,
        scan: &Scan,
        slices: &[Split],
        broken: Option<&Mutation>,
    ) -> Result<(RecordBatch, bool)> {
        let (mut parts, mut limited) = (Vec::new(), false);
        for split in slices {
            let (part, was_limited) =
                self.answer(connection, &Scan { split: split.clone(), ..scan.clone() }, broken).await?;
            limited = was_limited;
            parts.push(part);
        }
        Ok((merged(scan, &parts, limited), limited))
    }

    /// What comes of one slice.
    async fn answer(
        &self,
        connection: &mut dyn Connection,
        scan: &Scan,
        broken: Option<&Mutation>,
    ) -> Result<(RecordBatch, bool)> {
        let dialect = self.source.dialect();
        let rendered = broken.map_or_else(|| sql::render(scan, dialect), |broken| broken.render(scan, dialect))?;
        let limited = scan.limit.is_some() && !rendered.remainder.limit;
        Ok((suite::read_rendered(connection, scan, &rendered).await?, limited))
    }

    /// Compares what came with what is wanted.
    pub fn judge(&self, scan: &Scan, wanted: &BooleanArray, found: &RecordBatch, limited: bool) -> Verdict {
        let count = match scan.limit.filter(|_| limited) {
            Some(limit) => wanted.true_count().min(usize::try_from(limit).unwrap()),
            None => wanted.true_count(),
        };
        if found.num_rows() != count {
            return Verdict::Wrong(format!("{} rows instead of {count}", found.num_rows()));
        }
        let wrong = match scan.projection.iter().any(|name| name == "id") {
            true => self.wrong_by_id(scan, wanted, found, limited),
            false if limited => None,
            false => self.wrong_by_text(scan, wanted, found),
        };
        wrong.map_or(Verdict::Same(count), Verdict::Wrong)
    }

    fn wrong_by_id(&self, scan: &Scan, wanted: &BooleanArray, found: &RecordBatch, limited: bool) -> Option<String> {
        let ids = found.column_by_name("id")?.as_primitive::<Int32Type>();
        let mut places = Vec::new();
        for id in ids.values() {
            match self.places.get(id) {
                Some(place) if wanted.value(*place as usize) => places.push(*place),
                _ => return Some(format!("the row {id} is none of those wanted")),
            }
        }
        let mut once = places.clone();
        once.sort_unstable();
        once.dedup();
        if once.len() != places.len() {
            return Some(format!("a row comes twice: {:?}", ids.values()));
        }
        self.wrong_values(found, &places).or_else(|| {
            let first = limited && !scan.order.is_empty();
            first.then(|| self.wrong_order(scan, wanted, &places)).flatten()
        })
    }

    fn wrong_values(&self, found: &RecordBatch, places: &[u32]) -> Option<String> {
        let places = UInt32Array::from(places.to_vec());
        found.schema().fields().iter().enumerate().find_map(|(index, field)| {
            let expected = take(self.all.column_by_name(field.name())?, &places, None).unwrap();
            let found = found.column(index);
            (found.as_ref() != expected.as_ref())
                .then(|| format!("column {:?} is {found:?} instead of {expected:?}", field.name()))
        })
    }

    /// Whether the rows that came could be the first ones: their keys are those of the first, in whatever order.
    fn wrong_order(&self, scan: &Scan, wanted: &BooleanArray, places: &[u32]) -> Option<String> {
        let keys = |place: usize| -> Vec<Option<Value>> {
            let cell = |key: &SortKey| Value::at(self.all.column_by_name(&key.column).unwrap().as_ref(), place);
            scan.order.iter().map(cell).collect()
        };
        let sorted = |mut all: Vec<Vec<Option<Value>>>| {
            all.sort_by(|left, right| by_keys(&scan.order, left, right));
            all
        };
        let mut first = sorted((0..wanted.len()).filter(|place| wanted.value(*place)).map(keys).collect());
        first.truncate(places.len());
        let found = sorted(places.iter().map(|place| keys(*place as usize)).collect());
        (found != first).then(|| format!("the first keys are {first:?}, and {found:?} came"))
    }

    fn wrong_by_text(&self, scan: &Scan, wanted: &BooleanArray, found: &RecordBatch) -> Option<String> {
        let places: Vec<usize> = scan.projection.iter().map(|name| self.all.schema().index_of(name).unwrap()).collect();
        let rows = arrow_select::filter::filter_record_batch(&self.all, wanted).unwrap().project(&places).unwrap();
        let (expected, found) = (suite::sorted_rows(&rows), suite::sorted_rows(found));
        (expected != found).then(|| format!("{found:?} came instead of {expected:?}"))
    }
}

/// What Athena makes of the answers to several slices, which it joins and, after a limit, orders and limits again.
pub fn merged(scan: &Scan, parts: &[RecordBatch], limited: bool) -> RecordBatch {
    let [first, ..] = parts else { panic!("a scan has a slice") };
    let all = if first.num_columns() == 0 {
        let rows = parts.iter().map(RecordBatch::num_rows).sum();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(first.schema(), Vec::new(), &options).unwrap()
    } else {
        concat_batches(&first.schema(), parts).unwrap()
    };
    let limit = scan.limit.filter(|_| limited && parts.len() > 1).map(|limit| usize::try_from(limit).unwrap());
    let Some(limit) = limit.filter(|limit| *limit < all.num_rows()) else { return all };
    let keys: Option<Vec<_>> = scan.order.iter().map(|key| all.column_by_name(&key.column)).collect();
    let Some(keys) = keys.filter(|keys| !keys.is_empty()) else { return all.slice(0, limit) };
    let of = |row: u32| -> Vec<_> { keys.iter().map(|key| Value::at(key, row as usize)).collect() };
    let mut rows: Vec<u32> = (0..u32::try_from(all.num_rows()).unwrap()).collect();
    rows.sort_by(|left, right| by_keys(&scan.order, &of(*left), &of(*right)));
    take_record_batch(&all, &UInt32Array::from(rows[..limit].to_vec())).unwrap()
}

fn by_keys(order: &[SortKey], left: &[Option<Value>], right: &[Option<Value>]) -> Ordering {
    let sides = order.iter().zip(left.iter().zip(right));
    let mut compared = sides.map(|(key, (left, right))| in_order(key, left.as_ref(), right.as_ref()));
    compared.find(|side| side.is_ne()).unwrap_or(Ordering::Equal)
}

fn in_order(key: &SortKey, left: Option<&Value>, right: Option<&Value>) -> Ordering {
    let first = if key.nulls == Nulls::First { Ordering::Less } else { Ordering::Greater };
    match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => first,
        (Some(_), None) => first.reverse(),
        (Some(left), Some(right)) => match key.direction {
            Direction::Ascending => compared(left, right),
            Direction::Descending => compared(left, right).reverse(),
        },
    }
}

/// Athena's order; of floats, whose order is never pushed unless that rule is broken, any one.
fn compared(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Decimal { unscaled: left, .. }, Value::Decimal { unscaled: right, .. }) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.chars().cmp(right.chars()),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Millis(left), Value::Millis(right)) | (Value::ZonedMillis(left), Value::ZonedMillis(right)) => {
            left.cmp(right)
        }
        // Zero has one place, whatever its sign.
        (Value::Float32(left), Value::Float32(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
        (Value::Float64(left), Value::Float64(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
        other => panic!("two types in one column: {other:?}"),
    }
}
