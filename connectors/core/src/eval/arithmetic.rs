//! Arithmetic of integers and floats, and the loop that all arithmetic shares.
//!
//! Not here: decimals.

use std::iter::repeat_n;

use arrow_array::PrimitiveArray;
use arrow_array::types::{ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;

use super::bits::Lanes;
use super::fault::{Cause, Faults};
use super::operand::Operand;
use crate::{Error, Function, Result};

/// A binary operation on two operands, neither a NULL constant, in the result's type.
pub(super) fn compute<'a>(
    function: Function,
    left: &Operand<'_>,
    right: &Operand<'_>,
    result: &DataType,
    rows: usize,
    faults: &mut Faults,
) -> Result<Operand<'a>> {
    let nulls = NullBuffer::union(left.nulls(), right.nulls());
    let site = Site { function, result, rows, nulls };
    macro_rules! whole {
        ($type:ty) => {
            site.integers::<$type>(&left.integers()?, &right.integers()?, faults)
        };
    }
    match result {
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::Float32 => site.floats::<Float32Type>(&left.reals()?, &right.reals()?),
        DataType::Float64 => site.floats::<Float64Type>(&left.doubles()?, &right.doubles()?),
        _ => Err(site.misused()),
    }
}

/// Minus an integer or a float; its smallest integer has none (Trino, `BigintOperators.negate`).
pub(super) fn negate<'a>(
    arg: &Operand<'_>,
    result: &DataType,
    rows: usize,
    faults: &mut Faults,
) -> Result<Operand<'a>> {
    let site = Site { function: Function::Negate, result, rows, nulls: arg.nulls().cloned() };
    let minus = |_: i64, value: i64| 0_i64.checked_sub(value);
    macro_rules! whole {
        ($type:ty) => {
            site.narrowed::<$type>(&Lanes::One(0), &arg.integers()?, minus, faults)
        };
    }
    match result {
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        // IEEE's minus turns the sign of zero too, which subtraction from zero would not.
        DataType::Float32 => Ok(site.infallible::<Float32Type>(&Lanes::One(0.0), &arg.reals()?, |_, value| -value)),
        DataType::Float64 => Ok(site.infallible::<Float64Type>(&Lanes::One(0.0), &arg.doubles()?, |_, value| -value)),
        _ => Err(site.misused()),
    }
}

/// Where arithmetic happens: the function, its type, and which rows there are.
pub(super) struct Site<'s> {
    pub function: Function,
    pub result: &'s DataType,
    pub rows: usize,
    pub nulls: Option<NullBuffer>,
}

impl Site<'_> {
    // Trino docs, Mathematical functions and operators; Trino, BigintOperators, IntegerOperators, SmallintOperators,
    // TinyintOperators: overflow is an error, division truncates, the remainder has the dividend's sign. Java's MIN % -1 is 0.
    // Trino's IntegerOperators.divide computes MIN / -1 in 64 bits and hands out a number that is no integer; here it is the
    // overflow that it is for bigint.
    fn integers<'a, P>(&self, left: &Lanes<'_, i64>, right: &Lanes<'_, i64>, faults: &mut Faults) -> Result<Operand<'a>>
    where
        P: ArrowPrimitiveType,
        P::Native: TryFrom<i64> + Default,
    {
        match self.function {
            Function::Add => self.narrowed::<P>(left, right, i64::checked_add, faults),
            Function::Subtract => self.narrowed::<P>(left, right, i64::checked_sub, faults),
            Function::Multiply => self.narrowed::<P>(left, right, i64::checked_mul, faults),
            Function::Divide => self.divided::<P>(left, right, i64::checked_div, faults),
            Function::Modulus => self.divided::<P>(left, right, |l, r| Some(l.wrapping_rem(r)), faults),
            _ => Err(self.misused()),
        }
    }

    fn narrowed<'a, P>(
        &self,
        left: &Lanes<'_, i64>,
        right: &Lanes<'_, i64>,
        compute: impl Fn(i64, i64) -> Option<i64>,
        faults: &mut Faults,
    ) -> Result<Operand<'a>>
    where
        P: ArrowPrimitiveType,
        P::Native: TryFrom<i64> + Default,
    {
        let narrow = |value: i64| P::Native::try_from(value).ok();
        self.array::<P, _>(left, right, |l, r| compute(l, r).and_then(narrow).ok_or(Cause::Overflow), faults)
    }

    fn divided<'a, P>(
        &self,
        left: &Lanes<'_, i64>,
        right: &Lanes<'_, i64>,
        compute: impl Fn(i64, i64) -> Option<i64>,
        faults: &mut Faults,
    ) -> Result<Operand<'a>>
    where
        P: ArrowPrimitiveType,
        P::Native: TryFrom<i64> + Default,
    {
        let narrow = |value: i64| P::Native::try_from(value).ok();
        let compute = |l: i64, r: i64| match r {
            0 => Err(Cause::DivisionByZero),
            _ => compute(l, r).and_then(narrow).ok_or(Cause::Overflow),
        };
        self.array::<P, _>(left, right, compute, faults)
    }

    // Trino, RealOperators and DoubleOperators: IEEE 754, so nothing fails; Java's remainder is Rust's.
    fn floats<'a, P>(&self, left: &Lanes<'_, P::Native>, right: &Lanes<'_, P::Native>) -> Result<Operand<'a>>
    where
        P: ArrowPrimitiveType,
        P::Native: std::ops::Add<Output = P::Native>
            + std::ops::Sub<Output = P::Native>
            + std::ops::Mul<Output = P::Native>
            + std::ops::Div<Output = P::Native>
            + std::ops::Rem<Output = P::Native>
            + Default,
    {
        Ok(match self.function {
            Function::Add => self.infallible::<P>(left, right, |l, r| l + r),
            Function::Subtract => self.infallible::<P>(left, right, |l, r| l - r),
            Function::Multiply => self.infallible::<P>(left, right, |l, r| l * r),
            Function::Divide => self.infallible::<P>(left, right, |l, r| l / r),
            Function::Modulus => self.infallible::<P>(left, right, |l, r| l % r),
            _ => return Err(self.misused()),
        })
    }

    fn infallible<'a, P: ArrowPrimitiveType>(
        &self,
        left: &Lanes<'_, P::Native>,
        right: &Lanes<'_, P::Native>,
        compute: impl Fn(P::Native, P::Native) -> P::Native,
    ) -> Operand<'a> {
        let (values, _) = each(left, right, self.rows, |l, r| Ok(compute(l, r)));
        Operand::array(PrimitiveArray::<P>::new(values.into(), self.nulls.clone()))
    }

    /// The column of `compute`; a row it fails for is noted unless it is NULL.
    pub fn array<'a, P, T>(
        &self,
        left: &Lanes<'_, T>,
        right: &Lanes<'_, T>,
        compute: impl Fn(T, T) -> Result<P::Native, Cause>,
        faults: &mut Faults,
    ) -> Result<Operand<'a>>
    where
        P: ArrowPrimitiveType,
        P::Native: Default,
        T: Copy,
    {
        let (values, failed) = each(left, right, self.rows, compute);
        for cause in [Cause::Overflow, Cause::DivisionByZero] {
            let failed = failed.iter().filter(|(_, why)| *why == cause).map(|(row, _)| *row);
            self.note(failed, cause, faults);
        }
        let array = PrimitiveArray::<P>::try_new(values.into(), self.nulls.clone())
            .map_err(|error| Error::internal("a computed column could not be made").with_source(error))?;
        Ok(Operand::array(array.with_data_type(self.result.clone())))
    }

    fn note(&self, failed: impl Iterator<Item = usize>, cause: Cause, faults: &mut Faults) {
        let is_null = |row: usize| self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        let mut failed = failed.filter(|row| !is_null(*row)).peekable();
        if failed.peek().is_none() {
            return;
        }
        let mut rows = vec![false; self.rows];
        failed.for_each(|row| rows.get_mut(row).into_iter().for_each(|bit| *bit = true));
        faults.add(BooleanBuffer::from(rows), cause, self.function, self.result);
    }

    /// What a caller's mistake is told.
    pub fn misused(&self) -> Error {
        Error::internal(format!("{} was let through with result {}", self.function.wire_name(), self.result))
    }
}

type Failed = Vec<(usize, Cause)>;

fn each<T: Copy, U: Default>(
    left: &Lanes<'_, T>,
    right: &Lanes<'_, T>,
    rows: usize,
    compute: impl Fn(T, T) -> Result<U, Cause>,
) -> (Vec<U>, Failed) {
    match (left, right) {
        (Lanes::Many(left), Lanes::Many(right)) => run(left.iter().zip(right.iter()), |(l, r)| compute(*l, *r)),
        (Lanes::Many(left), Lanes::One(right)) => run(left.iter(), |left| compute(*left, *right)),
        (Lanes::One(left), Lanes::Many(right)) => run(right.iter(), |right| compute(*left, *right)),
        (Lanes::One(left), Lanes::One(right)) => run(repeat_n((), rows), |()| compute(*left, *right)),
    }
}

fn run<I, U: Default>(rows: impl Iterator<Item = I>, compute: impl Fn(I) -> Result<U, Cause>) -> (Vec<U>, Failed) {
    let mut failed = Vec::new();
    let values = rows.enumerate().map(|(row, item)| {
        compute(item).unwrap_or_else(|cause| {
            failed.push((row, cause));
            U::default()
        })
    });
    (values.collect(), failed)
}
