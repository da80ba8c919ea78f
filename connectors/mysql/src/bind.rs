//! Values to compare with, as the execution of a prepared statement carries them.
//!
//! Times travel as text, which the statement casts to their type; decimals as the digits they are. Times beyond the server's
//! range, decimals finer than it knows, NaN and infinities are not sent, and what compares with them is evaluated above. Not here: which cast
//! gives a value its type; the dialect says so.

use connector_core::{Bind, Error, Result, Value};

use crate::calendar::{DAY, FIRST_DAY, LAST_DAY, date};
use crate::decode::kind;
use crate::packet::{self, put_counted};

/// The most decimal places that the server has.
pub(crate) const MOST_PLACES: i8 = 30;

/// Whether the server has this value.
pub(crate) fn exists(value: &Value) -> bool {
    let has_day = |day: i64| (FIRST_DAY..=LAST_DAY).contains(&day);
    match value {
        Value::Date(days) => has_day((*days).into()),
        Value::Millis(millis) | Value::ZonedMillis(millis) => has_day(millis.div_euclid(DAY)),
        Value::Decimal { scale, .. } => (0..=MOST_PLACES).contains(scale),
        Value::Float32(value) => value.is_finite(),
        Value::Float64(value) => value.is_finite(),
        _ => true,
    }
}

/// The command that executes a statement with these values.
pub(crate) fn execution(id: u32, binds: &[Bind]) -> Result<Vec<u8>> {
    const NO_CURSOR: u8 = 0;
    const TYPES_FOLLOW: u8 = 1;
    let mut out = vec![packet::EXECUTE];
    out.extend(id.to_le_bytes());
    out.push(NO_CURSOR);
    out.extend(1_u32.to_le_bytes());
    if binds.is_empty() {
        return Ok(out);
    }
    out.extend(nulls(binds));
    out.push(TYPES_FOLLOW);
    for bind in binds {
        out.extend([bind.value.as_ref().map_or(kind::NULL, kind_of), 0]);
    }
    for value in binds.iter().filter_map(|bind| bind.value.as_ref()) {
        encode(value, &mut out)?;
    }
    Ok(out)
}

fn nulls(binds: &[Bind]) -> impl Iterator<Item = u8> {
    let bits = |group: &[Bind]| {
        let bits = group.iter().enumerate().filter(|(_, bind)| bind.value.is_none());
        bits.fold(0, |byte, (bit, _)| byte | 1 << bit)
    };
    binds.chunks(8).map(bits)
}

fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Bool(_) | Value::Int(_) => kind::LONGLONG,
        Value::Float32(_) | Value::Float64(_) => kind::DOUBLE,
        Value::Decimal { .. } => kind::NEWDECIMAL,
        Value::Bytes(_) => kind::BLOB,
        Value::Text(_) | Value::Date(_) | Value::Millis(_) | Value::ZonedMillis(_) => kind::VAR_STRING,
    }
}

fn encode(value: &Value, out: &mut Vec<u8>) -> Result<()> {
    if !exists(value) {
        return Err(Error::internal("a value to compare with does not exist at the server"));
    }
    match value {
        Value::Bool(value) => out.extend(i64::from(*value).to_le_bytes()),
        Value::Int(value) => out.extend(value.to_le_bytes()),
        Value::Float32(value) => out.extend(f64::from(*value).to_le_bytes()),
        Value::Float64(value) => out.extend(value.to_le_bytes()),
        Value::Decimal { unscaled, scale } => put_counted(decimal(*unscaled, *scale).as_bytes(), out),
        Value::Text(text) => put_counted(text.as_bytes(), out),
        Value::Bytes(bytes) => put_counted(bytes, out),
        Value::Date(days) => put_counted(day((*days).into()).as_bytes(), out),
        Value::Millis(millis) | Value::ZonedMillis(millis) => put_counted(time(*millis).as_bytes(), out),
    }
    Ok(())
}

fn decimal(unscaled: i128, scale: i8) -> String {
    let places = usize::from(scale.unsigned_abs());
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - places).unwrap_or_default();
    let sign = if unscaled < 0 { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn day(days: i64) -> String {
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}")
}

fn time(millis: i64) -> String {
    let (of_day, second) = (millis.rem_euclid(DAY), millis.rem_euclid(60_000));
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let day = day(millis.div_euclid(DAY));
    format!("{day} {hour:02}:{minute:02}:{:02}.{:03}", second / 1000, second % 1000)
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;

    #[test]
    fn values_are_written_as_the_server_reads_them() {
        assert_eq!(decimal(-150, 2), "-1.50");
        assert_eq!(decimal(5, 3), "0.005");
        assert_eq!(decimal(0, 0), "0");
        assert_eq!(decimal(10_i128.pow(38) - 1, 30), format!("{}.{}", "9".repeat(8), "9".repeat(30)));
        assert_eq!(day(-719_162), "0001-01-01");
        assert_eq!(time(-1), "1969-12-31 23:59:59.999");
        assert_eq!(time(1_582_934_400_123), "2020-02-29 00:00:00.123");
    }

    #[test]
    fn what_the_server_lacks_does_not_exist() {
        for (value, there) in [
            (Value::Date(-719_162), true),
            (Value::Date(-719_163), false),
            (Value::Date(2_932_896), true),
            (Value::Date(2_932_897), false),
            (Value::Millis(2_932_897 * DAY - 1), true),
            (Value::Millis(2_932_897 * DAY), false),
            (Value::ZonedMillis(i64::MIN), false),
            (Value::Decimal { unscaled: 1, scale: 30 }, true),
            (Value::Decimal { unscaled: 1, scale: 31 }, false),
            (Value::Float64(f64::NAN), false),
            (Value::Float32(f32::INFINITY), false),
            (Value::Float64(f64::MAX), true),
            (Value::Text("a\0".into()), true),
        ] {
            assert_eq!((exists(&value), encode(&value, &mut Vec::new()).is_ok()), (there, there), "{value:?}");
        }
    }

    #[test]
    fn nulls_are_bits_and_take_no_room() {
        let bind = |value| Bind { value, data_type: DataType::Int64, source_type: None };
        let mut binds: Vec<Bind> = (0..9).map(|_| bind(None)).collect();
        binds[1] = bind(Some(Value::Int(-1)));
        let command = execution(7, &binds).unwrap();
        assert_eq!(command[..10], [packet::EXECUTE, 7, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(command[10..13], [0b1111_1101, 1, 1]);
        assert_eq!(command.len(), 13 + 9 * 2 + 8);
        assert_eq!(execution(7, &[]).unwrap().len(), 10);
    }
}
