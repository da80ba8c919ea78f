//! Columns that are announced as another type than they are read as: those of the connector whose place Glaux has taken
//! ([`crate::Settings::java_types`]), so that queries and views written against it go on meaning the same.
//!
//! A request speaks of announced types. [`apart`] makes of it a scan in the source's own, and [`Announcing`] makes rows as
//! announced of what comes: a value that has no equal in the announced type is an error and never another value. Conditions mean
//! the announced values, so what cannot be said exactly of the source's own stays until then. Not here: which type an engine
//! announces, which is in its table of types.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Schema};

use crate::decode::Fault;
use crate::sql::conjuncts;
use crate::{Bound, Column, Domain, Error, Expr, Range, Result, Scan, Table, Value, Values, eval, same_type};

/// What is left to do of a scan once its rows are as announced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announcing {
    /// How many rows are wanted of those that pass, if that is not asked of the source.
    pub limit: Option<u64>,
    domains: Vec<(String, Domain)>,
    filters: Vec<Expr>,
    columns: Vec<(String, DataType)>,
}

/// Takes a scan that speaks of announced types apart into one of the source's own types and what comes after it.
pub fn apart(mut scan: Scan) -> (Scan, Announcing) {
    let announced = |table: &Table, name: &str| table.column(name).and_then(|column| column.announced.clone());
    let named = scan.table.columns.iter().filter_map(|column| Some((column.name.clone(), column.announced.clone()?)));
    let mut later = Announcing { columns: named.collect(), ..Announcing::default() };
    if later.columns.is_empty() {
        return (scan, later);
    }
    let mut compared: Vec<String> = Vec::new();
    for (name, domain) in std::mem::take(&mut scan.domains) {
        let Some(column) = scan.table.column(&name).filter(|column| column.announced.is_some()) else {
            scan.domains.insert(name, domain);
            continue;
        };
        // Whatever is asked of it, a value that does not fit is an error and no match.
        compared.push(name.clone());
        let (ours, is_exact) = in_own_type(&domain, column);
        if !ours.is_all() {
            scan.domains.insert(name.clone(), ours);
        }
        if !is_exact {
            later.domains.push((name, domain));
        }
    }
    for filter in conjuncts(&std::mem::take(&mut scan.filters)) {
        let mut is_about = false;
        filter.for_each_column(&mut |name| is_about |= announced(&scan.table, name).is_some());
        if is_about { later.filters.push(filter.clone()) } else { scan.filters.push(filter.clone()) }
    }
    let is_ordered = scan.order.iter().any(|key| announced(&scan.table, &key.column).is_some());
    if is_ordered || !later.domains.is_empty() || !later.filters.is_empty() {
        // Rows in an order that is not the source's are all needed; Athena takes the first of them.
        later.limit = scan.limit.take().filter(|_| scan.order.is_empty());
        scan.order.clear();
    }
    later.filters.iter().for_each(|filter| filter.for_each_column(&mut |name| compared.push(name.to_owned())));
    for name in compared {
        if !scan.projection.contains(&name) {
            scan.projection.push(name);
        }
    }
    (scan, later)
}

/// The same domain in the source's own type, and whether it is exactly the same; otherwise it lets more pass.
fn in_own_type(domain: &Domain, column: &Column) -> (Domain, bool) {
    let own = &column.mapping.data_type;
    let with = |values| Domain { data_type: own.clone(), values, nulls: domain.nulls };
    // One that is not about the announced type is an error, which is told when it is applied.
    if !same_type(&domain.data_type, column.announced_type()) {
        return (Domain::all(own.clone()), false);
    }
    if domain.values.is_all() {
        return (with(Values::All), true);
    }
    if matches!(&domain.values, Values::Ranges(none) if none.is_empty()) {
        return (with(Values::Ranges(Vec::new())), true);
    }
    match values_in(&domain.values, own) {
        Some(values) => (with(values), true),
        None => (with(Values::All), false),
    }
}

fn values_in(values: &Values, own: &DataType) -> Option<Values> {
    let all = |list: &[Value]| list.iter().map(|value| value_in(value, own)).collect::<Option<Vec<_>>>();
    let bound = |bound: &Bound| {
        Some(match bound {
            Bound::Unbounded => Bound::Unbounded,
            Bound::Included(value) => Bound::Included(value_in(value, own)?),
            Bound::Excluded(value) => Bound::Excluded(value_in(value, own)?),
        })
    };
    let range = |range: &Range| Some(Range { low: bound(&range.low)?, high: bound(&range.high)? });
    Some(match values {
        Values::All => Values::All,
        Values::Ranges(ranges) => Values::Ranges(ranges.iter().map(range).collect::<Option<_>>()?),
        Values::In(list) => Values::In(all(list)?),
        Values::NotIn(list) => Values::NotIn(all(list)?),
    })
}

/// The value of the source's type that is announced as this one; only among whole numbers is there always one, in the same order.
fn value_in(value: &Value, own: &DataType) -> Option<Value> {
    match (value, own) {
        (Value::Int(_), DataType::Int16 | DataType::Int32 | DataType::Int64) => Some(value.clone()),
        (Value::Int(value), DataType::Decimal128(_, 0)) => {
            Some(Value::Decimal { unscaled: i128::from(*value), scale: 0 })
        }
        _ => None,
    }
}

impl Announcing {
    /// Whether rows are announced as they are read.
    pub fn is_nothing(&self) -> bool {
        self.columns.is_empty()
    }

    /// The rows of a batch as announced, of those that pass; `rows_before` of the answer came before it.
    ///
    /// Errors: corrupt, for a value that does not fit, which names column, row and the value's class; those of [`eval::filter`].
    pub fn finish(&self, batch: RecordBatch, rows_before: u64) -> Result<RecordBatch> {
        if self.is_nothing() {
            return Ok(batch);
        }
        eval::filter(&self.announced(&batch, rows_before)?, &self.domains, &self.filters)
    }

    fn announced(&self, batch: &RecordBatch, rows_before: u64) -> Result<RecordBatch> {
        let schema = batch.schema();
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let Some((name, to)) = self.columns.iter().find(|(name, _)| name == field.name()) else {
                fields.push(field.clone());
                arrays.push(array.clone());
                continue;
            };
            let array = converted(array, to).map_err(|(row, fault)| {
                let row = u64::try_from(row).unwrap_or(0) + rows_before + 1;
                fault.at(&format!("column {name:?}, row {row} of the answer"), to, ADVICE)
            })?;
            fields.push(Arc::new(field.as_ref().clone().with_data_type(to.clone())));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
            .map_err(|error| Error::internal("announcing the columns of a batch").with_source(error))
    }
}

const ADVICE: &str = "the type is that of the Java connector, which \"glaux_java_types\" keeps: switch it off for this catalog to \
     have one that holds every value, or leave the column out of the query";

type Converted = Result<ArrayRef, (usize, Fault)>;

/// Every value as the equal one of another type.
fn converted(array: &ArrayRef, to: &DataType) -> Converted {
    use DataType::{Boolean, Date32, Decimal128, Float64, Int8, Int16, Int32, Int64, Utf8};
    match (array.data_type(), to) {
        (Int16, Int8) => narrowed::<Int16Type, Int8Type>(array, to, |value| value.try_into().ok()),
        (Int32, Int16) => narrowed::<Int32Type, Int16Type>(array, to, |value| value.try_into().ok()),
        (Int64, Int32) => narrowed::<Int64Type, Int32Type>(array, to, |value| value.try_into().ok()),
        (Decimal128(_, 0), Int64) => narrowed::<Decimal128Type, Int64Type>(array, to, |value| value.try_into().ok()),
        (Int32, Date32) => primitive::<Int32Type, Date32Type>(array, to, "the year 0000", new_year),
        (Decimal128(_, 2), Float64) => {
            primitive::<Decimal128Type, Float64Type>(array, to, "an amount of more than 15 digits", amount)
        }
        (Int64, Boolean) => bits::<Int64Type>(array, i128::from),
        (Decimal128(_, 0), Boolean) => bits::<Decimal128Type>(array, std::convert::identity),
        (Utf8, Boolean) => {
            let truth = |text: &str| if text == "1" { Some(true) } else { (text == "0").then_some(false) };
            texts(array, truth, SEVERAL_BITS).map(|values| Arc::new(BooleanArray::from(values)) as ArrayRef)
        }
        (Boolean, Utf8) => {
            let letter = |bit| if bit { "t" } else { "f" };
            let letters = array.as_boolean().iter().map(|bit| bit.map(letter));
            Ok(Arc::new(letters.collect::<StringArray>()))
        }
        (Utf8, Decimal128(precision, scale)) => {
            let number = |text: &str| unscaled(text, *precision, *scale);
            let values = texts(array, number, "a number of more digits")?;
            Ok(Arc::new(PrimitiveArray::<Decimal128Type>::from(values).with_data_type(to.clone())))
        }
        _ => Err((0, Fault::OtherType)),
    }
}

const SEVERAL_BITS: &str = "a value other than 0 and 1";

fn narrowed<F: ArrowPrimitiveType, T: ArrowPrimitiveType>(
    array: &ArrayRef,
    to: &DataType,
    value: impl Fn(F::Native) -> Option<T::Native>,
) -> Converted {
    primitive::<F, T>(array, to, "a number beyond its range", value)
}

fn primitive<F: ArrowPrimitiveType, T: ArrowPrimitiveType>(
    array: &ArrayRef,
    to: &DataType,
    class: &'static str,
    value: impl Fn(F::Native) -> Option<T::Native>,
) -> Converted {
    let array = array.as_primitive::<F>();
    let cell = |(row, cell): (usize, Option<F::Native>)| match cell.map(&value) {
        Some(None) => Err((row, Fault::value(class))),
        cell => Ok(cell.flatten()),
    };
    let values = array.iter().enumerate().map(cell).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(PrimitiveArray::<T>::from_iter(values).with_data_type(to.clone())))
}

fn bits<F: ArrowPrimitiveType>(array: &ArrayRef, number: impl Fn(F::Native) -> i128) -> Converted {
    let bit = |(row, cell): (usize, Option<F::Native>)| match cell.map(&number) {
        None => Ok(None),
        Some(0) => Ok(Some(false)),
        Some(1) => Ok(Some(true)),
        Some(_) => Err((row, Fault::value(SEVERAL_BITS))),
    };
    let values = array.as_primitive::<F>().iter().enumerate().map(bit).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(BooleanArray::from(values)))
}

fn texts<T>(
    array: &ArrayRef,
    value: impl Fn(&str) -> Option<T>,
    class: &'static str,
) -> Result<Vec<Option<T>>, (usize, Fault)> {
    let cell = |(row, cell): (usize, Option<&str>)| match cell.map(&value) {
        Some(None) => Err((row, Fault::value(class))),
        cell => Ok(cell.flatten()),
    };
    array.as_string::<i32>().iter().enumerate().map(cell).collect()
}

/// The first day of a year. The year 0000 is MySQL's sign for none.
fn new_year(year: i32) -> Option<i32> {
    const EPOCH: i32 = 1970;
    let before = |year: i32| {
        let last = year - 1;
        365 * year + last.div_euclid(4) - last.div_euclid(100) + last.div_euclid(400)
    };
    (1..=9999).contains(&year).then(|| before(year) - before(EPOCH))
}

/// An amount with two digits behind the point as the nearest double; with no more than 15 digits it can be told from every other
/// (IEEE 754's `DBL_DIG`).
fn amount(cents: i128) -> Option<f64> {
    const MOST: i128 = 999_999_999_999_999;
    let cents = i64::try_from(cents).ok().filter(|cents| i128::from(*cents).abs() <= MOST)?;
    format!("{cents}e-2").parse().ok()
}

/// A number as MySQL prints it, with digits enough and none lost.
fn unscaled(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let scale = usize::try_from(scale).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (kept, rest) = fraction.split_at(fraction.len().min(scale));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(fraction) || rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let digits = format!("{whole}{kept:0<scale$}");
    let value: i128 = digits.parse().ok()?;
    let most = 10_i128.checked_pow(precision.into())?;
    (value.checked_abs()? < most).then_some(value)
}

impl Column {
    /// The type that Athena is told.
    pub fn announced_type(&self) -> &DataType {
        self.announced.as_ref().unwrap_or(&self.mapping.data_type)
    }
}

#[cfg(test)]
mod tests;
