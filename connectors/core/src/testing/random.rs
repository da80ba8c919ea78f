//! Random conditions over a table's own values and what is close to them: what the source picks out is what the evaluator would.

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::conditions::{call, column_of, value};
use super::suite::{read, sorted_rows, whole};
use crate::{Bound, Connection, Dialect, Domain, Expr, Function, Range, Scan, Table, Value, Values, eval};

/// Texts that some collation, some code page or some pattern takes for another one of them.
pub const TEXTS: &[&str] = &[
    "", " ", "a", "A", "a ", "á", "ä", "ß", "ss", "SS", "b", "B", "z", "Z", "_", "%", "[a]", "[", "]", "^", "-", "\\",
    "\\%", "!", "!%", "'", "\"", "`", "?", "\t", "\n", "0", "00", "1", "1e0", "-1", "é", "e\u{301}", "я", "Я", "中",
    "あ", "ア", "Ａ", "\u{ff5e}", "\u{e000}", "😀", "😀😀", "a😀b", "\u{200d}", "\u{ad}a", "ab", "aB", "Ab",
];

const COMPARISONS: [Function; 7] = [
    Function::Equal,
    Function::NotEqual,
    Function::LessThan,
    Function::LessThanOrEqual,
    Function::GreaterThan,
    Function::GreaterThanOrEqual,
    Function::IsDistinctFrom,
];
const OTHERS: [Function; 4] = [Function::In, Function::NullIf, Function::LikePattern, Function::IsNull];

/// Asks for rows of a table `rounds` times: by value sets and by filters, in turn.
pub async fn conditions_find_what_the_evaluator_finds(
    connection: &mut dyn Connection,
    dialect: &dyn Dialect,
    table: &Table,
    random: &mut StdRng,
    rounds: usize,
) {
    let all = whole(connection, dialect, table).await;
    for round in 0..rounds {
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        let mut scan = Scan::new(table.clone(), columns);
        let mut conditions = Conditions { random, table, all: &all };
        if round % 2 == 0 {
            scan.domains.extend((0..2).map(|_| conditions.domain()));
        } else {
            scan.filters = vec![conditions.filter(3)];
        }
        let domains: Vec<_> = scan.domains.clone().into_iter().collect();
        let Ok(expected) = eval::filter(&all, &domains, &scan.filters) else { continue };
        let found = read(connection, dialect, &scan).await;
        let (found, expected) = (sorted_rows(&found), sorted_rows(&expected));
        let only_in = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|row| !those.contains(row)).cloned().collect()
        };
        let (extra, lost) = (only_in(&found, &expected), only_in(&expected, &found));
        let asked = format!("{}: {domains:?} {:?}", table.name, scan.filters);
        assert!(extra.is_empty() && lost.is_empty(), "{asked}\nextra: {extra:#?}\nlost: {lost:#?}");
        assert_eq!(found.len(), expected.len(), "{asked}");
    }
}

struct Conditions<'a> {
    random: &'a mut StdRng,
    table: &'a Table,
    all: &'a RecordBatch,
}

impl Conditions<'_> {
    /// The values of a column.
    fn domain(&mut self) -> (String, Domain) {
        let (name, data_type) = self.column();
        let picked: Vec<Value> = (0..4).map(|_| self.value(&data_type)).collect();
        let values = match self.random.random_range(0..4) {
            0 => Values::In(picked),
            1 => Values::NotIn(picked),
            _ => {
                let ranges =
                    picked.chunks(2).map(|pair| Range { low: self.bound(&pair[0]), high: self.bound(&pair[1]) });
                Values::Ranges(ranges.collect())
            }
        };
        (name, Domain { data_type, values, nulls: self.random.random() })
    }

    fn bound(&mut self, value: &Value) -> Bound {
        match self.random.random_range(0..3) {
            0 => Bound::Unbounded,
            1 => Bound::Included(value.clone()),
            _ => Bound::Excluded(value.clone()),
        }
    }

    /// A condition on columns, of others up to so deep.
    fn filter(&mut self, depth: usize) -> Expr {
        if depth == 0 || self.random.random_bool(0.4) {
            return self.comparison();
        }
        let function = self.pick(&[Function::And, Function::Or, Function::Not]);
        let count = if function == Function::Not { 1 } else { 2 };
        call(function, (0..count).map(|_| self.filter(depth - 1)).collect())
    }

    fn comparison(&mut self) -> Expr {
        let (name, data_type) = self.column();
        let left = column_of(&name, &data_type);
        match self.pick(&[&COMPARISONS[..], &OTHERS].concat()) {
            Function::In => {
                let values = (0..3).map(|_| self.value_or_null(&data_type, 0.1)).collect();
                call(Function::In, vec![left, Expr::List { values, data_type }])
            }
            Function::NullIf => {
                let args = vec![left.clone(), self.operand(&data_type)];
                call(Function::Equal, vec![Expr::Call { function: Function::NullIf, args, data_type }, left])
            }
            Function::LikePattern if data_type == DataType::Utf8 => {
                let pattern = [self.pick(TEXTS), self.pick(&["%", "_", ""])].concat();
                let pattern = Expr::Constant { value: Some(Value::Text(pattern)), data_type };
                call(Function::LikePattern, vec![left, pattern])
            }
            Function::IsNull | Function::LikePattern => call(Function::IsNull, vec![left]),
            function => call(function, vec![left, self.operand(&data_type)]),
        }
    }

    /// A constant, or a column of the same type.
    fn operand(&mut self, data_type: &DataType) -> Expr {
        if self.random.random_bool(0.7) {
            let value = self.value_or_null(data_type, 0.05);
            return Expr::Constant { value, data_type: data_type.clone() };
        }
        column_of(self.column_like(data_type), data_type)
    }

    fn column(&mut self) -> (String, DataType) {
        let column = self.table.columns.choose(self.random).expect("a table with columns");
        (column.name.clone(), column.mapping.data_type.clone())
    }

    fn column_like(&mut self, data_type: &DataType) -> &str {
        let table = self.table;
        let alike: Vec<_> = table.columns.iter().filter(|column| column.mapping.data_type == *data_type).collect();
        &alike.choose(self.random).expect("a column of the type").name
    }

    fn value_or_null(&mut self, data_type: &DataType, nulls: f64) -> Option<Value> {
        if self.random.random_bool(nulls) { None } else { Some(self.value(data_type)) }
    }

    /// A value that is there, in this or another column, or one next to it.
    fn value(&mut self, data_type: &DataType) -> Value {
        let all = self.all;
        let column = all.column_by_name(self.column_like(data_type)).expect("a column that was read");
        let there: Vec<Value> = (0..column.len()).filter_map(|row| value(column.as_ref(), row)).collect();
        let value = there.choose(self.random).expect("a value that is not NULL").clone();
        if self.random.random_bool(0.3) { self.near(value, data_type) } else { value }
    }

    /// A value close to one, within its type.
    fn near(&mut self, value: Value, data_type: &DataType) -> Value {
        let step = self.random.random_range(-1..=1);
        match value {
            Value::Int(value) => Value::Int(within(value.saturating_add(step.into()), data_type)),
            Value::Decimal { unscaled, scale } => Value::Decimal { unscaled: unscaled + i128::from(step), scale },
            Value::Float32(value) => Value::Float32(self.pick(&[0.0, -0.0, f32::NAN, f32::INFINITY, -value])),
            Value::Float64(value) => Value::Float64(self.pick(&[0.0, -0.0, f64::NAN, f64::INFINITY, -value])),
            Value::Text(_) => Value::Text(self.pick(TEXTS).to_owned()),
            Value::Bytes(bytes) => Value::Bytes([&bytes[..], &[0]].concat()),
            Value::Bool(value) => Value::Bool(!value),
            Value::Date(value) => Value::Date(value + step),
            Value::Millis(value) => Value::Millis(value + i64::from(step)),
            Value::ZonedMillis(value) => Value::ZonedMillis(value + i64::from(step)),
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(self.random).expect("something to pick from")
    }
}

/// The nearest number that a type of whole numbers has.
fn within(value: i64, data_type: &DataType) -> i64 {
    let (low, high) = match data_type {
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    };
    value.clamp(low, high)
}
