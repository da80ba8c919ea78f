//! The tables: a small shop, made anew at every read.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, Float32Array, Float64Array,
    Int8Array, Int16Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, TimestampMillisecondArray,
};
use connector_core::{Error, Result, TableName, pack_zoned};

/// What the shop's schema is called.
const SHOP: &str = "shop";

/// The shop's tables, in order of name.
const NAMES: &[&str] = &["customers", "every_type", "orders"];

const ORDER_PARTS: usize = 4;
const ORDERS_PER_PART: i64 = 250;
const MILLIS_PER_DAY: i64 = 86_400_000;

/// Where the tables come from.
pub(crate) enum Database {
    /// The shop of this file.
    Shop,
    /// What a test has put there.
    #[cfg(feature = "testing")]
    Given(Vec<(TableName, RecordBatch)>),
}

/// The database of a name. Errors: invalid, if there is none.
pub(crate) fn database(name: &str) -> Result<Database> {
    if name == SHOP {
        return Ok(Database::Shop);
    }
    #[cfg(feature = "testing")]
    if let Some(given) = crate::testing::database(name) {
        return Ok(given);
    }
    Err(Error::invalid(format!("memory engine has no database {name:?}")).hint("write memory://shop"))
}

impl Database {
    /// Its schemas, in order of name.
    pub(crate) fn schemas(&self) -> Vec<String> {
        match self {
            Self::Shop => vec![SHOP.to_owned()],
            #[cfg(feature = "testing")]
            Self::Given(tables) => {
                let mut schemas: Vec<String> = tables.iter().map(|(name, _)| name.schema.clone()).collect();
                schemas.sort();
                schemas.dedup();
                schemas
            }
        }
    }

    /// The tables of a schema that there is, in order of name.
    pub(crate) fn tables(&self, schema: &str) -> Vec<String> {
        match self {
            Self::Shop if schema == SHOP => NAMES.iter().map(ToString::to_string).collect(),
            Self::Shop => Vec::new(),
            #[cfg(feature = "testing")]
            Self::Given(tables) => {
                let inside = tables.iter().filter(|(name, _)| name.schema == schema);
                let mut names: Vec<String> = inside.map(|(name, _)| name.table.clone()).collect();
                names.sort();
                names
            }
        }
    }

    /// How many parts a table is kept in.
    pub(crate) fn parts(&self, name: &TableName) -> usize {
        match self {
            Self::Shop if name.table == "orders" => ORDER_PARTS,
            _ => 1,
        }
    }

    /// One part of a table. Errors: not found.
    pub(crate) fn part(&self, name: &TableName, part: usize) -> Result<RecordBatch> {
        match self {
            Self::Shop => shop(&name.table, part),
            #[cfg(feature = "testing")]
            Self::Given(tables) => tables
                .iter()
                .find(|(known, _)| part == 0 && known == name)
                .map(|(_, rows)| rows.clone())
                .ok_or_else(|| Error::not_found(format!("memory has no part {part} of a table {name}"))),
        }
    }
}

fn shop(table: &str, part: usize) -> Result<RecordBatch> {
    let columns = match table {
        "customers" => customers(),
        "every_type" => every_type()?,
        "orders" if part < ORDER_PARTS => orders(part)?,
        _ => return Err(Error::not_found(format!("memory has no part {part} of a table {table:?}"))),
    };
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .map_err(|error| Error::internal(format!("making table {table:?} in memory")).with_source(error))
}

type Columns = Vec<(&'static str, ArrayRef)>;

fn customers() -> Columns {
    vec![
        ("id", Arc::new(Int32Array::from_iter_values(0..100))),
        (
            "name",
            Arc::new((0..100).map(|id| (id % 10 != 9).then(|| format!("customer {id}"))).collect::<StringArray>()),
        ),
        ("country", Arc::new(StringArray::from_iter_values((0..100).map(|id| ["DE", "FR", "JP"][id % 3])))),
    ]
}

fn orders(part: usize) -> Result<Columns> {
    let part = i64::try_from(part).map_err(|_| Error::internal("a part beyond 64 bits"))?;
    let ids = || part * ORDERS_PER_PART..(part + 1) * ORDERS_PER_PART;
    let total = Decimal128Array::from_iter_values(ids().map(|id| i128::from(id * 37 % 100_000)));
    let customers = ids().map(|id| i32::try_from(id % 100).ok()).collect::<Int32Array>();
    Ok(vec![
        ("id", Arc::new(Int64Array::from_iter_values(ids()))),
        ("customer_id", Arc::new(customers)),
        ("total", Arc::new(total.with_precision_and_scale(12, 2).map_err(invalid_decimal)?)),
        (
            "placed_at",
            Arc::new(Date64Array::from_iter_values(ids().map(|id| 1_700_000_000_000 + id * MILLIS_PER_DAY / 24))),
        ),
        (
            "note",
            Arc::new(ids().map(|id| (id % 7 != 0).then(|| format!("note on order {id}"))).collect::<StringArray>()),
        ),
    ])
}

/// One column of each type that travels: an ordinary value, an edge, and NULL.
fn every_type() -> Result<Columns> {
    let decimal =
        Decimal128Array::from(vec![Some(150), Some(-99_999_999_999_999_999_999_999_999_999_999_999_999), None]);
    let zoned = TimestampMillisecondArray::from(vec![pack_zoned(1_577_836_800_123), pack_zoned(-1), None]);
    let lists = vec![Some(vec![Some(1), None]), Some(vec![]), None];
    Ok(vec![
        ("c_boolean", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("c_tinyint", Arc::new(Int8Array::from(vec![Some(1), Some(i8::MIN), None]))),
        ("c_smallint", Arc::new(Int16Array::from(vec![Some(1), Some(i16::MIN), None]))),
        ("c_integer", Arc::new(Int32Array::from(vec![Some(1), Some(i32::MIN), None]))),
        ("c_bigint", Arc::new(Int64Array::from(vec![Some(1), Some(i64::MIN), None]))),
        ("c_real", Arc::new(Float32Array::from(vec![Some(1.5), Some(f32::NAN), None]))),
        ("c_double", Arc::new(Float64Array::from(vec![Some(1.5), Some(-0.0), None]))),
        ("c_decimal", Arc::new(decimal.with_precision_and_scale(38, 2).map_err(invalid_decimal)?)),
        ("c_varchar", Arc::new(StringArray::from(vec![Some("text"), Some("\u{1F600}\u{FF5E}'\"\\"), None]))),
        ("c_varbinary", Arc::new(BinaryArray::from(vec![Some(b"\x01\x02".as_slice()), Some(b"".as_slice()), None]))),
        ("c_date", Arc::new(Date32Array::from(vec![Some(18_262), Some(-171_654), None]))),
        ("c_timestamp", Arc::new(Date64Array::from(vec![Some(1_577_836_800_123), Some(-1), None]))),
        ("c_timestamptz", Arc::new(zoned.with_timezone("UTC"))),
        ("c_array", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists))),
    ])
}

fn invalid_decimal(error: arrow_schema::ArrowError) -> Error {
    Error::internal("making a decimal column in memory").with_source(error)
}
