//! The ends of every type: what the source's own client reads and finds there is what is read and found here, by the source and
//! by the evaluator alike.
//!
//! An engine's test lists its types, and how its own client prints and compares them.

use std::collections::BTreeMap;

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;

use super::conditions::{call, column_of};
use super::printed::{athena, same, shown};
use super::suite::{read, whole};
use crate::{Bound, Connection, Dialect, Domain, Expr, Function, Range, Scan, Table, TableName, Value, Values, eval};

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
    pub values: Vec<&'static str>,
    /// What the source's own client reads: this form of the column, in place of `{}`.
    pub printed: &'static str,
    /// How it asks what is equal and what is less.
    pub compared: Compared,
    /// The only one of several servers that has it, or what a server has to be for that, by a name that the engine's test knows.
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
    /// What is printed, by code point and by the client itself, where the source has no such order.
    Printed,
}

impl Type {
    /// A type that is printed and compared as it is.
    pub fn new(name: &'static str, athena: &'static str, values: &'static [&'static str]) -> Self {
        let (printed, compared) = ("{}", Compared::Written("{}"));
        Self { name, athena, remark: "", values: values.to_vec(), printed, compared, only: None, asked: Vec::new() }
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

    /// The same, only on servers that this names.
    #[must_use]
    pub fn only(self, server: &'static str) -> Self {
        Self { only: Some(server), ..self }
    }

    /// The same, asked for values that no row has.
    #[must_use]
    pub fn asked(self, asked: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Self { asked: asked.into_iter().collect(), ..self }
    }

    /// Whether Athena calls this what the list says.
    pub fn is_shown_as(&self, data_type: &DataType) -> bool {
        athena(data_type) == self.athena
    }

    /// What makes and fills a table of this type: a row a value, and one of NULL.
    fn table(&self, name: &str) -> String {
        format!("{}; INSERT INTO {name} VALUES {}", self.creation(name), self.rows().join(", "))
    }

    /// The same, a row a statement.
    fn statements(&self, name: &str) -> Vec<String> {
        let rows = self.rows().into_iter().map(|row| format!("INSERT INTO {name} VALUES {row}"));
        std::iter::once(self.creation(name)).chain(rows).collect()
    }

    fn creation(&self, name: &str) -> String {
        format!("CREATE TABLE {name} (id int, v {} NULL)", self.name)
    }

    fn rows(&self) -> Vec<String> {
        self.values.iter().chain(&["NULL"]).enumerate().map(|(id, value)| format!("({id}, {value})")).collect()
    }

    /// What the source's own client sees of that table; `ask` gives the first column of what it answers.
    async fn seen(&self, table: &str, mut ask: impl AsyncFnMut(String) -> Vec<Option<String>>) -> Seen {
        let printed = ask(format!("SELECT {} FROM {table} ORDER BY id", self.printed.replace("{}", "v"))).await;
        let found = match self.compared {
            Compared::Printed => self.found_by_the_client(&printed),
            _ => self.found_by_the_source(table, ask).await,
        };
        Seen { printed, null: vec![i64::try_from(self.values.len()).unwrap_or(0)], found }
    }

    async fn found_by_the_source(
        &self,
        table: &str,
        mut ask: impl AsyncFnMut(String) -> Vec<Option<String>>,
    ) -> Vec<Found> {
        let form = |of: &str| match self.compared {
            Compared::As(form) => form.replace("{}", of),
            _ => of.to_owned(),
        };
        let there = self.values.iter().enumerate().map(|(id, value)| match self.compared {
            Compared::Written(written) => (Probe::Row(id), written.replace("{}", value), String::new()),
            _ => (Probe::Row(id), form("b.v"), format!(", {table} b WHERE b.id = {id}")),
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
        found
    }

    fn found_by_the_client(&self, printed: &[Option<String>]) -> Vec<Found> {
        let there = printed.iter().enumerate().filter_map(|(id, text)| Some((Probe::Row(id), text.as_deref()?)));
        let asked = self.asked.iter().map(|(written, value)| (Probe::Value(value.clone()), *written));
        let ids = |passes: &dyn Fn(&str) -> bool| {
            let rows = (0..).zip(printed).filter(|(_, text)| text.as_deref().is_some_and(passes));
            rows.map(|(id, _)| id).collect()
        };
        let found = |(probe, wanted): (Probe, &str)| Found {
            probe,
            equal: ids(&|text| text == wanted),
            less: ids(&|text| text < wanted),
        };
        there.chain(asked).map(found).collect()
    }
}

/// What makes and fills the tables `t0`, `t1`, … of a schema, one a type.
pub fn tables(schema: &str, types: &[&Type]) -> String {
    let tables = types.iter().enumerate().map(|(number, tried)| tried.table(&format!("{schema}.t{number}")));
    tables.collect::<Vec<_>>().join("; ")
}

/// The same as single statements, for a source that takes one at a time, and one row behind each VALUES.
pub fn statements(schema: &str, types: &[&Type]) -> Vec<String> {
    let tables = types.iter().enumerate().map(|(number, tried)| tried.statements(&format!("{schema}.t{number}")));
    tables.flatten().collect()
}

/// What is read or found in those tables otherwise than by the source's own client, each told in a line.
pub async fn differences(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    schema: &str,
    types: &[&Type],
    mut ask: impl AsyncFnMut(String) -> Vec<Option<String>>,
) -> Vec<String> {
    let mut told = Vec::new();
    for (number, tried) in types.iter().enumerate() {
        let name = format!("t{number}");
        let seen = tried.seen(&format!("{schema}.{name}"), &mut ask).await;
        let table = connection.table(&TableName::new(schema, name)).await.expect("describing the table of a type");
        told.extend(differences_of(connection, dialect, &table, tried, &seen).await);
    }
    told
}

/// What is looked for.
#[derive(Clone, Debug)]
enum Probe {
    /// The value of a row.
    Row(usize),
    /// A value that no row may have.
    Value(Value),
}

/// What the source's own client finds.
#[derive(Clone, Debug)]
struct Found {
    /// What was looked for.
    probe: Probe,
    /// Rows whose value is that.
    equal: Vec<i64>,
    /// Rows whose value is less.
    less: Vec<i64>,
}

/// What the source's own client sees of a table `(id, v)` whose ids count its rows.
#[derive(Clone, Debug)]
struct Seen {
    /// What it prints of each `v`; nothing for NULL.
    printed: Vec<Option<String>>,
    /// Rows without a value.
    null: Vec<i64>,
    /// What it finds.
    found: Vec<Found>,
}

async fn differences_of(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
    tried: &Type,
    seen: &Seen,
) -> Vec<String> {
    let all = by_id(&whole(connection, dialect, table).await);
    let rows = all.column_by_name("v").expect("a column v").clone();
    let mut told = Vec::new();
    if !tried.is_shown_as(rows.data_type()) {
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
            Probe::Row(row) => Value::at(rows, *row),
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
    match Value::at(ids.as_ref(), row) {
        Some(Value::Int(id)) => id,
        // What a source without integers calls one.
        Some(Value::Decimal { unscaled, scale: 0 }) => unscaled.try_into().expect("an id of 64 bits"),
        _ => panic!("an id that is no whole number"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_filled_at_once_or_row_by_row_with_the_same() {
        let tried = Type::new("int", "integer", &["-1", "7"]);
        let rows = statements("s", &[&tried]);
        let inserted = ["(0, -1)", "(1, 7)", "(2, NULL)"].map(|row| format!("INSERT INTO s.t0 VALUES {row}"));
        assert_eq!(rows[0], "CREATE TABLE s.t0 (id int, v int NULL)");
        assert_eq!(rows[1..], inserted);
        let whole = "CREATE TABLE s.t0 (id int, v int NULL); INSERT INTO s.t0 VALUES (0, -1), (1, 7), (2, NULL)";
        assert_eq!(tables("s", &[&tried]), whole);
    }
}
