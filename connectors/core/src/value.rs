//! A single value of a type that Athena can send in a constraint.

/// One non-null value; the Arrow type it belongs to stands beside it wherever it is used.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `Boolean`.
    Bool(bool),
    /// `Int8` to `Int64`; the width is the column's.
    Int(i64),
    /// `Float32`.
    Float32(f32),
    /// `Float64`.
    Float64(f64),
    /// `Decimal128`: the unscaled number and its scale.
    Decimal { unscaled: i128, scale: i8 },
    /// `Utf8`.
    Text(String),
    /// `Binary`.
    Bytes(Vec<u8>),
    /// `Date32`: days since 1970-01-01, proleptic Gregorian.
    Date(i32),
    /// `Date64`, which is how Athena's `timestamp(3)` travels: milliseconds since the epoch, wall clock.
    Millis(i64),
    /// `Timestamp(ms, zone)`: milliseconds since the epoch in UTC; the zone key of the wire is dropped.
    ZonedMillis(i64),
}
