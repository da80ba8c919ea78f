//! Rows that a source puts together: which groups, what is told of each, and how its answer becomes Athena's.
//!
//! Sums come exactly, as decimals of 38 digits, and averages as a sum and a count; what Athena makes of them is made here. Not
//! here: which aggregates a source computes as Athena would (`sql`).

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema};

use crate::{Error, Expr, Function, Result, Table, eval};

/// The digits of the decimals that sums are.
pub(crate) const WIDEST: u8 = 38;

/// Rows put together by the values of some columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Columns whose values make a group; without any there is one group, of no rows too.
    pub keys: Vec<String>,
    /// What is told of each group, in order.
    pub outputs: Vec<Told>,
}

/// What is told of a group of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The value of one of its keys.
    Key(String),
    /// How many rows it has.
    Rows,
    /// How many values of a column it has, NULL left out; and so below.
    Count(String),
    /// How many different values.
    CountDistinct(String),
    /// Their sum.
    Sum(String),
    /// Their smallest.
    Min(String),
    /// Their largest.
    Max(String),
    /// Their average.
    Average(String),
}

/// What an engine is asked to write, for values of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many rows, or values that are not NULL.
    Count,
    /// How many different values.
    CountDistinct,
    /// A sum without loss, as a number that is read as a decimal of 38 digits.
    Sum,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

impl Told {
    /// The column it is about.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Rows => None,
            Self::Key(column)
            | Self::Count(column)
            | Self::CountDistinct(column)
            | Self::Sum(column)
            | Self::Min(column)
            | Self::Max(column)
            | Self::Average(column) => Some(column),
        }
    }

    /// The type Athena gives it (Trino docs, Aggregate functions); none where Athena's own answer depends on the order of rows,
    /// or there is no such aggregate.
    pub fn data_type(&self, table: &Table) -> Option<DataType> {
        let values = || Some(table.column(self.column()?)?.mapping.data_type.clone());
        match self {
            Self::Rows => Some(DataType::Int64),
            Self::Count(_) | Self::CountDistinct(_) => values().map(|_| DataType::Int64),
            Self::Key(_) | Self::Min(_) | Self::Max(_) => values(),
            Self::Sum(_) => match values()? {
                DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Some(DataType::Int64),
                DataType::Decimal128(_, scale) => Some(DataType::Decimal128(WIDEST, scale)),
                _ => None,
            },
            Self::Average(_) => match values()? {
                // Trino adds them up as doubles; sums of bigint leave the whole numbers among those.
                DataType::Int8 | DataType::Int16 | DataType::Int32 => Some(DataType::Float64),
                decimal @ DataType::Decimal128(..) => Some(decimal),
                _ => None,
            },
        }
    }

    /// How many columns of the source's answer it is made of.
    fn width(&self) -> usize {
        if matches!(self, Self::Average(_)) { 2 } else { 1 }
    }
}

/// The type that sums of a type are read as.
pub(crate) fn summed(values: &DataType) -> Option<DataType> {
    match values {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Some(DataType::Decimal128(WIDEST, 0)),
        DataType::Decimal128(_, scale) => Some(DataType::Decimal128(WIDEST, *scale)),
        _ => None,
    }
}

impl Aggregate {
    /// What is told of each group, made of a batch of the source's answer. Columns behind those are left out.
    ///
    /// Errors: invalid, for a sum that Athena has no number for.
    pub fn finish(&self, batch: &RecordBatch, table: &Table) -> Result<RecordBatch> {
        let (mut fields, mut columns, mut next) = (Vec::new(), Vec::new(), 0);
        for (index, told) in self.outputs.iter().enumerate() {
            let parts = batch.columns().get(next..next + told.width()).unwrap_or_default();
            let data_type = told.data_type(table).ok_or_else(|| broken("has no type"))?;
            let column = finished(parts, &data_type)?;
            fields.push(Field::new(format!("c{index}"), data_type, true));
            columns.push(column);
            next += told.width();
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
            .map_err(|error| Error::internal("putting an aggregated answer together").with_source(error))
    }
}

fn broken(what: &str) -> Error {
    Error::internal(format!("an aggregate {what}"))
}

fn finished(parts: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef> {
    match (parts, data_type) {
        ([sums], DataType::Int64) if matches!(sums.data_type(), DataType::Decimal128(..)) => whole(sums),
        ([column], _) => Ok(column.clone()),
        ([sums, counts], DataType::Float64) => average(sums, counts),
        ([sums, counts], decimal) => quotient(sums, counts, decimal),
        _ => Err(broken("has lost its columns")),
    }
}

/// Sums of whole numbers, which are bigint; Trino fails for a larger one (`LongSumAggregation`).
fn whole(sums: &ArrayRef) -> Result<ArrayRef> {
    let narrow = |sum: Option<i128>| sum.map(i64::try_from).transpose();
    let sums: std::result::Result<Int64Array, _> = sums.as_primitive::<Decimal128Type>().iter().map(narrow).collect();
    let sums = sums.map_err(|_| {
        Error::invalid("a sum is out of range for bigint").hint("sum a decimal: cast the column before it is summed")
    })?;
    Ok(Arc::new(sums))
}

/// A double as Trino's average is, which it adds up in doubles; below 2⁵³ that is exact (`LongAverageAggregation` of old,
/// `AverageAggregations`).
fn average(sums: &ArrayRef, counts: &ArrayRef) -> Result<ArrayRef> {
    let counts = counts.as_primitive::<Int64Type>().iter();
    let pairs = sums.as_primitive::<Decimal128Type>().iter().zip(counts);
    let averages =
        pairs.map(|(sum, count)| sum.zip(count).map(|(sum, count)| Ok(double(sum)? / double(count.into())?)));
    let averages: Result<Vec<Option<f64>>> = averages.map(Option::transpose).collect();
    Ok(Arc::new(Float64Array::from(averages?)))
}

/// The double nearest to a number.
fn double(number: i128) -> Result<f64> {
    number.to_string().parse().map_err(|_| broken("has a sum that is no number"))
}

/// Rounded half away from zero, in the type of the values (Trino, `DecimalAverageAggregation`).
fn quotient(sums: &ArrayRef, counts: &ArrayRef, decimal: &DataType) -> Result<ArrayRef> {
    let DataType::Decimal128(precision, scale) = *decimal else { return Err(broken("is of no type of averages")) };
    let wide = sums.data_type().clone();
    let column = |name: &str, data_type: &DataType| Expr::Column { name: name.into(), data_type: data_type.clone() };
    let divided = Expr::Call {
        function: Function::Divide,
        args: vec![column("sum", &wide), column("count", &DataType::Int64)],
        data_type: wide,
    };
    let batch =
        RecordBatch::try_from_iter_with_nullable([("sum", sums.clone(), true), ("count", counts.clone(), true)]);
    let batch = batch.map_err(|error| Error::internal("dividing sums by counts").with_source(error))?;
    let quotients = eval::evaluate(&divided, &batch)?;
    let quotients: Decimal128Array = quotients.as_primitive::<Decimal128Type>().clone();
    let quotients = quotients
        .with_precision_and_scale(precision, scale)
        .map_err(|error| Error::internal("an average outside the type of its values").with_source(error))?;
    Ok(Arc::new(quotients))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, ColumnMapping, ErrorKind, Pushdown, ReadAs, TableName};

    fn table() -> Table {
        let column = |name: &str, data_type| Column {
            name: name.into(),
            remote_name: name.into(),
            comment: None,
            announced: None,
            mapping: ColumnMapping { data_type, read_as: ReadAs::Plain, bind_as: None, pushdown: Pushdown::Full },
        };
        let columns = vec![
            column("i", DataType::Int32),
            column("b", DataType::Int64),
            column("d", DataType::Decimal128(4, 1)),
            column("f", DataType::Float64),
            column("t", DataType::Utf8),
        ];
        Table { name: TableName::new("s", "t"), columns, comment: None }
    }

    fn decimals(values: &[Option<i128>], scale: i8) -> ArrayRef {
        Arc::new(Decimal128Array::from(values.to_vec()).with_precision_and_scale(WIDEST, scale).unwrap())
    }

    fn counts(values: &[i64]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    fn finish(told: Told, parts: Vec<ArrayRef>) -> Result<ArrayRef> {
        let columns = parts.into_iter().enumerate().map(|(index, column)| (format!("p{index}"), column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let aggregate = Aggregate { keys: Vec::new(), outputs: vec![told] };
        Ok(aggregate.finish(&batch, &table())?.column(0).clone())
    }

    #[test]
    fn a_sum_of_whole_numbers_is_a_bigint_or_a_failure() {
        let largest = i128::from(i64::MAX);
        let sums =
            finish(Told::Sum("i".into()), vec![decimals(&[Some(largest), None, Some(-largest - 1)], 0)]).unwrap();
        assert_eq!(sums.as_primitive::<Int64Type>(), &Int64Array::from(vec![Some(i64::MAX), None, Some(i64::MIN)]));
        let error = finish(Told::Sum("b".into()), vec![decimals(&[Some(largest + 1)], 0)]).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::Invalid, "a sum is out of range for bigint")
        );
    }

    #[test]
    fn an_average_of_whole_numbers_is_a_double() {
        let parts = vec![decimals(&[Some(7), None, Some(-1)], 0), counts(&[2, 0, 3])];
        let averages = finish(Told::Average("i".into()), parts).unwrap();
        let expected = Float64Array::from(vec![Some(3.5), None, Some(-1.0 / 3.0)]);
        assert_eq!(averages.as_ref(), &expected as &dyn Array);
    }

    #[test]
    fn an_average_of_decimals_keeps_their_type_and_rounds_half_away_from_zero() {
        let parts = vec![decimals(&[Some(5), Some(-5), Some(4), None], 1), counts(&[2, 2, 3, 0])];
        let averages = finish(Told::Average("d".into()), parts).unwrap();
        assert_eq!(*averages.data_type(), DataType::Decimal128(4, 1));
        let averages: Vec<Option<i128>> = averages.as_primitive::<Decimal128Type>().iter().collect();
        assert_eq!(averages, [Some(3), Some(-3), Some(1), None]);
    }

    #[test]
    fn what_athena_itself_computes_in_no_fixed_order_has_no_type() {
        let table = table();
        let of = |told: fn(String) -> Told, column: &str| told(column.into()).data_type(&table);
        assert_eq!(of(Told::Sum, "f"), None);
        assert_eq!(of(Told::Average, "f"), None);
        assert_eq!(of(Told::Average, "b"), None);
        assert_eq!(of(Told::Sum, "t"), None);
        assert_eq!(of(Told::Sum, "d"), Some(DataType::Decimal128(38, 1)));
        assert_eq!(of(Told::Max, "nobody"), None);
    }
}
