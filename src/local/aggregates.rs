//! Aggregates that Athena computes otherwise than DataFusion: a sum of integers fails where DataFusion's wraps around, a sum of
//! decimals has all 38 digits, and an average of decimals keeps their type and rounds half away from zero.
//!
//! Trino docs, Aggregate functions; Trino, `DecimalAverageAggregation`. Everything else is left to DataFusion's own.

use std::sync::Arc;

use connector_core::{Expr, Function, eval};
use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::functions_aggregate::average::avg_udaf;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, Signature,
};

/// The aggregates, to be registered over DataFusion's.
pub(super) fn aggregates() -> Vec<Arc<AggregateUDF>> {
    let aggregate = |kind: Kind| {
        let signature = kind.engines().signature().clone();
        Arc::new(AggregateUDF::new_from_impl(Trino { kind, signature }))
    };
    vec![aggregate(Kind::Sum), aggregate(Kind::Average)]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Sum,
    Average,
}

impl Kind {
    /// DataFusion's aggregate of the name.
    fn engines(self) -> Arc<AggregateUDF> {
        match self {
            Self::Sum => sum_udaf(),
            Self::Average => avg_udaf(),
        }
    }

    /// The type in which values of a type are summed up here; none, where DataFusion computes as Athena does.
    fn summed(self, values: &DataType) -> Option<DataType> {
        match values {
            DataType::Decimal128(_, scale) => Some(DataType::Decimal128(38, *scale)),
            integer if integer.is_signed_integer() && self == Self::Sum => Some(DataType::Decimal128(38, 0)),
            _ => None,
        }
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Trino {
    kind: Kind,
    signature: Signature,
}

impl AggregateUDFImpl for Trino {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Sum => "sum",
            Kind::Average => "avg",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, values: &[DataType]) -> Result<DataType> {
        match (self.kind, values) {
            (Kind::Sum, [DataType::Decimal128(_, scale)]) => Ok(DataType::Decimal128(38, *scale)),
            (Kind::Average, [decimal @ DataType::Decimal128(..)]) => Ok(decimal.clone()),
            _ => self.kind.engines().inner().return_type(values),
        }
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let Some(parts) = Parts::of(self.kind, args.expr_fields) else { return self.kind.engines().accumulator(args) };
        let sum = sum_udaf().accumulator(parts.sum_args(&args))?;
        let count = parts.count_args(&args).map(|args| count_udaf().accumulator(args)).transpose()?;
        Ok(Box::new(Both { sum, count, result: args.return_field.data_type().clone(), parts }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let Some(parts) = Parts::of(self.kind, args.expr_fields) else {
            return self.kind.engines().create_sliding_accumulator(args);
        };
        let sum = sum_udaf().create_sliding_accumulator(parts.sum_args(&args))?;
        let count = parts.count_args(&args).map(|args| count_udaf().create_sliding_accumulator(args)).transpose()?;
        Ok(Box::new(Both { sum, count, result: args.return_field.data_type().clone(), parts }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let Some(parts) = Parts::of(self.kind, args.input_fields) else {
            return self.kind.engines().state_fields(args);
        };
        let of = |data_type: &DataType| StateFieldsArgs {
            return_field: Arc::new(Field::new(args.name, data_type.clone(), true)),
            name: args.name,
            input_fields: args.input_fields,
            ordering_fields: &[],
            is_distinct: args.is_distinct,
        };
        let mut fields = sum_udaf().state_fields(of(&parts.summed))?;
        if self.kind == Kind::Average {
            fields.extend(count_udaf().state_fields(of(&DataType::Int64))?);
        }
        fields.extend(args.ordering_fields.iter().cloned());
        Ok(fields)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        match Parts::of(self.kind, args.expr_fields) {
            Some(_) => !args.is_distinct,
            None => self.kind.engines().groups_accumulator_supported(args),
        }
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        let Some(parts) = Parts::of(self.kind, args.expr_fields) else {
            return self.kind.engines().create_groups_accumulator(args);
        };
        let sum = sum_udaf().create_groups_accumulator(parts.sum_args(&args))?;
        let count = parts.count_args(&args).map(|args| count_udaf().create_groups_accumulator(args)).transpose()?;
        Ok(Box::new(Both { sum, count, result: args.return_field.data_type().clone(), parts }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }
}

/// What an aggregate is made of: a sum in a wide type and, for an average, a count.
#[derive(Clone, Debug)]
struct Parts {
    summed: DataType,
    sum_field: FieldRef,
    count_field: Option<FieldRef>,
}

impl Parts {
    fn of(kind: Kind, values: &[FieldRef]) -> Option<Self> {
        let summed = kind.summed(values.first()?.data_type())?;
        let sum_field = Arc::new(Field::new("sum", summed.clone(), true));
        let count_field = (kind == Kind::Average).then(|| Arc::new(Field::new("count", DataType::Int64, true)));
        Some(Self { summed, sum_field, count_field })
    }

    fn sum_args<'a>(&self, args: &AccumulatorArgs<'a>) -> AccumulatorArgs<'a> {
        returning(args, self.sum_field.clone())
    }

    fn count_args<'a>(&self, args: &AccumulatorArgs<'a>) -> Option<AccumulatorArgs<'a>> {
        self.count_field.as_ref().map(|field| returning(args, field.clone()))
    }
}

fn returning<'a>(args: &AccumulatorArgs<'a>, return_field: FieldRef) -> AccumulatorArgs<'a> {
    AccumulatorArgs {
        return_field,
        schema: args.schema,
        ignore_nulls: args.ignore_nulls,
        order_bys: args.order_bys,
        is_reversed: args.is_reversed,
        name: args.name,
        is_distinct: args.is_distinct,
        exprs: args.exprs,
        expr_fields: args.expr_fields,
    }
}

/// The parts at work: accumulators of one group or of many.
#[derive(Debug)]
struct Both<A> {
    sum: A,
    count: Option<A>,
    result: DataType,
    parts: Parts,
}

impl<A> Both<A> {
    fn widened(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        values.iter().map(|values| exactly(values, &self.parts.summed)).collect()
    }

    fn finished(&self, sums: &ArrayRef, counts: Option<ArrayRef>) -> Result<ArrayRef> {
        let Some(counts) = counts else {
            if self.result.is_integer() {
                return exactly(sums, &self.result).map_err(|_| out_of_range(&self.result));
            }
            let sums = sums.as_primitive::<Decimal128Type>();
            sums.validate_decimal_precision(38).map_err(|_| out_of_range(&self.result))?;
            return Ok(Arc::new(sums.clone()));
        };
        exactly(&quotient(sums, counts)?, &self.result)
    }
}

fn out_of_range(result: &DataType) -> DataFusionError {
    DataFusionError::Execution(format!("a sum is out of range for {result}"))
}

fn exactly(values: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    Ok(cast_with_options(values, data_type, &options)?)
}

/// Sums by counts, with the sum's scale; NULL where there is no sum, since nothing was counted.
fn quotient(sums: &ArrayRef, counts: ArrayRef) -> Result<ArrayRef> {
    let data_type = sums.data_type().clone();
    let column = |name: &str, data_type: &DataType| Expr::Column { name: name.into(), data_type: data_type.clone() };
    let quotient = Expr::Call {
        function: Function::Divide,
        args: vec![column("sum", &data_type), column("count", &DataType::Int64)],
        data_type,
    };
    let batch = RecordBatch::try_from_iter_with_nullable([("sum", sums.clone(), true), ("count", counts, true)])?;
    eval::evaluate(&quotient, &batch).map_err(|error| DataFusionError::External(Box::new(error)))
}

impl Accumulator for Both<Box<dyn Accumulator>> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.sum.update_batch(&self.widened(values)?)?;
        self.count.as_mut().map_or(Ok(()), |count| count.update_batch(values))
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.sum.retract_batch(&self.widened(values)?)?;
        self.count.as_mut().map_or(Ok(()), |count| count.retract_batch(values))
    }

    fn supports_retract_batch(&self) -> bool {
        self.sum.supports_retract_batch() && self.count.as_ref().is_none_or(|count| count.supports_retract_batch())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = self.sum.evaluate()?.to_array()?;
        let count = self.count.as_mut().map(|count| count.evaluate()?.to_array()).transpose()?;
        ScalarValue::try_from_array(&self.finished(&sum, count)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.sum.size() + self.count.as_ref().map_or(0, |count| count.size())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut state = self.sum.state()?;
        if let Some(count) = &mut self.count {
            state.extend(count.state()?);
        }
        Ok(state)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (sum, count) = states.split_at(1.min(states.len()));
        self.sum.merge_batch(sum)?;
        self.count.as_mut().map_or(Ok(()), |accumulator| accumulator.merge_batch(count))
    }
}

impl GroupsAccumulator for Both<Box<dyn GroupsAccumulator>> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.sum.update_batch(&self.widened(values)?, groups, filter, total)?;
        self.count.as_mut().map_or(Ok(()), |count| count.update_batch(values, groups, filter, total))
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = self.sum.evaluate(emit_to)?;
        let counts = self.count.as_mut().map(|count| count.evaluate(emit_to)).transpose()?;
        self.finished(&sums, counts)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let mut state = self.sum.state(emit_to)?;
        if let Some(count) = &mut self.count {
            state.extend(count.state(emit_to)?);
        }
        Ok(state)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        let (sums, counts) = values.split_at(1.min(values.len()));
        self.sum.merge_batch(sums, groups, total)?;
        self.count.as_mut().map_or(Ok(()), |count| count.merge_batch(counts, groups, total))
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut state = self.sum.convert_to_state(&self.widened(values)?, filter)?;
        if let Some(count) = &self.count {
            state.extend(count.convert_to_state(values, filter)?);
        }
        Ok(state)
    }

    fn size(&self) -> usize {
        self.sum.size() + self.count.as_ref().map_or(0, |count| count.size())
    }
}
