//! Days at which a table can be cut that a function of days parts.
//!
//! The server keeps days that there are not. `2000-02-31` stands before the first of March, where `TO_DAYS` counts the second, and
//! `2000-00-00` before the first of January, where `YEAR` says 2000. A slice up to the first would have the server leave out the
//! partition that such a row is in, and the next slice has no such row. From the fourth of a month on all agree.

use connector_core::split::Place;
use connector_core::{Result, Scan, Value};

use super::partitions::By;
use crate::calendar::{DAY, date, days};
use crate::catalog::ask;
use crate::session::Session;

/// What kind of table it is, and by what it is parted, if it is. Names are looked up as the server folds them, which is fast, and then
/// told apart byte by byte.
const SQL: &str = "SELECT t.TABLE_TYPE, (SELECT p.PARTITION_EXPRESSION FROM information_schema.PARTITIONS p \
     WHERE p.TABLE_SCHEMA = ? AND p.TABLE_NAME = ? AND CAST(p.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) \
     AND CAST(p.TABLE_NAME AS BINARY) = CAST(? AS BINARY) LIMIT 1) FROM information_schema.TABLES t \
     WHERE t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? AND CAST(t.TABLE_SCHEMA AS BINARY) = CAST(? AS BINARY) \
     AND CAST(t.TABLE_NAME AS BINARY) = CAST(? AS BINARY)";

/// The places, where a function of days may part what is read those behind the first days of a month.
pub(crate) async fn places(session: &mut Session, scan: &Scan, places: Vec<Place>) -> Result<Vec<Place>> {
    if places.iter().flatten().all(|value| day(value).is_none()) || !may_be_parted(session, scan).await? {
        return Ok(places);
    }
    let mut places: Vec<Place> = places.iter().map(|place| moved(place)).collect();
    places.dedup();
    Ok(places)
}

/// What a view or a query reads is not known.
async fn may_be_parted(session: &mut Session, scan: &Scan) -> Result<bool> {
    let (schema, name) = (scan.table.name.schema.as_str(), scan.table.name.table.as_str());
    if scan.query.is_some() {
        return Ok(true);
    }
    let rows = ask(session, SQL, &[schema, name, schema, name, schema, name, schema, name]).await?;
    Ok(match rows.first().map(Vec::as_slice) {
        Some([Some(kind), by]) if kind == "BASE TABLE" => by.as_ref().is_some_and(|by| By::of(by).is_none()),
        _ => true,
    })
}

/// A place behind the first days of a month, before all rows of the day to which it moves.
fn moved(place: &[Value]) -> Place {
    let mut moved = Place::with_capacity(place.len());
    for value in place {
        let Some(fourth) = day(value).and_then(fourth) else {
            moved.push(value.clone());
            continue;
        };
        moved.push(match value {
            Value::Date(_) => i32::try_from(fourth).map_or_else(|_| value.clone(), Value::Date),
            _ => Value::Millis(fourth.saturating_mul(DAY)),
        });
        break;
    }
    moved
}

/// The day of a date or of a time that has no zone, since 1970-01-01; a timestamp is a number of seconds.
fn day(value: &Value) -> Option<i64> {
    match value {
        Value::Date(day) => Some(i64::from(*day)),
        Value::Millis(millis) => Some(millis.div_euclid(DAY)),
        _ => None,
    }
}

/// The fourth day of its month, of one of the first three.
fn fourth(day: i64) -> Option<i64> {
    let (year, month, of_month) = date(day);
    let fourth = days(u16::try_from(year).ok()?, u8::try_from(month).ok()?, 4)?;
    (of_month < 4).then_some(i64::from(fourth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_moves_behind_the_first_days_of_a_month_and_keeps_its_order() {
        let (first, fourth) = (18_322, 18_325);
        let (at, id) = (|day: i32| Value::Date(day), Value::Int(7));
        for (place, expected) in [
            (vec![at(first)], vec![at(fourth)]),
            (vec![at(first + 2), id.clone()], vec![at(fourth)]),
            (vec![at(fourth), id.clone()], vec![at(fourth), id.clone()]),
            (vec![at(first - 1)], vec![at(first - 1)]),
            (vec![id.clone(), at(first), id.clone()], vec![id.clone(), at(fourth)]),
            (vec![Value::Millis(i64::from(first) * DAY + 1)], vec![Value::Millis(i64::from(fourth) * DAY)]),
            (vec![Value::ZonedMillis(i64::from(first) * DAY)], vec![Value::ZonedMillis(i64::from(first) * DAY)]),
        ] {
            assert_eq!(moved(&place), expected, "{place:?}");
        }
    }
}
