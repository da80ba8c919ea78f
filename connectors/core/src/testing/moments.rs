//! Times finer than a millisecond are shown floored to it, and a condition means what is shown: on both sides of 1970, where
//! flooring and cutting differ.

use std::collections::BTreeSet;

use arrow_array::cast::AsArray;
use arrow_array::types::Date64Type;
use arrow_schema::DataType;

use super::conditions::{call, column_of};
use super::suite;
use crate::{Bound, Connection, Dialect, Domain, Expr, Function, Range, Scan, TableName, Value, Values};

/// Times as they are written, to the nanosecond, and the milliseconds since 1970 that are shown of them.
const MOMENTS: &[(&str, i64)] = &[
    ("1499-12-31 23:59:59.999999999", -14_831_769_600_001),
    ("1500-01-01 00:00:00.000000000", -14_831_769_600_000),
    ("1500-01-01 00:00:00.000500000", -14_831_769_600_000),
    ("1500-01-01 00:00:00.001000000", -14_831_769_599_999),
    ("1969-12-31 23:59:59.998999999", -2),
    ("1969-12-31 23:59:59.999000000", -1),
    ("1969-12-31 23:59:59.999001000", -1),
    ("1969-12-31 23:59:59.999999999", -1),
    ("1970-01-01 00:00:00.000000000", 0),
    ("1970-01-01 00:00:00.000999999", 0),
    ("1970-01-01 00:00:00.001000000", 1),
    ("2020-01-01 00:00:00.122999000", 1_577_836_800_122),
    ("2020-01-01 00:00:00.123000000", 1_577_836_800_123),
    ("2020-01-01 00:00:00.123456789", 1_577_836_800_123),
    ("2020-01-01 00:00:00.124000000", 1_577_836_800_124),
];

/// A type of an engine that is finer than a millisecond.
pub struct Fine<'a> {
    /// What the engine calls it.
    pub name: &'a str,
    /// Digits behind the point of its seconds.
    pub digits: usize,
    /// The first millisecond that it has.
    pub first: i64,
    /// A time in it, from `2020-01-01 00:00:00.123456`.
    pub literal: &'a dyn Fn(&str) -> String,
}

impl Fine<'_> {
    fn moments(&self) -> impl Iterator<Item = &(&str, i64)> {
        MOMENTS.iter().filter(|(_, millis)| *millis >= self.first)
    }

    /// What makes a table of one column of this type and fills it.
    pub fn statements(&self, table: &str) -> Vec<String> {
        let insert = |value: String| format!("INSERT INTO {table} (v) VALUES ({value})");
        let cut = |written: &str| {
            let (seconds, fraction) = written.split_once('.').expect("a fraction");
            (self.literal)(&format!("{seconds}.{}", fraction.get(..self.digits).expect("at most nine digits")))
        };
        let rows = self.moments().map(|(written, _)| insert(cut(written)));
        let create = format!("CREATE TABLE {table} (v {} NULL)", self.name);
        [create].into_iter().chain(rows).chain([insert("NULL".to_owned())]).collect()
    }

    /// Fails where such a table shows, or finds for a condition, other times than the floored ones.
    pub async fn are_found_by_what_is_shown(
        &self,
        connection: &mut dyn Connection,
        dialect: &dyn Dialect,
        name: &TableName,
    ) {
        let table = connection.table(name).await.expect("describing the table");
        let column = table.columns.first().expect("a column").name.clone();
        let all = Scan::new(table, vec![column.clone()]);
        let shown: Vec<Option<i64>> = self.moments().map(|(_, millis)| Some(*millis)).chain([None]).collect();
        assert_eq!(found(connection, dialect, &all).await, sorted(shown.clone()), "{}: what is shown", self.name);
        let mut asked = 0;
        for (scan, holds) in self.conditions(&all, &column) {
            let expected = sorted(shown.iter().copied().filter(|millis| holds(*millis)).collect());
            let answer = found(connection, dialect, &scan).await;
            assert_eq!(answer, expected, "{}: {:?} {:?}", self.name, scan.domains, scan.filters);
            asked += 1;
        }
        assert!(asked > 50, "{}: {asked} conditions", self.name);
    }

    /// Conditions about every time shown and its neighbours, in both forms that travel, and what they mean.
    fn conditions(&self, all: &Scan, column: &str) -> Vec<(Scan, Holds)> {
        let probes: BTreeSet<i64> = self.moments().flat_map(|(_, millis)| millis - 1..=millis + 1).collect();
        let probes: Vec<i64> = probes.into_iter().filter(|probe| *probe >= self.first).collect();
        let mut conditions = Vec::new();
        for (place, probe) in probes.iter().enumerate() {
            let other = probes[(place + 2) % probes.len()];
            for (values, holds) in domains(*probe, other) {
                let domain = Domain { data_type: DataType::Date64, values, nulls: false };
                let scan = Scan { domains: [(column.to_owned(), domain)].into(), ..all.clone() };
                conditions.push((scan, holds));
            }
            for (filter, holds) in filters(column, *probe, other) {
                conditions.push((Scan { filters: vec![filter], ..all.clone() }, holds));
            }
        }
        conditions
    }
}

type Holds = Box<dyn Fn(Option<i64>) -> bool>;

/// What a comparison means for a time that is not NULL; NULL passes none of these.
fn known(holds: impl Fn(i64) -> bool + 'static) -> Holds {
    Box::new(move |millis| millis.is_some_and(&holds))
}

fn domains(probe: i64, other: i64) -> Vec<(Values, Holds)> {
    let at = || Value::Millis(probe);
    let range = |low, high| Values::Ranges(vec![Range { low, high }]);
    let (low, high) = (probe.min(other), probe.max(other));
    let between = range(Bound::Included(Value::Millis(low)), Bound::Included(Value::Millis(high)));
    vec![
        (Values::In(vec![at()]), known(move |millis| millis == probe)),
        (Values::In(vec![at(), Value::Millis(other)]), known(move |millis| millis == probe || millis == other)),
        (Values::NotIn(vec![at()]), known(move |millis| millis != probe)),
        (range(Bound::Unbounded, Bound::Excluded(at())), known(move |millis| millis < probe)),
        (range(Bound::Unbounded, Bound::Included(at())), known(move |millis| millis <= probe)),
        (range(Bound::Excluded(at()), Bound::Unbounded), known(move |millis| millis > probe)),
        (range(Bound::Included(at()), Bound::Unbounded), known(move |millis| millis >= probe)),
        (between, known(move |millis| (low..=high).contains(&millis))),
    ]
}

fn filters(column: &str, probe: i64, other: i64) -> Vec<(Expr, Holds)> {
    let time = DataType::Date64;
    let compared = |function| {
        let constant = Expr::Constant { value: Some(Value::Millis(probe)), data_type: time.clone() };
        call(function, vec![column_of(column, &time), constant])
    };
    let listed =
        Expr::List { values: vec![Some(Value::Millis(probe)), Some(Value::Millis(other))], data_type: time.clone() };
    vec![
        (compared(Function::Equal), known(move |millis| millis == probe)),
        (compared(Function::NotEqual), known(move |millis| millis != probe)),
        (compared(Function::LessThan), known(move |millis| millis < probe)),
        (compared(Function::LessThanOrEqual), known(move |millis| millis <= probe)),
        (compared(Function::GreaterThan), known(move |millis| millis > probe)),
        (compared(Function::GreaterThanOrEqual), known(move |millis| millis >= probe)),
        (call(Function::Not, vec![compared(Function::Equal)]), known(move |millis| millis != probe)),
        (compared(Function::IsDistinctFrom), Box::new(move |millis| millis != Some(probe))),
        (
            call(Function::In, vec![column_of(column, &time), listed]),
            known(move |millis| millis == probe || millis == other),
        ),
    ]
}

async fn found(connection: &mut dyn Connection, dialect: &dyn Dialect, scan: &Scan) -> Vec<Option<i64>> {
    let batch = suite::read(connection, dialect, scan).await;
    sorted(batch.column(0).as_primitive::<Date64Type>().iter().collect())
}

fn sorted(mut millis: Vec<Option<i64>>) -> Vec<Option<i64>> {
    millis.sort_unstable();
    millis
}
