//! The ends of every type: what the source's own client reads and finds there is what is read and found here, by the source and
//! by the evaluator alike.
//!
//! An engine's test lists its types, and how its own client prints and compares them.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;

use super::conditions::{call, column_of, value};
use super::suite::{read, whole};
use crate::{Bound, Connection, Dialect, Domain, Expr, Function, Range, Scan, Table, Value, Values, eval};

/// A type of a source, with values that are awkward for it.
#[derive(Clone, Debug)]
pub struct Type {
    /// As it is declared.
    pub name: &'static str,
    /// What it is for Athena.
    pub athena: &'static str,
    /// Why it is text, or what its values are compared as where that is not what the source itself does.
    pub remark: &'static str,
    /// Values as they are written there: the least, the greatest (or the first and the longest of those without), others.
    pub values: &'static [&'static str],
    /// What the source's own client reads: this form of the column, in place of `{}`.
    pub printed: &'static str,
    /// How it asks what is equal and what is less.
    pub compared: Compared,
    /// The only one of several servers that has it.
    pub only: Option<&'static str>,
    /// Values that no row has, as the source is asked for them, and as they are asked for here.
    pub asked: Vec<(&'static str, Value)>,
}

/// How a source's own client asks what is equal and what is less.
#[derive(Clone, Copy, Debug)]
pub enum Compared {
    /// The column as it is, with the value written in this form, in place of `{}`.
    Written(&'static str),
    /// This form of the column, in place of `{}`, with the same form of a row's own value.
    As(&'static str),
}

impl Type {
    /// A type that is printed and compared as it is.
    pub fn new(name: &'static str, athena: &'static str, values: &'static [&'static str]) -> Self {
        let (printed, compared) = ("{}", Compared::Written("{}"));
        Self { name, athena, remark: "", values, printed, compared, only: None, asked: Vec::new() }
    }

    /// The same with a remark.
    #[must_use]
    pub fn remark(self, remark: &'static str) -> Self {
        Self { remark, ..self }
    }

    /// The same, printed in this form.
    #[must_use]
    pub fn printed(self, printed: &'static str) -> Self {
        Self { printed, ..self }
    }

    /// The same, compared like this.
    #[must_use]
    pub fn compared(self, compared: Compared) -> Self {
        Self { compared, ..self }
    }

    /// The same, on one server only.
    #[must_use]
    pub fn only(self, server: &'static str) -> Self {
        Self { only: Some(server), ..self }
    }

    /// The same, asked for values that no row has.
    #[must_use]
    pub fn asked(self, asked: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Self { asked: asked.into_iter().collect(), ..self }
    }

    /// What makes and fills a table of this type: a row a value, and one of NULL.
    pub fn table(&self, name: &str) -> String {
        let rows = self.values.iter().chain(&["NULL"]).enumerate().map(|(id, value)| format!("({id}, {value})"));
        let rows: Vec<String> = rows.collect();
        format!("CREATE TABLE {name} (id int, v {} NULL); INSERT INTO {name} VALUES {}", self.name, rows.join(", "))
    }

    /// What the source's own client sees of that table; `ask` gives the first column of what it answers.
    pub async fn seen(&self, table: &str, mut ask: impl AsyncFnMut(String) -> Vec<Option<String>>) -> Seen {
        let printed = ask(format!("SELECT {} FROM {table} ORDER BY id", self.printed.replace("{}", "v"))).await;
        let form = |of: &str| match self.compared {
            Compared::Written(_) => of.to_owned(),
            Compared::As(form) => form.replace("{}", of),
        };
        let there = self.values.iter().enumerate().map(|(id, value)| match self.compared {
            Compared::Written(written) => (Probe::Row(id), written.replace("{}", value), String::new()),
            Compared::As(_) => (Probe::Row(id), form("b.v"), format!(", {table} b WHERE b.id = {id}")),
        });
        let written =
            |(written, value): &(&str, Value)| (Probe::Value(value.clone()), (*written).to_owned(), String::new());
        let mut found = Vec::new();
        for (probe, right, other) in there.chain(self.asked.iter().map(written)) {
            let (left, word) = (form("a.v"), if other.is_empty() { "WHERE" } else { "AND" });
            let mut ids = async |operator| {
                let sql = format!("SELECT a.id FROM {table} a{other} {word} {left} {operator} {right} ORDER BY a.id");
                ask(sql).await.into_iter().map(|id| id.and_then(|id| id.parse().ok()).expect("a number")).collect()
            };
            let (equal, less): (Vec<i64>, Vec<i64>) = (ids("=").await, ids("<").await);
            found.push(Found { probe, equal, less });
        }
        Seen { printed, null: vec![i64::try_from(self.values.len()).unwrap_or(0)], found }
    }
}

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Probe {
    /// The value of a row.
    Row(usize),
    /// A value that no row may have.
    Value(Value),
}

/// What the source's own client finds.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was looked for.
    pub probe: Probe,
    /// Rows whose value is that.
    pub equal: Vec<i64>,
    /// Rows whose value is less.
    pub less: Vec<i64>,
}

/// What the source's own client sees of a table `(id, v)` whose ids count its rows.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it prints of each `v`; nothing for NULL.
    pub printed: Vec<Option<String>>,
    /// Rows without a value.
    pub null: Vec<i64>,
    /// What it finds.
    pub found: Vec<Found>,
}

/// What is read or found otherwise than by the source's own client, each told in a line.
pub async fn differences(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
    tried: &Type,
    seen: &Seen,
) -> Vec<String> {
    let all = by_id(&whole(connection, dialect, table).await);
    let rows = all.column_by_name("v").expect("a column v").clone();
    let mut told = Vec::new();
    if athena(rows.data_type()) != tried.athena {
        told.push(format!("is {} and not {}", athena(rows.data_type()), tried.athena));
    }
    for (row, printed) in seen.printed.iter().enumerate() {
        let ours = shown(rows.as_ref(), row);
        if !same(rows.data_type(), printed.as_deref(), ours.as_deref()) {
            told.push(format!("row {row} is {printed:?} there, and shown as {ours:?}"));
        }
    }
    for (what, condition, expected) in conditions(rows.as_ref(), seen) {
        let scan = Scan { projection: vec!["id".into()], ..condition.of(table) };
        let pushed = ids(&read(connection, dialect, &scan).await);
        let domains: Vec<_> = scan.domains.into_iter().collect();
        let above = eval::filter(&all, &domains, &scan.filters).map(|kept| ids(&kept)).expect("evaluating");
        for (how, found) in [("at the source", pushed), ("above", above)] {
            if found != expected {
                told.push(format!("{what} finds {expected:?} there, and {found:?} {how}"));
            }
        }
    }
    told.into_iter().map(|line| format!("{}: {line}", tried.name)).collect()
}

/// A condition on `v`.
enum Condition {
    Domain(Domain),
    Filter(Expr),
}

impl Condition {
    fn of(self, table: &Table) -> Scan {
        let scan = Scan::new(table.clone(), Vec::new());
        match self {
            Self::Domain(domain) => Scan { domains: BTreeMap::from([("v".into(), domain)]), ..scan },
            Self::Filter(filter) => Scan { filters: vec![filter], ..scan },
        }
    }
}

/// Everything that is asked, in both forms that travel, with the rows that answer it.
fn conditions(rows: &dyn Array, seen: &Seen) -> Vec<(String, Condition, Vec<i64>)> {
    let data_type = rows.data_type();
    let there: Vec<i64> = (0..).take(rows.len()).filter(|id| !seen.null.contains(id)).collect();
    let is_null = || call(Function::IsNull, vec![column_of("v", data_type)]);
    let mut asked = vec![
        ("IS NULL".into(), Condition::Domain(Domain::only_null(data_type.clone())), seen.null.clone()),
        ("IS NOT NULL".into(), Condition::Domain(Domain::not_null(data_type.clone())), there.clone()),
        ("a call of IS NULL".into(), Condition::Filter(is_null()), seen.null.clone()),
        ("a call of NOT IS NULL".into(), Condition::Filter(call(Function::Not, vec![is_null()])), there),
    ];
    let mut first: Option<(Value, Vec<i64>)> = None;
    for found in &seen.found {
        let wanted = match &found.probe {
            Probe::Row(row) => value(rows, *row),
            Probe::Value(value) => Some(value.clone()),
        };
        let Some(wanted) = wanted else { continue };
        let (other, others) = first.get_or_insert_with(|| (wanted.clone(), found.equal.clone())).clone();
        let mut either = sorted(found.equal.iter().copied().chain(others));
        either.dedup();
        for (operator, condition) in about(data_type, &wanted, other) {
            let expected = match operator {
                "=" => &found.equal,
                "<" => &found.less,
                _ => &either,
            };
            asked.push((format!("{operator} {:?}", found.probe), condition, expected.clone()));
        }
    }
    asked
}

/// A value asked for in every way, and together with another one.
fn about(data_type: &DataType, wanted: &Value, other: Value) -> Vec<(&'static str, Condition)> {
    let domain = |values| Condition::Domain(Domain { data_type: data_type.clone(), values, nulls: false });
    let constant = || Expr::Constant { value: Some(wanted.clone()), data_type: data_type.clone() };
    let listed = Expr::List { values: vec![Some(other.clone()), Some(wanted.clone())], data_type: data_type.clone() };
    let calling = |function, right| Condition::Filter(call(function, vec![column_of("v", data_type), right]));
    let mut asked = vec![
        ("=", calling(Function::Equal, constant())),
        ("<", calling(Function::LessThan, constant())),
        ("IN", calling(Function::In, listed)),
    ];
    // In a domain, where Athena never puts it, NaN is a value like any other (`eval::domain`).
    let is_nan = matches!(wanted, Value::Float32(value) if value.is_nan())
        || matches!(wanted, Value::Float64(value) if value.is_nan());
    if !is_nan {
        let below = Range { low: Bound::Unbounded, high: Bound::Excluded(wanted.clone()) };
        asked.push(("=", domain(Values::In(vec![wanted.clone()]))));
        asked.push(("<", domain(Values::Ranges(vec![below]))));
        asked.push(("IN", domain(Values::In(vec![other, wanted.clone()]))));
    }
    asked
}

fn ids(batch: &RecordBatch) -> Vec<i64> {
    sorted((0..batch.num_rows()).map(|row| id(batch, row)))
}

fn id(batch: &RecordBatch, row: usize) -> i64 {
    let ids = batch.column_by_name("id").expect("a column id");
    let Some(Value::Int(id)) = value(ids.as_ref(), row) else { panic!("an id that is no whole number") };
    id
}

fn sorted(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids
}

/// The same rows, in order of their ids.
fn by_id(all: &RecordBatch) -> RecordBatch {
    let mut rows: Vec<RecordBatch> = (0..all.num_rows()).map(|row| all.slice(row, 1)).collect();
    rows.sort_by_key(|row| id(row, 0));
    concat_batches(&all.schema(), &rows).expect("joining rows")
}

/// What a type is called in Athena.
fn athena(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "tinyint".into(),
        DataType::Int16 => "smallint".into(),
        DataType::Int32 => "integer".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Float32 => "real".into(),
        DataType::Float64 => "double".into(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8 => "varchar".into(),
        DataType::Binary => "varbinary".into(),
        DataType::Date32 => "date".into(),
        DataType::Date64 => "timestamp(3)".into(),
        DataType::Timestamp(..) => "timestamp(3) with time zone".into(),
        DataType::List(item) => format!("array({})", athena(item.data_type())),
        other => other.to_string(),
    }
}

/// The types as a table of Markdown.
pub fn markdown(types: &[Type]) -> String {
    let mut out = "| type | Athena | least | greatest | remarks |\n|---|---|---|---|---|\n".to_owned();
    for tried in types {
        let end = |place: usize| tried.values.get(place).map_or_else(String::new, |value| code(value));
        let cells = [code(tried.name), tried.athena.into(), end(0), end(1), tried.remark.into()];
        out += &format!("| {} |\n", cells.join(" | "));
    }
    out
}

/// A document whose table of types, between two marks, is this one.
pub fn with_table(document: &str, table: &str) -> String {
    let (front, behind) = ("<!-- types -->\n", "<!-- end of types -->");
    let (head, rest) = document.split_once(front).expect("a mark in front of the table");
    let (_, tail) = rest.split_once(behind).expect("a mark behind the table");
    [head, front, table, behind, tail].concat()
}

/// Cut in the middle where it is long, and without what would end a cell.
fn code(text: &str) -> String {
    const LONGEST: usize = 44;
    let characters: Vec<char> = text.chars().collect();
    let shown: String = if characters.len() > LONGEST {
        let (head, tail) = (characters.iter().take(LONGEST - 6), characters.iter().rev().take(5).rev());
        head.chain(['…'].iter()).chain(tail).collect()
    } else {
        text.to_owned()
    };
    format!("`{}`", shown.replace('|', "\\|"))
}

/// A value as the sources print it, times down to the millisecond.
fn shown(array: &dyn Array, row: usize) -> Option<String> {
    if let (DataType::List(_), true) = (array.data_type(), array.is_valid(row)) {
        let list = array.as_list::<i32>().value(row);
        let items = (0..list.len()).map(|item| shown(list.as_ref(), item).unwrap_or_else(|| "NULL".into()));
        return Some(format!("{{{}}}", items.collect::<Vec<_>>().join(",")));
    }
    Some(match value(array, row)? {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float32(value) => f64::from(value).to_string(),
        Value::Float64(value) => value.to_string(),
        Value::Decimal { .. } => array.as_primitive::<Decimal128Type>().value_as_string(row),
        Value::Text(text) => text,
        Value::Bytes(bytes) => bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
        Value::Date(days) => moment(i64::from(days) * DAY),
        Value::Millis(millis) | Value::ZonedMillis(millis) => moment(millis),
    })
}

/// Whether what the source prints is what is shown here, by the rules that hold for all sources.
fn same(data_type: &DataType, there: Option<&str>, here: Option<&str>) -> bool {
    let (Some(there), Some(here)) = (there, here) else { return there == here };
    match data_type {
        DataType::Float32 | DataType::Float64 => {
            matches!((there.parse::<f64>(), here.parse::<f64>()), (Ok(there), Ok(here))
                if there.to_bits() == here.to_bits() || there.is_nan() && here.is_nan())
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => floored(there).as_deref() == Some(here),
        DataType::Boolean => matches!((there, here), ("1" | "t" | "true", "true") | ("0" | "f" | "false", "false")),
        _ => there == here,
    }
}

const DAY: i64 = 86_400_000;

/// A moment in the proleptic Gregorian calendar, whose year 0 is 1 BC.
fn moment(millis: i64) -> String {
    let (days, of_day) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    // Years begin in March, so that the odd day is their last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1000 % 60);
    let year = era * 400 + year + carry;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}", of_day % 1000)
}

/// A printed moment (`44-03-15 12:00:00.1239+00 BC`, in part) down to its millisecond; clocks run forward before year 1 too.
fn floored(text: &str) -> Option<String> {
    let (text, is_before) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let (day, clock) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let (seconds, fraction) = clock.trim_end_matches("+00").split_once('.').unwrap_or((clock.get(..8)?, ""));
    let (year, rest) = day.split_once('-')?;
    let year = year.parse::<i64>().ok()?;
    let year = if is_before { 1 - year } else { year };
    Some(format!("{year:04}-{rest} {seconds}.{fraction:0<3.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_that_sources_print() {
        for (text, millis) in [
            ("1970-01-01", 0),
            ("1969-12-31 23:59:59.9999", -1),
            ("2000-02-29 12:00:00.123999+00", 951_825_600_123),
            ("0001-01-01", -719_162 * DAY),
            ("0001-12-31 BC", -719_163 * DAY),
            ("0044-03-15 BC", -735_160 * DAY),
            ("12345-01-01 00:00:00+00", 3_789_391 * DAY),
        ] {
            assert_eq!(floored(text), Some(moment(millis)), "{text}");
        }
    }

    #[test]
    fn what_differs_is_told_apart_from_what_is_printed_otherwise() {
        let (float, time) = (DataType::Float64, DataType::Date64);
        assert!(same(&float, Some("1e-3"), Some("0.001")) && same(&float, Some("NaN"), Some("NaN")));
        assert!(!same(&float, Some("-0"), Some("0")) && !same(&float, Some("0.1"), None));
        assert!(same(&time, Some("1970-01-01 00:00:00.0019"), Some("1970-01-01 00:00:00.001")));
        assert!(!same(&time, Some("1970-01-01 00:00:00.002"), Some("1970-01-01 00:00:00.001")));
        assert!(same(&DataType::Boolean, Some("1"), Some("true")) && !same(&DataType::Utf8, Some("1"), Some("true")));
    }

    #[test]
    fn a_table_of_types_is_one_line_a_type() {
        let types = [Type::new("set('a','b')", "varchar", &["''", "'a|b'"]).remark("no such type")];
        let table = markdown(&types);
        assert!(table.ends_with("| `set('a','b')` | varchar | `''` | `'a\\|b'` | no such type |\n"), "{table}");
        assert_eq!(code(&"9".repeat(65)).chars().count(), 46);
    }
}
