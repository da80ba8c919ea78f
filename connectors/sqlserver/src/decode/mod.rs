//! From the bytes of a row straight into Arrow buffers: one set of buffers a column, chosen once, nothing allocated a cell.
//!
//! Which buffers a column gets follows from its type on the wire and its type for Athena together, so that a table that has
//! changed since it was described is noticed. Not here: where rows come from.

mod scalar;
mod text;
mod variant;

use arrow_array::RecordBatch;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow_schema::{DataType, TimeUnit};
use connector_core::decode::{
    Batcher, Bits, Cells, Fault, Fixed, InPiece, Nulls, Place, Places, RUN, Room, Varied, changed, whole, within,
};
use connector_core::{BatchLimits, Column, Error, Result, pack_zoned};

use crate::follower::Sink;
use crate::token::{Described, kind};

pub(crate) use scalar::{int16, int32, int64, truth};
pub(crate) use text::{decoded, utf16};

/// The buffers of a column.
type Buffers = Box<dyn Cells<[u8], InPiece>>;

/// The buffers for a column that comes as `wire` and is shown as `data_type`; nothing if the two do not belong together.
fn cells(wire: Described, data_type: &DataType, max_cell_bytes: usize) -> Option<Buffers> {
    Some(match (wire.kind, wire.length, data_type) {
        (kind::NULL, ..) => Box::new(Nulls::of(data_type)),
        (kind::BIT | kind::BIT_N, _, DataType::Boolean) => Bits::boxed(truth),
        (kind::INT1, ..) | (kind::INT_N, 1, _) if *data_type == DataType::Int16 => {
            Fixed::<Int16Type>::boxed(data_type, scalar::uint8)
        }
        (kind::INT2, ..) | (kind::INT_N, 2, _) if *data_type == DataType::Int16 => {
            Fixed::<Int16Type>::boxed(data_type, int16)
        }
        (kind::INT4, _, DataType::Int32) | (kind::INT_N, 4, DataType::Int32) => {
            Fixed::<Int32Type>::boxed(data_type, int32)
        }
        (kind::INT8, _, DataType::Int64) | (kind::INT_N, 8, DataType::Int64) => {
            Fixed::<Int64Type>::boxed(data_type, int64)
        }
        (kind::FLOAT4, _, DataType::Float32) | (kind::FLOAT_N, 4, DataType::Float32) => {
            Fixed::<Float32Type>::boxed(data_type, scalar::float32)
        }
        (kind::FLOAT8, _, DataType::Float64) | (kind::FLOAT_N, 8, DataType::Float64) => {
            Fixed::<Float64Type>::boxed(data_type, scalar::float64)
        }
        (_, _, DataType::Decimal128(precision, scale)) => decimals(wire, data_type, *precision, *scale)?,
        (kind::DATE, _, DataType::Date32) => Fixed::<Date32Type>::boxed(data_type, scalar::date),
        (_, _, DataType::Date64) => match Times::of(wire)? {
            Times::Ticks => Fixed::<Date64Type>::boxed(data_type, scalar::ticks),
            Times::Minutes => Fixed::<Date64Type>::boxed(data_type, scalar::minutes),
            Times::Moments(moments) => Fixed::<Date64Type>::boxed(data_type, move |cell: &[u8]| moments.millis(cell)),
        },
        (_, _, DataType::Timestamp(TimeUnit::Millisecond, Some(_))) => {
            let times = Times::of(wire)?;
            Fixed::<TimestampMillisecondType>::boxed(data_type, move |cell: &[u8]| times.packed(cell))
        }
        (_, _, DataType::Utf8) => texts(wire, max_cell_bytes)?,
        (kind::VARBINARY | kind::BINARY | kind::IMAGE | kind::CLR, _, DataType::Binary) => {
            Varied::binary(move |cell: &[u8]| within(whole(cell)?, max_cell_bytes))
        }
        _ => return None,
    })
}

fn decimals(wire: Described, data_type: &DataType, precision: u8, scale: i8) -> Option<Buffers> {
    let money = |cell: fn(&[u8]) -> Result<i64, Fault>| {
        let target = scalar::Decimal::new(precision, scale, 4)?;
        Some(Fixed::<Decimal128Type>::boxed(data_type, move |bytes: &[u8]| target.fitted(cell(bytes)?.into())))
    };
    match (wire.kind, wire.length) {
        (kind::DECIMAL | kind::NUMERIC, _) => {
            let target = scalar::Decimal::new(precision, scale, wire.scale)?;
            Some(Fixed::<Decimal128Type>::boxed(data_type, move |cell: &[u8]| target.decode(cell)))
        }
        (kind::MONEY, _) | (kind::MONEY_N, 8) => money(scalar::money),
        (kind::MONEY4, _) | (kind::MONEY_N, 4) => money(scalar::smallmoney),
        _ => None,
    }
}

/// The three ways in which moments are counted.
#[derive(Clone, Copy)]
enum Times {
    Ticks,
    Minutes,
    Moments(scalar::Moments),
}

impl Times {
    fn of(wire: Described) -> Option<Self> {
        Some(match (wire.kind, wire.length) {
            (kind::DATETIME, _) | (kind::DATETIME_N, 8) => Self::Ticks,
            (kind::DATETIME4, _) | (kind::DATETIME_N, 4) => Self::Minutes,
            (kind::DATETIME2, _) => Self::Moments(scalar::Moments::new(wire.scale, false)?),
            (kind::DATETIMEOFFSET, _) => Self::Moments(scalar::Moments::new(wire.scale, true)?),
            _ => return None,
        })
    }

    /// Milliseconds, packed above the key of a zone, which is 0 for UTC.
    fn packed(self, cell: &[u8]) -> Result<i64, Fault> {
        let millis = match self {
            Self::Ticks => scalar::ticks(cell)?,
            Self::Minutes => scalar::minutes(cell)?,
            Self::Moments(moments) => moments.millis(cell)?,
        };
        pack_zoned(millis).ok_or(Fault::Malformed)
    }
}

fn texts(wire: Described, most: usize) -> Option<Buffers> {
    Some(match wire.kind {
        kind::NVARCHAR | kind::NCHAR | kind::NTEXT | kind::XML => text::texts(utf16, most),
        kind::VARCHAR | kind::CHAR | kind::TEXT => {
            let charset = wire.collation.charset()?;
            text::plain_texts(move |cell: &[u8], out: &mut Vec<u8>| decoded(charset, cell, out), most)
        }
        kind::TIME => text::texts(move |cell: &[u8], out: &mut Vec<u8>| variant::put_time(wire.scale, cell, out), most),
        kind::VARIANT => text::texts(variant::put_variant, most),
        _ => return None,
    })
}

/// Turns rows into batches.
pub(crate) struct RowDecoder {
    batcher: Batcher<[u8], InPiece>,
}

impl RowDecoder {
    /// A decoder for rows that the server describes as `wire`.
    ///
    /// Errors: conflict, if the columns are not those that were described before.
    pub(crate) fn new(
        described: &[Column],
        wire: &[Described],
        limits: BatchLimits,
        max_cell_bytes: usize,
    ) -> Result<Self> {
        // A scan of no columns still selects one constant, whose value says nothing.
        if wire.len() != described.len().max(1) {
            return Err(Error::internal("the answer has another number of columns than the statement"));
        }
        let columns = described.iter().zip(wire).map(|(column, wire)| {
            cells(*wire, &column.mapping.data_type, max_cell_bytes)
                .ok_or_else(|| changed(column, format_args!("type number {:#x}", wire.kind)))
        });
        Ok(Self { batcher: Batcher::new(described, columns.collect::<Result<_>>()?, limits) })
    }

    /// The rows so far as a batch; nothing if there are none.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>> {
        self.batcher.take()
    }
}

impl Sink for RowDecoder {
    fn room(&self) -> Room {
        self.batcher.room().up_to(RUN)
    }

    fn rows(&mut self, arrived: &[u8], cells: &[Place], width: usize) -> Result<()> {
        self.batcher.push_rows(&mut Places::new(arrived, cells, width), cells.len() / width)
    }

    fn cell(&mut self, column: usize, cell: Option<&[u8]>) -> Result<()> {
        if column < self.batcher.width() { self.batcher.push(column, cell) } else { Ok(()) }
    }

    fn end_row(&mut self) {
        self.batcher.end_row();
    }

    fn is_full(&self) -> bool {
        self.batcher.is_full()
    }

    fn fault(&self, column: usize, fault: &Fault) -> Error {
        self.batcher.fault(column, fault)
    }
}

#[cfg(test)]
mod tests;
