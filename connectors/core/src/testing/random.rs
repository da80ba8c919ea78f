//! Random conditions over a table's own values and what is close to them: what the source picks out is what the evaluator would.

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::conditions::{call, column_of};
use super::suite::{read, sorted_rows, whole};
use crate::{Bound, Connection, Dialect, Domain, Expr, Function, Range, Scan, Table, Value, Values, eval};

/// Texts that some collation, some code page or some pattern takes for another one of them.
pub const TEXTS: &[&str] = &[
    "", " ", "a", "A", "a ", "á", "ä", "ß", "ss", "SS", "b", "B", "z", "Z", "_", "%", "[a]", "[", "]", "^", "-", "\\",
    "\\%", "!", "!%", "'", "\"", "`", "?", "\t", "\n", "0", "00", "1", "1e0", "-1", "é", "e\u{301}", "я", "Я", "中",
    "あ", "ア", "Ａ", "\u{ff5e}", "\u{e000}", "😀", "😀😀", "a😀b", "\u{200d}", "\u{ad}a", "ab", "aB", "Ab",
];

/// Patterns that mean something else where a backslash is an escape, or a bracket a set.
const PATTERNS: &[&str] =
    &["\\%", "%\\%", "_\\%", "%\\_%", "a\\%", "%\\\\%", "\\_", "[a]%", "%[%", "%]", "[^a]%", "%!%", "%_"];

const COMPARISONS: [Function; 7] = [
    Function::Equal,
    Function::NotEqual,
    Function::LessThan,
    Function::LessThanOrEqual,
    Function::GreaterThan,
    Function::GreaterThanOrEqual,
    Function::IsDistinctFrom,
];
/// What is no comparison of two sides; a negation stands for whatever is calculated.
const OTHERS: [Function; 5] =
    [Function::In, Function::NullIf, Function::LikePattern, Function::IsNull, Function::Negate];

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

/// Makes conditions on a table from the values it holds and what is close to them.
pub struct Conditions<'a> {
    /// Where chance comes from.
    pub random: &'a mut StdRng,
    /// The table.
    pub table: &'a Table,
    /// All its rows.
    pub all: &'a RecordBatch,
}

impl Conditions<'_> {
    /// The values of a column.
    pub fn domain(&mut self) -> (String, Domain) {
        let (name, data_type) = self.column();
        let picked: Vec<Value> = (0..4).filter_map(|_| self.value(&data_type)).collect();
        if picked.is_empty() {
            // Of a list Athena can say that it is NULL or that it is not; "nothing" has no words of its own.
            let only_null = self.random.random();
            return (name, if only_null { Domain::only_null(data_type) } else { Domain::not_null(data_type) });
        }
        let values = match self.random.random_range(0..8) {
            0 | 1 => Values::In(picked),
            2 | 3 => Values::NotIn(picked),
            4 => Values::All,
            _ => {
                let pairs = picked.chunks_exact(2);
                Values::Ranges(pairs.map(|pair| self.range(&pair[0], &pair[1])).collect())
            }
        };
        (name, Domain { data_type, values, nulls: self.random.random() })
    }

    /// Two ends in any order, or one value.
    fn range(&mut self, low: &Value, high: &Value) -> Range {
        if self.random.random_bool(0.2) {
            return Range { low: Bound::Included(low.clone()), high: Bound::Included(low.clone()) };
        }
        Range { low: self.bound(low), high: self.bound(high) }
    }

    fn bound(&mut self, value: &Value) -> Bound {
        match self.random.random_range(0..3) {
            0 => Bound::Unbounded,
            1 => Bound::Included(value.clone()),
            _ => Bound::Excluded(value.clone()),
        }
    }

    /// A condition on columns, of others up to so deep.
    pub fn filter(&mut self, depth: usize) -> Expr {
        if depth == 0 || self.random.random_bool(0.4) {
            return self.comparison();
        }
        let function = self.pick(&[
            Function::And,
            Function::Or,
            Function::Not,
            Function::And,
            Function::Or,
            Function::Not,
            Function::Equal,
            Function::IsDistinctFrom,
            Function::IsNull,
        ]);
        let count = match function {
            Function::Not | Function::IsNull => 1,
            Function::And | Function::Or => self.random.random_range(2..4),
            _ => 2,
        };
        call(function, (0..count).map(|_| self.filter(depth - 1)).collect())
    }

    fn comparison(&mut self) -> Expr {
        let (name, data_type) = self.column();
        let left = column_of(&name, &data_type);
        if self.value(&data_type).is_none() {
            return call(Function::IsNull, vec![left]);
        }
        match self.pick(&[&COMPARISONS[..], &OTHERS].concat()) {
            Function::In => {
                let values = (0..self.random.random_range(1..5)).map(|_| self.value_or_null(&data_type, 0.1)).collect();
                call(Function::In, vec![left, Expr::List { values, data_type }])
            }
            Function::NullIf => self.null_if(left, &data_type),
            Function::LikePattern if data_type == DataType::Utf8 => {
                call(Function::LikePattern, vec![left, self.pattern()])
            }
            Function::Negate if data_type == DataType::Boolean => left,
            Function::Negate if is_whole(&data_type) => self.calculated(left, &data_type),
            Function::IsNull | Function::LikePattern | Function::Negate => call(Function::IsNull, vec![left]),
            function if self.random.random_bool(0.2) => call(function, vec![self.operand(&data_type), left]),
            function => call(function, vec![left, self.operand(&data_type)]),
        }
    }

    fn null_if(&mut self, left: Expr, data_type: &DataType) -> Expr {
        let args = vec![left.clone(), self.operand(data_type)];
        let null_if = Expr::Call { function: Function::NullIf, args, data_type: data_type.clone() };
        match self.random.random_range(0..3) {
            0 => call(Function::Equal, vec![null_if, left]),
            1 => call(Function::IsNull, vec![null_if]),
            _ => call(self.pick(&COMPARISONS), vec![null_if, self.operand(data_type)]),
        }
    }

    /// A text that is there, or a part of it, between wildcards or without.
    fn pattern(&mut self) -> Expr {
        if self.random.random_bool(0.25) {
            let pattern = Value::Text(self.pick(PATTERNS).to_owned());
            return Expr::Constant { value: Some(pattern), data_type: DataType::Utf8 };
        }
        let text = match self.value(&DataType::Utf8) {
            Some(Value::Text(text)) if self.random.random() => {
                text.chars().take(self.random.random_range(0..4)).collect()
            }
            _ => self.pick(TEXTS).to_owned(),
        };
        let pattern = [self.pick(&["", "", "%", "_"]), &text, self.pick(&["%", "_", "", "\\"])].concat();
        Expr::Constant { value: Some(Value::Text(pattern)), data_type: DataType::Utf8 }
    }

    /// A comparison of what is calculated of a whole number.
    fn calculated(&mut self, left: Expr, data_type: &DataType) -> Expr {
        let calculating = [
            Function::Add,
            Function::Subtract,
            Function::Multiply,
            Function::Divide,
            Function::Modulus,
            Function::Negate,
        ];
        let function = self.pick(&calculating);
        let args = if function == Function::Negate { vec![left] } else { vec![left, self.operand(data_type)] };
        let calculated = Expr::Call { function, args, data_type: data_type.clone() };
        call(self.pick(&COMPARISONS), vec![calculated, self.operand(data_type)])
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
        if self.random.random_bool(nulls) { None } else { self.value(data_type) }
    }

    /// A value that is there, in this or another column of its type, or one next to it; none where all are NULL or of a type
    /// whose values do not travel.
    fn value(&mut self, data_type: &DataType) -> Option<Value> {
        let alike: Vec<_> =
            self.all.columns().iter().filter(|column| column.data_type() == data_type && !column.is_empty()).collect();
        let value = (0..8).find_map(|_| {
            let column = alike.choose(self.random)?;
            Value::at(column.as_ref(), self.random.random_range(0..column.len()))
        })?;
        Some(if self.random.random_bool(0.3) { self.near(value, data_type) } else { value })
    }

    /// A value close to one, within its type.
    fn near(&mut self, value: Value, data_type: &DataType) -> Value {
        let step = self.random.random_range(-1..=1);
        match value {
            Value::Int(value) => Value::Int(within(value.saturating_add(step.into()), data_type)),
            Value::Decimal { unscaled, scale } => {
                Value::Decimal { unscaled: decimal_within(unscaled.saturating_add(step.into()), data_type), scale }
            }
            Value::Float32(value) => Value::Float32(self.pick(&[0.0, -0.0, f32::NAN, f32::INFINITY, -value])),
            Value::Float64(value) => Value::Float64(self.pick(&[0.0, -0.0, f64::NAN, f64::INFINITY, -value])),
            Value::Text(text) => Value::Text(self.near_text(&text)),
            Value::Bytes(bytes) => Value::Bytes([&bytes[..], &[0]].concat()),
            Value::Bool(value) => Value::Bool(!value),
            Value::Date(value) => Value::Date(value.saturating_add(step)),
            Value::Millis(value) => Value::Millis(value.saturating_add(i64::from(step))),
            Value::ZonedMillis(value) => Value::ZonedMillis(value.saturating_add(i64::from(step))),
        }
    }

    fn near_text(&mut self, text: &str) -> String {
        match self.random.random_range(0..6) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 => format!("{text} "),
            3 => format!("{text}\0"),
            _ => self.pick(TEXTS).to_owned(),
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(self.random).expect("something to pick from")
    }
}

fn is_whole(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64)
}

/// The nearest number that a type of decimals has.
fn decimal_within(unscaled: i128, data_type: &DataType) -> i128 {
    let DataType::Decimal128(precision, _) = data_type else { return unscaled };
    let end = 10_i128.pow(u32::from(*precision)) - 1;
    unscaled.clamp(-end, end)
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
