//! Sets of values of one type, looked up by binary search: the ranges and lists of domains, and the lists of IN.
//!
//! Not here: NULL, which is in no set; how bounds become keys.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::bits::pack;
use super::keys::{Ceiling, Floor, Keys, Part, edge, float_key, is_nan};
use super::types::Family;
use crate::{Error, Range, Result, Value, unpack_zoned};

/// From how many intervals on a binary search beats passes over the column.
const FEW: usize = 4;

/// The non-null values that are wanted of a column.
pub(super) enum ValueSet<'a> {
    Whole(Intervals<i64, i64>),
    Decimal(Intervals<i128, i128>),
    Float(Intervals<i64, i64>),
    Bytes(Intervals<Floor<'a>, Ceiling<'a>>),
}

impl<'a> ValueSet<'a> {
    /// The values, NaN aside, in any of the ranges; an upper end of NaN holds them all.
    pub fn of_ranges(data_type: &DataType, ranges: impl Iterator<Item = &'a Range>) -> Result<Self> {
        Self::new(data_type, ranges.map(|range| (edge(&range.low), edge(&range.high))))
    }

    /// The listed values. NaN is none: nothing equals it.
    pub fn of_list(data_type: &DataType, list: impl Iterator<Item = &'a Value>) -> Result<Self> {
        Self::new(
            data_type,
            list.filter(|value| !is_nan(value)).map(|value| (Some((value, true)), Some((value, true)))),
        )
    }

    fn new(data_type: &DataType, parts: impl Iterator<Item = Part<'a>>) -> Result<Self> {
        let keys = Keys::new(data_type)?;
        Ok(match keys.family {
            Family::Text | Family::Binary => Self::Bytes(collected(parts, |part| keys.bytes(part))?),
            Family::Float => Self::Float(collected(parts, |part| keys.floats(part))?),
            Family::Decimal => Self::Decimal(collected(parts, |part| keys.wide(part))?),
            _ => Self::Whole(collected(parts, |part| keys.whole(part))?),
        })
    }

    /// Which rows hold a value of the set; a NULL row holds anything, and a NaN is in or not as the caller says.
    pub fn contained(&self, array: &dyn Array, nan: bool) -> Result<BooleanBuffer> {
        match self {
            Self::Whole(set) => whole(array, set),
            Self::Decimal(set) => {
                array.as_primitive_opt::<Decimal128Type>().map(|array| numbers(array.values(), set, |value| value))
            }
            Self::Float(set) => floats(array, set, nan),
            Self::Bytes(set) => None
                .or_else(|| array.as_string_opt::<i32>().map(|a| strings(a.len(), set, |row| a.value(row).as_bytes())))
                .or_else(|| array.as_binary_opt::<i32>().map(|a| strings(a.len(), set, |row| a.value(row)))),
        }
        .ok_or_else(|| Error::internal(format!("a set of another type is looked up in {}", array.data_type())))
    }
}

/// Sorted intervals; each end is the largest so far, so that the last interval that starts in time decides alone.
pub(super) struct Intervals<L, H> {
    lows: Vec<L>,
    highs: Vec<H>,
}

impl<L: Ord + Copy, H: Ord + Copy> Intervals<L, H> {
    fn new(mut parts: Vec<(L, H)>) -> Self {
        parts.sort_by_key(|(low, _)| *low);
        let lows = parts.iter().map(|(low, _)| *low).collect();
        let mut largest = None;
        let highs = parts.iter().map(|(_, high)| *largest.insert(largest.map_or(*high, |so_far: H| so_far.max(*high))));
        Self { lows, highs: highs.collect() }
    }

    fn covers(&self, starts: impl Fn(&L) -> bool, reaches: impl Fn(&H) -> bool) -> bool {
        let started = self.lows.partition_point(starts);
        started.checked_sub(1).and_then(|last| self.highs.get(last)).is_some_and(reaches)
    }
}

fn collected<'a, L: Ord + Copy, H: Ord + Copy>(
    parts: impl Iterator<Item = Part<'a>>,
    interval: impl Fn(Part<'a>) -> Result<Option<(L, H)>>,
) -> Result<Intervals<L, H>> {
    let parts = parts.map(interval).filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    Ok(Intervals::new(parts))
}

fn strings<'s>(
    rows: usize,
    set: &Intervals<Floor<'_>, Ceiling<'_>>,
    value: impl Fn(usize) -> &'s [u8],
) -> BooleanBuffer {
    BooleanBuffer::collect_bool(rows, |row| {
        let value = value(row);
        set.covers(|low| *low <= (value, false), |high| *high >= Ceiling::At(value, true))
    })
}

fn whole(array: &dyn Array, set: &Intervals<i64, i64>) -> Option<BooleanBuffer> {
    fn widened<P: ArrowPrimitiveType>(array: &dyn Array, set: &Intervals<i64, i64>) -> Option<BooleanBuffer>
    where
        i64: From<P::Native>,
    {
        Some(numbers(array.as_primitive_opt::<P>()?.values(), set, i64::from))
    }
    match array.data_type() {
        DataType::Boolean => {
            let array = array.as_boolean_opt()?;
            let keeps = |value: i64| set.covers(|low| *low <= value, |high| *high >= value);
            let (no, yes) = (keeps(0), keeps(1));
            Some(BooleanBuffer::collect_bool(array.len(), |row| if array.value(row) { yes } else { no }))
        }
        DataType::Int8 => widened::<Int8Type>(array, set),
        DataType::Int16 => widened::<Int16Type>(array, set),
        DataType::Int32 => widened::<Int32Type>(array, set),
        DataType::Int64 => widened::<Int64Type>(array, set),
        DataType::Date32 => widened::<Date32Type>(array, set),
        DataType::Date64 => widened::<Date64Type>(array, set),
        _ => Some(numbers(array.as_primitive_opt::<TimestampMillisecondType>()?.values(), set, unpack_zoned)),
    }
}

fn floats(array: &dyn Array, set: &Intervals<i64, i64>, nan: bool) -> Option<BooleanBuffer> {
    let (found, nans) = if *array.data_type() == DataType::Float32 {
        let values = array.as_primitive_opt::<Float32Type>()?.values();
        (numbers(values, set, |value| float_key(f64::from(value))), pack(values, f32::is_nan))
    } else {
        let values = array.as_primitive_opt::<Float64Type>()?.values();
        (numbers(values, set, float_key), pack(values, f64::is_nan))
    };
    Some(if nan { &found | &nans } else { &found & &!&nans })
}

fn numbers<T: Copy, K: Ord + Copy>(values: &[T], set: &Intervals<K, K>, key: impl Fn(T) -> K) -> BooleanBuffer {
    if set.lows.len() > FEW {
        return pack(values, |value| {
            let value = key(value);
            set.covers(|low| *low <= value, |high| *high >= value)
        });
    }
    let passes = set.lows.iter().zip(&set.highs).map(|(low, high)| {
        pack(values, |value| {
            let value = key(value);
            *low <= value && value <= *high
        })
    });
    passes.reduce(|left, right| &left | &right).unwrap_or_else(|| BooleanBuffer::new_unset(values.len()))
}
