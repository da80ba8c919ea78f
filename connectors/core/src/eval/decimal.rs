//! Decimals: aligned for comparison, and exact arithmetic in Trino's result types.
//!
//! Rules: Trino docs, Decimal functions and operators; Trino, `DecimalOperators`. Operations are tried in 128 bits and
//! repeated in 256 where that overflows, so no answer depends on an intermediate result's size.

use std::borrow::Cow;

use arrow_array::types::Decimal128Type;
use arrow_buffer::{NullBuffer, i256};
use arrow_schema::DataType;

use super::arithmetic::Site;
use super::bits::Lanes;
use super::fault::{Cause, Faults};
use super::operand::Operand;
use crate::{Function, Result};

type Unscaled<'a> = (Lanes<'a, i128>, u32);

/// A binary operation on decimals and integers, neither a NULL constant.
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
    let ((left, left_scale), (right, right_scale)) = (left.decimals()?, right.decimals()?);
    let scale = left_scale.max(right_scale);
    let (l_up, r_up) = (power(scale - left_scale), power(scale - right_scale));
    let limit = limit(result);
    match function {
        Function::Add => {
            let compute = |l, r| within(limit, add(l, l_up, r, r_up));
            site.array::<Decimal128Type, _>(&left, &right, compute, faults)
        }
        Function::Subtract => {
            let compute = |l, r| within(limit, add(l, l_up, r, -r_up));
            site.array::<Decimal128Type, _>(&left, &right, compute, faults)
        }
        Function::Multiply => {
            let compute = |l: i128, r: i128| within(limit, l.checked_mul(r));
            site.array::<Decimal128Type, _>(&left, &right, compute, faults)
        }
        Function::Divide => {
            let zeros = scale + right_scale - left_scale;
            let compute = |l, r| nonzero(r).and_then(|r| within(limit, divide(l, zeros, r)));
            site.array::<Decimal128Type, _>(&left, &right, compute, faults)
        }
        Function::Modulus => {
            let compute = |l, r| nonzero(r).and_then(|r| within(limit, remainder(l, l_up, r, r_up)));
            site.array::<Decimal128Type, _>(&left, &right, compute, faults)
        }
        _ => Err(site.misused()),
    }
}

/// Minus a decimal.
pub(super) fn negate<'a>(
    arg: &Operand<'_>,
    result: &DataType,
    rows: usize,
    faults: &mut Faults,
) -> Result<Operand<'a>> {
    let site = Site { function: Function::Negate, result, rows, nulls: arg.nulls().cloned() };
    let (arg, _) = arg.decimals()?;
    let limit = limit(result);
    site.array::<Decimal128Type, _>(
        &Lanes::One(0),
        &arg,
        |zero: i128, value| within(limit, zero.checked_sub(value)),
        faults,
    )
}

/// Both sides at the larger scale, for comparison.
///
/// A number too large for that scale becomes the largest there is: the other side has at most 38 digits at its own scale, so
/// it is still on its right side of it.
pub(super) fn aligned<'a>(left: Unscaled<'a>, right: Unscaled<'a>) -> (Lanes<'a, i128>, Lanes<'a, i128>) {
    let ((left, left_scale), (right, right_scale)) = (left, right);
    let scale = left_scale.max(right_scale);
    (raised(left, scale - left_scale), raised(right, scale - right_scale))
}

/// Ten to a power, or the largest number there is.
pub(super) fn power(exponent: u32) -> i128 {
    10_i128.checked_pow(exponent).unwrap_or(i128::MAX)
}

fn raised(lanes: Lanes<'_, i128>, zeros: u32) -> Lanes<'_, i128> {
    if zeros == 0 {
        return lanes;
    }
    let factor = power(zeros);
    match lanes {
        Lanes::One(value) => Lanes::One(value.saturating_mul(factor)),
        Lanes::Many(values) => Lanes::Many(Cow::Owned(values.iter().map(|v| v.saturating_mul(factor)).collect())),
    }
}

// The first number with too many digits.
fn limit(result: &DataType) -> i128 {
    match result {
        DataType::Decimal128(precision, _) => power(u32::from(*precision)),
        _ => power(38),
    }
}

fn within(limit: i128, value: Option<i128>) -> Result<i128, Cause> {
    value.filter(|value| -limit < *value && *value < limit).ok_or(Cause::Overflow)
}

fn nonzero(divisor: i128) -> Result<i128, Cause> {
    if divisor == 0 { Err(Cause::DivisionByZero) } else { Ok(divisor) }
}

fn add(left: i128, l_up: i128, right: i128, r_up: i128) -> Option<i128> {
    let narrow = || left.checked_mul(l_up)?.checked_add(right.checked_mul(r_up)?);
    narrow().or_else(|| wide_mul(left, l_up).checked_add(wide_mul(right, r_up))?.to_i128())
}

fn remainder(left: i128, l_up: i128, right: i128, r_up: i128) -> Option<i128> {
    let narrow = || left.checked_mul(l_up)?.checked_rem(right.checked_mul(r_up)?);
    narrow().or_else(|| wide_mul(left, l_up).checked_rem(wide_mul(right, r_up))?.to_i128())
}

// Half away from zero. Where even 256 bits overflow, the dividend has more than 76 digits and the divisor at most 38: the
// quotient has too many.
fn divide(left: i128, zeros: u32, right: i128) -> Option<i128> {
    let narrow = || {
        let dividend = left.checked_mul(10_i128.checked_pow(zeros)?)?;
        let (quotient, rest) = (dividend.checked_div(right)?, dividend.checked_rem(right)?);
        let rest = rest.unsigned_abs();
        let away = if (left < 0) == (right < 0) { 1 } else { -1 };
        if rest >= right.unsigned_abs() - rest { quotient.checked_add(away) } else { Some(quotient) }
    };
    narrow().or_else(|| {
        let dividend = i256::from_i128(left).checked_mul(i256::from_i128(10).checked_pow(zeros)?)?;
        let divisor = i256::from_i128(right);
        let (quotient, rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?.checked_abs()?);
        let away = i256::from_i128(if (left < 0) == (right < 0) { 1 } else { -1 });
        let round = rest >= divisor.checked_abs()?.checked_sub(rest)?;
        if round { quotient.checked_add(away)?.to_i128() } else { quotient.to_i128() }
    })
}

fn wide_mul(left: i128, right: i128) -> i256 {
    // Two 128-bit numbers always fit.
    i256::from_i128(left).wrapping_mul(i256::from_i128(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINES: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

    #[test]
    fn division_rounds_half_away_from_zero_at_every_width() {
        for (left, zeros, right, expected) in [
            (1, 0, 2, Some(1)),
            (-1, 0, 2, Some(-1)),
            (1, 0, -2, Some(-1)),
            (-1, 0, -2, Some(1)),
            (1, 0, 3, Some(0)),
            (2, 0, 3, Some(1)),
            (5, 1, 100, Some(1)),
            (4, 1, 100, Some(0)),
            (NINES, 38, NINES, Some(power(38))),
            (NINES, 38, -NINES, Some(-power(38))),
            (NINES, 76, NINES, None),
            (1, 76, NINES, Some(power(38) + 1)),
            (-1, 76, NINES, Some(-power(38) - 1)),
            (0, 76, 7, Some(0)),
        ] {
            assert_eq!(divide(left, zeros, right), expected, "{left}e{zeros} / {right}");
        }
    }

    #[test]
    fn sums_and_remainders_survive_a_wide_middle() {
        assert_eq!(add(NINES, 10, NINES, -10), Some(0));
        assert_eq!(add(NINES, 10, NINES, 10), None);
        assert_eq!(remainder(NINES, power(38), 7, 1), Some(NINES % 7 * (power(38) % 7) % 7));
        assert_eq!(remainder(-7, 1, 2, power(38)), Some(-7));
    }
}
